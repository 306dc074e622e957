/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the desk share: desk.c (life, groups), desk_take.c (what hubs say),
 * desk_moves.c (operators, voice, ladder), desk_homes.c and desk_fault.c. Not for others.
 */
#pragma once

#include "caller-gateway/desk.h"

#define DESK_SAID_UNKEPT_MAX 16

struct desk_case {
	char id[INCIDENT_ID_MAX];
	uint64_t number; /* the newest has the greatest */
	bool is_own;     /* the gateway's own fault: not said, not told to a hub */
	struct ladder ladder;
};

/* Written in the group, to take effect once it is committed. */
struct desk_pending {
	struct incident incident;
	struct ladder ladder;
	bool has_changed, has_receipt, has_progress;
	const char *told; /* the step to tell, or NULL */
	uint32_t receipt_seq;
};

struct desk {
	struct store *store;
	struct desk_policy policy;
	struct desk_ports ports;
	struct desk_case *cases; /* DESK_CASES_MAX */
	unsigned int count;
	uint64_t numbered;
	struct desk_pending *pending; /* DESK_GROUP_MAX */
	unsigned int pending_count;
	bool is_in_group, is_store_well;
	char in_voice[INCIDENT_ID_MAX]; /* "": the voice is free */
	enum ladder_say voice_say;
	uint64_t voice_since_us;
	/* Said although they could not be kept; so that a repetition is not said again. */
	char unkept[DESK_SAID_UNKEPT_MAX][INCIDENT_ID_MAX];
	unsigned int unkept_next;
};

/* NULL: not on the desk. */
struct desk_case *desk_case_of(struct desk *d, const char *id);
/* The case as it would be taken up from the store. */
void desk_ladder_of(const struct stored_incident *row, struct desk_moment at, struct ladder *ret);
int desk_begin(struct desk *d);
/* One change of an incident. The texts are borrowed. */
struct desk_change {
	enum incident_state state;
	bool enters; /* comes into the state, maybe anew; else only a line of its story */
	const char *by, *why;
	const char *told; /* the step to tell */
	bool has_progress, has_receipt;
};

/* Writes `row`, as it was read, and one transition into the group and makes the change pending. */
int desk_write(struct desk *d, struct stored_incident *row, struct ladder *ladder,
	const struct desk_change *change, struct desk_moment at);
/* An alert that cannot be kept is heard all the same, once. */
void desk_say_unkept(struct desk *d, const struct incident *incident);
/* The group so far is gone: nothing of it takes effect. Returns error. */
int desk_abandon(struct desk *d, int error);
