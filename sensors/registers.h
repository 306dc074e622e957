/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a Modbus slave's bits and words mean: scale, inversion, debouncing, edges, chatter. Pure:
 * cells and times come in, readings go out. Knows no bus, no wire and no clock.
 */
#pragma once

#include "sensors/reading.h"

#include <stdbool.h>
#include <stdint.h>

#define REGISTER_WHOLE_WORD      255 /* no single bit of it */
#define REGISTER_NO_FIRST_READ   (-1)
#define REGISTER_SLAVE_MAX       247
#define REGISTER_DEBOUNCE_MAX_MS 10000
/* Words that a state is said again though nothing changed: the sensor's sign of life. What is "yes"
 * is said within the time in which an alarm counts as the same one going on. */
#define REGISTER_YES_AGAIN_S 5
#define REGISTER_NO_AGAIN_S  60
/* A quantity is said when it changed, at most this often, and at least each REGISTER_NO_AGAIN_S. */
#define REGISTER_QUANTITY_S 10
/* More raw edges than this within the window: a loose wire, not a person. */
#define REGISTER_CHATTER_EDGES 20
#define REGISTER_CHATTER_S     10

/* Modbus' four tables, in the order of the words by which configurations name them. */
enum register_table {
	REGISTER_COIL,
	REGISTER_DISCRETE_INPUT,
	REGISTER_HOLDING,
	REGISTER_INPUT,
	REGISTER_TABLES
};

/* Of two words the first is the high one, except in the _LOW_FIRST types. */
enum register_type {
	REGISTER_BIT,
	REGISTER_U16,
	REGISTER_S16,
	REGISTER_U32,
	REGISTER_S32,
	REGISTER_F32,
	REGISTER_U32_LOW_FIRST,
	REGISTER_S32_LOW_FIRST,
	REGISTER_F32_LOW_FIRST,
	REGISTER_TYPES
};

/* One thing to be read. Addresses count from 0, as on the wire. */
struct register_point {
	struct sensor_id sensor;
	uint8_t bus;   /* which of the configuration */
	uint8_t slave; /* 1..REGISTER_SLAVE_MAX */
	enum register_table table;
	enum register_type type;
	uint16_t address;
	uint8_t bit; /* 0..15 of a U16, or REGISTER_WHOLE_WORD */
	enum reading_kind kind;
	bool is_inverted;
	double scale;
	uint32_t debounce_ms;
	/* The discrete input that is 1 the first time it is read since the slave got power (ICP DAS
	 * PIR-130: 272), or REGISTER_NO_FIRST_READ. */
	int32_t first_read;
};

/* What is remembered of one point from read to read; all zero at first. */
struct register_watch {
	bool is_seen, is_yes; /* the raw state last read */
	bool is_told, told_yes, must_say;
	bool is_broken;                     /* its last value was impossible */
	bool is_chattering, has_missed_yes; /* a "yes" that chatter kept back */
	uint16_t edges;
	uint64_t since_us; /* is_yes since */
	uint64_t told_us, window_us;
	double told;
};

/* What one read gave. */
struct register_news {
	bool has_reading;
	struct reading reading;
	bool has_begun_to_chatter;
	bool has_broken; /* `reading.value` is the impossible value; has_reading is false */
};

/* −EINVAL for an unknown word, ret untouched. */
int register_table_from_text(const char *text, enum register_table *ret);
int register_type_from_text(const char *text, enum register_type *ret);
/* Any kind of the table of kinds that a bit or a word can tell, and "contact" for an opening. */
int register_kind_from_text(const char *text, enum reading_kind *ret);
bool register_table_is_bits(enum register_table table);
/* Cells (bits, or words) that a value takes. */
unsigned int register_type_cells(enum register_type type);
/* Yes or no, or a press: what inversion and debouncing are for; else a quantity. */
bool register_kind_is_state(enum reading_kind kind);

/* The number that the cells hold, scaled; of a state 1 or 0, inverted where that is said. */
double register_value(const struct register_point *p, const uint16_t cells[]);
/* One more read of a point. A state is news once it lasted debounce_ms, and again as a sign of
 * life; a button's press is news, its release is not. While the input chatters, news come at most
 * each REGISTER_YES_AGAIN_S. */
void register_watch_read(struct register_watch *w, const struct register_point *p,
	const uint16_t cells[], uint64_t now_us, struct register_news *ret);
/* The slave was away: what is read next is said though it did not change. */
void register_watch_again(struct register_watch *w);
