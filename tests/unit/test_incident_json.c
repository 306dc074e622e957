/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wire's JSON: round trips, bounds, and malformed vectors each with the field it must name. */
#include "common/incident.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef"
#define TEXT96 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEAD "{\"v\":1,\"id\":\"" ID "\",\"home\":\"nice-1\","
#define STATE \
	"\"class\":\"fall\",\"state\":\"raised\",\"outcome\":\"none\",\"said\":\"nothing\",\"test\":false,"
#define TIMES      "\"event_ms\":1700000000000,\"changed_ms\":1700000001000,"
#define SENSOR     "\"sensor\":\"wearable\",\"room\":\"Salon\","
#define BY         "\"by\":\"hub\",\"why\":\"no answer\","
#define REASONS    "\"reasons\":[{\"text\":\"choc\",\"weight\":2.5}]"
#define PROBABLE   "\"probability\":0.93,"
#define SEQ        "\"seq\":3,"
#define WHOLE      HEAD SEQ STATE TIMES PROBABLE SENSOR BY REASONS "}"
#define REASON     "{\"text\":\"x\",\"weight\":1}"
#define FOUR(text) text "," text "," text "," text

struct vector {
	const char *json;
	int result;
	const char *names; /* what the message must begin with */
};

static const struct vector incidents[] = {
	{WHOLE, 0, ""},
	{"", -EINVAL, "message"},
	{"null", -EINVAL, "message"},
	{"[]", -EINVAL, "message"},
	{"\"x\"", -EINVAL, "message"},
	{"{}", -EINVAL, "v:"},
	{"\xef\xbb\xbf" WHOLE, -EINVAL, "message"},
	{WHOLE "x", -EINVAL, "message: something follows"},
	{WHOLE WHOLE, -EINVAL, "message: something follows"},
	{HEAD, -EINVAL, "home: JSON ends"},
	{HEAD "\"seq\":", -EINVAL, "seq: JSON ends"},
	{HEAD "\"seq\":1 2", -EINVAL, "seq"},
	{"{'v':1}", -EINVAL, "message"},
	{"{\"v\":1,}", -EINVAL, "v"},
	{"{\"v\":2,\"id\":7}", -EPROTONOSUPPORT, "v: is version 2"},
	{"{\"v\":0}", -EPROTONOSUPPORT, "v:"},
	{"{\"v\":-1}", -EPROTONOSUPPORT, "v:"},
	{"{\"v\":1.0}", -EINVAL, "v:"},
	{"{\"v\":\"1\"}", -EINVAL, "v:"},
	{"{\"v\":null}", -EINVAL, "v:"},
	{"{\"v\":1,\"v\":1}", -EINVAL, "v: is there twice"},
	{HEAD "\"home\":\"x\"}", -EINVAL, "home: is there twice"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY REASONS ",\"sequel\":1}", -EINVAL,
		"sequel: is not a known"},
	{HEAD STATE TIMES PROBABLE SENSOR BY REASONS "}", -EINVAL, "seq: is missing"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY "\"reason\":[]}", -EINVAL, "reasons: is missing"},
	{"{\"v\":1,\"id\":\"\"}", -EINVAL, "id:"},
	{"{\"v\":1,\"id\":\"" ID "0\"}", -EINVAL, "id:"},
	{"{\"v\":1,\"id\":\"0123456789ABCDEF0123456789abcdef\"}", -EINVAL, "id:"},
	{"{\"v\":1,\"id\":12}", -EINVAL, "id: is not a text"},
	{"{\"v\":1,\"id\":\"" ID "\",\"home\":\"\"}", -EINVAL, "home:"},
	{"{\"v\":1,\"id\":\"" ID "\",\"home\":\"a/b\"}", -EINVAL, "home:"},
	{"{\"v\":1,\"id\":\"" ID "\",\"home\":\"a\\u0000b\"}", -EINVAL, "home: holds a NUL"},
	{"{\"v\":1,\"id\":\"" ID "\",\"home\":\"\xff\"}", -EINVAL, "home: is not UTF-8"},
	{"{\"v\":1,\"id\":\"" ID "\",\"home\":\"\\ud800\"}", -EINVAL, "home"},
	{HEAD "\"seq\":0}", -ERANGE, "seq:"},
	{HEAD "\"seq\":-1}", -ERANGE, "seq:"},
	{HEAD "\"seq\":4294967296}", -ERANGE, "seq:"},
	{HEAD "\"seq\":99999999999999999999}", -ERANGE, "seq: is too great"},
	{HEAD "\"seq\":1.5}", -EINVAL, "seq:"},
	{HEAD "\"seq\":true}", -EINVAL, "seq:"},
	{HEAD SEQ "\"class\":\"Fall\"}", -EINVAL, "class:"},
	{HEAD SEQ "\"class\":\"fall\",\"state\":\"done\"}", -EINVAL, "state:"},
	{HEAD SEQ "\"class\":\"fall\",\"state\":\"raised\",\"outcome\":\"\"}", -EINVAL, "outcome:"},
	{HEAD SEQ "\"class\":\"fall\",\"state\":\"raised\",\"outcome\":\"helped\"}", -EINVAL,
		"outcome: is set on an open"},
	{HEAD SEQ "\"class\":\"fall\",\"state\":\"raised\",\"outcome\":\"none\",\"said\":\"hm\"}",
		-EINVAL, "said: is not a known"},
	{HEAD SEQ
		"\"class\":\"fall\",\"state\":\"raised\",\"outcome\":\"none\",\"said\":\"nothing\",\"test\":0}",
		-EINVAL, "test:"},
	{HEAD SEQ STATE "\"event_ms\":-1}", -ERANGE, "event_ms:"},
	{HEAD SEQ STATE "\"event_ms\":253402300800000}", -ERANGE, "event_ms:"},
	{HEAD SEQ STATE "\"event_ms\":\"now\"}", -EINVAL, "event_ms:"},
	{HEAD SEQ STATE "\"event_ms\":1,\"changed_ms\":1e3}", -EINVAL, "changed_ms:"},
	{HEAD SEQ STATE TIMES "\"probability\":1.0000001}", -ERANGE, "probability:"},
	{HEAD SEQ STATE TIMES "\"probability\":-0.1}", -ERANGE, "probability:"},
	{HEAD SEQ STATE TIMES "\"probability\":1e999}", -ERANGE, "probability: is too great"},
	{HEAD SEQ STATE TIMES "\"probability\":NaN}", -EINVAL, "probability"},
	{HEAD SEQ STATE TIMES "\"probability\":null}", -EINVAL, "probability:"},
	{HEAD SEQ STATE TIMES PROBABLE "\"sensor\":\"" TEXT96 "a\"}", -EINVAL,
		"sensor: is 97 bytes"},
	{HEAD SEQ STATE TIMES PROBABLE "\"sensor\":\"a\\nb\"}", -EINVAL, "sensor: holds a control"},
	{HEAD SEQ STATE TIMES PROBABLE "\"sensor\":\"\\u009b\"}", -EINVAL,
		"sensor: holds a control"},
	{HEAD SEQ STATE TIMES PROBABLE "\"sensor\":\"\\u202e\"}", -EINVAL,
		"sensor: holds a control"},
	{HEAD SEQ STATE TIMES PROBABLE "\"sensor\":\"x\",\"room\":[]}", -EINVAL,
		"room: is not a text"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR "\"by\":\"hub\",\"why\":null}", -EINVAL, "why:"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY "\"reasons\":{}}", -EINVAL,
		"reasons: is not a list"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY "\"reasons\":[1]}", -EINVAL,
		"reasons[0]: is not an"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY "\"reasons\":[" REASON ",{\"text\":\"x\"}]}",
		-EINVAL, "reasons[1].weight: is missing"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY "\"reasons\":[{\"text\":\"x\",\"weight\":20.5}]}",
		-ERANGE, "reasons[0].weight:"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY
		"\"reasons\":[{\"text\":\"x\",\"weight\":1,\"unit\":\"\"}]}",
		-EINVAL, "reasons[0].unit: is not a known"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY "\"reasons\":[{\"text\":\"" TEXT96
						 "a\",\"weight\":1}]}",
		-EINVAL, "reasons[0].text: is 97 bytes"},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY "\"reasons\":[" FOUR(REASON) "," FOUR(REASON) "]}",
		0, ""},
	{HEAD SEQ STATE TIMES PROBABLE SENSOR BY
		"\"reasons\":[" FOUR(REASON) "," FOUR(REASON) "," REASON "]}",
		-EINVAL, "reasons: has 9 entries"},
	{HEAD SEQ STATE TIMES PROBABLE "\"sensor\":\"" TEXT96 "\",\"room\":\"\"," BY REASONS "}", 0,
		""},
	{HEAD "\"seq\":4294967295," STATE TIMES "\"probability\":1," SENSOR BY REASONS "}", 0, ""},
};

