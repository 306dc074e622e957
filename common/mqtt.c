/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session with a broker: what is asked of us, when we try, what the application is told. The
 * connection itself is mqtt_link's.
 *
 * One connection at a time: a broken one is thrown away whole with whatever was in the air, because
 * the outbox repeats what matters until it has a receipt (HS-05).
 */
#include "common/mqtt.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/mqtt_broker.h"
#include "common/mqtt_link.h"
#include "common/utf8.h"

#define KEEP_ALIVE_S       20
#define KEEP_ALIVE_LEAST_S 5
#define ANSWER_LIMIT_US    (15 * US_PER_S) /* Paho's own limit, 10 s, comes first */
#define SETTLED_US         (10 * US_PER_S)
#define ECHO_US            (900 * US_PER_MS) /* under the second after which Paho's thread sleeps */
#define ECHO_EXPIRY_S      5
#define TIMER_ACCURACY_US  (20 * US_PER_MS)
#define WHY_MAX            512

/* The subscriptions follow. */
enum {
	TEXT_ID,
	TEXT_CA,
	TEXT_CERTIFICATE,
	TEXT_KEY,
	TEXT_WILL_TOPIC,
	TEXT_WILL_PAYLOAD,
	TEXT_ECHO,
	TEXTS_FIXED
};

struct mqtt {
	sd_event_source *timer; /* next attempt, or its time limit, or the echo */
	struct mqtt_listener listener;
	struct mqtt_link_settings settings;
	char *texts[TEXTS_FIXED + MQTT_SUBSCRIPTIONS_MAX]; /* what settings points to */
	struct mqtt_broker brokers[MQTT_BROKERS_MAX];
	unsigned int broker_count, broker; /* brokers[broker] is tried now or next */
	unsigned int failures;
	struct mqtt_link *link;
	const char *echo_topic; /* NULL, or texts[TEXT_ECHO] */
	bool is_trying, is_up;
	uint64_t up_since_us;
	char told[WHY_MAX]; /* the last reason given to on_down */
};

DEFINE_CLEANUP(struct mqtt *, mqtt_free_p, mqtt_free)

static void arm(struct mqtt *m, uint64_t in_us)
{
	(void)sd_event_source_set_time(m->timer, clock_boot_us() + in_us);
	(void)sd_event_source_set_enabled(m->timer, SD_EVENT_ONESHOT);
}

/* Ends the attempt or the connection and plans the next one. The same reason is told once. */
static void give_up(struct mqtt *m, const char *why)
{
	const struct mqtt_broker *broker = &m->brokers[m->broker];
	bool was_up = m->is_up;
	char line[WHY_MAX];
	uint32_t random = 0;

	(void)snprintf(line, sizeof(line), "%s:%u: %s", broker->host, broker->port, why);
	mqtt_link_drop(m->link);
	m->is_up = m->is_trying = false;
	m->broker = (m->broker + 1) % m->broker_count;
	if (was_up && clock_boot_us() - m->up_since_us >= SETTLED_US)
		m->failures = 0;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint32_t)clock_boot_us();
	arm(m, mqtt_broker_pause_us(m->failures, m->broker_count, random));
	if (m->failures < UINT32_MAX)
		m->failures++;
	if (!was_up && strcmp(line, m->told) == 0)
		return;
	(void)snprintf(m->told, sizeof(m->told), "%s", line);
	if (m->listener.on_down)
		m->listener.on_down(m->told, m->listener.userdata);
}

static void echo(struct mqtt *m)
{
	(void)mqtt_link_publish(m->link, m->echo_topic, "", 0, ECHO_EXPIRY_S);
	arm(m, ECHO_US);
}

static void on_link_up(void *userdata)
{
	struct mqtt *m = userdata;

	m->is_up = true;
	m->is_trying = false;
	m->up_since_us = clock_boot_us();
	m->told[0] = '\0';
	if (m->echo_topic)
		echo(m);
	else
		(void)sd_event_source_set_enabled(m->timer, SD_EVENT_OFF);
	if (m->listener.on_up)
		m->listener.on_up(m->listener.userdata);
}

static void on_link_down(const char *why, void *userdata)
{
	give_up(userdata, why);
}

static void on_link_message(const struct mqtt_message *message, void *userdata)
{
	struct mqtt *m = userdata;

	if (m->echo_topic && strcmp(message->topic, m->echo_topic) == 0)
		return;
	if (m->listener.on_message)
		m->listener.on_message(message, m->listener.userdata);
}

static void on_link_drained(void *userdata)
{
	struct mqtt *m = userdata;

	if (m->listener.on_drained)
		m->listener.on_drained(m->listener.userdata);
}

static void on_link_refused(const char *topic, const char *why, void *userdata)
{
	struct mqtt *m = userdata;

	if (m->listener.on_refused)
		m->listener.on_refused(topic, why, m->listener.userdata);
}

static void attempt(struct mqtt *m)
{
	int r = mqtt_link_open(m->link, &m->brokers[m->broker]);

	if (r < 0) {
		give_up(m, strerror(-r));
		return;
	}
	m->is_trying = true;
	arm(m, ANSWER_LIMIT_US);
}

static int on_timer(sd_event_source *source, uint64_t due_us, void *userdata)
{
	struct mqtt *m = userdata;

	(void)source;
	(void)due_us;
	if (m->is_up)
		echo(m);
	else if (m->is_trying)
		give_up(m, "no answer");
	else
		attempt(m);
	return 0;
}

