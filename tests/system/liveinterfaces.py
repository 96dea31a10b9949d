# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces that come and go, what is taken of them, and SIGHUP."""

import os
import re
import signal
import socket
import struct
import time
from collections import Counter

from livecheck import (capturing, check, config, counts, find, nothing_open,
                       packets_come, told, veth)
from livenet import ASK, Daemon, sh, spawn, until


def test_interfaces(options):
    """One that is not there yet, comes, goes down, is deleted, comes back
    under the same descriptor."""
    daemon = Daemon(options.siptimed, config("x0"))
    check("absent: waited for", daemon.says(
        "x0: no such interface, waiting for it; there are: .*lo"), daemon.log)
    veth("x0", "x1")
    check("absent: came", daemon.says("x0: is there, capturing"), daemon.log)
    check("absent: captured", packets_come(daemon, "x1"), daemon.log)
    sh("ip link set x0 down")
    check("down: said", daemon.says("x0: is down, waiting for it"),
          daemon.log)
    sh("ip link set x0 up")
    check("up: said", daemon.says("x0: is up again|x0: is there, capt.*\n.*"
                                  "x0: is there"), daemon.log)
    check("up: captured", packets_come(daemon, "x1"), daemon.log)
    for turn in range(2):
        sh("ip link delete x0")
        if turn == 0:
            check("deleted: said", daemon.says("x0: went away"), daemon.log)
        veth("x0", "x1")
        check("anew: captured", packets_come(daemon, "x1"), daemon.log)
    check("interfaces: said once each",
          daemon.log.count("x0: is down") == 1, daemon.log)
    check("interfaces: no alert", daemon.alerts() == [], daemon.alerts())
    status = open(f"/proc/{daemon.process.pid}/status",
                  encoding="ascii").read()
    check("privileges: only CAP_NET_RAW, not root", re.search(
        r"Uid:\t(?!0\t)", status) and "CapPrm:\t0000000000002000" in status
        and "CapBnd:\t0000000000002000" in status and
        (options.sanitized or "Seccomp:\t2" in status), status)
    check("interfaces: ends", daemon.stop()[0] == 0, daemon.log)
    sh("ip link delete x0")


