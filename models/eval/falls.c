/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-eval falls: every trial of an index through the shipped fall model, then the figures.
 */
#include "common/cleanup.h"
#include "common/clock.h"
#include "models/eval/dataset.h"
#include "models/eval/eval.h"
#include "models/eval/fall_curve.h"
#include "models/eval/fall_folds.h"
#include "models/eval/fall_report.h"
#include "models/eval/interrupt.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define PROGRESS_TERMINAL_US (US_PER_S / 5)
#define PROGRESS_LINES_US    (5 * US_PER_S)

struct options {
	const char *data, *json, *set, *place, *folds, *leave_out, *curve;
};

struct measuring {
	struct options options;
	struct dataset dataset;
	struct trial_index index;
	struct fall_folds folds; /* none: the shipped weights judge all */
	struct fall_result *results;
	struct fall *model;
	uint64_t told_us;
	bool is_terminal, has_told;
};

static void print_usage(FILE *to)
{
	(void)fprintf(to,
		"usage: vigie-eval falls [--data DIR] [--set NAME] [--place PLACE] [--json FILE]\n"
		"                         [--curve FILE] [--folds DIR [--leave-out subject|set]]\n"
		"Puts recorded trials through the shipped fall model and prints what it found.\n"
		"  --data DIR     folder with index.csv and its trials, or with falls.tar.gz\n"
		"                 (default $VIGIE_DATA, else ../shared/data)\n"
		"  --set NAME     only the trials of this set\n"
		"  --place PLACE  judge every trial as worn there (wrist, trunk, unknown), whatever\n"
		"                 the index says\n"
		"  --folds DIR    judge each trial by weights that never met its subject, as written by\n"
		"                 models/training/train.py; refuses where a subject is on both sides\n"
		"  --leave-out X  subject (default), or set: weights that saw nothing of its set\n"
		"  --json FILE    write every figure, and the paths of misses and false alarms\n"
		"  --curve FILE   print what other thresholds would have given, and draw it (SVG)\n"
		"  --help         this text; the full story is in vigie-eval(1)\n");
}

/* 0 go on; else 1 + the exit status. */
static int check_options(const struct options *o, const char *extra)
{
	enum wear_place place;

	if (extra) {
		(void)fprintf(stderr, "vigie-eval: falls: %s is not an option\n", extra);
		return 3;
	}
	if (o->place && wear_place_from_text(o->place, &place) < 0) {
		(void)fprintf(stderr, "vigie-eval: --place is %s, needs wrist, trunk or unknown\n",
			o->place);
		return 3;
	}
	if (o->leave_out && (!o->folds || (strcmp(o->leave_out, "set") != 0 &&
						  strcmp(o->leave_out, "subject") != 0))) {
		(void)fprintf(stderr, "vigie-eval: --leave-out is subject or set, with --folds\n");
		return 3;
	}
	return 0;
}

/* 0 go on; else 1 + the exit status. */
static int read_options(int argc, char **argv, struct options *ret)
{
	static const struct option known[] = {{"data", required_argument, NULL, 'd'},
		{"json", required_argument, NULL, 'j'}, {"set", required_argument, NULL, 's'},
		{"place", required_argument, NULL, 'p'}, {"folds", required_argument, NULL, 'f'},
		{"leave-out", required_argument, NULL, 'l'},
		{"curve", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "h", known, NULL)) >= 0)
		switch (option) {
		case 'd':
			ret->data = optarg;
			break;
		case 'j':
			ret->json = optarg;
			break;
		case 's':
			ret->set = optarg;
			break;
		case 'p':
			ret->place = optarg;
			break;
		case 'f':
			ret->folds = optarg;
			break;
		case 'c':
			ret->curve = optarg;
			break;
		case 'l':
			ret->leave_out = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return 1;
		default:
			print_usage(stderr);
			return 3;
		}
	return check_options(ret, optind < argc ? argv[optind] : NULL);
}

static void tell(struct measuring *m, size_t done)
{
	uint64_t now_us = clock_boot_us();
	uint64_t each_us = m->is_terminal ? PROGRESS_TERMINAL_US : PROGRESS_LINES_US;

	if (m->told_us == 0)
		m->told_us = now_us;
	if (now_us - m->told_us < each_us)
		return;
	m->told_us = now_us;
	m->has_told = true;
	(void)fprintf(stderr, "%sfalls: %zu of %zu trials%s", m->is_terminal ? "\r" : "", done,
		m->index.count, m->is_terminal ? "" : "\n");
}

static void tell_end(const struct measuring *m)
{
	if (m->is_terminal && m->has_told)
		(void)fprintf(stderr, "\r%*s\r", 60, "");
}

/* Places this version does not know are judged as unknown, and reported under their own name. */
static enum wear_place place_of(const struct measuring *m, const struct trial *t)
{
	enum wear_place place = WEAR_UNKNOWN;

