/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folds: who was left out is judged by whom, and what would flatter the model is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/eval/fall_folds.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
	char dir[64];
};

static void path_of(const struct place *p, const char *name, char ret[PATH_MAX])
{
	(void)snprintf(ret, PATH_MAX, "%s/%s.fold", p->dir, name);
}

/* A fold of one tree whose leaves are all `leaf`; `body` are its people and whatever else. */
static void write_fold(const struct place *p, const char *name, const char *protocol,
	const char *body, int leaf, const char *ending)
{
	char path[PATH_MAX];
	FILE *f;

	path_of(p, name, path);
	f = fopen(path, "we");
	assert_non_null(f);
	(void)fprintf(f, "vigie-fall-fold 3\nprotocol %s\n%sforest wrist 1\n", protocol, body);
	for (int i = 0; i < FALL_NODES; i++)
		(void)fprintf(f, "%d ", i % FALL_FEATURES);
	(void)fprintf(f, "\n");
	for (int i = 0; i < FALL_NODES; i++)
		(void)fprintf(f, "%d ", i * 10);
	(void)fprintf(f, "\n");
	for (int i = 0; i < FALL_LEAVES; i++)
		(void)fprintf(f, "%d ", leaf);
	(void)fprintf(f, "\n%s", ending);
	assert_int_equal(fclose(f), 0);
}

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/test-folds-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	struct place *p = *state;
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(p, names[i], path);
		(void)unlink(path);
	}
	(void)rmdir(p->dir);
	free(p);
	return 0;
}

static void check_refused(const struct place *p, int code, const char *says)
{
	struct fall_folds folds = {0};
	char error[FALL_FOLDS_ERROR_MAX] = "";

	assert_int_equal(fall_folds_open(p->dir, "loso", &folds, error), code);
	assert_non_null(strstr(error, says));
	assert_null(folds.folds);
}

static void test_HS_17_each_person_is_judged_by_weights_that_never_met_them(void **state)
{
	const struct place *p = *state;
	struct fall_folds folds;
	char error[FALL_FOLDS_ERROR_MAX];
	struct trial one = {.set = "s", .subject = "1"}, two = {.set = "s", .subject = "2"},
		     three = {.set = "t", .subject = "1"};
	int16_t x[FALL_FEATURES] = {0};
	struct impact_window w;

	impact_window_empty(&w);

	write_fold(p, "a", "loso", "train s/2\ntest s/1\n", 100, "end\n");
	write_fold(p, "b", "loso", "train s/1\ntest s/2\n", 200, "end\n");
	write_fold(p, "c", "set", "train s/1\ntest t/1\n", 300, "end\n");
	assert_int_equal(fall_folds_open(p->dir, "loso", &folds, error), 0);
	assert_int_equal(folds.count, 2);
	assert_int_equal(
		fall_margin(fall_folds_for(&folds, &one, WEAR_WRIST), WEAR_WRIST, x, &w), 100);
	assert_int_equal(
		fall_margin(fall_folds_for(&folds, &two, WEAR_WRIST), WEAR_WRIST, x, &w), 200);
	assert_null(fall_folds_for(&folds, &three, WEAR_WRIST));
	assert_null(fall_folds_for(&folds, &one, WEAR_TRUNK)); /* these folds know no trunk */
	assert_ptr_equal(fall_folds_for(&folds, &one, WEAR_UNKNOWN),
		fall_folds_for(&folds, &one, WEAR_WRIST));
	fall_folds_done(&folds);
}

#define NET_TEXT 65536

/* A net that says `offset` of anything, but for its second layer's first offset; `says` of 8 parts
 * of both. */
static void net_text(int says, int offset, int second, char ret[NET_TEXT])
{
	static const int lines[] = {FALL_NET_FIRST_INPUTS * FALL_NET_FIRST,
		FALL_NET_SECOND_INPUTS * FALL_NET_SECOND, FALL_NET_THIRD_INPUTS * FALL_NET_THIRD,
		FALL_NET_FOURTH_INPUTS * FALL_NET_FOURTH, FALL_NET_FIRST, FALL_NET_SECOND,
		FALL_NET_THIRD, FALL_NET_FOURTH, FALL_NET_FOURTH, 1, 4, FALL_NET_FEATURES,
		FALL_NET_FEATURES, FALL_NET_FEATURES, FALL_NET_FEATURES};
	size_t at = (size_t)snprintf(ret, NET_TEXT, "net wrist %d\n", says);

	for (size_t l = 0; l < sizeof(lines) / sizeof(lines[0]); l++) {
		for (int i = 0; i < lines[l]; i++)
			at += (size_t)snprintf(ret + at, NET_TEXT - at, "%d ",
				l == 9             ? offset
				: l == 5 && i == 0 ? second
						   : 0);
		at += (size_t)snprintf(ret + at, NET_TEXT - at, "\n");
	}
	(void)snprintf(ret + at, NET_TEXT - at, "end\n");
}

