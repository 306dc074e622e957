/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accelerometer batches in, probability of a fall out. Re-times jittered and gapped samples
 * of 20..200 Hz to one internal rate by itself and knows what it did not see (gaps, clipping).
 * Pure: no clock, no I/O, no allocation, bounded work per sample; the state is a plain struct.
 *
 * Each suspicious impact is judged twice: first at most FALL_FIRST_ANSWER_S after it, then with the
 * FALL_SECOND_ANSWER_S that follow (lying still, getting up, walking on). Times are on the sensor's
 * clock.
 */
#pragma once

#include "models/fall_wear.h"
#include "sensors/reading.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FALL_FIRST_ANSWER_S  3
#define FALL_SECOND_ANSWER_S 20
#define FALL_EVENTS_MAX      12 /* the most one push or finish can answer */

enum wear_place { WEAR_UNKNOWN, WEAR_WRIST, WEAR_TRUNK };
enum fall_stage { FALL_FIRST, FALL_SECOND };

struct fall_answer {
	enum fall_stage stage;
	uint64_t impact_us; /* the sensor's clock at the impact; the same in both answers to it */
	uint64_t answer_us; /* … at the sample that allowed this answer */
	float probability;  /* 0..1 */
	bool is_fall;       /* probability ≥ the shipped threshold of its place and stage */
	/* what a person is told */
	uint16_t peak_mg;
	uint16_t still_ms; /* longest stillness seen after the impact */
	uint16_t gap_ms;   /* not heard, within what was judged */
	bool is_clipped;
	bool is_turned; /* lies another way than before, by what was heard up to this answer */
};

struct fall; /* opaque, plain memory of fall_size() bytes: callers allocate it once, at start-up */

size_t fall_size(void);
void fall_init(struct fall *f, enum wear_place place);
/*
 * Feeds a batch: 0..FALL_EVENTS_MAX answers in ret; −EINVAL for a batch whose stamps go back within
 * itself, whose count is over its bound or whose clock stands beyond 2^62 µs (nothing is taken).
 * Samples up to 2 s older than what was heard are late and left out (24 of WEDA-FALL's recordings
 * hold such bursts; they count as a gap); a batch further back, or more than 10 s ahead, ends the
 * stream and starts it anew.
 */
int fall_push(
	struct fall *f, const struct accel_batch *batch, struct fall_answer ret[FALL_EVENTS_MAX]);
/* The stream ended (link lost, recording over): answers what is still open with what is known, and
 * forgets. */
int fall_finish(struct fall *f, struct fall_answer ret[FALL_EVENTS_MAX]);

/* Whether what was heard looks worn, moved by nothing, or stuck (models/fall_wear.h): for
 * supervision. WEAR_UNHEARD in a stream's first second, and again after fall_finish() or where a
 * stream began anew. */
enum wear_state fall_wear(const struct fall *f);
/* In how many seconds of this stream it moved (models/fall_wear.h); from 0 where one begins anew.
 */
uint32_t fall_moves(const struct fall *f);

/*
 * For training and measuring only. Other weights than the shipped ones (borrowed), and a witness of
 * every answer: with the features behind it (models/fall_features.h) where it is a first one, else
 * NULL, with what was kept round the impact, and what came after it (models/fall_signs.h).
 * fall_init() forgets both.
 */
struct fall_weights;
struct fall_signs;
struct impact_window;
typedef void (*fall_on_judged)(const struct fall_answer *answer, const int16_t *features,
	const struct impact_window *window, const struct fall_signs *signs, void *userdata);
void fall_use_weights(struct fall *f, const struct fall_weights *weights);
void fall_set_witness(struct fall *f, fall_on_judged on_judged, void *userdata);

/* "wrist"; "trunk", "waist", "chest", "belt", "pendant"; "unknown". −EINVAL for others, ret
 * untouched. */
int wear_place_from_text(const char *text, enum wear_place *ret);
