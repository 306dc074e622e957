#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Trains the fall model from what dump-features saw; reproducible bit for bit.

    train.py DIR FEATURES WEIGHTS.c FOLDS

DIR holds index.csv, FEATURES is dump-features' output, WEIGHTS.c is written. In FOLDS, a
folder, the same is trained again without each subject (loso-*.fold) and without each set
(set-*.fold) for vigie-eval; thresholds and calibration are taken from the former. figures.txt
there: how well calibrated the probabilities are on people never seen, and what a random split,
which leaks, would have claimed. Debian's python3-numpy and python3-xgboost; one thread, fixed
seeds. No feature is computed here.
"""
import csv
import hashlib
import json
import os
import sys

import numpy as np
import xgboost

FEATURES = 122
DEPTH = 5
NODES, LEAVES = 2**DEPTH - 1, 2**DEPTH
TREES = 192
LEAF_PARTS = 4096
STILL_MOST, LIVELY_MOST = 10, 15  # as in models/fall_score.h
ROW = np.dtype([("trial", "<u4"), ("variation", "u1"), ("stage", "u1"), ("peak_mg", "<u2"),
                ("impact_ms", "<i4"), ("still_s", "<u2"), ("lively_s", "<u2"),
                ("features", "<i2", (FEATURES,))])
SEED = 20261123
BOOST = {"objective": "binary:logistic", "tree_method": "hist", "nthread": 1, "seed": SEED,
         "max_depth": DEPTH, "eta": 0.08, "subsample": 0.7, "colsample_bytree": 0.15,
         "min_child_weight": 5, "reg_lambda": 3}
QUICK = dict(BOOST, eta=0.2)
QUICK_TREES = 60
# Weight of each variation: as recorded, four other sensors, hits, drops.
WEIGHTS = np.array([1.0, 0.5, 0.5, 0.5, 0.5, 0.05, 0.05])
TRUNK_IN_WRIST = 0.5                # a trunk's row in the wrist's forest
TRUNK_IN_WRIST_VARIATIONS = (0, 1, 2, 5)
SAME_IMPACT_MS = 700
WEAK_MARGIN = -1.5                  # a fall that nothing shows: not learnt from, but counted
# Weights of still and lively seconds stay within these: recordings of daily life end sooner after
# an impact than those of falls, so that stillness would count for more than it is worth at home,
# where people sit down hard and then read.
AFTERMATH_LEAST, AFTERMATH_MOST = (0.02, 0.02), (0.1, 0.3)
IN_STRESS_FOLDS = 4                 # recordings without falls are left out a few people at a time
LEAST_SPECIFICITY = {"wrist": 0.977, "trunk": 0.997}  # of daily-life trials, never seen


class Trials:
    def __init__(self, directory):
        with open(os.path.join(directory, "index.csv"), encoding="utf-8", newline="") as index:
            rows = list(csv.DictReader(index))
        self.count = len(rows)
        self.set = np.array([r["set"] for r in rows])
        self.person = np.array([r["set"] + "/" + r["subject"] for r in rows])
        self.is_fall = np.array([r["fall"] == "1" for r in rows])
        self.is_wrist = np.array([r["place"] == "wrist" for r in rows])
        self.from_ms = np.array([float(r["fall_start_ms"] or -1) for r in rows])
        self.to_ms = np.array([float(r["fall_end_ms"] or -1) for r in rows])


class Impacts:
    """Impacts at their first answer, with the signs of the second beside them."""

    def __init__(self, path, trials):
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
        self.is_wrist = trials.is_wrist[self.trial]
        self.is_fall = trials.is_fall[self.trial]
        self.count = len(first)


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


def boost(impacts, labels, rows, with_place, trees=TREES, parameters=None):
    rows = np.where(rows & (labels >= 0))[0]
    x = impacts.x[rows]
    weight = WEIGHTS[impacts.variation[rows]]
    if with_place:
        x = np.c_[x, impacts.is_wrist[rows]]
        weight = weight * np.where(impacts.is_wrist[rows], 1, TRUNK_IN_WRIST)
    return xgboost.train(parameters or BOOST, xgboost.DMatrix(x, labels[rows], weight=weight), trees)


def relabel(trials, impacts, labels, rows):
    """Finds the fall of trials without marks, and falls that nothing shows, by quick models that
    did not see the person; only among `rows`."""
    rows = rows & impacts.is_wrist & impacts.is_recorded
    people = np.unique(trials.person[impacts.trial[rows]])
    part_of = {p: i % 4 for i, p in enumerate(np.random.RandomState(SEED).permutation(people))}
    part = np.array([part_of.get(p, -1) for p in trials.person])[impacts.trial]
    score = np.full(impacts.count, -9.0)
    for k in range(4):
        model = boost(impacts, labels, rows & (part != k), False, QUICK_TREES, QUICK)
        test = np.where(rows & (part == k))[0]
        score[test] = model.predict(xgboost.DMatrix(impacts.x[test]), output_margin=True)
    new = label(trials, impacts, score)
    best = np.full(trials.count, -9.0)
    np.maximum.at(best, impacts.trial, np.where(new == 1, score, -9.0))
    weak = (best < WEAK_MARGIN) & (trials.from_ms < 0)
    return np.where(impacts.is_wrist, np.where((new == 1) & weak[impacts.trial], -1, new), labels)


class Forest:
    """A booster as complete trees of integers; a place feature beyond the last is folded away."""

    def __init__(self, booster=None):
        self.features, self.thresholds, self.leaves = [], [], []
        for text in booster.get_dump(dump_format="json") if booster else []:
            self.add(json.loads(text))

    def add(self, root):
        features, thresholds, leaves = [0] * NODES, [-32768] * NODES, [0] * LEAVES
        waiting = [(root, 0)]
        while waiting:
            node, at = waiting.pop()
            if at >= NODES:
                leaves[at - NODES] = int(round(node["leaf"] * LEAF_PARTS))
                continue
            if "leaf" in node:  # every value is at least the least threshold: always to the right
                waiting += [(node, 2 * at + 1), (node, 2 * at + 2)]
                continue
            child = {c["nodeid"]: c for c in node["children"]}
            feature = int(node["split"][1:])
            if feature >= FEATURES:  # the place is the wrist, 1: never below a split
                waiting += [(child[node["no"]], at)]
                continue
            features[at] = feature
            thresholds[at] = int(min(max(np.ceil(node["split_condition"]), -32768), 32767))
            waiting += [(child[node["yes"]], 2 * at + 1), (child[node["no"]], 2 * at + 2)]
        self.features += features
        self.thresholds += thresholds
        self.leaves += leaves

    def trees(self):
        return len(self.features) // NODES

    def margin(self, x):
        """As fall_forest_margin() does; x integers."""
        features = np.array(self.features).reshape(-1, NODES)
        thresholds = np.array(self.thresholds).reshape(-1, NODES)
        leaves = np.array(self.leaves).reshape(-1, LEAVES)
        total = np.zeros(len(x), np.int64)
        line = np.arange(len(x))
        for f, t, v in zip(features, thresholds, leaves):
            at = np.zeros(len(x), np.int64)
            for _ in range(DEPTH):
                at = 2 * at + 1 + (x[line, f[at]] >= t[at])
            total += v[at - NODES]
        return total / LEAF_PARTS


def train_wrist(trials, impacts, labels, rows):
    labels = relabel(trials, impacts, labels, rows)
    use = impacts.is_wrist | np.isin(impacts.variation, TRUNK_IN_WRIST_VARIATIONS)
    return Forest(boost(impacts, labels, rows & use, True))


def train_trunk(trials, impacts, labels, rows):
    return Forest(boost(impacts, labels, rows & ~impacts.is_wrist, False))


TRAIN = {"wrist": train_wrist, "trunk": train_trunk}


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
    """Log-odds of both answers and their thresholds, on margins of people never seen."""
    rows = impacts.is_recorded & chosen[impacts.trial] & (labels >= 0) & np.isfinite(margin)
    y = labels[rows].astype(float)
    m = margin[rows]
    still = np.minimum(impacts.still_s, STILL_MOST)
    lively = np.minimum(impacts.lively_s, LIVELY_MOST)
    first = logistic(m[:, None], y, [0.1], [np.inf])
    second = logistic(np.c_[m, still[rows], -lively[rows]], y, [0.1, *AFTERMATH_LEAST], [np.inf, *AFTERMATH_MOST])
    odds = [margin * first[0] + first[1],
            margin * second[0] + second[1] * still - second[2] * lively + second[3]]
    falls = trials.is_fall
    specificity = LEAST_SPECIFICITY[place]
    thresholds = [odds_threshold(best_of_trials(trials, impacts, o), chosen, falls, specificity)
                  for o in odds]
    # A second answer only adds what the first, stricter with people who got up, left out.
    thresholds[1] = max(thresholds[1], odds_threshold(
        best_of_trials(trials, impacts, odds[1]), chosen, falls, 1 - (1 - specificity) / 3))
    return {"slope": first[0], "offset": first[1], "second_slope": second[0],
            "second_offset": second[3], "still": second[1], "lively": second[2],
            "thresholds": [float(1 / (1 + np.exp(-t))) for t in thresholds]}


def numbers(values, line=24):
    return ",\n".join("\t" + ", ".join(str(v) for v in values[i:i + line])
                      for i in range(0, len(values), line))


def real(value):
    text = f"{value:.7g}"
    return text + ("F" if "." in text or "e" in text else ".0F")


def write_c(path, digest, forests, calibrations):
    with open(path, "w", encoding="utf-8") as out:
        out.write("/* SPDX-License-Identifier: GPL-2.0-or-later */\n/*\n"
                  " * Written by models/training/train.py; do not change by hand. SHA-256 of features and script:\n"
                  f" * {digest}\n */\n/* clang-format off */\n#include \"models/fall_score.h\"\n\n")
        for name, forest in forests.items():
            for kind, c_type in (("features", "uint8_t"), ("thresholds", "int16_t"), ("leaves", "int16_t")):
                values = getattr(forest, kind)
                out.write(f"static const {c_type} {name}_{kind}[{len(values)}] = {{\n"
                          f"{numbers(values)}}};\n")
        out.write("\nconst struct fall_weights fall_weights_shipped = {\n"
                  f"\t.hash = \"{digest}\",\n")
        for name, forest in forests.items():
            out.write(f"\t.{name} = {{{forest.trees()}, {name}_features, {name}_thresholds, {name}_leaves}},\n")
        out.write("\t.calibrations = {\n")
        for name in ("unknown", "wrist", "trunk"):
            c = calibrations[name]
            out.write(f"\t\t[WEAR_{name.upper()}] = {{")
            out.write(", ".join(real(c[k]) for k in
                                ("slope", "offset", "second_slope", "second_offset", "still", "lively")))
            out.write(f", {{{real(c['thresholds'][0])}, {real(c['thresholds'][1])}}}}},\n")
        out.write("\t},\n};\n")


def write_fold(path, protocol, train, test, forests):
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"vigie-fall-fold 1\nprotocol {protocol}\n")
        for word, people in (("train", train), ("test", test)):
            out.write("".join(f"{word} {p}\n" for p in people))
        for name in ("wrist", "trunk"):
            forest = forests.get(name, Forest())
            out.write(f"forest {name} {forest.trees()}\n")
            for kind in ("features", "thresholds", "leaves"):
                out.write(" ".join(str(v) for v in getattr(forest, kind)) + "\n")
        out.write("end\n")


def folds_of(trials):
    """Name, people left out, place. People of recordings without falls go a few at a time."""
    for place, at in (("wrist", trials.is_wrist), ("trunk", ~trials.is_wrist)):
        with_falls = np.unique(trials.set[at & trials.is_fall])
        for person in np.unique(trials.person[at & np.isin(trials.set, with_falls)]):
            yield "loso-" + person.replace("/", "-"), [person], place
        others = np.unique(trials.person[at & ~np.isin(trials.set, with_falls)])
        for k in range(min(IN_STRESS_FOLDS, len(others))):
            yield f"loso-without-falls-{k}", list(others[k::IN_STRESS_FOLDS]), place


def cross(trials, impacts, labels, directory):
    """Margins of every impact by a model that never met the person; folds written."""
    margin = np.full(impacts.count, np.nan)
    everyone = np.unique(trials.person)
    todo = list(folds_of(trials))
    for number, (name, test, place) in enumerate(todo):
        print(f"train: fold {number + 1} of {len(todo)}: {name}", file=sys.stderr, flush=True)
        train = [p for p in everyone if p not in test]
        rows = np.isin(trials.person, test)[impacts.trial]
        forest = TRAIN[place](trials, impacts, labels, ~rows)
        margin[rows] = forest.margin(impacts.x[rows])
        write_fold(os.path.join(directory, name + ".fold"), "loso", train, test, {place: forest})
    return margin


def leave_sets(trials, impacts, labels, directory):
    """One model per set left out; a set alone at its place is judged by the other place's."""
    margins = {}
    for name in np.unique(trials.set):
        print(f"train: without {name}", file=sys.stderr, flush=True)
        mine = trials.set == name
        test, train = np.unique(trials.person[mine]), np.unique(trials.person[~mine])
        is_alone = not (trials.is_fall & ~mine & (trials.is_wrist == trials.is_wrist[mine][0])).any()
        forest = train_wrist(trials, impacts, labels, ~mine[impacts.trial])
        place = "wrist" if trials.is_wrist[mine][0] else "trunk"
        margins[name] = forest.margin(impacts.x)
        write_fold(os.path.join(directory, f"set-{name}.fold"), "set", train, test, {place: forest})
        if is_alone:
            print(f"train: {name} is alone at the {place}: the wrist's model judges it", file=sys.stderr)
    return margins


