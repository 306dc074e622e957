/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks a YAML text node by node and tells where each one is: its line and its path, such as
 * "sensors[3].stale_s". Knows no schema. One document, no aliases, plain keys, bounded depth. Pure
 * but for libyaml's allocations.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define YAML_DEPTH_MAX   16
#define YAML_KEY_MAX     48 /* with the NUL; a longer key is known by its beginning */
#define YAML_PATH_MAX    256
#define YAML_PROBLEM_MAX 128

enum yaml_kind { YAML_VALUE, YAML_LIST, YAML_FIELDS };

/* One step down: into a field, or into an entry of a list, counted from 0. */
struct yaml_step {
	bool is_entry;
	unsigned int entry;
	char key[YAML_KEY_MAX];
};

struct yaml_path {
	unsigned int depth; /* 0: the whole document */
	struct yaml_step steps[YAML_DEPTH_MAX];
};

struct yaml_node {
	enum yaml_kind kind;
	size_t line; /* from 1; a field's is its key's */
	const struct yaml_path *path;
	const char *value; /* of a YAML_VALUE, NUL-terminated, valid during the call; else "" */
};

/* 0 to go on, anything else ends the walk and is returned. */
typedef int (*yaml_on_node)(const struct yaml_node *node, void *userdata);

struct yaml_problem {
	size_t line;
	struct yaml_path path;
	char text[YAML_PROBLEM_MAX];
};

/* 0 or what on_node returned; −EINVAL with *ret_problem filled where the text is not YAML of this
 * kind (an empty text walks to no node at all: 0). −ENOMEM. */
int yaml_walk(const char *text, size_t bytes, yaml_on_node on_node, void *userdata,
	struct yaml_problem *ret_problem);

/* "sensors[3].stale_s" ↔ steps. From text: −EINVAL when it is not such a path. */
int yaml_path_from_text(const char *text, struct yaml_path *ret);
void yaml_path_to_text(const struct yaml_path *path, char ret[YAML_PATH_MAX]);
/* True when `path` leads to `to` or to one of its parents. */
bool yaml_path_is_towards(const struct yaml_path *path, const struct yaml_path *to);
