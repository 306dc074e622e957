/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a packet of the kernel's management channel: what is understood of it can be
 * answered and kept; what is refused leaves nothing.
 */
#include "sensors/pairing_keys.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t size)
{
	struct pairing_keys keys = {0};
	struct management_event e = {.index = 0x1234};
	int r = management_read(at, size, &e);

	if (r <= 0)
		return e.index == 0x1234 ? 0 : (abort(), 0);
	if (e.word == MANAGEMENT_CONFIRM && management_confirm(&e).count != 13)
		abort();
	if (e.word != MANAGEMENT_KEY)
		return 0;
	if (pairing_keys_put(&keys, &e.key) < 0 || !pairing_keys_has(&keys, e.address) ||
		management_load_keys(e.index, keys.keys, keys.count).count !=
			8 + MANAGEMENT_KEY_BYTES)
		abort();
	if (!pairing_keys_forget(&keys, e.address) || keys.count != 0)
		abort();
	return 0;
}
