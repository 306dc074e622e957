/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Controllers' packets: reports, fragments, values; whole, damaged and cut. */
#include "sensors/hci.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct heard {
	struct hci hci;
	int advertisements, values;
	struct advertisement last;
	uint8_t last_bytes[ADVERTISEMENT_DATA_MAX];
	struct hci_value value;
	uint8_t value_bytes[600];
	size_t value_count;
};

static void on_advertisement(const struct advertisement *a, void *userdata)
{
	struct heard *h = userdata;

	h->advertisements++;
	h->last = *a;
	memcpy(h->last_bytes, a->contents.at, a->contents.left);
}

static void on_value(const struct hci_value *v, void *userdata)
{
	struct heard *h = userdata;

	h->values++;
	h->value = *v;
	h->value_count = v->value.left;
	memcpy(h->value_bytes, v->value.at, v->value.left);
}

static struct heard *begin(void)
{
	static struct heard heard;
	struct hci_listener listener = {
		.on_advertisement = on_advertisement, .on_value = on_value, .userdata = &heard};

	memset(&heard, 0, sizeof(heard));
	hci_init(&heard.hci, &listener);
	return &heard;
}

static void receive(struct heard *h, const void *packet, size_t count)
{
	/* a copy of exactly its length, so that a sanitizer sees a byte read beyond */
	uint8_t *exact = test_malloc(count ? count : 1);

	memcpy(exact, packet, count);
	hci_receive(&h->hci, 1000, exact, count);
	test_free(exact);
}
#define RECEIVE(h, literal) receive(h, literal, sizeof(literal) - 1)

/* An LE Meta event around its parameters. */
static void meta(struct heard *h, uint8_t subevent, const void *parameters, size_t count)
{
	uint8_t packet[260] = {4, 0x3E, (uint8_t)(count + 1), subevent};

	memcpy(packet + 4, parameters, count);
	receive(h, packet, count + 4);
}

/* One extended report of `count` bytes of `fill`; status 0 complete, 1 more, 2 truncated; 0x10: of
 * a scan response. */
static void extended(struct heard *h, uint8_t status, uint8_t set_id, uint8_t fill, uint8_t count)
{
	uint8_t p[260] = {1, (uint8_t)(0x01 | (status & 3) << 5 | (status & 0x10) >> 1), 0, 1, 6, 5,
		4, 3, 2, 1, 1, 2, set_id, 0x7F, (uint8_t)-40};

	p[24] = count;
	memset(p + 25, fill, count);
	meta(h, 0x0D, p, 25U + count);
}

static void acl(struct heard *h, uint16_t handle, int boundary, const void *fragment, size_t count)
{
	uint8_t packet[1200] = {2, (uint8_t)handle, (uint8_t)(handle >> 8 | boundary << 4),
		(uint8_t)count, (uint8_t)(count >> 8)};

	memcpy(packet + 5, fragment, count);
	receive(h, packet, count + 5);
}

static void test_legacy_reports_several_in_one_event(void **state)
{
	static const char two[] = "\x02\x00\x01\x06\x05\x04\x03\x02\x01\x03\x02\x01\x06\xCC"
				  "\x04\x00\x16\x05\x04\x03\x02\x01\x00\x7F";
	struct heard *h = begin();

	(void)state;
	meta(h, 2, two, sizeof(two) - 1);
	assert_int_equal(h->advertisements, 2);
	assert_int_equal(h->hci.counters.advertising_reports, 2);
	assert_int_equal(h->hci.counters.malformed, 0);
	assert_int_equal(h->last.address[0], 1);
	assert_int_equal(h->last.address[5], 0x16);
	assert_true(h->last.is_scan_response);
	assert_false(h->last.is_connectable);
	assert_int_equal(h->last.contents.left, 0);
	assert_int_equal(h->last.rssi_dbm, 127);
	meta(h, 2, two, sizeof(two) - 2); /* the second is cut: the first stands */
	assert_int_equal(h->hci.counters.advertising_reports, 3);
	assert_int_equal(h->hci.counters.malformed, 1);
	meta(h, 2, two, sizeof(two)); /* one byte too many */
	assert_int_equal(h->hci.counters.advertising_reports, 5);
	assert_int_equal(h->hci.counters.malformed, 2);
}

