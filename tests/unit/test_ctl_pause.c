/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pause and resume: their requests, what is refused before anybody is asked, and what is shown.
 */
#include "common/ctl/ctl.h"
#include "common/ctl/show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 4

/* The request as JSON, or what is said instead; freed by the caller. */
static char *request_of(const char *command, const char *first, const char *second, const char *by)
{
	const struct ctl_options options = {.by = by};
	char a[32], b[32], *words[WORDS_MAX] = {first ? a : NULL, second ? b : NULL, NULL};
	char *said = NULL;
	size_t bytes = 0;
	FILE *err = open_memstream(&said, &bytes);

	(void)snprintf(a, sizeof(a), "%s", first ? first : "");
	(void)snprintf(b, sizeof(b), "%s", second ? second : "");
	json_t *request = ctl_request(ctl_command_find(command), &options, words, CTL_ENGLISH, err);
	(void)fclose(err);
	if (request) {
		free(said);
		said = json_dumps(request, JSON_COMPACT);
		json_decref(request);
	}
	return said;
}

static void test_each_makes_its_request_or_says_what_is_wrong(void **state)
{
	static const struct {
		const char *command, *first, *second, *expected;
	} rows[] = {
		{"pause", NULL, NULL, "{\"do\":\"pause\",\"by\":\"anne\"}"},
		{"pause", "1", NULL, "{\"do\":\"pause\",\"hours\":1,\"by\":\"anne\"}"},
		{"pause", "12", NULL, "{\"do\":\"pause\",\"hours\":12,\"by\":\"anne\"}"},
		{"pause", "0", NULL, "vigie-ctl: \"0\" is no pause: 1 to 12 hours\n"},
		{"pause", "13", NULL, "vigie-ctl: \"13\" is no pause: 1 to 12 hours\n"},
		{"pause", "2h", NULL, "vigie-ctl: \"2h\" is no pause: 1 to 12 hours\n"},
		{"pause", "", NULL, "vigie-ctl: \"\" is no pause: 1 to 12 hours\n"},
		{"pause", "2", "3", "vigie-ctl: \"3\" is one word too many\n"},
		{"resume", NULL, NULL, "{\"do\":\"resume\",\"by\":\"anne\"}"},
		{"resume", "2", NULL, "vigie-ctl: \"2\" is one word too many\n"},
		{"say", NULL, NULL, "vigie-ctl: \"say\" needs a text\n"},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		char *said = request_of(rows[n].command, rows[n].first, rows[n].second,
			rows[n].command[0] == 's' ? NULL : "anne");

		assert_string_equal(said, rows[n].expected);
		free(said);
	}
}

static char *shown(void (*show)(FILE *out, enum ctl_language language, const json_t *answer),
	const char *json, enum ctl_language language)
{
	json_t *answer = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	show(out, language, answer);
	(void)fclose(out);
	json_decref(answer);
	return text;
}

static void test_HS_11_the_pause_is_shown_in_the_home_and_at_the_centre(void **state)
{
	static const struct {
		void (*show)(FILE *out, enum ctl_language language, const json_t *answer);
		enum ctl_language language;
		const char *json, *expected;
	} rows[] = {
		{show_pause, CTL_ENGLISH, "{\"suspended_until_ms\":1700000000000}",
			"paused until 2023-11-14 22:13:20\n"},
		{show_resume, CTL_FRENCH, "{}", "la pause est terminée\n"},
		{show_status, CTL_ENGLISH, "{\"suspended_until_ms\":1700000000000}",
			"paused until  2023-11-14 22:13:20\n"},
		{show_status, CTL_ENGLISH,
			"{\"homes_suspended\":1,\"suspended\":[{\"home\":\"nice-1\",\"until_ms\":"
			"1700000000000}]}",
			"paused until  nice-1  2023-11-14 22:13:20\n"},
	};

	(void)state;
	(void)setenv("TZ", "UTC0", 1);
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		char *text = shown(rows[n].show, rows[n].json, rows[n].language);

		assert_non_null(strstr(text, rows[n].expected));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_makes_its_request_or_says_what_is_wrong),
		cmocka_unit_test(test_HS_11_the_pause_is_shown_in_the_home_and_at_the_centre),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
