/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AES-256-GCM of one whole message under a random nonce: for what lies on disk. OpenSSL stays
 * inside. Any thread.
 */
#pragma once

#include "sensors/bytes.h"

#define AES_GCM_KEY_BYTES   32
#define AES_GCM_NONCE_BYTES 12
#define AES_GCM_TAG_BYTES   16

/* As many bytes as are plain go to ret_sealed (may be the same place), the tag behind them nowhere
 * but to ret_tag; the nonce is drawn here. 0, or −EIO. */
int aes_gcm_seal(const uint8_t key[AES_GCM_KEY_BYTES], struct bytes associated, struct bytes plain,
	uint8_t ret_nonce[AES_GCM_NONCE_BYTES], uint8_t *ret_sealed,
	uint8_t ret_tag[AES_GCM_TAG_BYTES]);
/* 0; −EKEYREJECTED not authentic (ret_plain is wiped); −EIO. */
int aes_gcm_open(const uint8_t key[AES_GCM_KEY_BYTES], const uint8_t nonce[AES_GCM_NONCE_BYTES],
	struct bytes associated, struct bytes sealed, const uint8_t tag[AES_GCM_TAG_BYTES],
	uint8_t *ret_plain);
