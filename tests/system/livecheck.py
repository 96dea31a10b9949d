# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cases of `live` share: how they count, and what they ask a daemon."""

import os
import re
import signal
from collections import Counter

from livenet import end_all, sh
from waiting import PATIENCE, until, within

# T1 is 50 ms, so that a transaction times out after 3.2 s.
CONFIG = """
[capture]
interfaces = {interfaces}
buffer = 8M
[sip]
ports = 5060-5099
[timeouts]
ports = 5060-5099
t1 = 50ms
grace = 300ms
[alerts]
sinks = {sinks}
join = 0s
resolve_after = 1s
[pool "edge"]
members = 10.0.0.4
"""
passed = failed = 0


def check(what, true, seen=""):
    global passed, failed
    if true:
        passed += 1
        return
    failed += 1
    print(f"live: {what}: FAILED: {str(seen)[-2000:]}", flush=True)


def run_cases(tests, wanted, given, after=end_all):
    """All, or those wanted, each with what is given."""
    for test in tests:
        name = test.__name__.removeprefix("test_")
        if wanted and name not in wanted:
            continue
        try:
            test(given)
        except Exception as error:  # the other cases are worth running
            check(name, False, repr(error))
        after()


def total():
    """Say it; the exit status."""
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def prompt(seconds, promised=2):
    """Ended as soon as siptimed(8) promises it of a machine that has time."""
    return seconds < promised or (
        seconds < PATIENCE and os.getloadavg()[0] > os.cpu_count())


def config(interfaces, sinks="json:@/json", more=""):
    return CONFIG.format(interfaces=interfaces, sinks=sinks) + more


def told(alerts, *states):
    """How often each alert was told, as (kind, subject, class or method)."""
    return Counter((a["alert"], a["subject"], a["evidence"].get("method") or
                    a["evidence"].get("class", ""))
                   for a in alerts if a["state"] in states)


def find(alerts, kind, subject, state="raised"):
    return [a for a in alerts
            if (a["alert"], a["subject"], a["state"]) ==
            (kind, subject, state)]


def veth(a, b):
    sh(f"ip link add {a} type veth peer name {b} && "
       f"ip link set {a} up && ip link set {b} up")


def counts(daemon, what="packets"):
    """How many so far, as SIGUSR1 tells it."""
    before = daemon.log.count("counters: ")
    daemon.signal(signal.SIGUSR1)
    until(5, lambda: daemon.log.count("counters: ") > before)
    line = re.findall(r"counters: .*", daemon.log)[-1]
    return int(re.search(rf"(\d+) {what}", line).group(1))


def capturing(daemon, interface):
    """It is open, and what is sent now is seen."""
    check(f"{interface}: captured",
          daemon.says(rf"{interface}: capturing"), daemon.log)
    counts(daemon)


def nothing_open(daemon):
    """Every transaction has had its verdict."""
    return until(8, lambda: counts(daemon, "transactions open") == 0)


def packets_come(daemon, interface):
    """Does what is sent on the other end arrive?"""
    before = counts(daemon)
    for _ in range(20):
        sh(f"ip address replace 10.1.0.1/24 dev {interface}; "
           f"ip neighbour replace 10.1.0.2 lladdr 02:00:00:00:00:02 "
           f"dev {interface}; echo x > /dev/udp/10.1.0.2/5060"
           .replace("echo", "bash -c 'echo").replace("5060", "5060'"))
        if within(0.3, lambda: counts(daemon) > before):
            return True
    return False