static void test_legacy_report_counts_are_bounded(void **state)
{
	uint8_t none[1] = {0}, many[1 + 26 * 10] = {0};
	struct heard *h = begin();

	(void)state;
	meta(h, 2, none, 1);
	assert_int_equal(h->hci.counters.malformed, 1);
	many[0] = 25;
	meta(h, 2, many, 1 + 25 * 10);
	assert_int_equal(h->hci.counters.advertising_reports, 25);
	assert_int_equal(h->hci.counters.malformed, 1);
	many[0] = 26;
	meta(h, 2, many, 1 + 25 * 10);
	assert_int_equal(h->hci.counters.advertising_reports, 25);
	assert_int_equal(h->hci.counters.malformed, 2);
}

static void test_extended_report_whole(void **state)
{
	struct heard *h = begin();

	(void)state;
	extended(h, 0, 1, 0xAA, 229);
	assert_int_equal(h->advertisements, 1);
	assert_true(h->last.is_extended);
	assert_true(h->last.is_connectable);
	assert_int_equal(h->last.contents.left, 229);
	assert_int_equal(h->last.rssi_dbm, -40);
	assert_int_equal(h->last.address[0], 1);
	extended(h, 3, 1, 0, 0);
	assert_int_equal(h->hci.counters.malformed, 1);
}

static void test_extended_fragments_are_joined(void **state)
{
	struct heard *h = begin();

	(void)state;
	extended(h, 1, 1, 0xAA, 200);
	extended(h, 1, 2, 0xCC, 100);   /* another set of the same device in between */
	extended(h, 0x11, 1, 0xDD, 50); /* and the answer to somebody's scan */
	assert_int_equal(h->advertisements, 0);
	extended(h, 1, 1, 0xAB, 200);
	extended(h, 0, 1, 0xAC, 7);
	assert_int_equal(h->advertisements, 1);
	assert_int_equal(h->last.contents.left, 407);
	assert_int_equal(h->last_bytes[199], 0xAA);
	assert_int_equal(h->last_bytes[200], 0xAB);
	assert_int_equal(h->last_bytes[406], 0xAC);
	extended(h, 2, 2, 0, 0); /* its end was lost: what came is told */
	assert_int_equal(h->advertisements, 2);
	assert_int_equal(h->last.contents.left, 100);
	assert_int_equal(h->hci.counters.truncated, 1);
	extended(h, 0x10, 1, 0xDD, 5);
	assert_true(h->last.is_scan_response);
	assert_int_equal(h->last.contents.left, 55);
	assert_int_equal(h->hci.counters.extended_advertising_reports, 7);
}

static void test_extended_fragments_hold_at_their_maximum(void **state)
{
	struct heard *h = begin();

	(void)state;
	for (int i = 0; i < 7; i++)
		extended(h, 1, 1, 0xAA, 229);
	extended(h, 0, 1, 0xAA, ADVERTISEMENT_DATA_MAX - 7 * 229);
	assert_int_equal(h->last.contents.left, ADVERTISEMENT_DATA_MAX);
	assert_int_equal(h->hci.counters.truncated, 0);
	for (int i = 0; i < 7; i++)
		extended(h, 1, 1, 0xAA, 229);
	extended(h, 0, 1, 0xAA, ADVERTISEMENT_DATA_MAX - 7 * 229 + 1);
	assert_int_equal(h->advertisements, 2);
	assert_int_equal(h->last.contents.left, 7 * 229);
	assert_int_equal(h->hci.counters.truncated, 1);
}

