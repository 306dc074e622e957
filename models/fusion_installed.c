/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home as the installer described it: who lives there, and which sensors.
 */
#include "models/fusion_state.h"

#include <errno.h>
#include <string.h>

size_t fusion_size(void)
{
	return sizeof(struct fusion);
}

static bool is_home_possible(const struct fusion_home *home)
{
	if (home->residents < 1 || home->residents > FUSION_RESIDENTS_MAX ||
		home->visits_count > FUSION_VISITS_MAX)
		return false;
	for (unsigned int n = 0; n < home->visits_count; n++)
		if (home->visits[n].weekday > 6 || home->visits[n].until_h > 24 ||
			home->visits[n].from_h >= home->visits[n].until_h)
			return false;
	return home->ask > 0 && home->ask < home->raise && home->raise < 1;
}

int fusion_init(struct fusion *f, const struct fusion_home *home)
{
	if (!is_home_possible(home))
		return -EINVAL;
	memset(f, 0, sizeof(*f));
	f->home = *home;
	f->ask_odds = fusion_odds_of(home->ask);
	f->raise_odds = fusion_odds_of(home->raise);
	return 0;
}

static void forget(struct fusion *f, uint8_t sensor)
{
	struct fusion_sensed *s = &f->sensors[sensor];

	if (s->sensor.role == FUSION_WEARABLE)
		f->wearables_taken &= (uint8_t) ~(1U << s->wearable);
	for (unsigned int n = 0; n < FUSION_EVENTS_MAX; n++)
		if (f->events[n].sensor == sensor)
			f->events[n].is_open = false;
	*s = (struct fusion_sensed){.is_on = false};
}

static int free_wearable(const struct fusion *f)
{
	for (unsigned int n = 0; n < FUSION_WEARABLES_MAX; n++)
		if (!(f->wearables_taken & 1U << n))
			return (int)n;
	return -EMFILE;
}

int fusion_install(struct fusion *f, uint8_t sensor, const struct fusion_sensor *as)
{
	int wearable;

	if (sensor >= FUSION_SENSORS_MAX || as->resident > f->home.residents)
		return -EINVAL;
	forget(f, sensor);
	wearable = as->role == FUSION_WEARABLE ? free_wearable(f) : 0;
	if (wearable < 0)
		return wearable;
	f->sensors[sensor] = (struct fusion_sensed){.sensor = *as, .wearable = (uint8_t)wearable};
	/* who lives alone wears whatever is worn */
	if (f->home.residents == 1)
		f->sensors[sensor].sensor.resident = 1;
	if (as->role == FUSION_WEARABLE) {
		f->wearables_taken |= (uint8_t)(1U << wearable);
		f->wearables[wearable] = (struct fusion_wearable){.has_rest = false};
	}
	return 0;
}
