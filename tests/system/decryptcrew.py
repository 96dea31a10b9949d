# SPDX-License-Identifier: GPL-3.0-or-later
"""Two threads that capture decrypt what one does: connections that go to one
or the other, and sessions that one sees begin and the other sees resumed.
Takes root, for a network of its own."""

import ctypes
import os
import re
import shutil
import signal
import socket
import ssl

from decryptpair import Pair, client_context, server_context
from decryptstories import answer, service
from decryptwire import CLIENT, FOLDER, SERVER, Wire
from livenet import Daemon, end_all, sh
from waiting import until

HOSTS, NEW_NETWORK = 12, 0x40000000
CONFIG = """
[capture]
interfaces = crew0
buffer = 8M
workers = {workers}
[sip]
ports = 5062
[alerts]
sinks = json:@/json
[tls "edge"]
{means}
"""
RSA = ("1.2", "AES128-SHA")
WAYS = [("key, session id", RSA, "key", ssl.OP_NO_TICKET),
        ("key, ticket", RSA, "key", 0),
        ("key log before", ("1.3", "ALL"), "before", 0),
        ("key log after", ("1.3", "ALL"), "after", 0),
        ("key log after, 1.2",
         ("1.2", "ECDHE-RSA-AES128-GCM-SHA256"), "after", ssl.OP_NO_TICKET)]


def talk(client, server, address, number, session=None):
    """One exchange, on a connection from that address."""
    wire = Wire()
    wire.ends[CLIENT] = (address, 50001)
    pair = Pair(client, server, session=session, wire=wire)
    pair.say(CLIENT, service(number))
    pair.say(SERVER, answer(number, 0.0))
    return pair


def connections(version, ciphers, log, options):
    """Each host's first connection, and a second from another address, which
    may be another thread's, that resumes its session."""
    server = server_context(log, "rsa", version, ciphers, options)
    for host in range(HOSTS):
        client = client_context(version, ciphers, options)
        first = talk(client, server, f"10.1.{host}.1", 2 * host)
        again = talk(client, server, f"10.2.{host}.1", 2 * host + 1,
                     first.ends[CLIENT].session)
        yield first.wire, again.wire, again.ends[CLIENT].session_reused


def play(wires):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind(("crew1", 0))
        for wire in wires:
            for _, packet in wire.packets():
                out.send(bytes(12) + b"\x08\x00" + packet)


def append(path, lines):
    with open(path, "ab") as file:
        file.write(lines)


def messages(daemon):
    before = daemon.log.count("counters: ")
    daemon.signal(signal.SIGUSR1)
    until(5, lambda: daemon.log.count("counters: ") > before)
    return int(re.findall(r"(\d+) messages", daemon.log)[-1])


def counter(daemon, name):
    found = re.findall(rf"{name}: (\d+)", daemon.log.rsplit("counters: ", 1)[-1])
    return int(found[0]) if found else 0


def case(build, check, workers, way):
    name, (version, ciphers), means, options = way
    what = f"{workers} threads, {name}"
    written, log = f"{FOLDER}/crew.log", f"{FOLDER}/crew-read.log"
    for path in written, log:
        with open(path, "wb"):
            os.chmod(path, 0o600)
    made = list(connections(version, ciphers, written, options))
    check(f"{what}: sessions were resumed", version == "1.3" or
          all(reused for _, _, reused in made))
    with open(written, "rb") as file:
        lines = file.read()
    os.chmod(f"{FOLDER}/rsa.key", 0o600)
    daemon = Daemon(os.path.join(build, "siptimed"), CONFIG.format(
        workers=workers, means=f"key = {FOLDER}/rsa.key" if means == "key"
        else f"keylog = {log}"))
    check(f"{what}: captures", daemon.says("crew0: capturing"), daemon.log)
    messages(daemon)
    if means == "before":
        # In two pieces, with a line cut between them.
        append(log, lines[:len(lines) // 2])
        messages(daemon)
        append(log, lines[len(lines) // 2:])
    first = [wire for pair in made for wire in pair[:2]]
    if means == "key":  # the resumed ones may be seen before the first
        play(wire for pair in made for wire in (pair[0], pair[1]))
    else:
        play(first)
    if means == "after":
        messages(daemon)
        append(log, lines)
    wanted = 4 * HOSTS
    check(f"{what}: every message was read",
          until(30, lambda: messages(daemon) == wanted),
          (messages(daemon), wanted, daemon.log))
    said = {reason: counter(daemon, reason) for reason in
            ("decrypt.resumed", "decrypt.ephemeral", "decrypt.no_secret",
             "keyhub.lost", "secrets.malformed", "crew.full")}
    check(f"{what}: nothing was refused", not any(said.values()), said)
    check(f"{what}: ends", daemon.stop()[0] == 0, daemon.log)
    check(f"{what}: no race", "ThreadSanitizer" not in daemon.log, daemon.log)
    shutil.rmtree(daemon.folder)


def test(build, check):
    if os.geteuid() != 0:
        print("decrypt: crew: skipped, it takes root")
        return
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", encoding="ascii") as before:
        if libc.unshare(NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        try:
            sh("sysctl -qw net.ipv6.conf.default.disable_ipv6=1; "
               "ip link add crew0 type veth peer name crew1 && "
               "ip link set crew0 up && ip link set crew1 up")
            for workers in 1, 2, 4:
                for way in WAYS:
                    case(build, check, workers, way)
        finally:
            end_all()
            libc.setns(before.fileno(), NEW_NETWORK)
