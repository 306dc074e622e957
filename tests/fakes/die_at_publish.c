/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into a program under test: ends it as kill -9 would, the first time it hands a message
 * whose topic ends with VIGIE_DIE_AT to libmosquitto; the commit before it has been made, and
 * nothing has left. VIGIE_DIE_ONCE names a file that is made then: where it is there already,
 * nothing ends.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*publish_v5)(struct mosquitto *, int *, const char *, int, const void *, int, bool,
	const mosquitto_property *);

static void die_once(const char *topic)
{
	const char *leaf = getenv("VIGIE_DIE_AT"), *once = getenv("VIGIE_DIE_ONCE");
	size_t length = strlen(topic);
	int fd;

	if (!leaf || !once || length < strlen(leaf) ||
		strcmp(topic + length - strlen(leaf), leaf) != 0)
		return;
	fd = open(once, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	(void)close(fd);
	(void)kill(getpid(), SIGKILL);
}

int mosquitto_publish_v5(struct mosquitto *client, int *mid, const char *topic, int payloadlen,
	const void *payload, int qos, bool retain, const mosquitto_property *properties)
{
	void *symbol = dlsym(RTLD_NEXT, "mosquitto_publish_v5");
	publish_v5 real;

	die_once(topic);
	memcpy(&real, &symbol, sizeof(real));
	return real(client, mid, topic, payloadlen, payload, qos, retain, properties);
}
