/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an installer asks vigie-ctl for: its requests, its mistakes, and a walk test. */
#include "tests/unit/ctl_peer.h"

static void test_each_command_makes_its_request(void **state)
{
	static const struct usage rows[] = {
		{"discover", "{\"do\":\"discover\",\"seconds\":30}"},
		{"discover|--seconds|600", "{\"do\":\"discover\",\"seconds\":600}"},
		{"walk-test", "{\"do\":\"walk_test\",\"minutes\":15}"},
		{"enrol|54:48:E6:8F:80:A5|--role|contact|--stale|60|--outer",
			"{\"do\":\"enrol\",\"address\":\"54:48:E6:8F:80:A5\",\"role\":\"contact\","
			"\"outer\":true,\"stale_s\":60}"},
		{"enrol|x|--role|beacon|--canary|--stale-min|30",
			"{\"do\":\"enrol\",\"address\":\"x\",\"role\":\"beacon\",\"canary\":true,"
			"\"stale_min_s\":30}"},
		{"enrol|x|--role|button|--double|social|--unsupervised",
			"{\"do\":\"enrol\",\"address\":\"x\",\"role\":\"button\",\"double\":\"social\","
			"\"supervised\":false}"},
		{"enrol|x|--role|motion|--movement|shared",
			"{\"do\":\"enrol\",\"address\":\"x\",\"role\":\"motion\",\"movement\":\"shared\"}"},
		{"remove|x", "{\"do\":\"remove\",\"sensor\":\"x\"}"},
	};
	make_requests(*state, rows, sizeof rows / sizeof rows[0]);
}

static void test_wrong_usage_reaches_nobody(void **state)
{
	static const struct usage rows[] = {
		{"discover|--seconds|0",
			"vigie-ctl: --seconds: needs a whole number of 1 to 600\n"},
		{"status|--seconds|5", "vigie-ctl: --seconds does not belong to \"status\"\n"},
		{"routine", "vigie-ctl: \"routine\" needs to be told what: show\n"},
		{"routine|forget", "vigie-ctl: \"routine\" needs to be told what: show\n"},
		{"walk-test|--minutes|61",
			"vigie-ctl: --minutes: needs a whole number of 1 to 60\n"},
		{"enrol", "vigie-ctl: \"enrol\" needs the sensor's address\n"},
		{"remove", "vigie-ctl: \"remove\" needs the sensor's address\n"},
		{"remove|x|--role|motion", "vigie-ctl: --role does not belong to \"remove\"\n"},
		{"enrol|x|--role|motion|--stale-min|soon",
			"vigie-ctl: --stale-min: needs seconds\n"},
		{"enrol|x|--role|motion|--key-stdin|--key-file|f",
			"vigie-ctl: --key-file or --key-stdin, not both\n"},
		{"enrol|x|--role|motion|--key-file|/nowhere",
			"vigie-ctl: /nowhere: No such file or directory\n"},
	};

	(void)state;
	are_refused(rows, sizeof rows / sizeof rows[0]);
}

static void test_a_walk_test_that_misses_one_is_status_1(void **state)
{
	static const char answer[] =
		"{\"ok\":true,\"left_s\":0,\"aloud\":false,\"walked\":[{\"name\":\"PIR\",\"room\":"
		"\"Cuisine\",\"role\":\"motion\",\"what\":\"mouvement\"}],\"missing\":[{\"name\":"
		"\"Porte\",\"room\":\"\",\"role\":\"contact\"}]}\n";
	struct peer *p = *state;
	struct said s = ask(p, "walk-test", answer);

	assert_int_equal(s.status, CTL_REFUSED);
	assert_string_equal(s.out, "1 sensors to set off; open and close each door\n"
				   "this home has no voice: nothing is said aloud\n"
				   "Cuisine, mouvement (PIR)\nnot set off:\n"
				   "  Porte, contact (Porte)\n");
	assert_string_equal(s.err, "");
	s = ask(p, "walk-test|--json", answer);
	assert_int_equal(s.status, CTL_REFUSED);
	assert_string_equal(s.out, answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_each_command_makes_its_request),
		SCENE(test_wrong_usage_reaches_nobody),
		SCENE(test_a_walk_test_that_misses_one_is_status_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
