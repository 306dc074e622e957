/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MTU → services → characteristics → for each wish its descriptors, its notifications, its value.
 */
#include "sensors/gatt.h"

#include <errno.h>
#include <string.h>

#define HANDLE_LAST 0xFFFF

static void send(struct gatt *g, const struct att_packet *p)
{
	g->listener.send(p->at, p->count, g->listener.userdata);
}

static void request(struct gatt *g, uint64_t now_us, struct att_packet p)
{
	g->due_us = now_us + GATT_ANSWER_US;
	send(g, &p);
}

void gatt_begin(struct gatt *g, const struct gatt_wish *wishes, unsigned int count,
	const struct gatt_listener *listener, uint64_t now_us)
{
	*g = (struct gatt){.listener = *listener,
		.wishes = wishes,
		.wishes_count = count < GATT_WISHES_MAX ? count : GATT_WISHES_MAX,
		.mtu_bytes = ATT_MTU_MIN,
		.next = 1};
	request(g, now_us, att_mtu(ATT_MTU_REQUEST, ATT_MTU_MAX));
}

static void begin_step(struct gatt *g, enum gatt_step step)
{
	g->step = step;
	g->wish = 0;
	g->next = 1;
}

static const struct att_service *service_of(const struct gatt *g, uint16_t handle)
{
	for (unsigned int n = 0; n < g->services_count; n++)
		if (handle >= g->services[n].first && handle <= g->services[n].last)
			return &g->services[n];
	return NULL;
}

/* The characteristic before ends where the next, or its service, does. */
static void settle(struct gatt *g, uint16_t next_declaration)
{
	const struct att_service *service = service_of(g, g->last.declaration);
	uint16_t last = (uint16_t)(next_declaration - 1);

	if (!service)
		return;
	if (service->last < last)
		last = service->last;
	for (unsigned int n = 0; n < g->wishes_count; n++) {
		const struct gatt_wish *w = &g->wishes[n];

		if (g->found[n].value || !att_uuid_is(&w->service, &service->uuid) ||
			!att_uuid_is(&w->characteristic, &g->last.uuid))
			continue;
		g->found[n] = (struct gatt_found){
			.value = g->last.value, .last = last, .properties = g->last.properties};
	}
}

static int on_services(struct gatt *g, struct bytes b)
{
	struct att_service s;
	uint8_t size = 0;
	uint16_t last = 0;
	int r;

	while ((r = att_service_next(&b, &size, &s)) > 0) {
		if (s.first < g->next || s.last < s.first || s.first <= last)
			return -EBADMSG;
		last = s.last;
		if (g->services_count < GATT_SERVICES_MAX)
			g->services[g->services_count++] = s;
	}
	if (r == 0 && last == HANDLE_LAST)
		begin_step(g, GATT_CHARACTERISTICS);
	else
		g->next = (uint16_t)(last + 1);
	return r;
}

static int on_characteristics(struct gatt *g, struct bytes b)
{
	struct att_characteristic c;
	uint8_t size = 0;
	int r;

	while ((r = att_characteristic_next(&b, &size, &c)) > 0) {
		if (c.declaration < g->next || c.value <= c.declaration)
			return -EBADMSG;
		settle(g, c.declaration);
		g->last = c;
		g->next = c.value;
	}
	return r;
}

static int on_descriptors(struct gatt *g, struct bytes b)
{
	struct gatt_found *f = &g->found[g->wish];
	struct att_descriptor d;
	uint8_t size = 0;
	int r;

	while ((r = att_descriptor_next(&b, &size, &d)) > 0) {
		if (d.handle < g->next || d.handle > f->last)
			return -EBADMSG;
		if (att_uuid_is16(&d.uuid, ATT_TYPE_CONFIGURATION))
			f->configuration = d.handle;
		if (d.handle == f->last || f->configuration) {
			g->step = GATT_SUBSCRIBE;
			return 0;
		}
		g->next = (uint16_t)(d.handle + 1);
	}
	return r;
}

static void subscribe(struct gatt *g, uint64_t now_us)
{
	const struct gatt_found *f = &g->found[g->wish];
	const uint8_t value[2] = {f->properties & ATT_PROPERTY_NOTIFY ? 1 : 2, 0};

	request(g, now_us, att_value(ATT_WRITE_REQUEST, f->configuration, value, 2));
}

