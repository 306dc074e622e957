/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A wearable that refuses what it is asked to who is not paired, at the other end of a socket pair.
 */
#include "tests/unit/worn.h"

#include <stdlib.h>
#include <string.h>

/* A pairing without a kernel: it knows what its file says. */
static int connect_nothing(int *ret_fd, void *userdata)
{
	(void)ret_fd;
	(void)userdata;
	return -EAFNOSUPPORT;
}

static struct pairing *pairing_of(sd_event *event, const char *text)
{
	static const struct pairing_calls calls = {.connect = connect_nothing};
	char path[] = "/tmp/vigie-test-gatt-XXXXXX", error[PAIRING_ERROR_MAX] = "";
	const struct pairing_options options = {.path = path, .calls = &calls};
	struct pairing *pairing = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
	assert_int_equal(pairing_new(&pairing, event, &options, error), 0);
	assert_string_equal(error, "");
	(void)unlink(path);
	return pairing;
}

#define KEY_OF_WORN "b2188d38c1a402000110f155bfe3d38c378f085fb9de25f33ca9321c07d53834d77ca7b0\n"

static void end_pairing(struct worn *w, sd_event *event)
{
	end(w);
	w->pairing = pairing_free(w->pairing);
	(void)sd_event_unref(event);
}

static void test_one_that_asks_to_be_paired_where_nobody_pairs_is_told(void **state)
{
	sd_event *event = new_event();
	struct gatt_calls calls;
	struct worn w = {.is_paired_only = true};

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.health.state == SOURCE_DEAF);
	assert_string_equal(
		w.health.why, "A4:C1:38:8D:18:B2 asks to be paired, and it came to no pairing");
	/* the link stands, and what it says to everybody is heard */
	assert_int_equal(source_gatt_alert(w.source, ALERT_HIGH), 0);
	assert_int_equal(w.connects, 1);
	assert_int_equal(w.asked_to_secure, 0);
	end_pairing(&w, event);
}

static void test_one_that_asks_to_be_paired_is_paired_and_heard_over_the_same_link(void **state)
{
	sd_event *event = new_event();
	struct gatt_calls calls;
	struct worn w = {.is_paired_only = true, .pairing = pairing_of(event, "")};

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	assert_int_equal(w.readings, 1); /* of the battery, refused at first */
	assert_int_equal(w.connects, 1);
	assert_int_equal(w.asked_to_secure, 2);
	/* what it asked for is asked of the next link before anything is said */
	(void)close(w.fd);
	w.fd = -1;
	w.is_secure = false;
	UNTIL(&w, w.health.state == SOURCE_STARTING);
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	assert_int_equal(w.asked_to_secure, 4);
	end_pairing(&w, event);
}

static void test_one_that_was_paired_is_encrypted_before_anything_is_said(void **state)
{
	sd_event *event = new_event();
	struct gatt_calls calls;
	struct worn w = {.secure_result = 1, .pairing = pairing_of(event, KEY_OF_WORN)};

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.health.state == SOURCE_HEARING);
	assert_int_equal(w.asked_to_secure, 1);
	end_pairing(&w, event);
}

static void test_one_that_was_paired_and_cannot_prove_it_is_not_heard(void **state)
{
	sd_event *event = new_event();
	struct gatt_calls calls;
	struct worn w = {.secure_result = -EACCES, .pairing = pairing_of(event, KEY_OF_WORN)};

	(void)state;
	begin(&w, event, &calls);
	w.asked_to_secure = 0;
	UNTIL(&w, w.connects == 1 && w.health.why[0] == 'n');
	assert_string_equal(w.health.why, "not paired: Permission denied");
	w.is_never_secure = true;
	w.secure_result = 0;
	w.asked_to_secure = 0;
	UNTIL(&w, w.health.state == SOURCE_DEAF);
	assert_string_equal(w.health.why,
		"A4:C1:38:8D:18:B2 does not prove its pairing, remove and enrol it anew");
	assert_int_equal(w.connects, 3);
	assert_int_equal(w.readings, 0);
	end_pairing(&w, event);
}

static void test_one_that_asks_and_refuses_is_heard_as_far_as_it_lets(void **state)
{
	sd_event *event = new_event();
	struct gatt_calls calls;
	struct worn w = {
		.is_paired_only = true, .is_never_secure = true, .pairing = pairing_of(event, "")};

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.health.state == SOURCE_DEAF);
	assert_string_equal(
		w.health.why, "A4:C1:38:8D:18:B2 asks to be paired, and it came to no pairing");
	assert_int_equal(w.connects, 4); /* three tries */
	assert_int_equal(source_gatt_alert(w.source, ALERT_HIGH), 0);
	end_pairing(&w, event);
}

static void test_one_that_wants_more_than_pairing_is_told(void **state)
{
	sd_event *event = new_event();
	struct gatt_calls calls;
	struct worn w = {.is_paired_only = true, .pairing = pairing_of(event, "")};

	(void)state;
	begin(&w, event, &calls);
	UNTIL(&w, w.asked_to_secure == 2);
	w.is_secure = false; /* encrypted, and it refuses all the same */
	UNTIL(&w, w.health.state == SOURCE_DEAF);
	assert_string_equal(
		w.health.why, "A4:C1:38:8D:18:B2 asks for more than pairing without a code");
	end_pairing(&w, event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_that_asks_to_be_paired_where_nobody_pairs_is_told),
		cmocka_unit_test(
			test_one_that_asks_to_be_paired_is_paired_and_heard_over_the_same_link),
		cmocka_unit_test(test_one_that_was_paired_is_encrypted_before_anything_is_said),
		cmocka_unit_test(test_one_that_was_paired_and_cannot_prove_it_is_not_heard),
		cmocka_unit_test(test_one_that_asks_and_refuses_is_heard_as_far_as_it_lets),
		cmocka_unit_test(test_one_that_wants_more_than_pairing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
