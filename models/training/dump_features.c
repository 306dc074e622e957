/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump-features DIR FILE WAVES: every trial of DIR/index.csv, and variations of it, through the
 * fall model as the hub runs it (fall_push), and what the model saw of each impact into FILE and
 * WAVES, for train.py. No feature is computed anywhere else.
 *
 * FILE is rows of struct row, in this machine's byte order, in the order of the index; WAVES the
 * curves (models/fall_waves.h) of each first answer among them.
 */
#include "common/cleanup.h"
#include "models/eval/trial_index.h"
#include "models/fall.h"
#include "models/fall_features.h"
#include "models/fall_score.h"
#include "models/fall_signs.h"
#include "models/fall_waves.h"
#include "models/retime.h"
#include "models/training/variation.h"
#include "sensors/recording.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_MAX    400000 /* of one trial at 50 Hz: 2 h 13 min */
#define LONG_SAMPLES   30000  /* longer recordings (hours of one person) are varied once */
#define BATCH          20
#define CLOCK_START_US 60000000
#define DROPS_ONE_OF   3 /* trials in which the sensor is dropped */

DEFINE_CLEANUP(struct recording *, recording_free_p, recording_free)

struct row {
	uint32_t trial;
	uint8_t variation, stage;
	uint16_t peak_mg;
	int32_t impact_ms; /* in the original recording, after its first sample */
	uint16_t still_s, lively_s, lying_s, is_turned;
	int16_t features[FALL_FEATURES]; /* zero in a second answer */
};

struct dump {
	struct fall *fall;
	struct trace original, varied;
	struct varied how;
	struct row row;
	FILE *to, *waves_to;
};

/* Every impact is as likely: which of several open ones is answered early must not hang on the
 * weights that are being replaced. */
static const struct fall_weights no_opinion = {
	.hash = "none",
	.calibrations = {{.slope = 1, .second_slope = 1, .threshold = {2, 2}},
		{.slope = 1, .second_slope = 1, .threshold = {2, 2}},
		{.slope = 1, .second_slope = 1, .threshold = {2, 2}}},
};

static void on_judged(const struct fall_answer *a, const int16_t *features,
	const struct impact_window *w, const struct fall_signs *signs, void *userdata)
{
	struct fall_waves waves;
	struct dump *d = userdata;
	struct row *r = &d->row;
	double at_ms = ((double)a->impact_us - CLOCK_START_US) / 1000;

	r->stage = (uint8_t)a->stage;
	r->peak_mg = a->peak_mg;
	r->impact_ms = (int32_t)lround(at_ms * d->how.speed);
	r->still_s = (uint16_t)signs->still_s;
	r->lively_s = (uint16_t)signs->lively_s;
	r->lying_s = (uint16_t)signs->lying_s;
	r->is_turned = signs->is_turned;
	memset(r->features, 0, sizeof(r->features));
	if (features) {
		memcpy(r->features, features, sizeof(r->features));
		fall_waves_of(w, &waves);
		(void)fwrite(waves.at, sizeof(waves.at), 1, d->waves_to); /* checked by ferror … */
	}
	(void)fwrite(r, sizeof(*r), 1, d->to); /* … at the end */
}

/* Samples as they were recorded, stamps after the first. −errno, with a line on stderr. */
static int load(const char *path, struct trace *ret, uint64_t *ret_first_us)
{
	_cleanup_(recording_free_p) struct recording *recording = NULL;
	char error[INDEX_ERROR_MAX];
	struct recording_record record;
	int more = recording_open(&recording, path, NULL, error);

	ret->count = 0;
	if (more < 0)
		(void)fprintf(stderr, "dump-features: %s\n", error);
	while (more >= 0 && (more = recording_next(recording, &record)) > 0) {
		const struct accel_batch *b = &record.accel;

		for (uint16_t i = 0; i < b->count && ret->count < SAMPLES_MAX; i++) {
			uint64_t stamp_us = b->first_us + b->samples[i].offset_us;

			*ret_first_us = ret->count ? *ret_first_us : stamp_us;
			ret->t_ms[ret->count] = (double)(int64_t)(stamp_us - *ret_first_us) / 1000;
			ret->a_mg[ret->count][0] = (float)b->samples[i].x_mg;
			ret->a_mg[ret->count][1] = (float)b->samples[i].y_mg;
			ret->a_mg[ret->count++][2] = (float)b->samples[i].z_mg;
		}
	}
	if (recording && more < 0)
		(void)fprintf(stderr, "dump-features: %s\n", recording_error(recording));
	return more;
}

/* Puts re-timed bins at the end of an even trace. */
static void take_bins(struct retime *r, struct trace *to)
{
	struct retimed bin;

	while (retime_next(r, &bin)) {
		if (to->count == SAMPLES_MAX)
			continue;
		to->t_ms[to->count] = (double)to->count * RETIMED_US / 1000;
		to->a_mg[to->count][0] = (float)bin.x_mg;
		to->a_mg[to->count][1] = (float)bin.y_mg;
		to->a_mg[to->count++][2] = (float)bin.z_mg;
	}
}

