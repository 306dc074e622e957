/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bus asked by the real source: slaves that libmodbus' server plays, over TCP and over a
 * pseudo-terminal; the bus gone and back, restarts, writes. Bad moods are
 * test_source_modbus_moods'.
 */
#include "tests/unit/modbus_room.h"

static void hear_all(bool is_tcp, unsigned int count)
{
	struct room *r = begin_room(is_tcp, count);

	wait_for(r, r->readings >= count);
	assert_int_equal(r->state, SOURCE_HEARING);
	for (uint8_t id = 1; id <= count; id++) {
		assert_true(r->last[id].value < 1);
		slaves_set_bit(&r->slaves, id, 0, true);
		wait_for(r, r->last[id].value > 0);
		assert_int_equal(r->last[id].kind, READING_PULL_CORD);
	}
	assert_int_equal(r->healths, 1);
	end_room(r);
}

static void test_one_slave_over_tcp(void **state)
{
	(void)state;
	hear_all(true, 1);
}

static void test_eight_slaves_over_tcp(void **state)
{
	(void)state;
	hear_all(true, 8);
}

static void test_eight_slaves_over_a_serial_line(void **state)
{
	(void)state;
	hear_all(false, 8);
}

static void test_a_rebooted_slave_is_noticed_and_said_anew(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	struct register_point p = point(1);
	uint64_t requests;
	struct bus bus;

	(void)state;
	assert_non_null(r);
	p.first_read = 272;
	slaves_listen(&r->slaves, 0);
	slaves_add(&r->slaves, 1);
	slaves_set_bit(&r->slaves, 1, 272, true);
	bus = bus_of(r);
	begin_source(r, &bus, &p, 1);
	wait_for(r, r->readings == 1);
	/* the bit has been read, and was no news: we do not know what was before us */
	requests = slaves_requests(&r->slaves, 1);
	wait_for(r, slaves_requests(&r->slaves, 1) > requests + 3);
	assert_int_equal(r->notices[SOURCE_SENSOR_REBOOTED], 0);
	slaves_set_bit(&r->slaves, 1, 272, true);
	wait_for(r, r->notices[SOURCE_SENSOR_REBOOTED] == 1);
	assert_string_equal(r->notice, "couloir slave 1 lost its power");
	wait_for(r, r->readings == 2);
	end_room(r);
}

static void test_a_tcp_bus_gone_and_back(void **state)
{
	struct room *r = begin_room(true, 2);
	uint16_t port = r->slaves.port;

	(void)state;
	wait_for(r, r->state == SOURCE_HEARING && r->readings >= 2);
	slaves_end(&r->slaves);
	wait_for(r, r->state == SOURCE_DEAF);
	assert_non_null(strstr(r->why, "couloir: 127.0.0.1 port "));
	assert_non_null(strstr(r->why, "refused"));
	slaves_listen(&r->slaves, port);
	slaves_add(&r->slaves, 1);
	slaves_add(&r->slaves, 2);
	slaves_set_bit(&r->slaves, 2, 0, true);
	wait_for(r, r->state == SOURCE_HEARING);
	wait_for(r, r->last[2].value > 0);
	assert_int_equal(r->healths, 3);
	end_room(r);
}

static void test_a_gateway_that_hangs_up_now_and_then_is_no_fault(void **state)
{
	struct room *r = begin_room(true, 2);

	(void)state;
	wait_for(r, r->readings >= 2);
	slaves_set_mood(&r->slaves, 1, MOOD_HANGS_UP);
	wait_for(r, source_modbus_counts(r->source).losses >= 1);
	slaves_set_mood(&r->slaves, 1, MOOD_GOOD);
	slaves_set_bit(&r->slaves, 1, 0, true);
	wait_for(r, r->last[1].value > 0);
	end_room(r);
}

