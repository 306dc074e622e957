#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`./vigie demo`: the whole chain at work on one machine, told line by line.

In a temporary folder of its own, on loopback: Debian's mosquitto with the configuration that
vigie-broker makes, vigie-gateway, and vigie-hub with a recording in place of its sensors. The two
programs' control sockets tell each step; the demo merges, translates and times them. Exit status:
0 shown to its end (also when the recording raised nothing), 1 something stopped, 2 a bad recording
or option, 130 interrupted.
"""

import argparse
import os
import queue
import select
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import chain  # noqa: E402
import recordings  # noqa: E402
import words  # noqa: E402

ANSWER_AFTER_S = 5
CLOSE_AFTER_S = 2
SPOKEN_LIMIT_S = 60
LAST_WORD_S = 8
MERGE_S = 0.05
EXIT_INTERRUPTED = 130


class Interrupted(Exception):
    """^C, or the terminal went away."""


class Narrator:
    """Prints in the chosen language; remembers when each step was, for the table."""

    def __init__(self, language):
        self.column = ("fr", "en").index(language)
        self.began_us = None
        self.steps = {}

    def say(self, key, **values):
        print(words.WORDS[key][self.column].format(**values), flush=True)

    def tell(self, step):
        at = (step["part"], step["what"])
        if self.began_us is None:
            self.began_us = step["time_us"]
        if at not in words.STEPS:
            return
        text = self.worded(at, step.get("text") or "")
        if at in self.steps and at[1] not in ("reading", "progress", "prompt"):
            text = words.WORDS["again"][self.column].format(text=text)
        self.steps.setdefault(at, step["time_us"])
        part = words.PARTS[step["part"]][self.column]
        print(f"{(step['time_us'] - self.began_us) / 1e6:+9.3f} s  {part:9} {text}", flush=True)

    def worded(self, at, text):
        said = words.STEPS[at][self.column]
        if "{text}" in said and not text:
            return said.replace("{text}", "").rstrip(" :")
        text = words.STATES[text][self.column] if text in words.STATES else text
        return said.format(text=text)

    def table(self):
        rows = [((self.steps[to] - self.steps[begin]) / 1e3, (french, english)[self.column])
                for begin, to, french, english in words.HOPS if begin in self.steps and to in self.steps]
        if rows:
            print()
            self.say("table")
        for milliseconds, hop in rows:
            print(f"{milliseconds:12.2f} ms  {hop}", flush=True)


class Demo:
    def __init__(self, options, recording, narrator):
        self.options = options
        self.recording = recording
        self.narrator = narrator
        self.events = queue.Queue()
        self.incident = None
        self.suspected_at = None
        self.answer_at = None
        self.close_at = None
        self.is_over = False
        self.unsaid = 0  # what the home's voice has still to say
        self.over_by = None

    def run(self):
        with chain.Chain(self.recording, self.options.lang, self.events) as running:
            self.running = running
            self.introduce()
            running.start()
            self.narrator.say("started", port=running.port)
            self.narrator.say("asked", seconds=chain.ASK_S)
            print(flush=True)
            while not self.is_over:
                for kind, content in self.next_events():
                    getattr(self, "on_" + kind)(content)
                self.on_time(time.monotonic())
        self.conclude()

    def next_events(self):
        """What came within MERGE_S of each other, steps in the order of their time: two sockets
        bring them."""
        try:
            found = [self.events.get(timeout=0.2)]
        except queue.Empty:
            return []
        time.sleep(MERGE_S)
        while not self.events.empty():
            found.append(self.events.get())
        steps = sorted((e for e in found if e[0] == "step"), key=lambda e: e[1]["time_us"])
        return steps + [e for e in found if e[0] != "step"]

    def introduce(self):
        self.narrator.say("title")
        self.narrator.say(self.recording.kind, path=self.recording.name,
                          whose=words.WORDS["whose"][self.narrator.column])
        self.narrator.say("lasts" if self.recording.is_trial else "shortened", length=self.recording.length(),
                          speed=f"{self.recording.speed():.0f}")
        if self.running.wav:
            self.narrator.say("wav", path=self.running.wav)
        else:
            self.narrator.say("device")

    def on_step(self, step):
        """One line of a control socket's stream."""
        self.narrator.tell(step)
        if step["part"] == "hub":
            self.unsaid += {"prompt": 1, "said": -1, "unsaid": -1}.get(step["what"], 0)
        what = (step["part"], step["what"])
        if step.get("incident") and not self.incident:
            self.incident = step["incident"]
            self.suspected_at = time.monotonic()
        if what == ("gateway", "announced") and self.answer_at is None:
            self.ask()
        elif what == ("gateway", "accepted") and self.close_at is None:
            self.answer_at = float("inf")
            self.close_at = time.monotonic() + CLOSE_AFTER_S
            self.narrator.say("closing")
        elif what in (("hub", "closed"), ("hub", "cancelled")):
            self.over_by = time.monotonic() + LAST_WORD_S
        elif what == ("hub", "ended") and not self.incident:
            print(flush=True)
            self.narrator.say("nothing")
            self.is_over = True

    def ask(self):
        print(flush=True)
        self.narrator.say("prompt")
        print("    " + self.running.acknowledge_line(self.incident), flush=True)
        has_keyboard = sys.stdin is not None and sys.stdin.isatty()
        if self.options.ack or not has_keyboard:
            self.narrator.say("by_itself" if self.options.ack else "no_keyboard")
            self.answer_at = time.monotonic() + ANSWER_AFTER_S
        else:
            self.answer_at = float("inf")
            threading.Thread(target=self.watch_keyboard, daemon=True).start()
        print(flush=True)

    def watch_keyboard(self):
        while not self.is_over:
            if select.select([sys.stdin], [], [], 0.2)[0]:
                self.events.put(("answer", sys.stdin.readline()))
                return

    def on_answer(self, _line):
        if self.close_at is None:
            self.running.acknowledge(self.incident)

    def on_died(self, content):
        raise chain.Stopped(*content)

    def on_time(self, now):
        if self.answer_at is not None and now >= self.answer_at:
            self.answer_at = float("inf")
            self.on_answer("")
        if self.close_at is not None and now >= self.close_at:
            self.close_at = float("inf")
            self.running.close(self.incident)
        if self.over_by and (self.unsaid == 0 or now >= self.over_by):
            self.is_over = True
        if self.answer_at is None and self.suspected_at and now > self.suspected_at + SPOKEN_LIMIT_S:
            raise chain.Stuck(SPOKEN_LIMIT_S)

    def conclude(self):
        self.narrator.table()
        if ("gateway", "spoken") in self.narrator.steps and self.running.wav:
            print(flush=True)
            self.narrator.say("listen", path=self.running.wav)
            if os.path.exists(self.running.home_wav):
                self.narrator.say("listen_home", path=self.running.home_wav)
        self.narrator.say("end")


