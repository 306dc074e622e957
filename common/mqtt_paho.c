/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paho 1.3.12's MQTTAsync behind a few functions. Facts of that library which shape this file (read
 * in its MQTTAsyncUtils.c and measured, 2026-11): callbacks run on its send and receive threads
 * with its global mutex held, so a callback that waits holds up every other call into the library;
 * a client that lost its connection keeps what it had not delivered, so a client is used for one
 * connection only; and its receive thread sleeps 0.1 s blindly after each second without a packet
 * (see mqtt_options.echo_topic).
 */
#include "common/mqtt_paho.h"

#include <MQTTAsync.h>
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/send_at_once.h"

#define CONNECT_LIMIT_S 10
#define RECEIVE_MAXIMUM 100
#define PACKET_BYTES    65536
#define WILL_EXPIRY_S   86400
#define GOODBYE_MS      500
#define REFUSED_FROM    0x80 /* MQTT 5: reason codes from here on are failures */
#define URI_MAX         (MQTT_HOST_MAX + 16)
#define WHY_MAX         160

struct mqtt_paho {
	MQTTAsync client;
	const struct mqtt_link_settings *settings; /* borrowed from the link */
	struct mqtt_paho_listener listener;
	uint16_t port;
	atomic_uint *in_air; /* borrowed from the link */
	atomic_bool is_over; /* on_down was told */
	bool is_up;          /* on_up was told; Paho's mutex guards it */
	sem_t is_gone;       /* the goodbye went through */
	char why[WHY_MAX];   /* the first complaint of TLS; Paho's mutex guards it */
};

DEFINE_CLEANUP(struct mqtt_paho *, paho_free_p, mqtt_paho_free)

static void tell_down(struct mqtt_paho *p, const char *why)
{
	if (!atomic_exchange(&p->is_over, true))
		p->listener.on_down(p->why[0] ? p->why : why, p->listener.userdata);
}

/* OpenSSL's "…:error:CODE:library:function:reason:file:line:" → where its reason begins. */
static const char *tls_reason(const char *text)
{
	const char *at = strstr(text, "error:");

	for (unsigned int colons = 0; at && colons < 4; colons++) {
		at = strchr(at, ':');
		at = at ? at + 1 : NULL;
	}
	return at ? at : text;
}

static int on_tls_complaint(const char *text, size_t bytes, void *userdata)
{
	struct mqtt_paho *p = userdata;

	/* The first one is the cause, what follows are its consequences. */
	if (p->why[0] == '\0') {
		const char *reason = tls_reason(text);

		(void)snprintf(
			p->why, sizeof(p->why), "TLS: %.*s", (int)strcspn(reason, ":\n"), reason);
	}
	return bytes > 0;
}

static const char *failure_text(const MQTTAsync_failureData5 *answer)
{
	const char *text = NULL;

	/* of a refused connection the code is the reason */
	if (answer->reasonCode >= REFUSED_FROM)
		text = MQTTReasonCode_toString(answer->reasonCode);
	else if (answer->code >= REFUSED_FROM)
		text = MQTTReasonCode_toString((enum MQTTReasonCodes)answer->code);
	if (!text)
		text = answer->message;
	return text ? text : MQTTAsync_strerror(answer->code);
}

/* Paho has two texts for all that may go wrong before the broker's answer, and no cause. */
static const char *connect_failure_text(const char *why)
{
	if (!why)
		return "no connection";
	if (strcmp(why, "TCP connect completion failure") == 0 ||
		strcmp(why, "TCP/TLS connect failure") == 0)
		return "no connection (nobody listens there, or a certificate is refused)";
	return why;
}

static void tell_up(struct mqtt_paho *p)
{
	p->is_up = true;
	p->listener.on_up(p->listener.userdata);
}

static void tell_unsubscribed(struct mqtt_paho *p, const char *why)
{
	char line[WHY_MAX];

	(void)snprintf(line, sizeof(line), "not subscribed: %s", why ? why : "no reason given");
	tell_down(p, line);
}

static void on_not_subscribed(void *userdata, MQTTAsync_failureData5 *answer)
{
	tell_unsubscribed(userdata, failure_text(answer));
}

/* Also where some of several topics were refused: then their codes say so. */
static void on_subscribed(void *userdata, MQTTAsync_successData5 *answer)
{
	struct mqtt_paho *p = userdata;

	for (int i = 0; answer->alt.sub.reasonCodeCount > 1 && i < answer->alt.sub.reasonCodeCount;
		i++) {
		enum MQTTReasonCodes code = answer->alt.sub.reasonCodes[i];

		if ((int)code >= REFUSED_FROM) {
			tell_unsubscribed(p, MQTTReasonCode_toString(code));
			return;
		}
	}
	if (!p->is_up)
		tell_up(p);
}

