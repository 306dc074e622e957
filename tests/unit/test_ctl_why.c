/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `vigie-ctl why` shows, in both languages, and that every reason that fusion can give has its
 * English.
 */
#include "common/ctl/phrases.h"
#include "common/ctl/show.h"
#include "models/fusion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char answer[] =
	"{\"incident\":{\"class\":\"fall\",\"state\":\"raised\",\"probability\":0.931,\"why\":"
	"\"chute probable 93 %\",\"reasons\":[{\"text\":\"choc de 3,2 g au poignet\",\"weight\":"
	"5.16},{\"text\":\"point de départ\",\"weight\":-2.5},{\"text\":\"mesure incomplète\","
	"\"weight\":0},{\"text\":\"inconnu\",\"weight\":0.1}]},\"transitions\":[{\"seq\":1,"
	"\"from\":\"suspected\",\"to\":\"raised\",\"at_ms\":1700000000000,\"by\":\"hub\",\"why\":"
	"\"pas de réponse en 30 s\"}]}";

static const char call[] =
	"{\"incident\":{\"class\":\"help\",\"state\":\"raised\",\"probability\":1,\"why\":"
	"\"bouton d’appel\",\"reasons\":[]},\"transitions\":[]}";

/* Said at the centre since: that is its last word and not its cause. */
static const char call_that_was_said[] =
	"{\"incident\":{\"class\":\"help\",\"state\":\"announced\",\"probability\":1,\"why\":"
	"\"said aloud\",\"reasons\":[]},\"transitions\":[{\"seq\":1,\"from\":\"suspected\",\"to\":"
	"\"suspected\",\"at_ms\":1700000000000,\"by\":\"resident\",\"why\":\"bouton d’appel\"},"
	"{\"seq\":2,\"from\":\"received\",\"to\":\"announced\",\"at_ms\":1700000001000,\"by\":"
	"\"gateway\",\"why\":\"said aloud\"}]}";

static void shown(enum ctl_language language, const char *json, char *ret, size_t bytes)
{
	FILE *out = fmemopen(ret, bytes, "w");
	json_t *object = json_loads(json, 0, NULL);

	assert_non_null(out);
	assert_non_null(object);
	show_why(out, language, object);
	json_decref(object);
	(void)fclose(out);
}

static void test_it_is_a_sentence_and_tables_in_french(void **state)
{
	char text[2048] = "";

	(void)state;
	shown(CTL_FRENCH, answer, text, sizeof(text));
	assert_non_null(strstr(text,
		"chute probable 93 % : choc de 3,2 g au poignet (+5,2), point de départ (−2,5), "
		"mesure incomplète (0,0), inconnu (+0,1)\n"));
	assert_non_null(strstr(text, "déclenché"));
	assert_non_null(strstr(text, "pas de réponse en 30 s"));
}

static void test_and_in_english(void **state)
{
	char text[2048] = "";

	(void)state;
	shown(CTL_ENGLISH, answer, text, sizeof(text));
	assert_non_null(strstr(text,
		"fall likely 93 %: knock of 3.2 g at the wrist (+5.2), starting point (−2.5), not "
		"heard whole (0.0), inconnu (+0.1)\n"));
	assert_non_null(strstr(text, "no answer in 30 s"));
}

static void test_a_call_has_a_cause_and_no_likelihood(void **state)
{
	char text[512] = "";

	(void)state;
	shown(CTL_FRENCH, call, text, sizeof(text));
	assert_string_equal(text, "aide : bouton d’appel\n");
	shown(CTL_ENGLISH, call, text, sizeof(text));
	assert_string_equal(text, "help: call button\n");
}

static void test_the_cause_of_a_call_is_what_it_began_with(void **state)
{
	const char *first = "aide : bouton d’appel\n";
	char text[512] = "";

	(void)state;
	shown(CTL_FRENCH, call_that_was_said, text, sizeof(text));
	assert_int_equal(strncmp(text, first, strlen(first)), 0);
	assert_non_null(strstr(text, "résident"));
	assert_non_null(strstr(text, "centre"));
	assert_non_null(strstr(text, "dit à haute voix"));
}

static void test_every_reason_has_its_english(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 4 * FUSION_WHATS * ROUTINE_ANSWERS_MAX; n++) {
		const struct fusion_reason reason = {
			.what = (enum fusion_what)(n / 4 % FUSION_WHATS),
			.surprise = (enum routine_what)(n / 4 / FUSION_WHATS),
			.weight = n % 2 ? 1 : -1,
			.amount = n & 2 ? 8000 : 1};
		char french[97], english[97];

		for (enum wear_place place = WEAR_UNKNOWN; place <= WEAR_TRUNK; place++) {
			fusion_reason_text(
				&reason, place, n & 1 ? "Salon" : "", french, sizeof(french));
			ctl_english(french, english, sizeof(english));
			if (strcmp(french, english) == 0)
				fail_msg("no English: %s", french);
			assert_null(strchr(english, '*'));
		}
	}
}

static void test_holes_keep_what_stood_in_them(void **state)
{
	static const char *const rows[][2] = {
		{"mouvement ailleurs (Salle de bain) après 25 s",
			"movement elsewhere (Salle de bain) after 25 s"},
		{"jamais aussi long en 21 jours (au plus 2 h 05 dans 14 cas comparables)",
			"never as long in 21 days (at most 2 h 05, of 14 comparable cases)"},
		{"aussi long 1 fois en 21 jours, dans 14 cas comparables",
			"as long 1 times in 21 days, of 14 comparable cases"},
		{"pas encore debout à 9 h 30", "not up yet at 9 h 30"},
		{"la box a redémarré avant la suite", "the hub was restarted before what followed"},
		{"capteur muet depuis 3 jours", "silent for 3 days"},
		{"capteur muet depuis 3 h", "silent for 3 h"},
		{"pile à 12 %, vide dans 9 jours", "battery at 12 %, empty in 9 days"},
		{"pile faible", "battery low"},
		{"de nouveau entendu", "heard again"},
		{"habitudes connues depuis 1 jour", "habits known for 1 day"},
		{"immobile", "immobile"},
		{"", ""},
		{"choc de 3,2 g au pied", "choc de 3,2 g au pied"},
	};
	char english[97];

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		ctl_english(rows[n][0], english, sizeof(english));
		assert_string_equal(english, rows[n][1]);
	}
	/* what does not fit is cut, never written beyond */
	ctl_english("pas de réponse en 30 s", english, 6);
	assert_string_equal(english, "no an");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_a_sentence_and_tables_in_french),
		cmocka_unit_test(test_and_in_english),
		cmocka_unit_test(test_a_call_has_a_cause_and_no_likelihood),
		cmocka_unit_test(test_the_cause_of_a_call_is_what_it_began_with),
		cmocka_unit_test(test_every_reason_has_its_english),
		cmocka_unit_test(test_holes_keep_what_stood_in_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
