/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk test: for some minutes an installer walks through the home and sets off each sensor;
 * each is said aloud as it triggers, and those that are still missing can be asked for. It ends by
 * itself, at the latest after WALK_MINUTES_MAX, or when all have triggered, and is shown as long as
 * it lasts among what the heartbeat tells the centre.
 *
 * While it lasts, nobody is inactive or astray: suspicions of these two classes are dropped, for it
 * is the installer who moves. Nothing else is held back. A pressed button always gets through
 * (HS-11), and not as a test: it may be the resident's. Its reason says that a walk test is under
 * way, or has just ended.
 */
#pragma once

#include "hub/hub.h"

#define WALK_MINUTES_MAX 60
#define WALK_GRACE_US    (10 * US_PER_S) /* what triggered can be asked for so long after its end */
#define WALK_AGAIN_US    (10 * US_PER_S) /* one that triggers again so soon is not said again */

struct walk_step {
	bool has_triggered;
	bool has_state;
	uint8_t order; /* of the first time, from 0 */
	double state;  /* of a contact or a mat: what it was when first heard, then what it was last
			*/
	uint64_t said_us;
	char what[INCIDENT_TEXT_MAX]; /* "mouvement" */
};

struct walk {
	uint64_t until_us;
	bool is_over;
	uint8_t triggered;
	struct sensor_id ids[ROSTER_SENSORS_MAX]; /* whose step is in the row */
	struct walk_step steps[ROSTER_SENSORS_MAX];
};

/* Begins anew: 0 or −ENOMEM. */
int walk_begin(struct hub *h, unsigned int minutes, uint64_t now_us);
bool walk_is_on(const struct hub *h);
/* A reading of an installed sensor, or samples of a wearable (`reading` NULL). */
void walk_hear(struct hub *h, const struct roster_sensor *sensor, const struct reading *reading,
	struct moment at);
/* Whether a suspicion is held back while somebody walks; else its reason may be added to. */
bool walk_holds_back(const struct hub *h, struct suspicion *s);
uint64_t walk_next_us(const struct hub *h);
void walk_turn(struct hub *h, struct moment at);
void walk_done(struct hub *h);

/* The verb `walk_test`. */
int request_walk_test(struct hub *h, const json_t *request, json_t *answer);
