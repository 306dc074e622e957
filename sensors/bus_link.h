/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One Modbus line through libmodbus: RTU on a serial device, or TCP. Everything here blocks, for at
 * most the response time-out and the time the characters take: for a bus' own thread alone.
 *
 * libmodbus 3.1.6: with a byte time-out of 0 the whole answer must be there within the response
 * time-out, so that a slave that dribbles cannot hold the thread. It keeps no silence between
 * frames, and takes a late answer to an older question for the answer to this one; both are dealt
 * with here and in sensors/bus_plan.c.
 */
#pragma once

#include "sensors/bus_plan.h"

#define BUS_NAME_MAX          16
#define BUS_DEVICE_MAX        64
#define BUS_HOST_MAX          46  /* an IPv6 address in figures */
#define BUS_RESPONSE_USUAL_MS 600 /* of RTU it must be over 500 */
#define BUS_RESPONSE_MIN_MS   20
#define BUS_RESPONSE_MAX_MS   5000
#define BUS_CYCLE_USUAL_MS    100
#define BUS_CYCLE_MAX_MS      10000

struct bus {
	char name[BUS_NAME_MAX];
	bool is_tcp;
	char device[BUS_DEVICE_MAX]; /* RTU */
	uint32_t baud;
	char parity; /* 'N', 'E', 'O' */
	uint8_t stop_bits;
	char host[BUS_HOST_MAX]; /* TCP: an address in figures, so that nothing is ever looked up */
	uint16_t port;
	uint32_t response_ms;
	uint32_t cycle_ms; /* a cycle takes at least this long; 0: one after the other */
};

/* How long `bytes` take on this line, in µs; 0 on TCP. */
uint64_t bus_bytes_us(const struct bus *bus, unsigned int bytes);
/* The silence that must lie between two frames of RTU (3.5 characters, 1.75 ms above 19200 baud).
 */
uint64_t bus_silence_us(const struct bus *bus);

struct bus_link;

/* The bus is copied. −ENOMEM, −EINVAL. */
int bus_link_new(struct bus_link **ret, const struct bus *bus);
struct bus_link *bus_link_free(struct bus_link *l);

/* 0 or −errno. On TCP within the response time-out. */
int bus_link_open(struct bus_link *l);
void bus_link_close(struct bus_link *l);
bool bus_link_is_open(const struct bus_link *l);

/* Reads cells (bits 0 or 1, or words); ret_cells untouched unless BUS_ANSWERED. After anything but
 * an answer or an exception, what is still on the line is thrown away before the next request; a
 * garbled or lost line of TCP is closed. */
enum bus_result bus_link_read(struct bus_link *l, uint8_t slave, enum register_table table,
	uint16_t address, uint16_t count, uint16_t ret_cells[BUS_BLOCK_CELLS_MAX]);
enum bus_result bus_link_write_coil(
	struct bus_link *l, uint8_t slave, uint16_t address, bool is_on);
/* In words, what the last call failed of. */
const char *bus_link_why(const struct bus_link *l);
