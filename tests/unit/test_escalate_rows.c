/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which open incident evidence belongs to, the bounds of the table, and when what is due.
 */
#include "tests/unit/suspicions.h"

static void test_HS_09_presses_join_until_somebody_has_taken_it_on(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	struct progress p = {.state = INCIDENT_ACCEPTED, .changed_ms = 5, .by = "operator paul"};
	struct change c;
	unsigned int row = 0, again = 0;

	(void)state;
	assert_int_equal(suspect(&t, &help, 0, &row), 1);
	assert_int_equal(suspect(&t, &help, 1.9, &again), 0);
	assert_int_equal(suspect(&t, &help, 2.0, &again), 1);
	assert_int_equal(again, row);
	assert_int_equal(t.episodes[row].incident.seq, 3);
	assert_string_equal(t.episodes[row].incident.why, "appelé 2 fois");
	assert_int_equal(suspect(&t, &help, 4000, &again), 1);
	assert_int_equal(again, row);
	assert_int_equal(escalate_progress(&t, row, &p, at_s(4001), &c), 1);
	escalate_adopt(&t, &c);
	assert_int_equal(suspect(&t, &help, 4000 + ESCALATE_JOIN_S, &again), 1);
	assert_int_not_equal(again, row);
}

static void test_HS_09_two_buttons_are_two_incidents(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion a = suspicion_of(INCIDENT_HELP, "a"), b = suspicion_of(INCIDENT_HELP, "b");
	unsigned int row_a = 0, row_b = 0;

	(void)state;
	assert_int_equal(suspect(&t, &a, 0, &row_a), 1);
	assert_int_equal(suspect(&t, &b, 0, &row_b), 1);
	assert_int_not_equal(row_a, row_b);
}

static void test_falls_of_one_wearable_are_one_open_incident(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	unsigned int row = 0, same = 0;

	(void)state;
	(void)suspect(&t, &fall, 0, &row);
	fall.mark = 8;
	assert_int_equal(suspect(&t, &fall, 10, &same), 1);
	assert_int_equal(same, row);
	assert_int_equal(t.episodes[row].mark, 8);
}

static void test_reasons_are_bounded(void **state)
{
	struct escalation t = table_of(120);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	unsigned int row = 0;

	(void)state;
	for (unsigned int n = 0; n <= INCIDENT_REASONS_MAX; n++) {
		fall.mark = n + 1;
		assert_int_equal(suspect(&t, &fall, 3.0 * n, &row), 1);
	}
	assert_int_equal(t.episodes[row].incident.reasons_count, INCIDENT_REASONS_MAX);
}

/* Fills the table with raised incidents of as many buttons. */
static void fill(struct escalation *t, unsigned int count)
{
	for (unsigned int n = 0; n < count; n++) {
		char name[16];
		struct suspicion s;
		unsigned int row;

		(void)snprintf(name, sizeof(name), "b%u", n);
		s = suspicion_of(INCIDENT_HELP, name);
		assert_int_equal(suspect(t, &s, 0.1 * n, &row), 1);
		assert_int_equal(row, n);
	}
}

static void test_a_full_table_refuses_no_call(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "un de plus");
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	unsigned int row = 0;

	(void)state;
	fill(&t, ESCALATE_OPEN_MAX);
	assert_int_equal(suspect(&t, &help, 10, &row), 1);
	assert_int_equal(row, ESCALATE_OPEN_MAX - 1);
	assert_string_equal(t.episodes[row].incident.why, "aussi Salon : bouton d’appel");
	assert_int_equal(t.episodes[row].incident.seq, 3);
	assert_true(escalate_is_owed(&t.episodes[row]));
	assert_int_equal(suspect(&t, &fall, 20, &row), 1);
	assert_int_equal(t.episodes[row].incident.reasons_count, 3);
}

static void test_a_full_table_gives_up_what_is_kept_elsewhere(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "un de plus");
	struct change c;
	unsigned int row = 0;

	(void)state;
	fill(&t, ESCALATE_OPEN_MAX);
	assert_int_equal(escalate_receipt(&t, 5, 2, at_s(5), &c), 1);
	escalate_adopt(&t, &c);
	t.episodes[5].is_unsaved = true; /* known nowhere but here: may not be given up */
	assert_int_equal(escalate_receipt(&t, 9, 2, at_s(5), &c), 1);
	escalate_adopt(&t, &c);
	assert_int_equal(suspect(&t, &help, 10, &row), 1);
	assert_int_equal(row, 9);
	assert_int_equal(t.episodes[row].incident.seq, 2);
}

static void test_long_text_is_cut_between_characters(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "b");
	struct change c;

	(void)state;
	memset(help.room, 'a', INCIDENT_TEXT_MAX - 1);
	fill(&t, ESCALATE_OPEN_MAX);
	for (unsigned int n = 0; n < 4; n++) {
		size_t length;

		(void)snprintf(help.room + 80 + n, 17, "éééééééé");
		assert_int_equal(escalate_suspect(&t, &help, "00", at_s(50), &c), 1);
		length = strlen(c.after.incident.why);
		assert_true(length >= INCIDENT_TEXT_MAX - 2 && length < INCIDENT_TEXT_MAX);
		assert_int_not_equal((unsigned char)c.after.incident.why[length - 1], 0xC3);
	}
}

static void test_retries_double_from_half_a_second_to_thirty(void **state)
{
	static const uint64_t want_ms[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
	struct episode e = {.sends = 0};

	(void)state;
	for (size_t n = 0; n < sizeof(want_ms) / sizeof(want_ms[0]); n++) {
		escalate_sent(&e, T0);
		assert_int_equal(e.send_at_us, T0 + want_ms[n] * US_PER_MS);
	}
}

static void test_a_new_seq_is_due_at_once(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "b");
	unsigned int row = 0;

	(void)state;
	(void)suspect(&t, &help, 0, &row);
	for (unsigned int n = 0; n < 9; n++)
		escalate_sent(&t.episodes[row], T0);
	(void)suspect(&t, &help, 10, &row);
	assert_int_equal(escalate_next_us(&t, true), 0);
	assert_int_equal(escalate_next_us(&t, false), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_09_presses_join_until_somebody_has_taken_it_on),
		cmocka_unit_test(test_HS_09_two_buttons_are_two_incidents),
		cmocka_unit_test(test_falls_of_one_wearable_are_one_open_incident),
		cmocka_unit_test(test_reasons_are_bounded),
		cmocka_unit_test(test_a_full_table_refuses_no_call),
		cmocka_unit_test(test_a_full_table_gives_up_what_is_kept_elsewhere),
		cmocka_unit_test(test_long_text_is_cut_between_characters),
		cmocka_unit_test(test_retries_double_from_half_a_second_to_thirty),
		cmocka_unit_test(test_a_new_seq_is_due_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
