# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon asked, and an alert in each place it is sent to."""

import hashlib
import hmac
import http.client
import http.server
import json
import os
import pwd
import re
import signal
import socket
import subprocess
import threading

from livecheck import capturing, check, config, find, prompt
from livenet import Daemon, end, sh, until
from livestate import ask, silent

PORT, OTHER = "5067", "5068"
SUBJECT = "10.0.0.3:" + PORT
PAGE = 9942
COLLECTOR = 9943
MORE = f"""
[control]
socket = @/control
group = games
[http]
listen = 127.0.0.1:{PAGE}
[alertmanager]
urls = http://127.0.0.1:{COLLECTOR}
[webhook]
url = http://127.0.0.1:{COLLECTOR}/hook
secret = @/secret
[evidence]
directory = @/evidence
"""


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes what is posted; the first post to each path is refused."""

    posts = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        first = all(p[0] != self.path for p in self.posts)
        self.posts.append((self.path, dict(self.headers), body))
        self.send_response(503 if first else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

    @classmethod
    def taken(cls, path):
        """(headers, body) of each post that was not refused."""
        return [p[1:] for p in cls.posts if p[0] == path][1:]


def get(path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", PAGE, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def ctl(options, daemon, *words):
    done = subprocess.run(
        [os.path.join(os.path.dirname(options.siptimed), "siptimectl"),
         "--socket", f"{daemon.folder}/control", *words],
        capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout, done.stderr


def start(options):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", COLLECTOR),
                                             Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Collector.posts.clear()
    daemon = Daemon("/bin/true")
    daemon.process.wait()
    program = f"{daemon.folder}/program"
    with open(program, "w", encoding="ascii") as file:
        file.write('#!/bin/sh\ncat >> "${0%/*}/ran"\n')
    os.chmod(program, 0o755)
    with open(f"{daemon.folder}/secret", "w", encoding="ascii") as file:
        file.write("a key\n")
    os.chmod(f"{daemon.folder}/secret", 0o640)
    daemon.command[0] = options.siptimed
    daemon.write(config("c0", f"json:@/json exec:{program}", MORE))
    # As siptimed or nobody it must read its own secret.
    os.chown(f"{daemon.folder}/secret", *owner())
    os.mkdir(f"{daemon.folder}/evidence")
    sh(f"mount -t tmpfs -o size=64k none {daemon.folder}/evidence")
    os.chown(f"{daemon.folder}/evidence", *owner())
    daemon.start()
    return server, daemon


def owner():
    for name in ("siptimed", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    return 0, 0


def check_questions(options, daemon):
    for question in ("status", "alerts", "clocks", "transactions", "servers",
                     "certs", "agents", "witnesses", "limits", "counters",
                     "top"):
        status, text, errors = ctl(options, daemon, question)
        check(f"monitor: {question}", status == 0 and text and not errors,
              (status, text, errors))
        widest = max(map(len, text.splitlines()), default=0)
        check(f"monitor: {question} fits", widest <= 80 or
              question == "counters", text)
        if question == "top":
            continue
        status, text, errors = ctl(options, daemon, question, "--json")
        check(f"monitor: {question} as JSON",
              status == 0 and isinstance(json.loads(text), dict), text)
    status, text, _ = ctl(options, daemon, "explain", "clock-skew")
    check("monitor: explain", status == 0 and "clock" in text, text)
    status, _, errors = ctl(options, daemon, "explain", "x")
    check("monitor: explain nothing known", status == 2 and
          "transaction-timeout" in errors, errors)


def check_changes(options, daemon):
    status, text, _ = ctl(options, daemon, "check")
    check("monitor: check pages", status == 2 and
          text.startswith("CRITICAL: 1 alert active"), text)
    alert = json.loads(ctl(options, daemon, "alerts", "--json")[1])
    one = alert["active"][0]["id"]
    check("monitor: ack", ctl(options, daemon, "ack", one)[0] == 0)
    check("monitor: ack of nothing", ctl(options, daemon, "ack", "0")[0] == 2)
    status, text, _ = ctl(options, daemon, "check")
    check("monitor: known, it does not page", status == 0, text)
    status, text, _ = ctl(options, daemon, "silence", "transaction-timeout",
                          SUBJECT, "for", "1h")
    check("monitor: silence", status == 0, text)
    check("monitor: silence is shown", "silence    transaction-timeout " +
          SUBJECT in ctl(options, daemon, "status")[1])
    check("monitor: a wrong silence", "for" in
          ctl(options, daemon, "silence", "x", "2h")[2])


def check_group(options, daemon):
    """The daemon's group may ask, a group of its own may change something."""
    program = os.path.join(os.path.dirname(options.siptimed), "siptimectl")
    for groups, says in ((f"{owner()[1]}", "this takes root"),
                         (f"{owner()[1]},games", "no active alert")):
        done = subprocess.run(
            ["setpriv", "--reuid=daemon", "--regid=daemon",
             f"--groups={groups}", program, "--socket",
             f"{daemon.folder}/control", "ack", "0"],
            capture_output=True, text=True, timeout=20)
        check(f"monitor: member of {groups}", done.returncode == 2 and
              says in done.stderr, done.stderr)


