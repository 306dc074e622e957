#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults of a home at the centre (HS-07, HS-12): real hub, broker and gateway, a recording that speaks for sensors, a Modbus bus
that is unplugged, the home's power. Prints TAP."""

import concurrent.futures
import os
import signal
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import House, run_tests, wait_for  # noqa: E402
from test_modbus import Peer, cord, put_on_bus, tcp, wait_state  # noqa: E402

SENSORS = ("  - {id: bouton, name: Bouton de la chambre, room: Chambre, role: button, stale_s: 15}\n"
           "  - {id: pir, name: Détecteur, room: Salon, role: motion}\n")
SECONDS = 50  # a deadline of 15 s, two slow rounds of 10 s, and a slow machine
HELD = 80     # what must last half a minute first


def technical(house, everything=True):
    return [i for i in house.gateway.incidents(everything) if i["class"] == "technical"]


def wait_told(house, seconds):
    wait_for(lambda: technical(house), f"the fault is at the centre\n{house.hub.text()[-2000:]}", seconds)
    (incident,) = technical(house)
    return incident


def wait_closed(house, incident, seconds=SECONDS):
    wait_for(lambda: not technical(house, everything=False), f"it is closed by itself\n{house.hub.text()[-2000:]}", seconds)
    (over,) = technical(house)
    assert over["id"] == incident["id"], (over, incident)
    assert (over["state"], over["outcome"], over["by"]) == ("closed", "repaired", "hub"), over
    wait_for(lambda: house.hub.ask("status")["incidents_open"] == 0, "nothing stays open in the home")
    return over


def speak(house):
    """A recording in which the button is heard once."""
    path = house.folder / "heard.csv"
    path.write_text("time,sensor,room,kind,value\n2026-01-01T10:00:00,bouton,Chambre,light,1\n"
                    "2026-01-01T10:00:01,pir,Salon,motion,1\n", encoding="utf-8")
    return "--replay", path


def test_HS_12_a_silent_sensor_is_one_incident_through_kill_9_and_closed_when_it_is_back():
    with House(sensors=SENSORS) as house:
        house.start_broker()
        house.start_gateway()
        house.start_hub(*speak(house))
        incident = wait_told(house, SECONDS)
        assert incident["sensor"] == "Bouton de la chambre" and incident["room"] == "Chambre", incident
        assert incident["reasons"][0]["text"].startswith("capteur muet depuis "), incident
        said = house.gateway.wait_step("queued", incident["id"])["text"]
        assert said.startswith("Panne technique : Bouton de la chambre, capteur muet depuis "), said
        status = house.hub.ask("status")
        [button] = [s for s in status["sensors"] if s["id"] == "bouton"]
        assert button["state"] == "stale" and button["deadline_s"] == 15, button
        assert "bouton: silent" in status["faults"], status["faults"]
        # killed and started without a word of the sensor: the same incident, and no other
        house.hub.end(signal.SIGKILL)
        house.start_hub()
        ticks = time.monotonic() + 25
        wait_for(lambda: time.monotonic() > ticks, "two rounds", 30)
        assert [i["id"] for i in technical(house)] == [incident["id"]]
        house.hub.end(signal.SIGKILL)
        house.start_hub(*speak(house))
        over = wait_closed(house, incident)
        assert over["why"] == "de nouveau entendu", over
        with sqlite3.connect(house.folder / "hub.state/hub.db") as db:
            assert db.execute("SELECT count(*) FROM incident").fetchone()[0] == 1


def test_HS_07_an_unplugged_bus_is_one_incident_and_not_one_a_sensor():
    with House(sensors="") as house:
        slaves = (3, 4, 5, 6)
        with Peer("tcp", 0, *slaves) as peer:
            port = peer.port
            put_on_bus(house, tcp(port), "".join(cord("tableau", n) for n in slaves))
            house.start()
            for n in slaves:
                wait_state(house, f"cordon-{n}", "fresh")
        incident = wait_told(house, HELD)
        assert incident["sensor"] == "Bus Modbus tableau", incident
        assert incident["reasons"][0]["text"].startswith("n’entend plus rien"), incident
        counted = time.monotonic() + 35
        wait_for(lambda: time.monotonic() > counted, "what would be told of sensors has had its time", 40)
        assert len(technical(house)) == 1, technical(house)
        with Peer("tcp", port, *slaves):
            wait_closed(house, incident, HELD)


