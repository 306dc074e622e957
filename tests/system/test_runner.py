#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/run counts right: what fails, crashes, hangs or says too little is never taken for a pass."""

import importlib.machinery
import importlib.util
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("runner", os.path.join(TOP, "tests", "run"))
runner = importlib.util.module_from_spec(importlib.util.spec_from_loader("runner", loader))
loader.exec_module(runner)

# (name, shell script, passed, failed, reasons of the skipped)
CASES = [
    ("all pass", "echo 1..2; echo ok 1 - a; echo ok 2 - b", 2, 0, []),
    ("one fails", "echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1", 1, 1, []),
    ("fails with status 0", "echo 1..1; echo not ok 1 - a", 0, 1, []),
    ("crashes before its last result", "echo 1..2; echo ok 1 - a; kill -SEGV $$", 1, 1, []),
    ("crashes after its last result", "echo 1..1; echo ok 1 - a; kill -SEGV $$", 1, 1, []),
    ("exit status alone", "echo 1..1; echo ok 1 - a; exit 3", 1, 1, []),
    ("no plan", "echo ok 1 - a", 1, 1, []),
    ("says nothing", "true", 0, 1, []),
    ("fewer results than planned", "echo 1..3; echo ok 1 - a; echo ok 2 - b", 2, 1, []),
    ("more results than planned", "echo 1..1; echo ok 1 - a; echo ok 2 - b", 2, 1, []),
    ("hangs", "echo 1..1; echo ok 1 - a; sleep 60", 1, 1, []),
    ("is not there", None, 0, 1, []),
    ("skips with its reason", "echo 1..2; echo ok 1 - a; echo 'ok 2 - b # SKIP no radio'", 1, 0, ["no radio"]),
    ("skips all", "echo '1..0 # SKIP no clang'", 0, 0, ["no clang"]),
    ("cmocka's skip, the reason said before",
     "echo 1..2; echo 'SKIP: no vectors'; echo 'not ok 1 # SKIP test_a'; echo ok 2 - b", 1, 0, ["no vectors"]),
    ("cmocka's group that could not be set up", "echo 1..1; echo 'not ok 0 - g [  FAILED  ] GROUP SETUP'; exit 1", 0, 1, []),
    ("two groups in one program", "echo 1..1; echo ok 1 - a; echo '# ok - g'; echo 1..1; echo ok 1 - b", 2, 0, []),
]
LIMIT_S = 2


def judged(script):
    command = ["/nowhere/at/all"] if script is None else ["/bin/sh", "-c", script]
    program = runner.Program("case", command, LIMIT_S).run()
    return program.passed, len(program.failures), [reason for _, reason in program.skips]


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, (name, script, *expected) in enumerate(CASES, 1):
        seen = list(judged(script))
        is_right = seen == expected
        failed += not is_right
        print(f"{'ok' if is_right else 'not ok'} {number} - {name}", flush=True)
        if not is_right:
            print(f"# passed, failed, skipped: {seen}, expected {expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
