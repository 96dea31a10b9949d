# SPDX-License-Identifier: GPL-3.0-or-later
"""What survives a restart, and what a service manager is told."""

import glob
import os
import re
import signal
import subprocess
import time
from collections import Counter

import livenet
import statefile
from livecheck import (capturing, check, config, counts, find, nothing_open,
                       prompt, told)
from livenet import ANSWER, ASK, SILENT, Daemon, end, sh, sipp, spawn, until
from waiting import within

PORT = "5066"
SUBJECT = "10.0.0.3:" + PORT
PORTS = [str(port) for port in range(5080, 5099)]


def silent(*ports, how=SILENT):
    server = spawn([*how, "10.0.0.3", *ports], "s", stdout=subprocess.PIPE)
    if server.stdout.readline() == b"":
        raise RuntimeError(f"no server on 10.0.0.3: {ports}")
    return server


def ask(*ports):
    spawn([*ASK, "10.0.0.3", *ports], "c").wait()


def file_has(daemon, events):
    """Is it saved that the json sink has so many?"""
    return until(3, lambda: statefile.confirms(
        f"{daemon.folder}/state", f"json:{daemon.folder}/json", events))


def loaded(daemon, alerts):
    return daemon.says(rf"state: {alerts} alerts active")


def test_state(options):
    """Killed in the middle of an alert, and later in an orderly way."""
    server = silent(PORT)
    daemon = Daemon(options.siptimed, config("c0"))
    capturing(daemon, "c0")
    ask(PORT)
    check("state: raised", until(5, lambda: find(
        daemon.alerts(), "transaction-timeout", SUBJECT)), daemon.log)
    check("state: saved", file_has(daemon, 1), daemon.log)
    daemon.kill()
    daemon.start()
    check("state: loaded after a kill", loaded(daemon, 1), daemon.log)
    capturing(daemon, "c0")
    ask(PORT)
    check("state: judged", nothing_open(daemon), daemon.log)
    check("state: not raised again", told(daemon.alerts(), "raised") == Counter(
        [("transaction-timeout", SUBJECT, "SERVICE")]), daemon.alerts())
    status, seconds = daemon.stop()
    check("state: ends", status == 0 and prompt(seconds), (status, seconds))
    end(server)
    server = sipp("s", "answer", "-i", "10.0.0.3", "-p", PORT, "-t", "u1")
    daemon.start()
    check("state: loaded after a stop", until(5, lambda: len(re.findall(
        "state: 1 alerts active", daemon.log)) == 2), daemon.log)
    until(5, lambda: len(re.findall("(?m)c0: capturing$", daemon.log)) >= 3)
    ask(PORT)
    over = until(8, lambda: find(daemon.alerts(), "transaction-timeout",
                                 SUBJECT, "resolved"))
    check("state: resolved when over", len(over) == 1 and
          over[0]["reason"] == "healthy" and over[0]["count"] == 2,
          daemon.alerts())
    check("state: told once each, nothing repeated",
          len(daemon.alerts()) == 2 and
          not [a for a in daemon.alerts() if a.get("repeated")],
          daemon.alerts())
    daemon.stop()
    end(server)


