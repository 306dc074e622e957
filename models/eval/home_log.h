/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One recorded home, whole in memory: its sensors, its events in order of time, and when its
 * resident is known to have been out by the labels that came with it.
 */
#pragma once

#include "models/routine.h"

#include <stddef.h>

#define HOME_NAME_MAX  64
#define HOME_ERROR_MAX 512
#define HOME_OUT_MAX   1024

struct home_sensor {
	char name[48], room[48];
	enum routine_sign sign;
	enum routine_role role;
};

struct home_event {
	int64_t at_ms; /* the home's local time, as if it were UTC */
	uint8_t sensor;
	bool is_on;
};

struct home_span {
	int64_t from_ms, until_ms;
};

struct home_log {
	char name[HOME_NAME_MAX];
	struct home_sensor sensors[ROUTINE_SENSORS_MAX];
	size_t sensor_count;
	struct home_event *events; /* owned */
	size_t count, room_for;
	struct home_span out[HOME_OUT_MAX];
	size_t out_count;
	bool has_motion;
};

struct home_index {
	char (*names)[HOME_NAME_MAX]; /* owned */
	size_t count;
};

/* DIR/index.csv: the column `home`. 0; −errno with "FILE:LINE: …" in ret_error. */
int home_index_read(const char *dir, struct home_index *ret, char ret_error[HOME_ERROR_MAX]);
/* DIR/NAME/events.csv and, where it exists, activities.csv. */
int home_log_read(
	const char *dir, const char *name, struct home_log *ret, char ret_error[HOME_ERROR_MAX]);
void home_log_done(struct home_log *h);
