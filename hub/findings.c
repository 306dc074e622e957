/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One question a function: is this fault there?
 */
#include "hub/findings.h"

#include "common/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NEVER UINT64_MAX

struct look {
	struct supervision *s;
	struct faults *f;
	struct moment at;
};

static void duration_text(uint64_t us, char ret[24])
{
	uint64_t s = us / US_PER_S;

	if (s < 120)
		(void)snprintf(ret, 24, "%" PRIu64 " s", s);
	else if (s < 7200)
		(void)snprintf(ret, 24, "%" PRIu64 " min", s / 60);
	else if (s < 172800)
		(void)snprintf(ret, 24, "%" PRIu64 " h", s / 3600);
	else
		(void)snprintf(ret, 24, "%" PRIu64 " jours", s / 86400);
}

static void report(const struct look *l, const struct roster_sensor *sensor, enum fault_kind kind,
	bool is_on, const char *what)
{
	const struct fault_report r = {.kind = kind,
		.is_on = is_on,
		.subject = sensor->id,
		.name = sensor->name,
		.room = sensor->room,
		.what = what};

	(void)faults_report(l->f, &r, l->at); /* one too many is reported again next time */
}

static const struct watched *watched_of(const struct look *l, const struct roster_sensor *sensor)
{
	return &l->s->sensors[roster_row(l->s->roster, sensor)];
}

static bool is_supervised(const struct look *l, const struct roster_sensor *sensor)
{
	return !sensor->is_unsupervised &&
	       strcmp(watched_of(l, sensor)->id.text, sensor->id.text) == 0;
}

static uint64_t deadline_us(const struct look *l, const struct roster_sensor *sensor)
{
	uint32_t s = supervision_deadline_s(l->s, sensor);

	if (!watched_of(l, sensor)->has_been_heard && s > FINDINGS_NEVER_S)
		s = FINDINGS_NEVER_S;
	return s * US_PER_S;
}

/* What the sensors of one way that were ever heard say about it. */
struct silence {
	unsigned int sensors, overdue;
	uint64_t overdue_us;                /* the shortest silence of those overdue */
	uint64_t least_us;                  /* the shortest silence of all others */
	const struct roster_sensor *canary; /* overdue */
};

static struct silence silence_of(const struct look *l, unsigned int way)
{
	struct silence q = {.overdue_us = NEVER, .least_us = NEVER};

	for (const struct roster_sensor *r = NULL; (r = roster_following(l->s->roster, r));) {
		const struct watched *w = watched_of(l, r);
		uint64_t silent_us;

		if (w->way != way || !w->has_been_heard || !is_supervised(l, r))
			continue;
		silent_us = supervision_silent_us(l->s, r, l->at.now_us);
		q.sensors++;
		if (silent_us > deadline_us(l, r)) {
			q.overdue++;
			q.canary = r->is_canary ? r : q.canary;
			q.overdue_us = silent_us < q.overdue_us ? silent_us : q.overdue_us;
		} else {
			q.least_us = silent_us < q.least_us ? silent_us : q.least_us;
		}
	}
	return q;
}

/* Another sensor of that way was heard after whoever has been silent for so long. */
static bool is_other_heard(const struct silence *q, uint64_t silent_us)
{
	return q->least_us != NEVER && q->least_us + FINDINGS_TOGETHER_S * US_PER_S < silent_us;
}

/* Not even a stranger was heard after the canary, give or take the round that noticed it. */
static bool speaks_for_all(const struct look *l, const struct silence *q, const struct way *way)
{
	uint64_t silent_us = supervision_silent_us(l->s, q->canary, l->at.now_us);
	uint64_t since_us = l->at.now_us > silent_us ? l->at.now_us - silent_us : 0;
	bool is_heard = q->least_us != NEVER && q->least_us + 5 * US_PER_S < silent_us;

	return !is_heard && way->any_us <= since_us + 15 * US_PER_S;
}

