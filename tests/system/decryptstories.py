# SPDX-License-Identifier: GPL-3.0-or-later
"""The stories of the main job, told in clear and inside TLS: the alerts must
be the same but for the transport."""

import email.utils
import json
import os
import struct
import subprocess
import time

from decryptpair import Pair, client_context, server_context
from decryptwire import CLIENT, FOLDER, SERVER, Wire, save

START = float(int(time.time()) + 10)  # once the certificate is valid
HOUR = 3600
INSIDE = [("1.0", "AES128-SHA", ["key"]),
          ("1.2", "AES256-GCM-SHA384", ["key", "log"]),
          ("1.2", "ECDHE-RSA-AES128-GCM-SHA256", ["log"]),
          ("1.3", "ALL", ["log"])]
HEAD = """Via: SIP/2.0/TLS 10.0.0.11:50001;branch=z9hG4bK{0}
From: <sip:fe.example.com>;tag=a{0}
To: <sip:edge.example.com>
Call-ID: call-{0}
CSeq: 1 SERVICE
"""


def message(start, number, more=""):
    text = start + "\n" + HEAD.format(number) + more + \
        "Content-Length: 0\n\n"
    return text.replace("\n", "\r\n").encode()


def service(number):
    return message("SERVICE sip:edge.example.com:5062 SIP/2.0", number)


def answer(number, at, behind=0):
    date = email.utils.formatdate(START + at - behind, usegmt=True)
    return message("SIP/2.0 200 OK", number, f"Date: {date}\n")


def unanswered():
    """Three exchanges, then a SERVICE that nobody answers."""
    for number in range(3):
        at = 5.0 * number
        yield at, CLIENT, service(number)
        yield at + 0.1, SERVER, answer(number, at + 0.1)
    yield 20.0, CLIENT, service(4)
    yield 70.0, CLIENT, b"\r\n\r\n"


def hour_off():
    """An edge whose clock is an hour behind."""
    for number in range(8):
        at = 7.3 * number
        yield at, CLIENT, service(number)
        yield at + 0.1, SERVER, answer(number, at + 0.1, HOUR)


def healthy():
    for number in range(8):
        at = 7.3 * number
        yield at, CLIENT, service(number)
        yield at + 0.1, SERVER, answer(number, at + 0.1)


UPGRADE = b"GET / HTTP/1.1\r\nHost: edge\r\nUpgrade: websocket\r\n" \
    b"Connection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" \
    b"Connection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n\r\n"


def frame(side, octets):
    """RFC 6455: a client's octets are masked."""
    mask = b"" if side == SERVER else b"\x12\x34\x56\x78"
    length = struct.pack("!BH", 126 | bool(mask) << 7, len(octets)) \
        if len(octets) > 125 else bytes([len(octets) | bool(mask) << 7])
    return b"\x81" + length + mask + bytes(
        octet ^ (mask[i % 4] if mask else 0)
        for i, octet in enumerate(octets))


def over_websocket(story):
    yield 0.0, CLIENT, UPGRADE
    yield 0.1, SERVER, UPGRADED
    for at, side, octets in story:
        yield at + 0.5, side, frame(side, octets)


def in_clear(story):
    wire = Wire()
    for at, side, octets in story:
        wire.at(at)
        wire.add(side, octets)
    return wire


def in_tls(story, version, ciphers, keylog):
    pair = None
    wire = Wire()
    server = server_context(keylog, "rsa", version, ciphers)
    client = client_context(version, ciphers)
    for at, side, octets in story:
        wire.at(at)
        if pair is None:
            pair = Pair(client, server, wire=wire)
        pair.say(side, octets)
    return wire


def judge(build, savefile, section=""):
    config = f"{FOLDER}/story.conf"
    with open(config, "w", encoding="utf-8") as file:
        file.write("[sip]\nports = 5060-5062\n" + section)
    done = subprocess.run(
        [os.path.join(build, "siptimed"), "-c", config, "--json", "-r",
         savefile], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=60)
    if done.returncode not in (0, 1) or done.stderr:
        raise RuntimeError(done.stderr.decode() or done.returncode)
    return [json.loads(line) for line in done.stdout.splitlines()]


def alerts(lines):
    """What was raised and resolved, without what the transport changes."""
    for line in lines:
        if line["type"] == "alert":
            evidence = dict(line.get("evidence", {}))
            evidence.pop("transport", None)
            yield (line["alert"], line["state"], line["subject"],
                   line["severity"], line["count"], line["summary"],
                   json.dumps(evidence, sort_keys=True))


def stories():
    for story in (unanswered, hour_off, healthy):
        yield story.__name__, story
    for story in (unanswered, hour_off, healthy):
        yield f"{story.__name__}, WebSocket", \
            lambda story=story: over_websocket(story())


def test(build, check):
    for name, story in stories():
        clear = judge(build, save(name, in_clear(story()), start=START))
        kinds = [line["alert"] for line in clear if line["type"] == "alert"]
        expected = {"unanswered": "transaction-timeout",
                    "hour_off": "clock-skew"}.get(name.split(",")[0])
        check(f"{name}: in clear", (expected in kinds) if expected
              else not kinds, kinds)
        for version, ciphers, means in INSIDE:
            where = f"{name} in TLS {version} {ciphers}"
            log = f"{FOLDER}/{name}-{version}-{ciphers}.log".replace(", ", "-")
            path = save(name + "-tls",
                        in_tls(story(), version, ciphers, log), start=START)
            os.chmod(log, 0o600)
            for by in means:
                section = '[tls "edge"]\n' + (
                    f"key = {FOLDER}/rsa.key\n" if by == "key"
                    else f"keylog = {log}\n")
                lines = judge(build, path, section)
                check(f"{where}, {by}: alerts",
                      list(alerts(lines)) == list(alerts(clear)),
                      f"{list(alerts(lines))}\n{list(alerts(clear))}")
                said = {line["evidence"]["transport"] for line in lines
                        if line.get("alert") == "transaction-timeout"}
                check(f"{where}, {by}: transport",
                      "unanswered" not in name or said == {"TLS"}, said)
            blind = judge(build, path)
            check(f"{where}: without keys", not [
                line for line in blind if line.get("alert") in
                ("transaction-timeout", "clock-skew")], blind)
