/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The local control socket of a daemon: a unix stream socket (0660), one JSON object a line in, one
 * JSON object a line out. Requests are {"do":"status", …}; an answer has "ok":true, or "ok":false
 * with "error". {"do":"follow"} is answered with "ok":true and turns the connection into a stream
 * of steps until it is closed. Never blocks the loop: a follower that does not read is dropped, a
 * client that does not read its answer is not read either, a line over CONTROL_LINE_MAX is refused
 * and the client dropped, the client over CONTROL_CLIENTS_MAX is told so and dropped. Loop thread
 * only.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define CONTROL_CLIENTS_MAX 16
#define CONTROL_LINE_MAX    16384   /* a request, its newline included */
#define CONTROL_ANSWER_MAX  1048576 /* an answer, its newline included; a longer one is an error */
#define CONTROL_FOLLOW_MAX  65536   /* steps kept for a follower beyond what the kernel keeps */

struct control;

/*
 * Answers one request into `answer` (an empty object to fill). 0 → "ok":true; −errno → "ok":false
 * (an "error" set in answer wins over strerror; −EOPNOTSUPP says that there is no such command).
 * "follow" never comes here.
 */
typedef int (*control_on_request)(
	const char *verb, const json_t *request, json_t *answer, void *userdata);

/* Makes the last folder of path where there is none (0750) and replaces a stale socket;
 * −EADDRINUSE when a live daemon answers on it, −EEXIST when it is no socket, −ENAMETOOLONG. */
int control_new(struct control **ret, sd_event *event, const char *path,
	control_on_request on_request, void *userdata);
struct control *control_free(struct control *c);

/*
 * One step on the straight line, told to every follower as
 * {"time_us":boottime,"part":"hub","what":"raised","incident":"…","text":"…"}.
 * Costs nothing when nobody follows. incident and text may be NULL and are then left out.
 */
void control_tell(struct control *c, uint64_t time_us, const char *part, const char *what,
	const char *incident, const char *text);
