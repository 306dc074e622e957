#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which numbers beat which enemy: the folds of train.py on people never seen, with one group of
numbers, or the curves, made worthless.

    ablate.py DIR FEATURES WAVES FOLDS

A group's values are dealt out anew among all first answers of the same place, so that they keep
their range and lose their meaning; curves whole, all of an impact's together. Judged at one threshold a place, that of train.py on the
untouched numbers, it prints for each group how many falls are missed and how many daily trials are
wrong, by activity. Nothing is trained anew: what others could have made up for is not seen.
"""
import copy
import glob
import os
import sys

import numpy as np

import train
from forest import LEAVES, NODES, Forest
from net import Net

GROUPS = {"moments": (0, 48), "angles between windows, direction of the blow": (48, 63),
          "velocities": (63, 73), "lightness before": (73, 80), "peaks and their width": (80, 98),
          "turning": (98, 104), "stillness": (104, 108), "course of the direction": (108, 122),
          "all of the features": (0, 122)}
CURVES = "the curves"
SHOWN = 7  # activities with the most wrong trials under some group


class Stored:
    """A judge read back from a fold."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            lines = iter(file.read().splitlines())
        numbers = lambda: np.array(next(lines).split(), np.int64)
        self.test = []
        for line in lines:
            word, *rest = line.split()
            if word == "test":
                self.test.append(" ".join(rest))
            elif word == "forest":
                self.place = rest[0]
                self.forest = Forest()
                self.forest.features, self.forest.thresholds, self.forest.leaves = numbers(), numbers(), numbers()
            elif word == "net":
                self.net_says = int(rest[1])
                self.net = Net.stored(numbers)
        assert len(self.forest.features) % NODES == 0 and len(self.forest.leaves) % LEAVES == 0

    margin = train.Judge.margin


def margins(folds, trials, impacts):
    margin = np.full(impacts.count, np.nan)
    for fold in folds:
        rows = np.where(impacts.is_recorded & np.isin(trials.person, fold.test)[impacts.trial] &
                        (impacts.is_wrist == (fold.place == "wrist")))[0]
        margin[rows] = fold.margin(impacts, rows)
    return margin


def dealt_anew(impacts, group, random):
    """A copy of what was seen, with one group of it worthless."""
    dealt = copy.copy(impacts)
    from_row = np.arange(impacts.count)
    for place in (True, False):
        rows = np.where(impacts.is_recorded & (impacts.is_wrist == place))[0]
        from_row[rows] = random.permutation(rows)
    if group == CURVES:
        dealt.waves = Dealt(impacts.waves, from_row)
    else:
        first, end = GROUPS[group]
        dealt.x = impacts.x.copy()
        dealt.x[:, first:end] = impacts.x[from_row, first:end]
    return dealt


class Dealt:
    """Rows of an array in another order, without a copy of it."""

    def __init__(self, array, from_row):
        self.array, self.from_row = array, from_row

    def __getitem__(self, rows):
        return self.array[self.from_row[rows]]


def called(trials, impacts, margin, least):
    best = train.best_of_trials(trials, impacts, np.where(np.isfinite(margin), margin, -99))
    return best >= np.where(trials.is_wrist, least[True], least[False])


def print_table(name, trials, mine, calls, activity):
    falls, daily = mine & trials.is_fall, mine & ~trials.is_fall
    wrong = {g: {a: (daily & c & (activity == a)).sum() for a in np.unique(activity[daily])} for g, c in calls.items()}
    most = sorted(next(iter(wrong.values())), key=lambda a: -max(w[a] for w in wrong.values()))[:SHOWN]
    print(f"\n{name}: {falls.sum()} falls, {daily.sum()} daily trials\n| made worthless | falls missed | daily wrong | "
          + " | ".join(f"{a} of {(daily & (activity == a)).sum()}" for a in most) + " |")
    print("|---" * (3 + len(most)) + "|")
    for group, c in calls.items():
        print(f"| {group} | {(falls & ~c).sum()} | {(daily & c).sum()} | "
              + " | ".join(str(wrong[group][a]) for a in most) + " |")


def main():
    directory, features, waves, folder = sys.argv[1:5]
    trials = train.Trials(directory)
    impacts = train.Impacts(features, waves, trials)
    folds = [Stored(p) for p in sorted(glob.glob(os.path.join(folder, "loso-*.fold")))]
    random = np.random.RandomState(train.SEED)
    plain = margins(folds, trials, impacts)
    best = train.best_of_trials(trials, impacts, np.where(np.isfinite(plain), plain, -99))
    least = {at: train.odds_threshold(best, trials.is_wrist == at, trials.is_fall,
                                      train.LEAST_SPECIFICITY["wrist" if at else "trunk"]) for at in (True, False)}
    calls = {"none": called(trials, impacts, plain, least)}
    for group in (*GROUPS, CURVES):
        margin = margins(folds, trials, dealt_anew(impacts, group, random))
        calls[group] = called(trials, impacts, margin, least)
    for name in np.unique(trials.set[trials.is_fall]):
        print_table(name, trials, trials.set == name, calls, trials.activity)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main()
