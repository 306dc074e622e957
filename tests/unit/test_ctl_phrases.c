/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults and steps in the reader's language: what libraries say is asked of the libraries; what the
 * programs say themselves is found by a rule of `make lint` (tests/lint/phrases.py).
 */
#include "common/ctl/phrases.h"
#include "common/ctl/show.h"

#include <MQTTAsync.h>
#include <errno.h>
#include <modbus/modbus.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Words that both languages write alike. */
static void assert_has_french(const char *english)
{
	char french[256];

	if (!english || strncmp(english, "Unknown error", strlen("Unknown error")) == 0)
		return;
	ctl_french(english, french, sizeof(french));
	if (strcmp(french, english) == 0)
		fail_msg("no French: %s", english);
}

static void test_what_libraries_say_has_its_french(void **state)
{
	static const int errors[] = {EPERM, ENOENT, EINTR, EIO, ENXIO, EAGAIN, ENOMEM, EACCES,
		EBUSY, ENODEV, ENOTDIR, EISDIR, EINVAL, EMFILE, ENOTTY, EFBIG, ENOSPC, EROFS, EPIPE,
		EILSEQ, ENODATA, EPROTO, ENOSYS, EOPNOTSUPP, EAFNOSUPPORT, EADDRINUSE,
		EADDRNOTAVAIL, ENETDOWN, ENETUNREACH, ECONNABORTED, ECONNRESET, ENOTCONN, ETIMEDOUT,
		ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH, EBADFD, EBADMSG, ESTRPIPE, EUCLEAN, EDQUOT,
		ECANCELED, EOVERFLOW};

	(void)state;
	for (size_t n = 0; n < sizeof(errors) / sizeof(errors[0]); n++)
		assert_has_french(strerrordesc_np(errors[n]));
	for (int code = SQLITE_ERROR; code <= SQLITE_NOTADB; code++)
		assert_has_french(sqlite3_errstr(code));
	for (int reason = 0x80; reason <= 0xFF; reason++)
		assert_has_french(MQTTReasonCode_toString((enum MQTTReasonCodes)reason));
	for (int code = MQTTASYNC_FAILURE; code >= MQTTASYNC_BAD_PROTOCOL; code--)
		assert_has_french(MQTTAsync_strerror(code));
	for (int error = EMBXILFUN; error <= EMBBADSLAVE; error++)
		assert_has_french(modbus_strerror(error));
}

static void test_each_part_of_a_fault_is_looked_for(void **state)
{
	static const char *const rows[][2] = {
		{"link: 127.0.0.1:8883: connection lost",
			"liaison : 127.0.0.1:8883 : connexion perdue"},
		{"link: centre.example:8883: TLS: certificate verify failed",
			"liaison : centre.example:8883 : TLS : le certificat n'est pas reconnu"},
		/* cut where a heartbeat has no more room */
		{"link: centre.example:8883: no connection (nobody listens there, or a cert",
			"liaison : centre.example:8883 : pas de connexion (personne n'écoute là, ou "
			"un certificat est refusé)"},
		{"bluetooth deaf: hci0: there is none", "bluetooth sourd : hci0 : il n'y en a pas"},
		{"store damaged, kept as hub.db.aside-17",
			"mémoire abîmée, gardée sous hub.db.aside-17"},
		{"store of version 9, kept as hub.db.aside-17",
			"mémoire de version 9, gardée sous hub.db.aside-17"},
		{"history: disk nearly full", "historique : disque presque plein"},
		{"voice: no sound: No such device", "voix : pas de son : appareil absent"},
		{"siren at cellar slave 3 coil 12: Connection timed out",
			"sirène sur cellar esclave 3 sortie 12 : délai dépassé"},
		{"link: was lost for 12 min, back 3 min ago",
			"liaison : coupée pendant 12 min, rétablie il y a 3 min"},
		{"\"all is well\" said aloud", "« tout va bien » dit à haute voix"},
		{"sensors[0].stale_s is 3, needs 10..604800",
			"sensors[0].stale_s vaut 3, demande 10 à 604800"},
		{"Monsieur Paul rappelle: demain", "Monsieur Paul rappelle : demain"},
		{"", ""},
	};
	char french[256], cut[8];

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		ctl_french(rows[n][0], french, sizeof(french));
		assert_string_equal(french, rows[n][1]);
	}
	/* what has no room is cut, never written beyond */
	ctl_french("link: no answer: no answer", cut, sizeof(cut));
	assert_string_equal(cut, "liaison");
}

static void shown(void (*show)(FILE *out, enum ctl_language language, const json_t *answer),
	enum ctl_language language, const char *json, char *ret, size_t bytes)
{
	FILE *out = fmemopen(ret, bytes, "w");
	json_t *object = json_loads(json, 0, NULL);

	assert_non_null(out);
	assert_non_null(object);
	show(out, language, object);
	json_decref(object);
	(void)fclose(out);
}

static void test_status_says_faults_in_french(void **state)
{
	char text[1024] = "";

	(void)state;
	shown(show_status, CTL_FRENCH,
		"{\"sound\":\"sound: No such device\",\"faults\":[\"store: damaged incidents\","
		"\"link: h:1: no answer\",\"capteur muet : salon\"]}",
		text, sizeof(text));
	assert_non_null(strstr(text, "son : appareil absent"));
	assert_non_null(strstr(text, "mémoire : incidents abîmés"));
	assert_non_null(strstr(text, "liaison : h:1 : pas de réponse"));
	assert_non_null(strstr(text, "capteur muet : salon")); /* French already */
}

static void test_incidents_say_why_in_the_readers_language(void **state)
{
	static const char answer[] =
		"{\"incidents\":[{\"class\":\"help\",\"state\":\"announced\",\"why\":"
		"\"said aloud\"},{\"class\":\"help\",\"state\":\"raised\",\"why\":"
		"\"bouton d’appel\"},{\"class\":\"help\",\"state\":\"escalated\",\"why\":"
		"\"not acknowledged in time\"}]}";
	char text[2048] = "";

	(void)state;
	shown(show_incidents, CTL_FRENCH, answer, text, sizeof(text));
	assert_non_null(strstr(text, "dit à haute voix"));
	assert_non_null(strstr(text, "bouton d’appel"));
	assert_non_null(strstr(text, "pas pris en charge à temps"));
	shown(show_incidents, CTL_ENGLISH, answer, text, sizeof(text));
	assert_non_null(strstr(text, "said aloud"));
	assert_non_null(strstr(text, "call button"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_libraries_say_has_its_french),
		cmocka_unit_test(test_each_part_of_a_fault_is_looked_for),
		cmocka_unit_test(test_status_says_faults_in_french),
		cmocka_unit_test(test_incidents_say_why_in_the_readers_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
