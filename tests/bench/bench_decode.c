/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the bytes of one HCI event to range-checked, de-duplicated readings: a plain BTHome v2
 * advert, a sealed one, a repetition and a stranger's; beside OpenSSL's AES-CCM alone on the same
 * bytes and a bare copy of an event, in the same run. Prints ns an advert of our own processor
 * time, the least of ROUNDS rounds.
 */
#include "common/clock.h"
#include "sensors/aes_ccm.h"
#include "sensors/receiver.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS        300
#define SEALED_ROUNDS 70    /* each frame is another: they are sealed beforehand */
#define TURNS         20000 /* short, so that some round is not disturbed */

static const uint8_t key[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static const uint8_t address[6] = {0xA4, 0xC1, 0x38, 0x8D, 0x18, 0xB2};

struct bench {
	struct receiver receiver;
	struct device_keys keys;
	struct aes_ccm *ccm;
	uint64_t readings, now_us;
	uint8_t event[300];
	size_t bytes;
	uint8_t (*sealed)[2 + 4 + 4]; /* TURNS × SEALED_ROUNDS frames with a growing counter */
	size_t next;
	uint8_t copy[300];
};

static void on_reading(const struct reading *reading, void *userdata)
{
	struct bench *b = userdata;

	b->readings += reading->kind != READING_NONE;
}

/* One legacy report with flags and this service data of 0xFCD2. */
static void set_event(struct bench *b, const void *frame, size_t count)
{
	uint8_t *at = b->event;
	static const uint8_t head[] = {4, 0x3E, 0, 2, 1, 3, 0, 0xB2, 0x18, 0x8D, 0x38, 0xC1, 0xA4,
		0, 2, 1, 6, 0, 0x16, 0xD2, 0xFC};

	memcpy(at, head, sizeof(head));
	memcpy(at + sizeof(head), frame, count);
	at[17] = (uint8_t)(count + 3);
	at[13] = (uint8_t)(count + 7);
	b->bytes = sizeof(head) + count + 1;
	at[b->bytes - 1] = 0xC4;
	at[2] = (uint8_t)(b->bytes - 3);
}

static int seal_all(struct bench *b)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t nonce[13];
	int n, ok = c ? 1 : 0;

	memcpy(nonce, address, 6);
	memcpy(nonce + 6, "\xD2\xFC\x41", 3);
	for (uint32_t i = 0; ok == 1 && i < TURNS * SEALED_ROUNDS; i++) {
		uint8_t *frame = b->sealed[i];

		memcpy(frame + 2, &i, 4);
		memcpy(nonce + 9, &i, 4);
		ok = EVP_EncryptInit_ex(c, EVP_aes_128_ccm(), NULL, NULL, NULL) == 1 &&
		     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 13, NULL) == 1 &&
		     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 4, NULL) == 1 &&
		     EVP_EncryptInit_ex(c, NULL, NULL, key, nonce) == 1 &&
		     EVP_EncryptUpdate(c, frame, &n, (const uint8_t *)"\x3a\x01", 2) == 1 &&
		     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 4, frame + 6) == 1;
	}
	EVP_CIPHER_CTX_free(c);
	return ok == 1 ? 0 : -1;
}

static void turn_receive(struct bench *b)
{
	b->now_us += 1000;
	receiver_packet(&b->receiver, b->now_us, b->event, b->bytes);
}

static void turn_packet_id(struct bench *b)
{
	b->event[23]++;
	turn_receive(b);
}

static void turn_sealed(struct bench *b)
{
	memcpy(b->event + 22, b->sealed[b->next++], sizeof(b->sealed[0]));
	turn_receive(b);
}

static void turn_ccm(struct bench *b)
{
	const uint8_t *frame = b->sealed[b->next++];
	uint8_t nonce[13], plain[2];

	memcpy(nonce, address, 6);
	memcpy(nonce + 6, "\xD2\xFC\x41", 3);
	memcpy(nonce + 9, frame + 2, 4);
	b->readings += aes_ccm_open(b->ccm, nonce, (struct bytes){0}, bytes_of(frame, 2), frame + 6,
			       plain) == 0;
}

static void turn_copy(struct bench *b)
{
	memcpy(b->copy, b->event, b->bytes);
	__asm__ volatile("" : : "r"(b->copy) : "memory");
}

