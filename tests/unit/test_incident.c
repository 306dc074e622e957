/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The incident's words, identifiers and topics. */
#include "common/incident.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef"

static void test_every_word_comes_back(void **state)
{
	(void)state;
	for (enum incident_class c = 0; c < INCIDENT_CLASSES; c++) {
		enum incident_class back = INCIDENT_CLASSES;

		assert_int_equal(incident_class_from_text(incident_class_text(c), &back), 0);
		assert_int_equal(back, c);
	}
	for (enum incident_state s = 0; s < INCIDENT_STATES; s++) {
		enum incident_state back = INCIDENT_STATES;

		assert_int_equal(incident_state_from_text(incident_state_text(s), &back), 0);
		assert_int_equal(back, s);
	}
	for (enum incident_outcome o = 0; o < INCIDENT_OUTCOMES; o++) {
		enum incident_outcome back = INCIDENT_OUTCOMES;

		assert_int_equal(incident_outcome_from_text(incident_outcome_text(o), &back), 0);
		assert_int_equal(back, o);
	}
}

static void test_unknown_words_leave_the_output_alone(void **state)
{
	enum incident_class class = INCIDENT_SOCIAL;
	enum incident_state of = INCIDENT_ON_SITE;
	enum incident_outcome outcome = INCIDENT_OUTCOME_TEST;

	(void)state;
	assert_int_equal(incident_class_from_text("Fall", &class), -EINVAL);
	assert_int_equal(incident_class_from_text("", &class), -EINVAL);
	assert_int_equal(incident_state_from_text("on the way", &of), -EINVAL);
	assert_int_equal(incident_outcome_from_text("fine", &outcome), -EINVAL);
	assert_int_equal(class, INCIDENT_SOCIAL);
	assert_int_equal(of, INCIDENT_ON_SITE);
	assert_int_equal(outcome, INCIDENT_OUTCOME_TEST);
}

static void test_only_closed_and_cancelled_are_over(void **state)
{
	(void)state;
	for (enum incident_state s = 0; s < INCIDENT_STATES; s++)
		assert_int_equal(
			incident_is_over(s), s == INCIDENT_CLOSED || s == INCIDENT_CANCELLED);
}

static void test_new_ids_are_valid_and_differ(void **state)
{
	char a[INCIDENT_ID_MAX], b[INCIDENT_ID_MAX];

	(void)state;
	incident_new_id(a);
	incident_new_id(b);
	assert_true(incident_id_is_valid(a));
	assert_true(incident_id_is_valid(b));
	assert_string_not_equal(a, b);
	assert_false(incident_id_is_valid(""));
	assert_false(incident_id_is_valid(ID "0"));
	assert_false(incident_id_is_valid("0123456789abcdef0123456789abcde"));
	assert_false(incident_id_is_valid("0123456789ABCDEF0123456789abcdef"));
}

static void test_homes_have_1_to_32_plain_characters(void **state)
{
	(void)state;
	assert_true(incident_home_is_valid("a"));
	assert_true(incident_home_is_valid("nice-0042"));
	assert_true(incident_home_is_valid(ID));
	assert_false(incident_home_is_valid(ID "0"));
	assert_false(incident_home_is_valid(""));
	assert_false(incident_home_is_valid("Nice"));
	assert_false(incident_home_is_valid("a/b"));
	assert_false(incident_home_is_valid("+"));
	assert_false(incident_home_is_valid("#"));
	assert_false(incident_home_is_valid("é"));
}

static void test_topics_are_made_and_read(void **state)
{
	char topic[64], home[INCIDENT_HOME_MAX] = "as-before";

	(void)state;
	assert_int_equal(incident_topic("nice-1", "incident", topic, sizeof topic), 24);
	assert_string_equal(topic, "vigie/v1/nice-1/incident");
	assert_int_equal(incident_topic_home(topic, "receipt", home), -EINVAL);
	assert_int_equal(
		incident_topic_home("vigie/v2/nice-1/incident", "incident", home), -EINVAL);
	assert_int_equal(incident_topic_home("vigie/v1/Nice/incident", "incident", home), -EINVAL);
	assert_int_equal(incident_topic_home("vigie/v1//incident", "incident", home), -EINVAL);
	assert_int_equal(incident_topic_home("vigie/v1/a/b/incident", "incident", home), -EINVAL);
	assert_int_equal(incident_topic_home("vigie/v1/a", "incident", home), -EINVAL);
	assert_int_equal(
		incident_topic_home("vigie/v1/" ID "0/incident", "incident", home), -EINVAL);
	assert_string_equal(home, "as-before");
	assert_int_equal(incident_topic_home(topic, "incident", home), 0);
	assert_string_equal(home, "nice-1");
}

static void test_a_topic_that_does_not_fit_is_refused(void **state)
{
	char topic[32] = "as before";

	(void)state;
	assert_int_equal(incident_topic("abc", "incident", topic, 21), -ENAMETOOLONG);
	assert_string_equal(topic, "as before");
	assert_int_equal(incident_topic("abc", "incident", topic, 22), 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_word_comes_back),
		cmocka_unit_test(test_unknown_words_leave_the_output_alone),
		cmocka_unit_test(test_only_closed_and_cancelled_are_over),
		cmocka_unit_test(test_new_ids_are_valid_and_differ),
		cmocka_unit_test(test_homes_have_1_to_32_plain_characters),
		cmocka_unit_test(test_topics_are_made_and_read),
		cmocka_unit_test(test_a_topic_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
