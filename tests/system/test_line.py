#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The straight line with real programs: a recording or a press in the home, to a closed incident at the centre,
whatever dies on the way. Prints TAP."""

import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import BUILD, RECORDINGS, House, Program, free_port, run_tests, wait_for  # noqa: E402

SHIM = BUILD / "tests/fakes/die_at_publish.so"


def preloads():
    """The shim, behind the address sanitizer's runtime where that is linked: it must come first."""
    linked = subprocess.run(["ldd", BUILD / "bin/vigie-hub"], check=True, capture_output=True, text=True).stdout
    return " ".join(re.findall(r"=> (/\S*lib[at]san\S*)", linked) + [str(SHIM)])


def at_centre(house, everything=False):
    """Incidents of this home that the centre knows, without those of its own (no sound, for instance)."""
    return [i for i in house.gateway.incidents(everything) if i["home"] == house.home]


def settled(house, incident):
    """The home owes nothing more and the centre has it once."""
    wait_for(lambda: house.hub.ask("status")["outbox"] == 0, "nothing is owed to the centre")
    assert [i["id"] for i in at_centre(house)] == [incident]


def close_at_centre(house, incident):
    answer = house.gateway.ask("acknowledge", incident=incident, by="anne")
    assert answer["ok"], answer
    answer = house.gateway.ask("close", incident=incident, outcome="helped", by="anne", why="")
    assert answer["ok"], answer
    house.hub.wait_step("closed", incident)
    assert house.hub.incidents() == []
    assert at_centre(house) == []


def test_HS_01_a_recorded_fall_with_no_answer_is_raised_said_and_closed():
    with House(ask_s=1) as house:
        house.start_broker()
        house.start_gateway()
        house.start_hub("--replay", RECORDINGS / "fall.csv", "--speed", "max", is_up=False)
        incident = house.hub.wait_step("raised")["incident"]
        house.hub.wait_step("receipt", incident)
        house.gateway.wait_step("announced", incident)
        [known] = at_centre(house)
        assert known["class"] == "fall" and known["room"] == "Salon", known
        assert house.wave.stat().st_size > 20000
        close_at_centre(house, incident)
        assert house.hub.end() == 0 and house.gateway.end() == 0


def test_a_recorded_day_raises_nothing():
    with House(ask_s=0) as house:
        house.start_broker()
        house.start_hub("--replay", RECORDINGS / "daily.csv", "--speed", "max")
        wait_for(lambda: "end of the recording" in house.hub.text(), "the recording ends")
        time.sleep(0.3)
        assert house.hub.incidents(True) == []
        assert house.hub.ask("status")["batches"] > 20


def test_HS_01_fine_cancels_and_the_centre_is_told():
    with House(ask_s=60) as house:
        house.start_broker()
        house.start_gateway()
        house.start_hub("--replay", RECORDINGS / "fall.csv", "--speed", "max", is_up=False)
        [asked] = wait_for(house.hub.incidents, "the fall is suspected")
        incident = asked["id"]
        assert asked["state"] == "verifying", asked
        assert house.hub.ask("answer", incident="last", said="fine")["state"] == "cancelled"
        wait_for(lambda: [i["state"] for i in at_centre(house, True)] == ["cancelled"], "told to the centre")
        wait_for(lambda: house.hub.incidents() == [], f"{incident} is over at home")


def test_HS_02_hub_killed_between_commit_and_publish():
    with House() as house:
        house.start_broker()
        house.start_gateway()
        house.start_hub(LD_PRELOAD=preloads(), VIGIE_DIE_AT="/incident", VIGIE_DIE_ONCE=str(house.folder / "died"))
        try:
            house.hub.ask("press")
        except (OSError, ValueError):
            pass  # it died before it could answer
        assert house.hub.wait_end() == -signal.SIGKILL
        assert at_centre(house, True) == []
        with sqlite3.connect(house.folder / "hub.state/hub.db") as store:
            [(incident, state)] = store.execute("SELECT id, state FROM incident").fetchall()
        assert state == "raised"
        house.hub.steps.clear()
        house.start_hub()
        wait_for(lambda: [i["id"] for i in at_centre(house)] == [incident], "the same incident at the centre")
        settled(house, incident)
        close_at_centre(house, incident)


