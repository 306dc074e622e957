#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""common/mqtt and vigie-broker against Debian's mosquitto: TLS, access list, sessions, wills, storms. Prints TAP."""
import os
import pathlib
import shutil
import sys
import tempfile
import time

from broker import PEER, Peer, Place, broker_script, free_port

STORM = 5000


def test_message_crosses_over_tls(place):
    with place.as_gateway("sub=vigie/v1/+/incident") as gateway, place.as_home("home-1") as hub:
        gateway.wait("up")
        hub.wait("up")
        hub.say("pub vigie/v1/home-1/incident hello")
        assert gateway.wait("message") == "message vigie/v1/home-1/incident hello"
        assert hub.end() == 0


def test_foreign_certificate_is_refused_with_its_reason(place):
    with tempfile.TemporaryDirectory() as other:
        stranger = Place(other)
        _, certificate, key = stranger.home("home-1")
        with Peer(place.uri, "home-1", (place.folder / "ca.crt", certificate, key)) as hub:
            line = hub.wait("down")
            assert "unknown ca" in line or "certificate is refused" in line, line
            assert not hub.hears("up", 0.5)


def test_foreign_broker_is_refused_with_its_reason(place):
    with tempfile.TemporaryDirectory() as other:
        stranger = Place(other)
        _, certificate, key = place.home("home-1")
        with Peer(place.uri, "home-1", (stranger.folder / "ca.crt", certificate, key)) as hub:
            assert "certificate verify failed" in hub.wait("down")


def test_broker_under_another_name_is_refused(place):
    with Peer(f"mqtts://localhost:{place.port}", "home-1", place.home("home-1")) as hub:
        assert "certificate is refused" in hub.wait("down")
        assert not hub.hears("up", 0.5)


def test_nobody_without_a_certificate(place):
    with Peer(f"mqtt://127.0.0.1:{place.port}", "home-1", ()) as hub:
        hub.wait("down")


def test_a_home_reaches_only_its_own_topics(place):
    with place.as_gateway("sub=vigie/v1/#") as gateway:
        gateway.wait("up")
        for topic in ("home-2/incident", "home-1/receipt", "home-1/incident/x", "caregiver/7"):
            with place.as_home("home-1") as hub:  # Debian's 2.0.11 ends the connection of who publishes out of bounds
                hub.wait("up")
                hub.say(f"pub vigie/v1/{topic} x")
                assert "Not authorized" in hub.wait("refused")
        with place.as_home("home-1", "sub=vigie/v1/#", "sub=vigie/v1/home-2/receipt") as hub:
            hub.wait("up")
            for topic in ("home-2/receipt", "home-1/incident", "home-1/receipt"):
                gateway.say(f"pub vigie/v1/{topic} from the gateway")
            assert hub.wait("message") == "message vigie/v1/home-1/receipt from the gateway"
            hub.say("pub vigie/v1/home-1/incident from the hub")
            while (line := gateway.wait("message")) != "message vigie/v1/home-1/incident from the hub":
                assert line.endswith("from the gateway"), line


def test_broker_killed_and_back(place):
    with place.as_gateway("sub=vigie/v1/+/incident") as gateway, place.as_home("home-1") as hub:
        gateway.wait("up")
        hub.wait("up")
        place.mosquitto.end("kill")
        hub.wait("down")
        hub.say("pub vigie/v1/home-1/incident lost")
        assert hub.wait("sent") == "sent -107"
        place.mosquitto.start()
        hub.wait("up")
        gateway.wait("up")
        hub.say("pub vigie/v1/home-1/incident again")
        assert gateway.wait("message") == "message vigie/v1/home-1/incident again"


def test_session_keeps_what_was_sent_meanwhile(place):
    session = ("sub=vigie/v1/+/incident", "expiry=3600")
    with place.as_gateway(*session) as gateway:
        gateway.wait("up")
        gateway.process.kill()
        gateway.process.wait()
    with place.as_home("home-1") as hub:
        hub.wait("up")
        hub.say("pub vigie/v1/home-1/incident meanwhile")
        hub.wait("sent 0")
        hub.end()
    place.mosquitto.has_logged("Client home-1 disconnected")
    place.mosquitto.end()  # an orderly restart keeps the session too
    place.mosquitto.start()
    with place.as_gateway(*session) as gateway:
        assert gateway.wait("message") == "message vigie/v1/home-1/incident meanwhile"
        gateway.end()


def test_last_will_on_kill_9_and_none_on_goodbye(place):
    with place.as_gateway("sub=vigie/v1/+/heartbeat") as gateway:
        gateway.wait("up")
        with place.as_home("home-1", "will=vigie/v1/home-1/heartbeat") as hub:
            hub.wait("up")
            hub.end()
        assert not gateway.hears("message", 0.5)
        with place.as_home("home-1", "will=vigie/v1/home-1/heartbeat") as hub:
            hub.wait("up")
            hub.process.kill()
            assert gateway.wait("message") == "message vigie/v1/home-1/heartbeat link lost"


def test_second_broker_takes_over(place):
    nobody = f"mqtts://127.0.0.1:{free_port()}"
    with place.as_gateway(uri=f"{nobody},{place.uri}") as gateway:
        assert "nobody listens there" in gateway.wait("down")
        gateway.wait("up")


