# SPDX-License-Identifier: GPL-3.0-or-later
"""What OpenSSL tells without keys, captured in a savefile and judged."""

import json
import time

from livecheck import check
from livenet import sh, until
from witnesspeers import folder, listens, run, start, stop

HOSTS = {"client": "10.0.0.101", "edge": "10.0.0.102"}
EDGE = f"{HOSTS['edge']}:5062"
MARK = """OPTIONS sip:that-was-all SIP/2.0
Via: SIP/2.0/UDP here;branch=z9hG4bK{0}
From: <sip:a@b>;tag=1
To: <sip:a@b>
Call-ID: {0}
CSeq: 1 OPTIONS

"""


class Certificates:
    """An authority, and certificates of any dates by it."""

    def __init__(self):
        self.folder = folder()
        self.key = f"{self.folder}/key.pem"
        self.authority = f"{self.folder}/ca.pem"
        sh("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 "
           f"-out {self.key} && faketime -f -800d openssl req -x509 -new "
           f"-key {self.key} -subj '/CN=Example CA' -days 3650 "
           f"-out {self.authority}")

    def make(self, name, when):
        made = f"{self.folder}/{name}.pem"
        sh(f"openssl req -new -key {self.key} -subj /CN={name}.example.com "
           f"-out {made}.csr && faketime -f {when} openssl x509 -req "
           f"-in {made}.csr -CA {self.authority} -CAkey {self.key} "
           f"-CAcreateserial -days 365 -out {made}")
        return made


def contents(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def capture(host, path, *filters):
    """tcpdump, once it captures."""
    process = start(host, ["tcpdump", "--immediate-mode", "-i", "eth0", "-U",
                           "-B", "16384", "-w", path, *filters])
    until(5, lambda: contents(path))
    return process


def mark(host, port, path):
    """What comes out of the ring after all that came before it."""
    run(host, ["bash", "-c", f"/usr/bin/env cat > /dev/udp/10.0.0.250/{port}"],
        text=MARK.format(time.monotonic()).replace("\n", "\r\n"))
    return until(5, lambda: b"that-was-all" in contents(path))


def play(server, client, times, pause):
    """A savefile of what the client and the server said."""
    path = f"{folder()}/pcap"
    dump = capture("client", path)
    if server:
        serving = start("edge", server)
        listens("edge", 5062)
    for _ in range(times):
        run("client", client)
        time.sleep(pause)
    until(5, lambda: "ESTAB" not in run("edge", ["ss", "-Htn"])[1])
    mark("client", 9, path)
    stop(dump)
    if server:
        stop(serving)
    return path


class Story:
    def __init__(self, siptimed):
        self.siptimed = siptimed

    def expect(self, name, wanted, server, client, times=1, pause=0):
        """wanted: kind and evidence of each alert raised."""
        path = play(server, client, times, pause)
        said = run("client", [self.siptimed, "-r", path, "--json"])[1]
        got = [json.loads(line) for line in said.splitlines()]
        # An incident takes alerts of one cause in; here each counts itself.
        got = [a for a in got if a["type"] == "alert" and
               a["alert"] != "incident" and
               a["state"] in ("raised", "joined")]
        check(f"tls {name}: told", len(got) == len(wanted), got)
        for alert, (kind, evidence) in zip(got, wanted):
            check(f"tls {name}: {kind}", alert["alert"] == kind and
                  evidence.items() <= alert["evidence"].items(), alert)


def client(*more):
    return ["openssl", "s_client", "-connect", EDGE, *more]


def test_tls(options):
    certificates = options.certificates
    good = certificates.make("good", "-30d")
    expired = certificates.make("expired", "-400d")
    early = certificates.make("early", "+30d")
    story = Story(options.siptimed)

    def server(certificate):
        return ["openssl", "s_server", "-accept", "5062", "-key",
                certificates.key, "-cert", certificate, "-quiet"]

    strict = ["-CAfile", certificates.authority, "-verify_return_error"]
    story.expect("good", [], server(good), client("-tls1_2", *strict), 4)
    story.expect("good-1.3", [], server(good), client("-tls1_3", *strict), 4)
    story.expect("expired", [("certificate", {"class": "expired"})],
                 server(expired), client("-tls1_2"))
    story.expect("early", [("certificate", {"class": "not_yet_valid"})],
                 server(early), client("-tls1_2"))
    story.expect("nobody", [("connection-failure", {
        "class": "refused", "ever_worked": False})], None, client(), 3)
    # The refusal has the same cause, which the certificate shows.
    story.expect("alert", [("certificate", {"class": "expired"})],
        server(expired), client("-tls1_2", *strict), 3)
    story.expect("alert-1.3", [
        ("connection-failure", {"class": "tls_alert", "tls_alert": 45,
                                "tls_version": "TLSv1.3",
                                "ever_worked": False})],
        server(expired), client("-tls1_3", *strict), 3)
    # Told in seconds: eight of them.
    told_time = [options.hellotime, "5062", certificates.key, good]
    story.expect("hour", [("clock-skew", {"shape": "dst",
                                          "witnesses": ["tls"]})],
                 ["faketime", "-f", "+3600", *told_time], client("-tls1_2"),
                 8, 1.1)
    story.expect("right", [], told_time, client("-tls1_2"), 8, 0.2)
