/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row for each of the two files.
 */
#include "hub/roster_aside.h"

#include "common/clock.h"
#include "common/log.h"
#include "hub/enrolment.h"
#include "hub/store_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ASIDE_ROSTER, ASIDE_KEYS };

static const struct {
	const char *name, *unread, *before; /* unread now, or set aside before */
} files[HUB_ASIDES] = {
	[ASIDE_ROSTER] = {ROSTER_FILE, ROSTER_FILE " illisible : les capteurs enrôlés manquent",
		ROSTER_FILE " mis de côté : des capteurs manquent"},
	[ASIDE_KEYS] = {ENROLMENT_KEYS,
		ENROLMENT_KEYS " illisible : les clés des capteurs manquent",
		ENROLMENT_KEYS " mis de côté : des clés manquent"},
};

static void note(struct hub_aside *a, const char *what)
{
	a->is_on = true;
	(void)snprintf(a->what, sizeof(a->what), "%s", what);
}

/* The line and its word are for whoever mends the file: they are told, not logged. */
static void note_refused(struct hub_aside *a, const struct hub_roster_found *found)
{
	a->is_on = true;
	(void)snprintf(a->what, sizeof(a->what),
		found->refused == 1 ? ROSTER_FILE " ligne %u « %s » refusé, %u capteur manque"
				    : ROSTER_FILE " ligne %u « %s » refusé, %u capteurs manquent",
		found->line, found->word, found->refused);
}

/* What cannot be renamed stays where it is, and is unread at the next start too. */
static void set_aside(struct hub *h, unsigned int n, const char *path, const char *error)
{
	struct hub_aside *a = &h->asides[n];
	long long stamp = (long long)clock_wall_ms();
	int r = store_set_aside(path, stamp);

	note(a, files[n].unread);
	log_error("roster: %s", error);
	if (r == 0 && roster_file_find_aside(path, a->path))
		log_error("roster: %s is kept as %s.aside-%lld, the hub goes on without it",
			files[n].name, files[n].name, stamp);
	else
		log_error("roster: %s cannot be kept aside: %s, the hub goes on without it",
			files[n].name, strerror(-r));
}

/* An earlier start kept one aside that is there still. */
static void look_before(struct hub *h, unsigned int n, const char *path)
{
	struct hub_aside *a = &h->asides[n];

	if (a->is_on || !roster_file_find_aside(path, a->path))
		return;
	note(a, files[n].before);
	log_warning("roster: %s is still there, what was in it is missing", a->path);
}

void roster_aside_begin(struct hub *h)
{
	const struct hub_roster_found *found = &h->config.found;
	struct hub_aside *a = &h->asides[ASIDE_ROSTER];
	char path[HUB_PATH_MAX];

	roster_file_path(h->config.state_dir, path);
	if (found->is_unread)
		set_aside(h, ASIDE_ROSTER, path, found->error);
	if (found->refused > 0) {
		note_refused(a, found);
		log_error(
			"roster: %s; %u of its sensors are left out", found->error, found->refused);
	}
	look_before(h, ASIDE_ROSTER, path);
	(void)snprintf(path, sizeof(path), "%.*s/%s",
		HUB_PATH_MAX - (int)sizeof("/" ENROLMENT_KEYS), h->config.state_dir,
		ENROLMENT_KEYS);
	look_before(h, ASIDE_KEYS, path);
}

void roster_aside_keys(struct hub *h, const char *path, const char *error)
{
	set_aside(h, ASIDE_KEYS, path, error);
}

void roster_aside_report(struct hub *h, struct moment at)
{
	for (unsigned int n = 0; n < HUB_ASIDES; n++) {
		struct hub_aside *a = &h->asides[n];
		struct fault_report r = {
			.kind = FAULT_ROSTER, .name = "Box", .room = "", .what = a->what};

		if (a->is_on && a->path[0] && access(a->path, F_OK) < 0)
			a->is_on = false;
		r.is_on = a->is_on;
		(void)snprintf(r.subject.text, sizeof(r.subject.text), FAULTS_HOME_PREFIX "%s",
			files[n].name);
		(void)faults_report(&h->faults, &r, at);
	}
}
