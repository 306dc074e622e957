#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real hub whose Bluetooth sockets are a controller of ours (tests/fakes/radio.c), in a crowded and broken air. Prints TAP."""

import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from crowd import Controller, told, strangers  # noqa: E402
from house import BUILD, House, run_tests, wait_for  # noqa: E402

JAMMED_S = 90  # slow rounds of 10 s, half a minute held, and a slow machine
BUTTONS, PRESSES_EACH, REPETITIONS, NOISE_BETWEEN = 12, 5, 4, 60


def address(n):
    return f"A4:C1:38:00:00:{n:02X}"


class Crowd(House):
    """A home full of buttons, and the controller that its hub hears."""

    def __init__(self):
        super().__init__(sensors="".join(f'  - {{id: "{address(n)}", name: Bouton {n}, role: button}}\n' for n in range(BUTTONS)))
        path = self.folder / "hub.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("sensors:\n", "bluetooth: {adapter: hci0}\nsensors:\n", 1), encoding="utf-8")
        self.controller = Controller(self.folder / "radio")

    def start_hub(self, *extra, **how):
        super().start_hub(*extra, is_up=False, VIGIE_RADIO=str(self.folder / "radio"),
                          LD_PRELOAD=str(BUILD / "tests/fakes/radio.so"), **how)
        wait_for(lambda: self.controller.link, "the hub scans")

    def readings(self):
        return [s["readings"] for s in self.hub.ask("status")["sensors"]]


def test_HS_09_no_press_is_lost_in_a_crowded_air():
    with Crowd() as house:
        house.start_hub()
        noise = strangers(100)
        for packet in range(PRESSES_EACH):
            for n in range(BUTTONS):
                for _ in range(REPETITIONS):
                    for stranger in random.choices(noise, k=NOISE_BETWEEN):
                        house.controller.link.send(stranger)
                    house.controller.link.send(told(address(n), bytes([0, packet + 1]), b"\x3A\x01"))
        # each press is told when it is first heard and when it is confirmed
        wait_for(lambda: house.readings() == [2 * PRESSES_EACH] * BUTTONS, f"each press is heard once: {house.readings()}")
        assert len(house.hub.incidents()) == BUTTONS, house.hub.incidents()
        assert house.hub.ask("status")["strangers"] == BUTTONS * PRESSES_EACH * REPETITIONS * NOISE_BETWEEN


def test_broken_packets_cost_no_press():
    with Crowd() as house:
        house.start_hub()
        press = told(address(1), b"\x00\x01", b"\x3A\x01")
        chance = random.Random(1)  # without a hardware error among them, after which a hub begins anew
        for n in range(2000):
            house.controller.link.send(press[:1 + n % (len(press) - 1)])
            house.controller.link.send(bytes(chance.randrange(256) for _ in range(1 + n % 300)))
        house.controller.link.send(press)
        house.controller.link.send(press)
        wait_for(lambda: len(house.hub.incidents()) == 1, "the press is raised")
        assert house.hub.end() == 0


def test_HS_07_a_flood_is_one_incident_that_says_jammed():
    with Crowd() as house:
        house.start_hub()
        press = told(address(1), b"\x00\x01", b"\x3A\x01")
        def flooded():
            for n in range(30):
                house.controller.say(press[:8 + n % (len(press) - 9)])
            return house.hub.incidents()
        [incident] = wait_for(flooded, f"it is told: {house.hub.ask('status')['found']}", JAMMED_S)
        assert (incident["class"], incident["sensor"]) == ("technical", "Récepteur radio"), incident
        assert incident["reasons"][0]["text"].startswith("radio brouillée"), incident
        assert "vigie-hub/radio: jammed" in house.hub.ask("status")["faults"], house.hub.ask("status")["faults"]
        # through it all a press is heard
        house.controller.link.send(press)
        house.controller.link.send(press)
        wait_for(lambda: "help" in [i["class"] for i in house.hub.incidents()], "the press is raised")


def main():
    return run_tests([value for name, value in globals().items() if name.startswith("test_")])


if __name__ == "__main__":
    sys.exit(main())
