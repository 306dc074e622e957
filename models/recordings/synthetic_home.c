/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A day of an invented resident, as a home log: where she is from when, and what the sensors there
 * tell of it. A passage through the hall goes with each change of room.
 */
#include "models/recordings/random.h"
#include "models/recordings/synthetic.h"

#include <stdbool.h>
#include <stddef.h>

#define DAY            "2026-03-17" /* a Tuesday */
#define DAY_MS         86400000
#define MINUTE_MS      60000
#define MOTION_MOST_MS 8000

enum room { BEDROOM, BATHROOM, KITCHEN, LIVING_ROOM, HALL, OUTSIDE };

static const struct {
	const char *name, *motion_sensor;
	int32_t apart_ms; /* usual time between two motions; 0: no sensor */
} rooms[] = {
	[BEDROOM] = {"bedroom", "bedroom-pir", 90000},
	[BATHROOM] = {"bathroom", "bathroom-pir", 40000},
	[KITCHEN] = {"kitchen", "kitchen-pir", 50000},
	[LIVING_ROOM] = {"living-room", "living-room-pir", 200000},
	[HALL] = {"hall", "hall-pir", 30000},
	[OUTSIDE] = {"outside", "", 0},
};

static const struct stay {
	int32_t from_minute;
	enum room room;
	bool is_in_bed;
} stays[] = {
	{0, BEDROOM, true},
	{192, BATHROOM, false},
	{197, BEDROOM, true},
	{431, BEDROOM, false},
	{438, BATHROOM, false},
	{462, KITCHEN, false},
	{505, LIVING_ROOM, false},
	{570, BATHROOM, false},
	{578, LIVING_ROOM, false},
	{602, BEDROOM, false},
	{611, HALL, false},
	{614, OUTSIDE, false},
	{683, HALL, false},
	{686, KITCHEN, false},
	{701, LIVING_ROOM, false},
	{722, KITCHEN, false},
	{781, LIVING_ROOM, false},
	{811, BEDROOM, true},
	{872, BATHROOM, false},
	{879, LIVING_ROOM, false},
	{968, KITCHEN, false},
	{985, LIVING_ROOM, false},
	{1054, BATHROOM, false},
	{1061, LIVING_ROOM, false},
	{1110, KITCHEN, false},
	{1168, LIVING_ROOM, false},
	{1290, BATHROOM, false},
	{1312, BEDROOM, false},
	{1325, BEDROOM, true},
};

#define STAYS (sizeof(stays) / sizeof(stays[0]))

static void write_event(FILE *to, int32_t at_ms, const char *sensor, const char *room,
	const char *kind, int32_t value)
{
	(void)fprintf(to, DAY "T%02d:%02d:%02d.%03d,%s,%s,%s,%d\n", at_ms / 3600000,
		at_ms / MINUTE_MS % 60, at_ms / 1000 % 60, at_ms % 1000, sensor, room, kind, value);
}

/* A pulse that begins at at_ms; returns when it has ended. */
static int32_t write_pulse(FILE *to, int32_t at_ms, const char *sensor, const char *room,
	const char *kind, int32_t length_ms)
{
	write_event(to, at_ms, sensor, room, kind, 1);
	write_event(to, at_ms + length_ms, sensor, room, kind, 0);
	return at_ms + length_ms;
}

static int32_t write_motion(FILE *to, int32_t at_ms, enum room room, struct random *random)
{
	return write_pulse(to, at_ms, rooms[room].motion_sensor, rooms[room].name, "motion",
		2000 + random_to(random, MOTION_MOST_MS - 2000));
}

/* What happens on the way in: the door from outside, the bed, the refrigerator. */
static int32_t write_arrival(FILE *to, int32_t at_ms, const struct stay *before,
	const struct stay *stay, struct random *random)
{
	bool is_at_door = stay->room == OUTSIDE || (before && before->room == OUTSIDE);

	if (before && before->is_in_bed && !stay->is_in_bed)
		write_event(to, at_ms++, "bed", "bedroom", "pressure", 0);
	if (is_at_door)
		return write_pulse(to, at_ms, "front-door", "hall", "contact", 9000);
	if (before && before->room != stay->room)
		at_ms = write_motion(to, at_ms, HALL, random) + 1500;
	if (stay->is_in_bed)
		write_event(to, at_ms++, "bed", "bedroom", "pressure", 1);
	if (stay->room == KITCHEN)
		return write_pulse(to, at_ms + 20000, "refrigerator", "kitchen", "contact", 11000);
	return at_ms;
}

static void write_stay(FILE *to, size_t i, struct random *random)
{
	const struct stay *stay = &stays[i];
	int32_t apart_ms = rooms[stay->room].apart_ms;
	int32_t at_ms = stay->from_minute * MINUTE_MS + random_to(random, 20000);
	int32_t end_ms = i + 1 < STAYS ? stays[i + 1].from_minute * MINUTE_MS : DAY_MS;

	at_ms = write_arrival(to, at_ms, i ? stay - 1 : NULL, stay, random);
	if (stay->is_in_bed)
		apart_ms *= 30; /* turns over now and then */
	while (apart_ms) {
		at_ms += 3000 + apart_ms / 2 + random_to(random, apart_ms);
		if (at_ms + MOTION_MOST_MS >= end_ms)
			return;
		at_ms = write_motion(to, at_ms, stay->room, random);
	}
}

void synthetic_home(FILE *to)
{
	struct random random = {3};

	(void)fputs("time,sensor,room,kind,value\n", to);
	for (size_t i = 0; i < STAYS; i++)
		write_stay(to, i, &random);
}
