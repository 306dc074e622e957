/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Weights trained without some people, as models/training/train.py writes them: so that a trial can
 * be judged by a model that never met its subject. A person is "set/subject". Text, one fold a file
 * (*.fold):
 *
 *   vigie-fall-fold 3
 *   protocol loso            or set
 *   train weda/U01           a line for each person learnt from …
 *   test weda/U02            … and left out
 *   forest wrist 96          or trunk; then three lines: features, thresholds, leaves
 *   net wrist 4              or trunk, and its parts of 8; then struct fall_net's tables, a line
 * each end
 *
 * Calibration and thresholds are the shipped ones: decided once, not by fold.
 */
#pragma once

#include "models/eval/trial_index.h"
#include "models/fall_score.h"

#define FALL_FOLDS_MAX       128
#define FOLD_PEOPLE_MAX      512
#define FOLD_PERSON_MAX      (2 * INDEX_TEXT_MAX)
#define FALL_FOLDS_ERROR_MAX 512

struct fall_fold {
	char (*train)[FOLD_PERSON_MAX], (*test)[FOLD_PERSON_MAX]; /* owned */
	size_t train_count, test_count;
	struct fall_weights weights; /* its tables are owned */
};

struct fall_folds {
	struct fall_fold *folds; /* owned */
	size_t count;
};

/* Every fold of that protocol in a folder. 0; −errno with one line in ret_error: −EBADMSG for a
 * file that is no fold, −EUCLEAN where a person is on both sides, −ENOENT where there is none. */
int fall_folds_open(const char *dir, const char *protocol, struct fall_folds *ret,
	char ret_error[FALL_FOLDS_ERROR_MAX]);
void fall_folds_done(struct fall_folds *folds);
/* The weights of a fold that left the trial's subject out and can judge that place; NULL when there
 * is none. */
const struct fall_weights *fall_folds_for(
	const struct fall_folds *folds, const struct trial *t, enum wear_place place);
