/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's configuration (docs/man/vigie-hub.8 is its reference): YAML to plain values, every
 * range checked and every contradiction refused with its line.
 */
#pragma once

#include "common/mqtt.h"
#include "hub/config_dialogue.h"
#include "hub/config_gpio.h"
#include "hub/config_modbus.h"
#include "hub/config_outputs.h"
#include "hub/config_residents.h"
#include "hub/escalate.h"
#include "hub/history.h"
#include "hub/rhythm.h"
#include "hub/roster.h"
#include "sensors/adapter.h"

#define HUB_PATH_MAX          256
#define HUB_CONTROL_MAX       108 /* what a unix socket's address holds */
#define HUB_CONTROL_DEFAULT   "/run/vigie-hub/control"
#define HUB_STATE_DEFAULT     "/var/lib/vigie-hub"
#define HUB_ASK_DEFAULT_S     30
#define HUB_HEARTBEAT_MIN_S   1
#define HUB_HEARTBEAT_MAX_S   120
#define HUB_HEARTBEAT_USUAL_S 60
#define HUB_CONFIG_ERROR_MAX  512
#define HUB_ROSTER_WORD_MAX   33

/* How the roster's file was found by a hub that starts all the same. */
struct hub_roster_found {
	bool is_unread;       /* nothing of it could be read */
	bool is_short;        /* sensors are missing that hub.yaml may still name */
	unsigned int refused; /* entries left out */
	/* of the first of them: */
	unsigned int line;              /* in the file; 0: not known */
	char word[HUB_ROSTER_WORD_MAX]; /* what stands in that line, plain */
	char error[HUB_CONFIG_ERROR_MAX];
};

struct hub_config {
	char home[INCIDENT_HOME_MAX];
	char state_dir[HUB_PATH_MAX];
	char control[HUB_CONTROL_MAX];
	char keys[HUB_PATH_MAX]; /* "" for none */
	unsigned int brokers_count;
	char brokers[MQTT_BROKERS_MAX][HUB_PATH_MAX];
	char ca[HUB_PATH_MAX], certificate[HUB_PATH_MAX], key[HUB_PATH_MAX]; /* all "" for plain */
	uint32_t ask_s;
	struct hub_dialogue dialogue;
	char power_supply[HUB_PATH_MAX]; /* the folder of the kernel's class */
	uint32_t heartbeat_s;
	uint32_t history_days;
	bool has_bluetooth, is_scan_active;
	char adapter[ADAPTER_NAME_MAX]; /* "" for the first there is */
	struct rhythm_config rhythm;
	struct roster roster;
	struct hub_roster_found found;
	struct hub_residents residents;
	struct hub_modbus modbus;
	struct hub_gpio gpio;
	struct hub_outputs outputs;
};

struct hub_config_how {
	const char *roster_path; /* NULL: state_dir/roster.yaml */
	bool is_forgiving;       /* what is wrong with the roster's file is told in `found` alone */
	bool may_lack_sensors;   /* hub.yaml may name sensors that are not installed */
};

/* The sensors enrolled with vigie-ctl come with it: state_dir/roster.yaml (hub/roster_file.h).
 * 0, or −EINVAL / −errno with one line naming file, line and field in ret_error; ret untouched. */
int hub_config_load(const char *path, struct hub_config *ret, char ret_error[HUB_CONFIG_ERROR_MAX]);
int hub_config_load_how(const char *path, const struct hub_config_how *how, struct hub_config *ret,
	char ret_error[HUB_CONFIG_ERROR_MAX]);
