/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands, and the request each one makes of its words and options.
 */
#include "common/ctl/ctl.h"

#include "common/ctl/options.h"
#include "common/ctl/show.h"
#include "common/incident.h"
#include "common/utf8.h"

#include <stdlib.h>
#include <string.h>

#define DISCOVER_USUAL_S 30
#define DISCOVER_MAX_S   600
#define HOURS_MAX        12
#define WALK_USUAL_MIN   15
#define WALK_MAX_MIN     60

static const struct ctl_command commands[] = {
	{"status", NULL, "status", CTL_EITHER, CTL_NOTHING, .show = show_status},
	{"sensors", NULL, "sensors", CTL_HUB, CTL_NOTHING, .show = show_sensors},
	{"discover", NULL, "discover", CTL_HUB, CTL_NOTHING, .takes_seconds = true,
		.show_live = show_discovery},
	{"enrol", NULL, "enrol", CTL_HUB, CTL_ADDRESS, .takes_entry = true, .show = show_enrolled},
	{"remove", NULL, "remove", CTL_HUB, CTL_ADDRESS, .show = show_removed},
	{"walk-test", NULL, "walk_test", CTL_HUB, CTL_NOTHING, .takes_minutes = true,
		.show_live = show_walk},
	{"incidents", NULL, "incidents", CTL_EITHER, CTL_NOTHING, .takes_all = true,
		.show = show_incidents},
	{"why", NULL, "why", CTL_HUB, CTL_INCIDENT, .show = show_why},
	{"follow", NULL, "follow", CTL_EITHER, CTL_NOTHING, .is_stream = true, .show = show_step},
	{"test", NULL, "test", CTL_HUB, CTL_NOTHING, .show = show_test},
	{"press", NULL, "press", CTL_HUB, CTL_SENSOR, .show = show_press},
	{"answer", NULL, "answer", CTL_HUB, CTL_SAID, .show = show_state},
	{"output", NULL, "output", CTL_HUB, CTL_OUTPUT, .show = show_output},
	{"say", NULL, "say", CTL_HUB, CTL_TEXT, .show = show_say},
	{"export", NULL, "export", CTL_HUB, CTL_FOLDER, .takes_by = true, .takes_export = true},
	{"summary", NULL, "summary", CTL_HUB, CTL_WEEK, .show = show_summary},
	{"routine", NULL, "routine", CTL_HUB, CTL_SHOW, .show = show_routine},
	{"pause", NULL, "pause", CTL_HUB, CTL_HOURS, .takes_by = true, .show = show_pause},
	{"resume", NULL, "resume", CTL_HUB, CTL_NOTHING, .takes_by = true, .show = show_resume},
	{"acknowledge", "ack", "acknowledge", CTL_GATEWAY, CTL_INCIDENT, .takes_by = true,
		.show = show_state},
	{"on-the-way", NULL, "on_the_way", CTL_GATEWAY, CTL_INCIDENT, .takes_by = true,
		.show = show_state},
	{"on-site", NULL, "on_site", CTL_GATEWAY, CTL_INCIDENT, .takes_by = true,
		.show = show_state},
	{"close", NULL, "close", CTL_GATEWAY, CTL_INCIDENT, .takes_by = true, .takes_outcome = true,
		.show = show_state},
};

const struct ctl_command *ctl_command_find(const char *word)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].name, word) == 0 ||
			(commands[i].alias && strcmp(commands[i].alias, word) == 0))
			return &commands[i];
	return NULL;
}

/* Says `phrase` with what belongs into it. */
static bool complain(FILE *err, enum ctl_language language, const char *phrase, const char *first,
	const char *second)
{
	(void)fputs("vigie-ctl: ", err);
	ctl_say(err, language, phrase, (const char *const[]){first, second, NULL});
	(void)fputc('\n', err);
	return false;
}

bool ctl_complain(FILE *err, enum ctl_language language, const char *phrase, const char *first,
	const char *second)
{
	return complain(err, language, phrase, first, second);
}

static bool add_incident(json_t *request, const char *name, const char *word, bool is_last,
	enum ctl_language language, FILE *err)
{
	if (is_last || (word && strcmp(word, "last") == 0))
		return json_object_set_new(request, "incident", json_string("last")) == 0;
	if (!word)
		return complain(err, language, "\"%s\" needs an incident: its 32 digits, or --last",
			name, "");
	if (!incident_id_is_valid(word))
		return complain(err, language,
			"\"%s\" is no incident: 32 digits of 0-9 and a-f, or --last", word, "");
	return json_object_set_new(request, "incident", json_string(word)) == 0;
}

