/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread of tests/fakes/modbus_slaves.h: takes requests from the wire, has libmodbus make each
 * answer, and puts it onto the wire as the slave's mood has it.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SLAVES_MAX   16
#define SLAVE_CELLS  300 /* of each table */
#define RTU_REQUEST  8
#define TCP_REQUEST  12
#define SPLIT_GAP_US 20000
#define DRIP_GAP_US  10000
#define AWAKE_NS     200000 /* a wire is not late: what keeps the time waits awake for so long */
#define PARTIAL_MS   50     /* a request that stops in the middle is forgotten */

enum slave_mood {
	MOOD_GOOD,
	MOOD_SILENT,
	MOOD_LATE,    /* after late_us */
	MOOD_SPLIT,   /* in three pieces */
	MOOD_CUT,     /* its first three bytes */
	MOOD_GARBAGE, /* bytes of chance */
	MOOD_FLIPPED, /* one bit of it wrong */
	MOOD_OTHER,   /* in another slave's name */
	MOOD_BUSY,    /* the exception */
	MOOD_DRIP,    /* a byte now and then */
	MOOD_HANGS_UP,
	MOODS
};

static const char *const slave_moods[MOODS] = {"good", "silent", "late", "split", "cut", "garbage",
	"flipped", "other", "busy", "drip", "hangs-up"};

struct fake_slave {
	uint8_t id; /* 0: none */
	enum slave_mood mood;
	modbus_mapping_t *map;
	uint64_t requests;
	uint64_t set_us; /* CLOCK_BOOTTIME of the last change by slaves_set_bit() */
};

struct fake_slaves {
	bool is_tcp;
	int line_fd, listen_fd, stop_fd, pair[2];
	uint16_t port;
	char device[64]; /* the pty's other side */
	modbus_t *modbus;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* guards all below */
	uint64_t late_ns;     /* the thread's own: when to say `late` */
	uint8_t late[MODBUS_MAX_ADU_LENGTH];
	size_t late_count;
	uint64_t late_us, char_us, silence_us; /* char_us 0: the wire takes no time */
	uint64_t answered_us;                  /* when the last answer was over; paced only */
	struct fake_slave slaves[SLAVES_MAX];
};

static inline uint64_t slaves_now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static inline void slaves_sleep_until(uint64_t ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};

	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL) == EINTR)
		continue;
}

static inline void slaves_must(bool is_so, const char *what)
{
	if (is_so)
		return;
	perror(what);
	abort();
}

static inline struct fake_slave *slaves_find(struct fake_slaves *f, uint8_t id)
{
	for (unsigned int n = 0; n < SLAVES_MAX; n++)
		if (f->slaves[n].id == id)
			return &f->slaves[n];
	return NULL;
}

/* One that must be there. */
static inline struct fake_slave *slaves_at(struct fake_slaves *f, uint8_t id)
{
	struct fake_slave *s = slaves_find(f, id);

	if (!s) {
		(void)fprintf(stderr, "no slave %u\n", id);
		abort();
	}
	return s;
}

static inline void slaves_write(struct fake_slaves *f, const uint8_t bytes[], size_t count)
{
	/* whoever asked may be gone */
	if (f->is_tcp)
		(void)send(f->line_fd, bytes, count, MSG_NOSIGNAL);
	else
		(void)!write(f->line_fd, bytes, count);
}

/* Sleeps, but not over the end. False at the end. */
static inline bool slaves_pause(struct fake_slaves *f, uint64_t us)
{
	struct pollfd stop = {.fd = f->stop_fd, .events = POLLIN};

	return poll(&stop, 1, (int)(us / 1000)) == 0;
}

static inline void slaves_hang_up(struct fake_slaves *f)
{
	if (f->is_tcp && f->line_fd >= 0) {
		(void)close(f->line_fd);
		f->line_fd = -1;
	}
}

