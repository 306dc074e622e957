/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options, properties and last will of one libmosquitto client.
 */
#include "common/mqtt_setup.h"

#include <errno.h>
#include <mqtt_protocol.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/mqtt_tls.h"

#define RECEIVE_MAXIMUM  100
#define SEND_MAXIMUM     100
#define PACKET_MAX_BYTES 65536
#define WILL_EXPIRY_S    86400

DEFINE_CLEANUP(struct mosquitto *, client_free_p, mqtt_setup_free)
DEFINE_CLEANUP(SSL_CTX *, context_free_p, SSL_CTX_free)

static void properties_free_p(mosquitto_property **p)
{
	mosquitto_property_free_all(p);
}

int mqtt_setup_errno(int result)
{
	switch (result) {
	case MOSQ_ERR_SUCCESS:
		return 0;
	case MOSQ_ERR_NOMEM:
		return -ENOMEM;
	case MOSQ_ERR_NO_CONN:
	case MOSQ_ERR_CONN_LOST:
		return -ENOTCONN;
	case MOSQ_ERR_ERRNO:
		return errno ? -errno : -EIO;
	case MOSQ_ERR_OVERSIZE_PACKET:
	case MOSQ_ERR_PAYLOAD_SIZE:
		return -EMSGSIZE;
	default:
		return -EPROTO;
	}
}

static int set_tls(struct mosquitto *client, const struct mqtt_link_settings *s,
	const struct mqtt_broker *broker, size_t why_bytes, char *ret_why)
{
	_cleanup_(context_free_p) SSL_CTX *context = NULL;
	int r;

	if (!broker->is_tls)
		return 0;
	r = mqtt_tls_new(&context, s->ca_file, s->certificate_file, s->key_file, broker->host,
		why_bytes, ret_why);
	if (r < 0)
		return r;
	if (mosquitto_int_option(client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0))
		return -EINVAL;
	/* the client takes a reference of its own */
	return mqtt_setup_errno(mosquitto_void_option(client, MOSQ_OPT_SSL_CTX, context));
}

static int set_will(struct mosquitto *client, const struct mqtt_link_settings *s)
{
	_cleanup_(properties_free_p) mosquitto_property *properties = NULL;
	int result;

	if (!s->will_topic)
		return 0;
	result = mosquitto_property_add_int32(
		&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, WILL_EXPIRY_S);
	if (result == MOSQ_ERR_SUCCESS)
		result = mosquitto_will_set_v5(client, s->will_topic, (int)strlen(s->will_payload),
			s->will_payload, 1, false, properties);
	if (result == MOSQ_ERR_SUCCESS)
		properties = NULL; /* the client has them now */
	return mqtt_setup_errno(result);
}

/* Session and packet limits. The library accepts them only through its blocking connect, so that is
 * called towards a local socket that cannot exist: it keeps the properties and fails at once. */
static int set_properties(struct mosquitto *client, const struct mqtt_link_settings *s)
{
	_cleanup_(properties_free_p) mosquitto_property *properties = NULL;
	int result;

	result = mosquitto_property_add_int32(
		&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, s->session_expiry_s);
	if (result == MOSQ_ERR_SUCCESS)
		result = mosquitto_property_add_int32(
			&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, PACKET_MAX_BYTES);
	if (result != MOSQ_ERR_SUCCESS)
		return mqtt_setup_errno(result);
	result = mosquitto_connect_bind_v5(client, "/", 0, (int)s->keep_alive_s, NULL, properties);
	return result == MOSQ_ERR_INVAL || result == MOSQ_ERR_NOMEM ? mqtt_setup_errno(result) : 0;
}

int mqtt_setup_new(struct mosquitto **ret, const struct mqtt_link_settings *s,
	const struct mqtt_broker *broker, void *userdata, size_t why_bytes, char *ret_why)
{
	_cleanup_(client_free_p) struct mosquitto *client = NULL;
	int r;

	(void)mosquitto_lib_init(); /* counted by the library */
	client = mosquitto_new(s->client_id, false, userdata);
	if (!client) {
		r = errno == EINVAL ? -EINVAL : -ENOMEM;
		(void)mosquitto_lib_cleanup();
		return r;
	}
	if (mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5) ||
		mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, RECEIVE_MAXIMUM) ||
		mosquitto_int_option(client, MOSQ_OPT_SEND_MAXIMUM, SEND_MAXIMUM) ||
		mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1))
		return -EINVAL;
	r = set_will(client, s);
	if (r == 0)
		r = set_properties(client, s);
	if (r == 0)
		r = set_tls(client, s, broker, why_bytes, ret_why);
	if (r < 0)
		return r;
	*ret = client;
	client = NULL;
	return 0;
}

struct mosquitto *mqtt_setup_free(struct mosquitto *client)
{
	if (!client)
		return NULL;
	mosquitto_destroy(client);
	(void)mosquitto_lib_cleanup();
	return NULL;
}

int mqtt_setup_connect(
	struct mosquitto *client, const char *address, uint16_t port, unsigned int keep_alive_s)
{
	errno = 0;
	return mqtt_setup_errno(mosquitto_connect_async(client, address, port, (int)keep_alive_s));
}
