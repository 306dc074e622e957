/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options by getopt_long, numbers checked, contradictions refused.
 */
#include "hub/options.h"

#include "sensors/source_replay.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char hub_usage[] =
	"usage: vigie-hub [--config FILE] [--check] [--replay FILE [--sensor ID]]… [--speed N|max]\n"
	"       vigie-hub --replay FILE --stats\n"
	"\n"
	"  --config FILE   configuration, /etc/vigie/hub.yaml unless said\n"
	"  --check         say what is wrong with the configuration and its keys, and end\n"
	"  --replay FILE   play a recording as if it were heard now; may be given several times.\n"
	"                  What it teaches stays in state_dir/replay, apart from the home's own\n"
	"  --sensor ID     the installed sensor whose samples a recording holds (\"wearable\")\n"
	"  --speed N|max   play N times faster, or as fast as possible\n"
	"  --exit-at-end   end when every recording is over; otherwise the hub stays\n"
	"  --stats         count what the recording holds, print one JSON object, and end\n"
	"  --verbose       log more\n"
	"  --help, --version\n";

__attribute__((format(printf, 2, 3))) static int refuse(
	char ret_error[HUB_CONFIG_ERROR_MAX], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(ret_error, HUB_CONFIG_ERROR_MAX, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static int read_speed(const char *text, double *ret, char *ret_error)
{
	char *end = NULL;
	double speed;

	if (strcmp(text, "max") == 0) {
		*ret = 0;
		return 0;
	}
	speed = strtod(text, &end);
	if (end == text || *end || !isfinite(speed) || speed <= 0 ||
		speed > SOURCE_REPLAY_SPEED_MAX)
		return refuse(ret_error, "--speed %s: needs a number up to %g, or max", text,
			SOURCE_REPLAY_SPEED_MAX);
	*ret = speed;
	return 0;
}

static int add_replay(struct hub_options *o, const char *path, char *ret_error)
{
	if (o->replays_count == HUB_REPLAYS_MAX)
		return refuse(ret_error, "--replay: at most %d recordings", HUB_REPLAYS_MAX);
	o->replays[o->replays_count++].path = path;
	return 0;
}

static int check_together(const struct hub_options *o, char *ret_error)
{
	if (o->is_stats && o->replays_count != 1)
		return refuse(ret_error, "--stats: needs exactly one --replay");
	if (o->is_exit_at_end && o->replays_count == 0)
		return refuse(ret_error, "--exit-at-end: needs --replay");
	return 0;
}

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"check", no_argument, NULL, 'k'},
	{"replay", required_argument, NULL, 'r'},
	{"sensor", required_argument, NULL, 's'},
	{"speed", required_argument, NULL, 'x'},
	{"exit-at-end", no_argument, NULL, 'e'},
	{"stats", no_argument, NULL, 't'},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int take_option(struct hub_options *o, int letter, const char **for_all, char *ret_error)
{
	switch (letter) {
	case 'c':
		o->config = optarg;
		return 0;
	case 'r':
		return add_replay(o, optarg, ret_error);
	case 's':
		if (strlen(optarg) == 0 || strlen(optarg) >= SENSOR_ID_MAX)
			return refuse(ret_error, "--sensor: needs 1..%d bytes", SENSOR_ID_MAX - 1);
		if (o->replays_count == 0)
			*for_all = optarg;
		else
			o->replays[o->replays_count - 1].sensor = optarg;
		return 0;
	case 'x':
		return read_speed(optarg, &o->speed, ret_error);
	default:
		o->is_check |= letter == 'k';
		o->is_exit_at_end |= letter == 'e';
		o->is_stats |= letter == 't';
		o->is_verbose |= letter == 'v';
		o->is_help |= letter == 'h';
		o->is_version |= letter == 'V';
		return 0;
	}
}

int hub_options_read(
	struct hub_options *ret, int argc, char *argv[], char ret_error[HUB_CONFIG_ERROR_MAX])
{
	struct hub_options o = {.speed = 1};
	const char *for_all = NULL;
	int letter, r;

	optind = 0;
	opterr = 0;
	while ((letter = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (letter == '?' || letter == ':')
			return refuse(ret_error, "%s: %s", argv[optind - 1],
				letter == ':' ? "needs a value" : "unknown option");
		r = take_option(&o, letter, &for_all, ret_error);
		if (r < 0)
			return r;
	}
	if (optind < argc)
		return refuse(ret_error, "%s: unexpected argument", argv[optind]);
	for (unsigned int n = 0; n < o.replays_count; n++)
		if (!o.replays[n].sensor)
			o.replays[n].sensor = for_all;
	r = check_together(&o, ret_error);
	if (r == 0)
		*ret = o;
	return r;
}
