/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Features → stop → parameters → enable, and what to do about each answer that is not yes.
 */
#include "sensors/scanning.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum h4 { H4_COMMAND = 1, H4_EVENT = 4 };

#define EVENT_COMMAND_COMPLETE 0x0E
#define EVENT_COMMAND_STATUS   0x0F
#define EVENT_HARDWARE_ERROR   0x10
#define EVENT_LE_META          0x3E

#define OPCODE_RESET               0x0C03
#define OPCODE_FEATURES            0x2003
#define OPCODE_SET_LEGACY          0x200B
#define OPCODE_ENABLE_LEGACY       0x200C
#define OPCODE_SET_EXTENDED        0x2041
#define OPCODE_ENABLE_EXTENDED     0x2042
#define FEATURE_EXTENDED_ADVERTISE (UINT64_C(1) << 12)

#define STATUS_UNKNOWN_COMMAND 0x01
#define STATUS_DISALLOWED      0x0C

#define SCAN_SLOTS      0x0030 /* 30 ms, interval and window: the radio always listens */
#define PHY_1M          0x01
#define AGAIN_SOON_US   300000 /* the other's own next command comes first */
#define ACTIVE          1
#define ACCEPT_EVERYONE 0

static void put_le16(struct scanning_command *c, uint16_t value)
{
	c->parameters[c->length++] = (uint8_t)(value & 0xFF);
	c->parameters[c->length++] = (uint8_t)(value >> 8);
}

static void put_u8(struct scanning_command *c, uint8_t value)
{
	c->parameters[c->length++] = value;
}

static struct scanning_command set_command(const struct scanning *s)
{
	struct scanning_command c = {
		.opcode = s->is_extended ? OPCODE_SET_EXTENDED : OPCODE_SET_LEGACY};

	if (s->is_extended) {
		put_u8(&c, 0); /* our public address, where one is sent at all */
		put_u8(&c, ACCEPT_EVERYONE);
		put_u8(&c, PHY_1M);
	}
	put_u8(&c, s->is_active ? ACTIVE : 0);
	put_le16(&c, SCAN_SLOTS);
	put_le16(&c, SCAN_SLOTS);
	if (!s->is_extended) {
		put_u8(&c, 0);
		put_u8(&c, ACCEPT_EVERYONE);
	}
	return c;
}

static struct scanning_command enable_command(const struct scanning *s, bool is_on)
{
	struct scanning_command c = {
		.opcode = s->is_extended ? OPCODE_ENABLE_EXTENDED : OPCODE_ENABLE_LEGACY};

	put_u8(&c, is_on);
	put_u8(&c, 0); /* duplicates are told */
	if (s->is_extended) {
		put_le16(&c, 0); /* until stopped */
		put_le16(&c, 0);
	}
	return c;
}

static enum scanning_turn send(
	struct scanning *s, enum scanning_step step, uint64_t now_us, struct scanning_command *ret)
{
	s->step = step;
	s->due_us = now_us + SCANNING_ANSWER_US;
	if (step == SCANNING_FEATURES)
		*ret = (struct scanning_command){.opcode = OPCODE_FEATURES};
	else if (step == SCANNING_SET) {
		*ret = set_command(s);
		s->is_set_active = s->is_active;
	} else
		*ret = enable_command(s, step == SCANNING_ENABLE);
	return SCANNING_SEND;
}

__attribute__((format(printf, 2, 3))) static enum scanning_turn fail(
	struct scanning *s, const char *why, ...)
{
	va_list arguments;

	va_start(arguments, why);
	(void)vsnprintf(s->why, sizeof(s->why), why, arguments);
	va_end(arguments);
	s->step = SCANNING_IDLE;
	return SCANNING_FAILED;
}

void scanning_init(struct scanning *s, bool is_active)
{
	*s = (struct scanning){.is_active = is_active};
}

enum scanning_turn scanning_begin(
	struct scanning *s, uint64_t now_us, struct scanning_command *ret_command)
{
	scanning_init(s, s->is_active);
	return send(s, SCANNING_FEATURES, now_us, ret_command);
}

