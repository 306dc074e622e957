/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which fault is told, when, how often, and how many: hours in virtual time.
 */
#include "hub/faults.h"

#include "common/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct faults f;
static struct moment at;

static int begin(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	at = (struct moment){.now_us = 5000 * US_PER_S, .wall_ms = 1700000000000};
	return 0;
}

static void pass(uint64_t s)
{
	at.now_us += s * US_PER_S;
	at.wall_ms += (int64_t)s * 1000;
}

static int report(enum fault_kind kind, unsigned int n, bool is_on)
{
	struct fault_report r = {
		.kind = kind, .is_on = is_on, .name = "Détecteur", .room = "Salon", .what = "muet"};

	(void)snprintf(r.subject.text, sizeof(r.subject.text), "%s%u",
		fault_is_of_home(kind) ? FAULTS_HOME_PREFIX : "s", n);
	return faults_report(&f, &r, at);
}

/* Follows every turn there is: t(ell), e(nd), T(ogether), E(nd together), as one line. */
static const char *follow(bool is_day)
{
	static char line[FAULTS_MAX + 1];
	size_t used = 0;
	unsigned int row = 0;

	for (; used < FAULTS_MAX; used++) {
		switch (faults_next(&f, at, is_day, &row)) {
		case FAULTS_TELL:
			line[used] = 't';
			faults_told(&f, row, "an incident", at);
			continue;
		case FAULTS_END:
			line[used] = 'e';
			faults_ended(&f, row);
			continue;
		case FAULTS_TOGETHER:
			line[used] = 'T';
			faults_told_together(&f, "together", at);
			continue;
		case FAULTS_END_TOGETHER:
			line[used] = 'E';
			faults_ended_together(&f);
			continue;
		case FAULTS_REST:
			break;
		}
		break;
	}
	line[used] = '\0';
	return line;
}

static void test_HS_12_a_fault_is_one_incident_and_its_end_is_told(void **state)
{
	struct suspicion s;
	unsigned int row = 0;

	(void)state;
	assert_int_equal(report(FAULT_SILENT, 1, true), 1);
	assert_int_equal(report(FAULT_SILENT, 1, true), 0);
	assert_int_equal(faults_next(&f, at, true, &row), FAULTS_TELL);
	s = faults_suspicion(&f, row);
	assert_int_equal(s.class, INCIDENT_TECHNICAL);
	assert_true(s.is_certain); /* nobody is asked */
	assert_string_equal(s.why, "muet");
	assert_string_equal(s.name, "Détecteur");
	assert_string_equal(follow(true), "t");
	pass(7200);
	(void)report(FAULT_SILENT, 1, true);
	assert_string_equal(follow(true), "");
	assert_int_equal(report(FAULT_SILENT, 1, false), 1);
	assert_string_equal(follow(true), "e");
	assert_string_equal(follow(true), "");
	pass(3600);
	assert_string_equal(follow(true), "");
	assert_null(faults_find(&f, FAULT_SILENT, &(struct sensor_id){.text = "s1"}));
}

static void test_HS_12_what_is_short_is_not_told(void **state)
{
	(void)state;
	(void)report(FAULT_MAINS, 1, true);
	assert_string_equal(follow(true), "");
	pass(59);
	assert_string_equal(follow(true), "");
	(void)report(FAULT_MAINS, 1, false);
	assert_string_equal(follow(true), "");
	(void)report(FAULT_MAINS, 1, true);
	pass(60);
	assert_string_equal(follow(true), "t");
	/* nor is a short end the end */
	(void)report(FAULT_MAINS, 1, false);
	pass(30);
	assert_string_equal(follow(true), "");
	(void)report(FAULT_MAINS, 1, true);
	pass(60);
	assert_string_equal(follow(true), "");
	(void)report(FAULT_MAINS, 1, false);
	pass(60);
	assert_string_equal(follow(true), "e");
}

static void test_HS_12_what_comes_and_goes_is_told_once_an_hour(void **state)
{
	unsigned int told = 0, ended = 0;

	(void)state;
	for (unsigned int minute = 0; minute < 24 * 60; minute++) {
		(void)report(FAULT_SILENT, 1, minute % 2 == 0);
		for (const char *turn = follow(true); *turn; turn++) {
			told += *turn == 't';
			ended += *turn == 'e';
		}
		pass(60);
	}
	assert_int_equal(told, 24);
	assert_int_equal(ended, 24);
}

static void test_HS_12_at_night_only_what_is_urgent_is_told(void **state)
{
	(void)state;
	(void)report(FAULT_BATTERY, 1, true);
	(void)report(FAULT_QUIET, 2, true);
	pass(3600);
	assert_string_equal(follow(false), "");
	(void)report(FAULT_SILENT, 3, true);
	(void)report(FAULT_DEAF, 4, true);
	pass(60);
	assert_string_equal(follow(false), "tt");
	assert_string_equal(follow(true), "tt");
	/* that it is over is told at any hour */
	(void)report(FAULT_BATTERY, 1, false);
	assert_string_equal(follow(false), "e");
}

