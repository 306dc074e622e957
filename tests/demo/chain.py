# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts and stops what the demo shows: broker, gateway and hub, in a folder and on a port of their
own, and brings the steps that the two programs tell into one queue."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from ports import free_port

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAMS = os.path.join(TOP, "build", "gcc", "bin")
BROKER = os.path.join(TOP, "caller-gateway", "vigie-broker")
HOME = "demo"
ASK_S = 5
START_LIMIT_S = 20
STOP_LIMIT_S = 5
SOCKET_PATH_MAX = 90
PR_SET_PDEATHSIG = 1
WAV_HEADER_BYTES = 44

HUB_YAML = """\
home: {home}
state_dir: {folder}/hub
control: {folder}/hub.control
brokers: ["mqtts://127.0.0.1:{port}"]
tls: {{ca: {broker}/ca.crt, certificate: {broker}/homes/{home}.crt, key: {broker}/homes/{home}.key}}
dialogue:
  ask_s: {ask_s}
  language: {language}
  device: {home_device}
  repeat_s: 60
  night: {{from: "00:00", to: "00:00"}}
  words: {{ask_fall: {ask_fall}}}
sensors:
  - {{id: wearable, name: {sensor}, room: {room}, role: wearable, place: wrist}}
{more_sensors}"""
GATEWAY_YAML = """\
language: {language}
state_dir: {folder}/gateway
control: {folder}/gateway.control
brokers: ["mqtts://127.0.0.1:{port}"]
tls: {{ca: {broker}/ca.crt, certificate: {broker}/gateway.crt, key: {broker}/gateway.key}}
sound: {{device: {device}}}
homes:
  - {{home: {home}, resident: {resident}, address: {address}}}
"""
PEOPLE = {
    "fr": {"sensor": "montre", "room": "Salon", "resident": "Madame Martin", "address": "12 rue Pastorelli à Nice",
           "ask_fall": "Madame Martin, est-ce que tout va bien ? Si oui, appuyez sur votre bouton."},
    "en": {"sensor": "watch", "room": "Living room", "resident": "Mrs Martin", "address": "12 rue Pastorelli, Nice",
           "ask_fall": "Mrs Martin, are you all right? If so, press your button."},
}
OPERATOR = "operator Anne"  # as the wire says it in any language (docs/PROTOCOL.md)


class Stopped(Exception):
    """A program of the chain ended by itself."""

    def __init__(self, name, status, said):
        super().__init__(name)
        self.name, self.status, self.said = name, status, said


class Stuck(Exception):
    def __init__(self, seconds):
        super().__init__(seconds)
        self.seconds = seconds


