/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the file of enrolled sensors. What is refused is told with its line and a word that
 * a screen may show; nothing is refused that costs the others more than itself: a good entry before
 * and after any bytes that hold no mark of an entry is read.
 */
#include "common/cleanup.h"
#include "common/utf8.h"
#include "hub/roster_file.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATH_ROOM 64

static const char before[] = "sensors:\n  - id: \"first\"\n    role: \"button\"\n";
static const char after[] = "\n  - id: \"last\"\n    role: \"motion\"\n";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void must(bool is_so)
{
	if (!is_so)
		abort();
}

static int load(int fd, struct roster *roster, struct hub_roster_found *found)
{
	static struct hub_modbus modbus;
	char path[PATH_ROOM];
	int r;

	memset(roster, 0, sizeof *roster);
	memset(&modbus, 0, sizeof modbus);
	*found = (struct hub_roster_found){0};
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	r = roster_file_load_sound(path, roster, &modbus, found);
	must(r == 0 || roster->installed == 0);
	must(r < 0 || (found->refused > 0) == (found->line > 0));
	must(utf8_is_plain_within(found->word, sizeof found->word));
	if (r < 0 || found->refused > 0)
		must(strncmp(found->error, path, strlen(path)) == 0);
	return r;
}

static bool has_mark(const uint8_t *bytes, size_t count)
{
	return (count >= 4 && memcmp(bytes, "  - ", 4) == 0) ||
	       memmem(bytes, count, "\n  - ", 5) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	_cleanup_(close_p) int fd = memfd_create("roster", MFD_CLOEXEC);
	_cleanup_(close_p) int among = memfd_create("roster", MFD_CLOEXEC);
	const struct sensor_id last = {.text = "last"};
	static struct roster roster;
	struct hub_roster_found found;

	must(fd >= 0 && write(fd, bytes, count) == (ssize_t)count);
	(void)load(fd, &roster, &found);
	must(among >= 0 && write(among, before, sizeof before - 1) > 0);
	must(write(among, bytes, count) == (ssize_t)count);
	must(write(among, after, sizeof after - 1) > 0);
	if (count + sizeof before + sizeof after > ROSTER_FILE_BYTES || has_mark(bytes, count))
		return 0;
	/* what stands between belongs to the first */
	must(load(among, &roster, &found) == 0 && roster_find(&roster, &last));
	return 0;
}