def options():
    locale = next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")
    spoken = "fr" if locale.startswith("fr") else "en"
    parser = argparse.ArgumentParser(prog="vigie demo", description="From a recorded fall to a voice at the centre.")
    parser.add_argument("--recording", metavar="FILE", help="play this recording")
    parser.add_argument("--ack", action="store_true", help="acknowledge without a keyboard, after 5 s")
    parser.add_argument("--lang", choices=("fr", "en"), default=spoken, help="language told and spoken")
    return parser.parse_args()


def interrupt(_signal, _frame):
    raise Interrupted


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    chosen = options()
    narrator = Narrator(chosen.lang)
    try:
        with recordings.chosen(chosen.recording) as recording:
            Demo(chosen, recording, narrator).run()
        return 0
    except Interrupted:
        print(flush=True)
        narrator.say("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more (`| head`); Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except recordings.Bad as bad:
        print(f"vigie demo: {bad}", file=sys.stderr)
        return 2
    except chain.Stopped as stopped:
        narrator.say("died", name=stopped.name, status=stopped.status)
        print(stopped.said, flush=True)
    except chain.Stuck as stuck:
        narrator.say("stuck", seconds=int(stuck.seconds), name="vigie-hub, vigie-gateway")
    return 1


if __name__ == "__main__":
    sys.exit(main())
