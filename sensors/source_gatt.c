/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One descriptor, one timer: waiting → connecting (→ securing) → linked.
 */
#include "sensors/source_gatt.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "sensors/keys.h"
#include "sensors/link_security.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BURST             64 /* packets a wake-up */
#define TIMER_ACCURACY_US 1000

_Static_assert(WEARABLE_DEVICE_MAX <= sizeof(((struct source_notice *)0)->why), "it fits");

enum step { WAITING, CONNECTING, SECURING, LINKED };

struct source_gatt {
	struct source source; /* first */
	sd_event *event;
	sd_event_source *timer, *link;
	const struct gatt_calls *calls; /* borrowed */
	enum gatt_address type;
	char adapter[ADAPTER_NAME_MAX];
	int fd; /* −1: waiting */
	enum step step;
	bool is_started;
	bool is_begun, is_to_secure; /* this link: something was asked, and refused, over it */
	struct link_security security;
	int send_error;  /* of a packet: the link is given up when the call that sent it is over */
	uint64_t due_us; /* when to try, or to give the try up */
	uint64_t pause_us;
	uint64_t now_us; /* of this wake-up */
	struct gatt gatt;
	struct wearable wearable;
	struct source_health health;
};

static void tell_health(struct source_gatt *s, enum source_state state, const char *why)
{
	source_tell_health(&s->source, &s->health, state, s->now_us, why);
}

static void shut(struct source_gatt *s)
{
	s->link = sd_event_source_disable_unref(s->link);
	close_p(&s->fd);
	s->fd = -1;
	s->step = WAITING;
	s->security.is_secure = s->is_begun = s->is_to_secure = false;
	s->send_error = 0;
}

