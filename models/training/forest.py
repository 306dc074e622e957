# SPDX-License-Identifier: GPL-2.0-or-later
"""A booster's trees as the integers the hub computes with: their margins are those of
models/fall_score.c to the last bit."""
import json

import numpy as np

FEATURES = 122
DEPTH = 5
NODES, LEAVES = 2**DEPTH - 1, 2**DEPTH
LEAF_PARTS = 4096


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
