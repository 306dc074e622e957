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

/* `count` whole numbers in low..high, separated by blanks, into 8 or 16 bits each. */
static int read_numbers(
	struct fold_reader *r, size_t count, long low, long high, uint8_t *ret8, int16_t *ret16)
{
	char *at;
	int error = next_line(r);

	if (error < 0)
		return error;
	at = r->text;
	for (size_t i = 0; i < count; i++) {
		char *end;
		long value = strtol(at, &end, 10);

		if (end == at || value < low || value > high)
			return complain(r, -EBADMSG, "a number is missing or out of its range");
		at = end;
		if (ret8)
			ret8[i] = (uint8_t)value;
		else
			ret16[i] = (int16_t)value;
	}
	return 0;
}

static int read_forest(struct fold_reader *r, struct fall_fold *fold)
{
	char place[8];
	unsigned trees;

	if (sscanf(r->text, "forest %7s %u", place, &trees) != 2 || trees > FALL_TREES_MAX ||
		(strcmp(place, "wrist") != 0 && strcmp(place, "trunk") != 0))
		return complain(r, -EBADMSG, "needs `forest wrist|trunk TREES`, at most 400");

	struct fall_forest *f =
		strcmp(place, "wrist") == 0 ? &fold->weights.wrist : &fold->weights.trunk;
	size_t nodes = (size_t)trees * FALL_NODES, leaves = (size_t)trees * FALL_LEAVES;
	uint8_t *features = calloc(nodes + 1, sizeof(*features));
	int16_t *thresholds = calloc(nodes + 1, sizeof(*thresholds));
	int16_t *values = calloc(leaves + 1, sizeof(*values));
	int error = features && thresholds && values && !f->features ? 0 : -EBADMSG;

	if (error == 0)
		error = read_numbers(r, nodes, 0, FALL_FEATURES - 1, features, NULL);
	if (error == 0)
		error = read_numbers(r, nodes, INT16_MIN, INT16_MAX, NULL, thresholds);
	if (error == 0)
		error = read_numbers(r, leaves, INT16_MIN, INT16_MAX, NULL, values);
	if (error < 0) {
		free(features);
		free(thresholds);
		free(values);
		return error;
	}
	*f = (struct fall_forest){(uint16_t)trees, features, thresholds, values};
	return 0;
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
			error = read_forest(r, fold);
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
	(void)snprintf(wanted, sizeof(wanted), "protocol %s", protocol);
	if (!file)
		return complain(&r, -errno, strerror(errno));
	error = next_line(&r);
	if (error == 0 && strcmp(r.text, "vigie-fall-fold 1") != 0)
		error = complain(&r, -EBADMSG, "needs `vigie-fall-fold 1`");
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
	return (place == WEAR_TRUNK || w->wrist.trees > 0) &&
	       (place == WEAR_WRIST || w->trunk.trees > 0);
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
