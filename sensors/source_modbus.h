/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source that asks the slaves of one Modbus bus, again and again, in a thread of its own:
 * libmodbus only blocks. Readings, health and notices cross to the loop through common/channel and
 * nothing else does; the loop is never blocked, except that source_free() waits for the exchange
 * under way (at most one response time-out) and should therefore be preceded by source_stop() of
 * every source. All functions: loop thread.
 *
 * Health: HEARING while a slave answers, DEAF when the device or the connection is gone or no slave
 * answers; `why` begins with the bus' name. It is opened again 0.25 s later, doubling to 10 s.
 * Notices: a slave that answers no more (each of its sensors FAILED) and again (BACK), that lost
 * its power (REBOOTED), an address it refuses and a value that cannot be (FAILED), an input that
 * flutters (CHATTERS).
 */
#pragma once

#include "sensors/bus_link.h"
#include "sensors/source.h"

#include <systemd/sd-event.h>

#define SOURCE_MODBUS_WRITES_MAX 8

struct modbus_write {
	uint8_t slave;
	uint16_t address;
	bool is_on;
};

/* Counted since the start. */
struct source_modbus_counts {
	uint64_t cycles, requests, answers, silences, garbled, refusals, losses, impossible;
};

/* What became of a write: 0; −ETIMEDOUT no answer; −EBADMSG a wrong one; −EINVAL the slave refuses;
 * −ENOTCONN the bus is gone. */
typedef void (*source_modbus_on_written)(
	const struct modbus_write *write, int error, void *userdata);

/*
 * `points` are those of this bus; both are copied. on_written may be NULL; it gets the listener's
 * userdata. Started once: source_start() after source_stop() is −EALREADY. −ENOSPC too many points.
 */
int source_modbus_new(struct source **ret, sd_event *event, const struct bus *bus,
	const struct register_point points[], unsigned int count,
	const struct source_listener *listener, source_modbus_on_written on_written);

/* Sets a coil (a siren, a lamp) before anything else is asked on the bus: 0 when it is queued,
 * −ENOBUFS when SOURCE_MODBUS_WRITES_MAX are waiting, −EINVAL for no slave. Tried once. */
int source_modbus_write_coil(struct source *s, const struct modbus_write *write);

struct source_modbus_counts source_modbus_counts(const struct source *s);
