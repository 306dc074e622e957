/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody moves in the home: an answer to what was suspected because nobody did, and to nothing
 * else.
 */
#include "tests/unit/suspicions.h"

static int heard(struct escalation *t, unsigned int row, bool answers, double seconds)
{
	struct change change = {.row = ESCALATE_OPEN_MAX};
	int r = escalate_moved(t, row, "Cuisine", answers, at_s(seconds), &change);

	if (r == 1)
		escalate_adopt(t, &change);
	return r;
}

static int moved(struct escalation *t, unsigned int row, double seconds)
{
	return heard(t, row, true, seconds);
}

static struct escalation asked_about(enum incident_class class, uint32_t ask_s, unsigned int *row)
{
	struct escalation t = table_of(ask_s);
	struct suspicion s = suspicion_of(class, "routine");

	s.is_certain = false;
	assert_int_equal(suspect(&t, &s, 0, row), 1);
	return t;
}

static void test_moving_again_cancels_what_is_asked_about(void **state)
{
	static const enum incident_class classes[] = {INCIDENT_INACTIVITY, INCIDENT_WANDERING};

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		unsigned int row = 0;
		struct escalation t = asked_about(classes[n], 30, &row);

		assert_int_equal(t.episodes[row].incident.state, INCIDENT_VERIFYING);
		assert_int_equal(moved(&t, row, 10), 1);
		assert_int_equal(t.episodes[row].incident.state, INCIDENT_CANCELLED);
		assert_string_equal(t.episodes[row].incident.by, "movement");
		assert_string_equal(t.episodes[row].incident.why, "mouvement : Cuisine");
		assert_true(escalate_is_owed(&t.episodes[row]));
		assert_int_equal(moved(&t, row, 11), 0);
	}
}

/* Only a word or the centre ends what was raised: the centre is told, once. */
static void test_HS_01_moving_closes_nothing_that_was_raised(void **state)
{
	unsigned int row = 0;
	struct escalation t = asked_about(INCIDENT_INACTIVITY, 0, &row);
	uint32_t seq = t.episodes[row].incident.seq;

	(void)state;
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_RAISED);
	assert_int_equal(moved(&t, row, 10), 1);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_RAISED);
	assert_int_equal(t.episodes[row].incident.seq, seq + 1);
	assert_int_equal(moved(&t, row, 11), 0);
	assert_int_equal(t.episodes[row].incident.seq, seq + 1);
}

static void test_HS_10_moving_says_nothing_of_a_fall(void **state)
{
	unsigned int row = 0;
	struct escalation t = asked_about(INCIDENT_FALL, 30, &row);

	(void)state;
	assert_int_equal(moved(&t, row, 10), 0);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_VERIFYING);
	t = asked_about(INCIDENT_HELP, 0, &row);
	assert_int_equal(moved(&t, row, 10), 0);
	assert_int_equal(moved(&t, row + 1, 10), 0); /* nothing in that row */
}

/* What anybody on the stairs can send answers nothing, and hinders nothing that does. */
static void test_HS_01_movement_that_may_be_forged_silences_nothing(void **state)
{
	unsigned int row = 0;
	struct escalation t = asked_about(INCIDENT_INACTIVITY, 30, &row);

	(void)state;
	assert_int_equal(heard(&t, row, false, 10), 0);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_VERIFYING);
	assert_int_equal(heard(&t, row, true, 11), 1);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_CANCELLED);
	t = asked_about(INCIDENT_WANDERING, 0, &row);
	assert_int_equal(heard(&t, row, false, 10), 1);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_RAISED);
	assert_string_equal(t.episodes[row].incident.why, "mouvement peut-être : Cuisine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moving_again_cancels_what_is_asked_about),
		cmocka_unit_test(test_HS_01_moving_closes_nothing_that_was_raised),
		cmocka_unit_test(test_HS_01_movement_that_may_be_forged_silences_nothing),
		cmocka_unit_test(test_HS_10_moving_says_nothing_of_a_fall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
