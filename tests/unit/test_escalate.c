/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of an incident in virtual time: every rule of hub/escalate.h, its bounds, and what may
 * not happen.
 */
#include "hub/escalate.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define T0 (1000 * US_PER_S)

static struct moment at_s(double seconds)
{
	return (struct moment){.now_us = T0 + (uint64_t)(seconds * 1e6),
		.wall_ms = 1700000000000 + (int64_t)(seconds * 1e3)};
}

static struct suspicion suspicion_of(enum incident_class class, const char *sensor)
{
	struct suspicion s = {.class = class,
		.is_certain = class != INCIDENT_FALL,
		.mark = class == INCIDENT_FALL ? 7 : 0,
		.probability = 0.9,
		.by = "resident",
		.why = "bouton d’appel",
		.room = "Salon",
		.name = "montre",
		.event_ms = 1700000000000,
		.reasons_count = 1,
		.reasons = {{.text = "choc au poignet", .weight = 2.2}}};

	(void)snprintf(s.sensor.text, sizeof(s.sensor.text), "%s", sensor);
	return s;
}

/* Tells the table and adopts; returns what escalate_suspect() said, the row in *row. */
static int suspect(
	struct escalation *t, const struct suspicion *s, double seconds, unsigned int *row)
{
	static const char ids[] = "0123456789abcdef0123456789abc";
	struct change change = {.row = ESCALATE_OPEN_MAX};
	char id[INCIDENT_ID_MAX];
	int r;

	(void)snprintf(id, sizeof(id), "%s%03x", ids, (unsigned int)(seconds * 10) & 0xfff);
	r = escalate_suspect(t, s, id, at_s(seconds), &change);
	if (r == 1) {
		*row = change.row;
		escalate_adopt(t, &change);
	}
	return r;
}

static struct escalation table_of(uint32_t ask_s)
{
	return (struct escalation){.home = "maison", .ask_s = ask_s};
}

static void test_HS_01_silence_in_verifying_raises(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct change c;
	unsigned int row;

	(void)state;
	assert_int_equal(suspect(&t, &fall, 0, &row), 1);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_VERIFYING);
	assert_int_equal(t.episodes[row].incident.seq, 2);
	assert_false(escalate_is_owed(&t.episodes[row]));
	assert_int_equal(escalate_next_us(&t, true), T0 + 30 * US_PER_S);
	assert_int_equal(escalate_time(&t, row, at_s(29.999), &c), 0);
	assert_int_equal(escalate_time(&t, row, at_s(30), &c), 1);
	assert_int_equal(c.after.incident.state, INCIDENT_RAISED);
	assert_int_equal(c.after.incident.seq, 3);
	assert_string_equal(c.after.incident.by, "hub");
	assert_string_equal(c.after.incident.why, "pas de réponse en 30 s");
	escalate_adopt(&t, &c);
	assert_true(escalate_is_owed(&t.episodes[row]));
	assert_int_equal(escalate_time(&t, row, at_s(31), &c), 0);
}

static void test_HS_01_only_fine_cancels_and_it_is_owed_to_the_centre(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct change c;
	unsigned int row;

	(void)state;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(escalate_answer(&t, row, ANSWER_FINE, at_s(5), &c), 1);
	assert_int_equal(c.after.incident.state, INCIDENT_CANCELLED);
	assert_string_equal(c.after.incident.by, "resident");
	escalate_adopt(&t, &c);
	assert_true(escalate_is_owed(&t.episodes[row]));
	assert_int_equal(escalate_time(&t, row, at_s(100), &c), 0);
	assert_int_equal(escalate_answer(&t, row, ANSWER_HELP, at_s(6), &c), -EALREADY);
	assert_int_equal(escalate_receipt(&t, row, 3, at_s(7), &c), 1);
	escalate_adopt(&t, &c);
	assert_string_equal(t.episodes[row].incident.id, "");
}

static void test_HS_01_fine_after_raising_is_told_and_closes_nothing(void **state)
{
	struct escalation t = table_of(0);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct change c;
	unsigned int row;

	(void)state;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_RAISED);
	assert_int_equal(t.episodes[row].incident.seq, 2);
	assert_int_equal(escalate_answer(&t, row, ANSWER_FINE, at_s(5), &c), 1);
	assert_int_equal(c.after.incident.state, INCIDENT_RAISED);
	assert_int_equal(c.after.incident.seq, 3);
}

static void test_a_call_for_help_skips_verifying(void **state)
{
	struct escalation t = table_of(120);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	struct change c;

	(void)state;
	assert_int_equal(escalate_suspect(&t, &help, "00", at_s(0), &c), 1);
	assert_int_equal(c.after.incident.state, INCIDENT_RAISED);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.transitions[0].to, INCIDENT_SUSPECTED);
	assert_int_equal(c.transitions[0].seq, 1);
	assert_int_equal(c.transitions[1].from, INCIDENT_SUSPECTED);
	assert_int_equal(c.transitions[1].to, INCIDENT_RAISED);
	assert_int_equal(c.transitions[1].seq, 2);
}

