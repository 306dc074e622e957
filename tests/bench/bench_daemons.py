#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemons at rest and at work: start, memory, wake-ups, processor, flash; targets and bare libraries beside each figure."""
import os
import re
import subprocess
import sys
import time

from measure import (GATEWAY, HUB, TOP, Control, Daemon, cpu_s, line, percentile, status, wait_for_broker, wake_ups,
                     written_bytes)

from broker import Peer
from house import House

STARTS = 21
REST_S = 20
WORK_S = 20
DAY_S = 86400
WEARABLES, ROOM_SENSORS = 3, 20
DAILY, HOME_DAY = TOP / "models/recordings/daily.csv", TOP / "models/recordings/home.csv"
ROLES = {"motion": "motion", "contact": "contact", "pressure": "pressure"}


def room_sensors():
    """20 sensors of home.csv: its own, and namesakes on further floors. Each: its id, of which floor, its role."""
    rows = [row.split(",") for row in HOME_DAY.read_text().splitlines()[1:]]
    kinds = sorted({row[1]: row[3] for row in rows}.items())
    return [(name, floor, ROLES[kind]) for floor in range(ROOM_SENSORS) for name, kind in kinds][:ROOM_SENSORS]


def sensors():
    worn = [f"  - {{id: w{n}, name: Montre {n}, role: wearable, place: wrist}}\n" for n in range(WEARABLES)]
    return "".join(worn + [f"  - {{id: {name}-{floor}, name: Détecteur, room: Salon, role: {role}}}\n"
                           for name, floor, role in room_sensors()])


