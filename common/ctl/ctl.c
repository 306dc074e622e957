/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conversation with the daemon, and the exit status.
 */
#include "common/ctl/ctl.h"

#include "common/ctl/connection.h"
#include "common/ctl/export.h"
#include "common/ctl/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_LIMIT_S 10
#define PAUSE_NS       1000000000

struct talk {
	const struct ctl_command *command;
	const struct ctl_options *options;
	enum ctl_language language;
	const char *daemon, *socket;
	const char *folder; /* what an export goes to, or NULL */
	FILE *out, *err;
	struct ctl_live live;
};

/* Says `phrase` with up to three values in the place of its %s. */
static int complain(const struct talk *t, const char *phrase, const char *first, const char *second,
	const char *third)
{
	(void)fputs("vigie-ctl: ", t->err);
	ctl_say(t->err, t->language, phrase, (const char *const[]){first, second, third, NULL});
	(void)fputc('\n', t->err);
	return CTL_NOT_DONE;
}

static int cannot_connect(const struct talk *t, int error)
{
	if (error == -ENOENT || error == -ECONNREFUSED || error == -ENOTDIR)
		return complain(t,
			"%s does not run: nobody answers on %s (start it: systemctl start %s)",
			t->daemon, t->socket, t->daemon);
	if (error == -EACCES || error == -EPERM)
		return complain(t, "%s: no right to speak to %s (as root, or in the group %s)",
			t->socket, t->daemon, t->daemon);
	return complain(
		t, "%s: %s cannot be reached on %s", strerror(-error), t->daemon, t->socket);
}

static void show(struct talk *t, const json_t *answer)
{
	if (t->command->show_live)
		t->command->show_live(t->out, t->language, answer, &t->live);
	else
		t->command->show(t->out, t->language, answer);
}

/* What a command that asks again has still to wait, and what it did not find. */
struct outlook {
	json_int_t left_s;
	size_t missing;
};

/* Shows one line of the daemon. A refusal is an answer: --json hands it on too. */
static int take_line(struct talk *t, const char *line, bool is_step, struct outlook *ret)
{
	json_t *answer = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const json_t *ok = json_object_get(answer, "ok");
	const char *error = json_string_value(json_object_get(answer, "error"));
	int status = CTL_DONE;

	if (!json_is_object(answer) || (!is_step && !json_is_boolean(ok)))
		status = complain(
			t, "%s answers what is not understood on %s", t->daemon, t->socket, "");
	else if (t->options->is_json)
		(void)fprintf(t->out, "%s\n", line);
	if (status == CTL_DONE && json_is_false(ok)) {
		status = CTL_REFUSED;
		if (!t->options->is_json)
			(void)complain(t, "%s refuses: %s", t->daemon,
				ctl_words(t->language, error ? error : ""), "");
	} else if (status == CTL_DONE && !t->options->is_json &&
		   (is_step || !t->command->is_stream)) {
		show(t, answer);
	}
	(void)fflush(t->out);
	ret->left_s = json_integer_value(json_object_get(answer, "left_s"));
	ret->missing = json_array_size(json_object_get(answer, "missing"));
	json_decref(answer);
	return status;
}

/* Steps until the daemon ends or nobody reads us any more. */
static int follow(struct talk *t, struct connection *c)
{
	struct outlook outlook;
	const char *line;
	int status = CTL_DONE;

	while (status == CTL_DONE && !ferror(t->out) && connection_hear(c, 0, &line) == 0)
		status = take_line(t, line, true, &outlook);
	return status;
}

static int ask(struct talk *t, struct connection *c, const char *request, struct outlook *ret)
{
	const char *line;
	int r = connection_say(c, request);

	if (r == 0)
		r = connection_hear(c, ANSWER_LIMIT_S, &line);
	if (r < 0)
		return complain(t, "%s does not answer on %s", t->daemon, t->socket, "");
	return take_line(t, line, false, ret);
}

/* Asks how it goes until it is over; the daemon ends it by itself. */
static int watch(struct talk *t, struct connection *c, struct outlook *outlook)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS - 1};
	char request[64];
	int status = CTL_DONE;

	(void)snprintf(request, sizeof request, "{\"do\":\"%s\"}", t->command->verb);
	while (status == CTL_DONE && outlook->left_s > 0 && !ferror(t->out)) {
		(void)nanosleep(&pause, NULL);
		status = ask(t, c, request, outlook);
	}
	return status == CTL_DONE && outlook->missing > 0 ? CTL_REFUSED : status;
}

static int converse(struct talk *t, const char *request)
{
	struct outlook outlook = {0};
	struct connection c;
	int status, r = connection_open(&c, t->socket);

	if (r < 0)
		return cannot_connect(t, r);
	if (t->folder)
		status = ctl_export(&c, request, t->folder, t->daemon, t->language, t->out, t->err);
	else
		status = ask(t, &c, request, &outlook);
	if (status == CTL_DONE && t->command->is_stream)
		status = follow(t, &c);
	if (status == CTL_DONE && t->command->show_live)
		status = watch(t, &c, &outlook);
	connection_close(&c);
	return status;
}

static int run_command(struct talk *t, struct ctl_options *o, char *const words[])
{
	bool is_gateway = t->command->daemon == CTL_GATEWAY || o->is_gateway;
	json_t *request = ctl_request(t->command, o, words, t->language, t->err);
	char *line = request ? json_dumps(request, JSON_COMPACT) : NULL;
	int status = CTL_NOT_DONE;

	t->folder = t->command->takes_export ? words[0] : NULL;
	t->daemon = is_gateway ? "vigie-gateway" : "vigie-hub";
	t->socket = o->socket    ? o->socket
		    : is_gateway ? "/run/vigie-gateway/control"
				 : "/run/vigie-hub/control";
	if (line)
		status = converse(t, line);
	free(line);
	json_decref(request);
	return status;
}

int ctl_run(int argc, char *const argv[], FILE *out, FILE *err)
{
	struct ctl_options options = {0};
	struct talk t = {.options = &options,
		.language = ctl_language_from_environment(),
		.out = out,
		.err = err,
		.live = {.is_terminal = isatty(fileno(out))}};
	int status = ctl_options_read(argc, argv, &options, out, err);

	if (status >= 0)
		return status;
	if (!argv[optind])
		return complain(&t, "which command? (vigie-ctl --help lists them)", "", "", "");
	t.command = ctl_command_find(argv[optind]);
	if (!t.command)
		return complain(&t, "\"%s\" is no command (vigie-ctl --help lists them)",
			argv[optind], "", "");
	return run_command(&t, &options, argv + optind + 1);
}
