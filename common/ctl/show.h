/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers as a person reads them: aligned tables, local time, words of the language. What is
 * missing in an answer is shown as empty: an older daemon is no reason to show nothing.
 */
#pragma once

#include "common/ctl/ctl.h"

#include <jansson.h>
#include <stdio.h>

void show_status(FILE *out, enum ctl_language language, const json_t *answer);
void show_sensors(FILE *out, enum ctl_language language, const json_t *answer);
void show_discovery(
	FILE *out, enum ctl_language language, const json_t *answer, struct ctl_live *live);
void show_enrolled(FILE *out, enum ctl_language language, const json_t *answer);
void show_removed(FILE *out, enum ctl_language language, const json_t *answer);
void show_walk(FILE *out, enum ctl_language language, const json_t *answer, struct ctl_live *live);
void show_incidents(FILE *out, enum ctl_language language, const json_t *answer);
void show_why(FILE *out, enum ctl_language language, const json_t *answer);
void show_test(FILE *out, enum ctl_language language, const json_t *answer);
void show_press(FILE *out, enum ctl_language language, const json_t *answer);
void show_output(FILE *out, enum ctl_language language, const json_t *answer);
void show_say(FILE *out, enum ctl_language language, const json_t *answer);
void show_pause(FILE *out, enum ctl_language language, const json_t *answer);
void show_resume(FILE *out, enum ctl_language language, const json_t *answer);
void show_state(FILE *out, enum ctl_language language, const json_t *answer);
void show_step(FILE *out, enum ctl_language language, const json_t *step);

/* "bthome_v2" as its makers write it. */
const char *show_format(const char *format);
/* Adds "3 min ago", or nothing where last_s is no number. */
void show_ago(json_t *row, enum ctl_language language, const json_t *last_s);
void show_routine(FILE *out, enum ctl_language language, const json_t *answer);
void show_summary(FILE *out, enum ctl_language language, const json_t *answer);
