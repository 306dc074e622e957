#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Trains the fall model from what dump-features saw; reproducible bit for bit.

    train.py DIR FEATURES WAVES WEIGHTS.c FOLDS

DIR holds index.csv, FEATURES and WAVES are dump-features' output, WEIGHTS.c is written. In FOLDS, a
folder, the same is trained again without each four subjects (loso-*.fold) and without each set
(set-*.fold) for vigie-eval; thresholds and calibration are taken from the former. figures.txt there:
how well calibrated the probabilities are on people never seen, and what a random split, which
leaks, would have claimed. Debian's python3-numpy, python3-xgboost and python3-torch; fixed seeds,
and a process of one thread for each model. Neither features nor curves are computed here.
"""
import csv
import glob
import hashlib
import multiprocessing
import os
import sys

import numpy as np
import xgboost

from forest import DEPTH, FEATURES, LEAF_PARTS, Forest
from net import BINS, WAVES, Net

TREES = 80
RULED_OUT = -3                      # log-odds: FALL_RULED_OUT in models/fall_score.h
NET_PARTS = 8
NET_SAYS = {"wrist": 3, "trunk": 5}  # of NET_PARTS
STILL_MOST, LIVELY_MOST = 10, 15  # as in models/fall_score.h
ROW = np.dtype([("trial", "<u4"), ("variation", "u1"), ("stage", "u1"), ("peak_mg", "<u2"),
                ("impact_ms", "<i4"), ("still_s", "<u2"), ("lively_s", "<u2"),
                ("lying_s", "<u2"), ("is_turned", "<u2"), ("features", "<i2", (FEATURES,))])
SEED = 20261123
BOOST = {"objective": "binary:logistic", "tree_method": "hist", "nthread": 1, "seed": SEED,
         "max_depth": DEPTH, "subsample": 0.7, "colsample_bytree": 0.15,
         "min_child_weight": 5, "reg_lambda": 3}
BOOST_OF = {"wrist": dict(BOOST, eta=0.18), "trunk": dict(BOOST, eta=0.2)}
QUICK = dict(BOOST, eta=0.2)
QUICK_TREES = 60
# Weight of each variation: as recorded, four other sensors, hits, drops.
WEIGHTS = np.array([1.0, 0.5, 0.5, 0.5, 0.5, 0.05, 0.05])
OTHER_PLACE = {"wrist": 0.5, "trunk": 0.1}  # weight of a row of the other place, for each judge
OTHER_PLACE_VARIATIONS = (0, 1, 2, 5)
SAME_IMPACT_MS = 700
WEAK_MARGIN = -1.5                  # a fall that nothing shows: not learnt from, but counted
# Weights of still and lively seconds stay within these: recordings of daily life end sooner after
# an impact than those of falls, so that stillness would count for more than it is worth at home,
# where people sit down hard and then read. Lying still another way than before may count for more.
AFTERMATH_LEAST, AFTERMATH_MOST = (0.02, 0.02, 0), (0.1, 0.3, 0.3)  # still, lively, lying
PEOPLE_A_FOLD, WITHOUT_FALLS_A_FOLD, UNKNOWN_A_FOLD = 4, 5, 5  # left out together
# Of daily trials of people never seen; where the place is unknown, of those at the wrist.
LEAST_SPECIFICITY = {"wrist": 0.974, "trunk": 0.999, "unknown": 0.965}
FIRST_SHARE = {"wrist": 1, "trunk": 0.5, "unknown": 1}  # of the wrong ones, called by the first answer


class Trials:
    def __init__(self, directory):
        with open(os.path.join(directory, "index.csv"), encoding="utf-8", newline="") as index:
            rows = list(csv.DictReader(index))
        self.count = len(rows)
        self.set = np.array([r["set"] for r in rows])
        self.person = np.array([r["set"] + "/" + r["subject"] for r in rows])
        self.activity = np.array([r.get("activity") or "unknown" for r in rows])
        self.is_fall = np.array([r["fall"] == "1" for r in rows])
        self.is_wrist = np.array([r["place"] == "wrist" for r in rows])
        self.from_ms = np.array([float(r["fall_start_ms"] or -1) for r in rows])
        self.to_ms = np.array([float(r["fall_end_ms"] or -1) for r in rows])


class Impacts:
    """Impacts at their first answer, with the signs of the second beside them."""

    def __init__(self, path, waves, trials):
        rows = np.fromfile(path, ROW)
        first = rows[rows["stage"] == 0]
        second = rows[rows["stage"] == 1]
        key = lambda r: (r["trial"].astype(np.int64) << 40) + (r["variation"].astype(np.int64) << 34) \
            + r["impact_ms"].astype(np.int64)
        place = {k: i for i, k in enumerate(key(second))}
        other = np.array([place.get(k, -1) for k in key(first)])
        self.trial = first["trial"]
        self.variation = first["variation"]
        self.is_recorded = first["variation"] == 0
        self.time_ms = first["impact_ms"]
        self.x = first["features"].astype(np.float32)
        self.peak_mg = first["peak_mg"]
        self.still_s = np.where(other >= 0, second["still_s"][other], 0).astype(np.float64)
        self.lively_s = np.where(other >= 0, second["lively_s"][other], 0).astype(np.float64)
        self.lying_s = np.where(other >= 0, second["lying_s"][other], 0).astype(np.float64)
        self.is_wrist = trials.is_wrist[self.trial]
        self.is_fall = trials.is_fall[self.trial]
        self.count = len(first)
        self.waves = np.memmap(waves, "<i2", "r", shape=(self.count, BINS, WAVES))


def obvious(impacts):
    """How much an impact looks like the fall of its trial, without learning: a hard blow, another
    direction afterwards, stillness, lightness before."""
    f = impacts.x.astype(np.float64)
    return (np.log2(np.maximum(impacts.peak_mg, 100) / 1000) + (1000 - f[:, 60]) / 1000
            - np.minimum(f[:, 104], 400) / 200 + np.minimum(f[:, 79], 200) / 200)


def label(trials, impacts, score):
    """1 the fall, 0 no fall, -1 in a fall's trial but not it. Sets without marks: the best score."""
    when = np.full(trials.count, -1e9)
    marked = trials.from_ms[impacts.trial] >= 0
    inside = (impacts.time_ms >= trials.from_ms[impacts.trial] - SAME_IMPACT_MS) & \
             (impacts.time_ms <= trials.to_ms[impacts.trial] + SAME_IMPACT_MS)
    at = np.where(impacts.is_recorded & impacts.is_fall & (~marked | inside))[0]
    at = at[np.argsort(score[at], kind="stable")]
    when[impacts.trial[at]] = impacts.time_ms[at]
    near = np.abs(impacts.time_ms - when[impacts.trial]) <= SAME_IMPACT_MS
    return np.where(impacts.is_fall, np.where(near, 1, -1), 0)


