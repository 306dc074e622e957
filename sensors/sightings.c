/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of who is heard, and what their advertisements let guess. Names, services and makers: the
 * Bluetooth SIG's assigned numbers; the names that watches and belts give themselves are those of
 * their makers' sources and manuals.
 */
#include "sensors/sightings.h"

#include "common/utf8.h"
#include "sensors/decoders/beacon.h"
#include "sensors/wearable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define POLAR_SERVICE 0xFEEE /* of its belts and armbands */

#define AD_UUIDS_16_SOME  0x02
#define AD_UUIDS_16       0x03
#define AD_UUIDS_128_SOME 0x06
#define AD_UUIDS_128      0x07
#define AD_NAME_SHORT     0x08
#define AD_NAME           0x09

#define MAKER_APPLE   0x004C
#define MAKER_POLAR   0x006B
#define LEVEL_UNHEARD (-128 * 16)
#define LEVEL_SHARE   4 /* of the difference, a quarter a hearing */

const char *const sighting_services[SIGHTING_SERVICES] = {
	[SIGHTING_HEART_RATE] = "heart_rate",
	[SIGHTING_ALERT] = "alert",
	[SIGHTING_BATTERY] = "battery",
	[SIGHTING_PENDANT] = "pendant",
	[SIGHTING_POLAR] = "polar",
	[SIGHTING_INFINITIME] = "infinitime",
	[SIGHTING_NORDIC_UART] = "nordic_uart",
};

/* By what a link would look for (wearable.h). */
static const struct {
	enum wearable_wish wish;
	enum sighting_service service;
} services[] = {{WISH_HEART_RATE, SIGHTING_HEART_RATE}, {WISH_ALERT, SIGHTING_ALERT},
	{WISH_BATTERY, SIGHTING_BATTERY}, {WISH_PENDANT_STATE, SIGHTING_PENDANT},
	{WISH_POLAR_STREAM, SIGHTING_POLAR}, {WISH_PINETIME_MOTION, SIGHTING_INFINITIME},
	{WISH_BANGLE_LINES, SIGHTING_NORDIC_UART}};

enum { SERVICES = sizeof(services) / sizeof(services[0]) };

static const struct {
	uint16_t number;
	const char *name;
} makers[] = {{MAKER_APPLE, "Apple"}, {0x0006, "Microsoft"}, {MAKER_POLAR, "Polar"},
	{0x0075, "Samsung"}, {0x0087, "Garmin"}, {0x00E0, "Google"}, {0x0157, "Huami"},
	{0x027D, "Huawei"}, {0x038F, "Xiaomi"}, {0x0499, "Ruuvi"}, {0x0969, "SwitchBot"},
	{0x0BA9, "Shelly"}};

static void hear_short_services(struct sighting *s, struct bytes list)
{
	while (list.left >= 2) {
		uint16_t code = bytes_u16(&list);

		for (size_t n = 0; n < SERVICES; n++)
			if (att_uuid_is16(&wearable_wishes[services[n].wish].service, code))
				s->services |= (uint16_t)(1U << services[n].service);
		if (code == POLAR_SERVICE)
			s->services |= 1U << SIGHTING_POLAR;
	}
}

static void hear_long_services(struct sighting *s, struct bytes list)
{
	struct att_uuid uuid;
	const uint8_t *at;

	while ((at = bytes_take(&list, sizeof(uuid.at)))) {
		memcpy(uuid.at, at, sizeof(uuid.at));
		for (size_t n = 0; n < SERVICES; n++)
			if (att_uuid_is(&wearable_wishes[services[n].wish].service, &uuid))
				s->services |= (uint16_t)(1U << services[n].service);
	}
}

/* What is no plain text, or too long, is no name: it is shown on a terminal. */
static void hear_name(struct sighting *s, struct bytes name)
{
	if (name.left == 0 || name.left >= sizeof(s->name) ||
		!utf8_is_plain((const char *)name.at, name.left))
		return;
	memcpy(s->name, name.at, name.left);
	s->name[name.left] = '\0';
}

static void hear_structure(struct sighting *s, const struct ad_structure *ad)
{
	struct bytes value = ad->value;

	switch (ad->type) {
	case AD_UUIDS_16_SOME:
	case AD_UUIDS_16:
		hear_short_services(s, value);
		break;
	case AD_UUIDS_128_SOME:
	case AD_UUIDS_128:
		hear_long_services(s, value);
		break;
	case AD_NAME_SHORT:
	case AD_NAME:
		hear_name(s, value);
		break;
	case AD_MANUFACTURER:
		if (value.left < 2)
			break;
		s->maker = bytes_u16(&value);
		s->has_maker = true;
		break;
	default:
		break;
	}
}

static void hear_level(struct sighting *s, int8_t rssi_dbm)
{
	int32_t now = rssi_dbm * 16;

	s->rssi_dbm = rssi_dbm;
	if (rssi_dbm == DEVICE_RSSI_UNKNOWN)
		return;
	s->level = s->level == LEVEL_UNHEARD ? now : s->level + (now - s->level) / LEVEL_SHARE;
}

