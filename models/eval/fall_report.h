/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured, for people (a table) and for machines (JSON; its keys are in vigie-eval(1)).
 */
#pragma once

#include "models/eval/fall_tally.h"

#include <stdio.h>

/* 0 or −errno. */
int fall_report_table(const struct fall_measure *m, FILE *to);
/* Writes PATH whole or not at all. */
int fall_report_json(const struct fall_measure *m, const char *path);
