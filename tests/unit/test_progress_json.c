/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small messages on the wire: the receipt, the progress and the link. */
#include "common/incident.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef"

struct vector {
	const char *json;
	int result;
	const char *names; /* what the message must begin with */
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

static void test_receipt_round_trip_and_vectors(void **state)
{
	static const struct vector vectors[] = {
		{"{\"v\":1,\"incident\":\"" ID "\",\"seq\":2}", 0, ""},
		{"{\"v\":3,\"incident\":\"" ID "\",\"seq\":2}", -EPROTONOSUPPORT, "v:"},
		{"{\"v\":1,\"incident\":\"" ID "\"}", -EINVAL, "seq: is missing"},
		{"{\"v\":1,\"incident\":\"" ID "\",\"seq\":0}", -ERANGE, "seq:"},
		{"{\"v\":1,\"incident\":\"\",\"seq\":2}", -EINVAL, "incident:"},
		{"{\"v\":1,\"incident\":\"" ID "\",\"seq\":2,\"home\":\"a\"}", -EINVAL, "home:"},
	};
	struct receipt receipt = {.incident = ID, .seq = UINT32_MAX}, back;
	char json[INCIDENT_JSON_MAX], error[160];
	int length = receipt_to_json(&receipt, json);

	(void)state;
	assert_string_equal(json, "{\"v\":1,\"incident\":\"" ID "\",\"seq\":4294967295}");
	assert_int_equal(receipt_from_json(json, (size_t)length, &back, NULL, 0), 0);
	assert_int_equal(back.seq, UINT32_MAX);
	assert_string_equal(back.incident, ID);
	receipt.seq = 0;
	assert_int_equal(receipt_to_json(&receipt, json), -EINVAL);
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct receipt before = back;

		*error = '\0';
		length = receipt_from_json(
			vectors[i].json, strlen(vectors[i].json), &back, error, sizeof error);
		check(&vectors[i], length, error, memcmp(&before, &back, sizeof back) == 0);
	}
}

#define PROGRESS(state, outcome) \
	"{\"v\":1,\"incident\":\"" ID "\",\"state\":\"" state "\",\"by\":\"operator paul\"," \
	"\"why\":\"\",\"outcome\":\"" outcome "\",\"changed_ms\":1}"

static void test_progress_vectors(void **state)
{
	static const struct vector vectors[] = {
		{PROGRESS("announced", "none"), 0, ""},
		{PROGRESS("accepted", "none"), 0, ""},
		{PROGRESS("on_the_way", "none"), 0, ""},
		{PROGRESS("on_site", "none"), 0, ""},
		{PROGRESS("escalated", "none"), 0, ""},
		{PROGRESS("closed", "social"), 0, ""},
		{PROGRESS("closed", "none"), -EINVAL, "outcome: belongs to"},
		{PROGRESS("accepted", "helped"), -EINVAL, "outcome: belongs to"},
		{PROGRESS("raised", "none"), -EINVAL, "state:"},
		{PROGRESS("cancelled", "none"), -EINVAL, "state:"},
		{PROGRESS("received", "none"), -EINVAL, "state:"},
		{PROGRESS("asleep", "none"), -EINVAL, "state:"},
		{"{\"v\":1,\"incident\":\"" ID "\",\"state\":\"accepted\",\"outcome\":\"none\"}",
			-EINVAL, "changed_ms: is missing"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		struct progress p, before;
		char error[160] = "";
		int r;

		memset(&p, 0x5a, sizeof p);
		before = p;
		r = progress_from_json(
			vectors[i].json, strlen(vectors[i].json), &p, error, sizeof error);
		check(&vectors[i], r, error, memcmp(&before, &p, sizeof p) == 0);
	}
}

static void test_progress_round_trip(void **state)
{
	struct progress p = {.incident = ID, .state = INCIDENT_CLOSED}, back;
	char json[INCIDENT_JSON_MAX];
	int length;

	(void)state;
	assert_int_equal(progress_to_json(&p, json), -EINVAL); /* closed without an outcome */
	p.outcome = INCIDENT_OUTCOME_HELPED;
	p.changed_ms = 1700000000000;
	memset(p.by, '"', INCIDENT_TEXT_MAX - 1);
	memcpy(p.why, "voisine passée", sizeof "voisine passée");
	length = progress_to_json(&p, json);
	assert_true(length > 0);
	assert_int_equal(progress_from_json(json, (size_t)length, &back, NULL, 0), 0);
	assert_int_equal(back.state, INCIDENT_CLOSED);
	assert_int_equal(back.outcome, INCIDENT_OUTCOME_HELPED);
	assert_true(back.changed_ms == p.changed_ms);
	assert_string_equal(back.by, p.by);
	assert_string_equal(back.why, p.why);
	p.state = INCIDENT_RAISED;
	assert_int_equal(progress_to_json(&p, json), -EINVAL);
}

static void test_link_round_trip_and_vectors(void **state)
{
	static const struct vector vectors[] = {
		{"{\"v\":1,\"state\":\"up\"}", 0, ""},
		{"{\"v\":1,\"state\":\"lost\"}", 0, ""},
		{"{\"v\":2,\"state\":\"lost\"}", -EPROTONOSUPPORT, "v:"},
		{"{\"v\":1}", -EINVAL, "state: is missing"},
		{"{\"v\":1,\"state\":\"\"}", -EINVAL, "state: is neither up nor lost"},
		{"{\"v\":1,\"state\":true}", -EINVAL, "state:"},
		{"{\"v\":1,\"state\":\"up\",\"home\":\"a\"}", -EINVAL, "home:"},
		{"lost", -EINVAL, ""},
	};
	struct link link = {.is_up = false}, back = {.is_up = true};
	char json[INCIDENT_JSON_MAX], error[160];
	int length = link_to_json(&link, json);

	(void)state;
	assert_string_equal(json, "{\"v\":1,\"state\":\"lost\"}");
	assert_int_equal(link_from_json(json, (size_t)length, &back, NULL, 0), 0);
	assert_false(back.is_up);
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		bool before = back.is_up;

		*error = '\0';
		length = link_from_json(
			vectors[i].json, strlen(vectors[i].json), &back, error, sizeof error);
		check(&vectors[i], length, error, before == back.is_up);
		if (length == 0)
			assert_int_equal(back.is_up, i == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receipt_round_trip_and_vectors),
		cmocka_unit_test(test_link_round_trip_and_vectors),
		cmocka_unit_test(test_progress_vectors),
		cmocka_unit_test(test_progress_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
