/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pendant's values, little-endian, each led by the version.
 */
#include "sensors/pendant.h"

#include <errno.h>

#define SAMPLE_BYTES 6

#define FLAG_LAST        0x01
#define FLAG_WORN        0x01
#define FLAG_WORN_KNOWN  0x02
#define FLAG_BATTERY_LOW 0x04
#define FLAG_PRESS_OWED  0x08

_Static_assert(PENDANT_HEADER_BYTES + PENDANT_SAMPLES_MAX * SAMPLE_BYTES <= ATT_VALUE_MAX,
	"the longest notification fits");

static int begin(struct bytes *b)
{
	uint8_t version = bytes_u8(b);

	if (b->is_short)
		return -EBADMSG;
	return version == PENDANT_VERSION ? 0 : -EPROTONOSUPPORT;
}

int pendant_samples_read(struct bytes b, struct pendant_samples *ret)
{
	struct pendant_samples s = {0};
	int r = begin(&b);

	if (r < 0)
		return r;
	s.event = bytes_u8(&b);
	s.sequence = bytes_u16(&b);
	s.first_ms = bytes_u32(&b);
	s.rate_hz = bytes_u8(&b);
	s.range_g = bytes_u8(&b);
	s.is_last = bytes_u8(&b) & FLAG_LAST;
	s.count = bytes_u8(&b);
	if (b.is_short || b.left != (size_t)s.count * SAMPLE_BYTES)
		return -EBADMSG;
	if (s.rate_hz < PENDANT_RATE_MIN_HZ || s.rate_hz > PENDANT_RATE_MAX_HZ || s.range_g == 0 ||
		s.range_g > 64 || s.count == 0 || s.count > PENDANT_SAMPLES_MAX)
		return -ERANGE;
	for (unsigned int n = 0; n < s.count; n++) {
		s.at[n].x_mg = (int16_t)bytes_signed(&b, 2);
		s.at[n].y_mg = (int16_t)bytes_signed(&b, 2);
		s.at[n].z_mg = (int16_t)bytes_signed(&b, 2);
	}
	*ret = s;
	return 0;
}

int pendant_state_read(struct bytes b, struct pendant_state *ret)
{
	struct pendant_state s = {0};
	uint8_t press, flags;
	int r = begin(&b);

	if (r < 0)
		return r;
	s.presses = bytes_u8(&b);
	press = bytes_u8(&b);
	flags = bytes_u8(&b);
	s.battery_pct = bytes_u8(&b);
	if (b.is_short)
		return -EBADMSG;
	if (press > BUTTON_HOLD || (s.battery_pct > 100 && s.battery_pct != PENDANT_UNKNOWN))
		return -ERANGE;
	s.press = (enum button_press)press;
	s.is_worn = flags & FLAG_WORN;
	s.is_worn_known = flags & FLAG_WORN_KNOWN;
	s.is_battery_low = flags & FLAG_BATTERY_LOW;
	s.is_press_owed = flags & FLAG_PRESS_OWED;
	*ret = s;
	return 0;
}

int pendant_receipt_read(struct bytes b, struct pendant_receipt *ret)
{
	struct pendant_receipt receipt = {0};
	uint8_t what;
	int r = begin(&b);

	if (r < 0)
		return r;
	what = bytes_u8(&b);
	receipt.number = bytes_u8(&b);
	receipt.next = bytes_u16(&b);
	if (b.is_short || b.left > 0)
		return -EBADMSG;
	if (what > 1)
		return -ERANGE;
	receipt.is_press = what == 0;
	*ret = receipt;
	return 0;
}

static size_t put_le(uint8_t *to, size_t at, uint32_t value, size_t count)
{
	for (size_t n = 0; n < count; n++)
		to[at + n] = (uint8_t)(value >> (8 * n) & 0xFF);
	return at + count;
}

size_t pendant_samples_write(const struct pendant_samples *s, uint8_t ret[ATT_VALUE_MAX])
{
	size_t at = put_le(ret, 0, PENDANT_VERSION, 1);

	at = put_le(ret, at, s->event, 1);
	at = put_le(ret, at, s->sequence, 2);
	at = put_le(ret, at, s->first_ms, 4);
	at = put_le(ret, at, s->rate_hz, 1);
	at = put_le(ret, at, s->range_g, 1);
	at = put_le(ret, at, s->is_last ? FLAG_LAST : 0, 1);
	at = put_le(ret, at, s->count, 1);
	for (unsigned int n = 0; n < s->count && n < PENDANT_SAMPLES_MAX; n++) {
		at = put_le(ret, at, (uint16_t)s->at[n].x_mg, 2);
		at = put_le(ret, at, (uint16_t)s->at[n].y_mg, 2);
		at = put_le(ret, at, (uint16_t)s->at[n].z_mg, 2);
	}
	return at;
}

size_t pendant_state_write(const struct pendant_state *s, uint8_t ret[PENDANT_STATE_BYTES])
{
	size_t at = put_le(ret, 0, PENDANT_VERSION, 1);
	uint32_t flags = (s->is_worn ? FLAG_WORN : 0) | (s->is_worn_known ? FLAG_WORN_KNOWN : 0) |
			 (s->is_battery_low ? FLAG_BATTERY_LOW : 0) |
			 (s->is_press_owed ? FLAG_PRESS_OWED : 0);

	at = put_le(ret, at, s->presses, 1);
	at = put_le(ret, at, (uint32_t)s->press, 1);
	at = put_le(ret, at, flags, 1);
	return put_le(ret, at, s->battery_pct, 1);
}

size_t pendant_receipt_write(const struct pendant_receipt *r, uint8_t ret[PENDANT_RECEIPT_BYTES])
{
	size_t at = put_le(ret, 0, PENDANT_VERSION, 1);

	at = put_le(ret, at, r->is_press ? 0 : 1, 1);
	at = put_le(ret, at, r->number, 1);
	return put_le(ret, at, r->next, 2);
}
