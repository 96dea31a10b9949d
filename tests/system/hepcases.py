# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of `hep`."""

import json
import os
import random
import re
import socket
import ssl
import subprocess
import sys
import time
import urllib.request

import heppeers
import livenet
from heppeers import (CLIENT, COLLECTOR, SERVER, TCP, Agent, answer, daemon,
                      hep3, packet, request)
from livecheck import check, counts, find
from livemonitor import ctl
from livenet import until

HERE = os.path.dirname(os.path.abspath(__file__))
FEW = 40  # descriptors
SECONDS = 60  # until what must come has come


def ready(d):
    """It listens: an agent's message arrives."""
    check("listening", d.says("watching every method") and
          until(SECONDS, lambda: heppeers.accepts(9060)), d.log)
    counts(d)


def count_of(d, name):
    """A counter, as SIGUSR1 tells it."""
    counts(d)
    found = re.findall(rf"{re.escape(name)}: (\d+)", d.log)
    return int(found[-1]) if found else 0


def raised(d, kind, subject):
    return until(SECONDS, lambda: find(d.alerts(), kind, subject))


def settled(d):
    return until(SECONDS, lambda: counts(d, "transactions? open") == 0)


def test_agents(options):
    """Two agents see a leg, one of them the answer; another is not answered,
    and of TCP nobody knows."""
    d = daemon(options)
    ready(d)
    first, second = Agent(number=1), Agent(number=2)
    for i in range(20):
        first.hand_on(CLIENT, SERVER, request("OPTIONS", i))
        second.exchange(i)
    first.hand_on(CLIENT, SERVER, request("SERVICE", "t", "TCP"), protocol=TCP)
    first.resend("lost")
    alerts = raised(d, "transaction-timeout", "10.0.0.2:5062")
    check("agents: a timeout is told", alerts and
          alerts[0]["evidence"]["proof"] == "retransmitted", d.log)
    check("agents: all was read", counts(d, "messages") >= 60 + 1 + 8, d.log)
    settled(d)
    check("agents: once", len(d.alerts()) == 1, d.alerts())
    check("agents: nothing else is damaged", count_of(d, "hep.malformed") == 0)
    d.stop()


def shown(options, d):
    """The agents, as siptimectl shows them."""
    agents = json.loads(ctl(options, d, "--json", "agents")[1])["agents"]
    return {(a["agent"], a["number"]): a for a in agents}


def longest_pause(times):
    return max(b - a for a, b in zip(times, times[1:]))


def test_stops(options):
    """An agent that stops is told, as is its return, though siptimed was
    restarted meanwhile; one that goes on is not."""
    d = daemon(options, "silent = 3s")
    ready(d)
    stops, goes_on = Agent(number=1), Agent(number=2)
    sent = [time.monotonic()]

    def on(*agents):
        for agent in agents:
            agent.exchange(f"{time.time()}")
        sent.append(time.monotonic())

    def told(state, *agents):
        on(*agents)
        return find(d.alerts(), "visibility", "127.0.0.1", state)
    for _ in range(20):
        on(stops, goes_on)
    alerts = until(SECONDS, lambda: told("raised", goes_on))
    check("stops: it is told", alerts and
          (alerts[0]["evidence"]["class"], alerts[0]["evidence"]["agent"]) ==
          ("agent_lost", 1), d.log)
    d.stop()
    d.start()
    ready(d)
    paused = longest_pause(sent)
    sent[:] = [time.monotonic()]
    check("stops: its return too",
          until(SECONDS, lambda: told("resolved", stops, goes_on)), d.log)
    # A machine so busy that this test itself paused shows nothing.
    if max(paused, longest_pause(sent)) < 2:
        check("stops: the other is not told", {
            a["evidence"].get("agent") for a in d.alerts()} == {1}, d.alerts())
    d.stop()


