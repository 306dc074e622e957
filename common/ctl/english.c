/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phrases with holes (*): what stands in a hole of the French one is put into the same hole of the
 * English one, decimal commas as points. The first row that fits counts.
 */
#include "common/ctl/english.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define HOLES_MAX 4

struct hole {
	const char *at;
	size_t bytes;
};

static const char *const phrases[][2] = {
	/* models/fusion_words.c */
	{"point de départ", "starting point"},
	{"choc de * g au poignet", "knock of * g at the wrist"},
	{"choc de * g au tronc", "knock of * g at the trunk"},
	{"choc de * g", "knock of * g"},
	{"autre capteur : choc de * g au poignet", "other wearable: knock of * g at the wrist"},
	{"autre capteur : choc de * g au tronc", "other wearable: knock of * g at the trunk"},
	{"autre capteur : choc de * g", "other wearable: knock of * g"},
	{"le capteur signale une chute", "the sensor says that it is a fall"},
	{"a bougé ensuite", "moved afterwards"},
	{"immobile *", "still for *"},
	{"rien ensuite", "nothing afterwards"},
	{"mesure incomplète", "not heard whole"},
	{"* chocs faibles auparavant", "* weak knocks before"},
	{"* choc faible auparavant", "* weak knock before"},
	{"posé, sans mouvement avant le choc depuis *",
		"lay somewhere, not moved before the knock for *"},
	{"pas de contact avec la peau", "no skin contact"},
	{"mouvement ailleurs (*) après *", "movement elsewhere (*) after *"},
	{"mouvement dans une autre pièce après *", "movement in another room after *"},
	{"aucun mouvement ailleurs pendant *", "no movement elsewhere for *"},
	{"assis ou couché après *", "sat or lay down after *"},
	{"sur le lit ou le fauteuil", "on the bed or chair"},
	{"lit ou fauteuil quitté à ce moment", "bed or chair left at that moment"},
	{"porte d’entrée utilisée après *", "front door used after *"},
	{"aucun pouls mesuré", "no pulse measured"},
	{"pouls de *", "pulse of *"},
	{"la nuit", "at night"},
	{"porté et sans mouvement depuis *", "worn and not moved for *"},
	{"le capteur porté bouge", "the wearable moves"},
	{"capteurs non entendus", "sensors not heard"},
	{"aucun signe de vie depuis *, inhabituel ici", "no sign of life for *, unusual here"},
	{"dans la même pièce depuis *, inhabituel ici", "in the same room for *, unusual here"},
	{"levé la nuit depuis * et pas revenu", "up at night for * and not back"},
	{"pas encore levé, silence depuis *", "not up yet, silent for *"},
	{"sorti la nuit depuis *", "out at night for *"},
	{"chute probable * %", "fall likely * %"},
	{"inactivité anormale probable * %", "unusual inactivity likely * %"},
	{"sortie la nuit probable * %", "gone out at night likely * %"},
	{"la box a redémarré avant la suite", "the hub was restarted before what followed"},
	/* hub/rhythm_words.c */
	{"aucun signe de vie depuis *", "no sign of life for *"},
	{"dans cette pièce depuis *", "in this room for *"},
	{"hors de la chambre cette nuit depuis *", "out of the bedroom tonight for *"},
	{"pas encore debout à *", "not up yet at *"},
	{"porte d’entrée ouverte la nuit, personne depuis *",
		"front door opened at night, nobody for *"},
	{"aussi long * fois en * jours, dans * cas comparables",
		"as long * times in * days, of * comparable cases"},
	{"jamais aussi long en * jours (au plus * dans * cas comparables)",
		"never as long in * days (at most *, of * comparable cases)"},
	{"seuil de ce logement : *", "limit of this home: *"},
	{"habitudes connues depuis * jours", "habits known for * days"},
	{"habitudes connues depuis * jour", "habits known for * day"},
	{"capteur muet : *", "mute sensor: *"},
	/* hub/judge.c, hub/press.c, hub/escalate.c */
	{"bouton d’appel", "call button"},
	{"cordon d’appel tiré", "call cord pulled"},
	{"le capteur appelle à l’aide", "the sensor calls for help"},
	{"fumée", "smoke"},
	{"monoxyde de carbone", "carbon monoxide"},
	{"gaz", "gas"},
	{"chaleur dangereuse", "dangerous heat"},
	{"essai", "test"},
	{"le résident est interrogé", "the resident is asked"},
	{"pas de réponse en * s", "no answer in * s"},
	{"le résident dit aller bien", "the resident says that all is well"},
	{"le résident demande de l’aide", "the resident asks for help"},
	{"entendu une seule fois", "heard only once"},
	{"appelé * fois", "called * times"},
	{"appelé de nouveau", "called again"},
	{"reçu", "received"},
	{"souhaite parler à quelqu’un", "wishes to talk to somebody"},
	/* hub/findings.c, hub/watch.c, hub/faults.c */
	{"capteur muet depuis * jours", "silent for * days"},
	{"capteur muet depuis *", "silent for *"},
	{"capteur jamais entendu en *", "never heard in *"},
	{"de nouveau entendu", "heard again"},
	{"capteur retiré", "sensor removed"},
	{"n’entend plus rien : matériel absent ou en panne",
		"hears nothing: hardware missing or broken"},
	{"n’entend plus aucun de ses * capteurs", "hears none of its * sensors any more"},
	{"les capteurs sont de nouveau entendus", "the sensors are heard again"},
	{"radio brouillée", "radio jammed"},
	{"la radio n’est plus brouillée", "the radio is jammed no more"},
	{"pile à * %, vide dans * jours", "battery at * %, empty in * days"},
	{"pile faible : * %", "battery low: * %"},
	{"pile faible", "battery low"},
	{"pile changée", "battery changed"},
	{"accéléromètre bloqué : aucune chute ne serait vue",
		"accelerometer stuck: no fall would be seen"},
	{"le capteur ne répond plus", "the sensor does not answer"},
	{"le capteur répond de nouveau", "the sensor answers again"},
	{"capteur ouvert ou arraché", "sensor opened or torn off"},
	{"capteur refermé", "sensor closed again"},
	{"coupure de courant : la box est sur sa batterie",
		"mains lost: the hub is on its battery"},
	{"coupure de courant", "mains lost"},
	{"courant rétabli", "mains back"},
	{"non porté depuis plus d’un jour", "not worn for more than a day"},
	{"de nouveau porté", "worn again"},
	{"contact qui rebondit : câblage à vérifier", "contact chatters: check its wiring"},
	{"le contact ne rebondit plus", "the contact chatters no more"},
	{"la box redémarre sans cesse", "the hub starts again and again"},
	{"la box est de nouveau stable", "the hub is stable again"},
	{"la mémoire de la box est abîmée ou pleine", "the hub's store is damaged or full"},
	{"la box enregistre de nouveau", "the hub stores again"},
	{"pas de son : la personne n’est plus interrogée à voix haute",
		"no sound: the resident is not asked aloud any more"},
	{"le domicile parle de nouveau", "the home speaks again"},
	{"les autres pannes sont finies", "the other faults are over"},
};

