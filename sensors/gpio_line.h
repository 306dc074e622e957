/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a GPIO chip, through the kernel (libgpiod 1.6). A table of calls, so that a test can
 * be the chip. A chip on the board answers in microseconds; one behind USB or I²C takes its bus'
 * time, and the caller waits for it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define GPIO_CHIP_MAX 32   /* bytes with the NUL; the kernel's own limit of a label */
#define GPIO_LINE_MAX 1023 /* far more than any chip has */

struct gpio_place {
	char chip[GPIO_CHIP_MAX]; /* "gpiochip0", its label, or its path */
	uint32_t line;
	bool is_active_low;
};

enum gpio_way { GPIO_INPUT, GPIO_OUTPUT };

struct gpio_line; /* opaque */

struct gpio_calls {
	/* Takes the line for us alone: an input tells both edges on ret_fd (which the line keeps),
	 * an output begins inactive and has none (−1). −ENOENT no such chip, −EINVAL no such line,
	 * −EBUSY somebody else has it. */
	int (*acquire)(const struct gpio_place *place, enum gpio_way way, struct gpio_line **ret,
		int *ret_fd, void *userdata);
	/* 1 active, 0 not; −ENODEV the chip is gone. */
	int (*read)(struct gpio_line *line, void *userdata);
	/* Edges told so far are forgotten: read() says what is. 0 or −errno. */
	int (*drain)(struct gpio_line *line, void *userdata);
	/* 0 or −errno. */
	int (*write)(struct gpio_line *line, bool is_active, void *userdata);
	void (*release)(struct gpio_line *line, void *userdata);
	void *userdata;
};

extern const struct gpio_calls gpio_kernel;