def test_clock(options):
    """One agent's clock is an hour behind: that agent's, and nobody else's, not
    even that of others at its address."""
    d = daemon(options, "allow = 192.0.2.1",
               "[control]\nsocket = @/control\n")
    ready(d)
    good, near = Agent("192.0.2.1", number=1), Agent(number=3)
    bad, first = Agent(number=2), Agent(number=1)

    def told():
        for agent, behind in (good, 0), (first, 0), (near, 0), (bad, 3600):
            agent.hand_on(CLIENT, SERVER, request("OPTIONS", f"{time.time()}"),
                          stamp=time.time() - behind)
        time.sleep(0.2)
        return find(d.alerts(), "clock-skew", "127.0.0.1")
    check("clock: it is told", until(SECONDS, told), d.log)
    check("clock: as no other's", {
        (a["subject"], a["evidence"].get("agent")) for a in d.alerts()
        if a["alert"] == "clock-skew"} == {("127.0.0.1", 2)}, d.alerts())
    agents = shown(options, d)
    check("clock: siptimectl shows all", set(agents) == {
        ("192.0.2.1", 1), ("127.0.0.1", 1), ("127.0.0.1", 2),
        ("127.0.0.1", 3)}, agents)
    clocks = ctl(options, d, "clocks")[1]
    check("clock: it is named there too", "127.0.0.1 agent 2 " in clocks,
          clocks)
    check("clock: and how far each is off",
          abs(agents["192.0.2.1", 1]["offset_s"]) < 1 and
          abs(agents["127.0.0.1", 2]["offset_s"] + 3600) < 1 and
          agents["127.0.0.1", 2]["doubtful"] > 3, agents)
    d.stop()


def test_evidence(options):
    """What an agent handed on is kept, and shown without its key."""
    d = daemon(options, more="[evidence]\ndirectory = @/evidence\n")
    ready(d)
    Agent(number=2002, key=b"sesame").resend("kept")
    alerts = raised(d, "transaction-timeout", "10.0.0.2:5062")
    name = f"{d.folder}/evidence/{alerts[0]['id']}-1.pcapng"
    check("evidence: a file",
          until(SECONDS, lambda: os.path.exists(name)), d.log)
    rows = subprocess.run(
        ["tshark", "-r", name, "-T", "fields", "-e", "sip.Method", "-e",
         "frame.comment"], capture_output=True, text=True, timeout=60,
        check=False).stdout.splitlines()
    check("evidence: SIP, and by whom", len(rows) >= 8 and all(
        r.startswith("SERVICE\tcopy ") and
        "handed on by HEP agent 127.0.0.1 (number 2002)" in r for r in rows),
        rows)
    with open(name, "rb") as file:
        check("evidence: no key", b"sesame" not in file.read())
    d.stop()


def page(port):
    """The metrics, for each of a few that ask."""
    return [urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics",
                                   timeout=SECONDS).read().decode()
            for _ in range(5)][-1]


def test_streams(options):
    """Packets cut anywhere, on several connections; garbage ends one."""
    d = daemon(options, more="[http]\nlisten = 127.0.0.1:9480\n")
    ready(d)
    octets = b"".join(
        packet(CLIENT, SERVER, request("OPTIONS", f"s{i}", "TCP"), TCP) +
        packet(SERVER, CLIENT, answer("OPTIONS", f"s{i}", "TCP"), TCP)
        for i in range(50))
    connections = [socket.create_connection(COLLECTOR) for _ in range(3)]
    for at in range(0, len(octets), 997):
        for c in connections:
            c.sendall(octets[at:at + 997])
    check("streams: all messages came",
          until(SECONDS, lambda: counts(d, "messages") == 300), d.log)
    connections[0].sendall(b"GET / HTTP/1.0\r\n\r\n")
    connections[0].settimeout(5)
    check("streams: garbage ends it", connections[0].recv(1) == b"")
    second = b"\x02\x10\x02\x11" + bytes(20) + request("OPTIONS", "2", "TCP")
    with socket.create_connection(COLLECTOR) as c:
        c.sendall(second)
        c.settimeout(SECONDS)
        check("streams: so does HEP 2", c.recv(1) == b"")
    check("streams: which is told once", d.log.count(
        "HEP agent 127.0.0.1: not heard: over TCP only HEP 3") == 1, d.log)
    connections[1].sendall(octets)
    check("streams: the others go on",
          until(SECONDS, lambda: counts(d, "messages") == 400), d.log)
    many = [socket.create_connection(COLLECTOR) for _ in range(200)]
    check("streams: and those who watch are still answered",
          "siptimed_" in page(9480), d.log)
    check("streams: a proxy on this host has a share of them",
          until(SECONDS, lambda: count_of(
              d, "hep.connections_refused") > 0), d.log)
    for c in connections + many:
        c.close()
    check("streams: ends cleanly", d.stop()[0] == 0, d.log)


