/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the resident is asked, in virtual time: when and how loud, by day and by night, in light and
 * vibration, over a restart.
 */
#include "tests/unit/asked_home.h"

static void test_the_resident_is_asked_again_and_louder(void **state)
{
	unsigned int volume = 0;
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	assert_int_equal(turn(&h, 0, NULL), NONE);
	assert_int_equal(dialogue_next_us(&h.dialogue), UINT64_MAX);
	fall(&h, 10);
	assert_int_equal(turn(&h, 10, &volume), PHRASE_ASK_FALL);
	assert_int_equal(volume, 70);
	assert_int_equal(turn(&h, 10.1, NULL), NONE);
	assert_int_equal(dialogue_next_us(&h.dialogue), at_s(20).now_us);
	assert_int_equal(turn(&h, 20, &volume), PHRASE_ASK_FALL);
	assert_int_equal(volume, 85);
	assert_int_equal(turn(&h, 30, &volume), PHRASE_ASK_FALL);
	assert_int_equal(volume, 100);
	/* not with the deadline: then it is raised */
	assert_int_equal(turn(&h, 40, NULL), NONE);
	assert_int_equal(pass(&h, 40), PHRASE_CALLING);
	assert_int_equal(turn(&h, 40.1, NULL), NONE);
}

static void test_by_night_the_light_comes_first_and_the_voice_softer(void **state)
{
	unsigned int volume = 0;
	struct home h;

	(void)state;
	open_home(&h, true, NIGHT);
	fall(&h, 0);
	assert_int_equal(turn(&h, 0, NULL), NONE);
	assert_true(signs(&h, 0).lamp);
	assert_int_equal(signs(&h, 0).buzz, BUZZ_HIGH);
	assert_int_equal(turn(&h, 9.9, NULL), NONE);
	assert_int_equal(turn(&h, 10, &volume), PHRASE_ASK_FALL);
	assert_int_equal(volume, 35);
	assert_int_equal(turn(&h, 20, &volume), PHRASE_ASK_FALL);
	assert_int_equal(volume, 50);
	/* a home without a light is not left in the dark */
	open_home(&h, false, NIGHT);
	fall(&h, 0);
	assert_int_equal(turn(&h, 0, &volume), PHRASE_ASK_FALL);
	assert_int_equal(volume, 35);
	/* nor does little time begin with silence */
	open_home(&h, true, NIGHT);
	h.table.ask_s = 6;
	fall(&h, 0);
	assert_int_equal(turn(&h, 1.9, NULL), NONE);
	assert_int_equal(turn(&h, 2, NULL), PHRASE_ASK_FALL);
}

static void test_the_night_is_as_configured(void **state)
{
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	assert_int_equal(dialogue_volume(&h.config, 22 * 60 - 1), 70);
	assert_int_equal(dialogue_volume(&h.config, 22 * 60), 35);
	assert_int_equal(dialogue_volume(&h.config, 0), 35);
	assert_int_equal(dialogue_volume(&h.config, 7 * 60 - 1), 35);
	assert_int_equal(dialogue_volume(&h.config, 7 * 60), 70);
	h.config.night_from_min = 13 * 60; /* a nap */
	h.config.night_to_min = 15 * 60;
	assert_int_equal(dialogue_volume(&h.config, 14 * 60), 35);
	assert_int_equal(dialogue_volume(&h.config, 15 * 60), 70);
	h.config.night_to_min = 13 * 60; /* none */
	assert_int_equal(dialogue_volume(&h.config, 13 * 60), 70);
	assert_int_equal(dialogue_volume(&h.config, 3 * 60), 70);
}

