/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sentences, a table of them by language.
 */
#include "hub/week.h"

#include "hub/local_day.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define TENTHS_MAX   32
#define WORN_LEAST_H 1 /* a day: less is a wearable in a drawer */

struct page {
	char *text;
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct page *p, const char *format, ...)
{
	va_list values;
	int bytes;

	va_start(values, format);
	bytes = vsnprintf(p->text + p->used, WEEK_TEXT_MAX - p->used, format, values);
	va_end(values);
	if (bytes > 0)
		p->used += (size_t)bytes;
	if (p->used >= WEEK_TEXT_MAX)
		p->used = WEEK_TEXT_MAX - 1;
}

static const char *const months[WEEK_LANGUAGES][12] = {
	{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
		"octobre", "novembre", "décembre"},
	{"January", "February", "March", "April", "May", "June", "July", "August", "September",
		"October", "November", "December"},
};

static const char *month_of(int32_t day, enum week_language language)
{
	return months[language][(day / 100 % 100 + 11) % 12];
}

/* French counts the first of a month, and no other day. */
static const char *first(int32_t day)
{
	return day % 100 == 1 ? "er" : "";
}

static void say_title(struct page *p, const struct week *w, enum week_language language)
{
	int32_t sunday = local_day_add(w->monday, 6);

	if (language == WEEK_FRENCH)
		say(p, "Semaine du lundi %d%s %s au dimanche %d%s %s %d\n\n", w->monday % 100,
			first(w->monday), month_of(w->monday, language), sunday % 100,
			first(sunday), month_of(sunday, language), sunday / 10000);
	else
		say(p, "Week from Monday %d %s to Sunday %d %s %d\n\n", w->monday % 100,
			month_of(w->monday, language), sunday % 100, month_of(sunday, language),
			sunday / 10000);
}

/* How much against the usual, in words. */
static const char *against(double now, double usual, enum week_language language)
{
	static const char *const words[5][WEEK_LANGUAGES] = {
		{"beaucoup moins que d’habitude", "much less than usual"},
		{"moins que d’habitude", "less than usual"},
		{"comme d’habitude", "as usual"},
		{"plus que d’habitude", "more than usual"},
		{"beaucoup plus que d’habitude", "much more than usual"},
	};
	unsigned int level = now < 0.5 * usual     ? 0
			     : now < 0.75 * usual  ? 1
			     : now <= 1.25 * usual ? 2
			     : now <= 2 * usual    ? 3
						   : 4;

	return words[level][language];
}

static void say_activity(struct page *p, const struct week *w, enum week_language language)
{
	bool is_french = language == WEEK_FRENCH;

	if (w->days == 0) {
		say(p, is_french ? "Activité : aucun jour entier n’a été écouté.\n"
				 : "Activity: no whole day was listened to.\n");
		return;
	}
	if (w->usual_days < WEEK_USUAL_DAYS)
		say(p,
			is_french
				? "Activité : mouvement pendant %.0f minutes par jour (pas encore d’habitude "
				  "connue).\n"
				: "Activity: movement in %.0f minutes a day (nothing is known to be "
				  "usual yet).\n",
			w->active_min);
	else
		say(p,
			is_french
				? "Activité : %s (mouvement pendant %.0f minutes par jour, %.0f "
				  "d’habitude).\n"
				: "Activity: %s (movement in %.0f minutes a day, usually %.0f).\n",
			against(w->active_min, w->usual_active_min, language), w->active_min,
			w->usual_active_min);
	for (unsigned int n = 0; n < w->rooms_count; n++)
		say(p, "%s%s %.0f%s",
			n == 0 ? is_french ? "Minutes par jour et par pièce : "
					   : "Minutes a day by room: "
			       : ", ",
			w->rooms[n].name, w->rooms[n].active_min,
			n + 1 == w->rooms_count ? ".\n" : "");
}

static void say_doors(struct page *p, const struct week *w, enum week_language language)
{
	if (w->openings > 0)
		say(p,
			language == WEEK_FRENCH ? "Portes et placards : ouverts %u fois dans la "
						  "semaine.\n"
						: "Doors and cupboards: opened %u times in the "
						  "week.\n",
			w->openings);
}

/* One digit after the point, which is a comma in French whatever the program's locale. */
static const char *tenths(double value, enum week_language language, char ret[TENTHS_MAX])
{
	long all = lround(10 * fmin(fmax(value, 0), 1e6));

	(void)snprintf(ret, TENTHS_MAX, "%ld%c%ld", all / 10, language == WEEK_FRENCH ? ',' : '.',
		all % 10);
	return ret;
}

static void say_nights(struct page *p, const struct week *w, enum week_language language)
{
	bool is_french = language == WEEK_FRENCH;
	char ups[TENTHS_MAX], usual[TENTHS_MAX];

	(void)tenths(w->night_ups, language, ups);
	(void)tenths(w->usual_night_ups, language, usual);
	if (w->days > 0)
		say(p,
			is_french
				? "Nuits : debout %s fois par nuit en moyenne, entre 0 h et 5 h"
				: "Nights: up %s times a night on average, between 0 and 5 o’clock",
			ups);
	if (w->days > 0 && w->usual_days >= WEEK_USUAL_DAYS)
		say(p, is_french ? " (%s d’habitude)" : " (usually %s)", usual);
	if (w->days > 0)
		say(p, ".\n");
	if (w->is_night_far_more)
		say(p, is_french
				? "Bien plus de mouvements la nuit que les quatre semaines d’avant : "
				  "à en parler avec la personne.\n"
				: "Far more movement at night than in the four weeks before: worth "
				  "talking about with the person.\n");
}

