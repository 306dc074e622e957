# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Python benches share: a line per figure beside its floor or rival, /proc readings, a fake systemd, a bare fdatasync."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/system"))
BUILD = pathlib.Path(os.environ.get("VIGIE_BUILD", TOP / "build/gcc"))
HUB = BUILD / "bin/vigie-hub"
GATEWAY = BUILD / "bin/vigie-gateway"


def number(value):
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def line(name, figure, unit, against, other, target=None):
    """name, figure, floor or rival, ratio, target and whether met: one line."""
    ratio = f"{figure / other:.2f}" if other else "-"
    aim = "" if target is None else f"; target {target:g}: {'met' if figure <= target else 'MISSED'}"
    print(f"{name}: {number(figure)} {unit}; {against} {number(other)} {unit}; ratio {ratio}{aim}", flush=True)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class Floor:
    """Bare overwrites of 4 KiB in place, each made durable: what a commit costs at least on this disk at this moment."""

    def __init__(self, folder):
        self.file = open(pathlib.Path(folder) / "floor", "w+b", buffering=0)
        self.file.write(b"x" * 4096 * 64)
        os.fsync(self.file.fileno())
        self.took_ms = []

    def sync(self):
        before = time.monotonic()
        os.pwrite(self.file.fileno(), os.urandom(4096), len(self.took_ms) % 64 * 4096)
        os.fdatasync(self.file.fileno())
        self.took_ms.append((time.monotonic() - before) * 1e3)


def status(pid, field):
    for text in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if text.startswith(field + ":"):
            return int(text.split()[1])
    raise KeyError(field)


def wake_ups(pid):
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for text in (task / "status").read_text().splitlines():
            if text.startswith("voluntary_ctxt_switches"):
                total += int(text.split()[1])
    return total


def cpu_s(pid):
    """Processor time of all its threads, to the nanosecond (/proc/PID/stat counts in 10 ms)."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


def written_bytes(pid):
    for text in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if text.startswith("write_bytes"):
            return int(text.split()[1])
    return 0


class Daemon:
    """A daemon under a fake systemd; ready_ms is the time from exec to READY=1."""

    def __init__(self, words, folder, prefix=()):
        path = str(pathlib.Path(folder) / f"notify-{time.monotonic_ns()}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            notify.settimeout(20)
            began = time.monotonic()
            self.log = open(pathlib.Path(folder) / (pathlib.Path(words[0]).name + ".log"), "ab")
            self.process = subprocess.Popen([*prefix, *map(str, words)], stdout=self.log, stderr=self.log,
                                            env={**os.environ, "NOTIFY_SOCKET": path})
            while b"READY=1" not in notify.recv(4096):
                pass
            self.ready_ms = (time.monotonic() - began) * 1e3
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)
        self.log.close()


class Control:
    """A connection to a daemon's control socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("r")

    def ask(self, **request):
        self.socket.sendall((json.dumps(request) + "\n").encode())
        return json.loads(self.file.readline())

    def next(self):
        return json.loads(self.file.readline())

    def wait(self, what, seconds=10):
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            step = self.next()
            if step.get("what") == what:
                return step
        raise TimeoutError(what)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()


def wait_for_broker(control_path, seconds=10):
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        with Control(control_path) as control:
            answer = control.ask(do="status")
        if answer.get("broker", answer.get("link")) in ("up", True) or answer.get("is_up"):
            return
        time.sleep(0.05)
    raise TimeoutError(f"no broker: {answer}")
