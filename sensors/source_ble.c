/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins adapter, scanning and receiver on the loop: two descriptors and one timer.
 */
#include "sensors/source_ble.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "sensors/scanning.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BURST             64 /* packets a wake-up, so that all else on the loop gets its turn */
#define PACKET_MAX        1028
#define TIMER_ACCURACY_US 1000
#define STEADY_US         (60 * US_PER_S) /* heard for so long, the next loss is a first one */
#define APPEARED_US       (100 * US_PER_MS)

struct source_ble {
	struct source source; /* first */
	sd_event *event;
	sd_event_source *timer, *packets, *watch;
	const struct adapter_calls *calls; /* borrowed */
	char adapter[ADAPTER_NAME_MAX];
	bool is_active;   /* always, as configured */
	int fd, watch_fd; /* −1: closed */
	uint16_t index;
	struct scanning scanning;
	struct receiver receiver;
	struct source_health health;
	bool is_started;
	uint64_t retry_us; /* when to open again, while fd is closed */
	uint64_t pause_us; /* before the try after next */
	uint64_t hearing_us;
};

static struct source *ble_free(struct source *source);

static void source_free_p(struct source_ble **s)
{
	if (*s)
		(void)ble_free(&(*s)->source);
}

static void tell_health(struct source_ble *s, enum source_state state, const char *why)
{
	source_tell_health(&s->source, &s->health, state, clock_boot_us(), why);
}

static void tell_sign(const struct sensor_id *sensor, void *userdata)
{
	struct source_ble *s = userdata;

	if (s->source.listener.on_sign)
		s->source.listener.on_sign(sensor, s->source.listener.userdata);
}

