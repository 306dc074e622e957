# SPDX-License-Identifier: GPL-2.0-or-later
"""The two halves of a judge as the integers the hub computes with: trees of a booster, and a net of
fit-net's. Their margins are those of models/fall_score.c and models/fall_net.c to the last bit."""
import json
import os
import subprocess
import tempfile

import numpy as np

FEATURES = 122
DEPTH = 5
NODES, LEAVES = 2**DEPTH - 1, 2**DEPTH
LEAF_PARTS = 4096
# The net, as models/fall_net.h has it, and how fit-net is told to fit it.
INPUTS, HIDDEN, SECOND = 128, 32, 16
FIT_INPUTS = 124
SHIFT, UNIT = 11, 1024  # weights in 2048ths, layers in 1024ths
NET_MOST = 32767
EPOCHS, RATE, DECAY = 20, 2e-3, 0.01
TAIL_PCT, TAIL_DEVIATIONS = 0.5, 4  # inputs end there


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
            if feature >= FEATURES:  # the judge's own place, 1: never below a split
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
        return total


class Net:
    """A net of fit-net's as integers; the place, its last input, is folded into an offset."""

    def __init__(self, program, seed, x, place, labels, weight):
        low, high = np.percentile(x, [TAIL_PCT, 100 - TAIL_PCT], axis=0)
        held = np.clip(x, low, high)
        mean, deviation = held.mean(0), np.maximum(held.std(0), 0.05)
        self.low = np.ceil(np.maximum(low, mean - TAIL_DEVIATIONS * deviation))
        self.high = np.maximum(np.floor(np.minimum(high, mean + TAIL_DEVIATIONS * deviation)), self.low)
        self.middle = np.round(mean)
        most = np.maximum(np.maximum(self.high - self.middle, self.middle - self.low), 1)
        self.times = np.clip(np.floor(4096 / most), 1, 4096)
        self.scale = self.times * deviation  # of an input, for one deviation
        rows = np.zeros((len(x), FIT_INPUTS), np.float32)
        rows[:, :FEATURES] = self.inputs(x) / self.scale
        rows[:, FEATURES] = place
        self.take(fit(program, seed, rows, labels, weight))

    def inputs(self, x):
        return (np.clip(x, self.low, self.high) - self.middle) * self.times

    def take(self, layers):
        first, first_offset, second, second_offset, last, last_offset = layers
        one = UNIT << SHIFT
        self.first = self.weights(first[:FEATURES].T * one / self.scale, (HIDDEN, INPUTS))
        self.first_offset = np.round((first_offset + first[FEATURES]) * one).astype(np.int64)
        self.second = self.weights(second.T * (1 << SHIFT), (SECOND, HIDDEN))
        self.second_offset = np.round(second_offset * one).astype(np.int64)
        self.last = self.weights(last * (1 << SHIFT), last.shape)
        self.last_offset = np.round(last_offset * one).astype(np.int64)

    @staticmethod
    def weights(values, shape):
        whole = np.zeros(shape, np.int64)
        whole[tuple(slice(n) for n in values.shape)] = np.clip(np.round(values), -32767, 32767)
        return whole

    def margin(self, x):
        """As fall_net_margin() does; x integers."""
        held = np.zeros((len(x), INPUTS), np.int64)
        held[:, :FEATURES] = self.inputs(x).astype(np.int64)
        for weights, offset in ((self.first, self.first_offset), (self.second, self.second_offset)):
            held = np.clip((held @ weights.T + offset) >> SHIFT, 0, NET_MOST)
        return (held @ self.last + self.last_offset[0]) >> 9

    def tables(self):
        """Name and numbers in the order of struct fall_net."""
        padded = lambda v: np.r_[v, np.zeros(INPUTS - FEATURES)].astype(np.int64)
        for name in ("low", "high", "middle", "times"):
            yield name, padded(getattr(self, name))
        for name in ("first", "first_offset", "second", "second_offset", "last", "last_offset"):
            yield name, in_twos(getattr(self, name)) if name in ("first", "second") else getattr(self, name)


def in_twos(weights):
    """[unit][input] → [input / 2][unit][input % 2], and back with out_of_twos."""
    units, inputs = weights.shape
    return weights.reshape(units, inputs // 2, 2).transpose(1, 0, 2)


def out_of_twos(weights):
    twos, units, _ = weights.shape
    return weights.transpose(1, 0, 2).reshape(units, 2 * twos)


def fit(program, seed, rows, labels, weight):
    """fit-net's layers for these rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows")
        write_rows(path, seed, rows, labels, weight)
        subprocess.run([program, path, path + ".net"], check=True)
        values = np.fromfile(path + ".net", "<f4").astype(np.float64)
    layers, at = [], 0
    for shape in ((FIT_INPUTS, HIDDEN), (HIDDEN,), (HIDDEN, SECOND), (SECOND,), (SECOND,), (1,)):
        count = int(np.prod(shape))
        layers.append(values[at:at + count].reshape(shape))
        at += count
    return layers


def write_rows(path, seed, rows, labels, weight):
    with open(path, "wb") as out:
        out.write(np.array([len(rows), EPOCHS], "<u4").tobytes() + np.array([seed], "<u8").tobytes())
        out.write(np.array([RATE, DECAY], "<f4").tobytes() + rows.astype("<f4").tobytes())
        out.write(labels.astype("<f4").tobytes() + (weight / weight.mean()).astype("<f4").tobytes())
