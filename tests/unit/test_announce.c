/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator hears, word for word, in both languages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "caller-gateway/announce.h"
#include "caller-gateway/desk.h"

static const struct gateway_home martin = {
	.home = "demo", .resident = "Madame Martin", .address = "12 rue Pastorelli à Nice"};

static void assert_says(
	enum speech_language language, enum incident_class class, const char *expected)
{
	struct incident i = {.home = "demo", .class = class, .room = "Salon"};
	char sentence[SPEECH_SENTENCE_MAX];

	announce_sentence(language, &i, &martin, LADDER_SAY_ALERT, false, sentence);
	assert_string_equal(sentence, expected);
}

static void test_each_class_has_its_words(void **state)
{
#define WHO " Madame Martin, 12 rue Pastorelli à Nice. Salon."
	static const char *const french[INCIDENT_CLASSES] = {
		[INCIDENT_HELP] = "Appel à l’aide." WHO,
		[INCIDENT_FALL] = "Alerte chute." WHO,
		[INCIDENT_INACTIVITY] = "Alerte inactivité." WHO,
		[INCIDENT_WANDERING] = "Alerte errance." WHO,
		[INCIDENT_ENVIRONMENT] = "Alerte danger au domicile." WHO,
		[INCIDENT_SOCIAL] = "Demande de contact." WHO,
		[INCIDENT_TECHNICAL] = "Panne technique." WHO,
	};
	static const char *const english[INCIDENT_CLASSES] = {
		[INCIDENT_HELP] = "Call for help." WHO,
		[INCIDENT_FALL] = "Fall alert." WHO,
		[INCIDENT_INACTIVITY] = "Inactivity alert." WHO,
		[INCIDENT_WANDERING] = "Wandering alert." WHO,
		[INCIDENT_ENVIRONMENT] = "Danger in the home." WHO,
		[INCIDENT_SOCIAL] = "Contact wanted." WHO,
		[INCIDENT_TECHNICAL] = "Technical fault." WHO,
	};
	(void)state;

	for (enum incident_class c = 0; c < INCIDENT_CLASSES; c++) {
		assert_says(SPEECH_FRENCH, c, french[c]);
		assert_says(SPEECH_ENGLISH, c, english[c]);
	}
}

static void test_what_else_is_said(void **state)
{
	static const struct {
		enum speech_language language;
		bool is_known, is_test, is_reminder;
		enum ladder_say say;
		const char *room, *expected;
	} cases[] = {
		{SPEECH_FRENCH, true, false, false, LADDER_SAY_ALERT, "",
			"Alerte chute. Madame Martin, 12 rue Pastorelli à Nice."},
		{SPEECH_FRENCH, true, true, false, LADDER_SAY_ALERT, "Salon",
			"Test. Alerte chute. Madame Martin, 12 rue Pastorelli à Nice. Salon."},
		{SPEECH_FRENCH, true, true, true, LADDER_SAY_ALERT, "",
			"Test. Rappel. Alerte chute. Madame Martin, 12 rue Pastorelli à Nice."},
		{SPEECH_ENGLISH, true, false, true, LADDER_SAY_ALERT, "Hall",
			"Reminder. Fall alert. Madame Martin, 12 rue Pastorelli à Nice. Hall."},
		{SPEECH_FRENCH, true, false, true, LADDER_SAY_CANCELLED, "Salon",
			"Fausse alerte. Madame Martin, 12 rue Pastorelli à Nice."},
		{SPEECH_ENGLISH, true, true, true, LADDER_SAY_CANCELLED, "Salon",
			"Test. False alert. Madame Martin, 12 rue Pastorelli à Nice."},
		{SPEECH_FRENCH, false, false, false, LADDER_SAY_ALERT, "Salon",
			"Alerte chute. Domicile inconnu demo. Salon."},
		{SPEECH_ENGLISH, false, false, false, LADDER_SAY_ALERT, "",
			"Fall alert. Unknown home demo."},
	};
	(void)state;

	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct incident i = {
			.home = "demo", .class = INCIDENT_FALL, .is_test = cases[n].is_test};
		char sentence[SPEECH_SENTENCE_MAX];

		memcpy(i.room, cases[n].room, strlen(cases[n].room));
		announce_sentence(cases[n].language, &i, cases[n].is_known ? &martin : NULL,
			cases[n].say, cases[n].is_reminder, sentence);
		assert_string_equal(sentence, cases[n].expected);
	}
}

