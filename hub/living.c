/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home's rhythm on its way between the sensors and the incidents.
 */
#include "common/log.h"
#include "hub/hub.h"

#include <errno.h>
#include <string.h>

int hub_begin_rhythm(struct hub *h)
{
	struct moment at = hub_now();
	int r;

	if (h->config.rhythm.is_off)
		return 0;
	r = rhythm_new(&h->rhythm, &h->config.rhythm, &h->supervision, h->config.state_dir, at);
	if (r < 0)
		return r;
	if (rhythm_fault(h->rhythm)[0])
		log_error("%s", rhythm_fault(h->rhythm));
	if (h->played_from_ms)
		rhythm_play(
			h->rhythm, local_time_to_utc_ms(h->played_from_ms), h->played_speed, at);
	return 0;
}

void hub_live(struct hub *h, const struct roster_sensor *sensor, const struct reading *reading,
	struct moment at)
{
	enum movement_word word = sensor_moved(sensor, reading);

	if (!h->rhythm || !rhythm_reading(h->rhythm, sensor, reading, at) || word == MOVEMENT_WAITS)
		return;
	episodes_moved(&h->episodes, sensor->name, word == MOVEMENT_ANSWERS, at);
	if (word == MOVEMENT_ANSWERS)
		pause_moved(&h->pause);
}

void hub_answered(struct hub *h, bool is_fine, struct moment at)
{
	if (h->rhythm)
		rhythm_answered(h->rhythm, is_fine, at);
}

bool hub_is_deaf(const struct hub *h)
{
	for (unsigned int n = 0; n < h->sources_count; n++)
		if (h->sources[n].health.state == SOURCE_DEAF && !h->sources[n].is_link &&
			!h->sources[n].is_gpio)
			return true;
	return false;
}

void hub_look(struct hub *h, struct moment at)
{
	struct suspicion suspicions[RHYTHM_TURN_MAX];
	struct routine_answer answers[RHYTHM_TURN_MAX];
	int count;

	if (!h->rhythm)
		return;
	count = rhythm_turn(h->rhythm, at, suspicions, answers);
	for (int n = 0; n < count; n++)
		judge_surprise(h->judge, &answers[n], &suspicions[n], at);
	if (count > 0)
		hub_conclude(h, at);
}

void hub_end_rhythm(struct hub *h)
{
	h->rhythm = rhythm_free(h->rhythm, hub_now());
}
