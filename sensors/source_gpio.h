/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source of all GPIO inputs: a relay that tells the mains, a cord, a contact, a button. Edges are
 * events on the loop; what they mean is debounced by registers.h, on the boot clock. Loop thread
 * only; it waits for no more than a chip's own answer (gpio_line.h).
 *
 * An edge costs one look when it comes and one when it has settled. Beyond that each line is looked
 * at each 10 s, as its sign of life and because a chip that is pulled out wakes nobody (Linux 6.1),
 * and each 5 s while an alarm goes on. A line that flutters is heard once a second until it is
 * calm.
 *
 * Notices: a line that cannot be had, or no more (FAILED, with the reason), and again (BACK), a
 * line that flutters (CHATTERS). Health: HEARING while any line is had, DEAF while none is.
 */
#pragma once

#include "sensors/gpio_line.h"
#include "sensors/source.h"

#include <systemd/sd-event.h>

#define SOURCE_GPIO_POINTS_MAX  32
#define SOURCE_GPIO_DEBOUNCE_MS 200 /* unless the configuration says otherwise */
#define SOURCE_GPIO_AGAIN_US    UINT64_C(10000000)
#define SOURCE_GPIO_ALARM_US    UINT64_C(5000000)
#define SOURCE_GPIO_TRY_US      UINT64_C(10000000) /* a line that could not be had */
#define SOURCE_GPIO_MUTE_US     UINT64_C(1000000)

struct gpio_point {
	struct sensor_id sensor;
	struct gpio_place place;
	enum reading_kind kind; /* register_kind_is_state() */
	uint32_t debounce_ms;
};

/* `points` are copied; `calls` is borrowed, NULL: the kernel's. −ENOSPC too many, −ENOMEM. That a
 * chip is not there is no error: it is tried again. */
int source_gpio_new(struct source **ret, sd_event *event, const struct gpio_point points[],
	unsigned int count, const struct gpio_calls *calls, const struct source_listener *listener);
