/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last 40 s of each wearable's accelerometer, as received, and what is cut out of them around a
 * suspected fall. In memory alone: the owner is handed each window when it is whole and seals it
 * (hub/window.h). No clock, no I/O; allocates in windows_new() only.
 */
#pragma once

#include "hub/window.h"

#include <stdbool.h>

#define WINDOWS_WEARABLES_MAX 8
#define WINDOWS_RING_US       40000000
#define WINDOWS_RING_SAMPLES  8192 /* a faster stream keeps less than 40 s */
#define WINDOWS_SILENCE_MS    5000 /* a stream this quiet is over: what is there is the window */
#define WINDOWS_PENDING_MAX   4

struct windows;

/* The window and its plain bytes are valid during the call. */
typedef void (*windows_on_window)(const struct window *window, void *userdata);

int windows_new(struct windows **ret, windows_on_window on_window, void *userdata);
struct windows *windows_free(struct windows *w);

/* A batch of an installed wearable, heard at that time. 0; −ENOSPC for the ninth. */
int windows_push(
	struct windows *w, enum wear_place place, const struct accel_batch *batch, int64_t wall_ms);
/* A fall is suspected to have happened then: its window follows when it is whole, once an incident.
 * sensor: whose, or "" for every wearable. How many were begun. */
unsigned int windows_fall(
	struct windows *w, const char *incident, const struct sensor_id *sensor, int64_t event_ms);
/* Time passed: hands over those whose stream has ended. */
void windows_turn(struct windows *w, int64_t wall_ms);