static inline void slaves_drip(struct fake_slaves *f)
{
	uint8_t byte = 1;

	for (int n = 0; n < 30 && slaves_pause(f, DRIP_GAP_US); n++)
		slaves_write(f, &byte, 1);
	/* what was asked meanwhile collided with it */
	if (!f->is_tcp)
		(void)tcflush(f->line_fd, TCIFLUSH);
}

/* The answer goes onto the wire, as the mood has it. */
static inline void slaves_say(struct fake_slaves *f, enum slave_mood mood, uint8_t answer[],
	size_t count, uint64_t late_us)
{
	if (mood == MOOD_LATE) {
		/* the others are asked and answer meanwhile */
		memcpy(f->late, answer, count);
		f->late_count = count;
		f->late_ns = slaves_now_ns() + late_us * 1000;
		return;
	}
	if (mood == MOOD_CUT)
		count = 3;
	if (mood == MOOD_FLIPPED)
		answer[f->is_tcp ? 1 : count - 1] ^= 4;
	for (size_t n = 0; mood == MOOD_GARBAGE && n < count; n++)
		answer[n] = (uint8_t)random();
	if (mood == MOOD_DRIP) {
		slaves_drip(f);
		return;
	}
	if (mood == MOOD_SPLIT) {
		slaves_write(f, answer, 2);
		(void)slaves_pause(f, SPLIT_GAP_US);
		slaves_write(f, answer + 2, 2);
		(void)slaves_pause(f, SPLIT_GAP_US);
		answer += 4;
		count -= 4;
	}
	slaves_write(f, answer, count);
}

static inline bool slaves_crc_is_good(const uint8_t frame[], size_t count)
{
	uint16_t crc = 0xFFFF;

	for (size_t n = 0; n < count - 2; n++) {
		crc ^= frame[n];
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
	}
	return frame[count - 2] == (crc & 0xFF) && frame[count - 1] == crc >> 8;
}

/* libmodbus' own answer to the request, as bytes. */
static inline ssize_t slaves_make(struct fake_slaves *f, struct fake_slave *s, uint8_t request[],
	size_t count, uint8_t answer[MODBUS_MAX_ADU_LENGTH])
{
	size_t at = f->is_tcp ? 6 : 0;
	uint16_t address = (uint16_t)(request[at + 2] << 8 | request[at + 3]);

	if (s->mood == MOOD_OTHER)
		request[at]++;
	(void)modbus_set_slave(f->modbus, request[at]);
	if (s->mood == MOOD_BUSY)
		(void)modbus_reply_exception(
			f->modbus, request, MODBUS_EXCEPTION_SLAVE_OR_SERVER_BUSY);
	else
		(void)modbus_reply(f->modbus, request, (int)count, s->map);
	/* like ICP DAS' bit for the first read since power-on */
	if (request[at + 1] == MODBUS_FC_READ_DISCRETE_INPUTS && address == 272)
		s->map->tab_input_bits[272] = 0;
	return recv(f->pair[1], answer, MODBUS_MAX_ADU_LENGTH, MSG_DONTWAIT);
}

/* Until so many characters, and the silence between request and answer, have been on the wire since
 * then. */
static inline void slaves_keep_time(struct fake_slaves *f, uint64_t since_ns, size_t chars)
{
	uint64_t until_ns, char_us, silence_us;

	(void)pthread_mutex_lock(&f->lock);
	char_us = f->char_us;
	silence_us = f->silence_us;
	(void)pthread_mutex_unlock(&f->lock);
	if (char_us == 0)
		return;
	until_ns = since_ns + (chars * char_us + silence_us) * 1000;
	slaves_sleep_until(until_ns - AWAKE_NS);
	while (slaves_now_ns() < until_ns)
		continue;
	(void)pthread_mutex_lock(&f->lock);
	f->answered_us = slaves_now_ns() / 1000;
	(void)pthread_mutex_unlock(&f->lock);
}

