/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * H4 packets and HCI events: checks that a packet is as long as it says, and hands it on. Keeps the
 * list of connections so that a value can be told with its device's address.
 */
#include "sensors/hci_file.h"

#include <string.h>

enum h4 { H4_COMMAND = 1, H4_ACL, H4_SCO, H4_EVENT, H4_ISO };

#define EVENT_DISCONNECTED             0x05
#define EVENT_LE_META                  0x3E
#define LE_CONNECTED                   0x01
#define LE_ADVERTISING_REPORT          0x02
#define LE_CONNECTED_ENHANCED          0x0A
#define LE_EXTENDED_ADVERTISING_REPORT 0x0D
#define LE_CONNECTED_ENHANCED_2        0x29
#define HANDLE_MASK                    0x0FFF

void hci_init(struct hci *h, const struct hci_listener *listener)
{
	*h = (struct hci){0};
	h->listener = *listener;
}

static struct hci_connection *connection_find(struct hci *h, uint16_t handle)
{
	for (int i = 0; i < HCI_CONNECTIONS_MAX; i++) {
		if (h->connections[i].is_used && h->connections[i].handle == handle)
			return &h->connections[i];
	}
	return NULL;
}

struct hci_connection *hci_connection_ensure(struct hci *h, uint16_t handle)
{
	struct hci_connection *c = connection_find(h, handle);

	if (!c) {
		c = &h->connections[0];
		for (int i = 1; i < HCI_CONNECTIONS_MAX && c->is_used; i++) {
			struct hci_connection *other = &h->connections[i];

			if (!other->is_used || other->turn < c->turn)
				c = other;
		}
		c->is_used = true;
		c->has_address = c->is_open = false;
		c->handle = handle;
	}
	c->turn = h->turn;
	return c;
}

/* The beginning is the same in all three connection complete events. */
static void connected(struct hci *h, struct bytes *b)
{
	uint8_t status = bytes_u8(b);
	uint16_t handle = bytes_u16(b) & HANDLE_MASK;
	struct hci_connection *c;
	const uint8_t *reversed;

	(void)bytes_take(b, 2); /* our role, the peer's address type */
	reversed = bytes_take(b, 6);
	if (!reversed) {
		h->counters.malformed++;
		return;
	}
	if (status != 0)
		return;
	c = hci_connection_ensure(h, handle);
	c->has_address = true;
	c->is_open = false;
	for (int i = 0; i < 6; i++)
		c->address[i] = reversed[5 - i];
}

static void disconnected(struct hci *h, struct bytes *b)
{
	uint8_t status = bytes_u8(b);
	uint16_t handle = bytes_u16(b) & HANDLE_MASK;
	struct hci_connection *c;

	if (b->is_short) {
		h->counters.malformed++;
		return;
	}
	c = status == 0 ? connection_find(h, handle) : NULL;
	if (c)
		c->is_used = false;
}

static void le_meta(struct hci *h, uint64_t now_us, struct bytes *b)
{
	switch (bytes_u8(b)) {
	case LE_ADVERTISING_REPORT:
		hci_legacy_reports(h, now_us, b->at, b->left);
		break;
	case LE_EXTENDED_ADVERTISING_REPORT:
		hci_extended_reports(h, now_us, b->at, b->left);
		break;
	case LE_CONNECTED:
	case LE_CONNECTED_ENHANCED:
	case LE_CONNECTED_ENHANCED_2:
		connected(h, b);
		break;
	default:
		h->counters.malformed += b->is_short;
		break;
	}
}

static void event(struct hci *h, uint64_t now_us, struct bytes *b)
{
	const uint8_t *head = bytes_take(b, 2); /* code, length */

	if (!head || head[1] != b->left) {
		h->counters.malformed++;
		return;
	}
	if (head[0] == EVENT_LE_META)
		le_meta(h, now_us, b);
	else if (head[0] == EVENT_DISCONNECTED)
		disconnected(h, b);
}

/* Voice and isochronous data: nothing for us, but a wrong length tells of a broken stream. */
static void other_data(struct hci *h, struct bytes b, bool is_iso)
{
	size_t length;

	(void)bytes_u16(&b);
	length = is_iso ? bytes_u16(&b) & 0x3FFFU : bytes_u8(&b);
	if (b.is_short || length != b.left)
		h->counters.malformed++;
}

void hci_receive(struct hci *h, uint64_t now_us, const uint8_t *packet, size_t count)
{
	struct bytes b = bytes_of(packet, count);
	uint8_t type = bytes_u8(&b);

	h->turn++;
	switch (type) {
	case H4_EVENT:
		event(h, now_us, &b);
		break;
	case H4_ACL:
		hci_acl(h, now_us, b);
		break;
	case H4_SCO:
	case H4_ISO:
		other_data(h, b, type == H4_ISO);
		break;
	default: /* a command never comes from a controller */
		h->counters.malformed++;
		break;
	}
}
