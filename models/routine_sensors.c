/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sensors and rooms of a home by number, and what their names say of the outer door.
 */
#include "models/routine_state.h"

#include <errno.h>
#include <string.h>

#define OTHER_ROOMS (ROUTINE_ROOMS_MAX - 1) /* what is beyond shares the last one */

static const char *const outer_words[] = {"outside", "frontdoor", "front door", "front-door",
	"front_door", "backdoor", "back door", "back-door", "back_door", "entry", "entrance",
	"entree", "entr\303\251e", "main door", "maindoor", "main-door", "main_door", "outer door",
	"outerdoor", "exit", "street", "exterieur", "ext\303\251rieur", "sortie", "palier",
	"voordeur"};
static const char *const doorstep_words[] = {
	"outside", "entry", "entrance", "entree", "entr\303\251e", "doorstep", "palier"};

/* Letters without their case; other bytes as they are. */
static bool holds(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (; *text; text++) {
		size_t i = 0;

		while (i < length && text[i] &&
			(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]) == word[i])
			i++;
		if (i == length)
			return true;
	}
	return false;
}

static bool holds_any(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (holds(text, words[i]))
			return true;
	return false;
}

#define HOLDS_ANY(text, words) holds_any(text, words, sizeof(words) / sizeof(words[0]))

enum routine_role routine_role_of(const char *sensor, const char *room, enum routine_sign sign)
{
	if (sign == ROUTINE_PLACE)
		return holds(room, "outside") || holds(room, "dehors") ? ROUTINE_OUTSIDE
								       : ROUTINE_INSIDE;
	if (sign == ROUTINE_CONTACT &&
		(HOLDS_ANY(sensor, outer_words) || HOLDS_ANY(room, outer_words)))
		return ROUTINE_OUTER_DOOR;
	return HOLDS_ANY(room, doorstep_words) ? ROUTINE_AT_DOOR : ROUTINE_INSIDE;
}

/* FNV-1a, 64 bits, over the text and its NUL; never 0. */
static uint64_t hash_more(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
	while (*text++);
	return hash ? hash : 1;
}

static uint64_t hash_of(const char *text)
{
	return hash_more(UINT64_C(14695981039346656037), text);
}

static void keep_name(char kept[NAME_MAX_BYTES], const char *name)
{
	size_t length = strnlen(name, NAME_MAX_BYTES);

	if (length == NAME_MAX_BYTES)
		/* never half a character */
		for (length--; length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80;)
			length--;
	memcpy(kept, name, length);
	kept[length] = 0;
}

static uint8_t room_number(struct routine *r, const char *name)
{
	uint64_t hash = hash_of(name);
	uint8_t i;

	for (i = 0; i < r->room_count; i++)
		if (r->rooms[i].hash == hash)
			break;
	if (i == r->room_count && i == ROUTINE_ROOMS_MAX)
		return OTHER_ROOMS;
	if (i == r->room_count)
		r->rooms[r->room_count++] = (struct room){.hash = hash};
	keep_name(r->rooms[i].name, name);
	return i;
}

/* The sensor's place: its old one, a new one, or that of one that a restart did not bring back. */
static int place_for(struct routine *r, uint64_t hash)
{
	for (uint8_t i = 0; i < r->sensor_count; i++)
		if (r->sensors[i].hash == hash)
			return i;
	if (r->sensor_count < ROUTINE_SENSORS_MAX)
		return r->sensor_count++;
	for (uint8_t i = 0; i < r->sensor_count; i++)
		if (!r->sensors[i].is_known)
			return i;
	return -ENOSPC;
}

int routine_sensor(struct routine *r, const char *sensor, const char *room, enum routine_sign sign,
	enum routine_role role)
{
	const char kind[] = {(char)('0' + sign), 0};
	uint64_t hash = hash_more(hash_more(hash_of(sensor), room), kind);
	int i = place_for(r, hash);
	struct sensor *s;

	if (i < 0)
		return i;
	s = &r->sensors[i];
	if (s->hash != hash)
		*s = (struct sensor){.hash = hash, .role = ROUTINE_INSIDE};
	if (role != ROUTINE_INSIDE || !s->is_learned)
		s->role = (uint8_t)role;
	s->is_learned &= role == ROUTINE_INSIDE;
	s->is_known = true;
	s->sign = (uint8_t)sign;
	s->room = room_number(r, room);
	return i;
}

bool routine_is_inside(const struct routine *r, uint8_t sensor)
{
	return sensor < r->sensor_count && presence_is_inside(&r->sensors[sensor]);
}

bool routine_has_mat(const struct routine *r, uint8_t room)
{
	for (uint8_t i = 0; i < r->sensor_count; i++)
		if (r->sensors[i].sign == ROUTINE_MAT && r->sensors[i].room == room)
			return true;
	return false;
}

const char *routine_room_name(const struct routine *r, uint8_t room)
{
	return room < r->room_count ? r->rooms[room].name : "";
}

int routine_sign_of(enum reading_kind kind, enum routine_sign *ret)
{
	static const struct {
		enum reading_kind kind;
		enum routine_sign sign;
	} signs[] = {{READING_MOTION, ROUTINE_MOTION}, {READING_MOVING, ROUTINE_MOTION},
		{READING_OCCUPANCY, ROUTINE_MOTION}, {READING_PRESENCE, ROUTINE_MOTION},
		{READING_DOOR, ROUTINE_CONTACT}, {READING_GARAGE_DOOR, ROUTINE_CONTACT},
		{READING_WINDOW, ROUTINE_CONTACT}, {READING_OPENING, ROUTINE_CONTACT},
		{READING_LOCK, ROUTINE_CONTACT}, {READING_PRESSURE_MAT, ROUTINE_MAT},
		{READING_GENERIC, ROUTINE_USE}, {READING_LIGHT, ROUTINE_USE},
		{READING_PLUG, ROUTINE_USE}, {READING_BUTTON, ROUTINE_USE}};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (signs[i].kind == kind) {
			*ret = signs[i].sign;
			return 0;
		}
	return -EINVAL;
}