def test_key(options):
    path = heppeers.key_file("myHep")
    d = daemon(options, f"key = {path}")
    ready(d)
    for key in b"", b"myHe", b"myHep!", b"MyHep":
        Agent(key=key).exchange("wrong")
    check("key: others are not heard",
          until(SECONDS, lambda: count_of(d, "hep.wrong_key") == 8), d.log)
    Agent(key=b"myHep").exchange("right")
    check("key: this one is",
          until(SECONDS, lambda: counts(d, "messages") == 2))
    os.rename(path, f"{path}.gone")
    d.signal(1)
    check("key: without it a reload is refused",
          d.says("keeping the previous", SECONDS), d.log)
    Agent(key=b"").exchange("without")
    check("key: and it goes on being wanted",
          until(SECONDS, lambda: count_of(d, "hep.wrong_key") == 10), d.log)
    heppeers.key_file("another")
    d.signal(1)
    check("key: another is read", d.says("reloaded", SECONDS), d.log)
    Agent(key=b"another").exchange("another")
    check("key: and fits",
          until(SECONDS, lambda: counts(d, "messages") == 4), d.log)
    d.stop()
    d = daemon(options, "key = /run/nothing")
    check("key: a file that is not there is told",
          d.process.wait(70) == 2 and "cannot be read" in d.log, d.log)
    os.chmod(path, 0o644)
    d = daemon(options, f"key = {path}")
    check("key: one that others can read is none",
          d.process.wait(70) == 2 and "others can read it" in d.log, d.log)


def test_allow(options):
    d = daemon(options, "allow = 192.0.2.1")
    d.write(heppeers.CONFIG.format(hep="allow = 192.0.2.1").replace(
        "127.0.0.1:9060", "0.0.0.0:9060"))
    d.stop()
    d.start()
    ready(d)
    to = ("192.0.2.2", 9060)
    Agent("192.0.2.2", to).exchange("refused")
    check("allow: others are refused",
          until(SECONDS, lambda: count_of(
              d, "hep.not_permitted") == 2), d.log)
    Agent("192.0.2.1", to).exchange("heard")
    check("allow: it is heard",
          until(SECONDS, lambda: counts(d, "messages") == 2))
    with socket.create_connection(to, source_address=("192.0.2.2", 0)) as c:
        c.settimeout(SECONDS)
        check("allow: connections too", c.recv(1) == b"")
    many = [socket.create_connection(to, source_address=("192.0.2.1", 0))
            for _ in range(20)]
    check("allow: one agent has a share of them", until(
        SECONDS, lambda: count_of(d, "hep.connections_refused") == 4), d.log)
    d.write(heppeers.CONFIG.format(hep="allow = 192.0.2.9").replace(
        "127.0.0.1:9060", "0.0.0.0:9060"))
    d.signal(1)
    many[0].settimeout(SECONDS)
    check("allow: a connection ends with it", many[0].recv(1) == b"")
    for c in many:
        c.close()
    d.stop()
    d.write(heppeers.CONFIG.format(hep="").replace(
        "127.0.0.1:9060", "0.0.0.0:9060"))
    d.start()
    check("allow: beyond this host it must be there",
          d.process.wait(70) == 2 and "and no allow" in d.log, d.log)


def test_refused(options):
    """Whoever is not heard is told once, with the setting that refuses it, and
    shown; made-up addresses are one line."""
    path = heppeers.key_file("myHep")
    d = daemon(options, more="[control]\nsocket = @/control\n")
    d.write(heppeers.CONFIG.format(
        hep=f"allow = 192.0.2.1\nkey = {path}").replace(
            "127.0.0.1:9060", "0.0.0.0:9060") +
        "[control]\nsocket = @/control\n")
    d.stop()
    d.start()
    ready(d)
    to = ("192.0.2.2", 9060)
    for _ in range(5):
        Agent("192.0.2.2", to, key=b"myHep").exchange("stranger")
        Agent("192.0.2.1", to, key=b"other").exchange("other")
    check("refused: all are counted", until(
        SECONDS, lambda: count_of(d, "hep.not_permitted") == 10 and
        count_of(d, "hep.wrong_key") == 10), d.log)
    with socket.create_connection(to, source_address=("192.0.2.2", 0)) as c:
        c.settimeout(SECONDS)
        check("refused: so is a connection", c.recv(1) == b"")
    refused = {a: (s["refused"], s["dropped"])
               for (a, _), s in shown(options, d).items()}
    check("refused: they are shown", refused == {
        "192.0.2.2": ("allow", 11), "192.0.2.1": ("key", 10)}, refused)
    check("refused: to people too", re.search(
        r"192\.0\.2\.2 +0 +allow ", ctl(options, d, "agents")[1]),
        ctl(options, d, "agents")[1])
    for i in range(2, 100):
        Agent(f"127.0.1.{i}", COLLECTOR).exchange("key missing")
    check("refused: the others are one line", d.says(
        "not heard: further addresses", SECONDS), d.log)
    told = re.findall(r"HEP agent (\S+): not heard: (.*)", d.log)
    check("refused: each once", told[:2] == [
        ("192.0.2.2", "it is not in [hep] allow"),
        ("192.0.2.1", "its key is not that of [hep] key")] and
        len(told) == len(set(told)) == 16, told)
    d.stop()


