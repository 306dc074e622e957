/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client against a server that answers by the book, and against some that do not. */
#include "sensors/gatt.h"

#include "tests/fakes/gatt_server.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOTIFY        ATT_PROPERTY_NOTIFY
#define EXCHANGES_MAX 1000

enum { WISH_LEVEL, WISH_RATE, WISH_ALERT, WISH_OWN, WISH_ABSENT, WISHES };

#define OWN_UUID(n) \
	{ \
		{ \
			n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 \
		} \
	}

static const struct gatt_wish wishes[WISHES] = {
	[WISH_LEVEL] = {ATT_UUID16(0x180F), ATT_UUID16(0x2A19), GATT_READ | GATT_NOTIFY},
	[WISH_RATE] = {ATT_UUID16(0x180D), ATT_UUID16(0x2A37), GATT_NOTIFY},
	[WISH_ALERT] = {ATT_UUID16(0x1802), ATT_UUID16(0x2A06), GATT_WRITE},
	[WISH_OWN] = {OWN_UUID(1), OWN_UUID(2), GATT_NOTIFY | GATT_WRITE},
	[WISH_ABSENT] = {ATT_UUID16(0x183C), ATT_UUID16(0x2B2D), GATT_READ},
};

struct link {
	struct server server;
	struct gatt gatt;
	uint64_t now_us;
	unsigned int sent, ready;
	struct att_packet last; /* from the client */
	bool has_packet;
	uint16_t level, rate, alert, own;
	unsigned int values[WISHES];
	uint8_t value[64];
	size_t value_bytes;
};

static void on_send(const uint8_t *packet, size_t count, void *userdata)
{
	struct link *l = userdata;

	l->sent++;
	l->last.count = (uint16_t)count;
	memcpy(l->last.at, packet, count);
	l->has_packet = true;
}

static void on_value(unsigned int wish, struct bytes value, void *userdata)
{
	struct link *l = userdata;

	l->values[wish]++;
	l->value_bytes = value.left;
	if (value.left > 0)
		memcpy(l->value, value.at, value.left);
}

static void on_ready(void *userdata)
{
	struct link *l = userdata;

	l->ready++;
}

static void begin(struct link *l, uint16_t mtu_bytes)
{
	const struct gatt_listener listener = {
		.send = on_send, .on_value = on_value, .on_ready = on_ready, .userdata = l};
	struct server *s = &l->server;

	*l = (struct link){.now_us = 1000, .server = {.mtu_bytes = 23}};
	s->largest_mtu_bytes = mtu_bytes;
	server_service(s, (struct att_uuid)ATT_UUID16(0x1800));
	(void)server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A00), 2, "x", 1);
	/* Link Loss has the same characteristic as Immediate Alert */
	server_service(s, (struct att_uuid)ATT_UUID16(0x1803));
	(void)server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A06), 10, "\0", 1);
	server_service(s, (struct att_uuid)ATT_UUID16(0x1802));
	l->alert = server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A06), 4, "\0", 1);
	server_service(s, (struct att_uuid)ATT_UUID16(0x180F));
	l->level = server_characteristic(
		s, (struct att_uuid)ATT_UUID16(0x2A19), 2 | NOTIFY, "\x3D", 1);
	server_service(s, (struct att_uuid)OWN_UUID(1));
	l->own = server_characteristic(
		s, (struct att_uuid)OWN_UUID(2), 8 | ATT_PROPERTY_INDICATE, "", 0);
	server_service(s, (struct att_uuid)ATT_UUID16(0x180D));
	l->rate = server_characteristic(s, (struct att_uuid)ATT_UUID16(0x2A37), NOTIFY, "", 0);
	(void)server_add(s, (struct att_uuid)ATT_UUID16(0x2901), "rate", 4);
	gatt_begin(&l->gatt, wishes, WISHES, &listener, l->now_us);
}