/* Somebody is in the way: again in a moment, unless that has lasted too long. */
static enum scanning_turn wait_to_begin(struct scanning *s, uint64_t now_us, uint64_t delay_us)
{
	if (s->since_us == 0)
		s->since_us = now_us;
	if (now_us - s->since_us >= SCANNING_DEAF_US)
		return fail(s, "somebody else holds the radio");
	s->step = SCANNING_WAIT;
	s->due_us = now_us + delay_us;
	return SCANNING_NOTHING;
}

static enum scanning_turn on_features(
	struct scanning *s, uint8_t status, struct bytes rest, uint64_t now_us, void *ret_command)
{
	uint64_t features = bytes_le(&rest, 8);

	s->is_extended = status == 0 && !rest.is_short && (features & FEATURE_EXTENDED_ADVERTISE);
	return send(s, SCANNING_STOP, now_us, ret_command);
}

static enum scanning_turn on_set(
	struct scanning *s, uint8_t status, uint64_t now_us, struct scanning_command *ret_command)
{
	if (status == 0)
		return send(s, SCANNING_ENABLE, now_us, ret_command);
	/* the two sets may not be mixed on one controller, and others may have begun */
	if (!s->has_tried_other &&
		(status == STATUS_DISALLOWED || status == STATUS_UNKNOWN_COMMAND)) {
		s->has_tried_other = true;
		s->is_extended = !s->is_extended;
		return send(s, SCANNING_STOP, now_us, ret_command);
	}
	s->has_tried_other = false;
	if (status == STATUS_DISALLOWED)
		return wait_to_begin(s, now_us, SCANNING_AGAIN_US);
	return fail(s, "scan parameters refused with 0x%02x", status);
}

static enum scanning_turn on_enable(struct scanning *s, uint8_t status, uint64_t now_us)
{
	if (status == STATUS_DISALLOWED)
		return wait_to_begin(s, now_us, SCANNING_AGAIN_US);
	if (status != 0)
		return fail(s, "scanning refused with 0x%02x", status);
	s->step = SCANNING_ON;
	s->has_tried_other = false;
	s->since_us = 0;
	s->due_us = now_us + SCANNING_QUIET_US;
	return SCANNING_HEARS;
}

static uint16_t expected(const struct scanning *s)
{
	switch (s->step) {
	case SCANNING_FEATURES:
		return OPCODE_FEATURES;
	case SCANNING_SET:
		return s->is_extended ? OPCODE_SET_EXTENDED : OPCODE_SET_LEGACY;
	case SCANNING_STOP:
	case SCANNING_ENABLE:
		return s->is_extended ? OPCODE_ENABLE_EXTENDED : OPCODE_ENABLE_LEGACY;
	case SCANNING_IDLE:
	case SCANNING_ON:
	case SCANNING_WAIT:
		break;
	}
	return 0;
}

static enum scanning_turn on_answer(struct scanning *s, uint64_t now_us, uint16_t opcode,
	uint8_t status, struct bytes rest, struct scanning_command *ret_command)
{
	if (opcode == OPCODE_RESET && s->step != SCANNING_IDLE && s->step != SCANNING_FEATURES)
		return wait_to_begin(s, now_us, AGAIN_SOON_US);
	if (opcode == 0 || opcode != expected(s))
		return SCANNING_NOTHING;
	if (s->step == SCANNING_FEATURES)
		return on_features(s, status, rest, now_us, ret_command);
	if (s->step == SCANNING_SET)
		return on_set(s, status, now_us, ret_command);
	if (s->step == SCANNING_ENABLE)
		return on_enable(s, status, now_us);
	/* refused where it is stopped already */
	return send(s, SCANNING_SET, now_us, ret_command);
}

static enum scanning_turn on_event(
	struct scanning *s, uint64_t now_us, struct bytes b, struct scanning_command *ret_command)
{
	uint8_t code = bytes_u8(&b), length = bytes_u8(&b), status = 0;
	uint16_t opcode;

