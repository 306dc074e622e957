/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AES-CCM with the worked example of bthome.io/encryption. */
#include "sensors/aes_ccm.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t key[16] = {0x23, 0x1d, 0x39, 0xc1, 0xd7, 0xcc, 0x1a, 0xb1, 0xae, 0xe2, 0x24,
	0xcd, 0x09, 0x6d, 0xb9, 0x32};
static const uint8_t nonce[13] = {
	0x54, 0x48, 0xE6, 0x8F, 0x80, 0xA5, 0xD2, 0xFC, 0x41, 0x00, 0x11, 0x22, 0x33};
static const uint8_t sealed[6] = {0xa4, 0x72, 0x66, 0xc9, 0x5f, 0x73};
static const uint8_t tag[4] = {0x78, 0x23, 0x72, 0x14};
static const struct bytes none; /* nothing associated */
static const uint8_t plain[6] = {0x02, 0xca, 0x09, 0x03, 0xbf, 0x13};

static void test_opens_what_is_authentic(void **state)
{
	struct aes_ccm *c = NULL;
	uint8_t opened[6];

	(void)state;
	assert_int_equal(aes_ccm_new(&c, key, sizeof(nonce), sizeof(tag)), 0);
	for (int i = 0; i < 3; i++) {
		memset(opened, 0, sizeof(opened));
		assert_int_equal(aes_ccm_open(c, nonce, none, bytes_of(sealed, 6), tag, opened), 0);
		assert_memory_equal(opened, plain, sizeof(plain));
	}
	assert_null(aes_ccm_free(c));
}

static void test_forgeries_are_refused_and_leave_no_trace(void **state)
{
	struct aes_ccm *c = NULL;
	uint8_t opened[6], forged[6], forged_tag[4], forged_nonce[13];

	(void)state;
	assert_int_equal(aes_ccm_new(&c, key, sizeof(nonce), sizeof(tag)), 0);
	for (size_t i = 0; i < sizeof(sealed); i++) {
		memcpy(forged, sealed, sizeof(forged));
		forged[i] ^= 1;
		assert_int_equal(aes_ccm_open(c, nonce, none, bytes_of(forged, 6), tag, opened),
			-EKEYREJECTED);
		assert_int_equal(aes_ccm_open(c, nonce, none, bytes_of(sealed, 5), tag, opened),
			-EKEYREJECTED);
		assert_int_equal(aes_ccm_open(c, nonce, none, bytes_of(sealed, 6), tag, opened), 0);
	}
	for (size_t i = 0; i < sizeof(tag); i++) {
		memcpy(forged_tag, tag, sizeof(tag));
		forged_tag[i] ^= 0x80;
		assert_int_equal(
			aes_ccm_open(c, nonce, none, bytes_of(sealed, 6), forged_tag, opened),
			-EKEYREJECTED);
		assert_int_equal(aes_ccm_open(c, nonce, none, bytes_of(sealed, 6), tag, opened), 0);
	}
	for (size_t i = 0; i < sizeof(nonce); i++) {
		memcpy(forged_nonce, nonce, sizeof(nonce));
		forged_nonce[i] ^= 4;
		assert_int_equal(
			aes_ccm_open(c, forged_nonce, none, bytes_of(sealed, 6), tag, opened),
			-EKEYREJECTED);
	}
	assert_int_equal(aes_ccm_open(c, nonce, none, bytes_of(sealed, 6), tag, opened), 0);
	assert_memory_equal(opened, plain, sizeof(plain));
	(void)aes_ccm_free(c);
}

static void test_impossible_sizes_are_refused(void **state)
{
	struct aes_ccm *c = NULL;

	(void)state;
	assert_int_equal(aes_ccm_new(&c, key, 14, 4), -EINVAL);
	assert_int_equal(aes_ccm_new(&c, key, 13, 17), -EINVAL);
	assert_int_equal(aes_ccm_new(&c, key, 13, 5), -EIO); /* CCM has even tags only */
	assert_null(c);
	assert_null(aes_ccm_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens_what_is_authentic),
		cmocka_unit_test(test_forgeries_are_refused_and_leave_no_trace),
		cmocka_unit_test(test_impossible_sizes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
