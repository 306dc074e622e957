#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which numbers beat which enemy: the folds of train.py on people never seen, with one group of
numbers after the other made worthless.

    ablate.py DIR FEATURES FOLDS

A group's values are dealt out anew among all first answers of the same place, so that they keep
their range and lose their meaning. Judged at one threshold a place, that of train.py on the
untouched numbers, it prints for each group how many falls are missed and how many daily trials are
wrong, by activity. Nothing is trained anew: what others could have made up for is not seen.
"""
import glob
import os
import sys

import numpy as np

import train
from judge import FEATURES, HIDDEN, INPUTS, LEAF_PARTS, LEAVES, NODES, SECOND, Forest, Net, out_of_twos

GROUPS = {"moments": (0, 48), "angles between windows, direction of the blow": (48, 63),
          "velocities": (63, 73), "lightness before": (73, 80), "peaks and their width": (80, 98),
          "turning": (98, 104), "stillness": (104, 108), "course of the direction": (108, 122)}
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
                self.net = Net.__new__(Net)
                for name in ("low", "high", "middle", "times"):
                    setattr(self.net, name, numbers()[:FEATURES])
                self.net.first = out_of_twos(numbers().reshape(INPUTS // 2, HIDDEN, 2))
                self.net.first_offset = numbers()
                self.net.second = out_of_twos(numbers().reshape(HIDDEN // 2, SECOND, 2))
                self.net.second_offset, self.net.last, self.net.last_offset = numbers(), numbers(), numbers()
        assert len(self.forest.features) % NODES == 0 and len(self.forest.leaves) % LEAVES == 0

    def margin(self, x):
        return np.trunc((self.forest.margin(x) + self.net.margin(x)) / 2) / LEAF_PARTS


def margins(folds, trials, impacts, x):
    margin = np.full(impacts.count, np.nan)
    for fold in folds:
        rows = impacts.is_recorded & np.isin(trials.person, fold.test)[impacts.trial] & \
            (impacts.is_wrist == (fold.place == "wrist"))
        margin[rows] = fold.margin(x[rows])
    return margin


def dealt_anew(impacts, group, random):
    x = impacts.x.copy()
    for place in (True, False):
        rows = np.where(impacts.is_recorded & (impacts.is_wrist == place))[0]
        x[rows, group[0]:group[1]] = impacts.x[random.permutation(rows), group[0]:group[1]]
    return x


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
    directory, features, folder = sys.argv[1:4]
    trials = train.Trials(directory)
    impacts = train.Impacts(features, trials)
    folds = [Stored(p) for p in sorted(glob.glob(os.path.join(folder, "loso-*.fold")))]
    random = np.random.RandomState(train.SEED)
    plain = margins(folds, trials, impacts, impacts.x)
    best = train.best_of_trials(trials, impacts, np.where(np.isfinite(plain), plain, -99))
    least = {at: train.odds_threshold(best, trials.is_wrist == at, trials.is_fall,
                                      train.LEAST_SPECIFICITY["wrist" if at else "trunk"]) for at in (True, False)}
    calls = {"none": called(trials, impacts, plain, least)}
    for group, columns in GROUPS.items():
        margin = margins(folds, trials, impacts, dealt_anew(impacts, columns, random))
        calls[group] = called(trials, impacts, margin, least)
    for name in np.unique(trials.set[trials.is_fall]):
        print_table(name, trials, trials.set == name, calls, trials.activity)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main()
