/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must not be lost, behind a table of operations, so that a gateway can keep it in a file of
 * its own or share it. All calls are on the loop thread and return 0 or −errno. Between begin and
 * commit, what was put is seen by get; rolled back, nothing of it remains. Committed means on the
 * disk: a receipt may be sent (HS-05).
 */
#pragma once

#include "caller-gateway/ladder.h"
#include "common/heartbeat.h"
#include "common/incident.h"

/* `incident` holds what the hub said last (seq, class, room, reasons …) and, in state, outcome,
 * changed_ms, by and why, what the centre made of it. */
struct stored_incident {
	struct incident incident;
	int64_t received_ms; /* UTC: first committed here */
	int64_t deadline_ms; /* UTC, 0: none */
	enum ladder_say say;
	bool has_been_said;
	uint32_t again_s, follow_up_s;
	uint32_t escalations;
};

/* One line of an incident's story; appended, never changed. */
struct transition {
	char incident[INCIDENT_ID_MAX];
	enum incident_state state;
	uint32_t seq;  /* the hub's, as known then */
	int64_t at_ms; /* UTC */
	char by[INCIDENT_TEXT_MAX];
	char why[INCIDENT_TEXT_MAX];
};

struct stored_home {
	char home[INCIDENT_HOME_MAX];
	char release[HEARTBEAT_RELEASE_MAX];
	int64_t last_seen_ms;       /* UTC here, of its last message */
	char lost[INCIDENT_ID_MAX]; /* the incident of its being lost; "": it is not */
};

struct store;

/* Each row of a query, in order; non-zero ends the query and is its result. */
typedef int (*store_on_incident)(const struct stored_incident *row, void *userdata);
typedef int (*store_on_transition)(const struct transition *row, void *userdata);
typedef int (*store_on_home)(const struct stored_home *row, void *userdata);

struct store_ops {
	int (*begin)(struct store *s);
	int (*commit)(struct store *s); /* fails: everything since begin is rolled back */
	void (*rollback)(struct store *s);
	int (*get)(struct store *s, const char *id, struct stored_incident *ret); /* −ENOENT */
	int (*put)(struct store *s, const struct stored_incident *row);
	int (*append)(struct store *s, const struct transition *row);
	int (*put_home)(struct store *s, const struct stored_home *row);
	/* Not over, or over with something left to say; oldest first. A damaged row is left out and
	 * counted: it does not take the others with it. */
	int (*each_open)(struct store *s, store_on_incident on_row, void *userdata);
	/* The newest `most`, over or not; oldest first. */
	int (*each_recent)(
		struct store *s, unsigned int most, store_on_incident on_row, void *userdata);
	int (*each_transition)(
		struct store *s, const char *id, store_on_transition on_row, void *userdata);
	/* By name; a damaged row is left out and counted. */
	int (*each_home)(struct store *s, store_on_home on_row, void *userdata);
	struct store *(*free)(struct store *s);
};

/* The first member of every back end. */
struct store {
	const struct store_ops *ops;
	uint64_t damaged; /* rows that the queries came upon and left out */
};
