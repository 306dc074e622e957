/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The third-party vectors of BTHome v2: bthome_v2.tsv (the suite of Bluetooth-Devices/bthome-ble)
 * and the bthome_v2 rows of hci_adverts.tsv (custom-components/ble_monitor), found through
 * VIGIE_VECTORS. Skipped where absent: test_bthome_v2.c stands on its own.
 */
#include "tests/unit/vectors.h"

#include "sensors/receiver.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOADS_MAX   4
#define HEARD_MAX      64
#define LINE_MAX_CHARS 1024

/* What the rows that expect no values must be answered with. */
static const struct {
	int line;
	int answers[PAYLOADS_MAX];
} answers[] = {
	{113, {-ENOKEY}}, {131, {1}}, {147, {-EPROTO}},
	{163, {-EKEYREJECTED, -EPROTO}}, /* not authentic under its own key */
	{201, {1}}, {216, {1}}, {280, {-EPROTONOSUPPORT}},
	{294, {-EKEYREJECTED}}, /* a wrong key on purpose */
	{472, {-ENOKEY}},       /* a key of 24 bytes is refused when it is set */
	{550, {-EKEYREJECTED, -EKEYREJECTED}}, {581, {2, -EALREADY}}, {612, {2, 2}},
	{638, {2, -EALREADY}}, {669, {2, -ESTALE}}, {701, {2, 2}}, /* the counter's end */
	{727, {-EBADMSG}}, {894, {-ENODATA}},
	{2232, {1}}, /* its suite drops 0xFE; a real maker means a hold by it */
	{2268, {2}}, {3271, {-ERANGE}}, {4329, {2}}, {4345, {1}}, /* the cut humidity is left out */
};

/* Theirs → ours, where lower case and '_' do not make it. */
static const struct {
	const char *theirs, *ours;
} names[] = {
	{"carbon_dioxide", "co2"},
	{"volatile_organic_compounds", "tvoc"},
	{"pm25", "pm2_5"},
	{"pm2.5", "pm2_5"},
	{"volume_flow_rate", "volume_flow"},
	{"weight", "mass"},
	{"dewpoint", "dew_point"},
	{"binary", "generic"},
	{"switch", "power_on"},
	{"gas_detected", "gas_alarm"},
	{"moisture_detected", "moisture_alarm"},
	{"carbon_monoxide", "carbon_monoxide_alarm"},
	{"distance_mm", "distance"},
	{"volume_ml", "volume"},
};

static const char *const presses[] = {"", "press", "double_press", "triple_press", "long_press",
	"long_double_press", "long_triple_press", "hold_press"};

struct heard {
	int count;
	struct reading readings[HEARD_MAX];
	bool is_used[HEARD_MAX];
	uint8_t packet_ids[PAYLOADS_MAX];
	int packet_id_count;
};

/* Returns its length. */
static size_t add_structure(uint8_t *at, uint16_t uuid, const char *hex)
{
	size_t count = from_hex(hex, at + 4, 200);

	at[0] = (uint8_t)(count + 3);
	at[1] = 0x16;
	at[2] = (uint8_t)uuid;
	at[3] = (uint8_t)(uuid >> 8);
	return count + 4;
}

/* "Carbon Dioxide 2" → kind and index (0 without number). */
static enum reading_kind kind_of(const char *theirs, const char *value, int *ret_index)
{
	enum reading_kind kind = READING_NONE;
	char name[64];
	size_t length;

	(void)snprintf(name, sizeof(name), "%s", theirs);
	for (char *c = name; *c; c++)
		*c = *c == ' ' ? '_' : (char)tolower(*c);
	length = strlen(name);
	*ret_index = 0;
	if (length > 2 && name[length - 2] == '_' && isdigit(name[length - 1])) {
		*ret_index = name[length - 1] - '1';
		name[length - 2] = 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].theirs, name) == 0)
			(void)snprintf(name, sizeof(name), "%s", names[i].ours);
	}
	if (strcmp(name, "power") == 0 && (value[0] == 'T' || value[0] == 'F'))
		return READING_POWER_ON;
	assert_int_equal(reading_kind_from_name(name, &kind), 0);
	return kind;
}

static double value_of(enum reading_kind kind, const char *name, const char *text, int line)
{
	double value = strtod(text, NULL);
	int steps;

	if (text[0] == 'T' || text[0] == 'F')
		return text[0] == 'T';
	if (kind == READING_TIMESTAMP)
		return 1684093277; /* 2023-05-14 19:41:17 UTC */
	if (kind == READING_DIMMER) {
		assert_int_equal(sscanf(text, "'rotate_left' {'steps': %d}", &steps), 1);
		return -steps;
	}
	for (int press = 1; kind == READING_BUTTON && press <= BUTTON_HOLD; press++) {
		if (strncmp(text + 1, presses[press], strlen(presses[press])) == 0 &&
			text[1 + strlen(presses[press])] == '\'')
			return press;
	}
	if (line == 1310) /* pounds */
		return value * 0.45359237;
	if (line == 2284 || line == 2671 || strstr(name, " mm") || strstr(name, " mL"))
		return value / 1000;
	return value;
}

