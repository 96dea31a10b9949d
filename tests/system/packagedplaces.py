# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sink and option under the seccomp filter and under the unit: first as
it is shipped, then with collectors.conf."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import decryptwire
import fleetsecure
from decryptpair import Pair, client_context, server_context
from decryptstories import answer, service
from decryptwire import CLIENT, FOLDER, SERVER, Wire
from nspawn import send, sh, until
from packaged import BOTH, JSON, OUTSIDE, TIMEOUT, check

HERE = Path(__file__).resolve().parent
EXAMPLES = "/usr/share/doc/siptimed/examples"
DROP_INS = "/etc/systemd/system/siptimed.service.d"
RAN = "/var/log/siptimed/ran"
TOLD = f"""#!/bin/sh
cat >> {RAN}
"""
SOCKETS = "siptimed-http.socket", "siptimed-hep.socket"
PAGE, AGENTS, TAKER, NATS, KEYED_NATS = 9942, 9060, 9943, 4222, 4223
LOOPBACK = "127.0.0.1"
CREDENTIAL = """[Service]
LoadCredential=edge.key:/etc/siptimed/edge.key
"""
# Where [http] and [hep] listen is the sockets' that systemd opens.
ALONE = """[sip]
diagnostics = /etc/siptimed/diagnostics.conf
[control]
group = games
[http]
names = monitor.example.com
[hep]
key = /etc/siptimed/hep.key
[evidence]
directory = /var/lib/siptimed/evidence
[tls "key"]
key = credential:edge.key
passphrase = /etc/siptimed/edge.word
[tls "file"]
keylog = /etc/siptimed/secrets.log
[tls "fifo"]
keylog = /etc/siptimed/secrets.fifo
[tls "socket"]
keylog = unix:/run/siptimed/keys
"""
# Without [tls] and [evidence].
TOGETHER = f"""[http]
listen = {LOOPBACK}:{PAGE}
[hep]
listen = {LOOPBACK}:{AGENTS}
allow = 192.0.2.0/24
key = /etc/siptimed/hep.key
[alertmanager]
urls = https://localhost:{TAKER}
ca = /etc/siptimed/ca.pem
user = /etc/siptimed/user
[webhook]
url = https://{LOOPBACK}:{TAKER}/hook
ca = /etc/siptimed/ca.pem
secret = /etc/siptimed/hook.key
"""
FLEET = f"""[fleet]
servers = tls://{LOOPBACK}:{NATS}
name = here
ca = /etc/siptimed/ca.pem
cert = /etc/siptimed/ca.pem
key = /etc/siptimed/nats.key
"""
KEYED = f"""[fleet]
servers = nats://{LOOPBACK}:{KEYED_NATS}
name = keyed
credentials = /etc/siptimed/keyed.creds
"""
INSIDE = {"key": ("1.2", "AES256-GCM-SHA384"),
          "file": ("1.2", "ECDHE-RSA-AES128-GCM-SHA256"),
          "fifo": ("1.3", "ALL"), "socket": ("1.3", "ALL")}


def write(site, name, text, mode=0o640):
    """A file of root's that siptimed's group may read."""
    path = site.inside.path(f"/etc/siptimed/{name}")
    path.write_text(text)
    path.chmod(mode)
    site.run("chgrp", "siptimed", f"/etc/siptimed/{name}")
    return path


def drop_in(site, name, text):
    folder = site.inside.path(DROP_INS)
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    site.systemctl("daemon-reload")


def network(site, *command):
    """In the container's network, by the host's programs."""
    return ["nsenter", "-n", "-t", str(site.inside.leader), *command]


def get(site, path, *options):
    return sh(*network(site, "curl", "-s", "-m", "10", *options,
                       f"http://{LOOPBACK}:{PAGE}{path}"), check=False)


