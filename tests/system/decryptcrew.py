# SPDX-License-Identifier: GPL-3.0-or-later
"""Two threads that capture decrypt what one does: connections that go to one
or the other, and sessions that one sees begin and the other sees resumed.
Takes root, for a network of its own."""

import ctypes
import os
import pwd
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
ROTATED = f"{FOLDER}/rotated"
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


REFUSALS = ["decrypt.resumed", "decrypt.ephemeral", "decrypt.no_secret",
            "keyhub.lost", "secrets.malformed", "crew.full"]


def empty(path):
    """A key log that only its owner may read, from the start."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    return path


def content(path):
    with open(path, "rb") as file:
        return file.read()


class Crew:
    """A daemon of so many threads, and how much it has read."""

    def __init__(self, build, check, what, workers, means):
        self.what, self.check, self.read = what, check, 0
        self.config = CONFIG.format(workers=workers, means=means)
        self.daemon = Daemon(os.path.join(build, "siptimed"), self.config)
        self.says("captures", "crew0: capturing")
        messages(self.daemon)

    def expect(self, fact, true, seen=""):
        self.check(f"{self.what}: {fact}", true, seen or self.daemon.log)

    def says(self, fact, pattern):
        self.expect(fact, self.daemon.says(pattern))

    def reads(self, fact, more):
        """So many messages more, and none that it could not decrypt."""
        self.read += more
        self.expect(fact, until(30, lambda: messages(self.daemon) ==
                                self.read))
        said = {name: counter(self.daemon, name) for name in REFUSALS}
        self.expect(f"{fact}: nothing was refused", not any(said.values()),
                    said)

    def stop(self):
        self.expect("ends", self.daemon.stop()[0] == 0)
        self.expect("no race", "ThreadSanitizer" not in self.daemon.log)
        shutil.rmtree(self.daemon.folder)


def case(build, check, workers, way):
    name, (version, ciphers), means, options = way
    what = f"{workers} threads, {name}"
    written, log = empty(f"{FOLDER}/crew.log"), empty(f"{FOLDER}/crew-read.log")
    made = list(connections(version, ciphers, written, options))
    check(f"{what}: sessions were resumed", version == "1.3" or
          all(reused for _, _, reused in made))
    lines = content(written)
    os.chmod(f"{FOLDER}/rsa.key", 0o600)
    crew = Crew(build, check, what, workers, f"key = {FOLDER}/rsa.key"
                if means == "key" else f"keylog = {log}")
    if means == "before":
        # In two pieces, with a line cut between them.
        append(log, lines[:len(lines) // 2])
        messages(crew.daemon)
        append(log, lines[len(lines) // 2:])
    # With a key the resumed ones may be seen before the first.
    play(wire for pair in made for wire in pair[:2])
    if means == "after":
        messages(crew.daemon)
        append(log, lines)
    crew.reads("every message", 4 * HOSTS)
    crew.stop()


def speak(hosts):
    """So many connections, what is seen of them, and their secrets."""
    written = empty(f"{FOLDER}/crew.log")
    client, server = client_context("1.3", "ALL"), server_context(
        written, "rsa", "1.3", "ALL")
    speak.number += 1
    wires = [talk(client, server, f"10.{2 + speak.number}.{host}.1", host).wire
             for host in range(hosts)]
    return wires, content(written)


speak.number = 0


def own(path, owner):
    """By whom it may be read: the daemon's user, its group, or root alone."""
    user = runs_as()
    os.chown(path, user.pw_uid if owner == "user" else 0,
             user.pw_gid if owner == "group" else 0)
    os.chmod(path, 0o640 if owner == "group" else 0o600)
    return path


def runs_as():
    try:
        return pwd.getpwnam("siptimed")
    except KeyError:
        return pwd.getpwnam("nobody")


