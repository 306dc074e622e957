/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few statistics the measurements need, with their sources. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct interval {
	double low, high;
};

/* Share of `hits` in `of`, 95 % interval after Wilson (JASA 1927, 22, 209); 0..1 where of is 0. */
struct interval wilson_interval(uint64_t hits, uint64_t of);
/* Exact (Garwood, Biometrika 1936, 28, 437) 95 % two-sided interval of a Poisson mean after `count`
 * events. */
struct interval poisson_interval(uint64_t count);
/* … and the one-sided 95 % upper bound: 2.996 ("3") after none. */
double poisson_upper(uint64_t count);
/* The value below which `share` (0..1) of the values lie, nearest rank; sorts them. NAN when there
 * are none. */
double quantile(double *values, size_t count, double share);
/* 2·found / (2·found + missed + wrong); NAN when there is nothing to find and nothing wrong. */
double f1_score(uint64_t found, uint64_t missed, uint64_t wrong);