static double least_ns(struct bench *b, void (*turn)(struct bench *b))
{
	int rounds = turn == turn_sealed || turn == turn_ccm ? SEALED_ROUNDS : ROUNDS;
	double least = 1e9;

	b->next = 0;
	b->readings = 0;
	for (int round = 0; round < rounds; round++) {
		uint64_t begin_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
		double ns;

		for (int i = 0; i < TURNS; i++)
			turn(b);
		ns = (double)(clock_us(CLOCK_PROCESS_CPUTIME_ID) - begin_us) * 1000 / TURNS;
		least = ns < least ? ns : least;
	}
	return least;
}

/* Measures one turn and tells it beside its floor. */
static void tell(struct bench *b, const char *what, void (*turn)(struct bench *b),
	const char *against, double floor_ns)
{
	double ns = least_ns(b, turn);

	(void)printf("%s: %.1f ns; %s %.1f ns; ratio %.2f; %llu readings\n", what, ns, against,
		floor_ns, ns / floor_ns, (unsigned long long)b->readings);
}

static void set_address(struct bench *b, const uint8_t reversed[6])
{
	memcpy(b->event + 7, reversed, 6);
}

/* An iBeacon of somebody else, its address fixed; then one whose address passes, which could tell
 * another in its payload. */
static void bench_strangers(struct bench *b, const char *against, double floor_ns)
{
	static const uint8_t fixed[6] = {1, 2, 3, 4, 5, 0xC6}, passing[6] = {1, 2, 3, 4, 5, 0x46};

	set_event(b, "\x40\x02\xca\x09\x03\xbf\x13", 7);
	memcpy(b->event + 18, "\xFF\x4C\x00\x02", 4);
	b->event[6] = 1;
	set_address(b, fixed);
	tell(b, "stranger's", turn_receive, against, floor_ns);
	set_address(b, passing);
	tell(b, "stranger's, its address passes", turn_receive, against, floor_ns);
	receiver_discover(&b->receiver, true);
	tell(b, "stranger's, while discovering", turn_receive, against, floor_ns);
	receiver_discover(&b->receiver, false);
}

/* As in a home: sensors beside the one that is heard. */
static void enrol(struct device_keys *keys)
{
	uint8_t other[6] = {0xA4, 0xC1, 0x38, 0x8D, 0x18, 0};

	for (other[5] = 0; other[5] < 20; other[5]++)
		device_keys_ensure(keys, other)->is_enrolled = true;
	device_keys_ensure(keys, address)->is_enrolled = true;
}

static void bench_plain(struct bench *b)
{
	static const char against[] = "copying the event";
	double floor_ns;

	set_event(b, "\x40\x02\xca\x09\x03\xbf\x13", 7);
	floor_ns = least_ns(b, turn_copy);
	tell(b, "plain, temperature and humidity", turn_receive, against, floor_ns);
	set_event(b, "\x44\x21\x01", 3);
	tell(b, "plain, motion", turn_receive, against, floor_ns);
	set_event(b, "\x44\x00\x01\x01\x5d\x3a\x01", 7);
	tell(b, "plain, packet id, battery, press", turn_packet_id, against, floor_ns);
	tell(b, "plain, its repetition", turn_receive, against, floor_ns);
	bench_strangers(b, against, floor_ns);
}

static int bench_sealed(struct bench *b)
{
	double floor_ns;

	if (device_keys_set(&b->keys, address, "0102030405060708090a0b0c0d0e0f10") < 0 ||
		aes_ccm_new(&b->ccm, key, 13, 4) < 0)
		return -1;
	set_event(b, "\x41..........", 11);
	floor_ns = least_ns(b, turn_ccm);
	tell(b, "sealed, with replay check", turn_sealed, "AES-CCM alone, keyed once", floor_ns);
	(void)aes_ccm_free(b->ccm);
	return 0;
}

int main(void)
{
	static struct bench b;
	int r;

	b.sealed = calloc(TURNS * SEALED_ROUNDS, sizeof(b.sealed[0]));
	if (!b.sealed || seal_all(&b) < 0)
		return 1;
	receiver_init(&b.receiver, &b.keys, on_reading, &b);
	enrol(&b.keys);
	bench_plain(&b);
	r = bench_sealed(&b);
	device_keys_done(&b.keys);
	free(b.sealed);
	return r < 0;
}
