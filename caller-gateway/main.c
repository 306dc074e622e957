/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vigie-gateway: the daemon at the monitoring centre. Reads options and configuration, runs. Exit
 * status: 0, 1 what failed while running, 2 bad options or configuration.
 */
#include "caller-gateway/gateway.h"
#include "common/cleanup.h"
#include "common/log.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>

#define CONFIG_DEFAULT "/etc/vigie/gateway.yaml"

enum { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_REFUSED = 2 };

static const char usage[] = "usage: vigie-gateway [--config FILE] [--check] [--verbose]\n"
			    "\n"
			    "  --config FILE   configuration, " CONFIG_DEFAULT " unless said\n"
			    "  --check         say what is wrong with the configuration, and end\n"
			    "  --verbose       log more (names and addresses too)\n"
			    "  --help, --version\n";

struct options {
	const char *config;
	bool is_check;
	int status; /* −1: go on */
};

static struct options read_options(int argc, char *argv[])
{
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	struct options o = {.config = CONFIG_DEFAULT, .status = -1};
	int option;

	while (o.status < 0 && (option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'c') {
			o.config = optarg;
		} else if (option == 'k') {
			o.is_check = true;
		} else if (option == 'v') {
			log_set_level(LOG_LEVEL_DEBUG);
		} else if (option == 'h' || option == 'V') {
			(void)fputs(option == 'h' ? usage : "vigie-gateway " VIGIE_VERSION "\n",
				stdout);
			o.status = EXIT_GOOD;
		} else {
			(void)fputs(usage, stderr);
			o.status = EXIT_REFUSED;
		}
	}
	if (o.status < 0 && optind < argc) {
		(void)fprintf(
			stderr, "vigie-gateway: %s: takes no such word\n%s", argv[optind], usage);
		o.status = EXIT_REFUSED;
	}
	return o;
}

static struct gateway *finish(struct gateway *g)
{
	gateway_done(g);
	free(g);
	return NULL;
}

DEFINE_CLEANUP(struct gateway *, finish_p, finish)

int main(int argc, char *argv[])
{
	_cleanup_(finish_p) struct gateway *g = calloc(1, sizeof(*g));
	char error[GATEWAY_CONFIG_ERROR_MAX] = "";
	struct options o = read_options(argc, argv);

	if (!g)
		return EXIT_FAILED;
	if (o.status >= 0)
		return o.status;
	if (gateway_config_load(o.config, &g->config, error) < 0) {
		(void)fprintf(stderr, "%s\n", error);
		return EXIT_REFUSED;
	}
	if (o.is_check) {
		(void)printf("%s: ok, %u homes\n", o.config, g->config.homes_count);
		return EXIT_GOOD;
	}
	/* a full disk or a peer that went away is an error of the call, not the end of the gateway
	 */
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	if (gateway_init(g) < 0 || gateway_run(g) < 0)
		return EXIT_FAILED;
	return EXIT_GOOD;
}
