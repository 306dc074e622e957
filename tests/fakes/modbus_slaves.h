/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slaves on a Modbus bus, in a thread of their own: libmodbus' server makes every answer, and a
 * slave's mood decides what becomes of it on the wire. RTU over a pseudo-terminal or another serial
 * device, or TCP on a free port of loopback. Shared by unit tests, bench and the system tests'
 * peer.
 */
#pragma once

#include "tests/fakes/modbus_answers.h"

static inline void slaves_add(struct fake_slaves *f, uint8_t id)
{
	struct fake_slave *s;

	(void)pthread_mutex_lock(&f->lock);
	s = slaves_at(f, 0);
	s->map = modbus_mapping_new(SLAVE_CELLS, SLAVE_CELLS, SLAVE_CELLS, SLAVE_CELLS);
	slaves_must(s->map != NULL, "mapping");
	s->id = id;
	(void)pthread_mutex_unlock(&f->lock);
}

static inline void slaves_set_mood(struct fake_slaves *f, uint8_t id, enum slave_mood mood)
{
	(void)pthread_mutex_lock(&f->lock);
	slaves_at(f, id)->mood = mood;
	(void)pthread_mutex_unlock(&f->lock);
}

static inline void slaves_set_late(struct fake_slaves *f, uint64_t late_us)
{
	(void)pthread_mutex_lock(&f->lock);
	f->late_us = late_us;
	(void)pthread_mutex_unlock(&f->lock);
}

/* A discrete input. */
static inline void slaves_set_bit(struct fake_slaves *f, uint8_t id, uint16_t address, bool is_on)
{
	struct fake_slave *s;

	(void)pthread_mutex_lock(&f->lock);
	s = slaves_at(f, id);
	s->map->tab_input_bits[address] = is_on;
	s->set_us = slaves_now_ns() / 1000;
	(void)pthread_mutex_unlock(&f->lock);
}

/* An input register. */
static inline void slaves_set_word(
	struct fake_slaves *f, uint8_t id, uint16_t address, uint16_t word)
{
	(void)pthread_mutex_lock(&f->lock);
	slaves_at(f, id)->map->tab_input_registers[address] = word;
	(void)pthread_mutex_unlock(&f->lock);
}

static inline bool slaves_coil(struct fake_slaves *f, uint8_t id, uint16_t address)
{
	bool is_on;

	(void)pthread_mutex_lock(&f->lock);
	is_on = slaves_at(f, id)->map->tab_bits[address];
	(void)pthread_mutex_unlock(&f->lock);
	return is_on;
}

static inline uint64_t slaves_requests(struct fake_slaves *f, uint8_t id)
{
	uint64_t requests;

	(void)pthread_mutex_lock(&f->lock);
	requests = slaves_at(f, id)->requests;
	(void)pthread_mutex_unlock(&f->lock);
	return requests;
}

static inline void slaves_begin(struct fake_slaves *f, bool is_tcp)
{
	memset(f, 0, sizeof(*f));
	f->is_tcp = is_tcp;
	f->line_fd = f->listen_fd = -1;
	f->stop_fd = eventfd(0, EFD_CLOEXEC);
	(void)pthread_mutex_init(&f->lock, NULL);
	f->modbus = is_tcp ? modbus_new_tcp("127.0.0.1", 0)
			   : modbus_new_rtu("/dev/null", 19200, 'N', 8, 1);
	slaves_must(f->modbus && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f->pair) == 0,
		"slaves");
	(void)modbus_set_socket(f->modbus, f->pair[0]);
}

static inline void slaves_start(struct fake_slaves *f)
{
	slaves_must(pthread_create(&f->thread, NULL, slaves_run, f) == 0, "thread");
	f->has_thread = true;
}

/* TCP on `port` of loopback, 0 for a free one; f->port says which. */
static inline void slaves_listen(struct fake_slaves *f, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof(address);
	int yes = 1;

	slaves_begin(f, true);
	f->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(f->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	slaves_must(bind(f->listen_fd, (struct sockaddr *)&address, bytes) == 0 &&
			    listen(f->listen_fd, 4) == 0 &&
			    getsockname(f->listen_fd, (struct sockaddr *)&address, &bytes) == 0,
		"listen");
	f->port = ntohs(address.sin_port);
	slaves_start(f);
}

/* RTU on a new pseudo-terminal (device NULL; f->device is its other side), or on a serial device.
 */
static inline void slaves_open(struct fake_slaves *f, const char *device)
{
	struct termios raw;
	int fd;

	slaves_begin(f, false);
	f->line_fd = device ? open(device, O_RDWR | O_NOCTTY | O_CLOEXEC)
			    : posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	slaves_must(f->line_fd >= 0, device ? device : "pty");
	if (!device) {
		slaves_must(grantpt(f->line_fd) == 0 && unlockpt(f->line_fd) == 0 &&
				    ptsname_r(f->line_fd, f->device, sizeof(f->device)) == 0,
			"pty");
	}
	/* no echo: the line is raw from both sides */
	fd = device ? f->line_fd : open(f->device, O_RDWR | O_NOCTTY | O_CLOEXEC);
	slaves_must(fd >= 0 && tcgetattr(fd, &raw) == 0, "terminal");
	cfmakeraw(&raw);
	slaves_must(tcsetattr(fd, TCSANOW, &raw) == 0, "terminal");
	if (!device)
		(void)close(fd);
	slaves_start(f);
}

static inline void slaves_end(struct fake_slaves *f)
{
	const uint64_t one = 1;

	if (!f->has_thread)
		return;
	(void)!write(f->stop_fd, &one, sizeof(one));
	(void)pthread_join(f->thread, NULL);
	for (unsigned int n = 0; n < SLAVES_MAX; n++)
		if (f->slaves[n].id)
			modbus_mapping_free(f->slaves[n].map);
	if (f->line_fd >= 0)
		(void)close(f->line_fd);
	if (f->listen_fd >= 0)
		(void)close(f->listen_fd);
	(void)close(f->stop_fd);
	(void)close(f->pair[0]);
	(void)close(f->pair[1]);
	modbus_free(f->modbus);
	(void)pthread_mutex_destroy(&f->lock);
	f->has_thread = false;
}
