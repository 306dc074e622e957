/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts and their reasons, the heaviest first, and what a person reads of them. French; what a
 * technician reads in English is vigie-ctl's matter.
 */
#include "models/fusion_state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#define WAITING_ODDS 2.0F /* below the threshold: as much as a second answer often adds */

static bool is_reason(const struct fusion_event *e, unsigned int what)
{
	return e->weights[what] != 0 || (what == FUSION_GAP && e->amounts[what]);
}

/* The heaviest that is not in yet; −1 when all are. */
static int heaviest(const struct fusion_event *e, uint32_t taken)
{
	int found = -1;

	for (unsigned int what = 0; what < FUSION_WHATS; what++)
		if (!(taken & 1U << what) && is_reason(e, what) &&
			(found < 0 || fabsf(e->weights[what]) > fabsf(e->weights[found])))
			found = (int)what;
	return found;
}

static void give_reasons(const struct fusion_event *e, struct fusion_verdict *ret)
{
	uint32_t taken = 0;

	while (ret->reasons_count < FUSION_REASONS_MAX) {
		int what = heaviest(e, taken);

		if (what < 0)
			return;
		taken |= 1U << what;
		ret->reasons[ret->reasons_count++] =
			(struct fusion_reason){.what = (enum fusion_what)what,
				.weight = e->weights[what],
				.amount = e->amounts[what],
				.sensor = e->sensors[what],
				.surprise = e->surprise};
	}
}

static void give(const struct fusion_event *e, struct fusion_verdict *ret)
{
	*ret = (struct fusion_verdict){.class = e->class,
		.surprise = e->surprise,
		.is_certain = e->is_certain,
		.is_update = e->is_told,
		.sensor = e->sensor,
		.room = e->room,
		.mark = e->mark,
		.began_us = e->began_us,
		.probability = 1 / (1 + expf(-fusion_odds(e)))};
	give_reasons(e, ret);
}

int fusion_waiting(const struct fusion *f, unsigned int n, struct fusion_verdict *ret)
{
	const struct fusion_event *e;

	if (n >= FUSION_EVENTS_MAX)
		return -EINVAL;
	e = &f->events[n];
	if (!e->is_open || e->class != FUSION_FALL || e->is_told || e->is_judged ||
		fusion_odds(e) < f->ask_odds - WAITING_ODDS)
		return 0;
	give(e, ret);
	return 1;
}

int fusion_verdict(struct fusion *f, struct fusion_verdict *ret)
{
	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++) {
		struct fusion_event *e = &f->events[n];

		if (!e->is_open || !e->is_due)
			continue;
		give(e, ret);
		e->is_due = false;
		e->is_told = true;
		if (e->tellings < UINT8_MAX)
			e->tellings++;
		e->told_odds = fusion_odds(e);
		return 1;
	}
	return 0;
}

/* "20 s", "45 min", "3 h 05" */
static void length_text(uint32_t seconds, char *ret, size_t bytes)
{
	if (seconds < 120)
		(void)snprintf(ret, bytes, "%u s", seconds);
	else if (seconds < 7200)
		(void)snprintf(ret, bytes, "%u min", seconds / 60);
	else
		(void)snprintf(ret, bytes, "%u h %02u", seconds / 3600, seconds / 60 % 60);
}

static void surprise_text(const struct fusion_reason *r, char *ret, size_t bytes)
{
	static const char *const phrases[ROUTINE_ANSWERS_MAX] = {
		[ROUTINE_LONG_SILENCE] = "aucun signe de vie depuis %s, inhabituel ici",
		[ROUTINE_LONG_STAY] = "dans la même pièce depuis %s, inhabituel ici",
		[ROUTINE_NOT_BACK] = "levé la nuit depuis %s et pas revenu",
		[ROUTINE_NOT_UP] = "pas encore levé, silence depuis %s",
		[ROUTINE_GONE_AT_NIGHT] = "sorti la nuit depuis %s"};
	const char *phrase = phrases[(unsigned int)r->surprise % ROUTINE_ANSWERS_MAX];
	const char *rest = phrase;
	char length[24];

	length_text(r->amount * 60, length, sizeof(length));
	while (rest[0] != '%')
		rest++;
	(void)snprintf(ret, bytes, "%.*s%s%s", (int)(rest - phrase), phrase, length, rest + 2);
}

