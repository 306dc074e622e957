/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.csv of a set of recorded trials: one line a trial, columns by name in any order. `path`
 * (relative to the index) and `fall` (0 or 1) are needed; set, trial, subject, group, place,
 * activity are texts, "unknown" where the column or the field is empty; fall_start_ms and
 * fall_end_ms may be empty; other columns (rate_hz, samples, seconds …) are passed over: the
 * samples themselves say.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_TEXT_MAX  64
#define INDEX_PATH_MAX  256
#define INDEX_ERROR_MAX 512

struct trial {
	char path[INDEX_PATH_MAX];
	char set[INDEX_TEXT_MAX], subject[INDEX_TEXT_MAX], group[INDEX_TEXT_MAX];
	char place[INDEX_TEXT_MAX], activity[INDEX_TEXT_MAX];
	bool is_fall;
	bool has_times; /* when in the recording the fall is, by its own stamps */
	int64_t fall_start_ms, fall_end_ms;
};

struct trial_index {
	struct trial *trials; /* owned */
	size_t count;
};

/* 0; −errno with "FILE:LINE: …" in ret_error. */
int trial_index_read(const char *path, struct trial_index *ret, char ret_error[INDEX_ERROR_MAX]);
void trial_index_done(struct trial_index *index);