def test_rate(options):
    d = daemon(options, "rate = 100")
    ready(d)
    loud, other = Agent(number=1), Agent(number=2)
    for i in range(2000):
        loud.exchange(i)
    other.exchange("other")
    check("rate: what is beyond is counted",
          until(SECONDS, lambda: count_of(
              d, "hepagents.over_rate") > 1000), d.log)
    check("rate: it is told as loss, and no server is blamed",
          settled(d) and {a["alert"] for a in d.alerts()} <= {"visibility"},
          d.alerts())
    check("rate: as a limit of its section", until(
        2 * SECONDS, lambda: re.search(
            r"limit reached: hepagents.over_rate .*\[hep\]", d.log)), d.log)
    d.stop()


def mutated(chance, octets):
    octets = bytearray(octets)
    for _ in range(chance.randrange(1, 8)):
        octets[chance.randrange(len(octets))] = chance.randrange(256)
    return bytes(octets[:chance.randrange(1, len(octets) + 1)])


def test_hostile(options):
    """Whatever comes, it goes on hearing others."""
    d = daemon(options)
    ready(d)
    chance = random.Random(19)
    good = [packet(CLIENT, SERVER, request("OPTIONS", "h")),
            b"\x02\x10\x02\x11" + bytes(20) + request("OPTIONS", "h2"),
            hep3(b""), hep3(b"\0\0\0\x10\0\x0e" + b"\x78\x9c" + bytes(6))]
    hostile = Agent()
    for i in range(20000):
        hostile.send(mutated(chance, chance.choice(good)))
        if i % 200 == 0:  # or the kernel drops them before us
            counts(d)
    hostile.send(b"")
    for _ in range(200):
        with socket.create_connection(COLLECTOR) as c:
            c.sendall(mutated(chance, chance.choice(good)))
    with socket.create_connection(COLLECTOR) as c:
        c.sendall(b"HEP3\xff\xff" + bytes(1000))
        before = counts(d, "messages")
        Agent(number=9).exchange("well")
        check("hostile: others are heard", until(
            SECONDS, lambda: counts(d, "messages") >= before + 2), d.log)
    check("hostile: it is counted", count_of(d, "hep.malformed") > 1000, d.log)
    check("hostile: memory is bounded", d.memory() < 300000, d.memory())
    check("hostile: ends cleanly", d.stop()[0] == 0, d.log)


def test_reload(options):
    """Another address, and then none; a refused file changes nothing."""
    d = daemon(options)
    ready(d)
    text = heppeers.CONFIG.format(hep="")
    d.write(text.replace("9060", "9070"))
    d.signal(1)
    check("reload: listens there",
          until(SECONDS, lambda: heppeers.accepts(9070)), d.log)
    check("reload: and no longer here", not heppeers.accepts(9060))
    Agent(to=("127.0.0.1", 9070)).exchange("moved")
    check("reload: and hears", until(SECONDS, lambda: counts(d, "messages") == 2))
    d.write(text.replace("127.0.0.1:9060", "nowhere"))
    d.signal(1)
    check("reload: refused", d.says("keeping the previous"), d.log)
    check("reload: still there", heppeers.accepts(9070))
    d.stop()


