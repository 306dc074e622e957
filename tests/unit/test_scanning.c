/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands byte for byte, and what follows each answer, in virtual time. */
#include "sensors/scanning.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define S UINT64_C(1000000)

struct bench {
	struct scanning scanning;
	struct scanning_command command;
	uint64_t now_us;
};

static enum scanning_turn packet(struct bench *b, const uint8_t *at, size_t count)
{
	return scanning_packet(&b->scanning, b->now_us, at, count, &b->command);
}
#define PACKET(b, ...) \
	packet(b, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define ANSWER(b, opcode, status) PACKET(b, 4, 0x0E, 4, 1, (opcode)&0xFF, (opcode) >> 8, status)

#define assert_command(b, code, ...) \
	do { \
		const uint8_t wanted[] = {__VA_ARGS__}; \
		assert_int_equal((b)->command.opcode, code); \
		assert_int_equal((b)->command.length, sizeof(wanted)); \
		assert_memory_equal((b)->command.parameters, wanted, sizeof(wanted)); \
	} while (0)

static struct bench begin(bool is_active)
{
	struct bench b = {.now_us = 100 * S};

	scanning_init(&b.scanning, is_active);
	assert_int_equal(scanning_next_us(&b.scanning), UINT64_MAX);
	assert_int_equal(scanning_begin(&b.scanning, b.now_us, &b.command), SCANNING_SEND);
	assert_int_equal(b.command.opcode, 0x2003);
	assert_int_equal(b.command.length, 0);
	return b;
}

/* On a controller of the older kind, scanning. */
static struct bench hearing(bool is_active)
{
	struct bench b = begin(is_active);

	(void)PACKET(&b, 4, 0x0E, 12, 1, 0x03, 0x20, 0, 0x01, 0, 0, 0, 0, 0, 0, 0);
	(void)ANSWER(&b, 0x200C, 0x0C);
	(void)ANSWER(&b, 0x200B, 0);
	assert_int_equal(ANSWER(&b, 0x200C, 0), SCANNING_HEARS);
	return b;
}

static void test_legacy_commands(void **state)
{
	struct bench b = begin(false);

	(void)state;
	assert_int_equal(PACKET(&b, 4, 0x0E, 12, 1, 0x03, 0x20, 0, 0x01, 0, 0, 0, 0, 0, 0, 0),
		SCANNING_SEND);
	assert_command(&b, 0x200C, 0, 0);
	/* it was not scanning: no harm */
	assert_int_equal(ANSWER(&b, 0x200C, 0x0C), SCANNING_SEND);
	assert_command(&b, 0x200B, 0, 0x30, 0, 0x30, 0, 0, 0);
	assert_int_equal(ANSWER(&b, 0x200B, 0), SCANNING_SEND);
	assert_command(&b, 0x200C, 1, 0);
	assert_int_equal(ANSWER(&b, 0x200C, 0), SCANNING_HEARS);
}

static void test_extended_commands_where_the_controller_knows_them(void **state)
{
	struct bench b = begin(true);

	(void)state;
	assert_int_equal(PACKET(&b, 4, 0x0E, 12, 1, 0x03, 0x20, 0, 0xFF, 0x59, 0, 0, 0, 0, 0, 0),
		SCANNING_SEND);
	assert_command(&b, 0x2042, 0, 0, 0, 0, 0, 0);
	(void)ANSWER(&b, 0x2042, 0);
	assert_command(&b, 0x2041, 0, 0, 1, 1, 0x30, 0, 0x30, 0);
	(void)ANSWER(&b, 0x2041, 0);
	assert_command(&b, 0x2042, 1, 0, 0, 0, 0, 0);
	assert_int_equal(ANSWER(&b, 0x2042, 0), SCANNING_HEARS);
	assert_true(scanning_end(&b.scanning, &b.command));
	assert_command(&b, 0x2042, 0, 0, 0, 0, 0, 0);
	assert_false(scanning_end(&b.scanning, &b.command));
}

static void test_features_refused_means_legacy(void **state)
{
	struct bench b = begin(false);

	(void)state;
	assert_int_equal(ANSWER(&b, 0x2003, 0x01), SCANNING_SEND);
	assert_command(&b, 0x200C, 0, 0);
}

static void test_the_other_set_is_tried_once(void **state)
{
	struct bench b = begin(false);

	(void)state;
	(void)ANSWER(&b, 0x2003, 0x01);
	(void)ANSWER(&b, 0x200C, 0x0C);
	assert_int_equal(ANSWER(&b, 0x200B, 0x0C), SCANNING_SEND);
	assert_command(&b, 0x2042, 0, 0, 0, 0, 0, 0);
	(void)ANSWER(&b, 0x2042, 0);
	assert_command(&b, 0x2041, 0, 0, 1, 0, 0x30, 0, 0x30, 0);
	/* that neither: somebody is in the way */
	assert_int_equal(ANSWER(&b, 0x2041, 0x0C), SCANNING_NOTHING);
	assert_int_equal(scanning_next_us(&b.scanning), b.now_us + SCANNING_AGAIN_US);
}

static void test_parameters_refused(void **state)
{
	struct bench b = begin(false);

	(void)state;
	(void)ANSWER(&b, 0x2003, 0x01);
	(void)ANSWER(&b, 0x200C, 0);
	assert_int_equal(ANSWER(&b, 0x200B, 0x12), SCANNING_FAILED);
	assert_string_equal(b.scanning.why, "scan parameters refused with 0x12");
	assert_int_equal(scanning_next_us(&b.scanning), UINT64_MAX);
	assert_int_equal(ANSWER(&b, 0x200B, 0), SCANNING_NOTHING);
}

static void test_enable_refused_as_status(void **state)
{
	struct bench b = begin(false);

	(void)state;
	(void)ANSWER(&b, 0x2003, 0x01);
	(void)ANSWER(&b, 0x200C, 0);
	(void)ANSWER(&b, 0x200B, 0);
	/* command status, not complete */
	assert_int_equal(PACKET(&b, 4, 0x0F, 4, 0x1F, 1, 0x0C, 0x20), SCANNING_FAILED);
	assert_string_equal(b.scanning.why, "scanning refused with 0x1f");
}

static void test_no_answer(void **state)
{
	struct bench b = begin(false);

	(void)state;
	assert_int_equal(scanning_next_us(&b.scanning), b.now_us + SCANNING_ANSWER_US);
	b.now_us += SCANNING_ANSWER_US - 1;
	assert_int_equal(scanning_time(&b.scanning, b.now_us, &b.command), SCANNING_NOTHING);
	b.now_us++;
	assert_int_equal(scanning_time(&b.scanning, b.now_us, &b.command), SCANNING_FAILED);
	assert_string_equal(b.scanning.why, "the controller does not answer command 0x2003");
}

static void test_hardware_error(void **state)
{
	struct bench b = hearing(false);

	(void)state;
	assert_int_equal(PACKET(&b, 4, 0x10, 1, 0x42), SCANNING_FAILED);
	assert_string_equal(b.scanning.why, "hardware error 0x42");
}

static void test_cut_packets_change_nothing(void **state)
{
	const uint8_t whole[] = {4, 0x0E, 4, 1, 0x0C, 0x20, 0};
	const uint8_t theirs[] = {1, 0x0C, 0x20, 2, 0, 0};
	struct bench b = hearing(false);

	(void)state;
	for (size_t n = 0; n < sizeof(whole); n++)
		assert_int_equal(packet(&b, whole, n), SCANNING_NOTHING);
	for (size_t n = 0; n < sizeof(theirs); n++)
		assert_int_equal(packet(&b, theirs, n), SCANNING_NOTHING);
	assert_int_equal(b.scanning.step, SCANNING_ON);
	/* well-formed for its length, too short for what it is */
	assert_int_equal(PACKET(&b, 4, 0x0E, 1, 1), SCANNING_NOTHING);
	assert_int_equal(PACKET(&b, 4, 0x0F, 3, 0, 1, 0x0C), SCANNING_NOTHING);
	assert_int_equal(b.scanning.step, SCANNING_ON);
}

static void test_silence_is_doubted(void **state)
{
	struct bench b = hearing(false);

	(void)state;
	b.now_us += SCANNING_QUIET_US - 1;
	(void)PACKET(&b, 4, 0x3E, 1, 0x02); /* anything heard will do */
	assert_int_equal(scanning_next_us(&b.scanning), b.now_us + SCANNING_QUIET_US);
	b.now_us += SCANNING_QUIET_US;
	assert_int_equal(scanning_time(&b.scanning, b.now_us, &b.command), SCANNING_SEND);
	assert_command(&b, 0x200C, 0, 0);
	b.now_us += SCANNING_ANSWER_US;
	assert_int_equal(scanning_time(&b.scanning, b.now_us, &b.command), SCANNING_FAILED);
}

static void test_stopped_by_another_begins_again(void **state)
{
	struct bench b = hearing(false);

	(void)state;
	assert_int_equal(PACKET(&b, 1, 0x0C, 0x20, 2, 0, 0), SCANNING_NOTHING);
	assert_in_range(scanning_next_us(&b.scanning), b.now_us + 1, b.now_us + SCANNING_AGAIN_US);
	b.now_us = scanning_next_us(&b.scanning);
	assert_int_equal(scanning_time(&b.scanning, b.now_us, &b.command), SCANNING_SEND);
	(void)ANSWER(&b, 0x200C, 0);
	(void)ANSWER(&b, 0x200B, 0);
	assert_int_equal(ANSWER(&b, 0x200C, 0), SCANNING_HEARS);
	assert_int_equal(b.scanning.since_us, 0);
}

static void test_their_scan_of_everybody_is_left_alone(void **state)
{
	struct bench b = hearing(false);

	(void)state;
	(void)PACKET(&b, 1, 0x0C, 0x20, 2, 0, 0);
	assert_int_equal(b.scanning.step, SCANNING_WAIT);
	(void)PACKET(&b, 1, 0x0B, 0x20, 7, 1, 0x12, 0, 0x12, 0, 0, 0);
	(void)PACKET(&b, 1, 0x0C, 0x20, 2, 1, 1);
	assert_int_equal(b.scanning.step, SCANNING_ON);
	assert_int_equal(scanning_next_us(&b.scanning), b.now_us + SCANNING_QUIET_US);
}

static void test_their_accept_list_is_replaced(void **state)
{
	struct bench b = hearing(false);

	(void)state;
	(void)PACKET(&b, 1, 0x0C, 0x20, 2, 0, 0);
	(void)PACKET(&b, 1, 0x0B, 0x20, 7, 0, 0x60, 0, 0x30, 0, 0, 1);
	(void)PACKET(&b, 1, 0x0C, 0x20, 2, 1, 1);
	assert_int_equal(b.scanning.step, SCANNING_WAIT);
	b = hearing(false);
	(void)PACKET(&b, 1, 0x41, 0x20, 8, 0, 1, 1, 0, 0x60, 0, 0x30, 0);
	(void)PACKET(&b, 1, 0x42, 0x20, 6, 1, 0, 0, 0, 0, 0);
	assert_int_equal(b.scanning.step, SCANNING_WAIT);
}

static void test_a_passive_scan_is_not_enough_for_an_active_one(void **state)
{
	struct bench b = hearing(true);

	(void)state;
	(void)PACKET(&b, 1, 0x0B, 0x20, 7, 0, 0x12, 0, 0x12, 0, 0, 0);
	(void)PACKET(&b, 1, 0x0C, 0x20, 2, 1, 1);
	assert_int_equal(b.scanning.step, SCANNING_WAIT);
}

static void test_asks_for_responses_from_now_on(void **state)
{
	struct bench b = hearing(false);

	(void)state;
	assert_int_equal(scanning_ask(&b.scanning, false, b.now_us, &b.command), SCANNING_NOTHING);
	assert_int_equal(scanning_ask(&b.scanning, true, b.now_us, &b.command), SCANNING_SEND);
	assert_command(&b, 0x200C, 0, 0);
	/* asked once more on the way: nothing new */
	assert_int_equal(scanning_ask(&b.scanning, true, b.now_us, &b.command), SCANNING_NOTHING);
	assert_int_equal(ANSWER(&b, 0x200C, 0), SCANNING_SEND);
	assert_int_equal(b.command.opcode, 0x200B);
	assert_int_equal(b.command.parameters[0], 1);
	/* otherwise again before it is on: said when it is */
	assert_int_equal(ANSWER(&b, 0x200B, 0), SCANNING_SEND);
	assert_int_equal(scanning_ask(&b.scanning, false, b.now_us, &b.command), SCANNING_NOTHING);
	assert_int_equal(ANSWER(&b, 0x200C, 0), SCANNING_HEARS);
	assert_int_equal(scanning_ask(&b.scanning, false, b.now_us, &b.command), SCANNING_SEND);
	assert_command(&b, 0x200C, 0, 0);
}

static void test_reset_by_another_begins_again(void **state)
{
	struct bench b = hearing(false);

	(void)state;
	assert_int_equal(ANSWER(&b, 0x0C03, 0), SCANNING_NOTHING);
	assert_int_equal(b.scanning.step, SCANNING_WAIT);
}

static void test_somebody_in_the_way_for_too_long_is_deafness(void **state)
{
	struct bench b = begin(false);
	int tries = 0;

	(void)state;
	(void)ANSWER(&b, 0x2003, 0x01);
	for (;;) {
		enum scanning_turn turn;

		(void)ANSWER(&b, 0x200C, 0);
		(void)ANSWER(&b, 0x200B, 0);
		turn = ANSWER(&b, 0x200C, 0x0C);
		if (turn == SCANNING_FAILED)
			break;
		assert_int_equal(turn, SCANNING_NOTHING);
		b.now_us = scanning_next_us(&b.scanning);
		assert_int_equal(scanning_time(&b.scanning, b.now_us, &b.command), SCANNING_SEND);
		tries++;
		assert_in_range(tries, 1, 20);
	}
	assert_int_equal(b.now_us - 100 * S, SCANNING_DEAF_US);
	assert_string_equal(b.scanning.why, "somebody else holds the radio");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legacy_commands),
		cmocka_unit_test(test_extended_commands_where_the_controller_knows_them),
		cmocka_unit_test(test_features_refused_means_legacy),
		cmocka_unit_test(test_the_other_set_is_tried_once),
		cmocka_unit_test(test_parameters_refused),
		cmocka_unit_test(test_enable_refused_as_status),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_hardware_error),
		cmocka_unit_test(test_cut_packets_change_nothing),
		cmocka_unit_test(test_silence_is_doubted),
		cmocka_unit_test(test_stopped_by_another_begins_again),
		cmocka_unit_test(test_their_scan_of_everybody_is_left_alone),
		cmocka_unit_test(test_their_accept_list_is_replaced),
		cmocka_unit_test(test_a_passive_scan_is_not_enough_for_an_active_one),
		cmocka_unit_test(test_asks_for_responses_from_now_on),
		cmocka_unit_test(test_reset_by_another_begins_again),
		cmocka_unit_test(test_somebody_in_the_way_for_too_long_is_deafness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