def replace(log, owner, lines):
    """As logrotate does, while a writer goes on with the old one."""
    middle = lines.index(b"\n", len(lines) // 2) + 1
    os.rename(log, f"{log}.1")
    append(own(empty(log), owner), lines[middle:])
    append(f"{log}.1", lines[:middle])


def rotation(build, check, workers, owner):
    """A key log that was root's at the start, and is that owner's when it is
    replaced: in a folder that all may enter."""
    log = own(empty(f"{ROTATED}/{owner}{workers}.log"), "root")
    crew = Crew(build, check, f"{workers} threads, replaced by {owner}'s",
                workers, f"keylog = {log}")
    crew.says("it is told before", "keylog: .*: read as it was opened at the "
              "start; once it is replaced, no more is decrypted by it: let "
              "siptimed read it and enter its folder: group siptimed")
    wires, lines = speak(HOSTS)
    play(wires)
    append(log, lines)
    crew.reads("as it grows", 2 * HOSTS)
    wires, lines = speak(HOSTS)
    replace(log, owner, lines)
    if owner == "root":
        crew.says("it is told", "keylog: .*: not permitted to read it; let "
                  "siptimed read it and enter its folder: group siptimed")
        own(log, "group")
        crew.says("it is tried again", "keylog: .*: read from now on")
    play(wires)
    crew.reads("replaced", 2 * HOSTS)
    refused = counter(crew.daemon, "keylogs.refused")
    crew.expect("it is told and counted once", refused ==
                crew.daemon.log.count("not permitted to read it") ==
                (owner == "root"))
    crew.stop()


def closed(build, check, workers):
    """In a folder that only root may enter nothing is seen of what replaces
    it; the one that is open goes on."""
    log = empty(f"{FOLDER}/closed{workers}.log")
    crew = Crew(build, check, f"{workers} threads, a closed folder", workers,
                f"keylog = {log}")
    crew.says("it is told before", "once it is replaced, no more is decrypted")
    os.rename(log, f"{log}.1")
    wires, lines = speak(HOSTS)
    play(wires)
    append(f"{log}.1", lines)
    crew.reads("by the one that was replaced", 2 * HOSTS)
    crew.expect("it is told once",
                crew.daemon.log.count("once it is replaced") == 1)
    crew.stop()


def changes(build, check):
    """A key log is cut (copytruncate), and then another one configured."""
    log = own(empty(f"{ROTATED}/cut.log"), "user")
    other = own(empty(f"{ROTATED}/other.log"), "user")
    crew = Crew(build, check, "key logs change", 2, f"keylog = {log}")
    wires, lines = speak(HOSTS)
    play(wires)
    append(log, lines)
    crew.reads("as it grows", 2 * HOSTS)
    wires, lines = speak(2)
    play(wires)
    os.truncate(log, 0)
    append(log, lines)
    crew.reads("cut", 2 * 2)
    crew.daemon.write(crew.config.replace(log, other))
    crew.daemon.signal(signal.SIGHUP)
    crew.says("another one takes a restart", r"\[tls\]: has changed; that takes")
    wires, lines = speak(HOSTS)
    play(wires)
    append(log, lines)
    crew.reads("as before a reload", 2 * HOSTS)
    wires, lines = speak(HOSTS)
    append(other, lines)
    play(wires)
    crew.expect("the other is not read", until(30, lambda: messages(
        crew.daemon) == crew.read and counter(
            crew.daemon, "decrypt.ephemeral") == HOSTS))
    crew.stop()


def test_rotation(build, check):
    os.mkdir(ROTATED)
    os.chmod(FOLDER, 0o711)
    try:
        for workers in 1, 2:
            for owner in "user", "group", "root":
                rotation(build, check, workers, owner)
        changes(build, check)
    finally:
        os.chmod(FOLDER, 0o700)
    for workers in 1, 2:
        closed(build, check, workers)


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
            test_rotation(build, check)
        finally:
            end_all()
            libc.setns(before.fileno(), NEW_NETWORK)
