/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of faults and whose turn it is.
 */
#include "hub/faults.h"

#include "common/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define OTHERS_SUBJECT FAULTS_HOME_PREFIX "others"

static const struct {
	const char *word;
	uint32_t hold_s, over_s; /* must last so long: to be told, to be over */
	bool is_urgent, is_of_home;
	const char *over;
} kinds[FAULT_KINDS] = {
	[FAULT_DEAF] = {"deaf", 30, 10, true, true, "les capteurs sont de nouveau entendus"},
	[FAULT_JAMMED] = {"jammed", 30, 30, true, true, "la radio n’est plus brouillée"},
	[FAULT_MAINS] = {"mains", 60, 60, true, true, "courant rétabli"},
	[FAULT_STORE] = {"store", 60, 60, true, true, "la box enregistre de nouveau"},
	[FAULT_ROSTER] = {"roster", 0, 0, true, true, "les capteurs sont de nouveau au complet"},
	[FAULT_RESTARTS] = {"restarts", 60, 0, true, true, "la box est de nouveau stable"},
	[FAULT_VOICE] = {"voice", 120, 60, false, true, "le domicile parle de nouveau"},
	[FAULT_SILENT] = {"silent", 0, 0, true, false, "de nouveau entendu"},
	[FAULT_FAILED] = {"failed", 60, 0, true, false, "le capteur répond de nouveau"},
	[FAULT_TAMPER] = {"tamper", 10, 60, true, false, "capteur refermé"},
	[FAULT_QUIET] = {"quiet", 0, 0, false, false, "de nouveau entendu"},
	[FAULT_BATTERY] = {"battery", 600, 0, false, false, "pile changée"},
	[FAULT_UNSTABLE] = {"unstable", 0, 0, false, false, "le contact ne rebondit plus"},
	[FAULT_UNWORN] = {"unworn", 0, 0, false, false, "de nouveau porté"},
};

const char *fault_over_text(enum fault_kind kind)
{
	return kinds[kind].over;
}

const char *fault_kind_text(enum fault_kind kind)
{
	return kinds[kind].word;
}

bool fault_is_of_home(enum fault_kind kind)
{
	return kinds[kind].is_of_home;
}

int fault_kind_from_text(const char *text, enum fault_kind *ret)
{
	for (unsigned int n = 0; n < FAULT_KINDS; n++)
		if (strcmp(text, kinds[n].word) == 0) {
			*ret = (enum fault_kind)n;
			return 0;
		}
	return -EINVAL;
}

/* Copies what fits, never half a character: the centre refuses text that is not UTF-8. */
static void put_text(char to[INCIDENT_TEXT_MAX], const char *from)
{
	size_t bytes = strnlen(from, INCIDENT_TEXT_MAX);

	if (bytes == INCIDENT_TEXT_MAX) {
		bytes--;
		while (bytes > 0 && ((unsigned char)from[bytes] & 0xC0) == 0x80)
			bytes--;
	}
	memmove(to, from, bytes);
	to[bytes] = '\0';
}

static bool is_of(const struct fault *row, enum fault_kind kind, const struct sensor_id *subject)
{
	return row->subject.text[0] && row->kind == kind &&
	       strcmp(row->subject.text, subject->text) == 0;
}

const struct fault *faults_find(
	const struct faults *f, enum fault_kind kind, const struct sensor_id *subject)
{
	for (unsigned int n = 0; n < FAULTS_MAX; n++)
		if (is_of(&f->rows[n], kind, subject))
			return &f->rows[n];
	return NULL;
}

bool faults_is_on(const struct faults *f, enum fault_kind kind, const struct sensor_id *subject)
{
	const struct fault *row = faults_find(f, kind, subject);

	return row && row->is_on;
}

static struct fault *row_of(struct faults *f, enum fault_kind kind, const struct sensor_id *subject)
{
	const struct fault *row = faults_find(f, kind, subject);

	return row ? &f->rows[row - f->rows] : NULL;
}

static struct fault *free_row(struct faults *f)
{
	for (unsigned int n = 0; n < FAULTS_MAX; n++)
		if (!f->rows[n].subject.text[0])
			return &f->rows[n];
	return NULL;
}

