/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's configuration: what a good file becomes, and that every refusal names its line.
 */
#include "common/cleanup.h"
#include "tests/unit/config_text.h"

#define GOOD "home: maison-1\nbrokers:\n  - mqtt://127.0.0.1:1883\n"

static void test_a_full_configuration(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];
	struct sensor_id watch = {.text = "A4:C1:38:8D:18:B2"}, pir = {.text = "bus0/17/3"};
	struct roster_sensor *s;

	(void)state;
	assert_int_equal(
		load_text(
			"home: maison-1\nstate_dir: /var/lib/x\ncontrol: /run/x/control\n"
			"keys: /etc/vigie/hub.keys\nheartbeat_s: 30\n"
			"brokers:\n  - mqtts://a.example:8883\n  - mqtts://b.example:8883\n"
			"tls:\n  ca: /a\n  certificate: /b\n  key: /c\n"
			"dialogue:\n  ask_s: 0\n  language: en\n  device: plughw:1,0\n"
			"  clips_dir: /srv/clips\n  volume: 55\n  repeat_s: 5\n"
			"  night: {from: \"21:30\", to: \"06:15\", volume: 20}\n"
			"  words: {ask_fall: \"Maman, ça va ?\"}\n"
			"history:\n  days: 365\n"
			"sensors:\n"
			"  - id: a4:c1:38:8d:18:b2\n    name: montre\n    role: wearable\n"
			"    place: wrist\n    button: both\n    fall: safety\n    double: social\n"
			"  - id: bus0/17/3\n    room: Cuisine\n    role: motion\n"
			"    stale_s: 600\n",
			&c, error),
		0);
	assert_string_equal(c.home, "maison-1");
	assert_int_equal(c.brokers_count, 2);
	assert_string_equal(c.key, "/c");
	assert_int_equal(c.ask_s, 0);
	assert_int_equal(c.dialogue.language, SPEECH_ENGLISH);
	assert_string_equal(c.dialogue.device, "plughw:1,0");
	assert_string_equal(c.dialogue.clips_dir, "/srv/clips");
	assert_int_equal(c.dialogue.volume_pct, 55);
	assert_int_equal(c.dialogue.repeat_s, 5);
	assert_int_equal(c.dialogue.night_from_min, 21 * 60 + 30);
	assert_int_equal(c.dialogue.night_to_min, 6 * 60 + 15);
	assert_int_equal(c.dialogue.night_volume_pct, 20);
	assert_string_equal(c.dialogue.words[PHRASE_ASK_FALL], "Maman, ça va ?");
	assert_int_equal(c.heartbeat_s, 30);
	assert_int_equal(c.history_days, 365);
	s = roster_find(&c.roster, &watch);
	assert_non_null(s);
	assert_string_equal(s->name, "montre");
	assert_int_equal(s->place, WEAR_WRIST);
	assert_int_equal(s->button, BUTTON_USE_BOTH);
	assert_true(s->is_double_social);
	assert_int_equal(s->fall_kind, READING_SAFETY);
	s = roster_find(&c.roster, &pir);
	assert_non_null(s);
	assert_string_equal(s->name, "bus0/17/3");
	assert_string_equal(s->room, "Cuisine");
	assert_int_equal(s->stale_s, 600);
}

static void test_what_is_not_said_has_a_default(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(load_text(GOOD, &c, error), 0);
	assert_string_equal(c.state_dir, HUB_STATE_DEFAULT);
	assert_string_equal(c.control, HUB_CONTROL_DEFAULT);
	assert_string_equal(c.keys, "");
	assert_int_equal(c.ask_s, HUB_ASK_DEFAULT_S);
	assert_int_equal(c.heartbeat_s, HUB_HEARTBEAT_USUAL_S);
	assert_int_equal(c.history_days, HISTORY_DAYS_DEFAULT);
	assert_int_equal(c.roster.installed, 0);
}

#define SENSORS GOOD "sensors:\n  - id: a\n    role: button\n  - id: b\n    role: "

