# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that a tool checks for us; skipped, saying so, where the tool is not installed."""

import re
import shutil
import subprocess

from tree import TOP, Skip, c_files, files, is_generated, text

# Exposure by `systemd-analyze security --offline=true`: 0 is nothing, 10 everything.
EXPOSURE_MAX = {"debian/vigie-hub.service": 2.2, "debian/vigie-gateway.service": 1.6}


def run(*command):
    if not shutil.which(command[0]):
        raise Skip(f"{command[0]} is not installed")
    return subprocess.run(command, cwd=TOP, capture_output=True, text=True)


def formatted():
    paths = [f for f in c_files() if not is_generated(f)]
    if paths:
        said = run("clang-format", "--dry-run", *paths).stderr
        yield from sorted({m[1] for m in re.finditer(r"^(\S+?:\d+):\d+: warning", said, re.M)})


def shell_scripts():
    return [f for f in files()
            if f.endswith(".sh") or re.match(r"#!\s*/(usr/)?bin/(env )?(ba)?sh\b", text(f)[:40])]


def shell_clean():
    yield from run("shellcheck", "--format=gcc", *shell_scripts()).stdout.splitlines()


def python_compiles():
    for path in files():
        if path.endswith(".py") or text(path)[:80].startswith("#!/usr/bin/python3"):
            try:
                compile(text(path), path, "exec")
            except SyntaxError as error:
                yield f"{path}:{error.lineno}: {error.msg}"


def manuals_clean():
    for path in files():
        if re.fullmatch(r"docs/man/[\w-]+\.[1-8]", path):
            yield from run("mandoc", "-T", "lint", "-W", "warning", path).stdout.splitlines()


def sandboxed():
    for path, most in EXPOSURE_MAX.items():
        said = run("systemd-analyze", "security", "--offline=true", "--no-pager", path)
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", said.stdout)
        if not level:
            yield f"{path}: systemd-analyze does not say its exposure: {said.stderr.strip()}"
        elif float(level[1]) > most:
            yield f"{path}: exposure {level[1]}, at most {most}"


RULES = [
    ("tools: clang-format has nothing to change", formatted),
    ("tools: shellcheck is silent", shell_clean),
    ("tools: every Python file compiles", python_compiles),
    ("tools: mandoc has no warning", manuals_clean),
    ("tools: units are as closed as promised", sandboxed),
]
