#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The home's rhythm in the hub: a home of several days is played, its silence is told at a real gateway. Prints TAP."""

import datetime
import os
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import BUILD, RECORDINGS, House, run_tests, wait_for  # noqa: E402

SPEED = 43200  # a day in two seconds
FIRST = datetime.date(2026, 3, 17)  # the day of home.csv
DAYS = 6
ROOMS = {"bedroom-pir": "motion", "bathroom-pir": "motion", "kitchen-pir": "motion", "living-room-pir": "motion",
         "hall-pir": "motion", "front-door": "contact", "refrigerator": "contact", "bed": "pressure"}
SENSORS = "".join(f"  - {{id: {name}, name: {name}, room: {name.removesuffix('-pir')}, role: {role}"
                  f"{', outer: true' if name == 'front-door' else ''}}}\n" for name, role in ROOMS.items())


def play(folder, days, until):
    """The shipped day so many times over, the last one cut at that hour of its living room."""
    rows = (RECORDINGS / "home.csv").read_text(encoding="utf-8").splitlines()
    path = folder / "days.csv"
    with open(path, "w", encoding="utf-8") as to:
        to.write(rows[0] + "\n")
        for day in range(days):
            date = (FIRST + datetime.timedelta(days=day)).isoformat()
            for row in rows[1:]:
                if day < days - 1 or row[11:16] < until:
                    to.write(date + row[10:] + "\n")
    return path


def routine(house):
    return house.hub.ask("status")["routine"]


def faults(house):
    """Those of the rhythm."""
    return [f for f in house.hub.ask("status")["faults"] if f.startswith("rhythm")]


def test_a_silence_unlike_this_home_is_raised_at_the_centre():
    with House(ask_s=1, sensors=SENSORS) as house:
        house.start_broker()
        house.start_gateway()
        house.start_hub("--replay", play(house.folder, DAYS, "10:00"), "--speed", SPEED)
        step = house.hub.wait_step("suspected", seconds=40)
        assert house.hub.told("ended"), "it came while the home was played"
        house.gateway.wait_step("announced", step["incident"])
        (incident,) = house.gateway.incidents()
        assert (incident["class"], incident["sensor"]) == ("inactivity", "rythme du logement"), incident
        reasons = [r["text"] for r in incident["reasons"]]
        assert reasons[0].startswith("aucun signe de vie depuis"), reasons
        assert any(r.startswith("habitudes connues depuis 5 jours") for r in reasons), reasons
        (own,) = house.hub.incidents()
        assert own["id"] == incident["id"] and len(house.hub.told("suspected")) == 1, "told once"


def test_what_was_learned_survives_kill_9():
    with House(ask_s=1, sensors=SENSORS) as house:
        house.start_broker()
        house.start_gateway()
        house.start_hub("--replay", play(house.folder, 3, "10:00"), "--speed", SPEED)
        house.hub.wait_step("ended", seconds=30)
        wait_for(lambda: routine(house)["known_days"] >= 2, "two days are known")
        house.hub.end(signal.SIGKILL)
        house.start_hub()
        known = routine(house)
        assert known["known_days"] >= 1, known
        assert faults(house) == []


def spoil(path, how):
    with sqlite3.connect(path) as db:
        how(db)


def test_a_state_that_cannot_be_used_is_kept_aside_and_told():
    with House(sensors=SENSORS) as house:
        house.start_broker()
        house.start_hub()
        assert house.hub.end() == 0
        store = house.folder / "hub.state/rhythm.db"
        for n, (word, how) in enumerate((
                ("damaged", lambda: spoil(store, lambda db: db.execute("UPDATE rhythm SET bytes = x'0102'"))),
                ("of a newer version", lambda: spoil(store, lambda db: db.execute(
                    "UPDATE rhythm SET bytes = CAST(x'56475254' || x'7fff' || zeroblob(30) AS BLOB)"))),
                ("of version 2", lambda: spoil(store, lambda db: db.execute("PRAGMA user_version=2"))),
                ("damaged", lambda: store.write_bytes(b"this was a store" * 400))), 1):
            how()
            house.start_hub()
            (fault,) = faults(house)
            assert fault.startswith(f"rhythm {word}, kept as rhythm.db.aside-"), fault
            aside = [p for p in store.parent.iterdir() if p.name.startswith("rhythm.db.aside-") and p.name[-1].isdigit()]
            assert len(aside) == n and store.exists(), aside
            assert house.hub.end() == 0


def test_movement_answers_for_inactivity():
    """Asked about a silence, she walks into the kitchen: cancelled, and the centre hears of it as of a word."""
    with House(ask_s=60, sensors=SENSORS) as house:
        house.start_broker()
        house.start_gateway()
        days = play(house.folder, DAYS, "10:00")
        with open(days, "a", encoding="utf-8") as to:
            date = (FIRST + datetime.timedelta(days=DAYS - 1)).isoformat()
            to.write(f"{date}T17:00:00.000,kitchen-pir,kitchen,motion,1\n")
        house.start_hub("--replay", days, "--speed", SPEED)
        step = house.hub.wait_step("cancelled", seconds=40)
        assert step["text"] == "mouvement : kitchen-pir", step
        wait_for(lambda: [i["state"] for i in house.gateway.incidents(True)] == ["cancelled"], "the centre knows")


def silences(house):
    """How many the hub knows, in all rooms and hours."""
    return sum(sum(room["counts"]) for room in house.hub.ask("routine")["rooms"])


