/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a judgement: batches are re-timed (retime), watched for impacts (impact), and each
 * impact is judged twice: described (fall_features, fall_signs) and scored (fall_score).
 */
#include "models/fall.h"
#include "models/fall_features.h"
#include "models/fall_score.h"
#include "models/fall_signs.h"
#include "models/impact.h"
#include "models/retime_path.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define FALL_SECOND_BINS (FALL_SECOND_ANSWER_S * RETIMED_PER_S)
#define OPEN_MAX         4 /* impacts between their first look and their second answer */
#define CLOCK_MOST_US    (UINT64_MAX / 4) /* no clock has counted 146 000 years */
#define LATE_US          2000000 /* samples this late are a link's disorder; later ones a new clock */

struct open_impact {
	struct impact impact;
	bool is_judged; /* its first answer was given, with this probability */
	float first;
	int32_t margin;
};

struct fall {
	enum wear_place place;
	const struct fall_weights *weights; /* borrowed */
	fall_on_judged on_judged;
	void *userdata;
	uint64_t last_us; /* the latest stamp taken */
	bool has_stream;
	uint64_t due_bins; /* no answer is due before this many bins were heard */
	uint32_t open_count;
	struct open_impact open[OPEN_MAX]; /* oldest first */
	struct retime retime;
	struct wear_watch wear;
	struct impact_watch watch;
};

struct answers {
	struct fall_answer *at;
	int count;
};

size_t fall_size(void)
{
	return sizeof(struct fall);
}

static void begin(struct fall *f)
{
	retime_init(&f->retime);
	impact_watch_init(&f->watch);
	wear_watch_init(&f->wear);
	f->open_count = 0;
	f->due_bins = UINT64_MAX;
	f->has_stream = false;
}

void fall_init(struct fall *f, enum wear_place place)
{
	memset(f, 0, sizeof(*f));
	f->place = place;
	f->weights = &fall_weights_shipped;
	begin(f);
}

void fall_use_weights(struct fall *f, const struct fall_weights *weights)
{
	f->weights = weights;
}

void fall_set_witness(struct fall *f, fall_on_judged on_judged, void *userdata)
{
	f->on_judged = on_judged;
	f->userdata = userdata;
}

static uint64_t bin_us(const struct fall *f, uint64_t bin)
{
	int64_t at_us = retime_first_us(&f->retime) + (int64_t)(bin * RETIMED_US);

	return at_us < 0 ? 0 : (uint64_t)at_us;
}

static uint32_t bins_of(enum fall_stage stage)
{
	return stage == FALL_FIRST ? FALL_FIRST_BINS : FALL_SECOND_BINS;
}

/* Describes and scores an impact as it is known at its first answer. */
static void score(struct fall *f, struct open_impact *o, const struct impact_window *w,
	int16_t features[FALL_FEATURES])
{
	fall_features_of(w, features);
	/* an impact that nothing else was heard of is no fall */
	o->margin = w->count > 1 ? fall_margin(f->weights, f->place, features, w) : INT32_MIN;
}

static void answer(struct fall *f, struct open_impact *o, struct answers *to)
{
	enum fall_stage stage = o->is_judged ? FALL_SECOND : FALL_FIRST;
	const struct fall_calibration *c = &f->weights->calibrations[f->place];
	struct impact_window w
		__attribute__((uninitialized)); /* 9 kB that are about to be filled */
	int16_t features[FALL_FEATURES];
	struct fall_signs signs;

	if (impact_watch_window(&f->watch, &o->impact, bins_of(stage), &w) < 0)
		impact_window_empty(&w); /* outlived by an absurd stream: no fall */
	fall_signs_of(&w, &signs);
	if (stage == FALL_FIRST)
		score(f, o, &w, features);

	float probability = fall_probability(c, o->margin, &signs, stage);

	to->at[to->count++] = (struct fall_answer){
		.stage = stage,
		.impact_us = bin_us(f, o->impact.bin),
		.answer_us = bin_us(f, f->watch.bins - 1),
		.probability = probability,
		.is_fall = probability >= c->threshold[stage],
		.peak_mg = (uint16_t)sqrtf((float)o->impact.power),
		.still_ms = (uint16_t)(signs.still_s * 1000),
		.gap_ms = (uint16_t)(signs.gap_bins * (RETIMED_US / 1000)),
		.is_clipped = signs.is_clipped,
		.is_turned = signs.is_turned,
	};
	if (!o->is_judged)
		o->first = probability;
	o->is_judged = true;
	if (f->on_judged)
		f->on_judged(&to->at[to->count - 1], stage == FALL_FIRST ? features : NULL, &w,
			&signs, f->userdata);
}

static void forget(struct fall *f, uint32_t i)
{
	f->open_count--;
	memmove(&f->open[i], &f->open[i + 1], (f->open_count - i) * sizeof(f->open[0]));
}

