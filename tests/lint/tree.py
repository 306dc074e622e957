# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in the checkout, for the rules: no git needed (a bare machine has none)."""

import functools
import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOT_OURS = {"build", ".git", "__pycache__", "node_modules"}
BUILT_BY_DEBIAN = re.compile(r"^debian/(vigie[a-z-]*|tmp|\.debhelper)/")


class Skip(Exception):
    """A rule that cannot be checked here; its text is the reason."""


@functools.cache
def files():
    """Every file of ours, relative to the top, sorted."""
    found = []
    for folder, subfolders, names in os.walk(TOP):
        subfolders[:] = [s for s in subfolders if s not in NOT_OURS]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), TOP)
            if path != ".git" and not BUILT_BY_DEBIAN.match(path):
                found.append(path)
    return sorted(found)


@functools.cache
def text(path):
    with open(os.path.join(TOP, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def c_files():
    return [f for f in files() if f.endswith((".c", ".h"))]


def shipped_c_files():
    return [f for f in c_files() if not f.startswith("tests/")]


def is_generated(path):
    return path.endswith(("_weights.c", "_weights.h"))


@functools.cache
def code(path):
    """The C text with comments and the insides of strings blanked, line numbers kept."""
    def blank(match):
        kept = match[0]
        if kept.startswith("/*"):
            return re.sub(r"[^\n]", " ", kept)
        return kept[0] + re.sub(r"[^\n]", " ", kept[1:-1]) + kept[-1]
    pattern = r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, blank, text(path), flags=re.S)


@functools.cache
def functions(path):
    """(name, first line number of the body, its lines) of each function: K&R as clang-format
    leaves it, braces of a body alone in the first column."""
    found, lines, opened = [], code(path).splitlines(), None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            opened = number
        elif line.startswith("}") and opened:
            found.append((name_above(lines, opened), opened, lines[opened - 1:number]))
            opened = None
    return found


def name_above(lines, opened):
    """The name in the declaration that ends on the line above `opened`."""
    declaration = ""
    for number in range(opened - 1, 0, -1):
        line = lines[number - 1]
        if not line.strip() or line.rstrip().endswith((";", "}")):
            break
        declaration = line + " " + declaration
    match = re.search(r"(\w+)\s*\(", re.sub(r"__attribute__\s*\(\(.*?\)\)", "", declaration))
    return match[1] if match else "?"
