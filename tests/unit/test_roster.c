/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of installed sensors: bounds and order.
 */
#include "hub/roster.h"

#include "common/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct roster_sensor sensor_of(unsigned int n, enum sensor_role role)
{
	struct roster_sensor s = {.role = role, .stale_s = 60};

	/* scattered, so that the order of adding is not the order of ids */
	(void)snprintf(s.id.text, sizeof(s.id.text), "s%03u", (n * 37) % 1000);
	return s;
}

static void test_sensors_at_the_maximum_and_one_more(void **state)
{
	static struct roster r;
	struct roster_sensor s;

	(void)state;
	memset(&r, 0, sizeof(r));
	for (unsigned int n = 0; n < ROSTER_SENSORS_MAX; n++) {
		s = sensor_of(n, ROLE_MOTION);
		assert_int_equal(roster_add(&r, &s), 0);
	}
	for (unsigned int n = 0; n < ROSTER_SENSORS_MAX; n++) {
		s = sensor_of(n, ROLE_MOTION);
		assert_string_equal(roster_find(&r, &s.id)->id.text, s.id.text);
		assert_int_equal(roster_add(&r, &s), -EEXIST);
	}
	s = sensor_of(ROSTER_SENSORS_MAX, ROLE_MOTION);
	assert_int_equal(roster_add(&r, &s), -ENOSPC);
	assert_null(roster_find(&r, &s.id));
}

static void test_wearables_at_the_maximum_and_one_more(void **state)
{
	static struct roster r;
	struct roster_sensor s;

	(void)state;
	memset(&r, 0, sizeof(r));
	for (unsigned int n = 0; n < ROSTER_WEARABLES_MAX; n++) {
		s = sensor_of(n, ROLE_WEARABLE);
		assert_int_equal(roster_add(&r, &s), 0);
	}
	s = sensor_of(ROSTER_WEARABLES_MAX, ROLE_WEARABLE);
	assert_int_equal(roster_add(&r, &s), -EMFILE);
	s.role = ROLE_BUTTON;
	assert_int_equal(roster_add(&r, &s), 0);
}

static void test_a_sensor_keeps_its_row_whoever_comes_and_goes(void **state)
{
	static struct roster r;
	struct roster_sensor *kept[ROSTER_SENSORS_MAX], s, stranger = sensor_of(900, ROLE_MOTION);
	unsigned int found = 0;

	(void)state;
	memset(&r, 0, sizeof(r));
	for (unsigned int n = 0; n < ROSTER_SENSORS_MAX; n++) {
		s = sensor_of(n, n < ROSTER_WEARABLES_MAX ? ROLE_WEARABLE : ROLE_MOTION);
		assert_int_equal(roster_add(&r, &s), 0);
		kept[n] = roster_find(&r, &s.id);
		assert_int_equal(roster_row(&r, kept[n]), n);
	}
	assert_int_equal(roster_remove(&r, &stranger.id), -ENOENT);
	for (unsigned int n = 0; n < ROSTER_SENSORS_MAX; n += 2) {
		s = sensor_of(n, ROLE_MOTION);
		assert_int_equal(roster_remove(&r, &s.id), 0);
		assert_null(roster_find(&r, &s.id));
	}
	assert_int_equal(r.installed, ROSTER_SENSORS_MAX / 2);
	assert_int_equal(r.wearables, ROSTER_WEARABLES_MAX / 2);
	for (unsigned int n = 1; n < ROSTER_SENSORS_MAX; n += 2) {
		s = sensor_of(n, ROLE_MOTION);
		assert_ptr_equal(roster_find(&r, &s.id), kept[n]);
	}
	for (struct roster_sensor *next = NULL; (next = roster_next(&r, next)); found++)
		assert_ptr_equal(next, kept[2 * found + 1]);
	assert_int_equal(found, ROSTER_SENSORS_MAX / 2);
	assert_int_equal(roster_add(&r, &stranger), 0);
	assert_int_equal(roster_row(&r, roster_find(&r, &stranger.id)), 0);
	assert_int_equal(roster_find(&r, &stranger.id)->heard_us, 0);
}

static void test_every_role_has_a_word(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < ROLES; n++) {
		enum sensor_role role = ROLES;
		struct cadence_bounds bounds;

		assert_int_equal(
			sensor_role_from_text(sensor_role_text((enum sensor_role)n), &role), 0);
		assert_int_equal(role, n);
		bounds = sensor_bounds(&(struct roster_sensor){.role = role});
		assert_in_range(bounds.least_s, ROSTER_STALE_MIN_S, bounds.first_s);
		assert_in_range(bounds.most_s, bounds.first_s, ROSTER_STALE_MAX_S);
	}
	assert_int_equal(sensor_role_from_text("toaster", &(enum sensor_role){0}), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sensors_at_the_maximum_and_one_more),
		cmocka_unit_test(test_wearables_at_the_maximum_and_one_more),
		cmocka_unit_test(test_a_sensor_keeps_its_row_whoever_comes_and_goes),
		cmocka_unit_test(test_every_role_has_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
