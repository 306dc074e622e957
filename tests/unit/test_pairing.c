/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pairing with the kernel's management channel at the other end of a socket pair. Its packets are
 * those that Debian's kernel 6.1 sent when two emulated controllers paired (tests/vm). The kernel
 * itself is tests/vm/inside.py's.
 */
#include "sensors/pairing.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define WORN "00:AA:01:01:00:01"
/* hci0's: of 00:AA:01:01:00:01, a public address */
#define KEY_HEX "01000101aa0001000110f155bfe3d38c378f085fb9de25f33ca9321c07d53834d77ca7b0"

static const uint8_t worn[6] = {0x00, 0xAA, 0x01, 0x01, 0x00, 0x01};
static const uint8_t told_key[] = {0x0A, 0, 0, 0, 37, 0, 1, 0x01, 0x00, 0x01, 0x01, 0xAA, 0x00,
	0x01, 0x00, 0x01, 0x10, 0xF1, 0x55, 0xBF, 0xE3, 0xD3, 0x8C, 0x37, 0x8F, 0x08, 0x5F, 0xB9,
	0xDE, 0x25, 0xF3, 0x3C, 0xA9, 0x32, 0x1C, 0x07, 0xD5, 0x38, 0x34, 0xD7, 0x7C, 0xA7, 0xB0};
static const uint8_t question[] = {
	0x0F, 0, 0, 0, 12, 0, 0x01, 0x00, 0x01, 0x01, 0xAA, 0x00, 0x01, 1, 0, 0, 0, 0};
static const uint8_t settings[] = {0x01, 0, 0, 0, 20, 0, 0x04, 0, 0, 1, 0, 0, 1, 0xAA, 0, 9, 0, 0,
	0xFF, 0xFF, 0xFF, 0, 0x01, 0x02, 0, 0}; /* powered, LE, not bondable */
static const uint8_t ask_settings[] = {0x04, 0, 0, 0, 0, 0};

struct room {
	sd_event *event;
	struct pairing *pairing;
	struct pairing_calls calls;
	char path[64];
	int fd; /* the kernel's end; −1: no Bluetooth in it */
	unsigned int paired;
	int paired_error;
};

static int connect_room(int *ret_fd, void *userdata)
{
	struct room *room = userdata;
	int pair[2];

	if (room->fd == -2)
		return -EAFNOSUPPORT;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	room->fd = pair[0];
	*ret_fd = pair[1];
	return 0;
}

static bool is_index_room(const char *adapter, uint16_t index, void *userdata)
{
	(void)userdata;
	return adapter[0] == '\0' || (index == 0 && strcmp(adapter, "hci0") == 0);
}

static int list_room(uint16_t *ret, unsigned int most, void *userdata)
{
	(void)userdata;
	assert_true(most >= 2);
	ret[0] = 1;
	ret[1] = 0;
	return 2;
}

static void on_paired(const struct sensor_id *sensor, int error, void *userdata)
{
	struct room *room = userdata;

	assert_string_equal(sensor->text, WORN);
	room->paired++;
	room->paired_error = error;
}

static void write_file(const struct room *room, const char *text)
{
	FILE *file = fopen(room->path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(room->path, 0600), 0);
}

static void begin(struct room *room)
{
	const struct pairing_options options = {.path = room->path,
		.on_paired = on_paired,
		.userdata = room,
		.calls = &room->calls};
	char error[PAIRING_ERROR_MAX] = "";

	assert_int_equal(pairing_new(&room->pairing, room->event, &options, error), 0);
	assert_string_equal(error, "");
}

static void begin_knowing(struct room *room)
{
	begin(room);
	assert_int_equal(pairing_know(room->pairing, WORN, "hci0"), 0);
}

static void tell(struct room *room, const void *packet, size_t count)
{
	assert_int_equal(send(room->fd, packet, count, MSG_NOSIGNAL), (ssize_t)count);
	while (sd_event_run(room->event, 0) > 0)
		;
}

/* The next packet to the kernel is this one. */
static void assert_asked(const struct room *room, const void *packet, size_t count)
{
	uint8_t heard[MANAGEMENT_BYTES_MAX];

	assert_int_equal(recv(room->fd, heard, sizeof(heard), 0), (ssize_t)count);
	assert_memory_equal(heard, packet, count);
}

static void assert_silent(const struct room *room)
{
	uint8_t heard[MANAGEMENT_BYTES_MAX];

	assert_true(recv(room->fd, heard, sizeof(heard), 0) < 0);
	assert_int_equal(errno, EAGAIN);
}

static void assert_file(const struct room *room, const char *text)
{
	char read[8 * MANAGEMENT_KEY_BYTES] = "";
	FILE *file = fopen(room->path, "re");
	struct stat status;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	assert_int_equal(status.st_mode & 0777U, 0600);
	assert_true(fread(read, 1, sizeof(read) - 1, file) < sizeof(read) - 1);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(read, text);
}

