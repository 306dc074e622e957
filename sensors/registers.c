/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * States are debounced by the times at which they were read, so that a slow bus debounces no worse
 * than a fast one. Quantities are thinned out by time: the last digit of a thermometer is never
 * still.
 */
#include "sensors/registers.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define US_OF_S(s)   ((uint64_t)(s)*1000000)
#define US_OF_MS(ms) ((uint64_t)(ms)*1000)

static const char *const tables[REGISTER_TABLES] = {
	[REGISTER_COIL] = "coil",
	[REGISTER_DISCRETE_INPUT] = "discrete_input",
	[REGISTER_HOLDING] = "holding_register",
	[REGISTER_INPUT] = "input_register",
};

static const char *const types[REGISTER_TYPES] = {
	[REGISTER_BIT] = "bit",
	[REGISTER_U16] = "u16",
	[REGISTER_S16] = "s16",
	[REGISTER_U32] = "u32",
	[REGISTER_S32] = "s32",
	[REGISTER_F32] = "f32",
	[REGISTER_U32_LOW_FIRST] = "u32_low_first",
	[REGISTER_S32_LOW_FIRST] = "s32_low_first",
	[REGISTER_F32_LOW_FIRST] = "f32_low_first",
};

int register_table_from_text(const char *text, enum register_table *ret)
{
	for (unsigned int n = 0; n < REGISTER_TABLES; n++)
		if (strcmp(text, tables[n]) == 0) {
			*ret = (enum register_table)n;
			return 0;
		}
	return -EINVAL;
}

int register_type_from_text(const char *text, enum register_type *ret)
{
	for (unsigned int n = 0; n < REGISTER_TYPES; n++)
		if (strcmp(text, types[n]) == 0) {
			*ret = (enum register_type)n;
			return 0;
		}
	return -EINVAL;
}

static bool is_yes_or_no(enum reading_kind kind)
{
	return kind >= READING_BATTERY_LOW && kind <= READING_PULL_CORD;
}

int register_kind_from_text(const char *text, enum reading_kind *ret)
{
	enum reading_kind kind;

	if (strcmp(text, "contact") == 0)
		text = "opening";
	if (reading_kind_from_name(text, &kind) < 0)
		return -EINVAL;
	if (kind != READING_BUTTON && !is_yes_or_no(kind) &&
		(kind < READING_ACCELERATION || kind >= READING_TEXT || kind == READING_TIMESTAMP))
		return -EINVAL;
	*ret = kind;
	return 0;
}

bool register_table_is_bits(enum register_table table)
{
	return table == REGISTER_COIL || table == REGISTER_DISCRETE_INPUT;
}

unsigned int register_type_cells(enum register_type type)
{
	return type >= REGISTER_U32 ? 2 : 1;
}

bool register_kind_is_state(enum reading_kind kind)
{
	return kind == READING_BUTTON || is_yes_or_no(kind);
}

static double float_of(uint32_t bits)
{
	float value;

	_Static_assert(sizeof(value) == sizeof(bits), "IEEE 754 single");
	memcpy(&value, &bits, sizeof(value));
	return (double)value;
}

static double number(const struct register_point *p, const uint16_t cells[])
{
	uint32_t high_first, low_first;

	if (register_type_cells(p->type) == 1)
		return p->type == REGISTER_S16 ? (double)(int16_t)cells[0] : (double)cells[0];
	high_first = (uint32_t)cells[0] << 16 | cells[1];
	low_first = (uint32_t)cells[1] << 16 | cells[0];
	switch ((int)p->type) {
	case REGISTER_U32:
		return high_first;
	case REGISTER_S32:
		return (int32_t)high_first;
	case REGISTER_F32:
		return float_of(high_first);
	case REGISTER_U32_LOW_FIRST:
		return low_first;
	case REGISTER_S32_LOW_FIRST:
		return (int32_t)low_first;
	default:
		return float_of(low_first);
	}
}

double register_value(const struct register_point *p, const uint16_t cells[])
{
	bool is_yes;

	if (!register_kind_is_state(p->kind))
		return number(p, cells) * p->scale;
	if (p->bit != REGISTER_WHOLE_WORD)
		is_yes = cells[0] >> p->bit & 1;
	else
		is_yes = fabs(number(p, cells)) > 0;
	return is_yes != p->is_inverted;
}

