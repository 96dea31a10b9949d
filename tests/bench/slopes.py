# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory for each object, for `run`: savefiles with few and many of them."""

import os
import struct

from race import once

START = 1294078920 * 10**6  # microseconds
SYN, SYN_ACK, ACK, DATA = 0x02, 0x12, 0x10, 0x18
HALF = (b"OPTIONS sip:a@b SIP/2.0\r\n"
        b"Via: SIP/2.0/TCP 10.0.0.1:5060;bra")


class Savefile:
    def __init__(self, path, step):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0,
                                    65535, 1))
        self.time, self.step, self.id = START, step, 0

    def packet(self, sender, receiver, protocol, payload):
        self.time += self.step
        self.id = self.id % 65535 + 1
        octets = (b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" +
                  struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(payload),
                              self.id, 0, 64, protocol, 0, sender, receiver) +
                  payload)
        self.file.write(struct.pack("<4I", *divmod(self.time, 10**6),
                                    len(octets), len(octets)) + octets)

    def segment(self, a, b, sequence, acknowledged, flags, octets=b""):
        self.packet(a[0], b[0], 6, struct.pack(
            ">HHIIHHHH", a[1], b[1], sequence, acknowledged,
            0x5000 | flags, 65535, 0, 0) + octets)

    def datagram(self, sender, receiver, octets):
        self.packet(sender, receiver, 17, struct.pack(
            ">HHHH", 5060, 5060, 8 + len(octets), 1) + octets)


def handshake(out, number, port):
    client = (0x0a100000 + number // 20, 20000 + number % 20 * 7)
    server = (0x0a020001 + number % 4, port)
    out.segment(client, server, 99, 0, SYN)
    out.segment(server, client, 199, 100, SYN_ACK)
    out.segment(client, server, 100, 200, ACK)
    return client, server


def half_message(out, number):
    client, server = handshake(out, number, 5062)
    out.segment(client, server, 100, 200, DATA, HALF)


def handshake_message(kind, body):
    return bytes([kind]) + struct.pack(">I", len(body))[1:] + body


def tls(out, number):
    client, server = handshake(out, number, 5061)
    chosen = b"\x03\x03" + os.urandom(32) + b"\x20" + os.urandom(32)
    first = handshake_message(1, chosen + b"\0\4\xc0\x2f\x00\x2f\x01\0\0\0")
    first = b"\x16\x03\x01" + struct.pack(">H", len(first)) + first
    second = handshake_message(2, chosen + b"\xc0\x2f\0") + b"\x0e\0\0\0"
    second = b"\x16\x03\x03" + struct.pack(">H", len(second)) + second
    out.segment(client, server, 100, 200, DATA, first)
    out.segment(server, client, 200, 100 + len(first), DATA, second)
    out.segment(client, server, 100 + len(first), 200 + len(second), ACK)


def clock(out, number):
    peer, server = 0x0a100000 + number, 0x0a020001
    for turn in range(3):
        head = ("Via: SIP/2.0/UDP 10.2.0.1:5060;"
                f"branch=z9hG4bK{number:x}k{turn}\r\n"
                f"From: <sip:a@b>;tag=1{number:x}\r\nTo: <sip:c@d>%s\r\n"
                f"Call-ID: {number:x}x{turn}\r\nCSeq: 1 OPTIONS\r\n"
                "%sContent-Length: 0\r\n\r\n")
        date = "Date: Mon, 03 Jan 2011 18:22:00 GMT\r\n"
        out.datagram(server, peer, (
            "OPTIONS sip:c@d SIP/2.0\r\n" + head % ("", "")).encode())
        out.datagram(peer, server, (
            "SIP/2.0 200 OK\r\n" + head % (";tag=2", date)).encode())


# What makes one, and microseconds from packet to packet: so many that of a
# clock's messages no transaction is left but of the last ones.
KINDS = {"tcp": (half_message, 20), "tls": (tls, 20), "clock": (clock, 1000)}
FEW, MANY = 40000, 120000  # above what Python itself takes


def slope(program, folder, kind, conf):
    """Octets for each object."""
    make, step = KINDS[kind]
    memory = []
    for count in (FEW, MANY):
        path = folder / f"slope-{kind}-{count}.pcap"
        out = Savefile(path, step)
        for number in range(count):
            make(out, number)
        out.file.close()
        _, octets, status = once([program, "-c", conf, "-r", path])
        if status not in (0, 1):
            raise RuntimeError(f"{path}: exit {status}")
        memory.append(octets)
        path.unlink()
    return (memory[1] - memory[0]) / (MANY - FEW)
