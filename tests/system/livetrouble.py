# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input, what it costs, floods, and the end."""

import fcntl
import os
import re
import signal
import struct
import subprocess
import time

import livenet
from livecheck import (capturing, check, config, counts, find, nothing_open,
                       prompt, told, veth)
from livenet import ASK, Daemon, sh, spawn, until

FROZEN_PORTS = [str(port) for port in range(5080, 5099)]


def refused(what, says, options, text, *arguments, run=()):
    daemon = Daemon(options.siptimed, text, *arguments, run=run)
    status = daemon.process.wait(70)
    check(f"{what}: status", status == 2, (status, daemon.log))
    check(f"{what}: said", re.search(says, daemon.log), daemon.log)
    check(f"{what}: nothing on stdout", daemon.text("out") == "",
          daemon.text("out"))


def not_ethernet():
    """An interface of a kind that carries no IP: a tap device that says it
    is IEEE 802.15.4."""
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH22x", b"odd0", 0x1002))
    fcntl.ioctl(tap, 0x400454CD, 804)
    sh("ip link set odd0 up")
    return tap


def test_bad_input(options):
    sh("ip link add down0 type veth peer name down1")
    daemon = Daemon(options.siptimed, config("down0"))
    check("down: waited for", daemon.says(
        "down0: is down, waiting for it"), daemon.log)
    sh("ip link set down0 up")
    check("down: came up", daemon.says("down0: is there, capturing"),
          daemon.log)
    check("down: ends", daemon.stop()[0] == 0, daemon.log)
    refused("no permission", "not permitted to capture: .*setcap cap_net_raw",
            options, config("lo"), run=("setpriv", "--reuid", "nobody",
                                        "--regid", "nogroup",
                                        "--clear-groups"))
    tap = not_ethernet()
    refused("not Ethernet", "odd0: cannot capture: its datalink .* is not "
            "one siptimed can read", options, config("odd0"))
    os.close(tap)
    sh("ip tuntap add dev raw0 mode tun; ip link set raw0 up")
    refused("filter of another datalink", "raw0: cannot capture: the filter "
            "does not compile", options, config("raw0"), "ether", "host",
            "02:00:00:00:00:01")
    refused("filter", "lo: cannot capture: the filter does not compile",
            options, config("lo"), "no", "such", "filter")
    refused("no interface", "nothing to watch: name an interface", options,
            "[sip]\n")
    refused("configuration", r"siptimed\.conf:2: .*prots: unknown key",
            options, "[sip]\nprots = 5\n")
    refused("sink: no folder", "sink json:/nowhere/x: cannot be opened: No "
            "such file", options, config("lo", "json:/nowhere/x"))
    refused("sink: no right", "sink json:/root/x: cannot be opened: "
            "Permission denied", options, config("lo", "json:/root/x"))
    daemon = Daemon(options.siptimed, config("lo", "syslog"))
    if not os.path.exists("/dev/log"):
        check("no syslogd: said", daemon.says("sink syslog: No such file"),
              daemon.log)
    check("no syslogd: ends", prompt(daemon.stop()[1]), daemon.log)
    sh("ip link delete down0; ip link delete raw0")


def test_nothing(options):
    """Ten seconds without any SIP: what comes instead, and what to do."""
    veth("n0", "n1")
    daemon = Daemon(options.siptimed, config("n0"))
    capturing(daemon, "n0")
    sh("ip address add 10.1.0.1/24 dev n1; ip neighbour replace 10.1.0.2 "
       "lladdr 02:00:00:00:00:02 dev n1")
    for _ in range(30):
        sh("bash -c 'echo x > /dev/udp/10.1.0.2/9'")
    check("nothing: said", until(15, lambda: re.search(
        r"nothing to look at in \d+ of \d+ packets: none is on a SIP port; "
        "mirror the port", daemon.log)), daemon.log)
    daemon.stop()
    sh("ip link delete n0")


def locked(daemon):
    """Kilobytes of memory that cannot be swapped out."""
    with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmLck:\s+(\d+)", file.read()).group(1))


