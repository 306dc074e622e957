/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A GATT server for tests: a list of attributes, requests answered by the book (Bluetooth Core 5.4,
 * vol. 3 part F), packets in and out. The simulated pendant serves it over L2CAP, unit tests by a
 * call. Attribute n of the list has the handle n + 1.
 */
#pragma once

#include "sensors/att.h"

#include <string.h>

#define SERVER_ATTRIBUTES_MAX 48
#define SERVER_VALUE_MAX      32

struct server_attribute {
	struct att_uuid type;
	uint8_t count;
	uint8_t value[SERVER_VALUE_MAX];
};

struct server {
	uint16_t mtu_bytes;
	uint16_t largest_mtu_bytes; /* what it offers; 0: knows no exchange */
	unsigned int count;
	struct server_attribute attributes[SERVER_ATTRIBUTES_MAX];
	uint16_t written;           /* the handle last written; 0: none */
	struct bytes written_value; /* borrowed from the packet */
};

static inline uint16_t server_add(
	struct server *s, struct att_uuid type, const void *value, size_t count)
{
	struct server_attribute *a = &s->attributes[s->count++];

	a->type = type;
	a->count = (uint8_t)count;
	if (count > 0)
		memcpy(a->value, value, count);
	return (uint16_t)s->count;
}

/* Short where it is one of Bluetooth's own. */
static inline size_t server_uuid_bytes(const struct att_uuid *uuid)
{
	struct att_uuid base = ATT_UUID16(0);

	base.at[12] = uuid->at[12];
	base.at[13] = uuid->at[13];
	return att_uuid_is(uuid, &base) ? 2 : 16;
}

static inline const uint8_t *server_uuid_at(const struct att_uuid *uuid)
{
	return server_uuid_bytes(uuid) == 2 ? uuid->at + 12 : uuid->at;
}

static inline void server_service(struct server *s, struct att_uuid uuid)
{
	const struct att_uuid type = ATT_UUID16(ATT_TYPE_PRIMARY_SERVICE);

	(void)server_add(s, type, server_uuid_at(&uuid), server_uuid_bytes(&uuid));
}

/* Returns the handle of its value; a configuration follows it where it notifies or indicates. */
static inline uint16_t server_characteristic(
	struct server *s, struct att_uuid uuid, uint8_t properties, const void *value, size_t count)
{
	const struct att_uuid type = ATT_UUID16(ATT_TYPE_CHARACTERISTIC);
	const struct att_uuid configuration = ATT_UUID16(ATT_TYPE_CONFIGURATION);
	uint8_t declaration[19] = {properties, (uint8_t)(s->count + 2), 0};
	uint16_t handle;

	memcpy(declaration + 3, server_uuid_at(&uuid), server_uuid_bytes(&uuid));
	(void)server_add(s, type, declaration, 3 + server_uuid_bytes(&uuid));
	handle = server_add(s, uuid, value, count);
	if (properties & (ATT_PROPERTY_NOTIFY | ATT_PROPERTY_INDICATE))
		(void)server_add(s, configuration, "\0", 2);
	return handle;
}

static inline void server_set(struct server *s, uint16_t handle, const void *value, size_t count)
{
	struct server_attribute *a = &s->attributes[handle - 1];

	a->count = (uint8_t)count;
	memcpy(a->value, value, count);
}

/* Whether the characteristic with that value handle may be told of. */
static inline bool server_is_on(const struct server *s, uint16_t handle)
{
	return s->attributes[handle].value[0] != 0;
}

static inline void server_put(struct att_packet *p, const void *at, size_t count)
{
	memcpy(p->at + p->count, at, count);
	p->count = (uint16_t)(p->count + count);
}

/* The last handle of the service that begins at `handle`. */
static inline uint16_t server_service_end(const struct server *s, uint16_t handle)
{
	for (unsigned int n = handle; n < s->count; n++)
		if (att_uuid_is16(&s->attributes[n].type, ATT_TYPE_PRIMARY_SERVICE))
			return (uint16_t)n;
	return 0xFFFF;
}