static void check(const struct vector *v, int result, const char *error, bool is_untouched)
{
	if (result != v->result)
		fail_msg("%s: result %d instead of %d (%s)", v->json, result, v->result, error);
	if (strncmp(error, v->names, strlen(v->names)) != 0)
		fail_msg("%s: \"%s\" does not begin with \"%s\"", v->json, error, v->names);
	if (result < 0 && (!is_untouched || *error == '\0'))
		fail_msg("%s: output touched, or no message", v->json);
}

static void test_incident_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof incidents / sizeof incidents[0]; i++) {
		struct incident incident, before;
		char error[160] = "";
		int r;

		memset(&incident, 0x5a, sizeof incident);
		before = incident;
		r = incident_from_json(incidents[i].json, strlen(incidents[i].json), &incident,
			error, sizeof error);
		check(&incidents[i], r, error, memcmp(&incident, &before, sizeof before) == 0);
	}
}

static void test_every_truncation_is_refused(void **state)
{
	struct incident incident = {0};
	char error[160];

	(void)state;
	for (size_t bytes = 0; bytes < sizeof WHOLE - 1; bytes++)
		assert_true(incident_from_json(WHOLE, bytes, &incident, error, sizeof error) < 0);
	assert_int_equal(incident_from_json(WHOLE, sizeof WHOLE - 1, &incident, NULL, 0), 0);
}

