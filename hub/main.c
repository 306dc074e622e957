/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-hub: the daemon in the home. Reads options, configuration and keys, makes the hub and its
 * sources, runs. Exit status: 0, 1 what failed while running, 2 bad options, configuration or
 * recording.
 */
#include "common/cleanup.h"
#include "common/log.h"
#include "hub/buses.h"
#include "hub/enrolment.h"
#include "hub/options.h"
#include "hub/radio.h"
#include "hub/replay_state.h"
#include "hub/roster_aside.h"
#include "hub/warnings.h"
#include "sensors/replay_stats.h"
#include "sensors/source_replay.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#define CONFIG_DEFAULT   "/etc/vigie/hub.yaml"
#define HEAP_BLOCK_BYTES 65536

enum { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_REFUSED = 2 };

static int print_stats(const struct hub_options *o, struct device_keys *keys)
{
	char error[RECORDING_ERROR_MAX];
	struct replay_stats stats;

	if (replay_stats_read(o->replays[0].path, keys, &stats, error) < 0) {
		(void)fprintf(stderr, "%s\n", error);
		return EXIT_REFUSED;
	}
	return replay_stats_print(&stats, stdout) < 0 || fflush(stdout) != 0 ? EXIT_FAILED
									     : EXIT_GOOD;
}

/* Configuration and keys into the hub, or one line saying what is wrong. */
static int load(const struct hub_options *o, struct hub *h)
{
	const char *path = o->config ? o->config : CONFIG_DEFAULT;
	const struct hub_config_how how = {.is_forgiving = !o->is_check && !o->is_stats};
	char error[HUB_CONFIG_ERROR_MAX], keys_error[DEVICE_KEYS_ERROR_MAX];

	if (hub_config_load_how(path, &how, &h->config, error) < 0) {
		(void)fprintf(stderr, "%s\n", error);
		return EXIT_REFUSED;
	}
	if (h->config.keys[0] && device_keys_load(&h->keys, h->config.keys, keys_error) < 0) {
		(void)fprintf(stderr, "%s\n", keys_error);
		return EXIT_REFUSED;
	}
	if (o->replays_count > 0 && how.is_forgiving &&
		replay_state_take(h->config.state_dir, error) < 0) {
		(void)fprintf(stderr, "%s\n", error);
		return EXIT_REFUSED;
	}
	h->config_path = path;
	if (how.is_forgiving)
		roster_aside_begin(h);
	if (enrolment_begin(h, how.is_forgiving, keys_error) < 0) {
		(void)fprintf(stderr, "%s\n", keys_error);
		return EXIT_REFUSED;
	}
	return EXIT_GOOD;
}

/* A home that is played brings its own hours; played all at once it has none to judge by. */
static void take_hours(const struct hub_options *o, const char *path, struct hub *h)
{
	char error[RECORDING_ERROR_MAX];
	struct recording_record first;
	struct recording *r;

	if (h->played_from_ms || recording_open(&r, path, NULL, error) < 0)
		return;
	if (recording_format(r) == RECORDING_HOME_LOG && recording_next(r, &first) > 0) {
		h->config.rhythm.is_off |= o->speed <= 0;
		h->played_from_ms = first.calendar_us / 1000;
		h->played_speed = o->speed;
	}
	(void)recording_free(r);
}

static int add_replays(const struct hub_options *o, struct hub *h)
{
	for (unsigned int n = 0; n < o->replays_count; n++) {
		struct hub_source *source = &h->sources[n];
		struct source_replay_options options = {.path = o->replays[n].path,
			.sensor = o->replays[n].sensor,
			.speed = o->speed,
			.keys = &h->keys};
		struct source_listener listener;
		char error[RECORDING_ERROR_MAX];

		source->hub = h;
		listener = hub_listener(source);
		if (source_replay_new(&source->source, h->event, &options, &listener, error) < 0) {
			(void)fprintf(stderr, "%s\n", error);
			return EXIT_REFUSED;
		}
		h->sources_count++;
		take_hours(o, o->replays[n].path, h);
	}
	return EXIT_GOOD;
}

/* What is wrong with it was refused. */
static int print_check(const char *path, struct hub *h)
{
	char lacks[WARNINGS_MAX][INCIDENT_TEXT_MAX];
	unsigned int count = warnings_of(h, lacks);

	for (unsigned int n = 0; n < count; n++)
		(void)fprintf(stderr, "%s: warning: %s\n", path, lacks[n]);
	(void)printf("%s: ok, %u sensors\n", path, h->config.roster.installed);
	return EXIT_GOOD;
}

static int run(const struct hub_options *o, struct hub *h)
{
	int status;

	/* a full disk or a peer that went away is an error of the call, not the end of the hub */
	(void)signal(SIGXFSZ, SIG_IGN);
	/* the radio's capabilities are the hub's own, and no child's (vigie-voice) */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	h->is_exit_at_end = o->is_exit_at_end;
	if (sd_event_new(&h->event) < 0)
		return EXIT_FAILED;
	/* what is wrong with a recording is said before anything is touched */
	status = add_replays(o, h);
	if (status == EXIT_GOOD && radio_add(h) < 0)
		status = EXIT_FAILED;
	if (status == EXIT_GOOD && buses_add(h) < 0)
		status = EXIT_FAILED;
	if (status == EXIT_GOOD && hub_init(h) < 0)
		status = EXIT_FAILED;
	if (status == EXIT_GOOD && hub_run(h) < 0)
		status = EXIT_FAILED;
	return status;
}

static struct hub *finish(struct hub *h)
{
	hub_done(h);
	free(h);
	return NULL;
}

DEFINE_CLEANUP(struct hub *, finish_p, finish)

/* A home's hub is small: one heap for all threads instead of one each, and what was needed for a
 * moment (reading configuration) goes back. 0.4 MiB of 12.5, measured 2026-11-27. */
static void spare_memory(void)
{
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, HEAP_BLOCK_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_BLOCK_BYTES);
	(void)mallopt(M_TOP_PAD, HEAP_BLOCK_BYTES / 4);
}

int main(int argc, char *argv[])
{
	_cleanup_(finish_p) struct hub *h = NULL;
	char error[HUB_CONFIG_ERROR_MAX];
	struct hub_options o;
	int status;

	spare_memory();
	h = calloc(1, sizeof(*h));
	if (!h)
		return EXIT_FAILED;
	if (hub_options_read(&o, argc, argv, error) < 0) {
		(void)fprintf(stderr, "vigie-hub: %s\n%s", error, hub_usage);
		return EXIT_REFUSED;
	}
	if (o.is_help || o.is_version) {
		(void)fputs(o.is_help ? hub_usage : "vigie-hub " VIGIE_VERSION "\n", stdout);
		return EXIT_GOOD;
	}
	if (o.is_verbose)
		log_set_level(LOG_LEVEL_DEBUG);
	status = o.is_stats && !o.config ? EXIT_GOOD : load(&o, h);
	if (status != EXIT_GOOD)
		return status;
	if (o.is_stats)
		return print_stats(&o, &h->keys);
	if (o.is_check)
		return print_check(o.config ? o.config : CONFIG_DEFAULT, h);
	return run(&o, h);
}