/* The recording on an even 50 Hz, which variations start from; stamps still after the first. */
static void even_out(struct trace *t, struct trace *spare)
{
	struct retime r;
	double first_ms = 0;

	spare->count = 0;
	retime_init(&r);
	for (size_t i = 0; i < t->count; i++) {
		(void)retime_push(&r,
			CLOCK_START_US + (uint64_t)llround((t->t_ms[i] + 10000) * 1000),
			(int16_t)t->a_mg[i][0], (int16_t)t->a_mg[i][1], (int16_t)t->a_mg[i][2], 0);
		take_bins(&r, spare);
	}
	retime_finish(&r);
	take_bins(&r, spare);
	first_ms = ((double)retime_first_us(&r) - CLOCK_START_US) / 1000 - 10000;
	for (size_t i = 0; i < spare->count; i++)
		spare->t_ms[i] += first_ms;

	struct trace even = *spare;

	*spare = *t;
	*t = even;
}

static void push(struct dump *d, const struct trace *t, enum wear_place place)
{
	struct fall_answer answers[FALL_EVENTS_MAX];
	struct accel_batch b = {0};

	fall_init(d->fall, place);
	fall_use_weights(d->fall, &no_opinion);
	fall_set_witness(d->fall, on_judged, d);
	for (size_t i = 0; i < t->count; i++) {
		uint64_t at_us = (uint64_t)llround((t->t_ms[i] * 1000) + CLOCK_START_US);
		bool is_back = b.count && at_us < b.first_us + b.samples[b.count - 1].offset_us;

		if (b.count == BATCH || is_back) {
			(void)fall_push(d->fall, &b, answers);
			b = (struct accel_batch){0};
		}
		if (b.count == 0)
			b.first_us = at_us;
		b.range_mg = d->how.range_mg;
		b.samples[b.count++] = (struct accel_sample){(uint32_t)(at_us - b.first_us),
			(int16_t)lrintf(t->a_mg[i][0]), (int16_t)lrintf(t->a_mg[i][1]),
			(int16_t)lrintf(t->a_mg[i][2])};
	}
	(void)fall_push(d->fall, &b, answers);
	(void)fall_finish(d->fall, answers);
}

static bool is_made(enum variation v, const struct trial *t, size_t number, size_t samples)
{
	if (v >= VARIATION_HITS && t->is_fall)
		return false;
	if (v == VARIATION_DROP && number % DROPS_ONE_OF)
		return false;
	return samples <= LONG_SAMPLES || v <= VARIATION_SENSOR_FIRST || v == VARIATION_HITS;
}

static int dump_trial(struct dump *d, const char *dir, const struct trial *t, uint32_t number)
{
	enum wear_place place = WEAR_UNKNOWN;
	char path[PATH_MAX];
	uint64_t first_us = 0;
	int n = snprintf(path, sizeof(path), "%s/%s", dir, t->path);

	if (n < 0 || n >= (int)sizeof(path) || load(path, &d->original, &first_us) < 0)
		return -EBADMSG;
	(void)wear_place_from_text(t->place, &place);
	d->row.trial = number;
	d->row.variation = VARIATION_NONE;
	d->how = (struct varied){1, 0};
	push(d, &d->original, place);
	even_out(&d->original, &d->varied);
	for (int v = VARIATION_NONE + 1; v < VARIATIONS; v++) {
		if (!is_made((enum variation)v, t, number, d->original.count))
			continue;
		d->row.variation = (uint8_t)v;
		d->how = variation_make((enum variation)v, number, &d->original, &d->varied);
		push(d, &d->varied, place);
	}
	return 0;
}

static int trace_init(struct trace *t)
{
	t->t_ms = calloc(2 * SAMPLES_MAX + 16, sizeof(*t->t_ms));
	t->a_mg = calloc(2 * SAMPLES_MAX + 16, sizeof(*t->a_mg));
	return t->t_ms && t->a_mg ? 0 : -ENOMEM;
}

static int dump_all(struct dump *d, const char *dir)
{
	struct trial_index index = {0};
	char path[PATH_MAX], error[INDEX_ERROR_MAX];
	int n = snprintf(path, sizeof(path), "%s/index.csv", dir), problem = 0;

	if (n < 0 || n >= (int)sizeof(path) || trial_index_read(path, &index, error) < 0) {
		(void)fprintf(stderr, "dump-features: %s\n", n < 0 ? dir : error);
		return -EINVAL;
	}
	for (size_t i = 0; i < index.count && problem == 0; i++)
		problem = dump_trial(d, dir, &index.trials[i], (uint32_t)i);
	trial_index_done(&index);
	return problem;
}

/* −EIO where what was written to it did not arrive. */
static int end_file(FILE *file)
{
	return ferror(file) | fclose(file) ? -EIO : 0;
}

int main(int argc, char **argv)
{
	struct dump d = {.fall = malloc(fall_size())};
	int problem, ended[2];

	if (argc != 4) {
		(void)fprintf(stderr, "usage: dump-features DIR FILE WAVES\n");
		return 2;
	}
	d.to = fopen(argv[2], "wbe");
	d.waves_to = fopen(argv[3], "wbe");
	if (!d.to || !d.waves_to || !d.fall || trace_init(&d.original) < 0 ||
		trace_init(&d.varied) < 0) {
		(void)fprintf(
			stderr, "dump-features: %s, %s: %s\n", argv[2], argv[3], strerror(errno));
		return 1;
	}
	problem = dump_all(&d, argv[1]);
	ended[0] = end_file(d.to);
	ended[1] = end_file(d.waves_to);
	free(d.original.t_ms);
	free(d.original.a_mg);
	free(d.varied.t_ms);
	free(d.varied.a_mg);
	free(d.fall);
	return problem < 0 || ended[0] < 0 || ended[1] < 0 ? 1 : 0;
}