static inline void slaves_answer(struct fake_slaves *f, uint8_t request[], size_t count)
{
	uint64_t came_ns = slaves_now_ns(), late_us;
	uint8_t answer[MODBUS_MAX_ADU_LENGTH];
	enum slave_mood mood = MOOD_SILENT;
	struct fake_slave *s;
	ssize_t bytes = -1;

	if (!f->is_tcp && !slaves_crc_is_good(request, count))
		return;
	slaves_keep_time(f, came_ns, count);
	(void)pthread_mutex_lock(&f->lock);
	s = slaves_find(f, request[f->is_tcp ? 6 : 0]);
	if (s) {
		mood = s->mood;
		s->requests++;
		bytes = slaves_make(f, s, request, count, answer);
	}
	late_us = f->late_us;
	(void)pthread_mutex_unlock(&f->lock);
	if (mood == MOOD_HANGS_UP)
		slaves_hang_up(f);
	if (bytes <= 0 || mood == MOOD_SILENT || mood == MOOD_HANGS_UP)
		return;
	slaves_keep_time(f, came_ns, count + (size_t)bytes);
	slaves_say(f, mood, answer, (size_t)bytes, late_us);
}

static inline void slaves_accept(struct fake_slaves *f)
{
	int fd = accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	slaves_hang_up(f);
	f->line_fd = fd;
}

/* How long the thread may wait for a request; says what is late and due. */
static inline int slaves_patience_ms(struct fake_slaves *f, size_t have)
{
	uint64_t now_ns = slaves_now_ns();

	if (f->late_count > 0 && now_ns >= f->late_ns) {
		slaves_write(f, f->late, f->late_count);
		f->late_count = 0;
	}
	if (f->late_count > 0)
		return (int)((f->late_ns - now_ns) / 1000000) + 1;
	return have > 0 ? PARTIAL_MS : -1;
}

/* Of slaves that keep a wire's time: the next request is met awake, for a wire is not late. */
static inline void slaves_await(struct fake_slaves *f)
{
	struct pollfd line = {.fd = f->line_fd, .events = POLLIN};
	uint64_t due_ns, char_us;

	(void)pthread_mutex_lock(&f->lock);
	due_ns = (f->answered_us + f->silence_us) * 1000;
	char_us = f->char_us;
	(void)pthread_mutex_unlock(&f->lock);
	if (char_us == 0)
		return;
	slaves_sleep_until(due_ns - AWAKE_NS);
	while (slaves_now_ns() < due_ns + 2 * AWAKE_NS && poll(&line, 1, 0) == 0)
		continue;
}

static inline void *slaves_run(void *argument)
{
	struct fake_slaves *f = argument;
	size_t whole = f->is_tcp ? TCP_REQUEST : RTU_REQUEST, have = 0;
	uint8_t request[TCP_REQUEST];

	(void)prctl(PR_SET_TIMERSLACK, 1000UL);
	for (;;) {
		struct pollfd p[3] = {{.fd = f->stop_fd, .events = POLLIN},
			{.fd = f->line_fd, .events = POLLIN},
			{.fd = f->listen_fd, .events = POLLIN}};
		int ready = poll(p, 3, slaves_patience_ms(f, have));
		ssize_t got;

		if (p[0].revents)
			return NULL;
		if (ready == 0)
			have = 0;
		if (p[2].revents) {
			slaves_accept(f);
			have = 0;
			continue;
		}
		if (!p[1].revents)
			continue;
		got = read(f->line_fd, request + have, whole - have);
		if (got <= 0) {
			/* a pty that nobody has opened yet is hung up: look again soon */
			slaves_hang_up(f);
			have = 0;
			if (!f->is_tcp && !slaves_pause(f, 5000))
				return NULL;
			continue;
		}
		have += (size_t)got;
		if (have < whole)
			continue;
		slaves_answer(f, request, whole);
		slaves_await(f);
		have = 0;
	}
}