static void test_a_message_over_the_bound_is_refused(void **state)
{
	char json[INCIDENT_JSON_MAX], error[160];
	struct incident incident;

	(void)state;
	memset(json, ' ', sizeof json);
	memcpy(json, WHOLE, sizeof WHOLE - 1);
	assert_int_equal(
		incident_from_json(json, sizeof json - 1, &incident, error, sizeof error), 0);
	assert_int_equal(
		incident_from_json(json, sizeof json, &incident, error, sizeof error), -EINVAL);
	assert_string_equal(error, "message: is 4096 bytes, at most 4095 are read");
}

static void test_the_deepest_nesting_is_refused(void **state)
{
	char json[INCIDENT_JSON_MAX], error[160];
	struct incident incident;

	(void)state;
	memset(json, '[', sizeof json);
	assert_int_equal(
		incident_from_json(json, sizeof json - 1, &incident, error, sizeof error), -EINVAL);
	for (size_t i = 0; i + 4 <= sizeof json; i += 4)
		memcpy(json + i, "{\"\":", 4);
	assert_int_equal(
		incident_from_json(json, sizeof json - 1, &incident, error, sizeof error), -EINVAL);
}

static void test_no_refusal_quotes_a_value(void **state)
{
	struct incident incident;
	char error[160];

	(void)state;
	static const char *const jsons[] = {HEAD SEQ STATE TIMES PROBABLE
		"\"sensor\":\"Martin\xff\"}",
		HEAD SEQ STATE TIMES PROBABLE "\"sensor\":Martin}",
		HEAD SEQ STATE TIMES PROBABLE "\"sensor\":\"Martin",
		HEAD SEQ STATE TIMES PROBABLE "\"sensor\":\"Martin\x01\"}",
		HEAD "\"seq\":\"Martin\"}"};
	for (size_t i = 0; i < sizeof jsons / sizeof jsons[0]; i++) {
		assert_true(incident_from_json(jsons[i], strlen(jsons[i]), &incident, error,
				    sizeof error) < 0);
		assert_null(strstr(error, "Martin"));
	}
}

static struct incident largest(void)
{
	struct incident i = {.id = ID, .home = ID, .seq = UINT32_MAX, .class = INCIDENT_TECHNICAL};

	i.state = INCIDENT_CANCELLED;
	i.outcome = INCIDENT_OUTCOME_FALSE_ALARM;
	i.said = INCIDENT_SAID_FINE;
	i.is_test = true;
	i.event_ms = i.changed_ms = INT64_C(253402300799999);
	i.probability = 0.123456789;
	memset(i.sensor, '"', INCIDENT_TEXT_MAX - 1);
	memset(i.room, '\\', INCIDENT_TEXT_MAX - 1);
	memset(i.by, '/', INCIDENT_TEXT_MAX - 1);
	memset(i.why, 'z', INCIDENT_TEXT_MAX - 1);
	i.reasons_count = INCIDENT_REASONS_MAX;
	for (unsigned int n = 0; n < INCIDENT_REASONS_MAX; n++) {
		memset(i.reasons[n].text, '"', INCIDENT_TEXT_MAX - 1);
		i.reasons[n].weight = -19.8765432;
	}
	return i;
}

