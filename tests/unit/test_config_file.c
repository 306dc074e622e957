/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration files good and bad: each mistake's message word for word, with its line. */
#include "common/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum role { ROLE_BUTTON, ROLE_MOTION };
struct sensor {
	char *id;
	uint32_t stale_s;
	enum role role;
};
struct dialogue {
	int8_t ask_s;
	bool is_spoken;
	double loudness;
};
struct configuration {
	char *home;
	struct sensor *sensors;
	uint32_t sensors_count;
	char **brokers;
	uint32_t brokers_count;
	struct dialogue *dialogue;
};

static const cyaml_strval_t roles[] = {{"button", ROLE_BUTTON}, {"motion", ROLE_MOTION}};
static const cyaml_schema_field_t sensor_fields[] = {
	CYAML_FIELD_STRING_PTR("id", CYAML_FLAG_POINTER, struct sensor, id, 1, 10),
	CYAML_FIELD_UINT("stale_s", CYAML_FLAG_OPTIONAL, struct sensor, stale_s),
	CYAML_FIELD_ENUM("role", CYAML_FLAG_STRICT, struct sensor, role, roles, 2),
	CYAML_FIELD_END};
static const cyaml_schema_value_t sensor_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct sensor, sensor_fields)};
static const cyaml_schema_value_t broker_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 20)};
static const cyaml_schema_field_t dialogue_fields[] = {
	CYAML_FIELD_INT("ask_s", CYAML_FLAG_DEFAULT, struct dialogue, ask_s),
	CYAML_FIELD_BOOL("is_spoken", CYAML_FLAG_OPTIONAL, struct dialogue, is_spoken),
	CYAML_FIELD_FLOAT("loudness", CYAML_FLAG_OPTIONAL, struct dialogue, loudness),
	CYAML_FIELD_END};
static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR("home", CYAML_FLAG_POINTER, struct configuration, home, 1, 32),
	CYAML_FIELD_SEQUENCE(
		"sensors", CYAML_FLAG_POINTER, struct configuration, sensors, &sensor_value, 0, 3),
	CYAML_FIELD_SEQUENCE("brokers", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct configuration, brokers, &broker_value, 1, 2),
	CYAML_FIELD_MAPPING_PTR("dialogue", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
		struct configuration, dialogue, dialogue_fields),
	CYAML_FIELD_END};
static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct configuration, fields)};

/* Files live in a directory of their own, which is the working directory meanwhile. */
static int enter_directory(void **state)
{
	static char directory[] = "/tmp/vigie-test-XXXXXX";

	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	*state = directory;
	return 0;
}

static int leave_directory(void **state)
{
	(void)unlink("a.yaml");
	(void)unlink("pipe");
	assert_int_equal(chdir("/"), 0);
	return rmdir(*state);
}

