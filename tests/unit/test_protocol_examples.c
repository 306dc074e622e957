/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every fenced JSON block of docs/PROTOCOL.md is read by the code that ships, according to its
 * label. Run from the top of the tree.
 */
#include "common/cleanup.h"
#include "common/heartbeat.h"
#include "common/incident.h"
#include "common/json_fields.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FENCE     "```"
#define LABEL     FENCE "json "
#define ERROR_MAX 160

/* What is written again says the same as what was read. */
static bool is_same_json(const char *example, const char *written)
{
	json_t *a = json_loads(example, JSON_REJECT_DUPLICATES, NULL);
	json_t *b = json_loads(written, JSON_REJECT_DUPLICATES, NULL);
	bool is_same = a && b && json_equal(a, b);

	json_decref(a);
	json_decref(b);
	return is_same;
}

static int check_incident(const char *json, char error[ERROR_MAX])
{
	struct incident i;
	char written[INCIDENT_JSON_MAX];
	int r = incident_from_json(json, strlen(json), &i, error, ERROR_MAX);

	if (r == 0)
		r = incident_to_json(&i, written);
	return r < 0 ? r : is_same_json(json, written) ? 0 : -EBADMSG;
}

static int check_receipt(const char *json, char error[ERROR_MAX])
{
	struct receipt p;
	char written[INCIDENT_JSON_MAX];
	int r = receipt_from_json(json, strlen(json), &p, error, ERROR_MAX);

	if (r == 0)
		r = receipt_to_json(&p, written);
	return r < 0 ? r : is_same_json(json, written) ? 0 : -EBADMSG;
}

static int check_progress(const char *json, char error[ERROR_MAX])
{
	struct progress p;
	char written[INCIDENT_JSON_MAX];
	int r = progress_from_json(json, strlen(json), &p, error, ERROR_MAX);

	if (r == 0)
		r = progress_to_json(&p, written);
	return r < 0 ? r : is_same_json(json, written) ? 0 : -EBADMSG;
}

static int check_link(const char *json, char error[ERROR_MAX])
{
	struct link l;
	char written[INCIDENT_JSON_MAX];
	int r = link_from_json(json, strlen(json), &l, error, ERROR_MAX);

	if (r == 0)
		r = link_to_json(&l, written);
	return r < 0 ? r : is_same_json(json, written) ? 0 : -EBADMSG;
}

static int check_heartbeat(const char *json, char error[ERROR_MAX])
{
	struct heartbeat h;
	char written[HEARTBEAT_JSON_MAX];
	int r = heartbeat_from_json(json, strlen(json), &h, error, ERROR_MAX);

	if (r == 0)
		r = heartbeat_to_json(&h, written);
	return r < 0 ? r : is_same_json(json, written) ? 0 : -EBADMSG;
}

/* Reads an object of the control socket by a table: before each name its type, b truth, s text,
 * i whole number, l list, t a text and h a whole number that may be absent. */
static int check_fields(const char *json, char error[ERROR_MAX], const char *const *names)
{
	struct json_refusal refusal = {.text = error, .bytes = ERROR_MAX};
	json_t *object = json_fields_parse(json, strlen(json), INCIDENT_JSON_MAX, &refusal);
	char text[INCIDENT_TEXT_MAX];
	struct json_fields f;

	json_fields_begin(&f, object, &refusal);
	for (; object && *names; names++) {
		const char *name = *names + 2;

		if (**names == 'b')
			(void)json_fields_bool(&f, name);
		else if (**names == 's')
			json_fields_text(&f, name, text, sizeof text);
		else if (**names == 'i')
			(void)json_fields_integer(&f, name, 0, INT64_MAX);
		else if (**names == 'l')
			(void)json_fields_list(&f, name, 64);
		else if (**names == 'h' && json_object_get(object, name))
			(void)json_fields_integer(&f, name, 0, INT64_MAX);
		else if (json_object_get(object, name)) /* t: a text that may be absent */
			json_fields_text(&f, name, text, sizeof text);
	}
	json_fields_end(&f);
	json_decref(object);
	return refusal.result;
}

