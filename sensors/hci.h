/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a Bluetooth controller says to its host: H4 packets in, advertisements and ATT values out
 * (Bluetooth Core 5.4, vol. 4 part E 7.7.65, vol. 3 parts A and F). The same for a live raw socket
 * and for a recorded btsnoop file: only packets *from* the controller belong here. Legacy reports,
 * extended reports (put together where one is told in several), ACL fragments → L2CAP → ATT
 * notifications and indications. Knows no loop and no clock; bounded memory, no allocation.
 */
#pragma once

#include "sensors/advertisement.h"

#define HCI_CONNECTIONS_MAX 16
#define HCI_FRAGMENTED_MAX  4   /* extended advertisements being put together */
#define HCI_PDU_MAX         521 /* L2CAP header and the longest ATT PDU (MTU 517) */

/* A value of a GATT server, told by itself. */
struct hci_value {
	uint64_t time_us;
	uint16_t connection;
	bool has_address; /* false when the connection began before we listened */
	uint8_t address[6];
	uint16_t attribute;
	bool is_indication;
	struct bytes value; /* borrowed during the call */
};

/* Each may be NULL. */
struct hci_listener {
	/* Asked for each report before anything of it is kept: false drops it. NULL wants all. */
	bool (*is_wanted)(const struct advertisement *a, void *userdata);
	void (*on_advertisement)(const struct advertisement *a, void *userdata);
	void (*on_value)(const struct hci_value *v, void *userdata);
	void *userdata;
};

struct hci_counters {
	uint64_t advertising_reports;
	uint64_t extended_advertising_reports; /* each fragment is one */
	uint64_t strangers;                    /* reports that nobody wanted */
	uint64_t truncated; /* extended advertisements whose end the controller lost, or too long */
	uint64_t notifications, indications;
	uint64_t malformed; /* packets, reports or PDUs that do not hold what they announce */
};

struct hci_connection {
	bool is_used, has_address, is_open; /* open: a PDU has begun and is not complete */
	uint16_t handle;
	uint8_t address[6];
	uint64_t turn; /* when last used, in packets: the longest unused gives way */
	uint32_t have_bytes;
	uint8_t pdu[HCI_PDU_MAX];
};

struct hci_fragmented {
	bool is_used;
	uint8_t set_id;
	uint64_t turn;
	struct advertisement advertisement; /* its contents are in `data` */
	uint8_t data[ADVERTISEMENT_DATA_MAX];
};

struct hci {
	struct hci_listener listener;
	struct hci_counters counters;
	uint64_t turn;
	struct hci_connection connections[HCI_CONNECTIONS_MAX];
	struct hci_fragmented fragmented[HCI_FRAGMENTED_MAX];
};

void hci_init(struct hci *h, const struct hci_listener *listener);
/* One packet from the controller, led by its H4 type. */
void hci_receive(struct hci *h, uint64_t now_us, const uint8_t *packet, size_t count);
