/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A home in virtual time for the tests of hub/dialogue: its incidents, its clock, and what is said
 * and shown when something happens.
 */
#pragma once

#include "tests/unit/suspicions.h"

#include "hub/dialogue.h"

#define DAY   (12 * 60)
#define NIGHT (23 * 60)
#define NONE  (-1)

struct home {
	struct escalation table;
	struct hub_dialogue config;
	struct dialogue dialogue;
	unsigned int minute;
	bool is_link_down;
	unsigned int row;
};

static inline void open_home(struct home *h, bool has_light, unsigned int minute)
{
	*h = (struct home){.table = table_of(30), .minute = minute};
	config_dialogue_usual(&h->config);
	dialogue_init(&h->dialogue, &h->config, has_light);
}

static inline struct dialogue_clock clock_of(const struct home *h, double seconds)
{
	return (struct dialogue_clock){.now_us = at_s(seconds).now_us, .minute = h->minute};
}

/* Turns at that instant: the phrase, or NONE; the last one's volume. */
static inline int turn(struct home *h, double seconds, unsigned int *ret_volume)
{
	struct prompt prompts[DIALOGUE_PROMPTS_MAX];
	unsigned int count = dialogue_turn(
		&h->dialogue, &h->table, !h->is_link_down, clock_of(h, seconds), prompts);

	assert_true(count <= 1);
	if (count && ret_volume)
		*ret_volume = prompts[0].volume_pct;
	if (count)
		assert_true(prompts[0].is_urgent);
	return count ? (int)prompts[0].phrase : NONE;
}

static inline struct dialogue_signs signs(struct home *h, double seconds)
{
	return dialogue_signs(&h->dialogue, &h->table, clock_of(h, seconds));
}

static inline void fall(struct home *h, double seconds)
{
	struct suspicion s = suspicion_of(INCIDENT_FALL, "montre");

	assert_int_equal(suspect(&h->table, &s, seconds, &h->row), 1);
}

/* Adopts and tells each transition: the last phrase, or NONE. */
static inline int adopt(
	struct home *h, const struct change *change, double seconds, struct prompt *ret)
{
	struct prompt prompt = {.who = ""};
	int phrase = NONE;

	escalate_adopt(&h->table, change);
	for (unsigned int n = 0; n < change->count; n++)
		if (dialogue_tell(&h->dialogue, &change->after, &change->transitions[n],
			    clock_of(h, seconds), &prompt) == 1) {
			phrase = (int)prompt.phrase;
			if (ret)
				*ret = prompt;
		}
	return phrase;
}

static inline int pass(struct home *h, double seconds)
{
	struct change change;

	assert_int_equal(escalate_time(&h->table, h->row, at_s(seconds), &change), 1);
	return adopt(h, &change, seconds, NULL);
}

static inline int answer(struct home *h, enum answer said, double seconds, struct prompt *ret)
{
	struct change change;

	assert_int_equal(escalate_answer(&h->table, h->row, said, at_s(seconds), &change), 1);
	return adopt(h, &change, seconds, ret);
}

static inline int receipt(struct home *h, double seconds)
{
	struct change change;
	uint32_t seq = h->table.episodes[h->row].incident.seq;

	assert_int_equal(escalate_receipt(&h->table, h->row, seq, at_s(seconds), &change), 1);
	return adopt(h, &change, seconds, NULL);
}

static inline int progress(struct home *h, enum incident_state state, const char *by,
	double seconds, struct prompt *ret)
{
	struct progress p = {.state = state, .changed_ms = at_s(seconds).wall_ms};
	struct change change;

	(void)snprintf(p.by, sizeof(p.by), "%s", by);
	if (state == INCIDENT_CLOSED)
		p.outcome = INCIDENT_OUTCOME_HELPED;
	assert_int_equal(escalate_progress(&h->table, h->row, &p, at_s(seconds), &change), 1);
	return adopt(h, &change, seconds, ret);
}