static void assert_same(const struct incident *a, const struct incident *b)
{
	assert_string_equal(a->id, b->id);
	assert_string_equal(a->home, b->home);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->class, b->class);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->said, b->said);
	assert_int_equal(a->is_test, b->is_test);
	assert_true(a->event_ms == b->event_ms && a->changed_ms == b->changed_ms);
	assert_true(fabs(a->probability - b->probability) < 1e-9);
	assert_string_equal(a->sensor, b->sensor);
	assert_string_equal(a->room, b->room);
	assert_string_equal(a->by, b->by);
	assert_string_equal(a->why, b->why);
	assert_int_equal(a->reasons_count, b->reasons_count);
	for (unsigned int n = 0; n < a->reasons_count; n++) {
		assert_string_equal(a->reasons[n].text, b->reasons[n].text);
		assert_true(fabs(a->reasons[n].weight - b->reasons[n].weight) < 1e-7);
	}
}

static void test_round_trip_of_the_largest_and_the_smallest(void **state)
{
	struct incident incidents_out[2] = {
		largest(), {.id = ID, .home = "a", .seq = 1, .class = INCIDENT_HELP}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char json[INCIDENT_JSON_MAX], again[INCIDENT_JSON_MAX], error[160] = "";
		struct incident back;
		int length = incident_to_json(&incidents_out[i], json);

		assert_true(length > 0);
		assert_int_equal(strlen(json), length);
		if (incident_from_json(json, (size_t)length, &back, error, sizeof error) < 0)
			fail_msg("%s", error);
		assert_same(&incidents_out[i], &back);
		assert_int_equal(incident_to_json(&back, again), length);
		assert_string_equal(json, again);
	}
}

/* Breaks one text of a good incident; false when `what` is about something else. */
static bool spoil_text(struct incident *i, unsigned int what)
{
	switch (what) {
	case 0:
		i->id[0] = '\0';
		break;
	case 1:
		i->id[31] = 'G';
		break;
	case 2:
		i->home[0] = '\0';
		break;
	case 3:
		i->home[0] = '/';
		break;
	case 13:
		i->sensor[INCIDENT_TEXT_MAX - 1] = 'x';
		break; /* no NUL */
	case 14:
		i->room[1] = '\xff';
		break;
	case 15:
		i->by[0] = '\n';
		break;
	case 16:
		i->why[5] = '\x7f';
		break;
	case 20:
		i->reasons[7].text[0] = '\t';
		break;
	default:
		return false;
	}
	return true;
}

/* Breaks one number of a good incident. */
static void spoil_number(struct incident *i, unsigned int what)
{
	switch (what) {
	case 4:
		i->seq = 0;
		break;
	case 5:
		i->class = INCIDENT_CLASSES;
		break;
	case 6:
		i->state = INCIDENT_STATES;
		break;
	case 7:
		i->outcome = INCIDENT_OUTCOMES;
		break;
	case 8:
		i->state = INCIDENT_RAISED;
		break; /* with an outcome */
	case 9:
		i->event_ms = -1;
		break;
	case 10:
		i->changed_ms = INT64_C(253402300800000);
		break;
	case 11:
		i->probability = (double)NAN;
		break;
	case 12:
		i->probability = 1.001;
		break;
	case 17:
		i->reasons_count = INCIDENT_REASONS_MAX + 1;
		break;
	case 18:
		i->reasons[7].weight = (double)NAN;
		break;
	case 19:
		i->reasons[0].weight = 20.001;
		break;
	default:
		fail_msg("nothing to break under %u", what);
	}
}

static void test_what_would_be_refused_is_not_written(void **state)
{
	(void)state;
	for (unsigned int what = 0; what <= 20; what++) {
		char json[INCIDENT_JSON_MAX] = "as before";
		struct incident i = largest();

		if (!spoil_text(&i, what))
			spoil_number(&i, what);
		if (incident_to_json(&i, json) != -EINVAL)
			fail_msg("spoilt %u is written", what);
		assert_string_equal(json, "as before");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_incident_vectors),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_a_message_over_the_bound_is_refused),
		cmocka_unit_test(test_the_deepest_nesting_is_refused),
		cmocka_unit_test(test_no_refusal_quotes_a_value),
		cmocka_unit_test(test_round_trip_of_the_largest_and_the_smallest),
		cmocka_unit_test(test_what_would_be_refused_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