def test_fine_is_learned_from_and_a_call_for_help_is_not():
    """Asked about a silence, the resident says so; in the evening she is heard again."""
    known = {}
    for said in ("fine", "help"):
        with House(ask_s=60, sensors=SENSORS) as house:
            house.start_broker()
            house.start_gateway()
            days = play(house.folder, DAYS - 1, "10:00")
            date = (FIRST + datetime.timedelta(days=DAYS - 2)).isoformat()
            with open(days, "a", encoding="utf-8") as to:
                to.write(f"{date}T23:30:00.000,kitchen-pir,kitchen,motion,1\n")
            house.start_hub("--replay", days, "--speed", SPEED / 2)
            house.hub.wait_step("suspected", seconds=40)
            before = silences(house)
            assert house.hub.ask("answer", said=said)["ok"] and routine(house)["silent_s"] < 8 * 3600
            house.hub.wait_step("ended", seconds=20)
            known[said] = silences(house) - before
    assert known == {"fine": 1, "help": 0}, known


def test_what_the_rhythm_lacks_is_warned_of():
    door, answers = "no contact is the outer door (outer: true)", "moving about answers no question"
    radio = "  - {id: A4:C1:38:00:00:02, name: a, room: Salon, role: motion, movement: sealed}\n"
    for sensors, warnings in ((SENSORS, ()), (SENSORS.replace(", outer: true", "").replace("front-door", "d"), (door,)),
                              (radio, (door, answers)), ("  - {id: bouton, role: button}\n", ())):
        with House(ask_s=30, sensors=sensors) as house:
            check = [BUILD / "bin/vigie-hub", "--check", "--config", house.folder / "hub.yaml"]
            said = subprocess.run(check, capture_output=True, text=True, check=True).stderr
            assert [w for w in (door, answers) if w in said] == list(warnings), said


def play_a_visit(house, worn):
    """A visitor comes in the sixth morning's quiet and goes again; what is heard of a watch after the door."""
    days = play(house.folder, DAYS, "10:00")
    date = (FIRST + datetime.timedelta(days=DAYS - 1)).isoformat()
    with open(days, "a", encoding="utf-8") as to:
        for second, value in ((0, 1), (5, 0)):
            to.write(f"{date}T10:05:{second:02}.000,front-door,front-door,contact,{value}\n")
        to.write(f"{date}T10:09:00.000,watch,,worn,{worn}\n")
    house.start_hub("--replay", days, "--speed", SPEED)
    house.hub.wait_step("ended", seconds=40)


def test_a_visitor_who_leaves_is_not_her_absence():
    """She sits there with a watch on her wrist: asked about in due time. Off her wrist, it says nothing of her."""
    sensors = SENSORS + "  - {id: watch, name: watch, role: wearable, place: wrist}\n"
    for worn in (1, 0):
        with House(ask_s=1, sensors=sensors) as house:
            house.start_broker()
            house.start_gateway()
            play_a_visit(house, worn)
            if worn:
                house.hub.wait_step("raised", seconds=20)
                assert routine(house)["presence"] == "home"
            else:
                wait_for(lambda: routine(house)["presence"] == "away", "she is thought away")
                assert not house.hub.told("suspected")


def listed(house):
    return {s["id"] for s in house.hub.ask("sensors")["sensors"]}


def test_a_replay_never_touches_the_homes_own_state():
    """A home that has lived, enrolled and been called for; then two days are played to it."""
    one, other = "54:48:E6:8F:80:A5", "54:48:E6:8F:80:A6"
    with House(sensors=SENSORS + "  - {id: bouton, role: button}\n") as house:
        state = house.folder / "hub.state"
        (state / "replay").unlink()
        house.start_broker()
        house.start_hub()
        assert house.hub.ask("enrol", address=one, role="motion", key="00112233445566778899aabbccddeeff")["ok"]
        assert house.hub.ask("press")["ok"]
        assert house.hub.end() == 0
        lived = {f.name: f.read_bytes() for f in state.iterdir() if f.is_file()}
        assert {"hub.db", "rhythm.db", "history.db", "roster.yaml", "roster.keys"} <= set(lived), set(lived)
        house.start_hub("--replay", play(house.folder, 3, "10:00"), "--speed", SPEED)
        assert one in listed(house) and not house.hub.incidents()
        house.hub.wait_step("ended", seconds=30)
        wait_for(lambda: routine(house)["known_days"] >= 2, "two days are known")
        assert house.hub.ask("enrol", address=other, role="motion")["ok"] and other in listed(house)
        assert house.hub.ask("remove", sensor=one)["ok"]
        assert house.hub.end() == 0
        assert {f.name: f.read_bytes() for f in state.iterdir() if f.is_file()} == lived
        house.start_hub()
        assert routine(house)["known_days"] == 0
        assert [i["class"] for i in house.hub.incidents(True)] == ["help"]
        assert house.hub.end() == 0
        house.start_hub("--replay", play(house.folder, 1, "10:00"), "--speed", SPEED)
        assert routine(house)["known_days"] >= 2, "a replay goes on from the last one"
        assert one in listed(house) and other not in listed(house)
        # what is there already cannot be used: said, and nothing played
        assert house.hub.end() == 0
        (state / "replay/roster.yaml").unlink()
        (state / "replay/roster.yaml").mkdir()
        house.hub.start(["--replay", RECORDINGS / "home.csv"])
        assert house.hub.wait_end() == 2
        assert "hub.state/replay/roster.yaml: Is a directory" in house.hub.text(), house.hub.text()


if __name__ == "__main__":
    sys.exit(run_tests([test_a_silence_unlike_this_home_is_raised_at_the_centre, test_what_was_learned_survives_kill_9,
                        test_a_state_that_cannot_be_used_is_kept_aside_and_told, test_movement_answers_for_inactivity,
                        test_fine_is_learned_from_and_a_call_for_help_is_not, test_what_the_rhythm_lacks_is_warned_of,
                        test_a_replay_never_touches_the_homes_own_state, test_a_visitor_who_leaves_is_not_her_absence]))
