# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of `hep` with agents of others: real ones, and packets made as
captagent and heplify make them."""

import json
import os
import socket
import struct
import subprocess
import time
import zlib

import heppeers
import livenet
from hepcases import SECONDS, count_of, raised, ready, settled, shown
from heppeers import (CLIENT, COLLECTOR, SERVER, TCP, Agent, chunk, daemon,
                      hep3, packet, request)
from livecheck import check, counts, find
from livenet import until


def test_sngrep(options):
    """It sends the stamps of its file, so its clock is years behind; and the
    messages are read."""
    d = daemon(options)
    ready(d)
    story = "/run/story"
    with open(story + ".txt", "w", encoding="ascii") as file:
        file.write("repeat 12 every 5s\n"
                   "  0    10.0.0.1:5060 > 10.0.0.2:5062  INVITE as=c%n\n"
                   "  0.1  10.0.0.2:5062 > 10.0.0.1:5060  200\n"
                   "  0.2  10.0.0.1:5060 > 10.0.0.2:5062  ACK for=c%n\nend\n")
    subprocess.run([options.pcapscript, story + ".txt", story + ".pcap"],
                   check=True)
    subprocess.run(["sngrep", "-N", "-q", "-H", "udp:127.0.0.1:9060",
                    "-I", story + ".pcap"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=20, check=False)
    check("sngrep: all is read",
          until(SECONDS, lambda: counts(d, "messages") == 36), d.log)
    check("sngrep: its stamps are doubtful",
          count_of(d, "hepagents.doubtful") == 36, d.log)
    check("sngrep: no wrong timeout", settled(d) and not [
        a for a in d.alerts() if a["alert"] != "clock-skew"], d.alerts())
    d.stop()


def test_hepjs(options):
    """Its packets are read; those of IPv6 have no addresses, and those named as
    in its first example no time."""
    folder = os.path.join(os.path.dirname(options.siptimed), "tests/hepjs")
    if not os.path.exists(f"{folder}/installed"):
        return
    path = heppeers.key_file("myHep")
    d = daemon(options, f"key = {path}")
    ready(d)
    wanted = [{"source": CLIENT, "target": SERVER,
               "text": request("OPTIONS", f"js{i}").decode(),
               "example": i == 2} for i in range(3)]
    wanted.append({**wanted[0], "source": ("2001:db8::1", 5060),
                   "target": ("2001:db8::2", 5062)})
    subprocess.run(["node", "agent.mjs", "9060", json.dumps(wanted), "myHep"],
                   cwd=folder, check=True, timeout=20)
    check("hep-js: its messages are read",
          until(SECONDS, lambda: counts(d, "messages") == 3), d.log)
    check("hep-js: one has no time",
          count_of(d, "hepagents.doubtful") == 1, d.log)
    check("hep-js: one has no addresses",
          count_of(d, "hep.no_address") == 1, d.log)
    d.stop()


def captagent(number, message):
    """As captagent's transport_hep makes it: the number of 16 bits swapped,
    the addresses behind the time, and the payload deflated."""
    now = time.time()
    return hep3(
        chunk(1, b"\x02") + chunk(2, b"\x11") +
        chunk(7, struct.pack(">H", CLIENT[1])) +
        chunk(8, struct.pack(">H", SERVER[1])) +
        chunk(9, struct.pack(">I", int(now))) +
        chunk(10, struct.pack(">I", int(now % 1 * 1e6))) +
        chunk(11, b"\x01") + chunk(12, struct.pack(">HH", number, 0)) +
        chunk(3, socket.inet_aton(CLIENT[0])) +
        chunk(4, socket.inet_aton(SERVER[0])) +
        chunk(17, b"a correlation") + chunk(16, zlib.compress(message)))


def heplify(number, message):
    """As heplify makes it: with an empty key, and the correlation id last."""
    whole = packet(CLIENT, SERVER, message, TCP, number=number)
    payload = len(message) + len(chunk(15, b""))
    return hep3(whole[len(hep3(b"")):-payload] + chunk(14, b"") +
                chunk(15, message) + chunk(17, b"a correlation"))


def test_others(options):
    """Each is read by what it sends, and shown with the number it gives."""
    d = daemon(options, more="[control]\nsocket = @/control\n")
    ready(d)
    agent = Agent()
    for i in range(10):
        agent.send(captagent(2002, request("OPTIONS", f"c{i}")))
    with socket.create_connection(COLLECTOR) as c:
        for i in range(10):
            c.sendall(heplify(2003, request("OPTIONS", f"h{i}", "TCP")))
        check("others: all is read",
              until(SECONDS, lambda: counts(d, "messages") == 20), d.log)
    check("others: and inflated", count_of(d, "hep.not_inflated") == 0, d.log)
    check("others: by their numbers, and their time is right", {
        number: a["doubtful"] for (_, number), a in shown(options, d).items()
    } == {2002 << 16: 0, 2003: 0}, shown(options, d))
    d.stop()


class Peers:
    """A client of Kamailio, and a server that answers what it likes."""

    def __init__(self):
        self.client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.client.bind(("127.0.0.1", 5080))
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.server.bind(("127.0.0.1", 5090))
        self.server.settimeout(SECONDS)

    def ask(self, branch, method, port=5090):
        self.client.sendto(asked(branch, method, port), ("127.0.0.1", 5070))

    def answer(self, call_id):
        """Copies of those before may stand in front of it."""
        octets = b""
        while f"Call-ID: {call_id}\r\n".encode() not in octets:
            octets, proxy = self.server.recvfrom(65535)
        head, _, _ = octets.partition(b"\r\nContent-Length")
        _, _, lines = head.partition(b"\r\n")
        kept = [l for l in lines.split(b"\r\n")
                if not l.startswith((b"Max-", b"To:"))]
        self.server.sendto(b"\r\n".join(
            [b"SIP/2.0 200 OK", *kept, b"To: <sip:b@example.com>;tag=s",
             b"Content-Length: 0", b"", b""]), proxy)

    def close(self):
        self.client.close()
        self.server.close()


def asked(branch, method, port, transport="UDP"):
    return request(method, branch, transport, "127.0.0.1:5080").replace(
        b"sip:b@10.0.0.2", b"sip:b@127.0.0.1:%d" % port)


def relay(d, name):
    """A proxy relays what is answered, over UDP and TCP, and answers itself."""
    peers = Peers()
    before = counts(d, "messages")
    for i in range(5):
        peers.ask(f"relayed{i}", "SERVICE")
        peers.answer(f"relayed{i}")
    # Request, relayed, its answer, relayed.
    check(f"{name}: both legs are handed on", until(
        SECONDS, lambda: counts(d, "messages") >= before + 20), d.log)
    before = counts(d, "messages")
    peers.ask("local", "OPTIONS")
    check(f"{name}: what it answers itself", until(
        SECONDS, lambda: counts(d, "messages") >= before + 2), d.log)
    before = counts(d, "messages")
    with socket.create_connection(("127.0.0.1", 5070)) as c:
        c.sendall(request("OPTIONS", "tcp", "TCP", "127.0.0.1:5080"))
        c.sendall(asked("onward", "SERVICE", 5090, "TCP"))
        peers.answer("onward")
        check(f"{name}: over TCP", until(
            SECONDS, lambda: counts(d, "messages") >= before + 6), d.log)
    peers.close()


def understood(d, name):
    check(f"{name}: all was understood", not any(
        count_of(d, f"hep.{what}") for what in (
            "malformed", "no_address", "other_payload")), d.log)


def test_kamailio(options):
    """What is answered, and what is not, as its siptrace hands it on by UDP."""
    d = daemon(options)
    ready(d)
    heppeers.kamailio("udp")
    relay(d, "kamailio")
    quiet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    quiet.bind(("127.0.0.1", 5091))
    peers = Peers()
    peers.ask("silent", "SERVICE", 5091)
    alerts = raised(d, "transaction-timeout", "127.0.0.1:5091")
    check("kamailio: its copies prove the timeout", alerts and
          alerts[0]["evidence"]["proof"] == "retransmitted", d.alerts())
    settled(d)
    check("kamailio: that is all", {a["subject"] for a in d.alerts()} ==
          {"127.0.0.1:5091"}, d.alerts())
    understood(d, "kamailio")
    peers.close()
    quiet.close()
    d.stop()


def test_kamailio_late(options):
    """Its clock is an hour behind: that is told of it (or of ours, where that is
    not synchronised), and nothing else of what it hands on."""
    d = daemon(options)
    ready(d)
    heppeers.kamailio("udp", "faketime", "-f", "-1h")
    relay(d, "kamailio_late")
    peers = Peers()

    def told():
        peers.ask(f"{time.time()}", "OPTIONS")
        time.sleep(0.2)
        return find(d.alerts(), "clock-skew", "127.0.0.1")
    alerts = until(SECONDS, told)
    peers.close()
    check("kamailio_late: its clock is told", alerts and
          alerts[0]["evidence"]["witnesses"] == ["hep"] and
          -3601 < alerts[0]["evidence"]["offset_s"] < -3599, d.alerts())
    check("kamailio_late: that is all", settled(d) and
          {a["alert"] for a in d.alerts()} <= {"clock-skew", "local-clock"},
          d.alerts())
    understood(d, "kamailio_late")
    d.stop()


def test_kamailio_tcp(options):
    """The same by one connection."""
    d = daemon(options)
    ready(d)
    heppeers.kamailio("tcp")
    relay(d, "kamailio_tcp")
    check("kamailio_tcp: it is connected",
          livenet.sh("ss -Htn state established dport = :9060"))
    check("kamailio_tcp: nobody is accused",
          settled(d) and not d.alerts(), d.alerts())
    understood(d, "kamailio_tcp")
    d.stop()