static void test_a_flood_of_beginnings_forgets_the_oldest(void **state)
{
	struct heard *h = begin();

	(void)state;
	for (int set_id = 0; set_id < 100; set_id++)
		extended(h, 1, (uint8_t)set_id, 0xAA, 10);
	assert_int_equal(h->hci.counters.truncated, 100 - HCI_FRAGMENTED_MAX);
	extended(h, 0, 99, 0xAB, 10);
	assert_int_equal(h->last.contents.left, 20);
}

static void test_notification_and_indication(void **state)
{
	struct heard *h = begin();

	(void)state;
	RECEIVE(h, "\x04\x3e\x13\x01\x00\x40\x00\x00\x01\xb2\x18\x8d\x38\xc1\xa4\0\0\0\0\0\0\0");
	acl(h, 0x40, 2, "\x05\x00\x04\x00\x1b\x2a\x00\x11\x22", 9);
	assert_int_equal(h->values, 1);
	assert_int_equal(h->value.attribute, 0x2A);
	assert_int_equal(h->value_count, 2);
	assert_true(h->value.has_address);
	assert_int_equal(h->value.address[0], 0xA4);
	assert_false(h->value.is_indication);
	acl(h, 0x40, 2, "\x03\x00\x04\x00\x1d\x2a\x00", 7);
	assert_true(h->value.is_indication);
	assert_int_equal(h->value_count, 0);
	assert_int_equal(h->hci.counters.notifications, 1);
	assert_int_equal(h->hci.counters.indications, 1);
	RECEIVE(h, "\x04\x05\x04\x00\x40\x00\x13");
	acl(h, 0x40, 2, "\x03\x00\x04\x00\x1b\x2a\x00", 7);
	assert_false(h->value.has_address); /* the handle may be another device's now */
}

static void test_several_values_in_one_notification(void **state)
{
	struct heard *h = begin();

	(void)state;
	acl(h, 1, 2, "\x0c\x00\x04\x00\x23\x2a\x00\x02\x00\x11\x22\x2b\x00\x01\x00\x33", 16);
	assert_int_equal(h->values, 2);
	assert_int_equal(h->value.attribute, 0x2B);
	assert_int_equal(h->value_bytes[0], 0x33);
	acl(h, 1, 2, "\x06\x00\x04\x00\x23\x2a\x00\x02\x00\x11", 10);
	assert_int_equal(h->values, 2);
	assert_int_equal(h->hci.counters.malformed, 1);
}

static void test_fragments_are_joined_at_every_split(void **state)
{
	static const char pdu[] = "\x07\x00\x04\x00\x1b\x2a\x00\x01\x02\x03\x04";
	size_t count = sizeof(pdu) - 1;

	(void)state;
	for (size_t first = 0; first <= count; first++) {
		struct heard *h = begin();

		acl(h, 3, 2, pdu, first);
		acl(h, 4, 2, pdu, 5); /* another connection's in between */
		if (first < count)
			acl(h, 3, 1, pdu + first, count - first);
		assert_int_equal(h->values, 1);
		assert_int_equal(h->value_count, 4);
		assert_int_equal(h->value_bytes[3], 4);
		assert_int_equal(h->hci.counters.malformed, 0);
	}
}

static void test_broken_fragments_are_counted(void **state)
{
	struct heard *h = begin();

	(void)state;
	acl(h, 3, 1, "\x01", 1); /* the end of nothing */
	assert_int_equal(h->hci.counters.malformed, 1);
	acl(h, 3, 2, "\x07\x00\x04\x00\x1b", 5);
	acl(h, 3, 2, "\x03\x00\x04\x00\x1b\x2a\x00", 7); /* the one before never ended */
	assert_int_equal(h->hci.counters.malformed, 2);
	assert_int_equal(h->values, 1);
	acl(h, 3, 2, "\x02\x00\x04\x00\x1b\x2a\x00", 7); /* longer than it says */
	assert_int_equal(h->hci.counters.malformed, 3);
	acl(h, 3, 3, "\x03\x00\x04\x00\x1b\x2a\x00", 7); /* a reserved boundary */
	assert_int_equal(h->hci.counters.malformed, 4);
	acl(h, 3, 2, "\x00\x00\x04\x00", 4);         /* ATT without an opcode */
	acl(h, 3, 2, "\x02\x00\x04\x00\x1b\x2a", 6); /* half an attribute handle */
	assert_int_equal(h->hci.counters.malformed, 6);
	assert_int_equal(h->values, 1);
}

