#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""From a call for help in the home to its arrival at the centre: the hub's own steps, then a subscriber with the gateway's
certificate (this program, which answers with receipts but stores nothing). Beside a bare fdatasync and a bare hop."""
import statistics
import sys
import tempfile
import time

from measure import HUB, Control, Daemon, Floor, hub_configuration, line, percentile, wait_for_broker

from broker import Place

CALLS = 100


def now_us():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def call(control, steps, centre):
    """The times in µs: asked, committed, published, arrived."""
    asked = now_us()
    incident = control.ask(do="test")["incident"]
    committed = steps.wait("committed")["time_us"]
    published = steps.wait("published")["time_us"]
    while True:
        message = centre.wait("message")
        arrived = now_us()
        if incident in message:
            break
    seq = int(message.split('"seq":', 1)[1].split(",", 1)[0])
    centre.say(f'pub vigie/v1/home-1/receipt {{"v":1,"incident":"{incident}","seq":{seq}}}')
    steps.wait("receipt")
    return asked, committed, published, arrived


def main():
    if not HUB.exists():
        print(f"bench_outbox: skipped, {HUB} is not built")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        place = Place(folder + "/broker")
        configuration = hub_configuration(place, "home-1", folder, ["id: b1, name: Pendentif, role: button, button: help"])
        with place.mosquitto, Daemon([HUB, "--config", configuration], folder), \
                place.as_gateway("sub=vigie/v1/home-1/incident", "sub=vigie/v1/x/echo") as centre:
            centre.wait("up")
            wait_for_broker(f"{folder}/hub-control")
            centre.say("echo vigie/v1/x/echo 100 10")
            hop_ms = int(centre.wait("echoed", 30).split()[5]) / 1000
            floor = Floor(folder)
            times = []
            with Control(f"{folder}/hub-control") as control, Control(f"{folder}/hub-control") as steps:
                assert steps.ask(do="follow")["ok"]
                for _ in range(CALLS):  # the disk is other people's too: call and floor take turns
                    times.append(call(control, steps, centre))
                    floor.sync()
    sync_ms = statistics.median(floor.took_ms)
    durable = [(committed - asked) / 1000 for asked, committed, _, _ in times]
    onward = [(arrived - committed) / 1000 for _, committed, _, arrived in times]
    whole = [(arrived - asked) / 1000 for asked, _, _, arrived in times]
    line("call → durable in the home, median", percentile(durable, 50), "ms", "a bare fdatasync", sync_ms)
    line("call → durable in the home, p99", percentile(durable, 99), "ms", "a bare fdatasync, p99", percentile(floor.took_ms, 99))
    line("durable → arrived at the centre, median", percentile(onward, 50), "ms", "a bare hop over TLS", hop_ms)
    line("call → arrived at the centre, median", percentile(whole, 50), "ms", "a bare fdatasync and a hop", sync_ms + hop_ms)
    line("call → arrived at the centre, p99", percentile(whole, 99), "ms", "limit with the centre's commit too", 8)
    return 0


sys.exit(main())