int faults_report(struct faults *f, const struct fault_report *r, struct moment at)
{
	struct fault *row = row_of(f, r->kind, &r->subject);
	bool was_on = row && row->is_on;

	if (!row && !r->is_on)
		return 0;
	if (!row)
		row = free_row(f);
	if (!row)
		return -ENOSPC;
	if (r->is_on) {
		row->kind = r->kind;
		row->subject = r->subject;
		put_text(row->name, r->name);
		put_text(row->room, r->room);
		put_text(row->what, r->what);
	}
	if (was_on == r->is_on)
		return 0;
	row->is_on = r->is_on;
	row->changed_us = at.now_us;
	if (r->is_on && row->told == FAULT_UNTOLD)
		row->since_ms = at.wall_ms;
	return 1;
}

static bool has_lasted(const struct fault *row, uint32_t s, uint64_t now_us)
{
	return now_us >= row->changed_us + s * US_PER_S;
}

static bool is_damped(const struct fault *row, uint64_t now_us)
{
	return row->told_us && now_us < row->told_us + FAULTS_AGAIN_S * US_PER_S;
}

/* It is to be told, as soon as there is room for it. */
static bool is_due(const struct fault *row, uint64_t now_us, bool is_day)
{
	return row->subject.text[0] && row->is_on && row->told == FAULT_UNTOLD &&
	       has_lasted(row, kinds[row->kind].hold_s, now_us) && !is_damped(row, now_us) &&
	       (is_day || kinds[row->kind].is_urgent);
}

/* Rows that nobody needs any more become free; what was told together is over without a word. */
static void settle(struct faults *f, uint64_t now_us)
{
	for (unsigned int n = 0; n < FAULTS_MAX; n++) {
		struct fault *row = &f->rows[n];

		if (!row->subject.text[0] || row->is_on)
			continue;
		if (row->told == FAULT_TOLD_TOGETHER &&
			has_lasted(row, kinds[row->kind].over_s, now_us)) {
			row->told = FAULT_UNTOLD;
			row->told_us = now_us;
		}
		if (row->told == FAULT_UNTOLD && !is_damped(row, now_us))
			*row = (struct fault){.is_on = false};
	}
}

struct tally {
	unsigned int of_home, of_sensors; /* incidents of their own */
	unsigned int together;            /* on, and told together */
	unsigned int waiting;             /* due, and no room for an incident of their own */
	int first;                        /* the one to be told next */
};

static struct tally tally_of(const struct faults *f, uint64_t now_us, bool is_day)
{
	struct tally t = {.first = -1};

	for (unsigned int n = 0; n < FAULTS_MAX; n++) {
		const struct fault *row = &f->rows[n];

		t.of_home += row->told == FAULT_TOLD && kinds[row->kind].is_of_home;
		t.of_sensors += row->told == FAULT_TOLD && !kinds[row->kind].is_of_home;
		t.together += row->told == FAULT_TOLD_TOGETHER;
	}
	for (unsigned int n = 0; n < FAULTS_MAX; n++) {
		const struct fault *row = &f->rows[n];
		bool is_of_home = kinds[row->kind].is_of_home;

		if (!is_due(row, now_us, is_day))
			continue;
		if (is_of_home ? t.of_home >= FAULTS_HOME_MAX : t.of_sensors >= FAULTS_SENSORS_MAX)
			t.waiting++;
		else if (t.first < 0 || row->kind < f->rows[t.first].kind)
			t.first = (int)n;
	}
	return t;
}

static int first_over(const struct faults *f, uint64_t now_us)
{
	for (unsigned int n = 0; n < FAULTS_MAX; n++)
		if (f->rows[n].told == FAULT_TOLD && !f->rows[n].is_on &&
			has_lasted(&f->rows[n], kinds[f->rows[n].kind].over_s, now_us))
			return (int)n;
	return -1;
}

enum faults_turn faults_next(struct faults *f, struct moment at, bool is_day, unsigned int *ret_row)
{
	int over = first_over(f, at.now_us);
	struct tally t;

	if (over >= 0) {
		*ret_row = (unsigned int)over;
		return FAULTS_END;
	}
	settle(f, at.now_us);
	f->is_day = is_day;
	t = tally_of(f, at.now_us, is_day);
	if (f->others[0] && t.together == 0 && t.waiting == 0)
		return FAULTS_END_TOGETHER;
	if (t.first >= 0) {
		*ret_row = (unsigned int)t.first;
		return FAULTS_TELL;
	}
	if (t.waiting > 0 &&
		(!f->others[0] || at.now_us >= f->others_us + FAULTS_OTHERS_S * US_PER_S))
		return FAULTS_TOGETHER;
	return FAULTS_REST;
}

