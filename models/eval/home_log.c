/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads recorded homes.
 */
#include "models/eval/home_log.h"

#include "common/cleanup.h"
#include "sensors/recording.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_BYTES 512
#define OUT_LEAST_MS \
	600000 /* a label of leaving that is shorter ends with the next of entering \
		*/

static int complain(char error[HOME_ERROR_MAX], int number, const char *path, const char *what)
{
	(void)snprintf(error, HOME_ERROR_MAX, "%.300s: %.180s", path, what);
	return -number;
}

static int path_of(char ret[PATH_MAX], const char *dir, const char *name, const char *file)
{
	int n = snprintf(ret, PATH_MAX, "%s/%s%s%s", dir, name, *name ? "/" : "", file);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static void cut_end(char *line)
{
	line[strcspn(line, "\r\n")] = 0;
}

/* Which field of a line of names is `name`; −1 for none. */
static int column_of(const char *line, const char *name)
{
	size_t length = strlen(name);
	int column = 0;

	for (const char *at = line; at; column++) {
		if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == 0))
			return column;
		at = strchr(at, ',');
		at = at ? at + 1 : NULL;
	}
	return -1;
}

static int field(const char *line, int column, char *ret, size_t size)
{
	const char *end;

	for (; column > 0; column--) {
		line = strchr(line, ',');
		if (!line)
			return -EBADMSG;
		line++;
	}
	end = line + strcspn(line, ",");
	if ((size_t)(end - line) >= size || end == line)
		return -EBADMSG;
	memcpy(ret, line, (size_t)(end - line));
	ret[end - line] = 0;
	return 0;
}

static int add_name(struct home_index *x, const char *line, int column)
{
	char name[HOME_NAME_MAX];
	char(*grown)[HOME_NAME_MAX];

	if (field(line, column, name, sizeof(name)) < 0 || strchr(name, '/'))
		return -EBADMSG;
	grown = realloc(x->names, (x->count + 1) * sizeof(x->names[0]));
	if (!grown)
		return -ENOMEM;
	x->names = grown;
	memcpy(x->names[x->count++], name, sizeof(name));
	return 0;
}

int home_index_read(const char *dir, struct home_index *ret, char ret_error[HOME_ERROR_MAX])
{
	_cleanup_(fclose_p) FILE *from = NULL;
	char path[PATH_MAX], line[LINE_MAX_BYTES];
	struct home_index x = {0};
	int column, error = 0;

	if (path_of(path, dir, "", "index.csv") < 0)
		return complain(ret_error, ENAMETOOLONG, dir, "too long");
	from = fopen(path, "re");
	if (!from)
		return complain(ret_error, errno, path, strerror(errno));
	if (!fgets(line, sizeof(line), from))
		return complain(ret_error, EBADMSG, path, "empty");
	cut_end(line);
	column = column_of(line, "home");
	if (column < 0)
		return complain(ret_error, EBADMSG, path, "no column named home in its first line");
	while (error == 0 && fgets(line, sizeof(line), from)) {
		cut_end(line);
		if (*line)
			error = add_name(&x, line, column);
	}
	if (error == 0 && x.count)
		*ret = x;
	else
		free(x.names);
	if (error < 0 || x.count == 0)
		return complain(ret_error, EBADMSG, path,
			error < 0 ? "a line without the name of a home" : "no homes in it");
	return 0;
}

static int sensor_of(struct home_log *h, const struct recording_record *r, enum routine_sign sign)
{
	struct home_sensor *s;

	for (size_t i = 0; i < h->sensor_count; i++)
		if (strcmp(h->sensors[i].name, r->reading.sensor.text) == 0 &&
			strcmp(h->sensors[i].room, r->room) == 0 && h->sensors[i].sign == sign)
			return (int)i;
	if (h->sensor_count == ROUTINE_SENSORS_MAX)
		return -ENOSPC;
	s = &h->sensors[h->sensor_count];
	(void)snprintf(s->name, sizeof(s->name), "%s", r->reading.sensor.text);
	(void)snprintf(s->room, sizeof(s->room), "%s", r->room);
	s->sign = sign;
	h->has_motion |= r->reading.kind == READING_MOTION;
	return (int)h->sensor_count++;
}

