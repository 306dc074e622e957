/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of an incident in the home, as functions of what is known, what happened and the time:
 *
 *     suspected → verifying → raised → received → announced → accepted → on_the_way → on_site →
 *     closed;  verifying → cancelled;  received and later ↔ escalated
 *
 * Pure: no clock, no I/O, no allocation. Each function leaves its input alone and, when something
 * changes, describes it as a `struct change`: the episode after, and every transition with who,
 * when and why. The caller commits the change first and adopts it then; what must still reach the
 * centre is read from the episode itself (escalate_is_owed).
 *
 * What was said in the open over the radio counts at once when it was heard twice. Heard once, it
 * is kept as suspected for ESCALATE_CONFIRM_US; then the resident is asked, and silence raises it
 * as any other: no alarm by a single forged or garbled frame, and no press lost (HS-09).
 *
 * The rules: a call for help is never asked back and, while the resident is being asked, raises
 * what they are being asked about. Silence raises (HS-01). A fall latches: later evidence adds, it
 * never clears (HS-10). Further evidence of an event joins its incident (HS-09) under the same id
 * with a higher seq. The gateway's progress moves it along, never back, and never replaces its
 * receipt (HS-05).
 */
#pragma once

#include "common/clock.h"
#include "hub/suspicion.h"

#define ESCALATE_OPEN_MAX        32
#define ESCALATE_TECHNICAL_MAX   8 /* of them at most: faults must not take the rows of alarms */
#define ESCALATE_TRANSITIONS_MAX 4
#define ESCALATE_ASK_MAX_S       120
#define ESCALATE_JOIN_S          120 /* evidence this close to the last joins even when accepted */
#define ESCALATE_CONFIRM_US      (2 * US_PER_S) /* sensors repeat a press for a second or so */
#define ESCALATE_PRESS_GAP_S     2 /* further presses within this add nothing to the first */
#define ESCALATE_RETRY_MIN_US    (500 * US_PER_MS)
#define ESCALATE_RETRY_MAX_US    (30 * US_PER_S)

struct transition {
	char incident[INCIDENT_ID_MAX];
	uint32_t seq;
	enum incident_state from, to;
	int64_t at_ms;
	char by[INCIDENT_TEXT_MAX];
	char why[INCIDENT_TEXT_MAX];
};

/* An incident and what the home remembers around it. A plain value. */
struct episode {
	struct incident incident; /* id "": a free row */
	struct sensor_id sensor;
	uint64_t mark;
	uint64_t evidence_us;     /* the last that joined */
	uint64_t verify_until_us; /* until when it is suspected or verifying; else 0 */
	uint32_t delivered_seq;   /* the highest the gateway's receipt named */
	uint32_t presses;
	uint32_t call_seq;   /* with which the last call for help was told; 0: none */
	int64_t progress_ms; /* the last progress taken in */
	/* of this run only, not stored */
	uint64_t send_at_us;
	unsigned int sends;
	bool is_unsaved; /* the store refused it: alarms from memory, is written again */
};

/* The open episodes of a home. When it is full the store still holds what has to leave it. */
struct escalation {
	char home[INCIDENT_HOME_MAX];
	uint32_t ask_s; /* how long the resident may answer; 0: nobody is asked */
	struct episode episodes[ESCALATE_OPEN_MAX];
};

struct change {
	unsigned int row; /* where in episodes[] `after` belongs */
	struct episode after;
	unsigned int count;
	struct transition transitions[ESCALATE_TRANSITIONS_MAX];
};

enum answer { ANSWER_FINE, ANSWER_HELP };

/*
 * Something was suspected: 1 with the change (a new incident, or more of an open one), 0 when it
 * adds nothing. `new_id` is used where a new incident begins. A full table gives up the row of what
 * the store and the centre already hold; where every row is still owed to the centre, the suspicion
 * joins the latest of its class (else the latest) and says where from: no call is ever refused.
 * A technical incident is one fault (its sensor and mark): it joins no other, takes no row from an
 * alarm, gives up its own to one, and is refused with −ENOBUFS where ESCALATE_TECHNICAL_MAX are
 * held: whoever found the fault tells it later.
 */
