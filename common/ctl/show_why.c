/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why an incident was made, as a sentence and as tables: what spoke for and against it, and what
 * became of it.
 */
#include "common/ctl/phrases.h"
#include "common/ctl/rows.h"
#include "common/ctl/show.h"
#include "common/ctl/table.h"
#include "common/incident.h"

#include <math.h>

/* "+2,1", "−3.5": a true minus, the language's decimal sign. */
static void weight_text(enum ctl_language language, double weight, char ret[SHORT_MAX])
{
	long tenths = lround(fabs(weight) * 10);

	(void)snprintf(ret, SHORT_MAX, "%s%ld%c%ld",
		tenths == 0  ? ""
		: weight < 0 ? "−"
			     : "+",
		tenths / 10, language == CTL_FRENCH ? ',' : '.', tenths % 10);
}

/* "chute probable 93 % : choc de 3,2 g au poignet (+5,2), immobile 18 s (+1,0)"; of what was not
 * weighed only its cause, which is what it began with. */
static void print_sentence(
	FILE *out, enum ctl_language language, const json_t *incident, const json_t *transitions)
{
	const json_t *reasons = json_object_get(incident, "reasons");
	double probability = json_number_value(json_object_get(incident, "probability"));
	bool is_french = language == CTL_FRENCH;

	table_print_text(out, ctl_words(language, text_of(incident, "class")));
	if (json_array_size(reasons) == 0) {
		bool is_told = json_array_size(transitions) > 0;
		char why[INCIDENT_TEXT_MAX];

		ctl_phrase(language,
			text_of(is_told ? json_array_get(transitions, 0) : incident, "why"), why,
			sizeof(why));
		(void)fputs(is_french ? " : " : ": ", out);
		table_print_text(out, why);
		(void)fputc('\n', out);
		return;
	}
	(void)fprintf(out, " %s %ld %%", ctl_words(language, "likely"), lround(100 * probability));
	for (size_t n = 0; n < json_array_size(reasons); n++) {
		const json_t *reason = json_array_get(reasons, n);
		char text[INCIDENT_TEXT_MAX], weight[SHORT_MAX];

		ctl_phrase(language, text_of(reason, "text"), text, sizeof(text));
		weight_text(language, json_number_value(json_object_get(reason, "weight")), weight);
		(void)fputs(n > 0 ? ", " : is_french ? " : " : ": ", out);
		table_print_text(out, text);
		(void)fprintf(out, " (%s)", weight);
	}
	(void)fputc('\n', out);
}

static void show_reasons(FILE *out, enum ctl_language language, const json_t *reasons)
{
	static const char *const heads[] = {"weight", "reason", NULL};
	json_t *rows = json_array();

	add_words(new_row(rows), language, heads);
	for (size_t n = 0; n < json_array_size(reasons); n++) {
		const json_t *reason = json_array_get(reasons, n);
		char text[INCIDENT_TEXT_MAX], weight[SHORT_MAX];
		json_t *row = new_row(rows);

		ctl_phrase(language, text_of(reason, "text"), text, sizeof(text));
		weight_text(language, json_number_value(json_object_get(reason, "weight")), weight);
		add(row, weight);
		add(row, text);
	}
	(void)fputc('\n', out);
	table_print(out, rows);
	json_decref(rows);
}

static void show_transitions(FILE *out, enum ctl_language language, const json_t *transitions)
{
	static const char *const heads[] = {"at", "state", "by", "why", NULL};
	json_t *rows = json_array();

	add_words(new_row(rows), language, heads);
	for (size_t n = 0; n < json_array_size(transitions); n++) {
		const json_t *t = json_array_get(transitions, n);
		char when[SHORT_MAX], why[INCIDENT_TEXT_MAX];
		json_t *row = new_row(rows);

		wall_text(json_integer_value(json_object_get(t, "at_ms")), true, when);
		ctl_phrase(language, text_of(t, "why"), why, sizeof(why));
		add(row, when);
		add(row, ctl_words(language, text_of(t, "to")));
		add(row, ctl_words(language, text_of(t, "by")));
		add(row, why);
	}
	(void)fputc('\n', out);
	table_print(out, rows);
	json_decref(rows);
}

void show_why(FILE *out, enum ctl_language language, const json_t *answer)
{
	const json_t *incident = json_object_get(answer, "incident");
	const json_t *reasons = json_object_get(incident, "reasons");
	const json_t *transitions = json_object_get(answer, "transitions");

	print_sentence(out, language, incident, transitions);
	if (json_array_size(reasons) > 0)
		show_reasons(out, language, reasons);
	if (json_array_size(transitions) > 0)
		show_transitions(out, language, transitions);
}
