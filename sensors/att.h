/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Attribute Protocol's packets (Bluetooth Core 5.4, vol. 3 part F 3.4), written and read. Pure.
 */
#pragma once

#include "sensors/bytes.h"

#define ATT_MTU_MIN   23
#define ATT_MTU_MAX   517
#define ATT_VALUE_MAX 512

enum att_opcode {
	ATT_ERROR = 0x01,
	ATT_MTU_REQUEST = 0x02,
	ATT_MTU_RESPONSE = 0x03,
	ATT_FIND_INFORMATION_REQUEST = 0x04,
	ATT_FIND_INFORMATION_RESPONSE = 0x05,
	ATT_READ_BY_TYPE_REQUEST = 0x08,
	ATT_READ_BY_TYPE_RESPONSE = 0x09,
	ATT_READ_REQUEST = 0x0A,
	ATT_READ_RESPONSE = 0x0B,
	ATT_READ_BY_GROUP_REQUEST = 0x10,
	ATT_READ_BY_GROUP_RESPONSE = 0x11,
	ATT_WRITE_REQUEST = 0x12,
	ATT_WRITE_RESPONSE = 0x13,
	ATT_NOTIFICATION = 0x1B,
	ATT_INDICATION = 0x1D,
	ATT_CONFIRMATION = 0x1E,
	ATT_WRITE_COMMAND = 0x52,
};

#define ATT_ERROR_INVALID_HANDLE 0x01
#define ATT_ERROR_AUTHENTICATION 0x05
#define ATT_ERROR_NOT_SUPPORTED  0x06
#define ATT_ERROR_NOT_FOUND      0x0A
#define ATT_ERROR_ENCRYPTION     0x0F

#define ATT_TYPE_PRIMARY_SERVICE 0x2800
#define ATT_TYPE_CHARACTERISTIC  0x2803
#define ATT_TYPE_CONFIGURATION   0x2902 /* client characteristic configuration */

#define ATT_PROPERTY_NOTIFY   0x10
#define ATT_PROPERTY_INDICATE 0x20

/* Least significant byte first, as on air; 16-bit ones put into Bluetooth's base. */
struct att_uuid {
	uint8_t at[16];
};
#define ATT_UUID16(code) \
	{ \
		{ \
			0xFB, 0x34, 0x9B, 0x5F, 0x80, 0x00, 0x00, 0x80, 0x00, 0x10, 0x00, 0x00, \
				(code)&0xFF, (code) >> 8, 0x00, 0x00 \
		} \
	}

bool att_uuid_is(const struct att_uuid *a, const struct att_uuid *b);
bool att_uuid_is16(const struct att_uuid *a, uint16_t code);

struct att_packet {
	uint16_t count;
	uint8_t at[ATT_MTU_MAX];
};

/* Written whole; values longer than ATT_VALUE_MAX are the caller's mistake. */
struct att_packet att_mtu(enum att_opcode opcode, uint16_t mtu_bytes);
/* Of an error, behind its opcode: the request it answers, its handle, the code. */
bool att_is_for_the_paired(struct bytes b);
struct att_packet att_error(uint8_t request, uint16_t handle, uint8_t code);
/* FIND_INFORMATION (type unused), READ_BY_TYPE, READ_BY_GROUP. */
struct att_packet att_search(enum att_opcode opcode, uint16_t first, uint16_t last, uint16_t type);
/* READ (no value), WRITE, NOTIFICATION, INDICATION. */
struct att_packet att_value(
	enum att_opcode opcode, uint16_t handle, const void *value, size_t count);
struct att_packet att_confirmation(void);

struct att_service {
	uint16_t first, last;
	struct att_uuid uuid;
};

struct att_characteristic {
	uint16_t declaration, value;
	uint8_t properties;
	struct att_uuid uuid;
};

struct att_descriptor {
	uint16_t handle;
	struct att_uuid uuid;
};

/*
 * The entries of a response, one a call; `rest` is what follows the opcode and is moved on, `size`
 * is 0 before the first. 1 with an entry; 0 after the last; −EBADMSG when an entry is cut, has a
 * size that none has, or there is none at all.
 */
int att_service_next(struct bytes *rest, uint8_t *size, struct att_service *ret);
int att_characteristic_next(struct bytes *rest, uint8_t *size, struct att_characteristic *ret);
int att_descriptor_next(struct bytes *rest, uint8_t *size, struct att_descriptor *ret);
