/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A serial bus of eight slaves, each with one bit, asked without pause by the real source. A
 * pseudo-terminal has no baud rate, so the slaves keep the time: an answer comes when its
 * request (8 characters), the silence before it (3.5) and itself (6) would have been on a wire of
 * this rate, to the microsecond as far as the kernel's timer goes. What is measured is all that our
 * side adds: reading the answer, judging it, the silence before the next request, asking. How late
 * the slaves' own timer was is measured and told, and counted against us in the first figure and
 * not in the second. A real adapter adds its own latency (FTDI: 1 to 16 ms a request), which is not
 * in here.
 *
 * Then edges: from the moment a slave's bit changes, at any time, to on_reading() on the loop. The
 * slave looks at its input when it begins to speak, and so an edge that just missed that is heard
 * one cycle later, when that answer is over; 2 ms are for us.
 */
#include "common/clock.h"
#include "sensors/source_modbus.h"
#include "tests/fakes/modbus_slaves.h"

#include <systemd/sd-event.h>

#define SLAVES        8
#define MEASURE_US    (4 * US_PER_S)
#define EDGES         200
#define ANSWER_CHARS  6
#define REQUEST_CHARS 8

struct bench {
	sd_event *event;
	struct source *source;
	struct fake_slaves slaves;
	struct bus bus;
	unsigned int readings;
	uint64_t heard_us[SLAVES + 1];
	double said[SLAVES + 1];
};

static void on_reading(const struct reading *reading, void *userdata)
{
	struct bench *b = userdata;
	unsigned long slave = strtoul(reading->sensor.text, NULL, 10);

	b->readings++;
	b->heard_us[slave] = clock_boot_us();
	b->said[slave] = reading->value;
}

static void turn_until_us(struct bench *b, uint64_t until_us)
{
	uint64_t now_us;

	while ((now_us = clock_boot_us()) < until_us)
		slaves_must(sd_event_run(b->event, until_us - now_us) >= 0, "loop");
}

static void begin(struct bench *b, uint32_t baud)
{
	struct register_point points[SLAVES];
	const struct source_listener listener = {.on_reading = on_reading, .userdata = b};

	memset(b, 0, sizeof(*b));
	slaves_open(&b->slaves, NULL);
	b->bus = (struct bus){.name = "bench",
		.baud = baud,
		.parity = 'E',
		.stop_bits = 1,
		.response_ms = BUS_RESPONSE_USUAL_MS};
	(void)snprintf(b->bus.device, sizeof(b->bus.device), "%s", b->slaves.device);
	(void)pthread_mutex_lock(&b->slaves.lock);
	b->slaves.silence_us = bus_silence_us(&b->bus);
	b->slaves.char_us = bus_bytes_us(&b->bus, 1);
	(void)pthread_mutex_unlock(&b->slaves.lock);
	for (unsigned int n = 0; n < SLAVES; n++) {
		slaves_add(&b->slaves, (uint8_t)(n + 1));
		points[n] = (struct register_point){.slave = (uint8_t)(n + 1),
			.table = REGISTER_DISCRETE_INPUT,
			.type = REGISTER_BIT,
			.bit = REGISTER_WHOLE_WORD,
			.kind = READING_OPENING,
			.scale = 1,
			.first_read = REGISTER_NO_FIRST_READ};
		(void)snprintf(points[n].sensor.text, SENSOR_ID_MAX, "%u", n + 1);
	}
	slaves_must(sd_event_new(&b->event) >= 0, "event");
	slaves_must(source_modbus_new(
			    &b->source, b->event, &b->bus, points, SLAVES, &listener, NULL) == 0 &&
			    source_start(b->source) == 0,
		"source");
	while (b->readings < SLAVES)
		slaves_must(sd_event_run(b->event, 1000000) >= 0, "loop");
}

static void finish(struct bench *b)
{
	source_stop(b->source);
	b->source = source_free(b->source);
	b->event = sd_event_unref(b->event);
	slaves_end(&b->slaves);
}

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* The time of one exchange and the silence behind it, at the least. */
static double exchange_us(const struct bench *b)
{
	return (double)((REQUEST_CHARS + ANSWER_CHARS) * bus_bytes_us(&b->bus, 1) +
			2 * bus_silence_us(&b->bus));
}

static uint64_t overslept_us(struct bench *b)
{
	uint64_t late_us;

	(void)pthread_mutex_lock(&b->slaves.lock);
	late_us = b->slaves.overslept_all_us;
	(void)pthread_mutex_unlock(&b->slaves.lock);
	return late_us;
}

