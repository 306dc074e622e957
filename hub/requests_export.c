/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exports on the control socket: a wish, checked, and then piece by piece as the client asks.
 */
#include "hub/requests.h"

#include "common/utf8.h"
#include "hub/local_day.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FAR_MS INT64_C(253402300799999)

/* 2026-11-27 or 27/11/2026, a day that is: as 20261127, or −1. */
static int32_t day_of(const char *text)
{
	int year = 0, month = 0, day = 0, end = 0;
	int32_t number;

	if ((sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || text[end]) &&
		(end = 0,
			sscanf(text, "%2d/%2d/%4d%n", &day, &month, &year, &end) != 3 || text[end]))
		return -1;
	if (year < 1970 || year > 9998 || month < 1 || month > 12 || day < 1 || day > 31)
		return -1;
	number = year * 10000 + month * 100 + day;
	return local_day_add(number, 0) == number ? number : -1;
}

/* "NAME, DATE": somebody, and a day that is not still to come. */
static bool is_consent(const char *text, int32_t today)
{
	const char *comma = strrchr(text, ',');
	int32_t day;

	if (!comma || comma - text < 2)
		return false;
	comma += 1 + strspn(comma + 1, " ");
	day = day_of(comma);
	return day > 0 && day <= today;
}

static bool is_text(const char *text)
{
	return text && text[0] && strlen(text) < INCIDENT_TEXT_MAX &&
	       utf8_is_plain(text, strlen(text));
}

/* Local days, both included; without them everything. */
static int take_days(const json_t *request, struct history_export_wish *wish)
{
	const char *from = json_string_value(json_object_get(request, "from"));
	const char *to = json_string_value(json_object_get(request, "to"));
	int32_t from_day = from ? day_of(from) : 0, to_day = to ? day_of(to) : 0;

	if (from_day < 0 || to_day < 0 || (from && to && to_day < from_day))
		return -EINVAL;
	wish->from_ms = from ? local_day_begin_ms(from_day) : 0;
	wish->before_ms = to ? local_day_begin_ms(local_day_add(to_day, 1)) : FAR_MS;
	return 0;
}

int request_export(struct hub *h, const json_t *request, json_t *answer)
{
	const char *what = json_string_value(json_object_get(request, "what"));
	const char *consent = json_string_value(json_object_get(request, "consent"));
	const char *by = json_string_value(json_object_get(request, "by"));
	struct history_export_wish wish = {.at_ms = hub_now().wall_ms};
	int r;

	wish.has_windows = what && strcmp(what, "windows") == 0;
	if (!wish.has_windows && (!what || strcmp(what, "history") != 0))
		return request_refuse(answer, -EINVAL, "what is not windows or history");
	if (!is_text(by))
		return request_refuse(answer, -EINVAL, "by is missing or too long");
	if (wish.has_windows &&
		(!is_text(consent) || !is_consent(consent, local_time_of(wish.at_ms).day)))
		return request_refuse(answer, -EACCES,
			"consent is needed: who gave it and when, \"NAME, 2026-11-27\"");
	if (take_days(request, &wish) < 0)
		return request_refuse(answer, -EINVAL, "from and to are days like 2026-11-27");
	(void)snprintf(wish.who, sizeof(wish.who), "%s", by);
	(void)snprintf(wish.why, sizeof(wish.why), "%s", wish.has_windows ? consent : "");
	r = history_export(h->keep.history, &wish);
	if (r == -ENOKEY)
		return request_refuse(answer, r, "no window is kept: the hub has no key for them");
	if (r < 0)
		return r;
	request_put(answer, "export", json_integer(r));
	return 0;
}

int request_export_next(struct hub *h, const json_t *request, json_t *answer)
{
	const struct history_piece *piece = NULL;
	int r = history_export_piece(h->keep.history,
		(int)json_integer_value(json_object_get(request, "export")), &piece);

	if (r == -ENOENT)
		return request_refuse(answer, r, "no such export, or another has taken its place");
	if (r == -EPERM)
		return request_refuse(
			answer, r, "it could not be recorded, so nothing was exported");
	if (r < 0 && r != -EAGAIN)
		return request_refuse(answer, r, "the history cannot be read");
	request_put(answer, "state",
		json_string(r == -EAGAIN ? "waiting"
			    : r == 1     ? "piece"
					 : "end"));
	if (r == 1) {
		request_put(answer, "name", json_string(piece->name));
		request_put(answer, "text", json_string(piece->text));
	}
	if (r == 0) {
		request_put_count(answer, "windows", piece->windows);
		request_put_count(answer, "refused", piece->refused);
	}
	return 0;
}
