/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a wearable contributes beside its shocks: does it lie somewhere, has it skin under it, is
 * there a pulse, and the weaker shocks that it had lately.
 */
#include "models/fusion_state.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* The card in models/training/MODEL.md gives each one's source. */
#define LAID_DOWN      (-4.0F)
#define NO_CONTACT     (-2.0F)
#define NO_PULSE       1.5F
#define FAST_PULSE     0.7F
#define STILL_WORN     1.0F
#define WORN_MOVES     (-1.0F)
#define SIGN_WEIGHT    1.2F
#define SIGNS_MOST     2.0F
#define SIGN_FULL      4.0F /* log-odds of a shock that counts as one whole sign */
#define FAST_PULSE_BPM 130

#define REST_MG      60                 /* moves on some axis by more: does not rest */
#define LAID_US      (10 * US_A_MINUTE) /* nobody who wears it rests so long so wholly */
#define KNOCK_US     (US_A_SECOND / 2)  /* from the first movement to the blow */
#define STREAM_US    (10 * US_A_SECOND) /* a longer gap begins anew */
#define BURST_US     US_A_MINUTE        /* clapping is one sign */
#define HALF_LIFE_US US_AN_HOUR
#define MOVES_US     (5 * US_A_MINUTE)
#define STILL_US     (30 * US_A_MINUTE)
#define HEARD_US     US_A_MINUTE       /* … and no longer unheard */
#define CONTACT_US   (2 * US_A_MINUTE) /* losing contact this soon after speaks of the fall */

static void take_sample(
	struct fusion_wearable *w, uint64_t sample_us, const int16_t v_mg[3], uint64_t heard_us)
{
	bool is_new =
		!w->has_rest || sample_us > w->sample_us + STREAM_US || sample_us < w->sample_us;
	bool is_moved = abs(v_mg[0] - w->rest_mg[0]) > REST_MG ||
			abs(v_mg[1] - w->rest_mg[1]) > REST_MG ||
			abs(v_mg[2] - w->rest_mg[2]) > REST_MG;

	w->sample_us = sample_us;
	w->heard_us = heard_us;
	if (!is_new && !is_moved)
		return;
	if (!is_new && sample_us - w->rest_began_us >= LAID_US) {
		w->woke_us = sample_us;
		w->woke_after_min = (uint32_t)((sample_us - w->rest_began_us) / US_A_MINUTE);
	}
	w->has_rest = true;
	w->rest_began_us = sample_us;
	for (unsigned int axis = 0; axis < 3; axis++)
		w->rest_mg[axis] = v_mg[axis];
	w->moved_us = heard_us;
}

int fusion_accel(struct fusion *f, uint8_t sensor, const struct accel_batch *batch)
{
	if (sensor >= FUSION_SENSORS_MAX || f->sensors[sensor].sensor.role != FUSION_WEARABLE ||
		batch->count > ACCEL_BATCH_MAX)
		return -EINVAL;
	for (unsigned int n = 0; n < batch->count; n++) {
		const struct accel_sample *s = &batch->samples[n];

		take_sample(&f->wearables[f->sensors[sensor].wearable],
			batch->first_us + s->offset_us, (int16_t[3]){s->x_mg, s->y_mg, s->z_mg},
			batch->time_us);
	}
	return 0;
}

float fusion_fade(float signs, uint64_t ago_us)
{
	return signs * exp2f(-(float)ago_us / (float)HALF_LIFE_US);
}

static float faded(const struct fusion *f, const struct fusion_wearable *w)
{
	return fusion_fade(w->signs, f->now.now_us - w->signs_us);
}

void fusion_add_sign(struct fusion *f, struct fusion_wearable *w, float shock)
{
	float strength = fusion_clamp(shock / SIGN_FULL, 0, 1);
	float before = faded(f, w);

	if (strength <= 0 || (w->signs_count && f->now.now_us < w->signs_us + BURST_US))
		return;
	w->signs_count = before < FUSION_SIGNS_TOLD ? 1 : w->signs_count + 1;
	w->signs = before + strength;
	w->signs_us = f->now.now_us;
}

