# SPDX-License-Identifier: GPL-2.0-or-later
"""A mosquitto of one's own with vigie-broker's certificates, and mqtt_peer clients of it: for system tests and benches."""
import os
import pathlib
import queue
import socket
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tests/demo"))
from ports import free_port  # noqa: E402

BUILD = pathlib.Path(os.environ.get("VIGIE_BUILD", TOP / "build/gcc"))
PEER = BUILD / "tests/system/mqtt_peer"
BROKER = TOP / "caller-gateway/vigie-broker"


def broker_script(*words, check=True):
    return subprocess.run([BROKER, *map(str, words)], check=check, capture_output=True, text=True)


class Mosquitto:
    def __init__(self, folder, port):
        self.folder, self.port, self.process = folder, port, None

    def start(self):
        log = open(self.folder / "mosquitto.log", "a")
        self.process = subprocess.Popen(["/usr/sbin/mosquitto", "-c", self.folder / "mosquitto.conf"], stdout=log, stderr=log)
        for _ in range(100):
            if self.process.poll() is not None:
                break
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError("mosquitto does not listen: " + (self.folder / "mosquitto.log").read_text())

    def has_logged(self, text):
        for _ in range(100):
            if text in (self.folder / "mosquitto.log").read_text():
                return
            time.sleep(0.05)
        raise AssertionError(f"mosquitto has not logged '{text}'")

    def end(self, how="terminate"):
        if self.process:
            getattr(self.process, how)()
            self.process.wait(10)
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end()


class Peer:
    """One mqtt_peer; its lines are waited for, in order."""

    def __init__(self, uris, client, who, *options):
        words = [PEER, uris, client, *[str(w) for w in who], *options]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def say(self, line):
        self.process.stdin.write(line + "\n")

    def wait(self, start, seconds=10):
        limit = time.monotonic() + seconds
        seen = []
        while time.monotonic() < limit:
            try:
                line = self.lines.get(timeout=max(0.01, limit - time.monotonic()))
            except queue.Empty:
                break
            seen.append(line)
            if line.startswith(start):
                return line
        raise AssertionError(f"no '{start}' within {seconds} s, but {seen}")

    def hears(self, start, seconds):
        try:
            return self.wait(start, seconds)
        except AssertionError:
            return None

    def count(self):
        self.say("count")
        return int(self.wait("counted").split()[1])

    def end(self):
        if self.process.poll() is None:
            self.say("quit")
            self.process.wait(5)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Place:
    """A broker's directory, its port, and who connects as whom."""

    def __init__(self, folder):
        self.folder, self.port = pathlib.Path(folder), free_port()
        broker_script("init", self.folder, "--port", self.port)
        self.uri = f"mqtts://127.0.0.1:{self.port}"
        self.mosquitto = Mosquitto(self.folder, self.port)

    def gateway(self):
        return self.folder / "ca.crt", self.folder / "gateway.crt", self.folder / "gateway.key"

    def home(self, name):
        broker_script("home", self.folder, name)
        return self.folder / "ca.crt", self.folder / f"homes/{name}.crt", self.folder / f"homes/{name}.key"

    def as_gateway(self, *options, uri=None):
        return Peer(uri or self.uri, "vigie-gateway", self.gateway(), *options)

    def as_home(self, name, *options):
        return Peer(self.uri, name, self.home(name), *options)
