# SPDX-License-Identifier: GPL-2.0-or-later
"""What a radio hears, written as a capture that a hub replays."""

import struct

# A real button's press, sealed (bthome-ble's tests; tests/data/bthome_v2.tsv)
BUTTON = "B4:35:22:F5:3D:A4"
BUTTON_KEY = "90bffd73cb6b26ef58a7a8eba9232036"
BUTTON_FRAME = bytes.fromhex("450aeb84467f85ba0100003188788c")


FLAGS = b"\x02\x01\x06"


def structure(kind, value):
    """One AD structure."""
    return bytes([len(value) + 1, kind]) + value


def bthome(service_data):
    return FLAGS + structure(0x16, b"\xd2\xfc" + service_data)


def report(address, contents, rssi_dbm=-60, is_random=False, is_connectable=False):
    """The HCI event of one legacy advertisement."""
    head = bytes([2, 1, 0 if is_connectable else 3, is_random]) + bytes.fromhex(address.replace(":", ""))[::-1]
    told = head + bytes([len(contents)]) + contents + struct.pack("b", rssi_dbm)
    return b"\x04\x3e" + bytes([len(told)]) + told


def write_capture(path, packets, gap_us=50000):
    """A btsnoop file of packets from the controller."""
    with open(path, "wb") as file:
        file.write(b"btsnoop\0" + struct.pack(">II", 1, 1002))
        for n, packet in enumerate(packets):
            file.write(struct.pack(">IIIIQ", len(packet), len(packet), 3, 0, 0x00DCDDB30F2F8000 + gap_us * n) + packet)


def btsnoop(path, *frames):
    """A capture of advertisements, (address, service data of BTHome) each, 50 ms apart."""
    write_capture(path, [report(address, bthome(service_data)) for address, service_data in frames])