/* lamp or siren, on or off; takes both words. */
static bool add_output(json_t *request, char *const **words, enum ctl_language language, FILE *err)
{
	const char *output = (*words)[0], *on = output ? (*words)[1] : NULL;

	if (!on || (strcmp(output, "lamp") != 0 && strcmp(output, "siren") != 0) ||
		(strcmp(on, "on") != 0 && strcmp(on, "off") != 0))
		return complain(err, language,
			"\"output\" needs what is switched and how: lamp or siren, on or off", "",
			"");
	*words += 2;
	return json_object_set_new(request, "output", json_string(output)) == 0 &&
	       json_object_set_new(request, "on", json_boolean(strcmp(on, "on") == 0)) == 0;
}

static bool add_hours(json_t *request, char *const **words, enum ctl_language language, FILE *err)
{
	const char *word = **words;
	char *end = NULL;
	long hours = strtol(word, &end, 10);

	if (end == word || *end || hours < 1 || hours > HOURS_MAX)
		return complain(err, language, "\"%s\" is no pause: 1 to 12 hours", word, "");
	(*words)++;
	return json_object_set_new(request, "hours", json_integer(hours)) == 0;
}

/* Takes the command's words off *words. */
static bool add_words(json_t *request, const struct ctl_command *command, bool is_last,
	char *const **words, enum ctl_language language, FILE *err)
{
	const char *word = **words;

	if (command->words == CTL_TEXT && !word)
		return complain(err, language, "\"%s\" needs a text", command->name, "");
	if (command->words == CTL_ADDRESS && !word)
		return complain(
			err, language, "\"%s\" needs the sensor's address", command->name, "");
	if (command->words == CTL_ADDRESS) {
		(*words)++;
		return json_object_set_new(request, command->takes_entry ? "address" : "sensor",
			       json_string(word)) == 0;
	}
	if ((command->words == CTL_SENSOR || command->words == CTL_TEXT) && word) {
		(*words)++;
		return json_object_set_new(request, command->words == CTL_TEXT ? "text" : "sensor",
			       json_string(word)) == 0;
	}
	if (command->words == CTL_FOLDER) {
		*words += word != NULL;
		return word || complain(err, language, "\"%s\" needs a folder, which it makes",
				       command->name, "");
	}
	if (command->words == CTL_WEEK) {
		*words += word != NULL;
		return (!word || json_object_set_new(request, "week", json_string(word)) == 0) &&
		       json_object_set_new(request, "language",
			       json_string(language == CTL_FRENCH ? "fr" : "en")) == 0;
	}
	if (command->words == CTL_SHOW) {
		*words += word != NULL;
		return (word && strcmp(word, "show") == 0) ||
		       complain(err, language, "\"%s\" needs to be told what: show", command->name,
			       "");
	}
	if (command->words == CTL_HOURS && word)
		return add_hours(request, words, language, err);
	if (command->words == CTL_OUTPUT)
		return add_output(request, words, language, err);
	if (command->words == CTL_INCIDENT || command->words == CTL_SAID) {
		if (!add_incident(request, command->name, word, is_last, language, err))
			return false;
		*words += !is_last && word;
	}
	if (command->words != CTL_SAID)
		return true;
	word = **words;
	if (!word || (strcmp(word, "fine") != 0 && strcmp(word, "help") != 0))
		return complain(err, language,
			"\"answer\" needs what the resident says: fine or help", "", "");
	(*words)++;
	return json_object_set_new(request, "said", json_string(word)) == 0;
}

static bool is_plain_option(
	const char *name, const char *text, enum ctl_language language, FILE *err)
{
	if (strlen(text) < INCIDENT_TEXT_MAX && utf8_is_plain(text, strlen(text)))
		return true;
	return complain(err, language, "--%s: at most 96 bytes of plain text", name, "");
}

/* Who answers for it: --by, else who is logged in. */
static bool add_by(json_t *request, const char *by, enum ctl_language language, FILE *err)
{
	static const char *const variables[] = {"SUDO_USER", "LOGNAME", "USER"};

	for (size_t i = 0; !by && i < sizeof variables / sizeof variables[0]; i++)
		by = getenv(variables[i]);
	if (!by || !*by)
		by = "operator";
	return is_plain_option("by", by, language, err) &&
	       json_object_set_new(request, "by", json_string(by)) == 0;
}

