# SPDX-License-Identifier: GPL-3.0-or-later
"""Real peers, seen by five daemons that must agree."""

import os
import re
import signal
import subprocess
import time
from collections import Counter

import livenet
from livecheck import capturing, check, config, find, prompt, told
from livenet import ASK, Daemon, end, sh, sipp, spawn, until
from livestate import silent

FROZEN_PORTS = [str(port) for port in range(5080, 5099)]

EXPECTED = {
    ("transaction-timeout", "10.0.0.3:5071", "SERVICE"): 1,
    ("transaction-timeout", "10.0.0.3:5071", "INVITE"): 1,
    ("transaction-timeout", "10.0.0.3:5072", "SERVICE"): 1,
    ("transaction-timeout", "10.0.0.5:5071", "SERVICE"): 1,
    ("transaction-timeout", "10.0.0.5:5072", "SERVICE"): 1,
    ("clock-skew", "10.0.0.4", ""): 1,
    **{("transaction-timeout", f"10.0.0.3:{port}", "SERVICE"): 1
       for port in FROZEN_PORTS},
}


class Peers:
    """Servers 10.0.0.2 (answers), .3 (never does), .4 (its clock is an hour
    behind) and .5 (to be stopped), on UDP port 5071 and TCP port 5072; and
    who asks them."""

    def __init__(self):
        self.servers = {(address, transport): self.serve(address, transport)
                        for address in "25" for transport in "ut"}
        self.behind = [self.serve("4", transport, "-1h")
                       for transport in "ut"]
        self.silent = silent("5071", "5072", *FROZEN_PORTS)
        for pattern in "10.0.0.[245]:5071", "10.0.0.[245]:5072":
            if not until(10, lambda p=pattern: len(re.findall(
                    p, sh("ip netns exec s ss -lnut"))) == 3):
                raise RuntimeError("SIPp does not listen: " + pattern)
        self.clients = []

    @staticmethod
    def serve(address, transport, behind=None):
        return sipp("s", "answer", "-i", f"10.0.0.{address}", "-p",
                    "5071" if transport == "u" else "5072", "-t",
                    transport + "1", behind=behind)

    def ask(self, address, transport, calls, scenario="service"):
        port = "5071" if transport == "u" else "5072"
        mine = str(5200 + len(self.clients))
        self.clients.append(sipp(
            "c", scenario, f"10.0.0.{address}:{port}", "-i",
            "10.0.0.6" if scenario == "invite" else "10.0.0.1",
            "-p", mine, "-t", transport + "1", "-r", "4", "-m", str(calls),
            "-recv_timeout", "3200"))

    def ask_all(self):
        for transport in "ut":
            self.ask("2", transport, 100)
            self.ask("4", transport, 100)
            self.ask("5", transport, 100)
            self.ask("3", transport, 3)
        self.ask("3", "u", 2, "invite")

    def set_clock_right(self):
        for server in self.behind:
            end(server, signal.SIGKILL)
        self.behind = [self.serve("4", transport) for transport in "ut"]

    def end(self):
        """Other cases need the ports."""
        for server in self.silent, *self.servers.values(), *self.behind:
            end(server, signal.SIGKILL)

    def stop(self, number):
        for transport in "ut":
            os.kill(self.servers["5", transport].pid, number)


def frozen(journal, daemon):
    """20 servers are asked that never answer, while journald is stalled."""
    journal.freeze()
    ask = spawn([*ASK, "10.0.0.3",
                 *FROZEN_PORTS], "c")
    last = f"10.0.0.3:{FROZEN_PORTS[-1]}"
    check("journald frozen: capture goes on",
          until(15, lambda: find(daemon.alerts(), "transaction-timeout",
                                 last)), daemon.log)
    check("journald frozen: said", daemon.says("sink journal: stalled",
                                               10), daemon.log)
    ask.wait()
    journal.thaw()
    check("journald back: said", daemon.says("sink journal: is back", 10),
          daemon.log)


def check_journal(journal, alerts):
    def key(entry):
        return entry["SIPTIMED_ID"], entry["SIPTIMED_STATE"]

    until(5, lambda: len(journal.entries) >= len(alerts))
    entries = [e for e in journal.entries if "SIPTIMED_ID" in e]
    check("journal: each alert once",
          Counter(key(e) for e in entries) ==
          Counter((a["id"], a["state"]) for a in alerts), entries)
    for e in entries:
        for name in ("MESSAGE", "MESSAGE_ID", "PRIORITY", "SIPTIMED_ALERT",
                     "SIPTIMED_SUBJECT", "DOCUMENTATION"):
            check(f"journal: {name}", e.get(name), e)
        check("journal: identifier", e["SYSLOG_IDENTIFIER"] == "siptimed" and
              e["SYSLOG_FACILITY"] == "3", e)
        if (e["SIPTIMED_ALERT"], e["SIPTIMED_STATE"]) == (
                "transaction-timeout", "raised"):
            check("journal: evidence", e.get("SIP_CALL_ID") and
                  e.get("SIP_METHOD") in ("SERVICE", "INVITE") and
                  e.get("SIPTIMED_PROOF"), e)


def check_syslog(syslog, alerts):
    lines = [e for e in syslog.entries
             if re.search(r"siptimed\[\d+\]: [a-z-]+ (raised|refreshed|resolved)", e)]
    check("syslog: each alert once", len(lines) == len(alerts), lines)
    for line in lines:
        check("syslog: header", re.match(
            r"<(2[4-9]|3[01])>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d siptimed\[",
            line), line)


