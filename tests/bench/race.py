# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that race on one savefile, for `run`.

Every turn runs each program once, so a busy machine is busy for all of them,
and the ratio of two is taken turn by turn: the median of the ratios moves far
less than that of the times.
"""

import hashlib
import os
import shutil
import statistics
import subprocess
import sys


def once(command, stdin=subprocess.DEVNULL):
    """Seconds of CPU, most memory in octets, exit status."""
    process = subprocess.Popen(command, stdin=stdin,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               env=dict(os.environ, TERM="xterm"))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024,
            process.returncode)


class Race:
    """One file and its programs; `ours` is what the others are compared to."""

    def __init__(self, file, messages, ours="siptimed"):
        self.file, self.messages, self.ours = file, messages, ours
        self.results = {}

    def run(self, commands, turns):
        """Each program has its command and the turns it takes part in."""
        for turn in range(turns):
            for what, (command, its) in commands.items():
                if turn < its and shutil.which(str(command[0])):
                    self.results.setdefault(what, []).append(once(command))
        for what in commands:
            if what not in self.results:
                print(f"{self.file}: {what} is not installed",
                      file=sys.stderr)
        return self

    def rows(self):
        for what, results in self.results.items():
            cpu = [r[0] for r in results]
            row = {
                "file": self.file,
                "program": what,
                "turns": len(cpu),
                "cpu_s": statistics.median(cpu),
                "each_ns": statistics.median(cpu) / self.messages * 1e9,
                "memory_mb": max(r[1] for r in results) / 1e6,
                "exit": results[-1][2],
            }
            if what != self.ours and self.ours in self.results:
                ratios = [mine[0] / max(theirs[0], 1e-6) for mine, theirs
                          in zip(self.results[self.ours], results)]
                row["ours_to_it"] = statistics.median(ratios)
                row["lowest"], row["highest"] = min(ratios), max(ratios)
            yield row


def same_output(commands):
    """Do all write the same (each under a key of its own)?"""
    seen = set()
    for command in commands:
        done = subprocess.run(command, capture_output=True, check=False)
        seen.add((done.returncode, hashlib.sha256(done.stdout).hexdigest()))
    return len(seen) == 1


def show(rows):
    """One table, which a person reads."""
    print(f"{'file':12} {'program':11} {'CPU s':>7} {'ns each':>8} "
          f"{'MB':>7}  siptimed's CPU to it")
    for r in rows:
        ratio = ""
        if "ours_to_it" in r:
            ratio = (f"{r['ours_to_it']:7.3f}  ({r['lowest']:.3f} to "
                     f"{r['highest']:.3f})")
            if r["ours_to_it"] < 0.5:
                ratio += f"  {1 / r['ours_to_it']:.1f} times as fast"
        trouble = "" if r["exit"] in (0, 1) else f"  exit {r['exit']}"
        print(f"{r['file']:12} {r['program']:11} {r['cpu_s']:7.2f} "
              f"{r['each_ns']:8.0f} {r['memory_mb']:7.1f} {ratio}{trouble}")