def test_one_reason_is_told_once(place):
    with place.as_gateway(uri=f"mqtts://127.0.0.1:{free_port()}") as gateway:
        gateway.wait("down")
        assert not gateway.hears("down", 3)  # two or three attempts more


def storm(place, configured):
    """How many of STORM messages reach a gateway that was away while they were sent."""
    session = ("sub=vigie/v1/+/incident", "expiry=3600")
    with place.as_gateway(*session) as gateway:
        gateway.wait("up")
        time.sleep(0.3)
        gateway.process.kill()
        gateway.process.wait()
    with place.as_home("home-1") as hub:
        hub.wait("up")
        hub.say(f"storm vigie/v1/home-1/incident {STORM} 300")
        line = hub.wait("stormed", 20)
        time.sleep(1.5)  # what the broker has not acknowledged yet is dropped at the end
        hub.end()
    with place.as_gateway(*session) as gateway:
        gateway.say("quiet")
        gateway.wait("up")
        arrived, limit = -1, time.monotonic() + 20
        while time.monotonic() < limit:
            now = gateway.count()
            if now == STORM or now == arrived:
                arrived = now
                break
            arrived = now
            time.sleep(0.5)
        gateway.end()
    print(f"# storm, {configured}: {arrived} of {STORM} arrived; {line}")
    return arrived


def test_storm_for_an_absent_gateway(place):
    assert storm(place, "max_queued_messages 0 (ours)") == STORM
    place.mosquitto.end()
    conf = place.folder / "mosquitto.conf"
    ours = conf.read_text()
    conf.write_text(ours.replace("max_queued_messages 0\n", "").replace("max_queued_bytes 0\n", ""))
    place.mosquitto.start()
    try:
        assert storm(place, "mosquitto's default of 1000") < STORM
    finally:
        place.mosquitto.end()
        conf.write_text(ours)
        place.mosquitto.start()


def test_vigie_broker_refuses_what_is_wrong(place):
    with tempfile.TemporaryDirectory() as other:
        rows = [((), 2), (("init",), 2), (("init", other), 2), (("init", other, "--port", "0"), 2),
                (("init", other, "--port", "65536"), 2), (("init", other, "--port", "1x"), 2),
                (("init", other, "--port", "1", "--address", "a b"), 2), (("init", other, "--port", "1", "--listen", "host"), 2),
                (("init", other + "/a b", "--port", "1"), 2), (("home", other, "h"), 1), (("home", other), 2),
                (("home", place.folder, "Home"), 2), (("home", place.folder, "a/b"), 2), (("home", place.folder, ""), 2),
                (("home", place.folder, "h" * 33), 2), (("home", place.folder, "vigie-gateway"), 2),
                (("home", place.folder, "h", "--force"), 2), (("burn",), 2)]
        for words, status in rows:
            ran = broker_script(*words, check=False)
            assert ran.returncode == status, (words, ran)
            assert ran.stderr.startswith("vigie-broker: ") and not ran.stdout, (words, ran)
        assert not os.listdir(other)
    broker_script("home", place.folder, "h" * 32)


def test_vigie_broker_keeps_its_authority(place):
    def read(*names):
        return [(place.folder / name).read_bytes() for name in names]

    kept = ("ca.crt", "ca.key", "server.crt", "server.key", "gateway.crt", "gateway.key", "homes/home-1.crt", "homes/home-1.key")
    place.home("home-1")
    before = read(*kept)
    broker_script("init", place.folder, "--port", place.port)
    place.home("home-1")
    assert read(*kept) == before
    broker_script("home", place.folder, "home-1", "--renew")
    assert read("homes/home-1.key") == before[-1:] and read("homes/home-1.crt") != before[-2:-1]
    for name in kept:
        mode = (place.folder / name).stat().st_mode & 0o777
        assert mode == (0o600 if name.endswith("key") else 0o644), (name, oct(mode))
    with tempfile.TemporaryDirectory() as other:
        shutil.copy(place.folder / "ca.crt", other)
        ran = broker_script("init", other, "--port", "1", check=False)
        assert ran.returncode == 1 and "only one of ca.crt and ca.key" in ran.stderr, ran
        assert (pathlib.Path(other) / "ca.crt").read_bytes() == before[0]


TESTS = [value for name, value in list(globals().items()) if name.startswith("test_")]


def main():
    if not shutil.which("mosquitto", path="/usr/sbin:/usr/bin") or not PEER.exists():
        print("1..0 # SKIP needs mosquitto and mqtt_peer (make fakes)")
        return 0
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, test in enumerate(TESTS, 1):
        name = test.__name__.removeprefix("test_")
        with tempfile.TemporaryDirectory() as folder:
            place = Place(folder)
            try:
                with place.mosquitto:
                    test(place)
                print(f"ok {number} - mqtt: {name}", flush=True)
            except Exception as error:
                failed += 1
                print(f"not ok {number} - mqtt: {name}", flush=True)
                print("# " + (repr(error) or "").replace("\n", " ")[:2000])
    return failed > 0


sys.exit(main())
