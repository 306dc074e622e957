/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a press means, from the button it came from, how it was pressed and whether the resident is
 * being asked. Pure.
 */
#pragma once

#include "hub/roster.h"
#include "hub/suspicion.h"

#define PRESS_CALLED  "bouton d’appel"
#define PRESS_CONTACT "souhaite parler à quelqu’un"

#define PRESS_ONCE_PROBABILITY \
	0.5 /* of a call heard once in the open: anybody may have said it \
	     */

enum press { PRESS_NOTHING, PRESS_FINE, PRESS_HELP, PRESS_SOCIAL, PRESS_PAUSE };

/* What the resident is being asked when the button is pressed. */
enum asked { ASKED_NOTHING, ASKED_WHETHER_WELL, ASKED_WHETHER_CALLED };

/* Of a READING_BUTTON of this sensor. FINE only while the resident is asked; a button for both says
 * HELP to the question whether they called, since who presses again was not heard well enough. A
 * double press is SOCIAL on a button that says so, and HELP while anything is asked: whoever
 * answers a question in a hurry must not be ranked below. A button for the pause is for nothing
 * else: no gesture on a call button ends the watch, because somebody in need presses in any way. */
enum press press_meaning(
	const struct roster_sensor *sensor, const struct reading *reading, enum asked asked);

/* A call for help from this sensor, as a press makes it. */
struct suspicion press_call(
	const struct roster_sensor *sensor, const char *why, bool is_test, int64_t event_ms);

/*
 * What follows from a press, which may have come in the open. Its second hearing (reading.repeats)
 * means what the first one did, whatever has been asked in between: `asked` is remembered in the
 * sensor. A call in the open is unconfirmed until its second hearing; "fine" in the open, which
 * could silence an alarm, counts from its second hearing on; so does the pause.
 */
enum press press_heard(struct roster_sensor *sensor, const struct reading *reading,
	enum asked asked, struct moment at, struct suspicion *ret_call);