/* One entry of a list: false when it does not fit, or has another size than those before. */
static inline bool server_entry(
	const struct server *s, struct att_packet *p, uint8_t opcode, uint16_t handle)
{
	const struct server_attribute *a = &s->attributes[handle - 1];
	const bool is_information = opcode == ATT_FIND_INFORMATION_REQUEST;
	size_t type_bytes = server_uuid_bytes(&a->type), size;
	const uint8_t own[2] = {(uint8_t)(handle & 0xFF), (uint8_t)(handle >> 8)};
	uint16_t end = server_service_end(s, handle);
	const uint8_t last[2] = {(uint8_t)(end & 0xFF), (uint8_t)(end >> 8)};
	uint8_t first;

	size = is_information                        ? type_bytes + 2
	       : opcode == ATT_READ_BY_GROUP_REQUEST ? a->count + 4U
						     : a->count + 2U;
	first = (uint8_t)(is_information ? (type_bytes == 2 ? 1 : 2) : size);
	if (p->count == 0) {
		const uint8_t head[2] = {(uint8_t)(opcode + 1), first};

		server_put(p, head, 2);
	}
	if (p->at[1] != first || p->count + size > s->mtu_bytes)
		return false;
	server_put(p, own, 2);
	if (opcode == ATT_READ_BY_GROUP_REQUEST)
		server_put(p, last, 2);
	if (is_information)
		server_put(p, server_uuid_at(&a->type), type_bytes);
	else
		server_put(p, a->value, a->count);
	return true;
}

static inline struct att_packet server_list(const struct server *s, uint8_t opcode, struct bytes b)
{
	uint16_t first = bytes_u16(&b), last = bytes_u16(&b);
	uint16_t type = opcode == ATT_FIND_INFORMATION_REQUEST ? 0 : bytes_u16(&b);
	struct att_packet p = {0};

	for (uint32_t n = first; n <= last && n >= 1 && n <= s->count; n++) {
		if (opcode != ATT_FIND_INFORMATION_REQUEST &&
			!att_uuid_is16(&s->attributes[n - 1].type, type))
			continue;
		if (!server_entry(s, &p, opcode, (uint16_t)n))
			break;
	}
	return p.count ? p : att_error(opcode, first, ATT_ERROR_NOT_FOUND);
}

/* The answer; count 0 where there is none. `written` tells of a write. */
static inline struct att_packet server_answer(struct server *s, const uint8_t *packet, size_t count)
{
	struct bytes b = bytes_of(packet, count);
	uint8_t opcode = bytes_u8(&b);
	struct att_packet p = {0};
	uint16_t handle, mtu_bytes;

	s->written = 0;
	switch (opcode) {
	case ATT_MTU_REQUEST:
		mtu_bytes = bytes_u16(&b);
		if (s->largest_mtu_bytes == 0)
			return att_error(opcode, 0, ATT_ERROR_NOT_SUPPORTED);
		s->mtu_bytes = mtu_bytes < s->largest_mtu_bytes ? mtu_bytes : s->largest_mtu_bytes;
		return att_mtu(ATT_MTU_RESPONSE, s->largest_mtu_bytes);
	case ATT_READ_BY_GROUP_REQUEST:
	case ATT_READ_BY_TYPE_REQUEST:
	case ATT_FIND_INFORMATION_REQUEST:
		return server_list(s, opcode, b);
	case ATT_READ_REQUEST:
	case ATT_WRITE_REQUEST:
	case ATT_WRITE_COMMAND:
		handle = bytes_u16(&b);
		if (handle == 0 || handle > s->count)
			return opcode == ATT_WRITE_COMMAND
				       ? p
				       : att_error(opcode, handle, ATT_ERROR_INVALID_HANDLE);
		if (opcode != ATT_READ_REQUEST) {
			s->written = handle;
			s->written_value = b;
			if (b.left <= SERVER_VALUE_MAX && b.left > 0)
				server_set(s, handle, b.at, b.left);
		}
		p.at[0] = opcode == ATT_READ_REQUEST ? ATT_READ_RESPONSE : ATT_WRITE_RESPONSE;
		p.count = opcode == ATT_WRITE_COMMAND ? 0 : 1;
		if (opcode == ATT_READ_REQUEST)
			server_put(&p, s->attributes[handle - 1].value,
				s->attributes[handle - 1].count);
		return p;
	case ATT_CONFIRMATION:
		return p;
	default:
		return att_error(opcode, 0, ATT_ERROR_NOT_SUPPORTED);
	}
}
