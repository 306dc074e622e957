/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only file that sees libmodbus.
 */
#include "sensors/bus_link.h"

#include "common/cleanup.h"
#include "common/clock.h"

#include <errno.h>
#include <modbus/modbus.h>
#include <stdio.h>
#include <string.h>

#define BITS_A_FRAME_BYTE 9 /* start bit and eight; parity and stop bits come on top */
#define FAST_BAUD         19200
#define FAST_SILENCE_US   1750
#define REQUEST_BYTES     8
#define ANSWER_FRAME      5 /* slave, function, count, CRC */
#define LATE_MAX_NS       100000
#define LATE_WEIGHT       8 /* of the last one: an eighth */

struct bus_link {
	struct bus bus;
	modbus_t *modbus;
	bool is_open, is_dirty;
	uint64_t quiet_ns; /* CLOCK_MONOTONIC: not to be spoken on before */
	uint64_t late_ns;  /* how late a sleep ends here, at most LATE_MAX_NS: asked for so much
			      earlier */
	int error;         /* libmodbus' or the system's, of the last call */
};

DEFINE_CLEANUP(struct bus_link *, link_free_p, bus_link_free)

uint64_t bus_bytes_us(const struct bus *bus, unsigned int bytes)
{
	unsigned int parity_bits = bus->parity == 'N' ? 0 : 1;
	unsigned int bits = BITS_A_FRAME_BYTE + parity_bits + bus->stop_bits;

	return bus->is_tcp ? 0 : (uint64_t)bytes * bits * US_PER_S / bus->baud;
}

uint64_t bus_silence_us(const struct bus *bus)
{
	if (bus->is_tcp)
		return 0;
	return bus->baud > FAST_BAUD ? FAST_SILENCE_US : bus_bytes_us(bus, 7) / 2;
}

int bus_link_new(struct bus_link **ret, const struct bus *bus)
{
	_cleanup_(link_free_p) struct bus_link *l = calloc(1, sizeof(*l));
	char port[8];

	if (!l)
		return -ENOMEM;
	l->bus = *bus;
	(void)snprintf(port, sizeof(port), "%u", bus->port);
	l->modbus = bus->is_tcp ? modbus_new_tcp_pi(bus->host, port)
				: modbus_new_rtu(bus->device, (int)bus->baud, bus->parity, 8,
					  bus->stop_bits);
	if (!l->modbus)
		return errno == ENOMEM ? -ENOMEM : -EINVAL;
	if (modbus_set_byte_timeout(l->modbus, 0, 0) < 0)
		return -EINVAL;
	*ret = l;
	l = NULL;
	return 0;
}

struct bus_link *bus_link_free(struct bus_link *l)
{
	if (!l)
		return NULL;
	bus_link_close(l);
	if (l->modbus)
		modbus_free(l->modbus);
	free(l);
	return NULL;
}

/* The response time-out, and on RTU the time that request and answer are on the wire. */
static void set_limit(struct bus_link *l, unsigned int answer_bytes)
{
	uint64_t limit_us = l->bus.response_ms * US_PER_MS +
			    bus_bytes_us(&l->bus, REQUEST_BYTES + answer_bytes);

	(void)modbus_set_response_timeout(
		l->modbus, (uint32_t)(limit_us / US_PER_S), (uint32_t)(limit_us % US_PER_S));
}

int bus_link_open(struct bus_link *l)
{
	bus_link_close(l);
	set_limit(l, 0);
	if (modbus_connect(l->modbus) < 0) {
		/* what libmodbus has no number for, it leaves at 0 */
		l->error = errno ? errno : EIO;
		modbus_close(l->modbus);
		return l->error < MODBUS_ENOBASE ? -l->error : -EIO;
	}
	l->is_open = true;
	l->is_dirty = true;
	l->error = 0;
	return 0;
}

void bus_link_close(struct bus_link *l)
{
	if (l->is_open)
		modbus_close(l->modbus);
	l->is_open = false;
}

bool bus_link_is_open(const struct bus_link *l)
{
	return l->is_open;
}

static uint64_t monotonic_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		continue;
}

/* To the microsecond, because each one is lost on the wire: a sleep ends 50 us late, which is
 * learned, and what it then ends too early is waited for awake. */
