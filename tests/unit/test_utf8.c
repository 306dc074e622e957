/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Well-formed UTF-8 at the edges of the table, and what steers a screen. */
#include "common/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_plain_texts_are_taken(void **state)
{
	static const char *const texts[] = {"", " ", "~", "Salon", "Élodie à Nice", "\xc2\xa0",
		"\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xe2\x80\xa7", "\xe2\x80\xaf"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!utf8_is_plain(texts[i], strlen(texts[i])))
			fail_msg("text %zu is refused", i);
}

static void test_malformed_and_steering_texts_are_refused(void **state)
{
	static const char *const texts[] = {"\x1f", "a\nb", "\t", "\x7f", "\xc2\x80", "\xc2\x9f",
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\xc0", "\xe0\x9f\xbf",
		"\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xff", "\xfe", "\xe2\x80\x8e", "\xe2\x80\xa8", "\xe2\x80\xae",
		"\xe2\x81\xa6", "\xe2\x81\xa9", "caf\xe9"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (utf8_is_plain(texts[i], strlen(texts[i])))
			fail_msg("text %zu is taken", i);
	assert_false(utf8_is_plain("a\0b", 3));
}

static void test_a_text_must_fit_with_its_NUL(void **state)
{
	char full[4] = {'a', 'b', 'c', 'd'};

	(void)state;
	assert_false(utf8_is_plain_within(full, sizeof full));
	full[3] = '\0';
	assert_true(utf8_is_plain_within(full, sizeof full));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_texts_are_taken),
		cmocka_unit_test(test_malformed_and_steering_texts_are_refused),
		cmocka_unit_test(test_a_text_must_fit_with_its_NUL),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