static int add_event(struct home_log *h, const struct recording_record *r)
{
	enum routine_sign sign;
	int sensor;

	if (routine_sign_of(r->reading.kind, &sign) < 0)
		return 0;
	sensor = sensor_of(h, r, sign);
	if (sensor < 0)
		return sensor;
	if (h->count == h->room_for) {
		size_t wanted = h->room_for ? 2 * h->room_for : 4096;
		struct home_event *grown = realloc(h->events, wanted * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		h->events = grown;
		h->room_for = wanted;
	}
	h->events[h->count++] =
		(struct home_event){r->calendar_us / 1000, (uint8_t)sensor, r->reading.value != 0};
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct home_event *x = a, *y = b;

	return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* A sensor that names several rooms says where the resident is: no sensor is in two places. */
static void find_roles(struct home_log *h)
{
	for (size_t i = 0; i < h->sensor_count; i++)
		for (size_t j = 0; j < h->sensor_count; j++)
			if (i != j && strcmp(h->sensors[i].name, h->sensors[j].name) == 0 &&
				strcmp(h->sensors[i].room, h->sensors[j].room) != 0)
				h->sensors[i].sign = ROUTINE_PLACE;
	for (size_t i = 0; i < h->sensor_count; i++)
		h->sensors[i].role =
			routine_role_of(h->sensors[i].name, h->sensors[i].room, h->sensors[i].sign);
}

static int read_events(struct home_log *h, const char *path, char error[HOME_ERROR_MAX])
{
	char said[RECORDING_ERROR_MAX];
	struct recording_record record;
	struct recording *from;
	int problem = recording_open(&from, path, NULL, said);

	if (problem < 0) {
		(void)snprintf(error, HOME_ERROR_MAX, "%.500s", said);
		return problem;
	}
	if (recording_format(from) != RECORDING_HOME_LOG)
		problem = complain(error, EBADMSG, path, "not a home log");
	while (problem == 0) {
		int more = recording_next(from, &record);

		if (more <= 0) {
			if (more < 0)
				(void)snprintf(
					error, HOME_ERROR_MAX, "%.500s", recording_error(from));
			problem = more;
			break;
		}
		problem = add_event(h, &record);
		if (problem < 0)
			(void)complain(error, -problem, path,
				problem == -ENOSPC ? "more than 128 sensors" : strerror(-problem));
	}
	(void)recording_free(from);
	if (problem == 0 && h->count < 2)
		problem = complain(error, EBADMSG, path, "fewer than two signs of life");
	return problem;
}

static int64_t time_of(const char *text)
{
	struct tm t = {0};

	if (!strptime(text, "%Y-%m-%dT%H:%M:%S", &t))
		return -1;
	return (int64_t)timegm(&t) * 1000;
}

static void add_label(struct home_log *h, const char *line)
{
	char start[40], end[40], what[80];
	struct home_span *last = h->out_count ? &h->out[h->out_count - 1] : NULL;
	int64_t from_ms, until_ms;

	if (field(line, 0, start, sizeof(start)) < 0 || field(line, 1, end, sizeof(end)) < 0 ||
		field(line, 2, what, sizeof(what)) < 0)
		return;
	from_ms = time_of(start);
	until_ms = time_of(end);
	if (from_ms < 0 || until_ms < from_ms)
		return;
	if (last && last->until_ms == 0 && strcasestr(what, "enter"))
		last->until_ms = from_ms;
	if (!strcasestr(what, "leave") || h->out_count == HOME_OUT_MAX)
		return;
	if (last && last->until_ms == 0)
		h->out_count--; /* nothing said when it ended */
	h->out[h->out_count++] =
		(struct home_span){from_ms, until_ms - from_ms < OUT_LEAST_MS ? 0 : until_ms};
}

static int read_labels(struct home_log *h, const char *path)
{
	_cleanup_(fclose_p) FILE *from = fopen(path, "re");
	char line[LINE_MAX_BYTES];

	if (!from)
		return errno == ENOENT ? 0 : -errno;
	while (fgets(line, sizeof(line), from)) {
		cut_end(line);
		add_label(h, line);
	}
	if (h->out_count && h->out[h->out_count - 1].until_ms == 0)
		h->out_count--;
	return 0;
}

int home_log_read(
	const char *dir, const char *name, struct home_log *ret, char ret_error[HOME_ERROR_MAX])
{
	char path[PATH_MAX];
	struct home_log h = {0};
	int problem;

	(void)snprintf(h.name, sizeof(h.name), "%s", name);
	if (path_of(path, dir, name, "events.csv") < 0)
		return complain(ret_error, ENAMETOOLONG, dir, "too long");
	problem = read_events(&h, path, ret_error);
	if (problem == 0) {
		/* Stamps of different sensors cross by some ms in some recordings. */
		qsort(h.events, h.count, sizeof(h.events[0]), compare);
		find_roles(&h);
		if (path_of(path, dir, name, "activities.csv") == 0)
			problem = read_labels(&h, path);
		if (problem < 0)
			(void)complain(ret_error, -problem, path, strerror(-problem));
	}
	if (problem < 0) {
		home_log_done(&h);
		return problem;
	}
	*ret = h;
	return 0;
}

void home_log_done(struct home_log *h)
{
	free(h->events);
	*h = (struct home_log){0};
}
