/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks what the homes send; decides nothing.
 */
#include "caller-gateway/inbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int check_home(const char *topic_home, const char *payload_home, char *ret_error)
{
	if (strcmp(topic_home, payload_home) == 0)
		return 0;
	(void)snprintf(ret_error, INBOX_ERROR_MAX, "home: is not the topic's");
	return -EINVAL;
}

static int read_incident(const char *home, const void *payload, size_t bytes,
	struct inbox_message *ret, char *ret_error)
{
	struct incident incident;
	int r = incident_from_json(payload, bytes, &incident, ret_error, INBOX_ERROR_MAX);

	if (r == 0)
		r = check_home(home, incident.home, ret_error);
	if (r < 0)
		return r;
	ret->what = INBOX_INCIDENT;
	ret->incident = incident;
	return 0;
}

static int read_heartbeat(const char *home, const void *payload, size_t bytes,
	struct inbox_message *ret, char *ret_error)
{
	struct heartbeat heartbeat;
	int r = heartbeat_from_json(payload, bytes, &heartbeat, ret_error, INBOX_ERROR_MAX);

	if (r == 0)
		r = check_home(home, heartbeat.home, ret_error);
	if (r < 0)
		return r;
	ret->what = INBOX_HEARTBEAT;
	ret->heartbeat = heartbeat;
	return 0;
}

static int read_link(const void *payload, size_t bytes, struct inbox_message *ret, char *ret_error)
{
	struct link link;
	int r = link_from_json(payload, bytes, &link, ret_error, INBOX_ERROR_MAX);

	if (r < 0)
		return r;
	ret->what = INBOX_LINK;
	ret->link = link;
	return 0;
}

int inbox_read(const char *topic, const void *payload, size_t bytes, struct inbox_message *ret,
	char ret_error[INBOX_ERROR_MAX])
{
	char home[INCIDENT_HOME_MAX];

	int r = -EINVAL;

	if (incident_topic_home(topic, "incident", home) == 0)
		r = read_incident(home, payload, bytes, ret, ret_error);
	else if (incident_topic_home(topic, "heartbeat", home) == 0)
		r = read_heartbeat(home, payload, bytes, ret, ret_error);
	else if (incident_topic_home(topic, "link", home) == 0)
		r = read_link(payload, bytes, ret, ret_error);
	else
		(void)snprintf(ret_error, INBOX_ERROR_MAX, "topic: is none of ours");
	if (r == 0)
		memcpy(ret->home, home, sizeof(ret->home));
	return r;
}

bool inbox_refuse(struct inbox *i, const char *topic, char ret_sender[INCIDENT_HOME_MAX])
{
	char sender[INCIDENT_HOME_MAX] = "?";

	if (incident_topic_home(topic, "incident", sender) < 0 &&
		incident_topic_home(topic, "heartbeat", sender) < 0)
		(void)incident_topic_home(topic, "link", sender);
	i->refused++;
	for (unsigned int n = 0; n < i->senders_count; n++)
		if (strcmp(i->senders[n], sender) == 0)
			return false;
	if (i->senders_count == INBOX_SENDERS_MAX)
		return false;
	memcpy(i->senders[i->senders_count++], sender, sizeof(sender));
	memcpy(ret_sender, sender, sizeof(sender));
	return true;
}
