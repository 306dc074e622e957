# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules on our C sources and on what they may use. Each yields the places that break it."""

import os
import re
import shutil
import subprocess

from tree import TOP, Skip, c_files, code, files, functions, is_generated, shipped_c_files, text

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400

# docs/ARCHITECTURE.md, "Map": folder → the folders it may include (the longest folder wins).
MAY_INCLUDE = {
    "common": ["common"],
    "common/ctl": ["common", "common/ctl"],
    "sensors": ["common", "sensors", "sensors/decoders"],
    "sensors/decoders": ["common", "sensors", "sensors/decoders"],
    "models": ["models", "sensors/reading.h"],
    "models/eval": ["common", "sensors", "models", "models/eval"],
    "models/training": ["common", "sensors", "models", "models/eval", "models/training"],
    "models/recordings": ["common", "sensors", "models", "models/recordings"],
    "hub/voice": ["common", "hub/voice_line.h"],
    "hub": ["common", "sensors", "models", "hub"],
    "caller-gateway": ["common", "caller-gateway"],
}
# Each third-party header and the files that wrap it.
WRAPPED_IN = {
    r"MQTT\w+\.h": r"common/mqtt_paho\.c",
    r"alsa/.*": r"common/playback\w*\.[ch]",
    r"espeak-ng/.*": r"common/speech\w*\.[ch]",
    r"cyaml/.*": r"(common/config_\w+|(hub|caller-gateway)/config\w*)\.[ch]",
    r"yaml\.h": r"common/yaml_walk\.c",
    r"jansson\.h": r"common/(control|incident|heartbeat|json)\w*\.[ch]|(common/ctl|hub|caller-gateway|models/eval)/.*",
    r"bluetooth/.*": r"sensors/(adapter|gatt_socket)\.c",
    r"sqlite3\.h": r"(common/store_sqlite|hub/(store|outbox|history)\w*|caller-gateway/store_sqlite\w*)\.[ch]",
    r"openssl/.*": r"sensors/aes_[cg]cm\.c|models/eval/.*",
    r"systemd/sd-daemon\.h": r"common/(health|log)\.c",
    r"systemd/sd-event\.h": r"(common|sensors|hub|caller-gateway)/[^/]*",
    r"modbus/modbus\.h": r"sensors/bus_link\.c",
    r"gpiod\.h": r"sensors/gpio_line\.c",
    r"cmocka\.h": r"tests/.*",
    r"immintrin\.h": r"models/fall_layer\.c",
}
# The C library's and the kernel's own; any other header in <> is a third party's.
SYSTEM = re.compile(
    r"(sys|net|netinet|arpa|linux)/\w+\.h|(assert|ctype|dirent|dlfcn|endian|errno|fcntl|float|ftw|getopt|glob|"
    r"grp|inttypes|limits|locale|malloc|math|netdb|poll|pthread|pwd|sched|semaphore|setjmp|signal|spawn|std\w+|strings?|termios|"
    r"time|unistd)\.h")