/* The next wish that has something to turn on: asks for it, or ends the step. */
static bool ask_for_notifications(struct gatt *g, uint64_t now_us)
{
	for (; g->wish < g->wishes_count; g->wish++) {
		const struct gatt_found *f = &g->found[g->wish];

		if (g->step == GATT_SUBSCRIBE && f->configuration) {
			subscribe(g, now_us);
			return true;
		}
		if (g->step == GATT_DESCRIPTORS && f->value && f->value < f->last &&
			(g->wishes[g->wish].uses & GATT_NOTIFY) &&
			(f->properties & (ATT_PROPERTY_NOTIFY | ATT_PROPERTY_INDICATE))) {
			if (g->next <= f->value)
				g->next = (uint16_t)(f->value + 1);
			request(g, now_us,
				att_search(ATT_FIND_INFORMATION_REQUEST, g->next, f->last, 0));
			return true;
		}
		g->step = GATT_DESCRIPTORS;
		g->next = 1;
	}
	return false;
}

static bool ask_to_read(struct gatt *g, uint64_t now_us)
{
	for (; g->wish < g->wishes_count; g->wish++) {
		uint16_t handle = g->found[g->wish].value;

		if (!handle || !(g->wishes[g->wish].uses & GATT_READ))
			continue;
		request(g, now_us, att_value(ATT_READ_REQUEST, handle, NULL, 0));
		return true;
	}
	return false;
}

static void send_queued(struct gatt *g, uint64_t now_us)
{
	if (g->queued == 0)
		return;
	request(g, now_us, g->queue[0]);
	g->queued--;
	memmove(g->queue, g->queue + 1, g->queued * sizeof(g->queue[0]));
}

/* The request that comes next, now that none is awaited. */
static void go_on(struct gatt *g, uint64_t now_us)
{
	switch (g->step) {
	case GATT_MTU:
		begin_step(g, GATT_SERVICES);
		__attribute__((fallthrough));
	case GATT_SERVICES:
		request(g, now_us,
			att_search(ATT_READ_BY_GROUP_REQUEST, g->next, HANDLE_LAST,
				ATT_TYPE_PRIMARY_SERVICE));
		return;
	case GATT_CHARACTERISTICS:
		request(g, now_us,
			att_search(ATT_READ_BY_TYPE_REQUEST, g->next, HANDLE_LAST,
				ATT_TYPE_CHARACTERISTIC));
		return;
	case GATT_DESCRIPTORS:
	case GATT_SUBSCRIBE:
		if (ask_for_notifications(g, now_us))
			return;
		begin_step(g, GATT_READING);
		__attribute__((fallthrough));
	case GATT_READING:
		if (ask_to_read(g, now_us))
			return;
		g->step = GATT_READY;
		if (g->listener.on_ready)
			g->listener.on_ready(g->listener.userdata);
		__attribute__((fallthrough));
	case GATT_READY:
		if (g->due_us == 0)
			send_queued(g, now_us);
		return;
	}
}

/* What answers the request of this step; 0 where nothing does. */
static uint8_t awaited(const struct gatt *g)
{
	static const uint8_t answers[] = {[GATT_MTU] = ATT_MTU_RESPONSE,
		[GATT_SERVICES] = ATT_READ_BY_GROUP_RESPONSE,
		[GATT_CHARACTERISTICS] = ATT_READ_BY_TYPE_RESPONSE,
		[GATT_DESCRIPTORS] = ATT_FIND_INFORMATION_RESPONSE,
		[GATT_SUBSCRIBE] = ATT_WRITE_RESPONSE,
		[GATT_READING] = ATT_READ_RESPONSE,
		[GATT_READY] = ATT_WRITE_RESPONSE};

	return g->due_us ? answers[g->step] : 0;
}

/* Nothing more to find, or refused: on to the next. */
static void on_error(struct gatt *g)
{
	switch (g->step) {
	case GATT_SERVICES:
		begin_step(g, GATT_CHARACTERISTICS);
		break;
	case GATT_CHARACTERISTICS:
		settle(g, 0);
		begin_step(g, GATT_DESCRIPTORS);
		break;
	case GATT_DESCRIPTORS:
	case GATT_SUBSCRIBE:
	case GATT_READING:
		g->wish++;
		g->next = 1;
		if (g->step == GATT_SUBSCRIBE)
			g->step = GATT_DESCRIPTORS;
		break;
	case GATT_MTU:
	case GATT_READY:
		break;
	}
}

