/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The incident first, then the row that remembers it: whoever is killed between finds the incident
 * (hub/outbox_faults.h).
 */
#include "hub/watch_tell.h"

#include "common/log.h"
#include "hub/outbox_faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define TURNS_MAX 16 /* a round; the rest in the next */

static bool is_day(struct moment at)
{
	time_t s = (time_t)(at.wall_ms / 1000);
	struct tm local;

	if (!localtime_r(&s, &local))
		return true;
	return local.tm_hour >= FAULTS_DAY_FROM_H && local.tm_hour < FAULTS_DAY_UNTIL_H;
}

/* The incident that tells it: its id, or NULL when there is no room for one now. */
static const char *raise_fault(struct hub *h, const struct suspicion *s, struct moment at)
{
	int row = hub_suspect(h, s, at);

	return row < 0 ? NULL : h->episodes.table.episodes[row].incident.id;
}

static bool tell_one(struct hub *h, unsigned int row, struct moment at)
{
	const struct suspicion s = faults_suspicion(&h->faults, row);
	const char *incident = raise_fault(h, &s, at);

	if (!incident)
		return false;
	log_warning("fault: %s: %s", s.sensor.text, fault_kind_text(h->faults.rows[row].kind));
	faults_told(&h->faults, row, incident, at);
	return true;
}

static bool tell_together(struct hub *h, struct moment at)
{
	const struct suspicion s = faults_together(&h->faults, at);
	const char *incident = raise_fault(h, &s, at);

	if (!incident)
		return false;
	log_warning("faults: %u more, told together", s.reasons_count - 1);
	faults_told_together(&h->faults, incident, at);
	return true;
}

/* Of a sensor that is not installed any more nobody can say that it is heard again. */
static const char *why_over(struct hub *h, const struct fault *f)
{
	bool is_removed =
		!fault_is_of_home(f->kind) && !roster_find(&h->config.roster, &f->subject);

	return is_removed ? "capteur retiré" : fault_over_text(f->kind);
}

static void end_one(struct hub *h, unsigned int row, struct moment at)
{
	const struct fault *f = &h->faults.rows[row];

	/* an operator may have closed it before */
	(void)episodes_repaired(&h->episodes, f->incident, why_over(h, f), at);
	log_info("fault over: %s: %s", f->subject.text, fault_kind_text(f->kind));
	faults_ended(&h->faults, row);
}

/* One turn: false when nothing is to be done, or can be done now. */
static bool follow(struct hub *h, struct moment at)
{
	unsigned int row = 0;

	switch (faults_next(&h->faults, at, is_day(at), &row)) {
	case FAULTS_REST:
		break;
	case FAULTS_TELL:
		return tell_one(h, row, at);
	case FAULTS_TOGETHER:
		return tell_together(h, at);
	case FAULTS_END:
		end_one(h, row, at);
		return true;
	case FAULTS_END_TOGETHER:
		(void)episodes_repaired(
			&h->episodes, h->faults.others, "les autres pannes sont finies", at);
		faults_ended_together(&h->faults);
		return true;
	}
	return false;
}

void watch_tell(struct hub *h, struct moment at)
{
	unsigned int turns = 0;

	while (turns < TURNS_MAX && follow(h, at))
		turns++;
	if (turns == 0)
		return;
	hub_arm(h);
	if (outbox_put_faults(h->outbox, &h->faults, at) < 0)
		log_warning("faults: not kept: %s", outbox_fault(h->outbox));
}

static const char *const phrases[FAULT_KINDS] = {
	[FAULT_DEAF] = "hears nobody",
	[FAULT_JAMMED] = "jammed",
	[FAULT_MAINS] = "mains lost",
	[FAULT_STORE] = "",
	[FAULT_ROSTER] = "cannot be used, sensors are missing",
	[FAULT_RESTARTS] = "starts again and again",
	[FAULT_VOICE] = "",
	[FAULT_SILENT] = "silent",
	[FAULT_FAILED] = "failed",
	[FAULT_TAMPER] = "tampered with",
	[FAULT_QUIET] = "silent",
	[FAULT_BATTERY] = "battery low",
	[FAULT_UNSTABLE] = "chatters",
	[FAULT_UNWORN] = "not worn",
};

/* Deaf ways, the store and the voice have lines of their own, with their reason. */
static bool has_line(const struct fault *f)
{
	return f->subject.text[0] && f->is_on && phrases[f->kind][0] && f->kind != FAULT_DEAF;
}

static unsigned int add_notes(const struct hub *h, uint64_t now_us,
	char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX], unsigned int count)
{
	const struct watch_notes *n = &h->notes;

	if (count < HEARTBEAT_FAULTS_MAX && n->link_back_us > n->link_lost_us &&
		n->link_back_us - n->link_lost_us >= WATCH_LINK_US &&
		now_us < n->link_back_us + WATCH_NOTE_US)
		(void)snprintf(faults[count++], INCIDENT_TEXT_MAX,
			"link: was lost for %" PRIu64 " min, back %" PRIu64 " min ago",
			(n->link_back_us - n->link_lost_us) / (60 * US_PER_S),
			(now_us - n->link_back_us) / (60 * US_PER_S));
	if (count < HEARTBEAT_FAULTS_MAX && n->clock_us && now_us < n->clock_us + WATCH_NOTE_US)
		(void)snprintf(faults[count++], INCIDENT_TEXT_MAX,
			"clock: stepped by %" PRId64 " s", n->stepped_ms / 1000);
	return count;
}

unsigned int watch_faults(const struct hub *h, char faults[HEARTBEAT_FAULTS_MAX][INCIDENT_TEXT_MAX],
	unsigned int count)
{
	for (unsigned int kind = 0; kind < FAULT_KINDS; kind++)
		for (unsigned int n = 0; n < FAULTS_MAX && count < HEARTBEAT_FAULTS_MAX; n++) {
			const struct fault *f = &h->faults.rows[n];

			if (f->kind == kind && has_line(f))
				(void)snprintf(faults[count++], INCIDENT_TEXT_MAX, "%.64s: %s",
					f->subject.text, phrases[kind]);
		}
	return add_notes(h, clock_boot_us(), faults, count);
}

static json_t *fault_json(const struct fault *f)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:b}", "kind", fault_kind_text(f->kind),
		"subject", f->subject.text, "name", f->name, "room", f->room, "what", f->what,
		"since_ms", (json_int_t)f->since_ms, "told", f->told != FAULT_UNTOLD);
}

json_t *watch_faults_json(const struct hub *h)
{
	json_t *list = json_array();

	for (unsigned int n = 0; n < FAULTS_MAX; n++)
		if (h->faults.rows[n].is_on)
			(void)json_array_append_new(list, fault_json(&h->faults.rows[n]));
	return list;
}
