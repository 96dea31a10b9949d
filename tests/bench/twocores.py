# SPDX-License-Identifier: GPL-3.0-or-later
"""A large savefile on two processors, for `run`: by the clock on the wall."""

import statistics
import subprocess
import time

MESSAGES = 1400000  # a gigabyte


def threads(build, count):
    """A configuration, by which that many threads judge a savefile."""
    conf = build / f"bench/workers-{count}.conf"
    conf.write_text(f"[capture]\nworkers = {count}\n")
    return conf


def wall(command):
    """Seconds, and what was written."""
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False)
    return time.monotonic() - begun, done.stdout


def measure(build, against, turns):
    """Ratios of two threads' time to that of one, and to the older build's,
    turn by turn: the median of each."""
    path = build / "bench/twocores.pcap"
    subprocess.run([build / "tests/bench/generate", "-n", str(MESSAGES), path],
                   check=True, stdout=subprocess.DEVNULL)
    commands = {count: [build / "siptimed", "-c", threads(build, count), "-r",
                        path] for count in (2, 1)}
    if against is not None:
        commands["before"] = [against / "siptimed", "-r", path]
    seconds = {what: [] for what in commands}
    written = set()
    try:
        for _ in range(turns):
            for what, command in commands.items():
                took, text = wall(command)
                seconds[what].append(took)
                if what != "before":
                    written.add(text)
    finally:
        path.unlink()
    if len(written) != 1:
        raise RuntimeError("two threads write what one does not")
    return {what: {"wall_s": statistics.median(seconds[what]),
                   "two_to_it": statistics.median(
                       two / its for two, its in
                       zip(seconds[2], seconds[what]))}
            for what in seconds}


def show(measured):
    names = {2: "two threads", 1: "one thread", "before": "the older build"}
    for what, m in measured.items():
        text = f"1 GB     {names[what]:15} {m['wall_s']:6.2f} s"
        if what != 2:
            text += f"; two threads take {m['two_to_it']:.2f} of that"
        print(text, flush=True)
