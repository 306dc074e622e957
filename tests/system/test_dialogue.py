#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the home hears: the hub's voice on ALSA's file plugin, and homes where it cannot speak. Prints TAP."""

import array
import math
import os
import pathlib
import re
import signal
import subprocess
import sys
import wave

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from house import BUILD, RECORDINGS, House, run_tests, speaking_house, wait_for  # noqa: E402

WAVE_HEADER = 44


def voices(program):
    """The processes that speak for it."""
    pid = program.process.pid
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_there(pid):
    try:
        return "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


FALL = ("--replay", RECORDINGS / "fall.csv", "--speed", "10")  # slow enough to be followed from the beginning
ASK = "Est-ce que tout va bien ? Vous avez peut-être fait une chute."
BY_NIGHT = ', night: {from: "00:00", to: "23:59", volume: 20}'
BY_DAY = ', night: {from: "03:00", to: "03:00"}'


def prompts(house):
    return [step["text"] for step in house.hub.told("prompt")]


def loudness(path):
    frames = array.array("h", path.read_bytes()[WAVE_HEADER:])
    heard = [f for f in frames if abs(f) > 8]
    return math.sqrt(sum(f * f for f in heard) / len(heard))


def test_HS_01_asked_aloud_and_told_each_step_until_it_is_over():
    house, said = speaking_house(ask_s=4, dialogue=", repeat_s: 3" + BY_DAY)
    with house:
        house.start_broker()
        house.start_gateway()
        house.start_hub(*FALL, is_up=False)
        incident = house.hub.wait_step("receipt")["incident"]
        assert [p.startswith(ASK) for p in prompts(house)] == [True, True, False, False], prompts(house)
        assert prompts(house)[2:] == ["Nous appelons le centre.", "Le centre est prévenu."], prompts(house)
        house.gateway.wait_step("announced", incident)
        for verb, phrase in (("acknowledge", "Paul s’occupe de vous."), ("on_the_way", "Paul est en route."),
                             ("on_site", "Paul est sur place.")):
            assert house.gateway.ask(verb, incident=incident, by="Paul")["ok"]
            wait_for(lambda phrase=phrase: prompts(house)[-1] == phrase, phrase)
        assert house.gateway.ask("close", incident=incident, by="anne", outcome="helped")["ok"]
        wait_for(lambda: len(house.hub.told("said")) == len(prompts(house)) == 8, "all is said")
        assert prompts(house)[-1] == "L’alerte est terminée."
        house.hub.end()
        assert len(said.read_bytes()) > 15 * 2 * 22050


def test_fine_stops_the_question_and_is_acknowledged():
    house, _ = speaking_house(ask_s=60)
    with house:
        house.start_broker()
        house.start_hub(*FALL)
        house.hub.wait_step("sounds")
        assert house.hub.ask("answer", incident="last", said="fine")["state"] == "cancelled"
        wait_for(lambda: prompts(house)[-1:] and prompts(house)[-1] == "Très bien. L’alerte est annulée.", "the answer is acknowledged")
        assert len(prompts(house)) == 2, prompts(house)


def test_a_recorded_phrase_wins_and_own_words_win_over_that():
    house, said = speaking_house(ask_s=60, dialogue=f', volume: 100, clips_dir: /tmp/no-such-clips{BY_DAY}, words: {{closed: "Fini."}}')
    with house:
        clips = house.folder / "clips/fr"
        clips.mkdir(parents=True)
        frames = array.array("h", [1000 + n % 500 for n in range(4000)])
        for name in ("calling", "closed"):
            with wave.open(str(clips / f"{name}.wav"), "wb") as clip:
                clip.setnchannels(1)
                clip.setsampwidth(2)
                clip.setframerate(22050)
                clip.writeframes(frames.tobytes())
        config = house.folder / "hub.yaml"
        config.write_text(config.read_text(encoding="utf-8").replace("/tmp/no-such-clips", str(clips.parent)), encoding="utf-8")
        house.start()
        house.hub.ask("press", sensor="bouton")
        house.gateway.wait_step("announced")
        assert house.gateway.ask("close", incident="last", by="anne", outcome="helped")["ok"]
        wait_for(lambda: prompts(house)[-1:] == ["Fini."] and len(house.hub.told("said")) == len(prompts(house)), "all is said")
        house.hub.end()
        assert said.read_bytes().count(frames.tobytes()) == 1


def test_by_night_the_voice_is_softer():
    loud = []
    for when in (BY_DAY, BY_NIGHT):
        house, said = speaking_house(ask_s=60, dialogue=when)
        with house:
            house.start_hub(*FALL, is_up=False)
            house.hub.wait_step("said")
            house.hub.end()
            loud.append(loudness(said))
    assert abs(loud[1] / loud[0] - 20 / 70) < 0.02, loud


def test_HS_02_killed_while_asking_it_goes_on_and_does_not_begin_again():
    house, _ = speaking_house(ask_s=60, dialogue=", repeat_s: 6")
    with house:
        house.start_hub(*FALL, is_up=False)
        incident = house.hub.wait_step("verifying")["incident"]
        asked_us = house.hub.wait_step("prompt")["time_us"]
        house.hub.end(signal.SIGKILL)
        house.hub.steps.clear()
        house.start_hub(is_up=False)
        first = house.hub.wait_step("prompt")
        assert first["text"].startswith(ASK), first
        assert (first["time_us"] - asked_us + 500_000) % 6_000_000 < 2_000_000, (first, asked_us)
        assert first["time_us"] - asked_us > 5_000_000
        assert [i["id"] for i in house.hub.incidents()] == [incident]


