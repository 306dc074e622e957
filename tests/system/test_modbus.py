#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A real hub and slaves on Modbus buses, over TCP and over socat's pairs of pseudo-terminals (RTU). Prints TAP."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import BUILD, RECORDINGS, TOP, House, run_tests, wait_for  # noqa: E402

PEER = BUILD / "tests/system/modbus_peer"


class Peer:
    """tests/system/modbus_peer with its slaves."""

    def __init__(self, how, where, *slaves):
        self.process = subprocess.Popen([PEER, how, str(where)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        words = self.process.stdout.readline().split()
        assert words[:1] == ["ready"], words
        self.port = int(words[1])
        for slave in slaves:
            self.say(f"slave {slave}")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        answer = self.process.stdout.readline()
        assert answer.endswith("ok\n"), (line, answer)
        return answer

    def requests(self, slave):
        return int(self.say(f"requests {slave}").split()[0])

    def coil(self, slave, address):
        return self.say(f"coil {slave} {address}").split()[0] == "1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.kill()
        self.process.wait(10)


class Pair:
    """Two pseudo-terminals that socat joins: `hub` is the hub's device, `slaves` the other end of the wire."""

    def __init__(self, folder):
        self.hub, self.slaves = folder / "bus-hub", folder / "bus-slaves"
        self.process = subprocess.Popen(["socat", f"pty,raw,echo=0,link={self.hub}", f"pty,raw,echo=0,link={self.slaves}"])
        wait_for(lambda: self.hub.exists() and self.slaves.exists(), "socat's pair")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


def cord(bus, slave, extra=""):
    return (f"  - {{id: cordon-{slave}, name: Cordon {slave}, room: Salle de bain, role: contact, modbus: {{bus: {bus}, slave: {slave}, "
            f"function: discrete_input, address: 4, kind: pull_cord{extra}}}}}\n")


def tcp(port, name="tableau"):
    return f"  - {{name: {name}, tcp: {{host: 127.0.0.1, port: {port}}}, response_ms: 100, cycle_ms: 20}}\n"


def rtu(device, name="couloir"):
    return f"  - {{name: {name}, rtu: {{device: {device}, baud: 115200}}, response_ms: 100, cycle_ms: 20}}\n"


def put_on_bus(house, buses, sensors):
    path = house.folder / "hub.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sensors:\n", f"buses:\n{buses}sensors:\n{sensors}"), encoding="utf-8")


def sensor(house, name):
    return next(s for s in house.hub.ask("status")["sensors"] if s["id"] == name)


def wait_state(house, name, state):
    wait_for(lambda: sensor(house, name)["state"] == state, f"{name} is {state}\n{house.hub.text()[-2000:]}", 30)


def test_a_pulled_cord_over_tcp_is_said_at_the_centre():
    with House() as house, Peer("tcp", 0, 3) as peer:
        put_on_bus(house, tcp(peer.port), cord("tableau", 3))
        house.start()
        wait_state(house, "cordon-3", "fresh")
        assert house.hub.incidents() == []
        peer.say("bit 3 4 1")
        incident = house.hub.wait_step("raised")["incident"]
        house.gateway.wait_step("announced", incident)
        [told] = house.hub.incidents()
        assert told["class"] == "help" and told["room"] == "Salle de bain" and told["sensor"] == "Cordon 3", told
        assert house.hub.end() == 0


def test_a_pulled_cord_over_a_serial_line_is_a_call():
    with House() as house, Pair(house.folder) as pair, Peer("rtu", pair.slaves, *range(1, 9)) as peer:
        put_on_bus(house, rtu(pair.hub), "".join(cord("couloir", n) for n in range(1, 9)))
        house.start_hub(is_up=False)
        for slave in range(1, 9):
            wait_state(house, f"cordon-{slave}", "fresh")
        peer.say("bit 8 4 1")
        house.hub.wait_step("raised")
        assert [i["sensor"] for i in house.hub.incidents()] == ["Cordon 8"]
        peer.say("mood 2 split")
        peer.say("bit 2 4 1")
        wait_for(lambda: len(house.hub.incidents()) == 2, "the second call")


def test_an_absent_slave_is_told_and_does_not_hold_up_the_others():
    with House() as house, Pair(house.folder) as pair, Peer("rtu", pair.slaves, 1, 2, 3) as peer:
        put_on_bus(house, rtu(pair.hub), "".join(cord("couloir", n) for n in (1, 2, 3)))
        house.start_hub(is_up=False)
        wait_state(house, "cordon-2", "fresh")
        for mood in ("silent", "garbage"):
            peer.say(f"mood 2 {mood}")
            wait_state(house, "cordon-2", "failed")
            assert house.hub.wait_step("failed")["text"] == "cordon-2: couloir slave 2 does not answer"
            before, began = peer.requests(3), time.monotonic()
            wait_for(lambda: time.monotonic() > began + 1, "a second")
            assert peer.requests(3) > before + 10
            assert sensor(house, "cordon-3")["state"] == "fresh"
            peer.say("mood 2 good")
            wait_state(house, "cordon-2", "fresh")
        assert len(house.hub.told("failed")) == 2 == len(house.hub.told("back"))
        peer.say("bit 2 4 1")
        house.hub.wait_step("raised")


