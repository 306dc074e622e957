/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as an incident, a receipt, a progress, a link and a heartbeat. What is taken can be
 * written, and what is written is taken again and written the same; what is refused says why and
 * changes nothing.
 */
#include "common/heartbeat.h"
#include "common/incident.h"

#include <stdlib.h>
#include <string.h>

#define ERROR_MAX 160

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

/* Defines check_NAME(): reads, writes, reads and writes again. */
#define DEFINE_CHECK(name) \
	static void check_##name(const char *json, size_t bytes) \
	{ \
		char error[ERROR_MAX] = "", once[INCIDENT_JSON_MAX], twice[INCIDENT_JSON_MAX]; \
		struct name value, before; \
		int length; \
		memset(&value, 0x5a, sizeof value); \
		memcpy(&before, &value, sizeof before); \
		if (name##_from_json(json, bytes, &value, error, sizeof error) < 0) { \
			must(*error &&memcmp(&before, &value, sizeof value) == 0); \
			return; \
		} \
		length = name##_to_json(&value, once); \
		must(length > 0); \
		must(name##_from_json(once, (size_t)length, &value, error, sizeof error) == 0); \
		must(name##_to_json(&value, twice) == length && strcmp(once, twice) == 0); \
	}

DEFINE_CHECK(incident)
DEFINE_CHECK(receipt)
DEFINE_CHECK(progress)
DEFINE_CHECK(link)
DEFINE_CHECK(heartbeat)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	const char *json = (const char *)bytes;

	check_incident(json, count);
	check_receipt(json, count);
	check_progress(json, count);
	check_link(json, count);
	check_heartbeat(json, count);
	return 0;
}
