/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges and contradictions of brokers and TLS files; whether they can be read is found out when
 * they are used.
 */
#include "common/config_broker.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TLS_FILE(field) \
	CYAML_FIELD_STRING_PTR(#field, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, \
		struct config_tls_yaml, field, 0, CYAML_UNLIMITED)

const cyaml_schema_value_t config_broker_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)};

const cyaml_schema_field_t config_tls_fields[] = {
	TLS_FILE(ca), TLS_FILE(certificate), TLS_FILE(key), CYAML_FIELD_END};

int config_path_take(const char *file, const char *field, const char *text, char *to,
	size_t to_bytes, char ret_error[CONFIG_FILE_ERROR_MAX])
{
	if (!text)
		return 0;
	if (text[0] != '/')
		return config_file_error(file, field, ret_error, "needs an absolute path");
	if (strlen(text) >= to_bytes)
		return config_file_error(
			file, field, ret_error, "is longer than %zu bytes", to_bytes - 1);
	(void)snprintf(to, to_bytes, "%s", text);
	return 0;
}

int config_number_take(const char *file, const char *field, const uint32_t *value, uint32_t min,
	uint32_t max, uint32_t *to, char ret_error[CONFIG_FILE_ERROR_MAX])
{
	if (!value)
		return 0;
	if (*value < min || *value > max)
		return config_file_error(
			file, field, ret_error, "is %u, needs %u..%u", *value, min, max);
	*to = *value;
	return 0;
}

/* "127.0.0.1:1883", "localhost:1883", "[::1]:1883": a plain connection may go nowhere else. */
static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "localhost:", 10) == 0 ||
	       strncmp(address, "[::1]:", 6) == 0;
}

/* NULL: nothing is wrong. */
static const char *problem_of(const char *url, bool has_tls)
{
	bool is_tls = strncmp(url, "mqtts://", 8) == 0;

	if (!is_tls && strncmp(url, "mqtt://", 7) != 0)
		return "needs mqtts://HOST:PORT (or mqtt:// on loopback)";
	if (!strrchr(url + 7, ':') || !strrchr(url + 7, ':')[1])
		return "names no port";
	if (is_tls != has_tls)
		return is_tls ? "is mqtts:// and needs tls" : "is mqtt:// although tls is set";
	if (!is_tls && !is_loopback(url + 7))
		return "is plain mqtt:// and not on loopback";
	return NULL;
}

static int take_url(const char *file, const char *url, unsigned int n,
	const struct config_brokers *to, char *ret_error)
{
	const char *problem = problem_of(url, to->ca[0]);
	char field[32];

	(void)snprintf(field, sizeof(field), "brokers[%u]", n);
	if (problem)
		return config_file_error(file, field, ret_error, "%s", problem);
	if (strlen(url) >= CONFIG_PATH_MAX)
		return config_file_error(
			file, field, ret_error, "is longer than %d bytes", CONFIG_PATH_MAX - 1);
	(void)snprintf(to->urls[n], CONFIG_PATH_MAX, "%s", url);
	*to->count = n + 1;
	return 0;
}

static int take_tls(const char *file, const struct config_tls_yaml *tls,
	const struct config_brokers *to, char *ret_error)
{
	if (!tls)
		return 0;
	if (!tls->ca || !tls->certificate || !tls->key)
		return config_file_error(
			file, "tls", ret_error, "needs ca, certificate and key together");
	int r = config_path_take(file, "tls.ca", tls->ca, to->ca, CONFIG_PATH_MAX, ret_error);
	if (r == 0)
		r = config_path_take(file, "tls.certificate", tls->certificate, to->certificate,
			CONFIG_PATH_MAX, ret_error);
	if (r == 0)
		r = config_path_take(
			file, "tls.key", tls->key, to->key, CONFIG_PATH_MAX, ret_error);
	return r;
}

int config_brokers_take(const char *file, char *const *urls, unsigned int count,
	const struct config_tls_yaml *tls, const struct config_brokers *to,
	char ret_error[CONFIG_FILE_ERROR_MAX])
{
	int r = take_tls(file, tls, to, ret_error);

	if (r == 0 && (count == 0 || count > MQTT_BROKERS_MAX))
		return config_file_error(file, "brokers", ret_error, "has %u entries, needs 1..%d",
			count, MQTT_BROKERS_MAX);
	for (unsigned int n = 0; r == 0 && n < count; n++)
		r = take_url(file, urls[n], n, to, ret_error);
	return r;
}
