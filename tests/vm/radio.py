# SPDX-License-Identifier: GPL-2.0-or-later
"""Inside the emulated machine: BlueZ's emulated controllers and a sensor that speaks by one of them, through raw HCI sockets."""

import fcntl
import os
import socket
import struct
import subprocess
import time

HCIDEVUP, HCIDEVDOWN = 0x400448C9, 0x400448CA
SOL_HCI, HCI_FILTER = 0, 2
LE_CONTROLLER = 0x2000
LE_ONLY = "-L"


def wait_for(condition, what, seconds=20.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds:g} s: {what}")


def adapters():
    folder = "/sys/class/bluetooth"
    return sorted(n for n in os.listdir(folder) if ":" not in n) if os.path.isdir(folder) else []


class Controllers:
    """`count` controllers that hear each other: hci0 has the address 00:AA:01:00:00:00, hci1 00:AA:01:01:00:01 and so on.
    One advertisement is heard for each time that advertising is switched on."""

    def __init__(self, count, *options):
        self.process = subprocess.Popen(["btvirt", *options, f"-l{count}"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: len(adapters()) == count, f"{count} controllers")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.unplug()

    def unplug(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
            wait_for(lambda: not adapters(), "the controllers are gone")


def switch(index, how):
    with socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW, socket.BTPROTO_HCI) as s:
        def done():
            try:
                fcntl.ioctl(s, how, index)
                return True
            except OSError as error:
                return error.errno == 114  # it is so already
        wait_for(done, f"hci{index} is switched")


class Sensor:
    """What speaks by the controller of that index."""

    def __init__(self, index, is_extended=False):
        switch(index, HCIDEVUP)
        self.is_extended = is_extended
        self.link = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW, socket.BTPROTO_HCI)
        # Command Complete and Command Status alone
        self.link.setsockopt(SOL_HCI, HCI_FILTER, struct.pack("<IIIHxx", 1 << 4, 1 << 0x0E | 1 << 0x0F, 0, 0))
        self.link.bind((index,))
        self.link.settimeout(5)
        number = f"{index:02X}"
        self.address = f"00:AA:01:{number}:00:{number}"

    def close(self):
        self.link.close()

    def command(self, code, parameters, may_fail=False):
        opcode = LE_CONTROLLER | code
        self.link.send(struct.pack("<BHB", 1, opcode, len(parameters)) + parameters)
        while True:
            answer = self.link.recv(260)
            if answer[1] == 0x0E and struct.unpack_from("<H", answer, 4)[0] == opcode:
                status = answer[6]
                break
            if answer[1] == 0x0F and struct.unpack_from("<H", answer, 5)[0] == opcode:
                status = answer[3]
                break
        assert may_fail or status == 0, f"command {opcode:04x} refused with {status:02x}"

    def say(self, service_data, times=3):
        """Advertises `02 01 06` and the service data, `times` times."""
        data = bytes([2, 1, 6, len(service_data) + 1, 0x16]) + service_data
        say = self._say_extended if self.is_extended else self._say_legacy
        say(data, times)

    def _say_legacy(self, data, times):
        self.command(0x0A, b"\0", may_fail=True)
        self.command(0x06, struct.pack("<HHBBB6sBB", 0xA0, 0xA0, 3, 0, 0, bytes(6), 7, 0))
        self.command(0x08, bytes([len(data)]) + data.ljust(31, b"\0"))
        for _ in range(times):
            self.command(0x0A, b"\1")
            time.sleep(0.02)
            self.command(0x0A, b"\0")

    def say_when_asked(self, unasked, response, times=3):
        """Advertises AD structures, and others to those who ask for them."""
        self.command(0x0A, b"\0", may_fail=True)
        self.command(0x06, struct.pack("<HHBBB6sBB", 0xA0, 0xA0, 2, 0, 0, bytes(6), 7, 0))
        self.command(0x08, bytes([len(unasked)]) + unasked.ljust(31, b"\0"))
        self.command(0x09, bytes([len(response)]) + response.ljust(31, b"\0"))
        for _ in range(times):
            self.command(0x0A, b"\1")
            time.sleep(0.02)
            self.command(0x0A, b"\0")

    def _say_extended(self, data, times):
        self.command(0x39, b"\0\0", may_fail=True)
        self.command(0x36, b"\1" + struct.pack("<H", 0) + b"\xA0\0\0\xA0\0\0\7\0\0" + bytes(6) + b"\0\x7F\1\0\1\0\0")
        self.command(0x37, bytes([1, 3, 1, len(data)]) + data)
        for _ in range(times):
            self.command(0x39, b"\1\1\1\0\0\0")
            time.sleep(0.02)
            self.command(0x39, b"\0\1\1\0\0\0")


def bthome(packet, *objects):
    """A BTHome v2 frame in plain text: its packet id and the objects as bytes."""
    return b"\xD2\xFC\x44\x00" + bytes([packet]) + b"".join(bytes(o) for o in objects)


BATTERY_61, PRESS = (0x01, 61), (0x3A, 1)
