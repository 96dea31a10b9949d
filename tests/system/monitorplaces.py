# SPDX-License-Identifier: GPL-3.0-or-later
"""The places that alerts come to: real Prometheus, Alertmanagers, Icinga,
snmptrapd and rsyslog, unpacked by install-deps, and a collector of our own."""

import http.server
import json
import os
import re
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request

from livenet import HERE, end, sh, spawn

PEERS = "/usr/local/lib/siptimed-peers"
MONITORING = os.path.join(HERE, "../../packaging/monitoring")
LIBRARIES = PEERS + "/usr/lib/x86_64-linux-gnu"
COLLECTOR, PROMETHEUS, TRAPS = 9943, 9090, 9162
ALERTMANAGERS = [(9093, 9095), (9094, 9096)]


def packed(path):
    return os.path.join(PEERS, path)


def get(url):
    """What is there, as JSON; None while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


class Collector:
    """Takes what is posted, with the time it came."""

    def __init__(self):
        self.posts = []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.posts.append(
                    (time.time(), self.path, json.loads(body)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", COLLECTOR), Handler)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def webhook(self, subject, state):
        """When the alert came by siptimed's own webhook."""
        return [when for when, path, body in self.posts if path == "/hook" and
                body.get("subject") == subject and body["state"] == state]

    def notified(self, subject, status):
        """When an Alertmanager of the cluster notified of it."""
        return [when for when, path, body in self.posts if path == "/am"
                for alert in body["alerts"]
                if alert["labels"]["instance"] == subject and
                alert["labels"]["alertname"] == "transaction-timeout" and
                alert["status"] == status]


def furnish():
    """Alertmanager has its templates where its package would have put them."""
    sh(f"mount -t overlay none -o lowerdir={packed('usr/share')}:/usr/share "
       "/usr/share")


class Alertmanagers:
    """Two as a cluster, with the route that is packaged."""

    def __init__(self, folder):
        self.processes = []
        text = read(f"{MONITORING}/alertmanager/siptimed.yml")
        # The same route and inhibitions, to a place that can be looked at.
        text = text[:text.index("receivers:")] + f"""receivers:
  - name: nobody
  - name: siptimed-mail
    webhook_configs: [{{url: 'http://127.0.0.1:{COLLECTOR}/am'}}]
  - name: siptimed-page
    webhook_configs: [{{url: 'http://127.0.0.1:{COLLECTOR}/am'}}]
"""
        text = text.replace("group_wait: 10s", "group_wait: 1s").replace(
            "group_interval: 1m", "group_interval: 4s")
        for i, (port, cluster) in enumerate(ALERTMANAGERS):
            write(f"{folder}/am{i}/am.yml", text)
            other = ALERTMANAGERS[1 - i][1]
            self.processes.append(spawn(
                [packed("usr/bin/prometheus-alertmanager"),
                 f"--config.file={folder}/am{i}/am.yml",
                 f"--storage.path={folder}/am{i}/data",
                 f"--web.listen-address=127.0.0.1:{port}",
                 f"--cluster.listen-address=127.0.0.1:{cluster}",
                 f"--cluster.advertise-address=127.0.0.1:{cluster}",
                 f"--cluster.peer=127.0.0.1:{other}",
                 "--cluster.peer-timeout=1s", "--cluster.settle-timeout=5s",
                 "--cluster.gossip-interval=50ms"],
                start_new_session=True))

    @staticmethod
    def ready():
        """Both know both."""
        for port, _ in ALERTMANAGERS:
            status = get(f"http://127.0.0.1:{port}/api/v2/status")
            if status is None or status["cluster"]["status"] != "ready" or \
                    len(status["cluster"]["peers"]) != 2:
                return False
        return True

    @staticmethod
    def active(port, subject):
        alerts = get(f"http://127.0.0.1:{port}/api/v2/alerts?active=true")
        return [a for a in alerts or []
                if a["labels"].get("instance") == subject]

    def end(self):
        for process in self.processes:
            end(process)