/* Until the client has nothing more to ask. */
static int exchange(struct link *l)
{
	for (int n = 0; n < EXCHANGES_MAX && l->has_packet; n++) {
		struct att_packet answer = server_answer(&l->server, l->last.at, l->last.count);
		int r;

		l->has_packet = false;
		if (answer.count == 0)
			continue;
		r = gatt_packet(&l->gatt, l->now_us, answer.at, answer.count);
		if (r < 0)
			return r;
	}
	assert_false(l->has_packet);
	return 0;
}

static void tell(struct link *l, enum att_opcode opcode, uint16_t handle, const char *value)
{
	struct att_packet p = att_value(opcode, handle, value, strlen(value));

	assert_int_equal(gatt_packet(&l->gatt, l->now_us, p.at, p.count), 0);
}

static void check_discovery(uint16_t mtu_bytes)
{
	struct link l;

	begin(&l, mtu_bytes);
	assert_int_equal(exchange(&l), 0);
	assert_int_equal(l.ready, 1);
	assert_int_equal(l.gatt.mtu_bytes, mtu_bytes > 23 ? mtu_bytes : 23);
	assert_int_equal(l.gatt.found[WISH_LEVEL].value, l.level);
	assert_int_equal(l.gatt.found[WISH_RATE].value, l.rate);
	assert_int_equal(l.gatt.found[WISH_ALERT].value, l.alert);
	assert_int_equal(l.gatt.found[WISH_OWN].value, l.own);
	assert_false(gatt_has(&l.gatt, WISH_ABSENT));
	assert_true(l.gatt.found[WISH_RATE].is_on && l.gatt.found[WISH_OWN].is_on);
	/* 1 notifies, 2 indicates */
	assert_int_equal(l.server.attributes[l.rate].value[0], 1);
	assert_int_equal(l.server.attributes[l.own].value[0], 2);
	assert_int_equal(l.values[WISH_LEVEL], 1); /* read */
	assert_int_equal(l.value[0], 0x3D);
	assert_int_equal(gatt_next_us(&l.gatt), UINT64_MAX);
	tell(&l, ATT_NOTIFICATION, l.rate, "ab");
	assert_int_equal(l.values[WISH_RATE], 1);
	assert_int_equal(l.value_bytes, 2);
	tell(&l, ATT_INDICATION, l.own, "c");
	assert_int_equal(l.values[WISH_OWN], 1);
	assert_int_equal(l.last.at[0], ATT_CONFIRMATION);
	tell(&l, ATT_NOTIFICATION, 0x7777, "nobody's");
}

static void test_everything_wished_for_is_found(void **state)
{
	(void)state;
	check_discovery(0);
	check_discovery(23);
	check_discovery(64);
	check_discovery(517);
}

static void test_writes(void **state)
{
	struct link l;
	uint8_t value[64] = {2};

	(void)state;
	begin(&l, 0);
	assert_int_equal(gatt_write(&l.gatt, 0, WISH_ALERT, value, 1, true), -ENOENT);
	assert_int_equal(exchange(&l), 0);
	assert_int_equal(gatt_write(&l.gatt, l.now_us, WISH_ALERT, value, 1, true), 0);
	assert_int_equal(l.last.at[0], ATT_WRITE_COMMAND);
	assert_int_equal(exchange(&l), 0);
	assert_int_equal(l.server.attributes[l.alert - 1].value[0], 2);
	assert_int_equal(gatt_write(&l.gatt, l.now_us, WISH_OWN, value, 21, true), -EMSGSIZE);
	/* one request at a time: the others wait */
	assert_int_equal(gatt_write(&l.gatt, l.now_us, WISH_OWN, value, 20, false), 0);
	for (int n = 0; n < GATT_QUEUE_MAX; n++)
		assert_int_equal(gatt_write(&l.gatt, l.now_us, WISH_OWN, value, 1, false), 0);
	assert_int_equal(gatt_write(&l.gatt, l.now_us, WISH_OWN, value, 1, false), -ENOBUFS);
	l.sent = 0;
	assert_int_equal(exchange(&l), 0);
	assert_int_equal(l.sent, GATT_QUEUE_MAX);
}

