#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian packages: built from a copy of the checkout, read by lintian, installed into a fresh
chroot, used, removed. Needs root, debootstrap and a Debian mirror; skipped, saying so, without."""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "lint"))
sys.dont_write_bytecode = True
from tree import files  # noqa: E402

MIRROR = os.environ.get("VIGIE_MIRROR", "http://deb.debian.org/debian")
QUIET_APT = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "Dpkg::Use-Pty=0"]
PROGRAMS = {"vigie-hub": "vigie-hub", "vigie-eval": "vigie-hub", "vigie-voice": "vigie-hub", "vigie-gateway": "vigie-gateway",
            "vigie-broker": "vigie-gateway", "vigie-ctl": "vigie-ctl"}


class Failed(Exception):
    pass


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def expect(is_so, otherwise):
    if not is_so:
        raise Failed(otherwise)


class Packages:
    """The steps share one folder: what is built is then read, installed, used and removed."""

    def __init__(self, folder):
        self.folder = folder
        self.source = os.path.join(folder, "vigie")
        self.root = os.path.join(folder, "root")

    def inside(self, *command):
        return run("chroot", self.root, *command)

    def build(self):
        for path in files():
            copy = os.path.join(self.source, path)
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy2(os.path.join(TOP, path), copy, follow_symlinks=False)
        jobs = len(os.sched_getaffinity(0))
        run("dpkg-buildpackage", "-us", "-uc", "-b", f"-j{jobs}", cwd=self.source)
        expect(len(glob.glob(f"{self.folder}/vigie-*_*.deb")) >= 4, "fewer than four packages were built")

    def lintian(self):
        run("lintian", "--allow-root", "--fail-on", "error", *glob.glob(f"{self.folder}/*.changes"))

    def install(self):
        run("debootstrap", "--variant=minbase", "bookworm", self.root, MIRROR)
        os.makedirs(f"{self.root}/packages")
        for package in glob.glob(f"{self.folder}/vigie-*_*.deb"):
            shutil.copy(package, f"{self.root}/packages")
        packages = [f"/packages/{name}" for name in os.listdir(f"{self.root}/packages") if "dbgsym" not in name]
        self.inside(*QUIET_APT, "install", "-y", "--no-install-recommends", *packages)

    def users(self):
        for user in ("vigie-hub", "vigie-gateway"):
            self.inside("getent", "passwd", user)
        expect("audio" in self.inside("id", "-nG", "vigie-gateway").split(), "vigie-gateway is not in audio")

    def programs_start(self):
        for program, package in PROGRAMS.items():
            if program != "vigie-broker":
                self.inside(program, "--version")
            self.inside("sh", "-c", f"dpkg -L {package} | grep -q man/.*/{program}")

    def configuration(self):
        for part in ("hub", "gateway"):
            path = f"/etc/vigie/{part}.yaml"
            said = self.inside("stat", "-c", "%a %U %G", path).strip()
            expect(said == f"640 root vigie-{part}", f"{path} is {said}")
            self.inside(f"vigie-{part}", "--check", "--config", path)

    def units(self):
        for part in ("hub", "gateway"):
            unit = f"lib/systemd/system/vigie-{part}.service"
            expect(os.path.exists(f"{self.root}/{unit}"), f"no {unit}")
            wanted = f"{self.root}/etc/systemd/system/multi-user.target.wants/vigie-{part}.service"
            expect(os.path.lexists(wanted), f"vigie-{part} would not start after the next boot")

    def remove(self):
        self.inside(*QUIET_APT, "purge", "-y", "vigie-hub", "vigie-gateway", "vigie-ctl", "vigie-doc")
        left = self.inside("sh", "-c", "find / -xdev -name '*vigie*' -not -path '/proc/*' -not -path '/packages*' "
                           "-not -path '/var/lib/systemd/deb-systemd*' -not -path '/var/log/*'").split()
        expect(not left, f"left behind: {' '.join(left)}")


def why_not():
    if os.geteuid() != 0:
        return "not root: a chroot cannot be made"
    for tool in ("debootstrap", "dpkg-buildpackage", "lintian", "dh"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    probe = subprocess.run(["chroot", "/", "true"], capture_output=True)
    return "chroot is not allowed here" if probe.returncode else None


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-package-", dir=build_folder()) as folder:
        packages = Packages(folder)
        steps = [("dpkg-buildpackage builds", packages.build), ("lintian finds no error", packages.lintian),
                 ("they install into a fresh chroot", packages.install), ("each daemon has its user", packages.users),
                 ("programs start and have their manual", packages.programs_start),
                 ("the shipped configurations are private and pass --check", packages.configuration),
                 ("units are installed and enabled", packages.units),
                 ("purged, nothing of ours is left", packages.remove)]
        print(f"1..{len(steps)}")
        reason, failed = why_not(), False
        for number, (name, step) in enumerate(steps, 1):
            if reason:
                print(f"ok {number} - {name} # SKIP {reason}", flush=True)
                continue
            try:
                step()
                print(f"ok {number} - {name}", flush=True)
            except Failed as problem:
                failed = True
                print(f"not ok {number} - {name}", *str(problem).splitlines(), sep="\n# ", flush=True)
                if step in (packages.build, packages.install):
                    reason = f"because of step {number}"
    return 1 if failed else 0


def build_folder():
    folder = os.path.join(TOP, "build")
    os.makedirs(folder, exist_ok=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
