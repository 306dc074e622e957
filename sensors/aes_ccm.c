/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AES-128-CCM through OpenSSL's EVP, one keyed context a device.
 */
#include "sensors/aes_ccm.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define TAG_BYTES_MAX 16

struct aes_ccm {
	EVP_CIPHER_CTX *context;
	size_t nonce_bytes, tag_bytes;
};

int aes_ccm_new(struct aes_ccm **ret, const uint8_t key[AES_CCM_KEY_BYTES], size_t nonce_bytes,
	size_t tag_bytes)
{
	struct aes_ccm *c;

	if (tag_bytes > TAG_BYTES_MAX || nonce_bytes > 13)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->nonce_bytes = nonce_bytes;
	c->tag_bytes = tag_bytes;
	c->context = EVP_CIPHER_CTX_new();
	if (!c->context ||
		EVP_DecryptInit_ex(c->context, EVP_aes_128_ccm(), NULL, NULL, NULL) != 1 ||
		EVP_CIPHER_CTX_ctrl(c->context, EVP_CTRL_AEAD_SET_IVLEN, (int)nonce_bytes, NULL) !=
			1 ||
		EVP_CIPHER_CTX_ctrl(c->context, EVP_CTRL_AEAD_SET_TAG, (int)tag_bytes, NULL) != 1 ||
		EVP_DecryptInit_ex(c->context, NULL, NULL, key, NULL) != 1) {
		(void)aes_ccm_free(c);
		return -EIO;
	}
	*ret = c;
	return 0;
}

struct aes_ccm *aes_ccm_free(struct aes_ccm *c)
{
	if (!c)
		return NULL;
	EVP_CIPHER_CTX_free(c->context); /* cleanses the key schedule */
	free(c);
	return NULL;
}

size_t aes_ccm_nonce_bytes(const struct aes_ccm *c)
{
	return c->nonce_bytes;
}

int aes_ccm_open(struct aes_ccm *c, const uint8_t *nonce, struct bytes associated,
	struct bytes sealed, const uint8_t *tag, uint8_t *ret_plain)
{
	uint8_t own_tag[TAG_BYTES_MAX];
	int written;

	if (sealed.left > INT_MAX || associated.left > INT_MAX)
		return -EIO;
	memcpy(own_tag, tag, c->tag_bytes);
	if (EVP_CIPHER_CTX_ctrl(c->context, EVP_CTRL_AEAD_SET_TAG, (int)c->tag_bytes, own_tag) !=
			1 ||
		EVP_DecryptInit_ex(c->context, NULL, NULL, NULL, nonce) != 1 ||
		/* Tells the length before the data. Without it OpenSSL 3.0.22 keeps the length, and
		 * with it the nonce, of a frame that failed: one forged frame would deafen us to
		 * its device for good. */
		EVP_DecryptUpdate(c->context, NULL, &written, NULL, (int)sealed.left) != 1)
		return -EIO;
	if (associated.left > 0 && EVP_DecryptUpdate(c->context, NULL, &written, associated.at,
					   (int)associated.left) != 1)
		return -EIO;
	return EVP_DecryptUpdate(c->context, ret_plain, &written, sealed.at, (int)sealed.left) == 1
		       ? 0
		       : -EKEYREJECTED;
}
