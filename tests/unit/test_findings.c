/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is found wrong: sensors told from their receiver, batteries, words of sensors; days in
 * virtual time, at the pace of the slow round.
 */
#include "hub/findings.h"

#include "common/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROUND_S   10
#define HOUR_S    3600
#define DAY_S     86400
#define RADIO     FAULTS_HOME_PREFIX "radio"
#define SPEAK_MAX 24

static struct roster roster;
static struct supervision s;
static struct faults f;
static struct moment at;

/* A sensor that speaks each period_s, as long as it lives. */
static struct {
	struct roster_sensor *sensor;
	uint32_t period_s;
	bool is_dead;
} speakers[SPEAK_MAX];
static unsigned int speakers_count;
static bool is_receiver_mute; /* says that it hears, and does not */
static bool is_stranger_near;

static int begin(void **state)
{
	(void)state;
	memset(&roster, 0, sizeof(roster));
	memset(&f, 0, sizeof(f));
	speakers_count = 0;
	is_receiver_mute = is_stranger_near = false;
	at = (struct moment){.now_us = 5000 * US_PER_S, .wall_ms = 1700000000000};
	supervision_init(&s, &roster, at.now_us);
	s.ways[WAY_RADIO].is_used = true;
	(void)snprintf(s.ways[WAY_RADIO].subject.text, SENSOR_ID_MAX, RADIO);
	supervision_listen(&s, WAY_RADIO, true, at.now_us);
	return 0;
}

/* The number of the speaker. */
static unsigned int install(enum sensor_role role, uint32_t period_s)
{
	unsigned int n = speakers_count++;
	struct roster_sensor sensor = {.role = role, .name = "Capteur", .battery_pct = -1};

	(void)snprintf(sensor.id.text, sizeof(sensor.id.text), "A4:C1:38:00:00:%02X", n + 1);
	assert_int_equal(roster_add(&roster, &sensor), 0);
	speakers[n].sensor = roster_find(&roster, &sensor.id);
	speakers[n].period_s = period_s;
	speakers[n].is_dead = false;
	supervision_add(&s, speakers[n].sensor, at.now_us);
	return n;
}

static void live(uint32_t for_s)
{
	uint64_t end_us = at.now_us + for_s * US_PER_S;

	while (at.now_us < end_us) {
		uint64_t round = at.now_us / (ROUND_S * US_PER_S);

		for (unsigned int n = 0; n < speakers_count && !is_receiver_mute; n++)
			if (!speakers[n].is_dead && round % (speakers[n].period_s / ROUND_S) ==
							    n % (speakers[n].period_s / ROUND_S)) {
				supervision_hear(&s, speakers[n].sensor, at.now_us);
				supervision_hear_any(&s, WAY_RADIO, at.now_us);
			}
		if (is_stranger_near && !is_receiver_mute)
			supervision_hear_any(&s, WAY_RADIO, at.now_us);
		findings_report(&s, &f, at);
		at.now_us += ROUND_S * US_PER_S;
		at.wall_ms += ROUND_S * 1000;
	}
}

static unsigned int count_on(void)
{
	unsigned int count = 0;

	for (unsigned int n = 0; n < FAULTS_MAX; n++)
		count += f.rows[n].is_on;
	return count;
}

static bool is_deaf(void)
{
	return faults_is_on(&f, FAULT_DEAF, &(struct sensor_id){.text = RADIO});
}

static bool is_on(enum fault_kind kind, unsigned int n)
{
	return faults_is_on(&f, kind, &speakers[n].sensor->id);
}

static void test_HS_07_one_silent_sensor_is_one_fault(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 8; n++)
		(void)install(ROLE_MOTION, n < 4 ? 60 : HOUR_S);
	live(4 * DAY_S);
	assert_int_equal(count_on(), 0);
	speakers[0].is_dead = true;
	live(600 - 60);
	assert_int_equal(count_on(), 0);
	live(120);
	assert_true(is_on(FAULT_QUIET, 0));
	assert_int_equal(count_on(), 1);
	live(DAY_S);
	assert_int_equal(count_on(), 1);
	assert_non_null(strstr(faults_find(&f, FAULT_QUIET, &speakers[0].sensor->id)->what,
		"capteur muet depuis 24 h"));
	speakers[0].is_dead = false;
	live(120);
	assert_int_equal(count_on(), 0);
}

