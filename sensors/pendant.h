/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The open service of cheap pendants, docs/WEARABLE.md: what its characteristics hold, read and
 * written (a simulated pendant writes what the hub reads). Pure.
 */
#pragma once

#include "sensors/att.h"
#include "sensors/reading.h"

#define PENDANT_VERSION       1
#define PENDANT_SAMPLES_MAX   64
#define PENDANT_HEADER_BYTES  12
#define PENDANT_STATE_BYTES   5
#define PENDANT_RECEIPT_BYTES 5
#define PENDANT_RATE_MIN_HZ   25
#define PENDANT_RATE_MAX_HZ   100
#define PENDANT_UNKNOWN       0xFF /* battery */

/* 7b1c000N-5a8e-4c5e-9d0b-2f6e76696769: N is 1 the service, 2 acceleration, 3 state, 4 receipt. */
#define PENDANT_UUID(n) \
	{ \
		{ \
			0x69, 0x67, 0x69, 0x76, 0x6E, 0x2F, 0x0B, 0x9D, 0x5E, 0x4C, 0x8E, 0x5A, n, \
				0x00, 0x1C, 0x7B \
		} \
	}

/* One notification of samples around an impact. */
struct pendant_samples {
	uint8_t event;     /* grows with each impact */
	uint16_t sequence; /* of this notification within the event, from 0 */
	uint32_t first_ms; /* the pendant's clock at the first sample */
	uint8_t rate_hz, range_g;
	bool is_last; /* of the event */
	uint8_t count;
	struct {
		int16_t x_mg, y_mg, z_mg;
	} at[PENDANT_SAMPLES_MAX];
};

struct pendant_state {
	uint8_t presses;         /* grows with each press */
	enum button_press press; /* the last one; BUTTON_NONE: none yet */
	bool is_worn, is_worn_known, is_battery_low;
	bool is_press_owed;  /* no receipt has come for it */
	uint8_t battery_pct; /* or PENDANT_UNKNOWN */
};

/* What the hub has got: a press, or an event up to and without `next`. */
struct pendant_receipt {
	bool is_press;
	uint8_t number; /* presses, or event */
	uint16_t next;
};

/* 0; −EPROTONOSUPPORT another version; −EBADMSG cut or too long; −ERANGE impossible. */
int pendant_samples_read(struct bytes value, struct pendant_samples *ret);
int pendant_state_read(struct bytes value, struct pendant_state *ret);
int pendant_receipt_read(struct bytes value, struct pendant_receipt *ret);

/* Bytes written. */
size_t pendant_samples_write(const struct pendant_samples *s, uint8_t ret[ATT_VALUE_MAX]);
size_t pendant_state_write(const struct pendant_state *s, uint8_t ret[PENDANT_STATE_BYTES]);
size_t pendant_receipt_write(const struct pendant_receipt *r, uint8_t ret[PENDANT_RECEIPT_BYTES]);
