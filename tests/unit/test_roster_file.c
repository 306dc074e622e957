/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of enrolled sensors as a text: entries added and taken out, what is between them kept;
 * and the file that is replaced whole.
 */
#include "hub/roster_file.h"

#include "common/file_atomic.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct folder {
	char path[64], file[96];
};

static struct folder folder_new(void)
{
	struct folder f = {.path = "/tmp/vigie-roster-XXXXXX"};

	assert_non_null(mkdtemp(f.path));
	(void)snprintf(f.file, sizeof(f.file), "%s/roster.yaml", f.path);
	return f;
}

static void folder_free(const struct folder *f)
{
	(void)unlink(f->file);
	file_atomic_drop(f->file);
	assert_int_equal(rmdir(f->path), 0);
}

static void put(const struct folder *f, const char *text)
{
	assert_int_equal(file_atomic_prepare(f->file, text, strlen(text)), 0);
	assert_int_equal(file_atomic_adopt(f->file), 0);
}

static const char *text_of(const char *path)
{
	static char text[ROSTER_FILE_BYTES + 1];
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	text[fread(text, 1, ROSTER_FILE_BYTES, file)] = '\0';
	(void)fclose(file);
	return text;
}

static void add(const struct folder *f, const char *id, const char *room)
{
	const struct roster_field fields[] = {{"id", id, false}, {"room", room, false},
		{"role", "motion", false}, {"place", NULL, false}, {"stale_s", "60", true}};

	assert_int_equal(roster_file_prepare_more(f->file, fields, 5), 0);
	assert_int_equal(file_atomic_adopt(f->file), 0);
}

static int load(const struct folder *f, struct roster *roster)
{
	static struct hub_modbus modbus;
	char error[HUB_CONFIG_ERROR_MAX];
	int r;

	memset(roster, 0, sizeof(*roster));
	r = roster_file_load(f->file, roster, &modbus, error);
	if (r < 0)
		print_message("%s\n", error);
	return r;
}

static void test_what_is_added_is_read_back_and_taken_out_again(void **state)
{
	static struct roster roster;
	const struct sensor_id a = {.text = "a"}, b = {.text = "b"}, c = {.text = "c"};
	struct folder f = folder_new();

	(void)state;
	assert_int_equal(load(&f, &roster), 0); /* no file */
	assert_int_equal(roster_file_prepare_less(f.file, &a), -ENOENT);
	add(&f, "a", "Salon");
	add(&f, "b", "Chambre \\ \"d’amis\" # 2: {x}");
	add(&f, "c", "- id: a");
	assert_int_equal(load(&f, &roster), 0);
	assert_int_equal(roster.installed, 3);
	assert_string_equal(roster_find(&roster, &b)->room, "Chambre \\ \"d’amis\" # 2: {x}");
	assert_true(roster_find(&roster, &c)->is_added);
	assert_int_equal(roster_find(&roster, &c)->stale_s, 60);
	assert_int_equal(roster_file_prepare_less(f.file, &b), 0);
	assert_int_equal(file_atomic_adopt(f.file), 0);
	assert_int_equal(load(&f, &roster), 0);
	assert_int_equal(roster.installed, 2);
	assert_null(roster_find(&roster, &b));
	assert_int_equal(roster_file_prepare_less(f.file, &c), 0);
	assert_int_equal(file_atomic_adopt(f.file), 0);
	assert_int_equal(roster_file_prepare_less(f.file, &a), 0);
	assert_int_equal(file_atomic_adopt(f.file), 0);
	assert_int_equal(load(&f, &roster), 0);
	assert_int_equal(roster.installed, 0);
	add(&f, "a", "Salon");
	assert_int_equal(load(&f, &roster), 0);
	assert_int_equal(roster.installed, 1);
	folder_free(&f);
}

static void test_what_was_added_by_hand_stays(void **state)
{
	const struct sensor_id a = {.text = "a"}, other = {.text = "other"};
	struct folder f = folder_new();

	(void)state;
	/* no newline at the end */
	put(&f, "# ours\nsensors:\n  - id: \"a\"\n    role: button\n  - {id: other, role: motion}");
	add(&f, "z", "Salon");
	assert_string_equal(text_of(f.file),
		"# ours\nsensors:\n  - id: \"a\"\n    role: button\n  - {id: other, role: motion}\n"
		"  - id: \"z\"\n    room: \"Salon\"\n    role: \"motion\"\n    stale_s: 60\n");
	assert_int_equal(roster_file_prepare_less(f.file, &other), -ENOENT);
	assert_int_equal(roster_file_prepare_less(f.file, &a), 0);
	assert_int_equal(file_atomic_adopt(f.file), 0);
	assert_string_equal(text_of(f.file),
		"# ours\nsensors:\n  - {id: other, role: motion}\n"
		"  - id: \"z\"\n    room: \"Salon\"\n    role: \"motion\"\n    stale_s: 60\n");
	folder_free(&f);
}