static int setup(void **state)
{
	static struct room room;
	int fd;

	memset(&room, 0, sizeof(room));
	room.fd = -1;
	room.calls = (struct pairing_calls){.connect = connect_room,
		.is_index = is_index_room,
		.list = list_room,
		.userdata = &room};
	(void)snprintf(room.path, sizeof(room.path), "/tmp/vigie-test-pairing-XXXXXX");
	fd = mkstemp(room.path);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_true(sd_event_new(&room.event) >= 0);
	*state = &room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	room->pairing = pairing_free(room->pairing);
	if (room->fd >= 0)
		(void)close(room->fd);
	(void)unlink(room->path);
	(void)sd_event_unref(room->event);
	return 0;
}

static void test_an_adapter_nobody_sees_to_gets_the_keys_and_is_allowed_bonds(void **state)
{
	static const uint8_t allow[] = {0x09, 0, 0, 0, 1, 0, 1};
	uint8_t load[6 + 2 + MANAGEMENT_KEY_BYTES] = {0x13, 0, 0, 0, 38, 0, 1, 0};
	struct room *room = *state;

	memcpy(load + 8, told_key + 7, MANAGEMENT_KEY_BYTES);
	write_file(room, "# kept\n" KEY_HEX "\n");
	begin_knowing(room);
	assert_true(pairing_has(room->pairing, worn));
	assert_asked(room, ask_settings, sizeof(ask_settings)); /* hci0 alone */
	tell(room, settings, sizeof(settings));
	assert_asked(room, load, sizeof(load));
	assert_asked(room, allow, sizeof(allow));
	assert_silent(room);
}

static void test_where_somebody_sees_to_pairing_nothing_is_replaced(void **state)
{
	struct room *room = *state;
	uint8_t bondable[sizeof(settings)];

	memcpy(bondable, settings, sizeof(settings));
	bondable[22] |= 0x10;
	write_file(room, KEY_HEX "\n");
	begin_knowing(room);
	assert_asked(room, ask_settings, sizeof(ask_settings));
	tell(room, bondable, sizeof(bondable));
	assert_silent(room);
}

static void test_without_keys_none_are_taken_from_the_kernel(void **state)
{
	static const uint8_t allow[] = {0x09, 0, 0, 0, 1, 0, 1};
	struct room *room = *state;

	begin_knowing(room);
	assert_asked(room, ask_settings, sizeof(ask_settings));
	tell(room, settings, sizeof(settings));
	assert_asked(room, allow, sizeof(allow));
	assert_silent(room);
}

static void test_who_is_known_may_pair_and_nobody_else(void **state)
{
	static const uint8_t yes[] = {
		0x1C, 0, 0, 0, 7, 0, 0x01, 0x00, 0x01, 0x01, 0xAA, 0x00, 0x01};
	struct room *room = *state;
	uint8_t stranger[sizeof(question)], elsewhere[sizeof(question)];

	memcpy(stranger, question, sizeof(question));
	stranger[6] = 0x02;
	memcpy(elsewhere, question, sizeof(question));
	elsewhere[2] = 1; /* by another adapter */
	begin_knowing(room);
	assert_asked(room, ask_settings, sizeof(ask_settings));
	tell(room, stranger, sizeof(stranger));
	tell(room, elsewhere, sizeof(elsewhere));
	assert_silent(room);
	tell(room, question, sizeof(question));
	assert_asked(room, yes, sizeof(yes));
}

static void test_its_key_is_kept_and_a_new_pairing_replaces_the_old(void **state)
{
	struct room *room = *state;
	uint8_t other[sizeof(told_key)], unkept[sizeof(told_key)];

	memcpy(other, told_key, sizeof(told_key));
	other[15] = 0; /* the key of the other role */
	memcpy(unkept, told_key, sizeof(told_key));
	unkept[6] = 0;
	write_file(room, "01000101aa000102" /* of an older pairing, another type */
			 "0110f155bfe3d38c378f085fb9de25f33ca9321c07d53834d77ca7b0\n");
	begin_knowing(room);
	tell(room, unkept, sizeof(unkept));
	assert_int_equal(room->paired, 0);
	tell(room, told_key, sizeof(told_key));
	assert_int_equal(room->paired, 1);
	assert_int_equal(room->paired_error, 0);
	assert_file(room, KEY_HEX "\n");
	tell(room, other, sizeof(other));
	assert_int_equal(room->paired, 1); /* one pairing, two keys */
	assert_file(room, KEY_HEX "\n"
				  "01000101aa0001000010f155bfe3d38c378f085fb9de25f33ca9321c07d53834"
				  "d77ca7b0\n");
	assert_true(pairing_has(room->pairing, worn));
}