def secrets(site):
    certificate = ("-subj /CN=localhost -addext "
                   f"subjectAltName=DNS:localhost,IP:{LOOPBACK}")
    decryptwire.Certificates()
    decryptwire.sh(f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 "
                   f"-keyout {FOLDER}/nats.key -out {FOLDER}/ca.pem "
                   f"{certificate}")
    decryptwire.sh(f"openssl rsa -aes128 -passout pass:open "
                   f"-in {FOLDER}/rsa.key -out {FOLDER}/locked.key")
    for name in "ca.pem", "nats.key":
        write(site, name, Path(FOLDER, name).read_text())
    write(site, "edge.key", Path(FOLDER, "locked.key").read_text(), 0o600)
    site.run("chown", "root:root", "/etc/siptimed/edge.key")
    for name, text in {"edge.word": "open\n", "hep.key": "agents\n",
                       "user": "me:word\n", "hook.key": "a key\n",
                       "secrets.log": "", "diagnostics.conf":
                       "[7777]\nalert = no\nmeaning = ours\n"}.items():
        write(site, name, text)
    fifo = site.inside.path("/etc/siptimed/secrets.fifo")
    os.mkfifo(fifo)
    fifo.chmod(0o660)
    site.run("chgrp", "siptimed", "/etc/siptimed/secrets.fifo")


def push(site, name, octets):
    """To the source of secrets of that name."""
    if name == "file":
        with open(site.inside.path("/etc/siptimed/secrets.log"), "ab") as file:
            file.write(octets)
    elif name == "fifo":
        fifo = os.open(site.inside.path("/etc/siptimed/secrets.fifo"),
                       os.O_WRONLY | os.O_NONBLOCK)
        os.write(fifo, octets)
        os.close(fifo)
    elif name == "socket":
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(site.inside.path("/run/siptimed/keys")))
            peer.sendall(octets)


def conversation(server, name):
    """An answered SERVICE, then one that is not: by TLS."""
    known, mute = 10 * server, 10 * server + 1
    wire = Wire()
    wire.ends = [(f"10.9.1.{server}", 50001), (f"10.9.0.{server}", 5062)]
    wire.at(0.1)
    pair = Pair(client_context(*INSIDE[name]),
                server_context(f"{FOLDER}/{name}.log", "rsa", *INSIDE[name]),
                wire=wire)
    for at, side, octets in ((0.3, CLIENT, service(known)),
                             (0.4, SERVER, answer(known, 0.4)),
                             (0.6, CLIENT, service(mute)),
                             (4.6, CLIENT, b"\r\n\r\n")):
        wire.at(at)
        pair.say(side, octets)
    when = 0
    for at, packet in wire.packets():
        when = max(when, at or 0)
        yield when, bytes(12) + b"\x08\x00" + packet


def decrypted(site):
    servers = {name: site.server() for name in INSIDE}
    packets = []
    for name, server in servers.items():
        packets += conversation(server, name)
        push(site, name, Path(FOLDER, f"{name}.log").read_bytes())
    send(sorted(packets, key=lambda packet: packet[0]), OUTSIDE, 1)
    for name, server in servers.items():
        found = until(10, lambda: site.in_json(server))
        check(f"alone: decrypted by {name}", found and all(
            a["evidence"]["transport"] == "TLS" for a in found), site.log()[-3000:])


def restart(site, what):
    started = site.systemctl("restart", "siptimed") and site.is_active()
    check(f"{what}: starts", started, site.log()[-3000:])
    if not started:
        raise RuntimeError(f"{what}: siptimed does not start")


def handed_on(site, what):
    """A trouble that an agent tells of."""
    server = site.server()
    sh(*network(site, sys.executable, str(HERE / "packagedpeer.py"), "agent",
                f"{LOOPBACK}:{AGENTS}", "agents", f"10.9.0.{server}"))
    check(f"{what}: HEP is heard", until(10, lambda: site.in_json(server)),
          site.log()[-1000:] + site.run("siptimectl", "counters",
                                        check=False))