int escalate_suspect(const struct escalation *t, const struct suspicion *s, const char *new_id,
	struct moment at, struct change *ret);

/* Time passed: 1 when no second hearing came or the resident did not answer in time, else 0. */
int escalate_time(
	const struct escalation *t, unsigned int row, struct moment at, struct change *ret);
/* The resident answered: 1; −EALREADY when the incident is over. Before raising, "fine" cancels and
 * "help" raises; after, either is told to the centre, which alone closes. */
int escalate_answer(const struct escalation *t, unsigned int row, enum answer answer,
	struct moment at, struct change *ret);
/* Somebody moved in the home (`where`: by which sensor). What was suspected because nobody did is
 * answered by it: while the resident is asked, inactivity and wandering are cancelled by
 * "movement"; once raised the centre is told, once. 1 or 0; of a fall it says nothing. Nor does it
 * answer where anybody may have said so (`answers` false): the question goes on; once raised the
 * centre is told that it may be no movement. */
int escalate_moved(const struct escalation *t, unsigned int row, const char *where, bool answers,
	struct moment at, struct change *ret);
/* The cause of a technical incident is gone: the home itself ends it (cancelled, by the hub): 1;
 * −EALREADY when it is over, −EINVAL for an alarm, which only people end. */
int escalate_repaired(const struct escalation *t, unsigned int row, const char *why,
	struct moment at, struct change *ret);
/* The gateway's receipt: 1; 0 when it was known; −ERANGE for a seq that was never sent. */
int escalate_receipt(const struct escalation *t, unsigned int row, uint32_t seq, struct moment at,
	struct change *ret);
/* The gateway's progress: 1; 0 when older than what is known or backwards; −EINVAL when the state
 * cannot come from the centre or the incident was never raised. Closed over a call that no receipt
 * names yet is raised still: the centre receives that call anew, under the same id. */
int escalate_progress(const struct escalation *t, unsigned int row, const struct progress *progress,
	struct moment at, struct change *ret);

/*
 * The centre closes (progress) what is `e` here, which began as another thing than a call: true
 * when somebody called and the centre had not heard of that yet (no receipt names it). That call is
 * then an incident of its own, as ret.
 */
bool escalate_outlives(
	const struct episode *e, const struct progress *progress, struct suspicion *ret);

/* The row of an incident, or −ENOENT. */
int escalate_find(const struct escalation *t, const char *incident);
/* The open row of a sensor and class, or −ENOENT. */
int escalate_row_of_sensor(
	const struct escalation *t, const struct sensor_id *sensor, enum incident_class class);
/* The row that is being asked about (the latest), or −ENOENT. */
int escalate_asked(const struct escalation *t);
/* The open row with the latest evidence, or −ENOENT. */
int escalate_newest(const struct escalation *t);
/* Puts the change in force; a row that is over and delivered becomes free. */
void escalate_adopt(struct escalation *t, const struct change *change);
/* An episode from the store takes a row as a new incident would, due at once: its row or −ENOSPC.
 */
int escalate_restore(struct escalation *t, const struct episode *episode, uint64_t now_us);
/* Rows that hold nothing. */
unsigned int escalate_free_rows(const struct escalation *t);

/* Raised or cancelled, and the centre's receipt does not name its latest seq. */
bool escalate_is_owed(const struct episode *e);
/* Nothing more to do for it here. */
bool escalate_is_done(const struct episode *e);
/* What the wire carries: the home tells that it raised or cancelled; the rest is the centre's. */
struct incident escalate_wire(const struct episode *e);
/* It was handed to the broker: the next attempt doubles its distance, 0.5 s to 30 s. */
void escalate_sent(struct episode *e, uint64_t now_us);
/* The earliest instant at which something is due, or UINT64_MAX. */
uint64_t escalate_next_us(const struct escalation *t, bool is_link_up);
unsigned int escalate_owed_count(const struct escalation *t);
