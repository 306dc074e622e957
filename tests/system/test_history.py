#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a hub keeps of a home: its history, written by a real daemon, damaged and looked at. Prints TAP."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import BUILD, RECORDINGS, House, run_tests, wait_for  # noqa: E402


def rows(house, sql):
    with sqlite3.connect(house.folder / "hub.state/history.db") as store:
        return store.execute(sql).fetchall()


def play(house, *recordings):
    """A hub hears recordings to their end and stops in order."""
    words = [w for r in recordings for w in ("--replay", r)]
    house.start_hub(*words, "--speed", "max", is_up=False)
    wait_for(lambda: house.hub.text().count("end of the recording") >= len(recordings), "the recordings end")
    status = house.hub.ask("status")
    assert house.hub.end() == 0
    return status


def test_a_fall_and_what_moved_are_in_the_history():
    with House() as house:
        house.start_broker()
        house.start_gateway()
        play(house, RECORDINGS / "fall.csv")
        assert rows(house, "SELECT class, state, is_test, room FROM incident") in (
            [("fall", "raised", 0, "Salon")], [("fall", "received", 0, "Salon")], [("fall", "announced", 0, "Salon")])
        [(name, count, rises)] = rows(house, "SELECT r.name, sum(s.count), sum(s.rises) FROM slice s JOIN sensor r"
                                             " ON r.n = s.sensor JOIN kind k ON k.n = s.kind WHERE k.name = 'moved'")
        assert name == "Montre" and 0 < rises <= count, (name, count, rises)
        mode = stat.S_IMODE((house.folder / "hub.state").stat().st_mode)
        assert mode == 0o700, oct(mode)


def test_how_an_incident_ended_is_kept_and_tests_are_marked():
    with House() as house:
        house.start()
        for incident, outcome in ((house.hub.ask("press")["incident"], "false_alarm"), (house.hub.ask("test")["incident"], "test")):
            house.hub.wait_step("receipt", incident)
            assert house.gateway.ask("close", incident=incident, outcome=outcome, by="anne", why="")["ok"]
            house.hub.wait_step("closed", incident)
        assert house.hub.end() == 0
        assert sorted(rows(house, "SELECT class, state, outcome, is_test FROM incident")) == [
            ("help", "closed", "false_alarm", 0), ("help", "closed", "test", 1)]


def test_a_damaged_history_delays_no_alarm_and_is_told():
    with House() as house:
        (house.folder / "hub.state/history.db").write_bytes(b"x" * 8192)
        house.start()
        incident = house.hub.ask("press")["incident"]
        house.hub.wait_step("receipt", incident)
        wait_for(lambda: [f for f in house.hub.ask("status")["faults"] if "kept as history.db.aside-" in f], "the fault is told")
        assert house.hub.end() == 0
        assert rows(house, "SELECT count(*) FROM incident") == [(1,)]


def test_killed_at_any_instant_the_history_is_sound():
    with House() as house:
        house.start_broker()
        for _ in range(3):
            house.start_hub("--replay", RECORDINGS / "daily.csv", "--speed", "max")
            house.hub.ask("press")
            house.hub.end(signal.SIGKILL)
        house.start_hub()
        assert house.hub.ask("status")["faults"] == []
        assert house.hub.end() == 0
        assert rows(house, "PRAGMA integrity_check") == [("ok",)]
        assert len(house.hub.text()) > 0 and "aside" not in house.hub.text()


def test_a_folder_that_cannot_be_written_is_a_fault_and_no_end():
    with House() as house:
        (house.folder / "hub.state/history.db").mkdir()
        house.start()
        incident = house.hub.ask("press")["incident"]
        house.hub.wait_step("receipt", incident)
        wait_for(lambda: any(f.startswith("history: ") for f in house.hub.ask("status")["faults"]), "the fault is told")
        assert house.hub.end() == 0


def test_the_rhythm_of_the_home_is_shown():
    sensors = "".join(f"  - {{id: {i}, room: {r}, role: {k}}}\n" for i, r, k in (
        ("kitchen-pir", "Cuisine", "motion"), ("living-room-pir", "Salon", "motion"), ("bed", "Chambre", "pressure")))
    with House(sensors=sensors) as house:
        house.start_broker()
        house.start_hub("--replay", RECORDINGS / "home.csv", "--speed", "40000", is_up=False)
        wait_for(lambda: "end of the recording" in house.hub.text(), "the recording ends")
        done = subprocess.run([BUILD / "bin/vigie-ctl", "--socket", house.hub.control, "routine", "show"], check=False,
                              capture_output=True, text=True, env={**os.environ, "LC_ALL": "fr_FR.UTF-8"})
        assert done.returncode == 0 and "de ce domicile sont connus" in done.stdout and "██" in done.stdout, done
        assert all(len(line) <= 80 for line in done.stdout.splitlines()), done.stdout


