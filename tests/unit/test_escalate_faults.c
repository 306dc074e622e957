/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Technical incidents in the home: one a fault, ended by the home itself, below alarms in every
 * bound; and what a restart knows of them, killed at any instant.
 */
#include "hub/episodes.h"
#include "hub/outbox_faults.h"
#include "tests/unit/stores.h"

static struct episodes e;
static struct outbox *o;
static struct faults f;
static struct moment at;
static unsigned int published;
static struct incident last;

static int publish(const struct incident *incident, void *userdata)
{
	(void)userdata;
	published++;
	last = *incident;
	return 0;
}

static void tell(
	uint64_t time_us, const char *what, const char *incident, const char *text, void *userdata)
{
	(void)time_us;
	(void)what;
	(void)incident;
	(void)text;
	(void)userdata;
}

static uint64_t now_us(void *userdata)
{
	(void)userdata;
	return at.now_us;
}

static void start(const char *dir)
{
	const struct episodes_listener listener = {
		.publish = publish, .tell = tell, .now_us = now_us};

	o = open_in(dir);
	episodes_init(&e, "maison", 30, o, NULL, &listener);
	(void)episodes_resume(&e, at);
	episodes_link(&e, true, at);
	memset(&f, 0, sizeof(f));
	assert_true(outbox_load_faults(o, &f, at) >= 0);
}

static void kill_and_start(const char *dir)
{
	(void)outbox_free(o);
	start(dir);
}

static int begin(void **state)
{
	at = now;
	published = 0;
	if (make_dir(state) < 0)
		return -1;
	start(*state);
	return 0;
}

static int finish(void **state)
{
	o = outbox_free(o);
	return remove_dir(state);
}

static void pass(uint64_t s)
{
	at.now_us += s * US_PER_S;
	at.wall_ms += (int64_t)s * 1000;
}

static void report(enum fault_kind kind, const char *subject, bool is_on)
{
	struct fault_report r = {
		.kind = kind, .is_on = is_on, .name = "Bouton", .room = "Chambre", .what = "muet"};

	(void)snprintf(r.subject.text, sizeof(r.subject.text), "%s", subject);
	(void)faults_report(&f, &r, at);
}

static struct suspicion fault_of(const char *sensor, uint64_t mark)
{
	struct suspicion s = {.class = INCIDENT_TECHNICAL,
		.by = "hub",
		.why = "muet",
		.is_certain = true,
		.mark = mark,
		.event_ms = at.wall_ms,
		.probability = 1};

	(void)snprintf(s.sensor.text, sizeof(s.sensor.text), "%s", sensor);
	return s;
}

static struct suspicion alarm_of(const char *sensor)
{
	struct suspicion s = fault_of(sensor, 0);

	s.class = INCIDENT_HELP;
	return s;
}

static int suspect(struct suspicion s)
{
	return episodes_suspect(&e, &s, at, NULL);
}

static void receive(void)
{
	struct receipt receipt = {.seq = last.seq};

	memcpy(receipt.incident, last.id, sizeof(receipt.incident));
	(void)episodes_receipt(&e, &receipt, at);
}

/* The turn that is due, followed as hub/watch_tell.c does, up to a step: 1 the incident's commit, 2
 * that of the fault's row. */
static enum faults_turn follow(unsigned int steps)
{
	unsigned int row = 0, at_row = 0;
	enum faults_turn turn = faults_next(&f, at, true, &row);
	struct suspicion s;

	if (turn == FAULTS_TELL) {
		s = faults_suspicion(&f, row);
		assert_int_equal(episodes_suspect(&e, &s, at, &at_row), 1);
		faults_told(&f, row, e.table.episodes[at_row].incident.id, at);
	} else if (turn == FAULTS_END) {
		(void)episodes_repaired(&e, f.rows[row].incident, "de nouveau entendu", at);
		faults_ended(&f, row);
	}
	if (steps > 1)
		assert_int_equal(outbox_put_faults(o, &f, at), 0);
	return turn;
}

