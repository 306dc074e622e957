/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fit-net ROWS NET: fits the fall model's small net; called by train.py. A program of its own, and
 * not a library's matrices, so that the same rows give the same bytes on every x86-64: one thread,
 * the order of every sum fixed, no fused arithmetic.
 *
 * ROWS: struct order, then for each row its inputs, and then all labels and all weights, floats in
 * this machine's order. NET: weights and offsets of the layers one after the other. Inputs → hidden
 * → second → one log-odds, rectified between. It is GROUPS nets side by side, a larger one and some
 * small ones, each with its own part of either layer and its own share of the rows; together they
 * say their mean. The larger alone knows best people whose sensor it has met; the small ones hold
 * up better on a set never seen, and vary less from one start to another (measured: MODEL.md). Adam
 * (Kingma & Ba 2015) on each one's weighted log-loss, decay of the weights, rate falling as a
 * cosine.
 */
#include "common/cleanup.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS     124 /* a multiple of 4 */
#define HIDDEN     32
#define SECOND     16
#define GROUPS     5
#define SHARE      0.7F /* of the rows, for each group */
#define BATCH      256
#define DROP_INPUT 0.1F
#define DROP       0.2F
#define FIRST_MEAN 0.9F   /* Adam's */
#define SQUARES    0.999F /* … */
#define PI         3.14159265358979

/* Where each group begins in either layer, and what it has to say of the mean. */
static const size_t hidden_from[GROUPS + 1] = {0, 16, 20, 24, 28, HIDDEN};
static const size_t second_from[GROUPS + 1] = {0, 8, 10, 12, 14, SECOND};
static const float says[GROUPS] = {0.5F, 0.125F, 0.125F, 0.125F, 0.125F};

struct order {
	uint32_t rows, epochs;
	uint64_t seed;
	float rate, decay;
};

struct net {
	float first[INPUTS][HIDDEN], first_offset[HIDDEN];
	float second[HIDDEN][SECOND], second_offset[SECOND];
	float last[SECOND], last_offset[GROUPS];
};

#define NET_FLOATS (sizeof(struct net) / sizeof(float))

struct fit {
	struct order order;
	float (*inputs)[INPUTS];
	float *labels, *weights;
	uint32_t *turn; /* the order in which rows are met */
	uint64_t random;
	struct net net, slope, mean, square;
};

struct pass {
	float input[INPUTS], hidden[HIDDEN], second[SECOND];
	float kept[HIDDEN]; /* what dropout multiplies by */
};

static uint64_t draw(struct fit *f)
{
	uint64_t z = (f->random += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static float draw_unit(struct fit *f)
{
	return (float)(draw(f) >> 40) / 16777216.0F;
}

/* Uniform with the deviation √(gain / inputs). */
static void begin_weights(struct fit *f, float *weights, size_t count, size_t inputs, float gain)
{
	for (size_t i = 0; i < count; i++)
		weights[i] = (2 * draw_unit(f) - 1) * sqrtf(3 * gain / (float)inputs);
}

static void begin_group(struct fit *f, size_t k)
{
	size_t hidden = hidden_from[k + 1] - hidden_from[k],
	       second = second_from[k + 1] - second_from[k];

	for (size_t h = hidden_from[k]; h < hidden_from[k + 1]; h++)
		begin_weights(f, &f->net.second[h][second_from[k]], second, hidden, 2);
	begin_weights(f, &f->net.last[second_from[k]], second, second, 1);
}

static void begin(struct fit *f)
{
	f->random = f->order.seed;
	begin_weights(f, &f->net.first[0][0], INPUTS * HIDDEN, INPUTS, 2);
	for (size_t k = 0; k < GROUPS; k++)
		begin_group(f, k);
	for (uint32_t i = 0; i < f->order.rows; i++)
		f->turn[i] = i;
}

static void shuffle(struct fit *f)
{
	for (uint32_t i = f->order.rows - 1; i > 0; i--) {
		uint32_t j = (uint32_t)(draw(f) % (i + 1)), kept = f->turn[i];

		f->turn[i] = f->turn[j];
		f->turn[j] = kept;
	}
}

/* Each value is left out with the probability `share`, the others grow; 16 bits decide one. */
static void drop(struct fit *f, float *values, size_t count, float share)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < count; i++, bits >>= 16) {
		if (i % 4 == 0)
			bits = draw(f);
		values[i] *= (float)(bits & 0xFFFF) < share * 65536.0F ? 0 : 1 / (1 - share);
	}
}