static void subscribe(struct mqtt_paho *p)
{
	const struct mqtt_link_settings *s = p->settings;
	MQTTAsync_callOptions o = MQTTAsync_callOptions_initializer;
	char *topics[MQTT_SUBSCRIPTIONS_MAX + 1];
	int qos[MQTT_SUBSCRIPTIONS_MAX + 1];

	/* Paho copies the topics and does not write to them. */
	memcpy(topics, s->topics, sizeof(topics));
	for (unsigned int i = 0; i < s->topics_count; i++)
		qos[i] = 1;
	o.onSuccess5 = on_subscribed;
	o.onFailure5 = on_not_subscribed;
	o.context = p;
	if (MQTTAsync_subscribeMany(p->client, (int)s->topics_count, topics, qos, &o) !=
		MQTTASYNC_SUCCESS)
		tell_unsubscribed(p, "out of memory");
}

/* A session the broker has kept holds the subscriptions too, and what came meanwhile is on its way
 * before any answer: a storm of it must not make us wait. */
static void on_connected(void *userdata, MQTTAsync_successData5 *answer)
{
	struct mqtt_paho *p = userdata;

	p->why[0] = '\0';
	send_at_once(p->port);
	if (answer->alt.connect.sessionPresent || p->settings->topics_count == 0)
		tell_up(p);
	if (p->settings->topics_count > 0)
		subscribe(p);
}

static void on_not_connected(void *userdata, MQTTAsync_failureData5 *answer)
{
	tell_down(userdata, connect_failure_text(failure_text(answer)));
}

static void on_lost(void *userdata, char *cause)
{
	tell_down(userdata, cause ? cause : "connection lost");
}

/* The broker says why before it ends the connection; on_lost() does not follow. */
static void on_disconnected(void *userdata, MQTTProperties *properties, enum MQTTReasonCodes reason)
{
	const char *text = MQTTReasonCode_toString(reason);

	(void)properties;
	tell_down(userdata, text ? text : "disconnected by the broker");
}

static int on_arrived(void *userdata, char *topic, int topic_bytes, MQTTAsync_message *message)
{
	struct mqtt_paho *p = userdata;

	/* 0 for a topic without a NUL inside it */
	p->listener.on_message(topic, topic_bytes > 0 ? (size_t)topic_bytes : strlen(topic),
		message->payload, (size_t)message->payloadlen, message->retained != 0,
		p->listener.userdata);
	MQTTAsync_freeMessage(&message);
	MQTTAsync_free(topic);
	return 1;
}

static void on_published(void *userdata, MQTTAsync_successData5 *answer)
{
	struct mqtt_paho *p = userdata;

	(void)atomic_fetch_sub(p->in_air, 1);
	if ((int)answer->reasonCode >= REFUSED_FROM)
		p->listener.on_refused(
			MQTTReasonCode_toString(answer->reasonCode), p->listener.userdata);
}

static void on_not_published(void *userdata, MQTTAsync_failureData5 *answer)
{
	struct mqtt_paho *p = userdata;
	const char *why = failure_text(answer);

	(void)atomic_fetch_sub(p->in_air, 1);
	if (answer->reasonCode >= REFUSED_FROM)
		p->listener.on_refused(why ? why : "not published", p->listener.userdata);
}

static void on_gone(void *userdata, MQTTAsync_successData5 *answer)
{
	struct mqtt_paho *p = userdata;

	(void)answer;
	(void)sem_post(&p->is_gone);
}

static void on_not_gone(void *userdata, MQTTAsync_failureData5 *answer)
{
	struct mqtt_paho *p = userdata;

	(void)answer;
	(void)sem_post(&p->is_gone);
}

static int add_number(MQTTProperties *properties, enum MQTTPropertyCodes code, uint32_t number)
{
	MQTTProperty property = {.identifier = code};

	if (code == MQTTPROPERTY_CODE_RECEIVE_MAXIMUM)
		property.value.integer2 = (unsigned short)number;
	else
		property.value.integer4 = number;
	return MQTTProperties_add(properties, &property) == 0 ? 0 : -ENOMEM;
}

