# SPDX-License-Identifier: GPL-2.0-or-later
"""A GPIO chip without hardware: a Silicon Labs CP2112 (8 lines behind USB) as the kernel's hid-cp2112 knows it, its HID reports
answered through /dev/uhid (linux/uhid.h). Report numbers and lengths: Silicon Labs AN495, "CP2112 Interface Specification"."""

import os
import select
import struct
import threading

LABEL = "cp2112_gpio"
UHID_DESTROY, UHID_START, UHID_GET_REPORT, UHID_GET_REPORT_REPLY, UHID_CREATE2, UHID_SET_REPORT, UHID_SET_REPORT_REPLY = \
    1, 2, 9, 10, 11, 13, 14
EVENT_BYTES = 4380
BUS_USB, CYGNAL, CP2112 = 3, 0x10C4, 0xEA90
CONFIG, GET, SET, VERSION, SMBUS, LOCK = 0x02, 0x03, 0x04, 0x05, 0x06, 0x20
# feature report → bytes after its number
LENGTHS = {CONFIG: 4, GET: 1, SET: 2, VERSION: 2, SMBUS: 13, LOCK: 1}


def descriptor():
    """Vendor-defined feature reports of those lengths, and the two input reports that the driver knows."""
    told = bytes.fromhex("0600ff 0901 a101 150026ff00 7508")
    for number, length in LENGTHS.items():
        told += bytes([0x85, number, 0x95, length, 0x09, 0x01, 0xB1, 0x02])
    for number in (0x13, 0x16):
        told += bytes([0x85, number, 0x95, 63, 0x09, 0x01, 0x81, 0x02])
    return told + b"\xc0"


class Chip:
    """Plugged in from the beginning to the end of the block; `levels` and `outputs` are bit masks of its lines."""

    def __init__(self, levels=0):
        self.levels, self.directions = levels, 0
        self.config = {CONFIG: bytes(4), VERSION: bytes([0x0C, 0x02]), SMBUS: bytes(13), LOCK: bytes(1)}
        self.changes = []  # (line, level) as the hub set them
        self.fd = os.open("/dev/uhid", os.O_RDWR | os.O_CLOEXEC)
        self.is_over = False
        self.thread = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self):
        told = descriptor()
        os.write(self.fd, struct.pack("<I128s64s64sHHIIII4096s", UHID_CREATE2, b"Vigie CP2112", b"", b"", len(told), BUS_USB,
                                      CYGNAL, CP2112, 0x100, 0, told))
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.unplug()

    def unplug(self):
        if self.is_over:
            return
        os.write(self.fd, struct.pack("<I", UHID_DESTROY))
        self.is_over = True
        self.thread.join()
        os.close(self.fd)

    def drive(self, line, is_high):
        """The world outside sets an input."""
        self.levels = self.levels | 1 << line if is_high else self.levels & ~(1 << line)

    def is_high(self, line):
        return bool(self.levels & 1 << line)

    def _get(self, number):
        if number == GET:
            return bytes([self.levels])
        return self.config.get(number)

    def _set(self, number, told):
        if number == SET:
            values, mask = told[0], told[1]
            self.levels = (self.levels & ~mask) | (values & mask)
            self.changes += [(n, bool(values & 1 << n)) for n in range(8) if mask & 1 << n]
        elif number in self.config:
            self.config[number] = told[:LENGTHS[number]]

    def _answer(self):
        while not self.is_over:
            if not select.select([self.fd], [], [], 0.2)[0]:
                continue
            event = os.read(self.fd, EVENT_BYTES)
            kind, = struct.unpack_from("<I", event)
            if kind == UHID_GET_REPORT:
                request, number = struct.unpack_from("<IB", event, 4)
                told = self._get(number)
                answer = bytes([number]) + (told or b"")
                os.write(self.fd, struct.pack("<IIHH4096s", UHID_GET_REPORT_REPLY, request, 5 if told is None else 0,
                                              len(answer), answer))
            elif kind == UHID_SET_REPORT:
                request, number, _, size = struct.unpack_from("<IBBH", event, 4)
                self._set(number, event[13:12 + size])
                os.write(self.fd, struct.pack("<IIH", UHID_SET_REPORT_REPLY, request, 0))
