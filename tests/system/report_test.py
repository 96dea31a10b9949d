#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program given writes beside its lines: --report."""

import html.parser
import json
import os
import shutil
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
STORIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                       "scenario")
WORK = tempfile.mkdtemp(prefix="siptimed-report-")
passed = failed = 0


def check(what, true, seen=""):
    global passed, failed
    if true:
        passed += 1
        return
    failed += 1
    print(f"report_test: {what}: {seen}")


def path(name):
    return os.path.join(WORK, name)


def play(story):
    """The savefile of a story of tests/scenario."""
    tool = os.path.join(os.path.dirname(PROGRAM), "tests/tools/pcapscript")
    subprocess.run([tool, os.path.join(STORIES, story + ".txt"),
                    path(story + ".pcap")], check=True)
    return path(story + ".pcap")


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], cwd=WORK, timeout=60,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


class Page(html.parser.HTMLParser):
    """The data of a report, and what it would load from elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.data, self.inside, self.outside = "", False, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.inside = tag == "script" and named.get("id") == "data"
        for name in ("src", "href"):
            if not named.get(name, "data:").startswith("data:"):
                self.outside.append(named)

    def handle_data(self, data):
        if self.inside:
            self.data += data


def test_report():
    status, out, err = run("-r", play("incident-zone"), "--report", "a.html")
    check("report: as without it", (status, err) == (1, "") and
          "3 alerts raised" in out, (status, out, err))
    with open(path("a.html"), encoding="utf-8") as file:
        page = Page(file.read())
    check("report: nothing from elsewhere", page.outside == [], page.outside)
    data = json.loads(page.data)
    active = {alert["alert"] for alert in data["alerts"]["active"]}
    check("report: alerts", active == {"incident", "transaction-timeout",
                                       "zone-change"}, active)
    check("report: servers", [(s["server"], s["timed_out"])
                              for s in data["servers"]["servers"]] ==
          [("10.0.0.21:5062", 3)], data["servers"])
    check("report: clocks", data["clocks"]["clocks"][0]["peer"] ==
          "10.0.0.11", data["clocks"])
    check("report: counts", data["status"]["messages"] == 13, data["status"])


def test_refused():
    story = play("incident-zone")
    status, out, err = run("-r", story, "--report", "no/such/folder.html")
    check("refused: before anything is read", (status, out) == (2, "") and
          "--report no/such/folder.html: No such file" in err, (out, err))
    status, out, err = run("--report", "a.html", "-i", "lo")
    check("refused: without a savefile", (status, out) == (2, "") and
          "--report: needs -r FILE" in err, err)
    status, _, err = run("-r", story, "--report", "/dev/full")
    check("refused: a full disk", status == 2 and "No space left" in err, err)


def main():
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
    shutil.rmtree(WORK)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
