/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of common/mqtt driven by lines, so that tests can bring brokers up and down around it:
 *   mqtt_peer BROKERS ID [CA CERTIFICATE KEY] [sub=TOPIC]… [will=TOPIC] [expiry=S] [keep=S]
 * [echo=TOPIC] BROKERS are separated by commas. In: "pub TOPIC TEXT", "storm TOPIC COUNT BYTES",
 * "echo TOPIC COUNT GAP_MS", "quiet" (messages are counted, not printed), "count", "quit". Out: up,
 * down WHY, message TOPIC TEXT, refused TOPIC WHY, sent RESULT, stormed …, echoed …, counted N
 * DISTINCT_DRAINS.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/mqtt.h"

#define EXPIRY_S    3600
#define ECHOES_MAX  10000
#define STORM_PAUSE UINT64_C(1000) /* µs */

struct peer {
	sd_event *event;
	sd_event_source *timer;
	struct mqtt *mqtt;
	char line[16384];
	size_t line_bytes;
	bool is_quiet;
	unsigned int messages, drains, ups;
	char topic[MQTT_TOPIC_MAX];
	char payload[MQTT_PAYLOAD_MAX + 1];
	unsigned int count, done;
	size_t bytes;
	uint64_t started_us, longest_us;
	bool is_echo;
	unsigned int gap_ms;
	uint64_t sent_us;
	uint64_t echo_us[ECHOES_MAX];
};

static void on_up(void *userdata)
{
	struct peer *p = userdata;

	p->ups++;
	printf("up\n");
}