static bool add_outcome(json_t *request, const struct ctl_command *command,
	const struct ctl_options *o, enum ctl_language language, FILE *err)
{
	enum incident_outcome outcome = INCIDENT_OUTCOME_NONE;

	if (!o->outcome || incident_outcome_from_text(o->outcome, &outcome) < 0 ||
		outcome == INCIDENT_OUTCOME_NONE)
		return complain(err, language,
			"\"%s\" needs an outcome: --outcome helped, emergency, false_alarm, test, "
			"social or repaired",
			command->name, "");
	if (o->why && (!is_plain_option("why", o->why, language, err) ||
			      json_object_set_new(request, "why", json_string(o->why)) < 0))
		return false;
	return json_object_set_new(request, "outcome", json_string(o->outcome)) == 0;
}

/* Options that mean nothing to this command are mistakes, not noise. */
static bool has_only_its_options(const struct ctl_command *c, const struct ctl_options *o,
	enum ctl_language language, FILE *err)
{
	const char *stray = ctl_options_stray(c, o);

	if (stray)
		return complain(err, language, "--%s does not belong to \"%s\"", stray, c->name);
	if (c->daemon == CTL_HUB && o->is_gateway)
		return complain(err, language, "\"%s\" is a command of the hub only", c->name, "");
	if (c->daemon == CTL_GATEWAY && o->is_hub)
		return complain(
			err, language, "\"%s\" is a command of the gateway only", c->name, "");
	return true;
}

/* A whole number of 1..max; `usual` where none is given. */
static bool add_number(json_t *request, const char *name, const char *text, long usual, long max,
	enum ctl_language language, FILE *err)
{
	char *end = NULL, most[16];
	long number = text ? strtol(text, &end, 10) : usual;

	(void)snprintf(most, sizeof most, "%ld", max);
	if (text && (end == text || *end || number < 1 || number > max))
		return complain(err, language, "--%s: needs a whole number of 1 to %s", name, most);
	return json_object_set_new(request, name, json_integer(number)) == 0;
}

/* Whose consent, or that it is for the person themselves: one of the two. */
static bool add_export(
	json_t *request, const struct ctl_options *o, enum ctl_language language, FILE *err)
{
	const struct {
		const char *name, *text;
	} texts[] = {{"consent", o->consent}, {"from", o->from}, {"to", o->to}};

	if (o->is_history == (o->consent != NULL))
		return complain(err, language,
			"\"export\" needs --consent \"NAME, DATE\" for windows, or --history for the "
			"person's own data",
			"", "");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].text &&
			(!is_plain_option(texts[i].name, texts[i].text, language, err) ||
				json_object_set_new(
					request, texts[i].name, json_string(texts[i].text)) < 0))
			return false;
	return json_object_set_new(
		       request, "what", json_string(o->is_history ? "history" : "windows")) == 0;
}

json_t *ctl_request(const struct ctl_command *command, const struct ctl_options *options,
	char *const words[], enum ctl_language language, FILE *err)
{
	json_t *request = json_pack("{s:s}", "do", command->verb);
	bool is_good = request && has_only_its_options(command, options, language, err) &&
		       add_words(request, command, options->is_last, &words, language, err);

	if (is_good && *words)
		is_good = complain(err, language, "\"%s\" is one word too many", *words, "");
	if (is_good && options->is_all)
		is_good = json_object_set_new(request, "all", json_true()) == 0;
	if (is_good && command->takes_by)
		is_good = add_by(request, options->by, language, err);
	if (is_good && command->takes_export)
		is_good = add_export(request, options, language, err);
	if (is_good && command->takes_outcome)
		is_good = add_outcome(request, command, options, language, err);
	if (is_good && command->takes_entry)
		is_good = ctl_add_entry(request, options, language, err);
	if (is_good && command->takes_minutes)
		is_good = add_number(request, "minutes", options->minutes, WALK_USUAL_MIN,
			WALK_MAX_MIN, language, err);
	if (is_good && command->takes_seconds)
		is_good = add_number(request, "seconds", options->seconds, DISCOVER_USUAL_S,
			DISCOVER_MAX_S, language, err);
	if (is_good)
		return request;
	json_decref(request);
	return NULL;
}
