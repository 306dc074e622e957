/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE table of options: where each is kept, and which commands take it.
 */
#include "common/ctl/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const char usage[] =
	"vigie-ctl [--hub|--gateway] [--socket PATH] [--json] COMMAND\n"
	"  hub and gateway (the hub unless --gateway):\n"
	"    status                         how it is\n"
	"    incidents [--all]              what is open; --all: what is over too\n"
	"    follow                         each step as it happens\n"
	"  hub:\n"
	"    sensors                        signal, battery, format and refusals of each\n"
	"    discover [--seconds N]         who is on air, strangers too, the closest first\n"
	"    enrol ADDRESS --role ROLE [--room ROOM] [--name NAME] [--place wrist|trunk]\n"
	"          [--button help|fine|pause|both] [--double help|social] [--fall KIND]\n"
	"          [--connect public|random] [--adapter NAME] [--key-file FILE | --key-stdin]\n"
	"          [--stale S] [--stale-min S] [--unsupervised] [--canary] [--outer]\n"
	"          [--movement usual|trusted|sealed|shared]\n"
	"    remove ADDRESS                 takes an enrolled sensor out again\n"
	"    walk-test [--minutes N]        says and shows each sensor that is set off\n"
	"    test                           raises a test incident, end to end\n"
	"    press [SENSOR]                 simulates a press of a button\n"
	"    why INCIDENT                   what spoke for it and against it (or --last)\n"
	"    answer INCIDENT fine|help      what the resident says (or --last)\n"
	"    output lamp|siren on|off       switches it, to try the wiring\n"
	"    say TEXT                       says it aloud in the home\n"
	"    summary [WEEK]                 the week's summary for the caregiver (2026-W48)\n"
	"    export --consent \"NAME, DATE\" [--from DAY] [--to DAY] FOLDER\n"
	"                                   accelerometer windows for retraining, unnamed\n"
	"    export --history [--from DAY] [--to DAY] FOLDER\n"
	"                                   the person's own data, for themselves\n"
	"    routine show                   the home's rhythm by rooms and hours\n"
	"    pause [HOURS] [--by NAME]      nothing is suspected for 1 to 12 hours; calls go on\n"
	"    resume [--by NAME]             ends the pause\n"
	"  gateway:\n"
	"    acknowledge INCIDENT [--by NAME]   (ack) somebody has it in hand (or --last)\n"
	"    on-the-way  INCIDENT [--by NAME]\n"
	"    on-site     INCIDENT [--by NAME]\n"
	"    close INCIDENT --outcome helped|emergency|false_alarm|test|social|repaired\n"
	"          [--by NAME] [--why TEXT]\n"
	"Exit status: 0 done, 1 the daemon refused, 2 usage or no daemon.\n";

enum option_kind { TEXT, FLAG };

#define EVERYBODY SIZE_MAX
#define INCIDENTS (SIZE_MAX - 1) /* who takes an incident */

struct option_row {
	const char *name;
	enum option_kind kind;
	size_t at;   /* in struct ctl_options: a const char * or a bool */
	size_t mark; /* the bool in struct ctl_command that says who takes it */
};

#define AT(field)   offsetof(struct ctl_options, field)
#define MARK(field) offsetof(struct ctl_command, field)