/* The holes of `pattern` in `text`: how many, or −1 where it does not fit. */
static int fit(const char *pattern, const char *text, struct hole holes[HOLES_MAX])
{
	int count = 0;

	while (*pattern) {
		const char *rest, *next;

		if (*pattern != '*') {
			if (*pattern++ != *text++)
				return -1;
			continue;
		}
		rest = ++pattern;
		/* up to the text between this hole and the next, or to the end */
		while (*rest && *rest != '*')
			rest++;
		next = text + strlen(text);
		if (rest > pattern) {
			size_t bytes = (size_t)(rest - pattern);

			next = *rest ? memmem(text, strlen(text), pattern, bytes)
				     : next - (strlen(text) < bytes ? strlen(text) : bytes);
		}
		if (!next || count == HOLES_MAX)
			return -1;
		holes[count++] = (struct hole){text, (size_t)(next - text)};
		text = next;
	}
	return *text ? -1 : count;
}

static size_t put(char *ret, size_t bytes, size_t used, const char *text, size_t count)
{
	for (size_t n = 0; n < count && used + 1 < bytes; n++) {
		bool is_decimal = n > 0 && n + 1 < count && text[n] == ',' &&
				  isdigit((unsigned char)text[n - 1]) &&
				  isdigit((unsigned char)text[n + 1]);

		ret[used++] = is_decimal ? '.' : text[n];
	}
	ret[used] = '\0';
	return used;
}

void ctl_english(const char *french, char *ret, size_t bytes)
{
	struct hole holes[HOLES_MAX];
	size_t used = 0, row = 0;
	int hole = 0;

	while (row < sizeof(phrases) / sizeof(phrases[0]) &&
		fit(phrases[row][0], french, holes) < 0)
		row++;
	if (row == sizeof(phrases) / sizeof(phrases[0])) {
		(void)snprintf(ret, bytes, "%s", french);
		return;
	}
	ret[0] = '\0';
	for (const char *text = phrases[row][1]; *text; text++) {
		if (*text == '*') {
			used = put(ret, bytes, used, holes[hole].at, holes[hole].bytes);
			hole++;
		} else {
			used = put(ret, bytes, used, text, 1);
		}
	}
}
