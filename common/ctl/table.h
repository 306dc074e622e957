/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aligned columns of UTF-8 text for a terminal.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 12

/* Columns that a text takes on the screen: its characters. */
unsigned int table_width(const char *text);
/* rows: an array of arrays of texts, at most TABLE_COLUMNS_MAX each; control characters in them are
 * shown as '?'. Two spaces between columns, none at a line's end. */
void table_print(FILE *out, const json_t *rows);
/* Prints text with control characters as '?'. */
void table_print_text(FILE *out, const char *text);
