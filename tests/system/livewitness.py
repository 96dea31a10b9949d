# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wire says without keys: what the kernel lets through for it, and
that its alerts survive a restart."""

import socket
import struct
from collections import Counter

from livecheck import (capturing, check, config, counts, find, told, veth)
from liveinterfaces import frame
from livenet import Daemon, end, spawn, sh, until
from livestate import silent

PORT = "5068"
SUBJECT = "10.0.0.3:" + PORT


def segment(payload, port, version=4, tags=()):
    """From that TCP port, behind 12 octets of options."""
    head = frame(b"", *tags, port=9, version=version, protocol=6)[:-8]
    tcp = struct.pack("!HHIIBBHHH", port, 4444, 1, 1, 8 << 4, 0x18, 9, 0, 0)
    octets = tcp + bytes([1] * 12) + payload
    at = 12 + 4 * len(tags) + 2 + (2 if version == 4 else 4)
    length = len(octets) + (20 if version == 4 else 0)
    return head[:at] + struct.pack("!H", length) + head[at + 2:] + octets


def smb(command):
    return (b"\0\0\0\x44" + b"\xfeSMB" + struct.pack("<HHIH", 64, 0, 0, command)
            + bytes(54))


def smb1(command):
    return b"\0\0\0\x24\xffSMB" + bytes([command]) + bytes(31)


KRB_ERROR, AS_REP, TICKET_REQUEST = b"\x7e\x40", b"\x6b\x40", b"\x6c\x40"
NTP = b"\x24" + bytes(47)
TAKEN = [frame(NTP, port=123), frame(NTP, port=123, version=6),
         frame(NTP, 0x8100, port=123), frame(NTP, port=4444, source=123),
         frame(KRB_ERROR, port=4444, source=88),
         frame(AS_REP, port=4444, source=88, version=6),
         segment(bytes(3) + b"\2" + KRB_ERROR, 88), segment(AS_REP, 88),
         segment(bytes(3) + b"\2" + KRB_ERROR, 88, 6),
         segment(smb(0), 445), segment(smb(0), 445, 6),
         segment(smb1(0x72), 139), segment(smb(0), 445, tags=[0x8100])]
LEFT = [frame(TICKET_REQUEST, port=88), frame(b"x", port=4444, source=88),
        segment(TICKET_REQUEST, 88), segment(b"x" * 1000, 88),
        segment(smb(8), 445), segment(smb1(0x2e), 139),
        segment(smb(8), 445, 6), segment(b"", 445), segment(b"x" * 1000, 445),
        segment(smb(8), 445, tags=[0x8100])]


def test_witness_filter(options):
    """Answers that tell the time are taken, files and tickets are not."""
    veth("w0", "w1")
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind(("w1", 0))
    for name, more, taken in (
            ("all", "", len(TAKEN)),
            ("ntp", "[clock]\nwitnesses = ntp\n", 4),
            ("none", "[clock]\nwitnesses = date\n", 0)):
        daemon = Daemon(options.siptimed, config("w0", more=more))
        capturing(daemon, "w0")
        for packet in TAKEN + LEFT:
            wire.send(packet)
        wire.send(frame(b"x"))  # comes out of the ring after the others
        until(1, lambda: counts(daemon) == taken + 1)
        check(f"witness filter {name}", counts(daemon) == taken + 1,
              (counts(daemon), daemon.log))
        daemon.stop()
    sh("ip link delete w0")


def connect(times):
    for _ in range(times):
        spawn(["bash", "-c", f": > /dev/tcp/10.0.0.3/{PORT}"], "c").wait()


def test_refused(options):
    """Refused connections, told over a restart."""
    daemon = Daemon(options.siptimed, config("c0"))
    capturing(daemon, "c0")
    connect(3)
    check("refused: raised", until(5, lambda: find(
        daemon.alerts(), "connection-failure", SUBJECT)), daemon.log)
    daemon.stop()
    daemon.start()
    check("refused: loaded", daemon.says("state: 1 alerts active"), daemon.log)
    until(5, lambda: daemon.log.count("c0: capturing") == 2)
    connect(1)
    counts(daemon)
    check("refused: not raised again", told(daemon.alerts(), "raised") ==
          Counter([("connection-failure", SUBJECT, "refused")]),
          daemon.alerts())
    server = silent(PORT)
    connect(1)
    over = until(5, lambda: find(daemon.alerts(), "connection-failure",
                                 SUBJECT, "resolved"))
    check("refused: resolved when it works", len(over) == 1 and
          over[0]["reason"] == "healthy" and over[0]["count"] == 2,
          daemon.alerts())
    daemon.stop()
    end(server)