def write_day(folder):
    """A whole day: the shipped 45 s of daily life over and over, and the shipped day of a home with as many floors as needed."""
    header, *rows = DAILY.read_text().splitlines()
    samples = [row.split(",", 1) for row in rows]
    period = int(samples[-1][0]) + 20
    with open(folder / "worn.csv", "w", encoding="utf-8") as out:
        out.write(header + "\n")
        for turn in range(DAY_S * 1000 // period):
            out.writelines(f"{int(t) + turn * period},{rest}\n" for t, rest in samples)
    header, *rows = HOME_DAY.read_text().splitlines()
    floors = [[floor for name, floor, _ in room_sensors() if name == row.split(",")[1]] for row in rows]
    with open(folder / "rooms.csv", "w", encoding="utf-8") as out:
        out.write(header + "\n")
        for row, on in zip(rows, floors):
            time_of, name, rest = row.split(",", 2)
            out.writelines(f"{time_of},{name}-{floor},{rest}\n" for floor in on)
    return sum(map(len, floors))


def replays(folder):
    worn = [word for n in range(WEARABLES) for word in ("--replay", folder / "worn.csv", "--sensor", f"w{n}")]
    return worn + ["--replay", folder / "rooms.csv"]


def daemon(house, name, *words, prefix=()):
    program = {"hub": HUB, "gateway": GATEWAY}[name]
    return Daemon([program, "--config", house.folder / f"{name}.yaml", *words], house.folder, prefix)


def start(house, name, program):
    readies, bares = [], []
    for _ in range(STARTS):
        with daemon(house, name) as one:
            readies.append(one.ready_ms)
        before = time.monotonic()
        subprocess.run([program, "--version"], check=True, stdout=subprocess.DEVNULL)
        bares.append((time.monotonic() - before) * 1e3)
    line(f"{name}: start to ready, median", percentile(readies, 50), "ms", "process start alone", percentile(bares, 50), 100)
    line(f"{name}: start to ready, slowest of {STARTS}", max(readies), "ms", "process start alone, slowest", max(bares), 100)


def bare_client(house, name, *words):
    """A client of the same broker over TLS with every library of the daemon loaded, and nothing else. The centre's keeps itself
    awake by an echo as the gateway does."""
    keys = house.broker_folder
    key = keys / ("homes/voisin" if name == "hub" else "gateway")
    linked = subprocess.run(["ldd", {"hub": HUB, "gateway": GATEWAY}[name]], check=True, capture_output=True, text=True).stdout
    os.environ["LD_PRELOAD"] = " ".join(re.findall(r"=> (/\S+)", linked))
    peer = Peer(f"mqtts://127.0.0.1:{house.port}", f"bare-{name}", (keys / "ca.crt", f"{key}.crt", f"{key}.key"), *words)
    del os.environ["LD_PRELOAD"]
    return peer


def resident_mb(pid):
    """In millions of bytes, as it is promised."""
    return status(pid, "VmRSS") * 1024 / 1e6


def rest(house, name, peer, memory_limit):
    with daemon(house, name) as one:
        wait_for_broker(house.folder / f"{name}.control")
        time.sleep(2)
        before = [(wake_ups(pid), cpu_s(pid)) for pid in (one.pid, peer.pid)]
        time.sleep(REST_S)
        after = [(wake_ups(pid), cpu_s(pid)) for pid in (one.pid, peer.pid)]
        woken, used = [[(a[n] - b[n]) / REST_S for a, b in zip(after, before)] for n in (0, 1)]
        line(f"{name}: resident memory at rest", resident_mb(one.pid), "MB", "bare libraries with a TLS connection",
             resident_mb(peer.pid), memory_limit)
        line(f"{name}: wake-ups at rest", woken[0], "/s", "bare client", woken[1], 2)
        line(f"{name}: processor at rest", used[0] * 100, "%", "bare client", used[1] * 100, 0.1)


def work(house, peer):
    """All sensors at true speed; then one press, whose commits prove that the counting counts."""
    counts = house.folder / "syscalls"
    strace = ("strace", "-f", "-tt", "-o", counts, "-e", "trace=fsync,fdatasync")
    with daemon(house, "hub", *replays(house.folder), prefix=strace) as traced:
        children = subprocess.run(["ps", "--no-headers", "-o", "pid", "--ppid", str(traced.pid)], capture_output=True, text=True)
        pid = int(children.stdout.split()[0])
        wait_for_broker(house.folder / "hub.control")
        time.sleep(2)
        before = written_bytes(pid), syncs(counts)
        time.sleep(WORK_S)
        after = written_bytes(pid), syncs(counts)
        memory = resident_mb(pid)
        with Control(house.folder / "hub.control") as control:
            heard = [s for s in control.ask(do="status")["sensors"] if s["state"] == "fresh" and s["id"].startswith("w")]
            assert len(heard) == WEARABLES, heard
            assert control.ask(do="press", sensor="w0")["ok"]
        time.sleep(0.5)
        pressed = syncs(counts)
        subprocess.run(["kill", str(pid)], check=True)
        traced.process.wait(10)
    assert pressed > after[1], "strace has counted no sync of a press"
    written = (after[0] - before[0]) / WORK_S * DAY_S / 1e9
    line("hub: resident memory, everything on", memory, "MB", "bare libraries with a TLS connection", resident_mb(peer.pid), 12)
    line("hub: flash syncs, 3 wearables at 50 Hz", (after[1] - before[1]) / WORK_S, "/s", "a commit a sample", 150, 1)
    line("hub: flash written, 3 wearables at 50 Hz", written, "GB/day", "a page a sample", 3 * 50 * DAY_S * 4096 / 1e9, 0.1)
    line("hub: flash syncs of the first press since its start", pressed - after[1], "syncs", "one commit", 1)


def syncs(counts):
    return len(re.findall(r"(?:fsync|fdatasync)\(", counts.read_text()))


def replayed_day(house, events):
    words = [HUB, "--config", house.folder / "hub.yaml", *replays(house.folder), "--speed", "max", "--exit-at-end"]
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, result, used = os.wait4(child.pid, 0)
    assert result == 0, result
    bare = subprocess.Popen(["wc", "-l"] + [house.folder / "worn.csv"] * WEARABLES, stdout=subprocess.DEVNULL)
    _, _, reading = os.wait4(bare.pid, 0)
    line(f"hub: a replayed day of 3 wearables and {ROOM_SENSORS} room sensors ({events} events), processor",
         used.ru_utime + used.ru_stime, "s", "counting the same lines (wc -l)", reading.ru_utime + reading.ru_stime, 2)


def main():
    if not HUB.exists():
        print(f"bench_daemons: skipped, {HUB} is not built")
        return 0
    with House(sensors=sensors()) as house:
        house.start_broker()
        events = write_day(house.folder)
        start(house, "hub", HUB)
        start(house, "gateway", GATEWAY)
        with bare_client(house, "hub", "sub=vigie/v1/voisin/receipt") as peer:
            peer.wait("up")
            rest(house, "hub", peer.process, 12)
            work(house, peer.process)
        with bare_client(house, "gateway", "echo=vigie/v1/x/echo") as peer:
            peer.wait("up")
            rest(house, "gateway", peer.process, 20)
        replayed_day(house, events)
    return 0


sys.exit(main())
