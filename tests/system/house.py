# SPDX-License-Identifier: GPL-2.0-or-later
"""A home and a centre of real processes on loopback, in a folder of their own: broker, gateway, hub.

    with House(ask_s=1) as house:
        house.start()
        house.hub.ask("press")
        house.hub.wait_step("receipt")

Every process is ended by its own id. VIGIE_BUILD names another build (default build/gcc)."""

import atexit
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tests/demo"))
from ports import free_port  # noqa: E402

BUILD = pathlib.Path(os.environ.get("VIGIE_BUILD", TOP / "build/gcc"))
BROKER = TOP / "caller-gateway/vigie-broker"
RECORDINGS = TOP / "models/recordings"
WAIT_S = 15.0

SENSORS = """\
  - {id: wearable, name: Montre, room: Salon, role: wearable, place: wrist}
  - {id: bouton, name: Bouton, room: Chambre, role: button}
  - {id: autre, name: Autre, room: Cuisine, role: button}
"""


def wait_for(condition, what, seconds=WAIT_S):
    """Polls until condition() is true, and returns what it returned."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:g} s: {what}")


class Program:
    """One daemon: its process, its log, its control socket and the steps it tells."""

    def __init__(self, name, command, folder, environment=None):
        self.name, self.command, self.folder = name, [str(c) for c in command], folder
        self.environment = environment or {}
        self.control = folder / f"{name}.control"
        self.log = folder / f"{name}.log"
        self.process = None
        self.steps = []

    def start(self, extra=(), environment=None):
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.command + [str(e) for e in extra], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log,
                                            env={**os.environ, **self.environment, **(environment or {})})
        return self

    def text(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def end(self, how=signal.SIGTERM):
        """Ends it and returns its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
            raise AssertionError(f"{self.name} does not end\n{self.text()[-2000:]}") from None
        self.process = None
        return status

    def wait_end(self):
        status = self.process.wait(WAIT_S)
        self.process = None
        return status

    def connect(self):
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(WAIT_S)
        try:
            link.connect(str(self.control))
        except OSError:
            link.close()
            return None
        return link

    def ask(self, verb, **fields):
        """One request; the answer, whatever it says."""
        link = wait_for(self.connect, f"{self.name} answers\n{self.text()[-2000:]}")
        with link, link.makefile("rw", encoding="utf-8") as lines:
            lines.write(json.dumps({"do": verb, **fields}) + "\n")
            lines.flush()
            return json.loads(lines.readline())

    def follow(self):
        """Collects its steps from now on, as long as it lives."""
        link = wait_for(self.connect, f"{self.name} answers\n{self.text()[-2000:]}")
        lines = link.makefile("rw", encoding="utf-8")
        lines.write('{"do":"follow"}\n')
        lines.flush()
        assert json.loads(lines.readline())["ok"]
        link.settimeout(None)
        threading.Thread(target=self._collect, args=(link, lines), daemon=True).start()
        return self

    def _collect(self, link, lines):
        with link, lines:
            try:
                for line in lines:
                    self.steps.append(json.loads(line))
            except (OSError, ValueError):
                pass

    def told(self, what, incident=None):
        return [s for s in self.steps if s["what"] == what and incident in (None, s.get("incident"))]

    def wait_step(self, what, incident=None, seconds=WAIT_S):
        return wait_for(lambda: self.told(what, incident),
                        f"{self.name} tells {what}: {[s['what'] for s in self.steps]}\n{self.text()[-2000:]}", seconds)[0]

    def incidents(self, everything=False):
        return self.ask("incidents", all=everything)["incidents"]


