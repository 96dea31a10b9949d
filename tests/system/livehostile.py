# SPDX-License-Identifier: GPL-3.0-or-later
"""All floods of tests/hostile at once, within the memory that the unit has."""

import os
import re
import subprocess

from livecheck import capturing, check, find, veth
from livenet import Daemon, sh, spawn, until

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
    daemon = Daemon(options.siptimed, CONFIG.format(interface="h0"), run=run)
    try:
        flooded(options, daemon, most)
    finally:
        daemon.stop()
        if folder is not None:
            os.rmdir(folder)  # it is in no namespace of ours
    sh("ip link delete h0")


def flooded(options, daemon, most):
    capturing(daemon, "h0")
    flood = spawn([options.hostile, str(SECONDS), "200000", "-i", "h1", "-a",
                   str(AFTER), "all"], stderr=subprocess.PIPE)
    sent = int(flood.stderr.read())
    for kind, subject in HIDDEN:
        check(f"hostile: {kind} {subject} is told",
              until(10, lambda k=kind, s=subject: find(daemon.alerts(), k, s)),
              daemon.log)
    faulty = {subject.partition(":")[0] for _, subject in HIDDEN}
    wrongly = [a for a in daemon.alerts() if a["state"] == "raised" and
               a["subject"].startswith("10.1.0.") and
               re.split("[: ]", a["subject"])[0] not in faulty]
    check("hostile: no host that works is accused", not wrongly, wrongly)
    check("hostile: it lives", daemon.process.poll() is None, daemon.log)
    own = daemon.memory("RssAnon")
    print(f"hostile: {sent} packets, {own // 1024} MB of its own, "
          f"MemoryMax {most} MB")