def own_place(impacts, rows, place):
    return impacts.is_wrist[rows] == (place == "wrist")


def weights_of(impacts, rows, place):
    return WEIGHTS[impacts.variation[rows]] * np.where(own_place(impacts, rows, place), 1, OTHER_PLACE[place])


def quick(impacts, labels, rows):
    """The trees that relabel() asks: few, and of one place."""
    rows = np.where(rows & (labels >= 0))[0]
    data = xgboost.DMatrix(impacts.x[rows], labels[rows], weight=WEIGHTS[impacts.variation[rows]])
    return xgboost.train(QUICK, data, QUICK_TREES)


def relabel(trials, impacts, labels, rows):
    """Finds the fall of trials without marks, and falls that nothing shows, by quick models that
    did not see the person; only among `rows`."""
    rows = rows & impacts.is_wrist & impacts.is_recorded
    people = np.unique(trials.person[impacts.trial[rows]])
    part_of = {p: i % 4 for i, p in enumerate(np.random.RandomState(SEED).permutation(people))}
    part = np.array([part_of.get(p, -1) for p in trials.person])[impacts.trial]
    score = np.full(impacts.count, -9.0)
    for k in range(4):
        model = quick(impacts, labels, rows & (part != k))
        test = np.where(rows & (part == k))[0]
        score[test] = model.predict(xgboost.DMatrix(impacts.x[test]), output_margin=True)
    new = label(trials, impacts, score)
    best = np.full(trials.count, -9.0)
    np.maximum.at(best, impacts.trial, np.where(new == 1, score, -9.0))
    weak = (best < WEAK_MARGIN) & (trials.from_ms < 0)
    return np.where(impacts.is_wrist, np.where((new == 1) & weak[impacts.trial], -1, new), labels)


