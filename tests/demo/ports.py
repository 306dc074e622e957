# SPDX-License-Identifier: GPL-2.0-or-later
"""A port of the loopback for a server of one's own."""
import random
import socket


def free_port():
    """A port below those that the kernel lends to clients (32768 on Linux): nobody's connection takes it before its server does."""
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port of 100 between 20000 and 32000")