static void write_file(const char *text)
{
	FILE *f = fopen("a.yaml", "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

struct vector {
	const char *text, *error;
};

static void check(const struct vector *vectors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char error[CONFIG_FILE_ERROR_MAX];
		void *loaded = error; /* to be left alone */
		int r;

		write_file(vectors[i].text);
		r = config_file_load("a.yaml", &schema, &loaded, error);
		if (r != -EINVAL || strcmp(error, vectors[i].error) != 0)
			fail_msg("%s%d \"%s\"\ninstead of \"%s\"", vectors[i].text, r, error,
				vectors[i].error);
		assert_ptr_equal(loaded, error);
	}
}

#define CHECK(vectors) check(vectors, sizeof(vectors) / sizeof((vectors)[0]))
#define FIELDS         "needs fields of home, sensors, brokers, dialogue"
#define SENSOR         "needs fields of id, stale_s, role"

static void test_a_good_file_is_loaded(void **state)
{
	char error[CONFIG_FILE_ERROR_MAX];
	struct configuration *c = NULL;
	void *loaded = NULL;

	(void)state;
	write_file("# a home\nhome: nice-1\nsensors:\n  - {id: a, stale_s: 90, role: motion}\n"
		   "  - id: b\n    role: button\nbrokers: [mqtts://a:8883]\n"
		   "dialogue:\n  ask_s: -128\n  is_spoken: true\n  loudness: 0.5\n");
	if (config_file_load("a.yaml", &schema, &loaded, error) < 0)
		fail_msg("%s", error);
	c = loaded;
	assert_string_equal(c->home, "nice-1");
	assert_int_equal(c->sensors_count, 2);
	assert_int_equal(c->sensors[0].stale_s, 90);
	assert_int_equal(c->sensors[0].role, ROLE_MOTION);
	assert_string_equal(c->sensors[1].id, "b");
	assert_string_equal(c->brokers[0], "mqtts://a:8883");
	assert_int_equal(c->dialogue->ask_s, -128);
	assert_true(c->dialogue->is_spoken);
	config_file_free(&schema, loaded);
	config_file_free(&schema, NULL);
}

static void test_mistakes_of_form(void **state)
{
	static const struct vector vectors[] = {
		{"", "a.yaml:1: the file is empty, " FIELDS},
		{"# nothing\n\n", "a.yaml:1: the file is empty, " FIELDS},
		{"--- ~\n", "a.yaml:1: is \"~\", " FIELDS},
		{"hello\n", "a.yaml:1: is \"hello\", " FIELDS},
		{"- a\n", "a.yaml:1: is a list, " FIELDS},
		{"home: a\nsensors: [\n",
			"a.yaml:3: sensors[0] is not YAML: did not find expected node content"},
		{"home: a\n\tsensors: []\n",
			"a.yaml:2: home is not YAML: found a tab character that violates indentation"},
		{"home: a\nsensors: []\nbrokers: [\"x]\n",
			"a.yaml:4: brokers[0] is not YAML: found unexpected end of stream"},
		{"home: a\nsensors: []\n---\nhome: b\n", "a.yaml:3: a second document begins"},
		{"home: \xff\n", "a.yaml:1: is not UTF-8 text at byte 6"},
		{"home: \"a\\0b\"\nsensors: []\n", "a.yaml:1: home holds a control character"},
		{"home: \"a\\nb\"\nsensors: []\n", "a.yaml:1: home holds a control character"},
		{"home: &x a\nsensors: []\nbrokers: [*x]\n",
			"a.yaml:3: brokers[0] is an alias, write the value itself"},
		{"? [a]\n: b\n", "a.yaml:1: a field's name must be one plain word"},
		{"home: [[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]\n",
			"a.yaml:1: home[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0] is nested too "
			"deep"},
	};

	(void)state;
	CHECK(vectors);
}

static void test_mistakes_in_fields(void **state)
{
	static const struct vector vectors[] = {
		{"home: a\n", "a.yaml:1: sensors is missing, needs a list of 0..3 entries"},
		{"sensors: []\nhome: a\nfoo: {a: [1]}\n",
			"a.yaml:3: foo is not known here, " FIELDS},
		{"home: a\nHome: b\n", "a.yaml:2: Home is not known here, " FIELDS},
		{"home: a\nhome: b\nsensors: []\n", "a.yaml:1: home is set twice"},
		{"home:\nsensors: []\n",
			"a.yaml:1: home is too short, needs a text of 1..32 bytes"},
		{"home: 123456789012345678901234567890123\nsensors: []\n",
			"a.yaml:1: home is too long, needs a text of 1..32 bytes"},
		{"home: [a]\nsensors: []\n",
			"a.yaml:1: home is a list, needs a text of 1..32 bytes"},
		{"home: a\nsensors: 3\n",
			"a.yaml:2: sensors is \"3\", needs a list of 0..3 entries"},
		{"home: a\nsensors:\n  a: b\n",
			"a.yaml:2: sensors has fields of its own, needs a list of 0..3 entries"},
		{"home: a\nsensors:\n", "a.yaml:2: sensors is \"\", needs a list of 0..3 entries"},
		{"home: a\nsensors: []\nbrokers: []\n",
			"a.yaml:3: brokers has too few entries, needs a list of 1..2 entries"},
		{"home: a\nsensors: []\nbrokers: [a, b, c]\n",
			"a.yaml:3: brokers has too many entries, needs a list of 1..2 entries"},
		{"home: a\nsensors: []\nbrokers:\n  - a\n  - [b]\n",
			"a.yaml:5: brokers[1] is a list, needs a text of 1..20 bytes"},
		{"home: a\nsensors: []\nbrokers:\n  - a\n  - 123456789012345678901\n",
			"a.yaml:5: brokers[1] is too long, needs a text of 1..20 bytes"},
		{"home: a\nsensors: []\ndialogue:\n  is_spoken: true\n",
			"a.yaml:3: dialogue.ask_s is missing, needs a whole number -128..127"},
		{"home: a\nsensors: []\ndialogue: {}\n",
			"a.yaml:3: dialogue.ask_s is missing, needs a whole number -128..127"},
		{"home: a\nsensors:\n- {id: x, role: button}\n- {id: y}\n",
			"a.yaml:4: sensors[1].role is missing, needs one of button, motion"},
		{"home: a\nsensors:\n- id: x\n  role: button\n- id: y\n  rool: button\n",
			"a.yaml:6: sensors[1].rool is not known here, " SENSOR},
		{"home: a\nsensors:\n- id: x\n  role: button\n- 3\n",
			"a.yaml:5: sensors[1] is \"3\", " SENSOR},
		{"home: a\nsensors:\n- id: x\n  role: button\n- []\n",
			"a.yaml:5: sensors[1] is a list, " SENSOR},
	};

	(void)state;
	CHECK(vectors);
}

#define WITH(dialogue) "home: a\nsensors: []\ndialogue: {" dialogue "}\n"
#define INT8           "needs a whole number -128..127"

/* What libcyaml alone would take for a number, a truth or a word. */
static void test_values_are_read_exactly(void **state)
{
	static const struct vector vectors[] = {
		{WITH("ask_s: 3x"), "a.yaml:3: dialogue.ask_s is \"3x\", " INT8},
		{WITH("ask_s: 010"), "a.yaml:3: dialogue.ask_s is \"010\", " INT8},
		{WITH("ask_s: 0x10"), "a.yaml:3: dialogue.ask_s is \"0x10\", " INT8},
		{WITH("ask_s: +3"), "a.yaml:3: dialogue.ask_s is \"+3\", " INT8},
		{WITH("ask_s: \" 3\""), "a.yaml:3: dialogue.ask_s is \" 3\", " INT8},
		{WITH("ask_s: 3.0"), "a.yaml:3: dialogue.ask_s is \"3.0\", " INT8},
		{WITH("ask_s: 128"), "a.yaml:3: dialogue.ask_s is \"128\", " INT8},
		{WITH("ask_s: -129"), "a.yaml:3: dialogue.ask_s is \"-129\", " INT8},
		{WITH("ask_s: 99999999999999999999"),
			"a.yaml:3: dialogue.ask_s is \"99999999999999999999\", " INT8},
		{WITH("ask_s: "), "a.yaml:3: dialogue.ask_s is \"\", " INT8},
		{WITH("ask_s: 1, is_spoken: flase"),
			"a.yaml:3: dialogue.is_spoken is \"flase\", needs true or false"},
		{WITH("ask_s: 1, is_spoken: 1"),
			"a.yaml:3: dialogue.is_spoken is \"1\", needs true or false"},
		{WITH("ask_s: 1, loudness: 1.5dB"),
			"a.yaml:3: dialogue.loudness is \"1.5dB\", needs a number"},
		{WITH("ask_s: 1, loudness: nan"),
			"a.yaml:3: dialogue.loudness is \"nan\", needs a number"},
		{WITH("ask_s: 1, loudness: 1e999"),
			"a.yaml:3: dialogue.loudness is \"1e999\", needs a number"},
		{"home: a\nsensors:\n  - id: x\n    role: 1\n",
			"a.yaml:4: sensors[0].role is \"1\", needs one of button, motion"},
		{"home: a\nsensors:\n  - id: x\n    role: Button\n",
			"a.yaml:4: sensors[0].role is \"Button\", needs one of button, motion"},
		{"home: a\nsensors:\n  - id: x\n    stale_s: 4294967296\n    role: button\n",
			"a.yaml:4: sensors[0].stale_s is \"4294967296\", needs a whole number "
			"0..4294967295"},
		{"home: a\nsensors:\n  - id: x\n    stale_s: -1\n    role: button\n",
			"a.yaml:4: sensors[0].stale_s is \"-1\", needs a whole number 0..4294967295"},
	};

	(void)state;
	CHECK(vectors);
}

static void test_the_caller_s_own_checks_find_the_line(void **state)
{
	char error[CONFIG_FILE_ERROR_MAX];
	static const struct {
		const char *field, *error;
	} vectors[] = {
		{"home", "a.yaml:2: home is 0, needs 10..86400"},
		{"sensors[1].stale_s", "a.yaml:7: sensors[1].stale_s is 0, needs 10..86400"},
		{"sensors[1].place", "a.yaml:5: sensors[1].place is 0, needs 10..86400"},
		{"sensors[2].id", "a.yaml:3: sensors[2].id is 0, needs 10..86400"},
		{"tls.key", "a.yaml:2: tls.key is 0, needs 10..86400"},
		{"dialogue.ask_s", "a.yaml:9: dialogue.ask_s is 0, needs 10..86400"},
		{"dialogue", "a.yaml:8: dialogue is 0, needs 10..86400"},
		{"not..a path", "a.yaml:1: not..a path is 0, needs 10..86400"},
		{"", "a.yaml:2: is 0, needs 10..86400"},
	};

	(void)state;
	write_file(
		"# the house\nhome: a\nsensors:\n- {id: x, role: button}\n- id: y\n  role: motion\n"
		"  stale_s: 0\ndialogue:\n  ask_s: 300\n");
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		assert_int_equal(config_file_error("a.yaml", vectors[i].field, error,
					 "is %d, needs %d..%d", 0, 10, 86400),
			-EINVAL);
		assert_string_equal(error, vectors[i].error);
	}
	assert_int_equal(config_file_error("gone.yaml", "home", error, "is bad"), -EINVAL);
	assert_string_equal(error, "gone.yaml:1: home is bad");
}

