/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each packet: a code, the adapter's index and the length of what follows, 16 bits each, least byte
 * first.
 */
#include "sensors/management.h"

#include "sensors/bytes.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define ADDRESS_BYTES    7 /* with its type */
#define SAME_KEY_BYTES   9 /* the address with its type, the key's type and role */
#define SETTING_BONDABLE 0x10U

enum code {
	EVENT_COMPLETE = 0x0001,
	EVENT_ADAPTER = 0x0004,
	EVENT_LONG_TERM_KEY = 0x000A,
	EVENT_CONFIRM = 0x000F,
	COMMAND_READ_INFO = 0x0004,
	COMMAND_SET_BONDABLE = 0x0009,
	COMMAND_LOAD_KEYS = 0x0013,
	COMMAND_UNPAIR = 0x001B,
	COMMAND_CONFIRM = 0x001C
};

static void turn(const uint8_t from[6], uint8_t to[6])
{
	for (int i = 0; i < 6; i++)
		to[i] = from[5 - i];
}

static bool read_settings(struct bytes *b, struct management_event *e)
{
	uint16_t command = bytes_u16(b);
	uint8_t status = bytes_u8(b);

	if (command != COMMAND_READ_INFO || status != 0)
		return false;
	(void)bytes_take(b, 6 + 1 + 2 + 4); /* address, version, maker, what is supported */
	e->is_bondable = bytes_u32(b) & SETTING_BONDABLE;
	e->word = MANAGEMENT_SETTINGS;
	return true;
}

static void read_key(struct bytes *b, struct management_event *e)
{
	const uint8_t *key;

	e->is_to_be_kept = bytes_u8(b) != 0;
	key = bytes_take(b, MANAGEMENT_KEY_BYTES);
	if (key) {
		memcpy(e->key.at, key, MANAGEMENT_KEY_BYTES);
		management_key_address(&e->key, e->address);
	}
	e->word = MANAGEMENT_KEY;
}

static void read_confirm(struct bytes *b, struct management_event *e)
{
	const uint8_t *address = bytes_take(b, 6);

	if (address)
		turn(address, e->address);
	e->type = bytes_u8(b);
	e->word = MANAGEMENT_CONFIRM;
}

int management_read(const uint8_t *packet, size_t count, struct management_event *ret)
{
	struct management_event e = {0};
	struct bytes head = bytes_of(packet, count), b;
	uint16_t code = bytes_u16(&head), bytes;
	bool is_of_interest = true;

	e.index = bytes_u16(&head);
	bytes = bytes_u16(&head);
	b = bytes_sub(&head, bytes);
	if (head.is_short)
		return -EBADMSG;
	switch (code) {
	case EVENT_COMPLETE:
		is_of_interest = read_settings(&b, &e);
		break;
	case EVENT_ADAPTER:
		e.word = MANAGEMENT_ADAPTER;
		break;
	case EVENT_LONG_TERM_KEY:
		read_key(&b, &e);
		break;
	case EVENT_CONFIRM:
		read_confirm(&b, &e);
		break;
	default:
		is_of_interest = false;
		break;
	}
	if (b.is_short)
		return -EBADMSG;
	if (is_of_interest)
		*ret = e;
	return is_of_interest;
}

void management_key_address(const struct management_key *key, uint8_t ret[6])
{
	turn(key->at, ret);
}

bool management_key_is_same(const struct management_key *a, const struct management_key *b)
{
	return memcmp(a->at, b->at, SAME_KEY_BYTES) == 0;
}

static void put_u16(struct management_packet *p, uint16_t value)
{
	p->at[p->count++] = (uint8_t)value;
	p->at[p->count++] = (uint8_t)(value >> 8);
}

static void put(struct management_packet *p, const void *at, size_t count)
{
	memcpy(p->at + p->count, at, count);
	p->count = (uint16_t)(p->count + count);
}

static struct management_packet command(uint16_t code, uint16_t index, size_t bytes)
{
	struct management_packet p = {0};

	put_u16(&p, code);
	put_u16(&p, index);
	put_u16(&p, (uint16_t)bytes);
	return p;
}

struct management_packet management_ask_settings(uint16_t index)
{
	return command(COMMAND_READ_INFO, index, 0);
}

struct management_packet management_allow_bonds(uint16_t index)
{
	struct management_packet p = command(COMMAND_SET_BONDABLE, index, 1);

	put(&p, "\1", 1);
	return p;
}

struct management_packet management_confirm(const struct management_event *asked)
{
	struct management_packet p = command(COMMAND_CONFIRM, asked->index, ADDRESS_BYTES);
	uint8_t address[6];

	turn(asked->address, address);
	put(&p, address, sizeof(address));
	put(&p, &asked->type, 1);
	return p;
}

struct management_packet management_load_keys(
	uint16_t index, const struct management_key *keys, unsigned int count)
{
	struct management_packet p;

	assert(count <= MANAGEMENT_KEYS_MAX);
	p = command(COMMAND_LOAD_KEYS, index, 2 + (size_t)count * MANAGEMENT_KEY_BYTES);
	put_u16(&p, (uint16_t)count);
	for (unsigned int n = 0; n < count; n++)
		put(&p, keys[n].at, MANAGEMENT_KEY_BYTES);
	return p;
}

struct management_packet management_unpair(uint16_t index, const struct management_key *key)
{
	struct management_packet p = command(COMMAND_UNPAIR, index, ADDRESS_BYTES + 1);

	put(&p, key->at, ADDRESS_BYTES);
	put(&p, "\1", 1);
	return p;
}