static void test_a_serial_device_unplugged_and_back(void **state)
{
	char folder[] = "/tmp/vigie-modbus-XXXXXX", path[64];
	struct room *r = calloc(1, sizeof(*r));
	struct register_point p = point(1);
	struct bus bus;

	(void)state;
	assert_non_null(r);
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/bus", folder);
	r->slaves.line_fd = -1;
	bus = bus_of(r);
	(void)snprintf(bus.device, sizeof(bus.device), "%s", path);
	begin_source(r, &bus, &p, 1);
	wait_for(r, r->state == SOURCE_DEAF);
	assert_non_null(strstr(r->why, "No such file"));
	for (int n = 0; n < 2; n++) {
		slaves_open(&r->slaves, NULL);
		slaves_add(&r->slaves, 1);
		slaves_set_bit(&r->slaves, 1, 0, n == 0);
		assert_int_equal(symlink(r->slaves.device, path), 0);
		wait_for(r, r->state == SOURCE_HEARING);
		wait_for(r, (r->last[1].value > 0) == (n == 0));
		assert_int_equal(unlink(path), 0);
		slaves_end(&r->slaves);
		wait_for(r, r->state == SOURCE_DEAF);
	}
	assert_int_equal(rmdir(folder), 0);
	end_room(r);
}

static void test_a_refused_address_and_an_impossible_value_are_told(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	struct register_point points[3] = {point(1), point(2), point(3)};
	struct bus bus;

	(void)state;
	assert_non_null(r);
	slaves_listen(&r->slaves, 0);
	for (uint8_t id = 1; id <= 3; id++)
		slaves_add(&r->slaves, id);
	points[0].address = SLAVE_CELLS;
	points[1].table = REGISTER_INPUT;
	points[1].type = REGISTER_S16;
	points[1].kind = READING_TEMPERATURE;
	points[1].scale = 0.1;
	slaves_set_word(&r->slaves, 2, 0, 32767);
	bus = bus_of(r);
	begin_source(r, &bus, points, 3);
	wait_for(r, r->notices[SOURCE_SENSOR_FAILED] == 2);
	wait_for(r, r->readings == 1);
	assert_int_equal(source_modbus_counts(r->source).refusals, 1);
	assert_int_equal(source_modbus_counts(r->source).impossible, 1);
	slaves_set_word(&r->slaves, 2, 0, 215);
	wait_for(r, r->last[2].value > 21 && r->last[2].value < 22);
	end_room(r);
}

static void test_a_coil_is_written_at_once_and_confirmed(void **state)
{
	struct room *r = begin_room(true, 1);
	const struct modbus_write on = {.slave = 1, .address = 7, .is_on = true};
	const struct modbus_write off = {.slave = 1, .address = 7, .is_on = false};
	const struct modbus_write nobody = {.slave = 9, .address = 7, .is_on = true};
	const struct modbus_write beyond = {.slave = 1, .address = SLAVE_CELLS, .is_on = true};
	const struct modbus_write broadcast = {.slave = 0};

	(void)state;
	wait_for(r, r->readings == 1);
	assert_int_equal(source_modbus_write_coil(r->source, &broadcast), -EINVAL);
	assert_int_equal(source_modbus_write_coil(r->source, &on), 0);
	wait_for(r, r->written == 1);
	assert_int_equal(r->written_error, 0);
	assert_true(slaves_coil(&r->slaves, 1, 7));
	assert_int_equal(source_modbus_write_coil(r->source, &off), 0);
	wait_for(r, r->written == 2);
	assert_false(slaves_coil(&r->slaves, 1, 7));
	assert_int_equal(source_modbus_write_coil(r->source, &beyond), 0);
	wait_for(r, r->written == 3);
	assert_int_equal(r->written_error, -EINVAL);
	assert_int_equal(source_modbus_write_coil(r->source, &nobody), 0);
	wait_for(r, r->written == 4);
	assert_int_equal(r->written_error, -ETIMEDOUT);
	end_room(r);
}

