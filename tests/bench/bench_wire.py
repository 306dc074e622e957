#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The wire alone: a hop through the broker over TLS, busy and after silences, beside the same hop without TLS; a storm."""
import sys
import tempfile

from measure import line

from broker import Mosquitto, Peer, Place, free_port

BUSY = ("busy", 500, 10)
AFTER_SILENCE = ("after silences of 1.3 s", 15, 1300)
STORM = 10000


def echo(peer, topic, count, gap_ms):
    """Median and slowest, ms."""
    peer.say(f"echo {topic} {count} {gap_ms}")
    words = peer.wait("echoed", count * (gap_ms + 150) / 1000 + 10).split()
    return int(words[5]) / 1000, int(words[9]) / 1000


def storm(peer, topic):
    """Messages a second accepted by the broker's client, and the longest turn of the loop in ms."""
    peer.say("quiet")
    peer.say(f"storm {topic} {STORM} 300")
    words = peer.wait("stormed", 60).split()
    return STORM / (int(words[3]) / 1e6), int(words[7]) / 1000


def plain_broker(folder):
    port = free_port()
    (folder / "plain").mkdir()
    (folder / "plain/mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nuser root\nmax_queued_messages 0\n"
        f"max_inflight_messages 100\n")
    return Mosquitto(folder / "plain", port)


def main():
    topic = "vigie/v1/home-1/incident"
    with tempfile.TemporaryDirectory() as name:
        place = Place(name)
        plain = plain_broker(place.folder)
        with place.mosquitto, plain, place.as_gateway(f"sub={topic}") as tls, \
                Peer(f"mqtt://127.0.0.1:{plain.port}", "bare", (), f"sub={topic}") as bare:
            tls.wait("up")
            bare.wait("up")
            for what, count, gap_ms in (BUSY, AFTER_SILENCE):
                ours, theirs = echo(tls, topic, count, gap_ms), echo(bare, topic, count, gap_ms)
                line(f"hop to the broker and back over TLS, {what}, median", ours[0], "ms", "without TLS", theirs[0])
                line(f"hop to the broker and back over TLS, {what}, slowest", ours[1], "ms", "without TLS", theirs[1])
            ours, theirs = storm(tls, topic), storm(bare, topic)
            line(f"storm of {STORM} over TLS, heard by ourselves", ours[0], "messages/s", "without TLS", theirs[0])
            line("storm, longest turn of the loop", ours[1], "ms", "limit of a handler", 100)
    return 0


sys.exit(main())
