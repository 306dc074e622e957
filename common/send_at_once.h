/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For a library that leaves Nagle's algorithm on and does not show its socket (Paho 1.3.12): with
 * it, what follows an unanswered packet waits up to 40 ms (measured, 2026-11: call for help →
 * centre 43 ms, without it 1 ms).
 */
#pragma once

#include <stdint.h>

/* TCP_NODELAY for every connection of this process that leads to the port. Any thread. */
void send_at_once(uint16_t port);