static void forward(struct fit *f, uint32_t row, struct pass *p)
{
	const struct net *n = &f->net;

	memcpy(p->input, f->inputs[row], sizeof(p->input));
	drop(f, p->input, INPUTS, DROP_INPUT);
	memcpy(p->hidden, n->first_offset, sizeof(p->hidden));
	for (size_t i = 0; i < INPUTS; i++)
		for (size_t h = 0; h < HIDDEN; h++)
			p->hidden[h] += p->input[i] * n->first[i][h];
	for (size_t h = 0; h < HIDDEN; h++)
		p->kept[h] = p->hidden[h] > 0 ? 1.0F : 0.0F;
	drop(f, p->kept, HIDDEN, DROP);
	for (size_t h = 0; h < HIDDEN; h++)
		p->hidden[h] *= p->kept[h];
}

/* The rest of one group's way forward: its log-odds. */
static float group_forward(const struct fit *f, size_t k, struct pass *p)
{
	const struct net *n = &f->net;
	float odds = n->last_offset[k];

	for (size_t s = second_from[k]; s < second_from[k + 1]; s++) {
		float sum = n->second_offset[s];

		for (size_t h = hidden_from[k]; h < hidden_from[k + 1]; h++)
			sum += p->hidden[h] * n->second[h][s];
		p->second[s] = sum > 0 ? sum : 0;
		odds += p->second[s] * n->last[s];
	}
	return odds;
}

/* Back to the group's hidden layer; `error` is what its log-odds are over. */
static void group_backward(
	struct fit *f, size_t k, const struct pass *p, float error, float *hidden)
{
	const struct net *n = &f->net;
	struct net *g = &f->slope;

	g->last_offset[k] += error;
	for (size_t s = second_from[k]; s < second_from[k + 1]; s++) {
		float second = p->second[s] > 0 ? error * n->last[s] : 0;

		g->last[s] += error * p->second[s];
		g->second_offset[s] += second;
		for (size_t h = hidden_from[k]; h < hidden_from[k + 1]; h++) {
			g->second[h][s] += p->hidden[h] * second;
			hidden[h] += second * n->second[h][s];
		}
	}
}

static void backward(struct fit *f, const struct pass *p, float hidden[HIDDEN])
{
	struct net *g = &f->slope;

	for (size_t h = 0; h < HIDDEN; h++) {
		hidden[h] *= p->kept[h];
		g->first_offset[h] += hidden[h];
	}
	for (size_t i = 0; i < INPUTS; i++)
		for (size_t h = 0; h < HIDDEN; h++)
			g->first[i][h] += p->input[i] * hidden[h];
}

/* Whether a group learns from a row: always the same rows. */
static bool is_share(const struct fit *f, uint32_t row, size_t group)
{
	uint64_t z = (f->order.seed ^ row) * UINT64_C(0x9E3779B97F4A7C15) + group;

	z = (z ^ (z >> 31)) * UINT64_C(0xBF58476D1CE4E5B9);
	return (float)(z >> 40) < SHARE * 16777216.0F;
}

static void learn(struct fit *f, uint32_t row)
{
	float hidden[HIDDEN] = {0};
	struct pass p;

	forward(f, row, &p);
	for (size_t k = 0; k < GROUPS; k++) {
		float odds = group_forward(f, k, &p);
		float error = 1 / (1 + expf(-odds)) - f->labels[row];

		if (is_share(f, row, k))
			group_backward(f, k, &p, error * f->weights[row] / BATCH, hidden);
	}
	backward(f, &p, hidden);
}

