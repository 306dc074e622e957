/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bits and words become readings, in virtual time. */
#include "sensors/registers.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define S  UINT64_C(1000000)
#define MS UINT64_C(1000)

#define assert_near(got, want) assert_true(fabs((got) - (double)(want)) < 1e-9)

static const struct register_point bit_point = {.sensor = {.text = "x"},
	.slave = 1,
	.table = REGISTER_DISCRETE_INPUT,
	.type = REGISTER_BIT,
	.bit = REGISTER_WHOLE_WORD,
	.kind = READING_PULL_CORD,
	.scale = 1,
	.first_read = REGISTER_NO_FIRST_READ};

/* The value said, or −1 for nothing. */
static double read_at(struct register_watch *w, const struct register_point *p, uint16_t cell,
	uint64_t now_us, struct register_news *ret)
{
	struct register_news news;

	register_watch_read(w, p, &cell, now_us, &news);
	if (ret)
		*ret = news;
	if (news.has_reading) {
		assert_int_equal(news.reading.kind, p->kind);
		assert_int_equal(news.reading.time_us, now_us);
		assert_string_equal(news.reading.sensor.text, "x");
	}
	return news.has_reading ? news.reading.value : -1;
}

static const struct {
	enum register_type type;
	uint16_t cells[2];
	double scale, want;
} words[] = {
	{REGISTER_U16, {65535, 0}, 1, 65535},
	{REGISTER_S16, {0xFFEC, 0}, 0.1, -2},
	{REGISTER_U32, {1, 2}, 1, 65538},
	{REGISTER_U32_LOW_FIRST, {2, 1}, 1, 65538},
	{REGISTER_S32, {0xFFFF, 0xFFFE}, 1, -2},
	{REGISTER_S32_LOW_FIRST, {0xFFFE, 0xFFFF}, 1, -2},
	{REGISTER_F32, {0x41AC, 0x0000}, 1, 21.5},
	{REGISTER_F32_LOW_FIRST, {0x0000, 0x41AC}, 2, 43},
};

static void test_every_type_of_word(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		struct register_point p = bit_point;

		p.kind = READING_COUNT;
		p.type = words[n].type;
		p.scale = words[n].scale;
		assert_near(register_value(&p, words[n].cells), words[n].want);
	}
}

static void test_a_bit_of_a_word_and_an_inverted_one(void **state)
{
	struct register_point p = bit_point;
	const uint16_t cell = 0x8001;

	(void)state;
	p.type = REGISTER_U16;
	p.bit = 15;
	assert_true(register_value(&p, &cell) > 0);
	p.bit = 14;
	assert_false(register_value(&p, &cell) > 0);
	p.is_inverted = true;
	assert_true(register_value(&p, &cell) > 0);
	p.bit = REGISTER_WHOLE_WORD;
	assert_false(register_value(&p, &cell) > 0);
}

static void test_an_edge_is_said_at_once_and_a_state_again(void **state)
{
	struct register_watch w = {.is_seen = false};

	(void)state;
	/* also in the first seconds after boot */
	assert_near(read_at(&w, &bit_point, 0, 1, NULL), 0);
	assert_near(read_at(&w, &bit_point, 0, 1 * S, NULL), -1);
	assert_near(read_at(&w, &bit_point, 1, 2 * S, NULL), 1);
	assert_near(read_at(&w, &bit_point, 1, 6 * S, NULL), -1);
	/* within the 10 s in which a pulled cord counts as the same one */
	assert_near(read_at(&w, &bit_point, 1, 7 * S, NULL), 1);
	assert_near(read_at(&w, &bit_point, 0, 8 * S, NULL), 0);
	assert_near(read_at(&w, &bit_point, 0, 67 * S, NULL), -1);
	assert_near(read_at(&w, &bit_point, 0, 68 * S, NULL), 0);
}