static void test_a_folds_net_has_its_say(void **state)
{
	const struct place *p = *state;
	struct fall_folds folds;
	static char text[NET_TEXT], twice[2 * NET_TEXT];
	char error[FALL_FOLDS_ERROR_MAX];
	struct trial one = {.set = "s", .subject = "1"};
	int16_t x[FALL_FEATURES] = {0};
	struct impact_window w;

	impact_window_empty(&w);
	for (int says = 0; says <= FALL_NET_PARTS; says++) {
		net_text(says, 512 * 500, 0, text);
		write_fold(p, "a", "loso", "test s/1\n", 100, text);
		assert_int_equal(fall_folds_open(p->dir, "loso", &folds, error), 0);
		assert_int_equal(
			fall_margin(fall_folds_for(&folds, &one, WEAR_WRIST), WEAR_WRIST, x, &w),
			100 + 400 * says / FALL_NET_PARTS);
		fall_folds_done(&folds);
	}
	net_text(4, INT32_MAX, INT32_MAX, text);
	write_fold(p, "a", "loso", "test s/1\n", 100, text);
	assert_int_equal(fall_folds_open(p->dir, "loso", &folds, error), 0);
	fall_folds_done(&folds);
	(void)snprintf(twice, sizeof(twice), "%.*s%s", (int)(strlen(text) - 4), text, text);
	write_fold(p, "a", "loso", "test s/1\n", 100, twice);
	check_refused(p, -EBADMSG, "second net");
	net_text(4, INT32_MIN, 0, text);
	write_fold(p, "a", "loso", "test s/1\n", 100, text);
	check_refused(p, -EBADMSG, "32 bits");
	net_text(9, 0, 0, text);
	write_fold(p, "a", "loso", "test s/1\n", 100, text);
	check_refused(p, -EBADMSG, "at most 8");
	text[strlen(text) / 2] = '\0';
	write_fold(p, "a", "loso", "test s/1\n", 100, text);
	check_refused(p, -EBADMSG, "");
}

static void test_HS_17_a_person_on_both_sides_is_refused(void **state)
{
	const struct place *p = *state;

	write_fold(p, "a", "loso", "train s/1\ntrain s/2\ntest s/1\n", 1, "end\n");
	check_refused(p, -EUCLEAN, "both sides");
}

static void test_cut_and_foreign_files_are_refused(void **state)
{
	const struct place *p = *state;
	char path[PATH_MAX];
	FILE *f;

	check_refused(p, -ENOENT, "no fold");
	write_fold(p, "a", "loso", "test s/1\n", 1, "");
	check_refused(p, -EBADMSG, "cut");
	write_fold(p, "a", "loso", "test s/1\nforest foot 3\n", 1, "end\n");
	check_refused(p, -EBADMSG, "wrist|trunk");
	write_fold(p, "a", "loso", "test s/1\nforest trunk 401\n", 1, "end\n");
	check_refused(p, -EBADMSG, "at most 400");
	write_fold(p, "a", "loso", "forest wrist 1\n1 2 3\n", 1, "end\n");
	check_refused(p, -EBADMSG, "number");
	write_fold(p, "a", "loso", "test s/1\n", 99999, "end\n");
	check_refused(p, -EBADMSG, "number");
	path_of(p, "a", path);
	f = fopen(path, "we");
	assert_non_null(f);
	(void)fputs("t_ms,x_mg\n", f);
	assert_int_equal(fclose(f), 0);
	check_refused(p, -EBADMSG, "vigie-fall-fold");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_HS_17_each_person_is_judged_by_weights_that_never_met_them, make_place,
			drop_place),
		cmocka_unit_test_setup_teardown(
			test_a_folds_net_has_its_say, make_place, drop_place),
		cmocka_unit_test_setup_teardown(
			test_HS_17_a_person_on_both_sides_is_refused, make_place, drop_place),
		cmocka_unit_test_setup_teardown(
			test_cut_and_foreign_files_are_refused, make_place, drop_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