static int keep_text(struct mqtt *m, unsigned int slot, const char *text, const char **ret)
{
	if (!text)
		return 0;
	m->texts[slot] = strdup(text);
	if (!m->texts[slot])
		return -ENOMEM;
	*ret = m->texts[slot];
	return 0;
}

static int keep_brokers(struct mqtt *m, const struct mqtt_options *o)
{
	bool has_tls = o->ca_file != NULL;

	for (; m->broker_count < MQTT_BROKERS_MAX && o->brokers[m->broker_count];
		m->broker_count++) {
		struct mqtt_broker *broker = &m->brokers[m->broker_count];

		if (mqtt_broker_parse(o->brokers[m->broker_count], broker) < 0 ||
			broker->is_tls != has_tls)
			return -EINVAL;
	}
	return m->broker_count > 0 ? 0 : -EINVAL;
}

static int keep_topic(struct mqtt *m, unsigned int slot, const char *topic)
{
	struct mqtt_link_settings *s = &m->settings;

	if (*topic == '\0' || strlen(topic) >= MQTT_TOPIC_MAX)
		return -EINVAL;
	return keep_text(m, slot, topic, &s->topics[s->topics_count++]);
}

static int keep_topics(struct mqtt *m, const struct mqtt_options *o)
{
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < MQTT_SUBSCRIPTIONS_MAX && o->subscriptions[i]; i++)
		r = keep_topic(m, TEXTS_FIXED + i, o->subscriptions[i]);
	if (r == 0 && o->echo_topic)
		r = keep_topic(m, TEXT_ECHO, o->echo_topic);
	m->echo_topic = m->texts[TEXT_ECHO];
	return r;
}

static int keep_options(struct mqtt *m, const struct mqtt_options *o)
{
	struct mqtt_link_settings *s = &m->settings;

	if (!o->client_id || !*o->client_id || !o->ca_file != !o->certificate_file ||
		!o->ca_file != !o->key_file || !o->will_topic != !o->will_payload)
		return -EINVAL;
	if (o->will_topic && (strlen(o->will_topic) >= MQTT_TOPIC_MAX ||
				     strlen(o->will_payload) > MQTT_PAYLOAD_MAX))
		return -EINVAL;
	s->keep_alive_s = o->keep_alive_s ? o->keep_alive_s : KEEP_ALIVE_S;
	if (s->keep_alive_s < KEEP_ALIVE_LEAST_S || s->keep_alive_s > UINT16_MAX)
		return -EINVAL;
	s->session_expiry_s = o->session_expiry_s;
	if (keep_brokers(m, o) < 0)
		return -EINVAL;
	if (keep_text(m, TEXT_ID, o->client_id, &s->client_id) < 0 ||
		keep_text(m, TEXT_CA, o->ca_file, &s->ca_file) < 0 ||
		keep_text(m, TEXT_CERTIFICATE, o->certificate_file, &s->certificate_file) < 0 ||
		keep_text(m, TEXT_KEY, o->key_file, &s->key_file) < 0 ||
		keep_text(m, TEXT_WILL_TOPIC, o->will_topic, &s->will_topic) < 0 ||
		keep_text(m, TEXT_WILL_PAYLOAD, o->will_payload, &s->will_payload) < 0)
		return -ENOMEM;
	return keep_topics(m, o);
}

int mqtt_new(struct mqtt **ret, sd_event *event, const struct mqtt_options *options,
	const struct mqtt_listener *listener)
{
	_cleanup_(mqtt_free_p) struct mqtt *m = calloc(1, sizeof(*m));
	const struct mqtt_listener to_us = {.on_up = on_link_up,
		.on_down = on_link_down,
		.on_message = on_link_message,
		.on_drained = on_link_drained,
		.on_refused = on_link_refused,
		.userdata = m};
	int r;

	if (!m)
		return -ENOMEM;
	m->listener = *listener;
	r = keep_options(m, options);
	if (r < 0)
		return r;
	r = mqtt_link_new(&m->link, event, &m->settings, &to_us);
	if (r < 0)
		return r;
	r = sd_event_add_time(
		event, &m->timer, CLOCK_BOOTTIME, clock_boot_us(), TIMER_ACCURACY_US, on_timer, m);
	if (r < 0)
		return r;
	(void)sd_event_source_set_description(m->timer, "mqtt");
	*ret = m;
	m = NULL;
	return 0;
}

struct mqtt *mqtt_free(struct mqtt *m)
{
	if (!m)
		return NULL;
	m->link = mqtt_link_free(m->link);
	(void)sd_event_source_disable_unref(m->timer);
	for (size_t i = 0; i < sizeof(m->texts) / sizeof(m->texts[0]); i++)
		free(m->texts[i]);
	free(m);
	return NULL;
}

int mqtt_publish(
	struct mqtt *m, const char *topic, const void *payload, size_t bytes, uint32_t expiry_s)
{
	assert(expiry_s > 0);
	if (strlen(topic) >= MQTT_TOPIC_MAX || bytes > MQTT_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (*topic == '\0' || strpbrk(topic, "+#") || !utf8_is_plain_within(topic, MQTT_TOPIC_MAX))
		return -EINVAL;
	if (!m->is_up)
		return -ENOTCONN;
	return mqtt_link_publish(m->link, topic, payload, bytes, expiry_s);
}

bool mqtt_is_up(const struct mqtt *m)
{
	return m->is_up;
}
