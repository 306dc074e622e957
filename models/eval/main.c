/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-eval: measures the shipped models on recordings. One subcommand a model, each in a file of
 * its own.
 */
#include "models/eval/eval.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{"falls", eval_falls, "the fall model on recorded trials of worn accelerometers"},
	{"routine", eval_routine, "the routine model on recorded homes"},
	{"fusion", eval_fusion, "all evidence weighed, on the same trials"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *to)
{
	(void)fprintf(to, "usage: vigie-eval COMMAND [OPTION…]\n"
			  "       vigie-eval COMMAND --help\n"
			  "Measures the shipped models on recordings. Commands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		(void)fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].what);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("vigie-eval %s\n", VIGIE_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	(void)fprintf(stderr, "vigie-eval: no command %s\n", argv[1]);
	print_usage(stderr);
	return 2;
}
