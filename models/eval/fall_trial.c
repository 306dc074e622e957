/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs one trial: the recording's batches into the model, its answers into one result.
 */
#include "models/eval/fall_trial.h"
#include "common/cleanup.h"
#include "sensors/recording.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define US_PER_S       1000000
#define PAUSE_US       (10 * US_PER_S) /* the model's own limit: longer, and a stream begins anew */
#define ALARM_APART_US ((uint64_t)ALARM_APART_S * US_PER_S)
#define ODDS_MOST      4.6  /* ln(0.99 / 0.01) */
#define FALL_MARGIN_MS 1000 /* an impact this much outside the marked times is still the fall's */
#define KNOWN_MAX      8    /* impacts already called, remembered for their second answer */

DEFINE_CLEANUP(struct recording *, recording_free_p, recording_free)

struct run {
	const struct trial *trial;
	struct fall_result result;
	uint64_t first_us, last_us; /* stamps: the recording's first, the latest heard */
	bool has_first, has_alarm;
	uint64_t alarm_us;                       /* when the last alarm was given */
	uint64_t alarm_at_us[FALL_CURVE_POINTS]; /* … by thresholds, 0: none yet */
	uint64_t known[KNOWN_MAX];
	uint32_t known_count;
};

static bool is_known(const struct run *r, uint64_t impact_us)
{
	uint32_t kept = r->known_count < KNOWN_MAX ? r->known_count : KNOWN_MAX;

	for (uint32_t i = 0; i < kept; i++)
		if (r->known[i] == impact_us)
			return true;
	return false;
}

static void call(struct run *r, const struct fall_answer *a)
{
	int64_t impact_ms = ((int64_t)a->impact_us - (int64_t)r->first_us) / 1000;

	if (r->trial->has_times && impact_ms >= r->trial->fall_start_ms - FALL_MARGIN_MS &&
		impact_ms <= r->trial->fall_end_ms + FALL_MARGIN_MS)
		r->result.is_called_in_time = true;
	if (!r->result.is_called)
		r->result.delay_s = (double)(a->answer_us - a->impact_us) / US_PER_S;
	r->result.is_called = true;
	if (is_known(r, a->impact_us))
		return;
	r->known[r->known_count++ % KNOWN_MAX] = a->impact_us;
	if (r->has_alarm && a->answer_us < r->alarm_us + ALARM_APART_US)
		return;
	r->has_alarm = true;
	r->alarm_us = a->answer_us;
	r->result.alarms++;
}

double fall_curve_threshold(int point)
{
	return 1 / (1 + exp(-ODDS_MOST * (2.0 * point / (FALL_CURVE_POINTS - 1) - 1)));
}

/* What thresholds on first answers alone would have alarmed. */
static void count_by_threshold(struct run *r, const struct fall_answer *a)
{
	for (int i = 0; i < FALL_CURVE_POINTS && (double)a->probability >= fall_curve_threshold(i);
		i++) {
		if (r->alarm_at_us[i] && a->answer_us < r->alarm_at_us[i] + ALARM_APART_US)
			continue;
		r->alarm_at_us[i] = a->answer_us + !a->answer_us;
		r->result.alarms_at[i]++;
	}
}

static void take(struct run *r, const struct fall_answer *answers, int count)
{
	for (int i = 0; i < count; i++) {
		const struct fall_answer *a = &answers[i];

		if (a->probability > r->result.probability)
			r->result.probability = a->probability;
		if (a->stage == FALL_FIRST && a->probability > r->result.probability_at_first)
			r->result.probability_at_first = a->probability;
		if (a->stage == FALL_FIRST)
			count_by_threshold(r, a);
		r->result.impacts += a->stage == FALL_FIRST ? 1 : 0;
		if (a->is_fall)
			call(r, a);
	}
}

static void count_time(struct run *r, const struct accel_batch *b)
{
	uint64_t end_us = b->first_us + (b->count ? b->samples[b->count - 1].offset_us : 0);

	if (!r->has_first)
		r->first_us = r->last_us = b->first_us;
	r->has_first = true;
	if (b->first_us > r->last_us + PAUSE_US || end_us + PAUSE_US < r->last_us)
		r->last_us = b->first_us;
	if (end_us > r->last_us) {
		r->result.seconds += (double)(end_us - r->last_us) / US_PER_S;
		r->last_us = end_us;
	}
}

static int run(
	struct run *r, struct fall *model, struct recording *recording, char error[INDEX_ERROR_MAX])
{
	struct fall_answer answers[FALL_EVENTS_MAX];
	struct recording_record record;
	int more, count;

	while ((more = recording_next(recording, &record)) > 0) {
		count_time(r, &record.accel);
		count = fall_push(model, &record.accel, answers);
		if (count < 0) {
			(void)snprintf(error, INDEX_ERROR_MAX,
				"%.200s: the model refused a batch: %s", r->trial->path,
				strerror(-count));
			return count;
		}
		take(r, answers, count);
	}
	if (more < 0) {
		(void)snprintf(error, INDEX_ERROR_MAX, "%s", recording_error(recording));
		return more;
	}
	take(r, answers, fall_finish(model, answers));
	return 0;
}

int fall_trial_run(struct fall *model, const struct fall_weights *weights, const char *path,
	const struct trial *trial, enum wear_place place, struct fall_result *ret,
	char ret_error[INDEX_ERROR_MAX])
{
	_cleanup_(recording_free_p) struct recording *recording = NULL;
	struct run r = {.trial = trial};
	int error = recording_open(&recording, path, NULL, ret_error);

	if (error < 0)
		return error;
	if (recording_format(recording) != RECORDING_ACCELEROMETER) {
		(void)snprintf(ret_error, INDEX_ERROR_MAX,
			"%.200s:1: this is a %s, needs an accelerometer trial: t_ms,x_mg,y_mg,z_mg",
			path, recording_format_name(recording_format(recording)));
		return -EBADMSG;
	}
	fall_init(model, place);
	if (weights)
		fall_use_weights(model, weights);
	error = run(&r, model, recording, ret_error);
	if (error < 0)
		return error;
	*ret = r.result;
	return 0;
}