static void say_count(struct page *p, unsigned int count, const char *one, const char *many)
{
	say(p, "%u %s", count, count > 1 ? many : one);
}

static void say_alerts(struct page *p, const struct week *w, enum week_language language)
{
	static const struct {
		enum incident_class class;
		const char *words[WEEK_LANGUAGES][2];
	} classes[] = {
		{INCIDENT_HELP, {{"appel à l’aide", "appels à l’aide"},
					{"call for help", "calls for help"}}},
		{INCIDENT_SOCIAL, {{"appel pour parler", "appels pour parler"},
					  {"call for company", "calls for company"}}},
		{INCIDENT_FALL, {{"chute soupçonnée", "chutes soupçonnées"},
					{"suspected fall", "suspected falls"}}},
		{INCIDENT_INACTIVITY, {{"silence inhabituel", "silences inhabituels"},
					      {"unusual silence", "unusual silences"}}},
		{INCIDENT_WANDERING, {{"sortie de nuit", "sorties de nuit"},
					     {"going out at night", "goings out at night"}}},
		{INCIDENT_ENVIRONMENT,
			{{"alarme de fumée, de gaz ou de chaleur",
				 "alarmes de fumée, de gaz ou de chaleur"},
				{"smoke, gas or heat alarm", "smoke, gas or heat alarms"}}},
	};
	bool is_french = language == WEEK_FRENCH;
	unsigned int told = 0;

	say(p, is_french ? "Alertes : " : "Alerts: ");
	for (size_t n = 0; n < sizeof(classes) / sizeof(classes[0]); n++) {
		unsigned int count = w->incidents[classes[n].class];

		if (count == 0)
			continue;
		say(p, "%s", told++ > 0 ? ", " : "");
		say_count(p, count, classes[n].words[language][0], classes[n].words[language][1]);
	}
	say(p, "%s", told > 0 ? "" : is_french ? "aucune" : "none");
	if (told > 0 && w->false_alarms > 0) {
		say(p, is_french ? " ; dont " : "; of these ");
		say_count(p, w->false_alarms, is_french ? "fausse alerte" : "false alarm",
			is_french ? "fausses alertes" : "false alarms");
	}
	if (told > 0 && w->said_fine > 0)
		say(p,
			is_french
				? " ; %u fois la personne a répondu que tout allait bien, ou a bougé"
				: "; %u answered by the person or by moving",
			w->said_fine);
	say(p, ".\n");
}

static void say_sensors(struct page *p, const struct week *w, enum week_language language)
{
	bool is_french = language == WEEK_FRENCH;

	for (unsigned int n = 0; n < w->wearables_count; n++)
		if (w->wearables[n].worn_h < WORN_LEAST_H)
			say(p,
				is_french ? "%s : presque jamais sur soi, une chute peut "
					    "passer inaperçue.\n"
					  : "%s: hardly ever worn, a fall may go "
					    "unnoticed.\n",
				w->wearables[n].name);
		else
			say(p,
				is_french ? "%s : sur soi %.0f h par jour.\n"
					  : "%s: worn %.0f h a day.\n",
				w->wearables[n].name, w->wearables[n].worn_h);
	for (unsigned int n = 0; n < w->sensors_count; n++) {
		const struct week_sensor *s = &w->sensors[n];

		say(p, is_french ? "À voir : « %s »" : "To see to: \"%s\"", s->name);
		if (s->battery_pct >= 0)
			say(p, is_french ? ", pile à %d %%" : ", battery at %d %%", s->battery_pct);
		if (s->silent_h > 0)
			say(p, is_french ? ", sans nouvelles pendant %u h" : ", silent for %u h",
				s->silent_h);
		say(p, ".\n");
	}
}

size_t week_text(const struct week *w, enum week_language language, char ret[WEEK_TEXT_MAX])
{
	struct page p = {.text = ret};
	bool is_french = language == WEEK_FRENCH;

	ret[0] = '\0';
	say_title(&p, w, language);
	say_activity(&p, w, language);
	say_doors(&p, w, language);
	say_nights(&p, w, language);
	say_alerts(&p, w, language);
	say_sensors(&p, w, language);
	if (w->days < 7)
		say(&p,
			is_french ? "Le boîtier a écouté %u jours entiers sur 7.\n"
				  : "The box listened on %u whole days of 7.\n",
			w->days);
	say(&p, is_french
			? "\nCe résumé reste dans le domicile. Il ne contient ni enregistrement ni "
			  "mesure de santé.\n"
			: "\nThis summary stays in the home. It holds no recording and no measure "
			  "of health.\n");
	return p.used;
}