static void test_debouncing_waits_for_a_state_that_lasts(void **state)
{
	struct register_watch w = {.is_seen = false};
	struct register_point p = bit_point;

	(void)state;
	p.debounce_ms = 50;
	assert_near(read_at(&w, &p, 0, 100 * S, NULL), -1);
	assert_near(read_at(&w, &p, 0, 100 * S + 50 * MS, NULL), 0);
	assert_near(read_at(&w, &p, 1, 101 * S, NULL), -1);
	assert_near(read_at(&w, &p, 0, 101 * S + 20 * MS, NULL), -1);
	assert_near(read_at(&w, &p, 1, 101 * S + 40 * MS, NULL), -1);
	assert_near(read_at(&w, &p, 1, 101 * S + 89 * MS, NULL), -1);
	assert_near(read_at(&w, &p, 1, 101 * S + 90 * MS, NULL), 1);
}

static void test_a_press_is_said_once_and_its_release_is_not(void **state)
{
	struct register_watch w = {.is_seen = false};
	struct register_point p = bit_point;

	(void)state;
	p.kind = READING_BUTTON;
	assert_near(read_at(&w, &p, 0, 100 * S, NULL), BUTTON_NONE);
	assert_near(read_at(&w, &p, 1, 101 * S, NULL), BUTTON_PRESS);
	assert_near(read_at(&w, &p, 1, 107 * S, NULL), -1);
	assert_near(read_at(&w, &p, 0, 108 * S, NULL), -1);
	assert_near(read_at(&w, &p, 1, 109 * S, NULL), BUTTON_PRESS);
	/* held: alive, and no second press */
	assert_near(read_at(&w, &p, 1, 169 * S, NULL), BUTTON_NONE);
	assert_near(read_at(&w, &p, 0, 170 * S, NULL), -1);
	assert_near(read_at(&w, &p, 0, 229 * S, NULL), BUTTON_NONE);
	/* pressed while the hub starts: a call */
	w = (struct register_watch){.is_seen = false};
	assert_near(read_at(&w, &p, 1, 300 * S, NULL), BUTTON_PRESS);
	/* the slave was away meanwhile */
	register_watch_again(&w);
	assert_near(read_at(&w, &p, 1, 301 * S, NULL), BUTTON_NONE);
	register_watch_again(&w);
	assert_near(read_at(&w, &p, 0, 302 * S, NULL), BUTTON_NONE);
	assert_near(read_at(&w, &p, 1, 303 * S, NULL), BUTTON_PRESS);
}

static void test_a_loose_wire_is_told_and_does_not_flood(void **state)
{
	struct register_watch w = {.is_seen = false};
	struct register_news news;
	unsigned int readings = 0, told = 0, yes = 0;

	(void)state;
	for (uint64_t now_us = 100 * S; now_us < 160 * S; now_us += 100 * MS) {
		uint16_t bit = now_us / (100 * MS) % 2 == 1;

		(void)read_at(&w, &bit_point, bit, now_us, &news);
		readings += news.has_reading;
		yes += news.has_reading && news.reading.value > 0;
		told += news.has_begun_to_chatter;
	}
	assert_int_equal(told, 1);
	assert_true(readings <= REGISTER_CHATTER_EDGES + 2 + 60 / REGISTER_YES_AGAIN_S);
	assert_true(yes >= 60 / REGISTER_YES_AGAIN_S);
	/* calm again: two windows later an edge is an edge */
	for (uint64_t now_us = 160 * S; now_us < 181 * S; now_us += 100 * MS)
		(void)read_at(&w, &bit_point, 0, now_us, NULL);
	assert_false(w.is_chattering);
	assert_near(read_at(&w, &bit_point, 1, 181 * S, NULL), 1);
	assert_near(read_at(&w, &bit_point, 0, 181 * S + 100 * MS, NULL), 0);
}