static const struct {
	const char *text, *want;
} refusals[] = {
	{"home: Maison\nbrokers:\n  - mqtt://127.0.0.1:1\n",
		":1: home needs 1..32 of a-z, 0-9 and hyphen"},
	{GOOD "state_dir: var\n", ":4: state_dir needs an absolute path"},
	{GOOD "control: /" /* 108 bytes */
	      "0123456789012345678901234567890123456789012345678901234567890123456789"
	      "0123456789012345678901234567890123456\n",
		":4: control is longer than 107 bytes"},
	{"home: a\n", ":1: brokers is missing, needs a list of entries"},
	{"home: a\nbrokers: []\n", ":2: brokers has 0 entries, needs 1..2"},
	{GOOD "  - mqtt://127.0.0.1:2\n  - mqtt://127.0.0.1:3\n",
		":2: brokers has 3 entries, needs 1..2"},
	{"home: a\nbrokers:\n  - http://127.0.0.1:1\n",
		":3: brokers[0] needs mqtts://HOST:PORT (or mqtt:// on loopback)"},
	{"home: a\nbrokers:\n  - mqtt://127.0.0.1\n", ":3: brokers[0] names no port"},
	{"home: a\nbrokers:\n  - mqtts://x:1\n", ":3: brokers[0] is mqtts:// and needs tls"},
	{"home: a\nbrokers:\n  - mqtt://10.0.0.1:1\n",
		":3: brokers[0] is plain mqtt:// and not on loopback"},
	{GOOD "tls:\n  ca: /a\n  certificate: /b\n  key: /c\n",
		":3: brokers[0] is mqtt:// although tls is set"},
	{GOOD "tls:\n  ca: /a\n", ":4: tls needs ca, certificate and key together"},
	{GOOD "dialogue:\n  ask_s: 121\n", ":5: dialogue.ask_s is 121, needs 0..120"},
	{GOOD "dialogue: {volume: 0}\n", ":4: dialogue.volume is 0, needs 1..100"},
	{GOOD "dialogue: {volume: 101}\n", ":4: dialogue.volume is 101, needs 1..100"},
	{GOOD "dialogue: {device: \"\"}\n", ":4: dialogue.device needs 1..255 bytes"},
	{GOOD "dialogue: {language: de}\n", ":4: dialogue.language is \"de\", needs one of fr, en"},
	{GOOD "dialogue: {repeat_s: 2}\n", ":4: dialogue.repeat_s is 2, needs 3..60"},
	{GOOD "dialogue: {pause_h: 0}\n", ":4: dialogue.pause_h is 0, needs 1..12"},
	{GOOD "dialogue: {pause_h: 13}\n", ":4: dialogue.pause_h is 13, needs 1..12"},
	{GOOD "dialogue: {repeat_s: 61}\n", ":4: dialogue.repeat_s is 61, needs 3..60"},
	{GOOD "dialogue: {night: {from: \"24:00\"}}\n",
		":4: dialogue.night.from needs a time of day, \"00:00\" to \"23:59\""},
	{GOOD "dialogue: {night: {to: \"7:00\"}}\n",
		":4: dialogue.night.to needs a time of day, \"00:00\" to \"23:59\""},
	{GOOD "dialogue: {night: {to: \"07:60\"}}\n",
		":4: dialogue.night.to needs a time of day, \"00:00\" to \"23:59\""},
	{GOOD "dialogue: {night: {volume: 0}}\n", ":4: dialogue.night.volume is 0, needs 1..100"},
	{GOOD "dialogue: {words: {closed: \"\"}}\n",
		":4: dialogue.words.closed needs 1..300 bytes of plain text"},
	{GOOD "dialogue: {clips_dir: clips}\n", ":4: dialogue.clips_dir needs an absolute path"},
	{GOOD "bluetooth: {adapter: usb0}\n",
		":4: bluetooth.adapter is neither hci0 nor an address in capitals"},
	{GOOD "bluetooth: {scan: loud}\n", ":4: bluetooth.scan is not passive or active"},
	{SENSORS "wearable\n    adapter: hci1\n",
		":9: sensors[1].adapter is for a wearable that has connect"},
	{SENSORS "button\n    double: fine\n", ":9: sensors[1].double is not help or social"},
	{SENSORS "motion\n    double: social\n",
		":9: sensors[1].double is for a button or a wearable, this is a motion"},
	{SENSORS "motion\n    connect: public\n",
		":9: sensors[1].connect is for a wearable, this is a motion"},
	{SENSORS "wearable\n    connect: public\n",
		":9: sensors[1].connect needs a sensor whose id is a radio address"},
	{GOOD "sensors:\n  - id: A4:C1:38:8D:18:B2\n    role: wearable\n    connect: yes\n",
		":7: sensors[0].connect is not public or random"},
	{GOOD "history: {days: 0}\n", ":4: history.days is 0, needs 1..365"},
	{GOOD "history: {days: 366}\n", ":4: history.days is 366, needs 1..365"},
	{GOOD "heartbeat_s: 0\n", ":4: heartbeat_s is 0, needs 1..120"},
	{GOOD "heartbeat_s: 121\n", ":4: heartbeat_s is 121, needs 1..120"},
	{SENSORS "toaster\n",
		":8: sensors[1].role is not a role: wearable, button, motion, contact, pressure, "
		"environment or beacon"},
	{SENSORS "motion\n    place: wrist\n",
		":9: sensors[1].place is for a wearable, this is a motion"},
	{SENSORS "wearable\n    place: knee\n", ":9: sensors[1].place is not wrist or trunk"},
	{SENSORS "motion\n    button: help\n",
		":9: sensors[1].button is for a button or a wearable, this is a motion"},
	{SENSORS "button\n    button: maybe\n",
		":9: sensors[1].button is not help, fine, both or pause"},
	{SENSORS "button\n    fall: safety\n",
		":9: sensors[1].fall is for a wearable, this is a button"},
	{SENSORS "wearable\n    fall: smoke\n",
		":9: sensors[1].fall is not problem, safety or vibration"},
	{SENSORS "motion\n    stale_s: 0\n", ":9: sensors[1].stale_s is 0, needs 10..604800"},
	{SENSORS "motion\n    stale_s: 604801\n",
		":9: sensors[1].stale_s is 604801, needs 10..604800"},
	{GOOD "sensors:\n  - id: vigie-hub/mains\n    role: motion\n",
		":5: sensors[0].id begins with vigie-hub/, which is the hub's own"},
	{SENSORS "motion\n    stale_min_s: 9\n",
		":9: sensors[1].stale_min_s is 9, needs 10..604800"},
	{SENSORS "motion\n    stale_s: 60\n    stale_min_s: 61\n",
		":10: sensors[1].stale_min_s is 61, more than stale_s which is 60"},
	{SENSORS "motion\n    canary: true\n",
		":9: sensors[1].canary is for a beacon, this is a motion"},
	{SENSORS "beacon\n    canary: true\n    supervised: false\n",
		":9: sensors[1].canary is for a beacon that is supervised"},
	{SENSORS "motion\n  - id: a\n    role: motion\n", ":9: sensors[2].id is installed twice"},
	{SENSORS "motion\n    room: \"a\\tb\"\n", ":9: sensors[1].room holds a control character"},
};

