/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE table of kinds. A value outside [min, max] is impossible and is refused where it is decoded,
 * once; nobody checks again behind. Units are those of the bthome.io format table reduced to one a
 * kind (metres, litres, kilograms). Ranges are what a sensor in or around a home can truthfully
 * say, not what its bytes could hold. stale_s: moments 0; motion and vibration minutes; states that
 * are sent on change with a daily sign of life 26 h; climate two hours.
 */
#include "sensors/reading.h"

#include <errno.h>
#include <string.h>

#define MOMENT_S 0
#define MOTION_S 300
#define HOURLY_S 7200
#define DAILY_S  93600

#define YES_NO(text, stale) \
	{ \
		.name = text, .unit = "", .min = 0, .max = 1, .stale_s = stale \
	}
#define QUANTITY(text, unit_text, least, most) \
	{ \
		.name = text, .unit = unit_text, .min = least, .max = most, .stale_s = HOURLY_S \
	}

const struct reading_kind_row reading_kinds[READING_KINDS] = {
	[READING_NONE] = {"none", "", 0, 0, MOMENT_S},
	[READING_BUTTON] = {"button", "", BUTTON_NONE, BUTTON_HOLD, MOMENT_S},
	[READING_DIMMER] = {"dimmer", "steps", -255, 255, MOMENT_S},
	[READING_COMMAND] = {"command", "", 0, 255, MOMENT_S},

	[READING_BATTERY_LOW] = YES_NO("battery_low", DAILY_S),
	[READING_BATTERY_CHARGING] = YES_NO("battery_charging", DAILY_S),
	[READING_CARBON_MONOXIDE_ALARM] = YES_NO("carbon_monoxide_alarm", DAILY_S),
	[READING_COLD] = YES_NO("cold", DAILY_S),
	[READING_CONNECTIVITY] = YES_NO("connectivity", DAILY_S),
	[READING_DOOR] = YES_NO("door", DAILY_S),
	[READING_EMERGENCY] = YES_NO("emergency", MOMENT_S),
	[READING_GARAGE_DOOR] = YES_NO("garage_door", DAILY_S),
	[READING_GAS_ALARM] = YES_NO("gas_alarm", DAILY_S),
	[READING_GENERIC] = YES_NO("generic", DAILY_S),
	[READING_HEAT] = YES_NO("heat", DAILY_S),
	[READING_LIGHT] = YES_NO("light", DAILY_S),
	[READING_LOCK] = YES_NO("lock", DAILY_S),
	[READING_MOISTURE_ALARM] = YES_NO("moisture_alarm", DAILY_S),
	[READING_MOTION] = YES_NO("motion", MOTION_S),
	[READING_MOVING] = YES_NO("moving", MOTION_S),
	[READING_OCCUPANCY] = YES_NO("occupancy", DAILY_S),
	[READING_OPENING] = YES_NO("opening", DAILY_S),
	[READING_PLUG] = YES_NO("plug", DAILY_S),
	[READING_POWER_ON] = YES_NO("power_on", DAILY_S),
	[READING_PRESENCE] = YES_NO("presence", DAILY_S),
	[READING_PRESSURE_MAT] = YES_NO("pressure_mat", DAILY_S),
	[READING_PROBLEM] = YES_NO("problem", DAILY_S),
	[READING_RUNNING] = YES_NO("running", DAILY_S),
	[READING_SAFETY] = YES_NO("safety", DAILY_S),
	[READING_SMOKE] = YES_NO("smoke", DAILY_S),
	[READING_SOUND] = YES_NO("sound", MOTION_S),
	[READING_TAMPER] = YES_NO("tamper", DAILY_S),
	[READING_VIBRATION] = YES_NO("vibration", MOTION_S),
	[READING_WINDOW] = YES_NO("window", DAILY_S),
	[READING_WORN] = YES_NO("worn", DAILY_S),
	[READING_MAINS] = YES_NO("mains", DAILY_S),
	[READING_PULL_CORD] = YES_NO("pull_cord", DAILY_S),

	[READING_ACCELERATION] = QUANTITY("acceleration", "m/s²", -2500, 2500),
	[READING_BATTERY] = {"battery", "%", 0, 100, DAILY_S},
	[READING_CHANNEL] = QUANTITY("channel", "", 0, 255),
	[READING_CO2] = QUANTITY("co2", "ppm", 0, 65535),
	[READING_CONDUCTIVITY] = QUANTITY("conductivity", "µS/cm", 0, 65535),
	[READING_COUNT] = QUANTITY("count", "", -2147483648.0, 4294967295.0),
	[READING_CURRENT] = QUANTITY("current", "A", -100, 100),
	[READING_DEW_POINT] = QUANTITY("dew_point", "°C", -100, 100),
	[READING_DIRECTION] = QUANTITY("direction", "°", 0, 360),
	[READING_DISTANCE] = QUANTITY("distance", "m", 0, 6553.5),
	[READING_DURATION] = QUANTITY("duration", "s", 0, 16777.215),
	[READING_ENERGY] = QUANTITY("energy", "kWh", 0, 4294967.295),
	[READING_GAS] = QUANTITY("gas", "m³", 0, 4294967.295),
	[READING_GYROSCOPE] = QUANTITY("gyroscope", "°/s", -4000, 4000),
	[READING_HEART_RATE] = {"heart_rate", "1/min", 0, 300, 60},
	[READING_HUMIDITY] = QUANTITY("humidity", "%", 0, 100),
	[READING_ILLUMINANCE] = QUANTITY("illuminance", "lx", 0, 167772.15),
	[READING_LIGHT_LEVEL] = QUANTITY("light_level", "", 0, 255),
	[READING_MASS] = QUANTITY("mass", "kg", 0, 655.35),
	[READING_MOISTURE] = QUANTITY("moisture", "%", 0, 100),
	[READING_PM2_5] = QUANTITY("pm2_5", "µg/m³", 0, 65535),
	[READING_PM10] = QUANTITY("pm10", "µg/m³", 0, 65535),
	[READING_POWER] = QUANTITY("power", "W", -21474836.48, 21474836.47),
	[READING_PRECIPITATION] = QUANTITY("precipitation", "mm", 0, 6553.5),
	[READING_PRESSURE] = QUANTITY("pressure", "hPa", 300, 1200),
	[READING_ROTATION] = QUANTITY("rotation", "°", -3276.8, 3276.7),
	[READING_ROTATIONAL_SPEED] = QUANTITY("rotational_speed", "1/min", 0, 65535),
	[READING_SPEED] = QUANTITY("speed", "m/s", -2147.5, 2147.5),
	[READING_TEMPERATURE] = QUANTITY("temperature", "°C", -100, 300),
	[READING_TIMESTAMP] = {"timestamp", "s", 0, 4294967295.0, MOMENT_S},
	[READING_TVOC] = QUANTITY("tvoc", "µg/m³", 0, 65535),
	[READING_TX_POWER] = QUANTITY("tx_power", "dBm", -128, 127),
	[READING_UV_INDEX] = QUANTITY("uv_index", "", 0, 25.5),
	[READING_VOLTAGE] = QUANTITY("voltage", "V", 0, 1000),
	[READING_VOLUME] = QUANTITY("volume", "l", 0, 4294967.295),
	[READING_VOLUME_FLOW] = QUANTITY("volume_flow", "m³/h", 0, 65.535),
	[READING_VOLUME_STORAGE] = QUANTITY("volume_storage", "l", 0, 4294967.295),
	[READING_WATER] = QUANTITY("water", "l", 0, 4294967.295),

	[READING_TEXT] = {"text", "", 0, 0, MOMENT_S},
	[READING_RAW] = {"raw", "", 0, 0, MOMENT_S},
};

int reading_kind_from_name(const char *name, enum reading_kind *ret)
{
	for (int kind = READING_NONE + 1; kind < READING_KINDS; kind++) {
		if (strcmp(reading_kinds[kind].name, name) != 0)
			continue;
		*ret = (enum reading_kind)kind;
		return 0;
	}
	return -EINVAL;
}