static void expect(struct heard *h, enum reading_kind kind, int index, double value,
	const char *text, const char *test)
{
	for (int i = 0; i < h->count; i++) {
		const struct reading *r = &h->readings[i];

		if (h->is_used[i] || r->kind != kind || (index >= 0 && r->index != index))
			continue;
		if (text ? strcmp(r->text, text) != 0 : fabs(r->value - value) > 1e-9)
			continue;
		h->is_used[i] = true;
		return;
	}
	fail_msg("%s: no %s = %.9g %s", test, reading_kinds[kind].name, value, text ? text : "");
}

static void expect_packet_id(const struct heard *h, int id, const char *test)
{
	for (int i = 0; i < h->packet_id_count; i++) {
		if (h->packet_ids[i] == id)
			return;
	}
	fail_msg("%s: packet id %d was not heard", test, id);
}

static void expect_item(struct heard *h, char *item, int line, const char *test)
{
	char *name = item + 1, *value = strstr(item, "'=");
	enum reading_kind kind;
	char *end;
	int index;

	assert_non_null(value);
	*value = 0;
	value += 2;
	if (strcmp(name, "Packet Id") == 0) {
		expect_packet_id(h, (int)strtol(value, NULL, 10), test);
		return;
	}
	kind = kind_of(name, value, &index);
	if (kind != READING_TEXT && kind != READING_RAW) {
		expect(h, kind, index, value_of(kind, name, value, line), NULL, test);
		return;
	}
	end = strrchr(value, '\'');
	*end = 0;
	expect(h, kind, index, 0, value + 1, test);
}

static int expected_answer(int line, int payload)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].line == line)
			return answers[i].answers[payload];
	}
	return INT_MAX;
}

static void hear(struct heard *h, const struct advertisement *a, struct device_keys *keys, int line,
	int payload)
{
	struct decoding_counters counters = {0};
	struct device_key *device;
	struct decoded decoded;
	int answer = decoders_decode(a, keys, &counters, &decoded);
	int expected = expected_answer(line, payload);

	if (expected != INT_MAX && answer != expected)
		fail_msg("line %d, payload %d: %d, expected %d", line, payload, answer, expected);
	if (line == 201 || line == 216)
		assert_int_equal(decoded.is_triggered, line == 201);
	if (line == 2268)
		assert_true(decoded.readings[1].value == BUTTON_PRESS);
	if (line == 2232)
		assert_true(decoded.readings[0].value == BUTTON_HOLD);
	for (int i = 0; i < answer; i++)
		h->readings[h->count++] = decoded.readings[i];
	device = device_keys_find(keys, a->address);
	if (device && device->has_packet_id && answer != -EALREADY)
		h->packet_ids[h->packet_id_count++] = device->packet_id;
}

static void check_row(char *text)
{
	char *columns[6], *payloads[PAYLOADS_MAX], *items[16];
	struct device_keys keys = {0};
	struct advertisement a = {.rssi_dbm = -60};
	uint8_t contents[PAYLOADS_MAX * 204];
	size_t filled = 0;
	struct heard h = {0};
	int line, count;

	assert_int_equal(split(text, "\t", columns, 6), 6);
	line = (int)strtol(columns[0], NULL, 10);
	if (columns[4][0] == 0)
		return;
	assert_int_equal(device_address_from_text(columns[2], a.address), 0);
	if (strcmp(columns[3], "None") != 0)
		assert_int_equal(
			device_keys_set(&keys, a.address, columns[3]), line == 472 ? -EINVAL : 0);
	count = split(columns[4], " | ", payloads, PAYLOADS_MAX);
	for (int i = 0; i < count; i++) {
		bool is_other =
			line == 3921 && i < count - 1; /* other services' data before ours */

		filled += add_structure(contents + filled, is_other ? 0x181A : 0xFCD2, payloads[i]);
		if (is_other)
			continue;
		a.time_us += 100000;
		a.contents = bytes_of(contents, filled);
		hear(&h, &a, &keys, line, i);
		filled = 0;
	}
	count = columns[5][0] ? split(columns[5], "; ", items, 16) : 0;
	for (int i = 0; i < count; i++)
		expect_item(&h, items[i], line, columns[1]);
	for (int i = 0; count > 0 && i < h.count; i++)
		assert_true(h.is_used[i]); /* nothing but what is expected */
	if (count == 0)
		assert_true(expected_answer(line, 0) != INT_MAX);
	device_keys_done(&keys);
}