def frame(payload, *tags, port=5060, version=4, protocol=17, source=4444):
    """Ethernet, VLAN tags, IP from 10.0.0.1 or 2001:db8::1, UDP."""
    udp = struct.pack("!HHHH", source, port, 8 + len(payload), 0) + payload
    if version == 4:
        kind, ip = 0x0800, struct.pack(
            "!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, protocol, 0,
            bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    else:
        host = bytes.fromhex("20010db8") + bytes(11)
        kind, ip = 0x86DD, struct.pack(
            "!IHBB16s16s", 0x60000000, len(udp), protocol, 64, host + b"\1",
            host + b"\2")
    shim = b"".join(struct.pack("!HH", tag, 5) for tag in tags)
    return bytes(12) + shim + struct.pack("!H", kind) + ip + udp


SIP = b"SIP/2.0 200 OK\r\n\r\n"
TAKEN = [frame(b"x"), frame(b"x", 0x8100), frame(b"x", 0x88A8, 0x8100),
         frame(b"x", version=6), frame(b"x", 0x8100, version=6),
         frame(SIP, port=9), frame(SIP, 0x8100, port=9),
         frame(SIP, port=9, version=6), frame(b"x", port=4789),
         frame(b"x", 0x8100, protocol=47), frame(b"x", protocol=44, version=6),
         frame(b"x", 0x88A8, 0x88A8, 0x8100)]
LEFT = [frame(b"x", port=9), frame(b"x", 0x8100, port=9),
        frame(b"SIP-2.0", port=9), frame(b"x", port=9, version=6)]


NOT_TAKEN = "the kernel does not take this filter"


def test_filter(options):
    """What is taken, at every level of VLAN tags; a user's filter too."""
    veth("v0", "v1")
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind(("v1", 0))
    for name, user, taken in (
            ("none", "", len(TAKEN)),
            ("host", "host 10.0.0.1", len(TAKEN) - 4),
            ("not host", "not host 10.0.0.1", 4),
            ("nothing", "host 10.9.9.9 or tcp[((tcp[12] & 0xf0) >> 2)] = 7",
             0),
            ("vlan", "vlan 5 and host 10.0.0.1", 3)):
        daemon = Daemon(options.siptimed, config("v0"),
                        *user.split())
        capturing(daemon, "v0")
        for packet in TAKEN + LEFT:
            wire.send(packet)
        taken += name in ("none", "host", "vlan")
        wire.send(TAKEN[1])  # comes out of the ring after the others
        for _ in range(10):
            if (found := counts(daemon)) == taken and taken:
                break
            time.sleep(0.1)
        check(f"filter {name}", found == taken, (found, daemon.log))
        check(f"filter {name}: in the kernel", NOT_TAKEN not in daemon.log,
              daemon.log)
        daemon.stop()
    sh("ip link delete v0")


def test_long_filter(options):
    """Many ports fit into the kernel; what does not is filtered all the same,
    and that is said."""
    veth("u0", "u1")
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind(("u1", 0))
    ports = " ".join(str(port) for port in range(5062, 5460, 11))
    for name, user, fits in (
            ("many ports", (), True),
            ("long", " or ".join(["port 4789", *(
                f"net 10.{n}.0.0/16" for n in range(1, 250))]).split(),
             False)):
        daemon = Daemon(options.siptimed, re.sub(
            "(?m)^ports = 5060.*$", f"ports = {ports}", config("u0")), *user)
        capturing(daemon, "u0")
        for packet in [frame(b"x", port=5161), frame(b"x", port=4789)] + LEFT:
            wire.send(packet)
        wire.send(frame(b"x", 0x8100, 0x8100, port=4789))
        check(f"{name}: captured", until(3, lambda: counts(daemon) == 2 + fits),
              (counts(daemon), daemon.log))
        check(f"{name}: told", (NOT_TAKEN in daemon.log) != fits, daemon.log)
        daemon.signal(signal.SIGHUP)
        daemon.says("reloaded")
        check(f"{name}: told on reload", until(3, lambda: daemon.log.count(
            NOT_TAKEN) == (0 if fits else 2)), daemon.log)
        wire.send(frame(b"x", 0x8100, port=4789))
        check(f"{name}: goes on", until(3, lambda: counts(daemon) == 3 + fits),
              (counts(daemon), daemon.log))
        daemon.stop()
    sh("ip link delete u0")


def reread(daemon, text, says=r"siptimed\.conf: reloaded"):
    before = len(re.findall(says, daemon.log))
    daemon.write(text)
    daemon.signal(signal.SIGHUP)
    return until(5, lambda: len(re.findall(says, daemon.log)) > before)


def test_reload(options):
    for pair in ("y0", "y1"), ("z0", "z1"):
        veth(*pair)
    sh("ip address add 10.2.0.1/24 dev y1; ip neighbour add 10.2.0.2 "
       "lladdr 02:00:00:00:00:02 dev y1")
    daemon = Daemon(options.siptimed, config("y0"))
    capturing(daemon, "y0")
    asking = [spawn([*ASK, "10.2.0.2",
                     "5062"])]
    until(5, lambda: counts(daemon) >= 3)
    check("reload: taken over", reread(daemon, config(
        "y0 z0", "json:@/json json:@/second")), daemon.log)
    check("reload: interface added", daemon.says("z0: capturing"), daemon.log)
    check("reload: added one captured", packets_come(daemon, "z1"),
          daemon.log)
    found = until(6, lambda: find(daemon.alerts("second"),
                                  "transaction-timeout", "10.2.0.2:5062"))
    check("reload: an open transaction is kept", found and
          3.4 < found[0]["evidence"]["elapsed_s"] < 3.7, daemon.log)
    check("reload: told in the sink that stayed too", told(
        daemon.alerts()) == told(daemon.alerts("second")), daemon.log)
    os.rename(f"{daemon.folder}/json", f"{daemon.folder}/json.0")
    for name, text, says in (
            ("unknown key", config("y0") + "nonsense = 1\n",
             "nonsense: unknown key"),
            ("bad filter", config("y0") + "[capture]\nfilter = prot 5\n",
             "pcap-filter"),
            ("sink", config("y0", "json:/nowhere/json"),
             "json:/nowhere/json: cannot be opened: No such file"),
            ("not a name", config("y0 averyveryverylongname"),
             "averyveryverylongname")):
        check(f"reload: {name}: refused", reread(
            daemon, text, "reload failed, keeping the previous configuration"),
            daemon.log)
        check(f"reload: {name}: files opened anew all the same",
              until(5, lambda: os.path.exists(f"{daemon.folder}/json")),
              daemon.log)
        check(f"reload: {name}: said", re.search(says, daemon.log),
              daemon.log)
    check("reload: both still captured", packets_come(daemon, "z1"),
          daemon.log)
    os.rename(f"{daemon.folder}/json", f"{daemon.folder}/json.1")
    check("reload: z0 removed", reread(daemon, config("y0")), daemon.log)
    check("reload: file opened anew", until(5, lambda: os.path.exists(
        f"{daemon.folder}/json")), daemon.log)
    before = counts(daemon)
    packets_come_not = not packets_come(daemon, "z1")
    check("reload: removed one not captured", packets_come_not, before)
    asking.append(spawn([*ASK, "10.2.0.2",
                         "5062"]))
    for process in asking:
        process.wait()
    check("reload: all judged", nothing_open(daemon), daemon.log)
    check("reload: the alert is kept, not raised again",
          told(daemon.alerts(), "raised") == Counter(), daemon.alerts())
    check("reload: ends", daemon.stop()[0] == 0, daemon.log)
    sh("ip link delete y0; ip link delete z0")