/* Percent of the time in which the wire was busy or had to be silent. */
static void occupation(struct bench *b, double *ret_cycle_us)
{
	struct source_modbus_counts before = source_modbus_counts(b->source), after;
	uint64_t began_us = clock_boot_us(), took_us, answers, late_us = overslept_us(b);
	double floor_us = exchange_us(b) * SLAVES;

	turn_until_us(b, began_us + MEASURE_US);
	after = source_modbus_counts(b->source);
	took_us = clock_boot_us() - began_us;
	late_us = overslept_us(b) - late_us;
	answers = after.answers - before.answers;
	*ret_cycle_us = (double)took_us * SLAVES / (double)answers;
	(void)printf(
		"%u baud 8E1, %d slaves: bus occupied %.1f %% of what the rate allows, %.1f %% "
		"without the peer's own lateness (wanted 95); cycle %.2f ms; floor %.2f ms; "
		"ratio %.3f; failures %llu\n",
		b->bus.baud, SLAVES, 100 * exchange_us(b) * (double)answers / (double)took_us,
		100 * exchange_us(b) * (double)answers / (double)(took_us - late_us),
		*ret_cycle_us / 1000, floor_us / 1000, *ret_cycle_us / floor_us,
		(unsigned long long)(after.silences + after.garbled - before.silences -
				     before.garbled));
}

static void print_edges(
	const struct bench *b, uint64_t took_us[EDGES], uint64_t ours_us[EDGES], double cycle_us)
{
	double answer_us = (double)bus_bytes_us(&b->bus, ANSWER_CHARS);

	qsort(took_us, EDGES, sizeof(took_us[0]), compare);
	qsort(ours_us, EDGES, sizeof(ours_us[0]), compare);
	(void)printf(
		"%u baud: edge to reading on the loop: median %.2f ms, p99 %.2f ms; one cycle, "
		"the answer and 2 ms: %.2f ms; ratio of the p99 %.2f\n",
		b->bus.baud, (double)took_us[EDGES / 2] / 1000,
		(double)took_us[EDGES * 99 / 100] / 1000, (cycle_us + answer_us) / 1000 + 2,
		(double)took_us[EDGES * 99 / 100] / (cycle_us + answer_us + 2000));
	(void)printf("%u baud: end of the answer to reading on the loop: median %.2f ms, p99 %.2f "
		     "ms, slowest %.2f ms; limit 2 ms\n",
		b->bus.baud, (double)ours_us[EDGES / 2] / 1000,
		(double)ours_us[EDGES * 99 / 100] / 1000, (double)ours_us[EDGES - 1] / 1000);
}

/* Which answer was over before it was heard; the thread is asking the next slave already. */
static uint64_t answered_before_us(struct bench *b, uint64_t heard_us)
{
	uint64_t answered_us;

	(void)pthread_mutex_lock(&b->slaves.lock);
	answered_us = b->slaves.answered_us;
	(void)pthread_mutex_unlock(&b->slaves.lock);
	return answered_us < heard_us ? answered_us : heard_us;
}

static void edges(struct bench *b, double cycle_us)
{
	static uint64_t took_us[EDGES], ours_us[EDGES];

	for (unsigned int n = 0; n < EDGES; n++) {
		unsigned int slave = 1 + n % SLAVES;
		bool is_on = b->said[slave] < 1;
		uint64_t set_us;

		/* at any point of a cycle, and slowly enough not to chatter */
		turn_until_us(
			b, clock_boot_us() + 60000 + (uint64_t)random() % (uint64_t)(cycle_us + 1));
		slaves_set_bit(&b->slaves, (uint8_t)slave, 0, is_on);
		(void)pthread_mutex_lock(&b->slaves.lock);
		set_us = b->slaves.slaves[slave - 1].set_us;
		(void)pthread_mutex_unlock(&b->slaves.lock);
		while ((b->said[slave] > 0) != is_on)
			slaves_must(sd_event_run(b->event, 1000000) >= 0, "loop");
		took_us[n] = b->heard_us[slave] > set_us ? b->heard_us[slave] - set_us : 0;
		ours_us[n] = b->heard_us[slave] - answered_before_us(b, b->heard_us[slave]);
	}
	print_edges(b, took_us, ours_us, cycle_us);
}

int main(void)
{
	static const uint32_t bauds[] = {9600, 19200, 115200};
	static struct bench b;
	double cycle_us;

	for (unsigned int n = 0; n < sizeof(bauds) / sizeof(bauds[0]); n++) {
		begin(&b, bauds[n]);
		occupation(&b, &cycle_us);
		edges(&b, cycle_us);
		finish(&b);
	}
	return 0;
}
