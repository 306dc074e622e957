#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vigie-gateway alone with Debian's mosquitto: storms, kill -9, full disk, sound, bad starts. The hub is played. Prints TAP."""

import json
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import sys
import time
import wave

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import BUILD, House, run_tests, wait_for  # noqa: E402

STORM = 300
RESIDENT_MAX_KB = 20 * 1024


def incident(number, seq=1, **changes):
    return json.dumps({
        "v": 1, "id": f"{number:032x}", "home": "maison", "seq": seq, "class": "fall", "state": "raised", "outcome": "none", "said": "nothing",
        "test": False, "event_ms": 1795464010250, "changed_ms": 1795464010250, "probability": 0.9, "sensor": "Montre",
        "room": "Salon", "by": "hub", "why": "", "reasons": [], **changes})


class Hub:
    """A home's hub that says what it is told to and counts receipts."""

    def __init__(self, house):
        self.peer = house.peer("maison", "sub=vigie/v1/maison/receipt")
        self.receipts = set()

    def __enter__(self):
        self.wait("up")
        return self

    def __exit__(self, *_):
        self.peer.kill()
        self.peer.wait()
        self.peer.stdin.close()
        self.peer.stdout.close()

    def wait(self, word):
        for line in self.peer.stdout:
            if line.startswith("message ") and "/receipt " in line:
                self.receipts.add(json.loads(line.split(" ", 2)[2])["incident"])
            if line.startswith(word):
                return line
        raise AssertionError(f"the peer ended before {word}")

    def say(self, text):
        self.peer.stdin.write(f"pub vigie/v1/maison/incident {text}\n")

    def wait_receipts(self, wanted):
        while not wanted <= self.receipts:
            self.wait("message")


def resident_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    raise AssertionError("no VmHWM")


def stored(house):
    with sqlite3.connect(house.folder / "gateway.state/gateway.sqlite") as db:
        return {row[0] for row in db.execute("SELECT id FROM incident")}


def test_HS_05_a_storm_is_receipted_one_by_one_and_kept():
    with House() as house:
        house.start_broker()
        house.start_gateway()
        wanted = {f"{n:032x}" for n in range(STORM)}
        with Hub(house) as hub:
            for n in range(STORM):
                hub.say(incident(n))
            hub.wait_receipts(wanted)
        assert stored(house) == wanted
        assert len(house.gateway.incidents()) == STORM
        resident = resident_kb(house.gateway.process.pid)
        print(f"# {STORM} open incidents: {resident} kB resident at most")
        assert resident <= RESIDENT_MAX_KB or "address" in BUILD.name, resident  # its sanitizer keeps shadows
        # the voice says one after the other and the gateway answers meanwhile
        began = time.monotonic()
        assert house.gateway.ask("status")["incidents_open"] == STORM
        assert time.monotonic() - began < 1


def test_HS_02_gateway_killed_again_and_again_loses_nothing_receipted():
    with House() as house:
        house.start_broker()
        with Hub(house) as hub:
            for turn in range(6):
                house.start_gateway()
                for n in range(turn * 40, turn * 40 + 40):
                    hub.say(incident(n))
                hub.wait("message")
                house.gateway.end(signal.SIGKILL)
                assert hub.receipts <= stored(house), "a receipt was sent for what is not kept"
            # what had no receipt is sent again, as a hub does
            house.start_gateway()
            for n in range(240):
                hub.say(incident(n))
            hub.wait_receipts({f"{n:032x}" for n in range(240)})
        assert len(stored(house)) == 240
        with sqlite3.connect(house.folder / "gateway.state/gateway.sqlite") as db:
            twice = db.execute("SELECT incident, count(*) FROM transition WHERE state = 'received' GROUP BY incident "
                               "HAVING count(*) > 1").fetchall()
        assert not twice, twice


