/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the stored pause, read in the boot that wrote it and in another: it is none, or one
 * that ends within PAUSE_MAX_H (HS-11), and is kept and read again as the same.
 */
#include "hub/pause.h"

#include "common/clock.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_US (PAUSE_MAX_H * 3600 * US_PER_S)

static void read_in(const char *text, const char *boot)
{
	const struct moment at = {.now_us = 5000 * US_PER_S, .wall_ms = 1700000000000};
	struct pause p = {.until_us = 0}, again;
	char kept[PAUSE_TEXT_MAX];

	if (!pause_from_text(text, boot, at, &p)) {
		if (p.until_us)
			abort();
		return;
	}
	if (!pause_is_on(&p, at.now_us) || pause_is_on(&p, at.now_us + MOST_US) || p.has_withheld)
		abort();
	pause_to_text(&p, "boot", kept);
	if (!pause_from_text(kept, "boot", at, &again) || again.until_us != p.until_us ||
		again.until_ms != p.until_ms)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[PAUSE_TEXT_MAX] = "";

	memcpy(text, data, size < sizeof(text) - 1 ? size : sizeof(text) - 1);
	read_in(text, "0b0e1f5c-6a3e-4a55-9d0c-2a6f4d9be001");
	read_in(text, "another");
	return 0;
}