static void test_the_file_at_its_bound_and_one_more(void **state)
{
	static char text[ROSTER_FILE_BYTES];
	const struct roster_field field = {"id", "a", false};
	struct folder f = folder_new();
	/* what is added: `  - id: "a"` and its newline */
	size_t room = sizeof("  - id: \"a\"\n") - 1;

	(void)state;
	memset(text, '#', sizeof(text));
	memcpy(text, "sensors:\n  - id: \"x\"\n", 22);
	text[sizeof(text) - 2 - room] = '\n';
	assert_int_equal(file_atomic_prepare(f.file, text, sizeof(text) - 1 - room), 0);
	assert_int_equal(file_atomic_adopt(f.file), 0);
	assert_int_equal(roster_file_prepare_more(f.file, &field, 1), 0);
	text[sizeof(text) - 2 - room] = '#';
	text[sizeof(text) - 1 - room] = '\n';
	assert_int_equal(file_atomic_prepare(f.file, text, sizeof(text) - room), 0);
	assert_int_equal(file_atomic_adopt(f.file), 0);
	assert_int_equal(roster_file_prepare_more(f.file, &field, 1), -EFBIG);
	folder_free(&f);
}

static void test_a_file_is_replaced_whole_and_private(void **state)
{
	struct folder f = folder_new();
	char new_path[FILE_ATOMIC_PATH_MAX], deep[128], longest[FILE_ATOMIC_PATH_MAX + 1];
	struct stat status;

	(void)state;
	file_atomic_new_path(f.file, new_path);
	put(&f, "old");
	assert_int_equal(stat(f.file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(file_atomic_prepare(f.file, "new one", 7), 0);
	assert_string_equal(text_of(f.file), "old");
	assert_string_equal(text_of(new_path), "new one");
	/* killed here: what was left beside is no hindrance, even if nobody may write it */
	assert_int_equal(chmod(new_path, 0400), 0);
	put(&f, "newer");
	assert_string_equal(text_of(f.file), "newer");
	assert_int_equal(access(new_path, F_OK), -1);
	assert_int_equal(file_atomic_prepare(f.file, "not wanted", 10), 0);
	file_atomic_drop(f.file);
	assert_int_equal(file_atomic_adopt(f.file), -ENOENT);
	assert_string_equal(text_of(f.file), "newer");
	(void)snprintf(deep, sizeof(deep), "%s/none/x", f.path);
	assert_int_equal(file_atomic_prepare(deep, "x", 1), -ENOENT);
	memset(longest, 'x', sizeof(longest));
	longest[FILE_ATOMIC_PATH_MAX - sizeof(".new") + 1] = '\0';
	assert_int_equal(file_atomic_prepare(longest, "x", 1), -ENAMETOOLONG);
	folder_free(&f);
}

static int load_sound(const struct folder *f, struct roster *roster, struct hub_modbus *modbus,
	struct hub_roster_found *found)
{
	int r;

	*found = (struct hub_roster_found){0};
	r = roster_file_load_sound(f->file, roster, modbus, found);
	/* whatever is wrong is said with its place */
	assert_true(
		(r < 0 || found->refused > 0) == (strstr(found->error, "roster.yaml:") != NULL));
	assert_true((r == 0 && found->refused > 0) == (found->line > 0));
	return r;
}

static void test_what_is_refused_costs_the_others_nothing(void **state)
{
	static struct roster roster;
	static struct hub_modbus modbus;
	const struct sensor_id a = {.text = "a"}, b = {.text = "b"};
	const struct roster_sensor first = {.id = a, .role = ROLE_BUTTON};
	struct folder f = folder_new();
	struct hub_roster_found found;

	(void)state;
	assert_int_equal(load_sound(&f, &roster, &modbus, &found), 0); /* no file */
	assert_int_equal(roster_add(&roster, &first), 0);
	put(&f, "sensors:\n  - {id: a, role: motion}\n  - {id: x, role: king}\n"
		"  - {id: y, role: motion, modbus: {bus: none, slave: 1, function: discrete_input, "
		"kind: motion, address: 1}}\n"
		"  - {id: z, role: motion, gpio: {chip: gpiochip0, line: 1, kind: motion}}\n"
		"  - {id: b, role: motion}\n");
	assert_int_equal(load_sound(&f, &roster, &modbus, &found), 0);
	assert_int_equal(found.refused, 4);
	assert_int_equal(found.line, 2);
	assert_string_equal(found.word, "{id: a, role: motion}");
	assert_int_equal(roster.installed, 2);
	assert_int_equal(roster_find(&roster, &a)->role, ROLE_BUTTON);
	assert_false(roster_find(&roster, &a)->is_added);
	assert_true(roster_find(&roster, &b)->is_added);
	assert_int_equal(modbus.points_count, 0);
	folder_free(&f);
}

/* A word of no field, a number that is none, a torn line, zeros of a failed block, a bad mark. */
static void test_an_entry_that_cannot_be_read_costs_itself_alone(void **state)
{
	static const struct {
		const char *entry;
		size_t bytes; /* 0: up to the NUL */
		unsigned int line;
		const char *word;
	} rows[] = {
		{"  - id: \"x\"\n    colour: \"red\"\n    role: \"motion\"\n", 0, 5,
			"colour: \"red\""},
		{"  - id: \"x\"\n    role: \"motion\"\n    stale_s: \"long\"\n", 0, 6,
			"stale_s: \"long\""},
		{"  - id: \"x\"\n    role: \"mot\n", 0, 5, "role: \"mot"},
		{"  - id: \"x\"\n    role: mo\0\0\0on\n", 30, 4, "id: \"x\""},
		{"  - id: \"x\"\n   \xC3\x28role: motion\n", 0, 4, "id: \"x\""},
		{"  - - x\n", 0, 4, "x"},
		{"  - id: \"x\"\n    name: \"Capteur d’ouverture de la porte d’entrée\"\n    rolle: x\n",
			0, 6, "rolle: x"},
		{"  - id: \"x\"\n    n\xC3\xA9: \"Capteur d’ouverture, poé\"\n    role: motion\n",
			0, 5, "n\xC3\xA9: \"Capteur d’ouverture, po"},
	};
	const struct sensor_id a = {.text = "a"}, b = {.text = "b"};
	static struct roster roster;
	static struct hub_modbus modbus;
	struct folder f = folder_new();

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		static const char before[] = "sensors:\n  - id: \"a\"\n    role: \"button\"\n",
				  after[] = "  - id: \"b\"\n    role: \"motion\"\n";
		size_t bytes = rows[n].bytes ? rows[n].bytes : strlen(rows[n].entry);
		struct hub_roster_found found;
		char text[512];

		memcpy(text, before, sizeof(before) - 1);
		memcpy(text + sizeof(before) - 1, rows[n].entry, bytes);
		memcpy(text + sizeof(before) - 1 + bytes, after, sizeof(after) - 1);
		bytes += sizeof(before) + sizeof(after) - 2;
		assert_int_equal(file_atomic_prepare(f.file, text, bytes), 0);
		assert_int_equal(file_atomic_adopt(f.file), 0);
		memset(&roster, 0, sizeof(roster));
		assert_int_equal(load_sound(&f, &roster, &modbus, &found), 0);
		assert_non_null(strstr(found.error, " sensors[1]"));
		assert_int_equal(roster.installed, 2);
		assert_true(roster_find(&roster, &a)->is_added);
		assert_true(roster_find(&roster, &b)->is_added);
		assert_int_equal(found.refused, 1);
		assert_int_equal(found.line, rows[n].line);
		assert_string_equal(found.word, rows[n].word);
	}
	folder_free(&f);
}

static void test_what_cannot_be_read_at_all_changes_nothing(void **state)
{
	static const char *const texts[] = {"", "sensors:\n  - {id: b", "home: x\n",
		"capteurs:\n  - {id: b, role: motion}\n  - {id: c, role: motion}\n"};
	static struct roster roster;
	static struct hub_modbus modbus;
	struct folder f = folder_new();

	(void)state;
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		struct hub_roster_found found;

		put(&f, texts[n]);
		assert_true(load_sound(&f, &roster, &modbus, &found) < 0);
		assert_int_equal(roster.installed, 0);
	}
	folder_free(&f);
}

