/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A character counts as one column: right for what French and English homes are called.
 */
#include "common/ctl/table.h"

unsigned int table_width(const char *text)
{
	unsigned int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void table_print_text(FILE *out, const char *text)
{
	for (; *text; text++)
		(void)fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, out);
}

static const char *cell(const json_t *row, size_t column)
{
	const char *text = json_string_value(json_array_get(row, column));

	return text ? text : "";
}

static void print_row(FILE *out, const json_t *row, const unsigned int *widths)
{
	size_t last = 0;

	for (size_t i = 0; i < json_array_size(row) && i < TABLE_COLUMNS_MAX; i++)
		if (*cell(row, i))
			last = i;
	for (size_t i = 0; i <= last; i++) {
		const char *text = cell(row, i);

		table_print_text(out, text);
		if (i < last)
			(void)fprintf(out, "%*s", (int)(widths[i] - table_width(text) + 2), "");
	}
	(void)fputc('\n', out);
}

void table_print(FILE *out, const json_t *rows)
{
	unsigned int widths[TABLE_COLUMNS_MAX] = {0};

	for (size_t r = 0; r < json_array_size(rows); r++) {
		for (size_t i = 0; i < TABLE_COLUMNS_MAX; i++) {
			unsigned int width = table_width(cell(json_array_get(rows, r), i));

			if (width > widths[i])
				widths[i] = width;
		}
	}
	for (size_t r = 0; r < json_array_size(rows); r++)
		print_row(out, json_array_get(rows, r), widths);
}