static bool is_mute(const struct look *l, const struct silence *q, const struct way *way)
{
	/* once noticed, until anybody is heard */
	if (way->is_mute)
		return q->least_us == NEVER || l->at.now_us - way->muted_us <= q->least_us;
	if (q->canary && speaks_for_all(l, q, way))
		return true;
	return q->overdue >= 2 && !is_other_heard(q, q->overdue_us);
}

/* While a way was mute nobody behind it could be heard: that was not their silence. */
static void forgive(const struct look *l, unsigned int way, uint64_t mute_us)
{
	for (const struct roster_sensor *r = NULL; (r = roster_following(l->s->roster, r));) {
		struct watched *w = &l->s->sensors[roster_row(l->s->roster, r)];
		uint64_t silent_us = supervision_silent_us(l->s, r, l->at.now_us);

		if (w->way != way || silent_us < mute_us)
			continue;
		w->silent_us = silent_us - mute_us;
		if (w->from_us != NEVER)
			w->from_us = l->at.now_us;
	}
}

static void look_at_muteness(const struct look *l, unsigned int n, const struct silence *q)
{
	struct way *way = &l->s->ways[n];
	bool was_mute = way->is_mute;
	uint64_t quiet_us = q->overdue_us < q->least_us ? q->overdue_us : q->least_us;

	way->is_mute = q->sensors > 0 && is_mute(l, q, way);
	if (way->is_mute && !was_mute)
		way->muted_us = l->at.now_us > quiet_us ? l->at.now_us - quiet_us : 0;
	if (!way->is_mute && was_mute)
		forgive(l, n, l->at.now_us - way->muted_us);
}

static void report_way(const struct look *l, const struct way *way, enum fault_kind kind,
	bool is_on, const char *what)
{
	const struct fault_report r = {.kind = kind,
		.is_on = is_on,
		.subject = way->subject,
		.name = way->name,
		.room = "",
		.what = what};

	(void)faults_report(l->f, &r, l->at);
}

static struct silence look_at_way(const struct look *l, unsigned int n)
{
	struct way *way = &l->s->ways[n];
	struct silence q = silence_of(l, n);
	char what[INCIDENT_TEXT_MAX] = "n’entend plus rien : matériel absent ou en panne";

	if (!way->is_used)
		return q;
	if (way->is_deaf || way->is_jammed)
		way->is_mute = false;
	else
		look_at_muteness(l, n, &q);
	if (way->is_mute)
		(void)snprintf(
			what, sizeof(what), "n’entend plus aucun de ses %u capteurs", q.sensors);
	report_way(l, way, FAULT_DEAF, way->is_deaf || way->is_mute, what);
	report_way(l, way, FAULT_JAMMED, way->is_jammed, "radio brouillée");
	return q;
}

static enum fault_kind silence_kind(const struct roster_sensor *sensor)
{
	return sensor->role == ROLE_WEARABLE || sensor->role == ROLE_BUTTON ? FAULT_SILENT
									    : FAULT_QUIET;
}

static void look_at_silence(
	const struct look *l, const struct roster_sensor *sensor, const struct silence *q)
{
	const struct watched *w = watched_of(l, sensor);
	const struct way *way = &l->s->ways[w->way];
	uint64_t silent_us = supervision_silent_us(l->s, sensor, l->at.now_us);
	uint64_t limit_us = deadline_us(l, sensor);
	enum fault_kind kind = silence_kind(sensor);
	const struct fault *known = faults_find(l->f, kind, &sensor->id);
	char what[INCIDENT_TEXT_MAX], ago[24];

	if (way->is_deaf || way->is_jammed || way->is_mute)
		return;
	if (silent_us <= limit_us) {
		if (known && w->heard_us >= known->changed_us)
			report(l, sensor, kind, false, "");
		return;
	}
	if (q->sensors > 1 && w->has_been_heard && !is_other_heard(q, silent_us) &&
		silent_us <= 2 * limit_us)
		return;
	duration_text(silent_us, ago);
	(void)snprintf(what, sizeof(what),
		w->has_been_heard ? "capteur muet depuis %s" : "capteur jamais entendu en %s", ago);
	report(l, sensor, kind, !sensor->is_failed, what);
}

