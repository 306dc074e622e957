/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When each home was last heard, and the watch over it (HS-13). Kept in memory and written in one
 * commit now and then: a heartbeat is worth no fsync of its own. Loop thread only.
 */
#pragma once

#include "caller-gateway/desk.h"
#include "caller-gateway/vigil.h"
#include "common/heartbeat.h"

#define SEEN_HOMES_MAX 10000

struct seen;

/* store is borrowed for its life; takes up what it holds. A home is lost after lost_s of silence.
 * Deaf until seen_listen(). */
int seen_new(struct seen **ret, struct store *store, uint32_t lost_s, struct desk_moment at);
struct seen *seen_free(struct seen *s);

/* Any message of a home; its release, or NULL where the message names none. Beyond SEEN_HOMES_MAX
 * homes: not recorded. */
void seen_note(struct seen *s, const char *home, const char *release, struct desk_moment at);
/* Until when that home's resident has paused the watch (UTC ms, 0: has not), as its heartbeat says
 * after seen_note(): true when that is news. */
bool seen_suspended(struct seen *s, const char *home, int64_t until_ms);
/* Whether the hub that sent this heartbeat has started again since the last one that was heard here
 * (HS-12). A heartbeat that comes once more, or late, is of the same run: its start is the same.
 */
bool seen_restarted(struct seen *s, const struct heartbeat *heartbeat);
/* The homes that are paused now, by name; `on_home` NULL: they are only counted. How many. */
unsigned int seen_each_suspended(const struct seen *s, int64_t wall_ms,
	void (*on_home)(const char *home, int64_t until_ms, void *userdata), void *userdata);
/* The broker tells that a home's link broke off; of a home that was never heard it means nothing.
 */
void seen_link_lost(struct seen *s, const char *home, struct desk_moment at);
/* What is listened to has changed: since now_us; VIGIL_DEAF_US where no broker is reached. */
void seen_listen(struct seen *s, uint64_t since_us);
/* Opens and closes the incidents of homes that are lost and back, DESK_GROUP_MAX at most, in one
 * commit: how many, −errno where they are to be tried again. */
int seen_turn(struct seen *s, struct desk *desk, struct desk_moment at);
/* Homes that are lost now. */
unsigned int seen_lost_count(const struct seen *s, uint64_t now_us);
/* True while something waits to be written; seen_write() writes it in one commit. */
bool seen_has_news(const struct seen *s);
int seen_write(struct seen *s);
unsigned int seen_count(const struct seen *s);