/* One of Adam's steps; offsets decay like weights, which does no harm. */
static void step(struct fit *f, uint32_t number, float rate)
{
	float *value = (float *)&f->net, *slope = (float *)&f->slope, *mean = (float *)&f->mean,
	      *square = (float *)&f->square;
	float mean_part = 1 - powf(FIRST_MEAN, (float)number);
	float square_part = 1 - powf(SQUARES, (float)number);

	for (size_t i = 0; i < NET_FLOATS; i++) {
		mean[i] += (1 - FIRST_MEAN) * (slope[i] - mean[i]);
		square[i] += (1 - SQUARES) * (slope[i] * slope[i] - square[i]);
		value[i] -= rate * (mean[i] / mean_part / (sqrtf(square[i] / square_part) + 1e-8F) +
					   f->order.decay * value[i]);
	}
	memset(&f->slope, 0, sizeof(f->slope));
}

static void fit(struct fit *f)
{
	uint32_t batches = f->order.rows / BATCH, all = batches * f->order.epochs;

	begin(f);
	for (uint32_t b = 0; b < all; b++) {
		float rate = f->order.rate * 0.5F * (1 + (float)cos(PI * (b + 1) / all));

		if (b % batches == 0)
			shuffle(f);
		for (uint32_t i = 0; i < BATCH; i++)
			learn(f, f->turn[b % batches * BATCH + i]);
		step(f, b + 1, rate);
	}
}

static int load(struct fit *f, const char *path)
{
	_cleanup_(fclose_p) FILE *file = fopen(path, "rbe");
	size_t n;

	if (!file || fread(&f->order, sizeof(f->order), 1, file) != 1 || f->order.rows < BATCH)
		return -1;
	n = f->order.rows;
	f->inputs = calloc(n, sizeof(*f->inputs));
	f->labels = calloc(n, sizeof(*f->labels));
	f->weights = calloc(n, sizeof(*f->weights));
	f->turn = calloc(n, sizeof(*f->turn));
	if (!f->inputs || !f->labels || !f->weights || !f->turn)
		return -1;
	if (fread(f->inputs, sizeof(*f->inputs), n, file) != n ||
		fread(f->labels, sizeof(*f->labels), n, file) != n ||
		fread(f->weights, sizeof(*f->weights), n, file) != n)
		return -1;
	return 0;
}

/* The groups as one net: no weight between one's hidden and another's second layer (they began and
 * stayed nothing), and the mean of what they say. */
static void join(struct fit *f)
{
	struct net *n = &f->net;
	float offset = 0;

	for (size_t k = 0; k < GROUPS; k++) {
		for (size_t s = second_from[k]; s < second_from[k + 1]; s++)
			n->last[s] *= says[k];
		offset += n->last_offset[k] * says[k];
	}
	n->last_offset[0] = offset;
}

static int save(const struct fit *f, const char *path)
{
	FILE *file = fopen(path, "wbe");
	size_t written = file ? fwrite(&f->net, sizeof(f->net), 1, file) : 0;

	return file && fclose(file) == 0 && written == 1 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct fit f = {0};

	if (argc != 3) {
		(void)fprintf(stderr, "usage: fit-net ROWS NET\n");
		return 2;
	}
	if (load(&f, argv[1]) < 0) {
		(void)fprintf(stderr, "fit-net: %s: cannot be read, or holds fewer than %d rows\n",
			argv[1], BATCH);
		return 2;
	}
	fit(&f);
	join(&f);
	if (save(&f, argv[2]) < 0) {
		(void)fprintf(stderr, "fit-net: %s: cannot be written\n", argv[2]);
		return 1;
	}
	return 0;
}
