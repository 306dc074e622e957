/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A context a message: it is a rare one.
 */
#include "sensors/aes_gcm.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

/* One call of the cipher over the associated data (out NULL) or the message. */
static bool update(EVP_CIPHER_CTX *c, uint8_t *out, struct bytes in)
{
	int written;

	return in.left == 0 || EVP_CipherUpdate(c, out, &written, in.at, (int)in.left) == 1;
}

static bool is_too_long(struct bytes associated, struct bytes text)
{
	return associated.left > INT_MAX || text.left > INT_MAX;
}

int aes_gcm_seal(const uint8_t key[AES_GCM_KEY_BYTES], struct bytes associated, struct bytes plain,
	uint8_t ret_nonce[AES_GCM_NONCE_BYTES], uint8_t *ret_sealed,
	uint8_t ret_tag[AES_GCM_TAG_BYTES])
{
	EVP_CIPHER_CTX *c;
	uint8_t last[16];
	int written;
	bool is_good;

	if (is_too_long(associated, plain) ||
		getrandom(ret_nonce, AES_GCM_NONCE_BYTES, 0) != AES_GCM_NONCE_BYTES)
		return -EIO;
	c = EVP_CIPHER_CTX_new();
	is_good = c && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, ret_nonce) == 1 &&
		  update(c, NULL, associated) && update(c, ret_sealed, plain) &&
		  EVP_EncryptFinal_ex(c, last, &written) == 1 &&
		  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, AES_GCM_TAG_BYTES, ret_tag) == 1;
	EVP_CIPHER_CTX_free(c); /* cleanses the key schedule */
	return is_good ? 0 : -EIO;
}

int aes_gcm_open(const uint8_t key[AES_GCM_KEY_BYTES], const uint8_t nonce[AES_GCM_NONCE_BYTES],
	struct bytes associated, struct bytes sealed, const uint8_t tag[AES_GCM_TAG_BYTES],
	uint8_t *ret_plain)
{
	EVP_CIPHER_CTX *c;
	uint8_t own_tag[AES_GCM_TAG_BYTES], last[16];
	int written, r = -EIO;

	if (is_too_long(associated, sealed))
		return -EIO;
	memcpy(own_tag, tag, sizeof(own_tag));
	c = EVP_CIPHER_CTX_new();
	if (c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
		update(c, NULL, associated) && update(c, ret_plain, sealed) &&
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, AES_GCM_TAG_BYTES, own_tag) == 1)
		r = EVP_DecryptFinal_ex(c, last, &written) == 1 ? 0 : -EKEYREJECTED;
	EVP_CIPHER_CTX_free(c);
	if (r < 0 && sealed.left > 0)
		explicit_bzero(ret_plain, sealed.left);
	return r;
}