def test_a_centre_out_of_reach_is_told_and_so_is_its_return():
    house, _ = speaking_house()
    with house:
        house.start_hub(is_up=False)
        house.hub.ask("press", sensor="bouton")
        wait_for(lambda: prompts(house)[-1:] and prompts(house)[-1].startswith("Nous n’arrivons pas à joindre le centre"), "the resident is told")
        house.start_broker()
        house.start_gateway()
        wait_for(lambda: prompts(house)[-1:] and prompts(house)[-1] == "Nous avons joint le centre, il est prévenu.", "it is reached", 40)


def test_HS_11_paused_by_hand_over_a_kill_shown_at_the_centre_and_no_call_is_lost():
    house, _ = speaking_house(ask_s=60)
    with house:
        house.start()
        until_ms = house.hub.ask("pause", hours=2, by="anne")["suspended_until_ms"]
        wait_for(lambda: prompts(house)[-1:] and prompts(house)[-1].startswith("Pause jusqu’à "), "the pause is said")
        wait_for(lambda: house.gateway.ask("status")["suspended"] == [{"home": house.home, "until_ms": until_ms}], "the centre sees it")
        house.hub.end(signal.SIGKILL)
        house.hub.steps.clear()
        house.start_hub(*FALL)
        assert abs(house.hub.ask("status")["suspended_until_ms"] - until_ms) < 1000
        house.hub.wait_step("withheld")
        assert house.hub.incidents() == [] and "prompt" not in {s["what"] for s in house.hub.steps}
        house.hub.ask("press", sensor="bouton")
        house.hub.wait_step("receipt")
        assert [i["class"] for i in house.hub.incidents()] == ["help"]
        assert house.hub.ask("resume")["ok"]
        assert house.hub.ask("resume")["error"] == "this home is not paused"
        wait_for(lambda: any(p.startswith("La pause est terminée") for p in prompts(house)), "its end is said")
        wait_for(lambda: house.gateway.ask("status")["homes_suspended"] == 0, "the centre sees that too")
        wait_for(lambda: [i["state"] for i in house.hub.incidents() if i["class"] == "fall"] == ["verifying"], "the fall is asked about")
        for hours in (0, 13, "2", 1.5):
            assert not house.hub.ask("pause", hours=hours)["ok"], hours
        house.hub.end()
        assert not (house.folder / "hub.state/pause").exists()


def test_HS_11_a_pause_that_ended_while_the_hub_was_off_is_over():
    house, _ = speaking_house()
    with house:
        (house.folder / "hub.state/pause").write_text("1700000000000 7 another-boot\n", encoding="utf-8")
        house.start_hub(is_up=False)
        wait_for(lambda: "pause: over" in house.hub.text(), "it is over")
        assert house.hub.ask("status")["suspended_until_ms"] == 0
        assert not (house.folder / "hub.state/pause").exists()


def test_HS_16_a_home_that_cannot_be_asked_in_two_ways_says_so():
    with House(ask_s=30) as house:
        house.start_hub(is_up=False)
        faults = house.hub.ask("status")["faults"]
        assert "the resident is not asked aloud" in faults, faults
        assert "the resident is asked by no light and no vibration" in faults, faults


def test_a_home_whose_buttons_only_call_is_warned_of():
    warning = 'warning: no button says "fine": the resident cannot answer that all is well'
    with House(ask_s=30) as house:
        path = house.folder / "hub.yaml"
        check = [BUILD / "bin/vigie-hub", "--check", "--config", path]
        assert warning in subprocess.run(check, capture_output=True, text=True, check=True).stderr
        path.write_text(path.read_text(encoding="utf-8").replace("role: button}", "role: button, button: both}", 1), encoding="utf-8")
        assert "fine" not in subprocess.run(check, capture_output=True, text=True, check=True).stderr


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
        found = wait_for(lambda: house.hub.ask("status")["found"], "it is found, to be told to the centre when it lasts", 30)
        assert [f["kind"] for f in found] == ["voice"], found


def test_the_voice_has_none_of_the_hubs_privileges_and_descriptors():
    house, _ = speaking_house()
    with house:
        if os.geteuid() == 0:  # as its unit starts it: another user, with the radio's capabilities
            subprocess.run(["chown", "-R", "nobody", house.folder], check=True)
            privileges = "+net_raw,+net_admin"
            house.hub.command[:0] = ["setpriv", "--reuid=nobody", "--clear-groups", f"--inh-caps={privileges}", f"--ambient-caps={privileges}"]
            house.hub.command = [str(word) for word in house.hub.command]
        house.start_hub(is_up=False)
        house.hub.ask("say", text="Un.")
        house.hub.wait_step("said")
        status = lambda pid: pathlib.Path(f"/proc/{pid}/status").read_text()
        if os.geteuid() == 0:
            assert re.search(r"CapPrm:\s0+3000$", status(house.hub.process.pid), re.M), status(house.hub.process.pid)
        voice = voices(house.hub)[0]
        assert re.search(r"CapPrm:\s0+$", status(voice), re.M), status(voice)
        targets = [os.readlink(f"/proc/{voice}/fd/{fd}") for fd in os.listdir(f"/proc/{voice}/fd")]
        assert not [t for t in targets if "hub.state" in t or "inotify" in t or "eventfd" in t], targets
        assert sum(t.startswith("socket:") for t in targets) == 1, targets


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