static void battery_text(const struct battery *b, char ret[INCIDENT_TEXT_MAX])
{
	int days = battery_days_left(b);

	if (days >= 0 && days <= BATTERY_LOW_DAYS)
		(void)snprintf(
			ret, INCIDENT_TEXT_MAX, "pile à %u %%, vide dans %d jours", b->pct, days);
	else if (b->has_pct)
		(void)snprintf(ret, INCIDENT_TEXT_MAX, "pile faible : %u %%", b->pct);
	else
		(void)snprintf(ret, INCIDENT_TEXT_MAX, "pile faible");
}

static void look_at_word(const struct look *l, const struct roster_sensor *sensor,
	enum fault_kind kind, uint64_t since_us, uint64_t least_us, const char *what)
{
	if (since_us != NEVER)
		report(l, sensor, kind, since_us > 0 && l->at.now_us - since_us >= least_us, what);
}

static bool is_stuck(const struct watched *w)
{
	return w->stuck_us != NEVER && w->stuck_us > 0;
}

static void look_at_sensor(
	const struct look *l, const struct roster_sensor *sensor, const struct silence *q)
{
	const struct watched *w = watched_of(l, sensor);
	char what[INCIDENT_TEXT_MAX] = "";

	look_at_silence(l, sensor, q);
	if (!l->s->ways[w->way].is_deaf)
		report(l, sensor, FAULT_FAILED, sensor->is_failed || is_stuck(w),
			is_stuck(w) ? "accéléromètre bloqué : aucune chute ne serait vue"
				    : "le capteur ne répond plus");
	if (w->battery.is_low)
		battery_text(&w->battery, what);
	report(l, sensor, FAULT_BATTERY, w->battery.is_low, what);
	look_at_word(l, sensor, FAULT_TAMPER, w->tampered_us, 0, "capteur ouvert ou arraché");
	look_at_word(l, sensor, FAULT_MAINS, w->mains_lost_us, 0, "coupure de courant");
	look_at_word(l, sensor, FAULT_UNWORN, w->unworn_us, FINDINGS_UNWORN_S * US_PER_S,
		"non porté depuis plus d’un jour");
	if (w->chatter_us != NEVER)
		report(l, sensor, FAULT_UNSTABLE,
			l->at.now_us - w->chatter_us < FINDINGS_CHATTER_S * US_PER_S,
			"contact qui rebondit : câblage à vérifier");
}

static bool is_watched(const struct look *l, const struct sensor_id *subject)
{
	for (const struct roster_sensor *r = NULL; (r = roster_following(l->s->roster, r));)
		if (strcmp(subject->text, r->id.text) == 0)
			return is_supervised(l, r);
	return false;
}

/* A sensor that is installed or supervised no more has no fault. */
static void forget(const struct look *l)
{
	for (unsigned int n = 0; n < FAULTS_MAX; n++) {
		const struct fault *row = &l->f->rows[n];
		const struct fault_report over = {.kind = row->kind, .subject = row->subject};

		if (row->is_on &&
			strncmp(row->subject.text, FAULTS_HOME_PREFIX,
				strlen(FAULTS_HOME_PREFIX)) != 0 &&
			!is_watched(l, &row->subject))
			(void)faults_report(l->f, &over, l->at);
	}
}

void findings_report(struct supervision *s, struct faults *f, struct moment at)
{
	const struct look l = {.s = s, .f = f, .at = at};
	struct silence silences[SUPERVISION_WAYS_MAX];

	for (unsigned int n = 0; n < SUPERVISION_WAYS_MAX; n++)
		silences[n] = look_at_way(&l, n);
	for (const struct roster_sensor *r = NULL; (r = roster_following(s->roster, r));)
		if (is_supervised(&l, r))
			look_at_sensor(&l, r, &silences[watched_of(&l, r)->way]);
	forget(&l);
}
