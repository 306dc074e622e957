/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every row of the third-party hci_adverts.tsv (the suite of custom-components/ble_monitor) but
 * those of bthome_v2 (test_bthome_vectors.c), from the HCI event to its readings, found through
 * VIGIE_VECTORS. Skipped where absent: test_decoders.c stands on its own.
 */
#include "tests/unit/vectors.h"

#include "sensors/receiver.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_CHARS 1024
#define G_M_S2         9.80665

struct heard {
	int count;
	struct reading readings[DECODER_READINGS_MAX];
	bool is_used[DECODER_READINGS_MAX];
};

/* Rows that are not decoded, and why. */
static const struct {
	const char *test;
	enum refusal reason; /* REFUSALS: unknown */
} refused[] = {
	{"test_Xiaomi_RTCGQ02LM", REFUSED_NOT_AUTHENTIC}, /* its suite cannot open it either */
	{"test_Xiaomi_YLKG07YL_press", REFUSED_VERSION},  /* sealed without a tag */
	{"test_Xiaomi_YLKG07YL_rotate", REFUSED_VERSION},
	{"test_ruuvitag_v2", REFUSALS}, /* in a URL of Eddystone */
	{"test_ruuvitag_v3", REFUSED_VERSION}, {"test_ruuvitag_v4", REFUSALS},
	{"test_ibeacon_iphone_ble_packet_var_1", REFUSALS}, /* a telephone */
	{"test_ibeacon_iphone_ble_packet_var_2", REFUSALS},
	{"test_blue_puck_T", REFUSALS}, /* Teltonika and Mocreo have no decoder here */
	{"test_blue_coin_T", REFUSALS}, {"test_blue_puck_RHT", REFUSALS},
	{"test_ela_blue_puck_T", REFUSALS}, {"test_ela_blue_puck_RHT", REFUSALS},
	{"test_ela_blue_puck_T_with_batt", REFUSALS}, {"test_MOCREO_", REFUSALS}, /* all of them */
};

static const struct {
	const char *format, *decoder;
} formats[] = {
	{"bthome_v1", "bthome_v1"}, {"xiaomi_parser", "mibeacon"}, {"ruuvitag_parser", "ruuvi_5"},
	{"switchbot", "switchbot"}, {"holyiot", "holyiot"}, {"ibeacon_parser", "ibeacon"},
	{"altbeacon_parser", "altbeacon"},
	{"teltonika", "ibeacon"}, /* its EYE is a beacon as well, and heard as that */
};

/* Theirs → ours, where they differ. */
static const struct {
	const char *theirs, *ours;
	double factor;
} names[] = {
	{"weight", "mass", 1},
	{"dewpoint", "dew_point", 1},
	{"pm2.5", "pm2_5", 1},
	{"binary", "generic", 1},
	{"switch", "power_on", 1},
	{"moisture detected", "moisture_alarm", 1},
	{"bed occupancy", "pressure_mat", 1},
	{"toothbrush", "running", 1},
	{"counter", "count", 1},
	{"score", "count", 1},
	{"side", "count", 1},
	{"no motion time", "duration", 1},
	{"pressure present duration", "duration", 1},
	{"measured power", "tx_power", 1},
	{"tx power", "tx_power", 1},
	{"acceleration x", "acceleration", G_M_S2 / 1000},
	{"acceleration y", "acceleration", G_M_S2 / 1000},
	{"acceleration z", "acceleration", G_M_S2 / 1000},
};

static const struct {
	const char *theirs;
	enum reading_kind kind;
	double value;
} words[] = {
	{"single press", READING_BUTTON, BUTTON_PRESS},
	{"double press", READING_BUTTON, BUTTON_DOUBLE},
	{"long press", READING_BUTTON, BUTTON_LONG},
	{"toggle", READING_BUTTON, BUTTON_PRESS},
	{"left", READING_DIMMER, -1},
};

/* Said otherwise or twice: the product's name, theirs for what is in another item, what theirs
 * makes up (the battery of a Ruuvi from its voltage, a temperature out of any beacon's name). */
static const char *const passed_over[] = {"firmware", "type", "motion timer", "data",
	"one btn switch", "remote", "remote single press", "locktype", "error", "fingerprint",
	"door action", "tracker_id", "manufacturer", "cypress temperature", "cypress humidity"};

/* What theirs does not list of a row. */
static const struct {
	const char *test;
	enum reading_kind kind;
} unlisted[] = {
	{"test_Xiaomi_SJWS01LM", READING_MOISTURE_ALARM},
	{"test_holyiot_vibration", READING_VIBRATION},
	{"test_ruuvitag_v5", READING_COUNT},
	{"test_teltonika_eye", READING_PRESENCE},
	{"test_teltonika_eye", READING_TX_POWER},
};