def leak(trials, impacts, labels):
    """Margins under a random split by trial: the same people are on both sides. Never to be quoted
    as quality; it shows what leaking is worth."""
    part = np.random.RandomState(SEED).randint(3, size=trials.count)[impacts.trial]
    margin = np.full(impacts.count, np.nan)
    for place, train in TRAIN.items():
        mine = impacts.is_wrist == (place == "wrist")
        for k in range(3):
            print(f"train: random split, {place}, part {k + 1} of 3", file=sys.stderr, flush=True)
            forest = train(trials, impacts, labels, part != k)
            margin[mine & (part == k)] = forest.margin(impacts.x[mine & (part == k)])
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
            for one in np.unique(trials.set[mine]):
                falls = mine & (trials.set == one) & trials.is_fall
                daily = mine & (trials.set == one) & ~trials.is_fall
                out.write(f"{one}, {name}, first answers: found {(best[falls] >= odds).sum()} of "
                          f"{falls.sum()}, wrong {(best[daily] >= odds).sum()} of {daily.sum()}\n")


def main():
    directory, features, weights, folds = sys.argv[1:5]
    digest = hashlib.sha256()
    for path in (features, os.path.abspath(__file__)):
        with open(path, "rb") as file:
            digest.update(file.read())
    trials = Trials(directory)
    impacts = Impacts(features, trials)
    labels = label(trials, impacts, obvious(impacts))
    os.makedirs(folds, exist_ok=True)
    everything = np.ones(impacts.count, bool)
    forests = {place: train(trials, impacts, labels, everything) for place, train in TRAIN.items()}
    margin = cross(trials, impacts, labels, folds)
    away = leave_sets(trials, impacts, labels, folds)
    np.savez(os.path.join(folds, "margins.npz"), margin=margin, labels=labels, **away)
    leaky = leak(trials, impacts, labels)
    wrist = trials.is_wrist
    # An unknown place takes the mean of both; the other place's forest never met the person.
    trunk_says = forests["trunk"].margin(impacts.x)
    other = np.where(impacts.is_wrist, trunk_says, away["sisfall"] if "sisfall" in away else trunk_says)
    calibrations = {
        "wrist": calibrate(trials, impacts, labels, margin, wrist, "wrist"),
        "trunk": calibrate(trials, impacts, labels, margin, ~wrist, "trunk"),
        "unknown": calibrate(trials, impacts, labels, (margin + other) / 2, wrist | ~wrist, "wrist"),
    }
    write_c(weights, digest.hexdigest(), forests, calibrations)
    with open(os.path.join(folds, "figures.txt"), "w", encoding="utf-8") as out:
        write_figures(out, trials, impacts, labels, margin, leaky, calibrations)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main()
