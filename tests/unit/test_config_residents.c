/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who lives and comes in the home, and the two thresholds: what a good file becomes, limits at
 * their maximum and one more, and that every refusal names its line.
 */
#include "tests/unit/config_text.h"

#define HOME \
	"home: maison-1\nbrokers:\n  - mqtt://127.0.0.1:1883\nsensors:\n" \
	"  - id: montre-1\n    role: wearable\n  - id: montre-2\n    role: wearable\n" \
	"  - id: lit\n    role: pressure\n  - id: pir\n    role: motion\n"

static int load(const char *more, struct hub_config *ret, char error[HUB_CONFIG_ERROR_MAX])
{
	char text[4096];

	(void)snprintf(text, sizeof(text), "%s%s", HOME, more);
	return load_text(text, ret, error);
}

static uint8_t whose(struct hub_config *c, const char *text)
{
	struct sensor_id id = {.text = ""};

	(void)snprintf(id.text, sizeof(id.text), "%s", text);
	return roster_find(&c->roster, &id)->resident;
}

static const char *name_of(struct hub_config *c, const char *text)
{
	struct sensor_id id = {.text = ""};

	(void)snprintf(id.text, sizeof(id.text), "%s", text);
	return roster_find(&c->roster, &id)->name;
}

static void test_somebody_alone_is_the_usual(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(load("", &c, error), 0);
	assert_int_equal(c.residents.home.residents, 1);
	assert_false(c.residents.home.has_pets);
	assert_int_equal(c.residents.home.visits_count, 0);
	assert_true(c.residents.home.ask == FUSION_ASK_USUAL);
	assert_true(c.residents.home.raise == FUSION_RAISE_USUAL);
	assert_int_equal(whose(&c, "montre-1"), 0);
}

static void test_two_with_their_own_a_cat_and_a_cleaner(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(load("residents:\n  - name: Jeanne\n    sensors: [montre-1, LIT]\n"
			      "  - name: René\n    sensors: [montre-2]\npets: true\n"
			      "visits:\n  - {day: tuesday, from_h: 9, until_h: 12}\n"
			      "judgement:\n  ask_pct: 60\n  raise_pct: 95\n",
				 &c, error),
		0);
	assert_int_equal(c.residents.home.residents, 2);
	assert_string_equal(c.residents.names[1], "René");
	assert_int_equal(whose(&c, "montre-1"), 1);
	assert_int_equal(whose(&c, "lit"), 1);
	assert_int_equal(whose(&c, "montre-2"), 2);
	assert_int_equal(whose(&c, "pir"), 0);
	assert_string_equal(name_of(&c, "montre-2"), "montre-2 (René)");
	assert_string_equal(name_of(&c, "pir"), "pir");
	assert_true(c.residents.home.has_pets);
	assert_int_equal(c.residents.home.visits[0].weekday, 2);
	assert_true(c.residents.home.ask > 0.59F && c.residents.home.raise > 0.94F);
}

static void list(char *text, size_t bytes, const char *head, const char *row, unsigned int count)
{
	size_t used = (size_t)snprintf(text, bytes, "%s", head);

	for (unsigned int n = 0; n < count; n++)
		used += (size_t)snprintf(text + used, bytes - used, "%s", row);
}

static void test_so_many_and_one_more(void **state)
{
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX], text[1024];

	(void)state;
	list(text, sizeof(text), "residents:\n", "  - name: X\n", FUSION_RESIDENTS_MAX);
	assert_int_equal(load(text, &c, error), 0);
	assert_int_equal(c.residents.home.residents, FUSION_RESIDENTS_MAX);
	list(text, sizeof(text), "residents:\n", "  - name: X\n", FUSION_RESIDENTS_MAX + 1);
	assert_int_equal(load(text, &c, error), -EINVAL);
	assert_string_equal(error, ":17: residents[3] is one too many, at most 3");
	list(text, sizeof(text), "visits:\n", "  - {day: monday, from_h: 8, until_h: 9}\n",
		FUSION_VISITS_MAX);
	assert_int_equal(load(text, &c, error), 0);
	list(text, sizeof(text), "visits:\n", "  - {day: monday, from_h: 8, until_h: 9}\n",
		FUSION_VISITS_MAX + 1);
	assert_int_equal(load(text, &c, error), -EINVAL);
	assert_non_null(strstr(error, "visits[8] is one too many, at most 8"));
}

static void test_contradictions_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *more, *error;
	} rows[] = {
		{"judgement:\n  ask_pct: 90\n  raise_pct: 90\n",
			":15: judgement.raise_pct is 90, needs more than ask_pct, which is 90"},
		{"judgement:\n  ask_pct: 0\n", ":14: judgement.ask_pct is 0, needs 1..98"},
		{"judgement:\n  raise_pct: 100\n", ":14: judgement.raise_pct is 100, needs 2..99"},
		{"residents:\n  - name: A\n    sensors: [montre-3]\n",
			":15: residents[0].sensors names montre-3, which is not installed"},
		{"residents:\n  - name: A\n    sensors: [pir]\n",
			":15: residents[0].sensors names a motion: a wearable, a button or a mat "
			"can be somebody's own"},
		{"residents:\n  - name: A\n    sensors: [lit]\n  - name: B\n    sensors: [lit]\n",
			":17: residents[1].sensors names lit, which is residents[0]'s"},
		{"residents:\n  - name: \"\"\n",
			":14: residents[0].name needs 1..96 bytes of plain text"},
		{"visits:\n  - {day: mardi, from_h: 8, until_h: 9}\n",
			":14: visits[0].day is not monday, tuesday … sunday"},
		{"visits:\n  - {day: monday, from_h: 9, until_h: 9}\n",
			":14: visits[0].until_h is 9 after from_h 9, needs later and at most 24"},
	};
	static struct hub_config c;
	char error[HUB_CONFIG_ERROR_MAX];

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		assert_int_equal(load(rows[n].more, &c, error), -EINVAL);
		assert_string_equal(error, rows[n].error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_somebody_alone_is_the_usual),
		cmocka_unit_test(test_two_with_their_own_a_cat_and_a_cleaner),
		cmocka_unit_test(test_so_many_and_one_more),
		cmocka_unit_test(test_contradictions_are_refused_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
