/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of sensors/wearable: the makers' accelerometer streams. Nobody else includes this.
 */
#pragma once

#include "sensors/wearable.h"

/* Told when possible, else counted. */
void wearable_tell(struct wearable *w, uint64_t now_us, enum reading_kind kind, double value);
/* The batch as it stands, then empty. */
void wearable_tell_batch(struct wearable *w, uint64_t now_us);

void wearable_start_polar(struct wearable *w);
void wearable_start_bangle(struct wearable *w, uint16_t mtu_bytes);
/* 0, −EBADMSG, −ERANGE. */
int wearable_polar(struct wearable *w, uint64_t now_us, struct bytes b);
int wearable_pinetime(struct wearable *w, uint64_t now_us, struct bytes b);
int wearable_bangle(struct wearable *w, uint64_t now_us, struct bytes b);
