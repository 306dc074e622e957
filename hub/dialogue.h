/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the resident is told, and how: from the incidents of the home as they are, what happened to
 * them, the configuration and the time, to what is to be said, lit and made to buzz. Pure.
 *
 * Who is being asked is asked in sound, again each repeat_s and louder each time, and meanwhile by
 * a blinking lamp and a buzzing wearable (HS-16). By night the light and the buzz come first and
 * the voice some seconds later and softer. After that each step is told, as it is: calling, the
 * centre knows, somebody is on the way … A centre that does not answer is told too, loudly: nobody
 * may lie there believing that help is coming.
 *
 * When the next question is due follows from the stored deadline: after a restart the asking goes
 * on where it was and does not begin again (HS-02). What was told before is not told again.
 */
#pragma once

#include "hub/config_dialogue.h"
#include "hub/escalate.h"

#define DIALOGUE_PROMPTS_MAX     2
#define DIALOGUE_LOUDER_PCT      15 /* with each repetition */
#define DIALOGUE_VOICE_LATER_S   10 /* by night, where there is a light; a third of ask_s at most */
#define DIALOGUE_UNANSWERED_S    15 /* without a receipt the centre is not reached */
#define DIALOGUE_DOWN_S          5  /* the same while the link is down */
#define DIALOGUE_UNREACHED_MIN_S 60 /* said again then, doubling */
#define DIALOGUE_UNREACHED_MAX_S 600
#define DIALOGUE_SIREN_US        (5 * US_PER_S)
#define DIALOGUE_SIGNAL_US       (3 * US_PER_S)   /* a mild buzz with each thing told */
#define DIALOGUE_LIT_US          (600 * US_PER_S) /* after the last step */
#define DIALOGUE_BLINK_ASKED_US  (500 * US_PER_MS)
#define DIALOGUE_BLINK_ALONE_US  (1500 * US_PER_MS)

enum dialogue_buzz { BUZZ_NONE, BUZZ_MILD, BUZZ_HIGH };

struct dialogue_clock {
	uint64_t now_us;
	unsigned int minute; /* of the home's own day, 0..1439 */
};

struct prompt {
	enum phrase phrase;
	char who[INCIDENT_TEXT_MAX];
	unsigned int volume_pct;
	bool is_urgent;
	bool is_hushing; /* what is being said is not said to its end: it is no longer so */
};

struct dialogue_signs {
	bool lamp, siren;
	enum dialogue_buzz buzz;
};

struct dialogue_row {
	char incident[INCIDENT_ID_MAX];
	uint64_t prompt_us; /* the next question; 0: not asked yet */
	unsigned int prompts;
	uint64_t unreached_us;  /* when the centre is (again) said not to be reached; 0: it answered
				 */
	unsigned int unreached; /* how often that was said */
	bool wants_receipt;     /* the resident called again and waits to hear that it arrived */
};

struct dialogue {
	const struct hub_dialogue *config; /* borrowed from the hub */
	bool has_light;                    /* a lamp, or a wearable that buzzes */
	struct dialogue_row rows[ESCALATE_OPEN_MAX];
	uint64_t signal_until_us, siren_until_us, lit_until_us;
	uint64_t next_us;
};

void dialogue_init(struct dialogue *d, const struct hub_dialogue *config, bool has_light);

/* The earliest instant at which dialogue_turn() or dialogue_signs() have something to do. */
uint64_t dialogue_next_us(const struct dialogue *d);
/* After every change, and when it is due: what is to be said now, 0..DIALOGUE_PROMPTS_MAX. */
unsigned int dialogue_turn(struct dialogue *d, const struct escalation *t, bool is_link_up,
	struct dialogue_clock at, struct prompt ret[DIALOGUE_PROMPTS_MAX]);
/* What shines and buzzes now; after dialogue_turn(). */
struct dialogue_signs dialogue_signs(
	struct dialogue *d, const struct escalation *t, struct dialogue_clock at);
/* One transition of an incident: 1 with what is said about it, else 0. */
int dialogue_tell(struct dialogue *d, const struct episode *after, const struct transition *t,
	struct dialogue_clock at, struct prompt *ret);
/* Something is said that is of no incident: a short buzz and a light go with it. */
void dialogue_signal(struct dialogue *d, uint64_t now_us);
/* How loud something ordinary is said now. */
unsigned int dialogue_volume(const struct hub_dialogue *config, unsigned int minute);