def test_incident(options):
    """Several clients fail at one relay: one incident, over a kill and a stop
    of the daemon, until they are answered."""
    ports = ["5062", *PORTS[:8]]
    server = silent(*ports)
    sh("ip -n s route replace 10.9.0.0/16 via 10.0.0.1")
    daemon = Daemon(options.siptimed,
                    config("c0").replace("join = 0s", "join = 1s"))
    capturing(daemon, "c0")
    ask(*ports)

    def told_of(state):
        return find(daemon.alerts(), "incident", "10.0.0.3", state)

    check("incident: raised", until(10, lambda: told_of("raised")),
          daemon.alerts())
    raised = told_of("raised")[0]
    joined = until(5, lambda: [a for a in daemon.alerts()
                               if a["state"] == "joined"])
    check("incident: its parts are joined", len(joined) == len(ports) and
          {a["incident"] for a in joined} == {raised["id"]}, joined)
    check("incident: what it is", raised["evidence"]["cause"] ==
          "relay_unreachable" and raised["evidence"]["clients"] == 3, raised)
    check("incident: saved", until(5, lambda: statefile.confirms(
        f"{daemon.folder}/state", f"json:{daemon.folder}/json",
        len(daemon.alerts()))), daemon.log)
    daemon.kill()
    daemon.start()
    check("incident: loaded after a kill", loaded(daemon, len(ports) + 1),
          daemon.log)
    capturing(daemon, "c0")
    ask(*ports)
    check("incident: goes on", nothing_open(daemon) and
          len(told_of("raised")) == 1, daemon.alerts())
    daemon.stop()
    end(server)
    server = silent(*ports, how=ANSWER)
    daemon.start()
    until(5, lambda: len(re.findall("(?m)c0: capturing$", daemon.log)) >= 3)
    ask(*ports)
    over = until(15, lambda: told_of("resolved"))
    check("incident: over with its parts", len(over) == 1 and
          over[0]["reason"] == "healthy" and over[0]["id"] == raised["id"] and
          over[0]["evidence"]["timeouts"] == 2 * len(ports), daemon.alerts())
    check("incident: raised once", len(told_of("raised")) == 1,
          daemon.alerts())
    daemon.stop()
    end(server)


def test_away(options):
    """Our clock is set while the daemon is away, and the machine goes on."""
    daemon = Daemon(options.stepping, config("c0"), env={
        "SIPTIMED_BOOT": "0123456789abcdef0123456789abcdef"})
    capturing(daemon, "c0")
    daemon.stop()
    offset = f"{daemon.folder}/offset"
    with open(offset, "w", encoding="ascii") as file:
        file.write("3600")
    daemon.start(SIPTIMED_CLOCK_OFFSET=offset)
    stepped = until(5, lambda: find(daemon.alerts(), "local-clock",
                                    "local clock"))
    check("away: the step is told", stepped and
          3599 < stepped[0]["evidence"]["offset_s"] < 3601, daemon.alerts())
    daemon.stop()
    daemon.start(SIPTIMED_CLOCK_OFFSET="/nowhere", SIPTIMED_BOOT="f" * 32)
    loaded(daemon, 1)
    check("away: another run of the machine cannot know", daemon.says(
        "saved 0 s ago") and len(find(daemon.alerts(), "local-clock",
                                      "local clock")) == 1, daemon.alerts())
    daemon.stop()


def test_undelivered(options):
    """Killed while one sink is stalled: it alone is told again."""
    journal = livenet.Journal()
    server = silent(*PORTS)
    daemon = Daemon(options.siptimed, config("c0", "journal json:@/json"))
    capturing(daemon, "c0")
    journal.freeze()
    ask(*PORTS)
    raised = until(5, lambda: len(daemon.alerts()) == len(PORTS))
    check("undelivered: raised", raised, daemon.log)
    subjects = {f"10.0.0.3:{port}" for port in PORTS}
    check("undelivered: who has what is saved",
          file_has(daemon, len(PORTS)), daemon.log)
    daemon.kill()
    journal.thaw()
    daemon.start()
    check("undelivered: loaded", loaded(daemon, len(PORTS)), daemon.log)

    def entries():
        return [e for e in journal.entries
                if e.get("SIPTIMED_STATE") == "raised"]

    until(5, lambda: {e["SIPTIMED_SUBJECT"] for e in entries()} == subjects)
    again = [e for e in entries() if e.get("SIPTIMED_REPEATED") == "true"]
    first = [e for e in entries() if "SIPTIMED_REPEATED" not in e]
    check("undelivered: nothing is missing", {
        e["SIPTIMED_SUBJECT"] for e in entries()} == subjects, entries())
    check("undelivered: told again, and marked", again and
          "repeated after a restart" in again[0]["MESSAGE"], entries())
    check("undelivered: once unmarked", len(first) == len(
        {e["SIPTIMED_SUBJECT"] for e in first}), entries())
    check("undelivered: who had them all is not told again",
          len(daemon.alerts()) == len(PORTS), daemon.alerts())
    daemon.stop()
    end(server)


