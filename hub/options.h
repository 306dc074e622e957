/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of vigie-hub.
 */
#pragma once

#include "hub/hub.h"

struct replay_option {
	const char *path, *sensor; /* borrowed from argv; sensor NULL: not said */
};

struct hub_options {
	const char *config; /* NULL: not said */
	bool is_check, is_stats, is_help, is_version, is_exit_at_end, is_verbose;
	double speed; /* 0: as fast as possible */
	unsigned int replays_count;
	struct replay_option replays[HUB_REPLAYS_MAX];
};

/* 0, or −EINVAL with one line in ret_error. A --sensor before the first --replay is for all that
 * have none of their own; one after a --replay is for that one. */
int hub_options_read(
	struct hub_options *ret, int argc, char *argv[], char ret_error[HUB_CONFIG_ERROR_MAX]);
extern const char hub_usage[];