static void keep_silence(struct bus_link *l)
{
	uint64_t now_ns = monotonic_ns(), until_ns, late_ns;

	if (now_ns + l->late_ns < l->quiet_ns) {
		until_ns = l->quiet_ns - l->late_ns;
		sleep_until(until_ns);
		now_ns = monotonic_ns();
		late_ns = now_ns - until_ns < LATE_MAX_NS ? now_ns - until_ns : LATE_MAX_NS;
		l->late_ns = (l->late_ns * (LATE_WEIGHT - 1) + late_ns) / LATE_WEIGHT;
	}
	while (now_ns < l->quiet_ns)
		now_ns = monotonic_ns();
}

static void begin(struct bus_link *l, uint8_t slave, unsigned int answer_bytes)
{
	keep_silence(l);
	set_limit(l, answer_bytes);
	if (l->is_dirty)
		(void)modbus_flush(l->modbus);
	l->is_dirty = false;
	(void)modbus_set_slave(l->modbus, slave);
}

static enum bus_result result_of(int error)
{
	switch (error) {
	case ETIMEDOUT:
	case EMBXGPATH:
	case EMBXGTAR:
		return BUS_SILENT;
	case EMBBADCRC:
	case EMBBADDATA:
	case EMBBADEXC:
	case EMBUNKEXC:
	case EMBMDATA:
	case EMBBADSLAVE:
	case EMBXSFAIL: /* from here on: there, but not able to answer now */
	case EMBXACK:
	case EMBXSBUSY:
	case EMBXNACK:
	case EMBXMEMPAR:
		return BUS_GARBLED;
	case EMBXILFUN:
	case EMBXILADD:
	case EMBXILVAL:
		return BUS_REFUSED;
	default:
		return BUS_LOST;
	}
}

static enum bus_result end(struct bus_link *l, bool is_good)
{
	enum bus_result result = BUS_ANSWERED;

	l->error = is_good ? 0 : errno;
	if (!is_good)
		result = result_of(l->error);
	l->is_dirty = result != BUS_ANSWERED && result != BUS_REFUSED;
	l->quiet_ns = l->bus.is_tcp ? 0 : monotonic_ns() + bus_silence_us(&l->bus) * 1000;
	/* where a stream of bytes was misunderstood once, no later byte of it is trusted */
	if (result == BUS_LOST || (result == BUS_GARBLED && l->bus.is_tcp))
		bus_link_close(l);
	return result;
}

static int read_bits(
	struct bus_link *l, enum register_table table, int address, int count, uint16_t ret_cells[])
{
	uint8_t bits[BUS_BLOCK_CELLS_MAX];
	int got = table == REGISTER_COIL ? modbus_read_bits(l->modbus, address, count, bits)
					 : modbus_read_input_bits(l->modbus, address, count, bits);

	for (int n = 0; got == count && n < count; n++)
		ret_cells[n] = bits[n];
	return got;
}

static int read_words(
	struct bus_link *l, enum register_table table, int address, int count, uint16_t ret_cells[])
{
	uint16_t words[BUS_BLOCK_CELLS_MAX];
	int got = table == REGISTER_HOLDING
			  ? modbus_read_registers(l->modbus, address, count, words)
			  : modbus_read_input_registers(l->modbus, address, count, words);

	if (got == count)
		memcpy(ret_cells, words, (size_t)count * sizeof(words[0]));
	return got;
}

enum bus_result bus_link_read(struct bus_link *l, uint8_t slave, enum register_table table,
	uint16_t address, uint16_t count, uint16_t ret_cells[BUS_BLOCK_CELLS_MAX])
{
	bool is_bits = register_table_is_bits(table);
	int got;

	if (!l->is_open || count == 0 || count > BUS_BLOCK_CELLS_MAX)
		return BUS_LOST;
	begin(l, slave, ANSWER_FRAME + (is_bits ? (count + 7U) / 8 : 2U * count));
	errno = 0;
	got = is_bits ? read_bits(l, table, address, count, ret_cells)
		      : read_words(l, table, address, count, ret_cells);
	if (got >= 0 && got != count)
		errno = EMBBADDATA;
	return end(l, got == count);
}

enum bus_result bus_link_write_coil(struct bus_link *l, uint8_t slave, uint16_t address, bool is_on)
{
	if (!l->is_open)
		return BUS_LOST;
	begin(l, slave, REQUEST_BYTES);
	errno = 0;
	return end(l, modbus_write_bit(l->modbus, address, is_on) == 1);
}

const char *bus_link_why(const struct bus_link *l)
{
	return modbus_strerror(l->error);
}
