/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was learned, as bytes: "VGRT", version, length, parts in the order of write_all(), numbers
 * big-endian, and an FNV-1a checksum of all before it. Names are kept as hashes only: a saved state
 * tells nobody what the rooms are called.
 */
#include "models/routine_state.h"

#include <errno.h>
#include <string.h>

#define VERSION     6
#define VERSION_OLD 5 /* without `fine` and `inside_ms`: a home's weeks outlast an upgrade */
#define HEAD_BYTES  10
#define CHECK_BYTES 8

/* Reads or writes: the same walk over the state does both. */
struct walk {
	uint8_t *to;         /* NULL when reading */
	const uint8_t *from; /* NULL when writing */
	size_t at, size;
	bool is_over;
	uint64_t version;
};

static uint64_t number(struct walk *w, uint64_t value, size_t bytes)
{
	if (w->is_over || w->size - w->at < bytes) {
		w->is_over = true;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++) {
		size_t shift = 8 * (bytes - 1 - i);

		if (w->to)
			w->to[w->at + i] = (uint8_t)(value >> shift);
		else
			value = (value & ~(UINT64_C(0xff) << shift)) | (uint64_t)w->from[w->at + i]
									       << shift;
	}
	w->at += bytes;
	return bytes == 8 ? value : value & ((UINT64_C(1) << 8 * bytes) - 1);
}

static void byte(struct walk *w, uint8_t *v)
{
	*v = (uint8_t)number(w, *v, 1);
}
static void flag(struct walk *w, bool *v)
{
	*v = number(w, *v, 1) != 0;
}
static void two(struct walk *w, uint16_t *v)
{
	*v = (uint16_t)number(w, *v, 2);
}
static void four(struct walk *w, uint32_t *v)
{
	*v = (uint32_t)number(w, *v, 4);
}
static void eight(struct walk *w, uint64_t *v)
{
	*v = number(w, *v, 8);
}
static void moment(struct walk *w, int64_t *v)
{
	*v = (int64_t)number(w, (uint64_t)*v, 8);
}

static void lasting(struct walk *w, struct lasting *l)
{
	for (int i = 0; i < TOP; i++)
		four(w, &l->s[i]);
	two(w, &l->count);
}

static void sensors_and_rooms(struct walk *w, struct routine *r)
{
	byte(w, &r->sensor_count);
	byte(w, &r->room_count);
	for (uint8_t i = 0; i < r->sensor_count && i < ROUTINE_SENSORS_MAX; i++) {
		struct sensor *s = &r->sensors[i];

		eight(w, &s->hash);
		byte(w, &s->room);
		byte(w, &s->sign);
		byte(w, &s->role);
		flag(w, &s->is_learned);
		byte(w, &s->began_and_ended);
		byte(w, &s->at_night);
		flag(w, &s->is_on);
		flag(w, &s->has_been_off);
		byte(w, &s->doubt);
		moment(w, &s->on_since_ms);
	}
	for (uint8_t i = 0; i < r->room_count && i < ROUTINE_ROOMS_MAX; i++) {
		eight(w, &r->rooms[i].hash);
		four(w, &r->rooms[i].night_s);
		lasting(w, &r->rooms[i].stays);
	}
}

static void silences(struct walk *w, struct silences *all)
{
	two(w, &all->count);
	two(w, &all->at);
	for (uint16_t i = 0; i < all->count && i < SILENCES_MAX; i++) {
		struct silence *s = &all->ring[i];
		uint8_t offset = (uint8_t)s->offset_15min;
		uint8_t state = (uint8_t)(s->settled << 1 | s->is_on_mat);

		four(w, &s->start_min);
		two(w, &s->length_10s);
		byte(w, &offset);
		byte(w, &s->room);
		byte(w, &state);
		s->is_on_mat = (state & 1) != 0;
		s->settled = state >> 1;
		s->offset_15min = (int8_t)offset;
	}
}

static void days(struct walk *w, struct day_book *b)
{
	two(w, &b->count);
	two(w, &b->at);
	for (uint16_t i = 0; i < b->count && i < DAYS_MAX; i++) {
		two(w, &b->ring[i].day);
		two(w, &b->ring[i].signs);
		two(w, &b->ring[i].up_min);
	}
	lasting(w, &b->walks);
}

static void present(struct walk *w, struct routine *r)
{
	uint32_t offset = (uint32_t)r->last.offset_s;

	byte(w, &r->presence.now);
	flag(w, &r->presence.is_place_known);
	moment(w, &r->presence.door_ms);
	moment(w, &r->last.utc_ms);
	four(w, &offset);
	moment(w, &r->heard_ms);
	four(w, &r->known_s);
	byte(w, &r->room);
	flag(w, &r->is_on_mat);
	byte(w, &r->settled);
	byte(w, &r->by_sensor);
	flag(w, &r->is_cut);
	flag(w, &r->by_door);
	moment(w, &r->stay_since_ms);
	moment(w, &r->walk_since_ms);
	byte(w, &r->told);
	four(w, &r->again_s);
	r->last.offset_s = (int32_t)offset;
	if (w->version == VERSION_OLD)
		return;
	offset = (uint32_t)r->fine.offset_s;
	moment(w, &r->fine.utc_ms);
	four(w, &offset);
	r->fine.offset_s = (int32_t)offset;
	moment(w, &r->presence.inside_ms);
}

