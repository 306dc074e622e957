# SPDX-License-Identifier: GPL-2.0-or-later
"""A bare MQTT 5 client on one TLS socket, nothing else: what a hop through the broker costs at least."""
import os
import socket
import ssl
import struct
import time

PAYLOAD_BYTES = 700  # an incident's JSON


def text(word):
    return struct.pack(">H", len(word)) + word.encode()


def packet(kind, body):
    length, rest = b"", len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length += bytes([digit | (128 if rest else 0)])
        if not rest:
            return bytes([kind]) + length + body


class Bare:
    """Publishes to a topic it has subscribed to, QoS 1, and hears it come back."""

    def __init__(self, port, ca, certificate, key, topic):
        context = ssl.create_default_context(cafile=ca)
        context.load_cert_chain(certificate, key)
        plain = socket.create_connection(("127.0.0.1", port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname="127.0.0.1")
        self.socket.settimeout(10)
        self.file = self.socket.makefile("rb")
        self.publish = packet(0x32, text(topic) + b"\0\1\0" + os.urandom(PAYLOAD_BYTES))
        self.socket.sendall(packet(0x10, text("MQTT") + b"\5\2\0\0\0" + text("bare")))
        assert self._next()[0] == 0x20
        self.socket.sendall(packet(0x82, b"\0\1\0" + text(topic) + b"\1"))
        assert self._next()[0] == 0x90
        self.took_ms = []

    def _next(self):
        kind, length, shift = self.file.read(1)[0], 0, 0
        while True:
            byte = self.file.read(1)[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return kind, self.file.read(length)

    def hop(self):
        """From the publishing to the message's arrival."""
        began = time.monotonic()
        self.socket.sendall(self.publish)
        kinds = set()
        while kinds != {0x30, 0x40}:
            kind, body = self._next()
            kinds.add(kind & 0xF0)
            if kind & 0xF0 == 0x30:
                self.took_ms.append((time.monotonic() - began) * 1e3)
                at = 2 + struct.unpack(">H", body[:2])[0]
                self.socket.sendall(packet(0x40, body[at:at + 2]))
        return self.took_ms[-1]

    def close(self):
        self.file.close()
        self.socket.close()
