# SPDX-License-Identifier: GPL-3.0-or-later
"""A ring that overflows: what is lost is counted and told, and proves
nothing."""

import re
import signal
import socket
import struct
import subprocess
import time
from collections import Counter

from livecheck import (capturing, check, config, counts, find, nothing_open,
                       veth)
from livenet import Daemon, sh, until
from liveworkers import COPIES, datagram, frame

CLIENT = [10, 5, 0, 1]
THREADS = (1, 1), (2, 1), (2, 2), (2, 3), (2, 4)  # that capture, and match
# The ring loses nothing while HEARD is silent, and the answers of the LOST;
# GONE is dead, and its client goes on while the ring overflows and after it.
# The answers of the LATE are lost too, while the daemon does not run, and it
# goes on after their deadline: with packets that are newer.
HEARD, GONE = [10, 5, 1, 1], [10, 5, 2, 1]
LOST, LATE = [[[10, 5, net, n] for n in range(1, 21)] for net in (3, 4)]
DEAD = {"10.5.1.1:5062", "10.5.2.1:5062", "10.8.0.3:5062"}  # one of the flood
TIMEOUT = 3.5
FLOOD = "5"  # seconds
SYN, ACK, DATA = 0x02, 0x10, 0x18
RING = 1 << 20


def message(server, answer=False, method="SERVICE", transport="TCP",
            padding=0):
    name = "x".join(map(str, server))
    first = "SIP/2.0 200 OK" if answer else f"{method} sip:edge SIP/2.0"
    return (f"{first}\r\nVia: SIP/2.0/{transport} 10.5.0.1:5062;"
            f"branch=z9hG4bK{name}\r\nFrom: <sip:fe@a>;tag=1\r\n"
            f"To: <sip:edge@b>{';tag=2' if answer else ''}\r\n"
            f"Call-ID: {name}\r\n"
            f"CSeq: 1 {method}\r\nSubject: {'x' * padding}\r\n"
            "Content-Length: 0\r\n\r\n").encode()


class Wire:
    """What is sent comes out of the mirror, or is counted as dropped."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((interface, 0))
        self.sent = 0

    def send(self, packet):
        self.socket.send(frame(packet))
        self.sent += 1

    def segment(self, server, back, flags, numbers, octets=b""):
        """Numbers: of the client's next octet and of the server's."""
        ends = (server, CLIENT) if back else (CLIENT, server)
        ports = (5062, 40000) if back else (40000, 5062)
        tcp = struct.pack("!HHIIBBHHH", *ports, numbers[back],
                          numbers[not back] if flags & ACK else 0, 5 << 4,
                          flags, 65535, 0, 0) + octets
        self.send(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0,
                              64, 6, 0, *map(bytes, ends)) + tcp)

    def ask(self, server):
        """By TCP; the request is acknowledged."""
        self.segment(server, False, SYN, (99, 199))
        self.segment(server, True, SYN | ACK, (100, 199))
        self.segment(server, False, ACK, (100, 200))
        request = message(server)
        self.segment(server, False, DATA, (100, 200), request)
        self.segment(server, True, ACK, (100 + len(request), 200))

    def answer(self, server):
        numbers = (100 + len(message(server)), 200)
        self.segment(server, True, DATA, numbers, message(server, True))

    def fill(self, octets):
        """An ACK starts no transaction.  All rings have their part."""
        packets = [datagram(CLIENT, server, 5062,
                            message(server, method="ACK", padding=800))
                   for server in ([10, 5, 9, n] for n in range(1, 65))]
        for number in range(octets // len(packets[0])):
            self.send(packets[number % len(packets)])

    def copies(self, begun, which):
        """Of the request to GONE, each at its time."""
        for number in which:
            time.sleep(max(0, begun + COPIES[number] - time.monotonic()))
            self.send(datagram(CLIENT, GONE, 5062, message(GONE, transport="UDP"),
                               number))


def read_or_counted(daemon, sent):
    return until(20, lambda: counts(daemon) + int(re.findall(
        r"o0: capturing, (\d+) packets dropped", daemon.log)[-1]) == sent)


def stall(wire, daemon, flooder):
    """It stands still until their deadline is over, while packets are lost,
    and finds newer ones, more than it can read.  How many those are."""
    begun = time.monotonic()
    for server in LATE:
        wire.ask(server)
    counts(daemon)
    daemon.signal(signal.SIGSTOP)
    asked = time.monotonic() - begun
    check("overload: it stands still before their deadline", asked < 2, asked)
    wire.fill(8 * RING)
    for server in LATE:
        wire.answer(server)
    time.sleep(max(0, begun + TIMEOUT - time.monotonic()))
    flood = subprocess.Popen([flooder, "o1", FLOOD], stdout=subprocess.PIPE)
    daemon.signal(signal.SIGCONT)
    return int(flood.communicate()[0])


def overload(options, workers, matchers):
    def expect(fact, true, seen=None):
        check(f"overload {workers}/{matchers}: {fact}", true,
              seen or daemon.log)

    wire = Wire("o1")
    with open("/run/ahead", "w", encoding="ascii") as file:
        file.write("0")
    daemon = Daemon(options.stepping, config("o0").replace(
        "8M", f"{RING}\nworkers = {workers}\nmatchers = {matchers}"),
        env={"SIPTIMED_CLOCK_AHEAD": "/run/ahead"})
    capturing(daemon, "o0")
    wire.ask(HEARD)
    expect("silence without loss is told", until(20, lambda: find(
        daemon.alerts(), "transaction-timeout", "10.5.1.1:5062")))
    for server in LOST:
        wire.ask(server)
    begun = time.monotonic()
    wire.copies(begun, range(3))
    counts(daemon)
    daemon.signal(signal.SIGSTOP)
    wire.fill(4 * workers * RING)
    for server in LOST:
        wire.answer(server)
    daemon.signal(signal.SIGCONT)
    counts(daemon)
    wire.copies(begun, range(3, len(COPIES)))
    expect("all is judged", nothing_open(daemon))
    flood = stall(wire, daemon, options.flooder)
    wire.sent += flood
    expect("all that is late is judged", nothing_open(daemon))
    timeouts = Counter(a["subject"] for a in daemon.alerts()
                       if (a["alert"], a["state"]) ==
                       ("transaction-timeout", "raised"))
    expect("the dead and no others", set(timeouts) == DEAD,
           (sorted(timeouts), [a for a in daemon.alerts()
                               if a["alert"] == "transaction-timeout" and
                               a["subject"] not in DEAD]))
    expect("each packet was read or counted",
           read_or_counted(daemon, wire.sent), (wire.sent, daemon.log))
    expect("the others are unknown, and it is said", until(
        20, lambda: [a for a in find(daemon.alerts(), "visibility", "capture")
                    if a["evidence"]["class"] == "loss"]), daemon.alerts())
    with open("/run/ahead", "w", encoding="ascii") as file:
        file.write("60")
    expect("told after the minute", until(20, lambda: find(
        daemon.alerts(), "visibility", "o0")), daemon.alerts())
    expect("ends", daemon.stop()[0] == 0)


def test_overload(options):
    """Nobody is accused for answers that were lost on our way; a server that
    is dead is found all the same."""
    veth("o0", "o1")
    for workers, matchers in THREADS:
        overload(options, workers, matchers)
    sh("ip link delete o0")