static void test_help_while_asked_raises_what_is_asked(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	unsigned int row, same;

	(void)state;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(suspect(&t, &help, 1, &same), 1);
	assert_int_equal(same, row);
	assert_int_equal(t.episodes[row].incident.class, INCIDENT_FALL);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_RAISED);
	assert_int_equal(t.episodes[row].incident.reasons_count, 2);
}

static void test_a_test_never_joins_a_real_incident(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	unsigned int row, other;

	(void)state;
	help.is_test = true;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(suspect(&t, &help, 1, &other), 1);
	assert_int_not_equal(other, row);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_VERIFYING);
}

static void test_HS_09_presses_join_until_somebody_has_taken_it_on(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	struct progress p = {.state = INCIDENT_ACCEPTED, .changed_ms = 5, .by = "operator paul"};
	struct change c;
	unsigned int row, again;

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
	unsigned int row_a, row_b;

	(void)state;
	assert_int_equal(suspect(&t, &a, 0, &row_a), 1);
	assert_int_equal(suspect(&t, &b, 0, &row_b), 1);
	assert_int_not_equal(row_a, row_b);
}

static void test_HS_10_a_fall_latches(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct suspicion second = fall;
	unsigned int row, same;

	(void)state;
	second.is_update = true;
	second.probability = 0.01;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(suspect(&t, &second, 20, &same), 1);
	assert_int_equal(same, row);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_VERIFYING);
	assert_int_equal(t.episodes[row].verify_until_us, T0 + 30 * US_PER_S);
	assert_true(t.episodes[row].incident.probability > 0.89);
	assert_int_equal(t.episodes[row].incident.reasons_count, 2);
	second.mark++;
	assert_int_equal(suspect(&t, &second, 21, &same), 0);
}

static void test_an_update_never_makes_an_incident(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct change c;
	unsigned int row;

	(void)state;
	(void)suspect(&t, &fall, 0, &row);
	(void)escalate_answer(&t, row, ANSWER_FINE, at_s(5), &c);
	escalate_adopt(&t, &c);
	fall.is_update = true;
	assert_int_equal(suspect(&t, &fall, 20, &row), 0);
}

static void test_falls_of_one_wearable_are_one_open_incident(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	unsigned int row, same;

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
	unsigned int row;

	(void)state;
	for (unsigned int n = 0; n <= INCIDENT_REASONS_MAX; n++) {
		fall.mark = n + 1;
		assert_int_equal(suspect(&t, &fall, 3.0 * n, &row), 1);
	}
	assert_int_equal(t.episodes[row].incident.reasons_count, INCIDENT_REASONS_MAX);
}

static void test_HS_05_delivered_only_on_receipt_of_this_seq(void **state)
{
	struct escalation t = table_of(0);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	struct change c;
	unsigned int row;

	(void)state;
	(void)suspect(&t, &help, 0, &row);
	(void)suspect(&t, &help, 10, &row);
	assert_int_equal(t.episodes[row].incident.seq, 3);
	assert_int_equal(escalate_receipt(&t, row, 0, at_s(11), &c), -ERANGE);
	assert_int_equal(escalate_receipt(&t, row, 4, at_s(11), &c), -ERANGE);
	assert_int_equal(escalate_receipt(&t, row, 2, at_s(11), &c), 1);
	escalate_adopt(&t, &c);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_RECEIVED);
	assert_true(escalate_is_owed(&t.episodes[row]));
	assert_int_equal(escalate_receipt(&t, row, 2, at_s(12), &c), 0);
	assert_int_equal(escalate_receipt(&t, row, 3, at_s(12), &c), 1);
	escalate_adopt(&t, &c);
	assert_false(escalate_is_owed(&t.episodes[row]));
	assert_int_equal(t.episodes[row].incident.seq, 3);
}

static void test_a_receipt_for_what_was_never_sent_is_refused(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct change c;
	unsigned int row;

	(void)state;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(escalate_receipt(&t, row, 2, at_s(1), &c), -ERANGE);
}

static void test_HS_05_progress_does_not_replace_a_receipt(void **state)
{
	struct escalation t = table_of(0);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	struct progress p = {.state = INCIDENT_ANNOUNCED, .changed_ms = 1};
	struct change c;
	unsigned int row;

	(void)state;
	(void)suspect(&t, &help, 0, &row);
	assert_int_equal(escalate_progress(&t, row, &p, at_s(1), &c), 1);
	escalate_adopt(&t, &c);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_ANNOUNCED);
	assert_true(escalate_is_owed(&t.episodes[row]));
	assert_int_equal(escalate_wire(&t.episodes[row]).state, INCIDENT_RAISED);
}