static void on_reading(const struct reading *reading, void *userdata)
{
	struct heard *h = userdata;

	assert_true(h->count < DECODER_READINGS_MAX);
	h->readings[h->count++] = *reading;
}

static void expect(struct heard *h, enum reading_kind kind, double value, const char *test)
{
	/* theirs rounds a Ruuvi's values to hundredths */
	double tolerance = strcmp(test, "test_ruuvitag_v5") == 0 ? 0.005 : 1e-9;

	for (int i = 0; i < h->count; i++) {
		if (h->is_used[i] || h->readings[i].kind != kind ||
			fabs(h->readings[i].value - value) > tolerance)
			continue;
		h->is_used[i] = true;
		return;
	}
	fail_msg("%s: no %s = %.9g", test, reading_kinds[kind].name, value);
}

static void expect_text(const struct heard *h, const char *part, const char *test)
{
	for (int i = 0; i < h->count; i++) {
		if (strstr(h->readings[i].text, part))
			return;
	}
	fail_msg("%s: no text with '%s'", test, part);
}

/* What theirs spreads over several items stands in one text here. */
static bool expect_in_text(struct heard *h, const char *name, const char *value, const char *test)
{
	char part[40];

	if (strcmp(name, "uuid") == 0 || strcmp(name, "method") == 0)
		(void)snprintf(part, sizeof(part), "%s", value);
	else if (strcmp(name, "major") == 0)
		(void)snprintf(part, sizeof(part), "/%s/", value);
	else if (strcmp(name, "minor") == 0)
		(void)snprintf(part, sizeof(part), "/%s", value);
	else if (strcmp(name, "action") == 0)
		(void)snprintf(part, sizeof(part), "%s",
			strstr(value, "outside") ? "outside " : "inside ");
	else if (strcmp(name, "key id") == 0)
		(void)snprintf(part, sizeof(part), " %s",
			strcmp(value, "unknown operator") == 0 ? "unknown" : value);
	else if (strcmp(name, "result") == 0)
		(void)snprintf(part, sizeof(part), "%s",
			strcmp(value, "match successful") == 0 ? "matched" : "refused");
	else
		return false;
	expect_text(h, part, test);
	return true;
}

static void expect_reading(struct heard *h, const char *name, const char *value, const char *test)
{
	enum reading_kind kind = READING_NONE;
	double factor = 1;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].theirs, value) == 0) {
			expect(h, words[i].kind, words[i].value, test);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].theirs, name) == 0) {
			name = names[i].ours;
			factor = names[i].factor;
			break;
		}
	}
	if (strcmp(test, "test_holyiot_pressure") == 0 && strcmp(name, "pressure") == 0)
		factor = 0.01; /* Pa */
	if (strcmp(test, "test_ruuvitag_v5") == 0 && strcmp(name, "motion") == 0)
		name = "moving";
	if (reading_kind_from_name(name, &kind) < 0)
		fail_msg("%s: what is '%s'?", test, name);
	expect(h, kind, strtod(value, NULL) * factor, test);
}

static double magnitude_mg(const struct heard *h)
{
	double sum = 0;

	for (int i = 0; i < h->count; i++) {
		if (h->readings[i].kind == READING_ACCELERATION)
			sum += pow(h->readings[i].value * 1000 / G_M_S2, 2);
	}
	return sqrt(sum);
}

static bool is_passed_over(const char *name, const char *test)
{
	for (size_t i = 0; i < sizeof(passed_over) / sizeof(passed_over[0]); i++) {
		if (strcmp(passed_over[i], name) == 0)
			return true;
	}
	return strcmp(test, "test_ruuvitag_v5") == 0 && strcmp(name, "battery") == 0;
}

static void check_item(
	struct heard *h, const struct device_key *device, char *item, const char *test)
{
	char *value = strchr(item, '=');