class Prometheus:
    """With the scrape and the rules that are packaged, only faster."""

    def __init__(self, folder):
        write(f"{folder}/prom/rules.yml",
              read(f"{MONITORING}/prometheus/rules.yml"))
        scrape = read(f"{MONITORING}/prometheus/scrape.yml").replace(
            "scrape_interval: 15s", "scrape_interval: 1s")
        write(f"{folder}/prom/prometheus.yml",
              "global: {evaluation_interval: 1s}\nrule_files: [rules.yml]\n"
              "scrape_configs:\n" + scrape)
        self.process = spawn(
            [packed("usr/bin/prometheus"),
             f"--config.file={folder}/prom/prometheus.yml",
             f"--storage.tsdb.path={folder}/prom/data",
             f"--web.listen-address=127.0.0.1:{PROMETHEUS}"],
            start_new_session=True)

    @staticmethod
    def ask(question):
        answer = get(f"http://127.0.0.1:{PROMETHEUS}/api/v1/{question}")
        return None if answer is None else answer["data"]

    @staticmethod
    def query(expression):
        data = Prometheus.ask(
            "query?query=" + urllib.parse.quote(expression))
        return [] if data is None else data["result"]

    @staticmethod
    def target():
        data = Prometheus.ask("targets")
        targets = [] if data is None else data["activeTargets"]
        return targets[0] if targets else {"health": "none"}

    @staticmethod
    def firing(name):
        data = Prometheus.ask("alerts")
        return [a for a in (data or {}).get("alerts", [])
                if a["labels"]["alertname"] == name and
                a["state"] == "firing"]

    def end(self):
        end(self.process)


ICINGA = """
include <itl>
include "{monitoring}/icinga/siptimed-commands.conf"
include "{monitoring}/icinga/siptimed-services.conf"
object CheckerComponent "checker" {{ }}
object NotificationComponent "notification" {{ }}
object CheckCommand "alive" {{ command = [ "/bin/true" ] }}
object Host "sensor" {{
	check_command = "alive"
	vars.siptimed = true
	vars.siptimed_socket = "{socket}"
	vars.siptimed_clocks["fe01"] = {{ siptimed_clock = "10.0.0.4" }}
}}
object User "operator" {{ }}
object NotificationCommand "note" {{
	command = [ "{folder}/icinga/note" ]
	env.WHAT = "$notification.type$ $service.name$ $service.state$"
	env.TEXT = "$service.output$"
}}
apply Notification "note" to Service {{
	command = "note"
	users = [ "operator" ]
	interval = 0
	assign where true
}}
"""


