#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A hub in the fullest air that one radio can hear: 2 600 advertisements a second, an installed button's presses among them.
Which presses are lost, and what it costs; beside a bare reader of the same packets (socat) and the hub in a quiet air."""
import os
import subprocess
import sys
import time

from measure import BUILD, HUB, Control, Daemon, cpu_s, line, wait_for_broker

from crowd import ADVERTS_PER_S, Controller, told, strangers
from house import House

SECONDS = 20
STRANGERS = 300
BUTTONS, ROOM_SENSORS = 20, 20
PRESSES = 200


def button(n):
    return f"A4:C1:38:00:00:{n:02X}"


def room_sensor(n):
    return f"A4:C1:38:00:01:{n:02X}"


def sensors():
    return "".join(
        [f'  - {{id: "{button(n)}", name: Bouton {n}, room: Salon, role: button}}\n' for n in range(BUTTONS)] +
        [f'  - {{id: "{room_sensor(n)}", name: Climat {n}, room: Salon, role: environment}}\n' for n in range(ROOM_SENSORS)])


def packets():
    """Noise, what the room sensors say, and one packet a press with a packet id of its own."""
    climate = [told(room_sensor(n), b"\x02\xCA\x09", b"\x03\xBF\x13") for n in range(ROOM_SENSORS)]
    presses = [told(button(n % BUTTONS), bytes([0, 1 + n // BUTTONS]), b"\x3A\x01") for n in range(PRESSES)]
    return strangers(STRANGERS), climate, presses


def presses_heard(status):
    """Each press is told twice: when it is first heard, and when it is confirmed."""
    return sum(s["readings"] for s in status["sensors"] if s["role"] == "button") // 2


def measure_hub(house):
    controller = Controller(house.folder / "radio")
    noise, climate, presses = packets()
    os.environ.update(VIGIE_RADIO=str(house.folder / "radio"), LD_PRELOAD=str(BUILD / "tests/fakes/radio.so"))
    hub = Daemon([HUB, "--config", house.folder / "hub.yaml"], house.folder)
    del os.environ["LD_PRELOAD"]
    with hub, Control(house.folder / "hub.control") as control:
        wait_for_broker(house.folder / "hub.control")
        while not controller.link:
            time.sleep(0.05)
        time.sleep(2)
        before = cpu_s(hub.pid)
        time.sleep(SECONDS / 2)
        quiet = (cpu_s(hub.pid) - before) / (SECONDS / 2)
        before = cpu_s(hub.pid)
        rate = controller.fill(SECONDS, noise, climate, [])
        full = (cpu_s(hub.pid) - before) / SECONDS
        before = cpu_s(hub.pid)
        controller.fill(SECONDS, noise, climate, presses)
        pressed = (cpu_s(hub.pid) - before) / SECONDS
        time.sleep(0.5)
        status, incidents = control.ask(do="status"), control.ask(do="incidents", all=True)["incidents"]
    return {"quiet": quiet, "full": full, "pressed": pressed, "rate": rate, "dropped": controller.dropped,
            "heard": presses_heard(status), "strangers": status["strangers"], "incidents": len(incidents)}


def measure_reader(folder):
    """Processor of a program that only reads the same packets, one by one, and throws them away."""
    controller = Controller(folder / "reader")
    noise, climate, _ = packets()
    with subprocess.Popen(["socat", "-u", f"UNIX-CONNECT:{folder}/reader,type=5", "/dev/null"]) as reader:
        while not controller.connected:
            time.sleep(0.05)
        controller.link = controller.connected
        before = cpu_s(reader.pid)
        controller.fill(SECONDS / 2, noise, climate, [])
        used = (cpu_s(reader.pid) - before) / (SECONDS / 2)
        reader.terminate()
    return used


def main():
    if not HUB.exists():
        print(f"bench_air: skipped, {HUB} is not built")
        return 0
    with House(sensors=sensors()) as house:
        path = house.folder / "hub.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("sensors:\n", "bluetooth: {adapter: hci0}\nsensors:\n", 1), encoding="utf-8")
        house.start_broker()
        hub, bare = measure_hub(house), measure_reader(house.folder)
    print(f"air: {hub['rate']:.0f} adverts/s (wanted {ADVERTS_PER_S}), {hub['strangers']} strangers' dropped unread, "
          f"{hub['dropped']} that the hub was too slow for", flush=True)
    lost = PRESSES - hub["heard"]
    print(f"air: {lost} of {PRESSES} presses lost, {BUTTONS - hub['incidents']} of {BUTTONS} buttons without their incident; "
          f"target 0: {'MISSED' if lost or hub['incidents'] != BUTTONS else 'met'}", flush=True)
    line("air: hub's processor in a full air", hub["full"] * 100, "%", "a bare reader (socat)", bare * 100, 2)
    line("air: hub's processor with the presses' incidents", hub["pressed"] * 100, "%", "in a quiet air", hub["quiet"] * 100)
    return 0


sys.exit(main())