def test_the_weeks_summary_is_shown_in_the_callers_language():
    def show(house, language, *words):
        done = subprocess.run([BUILD / "bin/vigie-ctl", "--socket", house.hub.control, "summary", *words], check=False,
                              capture_output=True, text=True, env={**os.environ, "LC_ALL": language})
        return done.returncode, done.stdout or done.stderr
    with House() as house:
        house.start_broker()
        house.start_hub()
        assert show(house, "C") == (1, "vigie-ctl: vigie-hub refuses: there is no summary of that week\n")
        folder = house.folder / "hub.state/summaries"
        folder.mkdir()
        for week in ("2026-W46", "2026-W47"):
            (folder / f"{week}.fr.txt").write_text(f"Semaine {week}\n", encoding="utf-8")
            (folder / f"{week}.en.txt").write_text(f"Week {week}\n", encoding="utf-8")
        (folder / "zzz.fr.txt").write_text("no week\n", encoding="utf-8")
        assert show(house, "fr_FR.UTF-8") == (0, "Semaine 2026-W47\n")
        assert show(house, "C", "2026-W46") == (0, "Week 2026-W46\n")
        assert show(house, "C", "../hub.yaml")[0] == 1


def with_key(house):
    folder = house.folder / "credentials"
    folder.mkdir(mode=0o700)
    (folder / "vigie-hub.windows").write_bytes(bytes(range(32)))
    return {"CREDENTIALS_DIRECTORY": str(folder)}


def test_a_falls_window_is_sealed_with_the_credentials_key():
    with House() as house:
        house.start_broker()
        house.start_hub("--replay", RECORDINGS / "fall.csv", "--speed", "max", is_up=False, **with_key(house))
        wait_for(lambda: house.hub.ask("status")["windows_kept"] == 1 or house.hub.incidents(), "the fall is seen")
        assert house.hub.ask("status")["windows"] == "kept"
        assert house.hub.end() == 0
        [sealed] = (house.folder / "hub.state/windows").iterdir()
        assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
        content = sealed.read_bytes()
        assert content.startswith(b"VIGIEWIN\x01") and len(content) > 1000 and b"wearable" not in content
        assert rows(house, "SELECT count(*) FROM window w JOIN incident i ON i.id = w.incident") == [(1,)]


def test_without_a_key_no_window_is_kept_and_the_status_says_so():
    with House() as house:
        house.start_broker()
        status = play(house, RECORDINGS / "fall.csv")
        assert (status["windows"], status["windows_kept"]) == ("no key", 0), status
        assert not (house.folder / "hub.state/windows").exists()


def export(house, *words):
    done = subprocess.run([BUILD / "bin/vigie-ctl", "--socket", house.hub.control, "export", *map(str, words)], check=False,
                          capture_output=True, text=True, env={**os.environ, "LC_ALL": "C", "SUDO_USER": "anne"})
    return done.returncode, done.stdout, done.stderr


