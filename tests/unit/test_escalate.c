/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of an incident in virtual time: every rule of hub/escalate.h, its bounds, and what may
 * not happen.
 */
#include "tests/unit/suspicions.h"

static void test_HS_01_silence_in_verifying_raises(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct change c;
	unsigned int row = 0;

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
	unsigned int row = 0;

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
	unsigned int row = 0;

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

static void test_what_is_heard_once_waits_and_is_asked(void **state)
{
	struct escalation t = table_of(30), nobody_asked = table_of(0);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	struct change c;
	unsigned int row = 0;

	(void)state;
	help.is_certain = false;
	help.is_unconfirmed = true;
	(void)suspect(&t, &help, 0, &row);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_SUSPECTED);
	assert_int_equal(escalate_asked(&t), -ENOENT);
	assert_int_equal(escalate_next_us(&t, true), T0 + ESCALATE_CONFIRM_US);
	assert_int_equal(escalate_time(&t, row, at_s(1.9), &c), 0);
	assert_int_equal(escalate_time(&t, row, at_s(2), &c), 1);
	assert_int_equal(c.after.incident.state, INCIDENT_VERIFYING);
	assert_int_equal(c.after.verify_until_us, T0 + 32 * US_PER_S);
	escalate_adopt(&t, &c);
	assert_int_equal(escalate_asked(&t), row);
	(void)suspect(&nobody_asked, &help, 0, &row);
	assert_int_equal(escalate_time(&nobody_asked, row, at_s(2), &c), 1);
	assert_int_equal(c.after.incident.state, INCIDENT_RAISED);
	assert_int_equal(c.after.call_seq, 2);
	assert_string_equal(c.after.incident.why, "entendu une seule fois");
}

static void test_a_second_hearing_raises_and_begins_nothing(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion first = suspicion_of(INCIDENT_HELP, "bouton"), again = first;
	struct suspicion other = suspicion_of(INCIDENT_HELP, "cordon");
	unsigned int row = 0, same = 0;

	(void)state;
	again.is_confirmation = true;
	assert_int_equal(suspect(&t, &again, 0, &same), 0);
	first.is_certain = other.is_certain = false;
	first.is_unconfirmed = other.is_unconfirmed = true;
	(void)suspect(&t, &first, 0, &row);
	/* another sensor's, heard once too: neither confirms the other */
	assert_int_equal(suspect(&t, &other, 0.5, &same), 1);
	assert_int_equal(same, row);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_SUSPECTED);
	assert_int_equal(suspect(&t, &again, 1, &same), 1);
	assert_int_equal(same, row);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_RAISED);
	assert_int_equal(t.episodes[row].presses, 2);
	assert_int_equal(suspect(&t, &again, 10, &same), 0);
}

static void test_help_while_asked_raises_what_is_asked(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	unsigned int row = 0, same = 0;

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
	unsigned int row = 0, other = 0;

	(void)state;
	help.is_test = true;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(suspect(&t, &help, 1, &other), 1);
	assert_int_not_equal(other, row);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_VERIFYING);
}

static void test_HS_10_a_fall_latches(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct suspicion second = fall;
	unsigned int row = 0, same = 0;

	(void)state;
	second.is_update = true;
	second.probability = 0.01;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(suspect(&t, &second, 20, &same), 1);
	assert_int_equal(same, row);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_VERIFYING);
	assert_int_equal(t.episodes[row].verify_until_us, T0 + 30 * US_PER_S);
	assert_true(t.episodes[row].incident.probability > 0.89);
	assert_int_equal(t.episodes[row].incident.reasons_count, second.reasons_count);
	second.mark++;
	assert_int_equal(suspect(&t, &second, 21, &same), 0);
}

static void test_an_update_never_makes_an_incident(void **state)
{
	struct escalation t = table_of(30);
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct change c;
	unsigned int row = 0;

	(void)state;
	(void)suspect(&t, &fall, 0, &row);
	(void)escalate_answer(&t, row, ANSWER_FINE, at_s(5), &c);
	escalate_adopt(&t, &c);
	fall.is_update = true;
	assert_int_equal(suspect(&t, &fall, 20, &row), 0);
}

