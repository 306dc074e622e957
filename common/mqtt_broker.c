/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Broker addresses and the back-off between attempts.
 */
#include "common/mqtt_broker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "common/clock.h"

#define PORT_TLS       8883
#define PORT_PLAIN     1883
#define PAUSE_FIRST_MS 500
#define PAUSE_LAST_MS  15000

static bool skip_prefix(const char **text, const char *prefix)
{
	size_t bytes = strlen(prefix);

	if (strncmp(*text, prefix, bytes) != 0)
		return false;
	*text += bytes;
	return true;
}

static int parse_port(const char *text, uint16_t *ret_port)
{
	unsigned int port = 0;

	if (*text == '\0')
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		port = port * 10 + (unsigned int)(*text - '0');
		if (port > UINT16_MAX)
			return -EINVAL;
	}
	if (port == 0)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

/* Bytes of the host at `text` and where the port's colon or the end is; −EINVAL. */
static int host_span(const char **text, size_t *ret_bytes, const char **ret_end)
{
	const char *end;

	if (**text == '[') {
		(*text)++;
		end = strchr(*text, ']');
		if (!end)
			return -EINVAL;
		*ret_bytes = (size_t)(end - *text);
		*ret_end = end + 1;
		return 0;
	}
	*ret_bytes = strcspn(*text, ":");
	*ret_end = *text + *ret_bytes;
	return 0;
}

static bool is_host_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == ':';
}

int mqtt_broker_parse(const char *text, struct mqtt_broker *ret_broker)
{
	struct mqtt_broker broker = {0};
	const char *end;
	size_t bytes;

	if (skip_prefix(&text, "mqtts://"))
		broker.is_tls = true;
	else if (!skip_prefix(&text, "mqtt://"))
		return -EINVAL;
	if (host_span(&text, &bytes, &end) < 0 || bytes == 0 || bytes >= sizeof(broker.host))
		return -EINVAL;
	for (size_t i = 0; i < bytes; i++)
		if (!is_host_character(text[i]))
			return -EINVAL;
	memcpy(broker.host, text, bytes);
	broker.port = broker.is_tls ? PORT_TLS : PORT_PLAIN;
	if (*end == ':') {
		if (parse_port(end + 1, &broker.port) < 0)
			return -EINVAL;
	} else if (*end != '\0') {
		return -EINVAL;
	}
	*ret_broker = broker;
	return 0;
}

bool mqtt_broker_is_number(const struct mqtt_broker *broker)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, broker->host, address) == 1 ||
	       inet_pton(AF_INET6, broker->host, address) == 1;
}

uint64_t mqtt_broker_pause_us(unsigned int failures, unsigned int brokers, uint32_t random)
{
	uint64_t pause_ms = PAUSE_FIRST_MS;

	for (unsigned int rounds = failures / brokers; rounds > 0 && pause_ms < PAUSE_LAST_MS;
		rounds--)
		pause_ms *= 2;
	if (pause_ms > PAUSE_LAST_MS)
		pause_ms = PAUSE_LAST_MS;
	return pause_ms * US_PER_MS + (pause_ms * US_PER_MS * (random >> 8) >> 24);
}