def check_judgement(name, daemon, stepped=None):
    """The same alerts, once each, whoever watched and however."""
    alerts = daemon.alerts()
    raised = told(alerts, "raised")
    if stepped:
        raised = Counter({k: n for k, n in raised.items()
                          if k[0] != "clock-skew"})
        expected = {k: n for k, n in EXPECTED.items() if k[0] != "clock-skew"}
        expected["local-clock", "local clock", "stepped"] = 1
        steps = [a["evidence"]["offset_s"]
                 for a in find(alerts, "local-clock", "local clock")]
        check(f"{name}: how far", len(steps) == 1 and
              abs(steps[0] - stepped) < 1, steps)
    else:
        expected = EXPECTED
        for skew in find(alerts, "clock-skew", "10.0.0.4"):
            check(f"{name}: an hour behind",
                  abs(skew["evidence"]["offset_s"] + 3600) < 2 and
                  skew["evidence"].get("shape") in ("dst", "timezone"), skew)
    check(f"{name}: raised", raised == Counter(expected),
          (raised - Counter(expected), Counter(expected) - raised))
    for port in "5071", "5072":
        over = find(alerts, "transaction-timeout", f"10.0.0.5:{port}",
                    "resolved")
        check(f"{name}: 10.0.0.5:{port} resolved", len(over) == 1, alerts)
    for a in alerts:
        if a["alert"] == "transaction-timeout" and a["state"] == "raised":
            check(f"{name}: its time", 3.4 < a["evidence"]["elapsed_s"] < 3.7,
                  a)


def test_peers(options):
    """All peers, seen by five daemons at once."""
    journal = livenet.Journal()
    syslog = livenet.Listener("/dev/log")
    one = Daemon(options.siptimed, config(
        "c0", "journal syslog json:@/json stdout"))
    both = Daemon(options.siptimed, config("ta1 tb1"))
    clocks = {}
    for step in 3600, -3600:
        path = f"/run/offset{step}"
        with open(path, "w", encoding="ascii") as file:
            file.write("0")
        clocks[step] = path, Daemon(
            options.stepping, config("c0"),
            env={"SIPTIMED_CLOCK_OFFSET": path})
    for daemon, interface in [(one, "c0"), (both, "ta1"), (both, "tb1"),
                              *((d, "c0") for _, d in clocks.values())]:
        capturing(daemon, interface)
    dump = spawn(["tcpdump", "-B", "65536", "-U",
                  "--immediate-mode", "-i", "c0",
                  "-w", "/run/live.pcap"])
    check("tcpdump", until(5, lambda: os.path.exists("/run/live.pcap") and
                           os.path.getsize("/run/live.pcap")))
    peers = Peers()
    peers.ask_all()
    skewed = ("clock-skew", "10.0.0.4")
    until(5, lambda: find(one.alerts(), "transaction-timeout",
                          "10.0.0.3:5072"))
    peers.stop(signal.SIGSTOP)
    check("peers: stopped servers time out", until(10, lambda: all(
        find(one.alerts(), "transaction-timeout", f"10.0.0.5:507{i}")
        for i in (1, 2))), one.log)
    for step, (path, _) in clocks.items():
        with open(path, "w", encoding="ascii") as file:
            file.write(str(step))
    # Long enough that some late answers come too late to be one.
    time.sleep(4)
    peers.stop(signal.SIGCONT)
    check("peers: resolved", until(15, lambda: all(
        find(one.alerts(), "transaction-timeout", f"10.0.0.5:507{i}",
             "resolved") for i in (1, 2))), one.log)
    frozen(journal, one)
    check("peers: clock-skew", until(20, lambda: find(one.alerts(), *skewed)),
          one.alerts())
    peers.set_clock_right()
    for transport in "ut":
        peers.ask("4", transport, 20)
    check("peers: clock-skew resolved", until(20, lambda: find(
        one.alerts(), *skewed, "resolved")), one.alerts())
    for client in peers.clients:
        client.wait()
    end(dump)
    peers.end()
    for name, daemon in (("one", one), ("both", both)):
        status, seconds = daemon.stop()
        check(f"{name}: ends", status == 0 and prompt(seconds),
              (status, seconds))
        check_judgement(name, daemon)
        check(f"{name}: sinks told the same", daemon is both or
              len(daemon.text("out").splitlines()) == len(daemon.alerts()),
              daemon.text("out"))
    for step, (_, daemon) in clocks.items():
        daemon.stop()
        check_judgement(f"stepped {step} s", daemon, step)
    check_journal(journal, one.alerts())
    check_syslog(syslog, one.alerts())
    check_replay(options, one)


def check_replay(options, live):
    """-r over what tcpdump saw gives what the live run gave."""
    done = subprocess.run(
        [options.siptimed, "-r", "/run/live.pcap", "-c", live.config,
         "--json"], stdout=subprocess.PIPE, text=True, check=False)
    with open(os.path.join(live.folder, "replay"), "w",
              encoding="utf-8") as file:
        file.write(done.stdout)
    states = "raised", "resolved"
    check("-r: the same alerts", told(live.alerts("replay"), *states) ==
          told(live.alerts(), *states),
          (told(live.alerts("replay"), *states) -
           told(live.alerts(), *states),
           told(live.alerts(), *states) -
           told(live.alerts("replay"), *states)))