/* No room for another: the judged one that looked least like a fall has its second answer early. */
static bool make_room(struct fall *f, struct answers *to)
{
	uint32_t least = OPEN_MAX;

	for (uint32_t i = 0; i < f->open_count; i++)
		if (f->open[i].is_judged &&
			(least == OPEN_MAX || f->open[i].first < f->open[least].first))
			least = i;
	if (least == OPEN_MAX || to->count == FALL_EVENTS_MAX)
		return false;
	answer(f, &f->open[least], to);
	forget(f, least);
	return true;
}

static void open_impact(struct fall *f, const struct impact *impact, struct answers *to)
{
	if (f->open_count == OPEN_MAX && !make_room(f, to))
		return;
	f->open[f->open_count++] = (struct open_impact){.impact = *impact};
	f->due_bins = 0; /* looked at anew */
}

static uint64_t due_bins(const struct open_impact *o)
{
	return o->impact.bin + bins_of(o->is_judged ? FALL_SECOND : FALL_FIRST) + 1;
}

static void answer_due(struct fall *f, struct answers *to)
{
	f->due_bins = UINT64_MAX;
	for (uint32_t i = 0; i < f->open_count;) {
		struct open_impact *o = &f->open[i];
		bool is_last = o->is_judged;

		if (f->watch.bins >= due_bins(o) && to->count < FALL_EVENTS_MAX) {
			answer(f, o, to);
			if (is_last) {
				forget(f, i);
				continue;
			}
		}
		f->due_bins = due_bins(o) < f->due_bins ? due_bins(o) : f->due_bins;
		i++;
	}
}

static inline __attribute__((always_inline)) void take_bin(
	struct fall *f, const struct retimed *bin, struct answers *to)
{
	struct impact impact;

	wear_watch_feed(&f->wear, bin);
	if (impact_watch_feed(&f->watch, bin, &impact))
		open_impact(f, &impact, to);
	if (f->watch.bins >= f->due_bins)
		answer_due(f, to);
}

static void take_bins(struct fall *f, struct answers *to)
{
	struct retimed bin;

	while (retime_next(&f->retime, &bin))
		take_bin(f, &bin, to);
}

static void finish(struct fall *f, struct answers *to)
{
	struct impact impact;

	retime_finish(&f->retime);
	take_bins(f, to);
	if (impact_watch_finish(&f->watch, &impact))
		open_impact(f, &impact, to);
	for (uint32_t i = 0; i < f->open_count && to->count < FALL_EVENTS_MAX; i++) {
		if (!f->open[i].is_judged)
			answer(f, &f->open[i], to);
		if (to->count < FALL_EVENTS_MAX)
			answer(f, &f->open[i], to);
	}
	begin(f);
}

static bool is_sane(const struct accel_batch *batch)
{
	if (batch->count > ACCEL_BATCH_MAX)
		return false;
	for (uint16_t i = 1; i < batch->count; i++)
		if (batch->samples[i].offset_us < batch->samples[i - 1].offset_us)
			return false;
	return batch->first_us <= CLOCK_MOST_US;
}

int fall_push(
	struct fall *f, const struct accel_batch *batch, struct fall_answer ret[FALL_EVENTS_MAX])
{
	struct answers to = {.at = ret};
	struct retimed bin;

	if (!is_sane(batch))
		return -EINVAL;
	for (uint16_t i = 0; i < batch->count; i++) {
		const struct accel_sample *s = &batch->samples[i];
		uint64_t stamp_us = batch->first_us + s->offset_us;

		if (f->has_stream && stamp_us < f->last_us && f->last_us - stamp_us <= LATE_US)
			continue;
		if (f->has_stream &&
			(stamp_us < f->last_us || stamp_us - f->last_us > RETIME_GAP_MAX_US))
			finish(f, &to);
		/* cannot fail: order and distance were looked at, what is ready was taken */
		if (retime_take(&f->retime, stamp_us, s->x_mg, s->y_mg, s->z_mg, batch->range_mg,
			    &bin) > 0)
			take_bin(f, &bin, &to);
		if (retime_has_more(&f->retime))
			take_bins(f, &to);
		f->last_us = stamp_us;
		f->has_stream = true;
	}
	return to.count;
}

int fall_finish(struct fall *f, struct fall_answer ret[FALL_EVENTS_MAX])
{
	struct answers to = {.at = ret};

	finish(f, &to);
	return to.count;
}

enum wear_state fall_wear(const struct fall *f)
{
	return wear_watch_state(&f->wear);
}

uint32_t fall_moves(const struct fall *f)
{
	return f->wear.moves;
}

int wear_place_from_text(const char *text, enum wear_place *ret)
{
	static const struct {
		const char *text;
		enum wear_place place;
	} names[] = {
		{"unknown", WEAR_UNKNOWN},
		{"wrist", WEAR_WRIST},
		{"trunk", WEAR_TRUNK},
		{"waist", WEAR_TRUNK},
		{"chest", WEAR_TRUNK},
		{"pendant", WEAR_TRUNK},
		{"belt", WEAR_TRUNK},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i].text) == 0) {
			*ret = names[i].place;
			return 0;
		}
	return -EINVAL;
}
