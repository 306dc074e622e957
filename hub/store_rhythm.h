/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was learned of the home's rhythm, on the disk: one row of bytes in a SQLite file of its own
 * (WAL, synchronous=NORMAL: a power cut may cost the last saving, never what was saved before), so
 * that no alarm ever waits for it and nothing wrong with it touches the incidents. Loop thread
 * only.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define STORE_RHYTHM_FILE      "rhythm.db"
#define STORE_RHYTHM_FAULT_MAX 97

struct store_rhythm;

/* Opens or begins dir/rhythm.db. −ENOMEM only: whatever else is wrong is told by
 * store_rhythm_fault() and tried again at each saving. */
int store_rhythm_new(struct store_rhythm **ret, const char *dir);
struct store_rhythm *store_rhythm_free(struct store_rhythm *s);

/* The bytes last saved: how many; 0 where there are none, −ENOBUFS, −EIO. */
int store_rhythm_load(struct store_rhythm *s, uint8_t *ret_bytes, size_t size);
/* 0; −EIO. */
int store_rhythm_save(struct store_rhythm *s, const uint8_t *bytes, size_t count, int64_t wall_ms);
/* The bytes that were loaded are of no use: the file is kept as rhythm.db.aside-TIME and a fresh
 * one begun. `why`: "damaged", "of a newer version". */
void store_rhythm_set_aside(struct store_rhythm *s, const char *why);
/* "" when all is well, else a short phrase for a technician. */
const char *store_rhythm_fault(const struct store_rhythm *s);