static void test_no_answer(void **state)
{
	struct link l;

	(void)state;
	begin(&l, 0);
	assert_int_equal(gatt_next_us(&l.gatt), l.now_us + GATT_ANSWER_US);
	assert_int_equal(gatt_time(&l.gatt, l.now_us + GATT_ANSWER_US - 1), 0);
	assert_int_equal(gatt_time(&l.gatt, l.now_us + GATT_ANSWER_US), -ETIMEDOUT);
}

static void test_a_server_that_asks_is_answered(void **state)
{
	const uint8_t wanted_error[] = {1, 0x0A, 3, 0, 6};
	struct link l;

	(void)state;
	begin(&l, 0);
	assert_int_equal(exchange(&l), 0);
	assert_int_equal(gatt_packet(&l.gatt, 0, (const uint8_t[]){2, 23, 0}, 3), 0);
	assert_int_equal(l.last.at[0], ATT_MTU_RESPONSE);
	assert_int_equal(gatt_packet(&l.gatt, 0, (const uint8_t[]){0x0A, 3, 0}, 3), 0);
	assert_memory_equal(l.last.at, wanted_error, 5);
	/* nobody awaits these */
	l.has_packet = false;
	assert_int_equal(gatt_packet(&l.gatt, 0, (const uint8_t[]){0x13}, 1), 0);
	assert_int_equal(gatt_packet(&l.gatt, 0, wanted_error, 5), 0);
	assert_int_equal(gatt_packet(&l.gatt, 0, (const uint8_t[]){0x52, 1, 0, 0}, 4), 0);
	assert_false(l.has_packet);
}

/* Every answer, cut at every length, at every step: an error or not, but never a wrong handle. */
static void test_cut_answers(void **state)
{
	struct link l;

	(void)state;
	for (int step = 0; step < 30; step++) {
		for (size_t cut = 0; cut < 24; cut++) {
			struct att_packet answer;

			begin(&l, 0);
			for (int n = 0; n < step && l.ready == 0; n++) {
				answer = server_answer(&l.server, l.last.at, l.last.count);
				(void)gatt_packet(&l.gatt, 0, answer.at, answer.count);
			}
			answer = server_answer(&l.server, l.last.at, l.last.count);
			if (cut < answer.count)
				(void)gatt_packet(&l.gatt, 0, answer.at, cut);
			for (unsigned int w = 0; w < WISHES; w++)
				assert_in_range(l.gatt.found[w].value, 0, l.server.count);
		}
	}
}

static void test_lists_that_do_not_go_forward_end_the_link(void **state)
{
	const uint8_t again[] = {0x11, 6, 1, 0, 5, 0, 0x00, 0x18};
	const uint8_t backwards[] = {0x11, 6, 9, 0, 5, 0, 0x00, 0x18};
	struct link l;

	(void)state;
	begin(&l, 0);
	(void)gatt_packet(&l.gatt, 0, (const uint8_t[]){3, 23, 0}, 3);
	assert_int_equal(gatt_packet(&l.gatt, 0, again, sizeof(again)), 0);
	assert_int_equal(gatt_packet(&l.gatt, 0, again, sizeof(again)), -EBADMSG);
	begin(&l, 0);
	(void)gatt_packet(&l.gatt, 0, (const uint8_t[]){3, 23, 0}, 3);
	assert_int_equal(gatt_packet(&l.gatt, 0, backwards, sizeof(backwards)), -EBADMSG);
	assert_int_equal(gatt_packet(&l.gatt, 0, again, 0), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_wished_for_is_found),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_a_server_that_asks_is_answered),
		cmocka_unit_test(test_cut_answers),
		cmocka_unit_test(test_lists_that_do_not_go_forward_end_the_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