static void test_progress_never_goes_backwards(void **state)
{
	static const struct {
		enum incident_state from, to;
		int64_t changed_ms;
		int want;
	} rows[] = {
		{INCIDENT_RAISED, INCIDENT_ANNOUNCED, 10, 1},
		{INCIDENT_RECEIVED, INCIDENT_ACCEPTED, 10, 1},
		{INCIDENT_ACCEPTED, INCIDENT_ANNOUNCED, 10, 0},
		{INCIDENT_ACCEPTED, INCIDENT_ACCEPTED, 10, 0},
		{INCIDENT_ACCEPTED, INCIDENT_ON_THE_WAY, 4, 0}, /* older than what is known (5) */
		{INCIDENT_ACCEPTED, INCIDENT_ESCALATED, 10, 1},
		{INCIDENT_ESCALATED, INCIDENT_ANNOUNCED, 10, 1},
		{INCIDENT_ESCALATED, INCIDENT_ESCALATED, 10, 0},
		{INCIDENT_ON_SITE, INCIDENT_CLOSED, 10, 1},
		{INCIDENT_RAISED, INCIDENT_CLOSED, 10, 1},
		{INCIDENT_CLOSED, INCIDENT_ACCEPTED, 10, 0},
		{INCIDENT_CANCELLED, INCIDENT_CLOSED, 10, 0},
		{INCIDENT_VERIFYING, INCIDENT_ACCEPTED, 10, -EINVAL},
		{INCIDENT_ACCEPTED, INCIDENT_RECEIVED, 10, -EINVAL},
		{INCIDENT_ACCEPTED, INCIDENT_CANCELLED, 10, -EINVAL},
		{INCIDENT_RAISED, INCIDENT_VERIFYING, 10, -EINVAL},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct escalation t = table_of(0);
		struct progress p = {.state = rows[n].to, .changed_ms = rows[n].changed_ms};
		struct change c;

		t.episodes[0].incident =
			(struct incident){.id = "1", .seq = 2, .state = rows[n].from};
		t.episodes[0].progress_ms = 5;
		if (escalate_progress(&t, 0, &p, at_s(1), &c) != rows[n].want)
			fail_msg("row %zu: %s to %s", n, incident_state_text(rows[n].from),
				incident_state_text(rows[n].to));
	}
}

static void test_closed_frees_the_row_even_without_a_receipt(void **state)
{
	struct escalation t = table_of(0);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	struct progress p = {.state = INCIDENT_CLOSED, .outcome = INCIDENT_OUTCOME_HELPED};
	struct change c;
	unsigned int row;

	(void)state;
	(void)suspect(&t, &help, 0, &row);
	assert_int_equal(escalate_progress(&t, row, &p, at_s(9), &c), 1);
	assert_int_equal(c.after.incident.outcome, INCIDENT_OUTCOME_HELPED);
	escalate_adopt(&t, &c);
	assert_int_equal(escalate_find(&t, c.after.incident.id), -ENOENT);
	assert_int_equal(escalate_next_us(&t, true), UINT64_MAX);
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
	unsigned int row;

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
	unsigned int row;

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
	unsigned int row;

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
		cmocka_unit_test(test_HS_01_silence_in_verifying_raises),
		cmocka_unit_test(test_HS_01_only_fine_cancels_and_it_is_owed_to_the_centre),
		cmocka_unit_test(test_HS_01_fine_after_raising_is_told_and_closes_nothing),
		cmocka_unit_test(test_a_call_for_help_skips_verifying),
		cmocka_unit_test(test_help_while_asked_raises_what_is_asked),
		cmocka_unit_test(test_a_test_never_joins_a_real_incident),
		cmocka_unit_test(test_HS_09_presses_join_until_somebody_has_taken_it_on),
		cmocka_unit_test(test_HS_09_two_buttons_are_two_incidents),
		cmocka_unit_test(test_HS_10_a_fall_latches),
		cmocka_unit_test(test_an_update_never_makes_an_incident),
		cmocka_unit_test(test_falls_of_one_wearable_are_one_open_incident),
		cmocka_unit_test(test_reasons_are_bounded),
		cmocka_unit_test(test_HS_05_delivered_only_on_receipt_of_this_seq),
		cmocka_unit_test(test_a_receipt_for_what_was_never_sent_is_refused),
		cmocka_unit_test(test_HS_05_progress_does_not_replace_a_receipt),
		cmocka_unit_test(test_progress_never_goes_backwards),
		cmocka_unit_test(test_closed_frees_the_row_even_without_a_receipt),
		cmocka_unit_test(test_a_full_table_refuses_no_call),
		cmocka_unit_test(test_a_full_table_gives_up_what_is_kept_elsewhere),
		cmocka_unit_test(test_long_text_is_cut_between_characters),
		cmocka_unit_test(test_retries_double_from_half_a_second_to_thirty),
		cmocka_unit_test(test_a_new_seq_is_due_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