def test_taken(options):
    """Ports that another program has are listened on when that is gone."""
    taken = [socket.create_server(COLLECTOR),
             socket.create_server(("127.0.0.1", 9480))]
    d = daemon(options, more="[http]\nlisten = 127.0.0.1:9480\n")
    check("taken: it is told", d.says("no agent is heard", SECONDS) and
          d.says("nothing is served", SECONDS), d.log)
    for t in taken:
        t.close()
    check("taken: as is its end", d.says("agents are heard", SECONDS) and
          d.says("9480: serving", SECONDS), d.log)
    check("taken: and it serves", heppeers.accepts(9480))
    Agent().exchange("late")
    check("taken: and it hears",
          until(SECONDS, lambda: counts(d, "messages") == 2), d.log)
    check("taken: each is told once",
          d.log.count("] listen = 127.0.0.1:9") == 4, d.log)
    d.stop()


def test_descriptors(options):
    """Where there are none for more connections it waits for some, at rest."""
    d = daemon(options, more="[http]\nlisten = 127.0.0.1:9480\n",
               run=["prlimit", f"--nofile={FEW}"])
    ready(d)
    many = [socket.create_connection(COLLECTOR) for _ in range(FEW)]
    check("descriptors: it is told",
          d.says("no connection can be accepted", SECONDS), d.log[-2000:])
    asks = socket.create_connection(("127.0.0.1", 9480))
    asks.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
    spent = d.cpu()
    time.sleep(3)
    check("descriptors: at rest", d.cpu() - spent < 0.5, d.cpu() - spent)
    check("descriptors: it is told once",
          d.log.count("no connection can be accepted") == 1, d.log[-2000:])
    for c in many:
        c.close()
    asks.settimeout(SECONDS)
    check("descriptors: who asks is answered", b"200" in asks.recv(99))
    asks.close()
    with socket.create_connection(COLLECTOR) as c:
        c.sendall(packet(CLIENT, SERVER, request("OPTIONS", "later")))
        check("descriptors: it goes on",
              until(SECONDS, lambda: counts(d, "messages") == 1), d.log[-2000:])
    d.stop()


def test_handed(options):
    """Sockets from systemd."""
    config = heppeers.CONFIG.format(hep="").replace(
        "listen = 127.0.0.1:9060", "")
    d = livenet.Daemon(options.siptimed, config, run=[
        sys.executable, os.path.join(HERE, "handover.py"),
        "hep=datagram:127.0.0.1:9060", "hep=stream:127.0.0.1:9060"])
    ready(d)
    Agent().exchange("by datagram")
    with socket.create_connection(COLLECTOR) as c:
        c.sendall(packet(CLIENT, SERVER, request("OPTIONS", "by stream")))
        check("handed: both are heard",
              until(SECONDS, lambda: counts(d, "messages") == 3), d.log)
    d.stop()


def example(name):
    """The lines of an example of siptimed.conf(5) that holds `name'."""
    page = os.path.join(HERE, "../../conf/siptimed.conf.5")
    with open(page, encoding="utf-8") as file:
        shown = re.findall(r"\.Bd -literal[^\n]*\n(.*?)\.Ed", file.read(),
                           re.DOTALL)
    return next(text for text in shown if name in text)


def test_stunnel(options):
    """TLS as siptimed.conf(5) has it."""
    d = daemon(options)
    ready(d)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
         "/CN=hep", "-days", "2", "-keyout", "/run/hep.key.pem", "-out",
         "/run/hep.crt.pem"], check=True, stderr=subprocess.DEVNULL)
    with open("/run/hep.pem", "wb") as pem:
        for part in "key", "crt":
            with open(f"/run/hep.{part}.pem", "rb") as file:
                pem.write(file.read())
    os.chmod("/run/hep.pem", 0o600)
    with open("/run/stunnel.conf", "w", encoding="ascii") as file:
        file.write("foreground = yes\npid =\n" + example("accept").replace(
            "/etc/stunnel/hep.pem", "/run/hep.pem"))
    with open("/run/stunnel.log", "wb") as log:
        livenet.spawn(["stunnel4", "/run/stunnel.conf"], stdout=log,
                      stderr=log)
    check("stunnel: listens", until(SECONDS, lambda: heppeers.accepts(9061)),
          open("/run/stunnel.log", encoding="utf-8").read())
    trusting = ssl.create_default_context(cafile="/run/hep.crt.pem")
    trusting.check_hostname = False
    with trusting.wrap_socket(
            socket.create_connection(("127.0.0.1", 9061))) as c:
        c.sendall(b"".join(packet(CLIENT, SERVER, request("OPTIONS", f"t{i}"))
                           for i in range(200)))
        check("stunnel: all came",
              until(SECONDS, lambda: counts(d, "messages") == 200), d.log)
    d.stop()
