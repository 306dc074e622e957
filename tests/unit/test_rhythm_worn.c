/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A wearable in the house: within hearing or not, worn or lying there, and what of it keeps a
 * resident at home when a visitor leaves.
 */
#include "tests/unit/rhythm_house.h"

static const struct roster_sensor watch = {
	.id = {.text = "montre"}, .name = "montre", .role = ROLE_WEARABLE};

static struct roster_sensor *put_on(struct house *h)
{
	assert_int_equal(roster_add(&h->roster, &watch), 0);
	supervision_add(&h->supervision, roster_find(&h->roster, &watch.id), now_of(h).now_us);
	return roster_find(&h->roster, &watch.id);
}

/* Moves how often a minute, 0: lies there; and what it says of being worn, −1: nothing. */
struct stream {
	uint32_t moves;
	int says_worn;
};

/* Its stream is heard for so long, as hub/watch.c tells it each 10 s. */
static void stream(struct house *h, struct stream as, uint64_t minutes)
{
	const struct roster_sensor *s = roster_find(&h->roster, &watch.id);
	static uint32_t moves;

	for (uint64_t n = 0; n < 6 * minutes; n++) {
		pass(h, h->now_us + 10 * US_PER_S);
		supervision_hear(&h->supervision, s, now_of(h).now_us);
		if (as.says_worn >= 0)
			supervision_reading(
				&h->supervision, s, READING_WORN, as.says_worn, now_of(h).now_us);
		if (n % 6 == 5)
			moves += as.moves;
		supervision_moves(&h->supervision, s, moves, now_of(h).now_us);
	}
}

static const struct stream moving = {1, -1}, lying = {0, -1}, on_skin = {0, 1}, off_skin = {5, 0};

static bool is_away(const struct house *h)
{
	struct rhythm_where where;

	rhythm_where(h->rhythm, now_of(h), &where);
	return where.is_away;
}

/* Eight days, and the ninth until three; she wears it, and then the door is used. */
static void until_the_door(struct house *h)
{
	move_in(h);
	(void)put_on(h);
	live(h, 8);
	live_until(h, 8, 15 * HOUR_US);
	stream(h, moving, 5);
	move(h, DOOR);
}

static void test_a_visitor_leaves_somebody_who_wears_a_watch(void **state)
{
	const struct stream ways[] = {moving, on_skin};

	(void)state;
	for (size_t n = 0; n < sizeof(ways) / sizeof(ways[0]); n++) {
		struct house h;

		until_the_door(&h);
		stream(&h, ways[n], 5 * 60);
		assert_false(is_away(&h));
		assert_true(h.told >= 1);
		assert_int_equal(h.silence.class, INCIDENT_INACTIVITY);
		move_out(&h);
	}
}

/* Left on the table when she went out: it lies there, or says that nobody wears it. */
static void test_a_watch_left_behind_is_nobody(void **state)
{
	const struct stream ways[] = {lying, off_skin};

	(void)state;
	for (size_t n = 0; n < sizeof(ways) / sizeof(ways[0]); n++) {
		struct house h;

		until_the_door(&h);
		stream(&h, ways[n], 12);
		assert_true(is_away(&h));
		/* the postman shakes the table, once an hour */
		for (int hour = 0; hour < 5; hour++) {
			stream(&h, (struct stream){1, ways[n].says_worn}, 1);
			stream(&h, ways[n], 59);
		}
		assert_true(is_away(&h));
		assert_int_equal(h.told, 0);
		move_out(&h);
	}
}

static void test_a_watch_that_went_out_of_hearing_is_out(void **state)
{
	const struct stream ways[] = {moving, on_skin};

	(void)state;
	for (size_t n = 0; n < sizeof(ways) / sizeof(ways[0]); n++) {
		struct house h;

		until_the_door(&h);
		stream(&h, ways[n], 3);
		pass(&h, h.now_us + 9 * MINUTE_US);
		assert_false(is_away(&h));
		pass(&h, h.now_us + 3 * MINUTE_US);
		assert_true(is_away(&h));
		pass(&h, h.now_us + 8 * HOUR_US);
		assert_int_equal(h.told, 0);
		move_out(&h);
	}
}