static void test_what_is_kept_aside_is_found(void **state)
{
	struct folder f = folder_new();
	char found[HUB_PATH_MAX], aside[HUB_PATH_MAX];

	(void)state;
	put(&f, "x");
	assert_false(roster_file_find_aside(f.file, found));
	(void)snprintf(aside, sizeof(aside), "%s.aside-1795770000000", f.file);
	assert_int_equal(rename(f.file, aside), 0);
	assert_true(roster_file_find_aside(f.file, found));
	assert_int_equal(access(found, F_OK), 0);
	assert_int_equal(unlink(aside), 0);
	assert_false(roster_file_find_aside(f.file, found));
	assert_false(roster_file_find_aside("/nowhere/roster.yaml", found));
	folder_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_added_is_read_back_and_taken_out_again),
		cmocka_unit_test(test_what_was_added_by_hand_stays),
		cmocka_unit_test(test_what_is_refused_costs_the_others_nothing),
		cmocka_unit_test(test_an_entry_that_cannot_be_read_costs_itself_alone),
		cmocka_unit_test(test_what_cannot_be_read_at_all_changes_nothing),
		cmocka_unit_test(test_what_is_kept_aside_is_found),
		cmocka_unit_test(test_the_file_at_its_bound_and_one_more),
		cmocka_unit_test(test_a_file_is_replaced_whole_and_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
