# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks told without keys by chronyd, Samba and a KDC, each with a twin whose
clock is right.  All at once: an accusation is held for ten seconds."""

import re
from collections import Counter

from livecheck import capturing, check, counts, find
from livenet import Daemon, until
from witnesspeers import (asks, chronyd, client_of, Kdc, listens, logon,
                          run, smbclient, smbd, start, stop,
                          stop_all)

NAMES = """phone registrar ahead right lonely desk symmetric private
files files-right zoned kdc kdc-tcp kdc-right kdc-blameless
learner late""".split()
HOSTS = {name: f"10.0.0.{i}" for i, name in enumerate(NAMES, 1)}
POOLED = "symmetric files files-right zoned kdc kdc-right"
CONFIG = """
[capture]
interfaces = br0
[clock]
judge = {judge}
[alerts]
sinks = json:@/json
join = 0s
[pool "watched"]
members = {members}
"""


def accused(daemon, host, kind="clock-skew"):
    """Its evidence, once it is raised."""
    subject = HOSTS[host] + (":88" if kind == "stale-date" else "")
    found = find(daemon.alerts(), kind, subject)
    return found[0]["evidence"] if found else None


def near(evidence, offset, least):
    """As near as is stated, which is as near as `least' on an idle machine;
    what is told is rounded."""
    return abs(evidence["offset_s"] - offset) <= 0.05 + max(
        least, evidence["uncertainty_s"])


def told(daemon, host, offset, within, witness, **more):
    """The clock of a host is told, and by whom."""
    evidence = until(20, lambda: accused(daemon, host)) or {}
    print(f"{host}: {evidence.get('offset_s')} s +/- "
          f"{evidence.get('uncertainty_s')}, {offset} s by faketime")
    check(f"{host}: accused", evidence, daemon.log)
    check(f"{host}: within {within} s",
          evidence and near(evidence, offset, within), evidence)
    check(f"{host}: witness", evidence.get("witnesses") == [witness],
          evidence)
    for key, value in more.items():
        check(f"{host}: {key}", evidence.get(key) == value, evidence)


def speak_sip(certificates, *hosts):
    """TLS on a SIP port, with somebody who is no time server."""
    good = certificates.make("good", "-30d")
    start("registrar", ["openssl", "s_server", "-accept", "5061", "-quiet",
                        "-key", certificates.key, "-cert", good])
    listens("registrar", 5061)
    for host in hosts:
        run(host, ["openssl", "s_client", "-connect",
                   f"{HOSTS['registrar']}:5061"])


def tell_ntp():
    chronyd("ahead", "+137s", "local stratum 3", "allow all")
    chronyd("right", None, "local stratum 3", "allow all")
    chronyd("lonely", "-211s", "local stratum 3", "allow all")
    chronyd("phone", None, "port 0", asks(HOSTS["ahead"]),
            asks(HOSTS["right"]))
    chronyd("desk", None, "port 0", asks(HOSTS["lonely"]))
    # In symmetric mode chronyd tells its time; as a client it never does.
    chronyd("symmetric", "+301s", "local stratum 9",
            asks(HOSTS["right"], "peer") + " noselect")
    chronyd("private", "+137s", "port 0", asks(HOSTS["right"]))


def negotiate(host, *protocols):
    for protocol in protocols:
        status, said = smbclient("desk", HOSTS[host], protocol)
        check(f"{host}: {protocol}", status == 0, said)


def tell_smb():
    smbd("files", "-3600s")
    negotiate("files", "NT1", "SMB2", "SMB3")
    right = smbd("files-right")
    negotiate("files-right", "NT1", "SMB2", "SMB3")
    return right


def refused(client, server, shift=None, tcp=False):
    """Three times, by error 37; a client of MIT's that may not adapt."""
    strict = client_of(HOSTS[server], tcp=tcp)
    for _ in range(3):
        status, said = logon(client, strict, shift)
        check(f"{server}: refuses {client}",
              status == 1 and "Clock skew too great" in said, said)


def let_in(client, server, shift=None):
    status, said = logon(client, client_of(HOSTS[server], sync=True), shift)
    check(f"{server}: lets in {client}", status == 0, said)


def tell_kerberos():
    realm = Kdc()
    for host, shift in (("kdc", "+600s"), ("kdc-tcp", "+600s"),
                        ("kdc-right", None), ("kdc-blameless", None)):
        realm.start(host, shift)
    # Who was refused three times and then corrects itself is no fault.
    refused("learner", "kdc-blameless", "+600s")
    let_in("learner", "kdc-blameless", "+600s")
    refused("late", "kdc-blameless", "-600s")
    refused("desk", "kdc")
    refused("lonely", "kdc-tcp", tcp=True)
    for _ in range(3):
        let_in("phone", "kdc-right")


def judge_ntp(sip, every):
    told(sip, "ahead", 137, 0.1, "ntp", attribution="host")
    told(sip, "symmetric", 301, 0.1, "ntp", pool="watched")
    # Who plays no part is told with all others like him, half a minute later.
    lone = until(60, lambda: [
        a["evidence"] for a in every.alerts() if a["alert"] == "clock-skew"
        and a["evidence"].get("peer") == HOSTS["lonely"]])
    check("lonely: all are judged", lone and
          near(lone[0], -211, 0.1), every.alerts())
    counts(sip)
    check("private: tells no time",
          re.search("agreement.random: [1-9]", sip.log), sip.log)


def judge_kerberos(sip):
    for host, client in (("kdc", "desk"), ("kdc-tcp", "lonely"),
                         ("kdc-blameless", "late")):
        evidence = until(20, lambda: accused(sip, host, "stale-date")) or {}
        check(f"{host}: error 37", evidence.get("krb_error") == 37, evidence)
        check(f"{host}: whom", evidence.get("client", "").split(":")[0] ==
              HOSTS[client], evidence)
        check(f"{host}: its time", "server_time" in evidence, evidence)
    # A stamp may be as old as its second.
    told(sip, "kdc", 600, 0.6, "kerberos", pool="watched")


def zone_is(sip, zone, state, *changes):
    """Another zone and the same UTC; `changes' were told."""
    process = smbd("zoned", zone=zone)
    negotiate("zoned", "NT1")
    check(f"zoned: {zone}", until(5, lambda: [
        (a["evidence"]["from_min"], a["evidence"]["to_min"]) for a in
        find(sip.alerts(), "zone-change", HOSTS["zoned"], state)
    ] == list(changes)), sip.alerts())
    stop(process)