static void test_HS_12_the_weightiest_is_told_first(void **state)
{
	unsigned int row = 0;

	(void)state;
	(void)report(FAULT_BATTERY, 1, true);
	(void)report(FAULT_DEAF, 2, true);
	pass(3600);
	assert_int_equal(faults_next(&f, at, true, &row), FAULTS_TELL);
	assert_int_equal(f.rows[row].kind, FAULT_DEAF);
}

static void test_HS_12_many_faults_are_few_incidents(void **state)
{
	struct suspicion s;

	(void)state;
	for (unsigned int n = 0; n < FAULTS_SENSORS_MAX; n++)
		(void)report(FAULT_SILENT, n, true);
	assert_string_equal(follow(true), "tttt");
	(void)report(FAULT_SILENT, FAULTS_SENSORS_MAX, true); /* one more */
	(void)report(FAULT_SILENT, FAULTS_SENSORS_MAX + 1, true);
	s = faults_together(&f, at);
	assert_string_equal(s.why, "2 autres pannes");
	assert_string_equal(s.reasons[0].text, "2 autres pannes");
	assert_string_equal(s.reasons[2].text, "Détecteur : muet");
	assert_string_equal(follow(true), "T");
	for (unsigned int n = 10; n < 60; n++)
		(void)report(FAULT_SILENT, n, true);
	assert_string_equal(follow(true), ""); /* not each as it comes */
	pass(FAULTS_OTHERS_S);
	s = faults_together(&f, at);
	assert_string_equal(s.why, "52 autres pannes");
	assert_int_equal(s.reasons_count, INCIDENT_REASONS_MAX);
	assert_string_equal(follow(true), "T");
	/* the home's own still have room of their own */
	for (unsigned int n = 0; n <= FAULTS_HOME_MAX; n++)
		(void)report(FAULT_DEAF, n, true);
	pass(FAULTS_OTHERS_S);
	assert_string_equal(follow(true), "tttT");
	for (unsigned int n = 0; n < 60; n++)
		(void)report(FAULT_SILENT, n, false);
	assert_string_equal(follow(true), "eeee");
	(void)report(FAULT_DEAF, FAULTS_HOME_MAX, false);
	pass(60);
	assert_string_equal(follow(true), "E");
}

static void test_rows_at_the_maximum_and_one_more(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < FAULTS_MAX; n++)
		assert_int_equal(report(FAULT_BATTERY, n, true), 1);
	assert_int_equal(report(FAULT_BATTERY, FAULTS_MAX, true), -ENOSPC);
	assert_int_equal(report(FAULT_BATTERY, 0, false), 1);
	(void)follow(false);
	assert_int_equal(report(FAULT_BATTERY, FAULTS_MAX, true), 1);
}

static void test_text_is_never_cut_within_a_character(void **state)
{
	char what[200];
	struct fault_report r = {.kind = FAULT_SILENT,
		.is_on = true,
		.subject = {.text = "s"},
		.name = what,
		.room = "",
		.what = what};

	(void)state;
	for (unsigned int n = 0; n < sizeof(what) - 2; n += 2)
		memcpy(&what[n], "é", 3);
	assert_int_equal(faults_report(&f, &r, at), 1);
	assert_int_equal(strlen(f.rows[0].what), 96);
	what[0] = 'x';
	memmove(&what[1], &what[2], sizeof(what) - 2);
	assert_int_equal(faults_report(&f, &r, at), 0);
	assert_int_equal(strlen(f.rows[0].name), 95);
}

static void test_every_kind_has_its_words(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < FAULT_KINDS; n++) {
		enum fault_kind kind = FAULT_KINDS;

		assert_int_equal(
			fault_kind_from_text(fault_kind_text((enum fault_kind)n), &kind), 0);
		assert_int_equal(kind, n);
		assert_true(fault_over_text(kind)[0] != '\0');
	}
	assert_int_equal(fault_kind_from_text("tired", &(enum fault_kind){0}), -EINVAL);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_HS_12_a_fault_is_one_incident_and_its_end_is_told),
		TEST(test_HS_12_what_is_short_is_not_told),
		TEST(test_HS_12_what_comes_and_goes_is_told_once_an_hour),
		TEST(test_HS_12_at_night_only_what_is_urgent_is_told),
		TEST(test_HS_12_the_weightiest_is_told_first),
		TEST(test_HS_12_many_faults_are_few_incidents),
		TEST(test_rows_at_the_maximum_and_one_more),
		TEST(test_text_is_never_cut_within_a_character),
		TEST(test_every_kind_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