static void test_every_row_of_bthome_v2(void **state)
{
	FILE *stream = open_vectors("bthome_v2.tsv");
	char text[LINE_MAX_CHARS];
	int rows = 0;

	(void)state;
	assert_non_null(fgets(text, sizeof(text), stream));
	for (; fgets(text, sizeof(text), stream); rows++) {
		text[strcspn(text, "\n")] = 0;
		check_row(text);
	}
	(void)fclose(stream);
	assert_int_equal(rows, 104);
}

static void on_reading(const struct reading *reading, void *userdata)
{
	struct heard *h = userdata;

	assert_true(h->count < HEARD_MAX);
	h->readings[h->count++] = *reading;
}

/* The device's row after the event: packet id or encryption counter, as theirs tells either. */
static void expect_packet(const struct device_key *device, const char *value)
{
	if (strcmp(value, "no packet id") == 0)
		assert_true(!device || !device->has_packet_id);
	else if (device->has_key)
		assert_int_equal(device->counter, strtoul(value, NULL, 10));
	else
		assert_int_equal(device->packet_id, strtoul(value, NULL, 10));
}

static void check_hci_item(
	struct heard *h, const struct device_key *device, char *item, char *next, const char *test)
{
	char *value = strchr(item, '=');
	enum reading_kind kind;
	int index;

	assert_non_null(value);
	*value++ = 0;
	if (strcmp(item, "firmware") == 0 || strcmp(item, "type") == 0 ||
		strcmp(item, "steps") == 0)
		return;
	if (strcmp(item, "mac") == 0) {
		assert_int_equal(device ? device->address[5] : 0xA5, 0xA5);
		assert_string_equal(value, "5448E68F80A5");
	} else if (strcmp(item, "packet") == 0) {
		expect_packet(device, value);
	} else if (strcmp(item, "rssi") == 0) {
		for (int i = 0; i < h->count; i++)
			assert_int_equal(h->readings[i].rssi_dbm, (int)strtol(value, NULL, 10));
	} else if (strcmp(item, "button") == 0) {
		assert_string_equal(value, "double press");
		expect(h, READING_BUTTON, 0, BUTTON_DOUBLE, NULL, test);
	} else if (strcmp(item, "dimmer") == 0) {
		assert_string_equal(value, "rotate left");
		expect(h, READING_DIMMER, 0, -strtod(next + strlen("steps="), NULL), NULL, test);
	} else if (strcmp(item, "text") == 0) {
		expect(h, READING_TEXT, 0, 0, value, test);
	} else {
		kind = kind_of(item, value, &index);
		/* theirs keeps the last of two temperatures */
		expect(h, kind, -1, value_of(kind, item, value, 0), NULL, test);
	}
}

static void check_hci_row(char *columns[5])
{
	static const uint8_t address[] = {0x54, 0x48, 0xE6, 0x8F, 0x80, 0xA5};
	static struct receiver receiver;
	struct device_keys keys = {0};
	struct heard h = {0};
	uint8_t packet[300];
	char *items[16];
	size_t bytes = from_hex(columns[2], packet, sizeof(packet));
	int count = split(columns[4], ";", items, 16);

	if (columns[3][0])
		assert_int_equal(device_keys_set(&keys, address, columns[3]), 0);
	receiver_init(&receiver, &keys, on_reading, &h);
	receiver_discover(&receiver, true);
	receiver_packet(&receiver, 1000000, packet, bytes);
	assert_int_equal(receiver.hci.counters.advertising_reports, 1);
	assert_int_equal(receiver.hci.counters.malformed, 0);
	assert_int_equal(receiver.decoding.decoded[0], 1);
	assert_true(h.count > 0);
	for (int i = 0; i < h.count; i++)
		assert_string_equal(h.readings[i].sensor.text, "54:48:E6:8F:80:A5");
	for (int i = 0; i < count; i++)
		check_hci_item(&h, device_keys_find(&keys, address), items[i],
			i + 1 < count ? items[i + 1] : NULL, columns[1]);
	device_keys_done(&keys);
}

static void test_every_bthome_v2_row_of_hci_adverts(void **state)
{
	FILE *stream = open_vectors("hci_adverts.tsv");
	char text[LINE_MAX_CHARS], *columns[5];
	int rows = 0;

	(void)state;
	while (fgets(text, sizeof(text), stream)) {
		text[strcspn(text, "\n")] = 0;
		assert_int_equal(split(text, "\t", columns, 5), 5);
		if (strcmp(columns[0], "bthome_v2") != 0)
			continue;
		check_hci_row(columns);
		rows++;
	}
	(void)fclose(stream);
	assert_int_equal(rows, 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_of_bthome_v2),
		cmocka_unit_test(test_every_bthome_v2_row_of_hci_adverts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