static void test_HS_07_all_silent_together_is_one_fault(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < SPEAK_MAX; n++)
		(void)install(ROLE_MOTION, n % 2 ? 60 : HOUR_S);
	live(4 * DAY_S);
	is_receiver_mute = true;
	live(630);
	assert_true(is_deaf());
	assert_int_equal(count_on(), 1);
	live(2 * DAY_S); /* whose deadline ever passes meanwhile */
	assert_true(is_deaf());
	assert_int_equal(count_on(), 1);
	is_receiver_mute = false;
	live(60);
	assert_false(is_deaf());
	/* those who speak hourly are given their hour */
	live(2 * DAY_S);
	assert_int_equal(count_on(), 0);
}

static void test_HS_07_a_sensor_that_died_while_the_receiver_was_mute_is_found(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 4; n++)
		(void)install(ROLE_MOTION, 60);
	live(4 * DAY_S);
	is_receiver_mute = true;
	live(DAY_S);
	speakers[2].is_dead = true;
	is_receiver_mute = false;
	live(700);
	assert_true(is_on(FAULT_QUIET, 2));
	assert_int_equal(count_on(), 1);
}

static void test_HS_07_a_receiver_that_says_it_is_deaf_is_one_fault(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 4; n++)
		(void)install(ROLE_BUTTON, 60);
	live(4 * DAY_S);
	is_receiver_mute = true;
	supervision_listen(&s, WAY_RADIO, false, at.now_us);
	live(4 * DAY_S);
	assert_true(is_deaf());
	assert_int_equal(count_on(), 1);
	supervision_listen(&s, WAY_RADIO, true, at.now_us);
	is_receiver_mute = false;
	live(120);
	assert_int_equal(count_on(), 0);
}

static void test_HS_07_a_jammed_radio_is_told_as_such(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 4; n++)
		(void)install(ROLE_MOTION, 60);
	live(4 * DAY_S);
	is_receiver_mute = true;
	supervision_jam(&s, WAY_RADIO, true, at.now_us);
	live(DAY_S);
	assert_true(faults_is_on(&f, FAULT_JAMMED, &(struct sensor_id){.text = RADIO}));
	assert_int_equal(count_on(), 1);
	supervision_jam(&s, WAY_RADIO, false, at.now_us);
	is_receiver_mute = false;
	live(120);
	assert_int_equal(count_on(), 0);
}

static unsigned int install_canary(void)
{
	unsigned int canary = install(ROLE_BEACON, ROUND_S);

	speakers[canary].sensor->is_canary = true;
	return canary;
}

static void test_HS_07_a_canary_tells_a_deaf_receiver_within_a_minute(void **state)
{
	(void)state;
	(void)install_canary();
	(void)install(ROLE_MOTION, HOUR_S);
	live(DAY_S + 600);
	is_receiver_mute = true;
	live(60);
	assert_true(is_deaf());
	assert_int_equal(count_on(), 1);
	is_receiver_mute = false;
	live(20);
	assert_int_equal(count_on(), 0);
}

static void test_HS_07_a_canary_that_dies_is_the_canary(void **state)
{
	unsigned int canary = install_canary();

	(void)state;
	(void)install(ROLE_MOTION, HOUR_S);
	is_stranger_near = true; /* a neighbour's watch proves that the receiver hears */
	live(DAY_S + 600);
	speakers[canary].is_dead = true;
	live(200);
	assert_false(is_deaf());
	assert_true(is_on(FAULT_QUIET, canary));
	assert_int_equal(count_on(), 1);
}

static void test_a_home_of_one_sensor_waits_twice_its_deadline_for_nobody(void **state)
{
	unsigned int only = install(ROLE_ENVIRONMENT, 60);

	(void)state;
	live(DAY_S);
	speakers[only].is_dead = true;
	live(630);
	assert_true(is_on(FAULT_QUIET, only));
	assert_false(is_deaf());
}

static void test_a_sensor_never_heard_is_told_after_a_day(void **state)
{
	unsigned int mute = install(ROLE_MOTION, 60);

	(void)state;
	speakers[mute].is_dead = true;
	live(DAY_S);
	assert_int_equal(count_on(), 0);
	live(20);
	assert_true(is_on(FAULT_QUIET, mute));
	speakers[mute].is_dead = false;
	live(120);
	assert_int_equal(count_on(), 0);
}

