#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped programs on a real kernel’s Bluetooth, sound and GPIO: an emulated machine runs tests/vm/inside.py. Prints its TAP.
Skipped, saying why, only where the machine cannot be made: no qemu, or no kernel to be had."""

import os
import platform
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MACHINE = os.path.join(TOP, "build/vm")
NEEDED = ["qemu-system-x86_64", "busybox", "cpio", "xz", "depmod", "modprobe", "dpkg-deb", "apt-get", "btvirt", "arecord", "dbus-daemon", "dbus-send"]
LIMIT_S = 720


def skip(why):
    print(f"1..0 # SKIP {why}")
    return 0


def main():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if platform.machine() != "x86_64":
        return skip(f"the emulated machine is an amd64 one, this is {platform.machine()}")
    missing = [tool for tool in NEEDED if not shutil.which(tool)]
    if missing:
        return skip(f"not installed: {' '.join(missing)}")
    made = subprocess.run([f"{TOP}/tests/vm/make-machine", MACHINE], capture_output=True, text=True)
    if made.returncode != 0:
        said = (made.stderr.strip() or "make-machine failed").splitlines()[-1]
        if "make-machine: apt" in said or "could not be fetched" in said:
            return skip(said)
        print(f"1..1\nnot ok 1 - the machine is made\n# {said}")
        return 1
    inside = ["/usr/bin/python3", f"{TOP}/tests/vm/inside.py", *sys.argv[1:]]
    return subprocess.run([f"{TOP}/tests/vm/run-machine", MACHINE, str(LIMIT_S), *inside], cwd=TOP).returncode


if __name__ == "__main__":
    sys.exit(main())