def judge_smb(sip, right):
    zone_is(sip, "EST5", "raised")
    zone_is(sip, "CET-1", "raised", (-300, 60))
    stop(right)  # to start again in the same zone is no change
    smbd("files-right")
    negotiate("files-right", "NT1")
    told(sip, "files", -3600, 0.2, "smb", shape="dst")


EXPECTED = Counter([
    ("clock-skew", "ahead"), ("clock-skew", "symmetric"),
    ("clock-skew", "files"), ("clock-skew", "kdc"), ("stale-date", "kdc"),
    ("stale-date", "kdc-tcp"), ("stale-date", "kdc-blameless"),
    ("zone-change", "zoned")])


def test_clocks(options):
    sip, every = (Daemon(options.siptimed, CONFIG.format(
        judge=judge, members=" ".join(HOSTS[h] for h in pooled.split())))
        for judge, pooled in (("sip", POOLED), ("all", f"{POOLED} kdc-tcp")))
    for daemon in sip, every:
        capturing(daemon, "br0")
    speak_sip(options.certificates, "phone", "symmetric", "private")
    tell_ntp()
    right = tell_smb()
    tell_kerberos()
    judge_smb(sip, right)
    judge_kerberos(sip)
    judge_ntp(sip, every)
    names = {address: name for name, address in HOSTS.items()}
    raised = Counter((a["alert"], names.get(a["subject"].split(":")[0]))
                     for a in sip.alerts() if a["state"] == "raised"
                     and a["alert"] != "incident")
    check("nobody else is accused", raised == EXPECTED, raised)
    stop_all()
    for daemon in sip, every:
        check("clocks: ends", daemon.stop()[0] == 0, daemon.log)
