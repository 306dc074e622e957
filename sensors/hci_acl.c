/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ACL data → L2CAP PDUs → ATT. A PDU longer than any of ATT is counted through, not kept: other
 * channels carry what they like.
 */
#include "sensors/hci_file.h"

#include <string.h>

#define HANDLE(field)     ((field)&0x0FFF)
#define BOUNDARY(field)   ((field) >> 12 & 3)
#define BOUNDARY_NEXT     1 /* a continuing fragment */
#define BOUNDARY_RESERVED 3

#define L2CAP_HEADER_BYTES 4
#define L2CAP_CHANNEL_ATT  4

#define ATT_NOTIFICATION           0x1B
#define ATT_INDICATION             0x1D
#define ATT_MULTIPLE_NOTIFICATIONS 0x23

static void tell(struct hci *h, const struct hci_connection *c, uint64_t now_us, bool is_indication,
	uint16_t attribute, struct bytes value)
{
	struct hci_value v = {
		.time_us = now_us,
		.connection = c->handle,
		.has_address = c->has_address,
		.attribute = attribute,
		.is_indication = is_indication,
		.value = value,
	};

	h->counters.notifications += !is_indication;
	h->counters.indications += is_indication;
	memcpy(v.address, c->address, 6);
	if (h->listener.on_value)
		h->listener.on_value(&v, h->listener.userdata);
}

static void multiple(struct hci *h, const struct hci_connection *c, uint64_t now_us, struct bytes b)
{
	while (b.left > 0) {
		uint16_t attribute = bytes_u16(&b), length = bytes_u16(&b);
		struct bytes value = bytes_sub(&b, length);

		if (b.is_short) {
			h->counters.malformed++;
			return;
		}
		tell(h, c, now_us, false, attribute, value);
	}
}

static void att(struct hci *h, const struct hci_connection *c, uint64_t now_us, struct bytes b)
{
	uint8_t opcode = bytes_u8(&b);
	uint16_t attribute;

	if (opcode == ATT_MULTIPLE_NOTIFICATIONS) {
		multiple(h, c, now_us, b);
		return;
	}
	if (b.is_short)
		h->counters.malformed++;
	if (opcode != ATT_NOTIFICATION && opcode != ATT_INDICATION)
		return;
	attribute = bytes_u16(&b);
	if (b.is_short) {
		h->counters.malformed++;
		return;
	}
	tell(h, c, now_us, opcode == ATT_INDICATION, attribute, b);
}

/* Whether the whole PDU has come; −1 when more came than it announced. */
static int is_complete(const struct hci_connection *c, uint32_t *ret_channel)
{
	struct bytes header = bytes_of(c->pdu, L2CAP_HEADER_BYTES);
	uint32_t want_bytes;

	if (c->have_bytes < L2CAP_HEADER_BYTES)
		return 0;
	want_bytes = bytes_u16(&header) + (uint32_t)L2CAP_HEADER_BYTES;
	*ret_channel = bytes_u16(&header);
	if (c->have_bytes > want_bytes)
		return -1;
	return c->have_bytes == want_bytes;
}

static void append(struct hci_connection *c, struct bytes b)
{
	size_t room = c->have_bytes < HCI_PDU_MAX ? HCI_PDU_MAX - c->have_bytes : 0;
	size_t kept = b.left < room ? b.left : room;

	if (kept > 0)
		memcpy(c->pdu + c->have_bytes, b.at, kept);
	c->have_bytes += (uint32_t)b.left;
}

static void take_fragment(struct hci *h, struct hci_connection *c, uint64_t now_us, struct bytes b)
{
	uint32_t channel = 0;
	int complete;

	append(c, b);
	complete = is_complete(c, &channel);
	if (complete == 0)
		return;
	c->is_open = false;
	if (complete < 0 || (channel == L2CAP_CHANNEL_ATT && c->have_bytes > HCI_PDU_MAX)) {
		h->counters.malformed++;
		return;
	}
	if (channel == L2CAP_CHANNEL_ATT)
		att(h, c, now_us,
			bytes_of(c->pdu + L2CAP_HEADER_BYTES, c->have_bytes - L2CAP_HEADER_BYTES));
}

void hci_acl(struct hci *h, uint64_t now_us, struct bytes b)
{
	uint16_t field = bytes_u16(&b), length = bytes_u16(&b);
	struct hci_connection *c;

	if (b.is_short || length != b.left || BOUNDARY(field) == BOUNDARY_RESERVED) {
		h->counters.malformed++;
		return;
	}
	c = hci_connection_ensure(h, HANDLE(field));
	if (BOUNDARY(field) == BOUNDARY_NEXT && !c->is_open) {
		h->counters.malformed++;
		return;
	}
	if (BOUNDARY(field) != BOUNDARY_NEXT) {
		if (c->is_open)
			h->counters.malformed++; /* the PDU before never ended */
		c->is_open = true;
		c->have_bytes = 0;
	}
	take_fragment(h, c, now_us, b);
}
