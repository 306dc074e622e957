/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * English phrases are their own keys: what is missing here is said in English. Words of the wire
 * (states, classes, roles) are rows like others.
 */
#include "common/ctl/words.h"

#include "common/ctl/table.h"

#include <stdlib.h>
#include <string.h>

static const char *const phrases[][CTL_LANGUAGES] = {
	/* headings and words of a status */
	{"home", "domicile"},
	{"homes", "domiciles"},
	{"homes not heard", "domiciles non entendus"},
	{"version", "version"},
	{"running for", "en marche depuis"},
	{"broker", "courtier"},
	{"up", "relié"},
	{"down", "coupé"},
	{"outbox", "en attente d'envoi"},
	{"open incidents", "incidents ouverts"},
	{"sound", "son"},
	{"ok", "bon"},
	{"refused messages", "messages refusés"},
	{"fault", "défaut"},
	{"faults", "défauts"},
	{"none", "aucun"},
	{"sensor", "capteur"},
	{"name", "nom"},
	{"room", "pièce"},
	{"role", "rôle"},
	{"state", "état"},
	{"heard", "entendu"},
	{"may be silent", "silence permis"},
	{", learned", ", appris"},
	{", told to the centre", ", dit au centre"},
	{"happened", "survenu"},
	{"class", "genre"},
	{"by", "par"},
	{"why", "pourquoi"},
	{"reason", "raison"},
	{"weight", "poids"},
	{"likely", "probable"},
	{"at", "à"},
	{"outcome", "issue"},
	{"incident", "incident"},
	{"no incident", "aucun incident"},
	{"test", "essai"},
	/* sensors */
	{"fresh", "frais"},
	{"stale", "muet"},
	{"failed", "en panne"},
	{"never", "jamais"},
	{"wearable", "porté"},
	{"button", "bouton"},
	{"motion", "mouvement"},
	{"contact", "contact"},
	{"pressure", "pression"},
	{"environment", "environnement"},
	{"beacon", "balise"},
	{"battery", "pile"},
	{"signal", "signal"},
	{"format", "format"},
	{"readings", "mesures"},
	{"refused", "refusé"},
	{"link", "liaison"},
	/* who is on air */
	{"address", "adresse"},
	{"connect", "connect"},
	{"what it is", "ce que c'est"},
	{"installed as", "installé comme"},
	{"strong", "fort"},
	{"middling", "moyen"},
	{"weak", "faible"},
	{"pendant of this service", "pendentif de ce service"},
	{"Polar belt or armband", "ceinture ou brassard Polar"},
	{"PineTime watch (InfiniTime)", "montre PineTime (InfiniTime)"},
	{"Bangle.js watch or Nordic UART", "montre Bangle.js ou Nordic UART"},
	{"heart rate belt or watch", "ceinture ou montre cardiaque"},
	{"beacon or tag", "balise ou badge"},
	{"telephone or other device", "téléphone ou autre appareil"},
	{"can be connected to", "peut être connecté"},
	{"unknown", "inconnu"},
	{"sealed: needs its key", "chiffré : il faut sa clé"},
	{"nothing is heard", "rien n'est entendu"},
	{"looking for %s s more", "encore %s s d'écoute"},
	{"battery_low", "pile faible"},
	{"door", "porte"},
	{"window", "fenêtre"},
	{"opening", "ouverture"},
	{"occupancy", "présence"},
	{"presence", "présence"},
	{"smoke", "fumée"},
	{"tamper", "arrachement"},
	{"vibration", "vibration"},
	{"temperature", "température"},
	{"humidity", "humidité"},
	{"illuminance", "lumière"},
	{"voltage", "tension"},
	{"acceleration", "accélération"},
	{"moving", "mouvement"},
	{"tx_power", "puissance"},
	{"seconds is not 1..600", "seconds n'est pas entre 1 et 600"},
	{"this hub has no radio to hear with", "ce hub n'a pas de radio pour écouter"},
	{"nobody looks who is on air", "personne n'écoute qui émet"},
	{"--%s: needs a whole number of 1 to %s", "--%s : demande un nombre entier de 1 à %s"},
	/* walk test */
	{"%s sensors to set off; open and close each door\n",
		"%s capteurs à déclencher ; ouvrir et fermer chaque porte\n"},
	{"this home has no voice: nothing is said aloud",
		"ce domicile n'a pas de voix : rien n'est dit à haute voix"},
	{"every sensor was set off", "tous les capteurs ont été déclenchés"},
	{"not set off:", "pas déclenchés :"},
	{"minutes is not 1..60", "minutes n'est pas entre 1 et 60"},
	{"no walk test is under way", "aucun essai de marche n'est en cours"},
	/* enrolling */
	{"enrolled: %s (%s, %s)\n", "installé : %s (%s, %s)\n"},
	{"enrolled: %s (%s)\n", "installé : %s (%s)\n"},
	{"removed: %s\n", "retiré : %s\n"},
	{"\"%s\" needs the sensor's address", "« %s » demande l'adresse du capteur"},
	{"\"enrol\" needs a --role: wearable, button, motion, contact, pressure, environment or "
	 "beacon",
		"« enrol » demande un --role : wearable, button, motion, contact, pressure, "
		"environment ou beacon"},
	{"--key-file or --key-stdin, not both", "--key-file ou --key-stdin, pas les deux"},
	{"%s: needs seconds", "%s : demande des secondes"},
	{"%s: there is no key in it", "%s : il n'y a pas de clé dedans"},
	{"%s: others may read it, needs mode 0600",
		"%s : d'autres peuvent le lire, il faut le mode 0600"},
	{"%s: %s", "%s : %s"},
	{"id is installed twice", "ce capteur est déjà installé"},
	{"role is not a role: wearable, button, motion, contact, pressure, environment or beacon",
		"role n'est pas un rôle : wearable, button, motion, contact, pressure, "
		"environment ou beacon"},
	{"is one sensor too many, at most 128", "c'est un capteur de trop, 128 au plus"},
	{"role is one wearable too many, at most 8", "c'est un capteur porté de trop, 8 au plus"},
	{"the key is not 32 hexadecimal digits", "la clé n'est pas 32 chiffres hexadécimaux"},
	{"a key needs a sensor with a radio address", "une clé demande un capteur à adresse radio"},
	{"the file of enrolled sensors is full", "le fichier des capteurs installés est plein"},
	{"the file of enrolled sensors cannot be written",
		"le fichier des capteurs installés ne peut pas être écrit"},
	{"roster.yaml was changed by hand there: remove it by hand, the hub stopped",
		"roster.yaml a été modifié à la main à cet endroit : le retirer à la main, le hub "
		"arrêté"},
	{"that sensor is in the hub's configuration: take it out there and restart",
		"ce capteur est dans la configuration du hub : l'y retirer et redémarrer"},
	{"no sensor is installed", "aucun capteur n'est installé"},
	{"receiver", "récepteur"},
	{"bluetooth", "Bluetooth"},
	{"replay", "enregistrement"},
	{"starting", "démarre"},
	{"hearing", "à l'écoute"},
	{"deaf", "sourd"},
	{"ended", "terminé"},
	{"frames heard", "trames entendues"},
	{"of strangers", "d'inconnus"},
	{"of unknown formats", "de formats inconnus"},
	{"malformed", "mal formées"},
	{"truncated", "tronquées"},
	{"understood", "comprises"},
	{"broken or forged", "abîmées ou contrefaites"},
	{"corrupt", "abîmée"},
	{"impossible", "impossible"},
	{"no_key", "sans clé"},
	{"not_authentic", "non authentique"},
	{"replayed", "rejouée"},
	{"downgraded", "en clair malgré la clé"},
	{"repeated", "répétée"},
	/* incidents */
	{"help", "aide"},
	{"fall", "chute"},
	{"inactivity", "inactivité"},
	{"wandering", "errance"},
	{"social", "contact"},
	{"technical", "technique"},
	{"suspected", "soupçonné"},
	{"verifying", "en vérification"},
	{"raised", "déclenché"},
	{"received", "reçu"},
	{"announced", "annoncé"},
	{"accepted", "pris en charge"},
	{"on_the_way", "en route"},
	{"on_site", "sur place"},
	{"escalated", "relancé"},
	{"closed", "clos"},
	{"cancelled", "annulé"},
	{"helped", "aidé"},
	{"emergency", "secours"},
	{"false_alarm", "fausse alerte"},
	{"repaired", "réparé"},
	/* answers */
	{"test incident raised", "incident d'essai déclenché"},
	{"press simulated", "appui simulé"},
	{"incident is now", "l'incident est maintenant"},
	{"lamp", "lampe"},
	{"siren", "sirène"},
	{"is switched on", ": mise en marche"},
	{"is switched off", ": arrêt"},
	{"paused until", "en pause jusqu'à"},
	{"homes paused", "domiciles en pause"},
	{"the pause is over", "la pause est terminée"},
	{"it is being said", "c'est en train d'être dit"},
	/* the home's life */
	{"%s days of this home are known", "%s jours de ce domicile sont connus"},
	{"up at %s as a rule, at %s at the latest", "levé à %s d'ordinaire, à %s au plus tard"},
	{"nobody is at home", "personne n'est à la maison"},
	{"quiet for %s, may be quiet for %s; last heard: %s",
		"calme depuis %s, peut l'être %s ; entendu en dernier : %s"},
	{"limits", "limites"},
	{"there is no summary of that week", "il n'y a pas de résumé de cette semaine"},
	{"week is not like 2026-W48", "week n'est pas comme 2026-W48"},
	{"%s files in %s, of these %s windows", "%s fichiers dans %s, dont %s fenêtres"},
	{"%s windows are damaged or sealed with another key",
		"%s fenêtres sont abîmées ou scellées d'une autre clé"},
	{"\"%s\" needs a folder, which it makes", "« %s » demande un dossier, qu'il crée"},
	{"\"export\" needs --consent \"NAME, DATE\" for windows, or --history for the person's own "
	 "data",
		"« export » demande --consent « NOM, DATE » pour les fenêtres, ou --history pour les "
		"données de la personne"},
	{"consent is needed: who gave it and when, \"NAME, 2026-11-27\"",
		"il faut un consentement : qui l'a donné et quand, « NOM, 27/11/2026 »"},
	{"from and to are days like 2026-11-27", "from et to sont des jours comme 2026-11-27"},
	{"no window is kept: the hub has no key for them",
		"aucune fenêtre n'est gardée : le hub n'a pas de clé pour elles"},
	{"it could not be recorded, so nothing was exported",
		"impossible de l'inscrire au registre : rien n'a été exporté"},
	{"the history cannot be read", "l'historique est illisible"},
	{"no such export, or another has taken its place",
		"pas d'export de ce numéro, ou un autre a pris sa place"},
	{"the routine is switched off", "le rythme est désactivé"},
	{"\"%s\" needs to be told what: show", "« %s » demande quoi faire : show"},
	/* refusals */
	{"\"%s\" is no pause: 1 to 12 hours", "« %s » n'est pas une pause : 1 à 12 heures"},
	{"hours is not 1 to 12", "hours n'est pas de 1 à 12"},
	{"this home is not paused", "ce domicile n'est pas en pause"},
	{"\"%s\" needs a text", "« %s » demande un texte"},
	{"text is not 1 to 511 bytes of plain text",
		"text n'est pas un texte simple de 1 à 511 octets"},
	{"this home has no voice", "ce domicile n'a pas de voix"},
	{"too much waits to be said", "trop de phrases attendent déjà"},
	{"%s does not run: nobody answers on %s (start it: systemctl start %s)",
		"%s ne tourne pas : personne ne répond sur %s (le démarrer : systemctl start %s)"},
	{"%s: no right to speak to %s (as root, or in the group %s)",
		"%s : pas le droit de parler à %s (en root, ou dans le groupe %s)"},
	{"%s: %s cannot be reached on %s", "%s : %s n'est pas joignable sur %s"},
	{"%s does not answer on %s", "%s ne répond pas sur %s"},
	{"%s answers what is not understood on %s", "%s répond sans être compris sur %s"},
	{"%s refuses: %s", "%s refuse : %s"},
	{"no such incident", "incident inconnu"},
	{"no such sensor is installed", "ce capteur n'est pas installé"},
	{"that sensor has no button", "ce capteur n'a pas de bouton"},
	{"that incident is over", "cet incident est terminé"},
	{"no such open incident", "aucun incident ouvert de ce numéro"},
	{"more than one open incident begins so", "plusieurs incidents ouverts commencent ainsi"},
	{"it is in that state already", "il est déjà dans cet état"},
	{"incident is missing", "il manque l'incident"},
	{"by is missing or too long", "by manque ou est trop long"},
	{"why is no text or too long", "why n'est pas un texte ou est trop long"},
	{"outcome is none of helped, emergency, false_alarm, test, social, repaired",
		"outcome n'est ni helped, ni emergency, false_alarm, test, social ou repaired"},
	{"no such output is installed", "aucune sortie de ce genre n'est installée"},
	{"output is not lamp or siren", "output n'est ni lamp ni siren"},
	{"on is not true or false", "on n'est ni true ni false"},
	{"sensor is no text", "sensor n'est pas un texte"},
	{"said is not fine or help", "said n'est ni fine ni help"},
	{"\"%s\" is no command (vigie-ctl --help lists them)",
		"« %s » n'est pas une commande (vigie-ctl --help les cite)"},
	{"which command? (vigie-ctl --help lists them)",
		"quelle commande ? (vigie-ctl --help les cite)"},
	{"\"%s\" is a command of the hub only", "« %s » n'est une commande que du hub"},
	{"\"%s\" is a command of the gateway only",
		"« %s » n'est une commande que de la passerelle"},
	{"\"%s\" needs an incident: its 32 digits, or --last",
		"« %s » demande un incident : ses 32 chiffres, ou --last"},
	{"\"%s\" is no incident: 32 digits of 0-9 and a-f, or --last",
		"« %s » n'est pas un incident : 32 chiffres 0-9 et a-f, ou --last"},
	{"\"%s\" needs an outcome: --outcome helped, emergency, false_alarm, test, social or "
	 "repaired",
		"« %s » demande une issue : --outcome helped, emergency, false_alarm, test, social "
		"ou repaired"},
	{"\"answer\" needs what the resident says: fine or help",
		"« answer » demande ce que dit le résident : fine ou help"},
	{"\"output\" needs what is switched and how: lamp or siren, on or off",
		"« output » demande quoi et comment : lamp ou siren, on ou off"},
	{"\"%s\" is one word too many", "« %s » est un mot de trop"},
	{"--%s does not belong to \"%s\"", "--%s ne va pas avec « %s »"},
	{"--%s: at most 96 bytes of plain text", "--%s : au plus 96 octets de texte simple"},
};

enum ctl_language ctl_language_from_environment(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return strncmp(value, "fr", 2) == 0 ? CTL_FRENCH : CTL_ENGLISH;
	}
	return CTL_ENGLISH;
}

const char *ctl_words(enum ctl_language language, const char *english)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (strcmp(phrases[i][CTL_ENGLISH], english) == 0)
			return phrases[i][language];
	return english;
}

void ctl_say(FILE *out, enum ctl_language language, const char *english, const char *const values[])
{
	for (const char *text = ctl_words(language, english); *text; text++) {
		if (text[0] == '%' && text[1] == 's' && *values) {
			table_print_text(out, *values++);
			text++;
		} else {
			(void)fputc(*text, out);
		}
	}
}