def test_a_full_disk_sends_no_receipt_and_is_heard_all_the_same():
    with House(device="null") as house:
        house.start_broker()
        house.start_gateway()
        with Hub(house) as hub:
            resource.prlimit(house.gateway.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            hub.say(incident(1))
            house.gateway.wait_step("spoken", f"{1:032x}")
            assert not house.gateway.told("receipted")
            faults = house.gateway.ask("status")["faults"]
            assert any("store" in fault for fault in faults), faults
            resource.prlimit(house.gateway.process.pid, resource.RLIMIT_FSIZE,
                             (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            hub.say(incident(1))
            hub.wait_receipts({f"{1:032x}"})
        assert house.gateway.ask("status")["faults"] == []


def test_a_cancelled_fall_is_taken_back_aloud():
    with House() as house:
        house.start_broker()
        house.start_gateway()
        with Hub(house) as hub:
            hub.say(incident(1))
            house.gateway.wait_step("announced")
            hub.say(incident(1, seq=2, state="cancelled", by="resident", why="fine"))
            wait_for(lambda: len(house.gateway.told("announced")) == 2, "the cancellation is said")
        assert house.gateway.incidents() == []
        assert house.gateway.incidents(everything=True)[0]["state"] == "cancelled"
        assert house.gateway.end() == 0
        with wave.open(str(house.wave)) as said:
            assert said.getframerate() == 22050
            assert said.getnframes() > 5 * 22050, said.getnframes()


def test_without_sound_the_fault_is_an_incident_and_goes_with_the_restart():
    with House(device="nosuchdevice") as house:
        house.start_broker()
        house.start_gateway()
        wait_for(lambda: house.gateway.ask("status")["sound"] != "ok", "the fault is shown")
        (own,) = house.gateway.incidents()
        assert own["home"] == "vigie-gateway" and own["class"] == "technical", own
        with Hub(house) as hub:
            hub.say(incident(1))
            hub.wait_receipts({f"{1:032x}"})
        assert len(house.gateway.incidents()) == 2
        assert house.gateway.end() == 0
        configuration = house.folder / "gateway.yaml"
        configuration.write_text(configuration.read_text(encoding="utf-8").replace("nosuchdevice", "null"), encoding="utf-8")
        house.gateway.steps.clear()
        house.start_gateway()
        wait_for(lambda: [i["state"] for i in house.gateway.incidents()] == ["announced"],
                 "what could not be said is said after the restart, and the fault is over")
        assert house.gateway.ask("status")["sound"] == "ok"


def test_operators_requests_are_checked():
    with House(device="null") as house:
        house.start_broker()
        house.start_gateway()
        with Hub(house) as hub:
            hub.say(incident(1))
            house.gateway.wait_step("announced")
        ask = house.gateway.ask
        for wrong in ({}, {"incident": "last"}, {"incident": 7, "by": "paul"}, {"incident": "last", "by": ""},
                      {"incident": "last", "by": "p" * 97}, {"incident": "last", "by": "a\nb"},
                      {"incident": "feed", "by": "paul"}, {"incident": "", "by": "paul"}):
            assert not ask("acknowledge", **wrong)["ok"], wrong
        for outcome in (None, "none", "nonsense", 3):
            assert not ask("close", incident="last", by="paul", outcome=outcome)["ok"], outcome
        for verb, state in (("acknowledge", "accepted"), ("on_the_way", "on_the_way"), ("on_site", "on_site")):
            answer = ask(verb, incident="last", by="paul")
            assert answer == {"ok": True, "incident": f"{1:032x}", "state": state}, answer
        assert ask("close", incident="last", by="paul", outcome="helped", why="levée")["ok"]
        assert not ask("close", incident="last", by="paul", outcome="helped")["ok"]
        assert not ask("nonsense")["ok"]


def start_and_end(house, *words):
    return subprocess.run([BUILD / "bin/vigie-gateway", *map(str, words)], capture_output=True, text=True, timeout=20,
                          check=False, cwd=house.folder)


def test_bad_starts_are_named_and_leave_the_right_status():
    with House(device="null") as house:
        good = house.folder / "gateway.yaml"
        bad = house.folder / "bad.yaml"
        bad.write_text("language: de\n", encoding="utf-8")
        assert start_and_end(house, "--config", good, "--check").returncode == 0
        for words in (("--config", bad, "--check"), ("--config", bad), ("--config", house.folder / "none.yaml"), ("--nonsense",),
                      ("word",)):
            ended = start_and_end(house, *words)
            assert ended.returncode == 2 and ended.stderr, (words, ended)
        assert start_and_end(house, "--version").stdout.startswith("vigie-gateway ")
        assert "--check" in start_and_end(house, "--help").stdout
        house.start_broker()
        house.start_gateway()
        second = start_and_end(house, "--config", good)
        assert second.returncode == 1 and "control" in second.stderr, second
        assert house.gateway.ask("status")["ok"], "the first goes on"
        assert house.gateway.end() == 0
        with sqlite3.connect(house.folder / "gateway.state/gateway.sqlite") as db:
            db.execute("PRAGMA user_version = 9")
        newer = start_and_end(house, "--config", good)
        assert newer.returncode == 1 and "newer version (schema 9" in newer.stderr, newer


if __name__ == "__main__":
    sys.exit(run_tests([test for name, test in list(globals().items()) if name.startswith("test_")]))
