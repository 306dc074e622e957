/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Built on libyaml's event parser, with a stack of fixed depth instead of recursion.
 */
#include "common/yaml_walk.h"

#include "common/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct walk {
	yaml_on_node on_node;
	void *userdata;
	struct yaml_problem *problem;
	struct yaml_path path;            /* of the node that comes next */
	bool is_list[YAML_DEPTH_MAX + 1]; /* by depth: the collections that are open */
	bool is_key_next[YAML_DEPTH_MAX + 1];
	size_t key_line; /* 0 when the node is not a field's value */
	unsigned int open, documents;
	bool is_ended;
};

static int problem_at(struct walk *w, size_t line, const char *text)
{
	w->problem->line = line;
	w->problem->path = w->path;
	(void)snprintf(w->problem->text, sizeof w->problem->text, "%s", text);
	return -EINVAL;
}

/* A key: kept as the last step of the path of the value that follows. */
static int take_key(struct walk *w, const yaml_event_t *e)
{
	struct yaml_step *step = &w->path.steps[w->open - 1];
	size_t line = e->start_mark.line + 1;

	if (e->type != YAML_SCALAR_EVENT)
		return problem_at(w, line, "a field's name must be one plain word");
	*step = (struct yaml_step){0};
	(void)snprintf(step->key, sizeof step->key, "%s", (const char *)e->data.scalar.value);
	w->path.depth = w->open;
	w->key_line = line;
	w->is_key_next[w->open] = false;
	return 0;
}

static int tell_node(struct walk *w, const yaml_event_t *e)
{
	struct yaml_node node = {.line = w->key_line ? w->key_line : e->start_mark.line + 1,
		.path = &w->path,
		.value = ""};

	if (e->type == YAML_SCALAR_EVENT)
		node.value = (const char *)e->data.scalar.value;
	node.kind = e->type == YAML_SCALAR_EVENT           ? YAML_VALUE
		    : e->type == YAML_SEQUENCE_START_EVENT ? YAML_LIST
							   : YAML_FIELDS;
	w->key_line = 0;
	return w->on_node(&node, w->userdata);
}

/* The value was read, or its collection ended: what comes next beside it. */
static void step_beside(struct walk *w)
{
	w->path.depth = w->open;
	if (w->open == 0)
		return;
	if (w->is_list[w->open])
		w->path.steps[w->open - 1].entry++;
	else
		w->is_key_next[w->open] = true;
}

static int open_collection(struct walk *w, const yaml_event_t *e)
{
	if (w->open == YAML_DEPTH_MAX)
		return problem_at(w, e->start_mark.line + 1, "is nested too deep");
	w->open++;
	w->is_list[w->open] = e->type == YAML_SEQUENCE_START_EVENT;
	w->is_key_next[w->open] = !w->is_list[w->open];
	w->path.steps[w->open - 1] = (struct yaml_step){.is_entry = w->is_list[w->open]};
	w->path.depth = w->is_list[w->open] ? w->open : w->open - 1;
	return 0;
}

static bool is_plain_scalar(const yaml_event_t *e)
{
	return e->type != YAML_SCALAR_EVENT ||
	       utf8_is_plain((const char *)e->data.scalar.value, e->data.scalar.length);
}

static int take_node(struct walk *w, const yaml_event_t *e)
{
	int r;

	if (!is_plain_scalar(e))
		return problem_at(w, e->start_mark.line + 1, "holds a control character");
	if (w->open > 0 && w->is_key_next[w->open])
		return take_key(w, e);
	if (e->type == YAML_ALIAS_EVENT)
		return problem_at(w, e->start_mark.line + 1, "is an alias, write the value itself");
	r = tell_node(w, e);
	if (r != 0)
		return r;
	if (e->type != YAML_SCALAR_EVENT)
		return open_collection(w, e);
	step_beside(w);
	return 0;
}

static int take_event(struct walk *w, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++w->documents > 1)
			return problem_at(w, e->start_mark.line + 1, "a second document begins");
		return 0;
	case YAML_SCALAR_EVENT:
	case YAML_ALIAS_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return take_node(w, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		w->open--;
		step_beside(w);
		return 0;
	case YAML_STREAM_END_EVENT:
		w->is_ended = true;
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	default:
		return 0;
	}
}

static int parser_problem(struct walk *w, const yaml_parser_t *parser)
{
	char text[YAML_PROBLEM_MAX];
	size_t line = parser->problem_mark.line + 1;

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR) {
		(void)snprintf(
			text, sizeof text, "is not UTF-8 text at byte %zu", parser->problem_offset);
		line = parser->mark.line + 1;
	} else {
		(void)snprintf(text, sizeof text, "is not YAML: %s",
			parser->problem ? parser->problem : "cannot be read");
	}
	return problem_at(w, line, text);
}

int yaml_walk(const char *text, size_t bytes, yaml_on_node on_node, void *userdata,
	struct yaml_problem *ret_problem)
{
	struct walk w = {.on_node = on_node, .userdata = userdata, .problem = ret_problem};
	yaml_parser_t parser;
	yaml_event_t event;
	int r = 0;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, bytes);
	while (r == 0 && !w.is_ended) {
		if (!yaml_parser_parse(&parser, &event)) {
			r = parser_problem(&w, &parser);
			break;
		}
		r = take_event(&w, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return r;
}

static int step_from_text(const char **at, struct yaml_step *ret)
{
	struct yaml_step step = {0};
	size_t length;

	if (**at == '[') {
		length = strspn(*at + 1, "0123456789");
		if (length == 0 || length > 6 || (*at)[length + 1] != ']')
			return -EINVAL;
		step.is_entry = true;
		step.entry = (unsigned int)strtoul(*at + 1, NULL, 10);
		*at += length + 2;
	} else {
		length = strcspn(*at, ".[");
		if (length == 0 || length >= sizeof step.key)
			return -EINVAL;
		memcpy(step.key, *at, length);
		*at += length;
	}
	*ret = step;
	return 0;
}

int yaml_path_from_text(const char *text, struct yaml_path *ret)
{
	struct yaml_path path = {0};

	while (*text) {
		if (path.depth == YAML_DEPTH_MAX ||
			step_from_text(&text, &path.steps[path.depth]) < 0)
			return -EINVAL;
		path.depth++;
		if (*text == '.' && text[1] != '\0' && text[1] != '[')
			text++;
		else if (*text && *text != '[')
			return -EINVAL;
	}
	*ret = path;
	return 0;
}

void yaml_path_to_text(const struct yaml_path *path, char ret[YAML_PATH_MAX])
{
	size_t used = 0;

	ret[0] = '\0';
	for (unsigned int i = 0; i < path->depth && used < YAML_PATH_MAX; i++) {
		const struct yaml_step *step = &path->steps[i];
		int n = step->is_entry
				? snprintf(ret + used, YAML_PATH_MAX - used, "[%u]", step->entry)
				: snprintf(ret + used, YAML_PATH_MAX - used, "%s%s",
					  i > 0 ? "." : "", step->key);

		used += n > 0 ? (size_t)n : 0;
	}
}

static bool is_same_step(const struct yaml_step *a, const struct yaml_step *b)
{
	if (a->is_entry != b->is_entry)
		return false;
	return a->is_entry ? a->entry == b->entry : strcmp(a->key, b->key) == 0;
}

bool yaml_path_is_towards(const struct yaml_path *path, const struct yaml_path *to)
{
	if (path->depth > to->depth)
		return false;
	for (unsigned int i = 0; i < path->depth; i++)
		if (!is_same_step(&path->steps[i], &to->steps[i]))
			return false;
	return true;
}
