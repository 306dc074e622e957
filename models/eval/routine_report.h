/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured of the routine model, for people (tables, drawings) and for machines (JSON; its
 * keys are in vigie-eval(1)).
 */
#pragma once

#include "models/eval/routine_figures.h"

#include <stdio.h>

int routine_report_table(const struct routine_measure *m, FILE *to);
/* Writes PATH whole or not at all. */
int routine_report_json(const struct routine_measure *m, uint32_t seed, const char *path);
/* DIR/HOME.gp and, by gnuplot, DIR/HOME.svg for each. −ENOENT where there is no gnuplot: the .gp
 * files are there to be drawn elsewhere. */
int routine_report_plot(const struct routine_measure *m, const char *dir);
