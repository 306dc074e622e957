# SPDX-License-Identifier: GPL-2.0-or-later
"""A radio full of advertisements: the controller that tests/fakes/radio.c gives to a hub, and what is on air around it."""
import random
import socket
import struct
import threading
import time

from air import FLAGS, bthome, report, structure

ADVERTS_PER_S = 2600  # what one scanning radio hears at most
TICK_S = 0.002
REPETITIONS = 5
APART_S = 0.03  # between the repetitions of one press


def told(address, *objects):
    """The report of a sensor of ours that says these BTHome objects in the open."""
    return report(address, bthome(b"\x44" + b"".join(objects)), -56)


def strangers(count):
    """Other people's beacons, and a sensor of the neighbour's that speaks our format."""
    def beacon(n):
        rest = bytes(random.randrange(256) for _ in range(23))
        return report(f"C0:00:00:00:{n >> 8:02X}:{n & 255:02X}", FLAGS + structure(0xFF, b"\x4C\x00\x02\x15" + rest[:21]), -56)
    frames = [beacon(n) for n in range(count - 1)]
    return frames + [told("A4:C1:38:FF:FF:FF", b"\x00\x01", b"\x3A\x01")]


class Controller:
    """Listens where VIGIE_RADIO points, obeys every command, and says what it is given."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(str(path))
        self.listener.listen(4)
        self.connected = self.link = None  # link: once it was told to scan
        self.dropped = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            self.connected, _ = self.listener.accept()
            self.connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 256 * 1024)  # as the hub asks of the kernel's
            try:
                self._obey(self.connected)
            except OSError:
                pass  # the hub is gone

    def _obey(self, link):
        while command := link.recv(300):
            opcode = struct.unpack_from("<H", command, 1)[0]
            features = bytes(8) if opcode == 0x2003 else b""
            link.send(struct.pack("<BBBBHB", 4, 0x0E, 4 + len(features), 1, opcode, 0) + features)
            if opcode == 0x200C and command[4] == 1:
                self.link = link

    def say(self, packet):
        """What does not fit is lost, as it would be in a kernel whose reader is slow."""
        try:
            self.link.send(packet, socket.MSG_DONTWAIT)
        except BlockingIOError:
            self.dropped += 1

    def fill(self, seconds, noise, sensors, presses):
        """The air for that long, evenly: `presses` are packets, each said REPETITIONS times; returns adverts said a second."""
        began = time.monotonic()
        gap_s = seconds * 0.9 / max(1, len(presses))
        due = sorted((began + n * gap_s + turn * APART_S, n) for n in range(len(presses)) for turn in range(REPETITIONS))
        said, next_press = 0, 0
        while (now := time.monotonic()) < began + seconds:
            while next_press < len(due) and due[next_press][0] <= now:
                self.say(presses[due[next_press][1]])
                next_press, said = next_press + 1, said + 1
            while said < (now - began) * ADVERTS_PER_S:
                self.say(sensors[said % len(sensors)] if said % 25 == 0 and sensors else noise[said % len(noise)])
                said += 1
            time.sleep(TICK_S)
        return said / (time.monotonic() - began)
