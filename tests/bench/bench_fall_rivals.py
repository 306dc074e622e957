#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One impact scored by the shipped trees, and by rivals on the same rows in the same run: the same trees as plain
if-else C (whose sums must be identical), xgboost's C API, and xgboost and scikit-learn from Python, one row at a time.

The rivals' trees are fitted here to the shipped ones' own decisions: as many, as deep; what they decide does not matter to what
they cost. The net, which is asked where the trees do not rule a fall out, and its curves are timed beside them. Rivals that Debian has and this machine has not are left out, saying so. Prints; passes no judgement on time."""
import ctypes
import pathlib
import subprocess
import sys
import tempfile
import time

from measure import TOP, line

ROWS, FEATURES, DEPTH = 2000, 122, 5
SHIPPED = TOP / "build/gcc/libvigie.a"
NODES, LEAVES = 2**DEPTH - 1, 2**DEPTH
SOURCES = ("fall_features.c", "fall_layer.c", "fall_net.c", "fall_score.c", "fall_shape.c", "fall_waves.c", "fall_weights.c")

HARNESS = r"""
#include "models/fall_score.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#ifdef WITH_XGBOOST
#include <xgboost/c_api.h>
static float rows_f[ROWS][FALL_FEATURES];
#endif
int32_t if_else(const int16_t *x);
static int16_t rows[ROWS][FALL_FEATURES];
static int32_t ours[ROWS], plain[ROWS];
static struct impact_window window;
static struct fall_waves waves;
static double now_ns(void) {
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
#define TIMED(name, runs, what) do { double best = 1e18; \
	for (int run = 0; run < runs; run++) { double began = now_ns(); \
		for (int i = 0; i < ROWS; i++) { what; } \
		double took = (now_ns() - began) / ROWS; best = took < best ? took : best; } \
	printf(name " %.1f\n", best); } while (0)
int main(int argc, char **argv) {
	const struct fall_weights *w = &fall_weights_shipped;
	FILE *f = fopen(argv[1], "rb");
	int differ = 0;
	if (!f || fread(rows, sizeof(rows), 1, f) != 1)
		return 1;
	TIMED("trees", 25, ours[i] = fall_forest_margin(&w->wrist, rows[i]));
	window.count = FALL_WAVE_BINS;
	window.impact = IMPACT_BEFORE;
	for (int i = 0; i < FALL_WAVE_BINS; i++)
		window.bins[i] = (struct retimed){rows[i][0], rows[i][1], rows[i][2], 0};
	TIMED("curves", 5, fall_waves_of(&window, &waves));
	TIMED("net", 5, plain[i] = fall_net_margin(w->wrist_net, rows[i], &waves));
	TIMED("if-else", 25, plain[i] = if_else(rows[i]));
	for (int i = 0; i < ROWS; i++)
		differ += ours[i] != plain[i];
	printf("differ %d\n", differ);
#ifdef WITH_XGBOOST
	BoosterHandle b;
	DMatrixHandle none = NULL;
	const float *out;
	const bst_ulong *shape;
	bst_ulong dims;
	char text[160];
	for (int i = 0; i < ROWS; i++)
		for (int k = 0; k < FALL_FEATURES; k++)
			rows_f[i][k] = rows[i][k];
	if (argc < 3 || XGBoosterCreate(NULL, 0, &b) || XGBoosterLoadModel(b, argv[2]) ||
		XGBoosterSetParam(b, "nthread", "1")) {
		fprintf(stderr, "%s\n", XGBGetLastError());
		return 1;
	}
	TIMED("xgboost-c", 3, snprintf(text, sizeof(text),
		"{\"data\": [%zu, true], \"shape\": [1, %d], \"typestr\": \"<f4\", \"version\": 3}",
		(size_t)rows_f[i], FALL_FEATURES);
		if (XGBoosterPredictFromDense(b, text,
			"{\"type\": 1, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, "
			"\"strict_shape\": false, \"cache_id\": 0, \"missing\": NaN}", none, &shape, &dims, &out)) {
			fprintf(stderr, "%s\n", XGBGetLastError());
			return 1;
		});
#endif
	return 0;
}
"""


class Forest(ctypes.Structure):
    _fields_ = [("trees", ctypes.c_uint16), ("features", ctypes.POINTER(ctypes.c_uint8)),
                ("thresholds", ctypes.POINTER(ctypes.c_int16)), ("leaves", ctypes.POINTER(ctypes.c_int16))]


class Weights(ctypes.Structure):
    _fields_ = [("hash", ctypes.c_char_p), ("wrist", Forest), ("trunk", Forest)]


def compiled(folder, name, *arguments):
    target = folder / name
    subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-O2", "-I", str(TOP), f"-DROWS={ROWS}", "-o", str(target),
                    *arguments, "-lm"], check=True)
    return target


def if_else(forest):
    """The trees as a C programmer would write them down."""
    def node(tree, at):
        if at >= NODES:
            return f"sum += {forest.leaves[tree * LEAVES + at - NODES]};"
        k = tree * NODES + at
        return (f"if (x[{forest.features[k]}] < {forest.thresholds[k]}) {{ {node(tree, 2 * at + 1)} }}\n"
                f"else {{ {node(tree, 2 * at + 2)} }}")
    trees = "\n".join(node(t, 0) for t in range(forest.trees))
    return f"#include <stdint.h>\nint32_t if_else(const int16_t *x);\nint32_t if_else(const int16_t *x)\n{{\nint32_t sum = 0;\n{trees}\nreturn sum;\n}}\n"


def one_by_one_us(predict, rows, count):
    began = time.process_time()
    for i in range(count):
        predict(rows[i:i + 1])
    return (time.process_time() - began) / count * 1e6


def python_rivals(rows, labels, trees, folder):
    """Microseconds a row by name; xgboost's model is left in the folder."""
    took = {}
    try:
        import xgboost
        model = xgboost.train({"max_depth": DEPTH, "objective": "binary:logistic", "nthread": 1},
                              xgboost.DMatrix(rows, labels), trees)
        model.save_model(folder / "rival.json")
        took["xgboost, Python, inplace_predict"] = one_by_one_us(model.inplace_predict, rows, 500)
        took["xgboost, Python, a DMatrix each"] = one_by_one_us(lambda r: model.predict(xgboost.DMatrix(r)), rows, 500)
    except ImportError:
        print("xgboost: python3-xgboost is not installed")
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        model = HistGradientBoostingClassifier(max_iter=trees, max_depth=DEPTH).fit(rows, labels)
        took["scikit-learn, one row"] = one_by_one_us(model.predict_proba, rows, 100)
    except ImportError:
        print("scikit-learn: python3-sklearn is not installed")
    return took


