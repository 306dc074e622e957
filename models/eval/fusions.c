/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-eval fusion: every trial of an index through the fall model and models/fusion, in three
 * homes: one with no other sensor, one whose rooms are heard and stay silent, and one where whoever
 * did not fall is heard in another room 15 s after each shock. How many falls and how many trials
 * of daily life the resident would be asked about, beside what the fall model alone calls.
 */
#include "common/cleanup.h"
#include "models/eval/dataset.h"
#include "models/eval/eval.h"
#include "models/eval/fall_folds.h"
#include "models/eval/interrupt.h"
#include "models/fusion.h"
#include "sensors/recording.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_S   1000000ULL
#define SETS_MAX   16
#define BEGAN_US   (100000 * US_PER_S)
#define SILENCE_US (5 * US_PER_S)   /* after the recording: the hub asks the model for the rest */
#define AFTER_US   (700 * US_PER_S) /* and lets evidence ripen */
#define MOVES_US   (15 * US_PER_S)

DEFINE_CLEANUP(struct recording *, recording_free_p, recording_free)

enum home_kind { BARE, SILENT, MOVING, HOMES };
enum { WORN, HERE, THERE }; /* the home's sensors */

struct tally {
	char set[INDEX_TEXT_MAX];
	unsigned int falls, daily;
	unsigned int called[2]; /* by the fall model alone: daily, falls */
	unsigned int asked[HOMES][2], raised[HOMES][2];
};

struct weighing {
	struct dataset dataset;
	struct trial_index index;
	struct fall_folds folds;
	struct fall *model;
	struct fusion *fusion;
	unsigned int sets_count;
	struct tally sets[SETS_MAX];
	/* the trial at hand */
	const struct trial *trial;
	enum home_kind home;
	uint64_t moves_us; /* when the resident is heard elsewhere, 0: not */
	bool is_called, is_asked, is_raised;
};

static struct fusion_time at(uint64_t now_us)
{
	return (struct fusion_time){.now_us = now_us, .local_ms = 43200000}; /* noon */
}

static void drain(struct weighing *w)
{
	struct fusion_verdict verdict;

	while (fusion_verdict(w->fusion, &verdict) == 1) {
		w->is_asked = true;
		w->is_raised |= verdict.is_certain;
	}
}

static void hear(struct weighing *w, uint8_t sensor, uint64_t now_us)
{
	(void)fusion_reading(w->fusion, sensor, READING_MOTION, 1, at(now_us));
	(void)fusion_reading(w->fusion, sensor, READING_MOTION, 0, at(now_us));
	drain(w);
}

static void turn_until(struct weighing *w, uint64_t until_us)
{
	uint64_t next_us;

	while ((next_us = fusion_next_us(w->fusion)) <= until_us) {
		fusion_turn(w->fusion, at(next_us));
		drain(w);
	}
}

static void pass(struct weighing *w, uint64_t until_us)
{
	uint64_t moves_us = w->moves_us;

	if (moves_us && moves_us <= until_us) {
		w->moves_us = 0;
		turn_until(w, moves_us);
		hear(w, THERE, moves_us);
	}
	turn_until(w, until_us);
}

static void answer(struct weighing *w, const struct fall_answer answers[], int count,
	uint64_t last_us, uint64_t now_us)
{
	for (int n = 0; n < count; n++) {
		uint64_t ago_us =
			answers[n].impact_us < last_us ? last_us - answers[n].impact_us : 0;

		w->is_called |= answers[n].is_fall;
		if (w->home == MOVING && !w->trial->is_fall && !w->moves_us)
			w->moves_us = now_us - ago_us + MOVES_US;
		(void)fusion_answer(w->fusion, WORN, &answers[n], now_us - ago_us, at(now_us));
		drain(w);
	}
}

static int play(struct weighing *w, const char *path, char error[INDEX_ERROR_MAX])
{
	_cleanup_(recording_free_p) struct recording *recording = NULL;
	struct fall_answer answers[FALL_EVENTS_MAX];
	struct recording_record record;
	uint64_t now_us = BEGAN_US, last_us = 0;
	int r = recording_open(&recording, path, NULL, error);

	while (r >= 0 && (r = recording_next(recording, &record)) == 1) {
		struct accel_batch *batch = &record.accel;

		if (record.what != RECORDING_ACCEL || batch->count == 0)
			continue;
		batch->time_us = now_us = BEGAN_US + record.offset_us;
		last_us = batch->first_us + batch->samples[batch->count - 1].offset_us;
		pass(w, now_us);
		(void)fusion_accel(w->fusion, WORN, batch);
		answer(w, answers, fall_push(w->model, batch, answers), last_us, now_us);
	}
	if (r < 0)
		return r;
	now_us += SILENCE_US;
	pass(w, now_us);
	answer(w, answers, fall_finish(w->model, answers), last_us + SILENCE_US, now_us);
	pass(w, now_us + AFTER_US);
	return 0;
}