class Judge:
    """Trees, and a net for what these do not rule out. Both learn from both places, and are told whether
    a row is of their own."""

    def __init__(self, trials, impacts, labels, rows, place):
        labels = relabel(trials, impacts, labels, rows)
        use = own_place(impacts, slice(None), place) | np.isin(impacts.variation, OTHER_PLACE_VARIATIONS)
        rows = np.where(rows & use & (labels >= 0))[0]
        x, weight, own = impacts.x[rows], weights_of(impacts, rows, place), own_place(impacts, rows, place)
        data = xgboost.DMatrix(np.c_[x, own], labels[rows], weight=weight)
        booster = xgboost.train(BOOST_OF[place], data, TREES)
        self.forest = Forest(booster)
        self.net = Net(SEED, impacts.waves[rows], x.astype(np.float64), np.where(own, 1, -1), labels[rows], weight,
                       booster.predict(data, output_margin=True))
        self.net_says = NET_SAYS[place]

    def margin(self, impacts, rows):
        """As fall_margin() does, in log-odds."""
        margin = self.forest.margin(impacts.x[rows])
        seen = np.where(margin > RULED_OUT * LEAF_PARTS)[0]
        net = self.net.margin(impacts.waves[rows[seen]], impacts.x[rows[seen]])
        margin[seen] += np.trunc((net - margin[seen]) * self.net_says / NET_PARTS).astype(np.int64)
        return margin / LEAF_PARTS


def likelihood(x, y, w):
    odds = x @ w
    return (y * odds - np.logaddexp(0, odds)).sum() - 5e-4 * (w * w).sum()


