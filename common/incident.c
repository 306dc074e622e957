/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The incident's words, identifiers and topics. Its JSON is in incident_json.c.
 */
#include "common/incident.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static const char *const class_words[INCIDENT_CLASSES] = {
	[INCIDENT_HELP] = "help",
	[INCIDENT_FALL] = "fall",
	[INCIDENT_INACTIVITY] = "inactivity",
	[INCIDENT_WANDERING] = "wandering",
	[INCIDENT_ENVIRONMENT] = "environment",
	[INCIDENT_SOCIAL] = "social",
	[INCIDENT_TECHNICAL] = "technical",
};

static const char *const state_words[INCIDENT_STATES] = {
	[INCIDENT_SUSPECTED] = "suspected",
	[INCIDENT_VERIFYING] = "verifying",
	[INCIDENT_RAISED] = "raised",
	[INCIDENT_RECEIVED] = "received",
	[INCIDENT_ANNOUNCED] = "announced",
	[INCIDENT_ACCEPTED] = "accepted",
	[INCIDENT_ON_THE_WAY] = "on_the_way",
	[INCIDENT_ON_SITE] = "on_site",
	[INCIDENT_ESCALATED] = "escalated",
	[INCIDENT_CLOSED] = "closed",
	[INCIDENT_CANCELLED] = "cancelled",
};

static const char *const outcome_words[INCIDENT_OUTCOMES] = {
	[INCIDENT_OUTCOME_NONE] = "none",
	[INCIDENT_OUTCOME_HELPED] = "helped",
	[INCIDENT_OUTCOME_EMERGENCY] = "emergency",
	[INCIDENT_OUTCOME_FALSE_ALARM] = "false_alarm",
	[INCIDENT_OUTCOME_TEST] = "test",
	[INCIDENT_OUTCOME_SOCIAL] = "social",
	[INCIDENT_OUTCOME_REPAIRED] = "repaired",
};

static const char *const said_words[INCIDENT_SAID_WORDS] = {
	[INCIDENT_SAID_NOTHING] = "nothing",
	[INCIDENT_SAID_FINE] = "fine",
	[INCIDENT_SAID_HELP] = "help",
};

static int word_index(const char *const *words, unsigned int count, const char *text)
{
	for (unsigned int i = 0; i < count; i++)
		if (strcmp(words[i], text) == 0)
			return (int)i;
	return -EINVAL;
}

const char *incident_class_text(enum incident_class class)
{
	assert(class < INCIDENT_CLASSES);
	return class_words[class];
}

const char *incident_state_text(enum incident_state state)
{
	assert(state < INCIDENT_STATES);
	return state_words[state];
}

const char *incident_outcome_text(enum incident_outcome outcome)
{
	assert(outcome < INCIDENT_OUTCOMES);
	return outcome_words[outcome];
}

const char *incident_said_text(enum incident_said said)
{
	assert(said < INCIDENT_SAID_WORDS);
	return said_words[said];
}

int incident_class_from_text(const char *text, enum incident_class *ret)
{
	int i = word_index(class_words, INCIDENT_CLASSES, text);

	if (i < 0)
		return i;
	*ret = (enum incident_class)i;
	return 0;
}

int incident_state_from_text(const char *text, enum incident_state *ret)
{
	int i = word_index(state_words, INCIDENT_STATES, text);

	if (i < 0)
		return i;
	*ret = (enum incident_state)i;
	return 0;
}

int incident_said_from_text(const char *text, enum incident_said *ret)
{
	int i = word_index(said_words, INCIDENT_SAID_WORDS, text);

	if (i < 0)
		return i;
	*ret = (enum incident_said)i;
	return 0;
}

int incident_outcome_from_text(const char *text, enum incident_outcome *ret)
{
	int i = word_index(outcome_words, INCIDENT_OUTCOMES, text);

	if (i < 0)
		return i;
	*ret = (enum incident_outcome)i;
	return 0;
}

bool incident_is_call(enum incident_class class)
{
	return class == INCIDENT_HELP || class == INCIDENT_SOCIAL;
}

bool incident_is_over(enum incident_state state)
{
	return state == INCIDENT_CLOSED || state == INCIDENT_CANCELLED;
}

void incident_new_id(char ret_id[INCIDENT_ID_MAX])
{
	unsigned char random[(INCIDENT_ID_MAX - 1) / 2];
	ssize_t got;

	/* Up to 256 bytes are never cut short nor interrupted once the kernel's pool is seeded
	 * (getrandom(2)); before that, at an early boot, a signal may interrupt the wait. */
	do
		got = getrandom(random, sizeof random, 0);
	while (got < 0 && errno == EINTR);
	assert(got == (ssize_t)sizeof random);
	for (size_t i = 0; i < sizeof random; i++)
		(void)snprintf(ret_id + 2 * i, 3, "%02x", random[i]);
}

bool incident_id_is_valid(const char *id)
{
	return strspn(id, "0123456789abcdef") == INCIDENT_ID_MAX - 1 &&
	       id[INCIDENT_ID_MAX - 1] == '\0';
}

bool incident_home_is_valid(const char *home)
{
	size_t length = strspn(home, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length > 0 && length < INCIDENT_HOME_MAX && home[length] == '\0';
}

int incident_topic(const char *home, const char *leaf, char *ret, size_t bytes)
{
	size_t needed = strlen(INCIDENT_TOPIC_PREFIX) + strlen(home) + 1 + strlen(leaf);

	if (needed >= bytes)
		return -ENAMETOOLONG;
	(void)snprintf(ret, bytes, INCIDENT_TOPIC_PREFIX "%s/%s", home, leaf);
	return (int)needed;
}

int incident_topic_home(const char *topic, const char *leaf, char ret_home[INCIDENT_HOME_MAX])
{
	size_t prefix = strlen(INCIDENT_TOPIC_PREFIX), length;
	char home[INCIDENT_HOME_MAX];

	if (strncmp(topic, INCIDENT_TOPIC_PREFIX, prefix) != 0)
		return -EINVAL;
	topic += prefix;
	length = strcspn(topic, "/");
	if (length >= sizeof home || topic[length] != '/' || strcmp(topic + length + 1, leaf) != 0)
		return -EINVAL;
	memcpy(home, topic, length);
	home[length] = '\0';
	if (!incident_home_is_valid(home))
		return -EINVAL;
	memcpy(ret_home, home, sizeof home);
	return 0;
}