FORBIDDEN = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok|strtok_r|alloca)\s*\(")
LEAKS_ON_EXEC = re.compile(r"\b(accept|pipe|dup|dup2|epoll_create|inotify_init|signalfd4)\s*\(")
OPENS = re.compile(
    r"\b(open|openat|socket|socketpair|accept4|pipe2|fopen|eventfd|timerfd_create|epoll_create1|"
    r"inotify_init1|signalfd|mkostemp|memfd_create|dup3)\s*\(")
NAMES_NOTHING = re.compile(r"(^|_)(manager|handler|utils?|helpers?|info)(_|$)")
# Mutable state of a whole file that has to be: file → why.
FILE_STATE = {
    "common/log.c": "the level of the whole program",
}


def lines_matching(pattern, path, content=None):
    for number, line in enumerate((content or code(path)).splitlines(), 1):
        match = pattern.search(line)
        if match:
            yield number, match


def includes(path):
    for number, match in lines_matching(re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]'), path, text(path)):
        yield number, match[1], match[2]


def folder_rule(path):
    folder = path.rpartition("/")[0]
    while folder and folder not in MAY_INCLUDE:
        folder = folder.rpartition("/")[0]
    return MAY_INCLUDE.get(folder)


def dependency_rule():
    for path in shipped_c_files():
        allowed = folder_rule(path)
        if allowed is None:
            yield f"{path}: its folder is not in the map of docs/ARCHITECTURE.md"
            continue
        for number, quote, header in includes(path):
            if quote == '"' and header not in allowed and header.rpartition("/")[0] not in allowed:
                yield f"{path}:{number}: includes {header}, may include {', '.join(allowed)}"


def third_party_rule():
    for path in shipped_c_files():
        for number, quote, header in includes(path):
            if quote != "<" or SYSTEM.fullmatch(header):
                continue
            wrapping = [w for h, w in WRAPPED_IN.items() if re.fullmatch(h, header)]
            if not wrapping or not re.fullmatch(wrapping[0], path):
                yield f"{path}:{number}: <{header}> belongs in {wrapping[0] if wrapping else 'no file yet'}"


def short_functions():
    for path in c_files():
        for name, first, body in functions(path):
            if len(body) > FUNCTION_LINES_MAX and not is_generated(path):
                yield f"{path}:{first}: {name}() has {len(body)} lines, at most {FUNCTION_LINES_MAX}"


def short_files():
    for path in c_files():
        count = len(text(path).splitlines())
        if count > FILE_LINES_MAX and not is_generated(path):
            yield f"{path}: {count} lines, at most {FILE_LINES_MAX}"


def opens_with_licence():
    for path in c_files():
        if not re.match(r"/\* SPDX-License-Identifier: GPL-2\.0-or-later \*/\n/\*", text(path)):
            yield f"{path}: opens with its SPDX tag and a paragraph on what it does"
    for path in files():
        first = text(path)[:400] if path.endswith((".py", ".sh")) or path in ("Makefile", "vigie") else ""
        if first and "SPDX-License-Identifier: GPL-2.0-or-later" not in first:
            yield f"{path}: no SPDX tag at its top"


def forbidden_functions():
    for path in c_files():
        for number, match in lines_matching(FORBIDDEN, path):
            yield f"{path}:{number}: {match[1]}() is not used here"


def comment_style():
    for path in c_files():
        for number, _ in lines_matching(re.compile(r"(?<!:)//"), path):
            yield f"{path}:{number}: // comment"


def no_recursion():
    for path in c_files():
        for name, first, body in functions(path):
            if re.search(rf"(?<![.>])\b{re.escape(name)}\s*\(", "\n".join(body)):
                yield f"{path}:{first}: {name}() calls itself"


def closed_on_exec():
    for path in shipped_c_files():
        whole = code(path)
        for number, match in lines_matching(LEAKS_ON_EXEC, path):
            yield f"{path}:{number}: {match[1]}() has no close-on-exec"
        for match in OPENS.finditer(whole):
            call = text(path)[match.start():whole.find(";", match.start())]
            if "CLOEXEC" not in call and not re.search(r'"[rwa]b?\+?b?[xm]*e[xm]*"', call):
                number = whole.count("\n", 0, match.start()) + 1
                yield f"{path}:{number}: {match[1]}() without CLOEXEC"


def telling_names():
    for path in c_files():
        stem = path.rpartition("/")[2].rpartition(".")[0]
        if NAMES_NOTHING.search(stem):
            yield f"{path}: a file's name says what it is in the house"
        for name, first, _ in functions(path):
            if NAMES_NOTHING.search(name):
                yield f"{path}:{first}: {name}() says nothing of the house"


def decoders_complete():
    listed = code("sensors/decoders.c") if "sensors/decoders.c" in files() else ""
    for path in files():
        if not re.fullmatch(r"sensors/decoders/\w+\.c", path):
            continue
        for name in re.findall(r"^const struct decoder (\w+)", code(path), re.M):
            vectors = f"tests/data/{name.removesuffix('_decoder')}.tsv"
            if not re.search(rf"&{name}\b", listed):
                yield f"{path}: {name} is not in the list of sensors/decoders.c"
            if vectors not in files():
                yield f"{path}: no vectors in {vectors}"


def no_file_state():
    """From the objects: what lies in .data and .bss can change behind everybody's back."""
    objects = {f: f"{TOP}/build/gcc/{f[:-2]}.o" for f in shipped_c_files() if f.endswith(".c")}
    if not shutil.which("objdump"):
        raise Skip("objdump is not installed")
    built = {path: object for path, object in objects.items() if os.path.exists(object)}
    if not built:
        raise Skip("nothing is built: make all")
    for path, object in built.items():
        table = subprocess.run(["objdump", "-t", object], capture_output=True, text=True)
        for line in table.stdout.splitlines():
            match = re.search(r" O (\.data|\.bss|\*COM\*)(?!\.rel)[\w.]*\s+\w+\s+(?:\.hidden )?(\S+)$", line)
            if match and path not in FILE_STATE and "rel.ro" not in line:
                yield f"{path}: {match[2]} is mutable state of the whole file ({match[1]})"


RULES = [
    ("sources: common ← sensors ← models ← hub, caller-gateway → common only", dependency_rule),
    ("sources: each third-party header stays in the files that wrap it", third_party_rule),
    (f"sources: functions of at most {FUNCTION_LINES_MAX} lines", short_functions),
    (f"sources: files of at most {FILE_LINES_MAX} lines", short_files),
    ("sources: SPDX tag and a paragraph at the top", opens_with_licence),
    ("sources: no forbidden function", forbidden_functions),
    ("sources: /* */ comments only", comment_style),
    ("sources: no function calls itself", no_recursion),
    ("sources: every descriptor is closed on exec", closed_on_exec),
    ("sources: names that say something", telling_names),
    ("sources: every decoder is listed and has its vectors", decoders_complete),
    ("sources: no mutable state of a whole file", no_file_state),
]
