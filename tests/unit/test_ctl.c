/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vigie-ctl against a peer that plays the daemon: requests word for word, output, exit statuses. */
#include "common/ctl/table.h"
#include "tests/unit/ctl_peer.h"

static void test_each_command_makes_its_request(void **state)
{
	static const struct usage rows[] = {
		{"status", "{\"do\":\"status\"}"},
		{"--gateway|status", "{\"do\":\"status\"}"},
		{"sensors", "{\"do\":\"sensors\"}"},
		{"incidents", "{\"do\":\"incidents\"}"},
		{"incidents|--all", "{\"do\":\"incidents\",\"all\":true}"},
		{"test", "{\"do\":\"test\"}"},
		{"summary", "{\"do\":\"summary\",\"language\":\"en\"}"},
		{"summary|2026-W48",
			"{\"do\":\"summary\",\"week\":\"2026-W48\",\"language\":\"en\"}"},
		{"routine|show", "{\"do\":\"routine\"}"},
		{"press", "{\"do\":\"press\"}"},
		{"press|A4:C1:38:8D:18:B2", "{\"do\":\"press\",\"sensor\":\"A4:C1:38:8D:18:B2\"}"},
		{"answer|--last|fine",
			"{\"do\":\"answer\",\"incident\":\"last\",\"said\":\"fine\"}"},
		{"answer|" ID "|help",
			"{\"do\":\"answer\",\"incident\":\"" ID "\",\"said\":\"help\"}"},
		{"output|lamp|on", "{\"do\":\"output\",\"output\":\"lamp\",\"on\":true}"},
		{"output|siren|off", "{\"do\":\"output\",\"output\":\"siren\",\"on\":false}"},
		{"say|Bonjour à tous.", "{\"do\":\"say\",\"text\":\"Bonjour à tous.\"}"},
		{"acknowledge|" ID,
			"{\"do\":\"acknowledge\",\"incident\":\"" ID "\",\"by\":\"anne\"}"},
		{"ack|--last|--by|Paul",
			"{\"do\":\"acknowledge\",\"incident\":\"last\",\"by\":\"Paul\"}"},
		{"on-the-way|last",
			"{\"do\":\"on_the_way\",\"incident\":\"last\",\"by\":\"anne\"}"},
		{"on-site|--last", "{\"do\":\"on_site\",\"incident\":\"last\",\"by\":\"anne\"}"},
		{"close|--last|--outcome|helped|--why|voisine passée",
			"{\"do\":\"close\",\"incident\":\"last\",\"by\":\"anne\",\"why\":\"voisine "
			"passée\",\"outcome\":\"helped\"}"},
	};
	make_requests(*state, rows, sizeof rows / sizeof rows[0]);
}

static void test_wrong_usage_reaches_nobody(void **state)
{
	static const struct usage rows[] = {
		{"", "vigie-ctl: which command? (vigie-ctl --help lists them)\n"},
		{"fly", "vigie-ctl: \"fly\" is no command (vigie-ctl --help lists them)\n"},
		{"status|x", "vigie-ctl: \"x\" is one word too many\n"},
		{"press|a|b", "vigie-ctl: \"b\" is one word too many\n"},
		{"acknowledge",
			"vigie-ctl: \"acknowledge\" needs an incident: its 32 digits, or --last\n"},
		{"ack|12",
			"vigie-ctl: \"12\" is no incident: 32 digits of 0-9 and a-f, or --last\n"},
		{"ack|--last|" ID, "vigie-ctl: \"" ID "\" is one word too many\n"},
		{"answer|--last",
			"vigie-ctl: \"answer\" needs what the resident says: fine or help\n"},
		{"answer|--last|no",
			"vigie-ctl: \"answer\" needs what the resident says: fine or help\n"},
		{"output|lamp",
			"vigie-ctl: \"output\" needs what is switched and how: lamp or siren, on or "
			"off\n"},
		{"output|door|on",
			"vigie-ctl: \"output\" needs what is switched and how: lamp or siren, on or "
			"off\n"},
		{"close|--last",
			"vigie-ctl: \"close\" needs an outcome: --outcome helped, emergency, "
			"false_alarm, test, social or repaired\n"},
		{"close|--last|--outcome|none",
			"vigie-ctl: \"close\" needs an outcome: --outcome helped, emergency, "
			"false_alarm, test, social or repaired\n"},
		{"status|--all", "vigie-ctl: --all does not belong to \"status\"\n"},
		{"export", "vigie-ctl: \"export\" needs a folder, which it makes\n"},
		{"test|--by|x", "vigie-ctl: --by does not belong to \"test\"\n"},
		{"ack|--last|--why|x", "vigie-ctl: --why does not belong to \"acknowledge\"\n"},
		{"--gateway|test", "vigie-ctl: \"test\" is a command of the hub only\n"},
		{"--hub|ack|--last",
			"vigie-ctl: \"acknowledge\" is a command of the gateway only\n"},
		{"ack|--last|--by|a\nb", "vigie-ctl: --by: at most 96 bytes of plain text\n"},
	};

	(void)state;
	are_refused(rows, sizeof rows / sizeof rows[0]);
}

