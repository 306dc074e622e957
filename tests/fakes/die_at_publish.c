/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into a program under test: ends it as kill -9 would, the first time it hands a message
 * whose topic ends with VIGIE_DIE_AT to Paho; the commit before it has been made, and
 * nothing has left. VIGIE_DIE_ONCE names a file that is made then: where it is there already,
 * nothing ends.
 */
#include <MQTTAsync.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*send_message)(
	MQTTAsync, const char *, const MQTTAsync_message *, MQTTAsync_responseOptions *);

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

int MQTTAsync_sendMessage(MQTTAsync handle, const char *destinationName,
	const MQTTAsync_message *msg, MQTTAsync_responseOptions *response)
{
	void *symbol = dlsym(RTLD_NEXT, "MQTTAsync_sendMessage");
	send_message real;

	die_once(destinationName);
	memcpy(&real, &symbol, sizeof(real));
	return real(handle, destinationName, msg, response);
}