def main():
    try:
        import numpy
    except ImportError:
        print("python3-numpy is not installed: nothing to compare")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        library = ctypes.CDLL(str(compiled(folder, "fall.so", "-shared", "-fPIC", *(str(TOP / "models" / s) for s in SOURCES))))
        weights = Weights.in_dll(library, "fall_weights_shipped")
        rows = numpy.random.RandomState(3).randint(-1000, 3000, (ROWS, FEATURES)).astype("<i2")
        rows.tofile(folder / "rows")
        labels = [library.fall_forest_margin(ctypes.byref(weights.wrist), r.ctypes.data_as(ctypes.c_void_p)) for r in rows]
        labels = numpy.array(labels) > numpy.median(labels)
        took = python_rivals(rows.astype(numpy.float32), labels, weights.wrist.trees, folder)
        (folder / "plain.c").write_text(if_else(weights.wrist))
        (folder / "harness.c").write_text(HARNESS)
        has_c = pathlib.Path("/usr/include/xgboost/c_api.h").exists() and (folder / "rival.json").exists()
        # what is timed is what the hub runs, with the flags it was built with
        program = compiled(folder, "harness", str(folder / "harness.c"), str(folder / "plain.c"), str(SHIPPED),
                           *(["-DWITH_XGBOOST", "-lxgboost"] if has_c else []))
        said = subprocess.run([program, folder / "rows", folder / "rival.json"], check=True, stdout=subprocess.PIPE, text=True).stdout
        ns = {k: float(v) for k, v in (one.split() for one in said.splitlines())}
        line(f"score of an impact that {weights.wrist.trees} trees rule out", ns["trees"], "ns", "the same trees as plain if-else C",
             ns["if-else"], 500)
        print(f"of one they do not: {ns['trees'] + ns['curves'] + ns['net']:.0f} ns, curves {ns['curves']:.0f} and net {ns['net']:.0f}; "
              f"sums of trees that differ from if-else: {int(ns['differ'])} of {ROWS}")
        if not has_c:
            print("xgboost's C API: libxgboost-dev is not installed")
        for rival, us in {**({"xgboost, C API": ns["xgboost-c"] / 1e3} if has_c else {}), **took}.items():
            line(f"the shipped trees, beside {rival}", ns["trees"], "ns", rival, us * 1e3)
    return 1 if ns["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
