#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A home that is lost and back: real hub, broker and gateway, killed, stopped and started again. Prints TAP."""

import os
import signal
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import House, run_tests, wait_for  # noqa: E402

LOST_S = 5  # the least that may be configured
FOUND_S = LOST_S + 10 + 10  # and the turn that finds it, and a slow machine


def own(house, everything=True):
    return [i for i in house.gateway.incidents(everything) if i["class"] == "technical"]


def lost(house):
    return house.gateway.ask("status")["homes_lost"]


def start(house):
    house.start()
    wait_for(lambda: heard(house), "the home was heard and is kept", 20)


def heard(house):
    with sqlite3.connect(house.folder / "gateway.state/gateway.sqlite") as db:
        return db.execute("SELECT count(*) FROM home").fetchone()[0]


def wait_back(house):
    wait_for(lambda: not own(house, everything=False), "the incident is closed by itself", FOUND_S)
    (incident,) = own(house)
    assert (incident["state"], incident["outcome"], incident["by"]) == ("closed", "repaired", "gateway"), incident
    assert lost(house) == 0


def test_HS_13_a_killed_hub_is_said_once_and_closed_when_it_is_back():
    with House(heartbeat_s=1, homes_lost_s=LOST_S) as house:
        start(house)
        assert own(house) == []
        house.hub.end(signal.SIGKILL)
        step = house.gateway.wait_step("queued", seconds=FOUND_S)
        assert step["text"] == "Liaison perdue avec le domicile. Madame Martin, 12 rue Pastorelli à Nice.", step
        house.gateway.wait_step("announced", step["incident"])
        (incident,) = own(house)
        assert (incident["home"], incident["id"]) == (house.home, step["incident"]), incident
        assert lost(house) == 1
        # a gateway that starts anew knows it, and makes no second one
        house.gateway.end(signal.SIGKILL)
        house.start_gateway()
        time.sleep(LOST_S + 10 + 2)
        assert [i["id"] for i in own(house)] == [step["incident"]]
        assert lost(house) == 1
        house.start_hub()
        wait_back(house)
        assert house.hub.ask("status")["incidents_open"] == 0


def test_HS_13_a_hub_that_stands_still_is_lost_although_its_link_is_up():
    with House(heartbeat_s=1, homes_lost_s=LOST_S) as house:
        start(house)
        house.hub.process.send_signal(signal.SIGSTOP)
        try:
            wait_for(lambda: own(house, everything=False), "the silence is an incident", FOUND_S)
        finally:
            house.hub.process.send_signal(signal.SIGCONT)
        wait_back(house)


def test_HS_13_the_centres_own_outage_is_no_homes_loss():
    with House(heartbeat_s=1, homes_lost_s=LOST_S) as house:
        start(house)
        house.broker.end(signal.SIGKILL)
        time.sleep(LOST_S + 10 + 2)
        assert own(house) == [] and lost(house) == 0
        # nor is that of the gateway, which finds every home silent for longer than it may be
        house.gateway.end(signal.SIGKILL)
        house.start_broker()
        wait_for(lambda: house.hub.ask("status")["broker"] == "up", "the hub is connected", 60)
        house.start_gateway()
        time.sleep(LOST_S + 10 + 2)
        assert own(house) == [] and lost(house) == 0


def test_word_of_a_link_that_is_none_is_refused_and_counted():
    with House(device="null") as house:
        house.start_broker()
        house.start_gateway()
        house.publish(house.home, "link", '{"v":1,"state":"perhaps"}', '{"v":2,"state":"up"}', "lost")
        wait_for(lambda: house.gateway.ask("status")["refused"] == 3, "three are refused")
        assert "message refused: state: is neither up nor lost" in house.gateway.text()
        assert house.gateway.text().count("message refused") == 1


if __name__ == "__main__":
    sys.exit(run_tests([test for name, test in list(globals().items()) if name.startswith("test_")]))
