/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A GPIO chip for unit tests: levels that the test sets, an eventfd a line for its edges, and what
 * was done to it. One line of it is had at most once.
 */
#pragma once

#include "sensors/gpio_line.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define CHIP_NAME  "gpiochip0"
#define CHIP_LINES 64

struct gpio_line {
	bool is_had, is_active, is_low_active;
	enum gpio_way way;
	int fd;
	unsigned int writes;
};

struct chip {
	bool is_there;
	unsigned int opens, closes;
	struct gpio_line lines[CHIP_LINES];
};

static inline int chip_acquire(const struct gpio_place *place, enum gpio_way way,
	struct gpio_line **ret, int *ret_fd, void *userdata)
{
	struct chip *c = userdata;
	struct gpio_line *line;

	if (!c->is_there || strcmp(place->chip, CHIP_NAME) != 0)
		return -ENOENT;
	if (place->line >= CHIP_LINES)
		return -EINVAL;
	line = &c->lines[place->line];
	if (line->is_had)
		return -EBUSY;
	line->is_had = true;
	line->way = way;
	line->is_low_active = place->is_active_low;
	if (way == GPIO_OUTPUT)
		line->is_active = false;
	line->fd = way == GPIO_INPUT ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
	c->opens++;
	*ret = line;
	*ret_fd = line->fd;
	return 0;
}

static inline int chip_read(struct gpio_line *line, void *userdata)
{
	const struct chip *c = userdata;

	return c->is_there ? line->is_active : -ENODEV;
}

static inline int chip_drain(struct gpio_line *line, void *userdata)
{
	uint64_t edges;

	(void)userdata;
	assert_int_equal(read(line->fd, &edges, sizeof(edges)), sizeof(edges));
	return 0;
}

static inline int chip_write(struct gpio_line *line, bool is_active, void *userdata)
{
	const struct chip *c = userdata;

	assert_int_equal(line->way, GPIO_OUTPUT);
	if (!c->is_there)
		return -ENODEV;
	line->is_active = is_active;
	line->writes++;
	return 0;
}

static inline void chip_release(struct gpio_line *line, void *userdata)
{
	struct chip *c = userdata;

	assert_true(line->is_had);
	line->is_had = false;
	if (line->fd >= 0)
		(void)close(line->fd);
	c->closes++;
}

static inline struct gpio_calls chip_calls(struct chip *c)
{
	return (struct gpio_calls){.acquire = chip_acquire,
		.read = chip_read,
		.drain = chip_drain,
		.write = chip_write,
		.release = chip_release,
		.userdata = c};
}

/* The world outside sets an input, or pulls the chip out, which the kernel tells by the line too.
 */
static inline void chip_drive(struct chip *c, unsigned int n, bool is_active)
{
	const uint64_t edge = 1;

	c->lines[n].is_active = is_active;
	assert_int_equal(write(c->lines[n].fd, &edge, sizeof(edge)), sizeof(edge));
}
