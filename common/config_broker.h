/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a configuration that both daemons have: `brokers` and `tls`. At most two brokers,
 * each with its port; mqtts:// with ca, certificate and key, or mqtt:// without them and on
 * loopback only. And how a path and a number are taken, wherever they stand.
 */
#pragma once

#include "common/config_file.h"
#include "common/mqtt.h"

#define CONFIG_PATH_MAX 256

struct config_tls_yaml {
	char *ca, *certificate, *key;
};

/* Where it goes: borrowed, CONFIG_PATH_MAX bytes each; "" before and where there is no TLS. */
struct config_brokers {
	unsigned int *count;
	char (*urls)[CONFIG_PATH_MAX]; /* MQTT_BROKERS_MAX of them */
	char *ca, *certificate, *key;
};

/* What a program's schema lists as its `brokers` and its `tls` (struct config_tls_yaml). */
extern const cyaml_schema_value_t config_broker_value;
extern const cyaml_schema_field_t config_tls_fields[];

/* What was loaded of `file`, checked and copied: 0, or −EINVAL with the message, and what was good
 * before the fault is copied. tls: or NULL. */
int config_brokers_take(const char *file, char *const *urls, unsigned int count,
	const struct config_tls_yaml *tls, const struct config_brokers *to,
	char ret_error[CONFIG_FILE_ERROR_MAX]);

/* An absolute path; NULL keeps what `to` already holds. 0, or −EINVAL with the message. */
int config_path_take(const char *file, const char *field, const char *text, char *to,
	size_t to_bytes, char ret_error[CONFIG_FILE_ERROR_MAX]);
/* A whole number of min..max; NULL keeps what `to` already holds. 0, or −EINVAL with the message.
 */
int config_number_take(const char *file, const char *field, const uint32_t *value, uint32_t min,
	uint32_t max, uint32_t *to, char ret_error[CONFIG_FILE_ERROR_MAX]);
