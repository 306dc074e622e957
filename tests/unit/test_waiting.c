/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shocks that wait to be told, in the store: written when they begin, at most one commit a second,
 * found after a kill, and gone with the commit of the fall that they became.
 */
#include "hub/waiting.h"
#include "tests/unit/stores.h"

#include <stdlib.h>

static struct roster roster;

static const struct roster_sensor *add(unsigned int n)
{
	struct roster_sensor s = {.role = ROLE_WEARABLE, .place = WEAR_WRIST};

	(void)snprintf(s.id.text, sizeof(s.id.text), "montre-%u", n);
	(void)snprintf(s.name, sizeof(s.name), "Montre %u", n);
	assert_int_equal(roster_add(&roster, &s), 0);
	return roster_find(&roster, &s.id);
}

/* As many wearables as there may be, in a home where somebody who moved elsewhere would be heard.
 */
static struct judge *home_of(const struct roster_sensor *worn[ROSTER_WEARABLES_MAX])
{
	const struct fusion_home home = {
		.residents = 2, .ask = FUSION_ASK_USUAL, .raise = FUSION_RAISE_USUAL};
	struct roster_sensor s = {.role = ROLE_MOTION, .room = "Salon", .id.text = "pir"};
	struct judge *j = NULL;

	roster = (struct roster){.installed = 0};
	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++)
		worn[n] = add(n);
	assert_int_equal(roster_add(&roster, &s), 0);
	assert_int_equal(judge_new(&j, &roster, &home), 0);
	return j;
}

static struct moment after_s(double seconds)
{
	return (struct moment){.now_us = now.now_us + (uint64_t)(seconds * 1e6),
		.wall_ms = now.wall_ms + (int64_t)(seconds * 1e3)};
}

static void answer(struct judge *j, const struct roster_sensor *sensor, enum fall_stage stage,
	float probability, uint64_t impact_us, struct moment at)
{
	const struct fall_answer a = {.stage = stage,
		.impact_us = impact_us,
		.probability = probability,
		.peak_mg = 3200};

	judge_answers(j, sensor, &a, 1, impact_us + 2000000, at);
}

static void test_HS_02_a_shock_that_waits_is_found_after_a_kill(void **state)
{
	const struct roster_sensor *worn[ROSTER_WEARABLES_MAX];
	struct suspicion found[OUTBOX_WAITING_MAX];
	struct judge *j = home_of(worn);
	struct outbox *o = open_in(*state);
	struct waiting w = {.count = 0};

	answer(j, worn[0], FALL_FIRST, 0.6F, 5000000, after_s(0));
	waiting_turn(&w, j, o, after_s(0));
	assert_int_equal(w.count, 1);
	assert_int_equal(outbox_commits(o), 1);
	(void)outbox_free(o);
	o = open_in(*state);
	w = (struct waiting){.count = 0};
	assert_int_equal(waiting_resume(&w, o, after_s(60), found), 1);
	assert_string_equal(found[0].sensor.text, "montre-0");
	assert_string_equal(found[0].name, "Montre 0");
	assert_int_equal(found[0].class, INCIDENT_FALL);
	assert_int_equal(found[0].mark, 5000001);
	assert_false(found[0].is_certain || found[0].is_update || found[0].is_test);
	assert_string_equal(found[0].reasons[found[0].reasons_count - 1].text,
		"la box a redémarré avant la suite");
	/* an hour later nobody is asked, and it is taken out */
	assert_int_equal(waiting_resume(&w, o, after_s(3700), found), 0);
	(void)judge_free(j);
	j = home_of(worn);
	waiting_turn(&w, j, o, after_s(3700));
	assert_int_equal(outbox_load_waiting(o, found), 0);
	(void)judge_free(j);
	(void)outbox_free(o);
}

static void test_HS_02_what_waited_goes_with_the_commit_of_its_fall(void **state)
{
	const struct roster_sensor *worn[ROSTER_WEARABLES_MAX];
	struct suspicion found[OUTBOX_WAITING_MAX];
	struct judge *j = home_of(worn);
	struct outbox *o = open_in(*state);
	struct episode e = episode_of(ID, INCIDENT_VERIFYING);
	struct waiting w = {.count = 0};

	answer(j, worn[0], FALL_FIRST, 0.6F, 5000000, after_s(0));
	answer(j, worn[1], FALL_FIRST, 0.6F, 6000000, after_s(0));
	waiting_turn(&w, j, o, after_s(0));
	assert_int_equal(outbox_load_waiting(o, found), 2);
	e.incident.class = INCIDENT_FALL;
	e.sensor = worn[1]->id;
	e.mark = 6000001;
	assert_int_equal(outbox_commit(o, &e, NULL, 0, NULL, after_s(1)), 0);
	assert_int_equal(outbox_load_waiting(o, found), 1);
	assert_int_equal(found[0].mark, 5000001);
	(void)judge_free(j);
	(void)outbox_free(o);
}

/* The flash: knocks in a row cost a commit a second at the most, what is over costs one in 10 s. */
static void test_knocks_in_a_row_are_few_commits(void **state)
{
	const struct roster_sensor *worn[ROSTER_WEARABLES_MAX];
	struct suspicion found[OUTBOX_WAITING_MAX];
	struct judge *j = home_of(worn);
	struct outbox *o = open_in(*state);
	struct waiting w = {.count = 0};

	waiting_turn(&w, j, o, after_s(0));
	assert_int_equal(outbox_commits(o), 0);
	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++) {
		answer(j, worn[n], FALL_FIRST, 0.5F, 5000000 + 20000000ULL * n, after_s(n * 0.1));
		waiting_turn(&w, j, o, after_s(n * 0.1));
	}
	assert_int_equal(outbox_commits(o), 1);
	waiting_turn(&w, j, o, after_s(1));
	assert_int_equal(outbox_commits(o), 2);
	waiting_turn(&w, j, o, after_s(2));
	assert_int_equal(outbox_commits(o), 2);
	/* one more than are kept: those that are stay */
	answer(j, worn[0], FALL_FIRST, 0.6F, 400000000, after_s(3));
	waiting_turn(&w, j, o, after_s(3));
	assert_int_equal(outbox_load_waiting(o, found), OUTBOX_WAITING_MAX);
	judge_turn(j, after_s(30));
	waiting_turn(&w, j, o, after_s(30));
	assert_int_equal(outbox_load_waiting(o, found), 0);
	assert_int_equal(outbox_commits(o), 3);
	(void)judge_free(j);
	(void)outbox_free(o);
}

static void test_what_is_no_shock_is_left_out(void **state)
{
	struct suspicion found[OUTBOX_WAITING_MAX];
	struct outbox *o = open_in(*state);

	(void)outbox_free(o);
	(void)number(*state, "INSERT INTO waiting VALUES ('montre', 7, '{\"v\":1}')");
	o = open_in(*state);
	assert_int_equal(outbox_load_waiting(o, found), 0);
	(void)outbox_free(o);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_HS_02_a_shock_that_waits_is_found_after_a_kill),
		TEST(test_HS_02_what_waited_goes_with_the_commit_of_its_fall),
		TEST(test_knocks_in_a_row_are_few_commits),
		TEST(test_what_is_no_shock_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
