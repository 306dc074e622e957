#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The hub at rest and at work: start, memory, wake-ups, processor, flash. Issue's limits and bare libraries beside each figure."""
import os
import re
import subprocess
import sys
import tempfile
import time

from measure import (HUB, TOP, Control, Daemon, cpu_s, hub_configuration, line, percentile, status, wait_for_broker, wake_ups,
                     written_bytes)

from broker import Peer, Place

REST_S = 20
WORK_S = 20
STRETCH_H = 6
DAY_S = 86400
WEARABLES = [f"id: w{n}, name: Montre {n}, role: wearable, place: wrist" for n in range(3)]
SENSORS = WEARABLES + [f"id: m{n}, name: Détecteur {n}, room: Salon, role: motion" for n in range(17)]
DAILY = TOP / "models/recordings/daily.csv"


def three_wearables(recording):
    return [word for n in range(3) for word in ("--replay", recording, "--sensor", f"w{n}")]


def start(configuration, folder):
    readies, bares = [], []
    for _ in range(11):
        with Daemon([HUB, "--config", configuration], folder) as hub:
            readies.append(hub.ready_ms)
        before = time.monotonic()
        subprocess.run([HUB, "--version"], check=True, stdout=subprocess.DEVNULL)
        bares.append((time.monotonic() - before) * 1e3)
    line("hub start to ready, median", percentile(readies, 50), "ms", "process start alone", percentile(bares, 50))
    line("hub start to ready, slowest of 11", max(readies), "ms", "limit", 100)


def rest(place, configuration, folder):
    with Daemon([HUB, "--config", configuration], folder) as hub, \
            Peer(place.uri, "bare", place.home("bare"), "sub=vigie/v1/bare/receipt") as bare:
        bare.wait("up")
        wait_for_broker(f"{folder}/hub-control")
        time.sleep(2)
        peer = bare.process.pid
        before = wake_ups(hub.pid), wake_ups(peer), cpu_s(hub.pid)
        time.sleep(REST_S)
        after = wake_ups(hub.pid), wake_ups(peer), cpu_s(hub.pid)
        line("hub resident memory", status(hub.pid, "VmRSS") / 1024, "MiB", "bare libraries with a TLS connection",
             status(peer, "VmRSS") / 1024)
        line("hub wake-ups at rest", (after[0] - before[0]) / REST_S, "/s", "bare connection", (after[1] - before[1]) / REST_S)
        line("hub wake-ups at rest", (after[0] - before[0]) / REST_S, "/s", "limit", 2)
        line("hub processor at rest", (after[2] - before[2]) / REST_S * 100, "%", "limit", 0.1)


def flash(configuration, folder):
    """Three 50 Hz wearables at true speed; then one press, whose commits prove that the counting counts."""
    counts = f"{folder}/syscalls"
    words = [HUB, "--config", configuration, *three_wearables(f"{folder}/stretch.csv")]
    with Daemon(words, folder, ("strace", "-f", "-tt", "-o", counts, "-e", "trace=fsync,fdatasync")) as traced:
        children = subprocess.run(["ps", "--no-headers", "-o", "pid", "--ppid", str(traced.pid)], capture_output=True, text=True)
        pid = int(children.stdout.split()[0])
        time.sleep(3)
        before = written_bytes(pid), syncs(counts)
        time.sleep(WORK_S)
        after = written_bytes(pid), syncs(counts)
        with Control(f"{folder}/hub-control") as control:
            heard = [s for s in control.ask(do="status")["sensors"] if s["state"] == "fresh"]
            assert len(heard) == 3, heard
            assert control.ask(do="press", sensor="w0")["ok"]
        time.sleep(0.5)
        pressed = written_bytes(pid), syncs(counts)
        subprocess.run(["kill", str(pid)], check=True)
        traced.process.wait(10)
    assert pressed[1] > after[1], "strace has counted no sync of a press"
    written = after[0] - before[0]
    line("flash syncs with 3 wearables at 50 Hz", (after[1] - before[1]) / WORK_S, "/s", "limit", 1)
    line("flash syncs of one press", pressed[1] - after[1], "syncs", "one commit", 1)
    line("flash written with 3 wearables at 50 Hz", written / WORK_S * DAY_S / 1e9, "GB/day", "limit", 0.1)
    line("flash written with 3 wearables at 50 Hz", written / WORK_S * DAY_S / 1e9, "GB/day", "a page a sample",
         3 * 50 * DAY_S * 4096 / 1e9)


def syncs(counts):
    return len(re.findall(r"(?:fsync|fdatasync)\(", open(counts).read()))


def stretch(path):
    """The shipped 45 s of daily life, over and over, with the sensor's clock running on."""
    rows = DAILY.read_text().splitlines()
    samples = [row.split(",", 1) for row in rows[1:]]
    period = int(samples[-1][0]) + 20
    with open(path, "w") as out:
        out.write(rows[0] + "\n")
        for turn in range(STRETCH_H * 3600 * 1000 // period):
            out.writelines(f"{int(t) + turn * period},{rest}\n" for t, rest in samples)


def a_day(configuration, folder):
    words = [HUB, "--config", configuration, *three_wearables(f"{folder}/stretch.csv"), "--speed", "max", "--exit-at-end"]
    before = time.monotonic()
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, result, used = os.wait4(child.pid, 0)
    took = time.monotonic() - before
    assert result == 0, result
    line(f"a replayed day of 3 wearables ({24 // STRETCH_H} × {STRETCH_H} h), processor",
         (used.ru_utime + used.ru_stime) * 24 / STRETCH_H, "s", "limit", 2)
    line(f"{STRETCH_H} replayed hours of 3 wearables, wall clock", took, "s", "its processor time", used.ru_utime + used.ru_stime)


def main():
    if not HUB.exists():
        print(f"bench_hub: skipped, {HUB} is not built")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(folder + "/broker")
        configuration = hub_configuration(place, "home-1", folder, SENSORS)
        stretch(f"{folder}/stretch.csv")
        with place.mosquitto:
            start(configuration, folder)
            rest(place, configuration, folder)
            flash(configuration, folder)
            a_day(configuration, folder)
    return 0


sys.exit(main())