static void test_HS_16_every_prompt_is_light_and_vibration_too(void **state)
{
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	assert_false(signs(&h, 0).lamp);
	assert_int_equal(signs(&h, 0).buzz, BUZZ_NONE);
	fall(&h, 0);
	(void)turn(&h, 0, NULL);
	assert_true(signs(&h, 0).lamp); /* blinking: the question */
	assert_int_equal(signs(&h, 0).buzz, BUZZ_HIGH);
	(void)turn(&h, 0.5, NULL);
	assert_false(signs(&h, 0.5).lamp);
	assert_int_equal(dialogue_next_us(&h.dialogue), at_s(1).now_us);
	(void)turn(&h, 1, NULL);
	assert_true(signs(&h, 1).lamp);
	assert_int_equal(pass(&h, 30), PHRASE_CALLING);
	/* steady, with a short buzz: each step of help */
	static const struct {
		enum incident_state state;
		int phrase;
	} steps[] = {{INCIDENT_ACCEPTED, PHRASE_ACCEPTED}, {INCIDENT_ON_THE_WAY, PHRASE_ON_THE_WAY},
		{INCIDENT_ON_SITE, PHRASE_ON_SITE}};
	assert_int_equal(receipt(&h, 31), PHRASE_RECEIVED);
	for (size_t n = 0; n < 3; n++) {
		double seconds = 100 + 100 * (double)n;

		(void)turn(&h, seconds, NULL);
		assert_true(signs(&h, seconds).lamp);
		assert_int_equal(signs(&h, seconds).buzz, BUZZ_NONE);
		assert_int_equal(
			progress(&h, steps[n].state, "Paul", seconds, NULL), steps[n].phrase);
		(void)turn(&h, seconds, NULL);
		assert_true(signs(&h, seconds).lamp);
		assert_int_equal(signs(&h, seconds).buzz, BUZZ_MILD);
		assert_int_equal(dialogue_next_us(&h.dialogue), at_s(seconds + 3).now_us);
	}
	assert_int_equal(progress(&h, INCIDENT_CLOSED, "Anne", 400, NULL), PHRASE_CLOSED);
	(void)turn(&h, 403, NULL);
	assert_false(signs(&h, 403).lamp);
	assert_int_equal(signs(&h, 403).buzz, BUZZ_NONE);
	assert_int_equal(dialogue_next_us(&h.dialogue), UINT64_MAX);
}

static void test_a_light_that_nobody_takes_back_goes_out(void **state)
{
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	fall(&h, 0);
	(void)turn(&h, 0, NULL);
	(void)pass(&h, 30);
	(void)receipt(&h, 30);
	(void)turn(&h, 629, NULL);
	assert_true(signs(&h, 629).lamp);
	(void)turn(&h, 630, NULL);
	assert_false(signs(&h, 630).lamp);
}

static void test_HS_02_a_restart_goes_on_with_the_asking(void **state)
{
	struct dialogue again;
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	fall(&h, 0);
	assert_int_equal(turn(&h, 0, NULL), PHRASE_ASK_FALL);
	/* killed after 4 s, back after 5: the next question comes when it would have come */
	dialogue_init(&again, &h.config, true);
	h.dialogue = again;
	unsigned int volume = 0;
	assert_int_equal(turn(&h, 5, NULL), NONE);
	assert_int_equal(dialogue_next_us(&h.dialogue), at_s(10).now_us);
	assert_int_equal(turn(&h, 10, &volume), PHRASE_ASK_FALL);
	assert_int_equal(volume, 85);
	/* killed before a word was said, and back at once: it is said */
	open_home(&h, true, DAY);
	fall(&h, 0);
	assert_int_equal(turn(&h, 0.6, &volume), PHRASE_ASK_FALL);
	assert_int_equal(volume, 70);
}

static void test_the_latest_of_two_is_asked_about(void **state)
{
	struct suspicion quiet = suspicion_of(INCIDENT_INACTIVITY, "maison");
	unsigned int row;
	struct home h;

	(void)state;
	open_home(&h, true, DAY);
	quiet.is_certain = false;
	assert_int_equal(suspect(&h.table, &quiet, 0, &row), 1);
	assert_int_equal(turn(&h, 0, NULL), PHRASE_ASK_INACTIVITY);
	fall(&h, 8);
	assert_int_equal(turn(&h, 8, NULL), PHRASE_ASK_FALL);
	assert_int_equal(turn(&h, 10, NULL), NONE);
	assert_int_equal(turn(&h, 18, NULL), PHRASE_ASK_FALL);
	/* over: the other goes on where it would be by now */
	(void)answer(&h, ANSWER_FINE, 19, NULL);
	assert_int_equal(turn(&h, 19, NULL), PHRASE_ASK_INACTIVITY);
	assert_int_equal(turn(&h, 20, NULL), PHRASE_ASK_INACTIVITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_resident_is_asked_again_and_louder),
		cmocka_unit_test(test_by_night_the_light_comes_first_and_the_voice_softer),
		cmocka_unit_test(test_the_night_is_as_configured),
		cmocka_unit_test(test_HS_16_every_prompt_is_light_and_vibration_too),
		cmocka_unit_test(test_a_light_that_nobody_takes_back_goes_out),
		cmocka_unit_test(test_HS_02_a_restart_goes_on_with_the_asking),
		cmocka_unit_test(test_the_latest_of_two_is_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
