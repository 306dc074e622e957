#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`./vigie demo` as a visitor meets it: a fall is spoken and closed, a daily activity raises nothing,
bad recordings are refused, ^C and kill -9 leave nothing running. Packages are taken as installed."""

import array
import os
import pty
import signal
import subprocess
import sys
import tempfile
import time
import wave

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "demo"))
sys.dont_write_bytecode = True
import recordings  # noqa: E402

DEMO = [sys.executable, os.path.join(TOP, "tests", "demo", "demo.py")]
WAV = os.path.join(TOP, "build", "demo", "alert.wav")
HOME_WAV = os.path.join(TOP, "build", "demo", "home.wav")
REAL_DAILY = "weda/U01/D01_U01_R01.csv"
SYNTHETIC_DAILY = "models/recordings/daily.csv"
LIMIT_S = 120


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def expect(is_so, otherwise):
    if not is_so:
        raise Failed(otherwise)


class Visit:
    """One run of the demo in a temporary folder of its own, by which its leftovers are known."""

    def __init__(self, *arguments, stdin=subprocess.DEVNULL, environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="vd-", dir="/tmp")
        self.output = ""
        env = {**os.environ, "TMPDIR": self.folder.name, "VIGIE_CALLED_FROM": TOP, **(environment or {})}
        self.process = subprocess.Popen([*DEMO, "--lang", "en", *arguments], stdin=stdin, env=env, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def until(self, words):
        for line in self.process.stdout:
            self.output += line
            if words in line:
                return line
        raise Failed(f"never said: {words}\n{self.output}")

    def end(self):
        try:
            self.output += self.process.communicate(timeout=LIMIT_S)[0]
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            raise Failed(f"not over after {LIMIT_S} s\n{self.output}") from None
        return self.process.returncode

    def running(self):
        """Processes that name our folder."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    if self.folder.name.encode() in file.read() and int(pid) != self.process.pid:
                        found.append(pid)
            except OSError:
                continue
        return found

    def expect_gone(self):
        until = time.monotonic() + 10
        while self.running() and time.monotonic() < until:
            time.sleep(0.05)
        expect(not self.running(), f"still running: {self.running()}\n{self.output}")

    def expect_clean(self):
        self.expect_gone()
        left = os.listdir(self.folder.name)
        expect(not left, f"left in the temporary folder: {left}")


def daily_recording():
    return REAL_DAILY if os.path.exists(recordings.data_archive()) else SYNTHETIC_DAILY


def sound_seconds(path):
    with wave.open(path) as file:
        frames = array.array("h", file.readframes(file.getnframes()))
        loudest = max(map(abs, frames), default=0)
        expect(loudest > 1000, f"the loudest sample of {path} is {loudest}")
        return file.getnframes() / file.getframerate()


def expect_closed(visit, status):
    expect(status == 0, f"exit status {status}\n{visit.output}")
    for words in ("suspected", "it is on the home's disk", "the centre receives it", "delivered", "voice begins",
                  "closed", "Measured times", "raised → first sound", "Everything is stopped."):
        expect(words in visit.output, f"does not say: {words}\n{visit.output}")
    visit.expect_clean()


def fall_is_spoken_and_closed():
    visit = Visit("--ack")
    expect_closed(visit, visit.end())
    if "no sound card here" in visit.output:
        expect(WAV in visit.output, visit.output)
        expect(sound_seconds(WAV) > 1, "the sentence lasts less than a second")
        expect(sound_seconds(HOME_WAV) > 5, "the resident heard too little")
    for said in ("Mrs Martin, are you all right? If so, press your button.", "The centre has been told.", "The alert is over."):
        expect(f'the home\'s voice: "{said}"' in visit.output, f"the resident is not told: {said}\n{visit.output}")


def says_whose_recording_it_is():
    visit = Visit("--ack", environment={"VIGIE_DATA": "/nowhere"})
    line = visit.until("Recording:")
    visit.process.send_signal(signal.SIGINT)
    visit.end()
    expect("SYNTHETIC" in line, line)


def enter_acknowledges():
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        raise Skipped(f"no terminal can be had here: {error}") from None
    visit = Visit(stdin=theirs)
    os.close(theirs)
    visit.until("Press Enter")
    os.write(ours, b"\n")
    status = visit.end()
    os.close(ours)
    expect_closed(visit, status)


def daily_activity_raises_nothing():
    if os.path.exists(WAV):
        os.remove(WAV)
    visit = Visit("--recording", daily_recording())
    status = visit.end()
    expect(status == 0, f"exit status {status}\n{visit.output}")
    expect("nothing raised an alarm" in visit.output, visit.output)
    expect(not os.path.exists(WAV), f"{WAV} was written")
    visit.expect_clean()


def bad_recordings_are_refused():
    with tempfile.TemporaryDirectory() as folder:
        bad = os.path.join(folder, "bad.csv")
        with open(bad, "w", encoding="ascii") as file:
            file.write("t_ms,x_mg,y_mg,z_mg\n0,0,0,1000\n20,zero,0,1000\n")
        for path, words in ((os.path.join(folder, "none.csv"), "no such recording"), (bad, "bad.csv:3")):
            visit = Visit("--recording", path)
            status = visit.end()
            expect(status == 2, f"{path}: exit status {status}\n{visit.output}")
            expect(words in visit.output, f"{path}: does not say {words}\n{visit.output}")
            visit.expect_clean()


def interrupted_is_clean():
    visit = Visit()
    visit.until("are started")
    visit.process.send_signal(signal.SIGINT)
    status = visit.end()
    expect(status == 130, f"exit status {status}\n{visit.output}")
    visit.expect_clean()


def killed_leaves_nothing_running():
    visit = Visit()
    visit.until("are started")
    expect(len(visit.running()) >= 3, f"not three programs: {visit.running()}")
    visit.process.kill()
    visit.process.wait()
    visit.expect_gone()


CASES = [
    ("a fall is suspected, raised, delivered, spoken and closed", fall_is_spoken_and_closed),
    ("Enter acknowledges", enter_acknowledges),
    ("a daily activity raises nothing", daily_activity_raises_nothing),
    ("a recording that is missing or damaged is refused with its line", bad_recordings_are_refused),
    ("^C stops everything", interrupted_is_clean),
    ("kill -9 of the demo leaves nothing running", killed_leaves_nothing_running),
    ("without real data it says that the recording is synthetic", says_whose_recording_it_is),
]


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, (name, case) in enumerate(CASES, 1):
        try:
            case()
            print(f"ok {number} - {name}", flush=True)
        except Skipped as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Failed as problem:
            failed += 1
            print(f"not ok {number} - {name}", *str(problem).splitlines(), sep="\n# ", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
