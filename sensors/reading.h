/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sensor says, once it has been understood: one kind, one value, the unit of its kind, range
 * checked once against THE table of kinds. The only header of sensors/ that models/ may see. Plain
 * values, copied with `=`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SENSOR_ID_MAX    48 /* bytes with the NUL: "A4:C1:38:8D:18:B2", "bus0/17/3", "Bedroom.Bed" */
#define READING_TEXT_MAX 48
#define ACCEL_BATCH_MAX  64

struct sensor_id {
	char text[SENSOR_ID_MAX];
};

/* Sensors' kinds, in the order of reading_kinds[] (reading.c): BTHome v2's objects, and what others
 * add. */
enum reading_kind {
	READING_NONE,
	/* things that happen */
	READING_BUTTON, /* enum button_press */
	READING_DIMMER, /* steps, signed: left is negative */
	READING_COMMAND,
	/* yes or no */
	READING_BATTERY_LOW,
	READING_BATTERY_CHARGING,
	READING_CARBON_MONOXIDE_ALARM,
	READING_COLD,
	READING_CONNECTIVITY,
	READING_DOOR,      /* 1 open */
	READING_EMERGENCY, /* 1 the device itself calls for help */
	READING_GARAGE_DOOR,
	READING_GAS_ALARM,
	READING_GENERIC,
	READING_HEAT,
	READING_LIGHT,
	READING_LOCK, /* 1 unlocked */
	READING_MOISTURE_ALARM,
	READING_MOTION,
	READING_MOVING,
	READING_OCCUPANCY,
	READING_OPENING,
	READING_PLUG,
	READING_POWER_ON,
	READING_PRESENCE,
	READING_PRESSURE_MAT, /* bed or chair: 1 somebody is on it */
	READING_PROBLEM,
	READING_RUNNING,
	READING_SAFETY,
	READING_SMOKE,
	READING_SOUND,
	READING_TAMPER,
	READING_VIBRATION,
	READING_WINDOW,
	READING_WORN,  /* 1 on the body */
	READING_MAINS, /* 1 present */
	READING_PULL_CORD,
	/* quantities */
	READING_ACCELERATION,
	READING_BATTERY,
	READING_CHANNEL,
	READING_CO2,
	READING_CONDUCTIVITY,
	READING_COUNT,
	READING_CURRENT,
	READING_DEW_POINT,
	READING_DIRECTION,
	READING_DISTANCE,
	READING_DURATION,
	READING_ENERGY,
	READING_GAS,
	READING_GYROSCOPE,
	READING_HEART_RATE,
	READING_HUMIDITY,
	READING_ILLUMINANCE,
	READING_LIGHT_LEVEL, /* a step of the sensor's own scale, no unit */
	READING_MASS,
	READING_MOISTURE,
	READING_PM2_5,
	READING_PM10,
	READING_POWER,
	READING_PRECIPITATION,
	READING_PRESSURE,
	READING_ROTATION,
	READING_ROTATIONAL_SPEED,
	READING_SPEED,
	READING_TEMPERATURE,
	READING_TIMESTAMP,
	READING_TVOC,
	READING_TX_POWER, /* what it sends; of a beacon what is received at one metre */
	READING_UV_INDEX,
	READING_VOLTAGE,
	READING_VOLUME,
	READING_VOLUME_FLOW,
	READING_VOLUME_STORAGE,
	READING_WATER,
	/* not a number: `text` */
	READING_TEXT,
	READING_RAW,
	READING_KINDS
};

enum button_press {
	BUTTON_NONE,
	BUTTON_PRESS,
	BUTTON_DOUBLE,
	BUTTON_TRIPLE,
	BUTTON_LONG,
	BUTTON_LONG_DOUBLE,
	BUTTON_LONG_TRIPLE,
	BUTTON_HOLD
};

struct reading {
	uint64_t time_us; /* CLOCK_BOOTTIME when it was heard */
	struct sensor_id sensor;
	enum reading_kind kind;
	uint8_t index;   /* 0 for the first object of its kind in a frame, 1 for the second (buttons
			    of a remote) */
	int8_t rssi_dbm; /* 127: not known */
	bool is_forgeable; /* came in the open over the radio: whoever is near can say it in the
			      sensor's name. An alarm by it needs a second hearing */
	uint8_t repeats;   /* 0; 1 for the second hearing of the very same forgeable frame: confirms
			      the first and is no new event */
	double value;      /* in the unit of its kind */
	char text[READING_TEXT_MAX]; /* TEXT as sent, RAW in hexadecimal; beside another kind what
					the sensor adds to it (a beacon's name, who unlocked); else
					empty */
};

struct reading_kind_row {
	const char *name; /* "motion" */
	const char *unit; /* "°C", "" */
	double min, max;
	uint32_t stale_s; /* how long it describes the present; 0: it is a moment, not a state */
};

extern const struct reading_kind_row reading_kinds[READING_KINDS];

/* −EINVAL for an unknown name, ret untouched. */
int reading_kind_from_name(const char *name, enum reading_kind *ret);
/* False outside the kind's range, or not a number. */
static inline bool reading_is_possible(enum reading_kind kind, double value)
{
	if (kind <= READING_NONE || kind >= READING_KINDS)
		return false;
	/* a value that is not a number compares false both ways */
	return value >= reading_kinds[kind].min && value <= reading_kinds[kind].max;
}

/* One sample of a worn accelerometer, in its own axes. */
struct accel_sample {
	uint32_t offset_us; /* after the batch's first_us, on the sensor's clock; never shrinks
			       within a batch */
	int16_t x_mg, y_mg, z_mg;
};

/*
 * Samples of one wearable, oldest first. Stamps are the sensor's own, with their jitter and gaps:
 * whoever consumes them re-times them. `first_us` continues over the batches of one connection.
 */
struct accel_batch {
	uint64_t time_us;  /* CLOCK_BOOTTIME when the last sample was heard */
	uint64_t first_us; /* the sensor's clock at the first sample */
	struct sensor_id sensor;
	uint16_t range_mg; /* full scale, 0 when not known */
	uint16_t count;
	struct accel_sample samples[ACCEL_BATCH_MAX];
};
