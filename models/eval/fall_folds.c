/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads folds, and refuses those that would flatter the model.
 */
#include "models/eval/fall_folds.h"
#include "common/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

DEFINE_CLEANUP(DIR *, closedir_p, closedir)

struct fold_reader {
	FILE *file;
	const char *path;
	unsigned line;
	char *text; /* the line, without its end */
	size_t room;
	char *error;
};

static int complain(const struct fold_reader *r, int code, const char *what)
{
	(void)snprintf(r->error, FALL_FOLDS_ERROR_MAX, "%.300s:%u: %s", r->path, r->line, what);
	return code;
}

static int next_line(struct fold_reader *r)
{
	ssize_t got = getline(&r->text, &r->room, r->file);

	r->line++;
	if (got < 0)
		return complain(r, -EBADMSG, "the fold is cut, needs a line `end`");
	if (got > 0 && r->text[got - 1] == '\n')
		r->text[got - 1] = '\0';
	return 0;
}

/* Where numbers of a line go: 8, 16 or 32 bits each. */
struct numbers {
	size_t bytes, count;
	void *at;
	long low, high;
};

static void put_number(const struct numbers *n, size_t i, long value)
{
	if (n->bytes == sizeof(uint8_t))
		((uint8_t *)n->at)[i] = (uint8_t)value;
	else if (n->bytes == sizeof(int16_t))
		((int16_t *)n->at)[i] = (int16_t)value;
	else
		((int32_t *)n->at)[i] = (int32_t)value;
}

/* A line of whole numbers separated by blanks. */
static int read_numbers(struct fold_reader *r, const struct numbers *n)
{
	char *at;
	int error = next_line(r);

	if (error < 0)
		return error;
	at = r->text;
	for (size_t i = 0; i < n->count; i++) {
		char *end;
		long value = strtol(at, &end, 10);

		if (end == at || value < n->low || value > n->high)
			return complain(r, -EBADMSG, "a number is missing or out of its range");
		at = end;
		put_number(n, i, value);
	}
	return 0;
}

static int read_forest(struct fold_reader *r, struct fall_fold *fold, bool is_wrist, unsigned trees)
{
	struct fall_forest *f = is_wrist ? &fold->weights.wrist : &fold->weights.trunk;
	size_t nodes = (size_t)trees * FALL_NODES, leaves = (size_t)trees * FALL_LEAVES;
	uint8_t *features = calloc(nodes + 1, sizeof(*features));
	int16_t *thresholds = calloc(nodes + 1, sizeof(*thresholds));
	int16_t *values = calloc(leaves + 1, sizeof(*values));
	struct numbers lines[] = {{1, nodes, features, 0, FALL_FEATURES - 1},
		{2, nodes, thresholds, INT16_MIN, INT16_MAX},
		{2, leaves, values, INT16_MIN, INT16_MAX}};
	int error = features && thresholds && values && !f->features ? 0 : -EBADMSG;

	for (size_t i = 0; error == 0 && i < sizeof(lines) / sizeof(lines[0]); i++)
		error = read_numbers(r, &lines[i]);
	if (error < 0) {
		free(features);
		free(thresholds);
		free(values);
		return error;
	}
	*f = (struct fall_forest){(uint16_t)trees, features, thresholds, values};
	return 0;
}

