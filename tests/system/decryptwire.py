# SPDX-License-Identifier: GPL-3.0-or-later
"""The world of `decrypt`: TCP connections as savefiles, certificates, and what
was decrypted of them."""

import os
import socket
import struct
import subprocess
import tempfile
import threading

import waiting

CLIENT, SERVER = 0, 1
SEGMENT = 1400
FOLDER = tempfile.mkdtemp(prefix="siptimed-decrypt-")
ENDS = [("10.0.0.11", 50001), ("10.0.0.21", 5062)]


def sh(command, **more):
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stdout.decode().strip()}")
    return done.stdout.decode()


def until(seconds, true):
    value = waiting.until(seconds, true)
    if not value:
        raise TimeoutError(f"not within {seconds} s")
    return value


def checksum(octets):
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Wire:
    """What went over one connection, in order."""

    def __init__(self, port=None):
        self.sent = []  # direction, octets, when (None: a while later)
        self.when = None
        self.size = SEGMENT
        self.ends = [(ENDS[0][0], port or ENDS[0][1]), ENDS[1]]

    def at(self, when):
        """What comes next is sent so long after the start."""
        self.when = when

    def add(self, direction, octets):
        while octets:
            self.sent.append((direction, octets[:self.size], self.when))
            octets = octets[self.size:]

    def segment(self, direction, flags, seq, ack, octets=b""):
        (source, sport), (sink, dport) = \
            self.ends[direction], self.ends[not direction]
        source, sink = socket.inet_aton(source), socket.inet_aton(sink)
        head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xffffffff,
                           ack & 0xffffffff, 5 << 4, flags, 65535, 0, 0)
        pseudo = source + sink + struct.pack("!BBH", 0, 6,
                                             len(head) + len(octets))
        sum_ = checksum(pseudo + head + octets)
        head = head[:16] + struct.pack("!H", sum_) + head[18:]
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(octets), 0, 0, 64,
                         6, 0, source, sink)
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        return ip + head + octets

    def packets(self, lost=()):
        """When (None: a while later), and the packet; all of them but the
        data segments in `lost`."""
        seq = [1000, 2000]
        yield None, self.segment(CLIENT, 0x02, seq[0], 0)
        yield None, self.segment(SERVER, 0x12, seq[1], seq[0] + 1)
        seq = [seq[0] + 1, seq[1] + 1]
        yield None, self.segment(CLIENT, 0x10, seq[0], seq[1])
        for index, (direction, octets, when) in enumerate(self.sent):
            if index not in lost:
                yield when, self.segment(direction, 0x18, seq[direction],
                                         seq[not direction], octets)
            seq[direction] += len(octets)
            yield None, self.segment(not direction, 0x10, seq[not direction],
                                     seq[direction])
        for direction in (CLIENT, SERVER):
            yield None, self.segment(direction, 0x11, seq[direction],
                                     seq[not direction])
            seq[direction] += 1


def save(name, *wires, lost=(), start=1294078920.0):
    """A savefile of connections, one after the other."""
    path = f"{FOLDER}/{name}.pcap"
    now = start
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144,
                               101))
        for wire in wires:
            for when, packet in wire.packets(lost):
                now += 0.0001
                if when is not None:
                    now = max(now, start + when)
                whole = int(now * 1000000 + 0.5)
                file.write(struct.pack("<IIII", whole // 1000000,
                                       whole % 1000000, len(packet),
                                       len(packet)) + packet)
    return path


class Proxy:
    """A port that leads to another, and remembers what went through: a Wire
    for each connection."""

    def __init__(self, to):
        self.to = to
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.wires = []
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.to))
            wire = Wire(50001 + len(self.wires))
            self.wires.append(wire)
            for source, sink, direction in ((client, server, CLIENT),
                                            (server, client, SERVER)):
                threading.Thread(target=self.copy, daemon=True, args=(
                    source, sink, wire, direction)).start()

    def copy(self, source, sink, wire, direction):
        while True:
            try:
                octets = source.recv(65536)
            except OSError:
                octets = b""
            if octets:
                with self.lock:
                    wire.add(direction, octets)
            try:
                if octets:
                    sink.sendall(octets)
                else:
                    sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            if not octets:
                return

    def close(self):
        self.listening.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def listens(port, seconds=20):
    def try_it():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False
    until(seconds, try_it)


class Certificates:
    """A self-signed one for each kind of key: files name.pem, name.key and,
    of both, name.all."""

    def __init__(self):
        for name, options in (
                ("rsa", "-newkey rsa:2048"), ("other", "-newkey rsa:2048"),
                ("ec", "-newkey ec -pkeyopt ec_paramgen_curve:P-256")):
            at = f"{FOLDER}/{name}"
            sh(f"openssl req -x509 {options} -nodes -keyout {at}.key "
               f"-out {at}.pem -days 365 -subj /CN={name}.example.com")
            sh(f"cat {at}.key {at}.pem > {at}.all")


def plain(build, savefile, *options):
    """What tlsplain says: octets by direction (gaps as b'-'), refusals."""
    done = subprocess.run(
        [os.path.join(build, "tests/tools/tlsplain"), *options, savefile],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode() or f"exit {done.returncode}")
    streams, refused, counters = [{}, {}], [], {}
    for line in done.stdout.decode().splitlines():
        client, server, kind, *rest = line.split("\t") + [""]
        if client == "#":
            counters[server] = int(kind)
        elif kind == "refused":
            refused.append(rest[0])
        else:
            port = int(client.rsplit(":", 1)[1])
            streams[kind == "server"][port] = b"-".join(
                bytes.fromhex(part) for part in rest[0].split("-"))
    return streams, refused, counters
