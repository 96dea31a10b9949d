# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel lets through: what tells a clock, and nothing else.  Over
IPv4, IPv6 and tags of VLANs; and what gets through is read."""

import os
import re
import socket
import threading

from livecheck import capturing, check, counts, find, veth
from livenet import Daemon, sh, until
from witnesspeers import (asks, chronyd, client_of, folder, Kdc, logon, run,
                          smbclient, smbd, stop, stop_all)
from witnesstls import capture, mark

HOSTS = {"copier": "10.0.0.111", "server": "10.0.0.112"}
WAYS = {"IPv4": "10.0.0.112", "IPv6": "fd00::112"}
# The same wire as a mirror port shows it that adds tags of VLANs.
MIRRORS = {"copier": b"", "tagged0": b"\x81\0\0\5",
           "twice0": b"\x88\xa8\0\6\x81\0\0\5"}
MEGABYTES = 8
SO_RCVBUFFORCE, ETH_P_ALL = 33, 3
SHIFT = -5400
CONFIG = """
[capture]
interfaces = {interface}
[clock]
witnesses = {witnesses}
[alerts]
sinks = json:@/json
join = 0s
[pool "servers"]
members = {members}
"""
# In tshark's words.
FITS = {"SMB": "(smb2.cmd == 0 && smb2.flags.response == 1) || "
               "(smb.cmd == 0x72 && smb.flags.response == 1)",
        "Kerberos": "kerberos.msg_type in {11, 13, 30}",
        "NTP": "ntp"}


def mirror():
    """What passes the port of the copier, with tags; the kernel that captures
    it takes the outer one off."""
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    port.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    port.bind(("copier", ETH_P_ALL))
    mirrors = []
    for name, tags in MIRRORS.items():
        if tags:
            out = name.replace("0", "1")
            veth(name, out)
            sh(f"ip link set {name} mtu 65535; ip link set {out} mtu 65535")
            mirrors.append((socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
                            tags))
            mirrors[-1][0].bind((out, 0))

    def pass_on():
        while True:
            frame = port.recv(65536)
            for wire, tags in mirrors:
                wire.send(frame[:12] + tags + frame[12:])

    threading.Thread(target=pass_on, daemon=True).start()


def six():
    """IPv6 for both, which says nothing by itself once it is there; and no
    segments that are too long with tags."""
    for host, last in ("copier", 111), ("server", 112):
        sh(f"ip -n {host} link set eth0 addrgenmode none gso_max_size 32768; "
           f"ip netns exec {host} sysctl -qw "
           "net.ipv6.conf.eth0.mldv2_unsolicited_report_interval=1 "
           "net.ipv6.conf.eth0.disable_ipv6=0; "
           f"ip -n {host} address add fd00::{last}/64 dev eth0 nodad")


def matching(path, wanted):
    said = run("copier", ["tshark", "-r", path, "-Y", wanted, "-T", "fields",
                          "-e", "frame.number"])[1]
    return len(re.findall(r"^\d+$", said, re.MULTILINE))


def count(daemons, name, wanted, least, act):
    """What tcpdump and the daemons get of `act' on `least' packets or more;
    and a mark each."""
    before = {d: (counts(d), counts(d, "messages")) for d in daemons}
    path = f"{folder()}/pcap"
    dump = capture("copier", path, "-s", "600")
    act()
    mark("copier", 5060, path)
    stop(dump)
    sent, fit = (matching(path, what) for what in ("ip or ipv6", wanted))
    print(f"filter {name}: {fit} of {sent} packets to pass")
    check(f"filter {name}: enough was sent", sent >= least and fit, sent)
    for daemon, (packets, messages) in before.items():
        where = f"filter {name}, {daemon.interface}"
        check(f"{where}: marked", until(
            5, lambda: counts(daemon, "messages") > messages), daemon.log)
        passed = counts(daemon) - packets - 1
        check(f"{where}: what is wanted, and no more", passed == (
            fit if daemon.hears else 0), (passed, fit, daemon.hears))


def copy(address):
    """There and back again."""
    big = f"{folder()}/big"
    with open(big, "wb") as file:
        file.write(os.urandom(MEGABYTES << 20))
    for how in ["NT1"], ["NT1", "-p", "139"], ["SMB2"], ["SMB3"]:
        status, said = smbclient("copier", address, *how,
                                 commands=f"put {big} big; get big back")
        check(f"filter: {how} copies", status == 0, said)


def log_on(address):
    for tcp in False, True:
        env = client_of(f"[{address}]" if ":" in address else address,
                        sync=True, tcp=tcp)
        status, said = logon("copier", env)
        check("filter: a ticket", status == 0, said)
        status, said = run("copier", ["kvno", "krbtgt/EXAMPLE.COM"], env=env)
        check("filter: another ticket", status == 0, said)


def ask_time(address, daemon):
    enough = counts(daemon) + 8
    process = chronyd("copier", None, "port 0", asks(address))
    check("filter: time", until(5, lambda: counts(daemon) >= enough))
    stop(process)


def watch(options, interface, hears):
    daemon = Daemon(options.siptimed, CONFIG.format(
        interface=interface, members=" ".join(WAYS.values()),
        witnesses="ntp kerberos smb" if hears else "date"))
    daemon.interface, daemon.hears = interface, hears
    capturing(daemon, interface)
    return daemon


def tellers(daemon):
    """The evidence of each address whose clock it tells."""
    return {address: found[0]["evidence"] for address in WAYS.values()
            if (found := find(daemon.alerts(), "clock-skew", address))}


def test_filter(options):
    six()
    mirror()
    daemons = [watch(options, interface, hears) for interface in MIRRORS
               for hears in (True, False)]
    heard = daemons[0]
    shift = f"{SHIFT}s"
    smbd("server", shift)
    chronyd("server", shift, "local stratum 3", "allow all")
    Kdc().start("server", shift)
    for way, address in WAYS.items():
        for protocol, least, act in (
                ("SMB", 1000, lambda: copy(address)),
                ("Kerberos", 24, lambda: log_on(address)),
                ("NTP", 8, lambda: ask_time(address, heard))):
            count(daemons, f"{protocol}, {way}", FITS[protocol], least, act)
    for daemon in daemons:
        if daemon.hears:
            until(15, lambda: len(tellers(daemon)) == len(WAYS))
        told = tellers(daemon)
        check(f"filter, {daemon.interface}: all tell it", len(told) == (
            len(WAYS) if daemon.hears else 0) and all(
                set(e["witnesses"]) <= {"ntp", "kerberos", "smb"} and
                e["witnesses"] and  # those heard before it was raised
                abs(e["offset_s"] - SHIFT) <= e["uncertainty_s"] + 0.05 and
                e["shape"] == "timezone" for e in told.values()), told)
        # Whether the clock of this machine is synchronised is its affair.
        check(f"filter, {daemon.interface}: nothing else is told", len(told)
              == len([a for a in daemon.alerts()
                      if a["alert"] != "local-clock"]), daemon.alerts())
    stop_all()
    for daemon in daemons:
        check("filter: ends", daemon.stop()[0] == 0, daemon.log)