def test_windows_leave_with_consent_alone_in_the_form_that_vigie_eval_reads():
    with House() as house:
        key = with_key(house)
        house.start_broker()
        house.start_gateway()
        house.start_hub("--replay", RECORDINGS / "fall.csv", "--speed", "max", is_up=False, **key)
        incident = house.hub.wait_step("receipt")["incident"]
        wait_for(lambda: "end of the recording" in house.hub.text(), "the recording ends")
        assert house.gateway.ask("close", incident=incident, outcome="helped", by="anne", why="")["ok"]
        house.hub.wait_step("closed", incident)
        assert house.hub.end() == 0
        house.hub.steps.clear()
        house.start_hub(**key)
        folder = house.folder / "out"
        for words in ((folder,), ("--consent", "Madame Martin", folder), ("--consent", "Madame Martin, 2999-01-01", folder),
                      ("--consent", ", 2026-11-20", folder), ("--consent", "Madame Martin, 31/02/2026", folder),
                      ("--consent", "Madame Martin, 2026-11-20", "--from", "yesterday", folder)):
            status, out, error = export(house, *words)
            assert status in (1, 2) and out == "" and error, (words, status, error)
            assert not folder.exists()
        assert rows(house, "SELECT count(*) FROM audit") == [(0,)]
        status, out, error = export(house, "--consent", "Madame Martin, 20/11/2026", folder)
        assert (status, error) == (0, ""), (status, out, error)
        assert sorted(p.name for p in folder.iterdir()) == ["index.csv", "unlabelled.csv", "w0001.csv"]
        assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in folder.iterdir())
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        everything = "".join(p.read_text(encoding="utf-8") for p in folder.iterdir())
        for secret in ("maison", "Montre", "wearable", "Martin", incident, "2026"):
            assert secret not in everything, secret
        assert rows(house, "SELECT who, what, why FROM audit") == [("anne", "windows exported", "Madame Martin, 20/11/2026")]
        done = subprocess.run([BUILD / "bin/vigie-eval", "falls", "--data", folder], check=False, capture_output=True, text=True)
        assert done.returncode == 0 and "vigie" in done.stdout, (done.stdout, done.stderr)
        # the samples are those of the recording, to the millisecond and the mg
        played = [tuple(map(int, line.split(","))) for line in (RECORDINGS / "fall.csv").read_text(encoding="utf-8").splitlines()[1:]]
        kept = [tuple(map(int, line.split(","))) for line in (folder / "w0001.csv").read_text(encoding="utf-8").splitlines()[1:]]
        values = [row[1:] for row in played]
        at = values.index(kept[0][1:])
        assert len(kept) > 500 and [row[1:] for row in kept] == values[at:at + len(kept)]
        assert kept[-1][0] == played[at + len(kept) - 1][0] - played[at][0]
        assert export(house, "--consent", "Madame Martin, 20/11/2026", folder)[0] == 2, "a folder that is there is not touched"
        status, out, _ = export(house, "--consent", "Madame Martin, 20/11/2026", "--to", "2020-01-01", house.folder / "none")
        assert status == 0 and "0 windows" in out, out
        [sealed] = (house.folder / "hub.state/windows").iterdir()
        sealed.write_bytes(sealed.read_bytes()[:-1])
        status, out, error = export(house, "--consent", "Madame Martin, 20/11/2026", house.folder / "cut")
        assert status == 0 and "1 windows are damaged" in error, (out, error)


def test_a_person_gets_their_own_data():
    with House() as house:
        house.start()
        incident = house.hub.ask("press")["incident"]
        house.hub.wait_step("receipt", incident)
        assert house.hub.end() == 0
        house.start_hub("--replay", RECORDINGS / "daily.csv", "--speed", "max")
        wait_for(lambda: "end of the recording" in house.hub.text(), "the recording ends")
        assert house.hub.end() == 0
        with sqlite3.connect(house.folder / "hub.state/history.db") as store:
            store.executemany("INSERT INTO slice VALUES (?, 0, (SELECT n FROM kind WHERE name = 'running'), 15, 0, NULL, NULL, NULL)",
                              [(minute,) for minute in range(0, 15 * 3000, 15)])
        house.start_hub()
        folder = house.folder / "own"
        status, out, error = export(house, "--history", folder)
        assert (status, error) == (0, "") and "6 files" in out, (status, out, error)
        slices = (folder / "slices.csv").read_text(encoding="utf-8").splitlines()
        assert slices[0] == "utc,sensor,room,kind,count,rises,low,high,last" and len(slices) > 3000, len(slices)
        assert len(set(slices)) == len(slices), "no row twice, none cut between pieces"
        assert f",help," in (folder / "incidents.csv").read_text(encoding="utf-8")
        told = [json.loads(line) for line in (folder / "incidents.jsonl").read_text(encoding="utf-8").splitlines()]
        rows = (folder / "incidents.csv").read_text(encoding="utf-8").splitlines()[1:]
        assert [t["incident"]["id"] for t in told] == [row.rsplit(",", 1)[1] for row in rows], (told, rows)
        assert all([step["to"] for step in t["transitions"]][:2] == ["suspected", "raised"] for t in told), told
        assert (folder / "incidents.jsonl").stat().st_mode & 0o777 == 0o600
        assert "own data exported" in (folder / "exports.csv").read_text(encoding="utf-8")
        assert house.hub.ask("export_next", export=1)["ok"] is False, "it is over"
        assert house.hub.ask("export", what="windows", consent="M. Roux, 2026-01-01", by="anne")["error"].startswith("no window is kept")


def main():
    if not (BUILD / "bin/vigie-hub").exists():
        print("1..1\nnot ok 1 - everything is built: vigie-hub is missing")
        return 1
    return run_tests([value for name, value in globals().items() if name.startswith("test_")])


if __name__ == "__main__":
    sys.exit(main())