def die_with_parent():
    """Runs in the child: even kill -9 of the demo leaves nothing running."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def sound_card():
    """True where there is a sound card that we may play on."""
    try:
        return any(name.startswith("pcm") and name.endswith("p") and os.access(f"/dev/snd/{name}", os.W_OK)
                   for name in os.listdir("/dev/snd"))
    except OSError:
        return False


class Program:
    def __init__(self, name, command, folder, events):
        self.name = name
        self.log = os.path.join(folder, f"{name}.log")
        self.is_stopping = False
        with open(self.log, "wb") as log:
            # A session of its own: ^C at the terminal reaches the demo alone, which stops them in order.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
                                            start_new_session=True, preexec_fn=die_with_parent)
        threading.Thread(target=self.watch, args=(events,), daemon=True).start()

    def watch(self, events):
        status = self.process.wait()
        if not self.is_stopping:
            events.put(("died", (self.name, status, self.said())))

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-12:]).rstrip()

    def stop(self):
        self.is_stopping = True
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Chain:
    def __init__(self, recording, language, events):
        self.recording = recording
        self.language = language
        self.events = events
        self.port = free_port()
        self.programs = []
        self.wav = None if sound_card() else os.path.join(TOP, "build", "demo", "alert.wav")
        self.home_wav = self.wav and os.path.join(TOP, "build", "demo", "home.wav")

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="vigie-demo-")
        if len(self.folder) > SOCKET_PATH_MAX:  # what a unix socket's address holds
            os.rmdir(self.folder)
            self.folder = tempfile.mkdtemp(prefix="vigie-demo-", dir="/tmp")
        return self

    def __exit__(self, *_error):
        # A second ^C does not leave half of it running.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for program in reversed(self.programs):
            program.stop()
        for wav in filter(None, (self.wav, self.home_wav)):
            if os.path.exists(wav) and os.path.getsize(wav) <= WAV_HEADER_BYTES:
                os.remove(wav)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        configuration = self.make_broker()
        self.write_configurations()
        self.launch("mosquitto", "/usr/sbin/mosquitto", "-c", configuration)
        self.wait_for(self.broker_answers, "mosquitto")
        self.launch("vigie-gateway", f"{PROGRAMS}/vigie-gateway", "--config", f"{self.folder}/gateway.yaml")
        self.follow("gateway")
        self.launch("vigie-hub", f"{PROGRAMS}/vigie-hub", "--config", f"{self.folder}/hub.yaml",
                    "--replay", self.recording.path, "--speed", f"{self.recording.speed():g}")
        self.follow("hub")

    def make_broker(self):
        self.broker = os.path.join(self.folder, "broker")
        made = self.call(BROKER, "init", self.broker, "--port", str(self.port), "--address", "127.0.0.1")
        self.call(BROKER, "home", self.broker, HOME)
        return made.strip()

    def write_configurations(self):
        values = {"folder": self.folder, "broker": self.broker, "port": self.port, "home": HOME, "ask_s": ASK_S,
                  "language": self.language, "device": json.dumps(self.device(self.wav)),
                  "home_device": json.dumps(self.device(self.home_wav))}
        values["more_sensors"] = "".join(
            f"  - {{id: {json.dumps(sensor)}, name: {json.dumps(sensor)}, room: {json.dumps(room)}, role: {role}}}\n"
            for sensor, room, role in self.recording.sensors())
        values |= {name: json.dumps(said, ensure_ascii=False) for name, said in PEOPLE[self.language].items()}
        for part, text in (("hub", HUB_YAML), ("gateway", GATEWAY_YAML)):
            os.mkdir(f"{self.folder}/{part}")
            with open(f"{self.folder}/{part}.yaml", "w", encoding="utf-8") as file:
                file.write(text.format(**values))

    @staticmethod
    def device(wav):
        if not wav:
            return "default"
        os.makedirs(os.path.dirname(wav), exist_ok=True)
        if os.path.exists(wav):
            os.remove(wav)
        return f"file:FILE='{wav}',FORMAT=wav"

    def launch(self, name, *command):
        self.programs.append(Program(name, command, self.folder, self.events))

    def broker_answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def wait_for(self, is_so, name):
        until = time.monotonic() + START_LIMIT_S
        while not is_so():
            if self.programs[-1].process.poll() is not None:
                raise Stopped(name, self.programs[-1].process.returncode, self.programs[-1].said())
            if time.monotonic() > until:
                raise Stuck(START_LIMIT_S)
            time.sleep(0.01)

    def follow(self, part):
        """Connects to a program's control socket and lets a thread bring its steps."""
        stream = socket.socket(socket.AF_UNIX)
        path = f"{self.folder}/{part}.control"
        self.wait_for(lambda: stream.connect_ex(path) == 0, f"vigie-{part}")
        stream.sendall(b'{"do":"follow"}\n')
        threading.Thread(target=self.read_steps, args=(stream,), daemon=True).start()

    def read_steps(self, stream):
        with stream, stream.makefile(encoding="utf-8", errors="replace") as lines:
            try:
                for line in lines:
                    step = json.loads(line)
                    if "what" in step:
                        self.events.put(("step", step))
            except (OSError, ValueError):
                return

    def gateway_ctl(self, *words):
        return [f"{PROGRAMS}/vigie-ctl", "--gateway", "--socket", f"{self.folder}/gateway.control", *words]

    def acknowledge_line(self, incident):
        return " ".join(os.path.relpath(word, TOP) if word.startswith(TOP) else word
                        for word in self.gateway_ctl("acknowledge", incident))

    def acknowledge(self, incident):
        self.call(*self.gateway_ctl("acknowledge", incident, "--by", OPERATOR))

    def close(self, incident):
        self.call(*self.gateway_ctl("close", incident, "--outcome", "helped", "--by", OPERATOR))

    @staticmethod
    def call(*command):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise Stopped(os.path.basename(command[0]), done.returncode, done.stderr.strip() or done.stdout.strip())
        return done.stdout