	assert_non_null(value);
	*value++ = 0;
	if (strcmp(test, "test_teltonika_eye") == 0 || is_passed_over(item, test))
		return;
	if (strcmp(item, "packet") == 0) {
		unsigned long packet = strtoul(value, NULL, 10);

		if (strcmp(value, "no packet id") == 0)
			assert_true(!device || !device->has_packet_id);
		else if (device->has_key && packet > UINT8_MAX)
			assert_int_equal(device->counter, packet);
		else
			assert_int_equal(
				(uint8_t)(device->has_key ? device->counter : device->packet_id),
				packet & UINT8_MAX);
	} else if (strcmp(item, "mac") == 0) {
		for (int i = 0; i < 12; i++)
			assert_int_equal(h->readings[0].sensor.text[i + i / 2], value[i]);
	} else if (strcmp(item, "rssi") == 0) {
		for (int i = 0; i < h->count; i++)
			assert_int_equal(h->readings[i].rssi_dbm, strtol(value, NULL, 10));
	} else if (strcmp(item, "acceleration") == 0) {
		assert_true(fabs(magnitude_mg(h) - strtod(value, NULL)) < 1e-6);
	} else if (!expect_in_text(h, item, value, test)) {
		expect_reading(h, item, value, test);
	}
}

static void check_nothing_else(const struct heard *h, const char *test)
{
	for (int i = 0; i < h->count; i++) {
		bool is_listed =
			h->is_used[i] || h->readings[i].kind == READING_TEXT ||
			(h->readings[i].kind == READING_PRESENCE && strstr(test, "beacon"));

		for (size_t u = 0; u < sizeof(unlisted) / sizeof(unlisted[0]); u++)
			is_listed |= strcmp(unlisted[u].test, test) == 0 &&
				     unlisted[u].kind == h->readings[i].kind;
		if (!is_listed)
			fail_msg("%s: %s = %.9g was not expected", test,
				reading_kinds[h->readings[i].kind].name, h->readings[i].value);
	}
}

static int decoder_index(const char *format)
{
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
		for (int i = 0; strcmp(formats[f].format, format) == 0 && decoders[i]; i++) {
			if (strcmp(decoders[i]->name, formats[f].decoder) == 0)
				return i;
		}
	}
	fail_msg("no decoder for %s", format);
	return 0;
}

/* Whether the row is one of those that are not decoded; checks that it is not. */
static bool check_refused(const struct receiver *r, const char *test)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		size_t length = strlen(refused[i].test);

		if (strncmp(refused[i].test, test, length) != 0 ||
			(test[length] != 0 && refused[i].test[length - 1] != '_'))
			continue;
		assert_int_equal(r->decoding.readings, 0);
		if (refused[i].reason == REFUSALS)
			assert_int_equal(r->decoding.unknown, 1);
		else
			assert_int_equal(r->decoding.refused[refused[i].reason], 1);
		return true;
	}
	return false;
}

static bool check_row(char *columns[5])
{
	static struct receiver receiver;
	struct device_keys keys = {0};
	struct device_key *device;
	struct heard h = {0};
	uint8_t packet[300], address[6];
	char *items[20];
	size_t bytes = from_hex(columns[2], packet, sizeof(packet));
	int count = split(columns[4], ";", items, 20);

	for (int i = 0; i < 6; i++)
		address[i] = packet[12 - i];
	if (strlen(columns[3]) == 32)
		assert_int_equal(device_keys_set(&keys, address, columns[3]), 0);
	device = device_keys_ensure(&keys, address);
	device->is_enrolled = true;
	receiver_init(&receiver, &keys, on_reading, &h);
	receiver_packet(&receiver, 1000000, packet, bytes);
	assert_int_equal(receiver.hci.counters.malformed, 0);
	if (check_refused(&receiver, columns[1])) {
		device_keys_done(&keys);
		return false;
	}
	if (receiver.decoding.decoded[decoder_index(columns[0])] != 1 || h.count == 0)
		fail_msg("%s: not decoded", columns[1]);
	for (int i = 0; i < h.count; i++)
		assert_true(h.readings[i].is_forgeable == !columns[3][0]);
	for (int i = 0; i < count; i++)
		check_item(&h, device, items[i], columns[1]);
	check_nothing_else(&h, columns[1]);
	device_keys_done(&keys);
	return true;
}

static void test_every_other_row_of_hci_adverts(void **state)
{
	FILE *stream = open_vectors("hci_adverts.tsv");
	char text[LINE_MAX_CHARS], *columns[5];
	int decoded = 0, rows = 0;

	(void)state;
	assert_non_null(fgets(text, sizeof(text), stream));
	while (fgets(text, sizeof(text), stream)) {
		text[strcspn(text, "\n")] = 0;
		assert_int_equal(split(text, "\t", columns, 5), 5);
		if (strcmp(columns[0], "bthome_v2") == 0)
			continue;
		decoded += check_row(columns);
		rows++;
	}
	(void)fclose(stream);
	assert_int_equal(rows, 98);
	assert_int_equal(decoded, 75);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_other_row_of_hci_adverts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