static void on_down(const char *why, void *userdata)
{
	(void)userdata;
	printf("down %s\n", why);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void again_in(struct peer *p, uint64_t in_us)
{
	(void)sd_event_source_set_time(p->timer, clock_boot_us() + in_us);
	(void)sd_event_source_set_enabled(p->timer, SD_EVENT_ONESHOT);
}

static void echo_came_back(struct peer *p)
{
	p->echo_us[p->done++] = clock_boot_us() - p->sent_us;
	if (p->done < p->count) {
		again_in(p, p->gap_ms * US_PER_MS);
		return;
	}
	qsort(p->echo_us, p->done, sizeof(p->echo_us[0]), compare);
	printf("echoed %u least %" PRIu64 " median %" PRIu64 " p99 %" PRIu64 " most %" PRIu64
	       " us\n",
		p->done, p->echo_us[0], p->echo_us[p->done / 2], p->echo_us[p->done * 99 / 100],
		p->echo_us[p->done - 1]);
	p->is_echo = false;
}

static void on_message(const struct mqtt_message *message, void *userdata)
{
	struct peer *p = userdata;

	p->messages++;
	if (p->is_echo && strcmp(message->topic, p->topic) == 0)
		echo_came_back(p);
	else if (!p->is_quiet)
		printf("message %s %.200s\n", message->topic, message->payload);
}

static void on_drained(void *userdata)
{
	struct peer *p = userdata;

	p->drains++;
}

static void on_refused(const char *topic, const char *why, void *userdata)
{
	(void)userdata;
	printf("refused %s %s\n", topic[0] ? topic : "-", why);
}

static void storm(struct peer *p)
{
	uint64_t began_us = clock_boot_us(), took_us;
	int r = 0;

	while (p->done < p->count && r == 0) {
		(void)snprintf(p->payload, sizeof(p->payload), "%08u", p->done);
		p->payload[8] = '.';
		r = mqtt_publish(p->mqtt, p->topic, p->payload, p->bytes, EXPIRY_S);
		if (r == 0)
			p->done++;
	}
	took_us = clock_boot_us() - began_us;
	if (took_us > p->longest_us)
		p->longest_us = took_us;
	if (p->done < p->count)
		again_in(p, STORM_PAUSE);
	else
		printf("stormed %u in %" PRIu64 " us, longest turn %" PRIu64 " us\n", p->done,
			clock_boot_us() - p->started_us, p->longest_us);
}

static int on_timer(sd_event_source *source, uint64_t due_us, void *userdata)
{
	struct peer *p = userdata;

	(void)source;
	(void)due_us;
	if (p->is_echo) {
		p->sent_us = clock_boot_us();
		(void)mqtt_publish(p->mqtt, p->topic, "x", 1, EXPIRY_S);
	} else {
		storm(p);
	}
	return 0;
}

static void begin(struct peer *p, unsigned int count)
{
	p->count = count;
	p->done = 0;
	p->longest_us = 0;
	p->started_us = clock_boot_us();
	again_in(p, 0);
}

static void obey(struct peer *p, char *line)
{
	unsigned int count, number;
	int used = 0;

	if (sscanf(line, "pub %127s %n", p->topic, &used) == 1 && used > 0) {
		printf("sent %d\n", mqtt_publish(p->mqtt, p->topic, line + used,
					    strlen(line + used), EXPIRY_S));
	} else if (sscanf(line, "big %127s %u", p->topic, &count) == 2) {
		memset(p->payload, 'b', sizeof(p->payload));
		printf("sent %d\n", mqtt_publish(p->mqtt, p->topic, p->payload, count, EXPIRY_S));
	} else if (sscanf(line, "storm %127s %u %u", p->topic, &count, &number) == 3 &&
		   number >= 8 && number <= MQTT_PAYLOAD_MAX) {
		memset(p->payload, '.', sizeof(p->payload));
		p->bytes = number;
		begin(p, count);
	} else if (sscanf(line, "echo %127s %u %u", p->topic, &count, &number) == 3 && count > 0 &&
		   count <= ECHOES_MAX) {
		p->is_echo = true;
		p->gap_ms = number;
		begin(p, count);
	} else if (strcmp(line, "quiet") == 0) {
		p->is_quiet = true;
	} else if (strcmp(line, "count") == 0) {
		printf("counted %u %u\n", p->messages, p->drains);
	} else if (strcmp(line, "quit") == 0) {
		(void)sd_event_exit(p->event, 0);
	} else {
		printf("what? %s\n", line);
	}
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct peer *p = userdata;
	ssize_t bytes;
	char *end;

	(void)source;
	(void)events;
	bytes = read(fd, p->line + p->line_bytes, sizeof(p->line) - 1 - p->line_bytes);
	if (bytes <= 0)
		return sd_event_exit(p->event, 0);
	p->line_bytes += (size_t)bytes;
	p->line[p->line_bytes] = '\0';
	while ((end = strchr(p->line, '\n'))) {
		size_t rest = p->line_bytes - (size_t)(end + 1 - p->line);

		*end = '\0';
		obey(p, p->line);
		memmove(p->line, end + 1, rest + 1);
		p->line_bytes = rest;
	}
	return 0;
}

static void read_options(struct mqtt_options *o, char **words)
{
	unsigned int count = 0;

	if (words[0] && !strchr(words[0], '=')) {
		o->ca_file = words[0];
		o->certificate_file = words[1];
		o->key_file = words[2];
		words += 3;
	}
	for (; *words; words++) {
		if (strncmp(*words, "sub=", 4) == 0 && count < MQTT_SUBSCRIPTIONS_MAX)
			o->subscriptions[count++] = *words + 4;
		else if (strncmp(*words, "will=", 5) == 0)
			o->will_topic = *words + 5;
		else if (strncmp(*words, "expiry=", 7) == 0)
			o->session_expiry_s = (unsigned int)strtoul(*words + 7, NULL, 10);
		else if (strncmp(*words, "echo=", 5) == 0)
			o->echo_topic = *words + 5;
		else if (strncmp(*words, "keep=", 5) == 0)
			o->keep_alive_s = (unsigned int)strtoul(*words + 5, NULL, 10);
	}
	if (o->will_topic)
		o->will_payload = "link lost";
}

int main(int argc, char **argv)
{
	static struct peer peer;
	const struct mqtt_listener listener = {.on_up = on_up,
		.on_down = on_down,
		.on_message = on_message,
		.on_drained = on_drained,
		.on_refused = on_refused,
		.userdata = &peer};
	struct mqtt_options options = {0};
	char *comma;
	int r;

	if (argc < 3)
		return 2;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	options.brokers[0] = argv[1];
	comma = strchr(argv[1], ',');
	if (comma) {
		*comma = '\0';
		options.brokers[1] = comma + 1;
	}
	options.client_id = argv[2];
	read_options(&options, argv + 3);
	if (sd_event_default(&peer.event) < 0 ||
		sd_event_add_time(peer.event, &peer.timer, CLOCK_BOOTTIME, UINT64_MAX, 1, on_timer,
			&peer) < 0 ||
		sd_event_add_io(peer.event, NULL, STDIN_FILENO, EPOLLIN, on_input, &peer) < 0)
		return 1;
	r = mqtt_new(&peer.mqtt, peer.event, &options, &listener);
	if (r < 0) {
		printf("refused options: %s\n", strerror(-r));
		return 1;
	}
	r = sd_event_loop(peer.event);
	peer.mqtt = mqtt_free(peer.mqtt);
	(void)sd_event_source_disable_unref(peer.timer);
	(void)sd_event_unref(peer.event);
	printf("gone\n");
	return r < 0;
}