static void move_in(struct weighing *w, enum wear_place place)
{
	const struct fusion_home home = {
		.residents = 1, .ask = FUSION_ASK_USUAL, .raise = FUSION_RAISE_USUAL};
	const struct fusion_sensor worn = {.role = FUSION_WEARABLE, .place = place};
	const struct fusion_sensor here = {.role = FUSION_MOTION, .room = 1};
	const struct fusion_sensor there = {.role = FUSION_MOTION, .room = 2};

	(void)fusion_init(w->fusion, &home);
	(void)fusion_install(w->fusion, WORN, &worn);
	if (w->home == BARE)
		return;
	(void)fusion_install(w->fusion, HERE, &here);
	(void)fusion_install(w->fusion, THERE, &there);
	hear(w, THERE, BEGAN_US - 600 * US_PER_S);
	hear(w, HERE, BEGAN_US - 60 * US_PER_S);
}

static struct tally *tally_of(struct weighing *w, const char *set)
{
	for (unsigned int n = 0; n < w->sets_count; n++)
		if (strcmp(w->sets[n].set, set) == 0)
			return &w->sets[n];
	if (w->sets_count == SETS_MAX)
		return NULL;
	(void)snprintf(w->sets[w->sets_count].set, INDEX_TEXT_MAX, "%s", set);
	return &w->sets[w->sets_count++];
}

static int weigh_trial(struct weighing *w, const struct trial *t, char error[INDEX_ERROR_MAX])
{
	struct tally *tally = tally_of(w, t->set);
	enum wear_place place = WEAR_UNKNOWN;
	const struct fall_weights *weights;
	char path[PATH_MAX];

	(void)wear_place_from_text(t->place, &place);
	weights = w->folds.count ? fall_folds_for(&w->folds, t, place) : NULL;
	(void)snprintf(
		error, INDEX_ERROR_MAX, "%s: too long, too many sets, or no fold for it", t->path);
	if (!tally || (w->folds.count && !weights) ||
		snprintf(path, sizeof(path), "%s/%s", w->dataset.dir, t->path) >= (int)sizeof(path))
		return -EINVAL;
	w->trial = t;
	*(t->is_fall ? &tally->falls : &tally->daily) += 1;
	for (w->home = BARE; w->home < HOMES; w->home++) {
		int r;

		w->is_called = w->is_asked = w->is_raised = false;
		w->moves_us = 0;
		fall_init(w->model, place);
		if (weights)
			fall_use_weights(w->model, weights);
		move_in(w, place);
		r = play(w, path, error);
		if (r < 0)
			return r;
		tally->called[t->is_fall] += w->home == BARE && w->is_called;
		tally->asked[w->home][t->is_fall] += w->is_asked;
		tally->raised[w->home][t->is_fall] += w->is_raised;
	}
	return 0;
}

static void print_table(const struct weighing *w)
{
	static const char *const homes[HOMES] = {
		"no other sensor", "rooms stay silent", "who did not fall moves on"};

	(void)printf("%-16s %-26s %6s %6s %6s %6s   %6s %6s %6s %6s\n", "", "", "falls", "called",
		"asked", "raised", "daily", "called", "asked", "raised");
	for (unsigned int n = 0; n < w->sets_count; n++)
		for (int home = BARE; home < HOMES; home++) {
			const struct tally *t = &w->sets[n];

			(void)printf("%-16s %-26s %6u %6u %6u %6u   %6u %6u %6u %6u\n", t->set,
				homes[home], t->falls, t->called[1], t->asked[home][1],
				t->raised[home][1], t->daily, t->called[0], t->asked[home][0],
				t->raised[home][0]);
		}
	(void)printf("called: by the fall model alone; asked, raised at once: with everything "
		     "weighed\n");
}

static int weigh_all(struct weighing *w, const char *data, const char *folds)
{
	char error[INDEX_ERROR_MAX], path[PATH_MAX + 16];
	int r = dataset_open(data, "falls", &w->dataset, error);

	(void)snprintf(path, sizeof(path), "%s/index.csv", w->dataset.dir);
	if (r == 0)
		r = trial_index_read(path, &w->index, error);
	if (r == 0 && folds)
		r = fall_folds_open(folds, "loso", &w->folds, error);
	for (size_t n = 0; r == 0 && n < w->index.count; n++) {
		if (interrupt_came())
			return INTERRUPT_STATUS;
		r = weigh_trial(w, &w->index.trials[n], error);
	}
	if (r < 0)
		(void)fprintf(stderr, "vigie-eval: %s\n", error);
	else
		print_table(w);
	return r < 0 ? 2 : 0;
}

int eval_fusion(int argc, char **argv)
{
	static const struct option known[] = {{"data", required_argument, NULL, 'd'},
		{"folds", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'}, {0}};
	_cleanup_(free_p) struct weighing *w = calloc(1, sizeof(*w));
	const char *data = NULL, *folds = NULL;
	int option, status = 1;

	while ((option = getopt_long(argc, argv, "h", known, NULL)) >= 0) {
		data = option == 'd' ? optarg : data;
		folds = option == 'f' ? optarg : folds;
		if (option != 'd' && option != 'f') {
			(void)fprintf(option == 'h' ? stdout : stderr,
				"usage: vigie-eval fusion [--data DIR] [--folds DIR]\n");
			return option == 'h' ? 0 : 2;
		}
	}
	if (w) {
		w->model = malloc(fall_size());
		w->fusion = malloc(fusion_size());
	}
	if (w && w->model && w->fusion) {
		interrupt_hold();
		status = weigh_all(w, data, folds);
		fall_folds_done(&w->folds);
		trial_index_done(&w->index);
		dataset_done(&w->dataset);
	}
	if (w) {
		free(w->model);
		free(w->fusion);
	}
	return status;
}
