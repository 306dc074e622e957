/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a window: the file as it lies on disk (whose seal the fuzzer cannot forge) and the
 * plain bytes behind the seal. What is read is written again as the same bytes.
 */
#include "hub/window.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[AES_GCM_KEY_BYTES];
	static uint8_t scratch[WINDOW_PLAIN_MAX];
	static struct window w;

	(void)window_open(key, bytes_of(data, size), scratch, &w);
	if (window_read(bytes_of(data, size), &w) == 0 &&
		(window_write(&w, scratch) != size || memcmp(scratch, data, size) != 0))
		abort();
	return 0;
}