class House:
    """The folder, its certificates and the three programs of one home."""

    certificates = None  # made once for all houses of a test program

    def __init__(self, ask_s=0, home="maison", device=None, heartbeat_s=60, sensors=SENSORS, homes_lost_s=240, dialogue=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigie-house-"))
        self.port = free_port()
        self.broker_folder = self.folder / "broker"
        self.home = home
        self.wave = self.folder / "said.wav"
        self._make_broker()
        self._write_configurations(ask_s, device or f"file:FILE={self.wave},FORMAT=wav", heartbeat_s, sensors, homes_lost_s,
                                   dialogue)
        self.broker = Program("broker", ["/usr/sbin/mosquitto", "-c", self.broker_folder / "mosquitto.conf"],
                              self.folder)
        self.hub = Program("hub", [BUILD / "bin/vigie-hub", "--config", self.folder / "hub.yaml"], self.folder)
        self.gateway = Program("gateway", [BUILD / "bin/vigie-gateway", "--config", self.folder / "gateway.yaml"], self.folder)

    def _make_broker(self):
        """Certificates take a second to make: every house after the first has a copy of them."""
        def script(*words):
            subprocess.run([BROKER, *map(str, words)], check=True, capture_output=True)
        if House.certificates:
            shutil.copytree(House.certificates, self.broker_folder)
        script("init", self.broker_folder, "--port", self.port)
        if not House.certificates:
            script("home", self.broker_folder, self.home)
            script("home", self.broker_folder, "voisin")
            House.certificates = tempfile.mkdtemp(prefix="vigie-certificates-") + "/broker"
            atexit.register(shutil.rmtree, os.path.dirname(House.certificates), ignore_errors=True)
            shutil.copytree(self.broker_folder, House.certificates)

    def _write_configurations(self, ask_s, device, heartbeat_s, sensors, homes_lost_s, dialogue):
        keys = self.broker_folder
        for name in ("hub", "gateway"):
            (self.folder / f"{name}.state").mkdir(mode=0o700)
        # what is played here is the home's own life: what it teaches is there after a start without it
        (self.folder / "hub.state/replay").symlink_to(".")
        (self.folder / "hub.yaml").write_text(
            f"home: {self.home}\nstate_dir: {self.folder}/hub.state\ncontrol: {self.folder}/hub.control\n"
            f"brokers:\n  - mqtts://127.0.0.1:{self.port}\n"
            f"tls: {{ca: {keys}/ca.crt, certificate: {keys}/homes/{self.home}.crt, key: {keys}/homes/{self.home}.key}}\n"
            f"dialogue: {{ask_s: {ask_s}{dialogue}}}\nheartbeat_s: {heartbeat_s}\nsensors:\n{sensors}", encoding="utf-8")
        (self.folder / "gateway.yaml").write_text(
            f"language: fr\nstate_dir: {self.folder}/gateway.state\ncontrol: {self.folder}/gateway.control\n"
            f"brokers:\n  - mqtts://127.0.0.1:{self.port}\n"
            f"tls: {{ca: {keys}/ca.crt, certificate: {keys}/gateway.crt, key: {keys}/gateway.key}}\n"
            f'sound: {{device: "{device}"}}\nhomes_lost_s: {homes_lost_s}\n'
            f"homes:\n  - {{home: {self.home}, resident: Madame Martin, address: 12 rue Pastorelli à Nice}}\n",
            encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for program in (self.hub, self.gateway, self.broker):
            if kind:
                print("\n".join(f"# {program.name}: {line}" for line in program.text().splitlines()[-12:]))
            program.end(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_broker(self):
        self.broker.start()
        def listens():
            assert self.broker.process.poll() is None, self.broker.text()
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.port)) == 0
        wait_for(listens, f"the broker listens\n{self.broker.text()}")

    def start_gateway(self, **environment):
        self.gateway.start(environment=environment)
        self.gateway.follow()
        wait_for(lambda: self.gateway.ask("status").get("broker") == "up", "the gateway is connected")

    def start_hub(self, *extra, is_up=True, **environment):
        self.hub.start(extra, environment=environment)
        self.hub.follow()
        if is_up:
            wait_for(lambda: self.hub.ask("status")["broker"] == "up", "the hub is connected")

    def start(self):
        self.start_broker()
        self.start_gateway()
        self.start_hub()

    def peer(self, who, *options):
        """A client of the broker with the certificate of "gateway" or of a home: lines in, lines out."""
        name = f"homes/{who}" if who != "gateway" else who
        keys = self.broker_folder
        return subprocess.Popen(
            [str(w) for w in (BUILD / "tests/system/mqtt_peer", f"mqtts://127.0.0.1:{self.port}", f"peer-{who}",
                              keys / "ca.crt", keys / f"{name}.crt", keys / f"{name}.key", *options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def publish(self, who, leaf, *texts, home=None):
        """Publishes as somebody; returns when the broker has them."""
        with self.peer(who) as peer:
            assert peer.stdout.readline() == "up\n"
            for text in texts:
                peer.stdin.write(f"pub vigie/v1/{home or self.home}/{leaf} {text}\n")
                assert "sent" in peer.stdout.readline()
            time.sleep(0.2)
            peer.stdin.write("quit\n")
            peer.stdin.close()
            peer.wait(10)


def speaking_house(**options):
    """A house whose hub speaks, and the WAV file that it speaks into."""
    house = House(**options)
    said = house.folder / "home.wav"
    config = house.folder / "hub.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("dialogue: {", f'dialogue: {{device: "file:FILE={said},FORMAT=wav", ', 1), encoding="utf-8")
    return house, said


def run_tests(tests):
    """Runs the functions, prints TAP, returns the exit status."""
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        began = time.monotonic()
        try:
            test()
            word = "ok"
        except Exception as error:  # pylint: disable=broad-except
            word, failed = "not ok", failed + 1
            print("\n".join(f"# {line}" for line in f"{type(error).__name__}: {error}".splitlines()))
        print(f"{word} {number} - {test.__name__}", flush=True)
        print(f"# {time.monotonic() - began:.1f} s", flush=True)
    return 1 if failed else 0