static void put_signs(const struct fusion *f, struct fusion_event *e,
	const struct fusion_wearable *w, uint8_t sensor)
{
	float signs = faded(f, w);

	if (signs >= FUSION_SIGNS_TOLD)
		fusion_put(e, FUSION_WEAK, fusion_clamp(SIGN_WEIGHT * signs, 0, SIGNS_MOST),
			w->signs_count, sensor);
}

void fusion_look_at_worn(const struct fusion *f, struct fusion_event *e, uint64_t impact_us)
{
	const struct fusion_wearable *w = &f->wearables[f->sensors[e->sensor].wearable];

	if (impact_us && w->woke_us && w->woke_us + KNOCK_US >= impact_us &&
		w->woke_us <= impact_us + KNOCK_US)
		fusion_put(e, FUSION_LAID_DOWN, LAID_DOWN, w->woke_after_min, e->sensor);
	if (w->is_contact_known && !w->has_contact)
		fusion_put(e, FUSION_NO_CONTACT, NO_CONTACT, 0, e->sensor);
	put_signs(f, e, w, e->sensor);
}

void fusion_look_at_all_worn(const struct fusion *f, struct fusion_event *e)
{
	for (unsigned int n = 0; n < FUSION_SENSORS_MAX; n++) {
		const struct fusion_wearable *w = &f->wearables[f->sensors[n].wearable];
		bool is_off = w->is_contact_known && !w->has_contact;

		if (f->sensors[n].sensor.role != FUSION_WEARABLE || is_off)
			continue;
		put_signs(f, e, w, (uint8_t)n);
		if (!w->moved_us)
			continue;
		if (f->now.now_us < w->moved_us + MOVES_US)
			fusion_put(e, FUSION_WORN_MOVES, WORN_MOVES, 0, (uint8_t)n);
		else
			fusion_put(e, FUSION_WORN_MOVES, 0, 0, (uint8_t)n);
		if (w->is_contact_known && f->now.now_us >= w->moved_us + STILL_US &&
			f->now.now_us < w->heard_us + HEARD_US)
			fusion_put(e, FUSION_STILL_WORN, STILL_WORN,
				(uint32_t)((f->now.now_us - w->moved_us) / US_A_MINUTE),
				(uint8_t)n);
	}
}

static void put_contact(const struct fusion *f, struct fusion_event *e, bool has_contact)
{
	if (has_contact)
		fusion_put(e, FUSION_NO_CONTACT, 0, 0, e->sensor);
	else if (f->now.now_us < e->began_us + CONTACT_US)
		fusion_put(e, FUSION_NO_CONTACT, NO_CONTACT, 0, e->sensor);
	if (!has_contact)
		fusion_put(e, FUSION_NO_PULSE, 0, 0, e->sensor);
}

/* Is it the pulse of whom this event is about? */
static bool is_about(const struct fusion *f, const struct fusion_event *e, uint8_t sensor)
{
	uint8_t resident = f->sensors[sensor].sensor.resident;

	return e->sensor == sensor || (resident && resident == e->resident);
}

static void put_pulse(
	const struct fusion_wearable *w, struct fusion_event *e, uint8_t sensor, double bpm)
{
	bool is_worn = !w->is_contact_known || w->has_contact;

	/* without skin under it there is no pulse to miss */
	fusion_put(e, FUSION_NO_PULSE, bpm < 1 && is_worn ? NO_PULSE : 0, 0, sensor);
	fusion_put(e, FUSION_FAST_PULSE, bpm >= FAST_PULSE_BPM && is_worn ? FAST_PULSE : 0,
		(uint32_t)fusion_clamp((float)bpm, 0, 999), sensor);
}

int fusion_worn_reading(struct fusion *f, uint8_t sensor, enum reading_kind kind, double value)
{
	struct fusion_wearable *w = &f->wearables[f->sensors[sensor].wearable];

	if ((kind != READING_WORN && kind != READING_HEART_RATE) || !isfinite(value))
		return 0;
	if (kind == READING_WORN) {
		w->is_contact_known = true;
		w->has_contact = value >= 0.5;
	}
	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		struct fusion_event *e = &f->events[n];

		if (!e->is_open)
			continue;
		if (kind == READING_WORN && e->sensor == sensor)
			put_contact(f, e, w->has_contact);
		if (kind == READING_HEART_RATE && is_about(f, e, sensor))
			put_pulse(w, e, sensor, value);
	}
	return 1;
}