def test_keys(options):
    """Keys are root's, in memory that is locked; a reload keeps them, and
    says that a file has changed."""
    key = "/run/edge.key"
    sh(f"openssl genrsa -out {key} 2048; chmod 600 {key}")
    daemon = Daemon(options.siptimed,
                    config("lo", more=f'[tls "edge"]\nkey = {key}\n'))
    capturing(daemon, "lo")
    unlimited = sh("ulimit -l unlimited; ulimit -l").strip() == "unlimited"
    check("keys: locked", options.sanitized or locked(daemon) > 0,
          daemon.log)
    check("keys: a limit is told", options.sanitized or
          unlimited == ("swapped out" not in daemon.log), daemon.log)
    daemon.signal(signal.SIGHUP)
    check("keys: reload", daemon.says("reloaded"),
          daemon.log)
    check("keys: unchanged", "restart" not in daemon.log, daemon.log)
    sh(f"openssl genrsa -out {key}.new 2048; chmod 600 {key}.new; "
       f"mv {key}.new {key}")
    daemon.signal(signal.SIGHUP)
    check("keys: changed", daemon.says(
        rf"\[tls \"edge\"\] key: {key}: has changed; that takes a restart"),
        daemon.log)
    check("keys: ends", daemon.stop()[0] == 0, daemon.log)
    os.remove(key)


def idle_share(daemon, seconds=5):
    """The share of a core that five seconds took, in per cent."""
    before, began = daemon.cpu(), time.monotonic()
    time.sleep(seconds)
    return 100 * (daemon.cpu() - before) / (time.monotonic() - began)


def test_idle(options):
    veth("i0", "i1")
    daemon = Daemon(options.siptimed, config("i0").replace("8M", "64M"))
    capturing(daemon, "i0")
    share = idle_share(daemon)
    for _ in range(2):  # a neighbour who empties the caches is not our cost
        if share >= 1:
            share = min(share, idle_share(daemon))
    print(f"idle: {share:.2f} % of a core")
    check("idle: below 1 %", options.sanitized or share < 1, share)
    daemon.stop()
    sh("ip link delete i0")


def test_flood(options):
    """At full veth rate: memory stays within the limits, and real timeouts
    are found."""
    veth("f0", "f1")
    limits = ("[limits]\ntransactions = 100000\nstreams = 5000\n"
              "fragments = 1000\npeers = 1000\nmemory = 64M\n")
    daemon = Daemon(options.siptimed, config("f0", more=limits)
                    .replace("8M", "64M"))
    capturing(daemon, "f0")
    flood = spawn([options.flooder, "f1", str(options.flood)],
                  stdout=subprocess.PIPE)
    most = [0, 0]
    while flood.poll() is None:
        most = [max(m, daemon.memory(f)) for m, f in
                zip(most, ("VmRSS", "RssAnon"))]
        time.sleep(0.2)
    sent = int(flood.stdout.read())
    real = until(5, lambda: find(daemon.alerts(), "transaction-timeout",
                                 "10.8.0.3:5062"))
    counts(daemon)
    dropped = re.findall(r"f0: capturing, (\d+) packets dropped", daemon.log)
    print(f"flood: {sent / options.flood:,.0f} packets/s offered, "
          f"{int(dropped[-1]) / sent:.0%} dropped, "
          f"{most[0] / 1024:.0f} MB resident, {most[1] / 1024:.0f} MB of "
          "them its own")
    check("flood: real timeouts are found", real, daemon.log)
    check("flood: nobody else is accused", not [
        a for a in daemon.alerts() if a["alert"] == "transaction-timeout" and
        a["subject"] != "10.8.0.3:5062"], daemon.alerts())
    # [limits] memory, and 100,000 transactions of about a kilobyte.
    check("flood: memory", options.sanitized or most[1] < 164 * 1024, most)
    status, seconds = daemon.stop()
    print(f"flood: {seconds:.2f} s from SIGTERM to the end")
    check("flood: ends", status == 0 and prompt(seconds), (status, seconds))
    sh("ip link delete f0")


def test_end(options):
    """SIGTERM with alerts on their way, and one stalled sink."""
    journal = livenet.Journal()
    veth("e0", "e1")
    sh("ip address add 10.3.0.1/24 dev e1; ip neighbour add 10.3.0.2 "
       "lladdr 02:00:00:00:00:02 dev e1")
    text = config("e0", "journal json:@/json").replace("join = 0s",
                                                       "join = 5m")
    daemon = Daemon(options.siptimed, text)
    capturing(daemon, "e0")
    journal.freeze()
    spawn([*ASK, "10.3.0.2",
           *FROZEN_PORTS]).wait()
    check("end: all judged", nothing_open(daemon), daemon.log)
    check("end: alerts wait to be joined", daemon.alerts() == [],
          daemon.alerts())
    status, seconds = daemon.stop()
    print(f"end: {seconds:.2f} s from SIGTERM to the end, journald frozen")
    check("end: within 2 s", status == 0 and prompt(seconds), (status, seconds))
    check("end: what waited was told", len(told(
        daemon.alerts(), "raised")) == len(FROZEN_PORTS), daemon.alerts())
    check("end: what was not delivered is said", re.search(
        r"sink journal: \d+ alerts not delivered", daemon.log), daemon.log)
    sh("ip link delete e0")
