/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What arrives from the homes, checked: topic and payload become an incident, a heartbeat or word
 * of a link, or are refused. The broker's access list ties the topic's home to a certificate; the
 * payload's home must be the same. Refused messages are counted, and each sender's first is worth a
 * line in the log.
 */
#pragma once

#include "common/heartbeat.h"
#include "common/incident.h"

#include <stddef.h>

#define INBOX_SENDERS_MAX 256 /* whose first refusal is remembered */
#define INBOX_ERROR_MAX   256

enum inbox_what { INBOX_INCIDENT, INBOX_HEARTBEAT, INBOX_LINK };

struct inbox_message {
	enum inbox_what what;
	union {
		struct incident incident;
		struct heartbeat heartbeat;
		struct link link;
	};
	char home[INCIDENT_HOME_MAX]; /* the topic's */
};

/* A plain value; all zero is empty. */
struct inbox {
	uint64_t refused;
	unsigned int senders_count;
	char senders[INBOX_SENDERS_MAX][INCIDENT_HOME_MAX];
};

/* 0, or −errno with the reason, which quotes nothing of the payload. */
int inbox_read(const char *topic, const void *payload, size_t bytes, struct inbox_message *ret,
	char ret_error[INBOX_ERROR_MAX]);
/* Counts a refusal; true when it is the sender's first, with its name in ret_sender ("?" for a
 * topic that names none; beyond INBOX_SENDERS_MAX senders only counted). */
bool inbox_refuse(struct inbox *i, const char *topic, char ret_sender[INCIDENT_HOME_MAX]);
