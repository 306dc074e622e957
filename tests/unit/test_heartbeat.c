/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heartbeat's JSON: round trip at its bounds, and vectors each with the field it must name. */
#include "common/heartbeat.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef"
#define HEAD \
	"{\"v\":1,\"home\":\"nice-1\",\"version\":\"0.1.0\",\"uptime_s\":60,\"wall_ms\":1," \
	"\"suspended_until_ms\":7,\"outbox\":0,"
#define SENSORS "\"sensors\":{\"fresh\":3,\"stale\":1,\"failed\":0},"
#define FAULT   "\"x\","
#define OPEN    "{\"incident\":\"" ID "\",\"seq\":2,\"state\":\"raised\"}"

static void test_vectors(void **state)
{
	static const struct {
		const char *json;
		int result;
		const char *names;
	} vectors[] = {
		{HEAD SENSORS "\"faults\":[],\"open\":[]}", 0, ""},
		{HEAD SENSORS "\"faults\":[\"broker lost\"],\"open\":[" OPEN "]}", 0, ""},
		{HEAD SENSORS "\"faults\":[" FAULT FAULT FAULT FAULT FAULT FAULT FAULT
			      "\"x\"],\"open\":[]}",
			0, ""},
		{HEAD SENSORS "\"faults\":[" FAULT FAULT FAULT FAULT FAULT FAULT FAULT FAULT
			      "\"x\"],\"open\":[]}",
			-EINVAL, "faults: has 9"},
		{HEAD SENSORS "\"faults\":[\"x\",3],\"open\":[]}", -EINVAL,
			"faults[1]: is not a text"},
		{HEAD SENSORS "\"faults\":[\"\\u0007\"],\"open\":[]}", -EINVAL, "faults[0]: holds"},
		{HEAD SENSORS "\"faults\":[],\"open\":[{\"incident\":\"x\"}]}", -EINVAL,
			"open[0].incident:"},
		{HEAD SENSORS "\"faults\":[],\"open\":[" OPEN "," OPEN ",{\"incident\":\"" ID
			      "\",\"seq\":2,\"state\":\"x\"}]}",
			-EINVAL, "open[2].state:"},
		{HEAD SENSORS "\"faults\":[],\"open\":[[]]}", -EINVAL, "open[0]: is not an object"},
		{HEAD SENSORS "\"faults\":[]}", -EINVAL, "open: is missing"},
		{HEAD "\"sensors\":{\"fresh\":3,\"stale\":1}}", -EINVAL,
			"sensors.failed: is missing"},
		{HEAD "\"sensors\":{\"fresh\":65536}}", -ERANGE, "sensors.fresh:"},
		{HEAD "\"sensors\":{\"fresh\":-1}}", -ERANGE, "sensors.fresh:"},
		{HEAD "\"sensors\":{\"fresh\":0,\"stale\":0,\"failed\":0,\"lost\":0}}", -EINVAL,
			"sensors.lost: is not a known"},
		{HEAD "\"sensors\":[]}", -EINVAL, "sensors: is not an object"},
		{"{\"v\":9}", -EPROTONOSUPPORT, "v:"},
		{"{\"v\":1,\"home\":\"Nice\"}", -EINVAL, "home:"},
		{"{\"v\":1,\"home\":\"a\",\"version\":\"012345678901234567890123456789012\"}",
			-EINVAL, "version: is 33 bytes"},
		{"{\"v\":1,\"home\":\"a\",\"version\":\"\",\"uptime_s\":3155760001}", -ERANGE,
			"uptime_s:"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct heartbeat h, before;
		char error[160] = "";
		int r;

		memset(&h, 0x5a, sizeof h);
		before = h;
		r = heartbeat_from_json(
			vectors[i].json, strlen(vectors[i].json), &h, error, sizeof error);
		if (r != vectors[i].result ||
			strncmp(error, vectors[i].names, strlen(vectors[i].names)) != 0)
			fail_msg("%s: %d \"%s\"", vectors[i].json, r, error);
		assert_true(r == 0 || memcmp(&h, &before, sizeof h) == 0);
	}
}

static struct heartbeat largest(void)
{
	struct heartbeat h = {.home = ID, .uptime_s = 3155760000, .outbox = 1000000000};

	memset(h.release, '9', sizeof h.release - 1);
	h.wall_ms = INT64_C(253402300799999);
	h.sensors_fresh = h.sensors_stale = h.sensors_failed = 65535;
	h.faults_count = HEARTBEAT_FAULTS_MAX;
	h.open_count = HEARTBEAT_OPEN_MAX;
	for (unsigned int n = 0; n < HEARTBEAT_FAULTS_MAX; n++)
		memset(h.faults[n], '"', INCIDENT_TEXT_MAX - 1);
	for (unsigned int n = 0; n < HEARTBEAT_OPEN_MAX; n++)
		h.open[n] = (struct heartbeat_open){
			.incident = ID, .seq = UINT32_MAX, .state = INCIDENT_ON_THE_WAY};
	return h;
}

static void test_round_trip_of_the_largest(void **state)
{
	struct heartbeat h = largest(), back;
	char json[HEARTBEAT_JSON_MAX], again[HEARTBEAT_JSON_MAX];
	int length = heartbeat_to_json(&h, json);

	(void)state;
	assert_true(length > 0);
	assert_int_equal(heartbeat_from_json(json, (size_t)length, &back, NULL, 0), 0);
	assert_int_equal(heartbeat_to_json(&back, again), length);
	assert_string_equal(json, again);
	assert_string_equal(back.faults[7], h.faults[7]);
	assert_int_equal(back.open[7].state, INCIDENT_ON_THE_WAY);
	assert_int_equal(back.uptime_s, h.uptime_s);
}

static void test_what_would_be_refused_is_not_written(void **state)
{
	char json[HEARTBEAT_JSON_MAX] = "as before";

	(void)state;
	for (unsigned int what = 0; what < 8; what++) {
		struct heartbeat h = largest();

		h.home[0] = what == 0 ? 'N' : h.home[0];
		h.release[32] = what == 1 ? 'x' : '\0';
		h.uptime_s += what == 2;
		h.wall_ms += what == 3;
		h.sensors_stale += what == 4;
		h.faults_count += what == 5;
		h.open[3].seq = what == 6 ? 0 : 1;
		h.faults[7][0] = what == 7 ? '\n' : 'a';
		assert_int_equal(heartbeat_to_json(&h, json), -EINVAL);
		assert_string_equal(json, "as before");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_round_trip_of_the_largest),
		cmocka_unit_test(test_what_would_be_refused_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
