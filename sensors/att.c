/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ATT packets; lists are read entry by entry through the checked cursor.
 */
#include "sensors/att.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static void put_u8(struct att_packet *p, uint8_t value)
{
	p->at[p->count++] = value;
}

static void put_u16(struct att_packet *p, uint16_t value)
{
	put_u8(p, (uint8_t)(value & 0xFF));
	put_u8(p, (uint8_t)(value >> 8));
}

bool att_uuid_is(const struct att_uuid *a, const struct att_uuid *b)
{
	return memcmp(a->at, b->at, sizeof(a->at)) == 0;
}

bool att_uuid_is16(const struct att_uuid *a, uint16_t code)
{
	struct att_uuid wanted = ATT_UUID16(0);

	wanted.at[12] = (uint8_t)(code & 0xFF);
	wanted.at[13] = (uint8_t)(code >> 8);
	return att_uuid_is(a, &wanted);
}

struct att_packet att_mtu(enum att_opcode opcode, uint16_t mtu_bytes)
{
	struct att_packet p = {0};

	put_u8(&p, (uint8_t)opcode);
	put_u16(&p, mtu_bytes);
	return p;
}

struct att_packet att_error(uint8_t request, uint16_t handle, uint8_t code)
{
	struct att_packet p = {0};

	put_u8(&p, ATT_ERROR);
	put_u8(&p, request);
	put_u16(&p, handle);
	put_u8(&p, code);
	return p;
}

struct att_packet att_search(enum att_opcode opcode, uint16_t first, uint16_t last, uint16_t type)
{
	struct att_packet p = {0};

	put_u8(&p, (uint8_t)opcode);
	put_u16(&p, first);
	put_u16(&p, last);
	if (opcode != ATT_FIND_INFORMATION_REQUEST)
		put_u16(&p, type);
	return p;
}

struct att_packet att_value(
	enum att_opcode opcode, uint16_t handle, const void *value, size_t count)
{
	struct att_packet p = {0};

	assert(count <= ATT_VALUE_MAX);
	put_u8(&p, (uint8_t)opcode);
	put_u16(&p, handle);
	if (count > 0)
		memcpy(p.at + p.count, value, count);
	p.count = (uint16_t)(p.count + count);
	return p;
}

struct att_packet att_confirmation(void)
{
	return (struct att_packet){.count = 1, .at = {ATT_CONFIRMATION}};
}

static bool take_uuid(struct bytes *b, size_t size, struct att_uuid *ret)
{
	const struct att_uuid base = ATT_UUID16(0);
	const uint8_t *at = bytes_take(b, size);

	if (!at)
		return false;
	if (size == 16) {
		memcpy(ret->at, at, 16);
		return true;
	}
	*ret = base;
	memcpy(ret->at + 12, at, 2);
	return true;
}

/* The next entry of a list whose first byte is the size of all; `fixed` bytes come before the UUID.
 */
static int entry_next(struct bytes *rest, uint8_t *size, size_t fixed, struct bytes *ret)
{
	bool is_first = *size == 0;

	if (is_first) {
		*size = bytes_u8(rest);
		if (rest->is_short || (*size != fixed + 2 && *size != fixed + 16))
			return -EBADMSG;
	}
	if (rest->left == 0 && !is_first)
		return 0;
	*ret = bytes_sub(rest, *size);
	return ret->is_short ? -EBADMSG : 1;
}

int att_service_next(struct bytes *rest, uint8_t *size, struct att_service *ret)
{
	struct bytes entry;
	int r = entry_next(rest, size, 4, &entry);

	if (r <= 0)
		return r;
	ret->first = bytes_u16(&entry);
	ret->last = bytes_u16(&entry);
	return take_uuid(&entry, *size - 4U, &ret->uuid) ? 1 : -EBADMSG;
}

int att_characteristic_next(struct bytes *rest, uint8_t *size, struct att_characteristic *ret)
{
	struct bytes entry;
	int r = entry_next(rest, size, 5, &entry);

	if (r <= 0)
		return r;
	ret->declaration = bytes_u16(&entry);
	ret->properties = bytes_u8(&entry);
	ret->value = bytes_u16(&entry);
	return take_uuid(&entry, *size - 5U, &ret->uuid) ? 1 : -EBADMSG;
}

/* Here the first byte is 1 for short UUIDs and 2 for long ones. */
int att_descriptor_next(struct bytes *rest, uint8_t *size, struct att_descriptor *ret)
{
	bool is_first = *size == 0;
	uint8_t format = is_first ? bytes_u8(rest) : 0;

	if (is_first) {
		if (rest->is_short || (format != 1 && format != 2))
			return -EBADMSG;
		*size = format == 1 ? 4 : 18;
	}
	if (rest->left == 0 && !is_first)
		return 0;
	ret->handle = bytes_u16(rest);
	return take_uuid(rest, *size - 2U, &ret->uuid) ? 1 : -EBADMSG;
}

bool att_is_for_the_paired(struct bytes b)
{
	uint8_t code;

	(void)bytes_take(&b, 3);
	code = bytes_u8(&b);
	return code == ATT_ERROR_AUTHENTICATION || code == ATT_ERROR_ENCRYPTION;
}
