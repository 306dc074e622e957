/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording teaches the home it is played to: rhythm, cadences, counters of sealed sensors,
 * incidents, history. So that none of it reaches the real home's, a hub that plays one keeps all
 * its state in state_dir/replay. Who is enrolled it reads from the home itself, through links that
 * whatever it writes takes the place of.
 */
#pragma once

#include "hub/config.h"

#define REPLAY_STATE "replay"

/* Makes state_dir the replay's own: 0, or −errno with the message, state_dir untouched. */
int replay_state_take(char state_dir[HUB_PATH_MAX], char ret_error[HUB_CONFIG_ERROR_MAX]);
