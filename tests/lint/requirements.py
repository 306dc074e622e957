# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules on what is promised: the HS requirements, the manuals, and what must not be in the tree."""

import re

from tree import files, text

REQUIREMENTS = 18
TEST_DEFINITION = re.compile(r"^\s*(?:static void|def)\s+(test_HS_(\d\d)_\w+)\s*\(", re.M)
# Spelled in two halves so that this file does not break its own rules.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATHS = re.compile(r"/wo" r"rk/|/ro" r"ot/|/ho" r"me/|far" r"m-(bench|studio)|/tm" r"p/(studio|land|house)|\.lib" r"rary")


def tests_by_name():
    found = {}
    for path in files():
        if path.startswith("tests/") and path.endswith((".c", ".py")):
            for match in TEST_DEFINITION.finditer(text(path)):
                found[match[1]] = (path, match[2])
        scenario = re.fullmatch(r"tests/scenarios/(?:fusion/)?(HS_(\d\d)_\w+)\.\w+", path)
        if scenario:
            found[scenario[1]] = (path, scenario[2])
    return found


def safety_rows():
    """HS number → its row of the table in docs/SAFETY.md."""
    return dict(re.findall(r"^\| HS-(\d\d) \|(.*)\|$", text("docs/SAFETY.md"), re.M))


def requirements_have_tests():
    rows, tests = safety_rows(), tests_by_name()
    for number in [f"{n:02}" for n in range(1, REQUIREMENTS + 1)]:
        row = rows.get(number)
        if row is None:
            yield f"docs/SAFETY.md: no row for HS-{number}"
            continue
        named = re.findall(r"`((?:test_)?HS_\w+)`", row)
        for name in named:
            if name not in tests:
                yield f"docs/SAFETY.md: HS-{number} names {name}, which is no test"
        if not named and "not built yet" not in row:
            yield f"docs/SAFETY.md: HS-{number} names no test and does not say that it is not built yet"


def tests_have_requirements():
    rows = safety_rows()
    for name, (path, number) in sorted(tests_by_name().items()):
        if f"`{name}`" not in rows.get(number, ""):
            yield f"{path}: {name} is not in the row of HS-{number} in docs/SAFETY.md"


def programs_have_manuals():
    for path, program in (("hub/main.c", "vigie-hub"), ("caller-gateway/main.c", "vigie-gateway"),
                          ("common/ctl/main.c", "vigie-ctl"), ("models/eval/main.c", "vigie-eval"),
                          ("caller-gateway/vigie-broker", "vigie-broker")):
        if path in files() and not any(f.startswith(f"docs/man/{program}.") for f in files()):
            yield f"docs/man: no manual page for {program}"


def nothing_unfinished():
    for path in files():
        if path.endswith((".c", ".h", ".js", ".py", ".sh")):
            for number, line in enumerate(text(path).splitlines(), 1):
                if UNFINISHED.search(line):
                    yield f"{path}:{number}: an unfinished mark"


def no_machine_paths():
    for path in files():
        if path == "tests/lint/requirements.py" or "/corpus/" in path:
            continue
        for number, line in enumerate(text(path).splitlines(), 1):
            if MACHINE_PATHS.search(line):
                yield f"{path}:{number}: names a folder of one machine"


def one_version():
    version = re.search(r"^VERSION := (\S+)$", text("Makefile"), re.M)[1]
    for path, pattern in (("debian/changelog", r"\((\S+)\)"), ("CHANGELOG.md", r"^## (\d\S*?),?\s"),
                          ("caller-gateway/vigie-broker", r"^version=(\S+)$")):
        found = re.search(pattern, text(path), re.M) if path in files() else None
        if found and found[1] != version:
            yield f"{path}: version {found[1]}, the Makefile says {version}"


RULES = [
    ("requirements: every HS id has its test or says that it is not built yet", requirements_have_tests),
    ("requirements: every test of an HS id is in docs/SAFETY.md", tests_have_requirements),
    ("requirements: every program has its manual page", programs_have_manuals),
    ("requirements: one version everywhere", one_version),
    ("requirements: nothing marked as unfinished", nothing_unfinished),
    ("requirements: no folder of one machine is named", no_machine_paths),
]
