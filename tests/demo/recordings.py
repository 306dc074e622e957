# SPDX-License-Identifier: GPL-2.0-or-later
"""Which recording the demo plays: the one asked for, else a real fall where the published data is on
this machine, else the package's own synthetic fall."""

import contextlib
import csv
import json
import os
import subprocess
import tarfile
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HUB = os.path.join(TOP, "build", "gcc", "bin", "vigie-hub")
REAL_FALL = "weda/U01/F01_U01_R01.csv"
SENSORS_MAX = 127
SHORTENED_S = 3
SPEED_MAX = 1e6
SYNTHETIC_FALL = "models/recordings/fall.csv"


class Bad(Exception):
    """A recording that cannot be played; its text says why."""


# What a home log calls its readings → the role of a sensor that says so.
ROLES = {"button": "button", "motion": "motion", "occupancy": "motion", "presence": "motion", "door": "contact",
         "contact": "contact", "window": "contact", "opening": "contact", "pressure": "pressure",
         "pressure_mat": "pressure"}


class Recording:
    def __init__(self, path, name, kind):
        self.path = path
        self.name = name
        self.seconds = 0
        self.kind = kind  # "own", "real" or "synthetic": a key of words.WORDS
        with open(path, "rb") as file:
            self.header = file.readline(256)
        self.is_trial = self.header.startswith(b"t_ms,")

    def check(self):
        """Read to its end by the hub itself, which names file and line of what is wrong."""
        read = subprocess.run([HUB, "--replay", self.path, "--stats"], capture_output=True, text=True)
        if read.returncode:
            raise Bad(read.stderr.strip() or f"{self.path}: vigie-hub cannot read it")
        self.seconds = json.loads(read.stdout)["duration_ms"] / 1000

    def speed(self):
        """A trial of a wearable lasts seconds; a home's log lasts weeks and is told in a few seconds."""
        return 1 if self.is_trial else min(max(1, self.seconds / SHORTENED_S), SPEED_MAX)

    def length(self):
        """Of a trial: "12.6 s" or "1:02:03"."""
        if self.seconds < 60:
            return f"{self.seconds:.1f} s"
        whole = int(self.seconds)
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"

    def sensors(self):
        """(name, room, role) of each sensor of a home log, as an installer would enter them."""
        found = {}
        if self.header.startswith(b"time,sensor,"):
            with open(self.path, encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    found.setdefault(row["sensor"], (row["sensor"], row["room"], ROLES.get(row["kind"], "environment")))
        return list(found.values())[:SENSORS_MAX]


def data_archive():
    folder = os.environ.get("VIGIE_DATA") or os.path.join(os.path.dirname(TOP), "shared", "data")
    return os.path.join(folder, "falls.tar.gz")


def out_of_archive(member, folder):
    """Takes one trial out of falls.tar.gz; None where it is not in there."""
    path = os.path.join(folder, os.path.basename(member))
    with tarfile.open(data_archive()) as archive:
        for entry in archive:
            if entry.name.removeprefix("./") == member and entry.isfile():
                with open(path, "wb") as copy:
                    copy.write(archive.extractfile(entry).read())
                return path
    return None


def asked_for(name, folder):
    path = os.path.join(os.environ.get("VIGIE_CALLED_FROM", os.getcwd()), name)
    if os.path.isfile(path):
        return Recording(path, name, "own")
    if os.path.exists(data_archive()) and not os.path.isabs(name):
        path = out_of_archive(name, folder)
        if path:
            return Recording(path, name, "real" if name.startswith("weda/") else "own")
    raise Bad(f"{name}: no such recording")


def usual(folder):
    if os.path.exists(data_archive()):
        path = out_of_archive(REAL_FALL, folder)
        if path:
            return Recording(path, REAL_FALL, "real")
    return Recording(os.path.join(TOP, SYNTHETIC_FALL), SYNTHETIC_FALL, "synthetic")


@contextlib.contextmanager
def chosen(name):
    with tempfile.TemporaryDirectory(prefix="vigie-demo-") as folder:
        recording = asked_for(name, folder) if name else usual(folder)
        recording.check()
        yield recording
