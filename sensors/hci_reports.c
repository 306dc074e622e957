/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LE advertising reports, legacy and extended. libbluetooth 5.66 has no structures for the extended
 * ones: the layout is Core 5.4, vol. 4 part E 7.7.65.13.
 */
#include "sensors/hci_file.h"

#include <string.h>

#define REPORTS_MAX          25 /* in one legacy event */
#define REPORTS_EXTENDED_MAX 10
#define LEGACY_HEAD          9

enum legacy_type { ADV_IND, ADV_DIRECT_IND, ADV_SCAN_IND, ADV_NONCONN_IND, SCAN_RSP };

#define EXTENDED_CONNECTABLE   0x01
#define EXTENDED_SCAN_RESPONSE 0x08
#define EXTENDED_LEGACY_PDU    0x10
#define EXTENDED_STATUS(type)  ((type) >> 5 & 3)

enum extended_status { STATUS_COMPLETE, STATUS_MORE, STATUS_TRUNCATED, STATUS_RESERVED };

static void tell(struct hci *h, const struct advertisement *a)
{
	if (h->listener.on_advertisement)
		h->listener.on_advertisement(a, h->listener.userdata);
}

static void set_address(struct advertisement *a, const uint8_t reversed[6])
{
	uint16_t low;
	uint32_t high;

	memcpy(&low, reversed, sizeof(low));
	memcpy(&high, reversed + sizeof(low), sizeof(high));
	high = __builtin_bswap32(high);
	low = __builtin_bswap16(low);
	memcpy(a->address, &high, sizeof(high));
	memcpy(a->address + sizeof(high), &low, sizeof(low));
}

static bool is_wanted(struct hci *h, const struct advertisement *a)
{
	const struct hci_listener *l = &h->listener;

	return !l->is_wanted || l->is_wanted(a, l->userdata);
}

static bool legacy_report(struct hci *h, uint64_t now_us, struct bytes *b)
{
	const uint8_t *head = bytes_take(b, LEGACY_HEAD); /* type, address type, address, length */
	struct advertisement a = {
		.time_us = now_us, .contents = bytes_sub(b, head ? head[LEGACY_HEAD - 1] : 0)};

	a.rssi_dbm = (int8_t)bytes_u8(b);
	if (b->is_short || !head || head[0] > SCAN_RSP) {
		h->counters.malformed++;
		return false;
	}
	h->counters.advertising_reports++;
	set_address(&a, head + 2);
	a.address_type = head[1];
	a.is_scan_response = head[0] == SCAN_RSP;
	a.is_connectable = head[0] == ADV_IND || head[0] == ADV_DIRECT_IND;
	if (is_wanted(h, &a))
		tell(h, &a);
	else
		h->counters.strangers++;
	return true;
}

/* Reports follow one another whole, as controllers send them and BlueZ reads them. */
void hci_legacy_reports(struct hci *h, uint64_t now_us, const uint8_t *parameters, size_t count)
{
	struct bytes b = bytes_of(parameters, count);
	uint8_t reports = bytes_u8(&b);

	if (reports == 0 || reports > REPORTS_MAX) {
		h->counters.malformed++;
		return;
	}
	for (int i = 0; i < reports; i++) {
		if (!legacy_report(h, now_us, &b))
			return;
	}
	if (b.left > 0)
		h->counters.malformed++;
}

/* The advertisement that this fragment belongs to, or NULL. */
static struct hci_fragmented *fragmented_find(
	struct hci *h, const struct advertisement *a, uint8_t set_id)
{
	for (int i = 0; i < HCI_FRAGMENTED_MAX; i++) {
		struct hci_fragmented *f = &h->fragmented[i];

		if (f->is_used && f->set_id == set_id &&
			f->advertisement.address_type == a->address_type &&
			f->advertisement.is_scan_response == a->is_scan_response &&
			memcmp(f->advertisement.address, a->address, 6) == 0)
			return f;
	}
	return NULL;
}

static struct hci_fragmented *fragmented_ensure(
	struct hci *h, const struct advertisement *a, uint8_t set_id)
{
	struct hci_fragmented *f = fragmented_find(h, a, set_id);

	if (f)
		return f;
	f = &h->fragmented[0];
	for (int i = 1; i < HCI_FRAGMENTED_MAX && f->is_used; i++) {
		struct hci_fragmented *other = &h->fragmented[i];

		if (!other->is_used || other->turn < f->turn)
			f = other;
	}
	if (f->is_used)
		h->counters.truncated++; /* its end never came */
	f->is_used = true;
	f->set_id = set_id;
	f->advertisement.contents = bytes_of(f->data, 0);
	return f;
}

/* Joins the fragment to those before it; tells the whole after its last. */
static void join(
	struct hci *h, const struct advertisement *a, uint8_t set_id, enum extended_status status)
{
	struct hci_fragmented *f = fragmented_ensure(h, a, set_id);
	struct advertisement *whole = &f->advertisement;
	size_t before = whole->contents.left;
	bool is_over = before + a->contents.left > ADVERTISEMENT_DATA_MAX;

	f->turn = h->turn;
	*whole = *a;
	if (!is_over && a->contents.left > 0)
		memcpy(f->data + before, a->contents.at, a->contents.left);
	whole->contents = bytes_of(f->data, is_over ? before : before + a->contents.left);
	if (status == STATUS_MORE && !is_over)
		return;
	/* what is there may hold whole AD structures: a press in them is not thrown away */
	if (status == STATUS_TRUNCATED || is_over)
		h->counters.truncated++;
	f->is_used = false;
	tell(h, whole);
}

static bool extended_report(struct hci *h, uint64_t now_us, struct bytes *b)
{
	uint16_t type = bytes_u16(b);
	uint8_t address_type = bytes_u8(b);
	const uint8_t *reversed = bytes_take(b, 6), *phys = bytes_take(b, 2);
	uint8_t set_id = bytes_u8(b), power_dbm = bytes_u8(b);
	bool is_part; /* of one whose beginning was wanted */
	struct advertisement a = {.time_us = now_us,
		.address_type = address_type,
		.is_extended = !(type & EXTENDED_LEGACY_PDU),
		.is_scan_response = type & EXTENDED_SCAN_RESPONSE,
		.is_connectable = type & EXTENDED_CONNECTABLE};

	(void)phys;
	(void)power_dbm;
	a.rssi_dbm = (int8_t)bytes_u8(b);
	(void)bytes_take(b, 9); /* periodic interval, direct address */
	a.contents = bytes_sub(b, bytes_u8(b));
	if (b->is_short || !reversed || EXTENDED_STATUS(type) == STATUS_RESERVED) {
		h->counters.malformed++;
		return false;
	}
	h->counters.extended_advertising_reports++;
	set_address(&a, reversed);
	is_part = fragmented_find(h, &a, set_id) != NULL;
	if (!is_part && !is_wanted(h, &a))
		h->counters.strangers++;
	else if (EXTENDED_STATUS(type) == STATUS_COMPLETE && !is_part)
		tell(h, &a);
	else
		join(h, &a, set_id, (enum extended_status)EXTENDED_STATUS(type));
	return true;
}

void hci_extended_reports(struct hci *h, uint64_t now_us, const uint8_t *parameters, size_t count)
{
	struct bytes b = bytes_of(parameters, count);
	uint8_t reports = bytes_u8(&b);

	if (reports == 0 || reports > REPORTS_EXTENDED_MAX) {
		h->counters.malformed++;
		return;
	}
	for (int i = 0; i < reports; i++) {
		if (!extended_report(h, now_us, &b))
			return;
	}
	if (b.left > 0)
		h->counters.malformed++;
}