static void test_a_key_that_cannot_be_kept_is_told_and_used(void **state)
{
	struct room *room = *state;

	(void)snprintf(room->path, sizeof(room->path), "/nonexistent/pairings");
	begin_knowing(room);
	tell(room, told_key, sizeof(told_key));
	assert_int_equal(room->paired, 1);
	assert_true(room->paired_error < 0);
	assert_true(pairing_has(room->pairing, worn));
}

static void test_who_is_removed_is_forgotten_here_and_in_the_kernel(void **state)
{
	static const uint8_t unpair[] = {
		0x1B, 0, 0, 0, 8, 0, 0x01, 0x00, 0x01, 0x01, 0xAA, 0x00, 0x01, 1};
	struct room *room = *state;

	write_file(room, KEY_HEX "\n");
	begin_knowing(room);
	assert_asked(room, ask_settings, sizeof(ask_settings));
	pairing_forget(room->pairing, WORN);
	assert_asked(room, unpair, sizeof(unpair));
	assert_false(pairing_has(room->pairing, worn));
	assert_file(room, "");
	tell(room, question, sizeof(question));
	tell(room, told_key, sizeof(told_key));
	assert_silent(room);
	assert_file(room, "");
}

static void test_bluetooth_that_comes_later_and_goes_is_looked_at_again(void **state)
{
	struct room *room = *state;

	room->fd = -2;
	begin_knowing(room);
	room->fd = -1;
	pairing_look(room->pairing);
	assert_asked(room, ask_settings, sizeof(ask_settings));
	(void)close(room->fd);
	while (sd_event_run(room->event, 0) > 0)
		;
	pairing_look(room->pairing);
	assert_asked(room, ask_settings, sizeof(ask_settings));
	/* one more adapter */
	tell(room, (const uint8_t[]){0x04, 0, 0, 0, 0, 0}, 6);
	assert_asked(room, ask_settings, sizeof(ask_settings));
	tell(room, (const uint8_t[]){0x04, 0, 1, 0, 0, 0}, 6);
	assert_silent(room);
}

static void test_so_many_wearables_and_no_more(void **state)
{
	struct room *room = *state;
	char address[18];

	begin(room);
	assert_int_equal(pairing_know(room->pairing, "bouton", ""), -EINVAL);
	for (unsigned int n = 0; n < PAIRING_WEARABLES_MAX; n++) {
		(void)snprintf(address, sizeof(address), "00:AA:01:01:00:%02X", n);
		assert_int_equal(pairing_know(room->pairing, address, "hci9"), 0);
	}
	assert_int_equal(pairing_know(room->pairing, WORN, "hci0"), -ENOSPC);
}

static void test_a_file_that_cannot_be_taken_is_named_and_left(void **state)
{
	static const struct {
		const char *text, *error;
		int mode, r;
	} rows[] = {
		{KEY_HEX "\n01\n", ": line 2: expected 72 hexadecimal digits", 0600, -EINVAL},
		{KEY_HEX "0\n", ": line 1: expected 72 hexadecimal digits", 0600, -EINVAL},
		{"x" KEY_HEX "\n", ": line 1: expected 72 hexadecimal digits", 0600, -EINVAL},
		{KEY_HEX "\n", ": others may read it: needs mode 0600", 0640, -EPERM},
	};
	struct room *room = *state;
	const struct pairing_options options = {.path = room->path, .calls = &room->calls};
	char error[PAIRING_ERROR_MAX];

	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		write_file(room, rows[n].text);
		assert_int_equal(chmod(room->path, (mode_t)rows[n].mode), 0);
		assert_int_equal(
			pairing_new(&room->pairing, room->event, &options, error), rows[n].r);
		assert_null(room->pairing);
		assert_int_equal(strncmp(error, room->path, strlen(room->path)), 0);
		assert_string_equal(error + strlen(room->path), rows[n].error);
		assert_int_equal(access(room->path, F_OK), 0);
	}
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_an_adapter_nobody_sees_to_gets_the_keys_and_is_allowed_bonds),
		IN_ROOM(test_where_somebody_sees_to_pairing_nothing_is_replaced),
		IN_ROOM(test_without_keys_none_are_taken_from_the_kernel),
		IN_ROOM(test_who_is_known_may_pair_and_nobody_else),
		IN_ROOM(test_its_key_is_kept_and_a_new_pairing_replaces_the_old),
		IN_ROOM(test_a_key_that_cannot_be_kept_is_told_and_used),
		IN_ROOM(test_who_is_removed_is_forgotten_here_and_in_the_kernel),
		IN_ROOM(test_bluetooth_that_comes_later_and_goes_is_looked_at_again),
		IN_ROOM(test_so_many_wearables_and_no_more),
		IN_ROOM(test_a_file_that_cannot_be_taken_is_named_and_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