def logistic(x, y, least, most):
    """Weights of x and an offset (the last), each within its bounds: Newton's steps, halved until
    they help; a weight out of its bounds is held there and the others found again."""
    x = np.c_[x, np.ones(len(x))]
    least, most = np.r_[least, -np.inf], np.r_[most, np.inf]
    held = np.zeros(len(least), bool)
    bound = np.zeros(len(least))
    while True:
        w = np.where(held, bound, 0)
        free = ~held
        for _ in range(100):
            p = 1 / (1 + np.exp(-x @ w))
            gradient = (x.T @ (y - p) - 1e-3 * w)[free]
            curve = ((x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(len(w)))[np.ix_(free, free)]
            step = np.zeros(len(w))
            step[free] = np.linalg.solve(curve, gradient)
            while likelihood(x, y, w + step) < likelihood(x, y, w) and np.abs(step).max() > 1e-9:
                step /= 2
            w = w + step
            if np.abs(step).max() <= 1e-9:
                break
        out = (w < least) | (w > most)
        if not out.any():
            return w
        bound = np.where(out, np.clip(w, least, most), bound)
        held |= out


def best_of_trials(trials, impacts, score):
    best = np.full(trials.count, -np.inf)
    rows = impacts.is_recorded
    np.maximum.at(best, impacts.trial[rows], score[rows])
    return best


def odds_threshold(best, chosen, falls, specificity):
    """The least log-odds from which at most 1 − specificity of daily trials are called, half-way to
    the next below."""
    daily = np.sort(best[chosen & ~falls])[::-1]
    allowed = int((1 - specificity) * len(daily))
    at = daily[allowed]
    above = best[chosen][best[chosen] > at]
    return (at + above.min()) / 2 if len(above) else at + 1


def calibrate(trials, impacts, labels, margin, chosen, place):
    """Log-odds of both answers and their thresholds, on margins of people never seen, of `chosen` trials."""
    rows = impacts.is_recorded & chosen[impacts.trial] & (labels >= 0) & np.isfinite(margin)
    y = labels[rows].astype(float)
    signs = np.c_[margin, np.minimum(impacts.still_s, STILL_MOST), -np.minimum(impacts.lively_s, LIVELY_MOST),
                  np.minimum(impacts.lying_s, STILL_MOST)]
    first = logistic(signs[rows, :1], y, [0.1], [np.inf])
    second = logistic(signs[rows], y, [0.1, *AFTERMATH_LEAST], [np.inf, *AFTERMATH_MOST])
    odds = [margin * first[0] + first[1], signs @ second[:-1] + second[-1]]
    thresholds = find_thresholds(trials, impacts, odds, chosen, place)
    return {"slope": first[0], "offset": first[1], "second_slope": second[0],
            "second_offset": second[4], "still": second[1], "lively": second[2], "lying": second[3],
            "thresholds": [float(1 / (1 + np.exp(-t))) for t in thresholds]}


def find_thresholds(trials, impacts, odds, chosen, place):
    """The first answer's share of the wrong trials that are allowed, then the second's rest of them."""
    first, second = (best_of_trials(trials, impacts, o) for o in odds)
    wrong = 1 - LEAST_SPECIFICITY[place]
    deciding = trials.is_wrist if place == "unknown" else chosen  # whose enemies are more
    least = odds_threshold(first, deciding, trials.is_fall, 1 - wrong * FIRST_SHARE[place])
    is_new = chosen & ~(first >= least)  # not called already
    daily = np.sort(second[is_new & ~trials.is_fall])[::-1]
    allowed = int(wrong * (1 - FIRST_SHARE[place]) * (chosen & ~trials.is_fall).sum())
    above = second[is_new][second[is_new] > daily[allowed]]
    return [least, (daily[allowed] + above.min()) / 2 if len(above) else daily[allowed] + 1]


def numbers(values, line=24):
    return ",\n".join("\t" + ", ".join(str(v) for v in values[i:i + line])
                      for i in range(0, len(values), line))


def real(value):
    text = f"{value:.7g}"
    return text + ("F" if "." in text or "e" in text else ".0F")


def nested(values):
    return ",\n".join("{" + nested(v) + "}" for v in values) if values.ndim > 2 else \
        numbers(["{" + ", ".join(map(str, v)) + "}" for v in values] if values.ndim == 2 else values)


def write_net(out, name, net):
    out.write(f"static const struct fall_net {name}_net = {{\n")
    for table, values in net.tables():
        out.write(f"\t.{table} = {values[0]},\n" if len(values) == 1 else f"\t.{table} = {{{nested(values)}}},\n")
    out.write("};\n")


def write_c(path, digest, judges, calibrations):
    with open(path, "w", encoding="utf-8") as out:
        out.write("/* SPDX-License-Identifier: GPL-2.0-or-later */\n/*\n"
                  " * Written by models/training/train.py; do not change by hand. SHA-256 of features and scripts:\n"
                  f" * {digest}\n */\n/* clang-format off */\n#include \"models/fall_score.h\"\n\n")
        for name, judge in judges.items():
            for kind, c_type in (("features", "uint8_t"), ("thresholds", "int16_t"), ("leaves", "int16_t")):
                values = getattr(judge.forest, kind)
                out.write(f"static const {c_type} {name}_{kind}[{len(values)}] = {{\n"
                          f"{numbers(values)}}};\n")
            write_net(out, name, judge.net)
        out.write("\nconst struct fall_weights fall_weights_shipped = {\n"
                  f"\t.hash = \"{digest}\",\n")
        for name, judge in judges.items():
            out.write(f"\t.{name} = {{{judge.forest.trees()}, {name}_features, {name}_thresholds, {name}_leaves}},\n"
                      f"\t.{name}_net = &{name}_net,\n\t.{name}_net_says = {judge.net_says},\n")
        out.write("\t.calibrations = {\n")
        for name in ("unknown", "wrist", "trunk"):
            c = calibrations[name]
            out.write(f"\t\t[WEAR_{name.upper()}] = {{")
            out.write(", ".join(real(c[k]) for k in
                                ("slope", "offset", "second_slope", "second_offset", "still", "lively", "lying")))
            out.write(f", {{{real(c['thresholds'][0])}, {real(c['thresholds'][1])}}}}},\n")
        out.write("\t},\n};\n")


def write_fold(path, protocol, train, test, place, judge):
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"vigie-fall-fold 3\nprotocol {protocol}\n")
        for word, people in (("train", train), ("test", test)):
            out.write("".join(f"{word} {p}\n" for p in people))
        out.write(f"forest {place} {judge.forest.trees()}\n")
        for kind in ("features", "thresholds", "leaves"):
            out.write(" ".join(str(v) for v in getattr(judge.forest, kind)) + "\n")
        out.write(f"net {place} {judge.net_says}\n")
        for _, values in judge.net.tables():
            out.write(" ".join(str(v) for v in values.ravel()) + "\n")
        out.write("end\n")