static int check_request(const char *json, char error[ERROR_MAX])
{
	static const char *const names[] = {"s do", "t incident", "t said", "t outcome", "t by",
		"t why", "t sensor", "t text", "t address", "t role", "t room", "t name", "h hours",
		"t what", "t consent", "t from", "t to", NULL};

	return check_fields(json, error, names);
}

static int check_answer(const char *json, char error[ERROR_MAX])
{
	static const char *const names[] = {"b ok", "t error", "t incident", "t state", "t sensor",
		"t name", "t room", "t role", "t text", NULL};

	return check_fields(json, error, names);
}

static int check_hub_status(const char *json, char error[ERROR_MAX])
{
	static const char *const names[] = {"b ok", "s home", "s version", "i uptime_s", "s broker",
		"i outbox", "l sensors", "l faults", "l found", "i incidents_open",
		"i suspended_until_ms", NULL};

	return check_fields(json, error, names);
}

static int check_hub_sensors(const char *json, char error[ERROR_MAX])
{
	static const char *const names[] = {"b ok", "l sensors", "l receivers", NULL};

	return check_fields(json, error, names);
}

static int check_hub_discovery(const char *json, char error[ERROR_MAX])
{
	static const char *const names[] = {"b ok", "i left_s", "i left_out", "l found", NULL};

	return check_fields(json, error, names);
}

static int check_gateway_status(const char *json, char error[ERROR_MAX])
{
	static const char *const names[] = {"b ok", "s version", "i uptime_s", "s broker",
		"i homes", "i homes_lost", "i homes_suspended", "l suspended", "i incidents_open",
		"s sound", "i refused", "l faults", NULL};

	return check_fields(json, error, names);
}

static int check_step(const char *json, char error[ERROR_MAX])
{
	static const char *const names[] = {
		"i time_us", "s part", "s what", "t incident", "t text", NULL};

	return check_fields(json, error, names);
}

struct kind {
	const char *label;
	int (*check)(const char *json, char error[ERROR_MAX]);
	unsigned int seen;
};

static void check_block(struct kind *kinds, size_t count, const char *label, const char *json)
{
	char error[ERROR_MAX] = "";

	for (size_t i = 0; i < count; i++) {
		if (strcmp(kinds[i].label, label) != 0)
			continue;
		kinds[i].seen++;
		if (kinds[i].check(json, error) < 0)
			fail_msg("%s: %s\n%s", label, error, json);
		return;
	}
	fail_msg("the label \"%s\" is not known", label);
}

static char *read_page(void)
{
	_cleanup_(fclose_p) FILE *f = fopen("docs/PROTOCOL.md", "re");
	char *page = calloc(1, 65536);

	if (!f)
		fail_msg("docs/PROTOCOL.md: run from the top of the tree");
	assert_true(fread(page, 1, 65535, f) > 0 && feof(f));
	return page;
}

static void test_every_example_is_what_the_code_reads_and_writes(void **state)
{
	struct kind kinds[] = {{"incident", check_incident, 0}, {"receipt", check_receipt, 0},
		{"progress", check_progress, 0}, {"link", check_link, 0},
		{"heartbeat", check_heartbeat, 0}, {"request", check_request, 0},
		{"answer", check_answer, 0}, {"hub-status", check_hub_status, 0},
		{"hub-sensors", check_hub_sensors, 0}, {"hub-discovery", check_hub_discovery, 0},
		{"gateway-status", check_gateway_status, 0}, {"step", check_step, 0}};
	const size_t count = sizeof kinds / sizeof kinds[0];
	_cleanup_(free_p) char *page = read_page();
	char *at = page;

	(void)state;
	while ((at = strstr(at, LABEL))) {
		char *label = at + strlen(LABEL), *json = strchr(label, '\n'), *end;

		assert_non_null(json);
		*json++ = '\0';
		end = strstr(json, "\n" FENCE);
		assert_non_null(end);
		*end = '\0';
		check_block(kinds, count, label, json);
		at = end + 1;
	}
	for (size_t i = 0; i < count; i++)
		if (kinds[i].seen == 0)
			fail_msg("no example of \"%s\"", kinds[i].label);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_example_is_what_the_code_reads_and_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