static void test_files_that_cannot_be_read(void **state)
{
	char error[CONFIG_FILE_ERROR_MAX];
	void *loaded = error;

	(void)state;
	assert_int_equal(config_file_load("gone.yaml", &schema, &loaded, error), -ENOENT);
	assert_string_equal(error, "gone.yaml: cannot be read: No such file or directory");
	assert_int_equal(config_file_load(".", &schema, &loaded, error), -EISDIR);
	assert_string_equal(error, ".: cannot be read: Is a directory");
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(config_file_load("pipe", &schema, &loaded, error), -EINVAL);
	assert_string_equal(error, "pipe: cannot be read: Not a regular file");
	assert_ptr_equal(loaded, error);
}

static void test_a_file_at_its_bound_and_over(void **state)
{
	char error[CONFIG_FILE_ERROR_MAX];
	void *loaded = NULL;
	FILE *f;

	(void)state;
	write_file("home: a\nsensors: []\n");
	f = fopen("a.yaml", "ae");
	assert_non_null(f);
	for (long at = ftell(f); at < 262144; at++)
		assert_int_equal(fputc(at % 64 ? '#' : '\n', f), at % 64 ? '#' : '\n');
	assert_int_equal(fclose(f), 0);
	if (config_file_load("a.yaml", &schema, &loaded, error) < 0)
		fail_msg("%s", error);
	config_file_free(&schema, loaded);
	f = fopen("a.yaml", "ae");
	assert_non_null(f);
	assert_int_equal(fputc('\n', f), '\n');
	assert_int_equal(fclose(f), 0);
	assert_int_equal(config_file_load("a.yaml", &schema, &loaded, error), -EFBIG);
	assert_string_equal(error, "a.yaml: cannot be read: File too large");
}

static void test_a_long_message_is_cut_with_dots(void **state)
{
	char error[CONFIG_FILE_ERROR_MAX];

	(void)state;
	write_file("home: a\n");
	(void)config_file_error("a.yaml", "home", error, "%0600d", 1);
	assert_int_equal(strlen(error), CONFIG_FILE_ERROR_MAX - 1);
	assert_string_equal(error + CONFIG_FILE_ERROR_MAX - 5, "0...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_file_is_loaded),
		cmocka_unit_test(test_mistakes_of_form),
		cmocka_unit_test(test_mistakes_in_fields),
		cmocka_unit_test(test_values_are_read_exactly),
		cmocka_unit_test(test_the_caller_s_own_checks_find_the_line),
		cmocka_unit_test(test_files_that_cannot_be_read),
		cmocka_unit_test(test_a_file_at_its_bound_and_over),
		cmocka_unit_test(test_a_long_message_is_cut_with_dots),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