def test_HS_12_mains_lost_and_back():
    with House(sensors=SENSORS.splitlines(True)[1]) as house:
        supply = house.folder / "power/AC"
        supply.mkdir(parents=True)
        (supply / "type").write_text("Mains\n", encoding="utf-8")
        (supply / "online").write_text("0\n", encoding="utf-8")
        path = house.folder / "hub.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("sensors:\n", f"power_supply: {supply.parent}\nsensors:\n"),
                        encoding="utf-8")
        house.start()
        incident = wait_told(house, HELD + 30)
        assert incident["sensor"] == "Box", incident
        assert incident["reasons"][0]["text"].startswith("coupure de courant"), incident
        # an operator may close it while it lasts: it is not told again
        house.gateway.ask("close", incident=incident["id"], outcome="repaired", by="anne")
        house.hub.end(signal.SIGKILL)
        house.start_hub()
        ticks = time.monotonic() + 25
        wait_for(lambda: time.monotonic() > ticks, "two rounds", 30)
        assert len(technical(house)) == 1 and technical(house)[0]["by"] == "anne", technical(house)
        (supply / "online").write_text("1\n", encoding="utf-8")
        wait_for(lambda: "fault over: vigie-hub/mains" in house.hub.text(), "the power is back", HELD + 30)
        assert len(technical(house)) == 1


def test_HS_12_a_link_that_was_lost_is_told_when_it_is_back():
    with House(sensors=SENSORS) as house:
        house.start()
        house.broker.end(signal.SIGKILL)
        wait_for(lambda: house.hub.ask("status")["broker"] == "down", "the link is down")
        house.start_broker()
        house.hub.wait_step("link_back", seconds=60)
        assert "link: was lost for " in house.hub.text(), house.hub.text()
        # the centre has its own eyes for that (HS-13): no incident of the home's
        assert house.hub.incidents() == []


def test_HS_12_a_hub_that_starts_again_and_again_is_one_incident():
    with House(sensors=SENSORS.splitlines(True)[1]) as house:
        house.start_broker()
        house.start_gateway()
        for _ in range(4):
            house.start_hub()
            house.hub.end(signal.SIGKILL)
        house.start_hub()
        incident = wait_told(house, HELD + 30)
        assert incident["reasons"][0]["text"] == "la box redémarre sans cesse", incident
        assert "started 5 times within an hour" in house.hub.text(), house.hub.text()
        assert "vigie-hub/restarts: starts again and again" in house.hub.ask("status")["faults"]


def test_HS_12_a_single_restart_is_an_event_and_no_incident():
    with House(sensors=SENSORS.splitlines(True)[1], heartbeat_s=1) as house:
        house.start()
        def runs():
            wait_for(lambda: house.hub.ask("status")["uptime_s"] >= 3, "it has run for a while and said so")
        runs()
        house.hub.end(signal.SIGKILL)
        house.start_hub()
        assert house.gateway.wait_step("restarted")["text"] == house.home
        assert "its hub started again" in house.gateway.text(), house.gateway.text()
        assert technical(house) == []
        runs()
        house.hub.end()  # politely: an event too
        house.start_hub()
        wait_for(lambda: len(house.gateway.told("restarted")) == 2, "the second is told too")


def begun(test):
    """The test, running beside the others from now on: each mostly waits."""
    thread = concurrent.futures.ThreadPoolExecutor(1).submit(test)
    def ended():
        thread.result()
    ended.__name__ = test.__name__
    return ended


if __name__ == "__main__":
    House.certificates = None
    with House():  # whose certificates all others copy
        pass
    sys.exit(run_tests([begun(test) for name, test in list(globals().items()) if name.startswith("test_")]))
