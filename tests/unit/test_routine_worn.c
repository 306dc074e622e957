/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who went out by the door, where somebody here wears something: what a worn wearable says of
 * "away" in the routine model.
 */
#include "routine_home.h"

#define TEN_DAYS 10
#define ALWAYS   (30000 * DAY)

/* A wearable near from then to then, and shown to be worn in between: local time. */
struct wearable {
	int64_t near_ms, lost_ms;
	int64_t worn_ms, unworn_ms; /* worn from … to; or lying there */
};

static void tell(struct lived *l, const struct wearable *w)
{
	int64_t to_utc_ms = l->offset_s * INT64_C(1000), now_ms = l->now_ms;
	int64_t worn_ms = now_ms < w->unworn_ms ? now_ms : w->unworn_ms;
	struct routine_worn told = {0};

	/* the hub lets ten minutes of silence pass */
	if (now_ms < w->lost_ms + 10 * MINUTE && now_ms >= w->near_ms)
		told = (struct routine_worn){.from_ms = w->near_ms - to_utc_ms,
			.worn_ms = worn_ms >= w->worn_ms ? worn_ms - to_utc_ms : 0,
			.heard_ms = (now_ms < w->lost_ms ? now_ms : w->lost_ms) - to_utc_ms};
	if (told.worn_ms > told.heard_ms)
		told.worn_ms = told.heard_ms;
	assert_int_equal(routine_worn(l->r, at(l, now_ms), &told), 0);
}

/* Minute by minute; when something was answered (local), 0 for never. */
static int64_t wait_worn(struct lived *l, int64_t until_ms, const struct wearable *w)
{
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	for (; l->now_ms <= until_ms; l->now_ms += MINUTE) {
		tell(l, w);
		if (routine_judge(l->r, at(l, l->now_ms), a) > 0)
			return l->now_ms;
	}
	return 0;
}

/* Ten days, and the eleventh until three; then somebody uses the door. */
static struct lived until_the_door(void)
{
	struct lived l = move_in(NULL, true);

	live(&l, TEN_DAYS);
	live_until(&l, MONDAY0 + TEN_DAYS * DAY, 15 * HOUR, 0);
	move(&l, DOOR, l.now_ms + MINUTE);
	return l;
}

static void test_a_visitor_leaves_and_she_wears_her_watch(void **state)
{
	struct lived l = until_the_door(), bare = until_the_door();
	const struct wearable watch = {0, ALWAYS, 0, ALWAYS};
	int64_t door_ms = l.now_ms;
	int64_t told_ms = wait_worn(&l, door_ms + DAY, &watch);

	(void)state;
	assert_in_range(told_ms - door_ms, 30 * MINUTE, 4 * HOUR);
	assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
	/* … and without one she is thought away */
	assert_int_equal(wait_worn(&bare, door_ms + DAY, &(struct wearable){ALWAYS, 0, 0, 0}), 0);
	assert_int_equal(routine_presence(bare.r), ROUTINE_AWAY);
	move_out(&l);
	move_out(&bare);
}

/* Asleep in her chair, or unconscious: shown to be worn after the door, and never again. */
static void test_who_does_not_move_any_more_did_not_go_out(void **state)
{
	struct lived l = until_the_door();
	int64_t door_ms = l.now_ms;
	const struct wearable watch = {0, ALWAYS, 0, door_ms + 2 * MINUTE};

	(void)state;
	assert_in_range(wait_worn(&l, door_ms + DAY, &watch) - door_ms, 30 * MINUTE, 4 * HOUR);
	move_out(&l);
}

