/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A walk test: a line for each sensor as it is set off, and at the end those that were not.
 */
#include "common/ctl/show.h"

#include "common/ctl/rows.h"
#include "common/ctl/table.h"

/* "Cuisine, mouvement (Détecteur cuisine)". */
static void show_sensor(FILE *out, enum ctl_language language, const json_t *s)
{
	const char *room = text_of(s, "room"), *what = text_of(s, "what");

	table_print_text(out, *room ? room : text_of(s, "name"));
	(void)fputs(", ", out);
	table_print_text(out, *what ? what : ctl_words(language, text_of(s, "role")));
	(void)fputs(" (", out);
	table_print_text(out, text_of(s, "name"));
	(void)fputs(")\n", out);
}

static void show_end(FILE *out, enum ctl_language language, const json_t *missing)
{
	if (json_array_size(missing) == 0) {
		(void)fprintf(out, "%s\n", ctl_words(language, "every sensor was set off"));
		return;
	}
	(void)fprintf(out, "%s\n", ctl_words(language, "not set off:"));
	for (size_t n = 0; n < json_array_size(missing); n++) {
		(void)fputs("  ", out);
		show_sensor(out, language, json_array_get(missing, n));
	}
}

void show_walk(FILE *out, enum ctl_language language, const json_t *answer, struct ctl_live *live)
{
	const json_t *walked = json_object_get(answer, "walked");
	const json_t *missing = json_object_get(answer, "missing");
	json_int_t left_s = json_integer_value(json_object_get(answer, "left_s"));

	if (!live->is_begun) {
		char count[SHORT_MAX];

		(void)snprintf(count, sizeof count, "%zu", json_array_size(missing));
		ctl_say(out, language, "%s sensors to set off; open and close each door\n",
			(const char *const[]){count, NULL});
		if (json_is_false(json_object_get(answer, "aloud")))
			(void)fprintf(out, "%s\n",
				ctl_words(
					language, "this home has no voice: nothing is said aloud"));
	}
	live->is_begun = true;
	for (; live->shown < json_array_size(walked); live->shown++)
		show_sensor(out, language, json_array_get(walked, live->shown));
	if (left_s == 0)
		show_end(out, language, missing);
}
