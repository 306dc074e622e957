/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk test by itself: what sets a sensor off, when it ends, what it holds back.
 */
#include "hub/walk.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MINUTE_US (60 * US_PER_S)

static int refuse(const char *verb, const json_t *request, json_t *answer, void *userdata)
{
	(void)verb;
	(void)request;
	(void)answer;
	(void)userdata;
	return -ENOSYS;
}

/* A hub without loop or voice, whose control socket nobody follows; a sensor of each role. */
static int begin(void **state)
{
	static const enum sensor_role roles[] = {ROLE_MOTION, ROLE_CONTACT, ROLE_ENVIRONMENT};
	struct hub *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	assert_true(sd_event_new(&h->event) >= 0);
	(void)snprintf(
		h->config.control, sizeof(h->config.control), "/tmp/vigie-walk-%d", getpid());
	assert_int_equal(control_new(&h->control, h->event, h->config.control, refuse, h), 0);
	for (unsigned int n = 0; n < sizeof(roles) / sizeof(roles[0]); n++) {
		struct roster_sensor s = {.role = roles[n]};

		(void)snprintf(s.id.text, sizeof(s.id.text), "%s", sensor_role_text(roles[n]));
		assert_int_equal(roster_add(&h->config.roster, &s), 0);
	}
	*state = h;
	return 0;
}

static int end(void **state)
{
	struct hub *h = *state;

	walk_done(h);
	h->control = control_free(h->control);
	h->event = sd_event_unref(h->event);
	free(h);
	return 0;
}

static void hear(
	struct hub *h, const char *id, enum reading_kind kind, double value, uint64_t now_us)
{
	const struct reading reading = {.kind = kind, .value = value};
	struct sensor_id sensor = {.text = ""};

	(void)snprintf(sensor.text, sizeof(sensor.text), "%s", id);
	walk_hear(h, roster_find(&h->config.roster, &sensor), &reading,
		(struct moment){.now_us = now_us});
}

static void test_each_is_set_off_in_its_own_way_and_the_last_one_ends_it(void **state)
{
	struct hub *h = *state;

	hear(h, "motion", READING_MOTION, 1, 1); /* nobody walks yet */
	assert_int_equal(walk_begin(h, 15, 1), 0);
	hear(h, "motion", READING_MOTION, 0, 2);
	hear(h, "motion", READING_TEMPERATURE, 20, 3);
	assert_int_equal(h->walk->triggered, 0);
	hear(h, "motion", READING_MOTION, 1, 4);
	assert_int_equal(h->walk->triggered, 1);
	/* a door says how it is from time to time: only another state than before is somebody */
	hear(h, "contact", READING_DOOR, 1, 5);
	hear(h, "contact", READING_DOOR, 1, 6);
	assert_int_equal(h->walk->triggered, 1);
	hear(h, "contact", READING_DOOR, 0, 7);
	hear(h, "motion", READING_MOTION, 1, 8 + WALK_AGAIN_US);
	assert_int_equal(h->walk->triggered, 2);
	assert_true(walk_is_on(h));
	hear(h, "environment", READING_TEMPERATURE, 20, 9 + WALK_AGAIN_US);
	assert_int_equal(h->walk->triggered, 3);
	assert_false(walk_is_on(h));
	assert_string_equal(h->walk->steps[0].what, "mouvement");
	assert_string_equal(h->walk->steps[1].what, "porte");
	assert_string_equal(h->walk->steps[2].what, "entendu");
}

static void test_it_ends_by_itself_and_can_be_asked_for_a_little_longer(void **state)
{
	struct hub *h = *state;

	assert_int_equal(walk_next_us(h), UINT64_MAX);
	assert_int_equal(walk_begin(h, 1, 0), 0);
	walk_turn(h, (struct moment){.now_us = MINUTE_US - 1});
	assert_true(walk_is_on(h));
	assert_int_equal(walk_next_us(h), MINUTE_US);
	walk_turn(h, (struct moment){.now_us = MINUTE_US});
	assert_false(walk_is_on(h));
	hear(h, "motion", READING_MOTION, 1, MINUTE_US);
	assert_int_equal(h->walk->triggered, 0);
	walk_turn(h, (struct moment){.now_us = MINUTE_US + WALK_GRACE_US});
	assert_null(h->walk);
}

static bool holds_back(const struct hub *h, enum incident_class class)
{
	struct suspicion s = {.class = class};
	bool is_held = walk_holds_back(h, &s);

	assert_int_equal(s.reasons_count, h->walk && class == INCIDENT_HELP ? 1 : 0);
	return is_held;
}

static void test_it_holds_back_inactivity_and_wandering_and_nothing_else(void **state)
{
	struct hub *h = *state;

	assert_false(holds_back(h, INCIDENT_INACTIVITY));
	assert_int_equal(walk_begin(h, 1, 0), 0);
	for (unsigned int class = 0; class < INCIDENT_CLASSES; class ++)
		assert_int_equal(holds_back(h, (enum incident_class) class),
			class == INCIDENT_INACTIVITY || class == INCIDENT_WANDERING);
	walk_turn(h, (struct moment){.now_us = MINUTE_US});
	assert_false(holds_back(h, INCIDENT_INACTIVITY));
	/* a press just after its end says so still */
	assert_false(holds_back(h, INCIDENT_HELP));
}

static void test_a_row_given_to_another_sensor_is_not_set_off(void **state)
{
	struct hub *h = *state;
	const struct sensor_id gone = {.text = "motion"};
	struct roster_sensor another = {.id = {.text = "button"}, .role = ROLE_BUTTON};

	assert_int_equal(walk_begin(h, 1, 0), 0);
	hear(h, "motion", READING_MOTION, 1, 1);
	(void)roster_remove(&h->config.roster, &gone);
	assert_int_equal(roster_add(&h->config.roster, &another), 0);
	hear(h, "contact", READING_DOOR, 0, 2);
	hear(h, "contact", READING_DOOR, 1, 3);
	hear(h, "environment", READING_TEMPERATURE, 20, 4);
	assert_true(walk_is_on(h)); /* the button is still missing */
	hear(h, "button", READING_BUTTON, 1, 5);
	assert_false(walk_is_on(h));
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_each_is_set_off_in_its_own_way_and_the_last_one_ends_it),
		SCENE(test_it_ends_by_itself_and_can_be_asked_for_a_little_longer),
		SCENE(test_it_holds_back_inactivity_and_wandering_and_nothing_else),
		SCENE(test_a_row_given_to_another_sensor_is_not_set_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
