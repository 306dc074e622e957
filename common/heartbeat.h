/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heartbeat a hub sends on topic …/heartbeat (docs/PROTOCOL.md): that it lives, how its sensors
 * are, what is on its mind. A plain value; its JSON (version 1) is strict both ways, with the
 * errors of incident_from_json(). The gateway answers an entry of `open` that is not as it knows it
 * by sending the progress again.
 */
#pragma once

#include "common/incident.h"

#define HEARTBEAT_VERSION     1
#define HEARTBEAT_RELEASE_MAX 33 /* the program's version, "0.1.0", and NUL */
#define HEARTBEAT_FAULTS_MAX  8
#define HEARTBEAT_OPEN_MAX    8
#define HEARTBEAT_JSON_MAX    4096

struct heartbeat_open {
	char incident[INCIDENT_ID_MAX];
	uint32_t seq;
	enum incident_state state;
};

struct heartbeat {
	char home[INCIDENT_HOME_MAX];
	char release[HEARTBEAT_RELEASE_MAX]; /* "version" on the wire */
	uint64_t uptime_s;
	int64_t wall_ms;            /* UTC at the hub */
	int64_t suspended_until_ms; /* UTC; 0: the resident has not paused the watch */
	uint32_t outbox;            /* messages that wait for a receipt */
	uint32_t sensors_fresh, sensors_stale, sensors_failed;
	unsigned int faults_count;
	char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX]; /* short texts for a technician */
	unsigned int open_count;
	struct heartbeat_open open[HEARTBEAT_OPEN_MAX]; /* the newest, where there are more */
};

int heartbeat_to_json(const struct heartbeat *heartbeat, char ret_json[HEARTBEAT_JSON_MAX]);
int heartbeat_from_json(
	const char *json, size_t bytes, struct heartbeat *ret, char *ret_error, size_t error_bytes);