static int on_answer(struct gatt *g, struct bytes b)
{
	uint16_t mtu_bytes;

	switch (g->step) {
	case GATT_MTU:
		mtu_bytes = bytes_u16(&b);
		if (b.is_short)
			return -EBADMSG;
		if (mtu_bytes > ATT_MTU_MIN)
			g->mtu_bytes = mtu_bytes < ATT_MTU_MAX ? mtu_bytes : ATT_MTU_MAX;
		return 0;
	case GATT_SERVICES:
		return on_services(g, b);
	case GATT_CHARACTERISTICS:
		return on_characteristics(g, b);
	case GATT_DESCRIPTORS:
		return on_descriptors(g, b);
	case GATT_SUBSCRIBE:
		g->found[g->wish].is_on = true;
		on_error(g);
		return 0;
	case GATT_READING:
		g->listener.on_value(g->wish, b, g->listener.userdata);
		g->wish++;
		return 0;
	case GATT_READY:
		return 0;
	}
	return 0;
}

static int on_told(struct gatt *g, struct bytes b, bool is_indication)
{
	uint16_t handle = bytes_u16(&b);
	struct att_packet confirmation = att_confirmation();

	if (b.is_short)
		return -EBADMSG;
	if (is_indication)
		send(g, &confirmation);
	for (unsigned int n = 0; n < g->wishes_count; n++)
		if (g->found[n].value && g->found[n].value == handle)
			g->listener.on_value(n, b, g->listener.userdata);
	return 0;
}

/* A server that is a client too: we have nothing, but it must not wait. */
static void refuse(struct gatt *g, uint8_t opcode, struct bytes b)
{
	struct att_packet p = opcode == ATT_MTU_REQUEST
				      ? att_mtu(ATT_MTU_RESPONSE, ATT_MTU_MAX)
				      : att_error(opcode, bytes_u16(&b), ATT_ERROR_NOT_SUPPORTED);

	send(g, &p);
}

void gatt_again(struct gatt *g, uint64_t now_us)
{
	begin_step(g, GATT_DESCRIPTORS);
	g->queued = 0;
	go_on(g, now_us);
}

int gatt_packet(struct gatt *g, uint64_t now_us, const uint8_t *packet, size_t count)
{
	struct bytes b = bytes_of(packet, count);
	uint8_t opcode = bytes_u8(&b);
	int r = 0;

	if (b.is_short)
		return -EBADMSG;
	if (opcode == ATT_NOTIFICATION || opcode == ATT_INDICATION)
		return on_told(g, b, opcode == ATT_INDICATION);
	if (opcode != ATT_ERROR && opcode != awaited(g)) {
		/* requests are even numbers, commands have bit 6; an answer nobody awaits is none
		 */
		if (opcode % 2 == 0 && !(opcode & 0x40) && opcode != ATT_CONFIRMATION)
			refuse(g, opcode, b);
		return 0;
	}
	if (g->due_us == 0)
		return 0;
	g->due_us = 0;
	if (opcode == ATT_ERROR) {
		if (att_is_for_the_paired(b)) {
			if (g->listener.on_unpaired &&
				g->listener.on_unpaired(g->listener.userdata))
				return 0;
			g->is_unpaired = true;
		}
		on_error(g);
	} else {
		r = on_answer(g, b);
	}
	if (r >= 0)
		go_on(g, now_us);
	return r;
}

int gatt_time(const struct gatt *g, uint64_t now_us)
{
	return g->due_us && now_us >= g->due_us ? -ETIMEDOUT : 0;
}

uint64_t gatt_next_us(const struct gatt *g)
{
	return g->due_us ? g->due_us : UINT64_MAX;
}

bool gatt_has(const struct gatt *g, unsigned int wish)
{
	return wish < g->wishes_count && g->found[wish].value;
}

int gatt_write(struct gatt *g, uint64_t now_us, unsigned int wish, const void *value, size_t count,
	bool is_command)
{
	struct att_packet p;

	if (!gatt_has(g, wish))
		return -ENOENT;
	if (count + 3 > g->mtu_bytes || count > ATT_VALUE_MAX)
		return -EMSGSIZE;
	p = att_value(is_command ? ATT_WRITE_COMMAND : ATT_WRITE_REQUEST, g->found[wish].value,
		value, count);
	if (is_command) {
		send(g, &p);
		return 0;
	}
	if (g->queued == GATT_QUEUE_MAX)
		return -ENOBUFS;
	g->queue[g->queued++] = p;
	if (g->step == GATT_READY && g->due_us == 0)
		send_queued(g, now_us);
	return 0;
}