static void test_HS_01_fine_after_raising_is_said_and_said_on(void **state)
{
	struct incident i = {.home = "demo",
		.class = INCIDENT_FALL,
		.state = INCIDENT_ANNOUNCED,
		.room = "Salon",
		.said = INCIDENT_SAID_FINE};
	char sentence[SPEECH_SENTENCE_MAX];
	(void)state;

	announce_sentence(SPEECH_FRENCH, &i, &martin, LADDER_SAY_FINE, true, sentence);
	assert_string_equal(sentence, "Fausse alerte. Madame Martin, 12 rue Pastorelli à Nice. "
				      "Le résident dit que tout va bien.");
	announce_sentence(SPEECH_FRENCH, &i, &martin, LADDER_SAY_ALERT, true, sentence);
	assert_string_equal(sentence, "Rappel. Alerte chute. Madame Martin, 12 rue Pastorelli à "
				      "Nice. Salon. Le résident dit que tout va bien.");
	announce_sentence(SPEECH_ENGLISH, &i, &martin, LADDER_SAY_FINE, false, sentence);
	assert_string_equal(sentence, "False alert. Madame Martin, 12 rue Pastorelli à Nice. The "
				      "resident says that all is well.");
	i.said = INCIDENT_SAID_HELP;
	announce_sentence(SPEECH_ENGLISH, &i, &martin, LADDER_SAY_ALERT, false, sentence);
	assert_string_equal(
		sentence, "Fall alert. Madame Martin, 12 rue Pastorelli à Nice. Salon.");
}

static void test_a_lost_link_has_its_own_words(void **state)
{
	struct incident i = {.home = "demo", .class = INCIDENT_TECHNICAL, .sensor = DESK_LINK};
	char sentence[SPEECH_SENTENCE_MAX];
	(void)state;

	announce_sentence(SPEECH_FRENCH, &i, &martin, LADDER_SAY_ALERT, false, sentence);
	assert_string_equal(sentence,
		"Liaison perdue avec le domicile. Madame Martin, 12 rue Pastorelli à Nice.");
	announce_sentence(SPEECH_ENGLISH, &i, NULL, LADDER_SAY_ALERT, false, sentence);
	assert_string_equal(sentence, "Link lost with the home. Unknown home demo.");
	i.class = INCIDENT_FALL; /* whatever a sensor is called, a fall is a fall */
	announce_sentence(SPEECH_ENGLISH, &i, NULL, LADDER_SAY_ALERT, false, sentence);
	assert_string_equal(sentence, "Fall alert. Unknown home demo.");
}

static void test_a_fault_says_who_and_what(void **state)
{
	struct incident i = {.home = "demo",
		.class = INCIDENT_TECHNICAL,
		.sensor = "Détecteur du salon",
		.room = "Salon",
		.reasons_count = 1,
		.reasons = {{.text = "capteur muet depuis 3 h"}}};
	struct gateway_home home = {.home = "demo"};
	char sentence[SPEECH_SENTENCE_MAX];
	(void)state;

	announce_sentence(SPEECH_FRENCH, &i, &martin, LADDER_SAY_ALERT, false, sentence);
	assert_string_equal(sentence,
		"Panne technique : Détecteur du salon, capteur muet depuis 3 h. Madame "
		"Martin, 12 rue Pastorelli à Nice.");
	memset(home.resident, 'r', sizeof(home.resident) - 1);
	memset(home.address, 'a', sizeof(home.address) - 1);
	memset(i.sensor, 's', sizeof(i.sensor) - 1);
	memset(i.reasons[0].text, 't', sizeof(i.reasons[0].text) - 1);
	i.is_test = true;
	announce_sentence(SPEECH_ENGLISH, &i, &home, LADDER_SAY_ALERT, true, sentence);
	assert_string_equal(sentence + strlen(sentence) - 2, "a.");
}

static void test_the_longest_names_are_said_whole(void **state)
{
	struct gateway_home home = {.home = "demo"};
	struct incident i = {.home = "demo", .class = INCIDENT_ENVIRONMENT, .is_test = true};
	char sentence[SPEECH_SENTENCE_MAX];
	(void)state;

	memset(home.resident, 'r', sizeof(home.resident) - 1);
	memset(home.address, 'a', sizeof(home.address) - 1);
	memset(i.room, 'z', sizeof(i.room) - 1);
	announce_sentence(SPEECH_FRENCH, &i, &home, LADDER_SAY_ALERT, true, sentence);
	assert_string_equal(sentence + strlen(sentence) - 2, "z.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_class_has_its_words),
		cmocka_unit_test(test_what_else_is_said),
		cmocka_unit_test(test_HS_01_fine_after_raising_is_said_and_said_on),
		cmocka_unit_test(test_a_lost_link_has_its_own_words),
		cmocka_unit_test(test_a_fault_says_who_and_what),
		cmocka_unit_test(test_the_longest_names_are_said_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
