/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home's life on a terminal of 80 columns.
 */
#include "common/ctl/show.h"
#include "common/ctl/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *shown(void (*show)(FILE *out, enum ctl_language language, const json_t *answer),
	const char *json, enum ctl_language language)
{
	json_t *answer = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(answer);
	show(out, language, answer);
	(void)fclose(out);
	json_decref(answer);
	return text;
}

static void test_a_day_by_rooms_and_hours(void **state)
{
	static const char json[] =
		"{\"ok\":true,\"known_days\":21,\"mornings\":20,\"usual_up_min\":425,"
		"\"latest_up_min\":560,\"away\":false,\"room\":\"Salon\",\"silent_s\":600,"
		"\"limit_s\":7500,\"rooms\":["
		"{\"name\":\"Cuisine\",\"counts\":[0,0,0,0,0,0,0,4,8,2,1,0,6,0,0,0,0,0,0,3,0,0,0,0],"
		"\"limits_s\":[0,0,0,0,0,0,0,3600,4000,4500,5000,0,7200,0,0,0,0,0,0,39600,0,0,0,0]},"
		"{\"name\":\"Chambre du fond de l’étage\",\"counts\":[],\"limits_s\":[]}],\"empty\":[\"Couloir\",\"Cave \\u001b\"]}";
	char *text = shown(show_routine, json, CTL_FRENCH);

	(void)state;
	assert_string_equal(text,
		"21 jours de ce domicile sont connus\n"
		"debout vers 7 h 05 d'ordinaire, à 9 h 20 au plus tard\n"
		"rien d'entendu depuis 10 min, en dernier : Salon\n"
		"ce serait inhabituel au bout de 2 h 05 min\n"
		"\n"
		"quand commencent les moments calmes de 10 min et plus ; foncé : souvent\n"
		"                 0     3     6     9     12    15    18    21     inhabituel dès\n"
		"Cuisine                        ▒▒██░░░░  ▓▓            ▒▒         1h00-11h00\n"
		"Chambre du fond…                                                  \n"
		"entendu, mais sans moment calme connu : Couloir, Cave ?\n");
	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		char one[400] = "";

		memcpy(one, line, (size_t)(end - line));
		assert_true(table_width(one) <= 80);
	}
	free(text);
}

static void test_an_answer_without_anything_shows_nothing_wrong(void **state)
{
	char *text = shown(show_routine, "{\"ok\":true}", CTL_ENGLISH);

	(void)state;
	assert_string_equal(text, "0 days of this home are known\n");
	free(text);
}

/* In the first days, all mornings alike, and nobody rested anywhere yet. */
static void test_little_known_is_said_to_be_little(void **state)
{
	char *text = shown(show_routine,
		"{\"known_days\":2,\"confidence\":0.22,\"mornings\":1,\"usual_up_min\":425,"
		"\"latest_up_min\":425,\"away\":true,\"rooms\":[],\"empty\":[\"Kitchen\"]}",
		CTL_ENGLISH);

	(void)state;
	assert_string_equal(text, "2 days of this home are known\n"
				  "that is little yet: silences are given more time\n"
				  "up at about 7:05 as a rule\n"
				  "nobody is at home\n"
				  "heard, but no quiet time known: Kitchen\n");
	free(text);
}

static void test_a_summary_is_shown_line_by_line(void **state)
{
	char *text = shown(
		show_summary, "{\"text\":\"Semaine\\n\\nActivité \\u001b[2J.\\n\"}", CTL_FRENCH);

	(void)state;
	assert_string_equal(text, "Semaine\n\nActivité ?[2J.\n");
	free(text);
}

static void test_numbers_that_cannot_be_do_no_harm(void **state)
{
	char *text = shown(show_routine,
		"{\"known_days\":-1,\"rooms\":[{\"name\":\"\\u001bx\",\"counts\":[-5,9223372036854775807],"
		"\"limits_s\":[-1,1]},7,null]}",
		CTL_ENGLISH);

	(void)state;
	assert_null(strchr(text, '\033'));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_day_by_rooms_and_hours),
		cmocka_unit_test(test_an_answer_without_anything_shows_nothing_wrong),
		cmocka_unit_test(test_little_known_is_said_to_be_little),
		cmocka_unit_test(test_a_summary_is_shown_line_by_line),
		cmocka_unit_test(test_numbers_that_cannot_be_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
