/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each phrase has a name, words in both languages and, where a person is named, words for nobody;
 * own words win; the longest fit; every name is a field of the configuration.
 */
#include "hub/config_dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_every_phrase_has_words_and_a_name_of_its_own(void **state)
{
	char sentence[SPEECH_SENTENCE_MAX], other[SPEECH_SENTENCE_MAX];

	(void)state;
	for (unsigned int n = 0; n < PHRASES; n++) {
		const char *name = phrase_name((enum phrase)n);

		assert_true(strlen(name) > 0 && strlen(name) <= 32);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
		for (unsigned int m = 0; m < n; m++)
			assert_string_not_equal(name, phrase_name((enum phrase)m));
		phrase_text(SPEECH_FRENCH, (enum phrase)n, "", "", true, sentence);
		phrase_text(SPEECH_ENGLISH, (enum phrase)n, "", "", true, other);
		assert_true(strlen(sentence) > 10 && strlen(other) > 10);
		assert_string_not_equal(sentence, other);
		assert_null(strchr(sentence, '{'));
		assert_null(strchr(other, '{'));
	}
}

static void test_whoever_comes_is_named_or_is_somebody(void **state)
{
	static const struct {
		enum speech_language language;
		const char *own, *who, *expected;
	} rows[] = {
		{SPEECH_FRENCH, "", "Paul", "Paul est en route."},
		{SPEECH_FRENCH, "", "", "Quelqu’un est en route."},
		{SPEECH_ENGLISH, "", "Paul", "Paul is on the way."},
		{SPEECH_ENGLISH, "", "", "Somebody is on the way."},
		{SPEECH_FRENCH, "Courage, {who} arrive !", "Paul", "Courage, Paul arrive !"},
		{SPEECH_FRENCH, "Courage, {who} arrive !", "", "Courage, Quelqu’un arrive !"},
		{SPEECH_FRENCH, "Courage !", "Paul", "Courage !"},
		{SPEECH_FRENCH, "100 % sûr", "Paul", "100 % sûr"},
		{SPEECH_FRENCH, "%s%n {who}", "%s", "%s%n %s"},
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		char sentence[SPEECH_SENTENCE_MAX];

		phrase_text(rows[n].language, PHRASE_ON_THE_WAY, rows[n].own, rows[n].who, false,
			sentence);
		assert_string_equal(sentence, rows[n].expected);
	}
}

/* A button that only calls would raise what was to be cancelled. */
static void test_a_press_is_asked_for_only_where_it_says_fine(void **state)
{
	static const char *const press[2] = {"appuyez une fois", "press your button once"};
	char sentence[SPEECH_SENTENCE_MAX];

	(void)state;
	for (unsigned int n = 0; n < PHRASES; n++)
		for (enum speech_language l = SPEECH_FRENCH; l <= SPEECH_ENGLISH; l++) {
			phrase_text(l, (enum phrase)n, "", "", false, sentence);
			assert_null(strstr(sentence, press[l]));
			phrase_text(l, (enum phrase)n, "", "", true, sentence);
			assert_int_equal(strstr(sentence, press[l]) != NULL,
				phrase_is_of_button((enum phrase)n));
		}
	assert_true(phrase_is_of_button(PHRASE_ASK_FALL));
	phrase_text(SPEECH_FRENCH, PHRASE_ASK_FALL, "Maman, {fine} ?", "", true, sentence);
	assert_string_equal(sentence, "Maman, {fine} ?");
}

static void test_the_longest_words_with_the_longest_name_fit(void **state)
{
	char own[PHRASE_WORDS_MAX], who[INCIDENT_TEXT_MAX], sentence[SPEECH_SENTENCE_MAX];

	(void)state;
	memset(own, 'a', sizeof(own) - 1);
	own[sizeof(own) - 1] = '\0';
	memcpy(own + 20, "{who}", 5);
	memset(who, 'b', sizeof(who) - 1);
	who[sizeof(who) - 1] = '\0';
	phrase_text(SPEECH_FRENCH, PHRASE_ON_SITE, own, who, true, sentence);
	assert_int_equal(strlen(sentence), PHRASE_WORDS_MAX - 1 - 5 + INCIDENT_TEXT_MAX - 1);
}

struct home_yaml {
	struct dialogue_yaml *dialogue;
};

static const cyaml_schema_field_t home_fields[] = {
	CYAML_FIELD_MAPPING_PTR(
		"dialogue", CYAML_FLAG_POINTER, struct home_yaml, dialogue, config_dialogue_fields),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t home_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct home_yaml, home_fields)};

/* The whole `dialogue:` of a file that holds these words: 0 or the error. */
static int take(const char *name, const char *words, struct hub_dialogue *ret)
{
	char path[] = "/tmp/vigie-phrases-XXXXXX", error[CONFIG_FILE_ERROR_MAX];
	FILE *f = fdopen(mkstemp(path), "w");
	void *loaded = NULL;
	int r;

	assert_non_null(f);
	assert_true(fprintf(f, "dialogue: {words: {%s: \"%s\"}}\n", name, words) > 0);
	assert_int_equal(fclose(f), 0);
	config_dialogue_usual(ret);
	r = config_file_load(path, &home_value, &loaded, error);
	if (r == 0) {
		r = config_dialogue_take(path, ((struct home_yaml *)loaded)->dialogue, ret, error);
		config_file_free(&home_value, loaded);
	}
	(void)unlink(path);
	return r;
}

static void test_a_home_may_have_its_own_words_for_each(void **state)
{
	static struct hub_dialogue d;
	char longest[PHRASE_WORDS_MAX + 1];

	(void)state;
	for (unsigned int n = 0; n < PHRASES; n++) {
		assert_int_equal(take(phrase_name((enum phrase)n), "Maman ?", &d), 0);
		for (unsigned int m = 0; m < PHRASES; m++)
			assert_string_equal(d.words[m], m == n ? "Maman ?" : "");
	}
	memset(longest, 'a', PHRASE_WORDS_MAX);
	longest[PHRASE_WORDS_MAX] = '\0';
	assert_true(take("closed", longest, &d) < 0);
	assert_int_equal(take("closed", longest + 1, &d), 0);
	assert_true(take("closed", "", &d) < 0);
	assert_true(take("closed", "a\\nb", &d) < 0);
	assert_true(take("opened", "a", &d) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_phrase_has_words_and_a_name_of_its_own),
		cmocka_unit_test(test_whoever_comes_is_named_or_is_somebody),
		cmocka_unit_test(test_a_press_is_asked_for_only_where_it_says_fine),
		cmocka_unit_test(test_the_longest_words_with_the_longest_name_fit),
		cmocka_unit_test(test_a_home_may_have_its_own_words_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