def test_a_bus_that_goes_is_a_fault_until_it_is_back():
    with House() as house, Peer("tcp", 0, 1) as wall:
        put_on_bus(house, tcp(wall.port) + rtu(house.folder / "bus-hub"), cord("tableau", 1) + cord("couloir", 2))
        house.start_hub(is_up=False)
        wait_for(lambda: "modbus deaf: couloir: " in str(house.hub.ask("status")["faults"]), "the missing device is told")
        wait_state(house, "cordon-1", "fresh")
        for _ in range(2):
            with Pair(house.folder) as pair, Peer("rtu", pair.slaves, 2) as peer:
                wait_for(lambda: "deaf" not in str(house.hub.ask("status")["faults"]), "the device is back", 30)
                wait_state(house, "cordon-2", "fresh")
                assert peer.requests(2) > 0
            wait_for(lambda: "modbus deaf: couloir: " in str(house.hub.ask("status")["faults"]), "the unplugged device is told")
        assert sensor(house, "cordon-1")["state"] == "fresh"
        wall.say("bit 1 4 1")
        house.hub.wait_step("raised")


def test_a_slave_that_lost_its_power_is_told():
    with House() as house, Peer("tcp", 0, 1) as peer:
        peer.say("bit 1 272 1")
        put_on_bus(house, tcp(peer.port), cord("tableau", 1, ", first_read: 272"))
        house.start_hub(is_up=False)
        wait_state(house, "cordon-1", "fresh")
        time.sleep(0.5)
        assert not house.hub.told("rebooted")
        peer.say("bit 1 272 1")
        assert house.hub.wait_step("rebooted")["text"] == "cordon-1: tableau slave 1 lost its power"


LAMPS = ("outputs:\n  - {kind: lamp, modbus: {bus: tableau, slave: 1, coil: 5}}\n"
         "  - {kind: lamp, modbus: {bus: tableau, slave: 1, coil: 6, invert: true}}\n"
         "  - {kind: siren, modbus: {bus: tableau, slave: 1, coil: 7}}\n")


def ctl(house, *words):
    return subprocess.run([BUILD / "bin/vigie-ctl", "--socket", house.folder / "hub.control", *words], capture_output=True, text=True,
                          check=False, env={"LANG": "C.UTF-8"})


def lit(peer):
    return [peer.coil(1, n) for n in (5, 6, 7)]


def test_lamps_and_a_siren_are_switched_and_stay_as_wished():
    for sensors in (cord("tableau", 1), ""):
        with House() as house, Peer("tcp", 0, 1) as peer:
            put_on_bus(house, tcp(peer.port) + LAMPS, sensors)
            house.start_hub(is_up=False)
            wait_for(lambda: lit(peer) == [False, True, False], "all is off at first, as its wiring has it")
            done = ctl(house, "output", "lamp", "on")
            assert (done.returncode, done.stdout) == (0, "lamp is switched on\n"), done
            wait_for(lambda: lit(peer) == [True, False, False], "both lamps are on")
            ctl(house, "output", "siren", "on")
            wait_for(lambda: lit(peer) == [True, False, True], "the siren too")
            house.hub.end(signal.SIGKILL)
            house.start_hub(is_up=False)
            wait_for(lambda: lit(peer) == [False, True, False], "a hub that was killed leaves no lamp on")


def test_HS_16_the_lamp_blinks_while_asked_and_shines_when_help_was_called():
    with House(ask_s=60) as house, Peer("tcp", 0, 1) as peer:
        put_on_bus(house, tcp(peer.port) + LAMPS, "")
        house.start_broker()
        house.start_gateway()
        house.start_hub("--replay", RECORDINGS / "fall.csv", "--speed", "max")
        wait_for(lambda: [i["state"] for i in house.hub.incidents()] == ["verifying"], "the fall is asked about")
        for is_on in (True, False, True, False, True):
            wait_for(lambda on=is_on: lit(peer)[:2] == [on, not on], f"the lamps blink: {is_on}")
        assert house.hub.ask("answer", incident="last", said="fine")["state"] == "cancelled"
        wait_for(lambda: lit(peer)[:2] == [False, True], "nothing is asked any more: dark")
        call = house.hub.ask("press", sensor="bouton")["incident"]
        house.gateway.wait_step("announced", call)
        wait_for(lambda: lit(peer) == [True, False, False], "the call is on its way")
        began, seen = time.monotonic(), set()
        while time.monotonic() < began + 1.2:
            seen.add(tuple(lit(peer)))
        assert seen == {(True, False, False)}, "it shines, and blinks no more"


