#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vigie-eval routine as a program: figures of a home whose days are known, its JSON and drawings,
the seed, archives, and what it says about damaged input. With the published recordings (VIGIE_DATA)
also that the shipped model is no worse than its card says."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from datetime import datetime, timedelta

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EVAL = os.path.join(TOP, "build", "gcc", "bin", "vigie-eval")
DATA = os.environ.get("VIGIE_DATA") or os.path.join(os.path.dirname(TOP), "shared", "data")
HEADER = "time,sensor,room,kind,value\n"
KEYS = {"home", "days_scored", "injected", "alarmed", "mean_s", "median_s", "p95_s", "day_median_s",
        "false_alarms", "rivals", "floors"}


def run(*arguments, **more):
    return subprocess.run([EVAL, "routine", *arguments], capture_output=True, text=True, timeout=300, **more)


def clockwork(days, gone_on=None):
    """Up at 7, something each ten minutes, out from 10 to 12, to bed at 23. On day `gone_on` the
    resident lies still from 15 h to midnight."""
    lines = [HEADER]

    def hear(time, sensor, room, kind):
        for value, late in ((1, 0), (0, 2)):
            stamp = (time + timedelta(seconds=late)).isoformat()
            lines.append(f"{stamp}.000,{sensor},{room},{kind},{value}\n")

    for day in range(days):
        midnight = datetime(2026, 3, 16) + timedelta(days=day)
        for minute in range(7 * 60, 23 * 60, 10):
            if day == gone_on and minute >= 15 * 60:
                break
            if minute in (600, 720):
                hear(midnight + timedelta(minutes=minute), "front door", "hall", "contact")
            if not 600 <= minute < 720:
                for i, room in enumerate(("kitchen", "bathroom", "living", "kitchen")):
                    hear(midnight + timedelta(minutes=minute + i + 1), f"{room} pir", room, "motion")
        else:
            hear(midnight + timedelta(hours=23), "bedroom pir", "bedroom", "motion")
    return "".join(lines)


def folder_with(folder, **homes):
    with open(os.path.join(folder, "index.csv"), "w", encoding="utf-8") as file:
        file.write("home,days\n" + "".join(f"{name},0\n" for name in homes))
    for name, text in homes.items():
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        with open(os.path.join(folder, name, "events.csv"), "w", encoding="utf-8") as file:
            file.write(text)
    return folder


def measured(folder, *more):
    path = os.path.join(folder, "out.json")
    result = run("--data", folder, "--json", path, *more)
    assert result.returncode == 0, result.stderr
    with open(path, encoding="utf-8") as file:
        return json.load(file), result


def test_figures_of_a_clockwork_home(folder):
    figures, result = measured(folder_with(folder, even=clockwork(20), still=clockwork(20, gone_on=14)))
    even, still = figures["homes"]
    assert KEYS <= set(even) and figures["what"] == "routine" and figures["seed"] == 1
    assert even["home"] == "even" and even["injected"] == 1000 and even["has_motion_sensors"]
    assert abs(even["days_scored"] - 9.83) < 0.1, even["days_scored"]
    assert even["false_alarms"] == 0 and still["false_alarms"] == 1, still["false_alarms"]
    assert even["alarmed"] >= 990 and even["day_median_s"] < even["mean_s"] < 6 * 3600
    fixed = even["rivals"]["fixed_8h"]
    assert fixed["setting"] == 8 and fixed["mean_s"] < 8 * 3600
    assert fixed["false_alarms_per_day"]["bound_95"] > 0
    for home in (even, still):
        floors = home["floors"]
        assert floors["hindsight"]["false_alarms"] == home["false_alarms"] and floors["oracle"]["false_alarms"] == 0
    assert even["floors"]["oracle"]["mean_s"] < even["floors"]["hindsight"]["mean_s"] < even["mean_s"]
    assert "floor: hindsight" in result.stdout and "floor: oracle" in result.stdout
    for rival in ("fixed_tuned", "longest_by_hour_tuned"):
        assert figures["motion_homes"]["rivals"][rival]["false_alarms"] <= 1
    assert "home 2 of 2: still" in result.stderr and "false alarm: still" in result.stdout


def test_a_seed_is_the_same_figures(folder):
    folder_with(folder, even=clockwork(12))
    first, _ = measured(folder, "--seed", "7", "--injections", "200")
    again, _ = measured(folder, "--seed", "7", "--injections", "200")
    other, _ = measured(folder, "--seed", "8", "--injections", "200")
    assert first == again and first["homes"][0]["mean_s"] != other["homes"][0]["mean_s"]
    assert first["homes"][0]["injected"] == 200


def test_labels_of_leaving_are_believed(folder):
    folder_with(folder, even=clockwork(12))
    before, _ = measured(folder)
    with open(os.path.join(folder, "even", "activities.csv"), "w", encoding="utf-8") as file:
        file.write("start,end,activity\n")
        for day in range(16, 28):  # says that nobody was there at night
            file.write(f"2026-03-{day}T23:01:00.000,2026-03-{day + 1}T06:59:00.000,leave-house\n")
    after, _ = measured(folder)
    assert after["homes"][0]["mean_s_by_hour"][2] is None
    assert before["homes"][0]["mean_s_by_hour"][2] is not None