	(void)wear_place_from_text(m->options.place ? m->options.place : t->place, &place);
	return place;
}

static int run_trial(struct measuring *m, size_t i)
{
	char path[PATH_MAX], error[INDEX_ERROR_MAX];
	const struct trial *t = &m->index.trials[i];
	int n = snprintf(path, sizeof(path), "%s/%s", m->dataset.dir, t->path);
	const struct fall_weights *weights =
		m->folds.count ? fall_folds_for(&m->folds, t, place_of(m, t)) : NULL;
	int problem = -ENAMETOOLONG;

	(void)snprintf(error, sizeof(error), "%s: %s", t->path, strerror(ENAMETOOLONG));
	if (m->folds.count && !weights) {
		problem = -ENOENT;
		(void)snprintf(error, sizeof(error), "%s: no fold leaves %s/%s out at that place",
			m->options.folds, t->set, t->subject);
	} else if (n > 0 && n < (int)sizeof(path))
		problem = fall_trial_run(
			m->model, weights, path, t, place_of(m, t), &m->results[i], error);
	if (problem < 0) {
		tell_end(m);
		(void)fprintf(stderr, "vigie-eval: %s\n", error);
	}
	return problem;
}

/* Keeps the trials of the chosen set. */
static int choose(struct measuring *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->index.count; i++)
		if (!m->options.set || strcmp(m->options.set, m->index.trials[i].set) == 0)
			m->index.trials[kept++] = m->index.trials[i];
	m->index.count = kept;
	if (kept == 0) {
		(void)fprintf(stderr, "vigie-eval: no trial of a set named %s in the index\n",
			m->options.set);
		return -ENOENT;
	}
	m->model = malloc(fall_size());
	m->results = calloc(kept, sizeof(m->results[0]));
	return m->model && m->results ? 0 : -ENOMEM;
}

/* 0, also where none were asked for. */
static int open_folds(struct measuring *m)
{
	const char *left_out = m->options.leave_out ? m->options.leave_out : "subject";
	const char *protocol = strcmp(left_out, "set") == 0 ? "set" : "loso";
	char error[FALL_FOLDS_ERROR_MAX];

	if (!m->options.folds)
		return 0;
	if (fall_folds_open(m->options.folds, protocol, &m->folds, error) < 0) {
		(void)fprintf(stderr, "vigie-eval: %s\n", error);
		return -EINVAL;
	}
	(void)printf("Each trial is judged by weights that never met its %s (%zu folds).\n",
		left_out, m->folds.count);
	return 0;
}

static int report(const struct measuring *m)
{
	struct fall_measure measure = {m->index.trials, m->results, m->index.count};
	int error = fall_report_table(&measure, stdout);

	if (error == 0 && m->options.curve)
		error = fall_curve_table(&measure, stdout);
	if (error == 0 && m->options.curve)
		error = fall_curve_draw(&measure, m->options.curve);
	if (error == 0 && m->options.json)
		error = fall_report_json(&measure, m->options.json);
	if (error == 0 && (fflush(stdout) != 0 || ferror(stdout)))
		error = -EIO;
	if (error < 0)
		(void)fprintf(stderr, "vigie-eval: %s: %s\n",
			m->options.json ? m->options.json : "output", strerror(-error));
	return error < 0 ? 1 : 0;
}

static int measure(struct measuring *m)
{
	char error[INDEX_ERROR_MAX], path[PATH_MAX];
	int n;

	if (dataset_open(m->options.data, "falls", &m->dataset, error) < 0) {
		(void)fprintf(stderr, "vigie-eval: %s\n", error);
		return 2;
	}
	n = snprintf(path, sizeof(path), "%s/index.csv", m->dataset.dir);
	if (n < 0 || n >= (int)sizeof(path) || trial_index_read(path, &m->index, error) < 0) {
		(void)fprintf(stderr, "vigie-eval: %s\n", error);
		return 2;
	}
	if (choose(m) < 0 || open_folds(m) < 0)
		return 2;
	for (size_t i = 0; i < m->index.count; i++) {
		tell(m, i);
		if (interrupt_came())
			return INTERRUPT_STATUS;
		if (run_trial(m, i) < 0)
			return 2;
	}
	tell_end(m);
	return report(m);
}

int eval_falls(int argc, char **argv)
{
	struct measuring m = {.is_terminal = isatty(STDERR_FILENO)};
	int status = read_options(argc, argv, &m.options);

	if (status)
		return status - 1;
	interrupt_hold();
	status = measure(&m);
	dataset_done(&m.dataset);
	trial_index_done(&m.index);
	fall_folds_done(&m.folds);
	free(m.results);
	free(m.model);
	return status;
}
