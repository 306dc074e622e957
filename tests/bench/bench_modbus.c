/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A serial bus of eight slaves, each with one bit, asked without pause by the real source. A
 * pseudo-terminal has no baud rate, so the slaves keep the time: an answer comes when its
 * request (8 characters), the silence before it (3.5) and itself (6) would have been on a wire of
 * this rate, to the microsecond as far as the kernel's timer goes. What is measured is all that our
 * side adds: reading the answer, judging it, the silence before the next request, asking. It is
 * looked at second by second, and their median and best are told: other programs on the machine
 * cost a bus its time too, although all here runs at real-time priority where that is allowed. A
 * real adapter adds its own latency (FTDI: 1 to 16 ms a request), which is not in here.
 *
 * Then edges: from the moment a slave's bit changes, at any time, to on_reading() on the loop. The
 * slave looks at its input when it begins to speak, and so an edge that just missed that is heard
 * one cycle later, when that answer is over; 2 ms are for us.
 */
#include "common/clock.h"
#include "sensors/source_modbus.h"
#include "tests/fakes/modbus_slaves.h"

#include <sched.h>
#include <systemd/sd-event.h>

#define SLAVES        8
#define SECONDS       8
#define EDGES_MAX     200
#define EDGES_US      (12 * US_PER_S) /* about so long are edges made */
#define APART_US      60000
#define PRIORITY      10
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

/* Percent of one second in which the wire was busy or had to be silent. */
static double occupied_pct(struct bench *b, uint64_t *ret_cycle_us)
{
	uint64_t before = source_modbus_counts(b->source).answers, began_us = clock_boot_us();
	uint64_t answers, took_us;

	turn_until_us(b, began_us + US_PER_S);
	answers = source_modbus_counts(b->source).answers - before;
	took_us = clock_boot_us() - began_us;
	*ret_cycle_us = took_us * SLAVES / answers;
	return 100 * exchange_us(b) * (double)answers / (double)took_us;
}

static void occupation(struct bench *b, uint64_t *ret_cycle_us)
{
	uint64_t cycles_us[SECONDS];
	struct source_modbus_counts counts;
	double floor_us = exchange_us(b) * SLAVES, best_pct = 0;

	for (unsigned int n = 0; n < SECONDS; n++) {
		double pct = occupied_pct(b, &cycles_us[n]);

		best_pct = pct > best_pct ? pct : best_pct;
	}
	qsort(cycles_us, SECONDS, sizeof(cycles_us[0]), compare);
	*ret_cycle_us = cycles_us[SECONDS / 2];
	counts = source_modbus_counts(b->source);
	(void)printf("%u baud 8E1, %d slaves: bus occupied %.1f %% of what the rate allows, best "
		     "second %.1f %% (wanted 95); cycle %.2f ms; floor %.2f ms; ratio %.3f; "
		     "failures %llu\n",
		b->bus.baud, SLAVES, 100 * floor_us / (double)*ret_cycle_us, best_pct,
		(double)*ret_cycle_us / 1000, floor_us / 1000, (double)*ret_cycle_us / floor_us,
		(unsigned long long)(counts.silences + counts.garbled));
	(void)fflush(stdout);
}

static void print_edges(const struct bench *b, uint64_t took_us[], uint64_t ours_us[],
	unsigned int count, uint64_t cycle_us)
{
	double limit_us = (double)(cycle_us + bus_bytes_us(&b->bus, ANSWER_CHARS) + 2000);

	qsort(took_us, count, sizeof(took_us[0]), compare);
	qsort(ours_us, count, sizeof(ours_us[0]), compare);
	(void)printf("%u baud, %u edges, to reading on the loop: median %.2f ms, p99 %.2f ms; one "
		     "cycle, the answer and 2 ms: %.2f ms; ratio of the p99 %.2f\n",
		b->bus.baud, count, (double)took_us[count / 2] / 1000,
		(double)took_us[count * 99 / 100] / 1000, limit_us / 1000,
		(double)took_us[count * 99 / 100] / limit_us);
	(void)printf("%u baud: end of the answer to reading on the loop: median %.2f ms, p99 %.2f "
		     "ms, slowest %.2f ms; limit 2 ms\n",
		b->bus.baud, (double)ours_us[count / 2] / 1000,
		(double)ours_us[count * 99 / 100] / 1000, (double)ours_us[count - 1] / 1000);
	(void)fflush(stdout);
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

static void edges(struct bench *b, uint64_t cycle_us)
{
	static uint64_t took_us[EDGES_MAX], ours_us[EDGES_MAX];
	uint64_t each_us = APART_US + cycle_us;
	unsigned int count =
		EDGES_US / each_us < EDGES_MAX ? (unsigned int)(EDGES_US / each_us) : EDGES_MAX;

	for (unsigned int n = 0; n < count; n++) {
		unsigned int slave = 1 + n % SLAVES;
		bool is_on = b->said[slave] < 1;
		uint64_t set_us;

		/* at any point of a cycle, and slowly enough not to chatter */
		turn_until_us(b, clock_boot_us() + APART_US + (uint64_t)random() % (cycle_us + 1));
		slaves_set_bit(&b->slaves, (uint8_t)slave, 0, is_on);
		(void)pthread_mutex_lock(&b->slaves.lock);
		set_us = b->slaves.slaves[slave - 1].set_us;
		(void)pthread_mutex_unlock(&b->slaves.lock);
		while ((b->said[slave] > 0) != is_on)
			slaves_must(sd_event_run(b->event, 1000000) >= 0, "loop");
		took_us[n] = b->heard_us[slave] > set_us ? b->heard_us[slave] - set_us : 0;
		ours_us[n] = b->heard_us[slave] - answered_before_us(b, b->heard_us[slave]);
	}
	print_edges(b, took_us, ours_us, count, cycle_us);
}

int main(void)
{
	static const uint32_t bauds[] = {9600, 19200, 115200};
	const struct sched_param priority = {.sched_priority = PRIORITY};
	static struct bench b;
	uint64_t cycle_us;

	if (sched_setscheduler(0, SCHED_FIFO, &priority) < 0)
		(void)printf("without real-time priority: other programs cost it time\n");

	for (unsigned int n = 0; n < sizeof(bauds) / sizeof(bauds[0]); n++) {
		begin(&b, bauds[n]);
		occupation(&b, &cycle_us);
		edges(&b, cycle_us);
		finish(&b);
	}
	return 0;
}
