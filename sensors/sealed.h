/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens what a device sealed under its key (AES-CCM with a 4-byte tag, in all formats here), and
 * sees to it that nothing is heard twice: its counter must grow (HS-08). The counter moves on only
 * after the frame proved authentic.
 *
 * A counter that fell back (new battery in a sensor that forgets it) stays refused until the device
 * is enrolled anew: otherwise its first frames could be replayed for ever.
 */
#pragma once

#include "sensors/bytes.h"
#include "sensors/keys.h"

#define SEALED_NONCE_MAX 13
#define SEALED_TAG_BYTES 4
#define SEALED_MAX       256 /* an AD structure holds 254 */
/* A counter this close to its end may begin anew below this. */
#define SEALED_COUNTER_WRAP 64

struct sealed {
	struct bytes text; /* sealed, without its tag */
	const uint8_t *tag;
	uint32_t counter;
	uint8_t nonce_bytes; /* 7..SEALED_NONCE_MAX */
	uint8_t nonce[SEALED_NONCE_MAX];
	struct bytes associated; /* authentic with it, not sealed; may be empty */
};

/*
 * As many bytes as s->text has into ret_plain (whatever it answers: use them on 0 only). 0;
 * −EBADMSG nothing sealed, or too much; −EALREADY the counter of the last one; −ESTALE an older
 * one; −EKEYREJECTED not authentic; −ENOMEM, −EIO the library failed.
 */
int sealed_open(struct device_key *device, const struct sealed *s, uint8_t ret_plain[SEALED_MAX]);
