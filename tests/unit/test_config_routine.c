/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The `routine:` section of the hub's configuration: defaults, and that every refusal names its
 * line.
 */
#include "tests/unit/config_text.h"

#define HOME \
	"home: maison-1\nbrokers:\n  - mqtt://127.0.0.1:1883\n" \
	"sensors:\n  - {id: porte, role: contact, outer: true}\n"
#define NO_DOOR \
	"home: maison-1\nbrokers:\n  - mqtt://127.0.0.1:1883\n" \
	"sensors:\n  - {id: placard, role: contact}\n"

static struct hub_config config;
static char error[HUB_CONFIG_ERROR_MAX];

static int load(const char *text)
{
	return load_text(text, &config, error);
}

static void test_what_is_not_said_has_a_default(void **state)
{
	(void)state;
	assert_int_equal(load(HOME), 0);
	assert_false(config.rhythm.is_off);
	assert_false(config.rhythm.tells_wandering);
	assert_int_equal(config.rhythm.night_from_h, 22);
	assert_int_equal(config.rhythm.night_until_h, 6);
	assert_string_equal(config.rhythm.zone, "Europe/Paris");
}

static void test_all_that_may_be_said(void **state)
{
	(void)state;
	assert_int_equal(load(HOME "routine:\n  enabled: true\n  wandering: true\n"
				   "  timezone: Indian/Reunion\n  night_from_h: 21\n"
				   "  night_until_h: 7\n"),
		0);
	assert_true(config.rhythm.tells_wandering);
	assert_int_equal(config.rhythm.night_from_h, 21);
	assert_int_equal(config.rhythm.night_until_h, 7);
	assert_string_equal(config.rhythm.zone, "Indian/Reunion");
	assert_int_equal(load(HOME "routine: {enabled: false}\n"), 0);
	assert_true(config.rhythm.is_off);
	assert_int_equal(
		load("home: maison-1\nbrokers: [\"mqtt://127.0.0.1:1883\"]\nsensors:\n"
		     "  - {id: a, role: motion, movement: usual}\n  - {id: b, role: contact, movement: sealed}\n"
		     "  - {id: c, role: pressure, movement: trusted}\n"
		     "  - {id: d, role: motion, movement: shared}\n"),
		0);
	for (const struct roster_sensor *s = NULL; (s = roster_following(&config.roster, s));)
		assert_int_equal(s->movement, s->id.text[0] == 'b'   ? MOVEMENT_SEALED
					      : s->id.text[0] == 'c' ? MOVEMENT_TRUSTED
					      : s->id.text[0] == 'd' ? MOVEMENT_SHARED
								     : MOVEMENT_USUAL);
	/* a door may also be known by its name */
	assert_int_equal(load("home: maison-1\nbrokers: [\"mqtt://127.0.0.1:1883\"]\n"
			      "sensors: [{id: c1, name: Porte d’entrée, role: contact}]\n"
			      "routine: {wandering: true}\n"),
		0);
}

static void test_every_refusal_names_its_line(void **state)
{
	static const struct {
		const char *text, *want;
	} refusals[] = {
		{HOME "routine:\n  night_from_h: 24\n",
			":7: routine.night_from_h is 24, needs 0..23"},
		{HOME "routine:\n  night_from_h: 22\n  night_until_h: 22\n",
			":8: routine.night_until_h is 22 as night_from_h: that is no night"},
		{HOME "routine:\n  night_until_h: 22\n",
			":7: routine.night_until_h is 22 as night_from_h: that is no night"},
		{HOME "routine:\n  timezone: Europe/Nice\n",
			":7: routine.timezone is Europe/Nice, which tzdata does not know: needs a "
			"name like Europe/Paris"},
		{HOME "routine:\n  timezone: ../../../etc/passwd\n",
			":7: routine.timezone is ../../../etc/passwd, which tzdata does not know: "
			"needs a name like Europe/Paris"},
		{HOME "routine:\n  enabled: false\n  wandering: true\n",
			":8: routine.wandering is true, but routine.enabled is false"},
		{NO_DOOR "routine:\n  wandering: true\n",
			":7: routine.wandering needs a contact with outer: true among the sensors"},
		{"home: maison-1\nbrokers: [\"mqtt://127.0.0.1:1883\"]\n"
		 "sensors:\n  - {id: a, role: motion, outer: true}\n",
			":4: sensors[0].outer is for a contact, this is a motion"},
		{"home: maison-1\nbrokers: [\"mqtt://127.0.0.1:1883\"]\n"
		 "sensors:\n  - {id: a, role: motion, movement: own}\n",
			":4: sensors[0].movement is not usual, trusted, sealed or shared"},
		{"home: maison-1\nbrokers: [\"mqtt://127.0.0.1:1883\"]\n"
		 "sensors:\n  - {id: a, role: button, movement: trusted}\n",
			":4: sensors[0].movement is for a motion sensor, a contact or a mat, this "
			"is a button"},
		{"home: maison-1\nbrokers: [\"mqtt://127.0.0.1:1883\"]\n"
		 "sensors:\n  - {id: a, role: contact, outer: true, movement: shared}\n",
			":4: sensors[0].movement is shared, the outer door is the home's own"},
		{"home: maison-1\nbrokers: [\"mqtt://127.0.0.1:1883\"]\nsensors:\n"
		 "  - {id: a, name: front door, role: contact, movement: shared}\n"
		 "routine:\n  wandering: true\n",
			":6: routine.wandering needs a contact with outer: true among the sensors"},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(refusals) / sizeof(refusals[0]); n++) {
		assert_int_equal(load(refusals[n].text), -EINVAL);
		assert_string_equal(error, refusals[n].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_not_said_has_a_default),
		cmocka_unit_test(test_all_that_may_be_said),
		cmocka_unit_test(test_every_refusal_names_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
