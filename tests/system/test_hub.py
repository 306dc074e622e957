#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vigie-hub by itself: its command line, what it refuses, and what it does when pushed. Prints TAP."""

import contextlib
import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from air import BUTTON, BUTTON_FRAME, BUTTON_KEY, btsnoop  # noqa: E402
from house import BUILD, RECORDINGS, SENSORS, House, run_tests, wait_for  # noqa: E402

HUB = BUILD / "bin/vigie-hub"


def run(*words):
    done = subprocess.run([HUB, *map(str, words)], capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout, done.stderr


def test_wrong_options_are_refused():
    for words, want in ((["--what"], "--what: unknown option"), (["--replay"], "--replay: needs a value"),
                        (["--speed", "0"], "--speed 0: needs a number"), (["--speed", "fast"], "--speed fast: needs"),
                        (["--stats"], "--stats: needs exactly one --replay"), (["extra"], "extra: unexpected argument"),
                        (["--exit-at-end"], "--exit-at-end: needs --replay"),
                        (["--replay", "x"] * 33, "--replay: at most 32 recordings"),
                        (["--replay", "x", "--sensor", "s" * 48], "--sensor: needs 1..47 bytes")):
        status, out, error = run(*words)
        assert status == 2 and out == "" and want in error, (words, status, error)


def test_help_and_version():
    assert run("--help")[:2] == (0, run("--help")[1]) and "--replay FILE" in run("--help")[1]
    assert run("--version")[1].startswith("vigie-hub ")


def test_check_names_file_line_and_field():
    with House() as house:
        path = house.folder / "hub.yaml"
        assert run("--check", "--config", path) == (0, f"{path}: ok, 3 sensors\n", "")
        path.write_text(path.read_text(encoding="utf-8") + "  - {id: bouton, role: motion}\n", encoding="utf-8")
        line = len(path.read_text(encoding="utf-8").splitlines())
        assert run("--check", "--config", path) == (2, "", f"{path}:{line}: sensors[3].id is installed twice\n")
        assert run("--config", path)[0] == 2
        status, _, error = run("--check", "--config", house.folder / "none.yaml")
        assert status == 2 and "none.yaml" in error


def test_keys_that_others_may_read_are_refused():
    with House() as house:
        path, keys = house.folder / "hub.yaml", house.folder / "keys"
        keys.write_text("A4:C1:38:8D:18:B2 231d39c1d7cc1ab1aee224cd096db932\n", encoding="utf-8")
        path.write_text(f"keys: {keys}\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
        keys.chmod(0o644)
        status, _, error = run("--check", "--config", path)
        assert status == 2 and str(keys) in error and "231d" not in error, error
        keys.chmod(0o600)
        assert run("--check", "--config", path)[0] == 0
        keys.write_text("A4:C1:38:8D:18:B2 231d\n", encoding="utf-8")
        status, _, error = run("--check", "--config", path)
        assert status == 2 and f"{keys}:1" in error and "231d" not in error, error


def test_stats_counts_and_needs_no_broker():
    status, out, _ = run("--replay", RECORDINGS / "fall.csv", "--stats")
    assert status == 0 and json.loads(out)["accel_samples"] > 500


def test_a_damaged_recording_is_refused_before_anything_is_touched():
    with House() as house:
        damaged = house.folder / "damaged.csv"
        damaged.write_text("t_ms,x_mg\n1,2\n", encoding="utf-8")
        status, out, error = run("--replay", damaged, "--stats")
        assert status == 2 and out == "" and str(damaged) in error
        status, _, error = run("--config", house.folder / "hub.yaml", "--replay", damaged)
        assert status == 2 and str(damaged) in error
        assert not (house.folder / "hub.state/hub.db").exists()


def test_a_second_hub_of_the_same_home_ends_and_the_first_goes_on():
    with House() as house:
        house.start_hub(is_up=False)
        status, _, error = run("--config", house.folder / "hub.yaml")
        assert status == 1 and "control socket" in error, error
        assert house.hub.ask("press")["ok"]
        assert house.hub.end() == 0


def test_without_a_broker_it_alarms_keeps_and_says_so():
    with House() as house:
        house.start_hub(is_up=False)
        incident = house.hub.ask("press")["incident"]
        status = house.hub.ask("status")
        assert status["broker"] == "down" and status["outbox"] == 1 and status["incidents_open"] == 1
        assert any(fault.startswith("link: ") for fault in status["faults"]), status
        house.hub.wait_step("committed", incident)
        assert not house.hub.told("published", incident)


def test_a_damaged_store_is_kept_and_told():
    with House() as house:
        (house.folder / "hub.state/hub.db").write_bytes(b"x" * 10000)
        house.start_hub(is_up=False)
        assert any("kept as hub.db.aside-" in fault for fault in house.hub.ask("status")["faults"])
        assert house.hub.ask("press")["ok"]
        assert [p.read_bytes() for p in (house.folder / "hub.state").glob("hub.db.aside-*")] == [b"x" * 10000]


def test_no_state_folder_at_all_is_no_reason_not_to_alarm():
    with House() as house:
        path = house.folder / "hub.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("/hub.state", "/hub.yaml/under-a-file"), encoding="utf-8")
        house.start_broker()
        house.start_hub()
        incident = house.hub.ask("press")["incident"]
        house.hub.wait_step("published", incident)
        assert any("store" in fault for fault in house.hub.ask("status")["faults"])


def test_recordings_play_side_by_side_each_for_its_own_sensor():
    with House(ask_s=0) as house:
        path = house.folder / "hub.yaml"
        text = path.read_text(encoding="utf-8").replace(SENSORS, SENSORS + "  - {id: autre-montre, role: wearable}\n")
        # of one person both watches would tell one fall
        text += "residents:\n  - {name: Jeanne, sensors: [wearable]}\n  - {name: René, sensors: [autre-montre]}\n"
        path.write_text(text, encoding="utf-8")
        house.start_hub("--replay", RECORDINGS / "fall.csv", "--replay", RECORDINGS / "fall.csv", "--sensor", "autre-montre",
                        "--replay", RECORDINGS / "fall.csv", "--sensor", "stranger", "--speed", "max", is_up=False)
        wait_for(lambda: house.hub.text().count("end of the recording") == 3, "all have ended")
        assert sorted(i["sensor"] for i in house.hub.incidents()) == ["Montre (Jeanne)", "autre-montre (René)"]
        status = house.hub.ask("status")
        assert status["strangers"] > 0 and status["malformed"] == 0


def test_it_ends_with_the_recordings_when_asked_to():
    with House() as house:
        house.hub.start(["--replay", RECORDINGS / "fall.csv", "--speed", "max", "--exit-at-end"])
        assert house.hub.wait_end() == 0
        house.start_hub(is_up=False)
        assert [i["class"] for i in house.hub.incidents()] == ["fall"]


def test_why_tells_every_contribution_and_what_became_of_it():
    with House(ask_s=0) as house:
        house.start_hub("--replay", RECORDINGS / "fall.csv", "--speed", "max", is_up=False)
        wait_for(lambda: any("immobile" in r["text"] for i in house.hub.incidents() for r in i["reasons"]), "both answers")
        why = house.hub.ask("why", incident="last")
        incident = why["incident"]
        assert incident["class"] == "fall" and incident["reasons"][0]["text"].startswith("choc de "), why
        odds = sum(reason["weight"] for reason in incident["reasons"])
        assert abs(1 / (1 + math.exp(-odds)) - incident["probability"]) < 0.001, incident
        assert [t["to"] for t in why["transitions"]][:2] == ["suspected", "raised"], why
        house.hub.end(signal.SIGKILL)
        house.start_hub(is_up=False)
        assert house.hub.ask("why", incident=incident["id"]) == why
        assert house.hub.ask("why", incident="0" * 32)["error"] == "no such incident"
        assert house.hub.ask("why")["error"] == "incident is missing"


def test_HS_02_a_shock_that_waited_when_the_hub_was_killed_is_asked_about():
    with House(ask_s=60) as house:
        house.start_hub(is_up=False)
        house.hub.end(signal.SIGKILL)
        now_ms = int(time.time() * 1000)
        waited = {"v": 1, "id": "00112233445566778899aabbccddeeff", "home": "waiting", "seq": 1, "class": "fall", "state": "suspected",
                  "outcome": "none", "said": "nothing", "test": False, "event_ms": now_ms - 20000, "changed_ms": now_ms - 20000,
                  "probability": 0.44, "sensor": "Montre", "room": "", "by": "hub", "why": "chute probable 44 %",
                  "reasons": [{"text": "choc de 3,2 g au poignet", "weight": 2.1}]}
        with contextlib.closing(sqlite3.connect(house.folder / "hub.state/hub.db")) as db, db:
            db.execute("INSERT INTO waiting VALUES ('wearable', 5000001, ?)", (json.dumps(waited),))
        for _ in range(2):
            house.start_hub(is_up=False)
            incidents = house.hub.incidents()
            assert [(i["class"], i["state"], i["event_ms"]) for i in incidents] == [("fall", "verifying", now_ms - 20000)], incidents
            assert incidents[0]["reasons"][-1]["text"] == "la box a redémarré avant la suite"
            house.hub.end(signal.SIGKILL)


def test_a_storm_of_presses_is_one_incident_and_few_commits():
    with House() as house:
        house.start_hub(is_up=False)
        threads = [threading.Thread(target=lambda: [house.hub.ask("press") for _ in range(100)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(house.hub.incidents()) == 1
        assert house.hub.ask("status")["commits"] <= 10


def test_many_buttons_at_once_lose_no_call():
    with House() as house:
        path = house.folder / "hub.yaml"
        path.write_text(path.read_text(encoding="utf-8") +
                        "".join(f"  - {{id: b{n}, role: button, room: Salle {n}}}\n" for n in range(100)), encoding="utf-8")
        house.start_hub(is_up=False)
        told = [house.hub.ask("press", sensor=f"b{n}") for n in range(100)]
        assert all(answer["ok"] for answer in told)
        assert len({answer["incident"] for answer in told}) == 32
        house.hub.end(signal.SIGKILL)
        house.start_hub(is_up=False)
        assert len(house.hub.incidents()) == 32 and house.hub.ask("status")["outbox"] == 32


def with_a_sealed_button(house):
    keys, path = house.folder / "keys", house.folder / "hub.yaml"
    keys.write_text(f"{BUTTON} {BUTTON_KEY}\n", encoding="utf-8")
    keys.chmod(0o600)
    path.write_text(f"keys: {keys}\n" + path.read_text(encoding="utf-8") + f"  - {{id: '{BUTTON}', role: button}}\n", encoding="utf-8")
    return house.folder / "air.btsnoop"


def play(house, capture):
    ended = house.hub.text().count("end of the recording")
    house.start_hub("--replay", capture, "--speed", "max", is_up=False)
    wait_for(lambda: house.hub.text().count("end of the recording") > ended, "the capture ends")
    return [(i["class"], i["seq"]) for i in house.hub.incidents()]


def test_HS_09_a_press_repeated_on_air_is_one_press_in_the_house():
    with House() as house:
        capture = with_a_sealed_button(house)
        btsnoop(capture, *[(BUTTON, BUTTON_FRAME), ("B4:35:22:00:00:01", b"\x40\x3a\x01")] * 8)
        assert play(house, capture) == [("help", 2)]
        assert house.hub.ask("status")["strangers"] > 0
        [sensor] = [s for s in house.hub.ask("status")["sensors"] if s["id"] == BUTTON]
        assert sensor["battery_pct"] == 100, sensor


def test_HS_09_a_press_in_the_open_counts_at_once_when_heard_twice():
    plain = "A4:C1:38:8D:18:B2"
    with House(ask_s=60, sensors=f"  - {{id: '{plain}', role: button}}\n") as house:
        capture = house.folder / "air.btsnoop"
        frame = (plain, b"\x44\x00\x07\x3a\x01")
        btsnoop(capture, frame)
        assert play(house, capture) == [("help", 1)], "heard once it waits for its second hearing"
        house.hub.wait_step("verifying")
        assert house.hub.incidents()[0]["state"] == "verifying"
        house.hub.end(signal.SIGKILL)
        btsnoop(capture, frame, frame)
        [(_, seq)] = play(house, capture)
        [incident] = house.hub.incidents()
        assert incident["state"] == "raised" and seq > 2, incident


def test_HS_08_a_press_replayed_after_kill_9_is_none():
    with House() as house:
        capture = with_a_sealed_button(house)
        btsnoop(capture, (BUTTON, BUTTON_FRAME))
        assert play(house, capture) == [("help", 2)]
        house.hub.end(signal.SIGKILL)
        time.sleep(2.1)  # longer than the gap within which a further press adds nothing
        assert play(house, capture) == [("help", 2)]
        house.hub.end(signal.SIGKILL)
        for kept in (house.folder / "hub.state").iterdir():
            kept.unlink()
        assert play(house, capture) == [("help", 2)], "with the counter forgotten the frame is a press again"


def test_what_the_hub_writes_to_memory_stays_small():
    """What is its own alone: how much of the libraries' files is mapped depends on what else the machine has read."""
    with House() as house:
        house.start_broker()
        house.start_hub()
        with open(f"/proc/{house.hub.process.pid}/status", encoding="utf-8") as status:
            own_kb = int(next(line for line in status if line.startswith("RssAnon:")).split()[1])
        assert own_kb <= 2240, f"{own_kb} kB"


def test_requests_that_make_no_sense_are_refused():
    with House() as house:
        house.start_hub(is_up=False)
        for verb, fields in (("what", {}), ("press", {"sensor": "stranger"}), ("press", {"sensor": 7}),
                             ("answer", {"said": "fine"}), ("answer", {"said": "maybe"}), ("answer", {}),
                             ("answer", {"said": "fine", "incident": "0" * 32})):
            answer = house.hub.ask(verb, **fields)
            assert answer["ok"] is False and answer["error"], (verb, fields, answer)
        assert house.hub.incidents() == []


def main():
    if not HUB.exists():
        print(f"1..1\nnot ok 1 - {HUB} is built")
        return 1
    return run_tests([value for name, value in globals().items() if name.startswith("test_")])


if __name__ == "__main__":
    sys.exit(main())