/* What chatter kept back is said when it may be, though it has passed by then. */
static void test_HS_09_chatter_swallows_no_call(void **state)
{
	struct register_watch w = {.is_seen = false};
	struct register_point p = bit_point;
	uint64_t now_us = 100 * S;

	(void)state;
	p.kind = READING_BUTTON;
	for (int n = 0; n < 30; n++, now_us += 100 * MS)
		(void)read_at(&w, &p, n % 2 == 1, now_us, NULL);
	assert_true(w.is_chattering);
	now_us = w.told_us + 1 * S;
	(void)read_at(&w, &p, 0, now_us, NULL);
	assert_near(read_at(&w, &p, 1, now_us + 100 * MS, NULL), -1);
	assert_near(read_at(&w, &p, 0, now_us + 200 * MS, NULL), -1);
	assert_near(read_at(&w, &p, 0, now_us + 5 * S, NULL), BUTTON_PRESS);
}

static void test_a_quantity_is_thinned_out_and_checked(void **state)
{
	struct register_watch w = {.is_seen = false};
	struct register_point p = bit_point;
	struct register_news news;

	(void)state;
	p.kind = READING_TEMPERATURE;
	p.type = REGISTER_S16;
	p.scale = 0.1;
	assert_near(read_at(&w, &p, 215, 100 * S, NULL), 21.5);
	assert_near(read_at(&w, &p, 216, 101 * S, NULL), -1);
	assert_near(read_at(&w, &p, 216, 110 * S, NULL), 21.6);
	assert_near(read_at(&w, &p, 216, 130 * S, NULL), -1);
	assert_near(read_at(&w, &p, 216, 170 * S, NULL), 21.6);
	/* a broken wire reads full scale */
	assert_near(read_at(&w, &p, 32767, 190 * S, &news), -1);
	assert_true(news.has_broken);
	assert_near(news.reading.value, 3276.7);
	assert_near(read_at(&w, &p, 32767, 300 * S, &news), -1);
	assert_false(news.has_broken);
	assert_near(read_at(&w, &p, 216, 301 * S, NULL), 21.6);
	/* no number at all */
	p.type = REGISTER_F32;
	register_watch_read(&w, &p, (const uint16_t[]){0x7FC0, 0}, 400 * S, &news);
	assert_true(news.has_broken && !news.has_reading);
}

static void test_words_of_the_configuration(void **state)
{
	enum register_table table = REGISTER_COIL;
	enum register_type type = REGISTER_BIT;
	enum reading_kind kind = READING_NONE;

	(void)state;
	assert_int_equal(register_table_from_text("input_register", &table), 0);
	assert_int_equal(table, REGISTER_INPUT);
	assert_int_equal(register_table_from_text("input", &table), -EINVAL);
	assert_int_equal(register_type_from_text("f32_low_first", &type), 0);
	assert_int_equal(type, REGISTER_F32_LOW_FIRST);
	assert_int_equal(register_type_from_text("f64", &type), -EINVAL);
	assert_int_equal(register_kind_from_text("contact", &kind), 0);
	assert_int_equal(kind, READING_OPENING);
	assert_int_equal(register_kind_from_text("text", &kind), -EINVAL);
	assert_int_equal(register_kind_from_text("timestamp", &kind), -EINVAL);
	assert_int_equal(register_kind_from_text("dimmer", &kind), -EINVAL);
	assert_int_equal(kind, READING_OPENING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type_of_word),
		cmocka_unit_test(test_a_bit_of_a_word_and_an_inverted_one),
		cmocka_unit_test(test_an_edge_is_said_at_once_and_a_state_again),
		cmocka_unit_test(test_debouncing_waits_for_a_state_that_lasts),
		cmocka_unit_test(test_a_press_is_said_once_and_its_release_is_not),
		cmocka_unit_test(test_a_loose_wire_is_told_and_does_not_flood),
		cmocka_unit_test(test_HS_09_chatter_swallows_no_call),
		cmocka_unit_test(test_a_quantity_is_thinned_out_and_checked),
		cmocka_unit_test(test_words_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
