/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The subcommands of vigie-eval: each takes its own arguments (argv[0] is its name) and returns the
 * exit status: 0 done, 1 could not, 2 bad usage or bad input.
 */
#pragma once

int eval_falls(int argc, char **argv);
int eval_routine(int argc, char **argv);
int eval_fusion(int argc, char **argv);
