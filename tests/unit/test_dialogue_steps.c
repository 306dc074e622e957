/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the resident is told of each step of help, and of a centre that does not answer.
 */
#include "tests/unit/asked_home.h"

static void test_an_answer_hushes_the_question(void **state)
{
	struct prompt prompt = {.who = ""};
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	fall(&h, 0);
	(void)turn(&h, 0, NULL);
	assert_int_equal(answer(&h, ANSWER_FINE, 2, &prompt), PHRASE_CANCELLED);
	assert_true(prompt.is_hushing);
	assert_int_equal(turn(&h, 10, NULL), NONE);
	open_home(&h, true, DAY);
	fall(&h, 0);
	(void)turn(&h, 0, NULL);
	assert_int_equal(answer(&h, ANSWER_HELP, 2, &prompt), PHRASE_CALLING);
	assert_true(prompt.is_hushing);
	/* fine after that closes nothing, and the resident is told what becomes of it */
	assert_int_equal(receipt(&h, 3), PHRASE_RECEIVED);
	assert_int_equal(answer(&h, ANSWER_FINE, 4, &prompt), PHRASE_FINE_NOTED);
	assert_false(prompt.is_hushing);
	assert_int_equal(receipt(&h, 5), NONE);
}

static void test_whoever_comes_is_named(void **state)
{
	static const struct {
		const char *by, *who;
	} rows[] = {{"Paul", "Paul"}, {"operator anne", "anne"}, {"gateway", ""}, {"operator", ""}};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct prompt prompt = {.who = ""};
		struct home h;

		open_home(&h, true, DAY);
		fall(&h, 0);
		(void)turn(&h, 0, NULL);
		(void)pass(&h, 30);
		(void)receipt(&h, 30);
		assert_int_equal(progress(&h, INCIDENT_ON_THE_WAY, rows[n].by, 40, &prompt),
			PHRASE_ON_THE_WAY);
		assert_string_equal(prompt.who, rows[n].who);
		/* what names nobody is not about whoever did it: a recorded clip fits */
		assert_int_equal(
			progress(&h, INCIDENT_CLOSED, rows[n].by, 50, &prompt), PHRASE_CLOSED);
		assert_string_equal(prompt.who, "");
	}
}

static void test_a_centre_that_does_not_answer_is_told_rarely_and_loudly(void **state)
{
	static const double again_s[] = {15, 75, 195, 435, 915, 1515, 2115};
	unsigned int volume = 0;
	struct home h;

	(void)state;
	open_home(&h, true, NIGHT);
	fall(&h, -30);
	(void)turn(&h, -30, NULL);
	(void)pass(&h, 0);
	assert_int_equal(turn(&h, 0, NULL), NONE);
	for (size_t n = 0; n < sizeof(again_s) / sizeof(again_s[0]); n++) {
		assert_int_equal(turn(&h, again_s[n] - 0.1, NULL), NONE);
		assert_int_equal(turn(&h, again_s[n], &volume), PHRASE_UNREACHABLE);
		assert_int_equal(volume, 100);
		assert_true(signs(&h, again_s[n]).siren);
		assert_int_equal(turn(&h, again_s[n] + 5, NULL), NONE);
		assert_false(signs(&h, again_s[n] + 5).siren);
	}
	/* the lamp blinks as long as it lasts */
	(void)turn(&h, 3000, NULL);
	bool first = signs(&h, 3000).lamp;
	double later = (double)(dialogue_next_us(&h.dialogue) - T0) / 1e6;
	assert_true(later < 3002);
	(void)turn(&h, later, NULL);
	assert_int_equal(signs(&h, later).lamp, !first);
	/* reached at last */
	assert_int_equal(receipt(&h, 3100), PHRASE_REACHED);
	assert_int_equal(turn(&h, 3101, NULL), NONE);
	assert_true(signs(&h, 3101).lamp);
}

static void test_without_a_link_it_is_told_sooner(void **state)
{
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	h.is_link_down = true;
	fall(&h, -30);
	(void)turn(&h, -30, NULL);
	(void)pass(&h, 0);
	assert_int_equal(turn(&h, 0, NULL), NONE);
	assert_int_equal(turn(&h, 5, NULL), PHRASE_UNREACHABLE);
	/* lost while it waits */
	open_home(&h, true, DAY);
	fall(&h, -30);
	(void)turn(&h, -30, NULL);
	(void)pass(&h, 0);
	assert_int_equal(turn(&h, 0, NULL), NONE);
	h.is_link_down = true;
	assert_int_equal(turn(&h, 1, NULL), NONE);
	assert_int_equal(turn(&h, 6, NULL), PHRASE_UNREACHABLE);
}

static void test_an_answered_call_is_answered_again_when_it_is_repeated(void **state)
{
	struct suspicion press = suspicion_of(INCIDENT_HELP, "bouton");
	struct change change;
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	assert_int_equal(escalate_suspect(&h.table, &press, "0123456789abcdef0123456789abcdef",
				 at_s(0), &change),
		1);
	h.row = change.row;
	assert_int_equal(adopt(&h, &change, 0, NULL), PHRASE_CALLING);
	(void)turn(&h, 0, NULL);
	assert_int_equal(receipt(&h, 0.1), PHRASE_RECEIVED);
	assert_int_equal(escalate_suspect(&h.table, &press, "", at_s(30), &change), 1);
	assert_int_equal(adopt(&h, &change, 30, NULL), NONE);
	(void)turn(&h, 30, NULL);
	assert_int_equal(receipt(&h, 30.1), PHRASE_RECEIVED);
}

static void test_HS_02_what_was_told_is_not_told_again_after_a_restart(void **state)
{
	struct dialogue again;
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	fall(&h, 0);
	(void)turn(&h, 0, NULL);
	(void)pass(&h, 30);
	(void)receipt(&h, 31);
	dialogue_init(&again, &h.config, true);
	h.dialogue = again;
	for (double s = 32; s < 2000; s += 1)
		assert_int_equal(turn(&h, s, NULL), NONE);
	assert_int_equal(progress(&h, INCIDENT_ON_THE_WAY, "Paul", 2000, NULL), PHRASE_ON_THE_WAY);
}

static void test_the_technicians_business_is_not_the_residents(void **state)
{
	struct suspicion s = suspicion_of(INCIDENT_TECHNICAL, "pile");
	struct change change;
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	assert_int_equal(escalate_suspect(&h.table, &s, "0123456789abcdef0123456789abcdef", at_s(0),
				 &change),
		1);
	h.row = change.row;
	assert_int_equal(adopt(&h, &change, 0, NULL), NONE);
	assert_int_equal(turn(&h, 100, NULL), NONE);
	assert_false(signs(&h, 100).lamp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_answer_hushes_the_question),
		cmocka_unit_test(test_whoever_comes_is_named),
		cmocka_unit_test(test_a_centre_that_does_not_answer_is_told_rarely_and_loudly),
		cmocka_unit_test(test_without_a_link_it_is_told_sooner),
		cmocka_unit_test(test_an_answered_call_is_answered_again_when_it_is_repeated),
		cmocka_unit_test(test_HS_02_what_was_told_is_not_told_again_after_a_restart),
		cmocka_unit_test(test_the_technicians_business_is_not_the_residents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