static void test_writes_have_a_bound_and_fail_when_the_bus_is_gone(void **state)
{
	struct room *r = begin_room(true, 1);
	const struct modbus_write on = {.slave = 1, .address = 7, .is_on = true};
	unsigned int queued = 0;
	int error = 0;

	(void)state;
	wait_for(r, r->readings == 1);
	slaves_set_mood(&r->slaves, 1, MOOD_SILENT);
	/* one may be under way */
	while (error == 0 && queued <= SOURCE_MODBUS_WRITES_MAX + 1) {
		error = source_modbus_write_coil(r->source, &on);
		queued += error == 0;
	}
	assert_int_equal(error, -ENOBUFS);
	assert_in_range(queued, SOURCE_MODBUS_WRITES_MAX, SOURCE_MODBUS_WRITES_MAX + 1);
	wait_for(r, r->written == queued);
	slaves_end(&r->slaves);
	wait_for(r, r->state == SOURCE_DEAF && strstr(r->why, "refused"));
	assert_int_equal(source_modbus_write_coil(r->source, &on), 0);
	wait_for(r, r->written == queued + 1);
	assert_int_equal(r->written_error, -ENOTCONN);
	end_room(r);
}

/* Nothing is delivered after source_stop(), and a full channel does not keep the thread. */
static void test_stopped_while_the_loop_does_not_turn(void **state)
{
	struct room *r = begin_room(true, 8);
	unsigned int before;

	(void)state;
	wait_for(r, r->readings >= 8);
	for (uint64_t n = 0; n < 400; n++)
		slaves_set_bit(&r->slaves, (uint8_t)(1 + n % 8), 0, n / 8 % 2 == 0);
	before = r->readings;
	source_stop(r->source);
	(void)sd_event_run(r->event, 0);
	assert_int_equal(r->readings, before);
	assert_int_equal(source_start(r->source), -EALREADY);
	end_room(r);
}

static void test_too_many_points_and_a_wrong_line_are_refused(void **state)
{
	static struct register_point points[BUS_POINTS_MAX + 1];
	const struct source_listener listener = {.userdata = NULL};
	struct bus bus = {.name = "x", .baud = 0, .parity = 'N', .response_ms = 20};
	struct source *source = NULL;
	sd_event *event = NULL;

	(void)state;
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(source_modbus_new(
				 &source, event, &bus, points, BUS_POINTS_MAX + 1, &listener, NULL),
		-ENOSPC);
	assert_int_equal(
		source_modbus_new(&source, event, &bus, points, 1, &listener, NULL), -EINVAL);
	assert_null(source);
	(void)sd_event_unref(event);
}

static void test_the_silence_between_frames(void **state)
{
	struct bus bus = {.baud = 9600, .parity = 'E', .stop_bits = 1};

	(void)state;
	/* 3.5 characters of 11 bits */
	assert_int_equal(bus_silence_us(&bus), 4010);
	assert_int_equal(bus_bytes_us(&bus, 8), 9166);
	bus.baud = 115200;
	assert_int_equal(bus_silence_us(&bus), 1750);
	bus.is_tcp = true;
	assert_int_equal(bus_silence_us(&bus), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_slave_over_tcp),
		cmocka_unit_test(test_eight_slaves_over_tcp),
		cmocka_unit_test(test_eight_slaves_over_a_serial_line),
		cmocka_unit_test(test_a_rebooted_slave_is_noticed_and_said_anew),
		cmocka_unit_test(test_a_tcp_bus_gone_and_back),
		cmocka_unit_test(test_a_gateway_that_hangs_up_now_and_then_is_no_fault),
		cmocka_unit_test(test_a_serial_device_unplugged_and_back),
		cmocka_unit_test(test_a_refused_address_and_an_impossible_value_are_told),
		cmocka_unit_test(test_a_coil_is_written_at_once_and_confirmed),
		cmocka_unit_test(test_writes_have_a_bound_and_fail_when_the_bus_is_gone),
		cmocka_unit_test(test_stopped_while_the_loop_does_not_turn),
		cmocka_unit_test(test_too_many_points_and_a_wrong_line_are_refused),
		cmocka_unit_test(test_the_silence_between_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
