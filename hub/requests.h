/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answering requests on the control socket. Each verb is one function
 *
 *     int verb(struct hub *h, const json_t *request, json_t *answer)
 *
 * with a line in the table of hub/requests.c: 0 with its fields put into `answer`, or -errno with
 * what was wrong (docs/PROTOCOL.md lists them).
 */
#pragma once

#include "hub/hub.h"

/* The answer is this refusal, in English (vigie-ctl says it in French): returns `error`. */
int request_refuse(json_t *answer, int error, const char *text);
/* Takes over `value`. */
void request_put(json_t *object, const char *key, json_t *value);
void request_put_count(json_t *object, const char *key, uint64_t count);
/* A sensor as a status tells it. */
json_t *request_sensor_json(const struct hub *h, const struct roster_sensor *s, uint64_t now_us);

/* An incident as on the wire; NULL for one that cannot be written. */
json_t *request_incident_json(const struct incident *incident);

/* Verbs of other files. */
int request_why(struct hub *h, const json_t *request, json_t *answer);
int request_enrol(struct hub *h, const json_t *request, json_t *answer);
int request_remove(struct hub *h, const json_t *request, json_t *answer);
int request_sensors(struct hub *h, const json_t *request, json_t *answer);
int request_export(struct hub *h, const json_t *request, json_t *answer);
int request_export_next(struct hub *h, const json_t *request, json_t *answer);
int request_summary(struct hub *h, const json_t *request, json_t *answer);
int request_routine(struct hub *h, const json_t *request, json_t *answer);