static void shock_text(const struct fusion_reason *r, const char *kind, enum wear_place place,
	char *ret, size_t bytes)
{
	static const char *const places[] = {
		[WEAR_UNKNOWN] = "", [WEAR_WRIST] = " au poignet", [WEAR_TRUNK] = " au tronc"};

	(void)snprintf(ret, bytes, "%s de %u,%u g%s", kind, r->amount / 1000,
		r->amount % 1000 / 100, places[place <= WEAR_TRUNK ? place : WEAR_UNKNOWN]);
}

/* What is said with a length of time (%s) or without. */
static const char *phrase_of(const struct fusion_reason *r)
{
	switch (r->what) {
	case FUSION_START:
		return "point de départ";
	case FUSION_TOLD:
		return "le capteur signale une chute";
	case FUSION_AFTER:
		return r->weight < 0 ? "a bougé ensuite" : r->amount ? "immobile" : "rien ensuite";
	case FUSION_GAP:
		return "mesure incomplète";
	case FUSION_LAID_DOWN:
		return "posé, sans mouvement avant le choc depuis";
	case FUSION_NO_CONTACT:
		return "pas de contact avec la peau";
	case FUSION_ELSEWHERE:
		return "mouvement dans une autre pièce après";
	case FUSION_NO_ELSEWHERE:
		return "aucun mouvement ailleurs pendant";
	case FUSION_MAT_PRESSED:
		return "assis ou couché après";
	case FUSION_ON_MAT:
		return "sur le lit ou le fauteuil";
	case FUSION_MAT_LEFT:
		return "lit ou fauteuil quitté à ce moment";
	case FUSION_DOOR:
		return "porte d’entrée utilisée après";
	case FUSION_NO_PULSE:
		return "aucun pouls mesuré";
	case FUSION_NIGHT:
		return "la nuit";
	case FUSION_STILL_WORN:
		return "porté et sans mouvement depuis";
	case FUSION_WORN_MOVES:
		return "le capteur porté bouge";
	case FUSION_DEAF:
		return "capteurs non entendus";
	case FUSION_SHOCK:
	case FUSION_ALSO:
	case FUSION_WEAK:
	case FUSION_FAST_PULSE:
	case FUSION_SURPRISE:
	case FUSION_WHATS:
	default:
		return "";
	}
}

static bool has_length(const struct fusion_reason *r)
{
	return r->what == FUSION_ELSEWHERE || r->what == FUSION_NO_ELSEWHERE ||
	       r->what == FUSION_MAT_PRESSED || r->what == FUSION_DOOR ||
	       r->what == FUSION_LAID_DOWN || r->what == FUSION_STILL_WORN ||
	       (r->what == FUSION_AFTER && r->weight >= 0 && r->amount > 0);
}

void fusion_reason_text(const struct fusion_reason *r, enum wear_place place, const char *room,
	char *ret, size_t bytes)
{
	bool is_minutes = r->what == FUSION_LAID_DOWN || r->what == FUSION_STILL_WORN;
	char length[24];

	length_text(r->amount * (is_minutes ? 60 : 1), length, sizeof(length));
	if (r->what == FUSION_SHOCK)
		shock_text(r, "choc", place, ret, bytes);
	else if (r->what == FUSION_ALSO)
		shock_text(r, "autre capteur : choc", place, ret, bytes);
	else if (r->what == FUSION_WEAK)
		(void)snprintf(ret, bytes,
			r->amount > 1 ? "%u chocs faibles auparavant" : "%u choc faible auparavant",
			r->amount);
	else if (r->what == FUSION_FAST_PULSE)
		(void)snprintf(ret, bytes, "pouls de %u", r->amount);
	else if (r->what == FUSION_SURPRISE)
		surprise_text(r, ret, bytes);
	else if (r->what == FUSION_ELSEWHERE && room[0])
		(void)snprintf(ret, bytes, "mouvement ailleurs (%.40s) après %s", room, length);
	else
		(void)snprintf(ret, bytes, "%s%s%s", phrase_of(r), has_length(r) ? " " : "",
			has_length(r) ? length : "");
}

void fusion_verdict_text(const struct fusion_verdict *v, char *ret, size_t bytes)
{
	static const char *const names[] = {[FUSION_FALL] = "chute",
		[FUSION_INACTIVITY] = "inactivité anormale",
		[FUSION_WANDERING] = "sortie la nuit"};

	(void)snprintf(ret, bytes, "%s probable %d %%", names[v->class],
		(int)(100 * v->probability + 0.5F));
}