def test_HS_02_gateway_killed_between_commit_and_receipt():
    with House() as house:
        house.start_broker()
        house.start_gateway(LD_PRELOAD=preloads(), VIGIE_DIE_AT="/receipt", VIGIE_DIE_ONCE=str(house.folder / "died"))
        house.start_hub()
        incident = house.hub.ask("press")["incident"]
        assert house.gateway.wait_end() == -signal.SIGKILL
        assert house.hub.ask("status")["outbox"] == 1
        house.gateway.steps.clear()
        house.start_gateway()
        settled(house, incident)
        wait_for(lambda: at_centre(house)[0]["state"] == "announced", "announced after the restart")
        close_at_centre(house, incident)


def test_HS_05_a_puback_is_no_delivery():
    with House() as house:
        house.start_broker()
        house.start_hub()
        incident = house.hub.ask("press")["incident"]
        wait_for(lambda: len(house.hub.told("published", incident)) >= 3, "told again and again to the broker alone")
        assert house.hub.ask("status")["outbox"] == 1
        [owed] = house.hub.incidents()
        assert owed["state"] == "raised", owed
        house.start_gateway()
        settled(house, incident)
        # the broker kept every copy: they are one incident at the centre
        assert len(at_centre(house, True)) == 1


def test_broker_killed_and_restarted_in_the_middle():
    with House() as house:
        house.start()
        first = house.hub.ask("press", sensor="bouton")["incident"]
        house.hub.wait_step("receipt", first)
        house.broker.end(signal.SIGKILL)
        wait_for(lambda: house.hub.ask("status")["broker"] == "down", "the hub notices")
        assert any(f.startswith("link: ") for f in house.hub.ask("status")["faults"])
        second = house.hub.ask("press", sensor="autre")["incident"]
        assert second != first and house.hub.ask("status")["outbox"] == 1
        house.start_broker()
        house.hub.wait_step("receipt", second)
        wait_for(lambda: {i["id"] for i in at_centre(house)} == {first, second}, "both at the centre")
        wait_for(lambda: house.hub.ask("status")["faults"] == [], "no fault is left")
        house.gateway.wait_step("announced", second)
        answer = house.gateway.ask("close", incident=first, outcome="helped", by="anne", why="")
        assert answer["ok"], answer
        house.hub.wait_step("closed", first)


def test_HS_09_one_press_is_one_incident_through_every_restart():
    with House() as house:
        house.start()
        incident = house.hub.ask("press")["incident"]
        house.hub.wait_step("receipt", incident)
        for program, start in ((house.hub, house.start_hub), (house.gateway, house.start_gateway)) * 2:
            program.end(signal.SIGKILL)
            start()
        settled(house, incident)
        assert [i["id"] for i in house.hub.incidents()] == [incident]
        assert len(at_centre(house, True)) == 1


def test_HS_09_a_call_that_the_centre_closed_over_is_said_again():
    with House() as house:
        house.start()
        incident = house.hub.ask("press", sensor="bouton")["incident"]
        house.gateway.wait_step("announced", incident)
        house.hub.wait_step("progress", incident)
        house.broker.end(signal.SIGKILL)
        wait_for(lambda: house.hub.ask("status")["broker"] == "down", "the hub knows")
        time.sleep(2.1)  # a second call, and not the first one's bounce
        assert house.hub.ask("press", sensor="bouton")["incident"] == incident
        assert house.gateway.ask("close", incident=incident, by="paul", outcome="helped")["ok"]
        house.gateway.steps.clear()
        house.start_broker()
        house.gateway.wait_step("announced", incident, 60)
        (known,) = house.gateway.incidents()
        assert (known["id"], known["state"], known["seq"], known["outcome"]) == (incident, "announced", 3, "none"), known
        wait_for(lambda: [i["state"] for i in house.hub.incidents()] == ["announced"], "the home knows", 20)
        assert house.gateway.ask("close", incident=incident, by="paul", outcome="helped")["ok"]
        wait_for(lambda: house.hub.incidents() == [], "the home knows that it is over")
        assert len(house.gateway.incidents(everything=True)) == 1


