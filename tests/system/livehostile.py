# SPDX-License-Identifier: GPL-3.0-or-later
"""All floods of tests/hostile at once, within the memory that the unit has."""

import os
import re
import subprocess

from livecheck import capturing, check, counts, find, veth
from livenet import Daemon, sh, spawn, until
from waiting import within

CONFIG = """
[capture]
interfaces = {interface}
[alerts]
sinks = json:@/json
join = 0s
"""

# What tests/hostile/hidden.h hides.
HIDDEN = [
    ("transaction-timeout", "10.1.0.21:5062"),
    ("clock-skew", "10.1.0.31"),
    ("connection-failure", "10.1.0.41:5062"),
]
# What was held back is told within a minute of the end.
SECONDS, AFTER = 5, 62
# Packets a second.  A machine that is busy with other things drops so many that
# the hidden faults are not seen; then fewer are tried.
RATES = 200_000, 50_000, 10_000


def memory_max(options):
    """Megabytes, as --print-config says."""
    said = subprocess.run([options.siptimed, "--print-config"],
                          stdout=subprocess.PIPE, text=True).stdout
    return int(re.search(r"MemoryMax=(\d+)M", said).group(1))


def cgroup(megabytes):
    """A folder whose cgroup.procs takes the daemon; None: there is none."""
    for base, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                        ("/sys/fs/cgroup", "memory.max")):
        folder = f"{base}/siptimed-hostile"
        try:
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/{limit}", "w", encoding="ascii") as f:
                f.write(str(megabytes << 20))
            return folder
        except OSError:
            continue
    return None


def test_hostile(options):
    veth("h0", "h1")
    most = memory_max(options)
    folder = cgroup(most)
    run = ()
    if folder is None:
        print("*** hostile: no cgroup of memory here, without MemoryMax ***")
    else:
        run = ("sh", "-c", f"echo $$ > {folder}/cgroup.procs; exec \"$@\"",
               "sh")
    try:
        for rate in RATES:
            if flooded(options, run, rate, most):
                break
    finally:
        if folder is not None:
            os.rmdir(folder)  # it is in no namespace of ours
    sh("ip link delete h0")


def flooded(options, run, rate, most):
    """False: the machine was too busy to judge."""
    daemon = Daemon(options.siptimed, CONFIG.format(interface="h0"), run=run)
    try:
        capturing(daemon, "h0")
        flood = spawn([options.hostile, str(SECONDS), str(rate), "-i", "h1",
                       "-a", str(AFTER), "all"], stderr=subprocess.PIPE)
        sent = int(flood.stderr.read())
        if rate != RATES[-1] and starved(daemon):
            return False
        judged(daemon, sent, most)
        return True
    finally:
        daemon.stop()


def untold(daemon):
    return [hidden for hidden in HIDDEN if not find(daemon.alerts(), *hidden)]


def starved(daemon):
    """Something is not told, and packets were dropped."""
    counts(daemon)
    dropped = re.findall(r"h0: capturing, (\d+) packets dropped", daemon.log)
    return int(dropped[-1]) > 0 and not within(
        10, lambda: not untold(daemon))


def judged(daemon, sent, most):
    until(10, lambda: not untold(daemon))
    for kind, subject in HIDDEN:
        check(f"hostile: {kind} {subject} is told",
              (kind, subject) not in untold(daemon), daemon.log)
    faulty = {subject.partition(":")[0] for _, subject in HIDDEN}
    wrongly = [a for a in daemon.alerts() if a["state"] == "raised" and
               a["subject"].startswith("10.1.0.") and
               re.split("[: ]", a["subject"])[0] not in faulty]
    check("hostile: no host that works is accused", not wrongly, wrongly)
    check("hostile: it lives", daemon.process.poll() is None, daemon.log)
    own = daemon.memory("RssAnon")
    print(f"hostile: {sent} packets, {own // 1024} MB of its own, "
          f"MemoryMax {most} MB")
