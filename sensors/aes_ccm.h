/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AES-128-CCM (RFC 3610) of one device's key: opens what it sealed, with the key schedule kept
 * between frames (measured here: a third of the cost of keying each time). OpenSSL stays inside.
 */
#pragma once

#include "sensors/bytes.h"

#define AES_CCM_KEY_BYTES 16

struct aes_ccm;

int aes_ccm_new(struct aes_ccm **ret, const uint8_t key[AES_CCM_KEY_BYTES], size_t nonce_bytes,
	size_t tag_bytes);
struct aes_ccm *aes_ccm_free(struct aes_ccm *c);

size_t aes_ccm_nonce_bytes(const struct aes_ccm *c);

/* Writes as many bytes as are sealed to ret_plain (whatever it answers: use them on 0 only). 0;
 * −EKEYREJECTED not authentic; −EIO the library failed. */
int aes_ccm_open(struct aes_ccm *c, const uint8_t *nonce, struct bytes associated,
	struct bytes sealed, const uint8_t *tag, uint8_t *ret_plain);
