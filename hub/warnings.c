/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the resident is asked and can answer, and what the rhythm needs to know of doors.
 */
#include "hub/warnings.h"

#include "hub/prompts.h"
#include "hub/rhythm_heard.h"

#include <stdio.h>

static bool has_rooms(const struct roster *r)
{
	for (const struct roster_sensor *s = NULL; (s = roster_following(r, s));)
		if (rhythm_is_of_rooms(s))
			return true;
	return false;
}

/* Wires are not forged; of what comes by radio only what is sealed with a key is not. */
static bool is_forgeable(struct device_keys *keys, const struct roster_sensor *s)
{
	const struct device_key *key;
	uint8_t address[6];

	if (device_address_from_text(s->id.text, address) < 0)
		return false;
	key = device_keys_find(keys, address);
	return !key || !key->has_key;
}

static bool can_move_in_answer(struct hub *h)
{
	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));)
		if (rhythm_is_of_rooms(s) &&
			(s->movement != MOVEMENT_SEALED || !is_forgeable(&h->keys, s)))
			return true;
	return false;
}

static unsigned int add(
	char ret[WARNINGS_MAX][INCIDENT_TEXT_MAX], unsigned int count, bool is_so, const char *text)
{
	if (!is_so)
		return count;
	(void)snprintf(ret[count], INCIDENT_TEXT_MAX, "%s", text);
	return count + 1;
}

unsigned int warnings_of(struct hub *h, char ret[WARNINGS_MAX][INCIDENT_TEXT_MAX])
{
	bool has_rhythm = !h->config.rhythm.is_off && has_rooms(&h->config.roster);
	unsigned int count = prompts_faults(h, ret, 0);

	count = add(ret, count, h->config.ask_s > 0 && !prompts_has_fine_button(h),
		"no button says \"fine\": the resident cannot answer that all is well");
	count = add(ret, count, has_rhythm && !rhythm_has_outer_door(&h->config.roster),
		"no contact is the outer door (outer: true): until one shows itself, absences are asked about");
	return add(ret, count, has_rhythm && h->config.ask_s > 0 && !can_move_in_answer(h),
		"every room is movement: sealed and has no key: moving about answers no question");
}
