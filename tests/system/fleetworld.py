# SPDX-License-Identifier: GPL-3.0-or-later
"""The world of `fleet`: three nats-servers on loopback, two sensors, each of
which sees one direction of a TAP, and two judges.
"""

import collections
import json
import os
import re
import socket
import subprocess
import sys
import time

import livenet as net

PEER = [sys.executable, os.path.join(net.HERE, "fleetpeer.py")]
SERVERS = ",".join(f"nats://127.0.0.1:{4222 + i}" for i in range(3))
CONFIG = """
[capture]
promiscuous = no
[timeouts]
ports = 5062
methods = *
t1 = 50ms
grace = 500ms
[alerts]
sinks = json:@/json
join = 0s
[control]
socket = @/control
[http]
"""
PAGES = {"a": "listen = 127.0.0.1:9942\n", "b": ""}
WAIT = 120  # seconds, at most


class Fleet:
    def __init__(self, build):
        self.program = f"{build}/siptimed"
        self.control = f"{build}/siptimectl"
        self.servers = [None] * 3
        for i in range(3):
            self.serve(i)
        self.peer = net.spawn([*PEER, "serve"], "s")
        assert self.wait(self.is_served), "no cluster"
        self.served(*(f"10.0.0.{i}" for i in range(2, 6)))
        self.sensors = {}
        for name, tap in ("a", "ta1"), ("b", "tb1"):
            self.sensors[name] = self.daemon(
                name, "sensor", "-i", tap, conf=CONFIG + PAGES[name])
        self.judges = [self.daemon(f"j{i}", "judge") for i in range(2)]
        self.stories = self.shares_peer = None

    def serve(self, i):
        routes = ",".join(f"nats://127.0.0.1:{6222 + k}" for k in range(3))
        self.servers[i] = net.spawn(
            ["nats-server", "-a", "127.0.0.1", "-p", str(4222 + i), "-js",
             "-sd", f"/run/js{i}", "-n", f"n{i}", "--cluster_name", "c",
             "--cluster", f"nats://127.0.0.1:{6222 + i}", "--routes", routes,
             "-m", str(8222 + i), "-l", f"/run/nats{i}.log"])

    @staticmethod
    def is_served():
        """Each server answers on its port."""
        try:
            for i in range(3):
                socket.create_connection(("127.0.0.1", 4222 + i), 1).close()
        except OSError:
            return False
        return True

    def daemon(self, name, role, *arguments, options="", **more):
        conf = more.pop("conf", CONFIG)
        servers = more.pop("servers", SERVERS)
        return net.Daemon(more.pop("program", self.program), f"{conf}[fleet]\n"
                          f"servers = {servers}\nname = {name}\n"
                          f"role = {role}\n{options}", "-n", *arguments,
                          **more)

    def served(self, *addresses):
        assert self.wait(lambda: all(
            f"{address}:5062" in net.sh("ip netns exec s ss -Huln")
            for address in addresses)), "no servers"

    @staticmethod
    def wait(fact):
        return net.until(WAIT, fact, 0.1)

    def siptimectl(self, daemon, *words):
        """What it prints; nothing where the daemon has no answer."""
        done = subprocess.run(
            [self.control, "--socket", f"{daemon.folder}/control", *words],
            text=True, capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else ""

    def ask(self, daemon, what):
        return json.loads(
            self.siptimectl(daemon, "--json", "--fleet", what) or "null")

    def row(self, sensor):
        """What the fleet knows of a sensor."""
        rows = self.ask(self.sensors["a"], "sensors") or []
        return collections.defaultdict(int, next(
            (row for row in rows if row["sensor"] == sensor), {}))

    def count(self, daemon, name):
        text = self.wait(lambda: self.siptimectl(daemon, "--json", "counters"))
        return json.loads(text)["counters"].get(name, 0)

    def counted(self, name):
        """By the judges that live."""
        return sum(self.count(judge, name) for judge in self.judges
                   if judge.process.poll() is None)

    def judge(self):
        """The one that has the lease."""
        for judge in self.judges:
            if judge.process.poll() is None:
                said = re.findall(r"fleet: (judging|another one judges)",
                                  judge.log[judge.begun:])
                if said and said[-1] == "judging":
                    return judge
        return None

    def leads(self):
        assert self.wait(self.judge), "no judge"
        return self.judge()

    def told(self, kind="transaction-timeout", state="raised", of=None):
        return [a for d in [*self.judges, *self.sensors.values()]
                for a in d.alerts()
                if a["alert"] == kind and a["state"] == state and
                (of is None or a["subject"].startswith(of))]

    def mute(self, server, count=1, client="10.0.0.1", mode="mute"):
        return net.spawn(
            [*PEER, "ask", server, str(count), mode, client], "c")

    def begin(self, what="calls.told"):
        """A function that waits until the sensor of requests has counted some
        more than now."""
        before = self.count(self.sensors["a"], what)

        def begun(more=1):
            assert self.wait(lambda: self.count(self.sensors["a"], what)
                             >= before + more), f"{what}: nothing was sent"
        return begun

    def accused(self, server):
        """It is told that it keeps silent."""
        assert self.wait(lambda: self.told(of=server)), f"{server}: not told"

    def accuse(self, server):
        if not self.told(of=server):
            self.mute(server)
        self.accused(server)

    def well(self, server, count, client="10.0.0.1"):
        asked = net.spawn([*PEER, "ask", server, str(count), "", client], "c")
        assert asked.wait(WAIT) == 0, f"{server} did not answer"

    def leader(self):
        for i in range(3):
            try:
                with socket.create_connection(
                        ("127.0.0.1", 8222 + i), 1) as s:
                    s.sendall(b"GET /jsz?streams=true HTTP/1.0\r\n\r\n")
                    text = b""
                    while part := s.recv(65536):
                        text += part
                found = re.search(rb'"leader":\s*"n(\d)"',
                                  text.split(b"siptimed-observed", 1)[-1])
                if found:
                    return int(found.group(1))
            except OSError:
                continue
        return None

    def publish(self, *payloads, subject="siptimed.observed.x"):
        with socket.create_connection(("127.0.0.1", 4222)) as s:
            s.recv(65536)
            s.sendall(b"CONNECT {\"verbose\":false}\r\n")
            for payload in payloads:
                s.sendall(b"PUB %s %d\r\n%s\r\n"
                          % (subject.encode(), len(payload), payload))
            s.sendall(b"PING\r\n")
            s.recv(65536)

    def overhear(self, seconds):
        """What sensors publish: subjects and batches."""
        with socket.create_connection(("127.0.0.1", 4222)) as s:
            s.recv(65536)
            s.sendall(b"CONNECT {\"verbose\":false,\"headers\":true}\r\n"
                      b"SUB siptimed.observed.* 1\r\n")
            s.settimeout(seconds)
            text, deadline = b"", time.monotonic() + seconds
            while time.monotonic() < deadline:
                try:
                    text += s.recv(65536)
                except TimeoutError:
                    break
        heard = []
        while match := re.search(rb"HMSG (\S+) 1 \S+ (\d+) (\d+)\r\n", text):
            head, whole = int(match.group(2)), int(match.group(3))
            body = text[match.end():match.end() + whole]
            heard.append((match.group(1).decode(), body[head:]))
            text = text[match.end() + whole:]
        return heard

    def stop(self):
        for d in [*self.sensors.values(), *self.judges]:
            d.stop()
        for s in [*self.servers, self.peer]:
            net.end(s)
