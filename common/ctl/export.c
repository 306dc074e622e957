/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon names the files: a name that is not plain is refused, for this runs as root.
 */
#include "common/ctl/export.h"

#include "common/cleanup.h"
#include "common/ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define LIMIT_S        10
#define PAUSE_NS       20000000
#define PAUSES         1500 /* of waiting for one piece: half a minute */
#define NAME_MAX_BYTES 32
#define ID_DIGITS      32
#define INCIDENTS_FILE "incidents.csv"   /* of the daemon: an incident's digits end a row */
#define STEPS_FILE     "incidents.jsonl" /* ours: what is answered of each when asked why */

struct errand {
	struct connection *c;
	const char *daemon, *dir;
	enum ctl_language language;
	FILE *err;
	int dir_fd;
	unsigned int files;
	bool has_steps;            /* STEPS_FILE is begun */
	char name[NAME_MAX_BYTES]; /* the file being written */
};

static int fail(const struct errand *e, int status, const char *phrase, const char *first,
	const char *second)
{
	(void)fputs("vigie-ctl: ", e->err);
	ctl_say(e->err, e->language, phrase, (const char *const[]){first, second, NULL});
	(void)fputc('\n', e->err);
	return status;
}

/* One request and its answer, a refusal too: CTL_DONE with ret_answer to be released. */
static int hear(const struct errand *e, const char *request, json_t **ret_answer)
{
	const char *line = NULL;
	int r = connection_say(e->c, request);

	if (r == 0)
		r = connection_hear(e->c, LIMIT_S, &line);
	*ret_answer = r == 0 ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;
	if (!*ret_answer)
		return fail(e, CTL_NOT_DONE, "%s does not answer on %s", e->daemon, "");
	return CTL_DONE;
}

/* The same; a refusal is told. */
static int ask(const struct errand *e, const char *request, json_t **ret_answer)
{
	json_t *answer = NULL;
	const char *error;
	int r = hear(e, request, &answer);

	if (r != CTL_DONE)
		return r;
	if (json_is_true(json_object_get(answer, "ok"))) {
		*ret_answer = answer;
		return CTL_DONE;
	}
	error = json_string_value(json_object_get(answer, "error"));
	r = fail(e, CTL_REFUSED, "%s refuses: %s", e->daemon,
		ctl_words(e->language, error ? error : ""));
	json_decref(answer);
	return r;
}

static bool is_plain_name(const char *name)
{
	return name && name[0] != '.' && name[0] && strlen(name) < NAME_MAX_BYTES &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(name);
}

/* To the end of that file. */
static int write_to(struct errand *e, const char *name, const char *text, bool is_new)
{
	size_t bytes = strlen(text);
	_cleanup_(close_p) int fd = openat(e->dir_fd, name,
		O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | (is_new ? O_CREAT | O_EXCL : 0),
		0600);

	if (fd < 0)
		return -errno;
	while (bytes > 0) {
		ssize_t written = write(fd, text, bytes);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		bytes -= (size_t)written;
	}
	e->files += is_new;
	return 0;
}

/* Begins the file where it is not the last one's. */
static int write_piece(struct errand *e, const char *name, const char *text)
{
	int r = write_to(e, name, text, strcmp(name, e->name) != 0);

	if (r == 0)
		(void)snprintf(e->name, sizeof e->name, "%s", name);
	return r;
}

/* A line of its own: the incident with its reasons, and its transitions. One that the outbox does
 * not know (any more) is left out. */
static int add_steps(struct errand *e, const char *id)
{
	char request[80];
	json_t *answer = NULL;
	char *text = NULL;
	int status, r = 0;

	(void)snprintf(
		request, sizeof request, "{\"do\":\"why\",\"incident\":\"%.*s\"}", ID_DIGITS, id);
	status = hear(e, request, &answer);
	if (status == CTL_DONE && json_is_true(json_object_get(answer, "ok"))) {
		(void)json_object_del(answer, "ok");
		text = json_dumps(answer, JSON_COMPACT);
		r = text ? write_to(e, STEPS_FILE, text, !e->has_steps) : -ENOMEM;
		if (r == 0)
			r = write_to(e, STEPS_FILE, "\n", false);
		e->has_steps = true;
	}
	free(text);
	json_decref(answer);
	return r < 0 ? fail(e, CTL_NOT_DONE, "%s: %s", e->dir, strerror(-r)) : status;
}