def test_damaged(options):
    daemon = Daemon(options.siptimed, config("c0"))
    capturing(daemon, "c0")
    daemon.stop()
    check("damaged: saved at the end", until(3, lambda: statefile.holds(
        f"{daemon.folder}/state", b"siptimed state")))
    with open(f"{daemon.folder}/state", "r+b") as file:
        file.seek(100)
        file.write(b"damage")
    daemon.start()
    check("damaged: said", daemon.says(
        "damaged or foreign: renamed to state.damaged-"), daemon.log)
    check("damaged: set aside",
          len(glob.glob(f"{daemon.folder}/state.damaged-*")) == 1)
    check("damaged: goes on", counts(daemon) >= 0)
    daemon.stop()
    daemon.start(STATE_DIRECTORY="/nowhere")
    check("no folder: said", daemon.says(
        "/nowhere: No such file or directory: alerts will not survive a restart"),
        daemon.log)
    daemon.stop()
    sh("mkdir /run/small && mount -t tmpfs -o size=4k,mode=777 none "
       "/run/small; head -c 4096 /dev/zero > /run/small/fill || true")
    daemon.start(STATE_DIRECTORY="/run/small")
    until(5, lambda: daemon.log.count("c0: capturing") > 2)
    ask(PORT)
    check("disk full: said", daemon.says(
        "state: /run/small: cannot be saved: No space left", 15),
        daemon.log)
    sh("rm /run/small/fill; mount -o remount,size=1m /run/small")
    ask(PORT)
    check("disk full: over", daemon.says(
        "state: /run/small: is saved again", 15), daemon.log)
    check("disk full: said once", daemon.log.count(
        "cannot be saved") == 1, daemon.log)
    daemon.stop()
    sh("umount /run/small")


class Manager(livenet.Listener):
    """systemd, as far as sd_notify(3) goes."""

    def __init__(self):
        super().__init__("/run/notify")

    def heard(self, pattern, seconds=5):
        return until(seconds, lambda: [
            e for e in self.entries if re.search(pattern, e)])

    def fed(self):
        return sum(e == "WATCHDOG=1" for e in self.entries)


def test_service(options):
    """As systemd starts it."""
    manager = Manager()
    sh("ip link add late1 type veth peer name late0")
    daemon = Daemon(options.siptimed, config("c0 late0"), env={
        "NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "400000"})
    check("service: ready, and what is not there", manager.heard(
        r"READY=1\nSTATUS=c0, late0 \(not there\): 0 packets"),
        manager.entries)
    check("service: fed", until(5, lambda: manager.fed() > 3),
          manager.entries)
    daemon.signal(signal.SIGSTOP)
    time.sleep(1)  # what was on its way has come
    before = manager.fed()
    check("service: not fed when stopped",
          not within(1, lambda: manager.fed() > before), manager.entries)
    daemon.signal(signal.SIGCONT)
    sh("ip link set late0 up; ip link set late1 up")
    check("service: status follows", manager.heard(
        "STATUS=c0, late0: ", 15), manager.entries)
    daemon.signal(signal.SIGHUP)
    check("service: reload", manager.heard("RELOADING=1") and until(
        5, lambda: sum("READY=1" in e for e in manager.entries) == 2),
        manager.entries)
    daemon.stop()
    check("service: stopping", manager.heard("STOPPING=1"), manager.entries)
    status = os.stat(f"{daemon.folder}/err")
    before = len(daemon.log)
    daemon.start(JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}")
    check("service: priorities", daemon.says("<5>siptimed [0-9]") and
          daemon.says(f"<5>configuration: {daemon.config}"), daemon.log)
    daemon.stop()
    check("service: on every line", all(
        re.match("<[0-7]>", line) for line in
        daemon.log[before:].splitlines()), daemon.log[before:])
    sh("ip link delete late1")