/* The net's tables, a line each, as they lie in struct fall_net. */
static int read_tables(struct fold_reader *r, struct fall_net *n)
{
	const struct numbers lines[] = {{1, sizeof(n->first), n->first, INT8_MIN, INT8_MAX},
		{1, sizeof(n->second), n->second, INT8_MIN, INT8_MAX},
		{1, sizeof(n->third), n->third, INT8_MIN, INT8_MAX},
		{1, sizeof(n->fourth), n->fourth, INT8_MIN, INT8_MAX},
		{4, FALL_NET_FIRST, n->first_offset, INT32_MIN, INT32_MAX},
		{4, FALL_NET_SECOND, n->second_offset, INT32_MIN, INT32_MAX},
		{4, FALL_NET_THIRD, n->third_offset, INT32_MIN, INT32_MAX},
		{4, FALL_NET_FOURTH, n->fourth_offset, INT32_MIN, INT32_MAX},
		{2, FALL_NET_FOURTH, n->sum, INT16_MIN, INT16_MAX},
		{4, 1, &n->sum_offset, INT32_MIN, INT32_MAX},
		{1, sizeof(n->shifts), n->shifts, INT8_MIN, INT8_MAX},
		{2, FALL_NET_FEATURES, n->low, INT16_MIN, INT16_MAX},
		{2, FALL_NET_FEATURES, n->high, INT16_MIN, INT16_MAX},
		{2, FALL_NET_FEATURES, n->middle, INT16_MIN, INT16_MAX},
		{2, FALL_NET_FEATURES, n->times, INT16_MIN, INT16_MAX}};
	int error = 0;

	for (size_t i = 0; error == 0 && i < sizeof(lines) / sizeof(lines[0]); i++)
		error = read_numbers(r, &lines[i]);
	if (error == 0 && !fall_net_is_sound(n))
		error = complain(r, -EBADMSG, "the net's sums could leave their 32 bits");
	return error;
}

static int read_net(struct fold_reader *r, struct fall_fold *fold, bool is_wrist, unsigned says)
{
	const struct fall_net **to = is_wrist ? &fold->weights.wrist_net : &fold->weights.trunk_net;
	struct fall_net *net = calloc(1, sizeof(*net));
	int error = net ? 0 : -ENOMEM;

	if (error == 0 && *to)
		error = complain(r, -EBADMSG, "a second net for one place");
	if (error == 0)
		error = read_tables(r, net);
	if (error < 0) {
		free(net);
		return error;
	}
	*to = net;
	*(is_wrist ? &fold->weights.wrist_net_says : &fold->weights.trunk_net_says) = (uint8_t)says;
	return 0;
}

/* `forest PLACE TREES` or `net PLACE PARTS`, and its tables. */
static int read_part(struct fold_reader *r, struct fall_fold *fold)
{
	char what[8], place[8];
	unsigned number = 0;
	int words = sscanf(r->text, "%7s %7s %u", what, place, &number);
	bool is_wrist = words > 1 && strcmp(place, "wrist") == 0;

	if (words == 3 && (is_wrist || strcmp(place, "trunk") == 0)) {
		if (strcmp(what, "forest") == 0 && number <= FALL_TREES_MAX)
			return read_forest(r, fold, is_wrist, number);
		if (strcmp(what, "net") == 0 && number <= FALL_NET_PARTS)
			return read_net(r, fold, is_wrist, number);
	}
	return complain(r, -EBADMSG,
		"needs `forest wrist|trunk TREES`, at most 400, or `net wrist|trunk PARTS`, at most 8");
}

static int add_person(
	struct fold_reader *r, char (**people)[FOLD_PERSON_MAX], size_t *count, const char *name)
{
	if (!*people)
		*people = calloc(FOLD_PEOPLE_MAX, sizeof(**people));
	if (!*people)
		return -ENOMEM;
	if (*count == FOLD_PEOPLE_MAX || strlen(name) >= FOLD_PERSON_MAX)
		return complain(r, -EBADMSG, "too many people, or too long a name");
	memcpy((*people)[(*count)++], name, strlen(name) + 1);
	return 0;
}

static bool is_among(char (*people)[FOLD_PERSON_MAX], size_t count, const char *person)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(people[i], person) == 0)
			return true;
	return false;
}

/* Every line after the protocol's. */
static int read_body(struct fold_reader *r, struct fall_fold *fold)
{
	int error = 0;

	while (error == 0 && (error = next_line(r)) == 0) {
		if (strcmp(r->text, "end") == 0)
			break;
		if (strncmp(r->text, "train ", 6) == 0)
			error = add_person(r, &fold->train, &fold->train_count, r->text + 6);
		else if (strncmp(r->text, "test ", 5) == 0)
			error = add_person(r, &fold->test, &fold->test_count, r->text + 5);
		else
			error = read_part(r, fold);
	}
	for (size_t i = 0; error == 0 && i < fold->test_count; i++)
		if (is_among(fold->train, fold->train_count, fold->test[i]))
			error = complain(r, -EUCLEAN,
				"a person is on both sides, learnt from and tested: refused");
	return error;
}

