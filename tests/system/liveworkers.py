# SPDX-License-Identifier: GPL-3.0-or-later
"""Several threads that capture give what one gives."""

import glob
import re
import socket
import struct
import time

from livecheck import (capturing, check, config, nothing_open, told, veth)
from livenet import Daemon, sh, until

PAIRS, DEAD = 40, (3, 17, 39)
# RFC 3261 section 17.1.2.2 with the T1 of livecheck.CONFIG.
COPIES = (0, .05, .15, .35, .75, 1.55, 3.15)
EVIDENCE = """
[evidence]
directory = @/evidence
"""


def message(pair, answer):
    final = "100 Trying" if pair in DEAD else "200 OK"
    first = f"SIP/2.0 {final}" if answer else f"SERVICE sip:edge{pair} SIP/2.0"
    return (f"{first}\r\nVia: SIP/2.0/UDP 10.1.{pair}.1:5062;"
            f"branch=z9hG4bKworkers{pair}\r\nFrom: <sip:fe@a>;tag=1\r\n"
            f"To: <sip:edge@b>{';tag=2' if answer else ''}\r\n"
            f"Call-ID: workers{pair}@a\r\nCSeq: 1 SERVICE\r\n"
            "Content-Length: 0\r\n\r\n").encode()


def datagram(source, target, port, payload, number=0):
    udp = struct.pack("!HHHH", port, port, 8 + len(payload), 0) + payload
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number, 0, 64,
                       17, 0, bytes(source), bytes(target)) + udp


def frame(ip, *tags):
    shim = b"".join(struct.pack("!HH", tag, 5) for tag in tags)
    return bytes(12) + shim + b"\x08\x00" + ip


def packet(pair, answer, number=0):
    """Answers of every third pair come out of a tunnel, whose ends say nothing
    about where the request went; every fourth pair has a tag, or two."""
    client, server = [10, 1, pair, 1], [10, 2, pair, 1]
    if answer:
        client, server = server, client
    ip = datagram(client, server, 5062, message(pair, answer), number)
    if answer and pair % 3 == 0:
        ip = datagram([10, 3, 0, pair], [10, 3, 9, 7 * pair % 250], 4789,
                      bytes([8, 0, 0, 0, 0, 0, 9, 0]) + frame(ip))
    return frame(ip, *((), (0x8100,), (), (0x88A8, 0x8100))[pair % 4])


def play(wire):
    """All requests; those to the dead servers, which try, go on being sent."""
    begun = time.monotonic()
    for copy, at in enumerate(COPIES):
        time.sleep(max(0, begun + at - time.monotonic()))
        for pair in range(PAIRS):
            if pair in DEAD or copy == 0:
                wire.send(packet(pair, False, copy))
        for pair in range(PAIRS):
            if copy == 0:
                wire.send(packet(pair, True))


def sockets():
    with open("/proc/net/packet", encoding="ascii") as table:
        return len(table.readlines()) - 1


def threads(daemon):
    return len(glob.glob(f"/proc/{daemon.process.pid}/task/*"))


def shown(path):
    """Of each packet in a file of evidence its pair and what it is, in order;
    the blocks of pcapng that hold packets have type 6."""
    with open(path, "rb") as file:
        data = file.read()
    packets = []
    while data:
        kind, length = struct.unpack("=II", data[:8])
        if kind == 6:
            found = re.search(rb"(SERVICE|SIP/2.0 \d+).*Call-ID: workers(\d+)@a",
                              data[:length], re.DOTALL)
            packets.append((int(found[2]), found[1].decode()))
        data = data[length:]
    return packets


def evidence(daemon):
    return sorted(map(shown, glob.glob(f"{daemon.folder}/evidence/*.pcapng")))


# Each request, the answer to the first, and the copies, whoever saw them.
PROOF = [[(pair, "SERVICE"), (pair, "SIP/2.0 100"),
          *[(pair, "SERVICE")] * (len(COPIES) - 1)] for pair in DEAD]


def test_workers(options):
    """The same alerts, whichever thread saw the request and the answer."""
    veth("w0", "w1")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind(("w1", 0))
        others = sockets()
        alone = 0  # threads, where one captures and matches
        for workers, matchers in (1, 2), (2, 1), (2, 3), (4, 2):
            daemon = Daemon(options.siptimed, config(
                "w0", more=EVIDENCE).replace(
                    "[sip]", f"workers = {workers}\nmatchers = {matchers}\n"
                    "[sip]", 1))
            capturing(daemon, "w0")
            check(f"workers {workers}: a socket each", until(
                5, lambda: sockets() - others == workers), sockets())
            wanted = alone + workers - 1 + (matchers if matchers > 1 else 0)
            check(f"matchers {matchers}: a thread each", until(
                5, lambda: threads(daemon) == wanted or workers == 1),
                threads(daemon))
            if workers == 1:
                alone = threads(daemon)
                check("one that captures matches, and says so", daemon.says(
                    "matchers: one thread matches"), daemon.log)
            play(wire)
            check(f"workers {workers}: judged", nothing_open(daemon),
                  daemon.log)
            alerts = daemon.alerts()
            check(f"workers {workers}: what one tells",
                  told(alerts, "raised") == {
                      ("transaction-timeout", f"10.2.{pair}.1:5062",
                       "SERVICE"): 1 for pair in DEAD},
                  told(alerts, "raised"))
            check(f"workers {workers}: the packets behind it", until(
                60, lambda: evidence(daemon) == PROOF), evidence(daemon))
            daemon.signal(10)
            check(f"workers {workers}: counted together", daemon.says(
                f"reader.messages: {2 * PAIRS + 6 * len(DEAD)}\n"),
                daemon.log)
            check(f"workers {workers}: ends", daemon.stop()[0] == 0,
                  daemon.log)
    sh("ip link delete w0")
