# SPDX-License-Identifier: GPL-2.0-or-later
"""The net that sees an impact's curves (models/fall_waves.h) and features, fitted by Debian's
python3-torch and rounded to the integers the hub computes with: its margins are those of
models/fall_net.c to the last bit."""
import os

# The same instructions on every x86-64 that has AVX2, so that the same curves give the same bytes.
os.environ.update(ATEN_CPU_CAPABILITY="avx2", DNNL_MAX_CPU_ISA="AVX2", OPENBLAS_CORETYPE="Haswell")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

# As models/fall_net.h has it.
WAVES, BINS, FEATURES, FEATURES_ROOM = 8, 246, 122, 128
FIRST, SECOND, THIRD, FOURTH = 16, 32, 32, 32  # units
SEES = 7, 5, 4  # bins of the one before, at every other one
MEANS, MOSTS = 4, 2  # parts of the time that the third layer's means and largest are taken of
UNIT, MOST = 1024, 8191  # a layer gives 1024ths, up to 8
SUM_SHIFT, SUM_DOWN = 11, 9
WEIGHT_MOST = 127

EPOCHS, BATCH, RATE, DECAY = 16, 256, 3e-3, 0.02
DROP, DROP_FEATURE = 0.3, 0.1
NOISE, ROLL_BINS = 20, 2  # on the curves
EASY_MARGIN, EASY_SHARE = -6, 0.25  # what trees know at once is met less often, and weighs more
TAIL_PCT, TAIL_DEVIATIONS = 0.5, 4  # features end there


class Layers(nn.Module):
    def __init__(self):
        super().__init__()
        units = (WAVES, FIRST, SECOND, THIRD)
        self.sweeps = nn.ModuleList(nn.Conv1d(a, b, n, 2) for a, b, n in zip(units, units[1:], SEES))
        self.norms = nn.ModuleList(nn.BatchNorm1d(n) for n in units[1:])
        self.fourth = nn.Linear(THIRD * (MEANS + MOSTS) + FEATURES + 1, FOURTH)
        self.sum = nn.Linear(FOURTH, 1)
        self.drop, self.drop_feature = nn.Dropout(DROP), nn.Dropout(DROP_FEATURE)

    def forward(self, curves, features, place):
        for sweep, norm in zip(self.sweeps, self.norms):
            curves = norm(sweep(curves)).clamp(0, MOST / UNIT)
        parts = lambda n: curves.unflatten(2, (n, -1)).transpose(1, 2)  # row, part, unit, bin
        gathered = torch.cat([parts(MEANS).mean(3).flatten(1), parts(MOSTS).amax(3).flatten(1)], 1)
        x = torch.cat([self.drop(gathered), self.drop_feature(features), place[:, None]], 1)
        return self.sum(self.drop(self.fourth(x).clamp(0, MOST / UNIT)))[:, 0]