def test_HS_06_nothing_is_retained():
    with House() as house:
        house.start()
        house.hub.wait_step("receipt", house.hub.ask("press")["incident"])
        with house.peer("gateway", "sub=vigie/v1/#") as peer:
            assert peer.stdout.readline() == "up\n"
            peer.stdin.write("pub vigie/v1/maison/progress end\n")
            lines = [peer.stdout.readline()]
            while "progress end" not in lines[-1]:
                lines.append(peer.stdout.readline())
            peer.stdin.write("quit\n")
            peer.stdin.close()
            peer.wait(10)
        assert not any(leaf in line for line in lines for leaf in ("/incident", "/heartbeat", "/link", "/receipt"))


def test_what_is_not_understood_is_refused_and_counted_at_home():
    with House() as house:
        house.start()
        incident = house.hub.ask("press")["incident"]
        house.hub.wait_step("receipt", incident)
        house.publish("gateway", "receipt", "hello", '{"v":2,"incident":"x","seq":1}', "[]",
                      '{"v":1,"incident":"%s","seq":99}' % incident, '{"v":1,"incident":"%s","seq":1}' % ("0" * 32))
        house.publish("gateway", "progress", '{"v":1}')
        wait_for(lambda: house.hub.ask("status")["refused"] == 4, "four refused")
        assert house.hub.ask("status")["answers_unknown"] == 2
        assert house.hub.text().count("refused a message") == 1
        assert [i["id"] for i in house.hub.incidents()] == [incident]


def test_what_is_not_understood_is_refused_and_counted_at_the_centre():
    with House() as house:
        house.start()
        house.publish("maison", "incident", "hello", '{"v":1}', "[" * 500)
        wait_for(lambda: house.gateway.ask("status")["refused"] == 3, "three refused")
        assert at_centre(house, True) == []


