/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sensors that come and go while the hub runs. What is enrolled is written first
 * (hub/roster_file.h, keys beside it), then heard: a hub killed in between knows it at its next
 * start or never has. What keeps something of each sensor is told here (add, remove); a part that
 * begins to do so has a line in both.
 */
#pragma once

#include "hub/hub.h"
#include "hub/roster_file.h"

#define ENROLMENT_KEYS "roster.keys" /* in state_dir, 0600 */

/* At the start, after the configuration and its keys: the keys of enrolled sensors, and a row that
 * nobody takes for each installed radio sensor. 0, or −EINVAL / −errno with the message;
 * is_forgiving: what cannot be read is kept aside (hub/roster_aside.h). */
int enrolment_begin(struct hub *h, bool is_forgiving, char ret_error[DEVICE_KEYS_ERROR_MAX]);

/*
 * Enrols the sensor of these fields (as in the configuration: id, role, room …), under a key of 32
 * hexadecimal digits or NULL. 0 with the sensor; −EINVAL with what is wrong in ret_error, as the
 * next start would say it; −errno of writing.
 */
int enrolment_add(struct hub *h, const struct roster_field fields[], unsigned int count,
	const char *key, struct moment at, const struct roster_sensor **ret,
	char ret_error[HUB_CONFIG_ERROR_MAX]);
/* Its row, key and counter are forgotten. 0; −ENOENT; −EPERM it is written in the configuration;
 * −EINVAL with ret_error where the rest would contradict itself; −errno of writing. */
int enrolment_remove(struct hub *h, const struct sensor_id *id, struct moment at,
	char ret_error[HUB_CONFIG_ERROR_MAX]);