def folds_of(trials):
    """Name, people left out together, place: the wrist's judge also without people of the trunk's
    sets, for an unknown place."""
    for place, at in (("wrist", trials.is_wrist), ("trunk", ~trials.is_wrist), ("unknown", ~trials.is_wrist)):
        for one in np.unique(trials.set[at]):
            people = np.unique(trials.person[at & (trials.set == one)])
            has_falls = (trials.is_fall & at & (trials.set == one)).any()
            size = UNKNOWN_A_FOLD if place == "unknown" else PEOPLE_A_FOLD if has_falls else WITHOUT_FALLS_A_FOLD
            for k in range(0, len(people), size):
                yield f"loso-{one}-{place}-{k // size}", list(people[k:k + size]), place


work_of_all = None  # inherited by the processes


def one_of(jobs, number):
    print(f"train: {number + 1} of {len(jobs)}: {jobs[number][0]}", file=sys.stderr, flush=True)
    return work_of_all(*jobs[number])


def all_of(jobs, work):
    """work(*job) for each job, as many at a time as there are cores; in order. None hangs on another,
    so the results are the same however many they are."""
    global work_of_all
    work_of_all = work
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        return pool.starmap(one_of, [(jobs, n) for n in range(len(jobs))], chunksize=1)


def cross(trials, impacts, labels, directory):
    """Margins of every impact by a model that never met the person, of its place and of an unknown
    one; folds written."""
    margins = {place: np.full(impacts.count, np.nan) for place in ("wrist", "trunk", "unknown")}
    everyone = np.unique(trials.person)

    def fold(name, test, place):
        train = [p for p in everyone if p not in test]
        away = ~np.isin(trials.person, test)[impacts.trial]
        rows = np.where(~away & (impacts.is_wrist == (place == "wrist")))[0]
        by = "trunk" if place == "trunk" else "wrist"
        judge = Judge(trials, impacts, labels, away, by)
        write_fold(os.path.join(directory, name + ".fold"), "loso", train, test, by, judge)
        return rows, judge.margin(impacts, rows)
    jobs = list(folds_of(trials))
    for (_, _, place), (rows, margin) in zip(jobs, all_of(jobs, fold)):
        margins[place][rows] = margin
    return (np.where(impacts.is_wrist, margins["wrist"], margins[other]) for other in ("trunk", "unknown"))


def leave_sets(trials, impacts, labels, directory):
    """One model per set left out; a set alone at its place is judged by the other place's."""
    def fold(name):
        mine = trials.set == name
        test, train = np.unique(trials.person[mine]), np.unique(trials.person[~mine])
        judge = Judge(trials, impacts, labels, ~mine[impacts.trial], "wrist")
        place = "wrist" if trials.is_wrist[mine][0] else "trunk"
        write_fold(os.path.join(directory, f"set-{name}.fold"), "set", train, test, place, judge)
        if not (trials.is_fall & ~mine & (trials.is_wrist == trials.is_wrist[mine][0])).any():
            print(f"train: {name} is alone at the {place}: the wrist's model judges it", file=sys.stderr)
        margin = np.full(impacts.count, np.nan)
        rows = np.where(mine[impacts.trial])[0]
        margin[rows] = judge.margin(impacts, rows)
        return margin
    names = np.unique(trials.set)
    return dict(zip(names, all_of([(name,) for name in names], fold)))


