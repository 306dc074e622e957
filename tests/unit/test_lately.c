/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What judgement heard lately, in the store: written when it changed, at most once a minute, found
 * after a kill.
 */
#include "hub/lately.h"
#include "tests/unit/stores.h"

static struct roster roster;

static struct judge *a_home(void)
{
	const struct fusion_home home = {
		.residents = 1, .ask = FUSION_ASK_USUAL, .raise = FUSION_RAISE_USUAL};
	const struct roster_sensor worn = {
		.role = ROLE_WEARABLE, .place = WEAR_WRIST, .id.text = "montre"};
	const struct roster_sensor door = {
		.role = ROLE_CONTACT, .is_outer = true, .id.text = "porte", .room = "Entrée"};
	struct judge *j = NULL;

	roster = (struct roster){.installed = 0};
	assert_int_equal(roster_add(&roster, &worn), 0);
	assert_int_equal(roster_add(&roster, &door), 0);
	assert_int_equal(judge_new(&j, &roster, &home), 0);
	return j;
}

static const struct roster_sensor *named(const char *id)
{
	struct sensor_id sensor;

	(void)snprintf(sensor.text, sizeof(sensor.text), "%s", id);
	return roster_find(&roster, &sensor);
}

static struct moment after_s(double seconds)
{
	return (struct moment){.now_us = now.now_us + (uint64_t)(seconds * 1e6),
		.wall_ms = now.wall_ms + (int64_t)(seconds * 1e3)};
}

static void near_fall(struct judge *j, double at_s)
{
	struct fall_answer a = {.stage = FALL_FIRST,
		.impact_us = (uint64_t)(at_s * 1e6) + 1000000,
		.probability = 0.35F,
		.peak_mg = 3200};

	judge_answers(j, named("montre"), &a, 1, a.impact_us + 2000000, after_s(at_s + 2));
	a.stage = FALL_SECOND;
	judge_answers(j, named("montre"), &a, 1, a.impact_us + 20000000, after_s(at_s + 20));
	judge_turn(j, after_s(at_s + 60));
}

static void open_door(struct judge *j, bool is_open, double at_s)
{
	const struct reading reading = {.kind = READING_DOOR,
		.value = is_open,
		.sensor = named("porte")->id,
		.time_us = after_s(at_s).now_us};
	struct suspicion s;

	(void)judge_reading(j, named("porte"), &reading, after_s(at_s), &s);
}

static void test_HS_02_what_weighs_for_hours_is_found_after_a_kill(void **state)
{
	struct evidence_lately found[FUSION_LATELY_MAX];
	struct outbox *o = open_in(*state);
	struct lately l = {.count = 0};
	struct judge *j = a_home();

	open_door(j, false, 0);
	open_door(j, true, 1);
	near_fall(j, 10);
	lately_turn(&l, j, o, after_s(80));
	assert_int_equal(outbox_commits(o), 1);
	/* killed; and the sensor of a stranger has got into the store */
	(void)judge_free(j);
	(void)outbox_free(o);
	o = open_in(*state);
	j = a_home();
	assert_int_equal(outbox_load_lately(o, found), 2);
	assert_string_equal(found[0].sensor.text, "");
	assert_int_equal(found[0].at_ms, after_s(1).wall_ms);
	assert_string_equal(found[1].sensor.text, "montre");
	found[0].sensor = (struct sensor_id){.text = "autre"};
	assert_int_equal(outbox_put_lately(o, found, 2), 0);
	lately_resume(&l, j, o, after_s(600));
	assert_int_equal(judge_lately(j, after_s(600), found), 1);
	assert_string_equal(found[0].sensor.text, "montre");
	assert_int_equal(found[0].count, 1);
	/* a day later nothing of it weighs */
	(void)judge_free(j);
	j = a_home();
	lately_resume(&l, j, o, after_s(86400));
	assert_int_equal(judge_lately(j, after_s(86400), found), 0);
	(void)judge_free(j);
	(void)outbox_free(o);
}

/* The flash: whoever plays with the door costs a commit a minute, who does nothing costs none. */
static void test_it_is_written_at_most_once_a_minute(void **state)
{
	struct outbox *o = open_in(*state);
	struct lately l = {.count = 0};
	struct judge *j = a_home();

	open_door(j, false, 0);
	for (unsigned int second = 10; second <= 600; second += 10) {
		open_door(j, second / 10 % 2, second);
		lately_turn(&l, j, o, after_s(second));
	}
	assert_int_equal(outbox_commits(o), 10);
	for (unsigned int second = 610; second < 7200; second += 10)
		lately_turn(&l, j, o, after_s(second));
	assert_int_equal(outbox_commits(o), 11);
	(void)judge_free(j);
	(void)outbox_free(o);
}

static void test_a_clock_that_went_back_is_just_now(void **state)
{
	const struct evidence_lately rows[] = {{.count = 0, .at_ms = after_s(9000).wall_ms},
		{.sensor.text = "montre", .amount = 1, .count = 2, .at_ms = INT64_MIN}};
	struct evidence_lately found[FUSION_LATELY_MAX];
	struct outbox *o = open_in(*state);
	struct judge *j = a_home();
	struct lately l;

	assert_int_equal(outbox_put_lately(o, rows, 2), 0);
	lately_resume(&l, j, o, after_s(0));
	assert_int_equal(judge_lately(j, after_s(0), found), 1);
	assert_int_equal(found[0].at_ms, after_s(0).wall_ms);
	(void)judge_free(j);
	(void)outbox_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_HS_02_what_weighs_for_hours_is_found_after_a_kill, make_dir,
			remove_dir),
		cmocka_unit_test_setup_teardown(
			test_it_is_written_at_most_once_a_minute, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
			test_a_clock_that_went_back_is_just_now, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