static void arm(struct source_gatt *s)
{
	uint64_t due_us = s->step == LINKED ? gatt_next_us(&s->gatt) : s->due_us;

	(void)sd_event_source_set_time(s->timer, due_us);
	(void)sd_event_source_set_enabled(
		s->timer, s->is_started && due_us != UINT64_MAX ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

/* Not linked from now on; tries again after a pause that grows until a try succeeds. */
static void leave(struct source_gatt *s, enum source_state state, const char *fault)
{
	shut(s);
	s->due_us = s->now_us + s->pause_us;
	s->pause_us = s->pause_us < SOURCE_GATT_PAUSE_MAX_US / 2 ? s->pause_us * 2
								 : SOURCE_GATT_PAUSE_MAX_US;
	tell_health(s, state, fault);
}

static void lose(struct source_gatt *s, const char *why, int error)
{
	char fault[sizeof(s->health.why)];

	(void)snprintf(fault, sizeof(fault), "%s: %s", why, strerror(error < 0 ? -error : error));
	leave(s, SOURCE_STARTING, fault);
}

static void on_send(const uint8_t *packet, size_t count, void *userdata)
{
	struct source_gatt *s = userdata;

	if (send(s->fd, packet, count, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && s->send_error == 0)
		s->send_error = -errno;
}

static void on_value(unsigned int wish, struct bytes value, void *userdata)
{
	struct source_gatt *s = userdata;

	wearable_value(&s->wearable, s->now_us, (enum wearable_wish)wish, value);
}

/* What it says to everybody is heard all the same. */
static void tell_unpaired(struct source_gatt *s)
{
	char why[LINK_SECURITY_WHY_CHARS];

	link_security_why(&s->security, why);
	if (s->health.state == SOURCE_HEARING)
		tell_health(s, SOURCE_DEAF, why);
}

static void tell_device(struct source_gatt *s)
{
	struct source_notice notice = {
		.word = SOURCE_SENSOR_IS, .time_us = s->now_us, .sensor = s->wearable.sensor};

	wearable_device(&s->wearable, notice.why);
	if (notice.why[0] && s->source.listener.on_notice)
		s->source.listener.on_notice(&notice, s->source.listener.userdata);
}

static void on_ready(void *userdata)
{
	struct source_gatt *s = userdata;

	s->pause_us = SOURCE_GATT_PAUSE_MIN_US;
	tell_device(s);
	wearable_begin(&s->wearable, &s->gatt);
	tell_health(s, SOURCE_HEARING, "");
}

static void on_write(
	enum wearable_wish wish, const void *value, size_t count, bool is_command, void *userdata)
{
	struct source_gatt *s = userdata;

	/* what does not go out now is said again with the next value that asks for it */
	(void)gatt_write(&s->gatt, s->now_us, wish, value, count, is_command);
}

static bool on_unpaired(void *userdata)
{
	struct source_gatt *s = userdata;

	s->is_to_secure = link_security_asked(&s->security);
	return s->is_to_secure;
}

/* From the beginning, or where it was when the link had to be encrypted. */
static void talk(struct source_gatt *s)
{
	const struct gatt_listener listener = {.send = on_send,
		.on_value = on_value,
		.on_ready = on_ready,
		.on_unpaired = on_unpaired,
		.userdata = s};

	s->step = LINKED;
	(void)sd_event_source_set_io_events(s->link, EPOLLIN);
	if (s->is_begun)
		gatt_again(&s->gatt, s->now_us);
	else
		gatt_begin(&s->gatt, wearable_wishes, WEARABLE_WISHES, &listener, s->now_us);
	s->is_begun = true;
}

static void fail_to_secure(struct source_gatt *s, int error)
{
	char why[LINK_SECURITY_WHY_CHARS];

	link_security_why(&s->security, why);
	if (link_security_failed(&s->security))
		leave(s, SOURCE_DEAF, why);
	else
		lose(s, "not paired", error);
}

/* Asks for it, and again when the kernel is done. */
static void secure(struct source_gatt *s)
{
	bool is_asked = s->step == SECURING;
	int r = s->calls->secure(s->fd, s->calls->userdata);

	s->is_to_secure = false;
	if (r < 0 || (r == 0 && is_asked)) {
		fail_to_secure(s, r < 0 ? r : -EACCES);
	} else if (r > 0) {
		link_security_succeeded(&s->security);
		talk(s);
	} else {
		s->step = SECURING;
		s->due_us = s->now_us + SOURCE_GATT_PAIR_US;
		(void)sd_event_source_set_io_events(s->link, EPOLLOUT);
	}
}

static void connected(struct source_gatt *s)
{
	socklen_t bytes = sizeof(int);
	int error = 0;

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) < 0)
		error = errno;
	if (error != 0 && s->step == SECURING)
		fail_to_secure(s, error);
	else if (error != 0)
		lose(s, "not reached", error);
	else if (link_security_is_due(&s->security))
		secure(s);
	else
		talk(s);
}

static void take_packets(struct source_gatt *s)
{
	uint8_t packet[ATT_MTU_MAX + 1];

	for (int n = 0; n < BURST && s->step == LINKED; n++) {
		ssize_t count = recv(s->fd, packet, sizeof(packet), MSG_DONTWAIT);
		int r;

		if (count < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (count <= 0) {
			lose(s, "link lost", count < 0 ? -errno : -ECONNRESET);
			return;
		}
		r = gatt_packet(&s->gatt, s->now_us, packet, (size_t)count);
		if (r == 0)
			r = s->send_error;
		if (r < 0) {
			lose(s, "link given up", r);
			return;
		}
		if (s->gatt.is_unpaired)
			tell_unpaired(s);
		if (s->is_to_secure)
			secure(s);
	}
}

static int on_link(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct source_gatt *s = userdata;

	(void)source;
	(void)fd;
	(void)events;
	s->now_us = clock_boot_us();
	if (s->step == LINKED)
		take_packets(s);
	else
		connected(s);
	if (s->fd >= 0 && s->send_error < 0)
		lose(s, "link given up", s->send_error);
	arm(s);
	return 0;
}

static void try(struct source_gatt *s)
{
	int r = s->calls->connect(
		s->security.address, s->type, s->adapter, &s->fd, s->calls->userdata);

	if (r >= 0) {
		s->step = CONNECTING;
		s->due_us = s->now_us + SOURCE_GATT_TRY_US;
		r = sd_event_add_io(s->event, &s->link, s->fd, EPOLLOUT, on_link, s);
	}
	if (r < 0)
		lose(s, "not reached", r);
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct source_gatt *s = userdata;
	bool is_due;

	(void)timer;
	(void)usec;
	s->now_us = clock_boot_us();
	is_due = s->step == LINKED ? gatt_time(&s->gatt, s->now_us) < 0 : s->now_us >= s->due_us;
	if (is_due && s->step == WAITING)
		try(s);
	else if (is_due && s->step == SECURING)
		fail_to_secure(s, -ETIMEDOUT);
	else if (is_due)
		lose(s, s->step == LINKED ? "link given up" : "not reached", -ETIMEDOUT);
	arm(s);
	return 0;
}

void source_gatt_again(struct source *source)
{
	struct source_gatt *s = (struct source_gatt *)source;

	if (s->step >= SECURING)
		return;
	shut(s);
	s->pause_us = SOURCE_GATT_PAUSE_MIN_US;
	s->due_us = clock_boot_us() + SOURCE_GATT_PAUSE_MIN_US;
	arm(s);
}

int source_gatt_alert(struct source *source, enum wearable_alert alert)
{
	struct source_gatt *s = (struct source_gatt *)source;
	const uint8_t level = (uint8_t)alert;
	int r;

	if (s->step != LINKED)
		return -ENOTCONN;
	r = gatt_write(&s->gatt, clock_boot_us(), WISH_ALERT, &level, 1, true);
	return r < 0 ? r : s->send_error;
}

static int gatt_start(struct source *source)
{
	struct source_gatt *s = (struct source_gatt *)source;

	s->is_started = true;
	s->now_us = clock_boot_us();
	s->due_us = s->now_us + SOURCE_GATT_PAUSE_MIN_US; /* the adapter's turn first */
	s->pause_us = SOURCE_GATT_PAUSE_MIN_US;
	s->security.failures = 0;
	tell_health(s, SOURCE_STARTING, "connecting");
	arm(s);
	return 0;
}

static void gatt_stop(struct source *source)
{
	struct source_gatt *s = (struct source_gatt *)source;

	s->is_started = false;
	shut(s);
	arm(s);
}

static struct source *gatt_free(struct source *source)
{
	struct source_gatt *s = (struct source_gatt *)source;

	shut(s);
	s->timer = sd_event_source_disable_unref(s->timer);
	s->event = sd_event_unref(s->event);
	free(s);
	return NULL;
}

static const struct source_ops gatt_ops = {
	.name = "wearable",
	.start = gatt_start,
	.stop = gatt_stop,
	.free = gatt_free,
};

int source_gatt_new(struct source **ret, sd_event *event, const struct source_gatt_options *options,
	const struct source_listener *listener)
{
	struct source_gatt *s;
	struct sensor_id id = {0};
	uint8_t address[6];
	int r;

	if (!adapter_name_is_valid(options->adapter) ||
		device_address_from_text(options->sensor, address) < 0)
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	*s = (struct source_gatt){.source = {.ops = &gatt_ops, .listener = *listener},
		.event = sd_event_ref(event),
		.calls = options->calls ? options->calls : &gatt_kernel,
		.type = options->type,
		.fd = -1,
		.security = {.pairing = options->pairing}};
	memcpy(s->security.address, address, sizeof(address));
	(void)snprintf(s->adapter, sizeof(s->adapter), "%s", options->adapter);
	(void)snprintf(id.text, sizeof(id.text), "%s", options->sensor);
	s->security.who = s->wearable.sensor.text;
	wearable_init(&s->wearable, &id,
		&(struct wearable_listener){.on_reading = source_pass_reading,
			.on_accel = source_pass_accel,
			.on_write = on_write,
			.userdata = s});
	r = sd_event_add_time(event, &s->timer, CLOCK_BOOTTIME, 0, TIMER_ACCURACY_US, on_timer, s);
	if (r < 0) {
		(void)gatt_free(&s->source);
		return r;
	}
	(void)sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	*ret = &s->source;
	return 0;
}