static void test_every_refusal_names_its_line(void **state)
{
	static struct hub_config c;

	(void)state;
	for (size_t n = 0; n < sizeof(refusals) / sizeof(refusals[0]); n++) {
		char error[HUB_CONFIG_ERROR_MAX];

		assert_int_equal(load_text(refusals[n].text, &c, error), -EINVAL);
		assert_string_equal(error, refusals[n].want);
	}
	assert_string_equal(c.home, "");
}

static void test_an_unknown_field_is_refused(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(load_text(GOOD "colour: blue\n", &c, error), -EINVAL);
	assert_non_null(strstr(error, ":4:"));
}

/* A configuration with `count` sensors of a role. */
static int load_many(unsigned int count, const char *role, char error[HUB_CONFIG_ERROR_MAX])
{
	static struct hub_config c;
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);
	int r;

	assert_non_null(stream);
	(void)fprintf(stream, GOOD "sensors:\n");
	for (unsigned int n = 0; n < count; n++)
		(void)fprintf(stream, "  - id: s%u\n    role: %s\n", n, role);
	(void)fclose(stream);
	r = load_text(text, &c, error);
	free(text);
	return r;
}

static void test_sensors_and_wearables_at_the_maximum_and_one_more(void **state)
{
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(load_many(ROSTER_SENSORS_MAX, "motion", error), 0);
	assert_int_equal(load_many(ROSTER_SENSORS_MAX + 1, "motion", error), -EINVAL);
	assert_string_equal(error, ":261: sensors[128] is one sensor too many, at most 128");
	assert_int_equal(load_many(ROSTER_WEARABLES_MAX, "wearable", error), 0);
	assert_int_equal(load_many(ROSTER_WEARABLES_MAX + 1, "wearable", error), -EINVAL);
	assert_string_equal(error, ":22: sensors[8].role is one wearable too many, at most 8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_configuration),
		cmocka_unit_test(test_what_is_not_said_has_a_default),
		cmocka_unit_test(test_every_refusal_names_its_line),
		cmocka_unit_test(test_an_unknown_field_is_refused),
		cmocka_unit_test(test_sensors_and_wearables_at_the_maximum_and_one_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