	if (b.is_short || length != b.left)
		return SCANNING_NOTHING;
	if (s->step == SCANNING_ON)
		s->due_us = now_us + SCANNING_QUIET_US;
	if (code == EVENT_HARDWARE_ERROR)
		return fail(s, "hardware error 0x%02x", bytes_u8(&b));
	if (code == EVENT_COMMAND_COMPLETE) {
		(void)bytes_u8(&b); /* how many commands it takes now */
		opcode = bytes_u16(&b);
		status = bytes_u8(&b);
	} else if (code == EVENT_COMMAND_STATUS) {
		status = bytes_u8(&b);
		(void)bytes_u8(&b);
		opcode = bytes_u16(&b);
	} else {
		return SCANNING_NOTHING;
	}
	if (b.is_short)
		return SCANNING_NOTHING;
	return on_answer(s, now_us, opcode, status, b, ret_command);
}

/* What another sets up is remembered; when it begins or ends to scan, ours is looked after. */
static enum scanning_turn on_their_command(struct scanning *s, uint64_t now_us, struct bytes b)
{
	uint16_t opcode = bytes_u16(&b);
	uint8_t length = bytes_u8(&b), first, last;

	if (b.is_short || length != b.left || length < 2)
		return SCANNING_NOTHING;
	first = b.at[0];
	last = b.at[length - 1];
	if (opcode == OPCODE_SET_LEGACY) {
		s->is_theirs_filtered = last != ACCEPT_EVERYONE;
		s->is_theirs_full = !s->is_active || first == ACTIVE;
	} else if (opcode == OPCODE_SET_EXTENDED && length >= 4) {
		s->is_theirs_filtered = b.at[1] != ACCEPT_EVERYONE;
		s->is_theirs_full = !s->is_active || b.at[3] == ACTIVE;
	}
	if ((opcode != OPCODE_ENABLE_LEGACY && opcode != OPCODE_ENABLE_EXTENDED) ||
		(s->step != SCANNING_ON && s->step != SCANNING_WAIT))
		return SCANNING_NOTHING;
	if (first == 1 && s->is_theirs_full && !s->is_theirs_filtered) {
		s->step = SCANNING_ON;
		s->since_us = 0;
		s->due_us = now_us + SCANNING_QUIET_US;
		return SCANNING_NOTHING;
	}
	return wait_to_begin(s, now_us, AGAIN_SOON_US);
}

enum scanning_turn scanning_packet(struct scanning *s, uint64_t now_us, const uint8_t *packet,
	size_t count, struct scanning_command *ret_command)
{
	struct bytes b = bytes_of(packet, count);
	uint8_t type = bytes_u8(&b);

	if (s->step == SCANNING_IDLE)
		return SCANNING_NOTHING;
	if (type == H4_EVENT)
		return on_event(s, now_us, b, ret_command);
	if (type == H4_COMMAND)
		return on_their_command(s, now_us, b);
	return SCANNING_NOTHING;
}

enum scanning_turn scanning_ask(
	struct scanning *s, bool is_active, uint64_t now_us, struct scanning_command *ret_command)
{
	s->is_active = is_active;
	if (s->step != SCANNING_ON || s->is_set_active == is_active)
		return SCANNING_NOTHING;
	return send(s, SCANNING_STOP, now_us, ret_command);
}

enum scanning_turn scanning_time(
	struct scanning *s, uint64_t now_us, struct scanning_command *ret_command)
{
	if (s->step == SCANNING_IDLE || now_us < s->due_us)
		return SCANNING_NOTHING;
	if (s->step == SCANNING_ON || s->step == SCANNING_WAIT)
		return send(s, SCANNING_STOP, now_us, ret_command);
	return fail(s, "the controller does not answer command 0x%04x", expected(s));
}

bool scanning_end(struct scanning *s, struct scanning_command *ret_command)
{
	bool is_on = s->step == SCANNING_ON || s->step == SCANNING_ENABLE;

	s->step = SCANNING_IDLE;
	if (is_on)
		*ret_command = enable_command(s, false);
	return is_on;
}

uint64_t scanning_next_us(const struct scanning *s)
{
	return s->step == SCANNING_IDLE ? UINT64_MAX : s->due_us;
}