static void arm(struct source_ble *s)
{
	uint64_t due_us = s->fd >= 0 ? scanning_next_us(&s->scanning) : s->retry_us;

	(void)sd_event_source_set_time(s->timer, due_us);
	(void)sd_event_source_set_enabled(
		s->timer, s->is_started && due_us != UINT64_MAX ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static void shut(struct source_ble *s)
{
	s->packets = sd_event_source_disable_unref(s->packets);
	close_p(&s->fd);
	s->fd = -1;
}

static int send_command(const struct source_ble *s, const struct scanning_command *c)
{
	uint8_t packet[4 + SCANNING_PARAMETERS_MAX] = {
		1, (uint8_t)(c->opcode & 0xFF), (uint8_t)(c->opcode >> 8), c->length};
	size_t count = 4U + c->length;
	ssize_t sent;

	memcpy(packet + 4, c->parameters, c->length);
	do
		sent = send(s->fd, packet, count, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	return (size_t)sent == count ? 0 : -EIO;
}

/* The controller is not left scanning for nobody. */
static void stop_scanning(struct source_ble *s)
{
	struct scanning_command command = {0};

	if (s->fd >= 0 && scanning_end(&s->scanning, &command))
		(void)send_command(s, &command);
}

static void shut_watch(struct source_ble *s)
{
	s->watch = sd_event_source_disable_unref(s->watch);
	close_p(&s->watch_fd);
	s->watch_fd = -1;
}

/* Deaf from now on; tries again after a pause that grows. */
static void lose(struct source_ble *s, uint64_t now_us, const char *why)
{
	shut(s);
	if (s->pause_us == 0 || (s->hearing_us && now_us - s->hearing_us >= STEADY_US))
		s->pause_us = SOURCE_BLE_RETRY_MIN_US;
	s->hearing_us = 0;
	s->retry_us = now_us + s->pause_us;
	s->pause_us = s->pause_us < SOURCE_BLE_RETRY_MAX_US / 2 ? s->pause_us * 2
								: SOURCE_BLE_RETRY_MAX_US;
	tell_health(s, SOURCE_DEAF, why);
}

static void lose_error(struct source_ble *s, uint64_t now_us, int error)
{
	char why[sizeof(s->health.why)];
	const char *name = s->adapter[0] ? s->adapter : "adapter";

	if (error == -ENODEV)
		(void)snprintf(why, sizeof(why), "%s: there is none", name);
	else if (error == -ENETDOWN)
		(void)snprintf(why, sizeof(why), "%s is switched off", name);
	else if (error == -EAFNOSUPPORT)
		(void)snprintf(why, sizeof(why), "this kernel has no Bluetooth");
	else if (error == -EPERM || error == -EACCES)
		(void)snprintf(
			why, sizeof(why), "not permitted: needs CAP_NET_RAW and CAP_NET_ADMIN");
	else
		(void)snprintf(why, sizeof(why), "%s: %s", name, strerror(-error));
	lose(s, now_us, why);
}

static void act(struct source_ble *s, uint64_t now_us, enum scanning_turn turn,
	const struct scanning_command *command)
{
	int r;

	switch (turn) {
	case SCANNING_NOTHING:
		break;
	case SCANNING_SEND:
		r = send_command(s, command);
		if (r < 0)
			lose_error(s, now_us, r);
		break;
	case SCANNING_HEARS:
		s->hearing_us = now_us;
		tell_health(s, SOURCE_HEARING, "");
		break;
	case SCANNING_FAILED:
		lose(s, now_us, s->scanning.why);
		break;
	}
}

/* Asks for scan responses while somebody is looked for, and once a device needs to be asked. */
static void ask_as_needed(struct source_ble *s, uint64_t now_us)
{
	struct scanning_command command = {0};
	bool is_active = s->is_active || s->receiver.is_discovering || s->receiver.wants_responses;

	act(s, now_us, scanning_ask(&s->scanning, is_active, now_us, &command), &command);
}

static int on_packets(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct source_ble *s = userdata;
	uint64_t now_us = clock_boot_us();
	uint8_t packet[PACKET_MAX];

	(void)source;
	(void)events;
	for (int i = 0; i < BURST && s->fd >= 0; i++) {
		struct scanning_command command = {0};
		ssize_t count = read(fd, packet, sizeof(packet));

		if (count < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (count <= 0) {
			lose_error(s, now_us, count < 0 ? -errno : -ENODEV);
			break;
		}
		if (packet[0] != 1) /* a command is somebody else's to the controller */
			receiver_packet(&s->receiver, now_us, packet, (size_t)count);
		act(s, now_us,
			scanning_packet(&s->scanning, now_us, packet, (size_t)count, &command),
			&command);
	}
	if (s->fd >= 0)
		ask_as_needed(s, now_us);
	arm(s);
	return 0;
}

static void open_adapter(struct source_ble *s, uint64_t now_us)
{
	struct scanning_command command = {0};
	int r = s->calls->connect(s->adapter, &s->fd, &s->index, s->calls->userdata);

	if (r >= 0)
		r = sd_event_add_io(s->event, &s->packets, s->fd, EPOLLIN, on_packets, s);
	if (r < 0) {
		lose_error(s, now_us, r);
		return;
	}
	act(s, now_us, scanning_begin(&s->scanning, now_us, &command), &command);
}

static int on_news(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct source_ble *s = userdata;
	uint64_t now_us = clock_boot_us();
	uint8_t packet[PACKET_MAX];
	struct adapter_news news;
	ssize_t count = read(fd, packet, sizeof(packet));

	(void)source;
	(void)events;
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (count <= 0) {
		shut_watch(s); /* opened again with the next try */
		return 0;
	}
	if (!adapter_news_read(packet, (uint32_t)count, &news))
		return 0;
	if (news.is_gone && s->fd >= 0 && news.index == s->index)
		lose(s, now_us, "the adapter is gone or switched off");
	else if (news.is_up && s->fd < 0 && s->retry_us > now_us + APPEARED_US)
		s->retry_us = now_us + APPEARED_US;
	arm(s);
	return 0;
}

static void open_watch(struct source_ble *s)
{
	if (s->watch_fd >= 0)
		return;
	if (s->calls->watch(&s->watch_fd, s->calls->userdata) < 0)
		s->watch_fd = -1;
	else if (sd_event_add_io(s->event, &s->watch, s->watch_fd, EPOLLIN, on_news, s) < 0)
		shut_watch(s);
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct source_ble *s = userdata;
	struct scanning_command command = {0};
	uint64_t now_us = clock_boot_us();

	(void)timer;
	(void)usec;
	if (s->fd >= 0) {
		act(s, now_us, scanning_time(&s->scanning, now_us, &command), &command);
	} else if (now_us >= s->retry_us) {
		open_watch(s);
		open_adapter(s, now_us);
	}
	arm(s);
	return 0;
}

static int ble_start(struct source *source)
{
	struct source_ble *s = (struct source_ble *)source;

	s->is_started = true;
	s->retry_us = clock_boot_us();
	s->pause_us = 0;
	tell_health(s, SOURCE_STARTING, "opening the adapter");
	arm(s);
	return 0;
}

static void ble_stop(struct source *source)
{
	struct source_ble *s = (struct source_ble *)source;

	s->is_started = false;
	stop_scanning(s);
	shut(s);
	shut_watch(s);
	arm(s);
}

static struct source *ble_free(struct source *source)
{
	struct source_ble *s = (struct source_ble *)source;

	stop_scanning(s);
	shut(s);
	shut_watch(s);
	s->timer = sd_event_source_disable_unref(s->timer);
	s->event = sd_event_unref(s->event);
	free(s);
	return NULL;
}

static struct receiver *ble_receiver(struct source *source)
{
	return &((struct source_ble *)source)->receiver;
}

static const struct source_ops ble_ops = {
	.name = "bluetooth",
	.start = ble_start,
	.stop = ble_stop,
	.free = ble_free,
	.receiver = ble_receiver,
};

int source_ble_new(struct source **ret, sd_event *event, const struct source_ble_options *options,
	const struct source_listener *listener)
{
	_cleanup_(source_free_p) struct source_ble *s = NULL;
	int r;

	if (!adapter_name_is_valid(options->adapter))
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->source = (struct source){.ops = &ble_ops, .listener = *listener};
	s->event = sd_event_ref(event);
	s->fd = s->watch_fd = -1;
	s->calls = options->calls ? options->calls : &adapter_kernel;
	(void)snprintf(s->adapter, sizeof(s->adapter), "%s", options->adapter);
	s->is_active = options->is_active;
	scanning_init(&s->scanning, options->is_active);
	receiver_init(&s->receiver, options->keys, source_pass_reading, s);
	s->receiver.on_sign = tell_sign;
	r = sd_event_add_time(event, &s->timer, CLOCK_BOOTTIME, 0, TIMER_ACCURACY_US, on_timer, s);
	if (r < 0)
		return r;
	(void)sd_event_source_set_enabled(s->timer, SD_EVENT_OFF);
	*ret = &s->source;
	s = NULL;
	return 0;
}

const struct receiver *source_ble_receiver(const struct source *s)
{
	return &((const struct source_ble *)s)->receiver;
}