static struct sighting *find(struct sightings *s, const uint8_t address[6])
{
	for (unsigned int n = 0; n < SIGHTINGS_MAX; n++)
		if (s->rows[n].is_used && memcmp(s->rows[n].address, address, 6) == 0)
			return &s->rows[n];
	return NULL;
}

static struct sighting *weakest_stranger(struct sightings *s)
{
	struct sighting *weakest = NULL;

	for (unsigned int n = 0; n < SIGHTINGS_MAX; n++) {
		struct sighting *row = &s->rows[n];

		if (row->is_used && !row->is_ours && (!weakest || row->level < weakest->level))
			weakest = row;
	}
	return weakest;
}

/* A row for who is heard this loud: a free one, or the weakest stranger's; or NULL. */
static struct sighting *make_room(struct sightings *s, int32_t level, bool is_ours)
{
	struct sighting *weakest;

	if (is_ours ? s->ours < SIGHTINGS_OURS_MAX : s->strangers < SIGHTINGS_STRANGERS_MAX) {
		unsigned int n = 0;

		while (s->rows[n].is_used)
			n++;
		*(is_ours ? &s->ours : &s->strangers) += 1;
		return &s->rows[n];
	}
	s->left_out++;
	weakest = is_ours ? NULL : weakest_stranger(s);
	return weakest && weakest->level < level ? weakest : NULL;
}

static struct sighting *row_of(
	struct sightings *s, const struct advertisement *a, const uint8_t address[6], bool is_ours)
{
	struct sighting *row = find(s, address);

	if (row)
		return row;
	row = make_room(
		s, a->rssi_dbm == DEVICE_RSSI_UNKNOWN ? LEVEL_UNHEARD : a->rssi_dbm * 16, is_ours);
	if (!row)
		return NULL;
	*row = (struct sighting){.is_used = true,
		.is_ours = is_ours,
		.decoder = DECODERS_MAX,
		.level = LEVEL_UNHEARD};
	memcpy(row->address, address, 6);
	return row;
}

void sightings_hear(struct sightings *s, const struct advertisement *a, const uint8_t address[6],
	int answer, const struct decoded *d, bool is_ours)
{
	struct sighting *row = row_of(s, a, address, is_ours);
	struct bytes cursor = advertisement_cursor(a);
	struct ad_structure ad;

	if (!row)
		return;
	row->address_type = a->address_type;
	row->is_connectable |= a->is_connectable;
	row->heard++;
	row->last_us = a->time_us;
	hear_level(row, a->rssi_dbm);
	if (answer != 0)
		row->decoder = d->decoder;
	row->is_sealed = answer == -ENOKEY || (row->is_sealed && answer <= 0);
	for (int n = 0; n < answer; n++)
		row->kinds[d->readings[n].kind / 64] |= UINT64_C(1) << d->readings[n].kind % 64;
	while (advertisement_next(&cursor, &ad) > 0)
		hear_structure(row, &ad);
}

static int by_level(const void *left, const void *right)
{
	const struct sighting *a = *(const struct sighting *const *)left;
	const struct sighting *b = *(const struct sighting *const *)right;

	return a->level == b->level ? memcmp(a->address, b->address, 6)
				    : (a->level < b->level) - (a->level > b->level);
}

unsigned int sightings_sort(const struct sightings *s, const struct sighting *ret[SIGHTINGS_MAX])
{
	unsigned int count = 0;

	for (unsigned int n = 0; n < SIGHTINGS_MAX; n++)
		if (s->rows[n].is_used)
			ret[count++] = &s->rows[n];
	qsort(ret, count, sizeof(ret[0]), by_level);
	return count;
}

static bool has(const struct sighting *s, enum sighting_service service)
{
	return s->services >> service & 1;
}

static bool is_named(const struct sighting *s, const char *prefix)
{
	return strncmp(s->name, prefix, strlen(prefix)) == 0;
}

const char *sighting_guess(const struct sighting *s)
{
	const struct decoder *format = s->decoder < DECODERS_MAX ? decoders[s->decoder] : NULL;

	if (has(s, SIGHTING_PENDANT))
		return "pendant";
	if (has(s, SIGHTING_POLAR) || is_named(s, "Polar ") ||
		(s->has_maker && s->maker == MAKER_POLAR))
		return "polar";
	if (has(s, SIGHTING_INFINITIME) || is_named(s, "InfiniTime"))
		return "infinitime";
	if (has(s, SIGHTING_NORDIC_UART) || is_named(s, "Bangle.js"))
		return "bangle";
	if (has(s, SIGHTING_HEART_RATE))
		return "heart_rate";
	if (format)
		return format == &ibeacon_decoder || format == &altbeacon_decoder ? "beacon"
										  : "sensor";
	if (s->has_maker && s->maker == MAKER_APPLE)
		return "phone";
	return s->is_connectable ? "connectable" : "unknown";
}

const char *sighting_maker(const struct sighting *s)
{
	for (size_t n = 0; s->has_maker && n < sizeof(makers) / sizeof(makers[0]); n++)
		if (makers[n].number == s->maker)
			return makers[n].name;
	return NULL;
}