static void test_a_daemon_that_cannot_be_reached(void **state)
{
	struct peer *p = *state;
	struct said s = run("/nowhere/control", "status");

	assert_int_equal(s.status, CTL_NOT_DONE);
	assert_string_equal(s.err, "vigie-ctl: vigie-hub does not run: nobody answers on "
				   "/nowhere/control (start it: systemctl start vigie-hub)\n");
	(void)setenv("LANG", "fr_FR.UTF-8", 1);
	s = run("/nowhere/control", "ack|--last");
	assert_string_equal(s.err,
		"vigie-ctl: vigie-gateway ne tourne pas : personne ne répond sur "
		"/nowhere/control (le démarrer : systemctl start vigie-gateway)\n");
	(void)setenv("LANG", "C", 1);
	s = ask(p, "status", "");
	assert_int_equal(s.status, CTL_NOT_DONE);
	assert_non_null(strstr(s.err, "vigie-hub does not answer on"));
	s = ask(p, "status", "welcome\n");
	assert_int_equal(s.status, CTL_NOT_DONE);
	assert_non_null(strstr(s.err, "is not understood on"));
	s = ask(p, "status", "{\"home\":\"x\"}\n");
	assert_int_equal(s.status, CTL_NOT_DONE);
}

static void test_a_refusal_is_told_and_is_status_1(void **state)
{
	static const char refusal[] = "{\"ok\":false,\"error\":\"no such incident\"}\n";
	struct peer *p = *state;
	struct said s = ask(p, "ack|" ID, refusal);

	assert_int_equal(s.status, CTL_REFUSED);
	assert_string_equal(s.err, "vigie-ctl: vigie-gateway refuses: no such incident\n");
	assert_string_equal(s.out, "");
	s = ask(p, "ack|" ID "|--json", refusal);
	assert_int_equal(s.status, CTL_REFUSED);
	assert_string_equal(s.out, refusal);
	assert_string_equal(s.err, "");
	(void)setenv("LANG", "fr_FR.UTF-8", 1);
	s = ask(p, "ack|" ID, refusal);
	assert_string_equal(s.err, "vigie-ctl: vigie-gateway refuse : incident inconnu\n");
}

static void test_every_refusal_of_the_daemons_is_told_in_french(void **state)
{
	static const char *const refusals[] = {"no such open incident",
		"more than one open incident begins so", "it is in that state already",
		"incident is missing", "by is missing or too long", "why is no text or too long",
		"outcome is none of helped, emergency, false_alarm, test, social, repaired",
		"no such incident", "no such sensor is installed", "that sensor has no button",
		"that incident is over", "sensor is no text", "said is not fine or help"};

	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (strcmp(ctl_words(CTL_FRENCH, refusals[i]), refusals[i]) == 0)
			fail_msg("\"%s\" has no French", refusals[i]);
}

#define HUB_STATUS \
	"{\"ok\":true,\"home\":\"nice-0042\",\"version\":\"0.1.0\",\"uptime_s\":93784,\"broker\":" \
	"\"up\",\"outbox\":0,\"sensors\":[{\"id\":\"A4:C1\",\"name\":\"Montre\",\"room\":\"\",\"role\":" \
	"\"wearable\",\"state\":\"fresh\",\"last_s\":2," \
	"\"deadline_s\":3600,\"learned\":true},{\"id\":\"pir\",\"name\":\"Entrée\",\"room\":" \
	"\"Entrée\",\"role\":\"motion\",\"state\":\"never\",\"last_s\":null}],\"faults\":[\"pir\\u001b\"," \
	"\"A4:C1: battery low\"],\"found\":[{\"kind\":\"battery\",\"subject\":\"A4:C1\",\"name\":" \
	"\"Montre\",\"what\":\"pile faible : 9 %\",\"told\":true}]," \
	"\"incidents_open\":1}\n"

