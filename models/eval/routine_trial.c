/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts a recorded home through the routine model, minute by minute, as a hub would.
 */
#include "models/eval/routine_trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS  60000
#define SHOWN_MS 1200000 /* silences whose limit is kept, for the drawing */

static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int compare_ms(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The silences of the whole home with their truth, and where the scored half begins. */
static int list_silences(struct routine_trial *t)
{
	const struct home_log *h = t->home;
	int64_t first_ms = h->events[0].at_ms, last_ms = h->events[h->count - 1].at_ms;
	int64_t middle_ms = first_ms + (last_ms - first_ms) / 2;
	struct truth truth = truth_begin(h);

	t->count = h->count - 1;
	t->silences = calloc(t->count, sizeof(t->silences[0]));
	if (!t->silences)
		return -ENOMEM;
	t->scored_from = t->count;
	for (size_t i = 0; i < t->count; i++) {
		t->silences[i].from_ms = h->events[i].at_ms;
		t->silences[i].until_ms = h->events[i + 1].at_ms;
		t->silences[i].is_home = truth_step(&truth, h, i);
		if (t->scored_from == t->count && h->events[i].at_ms >= middle_ms)
			t->scored_from = i;
	}
	t->days_scored = (double)(last_ms - middle_ms) / 86400e3;
	t->known_days = (double)(middle_ms - first_ms) / 86400e3;
	return 0;
}

/* `wanted` times, each moment at home in the scored half as likely as any other. */
static int draw_times(struct routine_trial *t, uint32_t seed, size_t wanted)
{
	uint64_t home_ms = 0, before_ms = 0, state = seed;
	int64_t *at = calloc(wanted ? wanted : 1, sizeof(*at));
	size_t n = 0;

	t->injections = calloc(wanted ? wanted : 1, sizeof(t->injections[0]));
	if (!at || !t->injections) {
		free(at);
		return -ENOMEM;
	}
	for (size_t i = t->scored_from; i < t->count; i++)
		if (t->silences[i].is_home)
			home_ms += (uint64_t)(t->silences[i].until_ms - t->silences[i].from_ms);
	for (size_t i = 0; i < wanted && home_ms; i++)
		at[i] = (int64_t)(random_next(&state) % home_ms);
	qsort(at, wanted, sizeof(*at), compare_ms);
	for (size_t i = t->scored_from; i < t->count && home_ms; i++) {
		const struct trial_silence *s = &t->silences[i];
		uint64_t length_ms = (uint64_t)(s->until_ms - s->from_ms);

		if (!s->is_home)
			continue;
		for (; n < wanted && (uint64_t)at[n] < before_ms + length_ms; n++)
			t->injections[n] =
				(struct injection){.at_ms = s->from_ms + at[n] - (int64_t)before_ms,
					.silence = (uint32_t)i};
		before_ms += length_ms;
	}
	t->injected = n;
	free(at);
	return 0;
}

static struct routine_time moment(int64_t ms)
{
	return (struct routine_time){ms, 0};
}

/* Silence from then on: runs a copy until it alarms, or a day. */
static void inject(const struct routine *model, struct routine *copy,
	const struct trial_silence *in, struct injection *j)
{
	struct routine_answer answers[ROUTINE_ANSWERS_MAX];

	j->delay_s = DELAY_MAX_S;
	if (in->alarm_ms) { /* already alarming when it fell silent */
		j->delay_s = 0;
		j->what = in->what;
		return;
	}
	memcpy(copy, model, routine_size());
	for (int64_t ms = j->at_ms; ms < j->at_ms + DELAY_MAX_S * 1000LL; ms += TICK_MS)
		if (routine_judge(copy, moment(ms), answers) > 0) {
			j->delay_s = (double)(ms - j->at_ms) / 1000;
			j->what = answers[0].what;
			return;
		}
	j->is_away = routine_presence(copy) == ROUTINE_AWAY;
}

static void judge(struct routine *model, int64_t ms, struct trial_silence *s)
{
	struct routine_answer answers[ROUTINE_ANSWERS_MAX];

	if (routine_judge(model, moment(ms), answers) > 0 && s->alarm_ms == 0) {
		s->alarm_ms = ms;
		s->what = answers[0].what;
	}
}

struct run {
	struct routine *model, *copy;
	size_t next;     /* injection */
	int64_t tick_ms; /* the hub looks each minute */
};

static void live(struct routine_trial *t, struct run *run, size_t i)
{
	struct trial_silence *s = &t->silences[i];
	struct routine_answer limit;
	struct routine_time since;

	if (run->tick_ms < s->from_ms)
		run->tick_ms = s->from_ms - s->from_ms % TICK_MS + TICK_MS;
	if (routine_where(run->model, &since, &s->room, &s->is_on_mat) &&
		s->until_ms - s->from_ms >= SHOWN_MS) {
		routine_limit_now(run->model, &limit);
		s->limit_s = limit.limit_s;
	}
	for (; run->next < t->injected && t->injections[run->next].silence == i; run->next++) {
		for (; run->tick_ms <= t->injections[run->next].at_ms; run->tick_ms += TICK_MS)
			judge(run->model, run->tick_ms, s);
		inject(run->model, run->copy, s, &t->injections[run->next]);
	}
	for (; run->tick_ms < s->until_ms; run->tick_ms += TICK_MS)
		judge(run->model, run->tick_ms, s);
	judge(run->model, s->until_ms, s);
}

/* What the model does not learn from either: see ROUTINE_REST_MAX_S. */
static bool is_odd(const struct home_log *h, size_t i)
{
	int64_t length_ms = h->events[i + 1].at_ms - h->events[i].at_ms;

	return length_ms > ROUTINE_REST_MAX_S * 1000LL ||
	       (length_ms > 3600000 &&
		       h->sensors[h->events[i + 1].sensor].role == ROUTINE_OUTER_DOOR);
}

static int run_home(struct routine_trial *t, struct run *run)
{
	const struct home_log *h = t->home;
	struct trial_silence ignored = {0};
	uint8_t numbers[ROUTINE_SENSORS_MAX];

	for (size_t i = 0; i < h->sensor_count; i++) {
		int number = routine_sensor(run->model, h->sensors[i].name, h->sensors[i].room,
			h->sensors[i].sign, h->sensors[i].role);

		if (number < 0)
			return number;
		numbers[i] = (uint8_t)number;
	}
	for (size_t i = 0; i < t->count; i++) {
		struct routine_event e = {moment(h->events[i].at_ms), numbers[h->events[i].sensor],
			h->events[i].is_on};

		(void)routine_push(run->model, &e);
		if (i >= t->scored_from)
			live(t, run, i);
		else
			judge(run->model, t->silences[i].until_ms, &ignored);
		t->silences[i].is_away = routine_presence(run->model) == ROUTINE_AWAY;
		t->silences[i].is_learned = !t->silences[i].is_away && !is_odd(h, i);
	}
	return 0;
}

int routine_trial_run(
	const struct home_log *home, uint32_t seed, size_t injections, struct routine_trial *ret)
{
	struct routine_trial t = {.home = home, .model = malloc(routine_size())};
	struct run run = {.model = t.model, .copy = malloc(routine_size())};
	int error = t.model && run.copy ? routine_init(t.model, NULL) : -ENOMEM;

	if (error == 0)
		error = list_silences(&t);
	if (error == 0)
		error = draw_times(&t, seed, injections);
	if (error == 0)
		error = run_home(&t, &run);
	free(run.copy);
	if (error < 0)
		routine_trial_done(&t);
	else
		*ret = t;
	return error;
}

void routine_trial_done(struct routine_trial *t)
{
	free(t->silences);
	free(t->injections);
	free(t->model);
	*t = (struct routine_trial){0};
}