class Icinga:
    """With the services that are packaged, checked each second."""

    def __init__(self, folder, control, siptimectl):
        self.folder = f"{folder}/icinga"
        text = ICINGA.format(monitoring=self.folder, folder=folder,
                             socket=control)
        for name in "commands", "services":
            part = read(f"{MONITORING}/icinga/siptimed-{name}.conf")
            part = part.replace("/usr/bin/siptimectl", siptimectl)
            part = re.sub(r"(check|retry)_interval = \w+", r"\1_interval = 1s",
                          part)
            part = re.sub(r"max_check_attempts = \d+",
                          "max_check_attempts = 1", part)
            write(f"{self.folder}/icinga/siptimed-{name}.conf", part)
        write(f"{self.folder}/icinga2.conf", text)
        write(f"{self.folder}/note", "#!/bin/sh\necho \"$(date +%s.%N) $WHAT:"
              f" $TEXT\" >> {self.folder}/notes\n")
        os.chmod(f"{self.folder}/note", 0o755)
        for name in "data", "log", "cache", "spool", "run", "zones.d":
            os.makedirs(f"{self.folder}/{name}", exist_ok=True)
        self.command = [f"{LIBRARIES}/icinga2/sbin/icinga2", "daemon",
                        "-c", f"{self.folder}/icinga2.conf",
                        "-I", packed("usr/share/icinga2/include"),
                        "-D", "RunAsUser=root", "-D", "RunAsGroup=root"]
        for name, place in ("DataDir", "data"), ("LogDir", "log"), (
                "CacheDir", "cache"), ("SpoolDir", "spool"), (
                "InitRunDir", "run"), ("ConfigDir", ""), (
                "ZonesDir", "zones.d"):
            self.command += ["-D", f"{name}={self.folder}/{place}"]
        self.process = None

    def validate(self):
        done = subprocess.run([*self.command, "-C"], capture_output=True,
                              text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def start(self):
        self.process = spawn(self.command, start_new_session=True)

    def notes(self, pattern):
        """What it notified of and matches, with when."""
        return [line for line in
                read(f"{self.folder}/notes").splitlines()
                if re.search(pattern, line)]

    def end(self):
        if self.process:
            end(self.process)


class Traps:
    """snmptrapd, and what siptimed-trap needs to send to it."""

    def __init__(self, folder):
        self.folder = f"{folder}/traps"
        write(f"{self.folder}/snmptrapd.conf", "disableAuthorization yes\n")
        write(f"{self.folder}/trap.conf", f"127.0.0.1:{TRAPS} public\n")
        # The sink's programs have no environment of ours: it finds its
        # configuration and snmptrap by these two lines.
        program = read(f"{MONITORING}/snmp/siptimed-trap").replace(
            "/etc/siptimed/trap.conf", f"{self.folder}/trap.conf").replace(
            '"snmptrap"', f'"{packed("usr/bin/snmptrap")}"')
        self.program = f"{self.folder}/siptimed-trap"
        write(self.program, program)
        os.chmod(self.program, 0o755)
        self.process = spawn(
            [packed("usr/sbin/snmptrapd"), "-f", "-n", "-C", "-c",
             f"{self.folder}/snmptrapd.conf", "-On", "-Lf",
             f"{self.folder}/log", "-F", "%v\\n", "-p",
             f"{self.folder}/pid", f"udp:127.0.0.1:{TRAPS}"],
            start_new_session=True)

    def came(self, subject, number):
        return [line for line in read(f"{self.folder}/log").splitlines()
                if f"9999.5062.0.{number}" in line and subject in line]

    def ready(self):
        with open("/proc/net/udp", encoding="ascii") as file:
            return f":{TRAPS:04X} " in file.read()

    def end(self):
        end(self.process)


class Rsyslog:
    """rsyslogd with the ECS mapping alone, from the JSON sink's file."""

    def __init__(self, folder, source):
        self.result = f"{folder}/rsyslog/ecs.json"
        text = read(f"{MONITORING}/rsyslog/ecs.conf").replace(
            "/var/log/siptimed/alerts.json", source).replace(
            "/var/log/siptimed/ecs.json", self.result)
        write(f"{folder}/rsyslog/rsyslog.conf",
              f'global(workDirectory="{folder}/rsyslog")\n' + text)
        self.command = [packed("usr/sbin/rsyslogd"), "-M",
                        f"{LIBRARIES}/rsyslog", "-f",
                        f"{folder}/rsyslog/rsyslog.conf"]
        self.process = spawn([*self.command, "-n", "-i",
                              f"{folder}/rsyslog/pid"],
                             start_new_session=True)

    def validate(self):
        done = subprocess.run([*self.command, "-N1"], capture_output=True,
                              text=True, timeout=20)
        return done.returncode, done.stderr

    def events(self):
        return [json.loads(line) for line in
                read(self.result).splitlines()]

    def end(self):
        end(self.process)


def tools_missing():
    tools = [packed(t) for t in (
        "usr/bin/prometheus", "usr/bin/promtool", "usr/bin/amtool",
        "usr/bin/prometheus-alertmanager", "usr/bin/snmptrap",
        "usr/sbin/snmptrapd", "usr/sbin/rsyslogd")]
    tools += [f"{LIBRARIES}/icinga2/sbin/icinga2"]
    return [t for t in tools if not os.path.exists(t)] + [
        t for t in ("chromium", "chromedriver", "smilint", "node", "npm")
        if shutil.which(t) is None]