static void fold_done(struct fall_fold *f)
{
	free(f->train);
	free(f->test);
	free((void *)(uintptr_t)f->weights.wrist.features);
	free((void *)(uintptr_t)f->weights.wrist.thresholds);
	free((void *)(uintptr_t)f->weights.wrist.leaves);
	free((void *)(uintptr_t)f->weights.trunk.features);
	free((void *)(uintptr_t)f->weights.trunk.thresholds);
	free((void *)(uintptr_t)f->weights.trunk.leaves);
	free((void *)(uintptr_t)f->weights.wrist_net);
	free((void *)(uintptr_t)f->weights.trunk_net);
}

/* 1 read; 0 another protocol's. */
static int read_fold(
	const char *path, const char *protocol, struct fall_fold *ret, char *error_text)
{
	_cleanup_(fclose_p) FILE *file = fopen(path, "re");
	struct fold_reader r = {.file = file, .path = path, .error = error_text};
	struct fall_fold fold = {.weights = fall_weights_shipped};
	char wanted[32];
	int error;

	fold.weights.wrist = fold.weights.trunk = (struct fall_forest){0};
	fold.weights.wrist_net = fold.weights.trunk_net = NULL;
	(void)snprintf(wanted, sizeof(wanted), "protocol %s", protocol);
	if (!file)
		return complain(&r, -errno, strerror(errno));
	error = next_line(&r);
	if (error == 0 && strcmp(r.text, "vigie-fall-fold 3") != 0)
		error = complain(&r, -EBADMSG, "needs `vigie-fall-fold 3`");
	if (error == 0)
		error = next_line(&r);
	if (error == 0 && strcmp(r.text, wanted) != 0) {
		free(r.text);
		return 0;
	}
	if (error == 0)
		error = read_body(&r, &fold);
	free(r.text);
	if (error < 0) {
		fold_done(&fold);
		return error;
	}
	*ret = fold;
	return 1;
}

void fall_folds_done(struct fall_folds *folds)
{
	for (size_t i = 0; i < folds->count; i++)
		fold_done(&folds->folds[i]);
	free(folds->folds);
	*folds = (struct fall_folds){0};
}

static bool is_fold_name(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && strcmp(name + length - 5, ".fold") == 0;
}

int fall_folds_open(const char *dir, const char *protocol, struct fall_folds *ret,
	char ret_error[FALL_FOLDS_ERROR_MAX])
{
	_cleanup_(closedir_p) DIR *folder = opendir(dir);
	struct fall_folds folds = {calloc(FALL_FOLDS_MAX, sizeof(struct fall_fold)), 0};
	int error = folder && folds.folds ? 0 : -errno;
	struct dirent *entry;
	char path[PATH_MAX];

	(void)snprintf(ret_error, FALL_FOLDS_ERROR_MAX, "%.300s: %s", dir, strerror(-error));
	while (error >= 0 && (entry = readdir(folder)) != NULL) {
		if (!is_fold_name(entry->d_name) || folds.count == FALL_FOLDS_MAX)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		error = read_fold(path, protocol, &folds.folds[folds.count], ret_error);
		folds.count += error > 0 ? 1 : 0;
	}
	if (error >= 0 && folds.count == 0) {
		error = -ENOENT;
		(void)snprintf(ret_error, FALL_FOLDS_ERROR_MAX, "%.300s: no fold of protocol %.32s",
			dir, protocol);
	}
	if (error < 0) {
		fall_folds_done(&folds);
		return error;
	}
	*ret = folds;
	return 0;
}

static bool can_judge(const struct fall_weights *w, enum wear_place place)
{
	return (place == WEAR_TRUNK ? w->trunk.trees : w->wrist.trees) > 0;
}

const struct fall_weights *fall_folds_for(
	const struct fall_folds *folds, const struct trial *t, enum wear_place place)
{
	char person[FOLD_PERSON_MAX + 1];

	(void)snprintf(person, sizeof(person), "%s/%s", t->set, t->subject);
	for (size_t i = 0; i < folds->count; i++) {
		const struct fall_fold *f = &folds->folds[i];

		if (is_among(f->test, f->test_count, person) && can_judge(&f->weights, place))
			return &f->weights;
	}
	return NULL;
}
