/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to a GATT server, as its client (Bluetooth Core 5.4, vol. 3 part G): exchanges the
 * MTU, finds the characteristics that are wished for by UUID, reads them, turns their notifications
 * on, and hands on what they say. Pure: packets in, packets out, `now_us`; no descriptor, no clock.
 */
#pragma once

#include "sensors/att.h"

#define GATT_SERVICES_MAX 32
#define GATT_WISHES_MAX   24
#define GATT_QUEUE_MAX    4
#define GATT_ANSWER_US    UINT64_C(10000000) /* a request unanswered for so long ends the link */

enum gatt_use { GATT_READ = 1, GATT_NOTIFY = 2, GATT_WRITE = 4 };

/* A characteristic that somebody wants. Known by its number in the list from then on. */
struct gatt_wish {
	struct att_uuid service, characteristic;
	uint8_t uses; /* of enum gatt_use */
};

struct gatt_listener {
	void (*send)(const uint8_t *packet, size_t count, void *userdata);
	/* Read, notified or indicated. */
	void (*on_value)(unsigned int wish, struct bytes value, void *userdata);
	/* All that could be found is found, read and turned on. */
	void (*on_ready)(void *userdata);
	/* Something was refused to who is not paired. True: nothing more is asked until
	 * gatt_again(); false, or NULL: the search goes on without it. */
	bool (*on_unpaired)(void *userdata);
	void *userdata;
};

enum gatt_step {
	GATT_MTU,
	GATT_SERVICES,
	GATT_CHARACTERISTICS,
	GATT_DESCRIPTORS,
	GATT_SUBSCRIBE,
	GATT_READING,
	GATT_READY
};

struct gatt_found {
	uint16_t value, last, configuration; /* 0: there is none */
	uint8_t properties;
	bool is_on; /* notifies or indicates */
};

struct gatt {
	struct gatt_listener listener;
	const struct gatt_wish *wishes; /* borrowed for ever */
	unsigned int wishes_count;
	enum gatt_step step;
	unsigned int wish;        /* the one being dealt with */
	uint16_t mtu_bytes, next; /* next: where the search goes on */
	uint64_t due_us;          /* of the answer awaited; 0: none is */
	bool is_unpaired;         /* something was refused, and left out, so */
	unsigned int services_count;
	struct att_service services[GATT_SERVICES_MAX];
	struct gatt_found found[GATT_WISHES_MAX];
	struct att_characteristic last; /* the characteristic before, whose end is still unknown */
	unsigned int queued;
	struct att_packet queue[GATT_QUEUE_MAX]; /* write requests that wait their turn */
};

/* Sends the first request. */
void gatt_begin(struct gatt *g, const struct gatt_wish *wishes, unsigned int count,
	const struct gatt_listener *listener, uint64_t now_us);
/* Asks once more for what was found, to hear what was refused before. */
void gatt_again(struct gatt *g, uint64_t now_us);
/* 0; −EBADMSG what no server says: the link is not worth keeping. */
int gatt_packet(struct gatt *g, uint64_t now_us, const uint8_t *packet, size_t count);
/* −ETIMEDOUT when an answer did not come. */
int gatt_time(const struct gatt *g, uint64_t now_us);
uint64_t gatt_next_us(const struct gatt *g); /* UINT64_MAX: nothing is awaited */
bool gatt_has(const struct gatt *g, unsigned int wish);
/* Without response, or as a request in its turn. 0; −ENOENT the server has no such
 * characteristic; −EMSGSIZE longer than the MTU allows; −ENOBUFS too many wait. */
int gatt_write(struct gatt *g, uint64_t now_us, unsigned int wish, const void *value, size_t count,
	bool is_command);
