/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What leaves the home by somebody's hand: windows for retraining with the person's consent, under
 * a pseudonym; and the person's own data for themselves. Made piece by piece, so that neither side
 * holds it whole. Of the history's thread.
 */
#pragma once

#include "hub/history_store.h"
#include "hub/window_store.h"

struct history_export;

/* −ENOMEM, −EIO. The store is borrowed until it is freed. dir, key: of the windows; key may be NULL
 * where none are asked for. */
int history_export_new(struct history_export **ret, struct history_store *store,
	const struct history_export_wish *wish, const char *dir, const uint8_t *key);
struct history_export *history_export_free(struct history_export *e);
/* The next piece: 1; 0 when it was the last, with what was left out; −errno. */
int history_export_next(struct history_export *e, struct history_piece *ret);