/* Of two who live here one goes out with hers: the other one's keeps the home. */
static void test_any_wearable_of_the_home_will_do(void **state)
{
	struct roster_sensor other = watch;
	struct house h;

	(void)state;
	until_the_door(&h);
	(void)snprintf(other.id.text, sizeof(other.id.text), "a-montre");
	assert_int_equal(roster_add(&h.roster, &other), 0);
	supervision_add(&h.supervision, roster_find(&h.roster, &other.id), now_of(&h).now_us);
	supervision_hear(
		&h.supervision, roster_find(&h.roster, &other.id), now_of(&h).now_us + US_PER_S);
	stream(&h, moving, 5 * 60);
	assert_true(h.told >= 1);
	move_out(&h);
}

static void test_near_is_ten_minutes_of_listening(void **state)
{
	struct supervision_near near = {0};
	const struct roster_sensor *s;
	struct house h;

	(void)state;
	move_in(&h);
	s = put_on(&h);
	assert_false(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	stream(&h, moving, 1);
	assert_true(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	assert_int_equal(near.worn_us, 0);
	stream(&h, moving, 3);
	assert_true(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	/* the first of the three latest */
	assert_int_equal(near.worn_us, now_of(&h).now_us - 2 * MINUTE_US);
	assert_int_equal(near.heard_us, now_of(&h).now_us);
	h.now_us += SUPERVISION_NEAR_US;
	assert_true(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	h.now_us += 1;
	assert_false(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	stream(&h, lying, 1);
	assert_true(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	assert_int_equal(near.from_us, now_of(&h).now_us - MINUTE_US + 10 * US_PER_S);
	/* nor is a motion sensor a wearable, nor one that failed near */
	assert_true(hear(&h, KITCHEN, 1));
	assert_false(supervision_near(
		&h.supervision, roster_following(&h.roster, NULL), now_of(&h).now_us, &near));
	roster_find(&h.roster, &watch.id)->is_failed = true;
	assert_false(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	move_out(&h);
}

/* A radio that does not hear says nothing of who went out. */
static void test_HS_07_a_deaf_radio_takes_nobody_out_of_hearing(void **state)
{
	struct supervision_near near;
	const struct roster_sensor *s;
	struct house h;

	(void)state;
	move_in(&h);
	s = put_on(&h);
	supervision_set_way(&h.supervision, s, WAY_RADIO, now_of(&h).now_us);
	supervision_listen(&h.supervision, WAY_RADIO, true, now_of(&h).now_us);
	stream(&h, moving, 5);
	supervision_listen(&h.supervision, WAY_RADIO, false, now_of(&h).now_us);
	h.now_us += HOUR_US;
	assert_true(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	supervision_listen(&h.supervision, WAY_RADIO, true, now_of(&h).now_us);
	h.now_us += SUPERVISION_NEAR_US + 1;
	assert_false(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	move_out(&h);
}

/* What said that it is worn is worn while it is heard; after a gap it must say so again. */
static void test_its_own_word_lasts_while_it_is_heard(void **state)
{
	struct supervision_near near;
	const struct roster_sensor *s;
	struct house h;

	(void)state;
	move_in(&h);
	s = put_on(&h);
	stream(&h, on_skin, 1);
	stream(&h, lying, 60);
	assert_true(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	assert_int_equal(near.worn_us, now_of(&h).now_us);
	stream(&h, off_skin, 30);
	assert_true(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	assert_int_equal(near.worn_us, now_of(&h).now_us - 30 * MINUTE_US + 10 * US_PER_S);
	stream(&h, on_skin, 1);
	h.now_us += HOUR_US;
	stream(&h, lying, 5);
	assert_true(supervision_near(&h.supervision, s, now_of(&h).now_us, &near));
	assert_int_equal(near.worn_us, now_of(&h).now_us - HOUR_US - 5 * MINUTE_US);
	move_out(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_visitor_leaves_somebody_who_wears_a_watch),
		cmocka_unit_test(test_a_watch_left_behind_is_nobody),
		cmocka_unit_test(test_a_watch_that_went_out_of_hearing_is_out),
		cmocka_unit_test(test_any_wearable_of_the_home_will_do),
		cmocka_unit_test(test_near_is_ten_minutes_of_listening),
		cmocka_unit_test(test_HS_07_a_deaf_radio_takes_nobody_out_of_hearing),
		cmocka_unit_test(test_its_own_word_lasts_while_it_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
