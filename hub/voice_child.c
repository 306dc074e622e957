/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * posix_spawn() with one descriptor and nothing else of the hub's; a pidfd tells the end, so that
 * no signal is shared with anybody.
 */
#include "hub/voice_child.h"

#include "common/cleanup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int voice_child_find(const char *program, char ret[PATH_MAX])
{
	static const char name[] = "vigie-voice";
	ssize_t n;
	char *slash;

	if (program)
		return snprintf(ret, PATH_MAX, "%s", program) < PATH_MAX ? 0 : -ENAMETOOLONG;
	n = readlink("/proc/self/exe", ret, PATH_MAX - sizeof(name));
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	slash = strrchr(ret, '/');
	if (!slash)
		return -ENOENT;
	memcpy(slash + 1, name, sizeof(name));
	return 0;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawnattr_setsigmask(attributes, &none);
	(void)posix_spawnattr_setsigdefault(attributes, &all);
	return -posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int spawn(int line, char *const arguments[], pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int r = -posix_spawn_file_actions_init(&actions);

	if (r < 0)
		return r;
	r = -posix_spawnattr_init(&attributes);
	if (r == 0) {
		r = set_attributes(&attributes);
		if (r == 0)
			r = -posix_spawn_file_actions_adddup2(&actions, line, VOICE_LINE_FD);
		if (r == 0)
			r = -posix_spawn_file_actions_addclosefrom_np(&actions, VOICE_LINE_FD + 1);
		if (r == 0)
			r = -posix_spawn(
				ret, arguments[0], &actions, &attributes, arguments, environ);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int watch(struct voice_child *c, sd_event *event, const struct voice_child_listener *l)
{
	int r = sd_event_add_io(event, &c->on_line, c->line, EPOLLIN, l->on_line, l->userdata);

	if (r >= 0)
		r = sd_event_add_io(
			event, &c->on_process, c->process, EPOLLIN, l->on_process, l->userdata);
	return r;
}

static void forget(struct voice_child *c)
{
	c->on_line = sd_event_source_disable_unref(c->on_line);
	c->on_process = sd_event_source_disable_unref(c->on_process);
	close_p(&c->line);
	close_p(&c->process);
	*c = (struct voice_child)VOICE_CHILD_NONE;
}

int voice_child_start(struct voice_child *c, sd_event *event, char *const arguments[],
	const struct voice_child_listener *listener)
{
	int pair[2], r;
	pid_t pid = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	r = spawn(pair[1], arguments, &pid);
	(void)close(pair[1]);
	if (r < 0) {
		(void)close(pair[0]);
		return r;
	}
	c->line = pair[0];
	c->process = pidfd_open(pid, 0);
	r = c->process < 0 ? -errno : watch(c, event, listener);
	if (r < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		forget(c);
	}
	return r < 0 ? r : 0;
}

bool voice_child_is_running(const struct voice_child *c)
{
	return c->process >= 0;
}

int voice_child_order(struct voice_child *c, const struct voice_order *order)
{
	if (c->line < 0)
		return -EPIPE;
	return send(c->line, order, sizeof(*order), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int voice_child_hear(struct voice_child *c, struct voice_told *ret)
{
	ssize_t n = recv(c->line, ret, sizeof(*ret), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return n == (ssize_t)sizeof(*ret) ? 1 : -EPIPE;
}

void voice_child_end(struct voice_child *c)
{
	c->on_line = sd_event_source_disable_unref(c->on_line);
	close_p(&c->line);
	c->line = -1;
}

void voice_child_kill(struct voice_child *c)
{
	voice_child_end(c);
	(void)pidfd_send_signal(c->process, SIGKILL, NULL, 0);
}

bool voice_child_reap(struct voice_child *c, bool *ret_is_clean)
{
	siginfo_t how = {.si_pid = 0};

	if (waitid(P_PIDFD, (id_t)c->process, &how, WEXITED | WNOHANG) < 0 || how.si_pid == 0)
		return false;
	*ret_is_clean = how.si_code == CLD_EXITED && how.si_status == 0;
	forget(c);
	return true;
}

void voice_child_stop(struct voice_child *c, int max_ms)
{
	struct pollfd end = {.fd = c->process, .events = POLLIN};
	bool is_clean;

	if (c->process < 0)
		return;
	voice_child_end(c);
	if (poll(&end, 1, max_ms) != 1)
		(void)pidfd_send_signal(c->process, SIGKILL, NULL, 0);
	(void)poll(&end, 1, max_ms);
	(void)voice_child_reap(c, &is_clean);
	forget(c);
}
