#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The straight line: last sensor byte in the home → incident durable at the centre → voice at the operator's desk.

Real broker over TLS, real gateway with its store and its voice, real hub with dialogue 0 s; both commits synchronous=FULL.
Presses are a btsnoop recording of BTHome adverts played at true speed: HCI packet → advertisement → decoder → judge → outbox →
wire → store. Falls are the shipped synthetic fall, over and over, played 36 times faster: batch → model → … . From: the hub's
clock as the decoded press or the deciding batch enters the hub (its step "suspected" carries that time). What
lies between the radio's byte and that is not in it: the decoding, below 1 µs (bench_decode), and the loop's waking up, which a
replayed recording does not need. To: the gateway's step "committed", told right after COMMIT returned; "spoken" is told when
ALSA has taken the first period, and silence before the first audible frame is never handed on. ALSA's file plugin writes to
/dev/null, so that the WAV's own writes do not slow the disk for everybody. Telling the steps is itself on the path.

Floors take turns with the presses, in the same folder and over the same broker: two fdatasync of a page overwritten in place,
and a hop of an incident's size by a bare client on a TLS socket. The voice's floor is bench_voice's: libespeak-ng alone.
"""
import json
import re
import struct
import subprocess
import sys
import time

from measure import BUILD, HUB, TOP, Control, Floor, line, percentile

from bare import Bare
from house import House, wait_for

BUTTONS = 40
PRESSES, GAP_S = 320, 0.3       # each button rests longer than the 10 s after which its "reading" is told
RARE, RARE_GAP_S = 20, 2.0      # after silences, when everybody sleeps
FALLS, FALL_SPEED = 100, 36     # one each 0.5 s
LEAD_S = 3
GIVE_UP_S = 60
POLL_S = 0.03
SENSORS = "  - {id: wearable, name: Montre, room: Salon, role: wearable, place: wrist}\n" + "".join(
    f"  - {{id: 'C0:00:00:00:00:{n:02X}', name: Bouton {n}, room: Chambre, role: button, button: help}}\n" for n in range(BUTTONS))
EPOCH_US = 0x00dcddb30f2f8000


def advert(button, packet_id):
    """The HCI event of one press: legacy report, flags, BTHome v2 with packet id and button event."""
    data = bytes([2, 1, 6, 8, 0x16, 0xD2, 0xFC, 0x44, 0, packet_id, 0x3A, 1])
    report = bytes([2, 1, 3, 1, button, 0, 0, 0, 0, 0xC0, len(data)]) + data + b"\xC4"
    return bytes([4, 0x3E, len(report)]) + report


def record_presses(path):
    """A stranger's advert first: the hub plays from its start, and needs a moment to be connected."""
    stamp_us = EPOCH_US
    with open(path, "wb") as out:
        out.write(b"btsnoop\0" + struct.pack(">II", 1, 1002))
        for n in range(-1, PRESSES + RARE):
            event = advert(n % BUTTONS, n // BUTTONS) if n >= 0 else advert(0xEE, 0)
            # told in the open, a press counts at its second hearing
            out.write((struct.pack(">IIIIq", len(event), len(event), 1, 0, stamp_us) + event) * 2)
            stamp_us += int((LEAD_S if n < 0 else GAP_S if n < PRESSES else RARE_GAP_S) * 1e6)


def record_falls(path):
    """45 s of daily life first, for the same reason."""
    turns = [TOP / "models/recordings/daily.csv"] + [TOP / "models/recordings/fall.csv"] * FALLS
    begin = 0
    with open(path, "w", encoding="utf-8") as out:
        for n, turn in enumerate(turns):
            header, *rows = turn.read_text().splitlines()
            samples = [row.split(",", 1) for row in rows]
            out.writelines([header + "\n"] * (n == 0) + [f"{int(t) + begin},{rest}\n" for t, rest in samples])
            begin += int(samples[-1][0]) + 20


class Steps:
    """The steps of one daemon, read now and then: a reader that woke at each would take the processor from those it measures."""

    def __init__(self, program):
        self.control = Control(program.control)
        assert self.control.ask(do="follow")["ok"]
        self.control.socket.setblocking(False)
        self.rest, self.first = b"", {}

    def read(self):
        try:
            self.rest += self.control.socket.recv(1 << 20)
        except BlockingIOError:
            return
        *lines, self.rest = self.rest.split(b"\n")
        for step in map(json.loads, lines):
            self.first.setdefault(step["what"], {}).setdefault(step.get("incident"), step["time_us"])

    def told(self, what):
        return self.first.get(what, {})


class Run:
    """A home and a centre, the floors beside them, and what both took in ms."""

    def __init__(self, house):
        keys = house.broker_folder
        house.start_broker()
        house.gateway.start()
        wait_for(lambda: house.gateway.ask("status").get("broker") == "up", "the gateway is connected")
        self.house, self.floor, self.centre = house, Floor(house.folder), Steps(house.gateway)
        self.bare = Bare(house.port, keys / "ca.crt", keys / "gateway.crt", keys / "gateway.key", "vigie/v1/x/echo")

    def play(self, recording, speed, count):
        self.house.hub.start(("--replay", recording, "--speed", speed))
        wait_for(lambda: self.house.hub.ask("status")["broker"] == "up", "the hub is connected")
        self.home = Steps(self.house.hub)
        closed, until = set(), time.monotonic() + GIVE_UP_S
        while len(closed) < count:
            assert time.monotonic() < until, f"{len(closed)} of {count} reached the centre, and no more for {GIVE_UP_S} s"
            self.home.read()
            self.centre.read()
            for incident in self.centre.told("announced").keys() - closed:
                answer = self.house.gateway.ask("close", incident=incident, by="bench", outcome="test")
                assert answer["ok"], answer
                closed.add(incident)
                until = time.monotonic() + GIVE_UP_S
                self.floor.sync()
                self.floor.sync()
                self.bare.hop()
            time.sleep(POLL_S)

    def floors(self):
        return [a + b + hop for a, b, hop in zip(self.floor.took_ms[::2], self.floor.took_ms[1::2], self.bare.took_ms)]

    def times(self):
        """Per incident in µs: suspected, committed in the home, received, committed at the centre, spoken."""
        told = [steps.told(what) for steps, what in ((self.home, "suspected"), (self.home, "committed"), (self.centre, "received"),
                                                     (self.centre, "committed"), (self.centre, "spoken"))]
        steps = [[step[incident] for step in told] for incident in self.centre.told("announced")]
        assert all(s == sorted(s) for s in steps)
        return sorted(steps)


def measure(record, speed, count):
    with House(sensors=SENSORS, device="file:FILE=/dev/null,FORMAT=raw") as house:
        run = Run(house)
        record(house.folder / "recording")
        run.play(house.folder / "recording", speed, count)
        run.bare.close()
        return run


def between(steps, first, last):
    return [(s[last] - s[first]) / 1e3 for s in steps]


def tell(what, steps, floors):
    against, whole = "two bare fdatasync and a bare hop over TLS", between(steps, 0, 3)
    line(f"{what} → durable at the centre, median of {len(steps)}", percentile(whole, 50), "ms", against, percentile(floors, 50), 2)
    if len(steps) >= 100:
        line(f"{what} → durable at the centre, p99", percentile(whole, 99), "ms", against + ", p99", percentile(floors, 99), 8)


def tell_parts(steps, syncs, hops):
    for what, part, against, floor in (("last byte → durable in the home", (0, 1), "one bare fdatasync", syncs),
                                       ("durable in the home → received at the centre", (1, 2), "a bare hop over TLS", hops),
                                       ("received → durable at the centre", (2, 3), "one bare fdatasync", syncs)):
        line(f"  {what}, median", percentile(between(steps, *part), 50), "ms", against, percentile(floor, 50))


def tell_voice(steps):
    told = subprocess.run([BUILD / "tests/bench/bench_voice"], check=True, capture_output=True, text=True).stdout
    alone = {percent: float(re.search(f"libespeak-ng alone, {percent} ([\\d.]+) ms", told)[1]) for percent in ("median", "p99")}
    took = between(steps, 3, 4)
    for percent, target in (("median", None), ("p99", 5)):
        line(f"durable at the centre → first audible frame at ALSA, {percent}", percentile(took, 50 if percent == "median" else 99),
             "ms", "libespeak-ng alone", alone[percent], target)


def main():
    if not HUB.exists():
        print(f"bench_line: skipped, {HUB} is not built")
        return 0
    run = measure(record_presses, 1, PRESSES + RARE)
    presses, floors = run.times(), run.floors()
    tell("press", presses[:PRESSES], floors[:PRESSES])
    tell_parts(presses[:PRESSES], run.floor.took_ms, run.bare.took_ms)
    tell("press after 2 s of silence", presses[PRESSES:], floors[PRESSES:])
    run = measure(record_falls, FALL_SPEED, FALLS)
    falls = run.times()
    tell("fall", falls, run.floors())
    tell_voice(presses + falls)
    return 0


sys.exit(main())
