/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources and sensors before supervision; what it finds goes out by hub/watch_tell.c.
 */
#include "hub/watch.h"

#include "common/log.h"
#include "hub/findings.h"
#include "hub/mains.h"
#include "hub/outbox_faults.h"
#include "hub/outbox_watched.h"
#include "hub/roster_aside.h"
#include "hub/watch_tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int way_of(const struct hub_source *source)
{
	if (source->is_receiver)
		return WAY_RADIO;
	return source->is_bus ? WAY_BUS(source->bus) : WAY_NONE;
}

static void name_way(struct hub *h, unsigned int n, const char *subject, const char *name)
{
	struct way *way = &h->supervision.ways[n];

	way->is_used = true;
	(void)snprintf(
		way->subject.text, sizeof(way->subject.text), FAULTS_HOME_PREFIX "%s", subject);
	(void)snprintf(way->name, sizeof(way->name), "%s", name);
}

/* Sensors on a bus: by the points that the configuration gives them. */
static void set_ways(struct hub *h, uint64_t now_us)
{
	const struct hub_modbus *modbus = &h->config.modbus;
	char name[INCIDENT_TEXT_MAX];

	for (unsigned int n = 0; n < modbus->points_count; n++) {
		const struct roster_sensor *sensor =
			roster_find(&h->config.roster, &modbus->points[n].sensor);

		if (sensor)
			supervision_set_way(
				&h->supervision, sensor, WAY_BUS(modbus->points[n].bus), now_us);
	}
	for (unsigned int n = 0; n < modbus->buses_count; n++) {
		(void)snprintf(name, sizeof(name), "Bus Modbus %s", modbus->buses[n].name);
		name_way(h, WAY_BUS(n), modbus->buses[n].name, name);
	}
	if (h->config.has_bluetooth)
		name_way(h, WAY_RADIO, "radio", "Récepteur radio");
	else /* addresses of a recording */
		supervision_listen(&h->supervision, WAY_RADIO, true, now_us);
}

void watch_begin(struct hub *h, struct moment at)
{
	supervision_init(&h->supervision, &h->config.roster, at.now_us);
	set_ways(h, at.now_us);
	(void)outbox_load_watched(h->outbox, &h->supervision, at.now_us);
	(void)outbox_load_faults(h->outbox, &h->faults, at);
	h->notes.starts = outbox_put_start(h->outbox, WATCH_NOTE_US / US_PER_S, at);
	if (h->notes.starts > 1)
		log_warning("started %d times within an hour", h->notes.starts);
	h->watched_us = at.now_us + WATCH_SAVE_US;
	roster_aside_report(h, at); /* a technician at the hub need not wait for the slow round */
}

void watch_hear(struct hub *h, const struct roster_sensor *sensor, uint64_t now_us)
{
	supervision_hear(&h->supervision, sensor, now_us);
}

void watch_source(const struct hub_source *source, uint64_t now_us)
{
	unsigned int way = way_of(source);

	if (way != WAY_NONE)
		supervision_listen(&source->hub->supervision, way,
			source->health.state == SOURCE_HEARING, now_us);
}

void watch_link(struct hub *h, bool is_up, struct moment at)
{
	struct watch_notes *notes = &h->notes;

	if (!is_up && (notes->link_lost_us == 0 || notes->link_back_us > notes->link_lost_us))
		notes->link_lost_us = at.now_us;
	if (!is_up || notes->link_lost_us == 0 || notes->link_back_us > notes->link_lost_us)
		return;
	notes->link_back_us = at.now_us;
	control_tell(h->control, at.now_us, "hub", "link_back", NULL, NULL);
	log_info("link: was lost for %llu s",
		(unsigned long long)((at.now_us - notes->link_lost_us) / US_PER_S));
}

/* A link that stands is a sign of life of who is at its end, who may have nothing to say. */
static void hear_links(struct hub *h, uint64_t now_us)
{
	for (unsigned int n = 0; n < h->sources_count; n++) {
		const struct hub_source *s = &h->sources[n];

		if (s->is_link && s->wearable && s->health.state == SOURCE_HEARING)
			watch_hear(h, s->wearable, now_us);
	}
}

static void look_at_wearables(struct hub *h, uint64_t now_us)
{
	for (const struct roster_sensor *s = NULL; (s = roster_following(&h->config.roster, s));)
		if (s->role == ROLE_WEARABLE) {
			supervision_wear(&h->supervision, s, judge_wear(h->judge, s), now_us);
			supervision_moves(&h->supervision, s, judge_moves(h->judge, s), now_us);
		}
}