def test_drawings(folder):
    drawings = os.path.join(folder, "drawn")
    folder_with(folder, even=clockwork(8))
    measured(folder, "--plot", drawings)
    assert os.path.exists(os.path.join(drawings, "even.gp"))
    if shutil.which("gnuplot"):
        with open(os.path.join(drawings, "even.svg"), encoding="utf-8") as file:
            text = file.read()
        assert text.rstrip().endswith("</svg>") and "bathroom" in text
    empty = os.path.join(folder, "empty")
    os.mkdir(empty)
    result = run("--data", folder, "--plot", drawings, env={**os.environ, "PATH": empty})
    assert result.returncode == 0 and "gnuplot is not installed" in result.stderr, result.stderr


def test_odd_homes_are_measured(folder):
    stamp = "2026-03-20T10:00:00.000"
    folder_with(folder, moment=HEADER + f"{stamp},a,r,motion,1\n{stamp},a,r,motion,0\n",
                both=clockwork(6).replace("front door,hall", "kitchen pir,kitchen"),
                placed=clockwork(6).replace("bedroom pir,bedroom,motion", "kitchen pir,bedroom,motion"),
                nobody=HEADER + "".join(f"2026-03-{day}T10:00:00.000,room,outside,occupancy,1\n"
                                        "2026-03-20T10:00:00.000,room,den,occupancy,0\n" for day in range(10, 20)))
    figures, _ = measured(folder)
    moment, both, placed, nobody = figures["homes"]
    assert moment["injected"] == 0 and moment["mean_s"] is None and nobody["injected"] == 0
    assert both["injected"] == 1000 and placed["injected"] == 1000


def test_an_archive_is_unpacked_and_removed(folder):
    inside, temporary = os.path.join(folder, "in"), os.path.join(folder, "tmp")
    os.mkdir(inside)
    os.mkdir(temporary)
    folder_with(inside, even=clockwork(8))
    with tarfile.open(os.path.join(folder, "homes.tar.gz"), "w:gz") as archive:
        for name in os.listdir(inside):
            archive.add(os.path.join(inside, name), name)
    result = run("--data", folder, env={**os.environ, "TMPDIR": temporary})
    assert result.returncode == 0 and "even" in result.stdout, result.stderr
    assert os.listdir(temporary) == []


def refused(folder, expected, *more):
    path = os.path.join(folder, "out.json")
    result = run("--data", folder, "--json", path, *more)
    assert result.returncode == 2, (result.returncode, result.stderr)
    assert expected in result.stderr, result.stderr
    assert result.stdout == "" and not os.path.exists(path)


def test_damaged_input_is_named(folder):
    refused(folder, "index.csv")
    with open(os.path.join(folder, "index.csv"), "w", encoding="utf-8") as file:
        file.write("path,days\nx,1\n")
    refused(folder, "no column named home")
    folder_with(folder)
    refused(folder, "no homes in it")
    folder_with(folder, even=clockwork(4) + "2026-03-20T25:00:00.000,x,y,motion,1\n")
    refused(folder, "even/events.csv:")
    folder_with(folder, even=HEADER)
    refused(folder, "even/events.csv")
    folder_with(folder, even="t_ms,x_mg,y_mg,z_mg\n0,1,2,3\n20,1,2,3\n")
    refused(folder, "not a home log")
    many = HEADER + "".join(f"2026-03-20T10:00:00.000,s{i},r,motion,1\n" for i in range(129))
    folder_with(folder, even=many)
    refused(folder, "more than 128 sensors")
    folder_with(folder, even=clockwork(4))
    os.remove(os.path.join(folder, "even", "events.csv"))
    refused(folder, "events.csv")
    refused(folder_with(folder, even=clockwork(4)), "nobody's", "--home", "nobody's")


def test_wrong_usage(folder):
    for arguments in (("--dance",), ("more",), ("--seed", "x"), ("--seed", "-1"), ("--injections", "9999999")):
        result = run(*arguments)
        assert result.returncode == 2 and result.stderr and not result.stdout, arguments
    assert run("--help").returncode == 0
    folder_with(folder, even=clockwork(4))
    result = run("--data", folder, "--json", "/nonexistent/out.json")
    assert result.returncode == 1 and "/nonexistent/out.json" in result.stderr


def test_published_recordings_as_the_card_says(folder):
    path = os.path.join(folder, "out.json")
    result = run("--data", DATA, "--json", path)
    assert result.returncode == 0, result.stderr
    with open(path, encoding="utf-8") as file:
        figures = json.load(file)
    homes = {home["home"]: home for home in figures["homes"]}
    motion = figures["motion_homes"]
    assert homes["tm000-absences"]["false_alarms"] == 0 and len(homes) == 8
    assert motion["mean_s"] <= 3.55 * 3600 and motion["false_alarms"] <= 4
    assert figures["all_homes"]["false_alarms_per_day"]["value"] <= 0.045
    assert motion["mean_s"] < 0.71 * motion["rivals"]["longest_by_hour_tuned"]["mean_s"]
    assert motion["mean_s"] < motion["rivals"]["fixed_tuned"]["mean_s"] / 2


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    has_data = any(os.path.exists(os.path.join(DATA, name)) for name in ("homes.tar.gz", "homes"))
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        if "published" in name and not has_data:
            print(f"ok {number} - {name} # SKIP no recordings in {DATA} (VIGIE_DATA)")
            continue
        with tempfile.TemporaryDirectory(prefix="test-eval-routine-") as folder:
            try:
                test(folder)
                print(f"ok {number} - {name}", flush=True)
            except (AssertionError, OSError, KeyError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"not ok {number} - {name}\n# {type(error).__name__}: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