def controlled(site, what):
    for groups, says in (("siptimed", "this takes root"),
                         ("siptimed,games", "no active alert")):
        seen = site.run("setpriv", "--reuid=daemon", "--regid=daemon",
                        f"--groups={groups}", "siptimectl", "ack", "0",
                        check=False)
        check(f"{what}: control, member of {groups}", says in seen, seen)
    for question in "status", "limits", "alerts":
        seen = site.run("siptimectl", question, check=False)
        check(f"{what}: siptimectl {question}", len(seen.splitlines()) > 1,
              seen)


def alone(site):
    secrets(site)
    drop_in(site, "credential.conf", CREDENTIAL)
    told = site.inside.path("/usr/local/bin/told")
    told.write_text(TOLD)
    told.chmod(0o755)
    site.configure(f"{BOTH} syslog stdout exec:/usr/local/bin/told", ALONE)
    # They cannot be opened for a service that runs already.
    site.systemctl("stop", "siptimed")
    check("alone: sockets by systemd", site.systemctl("start", *SOCKETS))
    restart(site, "alone")
    server = site.server()
    site.play(TIMEOUT, server)
    check("alone: json", until(10, lambda: site.in_json(server)), site.log()[-3000:])
    check("alone: journal", until(20, lambda: site.journal(server)))
    check("alone: syslog", until(20, lambda: site.in_file(server)))
    subject = f"10.9.0.{server}:5062"
    check("alone: stdout", site.says(
        f"transaction-timeout raised: .*{subject}"), site.log()[-3000:])
    check("alone: exec", until(20, lambda: [
        a for a in site.alerts(RAN) if a["subject"] == subject]), site.log()[-3000:])
    check("alone: evidence", until(20, lambda: list(site.inside.path(
        "/var/lib/siptimed/evidence").glob("*.pcapng"))), site.log()[-3000:])
    check("alone: metrics", "siptimed_alerts_active" in get(site, "/metrics"))
    check("alone: the socket for secrets is the group's", site.run(
        "stat", "-c", "%G %a", "/run/siptimed/keys", check=False).strip() ==
        "siptimed-keys 660")
    controlled(site, "alone")
    handed_on(site, "alone")
    decrypted(site)
    site.configure(more=ALONE.replace("/evidence", "/other").replace(
        "[http]\n", "[http]\nlisten = unix:/run/siptimed/http\n"))
    check("alone: reloads", site.systemctl("reload", "siptimed"))
    check("alone: no key has changed", "has changed" not in site.log(),
          site.log()[-1000:])
    check("alone: the packets' new folder", until(20, site.inside.path(
        "/var/lib/siptimed/other").is_dir), site.log()[-3000:])
    site.systemctl("stop", "siptimed", *SOCKETS)
    restart(site, "alone, by a local socket")
    check("alone: HTTP by a local socket", "siptimed_alerts_active" in
          get(site, "/metrics", "--unix-socket",
              str(site.inside.path("/run/siptimed/http"))), site.log()[-3000:])


class Taker:
    """What came to the collector."""

    def __init__(self, site):
        both = Path(FOLDER, "both.pem")
        both.write_text(Path(FOLDER, "nats.key").read_text() +
                        Path(FOLDER, "ca.pem").read_text())
        self.taken = []
        self.process = subprocess.Popen(
            network(site, sys.executable, str(HERE / "packagedpeer.py"),
                    "take", str(TAKER), str(both)), stdout=subprocess.PIPE,
            text=True)
        self.process.stdout.readline()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.taken.append(json.loads(line))

    def at(self, path, subject):
        return [t for t in self.taken if t["path"] == path and
                subject in json.dumps(t["body"])]

    def end(self):
        self.process.kill()
        self.process.wait()


def nats(site):
    at = f"{FOLDER}/ca.pem"
    return subprocess.Popen(
        network(site, "nats-server", "-a", LOOPBACK, "-p", str(NATS), "-js",
                "-sd", f"{FOLDER}/js", "--tlsverify", "--tlscacert", at,
                "--tlscert", at, "--tlskey", f"{FOLDER}/nats.key",
                "-l", f"{FOLDER}/nats.log"))


