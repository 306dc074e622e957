/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of fields, as paths.
 */
#include "hub/config_entry.h"

#include <stdio.h>

const char *config_entry_field(struct config_entry *entry, const char *name)
{
	(void)snprintf(entry->field, sizeof(entry->field), "%s[%u]%s%s%s", entry->list, entry->n,
		entry->within, name[0] ? "." : "", name);
	return entry->field;
}

int config_entry_number(struct config_entry *entry, const char *name, const uint32_t *value,
	uint32_t min, uint32_t max, uint32_t *to)
{
	if (!value)
		return 0;
	if (*value < min || *value > max)
		return config_refuse(entry, name, "is %u, needs %u..%u", *value, min, max);
	*to = *value;
	return 0;
}