static int connect_client(struct mqtt_paho *p, bool is_tls)
{
	const struct mqtt_link_settings *s = p->settings;
	MQTTAsync_connectOptions o = MQTTAsync_connectOptions_initializer5;
	MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
	MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
	MQTTProperties session = MQTTProperties_initializer, last = MQTTProperties_initializer;
	int r = MQTTASYNC_FAILURE;

	tls.trustStore = s->ca_file;
	tls.keyStore = s->certificate_file;
	tls.privateKey = s->key_file;
	tls.enableServerCertAuth = 1;
	tls.verify = 1; /* the certificate names the host we asked for */
	tls.ssl_error_cb = on_tls_complaint;
	tls.ssl_error_context = p;
	will.topicName = s->will_topic;
	will.message = s->will_payload;
	will.qos = 1;
	o.keepAliveInterval = (int)s->keep_alive_s;
	o.cleanstart = 0;
	o.connectTimeout = CONNECT_LIMIT_S;
	o.ssl = is_tls ? &tls : NULL;
	o.will = s->will_topic ? &will : NULL;
	o.onSuccess5 = on_connected;
	o.onFailure5 = on_not_connected;
	o.context = p;
	if (add_number(&session, MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL, s->session_expiry_s) ==
			0 &&
		add_number(&session, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, PACKET_BYTES) == 0 &&
		add_number(&session, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM, RECEIVE_MAXIMUM) == 0 &&
		add_number(&last, MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL, WILL_EXPIRY_S) == 0) {
		o.connectProperties = &session;
		o.willProperties = s->will_topic ? &last : NULL;
		r = MQTTAsync_connect(p->client, &o);
	}
	MQTTProperties_free(&session);
	MQTTProperties_free(&last);
	return r == MQTTASYNC_SUCCESS ? 0 : -EIO;
}

static int create_client(struct mqtt_paho *p, const struct mqtt_broker *broker)
{
	MQTTAsync_createOptions o = MQTTAsync_createOptions_initializer5;
	bool is_ipv6 = strchr(broker->host, ':') != NULL;
	char uri[URI_MAX];

	/* it would keep the text of its last 400 steps, 125 kB, for nobody to read */
	MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
	o.maxBufferedMessages = MQTT_IN_AIR_MAX; /* Paho's default is 100 */
	(void)snprintf(uri, sizeof(uri), is_ipv6 ? "%s://[%s]:%u" : "%s://%s:%u",
		broker->is_tls ? "ssl" : "tcp", broker->host, broker->port);
	if (MQTTAsync_createWithOptions(&p->client, uri, p->settings->client_id,
		    MQTTCLIENT_PERSISTENCE_NONE, NULL, &o) != MQTTASYNC_SUCCESS)
		return -EIO;
	if (MQTTAsync_setCallbacks(p->client, p, on_lost, on_arrived, NULL) != MQTTASYNC_SUCCESS ||
		MQTTAsync_setDisconnected(p->client, p, on_disconnected) != MQTTASYNC_SUCCESS)
		return -EIO;
	return 0;
}

int mqtt_paho_new(struct mqtt_paho **ret, const struct mqtt_link_settings *settings,
	const struct mqtt_broker *broker, atomic_uint *in_air,
	const struct mqtt_paho_listener *listener)
{
	_cleanup_(paho_free_p) struct mqtt_paho *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return -ENOMEM;
	(void)sem_init(&p->is_gone, 0, 0);
	p->settings = settings;
	p->listener = *listener;
	p->port = broker->port;
	p->in_air = in_air;
	atomic_store(in_air, 0);
	r = create_client(p, broker);
	if (r == 0)
		r = connect_client(p, broker->is_tls);
	if (r < 0)
		return r;
	*ret = p;
	p = NULL;
	return 0;
}

struct mqtt_paho *mqtt_paho_free(struct mqtt_paho *p)
{
	if (!p)
		return NULL;
	atomic_store(&p->is_over, true);
	if (p->client)
		MQTTAsync_destroy(&p->client);
	(void)sem_destroy(&p->is_gone);
	free(p);
	return NULL;
}

void mqtt_paho_goodbye(struct mqtt_paho *p)
{
	MQTTAsync_disconnectOptions o = MQTTAsync_disconnectOptions_initializer5;
	struct timespec until;

	o.timeout = GOODBYE_MS;
	o.onSuccess5 = on_gone;
	o.onFailure5 = on_not_gone;
	o.context = p;
	if (MQTTAsync_disconnect(p->client, &o) != MQTTASYNC_SUCCESS)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++; /* GOODBYE_MS, and time for Paho to notice that they are over */
	while (sem_timedwait(&p->is_gone, &until) < 0 && errno == EINTR)
		;
}

void mqtt_paho_publish(struct mqtt_paho *p, const char *topic, const void *payload, size_t bytes,
	uint32_t expiry_s)
{
	MQTTAsync_message message = MQTTAsync_message_initializer;
	MQTTAsync_callOptions o = MQTTAsync_callOptions_initializer;
	void *copied_by_paho;

	/* Paho copies the payload and does not write to it. */
	memcpy(&copied_by_paho, &payload, sizeof(payload));
	message.payload = copied_by_paho;
	message.payloadlen = (int)bytes;
	message.qos = 1;
	o.onSuccess5 = on_published;
	o.onFailure5 = on_not_published;
	o.context = p;
	if (add_number(&message.properties, MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL, expiry_s) <
			0 ||
		MQTTAsync_sendMessage(p->client, topic, &message, &o) != MQTTASYNC_SUCCESS)
		(void)atomic_fetch_sub(p->in_air, 1);
	MQTTProperties_free(&message.properties);
}