static int add_steps_of_all(struct errand *e, const char *rows)
{
	int status = CTL_DONE;

	for (const char *end; status == CTL_DONE && (end = strchr(rows, '\n')); rows = end + 1)
		if (end - rows > ID_DIGITS &&
			strspn(end - ID_DIGITS, "0123456789abcdef") == ID_DIGITS)
			status = add_steps(e, end - ID_DIGITS);
	return status;
}

static int take_piece(struct errand *e, const json_t *answer)
{
	const char *name = json_string_value(json_object_get(answer, "name"));
	const char *text = json_string_value(json_object_get(answer, "text"));
	int r;

	if (!is_plain_name(name) || !text)
		return fail(
			e, CTL_NOT_DONE, "%s answers what is not understood on %s", e->daemon, "");
	r = write_piece(e, name, text);
	if (r < 0)
		return fail(e, CTL_NOT_DONE, "%s: %s", e->dir, strerror(-r));
	return strcmp(name, INCIDENTS_FILE) == 0 ? add_steps_of_all(e, text) : CTL_DONE;
}

/* Until the end: its answer, to be released. */
static int fetch(struct errand *e, json_int_t export, json_t **ret_end)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	unsigned int pauses = 0;
	char request[80];
	int status = CTL_DONE;

	(void)snprintf(request, sizeof request,
		"{\"do\":\"export_next\",\"export\":%" JSON_INTEGER_FORMAT "}", export);
	while (status == CTL_DONE) {
		json_t *answer = NULL;
		const char *state;

		status = ask(e, request, &answer);
		if (status != CTL_DONE)
			return status;
		state = json_string_value(json_object_get(answer, "state"));
		if (state && strcmp(state, "end") == 0) {
			*ret_end = answer;
			return CTL_DONE;
		}
		if (state && strcmp(state, "piece") == 0) {
			status = take_piece(e, answer);
			pauses = 0;
		} else if (++pauses > PAUSES) {
			status = fail(e, CTL_NOT_DONE, "%s does not answer on %s", e->daemon, "");
		} else {
			(void)nanosleep(&pause, NULL);
		}
		json_decref(answer);
	}
	return status;
}

static void say_end(const struct errand *e, const json_t *end, FILE *out)
{
	char files[16], windows[24], refused[24];
	json_int_t refused_count = json_integer_value(json_object_get(end, "refused"));

	(void)snprintf(files, sizeof files, "%u", e->files);
	(void)snprintf(windows, sizeof windows, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(end, "windows")));
	(void)snprintf(refused, sizeof refused, "%" JSON_INTEGER_FORMAT, refused_count);
	ctl_say(out, e->language, "%s files in %s, of these %s windows",
		(const char *const[]){files, e->dir, windows, NULL});
	(void)fputc('\n', out);
	if (refused_count > 0)
		(void)fail(e, CTL_DONE, "%s windows are damaged or sealed with another key",
			refused, "");
}

int ctl_export(struct connection *c, const char *request, const char *dir, const char *daemon,
	enum ctl_language language, FILE *out, FILE *err)
{
	struct errand e = {.c = c,
		.daemon = daemon,
		.dir = dir,
		.language = language,
		.err = err,
		.dir_fd = -1};
	json_t *begun = NULL, *end = NULL;
	int status;

	if (mkdir(dir, 0700) < 0)
		return fail(&e, CTL_NOT_DONE, "%s: %s", dir, strerror(errno));
	e.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (e.dir_fd < 0)
		return fail(&e, CTL_NOT_DONE, "%s: %s", dir, strerror(errno));
	status = ask(&e, request, &begun);
	if (status == CTL_DONE)
		status = fetch(&e, json_integer_value(json_object_get(begun, "export")), &end);
	if (status == CTL_DONE)
		say_end(&e, end, out);
	if (status != CTL_DONE && e.files == 0)
		(void)rmdir(dir);
	(void)close(e.dir_fd);
	json_decref(begun);
	json_decref(end);
	return status;
}
