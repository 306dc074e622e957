/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-eval routine: recorded homes through the routine model, then the figures.
 */
#include "common/cleanup.h"
#include "models/eval/dataset.h"
#include "models/eval/eval.h"
#include "models/eval/interrupt.h"
#include "models/eval/routine_report.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define INJECTIONS_MAX 1000000

struct options {
	const char *data, *json, *plot, *home;
	uint32_t seed, injections;
};

struct measuring {
	struct options options;
	struct dataset dataset;
	struct home_index index;
	struct home_log *homes;
	struct routine_trial *trials;
	size_t count;
};

static void print_usage(FILE *to)
{
	(void)fprintf(to,
		"usage: vigie-eval routine [--data DIR] [--home NAME] [--seed N] [--injections N]\n"
		"                          [--json FILE] [--plot DIR]\n"
		"Puts recorded homes through the routine model: the first half of each is learned, in\n"
		"the second silence is injected and untouched days are listened to for false alarms.\n"
		"  --data DIR      folder with index.csv and its homes, or with homes.tar.gz\n"
		"                  (default $VIGIE_DATA, else ../shared/data)\n"
		"  --home NAME     only this home\n"
		"  --seed N        of the injection times (default 1)\n"
		"  --injections N  a home (default 1000)\n"
		"  --json FILE     write every figure\n"
		"  --plot DIR      draw each home's learned day and its silences (SVG, needs gnuplot)\n"
		"  --help          this text; the full story is in vigie-eval(1)\n");
}

static int read_number(const char *name, const char *text, uint32_t most, uint32_t *ret)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || value > most) {
		(void)fprintf(stderr, "vigie-eval: --%s is %s, needs 0..%u\n", name, text, most);
		return 3;
	}
	*ret = (uint32_t)value;
	return 0;
}

/* 0 go on; else 1 + the exit status. */
static int read_option(int option, struct options *ret)
{
	switch (option) {
	case 'd':
		ret->data = optarg;
		return 0;
	case 'j':
		ret->json = optarg;
		return 0;
	case 'p':
		ret->plot = optarg;
		return 0;
	case 'o':
		ret->home = optarg;
		return 0;
	case 's':
		return read_number("seed", optarg, UINT32_MAX, &ret->seed);
	case 'i':
		return read_number("injections", optarg, INJECTIONS_MAX, &ret->injections);
	case 'h':
		print_usage(stdout);
		return 1;
	default:
		print_usage(stderr);
		return 3;
	}
}

static int read_options(int argc, char **argv, struct options *ret)
{
	static const struct option known[] = {{"data", required_argument, NULL, 'd'},
		{"json", required_argument, NULL, 'j'}, {"plot", required_argument, NULL, 'p'},
		{"home", required_argument, NULL, 'o'}, {"seed", required_argument, NULL, 's'},
		{"injections", required_argument, NULL, 'i'}, {"help", no_argument, NULL, 'h'},
		{0}};
	int option, status = 0;

	while (status == 0 && (option = getopt_long(argc, argv, "h", known, NULL)) >= 0)
		status = read_option(option, ret);
	if (status == 0 && optind < argc) {
		(void)fprintf(stderr, "vigie-eval: routine: %s is not an option\n", argv[optind]);
		return 3;
	}
	return status;
}

static int run_home(struct measuring *m, const char *name)
{
	char error[HOME_ERROR_MAX];
	struct home_log *home = &m->homes[m->count];
	int problem = home_log_read(m->dataset.dir, name, home, error);

	if (problem < 0) {
		(void)fprintf(stderr, "vigie-eval: %s\n", error);
		return problem;
	}
	problem = routine_trial_run(
		home, m->options.seed, m->options.injections, &m->trials[m->count]);
	if (problem < 0) {
		home_log_done(home);
		(void)fprintf(stderr, "vigie-eval: %s: %s\n", name, strerror(-problem));
		return problem;
	}
	m->count++;
	return 0;
}

static int run_homes(struct measuring *m)
{
	for (size_t i = 0; i < m->index.count; i++) {
		const char *name = m->index.names[i];

		if (m->options.home && strcmp(m->options.home, name) != 0)
			continue;
		(void)fprintf(
			stderr, "routine: home %zu of %zu: %s\n", i + 1, m->index.count, name);
		if (interrupt_came())
			return INTERRUPT_STATUS;
		if (run_home(m, name) < 0)
			return 2;
	}
	if (m->count == 0) {
		(void)fprintf(
			stderr, "vigie-eval: no home named %s in the index\n", m->options.home);
		return 2;
	}
	return 0;
}

static int complain(const char *what, int error)
{
	(void)fprintf(stderr, "vigie-eval: %s: %s\n", what, strerror(-error));
	return 1;
}

static int report(const struct measuring *m)
{
	struct routine_measure measure = {.trials = m->trials, .count = m->count};
	int error = routine_measure_tune(&measure);

	if (error == 0)
		error = routine_report_table(&measure, stdout);
	if (error == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		error = -EIO;
	if (error < 0)
		return complain("output", error);
	if (m->options.json) {
		error = routine_report_json(&measure, m->options.seed, m->options.json);
		if (error < 0)
			return complain(m->options.json, error);
	}
	if (m->options.plot) {
		error = routine_report_plot(&measure, m->options.plot);
		if (error == -ENOENT)
			(void)fprintf(stderr,
				"vigie-eval: gnuplot is not installed: %s/*.gp are not drawn\n",
				m->options.plot);
		else if (error < 0)
			return complain(m->options.plot, error);
	}
	return 0;
}

static int measure(struct measuring *m)
{
	char error[HOME_ERROR_MAX];
	int status;

	if (dataset_open(m->options.data, "homes", &m->dataset, error) < 0 ||
		home_index_read(m->dataset.dir, &m->index, error) < 0) {
		(void)fprintf(stderr, "vigie-eval: %s\n", error);
		return 2;
	}
	m->homes = calloc(m->index.count, sizeof(m->homes[0]));
	m->trials = calloc(m->index.count, sizeof(m->trials[0]));
	if (!m->homes || !m->trials)
		return complain("memory", -ENOMEM);
	status = run_homes(m);
	return status ? status : report(m);
}

int eval_routine(int argc, char **argv)
{
	struct measuring m = {.options = {.seed = 1, .injections = TRIALS_DEFAULT}};
	int status = read_options(argc, argv, &m.options);

	if (status)
		return status - 1;
	interrupt_hold();
	status = measure(&m);
	dataset_done(&m.dataset);
	for (size_t i = 0; i < m.count; i++) {
		routine_trial_done(&m.trials[i]);
		home_log_done(&m.homes[i]);
	}
	free(m.homes);
	free(m.trials);
	free(m.index.names);
	return status;
}
