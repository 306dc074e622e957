/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One layer of a net in integers, at each of some places: for each unit the sum of weights times
 * inputs and its offset, shifted down, and held within 0 and a most. Weights lie by two inputs, and
 * within these by unit: one instruction multiplies and adds both inputs of some units, and no sum
 * is spread over a register. Pure; the sums are the same however many of them are made at a time:
 * those of sixteen units at four places with AVX2, of eight with what every x86-64 has, else as
 * compilers like.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct fall_layer {
	const int8_t *weights;  /* [pairs][units][2] */
	const int32_t *offsets; /* of each unit */
	size_t pairs, units;    /* units: a multiple of 16 */
	size_t places, step;    /* step: numbers from a place's first input to the next's */
	int shift;
	int16_t most;
};

/* Gives [places][units]. */
typedef void (*fall_layer_of)(
	const struct fall_layer *l, const int16_t *inputs, int16_t *restrict ret);

void fall_layer_narrow(const struct fall_layer *l, const int16_t *inputs, int16_t *restrict ret);
/* The widest this processor has. */
fall_layer_of fall_layer_widest(void);
/* The most a unit's sum can reach, where `inputs` is the most of each input. */
int64_t fall_layer_most(const struct fall_layer *l, size_t unit, const int32_t *inputs);
