# SPDX-License-Identifier: GPL-3.0-or-later
"""Every version, cipher and way to resume that OpenSSL has, decrypted by key
log and by private key; with segments lost; and with the wrong key."""

import os
import ssl

from decryptpair import (NO_ENCRYPT_THEN_MAC, NO_EXTENDED_MASTER_SECRET, Pair,
                         client_context, server_context)
from decryptwire import CLIENT, FOLDER, SERVER, Wire, plain, save

REQUEST = b"SERVICE sip:edge.example.com:5062 SIP/2.0\r\n" + b"x" * 3000
ANSWER = b"SIP/2.0 200 OK\r\n" + b"y" * 20000
RSA = {"1.0": "AES128-SHA AES256-SHA CAMELLIA128-SHA",
       "1.1": "AES128-SHA AES256-SHA",
       "1.2": "AES128-SHA AES256-SHA AES128-SHA256 AES256-SHA256 "
              "AES128-GCM-SHA256 AES256-GCM-SHA384 AES128-CCM AES256-CCM "
              "AES128-CCM8 AES256-CCM8 CAMELLIA256-SHA256"}
EPHEMERAL = {
    "1.0": "ECDHE-RSA-AES128-SHA DHE-RSA-AES256-SHA",
    "1.1": "ECDHE-RSA-AES256-SHA",
    "1.2": "ECDHE-RSA-AES128-SHA256 ECDHE-RSA-AES256-SHA384 "
           "ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384 "
           "ECDHE-RSA-CHACHA20-POLY1305 DHE-RSA-AES256-GCM-SHA384 "
           "DHE-RSA-AES128-CCM ADH-AES128-SHA256"}
ON_EC = "ECDHE-ECDSA-AES128-CCM8 ECDHE-ECDSA-AES256-GCM-SHA384"
OPTIONS = {"": 0, " without EMS": NO_EXTENDED_MASTER_SECRET,
           " without EtM": NO_ENCRYPT_THEN_MAC,
           " with neither": NO_EXTENDED_MASTER_SECRET | NO_ENCRYPT_THEN_MAC}
KEY = f"{FOLDER}/rsa.key"


def talk(pair):
    for _ in range(2):
        pair.say(CLIENT, REQUEST)
        pair.say(SERVER, ANSWER)
    return pair


def as_said(check, what, pairs, found):
    streams, refused, counters = found
    for index, pair in enumerate(pairs):
        got = [streams[side].get(pair.port) for side in (CLIENT, SERVER)]
        check(f"{what}, connection {index}", got == pair.said,
              [len(side or b"") for side in got] + [refused, counters])


def suites():
    for version, names in RSA.items():
        for name in names.split():
            yield version, name, True
    for version, names in EPHEMERAL.items():
        for name in names.split():
            yield version, name, False
    yield "1.3", "ALL", False


def contexts(name, version, ciphers, options=0, certificate="rsa"):
    log = f"{FOLDER}/{name}.log"
    return (client_context(version, ciphers, options),
            server_context(log, certificate, version, ciphers, options), log)


def test_suites(build, check):
    for version, ciphers, rsa in suites():
        for what, options in OPTIONS.items():
            if version == "1.3" and options:
                continue
            name = f"TLS {version} {ciphers}{what}"
            client, server, log = contexts(name, version, ciphers, options)
            pair = talk(Pair(client, server))
            path = save("suite", pair.wire)
            as_said(check, f"{name}, key log", [pair],
                    plain(build, path, "-l", log))
            by_key = plain(build, path, "-k", KEY)
            if rsa:
                as_said(check, f"{name}, key", [pair], by_key)
            else:
                check(f"{name}, key", by_key[1] == ["ephemeral"], by_key[1:])


def test_certificates(build, check):
    for ciphers in ON_EC.split():
        client, server, log = contexts(ciphers, "1.2", ciphers,
                                       certificate="ec")
        pair = talk(Pair(client, server))
        as_said(check, ciphers, [pair],
                plain(build, save("ec", pair.wire), "-l", log))


def only_first(log):
    """The key log of a stack that says nothing of resumed sessions."""
    path = log + ".first"
    with open(log, encoding="utf-8") as file:
        lines = [line for line in file if line.startswith("CLIENT_RANDOM")]
    with open(path, "w", encoding="utf-8") as file:
        file.write(lines[0])
    return path