struct suspicion faults_suspicion(const struct faults *f, unsigned int row)
{
	const struct fault *fault = &f->rows[row];
	struct suspicion s = {.class = INCIDENT_TECHNICAL,
		.sensor = fault->subject,
		.by = "hub",
		.is_certain = true,
		.mark = fault->kind + 1U,
		.event_ms = fault->since_ms,
		.probability = 1,
		.reasons_count = 1};

	memcpy(s.name, fault->name, sizeof(s.name));
	memcpy(s.room, fault->room, sizeof(s.room));
	memcpy(s.why, fault->what, sizeof(s.why));
	memcpy(s.reasons[0].text, fault->what, sizeof(s.reasons[0].text));
	return s;
}

/* Told together: those that are, and those that wait for it; in the order of their weight. */
static bool is_together(const struct faults *f, const struct fault *row, uint64_t now_us)
{
	return row->is_on && (row->told == FAULT_TOLD_TOGETHER || is_due(row, now_us, f->is_day));
}

struct suspicion faults_together(const struct faults *f, struct moment at)
{
	struct suspicion s = {.class = INCIDENT_TECHNICAL,
		.sensor = {.text = OTHERS_SUBJECT},
		.by = "hub",
		.is_certain = true,
		.mark = FAULTS_TOGETHER_MARK,
		.event_ms = at.wall_ms,
		.probability = 1};
	unsigned int count = 0;

	for (unsigned int kind = 0; kind < FAULT_KINDS; kind++)
		for (unsigned int n = 0; n < FAULTS_MAX; n++) {
			const struct fault *row = &f->rows[n];
			char text[2 * INCIDENT_TEXT_MAX + 4];

			if (row->kind != kind || !is_together(f, row, at.now_us) || count++ >= 7)
				continue;
			(void)snprintf(text, sizeof(text), "%s : %s", row->name, row->what);
			put_text(s.reasons[s.reasons_count++].text, text);
		}
	(void)snprintf(
		s.why, sizeof(s.why), count == 1 ? "%u autre panne" : "%u autres pannes", count);
	(void)snprintf(s.name, sizeof(s.name), "Capteurs et box");
	/* what is said aloud comes first */
	memmove(&s.reasons[1], &s.reasons[0], s.reasons_count * sizeof(s.reasons[0]));
	s.reasons[0].weight = 0;
	memcpy(s.reasons[0].text, s.why, sizeof(s.why));
	s.reasons_count++;
	return s;
}

void faults_told(struct faults *f, unsigned int row, const char *incident, struct moment at)
{
	struct fault *fault = &f->rows[row];

	fault->told = FAULT_TOLD;
	fault->told_us = at.now_us > 0 ? at.now_us : 1;
	(void)snprintf(fault->incident, sizeof(fault->incident), "%s", incident);
}

void faults_told_together(struct faults *f, const char *incident, struct moment at)
{
	(void)snprintf(f->others, sizeof(f->others), "%s", incident);
	f->others_us = at.now_us;
	for (unsigned int n = 0; n < FAULTS_MAX; n++) {
		struct fault *row = &f->rows[n];

		if (!is_together(f, row, at.now_us))
			continue;
		row->told = FAULT_TOLD_TOGETHER;
		row->told_us = at.now_us > 0 ? at.now_us : 1;
	}
}

void faults_ended(struct faults *f, unsigned int row)
{
	f->rows[row].told = FAULT_UNTOLD;
	f->rows[row].incident[0] = '\0';
}

void faults_ended_together(struct faults *f)
{
	f->others[0] = '\0';
}

bool fault_is_kept(const struct fault *fault)
{
	return fault->subject.text[0] && (fault->told != FAULT_UNTOLD || fault->told_us);
}

int faults_restore(struct faults *f, const struct fault *fault)
{
	struct fault *row = row_of(f, fault->kind, &fault->subject);

	if (!row)
		row = free_row(f);
	if (!row)
		return -ENOSPC;
	*row = *fault;
	return 0;
}
