/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A decoder to begin from, whole and working, kept here so that it compiles and is tested and no
 * hub hears by it. To write one for a new format:
 *
 *  1. Copy what is between the two lines below to sensors/decoders/<name>.c, its declaration to
 *     <name>.h, and say in both where the knowledge comes from (a standard, a page, a capture).
 *  2. Add one line to the list in sensors/decoders.c: formats that are beacons too come before the
 *     beacons.
 *  3. Write tests/data/<name>.tsv: frames of real devices with their source, what each must give,
 *     and what must be refused. test_decoders.c reads it, lint misses it.
 *  4. Put a few of the frames into tests/fuzz/corpus/decoders/.
 *  5. "testing" until frames of real devices decode, "stable" from then on.
 *
 * What a decoder owes: bytes through the cursor (bytes.h) only; "not mine" (0) before anything
 * else; a refusal rather than a guess; values through decoded_add(), which checks their range;
 * plain frames refused where the device has a key; events told once (repetition.h).
 */
#include "tests/unit/vectors.h"

/* ---- from here ---- */
#include "sensors/decoded.h"
#include "sensors/repetition.h"

#include <errno.h>

/* The number that leads the maker's data; 0xFFFF is for tests. */
#define MAKER 0xFFFF

#define FORMAT         1
#define STATE_OPEN     0x01
#define STATE_PRESSED  0x02
#define TEMPERATURE_NO INT16_MIN

/* Format, packet id, battery in %, temperature in 0.01 °C (s16), state. */
static int decode(const struct decoder_frame *f, struct device_keys *keys, struct decoded *ret)
{
	const struct advertisement *a = f->advertisement;
	struct bytes b = f->body;
	uint8_t format = bytes_u8(&b), packet_id = bytes_u8(&b), battery = bytes_u8(&b), state;
	int64_t temperature = bytes_signed(&b, 2);

	state = bytes_u8(&b);
	/* one question for all that was read: past the end the cursor gives 0 and remembers */
	if (b.is_short)
		return -EBADMSG;
	if (format != FORMAT)
		return -EPROTONOSUPPORT;
	if (frame_is_downgrade(f))
		return -EPROTO;
	decoded_begin(ret, a, f->device, a->address, true);
	(void)decoded_add(ret, READING_BATTERY, 0, battery);
	if (temperature != TEMPERATURE_NO)
		(void)decoded_add(ret, READING_TEMPERATURE, 0, (double)temperature / 100);
	(void)decoded_add(ret, READING_OPENING, 0, (state & STATE_OPEN) != 0);
	if (state & STATE_PRESSED)
		(void)decoded_add(ret, READING_BUTTON, 0, BUTTON_PRESS);
	/* without packet id: repetition_of_event(), with a hash over what happened */
	return decoded_end_heard(ret,
		repetition_of_packet(device_keys_ensure(keys, a->address), packet_id, a->time_us));
}

static const struct decoder template_decoder = {
	.name = "template",
	.status = "testing",
	.ad = AD_MANUFACTURER,
	.ids = {MAKER, MAKER},
	.decode = decode,
};
/* ---- to here ---- */

static int hear(struct device_keys *keys, const char *body, struct decoded *ret)
{
	struct advertisement a = {.address = {1, 2, 3, 4, 5, 6}, .time_us = 1000000};
	uint8_t bytes[32];
	size_t count = from_hex(body, bytes, sizeof(bytes));
	struct decoder_frame f = {.advertisement = &a,
		.device = device_keys_find(keys, a.address),
		.id = MAKER,
		.body = bytes_of(bytes, count)};

	*ret = (struct decoded){0};
	return template_decoder.decode(&f, keys, ret);
}

static void test_the_template_keeps_its_own_rules(void **state)
{
	static const uint8_t address[6] = {1, 2, 3, 4, 5, 6};
	struct device_keys keys = {0};
	struct decoded d;

	(void)state;
	assert_int_equal(hear(&keys, "01075DCA0903", &d), 4);
	assert_true(d.readings[0].kind == READING_BATTERY && d.readings[0].value == 93);
	assert_true(d.readings[1].kind == READING_TEMPERATURE && d.readings[1].value == 25.06);
	assert_true(d.readings[2].kind == READING_OPENING && d.readings[2].value == 1);
	assert_true(d.readings[3].kind == READING_BUTTON);
	assert_int_equal(hear(&keys, "01075DCA0903", &d), -EALREADY);
	assert_int_equal(d.count, 4);
	assert_int_equal(d.readings[3].repeats, 1);
	assert_int_equal(hear(&keys, "01075DCA0903", &d), -EALREADY);
	assert_int_equal(d.count, 0);
	assert_int_equal(hear(&keys, "01085D008000", &d), 2);
	assert_int_equal(hear(&keys, "0109FF008002", &d), 2); /* 255 % costs itself only */
	assert_int_equal(d.impossible, 1);
	assert_int_equal(hear(&keys, "010A5DCA09", &d), -EBADMSG);
	assert_int_equal(hear(&keys, "", &d), -EBADMSG);
	assert_int_equal(hear(&keys, "020A5DCA0900", &d), -EPROTONOSUPPORT);
	assert_int_equal(device_keys_set(&keys, address, "00112233445566778899aabbccddeeff"), 0);
	assert_int_equal(hear(&keys, "010B5DCA0900", &d), -EPROTO);
	device_keys_done(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_template_keeps_its_own_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
