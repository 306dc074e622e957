/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The radio jammed, from counters and time alone; and a flood through a receiver. */
#include "tests/unit/vectors.h"

#include "sensors/jamming.h"

#define S UINT64_C(1000000)

struct air {
	struct jamming jamming;
	struct jamming_counts counts;
	uint64_t now_us;
};

/* Seconds of so many sound and broken frames each, asked about twice a second: the first news. */
static enum jamming_news live(struct air *air, int seconds, uint64_t sound, uint64_t broken)
{
	enum jamming_news first = JAMMING_NOTHING;

	for (int i = 0; i < 2 * seconds; i++) {
		enum jamming_news news;

		air->now_us += S / 2;
		air->counts.sound += sound / 2;
		air->counts.broken += broken / 2;
		news = jamming_judge(&air->jamming, air->counts, air->now_us);
		if (first == JAMMING_NOTHING)
			first = news;
	}
	return first;
}

static void test_a_flood_is_told_once_and_its_end(void **state)
{
	struct air air = {.now_us = 7 * S};

	(void)state;
	assert_int_equal(live(&air, 60, 40, 2), JAMMING_NOTHING);
	assert_int_equal(live(&air, 12, 40, 400), JAMMING_BEGAN);
	assert_true(air.jamming.is_jammed);
	assert_in_range(air.jamming.broken_per_s, 395, 405);
	assert_int_equal(live(&air, 600, 40, 400), JAMMING_NOTHING);
	/* a pause is not the end */
	assert_int_equal(live(&air, 20, 40, 0), JAMMING_NOTHING);
	assert_int_equal(live(&air, 10, 40, 400), JAMMING_NOTHING);
	assert_int_equal(live(&air, 60, 40, 0), JAMMING_OVER);
	assert_false(air.jamming.is_jammed);
	assert_int_equal(live(&air, 60, 40, 0), JAMMING_NOTHING);
}

static void test_what_is_no_flood(void **state)
{
	struct air air = {.now_us = S};

	(void)state;
	/* a full house with a bad link, and a broken sensor in a quiet one */
	assert_int_equal(live(&air, 60, 2000, 100), JAMMING_NOTHING);
	assert_int_equal(live(&air, 60, 0, 40), JAMMING_NOTHING);
	assert_int_equal(live(&air, 60, 2600, 0), JAMMING_NOTHING);
	/* at the edge */
	assert_int_equal(live(&air, 60, 52, JAMMING_LEAST_PER_S), JAMMING_NOTHING);
	assert_int_equal(live(&air, 60, 50, JAMMING_LEAST_PER_S), JAMMING_BEGAN);
}

static void test_clock_and_counters_may_begin_anew(void **state)
{
	struct air air = {.now_us = 1000 * S};

	(void)state;
	assert_int_equal(live(&air, 30, 0, 1000), JAMMING_BEGAN);
	air.now_us = S;
	assert_int_equal(live(&air, 4, 0, 0), JAMMING_NOTHING);
	air.counts = (struct jamming_counts){0};
	assert_int_equal(live(&air, 4, 0, 0), JAMMING_NOTHING);
	assert_int_equal(jamming_judge(&air.jamming, air.counts, UINT64_MAX), JAMMING_OVER);
}

static void test_a_receiver_under_a_flood(void **state)
{
	struct receiver *r = calloc(1, sizeof(*r));
	struct device_keys *keys = calloc(1, sizeof(*keys));
	/* a report that says it is longer than it is; a stranger's; one of ours, cut */
	static const uint8_t broken[] = {4, 0x3E, 12, 2, 1, 3, 0, 1, 2, 3, 4, 5, 6, 9, 0xC4};
	static const uint8_t stranger[] = {4, 0x3E, 12, 2, 1, 3, 0, 1, 2, 3, 4, 5, 6, 0, 0xC4};
	static const uint8_t cut[] = {4, 0x3E, 18, 2, 1, 3, 0, 1, 2, 3, 4, 5, 7, 6, 5, 0x16, 0xD2,
		0xFC, 0x40, 0x02, 0xC4};
	struct jamming j = {0};

	(void)state;
	receiver_init(r, keys, NULL, NULL);
	device_keys_ensure(keys, (const uint8_t[6]){7, 5, 4, 3, 2, 1})->is_enrolled = true;
	(void)jamming_judge(&j, jamming_count(r), S);
	for (int i = 0; i < 300; i++) {
		receiver_packet(r, S, broken, sizeof(broken));
		receiver_packet(r, S, stranger, sizeof(stranger));
		receiver_packet(r, S, cut, sizeof(cut));
	}
	assert_int_equal(jamming_count(r).broken, 600);
	assert_int_equal(jamming_count(r).sound, 300);
	assert_int_equal(jamming_judge(&j, jamming_count(r), 6 * S), JAMMING_BEGAN);
	assert_int_equal(j.broken_per_s, 120);
	device_keys_done(keys);
	free(keys);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_flood_is_told_once_and_its_end),
		cmocka_unit_test(test_what_is_no_flood),
		cmocka_unit_test(test_clock_and_counters_may_begin_anew),
		cmocka_unit_test(test_a_receiver_under_a_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
