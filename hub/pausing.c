/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file is replaced as a whole: what was begun is found after any power cut, and a half-written
 * one is none.
 */
#include "hub/pausing.h"

#include "common/cleanup.h"
#include "common/log.h"
#include "common/utf8.h"
#include "hub/prompts.h"
#include "hub/requests.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define PATH_BYTES   (HUB_PATH_MAX + 16)

static void read_boot_id(char ret[PAUSE_BOOT_MAX])
{
	_cleanup_(fclose_p) FILE *file = fopen(BOOT_ID_FILE, "re");

	if (!file || fscanf(file, "%39s", ret) != 1)
		(void)snprintf(ret, PAUSE_BOOT_MAX, "?");
}

static int write_whole(const char *path, const char *text)
{
	_cleanup_(close_p) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t bytes = strlen(text);

	if (fd < 0)
		return -errno;
	errno = EIO;
	return write(fd, text, bytes) == (ssize_t)bytes && fsync(fd) == 0 ? 0 : -errno;
}

static int keep(const struct hub *h)
{
	char path[PATH_BYTES], next[PATH_BYTES], boot[PAUSE_BOOT_MAX], text[PAUSE_TEXT_MAX];
	int r;

	(void)snprintf(path, sizeof(path), "%s/pause", h->config.state_dir);
	(void)snprintf(next, sizeof(next), "%s/pause.next", h->config.state_dir);
	read_boot_id(boot);
	pause_to_text(&h->pause, boot, text);
	r = write_whole(next, text);
	if (r < 0 || rename(next, path) < 0)
		return r < 0 ? r : -errno;
	_cleanup_(close_p) int folder =
		open(h->config.state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder >= 0 && fsync(folder) == 0 ? 0 : -errno;
}

static void forget(const struct hub *h)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/pause", h->config.state_dir);
	if (unlink(path) < 0 && errno != ENOENT)
		log_warning("pause: cannot be forgotten: %s", strerror(errno));
}

/* "14 heures 30", "14:30" */
static void until_words(const struct hub *h, char ret[INCIDENT_TEXT_MAX])
{
	time_t wall_s = (time_t)(h->pause.until_ms / 1000);
	struct tm local = {.tm_hour = 0};

	(void)localtime_r(&wall_s, &local);
	if (h->config.dialogue.language == SPEECH_ENGLISH)
		(void)snprintf(ret, INCIDENT_TEXT_MAX, "%d:%02d", local.tm_hour, local.tm_min);
	else if (local.tm_min == 0)
		(void)snprintf(ret, INCIDENT_TEXT_MAX, "%d heures", local.tm_hour);
	else
		(void)snprintf(
			ret, INCIDENT_TEXT_MAX, "%d heures %02d", local.tm_hour, local.tm_min);
}

static void begin(struct hub *h, uint32_t hours, const char *by, struct moment at)
{
	char until[INCIDENT_TEXT_MAX];
	int r;

	pause_begin(&h->pause, hours, at);
	r = keep(h);
	if (r < 0)
		log_warning("pause: not kept over a restart: %s", strerror(-r));
	log_info("pause: %u h", hours);
	control_tell(h->control, at.now_us, "hub", "paused", NULL, by);
	until_words(h, until);
	prompts_say(h, PHRASE_PAUSED, until, at);
	hub_send_heartbeat(h, at);
	hub_arm(h);
}

static void end(struct hub *h, const char *by, struct moment at)
{
	struct suspicion withheld;
	bool has_withheld = pause_end(&h->pause, &withheld);

	forget(h);
	log_info("pause: over");
	control_tell(h->control, at.now_us, "hub", "resumed", NULL, by);
	prompts_say(h, PHRASE_RESUMED, "", at);
	hub_send_heartbeat(h, at);
	if (has_withheld)
		(void)hub_suspect(h, &withheld, at);
	hub_arm(h);
}

void pausing_resume(struct hub *h, struct moment at)
{
	char path[PATH_BYTES], boot[PAUSE_BOOT_MAX], text[PAUSE_TEXT_MAX] = "";

	(void)snprintf(path, sizeof(path), "%s/pause", h->config.state_dir);
	_cleanup_(fclose_p) FILE *file = fopen(path, "re");
	if (!file)
		return;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	read_boot_id(boot);
	if (pause_from_text(text, boot, at, &h->pause))
		log_info("pause: goes on");
	else
		h->pause.until_us = 1; /* over: pausing_turn() says so */
}

void pausing_pressed(struct hub *h, struct moment at)
{
	bool is_bounce = h->pause_pressed_us && at.now_us < h->pause_pressed_us + PAUSING_GAP_US;

	h->pause_pressed_us = at.now_us;
	if (is_bounce)
		return;
	if (pause_is_on(&h->pause, at.now_us))
		end(h, "resident", at);
	else
		begin(h, h->config.dialogue.pause_h, "resident", at);
}

void pausing_turn(struct hub *h, struct moment at)
{
	if (pause_is_over(&h->pause, at.now_us))
		end(h, "hub", at);
}

uint64_t pausing_next_us(const struct hub *h)
{
	return h->pause.until_us ? h->pause.until_us : UINT64_MAX;
}

bool pausing_withholds(struct hub *h, const struct suspicion *s, struct moment at)
{
	if (!pause_withholds(&h->pause, s, at.now_us))
		return false;
	control_tell(h->control, at.now_us, "hub", "withheld", NULL, incident_class_text(s->class));
	return true;
}

static const char *by_of(const json_t *request)
{
	const char *by = json_string_value(json_object_get(request, "by"));

	return by && by[0] && utf8_is_plain_within(by, INCIDENT_TEXT_MAX) ? by : "technician";
}

int pausing_request_pause(struct hub *h, const json_t *request, json_t *answer)
{
	const json_t *asked = json_object_get(request, "hours");
	json_int_t hours = asked ? json_integer_value(asked) : h->config.dialogue.pause_h;

	if (hours < PAUSE_MIN_H || hours > PAUSE_MAX_H)
		return request_refuse(answer, -EINVAL, "hours is not 1 to 12");
	begin(h, (uint32_t)hours, by_of(request), hub_now());
	request_put(answer, "suspended_until_ms", json_integer(h->pause.until_ms));
	return 0;
}

int pausing_request_resume(struct hub *h, const json_t *request, json_t *answer)
{
	struct moment at = hub_now();

	if (!pause_is_on(&h->pause, at.now_us))
		return request_refuse(answer, -EALREADY, "this home is not paused");
	end(h, by_of(request), at);
	return 0;
}
