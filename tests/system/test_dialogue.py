#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the home hears: the hub's voice on ALSA's file plugin, and homes where it cannot speak. Prints TAP."""

import os
import pathlib
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import House, run_tests, wait_for  # noqa: E402

WAVE_HEADER = 44


def speaking_house(**options):
    house = House(**options)
    said = house.folder / "home.wav"
    config = house.folder / "hub.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("dialogue: {", f'dialogue: {{device: "file:FILE={said},FORMAT=wav", ', 1), encoding="utf-8")
    return house, said


def voices(program):
    """The processes that speak for it."""
    pid = program.process.pid
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_there(pid):
    try:
        return "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_technician_says_something_aloud():
    house, said = speaking_house()
    with house:
        house.start_hub(is_up=False)
        assert house.hub.ask("say", text="Le technicien passe demain.") == {"ok": True}
        house.hub.wait_step("sounds")
        house.hub.wait_step("said")
        assert house.hub.ask("status")["faults"] == [f for f in house.hub.ask("status")["faults"] if "voice" not in f]
        house.hub.end()
        sound = said.read_bytes()[WAVE_HEADER:]
        assert len(sound) > 22050 and any(sound[:200]), len(sound)


def test_what_cannot_be_said_is_refused():
    house, _ = speaking_house()
    with house:
        house.start_hub(is_up=False)
        for text in ("", "a" * 512, "deux\nlignes", 7, None):
            answer = house.hub.ask("say", text=text)
            assert answer == {"ok": False, "error": "text is not 1 to 511 bytes of plain text"}, (text, answer)
        assert house.hub.ask("say", text="a" * 511)["ok"]
    with House() as silent:
        silent.start_hub(is_up=False)
        assert silent.hub.ask("say", text="Bonjour.")["error"] == "this home has no voice"


def test_a_home_without_sound_is_told():
    with House(dialogue=", device: nosuchdevice") as house:
        house.start_hub(is_up=False)
        wait_for(lambda: "voice: no sound: No such file or directory" in house.hub.ask("status")["faults"], "the fault")


def test_a_killed_voice_is_replaced_and_a_killed_hub_leaves_none():
    house, _ = speaking_house()
    with house:
        house.start_hub(is_up=False)
        house.hub.ask("say", text="Un.")
        house.hub.wait_step("said")
        first = voices(house.hub)
        assert len(first) == 1
        os.kill(first[0], signal.SIGKILL)
        wait_for(lambda: not voices(house.hub), "the voice is gone")
        house.hub.ask("say", text="Deux.")
        wait_for(lambda: len(house.hub.told("said")) == 2, "the second is said")
        second = voices(house.hub)
        assert len(second) == 1 and second != first
        house.hub.end(signal.SIGKILL)
        wait_for(lambda: not is_there(second[0]), "no voice without its hub")


if __name__ == "__main__":
    sys.exit(run_tests([value for name, value in sorted(globals().items()) if name.startswith("test_")]))