static void walk_all(struct walk *w, struct routine *r)
{
	sensors_and_rooms(w, r);
	silences(w, &r->silences);
	days(w, &r->days);
	present(w, r);
}

static uint64_t check_of(const uint8_t *bytes, size_t count)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < count; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

int routine_save(const struct routine *r, uint8_t *ret_bytes, size_t size)
{
	struct walk w = {.to = ret_bytes, .at = HEAD_BYTES, .size = size, .version = VERSION};
	struct walk ends = {.to = ret_bytes, .at = 0, .size = size};
	struct routine walked = *r; /* the walk gives each field back what it was */

	if (size < HEAD_BYTES)
		return -ENOBUFS;
	walk_all(&w, &walked);
	if (w.is_over || size - w.at < CHECK_BYTES)
		return -ENOBUFS;
	(void)number(&ends, UINT64_C(0x56475254), 4); /* "VGRT" */
	(void)number(&ends, VERSION, 2);
	(void)number(&ends, w.at + CHECK_BYTES, 4);
	(void)number(&w, check_of(ret_bytes, w.at), 8);
	return (int)w.at;
}

/* Never, or not after the last sign of life. */
static bool is_past(const struct routine *r, int64_t ms)
{
	return ms >= 0 && ms <= r->last.utc_ms;
}

static bool is_sound(const struct routine *r)
{
	if (r->sensor_count > ROUTINE_SENSORS_MAX || r->room_count > ROUTINE_ROOMS_MAX ||
		r->silences.count > SILENCES_MAX || r->silences.at >= SILENCES_MAX ||
		r->days.count > DAYS_MAX || r->days.at >= DAYS_MAX ||
		r->presence.now > ROUTINE_AWAY || r->settled > SETTLED_LONG ||
		r->heard_ms < r->last.utc_ms || r->heard_ms > 60000LL * UINT32_MAX ||
		!is_past(r, r->presence.door_ms) || !is_past(r, r->presence.inside_ms) ||
		!is_past(r, r->stay_since_ms) || !is_past(r, r->walk_since_ms) ||
		r->fine.utc_ms > r->heard_ms || (r->fine.utc_ms && !is_possible_time(r->fine)) ||
		(r->last.utc_ms && (!is_possible_time(r->last) || r->room >= r->room_count ||
					   r->by_sensor >= r->sensor_count)))
		return false;
	for (uint8_t i = 0; i < r->sensor_count; i++)
		if (r->sensors[i].room >= r->room_count || r->sensors[i].sign > ROUTINE_PLACE ||
			r->sensors[i].role > ROUTINE_OUTSIDE || r->sensors[i].on_since_ms < 0)
			return false;
	for (uint16_t i = 0; i < r->silences.count; i++)
		if (r->silences.ring[i].room >= r->room_count ||
			r->silences.ring[i].settled > SETTLED_LONG ||
			r->silences.ring[i].offset_15min < -56 ||
			r->silences.ring[i].offset_15min > 56)
			return false;
	return true;
}

static int check_head(const uint8_t *bytes, size_t count, uint64_t *ret_version)
{
	struct walk w = {.from = bytes, .size = count};
	uint64_t version;

	if (count < HEAD_BYTES + CHECK_BYTES || number(&w, 0, 4) != UINT64_C(0x56475254))
		return -EBADMSG;
	version = number(&w, 0, 2);
	if (version != VERSION && version != VERSION_OLD)
		return version > VERSION ? -ENOTSUP : -EBADMSG;
	if (number(&w, 0, 4) != count)
		return -EBADMSG;
	w.at = count - CHECK_BYTES;
	if (number(&w, 0, 8) != check_of(bytes, count - CHECK_BYTES))
		return -EBADMSG;
	*ret_version = version;
	return 0;
}

/* Takes over what was read; what the caller said at the start stands. */
static void adopt(struct routine *r, const struct routine *saved, struct routine_time now)
{
	struct routine_options options = r->options;
	struct routine_counters counters = r->counters;

	*r = *saved;
	r->options = options;
	r->counters = counters;
	if (r->last.utc_ms == 0)
		return;
	if (now.utc_ms - r->heard_ms > MINUTE_MS)
		r->is_cut = true; /* what was not heard in between is not known */
	if (now.utc_ms - r->heard_ms > ROUTINE_PAUSE_MS || now.utc_ms < r->heard_ms)
		(void)routine_not_heard(r, now);
}

int routine_load(struct routine *r, const uint8_t *bytes, size_t count, struct routine_time now)
{
	struct walk w = {.from = bytes, .at = HEAD_BYTES};
	struct routine saved = {0};
	int error;

	if (!is_possible_time(now) || r->sensor_count)
		return -EINVAL;
	error = check_head(bytes, count, &w.version);
	if (error < 0)
		return error;
	w.size = count - CHECK_BYTES;
	walk_all(&w, &saved);
	if (w.is_over || w.at != w.size || !is_sound(&saved))
		return -EBADMSG;
	adopt(r, &saved, now);
	return 0;
}