def check_evidence(options, daemon):
    """The packets behind the alert, then a full disk."""
    folder = f"{daemon.folder}/evidence"
    names = os.listdir(folder)
    check("monitor: evidence", len(names) == 1, names)
    if not names:
        return
    status, text, _ = ctl(options, daemon, "alerts", "--since", "1h")
    check("monitor: its packets are named", status == 0 and
          f"packets: {folder}/{names[0]}" in text, text)
    check("monitor: a wrong time", "not a duration" in
          ctl(options, daemon, "alerts", "--since", "yesterday")[2])
    comments = sh(f"tshark -r {folder}/{names[0]} -T fields -e frame.comment")
    check("monitor: its packets have comments", "copy 7 of 7" in comments,
          comments)
    with open(f"{folder}/other", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def check_full_disk(daemon):
    said = "cannot be written: No space left"
    check("monitor: a full disk is told", until(
        5, lambda: said in daemon.log), daemon.log)
    check("monitor: once", daemon.log.count(said) == 1, daemon.log)


def check_reload(daemon):
    """Another folder for packets is made, in the sandbox too."""
    with open(daemon.config, encoding="ascii") as file:
        text = file.read()
    daemon.write(text.replace("/evidence", "/other"))
    daemon.signal(signal.SIGHUP)
    check("monitor: another folder", until(
        5, lambda: os.path.isdir(f"{daemon.folder}/other")), daemon.log)


def active(options, daemon):
    answer = json.loads(ctl(options, daemon, "alerts", "--json")[1])
    return [a["subject"] for a in answer["active"]]


def check_silence(options, daemon):
    """What is silenced is told nowhere before the silence is over."""
    other = "10.0.0.3:" + OTHER
    dead = silent(OTHER)
    ctl(options, daemon, "silence", other, "for", "1h")
    ask(OTHER)
    check("monitor: active in silence", until(
        8, lambda: other in active(options, daemon)), daemon.log)
    check("monitor: told nobody", not find(
        daemon.alerts(), "transaction-timeout", other), daemon.alerts())
    ctl(options, daemon, "unsilence", other)
    status = json.loads(ctl(options, daemon, "status", "--json")[1])
    check("monitor: it is shown no more", other not in [
        one["key"] for one in status["silences"]], status)
    check("monitor: told after the silence", until(
        5, lambda: [a for a in daemon.alerts() if a["subject"] == other]),
        daemon.alerts())
    end(dead)


def check_http():
    status, _, body = get("/healthz")
    check("monitor: healthz", status == 200, (status, body))
    status, _, body = get("/readyz")
    check("monitor: readyz", status == 200, (status, body))
    status, headers, body = get("/metrics")
    check("monitor: metrics as text", status == 200 and
          headers["Content-Type"].startswith("text/plain") and
          re.search(r'^siptimed_alerts_active\{alert="transaction-timeout",'
                    r'severity="error"\} 1$', body, re.M), body)
    check("monitor: timeouts of the server", re.search(
        rf'^siptimed_server_timeouts_total\{{server="{SUBJECT}"\}} [1-9]',
        body, re.M), body)
    status, headers, body = get(
        "/metrics", Accept="application/openmetrics-text;version=1.0.0")
    check("monitor: OpenMetrics", status == 200 and
          headers["Content-Type"].startswith("application/openmetrics") and
          body.endswith("# EOF\n") and "nan" not in body.lower(), body[-200:])
    status, _, body = get("/api/v1/alerts")
    check("monitor: API", status == 200 and
          json.loads(body)["active"][0]["subject"] == SUBJECT, body)
    status, _, body = get("/api/v1/ack?of=x")
    check("monitor: the API changes nothing", status == 404 and
          "root" in json.loads(body)["error"], body)
    status, headers, body = get("/")
    check("monitor: page", status == 200 and "default-src 'none'" in
          headers["Content-Security-Policy"] and "What is wrong now" in body,
          headers)


def check_bad_requests(daemon):
    status, _, body = get("/", Host="evil.example")
    check("monitor: foreign Host", status == 421, (status, body))
    check("monitor: HEAD has no body", get("/metrics", "HEAD")[2] == "")
    check("monitor: POST", get("/metrics", "POST")[0] in (405, 501))
    check("monitor: nothing else", get("/etc/passwd")[0] == 404)
    check("monitor: a long request", get("/" + 20000 * "x")[0] in (400, 414))
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(f"{daemon.folder}/control")
        s.sendall(b"nonsense\n[]\n{}\n" + 5000 * b"x")
        answers = b""
        while data := s.recv(65536):
            answers += data
    lines = answers.decode().splitlines()
    check("monitor: nonsense is refused", len(lines) == 4 and
          all("error" in json.loads(line) for line in lines), lines)


def check_places(daemon):
    """Once in each place, from the posts that were taken."""
    until(10, lambda: Collector.taken("/hook") and
          Collector.taken("/api/v2/alerts"))
    hooks = [(h, b) for h, b in Collector.taken("/hook")
             if json.loads(b)["type"] == "alert"]
    check("monitor: webhook", len(hooks) == 1 and
          json.loads(hooks[0][1])["subject"] == SUBJECT, Collector.posts)
    if hooks:
        wanted = hmac.new(b"a key", hooks[0][1], hashlib.sha256).hexdigest()
        check("monitor: signature", hooks[0][0].get("X-Siptimed-Signature") ==
              "sha256=" + wanted, hooks[0][0])
    posts = Collector.taken("/api/v2/alerts")
    check("monitor: alertmanager", len(posts) == 1, Collector.posts)
    if posts:
        one = json.loads(posts[0][1])[0]
        check("monitor: its labels", one["labels"]["alertname"] ==
              "transaction-timeout" and one["labels"]["instance"] == SUBJECT
              and "startsAt" in one and "endsAt" not in one, one)
    until(5, lambda: daemon.text("ran"))
    ran = [json.loads(line) for line in daemon.text("ran").splitlines()]
    check("monitor: exec", [a["subject"] for a in ran] == [SUBJECT], ran)


def test_monitor(options):
    dead = silent(PORT)
    server, daemon = start(options)
    capturing(daemon, "c0")
    ask(PORT)
    check("monitor: raised", until(5, lambda: find(
        daemon.alerts(), "transaction-timeout", SUBJECT)), daemon.log)
    check_places(daemon)
    check_http()
    check_bad_requests(daemon)
    check_questions(options, daemon)
    check_changes(options, daemon)
    check_group(options, daemon)
    check_evidence(options, daemon)
    check_silence(options, daemon)
    check_full_disk(daemon)
    check_reload(daemon)
    status, seconds = daemon.stop()
    check("monitor: ends", status == 0 and prompt(seconds), (status, seconds))
    check("monitor: takes its socket away",
          not os.path.exists(f"{daemon.folder}/control"))
    server.shutdown()
    end(dead)