def test_HS_16_the_siren_sounds_in_an_outage_of_the_centre_and_only_then():
    """A real broker is killed: 5 s without a link after the call the slave sees the siren's coil, for 5 s, and the lamp blink on."""
    with House() as house, Peer("tcp", 0, 1) as peer:
        put_on_bus(house, tcp(peer.port) + LAMPS, "")
        house.start()
        wait_for(lambda: lit(peer) == [False, True, False], "all is off")
        house.gateway.wait_step("announced", house.hub.ask("press", sensor="bouton")["incident"])
        began = time.monotonic()
        while time.monotonic() < began + 7:
            assert not peer.coil(1, 7), "the centre has it: no siren"
        house.broker.end(signal.SIGKILL)
        wait_for(lambda: house.hub.ask("status")["broker"] == "down", "the hub notices")
        call, began = house.hub.ask("press", sensor="autre")["incident"], time.monotonic()
        wait_for(lambda: peer.coil(1, 7), "the siren sounds")
        sounded, seen = time.monotonic(), set()
        assert 4.5 < sounded - began < 8, sounded - began
        while peer.coil(1, 7):
            seen.add(peer.coil(1, 5))
            assert time.monotonic() < sounded + 8, "it sounds on and on"
        assert time.monotonic() > sounded + 4, "it is too short to wake anybody"
        assert seen == {True, False}, f"the lamp blinks: {seen}"
        # the centre is back: it gets the call, and the home is quiet
        house.start_broker()
        house.gateway.wait_step("announced", call, 60)
        wait_for(lambda: lit(peer) == [True, False, False], "the lamp shines, the siren is off")
        began = time.monotonic()
        while time.monotonic() < began + 3:
            assert lit(peer) == [True, False, False], "it stays so"


def test_a_lamp_that_cannot_be_switched_is_a_fault_until_it_can():
    with House() as house, Peer("tcp", 0, 1) as peer:
        put_on_bus(house, tcp(peer.port) + LAMPS, cord("tableau", 1))
        house.start_hub(is_up=False)
        wait_for(lambda: lit(peer) == [False, True, False], "all is off")
        peer.say("mood 1 silent")
        wait_state(house, "cordon-1", "failed")
        ctl(house, "output", "lamp", "on")
        fault = "lamp at tableau slave 1 coil 5: Connection timed out"
        wait_for(lambda: fault in house.hub.ask("status")["faults"], "the fault is told")
        peer.say("mood 1 good")
        wait_for(lambda: lit(peer) == [True, False, False], "the slave is back, and as wished", 30)
        wait_for(lambda: "lamp" not in str(house.hub.ask("status")["faults"]), "no fault any more", 30)
        done = ctl(house, "output", "siren", "off")
        assert done.returncode == 0, done


def test_a_home_without_lamp_refuses_to_switch_one():
    with House() as house:
        house.start_hub(is_up=False)
        done = ctl(house, "output", "lamp", "on")
        assert done.returncode == 1 and "no such output is installed" in done.stderr, done


def test_the_hub_ends_at_once_although_no_slave_answers():
    with House() as house, Peer("tcp", 0, 1) as peer:
        peer.say("mood 1 silent")
        put_on_bus(house, tcp(peer.port).replace("response_ms: 100", "response_ms: 600"), cord("tableau", 1))
        house.start_hub(is_up=False)
        wait_for(lambda: peer.requests(1) > 0, "it is asked")
        began = time.monotonic()
        assert house.hub.end() == 0
        # the exchange under way, and what a loaded machine takes beside it
        assert time.monotonic() - began < 3


def test_killed_and_started_again_it_hears_the_cord_that_is_still_pulled():
    with House() as house, Peer("tcp", 0, 1) as peer:
        put_on_bus(house, tcp(peer.port), cord("tableau", 1))
        house.start_hub(is_up=False)
        wait_state(house, "cordon-1", "fresh")
        house.hub.end(signal.SIGKILL)
        peer.say("bit 1 4 1")
        house.start_hub(is_up=False)
        wait_for(house.hub.incidents, "the call")
        house.hub.end(signal.SIGKILL)
        house.start_hub(is_up=False)
        wait_state(house, "cordon-1", "fresh")
        assert len(house.hub.incidents()) == 1


def test_the_example_configuration_is_right():
    """Its commented part too."""
    with House() as house:
        text = (TOP / "hub/hub.example.yaml").read_text(encoding="utf-8")
        head, tail = text.split("# buses:\n")
        buses, sensors = tail.split("# and among the sensors above:\n")
        bare = [re.sub(r"(?m)^# ?", "", part) for part in (buses, sensors)]
        path = house.folder / "example.yaml"
        path.write_text(head + bare[1] + "buses:\n" + bare[0], encoding="utf-8")
        done = subprocess.run([BUILD / "bin/vigie-hub", "--check", "--config", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "7 sensors" in done.stdout, (done.stdout, done.stderr, path.read_text(encoding="utf-8"))


def main():
    if not shutil.which("socat"):
        print("1..0 # SKIP socat is not installed")
        return 0
    return run_tests([value for name, value in globals().items() if name.startswith("test_")])


if __name__ == "__main__":
    sys.exit(main())
