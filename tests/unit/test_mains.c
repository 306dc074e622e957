/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The power_supply class as folders of its own: mains, batteries, what does not say, nothing.
 */
#include "hub/mains.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char dir[] = "/tmp/vigie-mains-XXXXXX";

static int begin(void **state)
{
	(void)state;
	memcpy(dir, "/tmp/vigie-mains-XXXXXX", sizeof(dir));
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int finish(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *supply, const char *leaf, const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, supply);
	(void)mkdir(path, 0700);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", dir, supply, leaf);
	file = fopen(path, "we");
	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
}

static void test_HS_12_mains_present_and_lost(void **state)
{
	(void)state;
	put("AC", "type", "Mains\n");
	put("AC", "online", "1\n");
	put("BAT0", "type", "Battery\n");
	put("BAT0", "online", "0\n");
	assert_int_equal(mains_look(dir), 1);
	put("AC", "online", "0\n");
	assert_int_equal(mains_look(dir), 0);
	/* fed by any of two */
	put("usb", "type", "USB\n");
	put("usb", "online", "2\n");
	assert_int_equal(mains_look(dir), 1);
}

static void test_who_has_no_supply_does_not_know(void **state)
{
	(void)state;
	assert_int_equal(mains_look("/nowhere"), -ENOENT);
	assert_int_equal(mains_look(dir), -ENOENT);
	put("BAT0", "type", "Battery\n");
	put("AC", "type", "Mains\n"); /* and no "online" */
	put("cut", "type", "");
	put("cut", "online", "");
	assert_int_equal(mains_look(dir), -ENOENT);
}

static void test_supplies_beyond_the_maximum_are_not_looked_at(void **state)
{
	char name[16];

	(void)state;
	for (unsigned int n = 0; n < MAINS_SUPPLIES_MAX + 1; n++) {
		(void)snprintf(name, sizeof(name), "AC%u", n);
		put(name, "type", "Mains\n");
		put(name, "online", "0\n");
	}
	assert_int_equal(mains_look(dir), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_HS_12_mains_present_and_lost),
		TEST(test_who_has_no_supply_does_not_know),
		TEST(test_supplies_beyond_the_maximum_are_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