static void say(struct register_watch *w, const struct register_point *p, double value,
	uint64_t now_us, struct register_news *ret)
{
	w->is_told = true;
	w->must_say = false;
	w->told = value;
	w->told_us = now_us;
	ret->has_reading = true;
	ret->reading = (struct reading){.time_us = now_us,
		.sensor = p->sensor,
		.kind = p->kind,
		.rssi_dbm = 127,
		.value = value};
}

static void count_edge(struct register_watch *w, struct register_news *ret)
{
	w->edges++;
	if (w->edges > REGISTER_CHATTER_EDGES && !w->is_chattering) {
		w->is_chattering = true;
		ret->has_begun_to_chatter = true;
	}
}

/* A window is over: it was calm when it had a fifth of what chatter needs. */
static void turn_window(struct register_watch *w, uint64_t now_us)
{
	if (now_us < w->window_us + US_OF_S(REGISTER_CHATTER_S))
		return;
	if (w->edges <= REGISTER_CHATTER_EDGES / 5)
		w->is_chattering = false;
	w->edges = 0;
	w->window_us = now_us;
}

static void follow(
	struct register_watch *w, bool is_yes, uint64_t now_us, struct register_news *ret)
{
	turn_window(w, now_us);
	if (w->is_seen && w->is_yes != is_yes)
		count_edge(w, ret);
	if (!w->is_seen || w->is_yes != is_yes)
		w->since_us = now_us;
	w->is_seen = true;
	w->is_yes = is_yes;
}

/* May a settled state be said now? */
static bool is_due(
	struct register_watch *w, const struct register_point *p, bool is_yes, uint64_t now_us)
{
	bool is_pressed = is_yes && p->kind != READING_BUTTON;
	uint64_t again_s = is_pressed ? REGISTER_YES_AGAIN_S : REGISTER_NO_AGAIN_S;

	if (!w->is_told || w->must_say)
		return true;
	if (w->is_chattering)
		return now_us >= w->told_us + US_OF_S(REGISTER_YES_AGAIN_S);
	return w->told_yes != is_yes || now_us >= w->told_us + US_OF_S(again_s);
}

static void read_state(struct register_watch *w, const struct register_point *p, bool is_yes,
	uint64_t now_us, struct register_news *ret)
{
	bool is_button = p->kind == READING_BUTTON, is_press;

	follow(w, is_yes, now_us, ret);
	if (now_us < w->since_us + US_OF_MS(p->debounce_ms))
		return;
	if (!is_due(w, p, is_yes, now_us)) {
		w->has_missed_yes |= is_yes && w->is_chattering && !w->told_yes;
		return;
	}
	is_yes |= w->has_missed_yes;
	is_press = is_yes && (!w->is_told || !w->told_yes || w->has_missed_yes);
	/* let go of: the next press is one, but nothing has happened */
	if (is_button && !is_press && w->is_told && w->told_yes != is_yes && !w->must_say) {
		w->told_yes = is_yes;
		return;
	}
	w->told_yes = is_yes;
	w->has_missed_yes = false;
	say(w, p, is_button ? (is_press ? BUTTON_PRESS : BUTTON_NONE) : is_yes, now_us, ret);
}

static void read_quantity(struct register_watch *w, const struct register_point *p, double value,
	uint64_t now_us, struct register_news *ret)
{
	bool is_first = !w->is_told || w->must_say;
	/* told_us is also when an impossible value was: one that comes and goes is no flood */
	bool may_speak = is_first || now_us >= w->told_us + US_OF_S(REGISTER_QUANTITY_S);
	bool has_changed = w->is_broken || value < w->told || value > w->told;

	if (!reading_is_possible(p->kind, value)) {
		if (w->is_broken || !may_speak)
			return;
		w->is_broken = true;
		w->told_us = now_us;
		ret->has_broken = true;
		ret->reading.value = value;
		return;
	}
	if (is_first || (may_speak && has_changed) ||
		now_us >= w->told_us + US_OF_S(REGISTER_NO_AGAIN_S)) {
		w->is_broken = false;
		say(w, p, value, now_us, ret);
	}
}

void register_watch_read(struct register_watch *w, const struct register_point *p,
	const uint16_t cells[], uint64_t now_us, struct register_news *ret)
{
	double value = register_value(p, cells);

	*ret = (struct register_news){.has_reading = false};
	if (register_kind_is_state(p->kind))
		read_state(w, p, value > 0, now_us, ret);
	else
		read_quantity(w, p, value, now_us, ret);
}

void register_watch_again(struct register_watch *w)
{
	w->is_seen = false;
	w->must_say = true;
}
