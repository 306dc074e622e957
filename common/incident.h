/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The incident: the one contract between the home and the centre. A plain value, copied with `=`;
 * its JSON (version 1, docs/PROTOCOL.md) is strict both ways. Knows neither sensors nor ladders.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INCIDENT_VERSION      1
#define INCIDENT_ID_MAX       33 /* 32 lower-case hexadecimal digits and NUL */
#define INCIDENT_HOME_MAX     33 /* [a-z0-9-]{1,32}: it is a topic level and a certificate's name */
#define INCIDENT_TEXT_MAX     97 /* UTF-8 bytes and NUL: sensor, room, by, why */
#define INCIDENT_REASONS_MAX  8
#define INCIDENT_JSON_MAX     4096
#define INCIDENT_TOPIC_PREFIX "vigie/v1/"

enum incident_class {
	INCIDENT_HELP,
	INCIDENT_FALL,
	INCIDENT_INACTIVITY,
	INCIDENT_WANDERING,
	INCIDENT_ENVIRONMENT,
	INCIDENT_SOCIAL,
	INCIDENT_TECHNICAL,
	INCIDENT_CLASSES
};

enum incident_state {
	INCIDENT_SUSPECTED,
	INCIDENT_VERIFYING,
	INCIDENT_RAISED,
	INCIDENT_RECEIVED,
	INCIDENT_ANNOUNCED,
	INCIDENT_ACCEPTED,
	INCIDENT_ON_THE_WAY,
	INCIDENT_ON_SITE,
	INCIDENT_ESCALATED,
	INCIDENT_CLOSED,
	INCIDENT_CANCELLED,
	INCIDENT_STATES
};

/* Why an operator closed it: a list, not free text alone. NONE while it is open. */
enum incident_outcome {
	INCIDENT_OUTCOME_NONE,
	INCIDENT_OUTCOME_HELPED,    /* somebody went and helped */
	INCIDENT_OUTCOME_EMERGENCY, /* handed to the emergency services by people */
	INCIDENT_OUTCOME_FALSE_ALARM,
	INCIDENT_OUTCOME_TEST,
	INCIDENT_OUTCOME_SOCIAL,   /* wanted contact, got it */
	INCIDENT_OUTCOME_REPAIRED, /* a technical fault, mended */
	INCIDENT_OUTCOMES
};

/* What the resident said of it last. Fine closes nothing that was raised: an operator does. */
enum incident_said {
	INCIDENT_SAID_NOTHING,
	INCIDENT_SAID_FINE,
	INCIDENT_SAID_HELP,
	INCIDENT_SAID_WORDS
};

/* One contribution to the judgement, in log-odds, readable by a person: {"choc au poignet", +2.1}.
 */
struct incident_reason {
	char text[INCIDENT_TEXT_MAX];
	double weight; /* −20..20 */
};

struct incident {
	char id[INCIDENT_ID_MAX];
	char home[INCIDENT_HOME_MAX];
	uint32_t seq; /* grows by one with each transition at the hub, from 1 */
	enum incident_class class;
	enum incident_state state;
	enum incident_outcome outcome;
	enum incident_said said;
	bool is_test;
	int64_t event_ms;   /* UTC: when it happened in the home */
	int64_t changed_ms; /* UTC: when it came into this state */
	double probability; /* 0..1 */
	char sensor[INCIDENT_TEXT_MAX];
	char room[INCIDENT_TEXT_MAX];
	char by[INCIDENT_TEXT_MAX];  /* who made the last transition: "hub", "resident", "operator
					paul" */
	char why[INCIDENT_TEXT_MAX]; /* why, in one phrase */
	unsigned int reasons_count;
	struct incident_reason reasons[INCIDENT_REASONS_MAX];
};

/* The wire's words: "fall", "on_the_way", "false_alarm". Never NULL for a value of the enum. */
const char *incident_class_text(enum incident_class class);
const char *incident_state_text(enum incident_state state);
const char *incident_outcome_text(enum incident_outcome outcome);
const char *incident_said_text(enum incident_said said);
/* −EINVAL for an unknown word, the output untouched. */
int incident_class_from_text(const char *text, enum incident_class *ret);
int incident_state_from_text(const char *text, enum incident_state *ret);
int incident_outcome_from_text(const char *text, enum incident_outcome *ret);
int incident_said_from_text(const char *text, enum incident_said *ret);

/* A person's own: for help, or for company. */
bool incident_is_call(enum incident_class class);
/* Closed or cancelled: nothing more will happen to it. */
bool incident_is_over(enum incident_state state);
/* 128 random bits as 32 lower-case hexadecimal digits. */
void incident_new_id(char ret_id[INCIDENT_ID_MAX]);
bool incident_id_is_valid(const char *id);

/*
 * To JSON: returns its length (< INCIDENT_JSON_MAX, NUL follows) or −EINVAL when a value may not be
 * sent: what from_json() would refuse is not written either, ret_json stays untouched. Numbers that
 * are not whole are written with 9 significant digits. From JSON: 0, or −EINVAL (not JSON,
 * duplicate, unknown or missing key, wrong type, unknown word, over-long, not UTF-8 or a control
 * character in a text, an outcome while it is open), −ERANGE (a number), −EPROTONOSUPPORT (another
 * version), with a message naming the field in ret_error and ret untouched. The message never
 * quotes a value, so that it may be logged.
 */
int incident_to_json(const struct incident *incident, char ret_json[INCIDENT_JSON_MAX]);
int incident_from_json(
	const char *json, size_t bytes, struct incident *ret, char *ret_error, size_t error_bytes);

/* Gateway → hub, topic …/receipt: {"v":1,"incident":id,"seq":n}. Same errors as
 * incident_from_json(). */
struct receipt {
	char incident[INCIDENT_ID_MAX];
	uint32_t seq;
};
int receipt_to_json(const struct receipt *receipt, char ret_json[INCIDENT_JSON_MAX]);
int receipt_from_json(
	const char *json, size_t bytes, struct receipt *ret, char *ret_error, size_t error_bytes);

/* Gateway → hub, topic …/progress:
 * {"v":1,"incident":id,"state":…,"by":…,"why":…,"outcome":…,"changed_ms":…}. */
struct progress {
	char incident[INCIDENT_ID_MAX];
	enum incident_state state; /* announced, accepted, on_the_way, on_site, escalated, closed */
	enum incident_outcome outcome; /* of a closed one, and only of that */
	int64_t changed_ms;
	char by[INCIDENT_TEXT_MAX];
	char why[INCIDENT_TEXT_MAX];
};
int progress_to_json(const struct progress *progress, char ret_json[INCIDENT_JSON_MAX]);
int progress_from_json(
	const char *json, size_t bytes, struct progress *ret, char *ret_error, size_t error_bytes);

/* Hub → gateway, topic …/link: {"v":1,"state":"up"} by the hub at each connection,
 * {"v":1,"state":"lost"} by the broker as its last will. */
struct link {
	bool is_up;
};
int link_to_json(const struct link *link, char ret_json[INCIDENT_JSON_MAX]);
int link_from_json(
	const char *json, size_t bytes, struct link *ret, char *ret_error, size_t error_bytes);

/* "vigie/v1/<home>/<leaf>" into ret (of `bytes`): its length or −ENAMETOOLONG. */
int incident_topic(const char *home, const char *leaf, char *ret, size_t bytes);
/* The home named in such a topic when its leaf is `leaf`: 0, or −EINVAL. */
int incident_topic_home(const char *topic, const char *leaf, char ret_home[INCIDENT_HOME_MAX]);
bool incident_home_is_valid(const char *home);
