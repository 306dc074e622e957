/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locals that clean up after themselves: `_cleanup_(free_p) char *text = NULL;`. After systemd's
 * macro.h in idea; the compiler attribute is gcc's and clang's.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

/* Defines NAME_p(), which frees what a local of type TYPE points to with FREE, for _cleanup_. */
#define DEFINE_CLEANUP(type, name, free_function) \
	static inline void name(type *p) \
	{ \
		if (*p) \
			(void)free_function(*p); \
	}

static inline void free_p(void *p)
{
	free(*(void **)p);
}

static inline void close_p(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

DEFINE_CLEANUP(FILE *, fclose_p, fclose)