def test_a_full_disk_at_home_alarms_from_memory():
    with House(heartbeat_s=1) as house:
        house.start()
        limits = resource.prlimit(house.hub.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(house.hub.process.pid, resource.RLIMIT_FSIZE, (1024, limits[1]))
        incident = house.hub.ask("press")["incident"]
        house.hub.wait_step("receipt", incident)
        assert house.hub.told("unsaved", incident)
        assert "disk full" in house.hub.ask("status")["faults"]
        house.gateway.wait_step("announced", incident)
        resource.prlimit(house.hub.process.pid, resource.RLIMIT_FSIZE, limits)
        house.hub.wait_step("committed", incident)
        assert house.hub.ask("status")["faults"] == []
        house.hub.end(signal.SIGKILL)
        house.hub.steps.clear()
        house.start_hub()
        assert [i["id"] for i in house.hub.incidents()] == [incident]
        close_at_centre(house, incident)


def test_without_a_sound_device_the_incident_goes_on():
    with House(device="hw:99") as house:
        house.start()
        incident = house.hub.ask("press")["incident"]
        house.hub.wait_step("receipt", incident)
        wait_for(lambda: house.gateway.ask("status")["sound"] != "ok", "the fault is told")
        close_at_centre(house, incident)


def test_the_broker_tells_that_a_home_is_lost_and_back():
    with House() as house:
        house.start_broker()
        with house.peer("gateway", "sub=vigie/v1/+/link") as peer:
            assert peer.stdout.readline() == "up\n"
            house.start_hub()
            assert '"state":"up"' in peer.stdout.readline()
            house.hub.end(signal.SIGKILL)
            assert '"state":"lost"' in peer.stdout.readline()
            house.start_hub()
            assert '"state":"up"' in peer.stdout.readline()
            assert house.hub.end() == 0
            peer.stdin.write("quit\n")
            rest = peer.stdout.read()
            assert "lost" not in rest, "a hub that is stopped is not lost: " + rest
            peer.stdin.close()
            peer.wait(10)


def test_HS_10_a_fall_stands_when_the_watch_falls_silent():
    with House(ask_s=1) as house:
        cut = house.folder / "cut.csv"
        lines = (RECORDINGS / "fall.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        cut.write_text("".join(lines[:fall_is_over(lines)]), encoding="utf-8")
        house.start_broker()
        house.start_gateway()
        house.start_hub("--replay", cut, "--speed", "max", is_up=False)
        incident = house.hub.wait_step("raised")["incident"]
        house.hub.wait_step("receipt", incident)


def fall_is_over(lines):
    """The line 4 s after the hardest knock."""
    rows = [tuple(map(int, line.split(","))) for line in lines[1:]]
    knock = max(rows, key=lambda r: r[1] ** 2 + r[2] ** 2 + r[3] ** 2)
    return next(n for n, row in enumerate(rows, 1) if row[0] > knock[0] + 4000)


def second_broker(house):
    """Another broker for the same home and centre, with a store of its own; both are told of it."""
    port, folder = free_port(), house.folder / "second"
    shutil.copytree(house.broker_folder, folder)
    conf = (folder / "mosquitto.conf").read_text(encoding="utf-8")
    conf = conf.replace(str(house.broker_folder), str(folder)).replace(str(house.port), str(port))
    (folder / "mosquitto.conf").write_text(conf, encoding="utf-8")
    first = f"  - mqtts://127.0.0.1:{house.port}\n"
    for name in ("hub.yaml", "gateway.yaml"):
        path = house.folder / name
        text = path.read_text(encoding="utf-8")
        assert first in text
        path.write_text(text.replace(first, f"{first}  - mqtts://127.0.0.1:{port}\n"), encoding="utf-8")
    return Program("second", ["/usr/sbin/mosquitto", "-c", folder / "mosquitto.conf"], house.folder)


def test_HS_02_the_second_broker_carries_what_the_first_dropped():
    with House() as house:
        second = second_broker(house)
        second.start()
        try:
            house.start()
            open_one = house.hub.ask("press", sensor="bouton")["incident"]
            house.gateway.wait_step("announced", open_one)
            house.hub.wait_step("progress", open_one)
            house.broker.end(signal.SIGKILL)
            called_ms = time.time() * 1000
            second_call = house.hub.ask("press", sensor="autre")["incident"]
            assert second_call != open_one
            house.hub.wait_step("receipt", second_call, 40)
            [known] = [i for i in at_centre(house) if i["id"] == second_call]
            assert abs(known["event_ms"] - called_ms) < 1000, "the time of the call, not of the failover"
            assert house.hub.ask("status")["broker"] == "up" and house.hub.ask("status")["faults"] == []
            # the one that was open goes on over the second broker, under its own name
            for incident in (open_one, second_call):
                assert house.gateway.ask("close", incident=incident, outcome="helped", by="anne", why="")["ok"]
                house.hub.wait_step("closed", incident)
            assert house.hub.incidents() == []
            assert sorted(i["id"] for i in at_centre(house, True)) == sorted((open_one, second_call))
        finally:
            second.end(signal.SIGKILL)


def main():
    missing = [p for p in (BUILD / "bin/vigie-hub", BUILD / "bin/vigie-gateway", SHIM,
                           BUILD / "tests/system/mqtt_peer", pathlib.Path("/usr/sbin/mosquitto")) if not p.exists()]
    if missing:
        print(f"1..1\nnot ok 1 - everything is built: {missing[0]} is missing")
        return 1
    return run_tests([value for name, value in globals().items() if name.startswith("test_")])


if __name__ == "__main__":
    sys.exit(main())
