/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phrases with holes (*) in two languages: what stands in a hole of the one is put into the same
 * hole of the other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The other side of the first of `count` rows whose [0] fits the whole text, in ret, cut where it
 * is too long; has_points: decimal commas become points. False, ret untouched, where none fits. */
bool holes_fill(const char *const rows[][2], size_t count, const char *text, bool has_points,
	char *ret, size_t bytes);
