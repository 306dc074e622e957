/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gateway's configuration (docs/man/vigie-gateway.8 is its reference): YAML to plain values,
 * every range checked and every contradiction refused with its line.
 */
#pragma once

#include "caller-gateway/vigil.h"
#include "common/incident.h"
#include "common/mqtt.h"
#include "common/speech.h"

#define GATEWAY_PATH_MAX         256
#define GATEWAY_CONTROL_MAX      108 /* what a unix socket's address holds */
#define GATEWAY_CONTROL_DEFAULT  "/run/vigie-gateway/control"
#define GATEWAY_STATE_DEFAULT    "/var/lib/vigie-gateway"
#define GATEWAY_RESIDENT_MAX     97
#define GATEWAY_ADDRESS_MAX      161
#define GATEWAY_HOMES_MAX        10000
#define GATEWAY_AGAIN_DEFAULT_S  60
#define GATEWAY_FOLLOW_DEFAULT_S 900
#define GATEWAY_CONFIG_ERROR_MAX 512

struct gateway_home {
	char home[INCIDENT_HOME_MAX];
	char resident[GATEWAY_RESIDENT_MAX];
	char address[GATEWAY_ADDRESS_MAX];
};

struct gateway_config {
	enum speech_language language;
	char state_dir[GATEWAY_PATH_MAX];
	char control[GATEWAY_CONTROL_MAX];
	unsigned int brokers_count;
	char brokers[MQTT_BROKERS_MAX][GATEWAY_PATH_MAX];
	char ca[GATEWAY_PATH_MAX], certificate[GATEWAY_PATH_MAX], key[GATEWAY_PATH_MAX];
	char device[GATEWAY_PATH_MAX];
	char clips_dir[GATEWAY_PATH_MAX]; /* "" for none */
	uint32_t again_s, follow_up_s;
	uint32_t homes_lost_s;
	unsigned int homes_count;
	struct gateway_home *homes; /* sorted by home */
};

/* 0, or −EINVAL / −errno with one line naming file, line and field in ret_error; ret untouched. */
int gateway_config_load(
	const char *path, struct gateway_config *ret, char ret_error[GATEWAY_CONFIG_ERROR_MAX]);
void gateway_config_done(struct gateway_config *c);

/* NULL: not in `homes`. */
const struct gateway_home *gateway_config_home(const struct gateway_config *c, const char *home);
