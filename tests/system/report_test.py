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
    print(f"report_test: {what}: FAILED: {seen}")


def path(name):
    return os.path.join(WORK, name)


def play(story, folder=STORIES):
    """The savefile of a story of tests/scenario."""
    tool = os.path.join(os.path.dirname(PROGRAM), "tests/tools/pcapscript")
    subprocess.run([tool, os.path.join(folder, story + ".txt"),
                    path(story + ".pcap")], check=True)
    return path(story + ".pcap")


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], cwd=WORK, timeout=300,
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


WITNESSES = """
host fe 10.0.0.11
host edge 10.0.0.21:5062
host dc 10.0.0.5:5062
1.0  fe:5060 > edge  OPTIONS nodate
1.1  edge > fe:5060  200 nodate
1.2  fe:5060 > dc  OPTIONS nodate
1.3  dc > fe:5060  200 nodate
clock edge -1h
clock dc 400s
repeat 6 every 20s from=10
0.0  edge:88 > fe:4000  krb:error
0.1  edge:161 > fe:4000  snmp:date zone=1h
0.2  fe:4100%n > 10.0.0.21:445  tcp open
0.3  10.0.0.21:445 > fe:4100%n  smb:2
0.4  dc:88 > fe:4000  krb:error
0.5  dc:161 > fe:4000  snmp:date zone=1h
end
"""


def offsets(clock):
    """What each witness of a host said, in seconds."""
    return {w["witness"]: round(w["offset_s"]) for w in clock["said"]}


def test_witnesses():
    """Those of a host stand side by side, in the lines and on the page."""
    with open(path("witnesses.txt"), "w", encoding="ascii") as file:
        file.write(WITNESSES)
    _, out, _ = run("-r", play("witnesses", WORK), "--report", "w.html")
    lines = out.splitlines()
    told = {line.split()[2].rstrip(":"): [
        said.split()[:2] for said in lines[i + 1].split(", ")]
        for i, line in enumerate(lines) if line.startswith("clock of")}
    check("witnesses: side by side", told == {
        "10.0.0.21": [["Kerberos", "-3599.4"], ["SMB", "-3599.9"],
                      ["SNMP", "-3599.5"]],
        "10.0.0.5": [["Kerberos", "+400.4"], ["SNMP", "+400.1"]]}, out)
    with open(path("w.html"), encoding="utf-8") as file:
        clocks = json.loads(Page(file.read()).data)["clocks"]["clocks"]
    check("witnesses: on the page", {
        c["peer"]: offsets(c) for c in clocks} == {
            "10.0.0.21": {"kerberos": -3599, "smb": -3600, "snmp": -3599},
            "10.0.0.5": {"kerberos": 400, "snmp": 400}}, clocks)


def shown(name, *fields):
    """Of each packet these fields, as tshark reads them."""
    command = ["tshark", "-r", path(name), "-o", "ip.check_checksum:TRUE",
               "-o", "udp.check_checksum:TRUE", "-T", "fields"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True,
                          timeout=300, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def files(folder):
    return sorted(os.listdir(path(folder)))


def test_evidence():
    run("-r", play("service-no-response"), "--evidence", "timeout")
    names = files("timeout")
    check("evidence: one file an alert", len(names) == 1 and
          names[0].endswith("-1.pcapng"), names)
    mode = os.stat(path("timeout/" + names[0])).st_mode & 0o777
    check("evidence: mode", mode == 0o640, oct(mode))
    rows = shown("timeout/" + names[0], "frame.comment", "udp.srcport",
                 "udp.checksum.status", "_ws.malformed")
    check("evidence: copies", [row[0] for row in rows] ==
          [f"copy {i} of 11" for i in range(1, 12)], rows)
    check("evidence: whole", all(row[2] in "12" and row[3] == ""
                                 for row in rows), rows)
    run("-r", play("service-tcp-acknowledged"), "--evidence", "tcp")
    comments = [row[0] for row in
                shown("tcp/" + files("tcp")[0], "frame.comment")]
    check("evidence: acknowledged", "the request" in comments and
          "ACK of these octets, nothing followed" in comments, comments)
    run("-r", play("clock-hour-behind"), "--evidence", "clock")
    comments = [row[0] for row in
                shown("clock/" + files("clock")[0], "frame.comment")]
    check("evidence: a clock", "its Date is -3600.0 s from the time of this "
          "capture" in comments, comments)


def test_handed_on():
    """What came by HEP is shown as SIP."""
    run("-r", play("hep-timeout"), "--evidence", "hep")
    rows = shown("hep/" + files("hep")[0], "sip.Method", "udp.dstport",
                 "udp.checksum.status", "frame.comment")
    check("handed on: copies", [row[:2] for row in rows] ==
          [["SERVICE", "5062"]] * 11, rows)
    check("handed on: whole", {row[2] for row in rows} == {"1"}, rows)
    check("handed on: by whom", rows and rows[0][3].startswith(
        "copy 1 of 11; handed on by HEP agent 10.0.0.50 (number 2002), "), rows)


def test_secrets():
    status, _, err = run("-r", play("no-secrets"), "--evidence", "secret")
    check("secrets: written", status == 1 and err == "", err)
    names = files("secret")
    for name in names:
        with open(path("secret/" + name), "rb") as file:
            octets = file.read()
        check("secrets: are not there", b"sesame" not in octets and
              b"response=" not in octets and b"credentials" not in octets)
        check("secrets: the rest is", b"From: <sip:alice:xxxxxx@example.com?"
              in octets and b"Authorization:x" in octets)
    check("secrets: a file", len(names) > 0, names)
    with open(path("domain.conf"), "w", encoding="ascii") as file:
        file.write("[sip]\nidentities = domain\n")
    run("-c", "domain.conf", "-r", play("no-secrets"), "--evidence", "domain")
    for name in files("domain"):
        with open(path("domain/" + name), "rb") as file:
            octets = file.read()
        check("secrets: identities", b"alice" not in octets and
              b"sip:" + 13 * b"x" + b"example.com" in octets)


def test_total():
    """The oldest go first, and only files that may be its own."""
    with open(path("total.conf"), "w", encoding="ascii") as file:
        file.write("[evidence]\ntotal = 1M\n")
    os.mkdir(path("total"))
    for i, name in enumerate(("old.pcapng", "new.pcapng", "other")):
        with open(path("total/" + name), "wb") as file:
            file.write(bytes(600000))
        os.utime(path("total/" + name), (1000 + i, 1000 + i))
    run("-c", "total.conf", "-r", play("service-no-response"), "--evidence",
        "total")
    names = files("total")
    check("total: the oldest went", "old.pcapng" not in names and
          "new.pcapng" in names and "other" in names and len(names) == 3,
          names)


def test_refused():
    status, _, err = run("-r", play("service-no-response"), "--evidence",
                         "no/such")
    check("refused: a folder", status == 2 and "no/such: No such file" in err,
          err)
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
