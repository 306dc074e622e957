/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file is read whole, walked once for what libcyaml does not check (config_schema.h), then loaded
 * by libcyaml. libcyaml tells a mistake as a reason and a backtrace through its log callback; both
 * are turned into the path of the field, whose line is looked up in the text.
 */
#include "common/config_file.h"

#include "common/cleanup.h"
#include "common/config_schema.h"
#include "common/yaml_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX  262144
#define VALUE_SHOWN_MAX 48
#define REASON_MAX      160

struct file {
	const char *path;
	char *text;
	size_t bytes;
};

/* What libcyaml said of a mistake: the steps of its backtrace come innermost first. */
struct complaint {
	char reason[REASON_MAX];
	bool is_backtrace;
	unsigned int lines, steps_count;
	struct yaml_step steps[YAML_DEPTH_MAX];
};

struct lookup {
	const struct yaml_path *wanted;
	bool is_found; /* the node itself, not only a parent */
	enum yaml_kind kind;
	size_t line, nodes;
	unsigned int depth;
	char value[VALUE_SHOWN_MAX];
};

struct check {
	const struct file *file;
	const cyaml_schema_value_t *schema;
	char *error;
	size_t nodes;
};

static int read_all(int fd, size_t bytes, char **ret_text, size_t *ret_bytes)
{
	_cleanup_(free_p) char *text = malloc(bytes + 1);
	size_t got = 0;

	if (!text)
		return -ENOMEM;
	while (got < bytes) {
		ssize_t n = read(fd, text + got, bytes - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	text[got] = '\0';
	*ret_text = text;
	*ret_bytes = got;
	text = NULL;
	return 0;
}

static int read_file(struct file *f)
{
	_cleanup_(close_p) int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat s;

	if (fd < 0 || fstat(fd, &s) < 0)
		return -errno;
	if (S_ISDIR(s.st_mode))
		return -EISDIR;
	if (!S_ISREG(s.st_mode))
		return -EINVAL;
	if (s.st_size > FILE_BYTES_MAX)
		return -EFBIG;
	return read_all(fd, (size_t)s.st_size, &f->text, &f->bytes);
}

static int on_lookup(const struct yaml_node *node, void *userdata)
{
	struct lookup *l = userdata;

	if (!yaml_path_is_towards(node->path, l->wanted) ||
		(l->nodes > 0 && node->path->depth <= l->depth))
		return 0;
	l->nodes++;
	l->line = node->line;
	l->depth = node->path->depth;
	l->is_found = node->path->depth == l->wanted->depth;
	l->kind = node->kind;
	(void)snprintf(l->value, sizeof l->value, "%s", node->value);
	return l->is_found ? 1 : 0;
}

static struct lookup look_up(const struct file *f, const struct yaml_path *path)
{
	struct lookup l = {.wanted = path, .line = 1};
	struct yaml_problem problem;

	if (f->text)
		(void)yaml_walk(f->text, f->bytes, on_lookup, &l, &problem);
	return l;
}

/* The one line of a mistake; where it does not fit, it ends in "...". */
static int complain(
	char *ret_error, const char *file, size_t line, const char *field, const char *problem)
{
	int length = snprintf(ret_error, CONFIG_FILE_ERROR_MAX, "%s:%zu: %s%s%s", file, line, field,
		*field ? " " : "", problem);

	if (length >= CONFIG_FILE_ERROR_MAX)
		memcpy(ret_error + CONFIG_FILE_ERROR_MAX - 4, "...", 4);
	return -EINVAL;
}

int config_file_error(const char *path, const char *field, char ret_error[CONFIG_FILE_ERROR_MAX],
	const char *problem_format, ...)
{
	struct file f = {.path = path};
	struct yaml_path steps = {0};
	char problem[CONFIG_FILE_ERROR_MAX];
	va_list arguments;
	int r;

	va_start(arguments, problem_format);
	(void)vsnprintf(problem, sizeof problem, problem_format, arguments);
	va_end(arguments);
	if (yaml_path_from_text(field, &steps) < 0 || read_file(&f) < 0)
		return complain(ret_error, path, 1, field, problem);
	r = complain(ret_error, path, look_up(&f, &steps).line, field, problem);
	free(f.text);
	return r;
}

static int on_check(const struct yaml_node *node, void *userdata)
{
	struct check *c = userdata;
	const cyaml_schema_value_t *schema = config_schema_at(c->schema, node->path);
	char field[YAML_PATH_MAX], expected[CONFIG_EXPECTED_MAX], problem[CONFIG_FILE_ERROR_MAX];

	c->nodes++;
	if (!schema || node->kind != YAML_VALUE || config_schema_takes(schema, node->value))
		return 0;
	yaml_path_to_text(node->path, field);
	config_schema_expected(schema, expected);
	(void)snprintf(problem, sizeof problem, "is \"%.*s\", needs %s", VALUE_SHOWN_MAX - 1,
		node->value, expected);
	return complain(c->error, c->file->path, node->line, field, problem);
}

static int check_text(const struct file *f, const cyaml_schema_value_t *schema, char *ret_error)
{
	struct check c = {.file = f, .schema = schema, .error = ret_error};
	struct yaml_problem problem = {0};
	char field[YAML_PATH_MAX], expected[CONFIG_EXPECTED_MAX], text[CONFIG_FILE_ERROR_MAX];
	int r = yaml_walk(f->text, f->bytes, on_check, &c, &problem);

	if (r < 0 && problem.line > 0) {
		yaml_path_to_text(&problem.path, field);
		return complain(ret_error, f->path, problem.line, field, problem.text);
	}
	if (r == 0 && c.nodes == 0) {
		config_schema_expected(schema, expected);
		(void)snprintf(text, sizeof text, "the file is empty, needs %s", expected);
		return complain(ret_error, f->path, 1, "", text);
	}
	return r;
}

static void add_step(struct complaint *c, const char *line)
{
	static const char field[] = "in mapping field '", entry[] = "in sequence entry '";
	struct yaml_step *step = &c->steps[c->steps_count];
	const char *at;

	c->lines++;
	if (c->steps_count == YAML_DEPTH_MAX)
		return;
	if ((at = strstr(line, field))) {
		at += sizeof field - 1;
		(void)snprintf(step->key, sizeof step->key, "%.*s", (int)strcspn(at, "'"), at);
		c->steps_count++;
	} else if ((at = strstr(line, entry))) {
		/* libcyaml counts entries as it begins them, from 1. */
		step->is_entry = true;
		step->entry = (unsigned int)strtoul(at + sizeof entry - 1, NULL, 10);
		step->entry -= step->entry > 0;
		c->steps_count++;
	}
}

__attribute__((format(printf, 3, 0))) static void on_cyaml_log(
	cyaml_log_t level, void *userdata, const char *format, va_list arguments)
{
	struct complaint *c = userdata;
	char line[REASON_MAX];

	(void)level;
	(void)vsnprintf(line, sizeof line, format, arguments);
	line[strcspn(line, "\n")] = '\0';
	if (c->is_backtrace)
		add_step(c, line);
	else if (strstr(line, "Backtrace:"))
		c->is_backtrace = true;
	else
		(void)snprintf(c->reason, sizeof c->reason, "%s", line);
}

/*
 * The path that the complaint is about. Where the reason names a field ("Unexpected key: x") it is
 * that field's, beside the one the backtrace begins with, which is only the last that was read.
 */
static struct yaml_path path_of(const struct complaint *c, bool is_named)
{
	struct yaml_path path = {0};
	const char *name = strstr(c->reason, ": ");
	unsigned int first = 0;

	if (is_named && c->steps_count > 0 && c->steps_count == c->lines && !c->steps[0].is_entry)
		first = 1;
	for (unsigned int i = c->steps_count; i > first; i--)
		path.steps[path.depth++] = c->steps[i - 1];
	if (is_named && name && (name = strstr(name + 2, ": ")) && path.depth < YAML_DEPTH_MAX) {
		struct yaml_step *step = &path.steps[path.depth++];

		(void)snprintf(step->key, sizeof step->key, "%s", name + 2);
	}
	return path;
}

static void describe_value(const struct lookup *l, char ret[REASON_MAX])
{
	if (!l->is_found)
		(void)snprintf(ret, REASON_MAX, "is not right");
	else if (l->kind == YAML_VALUE)
		(void)snprintf(ret, REASON_MAX, "is \"%s\"", l->value);
	else
		(void)snprintf(ret, REASON_MAX, "%s",
			l->kind == YAML_LIST ? "is a list" : "has fields of its own");
}

static void describe(
	cyaml_err_t error, const struct complaint *c, const struct lookup *l, char ret[REASON_MAX])
{
	switch ((int)error) {
	case CYAML_ERR_INVALID_KEY:
		(void)snprintf(ret, REASON_MAX, "is not known here");
		break;
	case CYAML_ERR_MAPPING_FIELD_MISSING:
		(void)snprintf(ret, REASON_MAX, "is missing");
		break;
	case CYAML_ERR_SEQUENCE_ENTRIES_MIN:
		(void)snprintf(ret, REASON_MAX, "has too few entries");
		break;
	case CYAML_ERR_SEQUENCE_ENTRIES_MAX:
		(void)snprintf(ret, REASON_MAX, "has too many entries");
		break;
	case CYAML_ERR_STRING_LENGTH_MIN:
		(void)snprintf(ret, REASON_MAX, "is too short");
		break;
	case CYAML_ERR_STRING_LENGTH_MAX:
		(void)snprintf(ret, REASON_MAX, "is too long");
		break;
	case CYAML_ERR_INVALID_VALUE:
		describe_value(l, ret);
		break;
	default:
		(void)snprintf(ret, REASON_MAX, "is refused: %.100s",
			*c->reason ? c->reason : cyaml_strerror(error));
		break;
	}
}

static int tell_complaint(const struct file *f, const cyaml_schema_value_t *schema,
	cyaml_err_t error, const struct complaint *c, char *ret_error)
{
	bool is_twice = strstr(c->reason, "already seen") != NULL;
	bool is_count =
		error == CYAML_ERR_SEQUENCE_ENTRIES_MIN || error == CYAML_ERR_SEQUENCE_ENTRIES_MAX;
	struct yaml_path path = path_of(c, is_twice || error == CYAML_ERR_INVALID_KEY ||
						   error == CYAML_ERR_MAPPING_FIELD_MISSING);
	struct yaml_path parent = path;
	char field[YAML_PATH_MAX], expected[CONFIG_EXPECTED_MAX] = "", what[REASON_MAX],
				   problem[CONFIG_FILE_ERROR_MAX];
	const cyaml_schema_value_t *at;
	struct lookup l;

	if (is_count && path.depth > 0 && path.steps[path.depth - 1].is_entry)
		path.depth--;
	parent.depth -= parent.depth > 0;
	l = look_up(f, &path);
	at = config_schema_at(schema, error == CYAML_ERR_INVALID_KEY ? &parent : &path);
	if (at)
		config_schema_expected(at, expected);
	describe(error, c, &l, what);
	if (is_twice)
		(void)snprintf(problem, sizeof problem, "is set twice");
	else
		(void)snprintf(problem, sizeof problem, "%s%s%s", what, *expected ? ", needs " : "",
			expected);
	yaml_path_to_text(&path, field);
	return complain(ret_error, f->path, l.line, field, problem);
}

static int load_text(
	const struct file *f, const cyaml_schema_value_t *schema, void **ret, char *ret_error)
{
	struct complaint c = {0};
	const cyaml_config_t config = {.log_fn = on_cyaml_log,
		.log_ctx = &c,
		.mem_fn = cyaml_mem,
		.log_level = CYAML_LOG_ERROR,
		.flags = CYAML_CFG_NO_ALIAS};
	cyaml_data_t *loaded = NULL;
	cyaml_err_t error;

	error = cyaml_load_data((const uint8_t *)f->text, f->bytes, &config, schema, &loaded, NULL);
	if (error == CYAML_ERR_OOM)
		return -ENOMEM;
	if (error != CYAML_OK)
		return tell_complaint(f, schema, error, &c, ret_error);
	if (!loaded)
		return complain(ret_error, f->path, 1, "", "the file is empty");
	*ret = loaded;
	return 0;
}

int config_file_load_text(const char *path, char *text, size_t bytes,
	const cyaml_schema_value_t *schema, void **ret, char ret_error[CONFIG_FILE_ERROR_MAX])
{
	const struct file f = {.path = path, .text = text, .bytes = bytes};
	int r;

	*ret_error = '\0';
	r = check_text(&f, schema, ret_error);
	if (r == 0)
		r = load_text(&f, schema, ret, ret_error);
	if (r == -ENOMEM)
		(void)snprintf(ret_error, CONFIG_FILE_ERROR_MAX, "%s: no memory", path);
	return r;
}

int config_file_load(const char *path, const cyaml_schema_value_t *schema, void **ret,
	char ret_error[CONFIG_FILE_ERROR_MAX])
{
	struct file f = {.path = path};
	int r = read_file(&f);

	if (r < 0) {
		(void)snprintf(ret_error, CONFIG_FILE_ERROR_MAX, "%s: cannot be read: %s", path,
			r == -EINVAL ? "Not a regular file" : strerror(-r));
		return r;
	}
	r = config_file_load_text(path, f.text, f.bytes, schema, ret, ret_error);
	free(f.text);
	return r;
}

void config_file_free(const cyaml_schema_value_t *schema, void *loaded)
{
	const cyaml_config_t config = {.mem_fn = cyaml_mem, .flags = CYAML_CFG_NO_ALIAS};

	if (loaded)
		(void)cyaml_free(&config, schema, loaded, 0);
}