def nats_with_keys(site):
    """It lets nobody in without the credentials that are written."""
    fleetsecure.write_keys(FOLDER, f"{LOOPBACK}:{KEYED_NATS}")
    write(site, "keyed.creds", Path(FOLDER, "good.creds").read_text())
    return subprocess.Popen(network(
        site, "nats-server", "-c", f"{FOLDER}/keys.conf",
        "-l", f"{FOLDER}/nats.log"))


def configure(site, more):
    """With two interfaces, and two threads that capture."""
    site.configure(more=more)
    config = site.inside.path("/etc/siptimed/siptimed.conf")
    config.write_text(config.read_text().replace(
        "mirror0\n", "mirror0 mirror1\nworkers = 2\n"))


def collected(site, taker):
    restart(site, "collectors")
    server = site.server()
    subject = f"10.9.0.{server}:5062"
    site.play(TIMEOUT, server)
    check("collectors: json", until(20, lambda: site.in_json(server)),
          site.log()[-3000:])
    for name, path, header in (
            ("alertmanager", "/api/v2/alerts", "Authorization"),
            ("webhook", "/hook", "X-Siptimed-Signature")):
        found = until(10, lambda: taker.at(path, subject))
        check(f"collectors: {name}", found and header in found[0]["headers"],
              (taker.taken, site.log()[-3000:]))
    check("collectors: metrics", "siptimed_alerts_active" in
          get(site, "/metrics"))
    handed_on(site, "collectors")
    check("collectors: reloads", site.systemctl("reload", "siptimed"))
    site.captures("collectors, reloaded")
    configure(site, TOGETHER + FLEET)
    restart(site, "fleet")
    check("fleet: joined", until(20, lambda: "here" in site.run(
        "siptimectl", "--json", "--fleet", "sensors", check=False)),
        site.log()[-3000:] + Path(FOLDER, "nats.log").read_text())
    site.captures("fleet")


def keyed(site, taker):
    """The other ways in: a token and a file of credentials."""
    write(site, "token", "a-word\n")
    server = nats_with_keys(site)
    try:
        configure(site, TOGETHER.replace(
            "user = /etc/siptimed/user", "token = /etc/siptimed/token") + KEYED)
        restart(site, "keyed")
        check("keyed: joined", until(20, lambda: "keyed" in site.run(
            "siptimectl", "--json", "--fleet", "sensors", check=False)),
            site.log()[-3000:] + Path(FOLDER, "nats.log").read_text())
        silent = site.server()
        subject = f"10.9.0.{silent}:5062"
        site.play(TIMEOUT, silent)
        found = until(20, lambda: taker.at("/api/v2/alerts", subject))
        check("keyed: alertmanager", found and found[0]["headers"].get(
            "Authorization") == "Bearer a-word",
            (taker.taken, site.log()[-3000:]))
    finally:
        server.kill()
        server.wait()


def collectors(site):
    text = site.inside.path(f"{EXAMPLES}/collectors.conf").read_text()
    drop_in(site, "collectors.conf", text)
    configure(site, TOGETHER)
    server, taker = nats(site), Taker(site)
    try:
        collected(site, taker)
        keyed(site, taker)
    finally:
        taker.end()
        server.kill()
        server.wait()
    shutil.rmtree(site.inside.path(DROP_INS))
    shutil.rmtree(FOLDER)
    site.inside.path("/usr/local/bin/told").unlink()
    site.systemctl("daemon-reload")
    site.configure()
    restart(site, "as shipped again")
    # What an administrator made is not the package's to purge.
    for name in ("ca.pem", "nats.key", "edge.key", "edge.word", "hep.key",
                 "user", "token", "keyed.creds", "hook.key", "secrets.log", "diagnostics.conf",
                 "secrets.fifo"):
        site.inside.path(f"/etc/siptimed/{name}").unlink()
    check("collectors: JSON is whole", site.alerts(JSON))