def test_resumption(build, check):
    for version, ciphers, rsa in (
            ("1.0", "AES128-SHA", True), ("1.2", "AES128-GCM-SHA256", True),
            ("1.2", "ECDHE-RSA-AES128-GCM-SHA256", False),
            ("1.3", "ALL", False)):
        for way in ("ticket", "session id"):
            options = 0 if way == "ticket" else ssl.OP_NO_TICKET
            name = f"TLS {version} {ciphers} resumed by {way}"
            client, server, log = contexts(name, version, ciphers, options)
            first = talk(Pair(client, server, 50001))
            session = first.ends[CLIENT].session
            second = talk(Pair(client, server, 50002, session))
            check(f"{name}: resumed", second.ends[CLIENT].session_reused)
            path = save("resumed", first.wire, second.wire)
            both = [first, second]
            as_said(check, f"{name}, key log", both,
                    plain(build, path, "-l", log))
            if rsa:
                as_said(check, f"{name}, key", both,
                        plain(build, path, "-k", KEY))
            if version != "1.3":
                as_said(check, f"{name}, key log of the first", both,
                        plain(build, path, "-l", only_first(log)))
            alone = plain(build, save("alone", second.wire), "-k", KEY)
            check(f"{name}: alone", alone[1] == [
                "resumed" if rsa else "ephemeral"], alone[1:])


def test_losses(build, check):
    """One segment in the middle: what was not in it is read again."""
    for version, ciphers in (
            ("1.0", "AES128-SHA"), ("1.1", "AES128-SHA"),
            ("1.2", "AES128-SHA"), ("1.2", "AES128-GCM-SHA256"),
            ("1.2", "AES128-CCM"), ("1.2", "ECDHE-RSA-CHACHA20-POLY1305"),
            ("1.3", "ALL")):
        name = f"TLS {version} {ciphers}"
        client, server, log = contexts(name, version, ciphers)
        pair = Pair(client, server)
        pair.say(CLIENT, REQUEST)
        begin = len(pair.wire.sent)
        for number in range(40):
            pair.say(CLIENT, b"message %3d " % number * 40)
        pair.say(CLIENT, b"the end")
        for lost in (range(begin + 3, begin + 4),
                     range(begin + 3, begin + 9)):
            path = save("loss", pair.wire, lost=set(lost))
            streams, refused, counters = plain(build, path, "-l", log)
            got = streams[CLIENT].get(pair.port, b"")
            read = [number for number in range(40)
                    if b"message %3d " % number * 40 in got]
            # 1.0 needs the end of the record before.
            least = 40 - len(lost) - (version == "1.0")
            check(f"{name}, {len(lost)} segments lost", len(read) >= least
                  and got.endswith(b"the end") and not refused,
                  [len(read), refused, counters])


def test_lost_handshake(build, check):
    """A part of the server's flight: TLS 1.3 does without."""
    client, server, log = contexts("flight", "1.3", "ALL")
    wire = Wire()
    wire.size = 200
    pair = talk(Pair(client, server, wire=wire))
    first = next(index for index, sent in enumerate(pair.wire.sent)
                 if sent[0] == SERVER)
    path = save("flight", pair.wire, lost={first + 2})
    streams = plain(build, path, "-l", log)[0]
    check("TLS 1.3, a part of the server's flight is lost",
          streams[CLIENT].get(pair.port) == pair.said[CLIENT] and
          streams[SERVER].get(pair.port, b"").endswith(pair.said[SERVER]),
          [len(side.get(pair.port, b"")) for side in streams])
    path = save("hello", pair.wire, lost={0})
    refused = plain(build, path, "-l", log)[1]
    check("TLS 1.3, the ClientHello is lost", refused == ["damaged"] or
          refused == ["no_handshake"], refused)


def test_wrong_keys(build, check):
    client, server, log = contexts("wrong", "1.2", "AES128-GCM-SHA256")
    pair = talk(Pair(client, server))
    path = save("wrong", pair.wire)
    found = plain(build, path, "-k", f"{FOLDER}/other.key")
    check("another key", found[1] == ["foreign_key"], found[1:])
    found = plain(build, path, "-k", f"{FOLDER}/other.key", "-k", KEY)
    as_said(check, "one of two keys", [pair], found)
    with open(log, encoding="utf-8") as file:
        text = file.read().rstrip("\n")
    with open(log + ".bad", "w", encoding="utf-8") as file:
        file.write(text[:-1] + ("0" if text[-1] != "0" else "1") + "\n")
    found = plain(build, path, "-l", log + ".bad")
    check("a wrong secret", found[1] == ["wrong_secret"], found[1:])
    os.truncate(log, 0)
    found = plain(build, path, "-l", log)
    check("no secret", not found[1] and not found[0][CLIENT], found[1:])


def test(build, check):
    test_suites(build, check)
    test_certificates(build, check)
    test_resumption(build, check)
    test_losses(build, check)
    test_lost_handshake(build, check)
    test_wrong_keys(build, check)