static void test_HS_12_the_home_ends_its_own_faults_and_no_alarm(void **state)
{
	char id[INCIDENT_ID_MAX];

	(void)state;
	assert_int_equal(suspect(fault_of("s", 1)), 1);
	assert_int_equal(last.state, INCIDENT_RAISED); /* nobody is asked */
	memcpy(id, last.id, sizeof(id));
	receive();
	assert_int_equal(episodes_repaired(&e, id, "de nouveau entendu", at), 0);
	assert_int_equal(last.state, INCIDENT_CANCELLED);
	assert_string_equal(last.by, "hub");
	assert_int_equal(last.seq, 3);
	receive();
	assert_int_equal(episodes_repaired(&e, id, "", at), -ENOENT);
	assert_int_equal(escalate_free_rows(&e.table), ESCALATE_OPEN_MAX);
	assert_int_equal(suspect(alarm_of("bouton")), 1);
	assert_int_equal(episodes_repaired(&e, last.id, "", at), -EINVAL);
	assert_int_equal(last.state, INCIDENT_RAISED);
}

static void test_HS_12_two_faults_of_one_sensor_are_two_incidents(void **state)
{
	char id[INCIDENT_ID_MAX];

	(void)state;
	assert_int_equal(suspect(fault_of("s", 1)), 1);
	memcpy(id, last.id, sizeof(id));
	assert_int_equal(suspect(fault_of("s", 2)), 1);
	assert_string_not_equal(last.id, id);
	pass(10);
	assert_int_equal(suspect(fault_of("s", 1)), 1); /* more of the first */
	assert_string_equal(last.id, id);
	/* a call of the same sensor is none of them */
	assert_int_equal(suspect(alarm_of("s")), 1);
	assert_string_not_equal(last.id, id);
}

static void test_HS_12_faults_at_the_maximum_and_one_more(void **state)
{
	char name[16];

	(void)state;
	for (unsigned int n = 0; n < ESCALATE_TECHNICAL_MAX; n++) {
		(void)snprintf(name, sizeof(name), "s%u", n);
		assert_int_equal(suspect(fault_of(name, 1)), 1);
	}
	assert_int_equal(suspect(fault_of("one more", 1)), -ENOBUFS);
	assert_int_equal(escalate_free_rows(&e.table), ESCALATE_OPEN_MAX - ESCALATE_TECHNICAL_MAX);
}

static void test_HS_12_faults_give_up_their_rows_to_alarms(void **state)
{
	char name[16];
	unsigned int alarms = 0;

	(void)state;
	episodes_link(&e, false, at); /* nothing is received: everything is owed */
	for (unsigned int n = 0; n < ESCALATE_TECHNICAL_MAX; n++) {
		(void)snprintf(name, sizeof(name), "s%u", n);
		assert_int_equal(suspect(fault_of(name, 1)), 1);
	}
	for (unsigned int n = 0; n < ESCALATE_OPEN_MAX; n++) {
		pass(3);
		(void)snprintf(name, sizeof(name), "b%u", n);
		assert_int_equal(suspect(alarm_of(name)), 1);
	}
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		alarms += e.table.episodes[row].incident.class == INCIDENT_HELP;
	assert_int_equal(alarms, ESCALATE_OPEN_MAX);
	/* a fault takes no row of an alarm */
	assert_int_equal(suspect(fault_of("one more", 1)), -ENOBUFS);
	/* and none is lost: the store holds them, and gives alarms first after a restart */
	assert_int_equal(outbox_open_count(o), ESCALATE_OPEN_MAX + ESCALATE_TECHNICAL_MAX);
	kill_and_start(*state);
	for (unsigned int row = 0; row < ESCALATE_OPEN_MAX; row++)
		assert_int_equal(e.table.episodes[row].incident.class, INCIDENT_HELP);
	assert_non_null(faults_find(&f, FAULT_DEAF, &(struct sensor_id){.text = "s3"}));
}