static void test_a_watch_on_the_night_table_proves_nothing(void **state)
{
	struct lived l = until_the_door();
	int64_t door_ms = l.now_ms;
	/* worn until a minute before the door, and at its very moment */
	const struct wearable before = {0, ALWAYS, 0, door_ms - MINUTE};
	const struct wearable leaving = {0, ALWAYS, 0, door_ms + 10000};

	(void)state;
	assert_int_equal(wait_worn(&l, door_ms + 16 * HOUR, &before), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move_out(&l);
	l = until_the_door();
	assert_int_equal(wait_worn(&l, door_ms + 16 * HOUR, &leaving), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move_out(&l);
}

/* Heard on the stairs, talking at the gate, then no more. */
static void test_a_watch_that_goes_out_of_hearing_went_out(void **state)
{
	static const int64_t heard_for[] = {MINUTE, 5 * MINUTE, 29 * MINUTE};

	(void)state;
	for (size_t i = 0; i < sizeof(heard_for) / sizeof(heard_for[0]); i++) {
		struct lived l = until_the_door();
		int64_t door_ms = l.now_ms;
		const struct wearable watch = {0, door_ms + heard_for[i], 0, ALWAYS};

		assert_int_equal(wait_worn(&l, door_ms + heard_for[i] + 9 * MINUTE, &watch), 0);
		assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
		assert_int_equal(wait_worn(&l, door_ms + 16 * HOUR, &watch), 0);
		assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
		move_out(&l);
	}
}

/* It was here for so long after the door that its silence is its own. */
static void test_a_battery_that_ends_later_hides_nobody(void **state)
{
	struct lived l = until_the_door();
	int64_t door_ms = l.now_ms;
	const struct wearable watch = {0, door_ms + 40 * MINUTE, 0, ALWAYS};

	(void)state;
	assert_in_range(wait_worn(&l, door_ms + DAY, &watch) - door_ms, 30 * MINUTE, 4 * HOUR);
	move_out(&l);
}

/* Out of hearing while the visitor left, and found again: home, and silent from then on. */
static void test_a_watch_heard_again_for_half_an_hour_is_somebody_at_home(void **state)
{
	struct lived l = until_the_door();
	int64_t door_ms = l.now_ms, back_ms = door_ms + 2 * HOUR, told_ms;
	const struct wearable watch = {back_ms, ALWAYS, back_ms, ALWAYS};
	const struct wearable passing = {back_ms, back_ms + 25 * MINUTE, back_ms, ALWAYS};

	(void)state;
	assert_int_equal(wait_worn(&l, back_ms + 29 * MINUTE, &watch), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	told_ms = wait_worn(&l, door_ms + DAY, &watch);
	assert_in_range(told_ms - back_ms, 60 * MINUTE, 5 * HOUR);
	move_out(&l);
	l = until_the_door();
	assert_int_equal(wait_worn(&l, door_ms + 16 * HOUR, &passing), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move_out(&l);
}

/* Who stayed once may go out the next time. */
static void test_each_door_is_asked_about_anew(void **state)
{
	struct lived l = until_the_door();
	const struct wearable watch = {0, l.now_ms + 61 * MINUTE, 0, ALWAYS};

	(void)state;
	assert_int_equal(wait_worn(&l, l.now_ms + 20 * MINUTE, &watch), 0);
	move(&l, DOOR, l.now_ms + MINUTE);
	assert_int_equal(routine_presence(l.r), ROUTINE_HOME);
	/* nothing was told since: the second door's silence is an absence */
	for (int m = 0; m < 15; m++) {
		struct routine_answer a[ROUTINE_ANSWERS_MAX];

		l.now_ms += MINUTE;
		assert_int_equal(routine_judge(l.r, at(&l, l.now_ms), a), 0);
	}
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move_out(&l);
}

static void test_where_a_place_speaks_it_is_believed(void **state)
{
	struct lived l = until_the_door();
	const struct wearable watch = {0, ALWAYS, 0, ALWAYS};
	int out = routine_sensor(l.r, "phone", "outside", ROUTINE_PLACE, ROUTINE_OUTSIDE);

	(void)state;
	assert_int_equal(sign(&l, (uint8_t)out, l.now_ms + MINUTE, true), 0);
	assert_int_equal(wait_worn(&l, l.now_ms + 16 * HOUR, &watch), 0);
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move_out(&l);
}

/* What was proved survives a restart in which nothing is worn yet. */
static void test_a_restart_forgets_no_visitor(void **state)
{
	static uint8_t bytes[ROUTINE_STATE_MAX_BYTES];
	struct lived l = until_the_door();
	const struct wearable watch = {0, ALWAYS, 0, ALWAYS}, none = {ALWAYS, 0, 0, 0};
	int64_t door_ms = l.now_ms;
	int count;

	(void)state;
	assert_int_equal(wait_worn(&l, door_ms + 35 * MINUTE, &watch), 0);
	count = routine_save(l.r, bytes, sizeof(bytes));
	assert_true(count > 0);
	assert_int_equal(routine_init(l.r, NULL), 0);
	assert_int_equal(routine_load(l.r, bytes, (size_t)count, at(&l, l.now_ms)), 0);
	install(l.r, true);
	assert_in_range(wait_worn(&l, door_ms + DAY, &none) - door_ms, 30 * MINUTE, 4 * HOUR);
	move_out(&l);
}

static void test_impossible_times_change_nothing(void **state)
{
	struct lived l = until_the_door();
	const struct routine_worn future = {1, INT64_MAX, INT64_MAX}, past = {-5, -5, -5};
	struct routine_answer a[ROUTINE_ANSWERS_MAX];

	(void)state;
	assert_int_equal(routine_worn(l.r, (struct routine_time){0, 0}, &future), -EINVAL);
	for (int m = 0; m < 15; m++) {
		l.now_ms += MINUTE;
		assert_int_equal(routine_worn(l.r, at(&l, l.now_ms), m % 2 ? &future : &past), 0);
		assert_int_equal(routine_judge(l.r, at(&l, l.now_ms), a), 0);
	}
	assert_int_equal(routine_presence(l.r), ROUTINE_AWAY);
	move_out(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_visitor_leaves_and_she_wears_her_watch),
		cmocka_unit_test(test_who_does_not_move_any_more_did_not_go_out),
		cmocka_unit_test(test_a_watch_on_the_night_table_proves_nothing),
		cmocka_unit_test(test_a_watch_that_goes_out_of_hearing_went_out),
		cmocka_unit_test(test_a_battery_that_ends_later_hides_nobody),
		cmocka_unit_test(test_a_watch_heard_again_for_half_an_hour_is_somebody_at_home),
		cmocka_unit_test(test_each_door_is_asked_about_anew),
		cmocka_unit_test(test_where_a_place_speaks_it_is_believed),
		cmocka_unit_test(test_a_restart_forgets_no_visitor),
		cmocka_unit_test(test_impossible_times_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
