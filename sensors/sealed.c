/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counter, then cipher, then the counter moves on.
 */
#include "sensors/sealed.h"

#include "sensors/aes_ccm.h"

#include <errno.h>

static int check_counter(const struct device_key *device, uint32_t counter)
{
	if (!device->has_counter || counter > device->counter)
		return 0;
	if (counter == device->counter)
		return -EALREADY;
	if (device->counter > UINT32_MAX - SEALED_COUNTER_WRAP && counter < SEALED_COUNTER_WRAP)
		return 0;
	return -ESTALE;
}

/* The device's keyed cipher for nonces of this length; formats differ in it. */
static int ensure_cipher(struct device_key *device, size_t nonce_bytes)
{
	if (device->cipher && aes_ccm_nonce_bytes(device->cipher) == nonce_bytes)
		return 0;
	device->cipher = aes_ccm_free(device->cipher);
	return aes_ccm_new(&device->cipher, device->key, nonce_bytes, SEALED_TAG_BYTES);
}

int sealed_open(struct device_key *device, const struct sealed *s, uint8_t ret_plain[SEALED_MAX])
{
	int error;

	if (s->text.left == 0 || s->text.left > SEALED_MAX || !s->tag)
		return -EBADMSG;
	error = check_counter(device, s->counter);
	if (error < 0)
		return error;
	error = ensure_cipher(device, s->nonce_bytes);
	if (error < 0)
		return error;
	error = aes_ccm_open(device->cipher, s->nonce, s->associated, s->text, s->tag, ret_plain);
	if (error < 0)
		return error;
	device->counter = s->counter;
	device->has_counter = device->is_counter_new = true;
	return 0;
}
