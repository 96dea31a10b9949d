# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories of tests/scenario, played at once and as fast as they were, to two
sensors and to a daemon that sees all.  fleetstories.py BUILD

Each has hosts and calls of its own: in frames and texts its 10.0.0.0/8 is
another net, and its example.com another name of that length.
"""

import os
import socket
import struct
import subprocess
import sys
import time

import livenet as net

STORIES = """service-no-response invite-no-response service-answered-at-last
deepest-hop failover two-methods upstream-408
unreachable invite-answered cancelled ack-at-last trust-response stale-stir
service-tcp-acknowledged service-tcp-answered tcp-server-closed""".split()
FOLDER = os.path.join(net.HERE, "../scenario")
SECONDS = 40  # what comes later only shows that there was nothing
PORTS = "ua0", "ub0"
PREFIX = "prefix = stories\n"
CONFIG = """
[capture]
promiscuous = no
[timeouts]
methods = *
[alerts]
sinks = json:@/json
join = 0s
[control]
socket = @/control
"""


def network():
    for port in PORTS:
        net.sh(f"ip link add {port} type veth peer name {port[:2]}1; "
               f"ip link set {port} up; ip link set {port[:2]}1 up")


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def moved(octets, number):
    """With the net and the names of this story; checksums of UDP and TCP are
    nobody's here."""
    text = octets.replace(b"10.0.0.", b"%02d.0.0." % number).replace(
        b"example.com", b"examp%02d.com" % number)
    if text[12:14] != b"\x08\x00":
        return text
    frame = bytearray(text)
    length = (frame[14] & 15) * 4
    addresses = [26, 30]
    if frame[23] == 1 and frame[34] in (3, 11):  # ICMP quotes a header
        addresses += [54, 58]
    for at in addresses:
        if frame[at] == 10:
            frame[at] = number
    frame[24:26] = b"\0\0"
    frame[24:26] = struct.pack("!H", checksum(bytes(frame[14:14 + length])))
    return bytes(frame)


def read(path):
    """(seconds from the first, octets) of each packet."""
    with open(path, "rb") as file:
        octets = file.read()
    unit = 1e9 if octets[0] == 0x4d else 1e6
    at, first, packets = 24, None, []
    while at < len(octets):
        seconds, part, length = struct.unpack_from("<III", octets, at)
        when = seconds + part / unit
        first = when if first is None else first
        packets.append((when - first, octets[at + 16:at + 16 + length]))
        at += 16 + length
    return packets


def port_of(frame):
    """Each direction has its sensor; a TCP connection stays with one, and so
    does what a router says of a packet."""
    a, b = frame[26:30], frame[30:34]
    if frame[23] == 1:
        a, b = frame[54:58], frame[58:62]
    if frame[23] == 6:
        return 0
    return int(a > b)


class Stories:
    """Two sensors with a judge, and one daemon that sees all."""

    def __init__(self, fleet, build):
        self.members = [
            fleet.daemon("js", "judge", conf=CONFIG, options=PREFIX),
            fleet.daemon("sa", "sensor", "-i", "ua1", conf=CONFIG,
                         options=PREFIX),
            fleet.daemon("sb", "sensor", "-i", "ub1", conf=CONFIG,
                         options=PREFIX)]
        self.whole = net.Daemon(fleet.program, CONFIG, "-n", "-i", "ua1",
                                "-i", "ub1")
        assert self.members[0].says("fleet: judging", 120), (
            self.members[0].log)
        assert fleet.wait(lambda: len(
            fleet.ask(self.members[1], "sensors") or []) == 2), "sensors"
        self.player = net.spawn([sys.executable, __file__, build])

    @staticmethod
    def told(daemon):
        return sorted(
            f"{a['alert']} {a['state']} {a['severity']} {a['subject']} "
            f"{a['episode']} {a['evidence'].get('class', '')}"
            for a in daemon.alerts() if a["state"] != "refreshed")

    def same(self):
        return self.told(self.members[0]) == self.told(self.whole)

    def stop(self):
        net.end(self.player)
        for one in [self.whole, *self.members]:
            one.stop()


def play(build):
    packets = []
    for number, story in enumerate(STORIES, 11):
        saved = f"/run/{story}.pcap"
        subprocess.run([f"{build}/tests/tools/pcapscript",
                        f"{FOLDER}/{story}.txt", saved], check=True)
        packets += [(when, moved(octets, number))
                    for when, octets in read(saved) if when < SECONDS]
    sockets = []
    for port in PORTS:
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        s.bind((port, 0))
        sockets.append(s)
    began = time.monotonic()
    for when, frame in sorted(packets, key=lambda packet: packet[0]):
        if (wait := began + when - time.monotonic()) > 0:
            time.sleep(wait)
        sockets[port_of(frame)].send(frame)


if __name__ == "__main__":
    play(sys.argv[1])
