/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When each home was last heard. Kept in memory and written in one commit now and then: a heartbeat
 * is worth no fsync of its own. Loop thread only.
 */
#pragma once

#include "caller-gateway/store.h"

#define SEEN_HOMES_MAX 10000

struct seen;

/* store is borrowed for its life; takes up what it holds. */
int seen_new(struct seen **ret, struct store *store);
struct seen *seen_free(struct seen *s);

/* Beyond SEEN_HOMES_MAX homes: not recorded. */
void seen_note(struct seen *s, const struct heartbeat *heartbeat, int64_t now_ms);
/* True while something waits to be written; seen_write() writes it in one commit. */
bool seen_has_news(const struct seen *s);
int seen_write(struct seen *s);
unsigned int seen_count(const struct seen *s);