static void test_status_for_people(void **state)
{
	struct peer *p = *state;
	struct said s = ask(p, "status", HUB_STATUS);

	assert_string_equal(s.out,
		"home            nice-0042\nversion         0.1.0\n"
		"running for     26 h 03 min\nbroker          up\n"
		"outbox          0\nopen incidents  1\n"
		"fault           pir?\n"
		"fault           Montre: battery, told to the centre\n"
		"\n"
		"sensor  name    room    role      state  heard    may be silent\n"
		"A4:C1   Montre          wearable  fresh  2 s ago  60 min, learned\n"
		"pir     Entrée  Entrée  motion    never\n");
	(void)setenv("LC_ALL", "fr_FR.UTF-8", 1);
	s = ask(p, "status", HUB_STATUS);
	assert_non_null(strstr(s.out,
		"capteur  nom     pièce   rôle       état    entendu     silence permis\n"
		"A4:C1    Montre          porté      frais   il y a 2 s  60 min, appris\n"
		"pir      Entrée  Entrée  mouvement  jamais\n"));
	assert_non_null(strstr(s.out, "Montre : pile faible : 9 %, dit au centre\n"));
	s = ask(p, "--json|status", HUB_STATUS);
	assert_string_equal(s.out, HUB_STATUS);
}

static void test_incidents_for_people(void **state)
{
	struct peer *p = *state;
	struct said s = ask(p, "incidents", "{\"ok\":true,\"incidents\":[]}\n");

	assert_string_equal(s.out, "no incident\n");
	s = ask(p, "incidents",
		"{\"ok\":true,\"incidents\":[{\"id\":\"" ID
		"\",\"home\":\"nice-1\",\"class\":\"fall\","
		"\"state\":\"raised\",\"outcome\":\"none\",\"test\":true,\"event_ms\":1700000000000,"
		"\"sensor\":\"Montre\",\"room\":\"Salon\",\"by\":\"hub\",\"why\":\"no answer\"}]}\n");
	assert_string_equal(s.out,
		"happened             home    class        state   outcome  room   sensor  incident  "
		"                        by   why\n"
		"2023-11-14 22:13:20  nice-1  fall (test)  raised           Salon  Montre  " ID
		"  hub  no answer\n");
}

static void test_answers_of_a_changed_incident(void **state)
{
	struct peer *p = *state;
	struct said s = ask(p, "ack|--last", OK_STATE);

	assert_string_equal(s.out, ID " incident is now accepted\n");
	s = ask(p, "test", "{\"ok\":true,\"incident\":\"" ID "\"}\n");
	assert_string_equal(s.out, "test incident raised " ID "\n");
	s = ask(p, "press", "{\"ok\":true,\"sensor\":\"A4:C1\"}\n");
	assert_string_equal(s.out, "press simulated A4:C1\n");
	s = ask(p, "say|Bonjour.", "{\"ok\":true}\n");
	assert_string_equal(s.out, "it is being said\n");
}

static void test_follow_shows_steps_until_the_end(void **state)
{
	static const char steps[] =
		"{\"ok\":true}\n{\"time_us\":1000000,\"part\":\"hub\",\"what\":\"raised\",\"incident\":"
		"\"0a\",\"text\":\"chute\"}\n{\"time_us\":2000000,\"part\":\"hub\",\"what\":\"reading\"}\n";
	struct peer *p = *state;
	struct said s = ask(p, "follow", steps);

	assert_int_equal(s.status, CTL_DONE);
	assert_non_null(strstr(s.out, "  hub     raised     chute 0a\n"));
	assert_non_null(strstr(s.out, "  hub     reading\n"));
	assert_string_equal(p->request, "{\"do\":\"follow\"}");
	s = ask(p, "follow|--json", steps);
	assert_string_equal(s.out, steps);
}

static void test_help_and_version(void **state)
{
	struct said s = run("/nowhere", "--version");

	(void)state;
	assert_int_equal(s.status, CTL_DONE);
	assert_string_equal(s.out, "vigie-ctl " VIGIE_VERSION "\n");
	s = run("/nowhere", "--help");
	assert_int_equal(s.status, CTL_DONE);
	assert_non_null(strstr(s.out, "acknowledge INCIDENT"));
}

static void test_a_width_is_in_characters(void **state)
{
	(void)state;
	assert_int_equal(table_width(""), 0);
	assert_int_equal(table_width("Salon"), 5);
	assert_int_equal(table_width("Entrée à l'été"), 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_each_command_makes_its_request),
		SCENE(test_wrong_usage_reaches_nobody),
		SCENE(test_a_daemon_that_cannot_be_reached),
		SCENE(test_a_refusal_is_told_and_is_status_1),
		SCENE(test_status_for_people),
		SCENE(test_incidents_for_people),
		SCENE(test_answers_of_a_changed_incident),
		SCENE(test_follow_shows_steps_until_the_end),
		SCENE(test_help_and_version),
		cmocka_unit_test(test_a_width_is_in_characters),
		cmocka_unit_test(test_every_refusal_of_the_daemons_is_told_in_french),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