def leak(trials, impacts, labels):
    """Margins of a third of the trials, drawn at random, by a model of the others: the same people are
    on both sides. Never to be quoted as quality; it shows what leaking is worth."""
    part = np.random.RandomState(SEED).randint(3, size=trials.count)[impacts.trial]
    margin = np.full(impacts.count, np.nan)

    def third(_, place):
        rows = np.where((impacts.is_wrist == (place == "wrist")) & (part == 0))[0]
        return rows, Judge(trials, impacts, labels, part != 0, place).margin(impacts, rows)
    for rows, one in all_of([(f"random split, {place}", place) for place in OTHER_PLACE], third):
        margin[rows] = one
    return margin


def write_figures(out, trials, impacts, labels, margin, leaky, calibrations):
    for place in ("wrist", "trunk"):
        c = calibrations[place]
        mine = trials.is_wrist == (place == "wrist")
        rows = impacts.is_recorded & mine[impacts.trial] & (labels >= 0)
        p = 1 / (1 + np.exp(-(margin * c["slope"] + c["offset"])))
        out.write(f"{place}: first answers by probability (people never seen): impacts, mean probability, falls\n")
        for low in np.arange(0, 1, 0.1):
            at = rows & (p >= low) & (p < low + 0.1 + (low > 0.85))
            out.write(f"  {low:.1f}  {at.sum():6d}  {p[at].mean():.3f}  {(labels[at] == 1).mean():.3f}\n")
        odds = np.log(c["thresholds"][0] / (1 - c["thresholds"][0]))
        for name, m in (("people never seen", margin), ("random split (leaks)", leaky)):
            best = best_of_trials(trials, impacts, np.where(np.isfinite(m), m, -99) * c["slope"] + c["offset"])
            known = np.isin(np.arange(trials.count), impacts.trial[np.isfinite(leaky)])
            for one in np.unique(trials.set[mine]):
                falls = mine & known & (trials.set == one) & trials.is_fall
                daily = mine & known & (trials.set == one) & ~trials.is_fall
                out.write(f"{one}, {name}, first answers: found {(best[falls] >= odds).sum()} of "
                          f"{falls.sum()}, wrong {(best[daily] >= odds).sum()} of {daily.sum()}\n")


def main():
    directory, features, waves, weights, folds = sys.argv[1:6]
    digest = hashlib.sha256()
    here = os.path.dirname(os.path.abspath(__file__))
    for path in (features, waves, *(os.path.join(here, f) for f in ("train.py", "forest.py", "net.py"))):
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    trials = Trials(directory)
    impacts = Impacts(features, waves, trials)
    labels = label(trials, impacts, obvious(impacts))
    os.makedirs(folds, exist_ok=True)
    for old in glob.glob(os.path.join(folds, "*.fold")):
        os.remove(old)
    everything = np.ones(impacts.count, bool)
    judges = dict(zip(OTHER_PLACE, all_of([(f"everybody, {place}", place) for place in OTHER_PLACE], lambda _, place:
                                          Judge(trials, impacts, labels, everything, place))))
    margin, unknown = cross(trials, impacts, labels, folds)
    away = leave_sets(trials, impacts, labels, folds)
    np.savez(os.path.join(folds, "margins.npz"), margin=margin, unknown=unknown, labels=labels, **away)
    leaky = leak(trials, impacts, labels)
    wrist = trials.is_wrist
    calibrations = {
        "wrist": calibrate(trials, impacts, labels, margin, wrist, "wrist"),
        "trunk": calibrate(trials, impacts, labels, margin, ~wrist, "trunk"),
        "unknown": calibrate(trials, impacts, labels, unknown, wrist | ~wrist, "unknown"),
    }
    write_c(weights, digest.hexdigest(), judges, calibrations)
    with open(os.path.join(folds, "figures.txt"), "w", encoding="utf-8") as out:
        write_figures(out, trials, impacts, labels, margin, leaky, calibrations)


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main()