/* Whoever is heard proves that the radio hears; whoever floods it, that it does not. */
static void hear_radio(struct hub *h, uint64_t now_us)
{
	for (unsigned int n = 0; n < h->sources_count; n++) {
		const struct hub_source *s = &h->sources[n];
		const struct receiver *r = s->is_receiver ? source_receiver(s->source) : NULL;
		struct jamming_counts counts;

		if (!r)
			continue;
		counts = jamming_count(r);
		if (counts.sound != h->notes.reports)
			supervision_hear_any(&h->supervision, WAY_RADIO, now_us);
		h->notes.reports = counts.sound;
		(void)jamming_judge(&h->jamming, counts, now_us);
		supervision_jam(&h->supervision, WAY_RADIO, h->jamming.is_jammed, now_us);
	}
}

static void look_at_clock(struct hub *h, struct moment at)
{
	struct watch_notes *notes = &h->notes;
	int64_t offset_us = at.wall_ms * 1000 - (int64_t)at.now_us;
	int64_t stepped_ms = (offset_us - notes->offset_us) / 1000;
	bool is_first = notes->offset_us == 0;
	char text[48];

	notes->offset_us = offset_us;
	if (is_first || llabs(stepped_ms) < WATCH_STEP_MS)
		return;
	notes->clock_us = at.now_us;
	notes->stepped_ms = stepped_ms;
	(void)snprintf(text, sizeof(text), "by %lld s", (long long)(stepped_ms / 1000));
	log_warning("clock: stepped %s", text);
	control_tell(h->control, at.now_us, "hub", "clock", NULL, text);
}

static void report_home(struct hub *h, enum fault_kind kind, bool is_on, const char *subject,
	const char *what, struct moment at)
{
	struct fault_report r = {
		.kind = kind, .is_on = is_on, .name = "Box", .room = "", .what = what};

	(void)snprintf(r.subject.text, sizeof(r.subject.text), FAULTS_HOME_PREFIX "%s", subject);
	(void)faults_report(&h->faults, &r, at);
}

static void look_at_home(struct hub *h, struct moment at)
{
	int mains = mains_look(h->config.power_supply);

	if (mains >= 0)
		report_home(h, FAULT_MAINS, mains == 0, "mains",
			"coupure de courant : la box est sur sa batterie", at);
	report_home(h, FAULT_RESTARTS,
		h->notes.starts >= WATCH_STARTS && at.now_us < h->started_us + WATCH_NOTE_US,
		"restarts", "la box redémarre sans cesse", at);
	roster_aside_report(h, at);
	report_home(h, FAULT_STORE, outbox_fault(h->outbox)[0] != '\0', "store",
		"la mémoire de la box est abîmée ou pleine", at);
	report_home(h, FAULT_VOICE, h->voice && voice_fault(h->voice)[0], "voice",
		"pas de son : la personne n’est plus interrogée à voix haute", at);
}

void watch_add(struct hub *h, const struct roster_sensor *sensor, struct moment at)
{
	supervision_add(&h->supervision, sensor, at.now_us);
}

void watch_remove(struct hub *h, const struct roster_sensor *sensor, struct moment at)
{
	for (unsigned int kind = 0; kind < FAULT_KINDS; kind++) {
		const struct fault_report over = {.kind = (enum fault_kind)kind,
			.subject = sensor->id,
			.name = sensor->name,
			.room = sensor->room,
			.what = ""};

		if (faults_is_on(&h->faults, over.kind, &sensor->id))
			(void)faults_report(&h->faults, &over, at);
	}
}

void watch_turn(struct hub *h, struct moment at)
{
	look_at_clock(h, at);
	hear_links(h, at.now_us);
	look_at_wearables(h, at.now_us);
	hear_radio(h, at.now_us);
	look_at_home(h, at);
	findings_report(&h->supervision, &h->faults, at);
	watch_tell(h, at);
	if (at.now_us < h->watched_us)
		return;
	h->watched_us = at.now_us + WATCH_SAVE_US;
	watch_save(h, at);
}

void watch_save(struct hub *h, struct moment at)
{
	int r;

	if (!h->outbox || !h->supervision.roster)
		return;
	r = outbox_put_watched(h->outbox, &h->supervision, at.now_us);
	if (r < 0)
		log_warning(
			"supervision: what was learned is not kept: %s", outbox_fault(h->outbox));
}
