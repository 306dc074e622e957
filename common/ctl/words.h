/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vigie-ctl says to people, in two languages: THE table of its phrases.
 */
#pragma once

#include <stdio.h>

enum ctl_language { CTL_ENGLISH, CTL_FRENCH, CTL_LANGUAGES };

/* French where LC_ALL, LC_MESSAGES or LANG (the first that is set) begins with "fr". */
enum ctl_language ctl_language_from_environment(void);

/* The phrase in that language; `english` itself where the table has no such row. */
const char *ctl_words(enum ctl_language language, const char *english);

/* Prints the phrase with `values` (NULL ends them) in the place of its "%s", control characters as
 * '?'. */
void ctl_say(
	FILE *out, enum ctl_language language, const char *english, const char *const values[]);