/* Killed after either commit of either turn: one reference, told once, ended once. */
static void test_HS_02_a_fault_survives_kill_at_any_instant_under_one_reference(void **state)
{
	for (unsigned int steps_of_telling = 1; steps_of_telling <= 2; steps_of_telling++)
		for (unsigned int steps_of_end = 1; steps_of_end <= 2; steps_of_end++) {
			struct incident told;

			pass(2 * FAULTS_AGAIN_S);
			report(FAULT_SILENT, "bouton", true);
			assert_int_equal(follow(steps_of_telling), FAULTS_TELL);
			told = last;
			kill_and_start(*state);
			assert_int_equal(follow(2), FAULTS_REST);
			report(FAULT_SILENT, "bouton", true); /* found again */
			assert_int_equal(follow(2), FAULTS_REST);
			receive();
			report(FAULT_SILENT, "bouton", false);
			assert_int_equal(follow(steps_of_end), FAULTS_END);
			assert_string_equal(last.id, told.id);
			assert_int_equal(last.state, INCIDENT_CANCELLED);
			kill_and_start(*state);
			assert_int_equal(follow(2), FAULTS_REST);
			receive();
			assert_int_equal(outbox_open_count(o), 0);
			/* nor is it told anew within the hour */
			report(FAULT_SILENT, "bouton", true);
			assert_int_equal(follow(2), FAULTS_REST);
			report(FAULT_SILENT, "bouton", false);
		}
	assert_int_equal(number(*state, "SELECT count(*) FROM incident"), 4);
}

static void test_HS_02_what_an_operator_closed_is_not_told_again_while_it_lasts(void **state)
{
	struct progress closed = {
		.state = INCIDENT_CLOSED, .outcome = INCIDENT_OUTCOME_REPAIRED, .by = "anne"};

	report(FAULT_SILENT, "bouton", true);
	assert_int_equal(follow(2), FAULTS_TELL);
	receive();
	memcpy(closed.incident, last.id, sizeof(closed.incident));
	closed.changed_ms = at.wall_ms;
	assert_int_equal(episodes_progress(&e, &closed, at), 1);
	for (unsigned int hour = 0; hour < 5; hour++) {
		kill_and_start(*state);
		pass(3600);
		report(FAULT_SILENT, "bouton", true);
		assert_int_equal(follow(2), FAULTS_REST);
	}
	report(FAULT_SILENT, "bouton", false);
	assert_int_equal(follow(2), FAULTS_END);
	assert_int_equal(follow(2), FAULTS_REST);
	assert_int_equal(number(*state, "SELECT count(*) FROM incident"), 1);
}

static void test_HS_12_starts_are_counted_by_the_hour(void **state)
{
	(void)state;
	for (int n = 1; n <= 4; n++) {
		assert_int_equal(outbox_put_start(o, 3600, at), n);
		pass(600);
	}
	pass(1800); /* the first is an hour and ten minutes ago */
	assert_int_equal(outbox_put_start(o, 3600, at), 4);
	at.wall_ms = 0; /* a clock that was set back counts anew */
	assert_int_equal(outbox_put_start(o, 3600, at), 1);
}

static void test_rows_that_make_no_sense_are_left_out(void **state)
{
	static const char *const bad[] = {"('tired','s',1,1,'',0,0,'','','')",
		"('silent','',1,1,'',0,0,'','','')", "('silent','s',7,1,'',0,0,'','','')"};
	char sql[128];

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		(void)snprintf(sql, sizeof(sql), "INSERT INTO fault VALUES %s", bad[n]);
		(void)number(*state, sql);
	}
	assert_int_equal(number(*state, "SELECT count(*) FROM fault"), 3);
	assert_int_equal(outbox_load_faults(o, &f, at), 0);
	assert_int_equal(follow(2), FAULTS_REST);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_HS_12_the_home_ends_its_own_faults_and_no_alarm),
		TEST(test_HS_12_two_faults_of_one_sensor_are_two_incidents),
		TEST(test_HS_12_faults_at_the_maximum_and_one_more),
		TEST(test_HS_12_faults_give_up_their_rows_to_alarms),
		TEST(test_HS_02_a_fault_survives_kill_at_any_instant_under_one_reference),
		TEST(test_HS_02_what_an_operator_closed_is_not_told_again_while_it_lasts),
		TEST(test_HS_12_starts_are_counted_by_the_hour),
		TEST(test_rows_that_make_no_sense_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
