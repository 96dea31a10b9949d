# SPDX-License-Identifier: GPL-3.0-or-later
"""siptimed's package in a container, what is asked of it, and who listens."""

import json
import re
import shutil
import subprocess
import sys
import threading

import statefile
from nspawn import Container, play, sh, tree, until

# T1 is a tenth of what the stories are told with.
SPEED = 10
CONFIG = """[capture]
interfaces = mirror0
buffer = 8M
[timeouts]
t1 = 50ms
grace = 300ms
[alerts]
sinks = {sinks}
join = 0s
resolve_after = 1s
"""
JSON = "/var/log/siptimed/alerts.json"
BOTH = f"journal json:{JSON}"
OUTSIDE = "siptimed-out"
TIMEOUT = """host client 10.9.1.{server}:50001
host server 10.9.0.{server}:5062
0.1 client > server SERVICE call={call} branch=z9hG4bK{call} resend
"""
ANSWERED = """host client 10.9.1.{server}:50001
host server 10.9.0.{server}:5062
0.1 client > server SERVICE call={call} branch=z9hG4bK{call}
0.2 server > client 200
"""

results = {True: 0, False: 0}


def check(what, true, seen=""):
    results[bool(true)] += 1
    if true:
        return
    seen = str(seen).strip()
    print(f"container: {what}: FAILED{': ' if seen else ''}{seen}", flush=True)


class Site:
    """The container, and what is asked about siptimed in it."""

    def __init__(self, build, folder):
        debs = sorted(build.glob("deb/siptimed_*.deb"))
        if len(debs) != 1:
            raise RuntimeError(f"{build}/deb: not one package: {debs}")
        self.folder = folder
        self.pcapscript = build / "tests/tools/pcapscript"
        self.deb = debs[0]
        self.previous = self.older(folder / "previous.deb")
        self.inside = Container(tree(str(self.deb)))
        self.servers = 1
        self.calls = 0
        self.run = self.inside.run

    def older(self, target):
        """The same package as a version before it."""
        files = self.folder / "files"
        sh("dpkg-deb", "-R", str(self.deb), str(files))
        control = files / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1~previous",
                                  control.read_text()))
        sh("dpkg-deb", "--root-owner-group", "-b", str(files), str(target))
        return target

    def install(self, deb):
        shutil.copy(deb, self.inside.path("/root/siptimed.deb"))
        return self.run("dpkg", "-i", "/root/siptimed.deb")

    def configure(self, sinks=BOTH, more=""):
        self.inside.path("/etc/siptimed/siptimed.conf").write_text(
            CONFIG.format(sinks=sinks) + more)

    def systemctl(self, *words):
        """Whether it succeeded."""
        try:
            self.run("systemctl", *words)
        except RuntimeError:
            return False
        return True

    def show(self, name, unit="siptimed"):
        return self.run("systemctl", "show", "-P", name, unit).strip()

    def pid(self):
        """The daemon's, as the container counts."""
        return int(self.show("MainPID"))

    def kill(self, number, unit="siptimed"):
        self.run("systemctl", "kill", "-s", str(int(number)),
                 "--kill-whom=main", unit)

    def is_active(self):
        return self.show("ActiveState") == "active" and self.pid() > 0

    def says(self, pattern, seconds=10):
        """Whether the daemon said it about itself."""
        return until(seconds, lambda: re.search(pattern, self.log()))

    def log(self):
        return self.run("journalctl", "-q", "-o", "cat", "-u", "siptimed",
                        "_TRANSPORT=stdout")

    # --- alerts ------------------------------------------------------------

    def server(self):
        """One that was never heard of before."""
        self.servers += 1
        return self.servers

    def play(self, story, server, interface=OUTSIDE):
        self.calls += 1
        play(self.pcapscript, story.format(server=server, call=self.calls),
             interface, SPEED)

    def journal(self, server, state="raised"):
        lines = self.run("journalctl", "-q", "-o", "json",
                         f"SIPTIMED_SUBJECT=10.9.0.{server}:5062",
                         f"SIPTIMED_STATE={state}", check=False)
        return [json.loads(line) for line in lines.splitlines()
                if line.startswith("{")]

    def in_file(self, server, state="raised", name="/var/log/syslog"):
        path = self.inside.path(name)
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in lines
                if f"transaction-timeout {state}: " in line and
                f"10.9.0.{server}:5062" in line]

    def alerts(self, name):
        path = self.inside.path(name)
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def in_json(self, server, state="raised", name=JSON):
        return [a for a in self.alerts(name) if a.get("state") == state and
                a.get("subject") == f"10.9.0.{server}:5062"]

    def remembered(self):
        """Whether the state file says that both sinks have all alerts."""
        path = self.inside.path("/var/lib/siptimed/state")
        events = len(self.alerts(JSON))
        return all(statefile.confirms(path, sink, events)
                   for sink in BOTH.split())

    def sync(self):
        """All that was written to the journal by now can be read."""
        self.run("journalctl", "--sync", check=False)

    def told_once(self, what, server, state="raised", syslog=1):
        """In the journal, and in syslog."""
        until(10, lambda: self.journal(server, state))
        until(5, lambda: len(self.in_file(server, state)) == syslog)
        self.sync()
        entries = self.journal(server, state)
        check(f"{what}: once in the journal", len(entries) == 1, entries)
        lines = self.in_file(server, state)
        check(f"{what}: {syslog} in syslog", len(lines) == syslog, lines)
        return entries[0] if entries else {}

    def trouble(self, what, **options):
        server = self.server()
        self.play(TIMEOUT, server)
        self.told_once(what, server, **options)
        return server

    def captures(self, what):
        """Traffic becomes an alert now, seen by a sink that is well."""
        server = self.server()
        self.play(TIMEOUT, server)
        check(f"{what}: capture goes on",
              until(10, lambda: self.in_json(server)), self.log()[-1500:])
        return server


class Collector:
    """Takes lines on a TCP port of the container's."""

    def __init__(self, leader):
        script = ("import socket,sys\n"
                  "s=socket.create_server(('127.0.0.1',5140))\n"
                  "print('ready',flush=True)\n"
                  "for l in s.accept()[0].makefile():\n"
                  "    print(l,end='',flush=True)\n")
        self.lines = []
        self.process = subprocess.Popen(
            ["nsenter", "-n", "-t", str(leader), sys.executable, "-c",
             script], stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def alerts(self, server):
        """Those raised about it."""
        found = [json.loads(line[line.index("{"):]) for line in self.lines
                 if "{" in line]
        return [a for a in found if a.get("state") == "raised" and
                a.get("subject") == f"10.9.0.{server}:5062"]

    def end(self):
        self.process.kill()
        self.process.wait()
