/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences of the programs in the reader's language. Reasons and causes are told to the centre in
 * French, faults and steps of the gateway to a technician in English; both may come in one answer.
 * A phrase that is in no table stays as it is; a rule of `make lint` finds those that are missing.
 */
#pragma once

#include "common/ctl/words.h"

#include <stddef.h>

/* The English of a French phrase, in ret; the French one where there is none. */
void ctl_english(const char *french, char *ret, size_t bytes);
/* The French of an English one. A fault is parts with ": " between them ("link: HOST:PORT: no
 * answer"); each is looked for by itself. */
void ctl_french(const char *english, char *ret, size_t bytes);
/* Whichever of both it was said in. */
void ctl_phrase(enum ctl_language language, const char *phrase, char *ret, size_t bytes);