static const struct option_row rows[] = {
	{"hub", FLAG, AT(is_hub), EVERYBODY},
	{"gateway", FLAG, AT(is_gateway), EVERYBODY},
	{"socket", TEXT, AT(socket), EVERYBODY},
	{"json", FLAG, AT(is_json), EVERYBODY},
	{"help", FLAG, AT(is_help), EVERYBODY},
	{"version", FLAG, AT(is_version), EVERYBODY},
	{"all", FLAG, AT(is_all), MARK(takes_all)},
	{"last", FLAG, AT(is_last), INCIDENTS},
	{"by", TEXT, AT(by), MARK(takes_by)},
	{"outcome", TEXT, AT(outcome), MARK(takes_outcome)},
	{"why", TEXT, AT(why), MARK(takes_outcome)},
	{"name", TEXT, AT(name), MARK(takes_entry)},
	{"room", TEXT, AT(room), MARK(takes_entry)},
	{"role", TEXT, AT(role), MARK(takes_entry)},
	{"place", TEXT, AT(place), MARK(takes_entry)},
	{"button", TEXT, AT(button), MARK(takes_entry)},
	{"double", TEXT, AT(double_press), MARK(takes_entry)},
	{"fall", TEXT, AT(fall), MARK(takes_entry)},
	{"connect", TEXT, AT(connect), MARK(takes_entry)},
	{"adapter", TEXT, AT(adapter), MARK(takes_entry)},
	{"movement", TEXT, AT(movement), MARK(takes_entry)},
	{"outer", FLAG, AT(is_outer), MARK(takes_entry)},
	{"canary", FLAG, AT(is_canary), MARK(takes_entry)},
	{"unsupervised", FLAG, AT(is_unsupervised), MARK(takes_entry)},
	{"stale", TEXT, AT(stale_s), MARK(takes_entry)},
	{"stale-min", TEXT, AT(stale_min_s), MARK(takes_entry)},
	{"key-file", TEXT, AT(key_file), MARK(takes_entry)},
	{"key-stdin", FLAG, AT(is_key_on_stdin), MARK(takes_entry)},
	{"history", FLAG, AT(is_history), MARK(takes_export)},
	{"consent", TEXT, AT(consent), MARK(takes_export)},
	{"from", TEXT, AT(from), MARK(takes_export)},
	{"to", TEXT, AT(to), MARK(takes_export)},
	{"minutes", TEXT, AT(minutes), MARK(takes_minutes)},
	{"seconds", TEXT, AT(seconds), MARK(takes_seconds)},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char **text_at(struct ctl_options *o, const struct option_row *row)
{
	return (const char **)(void *)((char *)o + row->at);
}

static bool *flag_at(struct ctl_options *o, const struct option_row *row)
{
	return (bool *)(void *)((char *)o + row->at);
}

static bool takes(const struct ctl_command *c, const struct option_row *row)
{
	if (row->mark == EVERYBODY)
		return true;
	if (row->mark == INCIDENTS)
		return c->words == CTL_INCIDENT || c->words == CTL_SAID;
	return *(const bool *)(const void *)((const char *)c + row->mark);
}

int ctl_options_read(int argc, char *const argv[], struct ctl_options *ret, FILE *out, FILE *err)
{
	struct option known[ROWS + 1] = {{0}};
	int n;

	for (n = 0; n < ROWS; n++)
		known[n] = (struct option){.name = rows[n].name,
			.has_arg = rows[n].kind == TEXT ? required_argument : no_argument,
			.val = n};
	optind = 0; /* glibc: begin anew */
	while ((n = getopt_long(argc, argv, "", known, NULL)) >= 0) {
		if (n >= ROWS) { /* '?' */
			(void)fputs(usage, err);
			return CTL_NOT_DONE;
		}
		if (rows[n].kind == TEXT)
			*text_at(ret, &rows[n]) = optarg;
		else
			*flag_at(ret, &rows[n]) = true;
	}
	if (ret->is_help || ret->is_version) {
		(void)fputs(ret->is_help ? usage : "vigie-ctl " VIGIE_VERSION "\n", out);
		return CTL_DONE;
	}
	return -1;
}

const char *ctl_options_stray(const struct ctl_command *c, const struct ctl_options *o)
{
	struct ctl_options copy = *o;

	for (unsigned int n = 0; n < ROWS; n++) {
		bool is_given = rows[n].kind == TEXT ? *text_at(&copy, &rows[n]) != NULL
						     : *flag_at(&copy, &rows[n]);

		if (is_given && !takes(c, &rows[n]))
			return rows[n].name;
	}
	return NULL;
}