class Net:
    """waves: [row][bin][wave] and x: [row][feature], integers; place: ±1, whether a row is of the
    judge's own; margin: what the trees say of each row they learnt from."""

    def __init__(self, seed, waves, x, place, labels, weight, margin):
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True)
        self.scale_features(x)
        some = waves[::16].astype(np.float64)
        self.mean, self.deviation = some.mean((0, 1)), some.std((0, 1))
        self.layers = Layers()
        self.learn(np.random.RandomState(seed), waves, x, place, labels, weight, margin)
        self.round()
        del self.layers  # rounded; what is left can be sent from one process to another

    def scale_features(self, x):
        low, high = np.percentile(x, [TAIL_PCT, 100 - TAIL_PCT], axis=0)
        held = np.clip(x, low, high)
        mean, deviation = held.mean(0), np.maximum(held.std(0), 0.05)
        self.low = np.ceil(np.maximum(low, mean - TAIL_DEVIATIONS * deviation))
        self.high = np.maximum(np.floor(np.minimum(high, mean + TAIL_DEVIATIONS * deviation)), self.low)
        self.middle = np.round(mean)
        most = np.maximum(np.maximum(self.high - self.middle, self.middle - self.low), 1)
        self.times = np.clip(np.floor(4 * UNIT / most), 1, 4 * UNIT)
        self.scale = self.times * deviation  # of an input, for one deviation

    def inputs(self, x):
        return (np.clip(x, self.low, self.high) - self.middle) * self.times

    def curves(self, waves):
        return ((torch.from_numpy(np.ascontiguousarray(waves)).float() - torch.from_numpy(self.mean).float())
                / torch.from_numpy(self.deviation).float()).transpose(1, 2)

    def learn(self, random, waves, x, place, labels, weight, margin):
        is_easy = (labels == 0) & (margin < EASY_MARGIN)
        weight = np.where(is_easy, weight / EASY_SHARE, weight) / weight.mean()
        batches = int((~is_easy).sum() + EASY_SHARE * is_easy.sum()) // BATCH
        features, place, labels, weight = (torch.from_numpy(np.asarray(v, np.float32)) for v in (
            self.inputs(x) / self.scale, place, labels, weight))
        optimiser = torch.optim.AdamW(self.layers.parameters(), lr=RATE, weight_decay=DECAY)
        rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, EPOCHS * batches)
        noise = torch.from_numpy(NOISE / self.deviation).float()[None, :, None]
        self.layers.train()
        for _ in range(EPOCHS):
            met = random.permutation(np.where(~is_easy | (random.rand(len(waves)) < EASY_SHARE))[0])
            for b in range(min(batches, len(met) // BATCH)):
                i = np.sort(met[b * BATCH:(b + 1) * BATCH])
                curves = torch.roll(self.curves(waves[i]), random.randint(-ROLL_BINS, ROLL_BINS + 1), 2)
                curves = curves + noise * torch.randn(curves.shape)
                odds = self.layers(curves, features[i], place[i])
                loss = nn.functional.binary_cross_entropy_with_logits(odds, labels[i], weight=weight[i])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                rate.step()
        self.layers.eval()

    def round(self):
        """Norms and scales become part of the weights, the place part of an offset."""
        double = lambda t: t.detach().double().numpy()
        self.weights, self.offsets, self.shifts = [], [], []
        for k, (sweep, norm) in enumerate(zip(self.layers.sweeps, self.layers.norms)):
            scale = double(norm.weight) / np.sqrt(double(norm.running_var) + norm.eps)
            w = double(sweep.weight).transpose(0, 2, 1) * scale[:, None, None]  # unit, bin, input
            offset = (double(sweep.bias) - double(norm.running_mean)) * scale + double(norm.bias)
            if k == 0:
                w = w / self.deviation
                offset = offset - (w * self.mean).sum((1, 2))
                w = w * UNIT
            self.keep(w.reshape(len(w), -1), offset)
        w = double(self.layers.fourth.weight)
        gathered = THIRD * (MEANS + MOSTS)
        whole = np.zeros((FOURTH, gathered + FEATURES_ROOM))
        whole[:, :gathered] = w[:, :gathered]
        whole[:, gathered:gathered + FEATURES] = w[:, gathered:-1] * UNIT / self.scale
        self.keep(whole, double(self.layers.fourth.bias) + w[:, -1])
        self.sum = np.round(double(self.layers.sum.weight)[0] * (1 << SUM_SHIFT)).astype(np.int64)
        self.sum_offset = np.round(double(self.layers.sum.bias) * (UNIT << SUM_SHIFT)).astype(np.int64)

    def keep(self, w, offset):
        """With the shift that loses least."""
        rounded = lambda s: np.clip(np.round(w * 2.0**s), -WEIGHT_MOST, WEIGHT_MOST)
        shift = min(range(16), key=lambda s: ((rounded(s) / 2.0**s - w) ** 2).sum())
        self.weights.append(rounded(shift).astype(np.int64))
        self.offsets.append(np.round(offset * UNIT * 2.0**shift).astype(np.int64))
        self.shifts.append(shift)

    def margin(self, waves, x):
        """As fall_net_margin() does; in FALL_LEAF_PARTS."""
        parts = [self.margin_of(np.asarray(waves[i:i + 1024]), x[i:i + 1024]) for i in range(0, len(x), 1024)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def margin_of(self, waves, x):
        y = waves.astype(np.float64)  # whole numbers below 2^53: exact
        for k, sees in enumerate(SEES):
            seen = np.stack([y[:, b:b + 2 * ((y.shape[1] - sees) // 2) + 1:2] for b in range(sees)], 2)
            y = self.layer(k, seen.reshape(len(y), seen.shape[1], -1))
        parts = lambda n: y.reshape(len(y), n, -1, THIRD)
        together = np.zeros((len(y), THIRD * (MEANS + MOSTS) + FEATURES_ROOM))
        gathered = np.c_[np.floor(parts(MEANS).sum(2) / (y.shape[1] // MEANS)).reshape(len(y), -1),
                         parts(MOSTS).max(2).reshape(len(y), -1)]
        together[:, :gathered.shape[1]] = gathered
        together[:, gathered.shape[1]:gathered.shape[1] + FEATURES] = self.inputs(x)
        y = self.layer(3, together)
        return ((y @ self.sum).astype(np.int64) + self.sum_offset[0]) >> SUM_DOWN

    def layer(self, k, y):
        return np.clip(np.floor((y @ self.weights[k].T.astype(np.float64) + self.offsets[k])
                                / (1 << self.shifts[k])), 0, MOST)

    @staticmethod
    def stored(numbers):
        """From its tables, a call of numbers() each."""
        net = Net.__new__(Net)
        inputs = SEES[0] * WAVES, SEES[1] * FIRST, SEES[2] * SECOND, THIRD * (MEANS + MOSTS) + FEATURES_ROOM
        net.weights = [out_of_twos(numbers(), units, n) for units, n in zip((FIRST, SECOND, THIRD, FOURTH), inputs)]
        net.offsets = [numbers() for _ in inputs]
        net.sum, net.sum_offset, net.shifts = numbers(), numbers(), numbers()
        net.low, net.high, net.middle, net.times = (numbers()[:FEATURES] for _ in range(4))
        return net

    def tables(self):
        """Name and numbers in the order of struct fall_net."""
        names = ("first", "second", "third", "fourth")
        for name, weights in zip(names, self.weights):
            yield name, in_twos(weights)
        for name, offsets in zip(names, self.offsets):
            yield name + "_offset", offsets
        yield "sum", self.sum
        yield "sum_offset", self.sum_offset
        yield "shifts", np.array(self.shifts)
        padded = lambda v: np.r_[v, np.zeros(FEATURES_ROOM - FEATURES)].astype(np.int64)
        for name in ("low", "high", "middle", "times"):
            yield name, padded(getattr(self, name))


def in_twos(weights):
    """[unit][input] → [input / 2][unit][input % 2]."""
    units, inputs = weights.shape
    return weights.reshape(units, inputs // 2, 2).transpose(1, 0, 2)


def out_of_twos(values, units, inputs):
    return values.reshape(inputs // 2, units, 2).transpose(1, 0, 2).reshape(units, inputs)
