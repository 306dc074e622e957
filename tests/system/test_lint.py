#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every rule of tests/lint can fail: a small tree that breaks them all, then one that breaks none."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TAG = "/* SPDX-License-Identifier: GPL-2.0-or-later */\n"
HEAD = TAG + "/*\n * A paragraph.\n */\n"
LONG = "\tx++;\n"
ROWS = "".join(f"| HS-{n:02} | x | y | not built yet |\n" for n in range(1, 19))

SAYS = "static void say(const char *why)\n{\n\t(void)why;\n}\n"

GOOD = {
    "Makefile": "# SPDX-License-Identifier: GPL-2.0-or-later\nVERSION := 1.2.3\n",
    "CHANGELOG.md": "## 1.2.3, today\n",
    "debian/changelog": "vigie (1.2.3) bookworm; urgency=medium\n",
    "docs/SAFETY.md": ROWS.replace("| HS-05 | x | y | not built yet |", "| HS-05 | x | y | `test_HS_05_said` |"),
    "common/good.c": HEAD + "#include \"common/good.h\"\n\nint good(int x)\n{\n"
                     + LONG * 58 + "}\n",
    "common/good.h": HEAD + "int good(int x);\n",
    "common/ctl/french.c": HEAD + "static const char *const phrases[][2] = {{\"it hangs\", \"bloquée\"}};\n",
    "common/ctl/words.c": HEAD + "static const char *const phrases[][2] = {{\"voice\", \"voix\"}};\n",
    "common/ctl/english.c": HEAD + "static const char *const phrases[][2] = {{\"muet depuis *\", \"silent for *\"}};\n",
    "hub/good.c": HEAD + SAYS + "int good_day(char *fault)\n{\n\tsay(\"it hangs\");\n"
                  + "\treturn snprintf(fault, 9, \"voice: %s\", \"it hangs\") + snprintf(fault, 9, \"muet depuis %u s\", 3);\n}\n",
    "sensors/decoders.c": HEAD + "const struct decoder *const decoders[] = {&one_decoder};\n",
    "sensors/decoders/one.c": HEAD + "const struct decoder one_decoder = {.name = \"one\"};\n",
    "tests/data/one.tsv": "x\n",
    "tests/unit/test_good.c": HEAD + "static void test_HS_05_said(void **state)\n{\n\t(void)state;\n}\n",
}
# rule (a word of its name) → the file that breaks it, and its text
BAD = {
    "common ← sensors": ("common/bad.c", HEAD + "#include \"sensors/reading.h\"\n"),
    "third-party": ("common/bad.c", HEAD + "#include <sqlite3.h>\n"),
    "functions of at most": ("common/bad.c", HEAD + "int bad(int x)\n{\n" + LONG * 59 + "}\n"),
    "files of at most": ("common/bad.c", HEAD + "\n" * 400),
    "SPDX": ("common/bad.c", "int x;\n"),
    "forbidden": ("common/bad.c", HEAD + "int bad(const char *t)\n{\n\treturn atoi(t);\n}\n"),
    "comments only": ("common/bad.c", HEAD + "// no\n"),
    "calls itself": ("common/bad.c", HEAD + "int bad(int x)\n{\n\treturn bad(x - 1);\n}\n"),
    "closed on exec": ("common/bad.c", HEAD + "int bad(void)\n{\n\treturn open(\"x\", O_RDONLY);\n}\n"),
    "names that say": ("common/bad_util.c", HEAD),
    "every decoder": ("sensors/decoders/two.c", HEAD + "const struct decoder two_decoder = {.name = \"two\"};\n"),
    "every HS id": ("docs/SAFETY.md", GOOD["docs/SAFETY.md"].replace("| HS-07 |", "| HS-77 |")),
    "every test of an HS": ("tests/unit/test_bad.c",
                            HEAD + "static void test_HS_06_unheard(void **state)\n{\n\t(void)state;\n}\n"),
    "every fault": ("hub/bad.c", HEAD + SAYS + "void bad(void)\n{\n\tsay(\"it burns\");\n}\n"),
    "every why": ("hub/bad.c", HEAD + "int bad(char *fault)\n{\n\treturn snprintf(fault, 9, \"voice: %s\", \"it burns\");\n}\n"),
    "manual page": ("hub/main.c", HEAD),
    "one version": ("CHANGELOG.md", "## 1.2.4, today\n"),
    "unfinished": ("common/bad.c", HEAD + "/* TO" "DO */\n"),
    "one machine": ("common/bad.c", HEAD + "/* /wo" "rk/x */\n"),
    "Python file": ("tests/bad.py", "# SPDX-License-Identifier: GPL-2.0-or-later\ndef (:\n"),
}


def write_tree(folder, changed=None):
    shutil.copytree(os.path.join(TOP, "tests", "lint"), os.path.join(folder, "tests", "lint"),
                    ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in {**GOOD, **(changed or {})}.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
            file.write(text)


def broken_rules(changed=None):
    """The names of the rules that fail in the good tree with some files changed."""
    with tempfile.TemporaryDirectory(prefix="vigie-lint-") as folder:
        write_tree(folder, changed)
        said = subprocess.run([os.path.join(folder, "tests", "lint", "lint"), "sources:", "requirements:", "phrases:", "Python"],
                              capture_output=True, text=True).stdout
    return re.findall(r"^not ok \d+ - (.*)$", said, re.M)


def main():
    failed = 0
    print(f"1..{len(BAD) + 1}")
    cases = [("a tree that keeps every rule", None, None)]
    cases += [(f"a tree that breaks: {word}", word, {path: text}) for word, (path, text) in BAD.items()]
    for number, (name, word, changed) in enumerate(cases, 1):
        broken = broken_rules(changed)
        is_right = len(broken) == 1 and word in broken[0] if word else not broken
        failed += not is_right
        print(f"{'ok' if is_right else 'not ok'} {number} - {name}", flush=True)
        if not is_right:
            print(f"# broken rules: {broken}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