static void test_HS_05_delivered_only_on_receipt_of_this_seq(void **state)
{
	struct escalation t = table_of(0);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	struct change c;
	unsigned int row = 0;

	(void)state;
	(void)suspect(&t, &help, 0, &row);
	(void)suspect(&t, &help, 10, &row);
	assert_int_equal(t.episodes[row].incident.seq, 3);
	assert_int_equal(escalate_receipt(&t, row, 0, at_s(11), &c), -ERANGE);
	assert_int_equal(escalate_receipt(&t, row, 4, at_s(11), &c), -ERANGE);
	assert_int_equal(escalate_receipt(&t, row, 2, at_s(11), &c), 1);
	escalate_adopt(&t, &c);
	assert_int_equal(t.episodes[row].incident.state, INCIDENT_RECEIVED);
	assert_string_equal(t.episodes[row].incident.why, "appelé 2 fois");
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
	unsigned int row = 0;

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
	unsigned int row = 0;

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
	struct suspicion fall = suspicion_of(INCIDENT_FALL, "montre");
	struct progress p = {.state = INCIDENT_CLOSED, .outcome = INCIDENT_OUTCOME_HELPED};
	struct change c;
	unsigned int row = 0;

	(void)state;
	(void)suspect(&t, &fall, 0, &row);
	assert_int_equal(escalate_progress(&t, row, &p, at_s(9), &c), 1);
	assert_int_equal(c.after.incident.outcome, INCIDENT_OUTCOME_HELPED);
	escalate_adopt(&t, &c);
	assert_int_equal(escalate_find(&t, c.after.incident.id), -ENOENT);
	assert_int_equal(escalate_next_us(&t, true), UINT64_MAX);
}

static void take_receipt(struct escalation *t, unsigned int row, uint32_t seq)
{
	struct change c;

	assert_int_equal(escalate_receipt(t, row, seq, at_s(31), &c), 1);
	escalate_adopt(t, &c);
}

static int take_progress(
	struct escalation *t, unsigned int row, enum incident_state state, int64_t ms)
{
	struct progress p = {.state = state, .changed_ms = ms};
	struct change c;
	int r = escalate_progress(t, row, &p, at_s(32), &c);

	if (r == 1)
		escalate_adopt(t, &c);
	return r;
}

static void test_HS_09_closed_over_a_call_it_is_raised_until_the_centre_has_heard(void **state)
{
	struct escalation t = table_of(0);
	struct suspicion help = suspicion_of(INCIDENT_HELP, "bouton");
	const struct episode *e;
	unsigned int row = 0;

	(void)state;
	(void)suspect(&t, &help, 0, &row);
	e = &t.episodes[row];
	take_receipt(&t, row, 2);
	assert_int_equal(take_progress(&t, row, INCIDENT_ACCEPTED, 10), 1);
	(void)suspect(&t, &help, 30, &row);
	assert_int_equal(e->incident.seq, 3);
	assert_int_equal(take_progress(&t, row, INCIDENT_CLOSED, 20), 1);
	assert_int_equal(e->incident.state, INCIDENT_RAISED);
	assert_int_equal(e->incident.seq, 3);
	assert_true(escalate_is_owed(e));
	assert_int_equal(take_progress(&t, row, INCIDENT_CLOSED, 20), 0); /* told again */
	/* the centre has it: its life goes on as any other's */
	take_receipt(&t, row, 3);
	assert_int_equal(e->incident.state, INCIDENT_RECEIVED);
	assert_int_equal(take_progress(&t, row, INCIDENT_ANNOUNCED, 30), 1);
	assert_int_equal(take_progress(&t, row, INCIDENT_CLOSED, 20), 0); /* late */
	assert_int_equal(take_progress(&t, row, INCIDENT_CLOSED, 40), 1);
	assert_string_equal(e->incident.id, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_HS_01_silence_in_verifying_raises),
		cmocka_unit_test(test_HS_01_only_fine_cancels_and_it_is_owed_to_the_centre),
		cmocka_unit_test(test_HS_01_fine_after_raising_is_told_and_closes_nothing),
		cmocka_unit_test(test_a_call_for_help_skips_verifying),
		cmocka_unit_test(test_what_is_heard_once_waits_and_is_asked),
		cmocka_unit_test(test_a_second_hearing_raises_and_begins_nothing),
		cmocka_unit_test(test_help_while_asked_raises_what_is_asked),
		cmocka_unit_test(test_a_test_never_joins_a_real_incident),
		cmocka_unit_test(test_HS_10_a_fall_latches),
		cmocka_unit_test(test_an_update_never_makes_an_incident),
		cmocka_unit_test(test_HS_05_delivered_only_on_receipt_of_this_seq),
		cmocka_unit_test(test_a_receipt_for_what_was_never_sent_is_refused),
		cmocka_unit_test(
			test_HS_09_closed_over_a_call_it_is_raised_until_the_centre_has_heard),
		cmocka_unit_test(test_HS_05_progress_does_not_replace_a_receipt),
		cmocka_unit_test(test_progress_never_goes_backwards),
		cmocka_unit_test(test_closed_frees_the_row_even_without_a_receipt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