static void test_HS_12_what_sensors_say_of_themselves(void **state)
{
	unsigned int n = install(ROLE_WEARABLE, 60);
	const struct roster_sensor *sensor = speakers[n].sensor;

	(void)state;
	live(HOUR_S);
	supervision_reading(&s, sensor, READING_TAMPER, 1, at.now_us);
	supervision_reading(&s, sensor, READING_MAINS, 0, at.now_us);
	supervision_reading(&s, sensor, READING_BATTERY, 12, at.now_us);
	supervision_reading(&s, sensor, READING_WORN, 0, at.now_us);
	supervision_chatters(&s, sensor, at.now_us);
	live(60);
	assert_true(is_on(FAULT_TAMPER, n));
	assert_true(is_on(FAULT_MAINS, n));
	assert_true(is_on(FAULT_BATTERY, n));
	assert_true(is_on(FAULT_UNSTABLE, n));
	assert_string_equal(
		faults_find(&f, FAULT_BATTERY, &sensor->id)->what, "pile faible : 12 %");
	assert_false(is_on(FAULT_UNWORN, n)); /* in the shower, asleep */
	live(DAY_S);
	assert_true(is_on(FAULT_UNWORN, n));
	assert_false(is_on(FAULT_UNSTABLE, n));
	supervision_reading(&s, sensor, READING_TAMPER, 0, at.now_us);
	supervision_reading(&s, sensor, READING_MAINS, 1, at.now_us);
	supervision_reading(&s, sensor, READING_BATTERY, 100, at.now_us);
	supervision_reading(&s, sensor, READING_WORN, 1, at.now_us);
	live(20);
	assert_int_equal(count_on(), 0);
}

static void test_HS_12_a_wearable_that_nothing_moves_or_that_is_stuck(void **state)
{
	unsigned int n = install(ROLE_WEARABLE, 60);
	const struct roster_sensor *sensor = speakers[n].sensor;

	(void)state;
	live(HOUR_S);
	supervision_wear(&s, sensor, WEAR_STILL, at.now_us);
	live(DAY_S - HOUR_S);
	supervision_wear(&s, sensor, WEAR_UNHEARD, at.now_us); /* says nothing either way */
	assert_int_equal(count_on(), 0);
	live(HOUR_S + 20);
	assert_true(is_on(FAULT_UNWORN, n));
	supervision_wear(&s, sensor, WEAR_WORN, at.now_us);
	live(20);
	assert_int_equal(count_on(), 0);
	supervision_wear(&s, sensor, WEAR_STUCK, at.now_us);
	live(20);
	assert_true(is_on(FAULT_FAILED, n));
	assert_non_null(
		strstr(faults_find(&f, FAULT_FAILED, &sensor->id)->what, "accéléromètre bloqué"));
	supervision_wear(&s, sensor, WEAR_WORN, at.now_us);
	/* its own word counts more */
	supervision_reading(&s, sensor, READING_WORN, 1, at.now_us);
	supervision_wear(&s, sensor, WEAR_STILL, at.now_us);
	live(2 * DAY_S);
	assert_int_equal(count_on(), 0);
}

static void test_who_is_not_installed_or_not_supervised_has_no_fault(void **state)
{
	unsigned int gone = install(ROLE_MOTION, 60), spared = install(ROLE_MOTION, 60);

	(void)state;
	(void)install(ROLE_MOTION, 60);
	live(4 * DAY_S);
	speakers[gone].is_dead = speakers[spared].is_dead = true;
	live(HOUR_S);
	assert_int_equal(count_on(), 2);
	speakers[spared].sensor->is_unsupervised = true;
	(void)roster_remove(&roster, &speakers[gone].sensor->id);
	live(20);
	assert_int_equal(count_on(), 0);
}

static void test_a_failed_sensor_is_told_as_that_and_not_as_silent(void **state)
{
	unsigned int n = install(ROLE_MOTION, 60);

	(void)state;
	(void)install(ROLE_MOTION, 60);
	live(4 * DAY_S);
	speakers[n].is_dead = true;
	speakers[n].sensor->is_failed = true;
	live(HOUR_S);
	assert_true(is_on(FAULT_FAILED, n));
	assert_int_equal(count_on(), 1);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_HS_07_one_silent_sensor_is_one_fault),
		TEST(test_HS_07_all_silent_together_is_one_fault),
		TEST(test_HS_07_a_sensor_that_died_while_the_receiver_was_mute_is_found),
		TEST(test_HS_07_a_receiver_that_says_it_is_deaf_is_one_fault),
		TEST(test_HS_07_a_jammed_radio_is_told_as_such),
		TEST(test_HS_07_a_canary_tells_a_deaf_receiver_within_a_minute),
		TEST(test_HS_07_a_canary_that_dies_is_the_canary),
		TEST(test_a_home_of_one_sensor_waits_twice_its_deadline_for_nobody),
		TEST(test_a_sensor_never_heard_is_told_after_a_day),
		TEST(test_HS_12_what_sensors_say_of_themselves),
		TEST(test_HS_12_a_wearable_that_nothing_moves_or_that_is_stuck),
		TEST(test_who_is_not_installed_or_not_supervised_has_no_fault),
		TEST(test_a_failed_sensor_is_told_as_that_and_not_as_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
