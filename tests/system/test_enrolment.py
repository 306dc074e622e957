#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What an installer does with vigie-ctl and a running hub: looks at sensors, finds, enrols, removes and tries them. Prints TAP."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from air import BUTTON, BUTTON_FRAME, BUTTON_KEY, FLAGS, bthome, btsnoop, report, structure, write_capture  # noqa: E402
from house import BUILD, House, run_tests, wait_for  # noqa: E402

CTL = BUILD / "bin/vigie-ctl"


def ctl(house, *words, language="C.UTF-8", text=None):
    """What vigie-ctl says to the hub of this house: exit status, output, errors."""
    done = subprocess.run([CTL, "--socket", house.hub.control, *map(str, words)], input=text, capture_output=True, text=True,
                          timeout=60, check=False, env={**os.environ, "LC_ALL": language})
    return done.returncode, done.stdout, done.stderr


def hear(house, capture):
    """A hub that has heard the capture, and goes on."""
    house.start_hub("--replay", capture, "--speed", "max", is_up=False)
    wait_for(lambda: "end of the recording" in house.hub.text(), "the capture ends")


def test_sensors_show_signal_format_and_refusals():
    with House(sensors=f"  - {{id: '{BUTTON}', name: Sonnette, room: Entrée, role: button}}\n") as house:
        keys = house.folder / "keys"
        keys.write_text(f"{BUTTON} {BUTTON_KEY}\n", encoding="utf-8")
        keys.chmod(0o600)
        path = house.folder / "hub.yaml"
        path.write_text(f"keys: {keys}\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
        capture = house.folder / "air.btsnoop"
        forged, older = bytearray(BUTTON_FRAME), bytearray(BUTTON_FRAME)
        forged[-8] += 1  # a counter that has not been
        older[-7] -= 1  # one that is long over
        btsnoop(capture, (BUTTON, BUTTON_FRAME), (BUTTON, b"\x40\x3a\x01"), (BUTTON, forged), (BUTTON, older),
                ("B4:35:22:00:00:01", b"\x40\x3a\x01"))
        hear(house, capture)
        status, out, error = ctl(house, "sensors", "--json")
        told = json.loads(out)
        assert status == 0 and error == "", error
        [sensor], [receiver] = told["sensors"], told["receivers"]
        assert (sensor["format"], sensor["rssi_dbm"], sensor["sealed"], sensor["battery_pct"]) == ("bthome_v2", -60, True, 100), sensor
        assert sensor["refused"] == {"downgraded": 1, "not_authentic": 1, "replayed": 1}, sensor
        assert (receiver["reports"], receiver["strangers"], receiver["broken"]) == (5, 1, 2), receiver
        _, out, _ = ctl(house, "sensors", language="fr_FR.UTF-8")
        assert "BTHome v2" in out and "-60 dBm" in out and "en clair malgré la clé 1" in out and "d'inconnus" in out, out
        print("\n".join(f"# {line}" for line in out.splitlines()))


MOTION, WATCH = "54:48:E6:8F:80:A5", "C1:22:33:44:55:66"


def write_home_air(path):
    """Seven seconds of a detector close by, a watch in the next room and the neighbours' devices."""
    packets = []
    for n in range(800):
        packets.append(report(MOTION, bthome(bytes([0x44, 0, n % 256, 1, 80, 0x21, n % 2])), -48))
        packets.append(report(WATCH, FLAGS + structure(9, b"InfiniTime"), -70, is_random=True, is_connectable=True))
        packets.append(report(f"A4:C1:38:00:{n // 100:02X}:{n % 100:02X}", FLAGS, -90))
    write_capture(path, packets, 3000)


def test_discover_shows_the_closest_first_and_keeps_nothing():
    with House(sensors=f"  - {{id: '{WATCH}', name: Montre, room: Salon, role: wearable}}\n") as house:
        write_home_air(house.folder / "air.btsnoop")
        house.start_hub("--replay", house.folder / "air.btsnoop", is_up=False)
        status, out, error = ctl(house, "discover", "--seconds", "2", "--json")
        answers = [json.loads(line) for line in out.splitlines()]
        assert status == 0 and error == "" and len(answers) >= 2 and answers[-1]["left_s"] == 0, (status, error, len(answers))
        found = answers[-1]["found"]
        assert [f["address"] for f in found[:2]] == [MOTION, WATCH], found[:2]
        closest, watch = found[:2]
        assert (closest["guess"], closest["format"], closest["installed"]) == ("sensor", "bthome_v2", None), closest
        assert set(closest["kinds"]) == {"motion", "battery"} and closest["rssi_dbm"] == -48, closest
        assert (watch["guess"], watch["name"], watch["address_type"], watch["installed"]) == ("infinitime", "InfiniTime", "random", "Montre")
        assert len(found) <= 65 and answers[-1]["left_out"] > 0, (len(found), answers[-1]["left_out"])
        status, out, _ = ctl(house, "discover", "--seconds", "1", language="fr_FR.UTF-8")
        assert status == 0 and "capteur BTHome v2, mouvement, pile" in out and "montre PineTime" in out, out
        # strangers are in no log and no file
        kept = house.hub.text().encode() + b"".join(f.read_bytes() for f in (house.folder / "hub.state").iterdir())
        assert MOTION.encode() not in kept and bytes.fromhex(MOTION.replace(":", "")) not in kept


def test_discover_says_what_it_cannot():
    with House() as house:
        house.start_hub(is_up=False)
        assert ctl(house, "discover") == (1, "", "vigie-ctl: vigie-hub refuses: this hub has no radio to hear with\n")
        assert house.hub.ask("discover") == {"ok": False, "error": "nobody looks who is on air"}
        for seconds in (0, 601, "x", 1.5, True):
            assert house.hub.ask("discover", seconds=seconds)["error"] == "seconds is not 1..600"
        assert ctl(house, "discover", "--seconds", "601")[2] == "vigie-ctl: --seconds: needs a whole number of 1 to 600\n"


def main():
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    return run_tests([t for t in tests if not sys.argv[1:] or any(w in t.__name__ for w in sys.argv[1:])])


if __name__ == "__main__":
    sys.exit(main())