static void test_pdus_hold_at_their_maximum(void **state)
{
	uint8_t pdu[HCI_PDU_MAX + 1] = {0, 0, 4, 0, 0x1B, 1, 0};
	struct heard *h = begin();

	(void)state;
	pdu[0] = (uint8_t)(HCI_PDU_MAX - 4);
	pdu[1] = (HCI_PDU_MAX - 4) >> 8;
	acl(h, 3, 2, pdu, HCI_PDU_MAX);
	assert_int_equal(h->value_count, HCI_PDU_MAX - 7);
	pdu[0]++;
	acl(h, 3, 2, pdu, HCI_PDU_MAX + 1);
	assert_int_equal(h->hci.counters.malformed, 1);
	pdu[2] = 0x40; /* another channel's may be long: it is no business of ours */
	acl(h, 3, 2, pdu, HCI_PDU_MAX + 1);
	assert_int_equal(h->values, 1);
	assert_int_equal(h->hci.counters.malformed, 1);
}

static void test_connections_hold_at_their_maximum(void **state)
{
	struct heard *h = begin();

	(void)state;
	for (int i = 0; i < HCI_CONNECTIONS_MAX + 1; i++)
		acl(h, (uint16_t)(0x100 + i), 2, "\x04\x00\x04\x00\x1b\x01\x00", 7);
	/* the first gave way to the last, the second did not */
	acl(h, 0x101, 1, "\x55", 1);
	assert_int_equal(h->values, 1);
	acl(h, 0x100, 1, "\x55", 1);
	assert_int_equal(h->values, 1);
	assert_int_equal(h->hci.counters.malformed, 1);
}

static void test_packets_that_lie_about_their_length(void **state)
{
	struct heard *h = begin();

	(void)state;
	receive(h, "", 0);
	RECEIVE(h, "\x04");
	RECEIVE(h, "\x04\x0e");
	RECEIVE(h, "\x04\x0e\x02\x01");
	RECEIVE(h, "\x04\x0e\x00\x01");
	RECEIVE(h, "\x04\x3e\x00");
	RECEIVE(h, "\x02\x01\x20\x05\x00\x01");
	RECEIVE(h, "\x03\x01\x00\x05\x00");
	RECEIVE(h, "\x05\x01\x00\x05\x00");
	RECEIVE(h, "\x01\x03\x0c\x00"); /* a command is no controller's */
	RECEIVE(h, "\x04\x05\x01\x00");
	RECEIVE(h, "\x04\x3e\x03\x01\x00\x40");
	assert_int_equal(h->hci.counters.malformed, 12);
	RECEIVE(h, "\x04\x0e\x01\x01");
	RECEIVE(h, "\x03\x01\x00\x01\x00");
	RECEIVE(h, "\x05\x01\x00\x01\x00\x00");
	assert_int_equal(h->hci.counters.malformed, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_legacy_reports_several_in_one_event),
		cmocka_unit_test(test_legacy_report_counts_are_bounded),
		cmocka_unit_test(test_extended_report_whole),
		cmocka_unit_test(test_extended_fragments_are_joined),
		cmocka_unit_test(test_extended_fragments_hold_at_their_maximum),
		cmocka_unit_test(test_a_flood_of_beginnings_forgets_the_oldest),
		cmocka_unit_test(test_notification_and_indication),
		cmocka_unit_test(test_several_values_in_one_notification),
		cmocka_unit_test(test_fragments_are_joined_at_every_split),
		cmocka_unit_test(test_broken_fragments_are_counted),
		cmocka_unit_test(test_pdus_hold_at_their_maximum),
		cmocka_unit_test(test_connections_hold_at_their_maximum),
		cmocka_unit_test(test_packets_that_lie_about_their_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
