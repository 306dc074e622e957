/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only file with libgpiod. Each line opens its chip for itself: chips are pulled out one at a
 * time, and a line is closed with what it hangs on.
 */
#include "sensors/gpio_line.h"

#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stddef.h>

#define CONSUMER   "vigie-hub"
#define EVENTS_MAX 16 /* what the kernel keeps of a line */

/* libgpiod's own line stands for ours; its chip goes with it. */
static struct gpiod_line *own(struct gpio_line *line)
{
	return (struct gpiod_line *)line;
}

static int minus_errno(void)
{
	return errno > 0 ? -errno : -EIO;
}

static int request(
	struct gpiod_line *line, const struct gpio_place *place, enum gpio_way way, int *ret_fd)
{
	int flags = place->is_active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
	int fd = -1;

	if (way == GPIO_OUTPUT && gpiod_line_request_output_flags(line, CONSUMER, flags, 0) < 0)
		return minus_errno();
	if (way == GPIO_INPUT) {
		if (gpiod_line_request_both_edges_events_flags(line, CONSUMER, flags) < 0)
			return minus_errno();
		fd = gpiod_line_event_get_fd(line);
		if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
			return minus_errno();
	}
	*ret_fd = fd;
	return 0;
}

static int line_acquire(const struct gpio_place *place, enum gpio_way way, struct gpio_line **ret,
	int *ret_fd, void *userdata)
{
	struct gpiod_chip *chip;
	struct gpiod_line *line;
	int r;

	(void)userdata;
	errno = 0;
	chip = gpiod_chip_open_lookup(place->chip);
	if (!chip)
		return errno > 0 ? -errno : -ENOENT;
	line = gpiod_chip_get_line(chip, place->line);
	r = line ? request(line, place, way, ret_fd) : minus_errno();
	if (r < 0) {
		gpiod_chip_close(chip); /* releases the line too */
		return r;
	}
	*ret = (struct gpio_line *)line;
	return 0;
}

static int line_read(struct gpio_line *line, void *userdata)
{
	int value = gpiod_line_get_value(own(line));

	(void)userdata;
	return value < 0 ? minus_errno() : value;
}

static int line_drain(struct gpio_line *line, void *userdata)
{
	struct gpiod_line_event events[EVENTS_MAX];

	(void)userdata;
	if (gpiod_line_event_read_multiple(own(line), events, EVENTS_MAX) < 0 && errno != EAGAIN)
		return minus_errno();
	return 0;
}

static int line_write(struct gpio_line *line, bool is_active, void *userdata)
{
	(void)userdata;
	return gpiod_line_set_value(own(line), is_active) < 0 ? minus_errno() : 0;
}

static void line_release(struct gpio_line *line, void *userdata)
{
	(void)userdata;
	gpiod_line_close_chip(own(line));
}

const struct gpio_calls gpio_kernel = {.acquire = line_acquire,
	.read = line_read,
	.drain = line_drain,
	.write = line_write,
	.release = line_release};
