/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One lookup, one detached thread. getaddrinfo() cannot be interrupted and may take half a minute,
 * so the thread is never joined and a channel (whose workers are) does not serve: what thread and
 * loop share is a lookup with two references. The thread writes its answer, then the eventfd; the
 * loop reads the eventfd, then the answer; whoever lets go last frees.
 */
#include "common/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "common/cleanup.h"

#define STACK_BYTES (256 * 1024)

struct lookup {
	atomic_int references;
	int answer_fd;
	char *host;
	unsigned int choice;
	int error; /* getaddrinfo's */
	char address[RESOLVE_ADDRESS_MAX];
};

struct resolve {
	struct lookup *lookup;
	sd_event_source *source;
	resolve_on_answer on_answer;
	void *userdata;
};

DEFINE_CLEANUP(struct resolve *, resolve_free_p, resolve_free)

static void lookup_unref(struct lookup *l)
{
	if (!l || atomic_fetch_sub(&l->references, 1) > 1)
		return;
	close_p(&l->answer_fd);
	free(l->host);
	free(l);
}

static const struct addrinfo *choose(const struct addrinfo *first, unsigned int choice)
{
	const struct addrinfo *a = first;
	unsigned int count = 0;

	for (; a; a = a->ai_next)
		count++;
	a = first;
	for (choice %= count; choice > 0; choice--)
		a = a->ai_next;
	return a;
}

static void *look_up(void *argument)
{
	struct lookup *l = argument;
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo *found = NULL;
	uint64_t one = 1;

	l->error = getaddrinfo(l->host, NULL, &hints, &found);
	if (l->error == 0 && found) {
		const struct addrinfo *a = choose(found, l->choice);

		l->error = getnameinfo(a->ai_addr, a->ai_addrlen, l->address, sizeof(l->address),
			NULL, 0, NI_NUMERICHOST);
	}
	if (found)
		freeaddrinfo(found);
	(void)!write(l->answer_fd, &one, sizeof(one));
	lookup_unref(l);
	return NULL;
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct resolve *r = userdata;
	uint64_t count;

	(void)source;
	(void)events;
	if (read(fd, &count, sizeof(count)) != sizeof(count))
		return 0;
	(void)sd_event_source_set_enabled(r->source, SD_EVENT_OFF);
	if (r->lookup->error == 0)
		r->on_answer(r->lookup->address, NULL, r->userdata);
	else
		r->on_answer(NULL, gai_strerror(r->lookup->error), r->userdata);
	return 0;
}

/* The thread takes no signals: the loop's signalfd is to have them. */
static int start_thread(struct lookup *l)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, before;
	int error;

	error = pthread_attr_init(&attributes);
	if (error)
		return -error;
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	atomic_fetch_add(&l->references, 1);
	error = pthread_create(&thread, &attributes, look_up, l);
	if (error)
		atomic_fetch_sub(&l->references, 1);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return -error;
}

static int lookup_new(struct lookup **ret, const char *host, unsigned int choice)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	atomic_init(&l->references, 1);
	l->choice = choice;
	l->host = strdup(host);
	l->answer_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!l->host || l->answer_fd < 0) {
		lookup_unref(l);
		return -ENOMEM;
	}
	*ret = l;
	return 0;
}

int resolve_new(struct resolve **ret, sd_event *event, const char *host, unsigned int choice,
	resolve_on_answer on_answer, void *userdata)
{
	_cleanup_(resolve_free_p) struct resolve *r = calloc(1, sizeof(*r));
	int error;

	if (!r)
		return -ENOMEM;
	r->on_answer = on_answer;
	r->userdata = userdata;
	error = lookup_new(&r->lookup, host, choice);
	if (error < 0)
		return error;
	error = sd_event_add_io(event, &r->source, r->lookup->answer_fd, EPOLLIN, on_readable, r);
	if (error < 0)
		return error;
	error = start_thread(r->lookup);
	if (error < 0)
		return error;
	*ret = r;
	r = NULL;
	return 0;
}

struct resolve *resolve_free(struct resolve *r)
{
	if (!r)
		return NULL;
	(void)sd_event_source_disable_unref(r->source);
	lookup_unref(r->lookup);
	free(r);
	return NULL;
}
