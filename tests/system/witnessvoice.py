# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks of a voice network in clear text: phones and rtpengine by RTCP,
Kamailio by its nonces, nginx and lighttpd by HTTP, rsyslog, snmpd, kinit, and
coturn, each with a twin whose clock is right.  All at once, for half a minute."""

import json
import os
import time
from collections import Counter

from livecheck import capturing, check, find
from livemonitor import ctl
from livenet import Daemon, until
from witnesspeers import (client_of, folder, Kdc, library, listens, logon, run,
                          start, stop_all, UNPACKED, write)
from witnessphones import baresip, jami, linphone

NAMES = """caller called calls-right called-right relayed answers relay
kamailio kamailio-right web web-right light light-right
logger logger-right agent agent-right realm collector asks
linphone linphone-right jami jami-right crossing crosses late-relay""".split()
HOSTS = {name: f"10.0.1.{i}" for i, name in enumerate(NAMES, 1)}
# Who speaks no SIP is judged because it is watched.
CONFIG = """
[capture]
interfaces = br0
[clock]
judge = all
[alerts]
sinks = json:@/json
join = 0s
[control]
socket = @/control
"""
BEHIND = -3600
WRONG = """caller relayed kamailio web light logger agent
linphone jami late-relay""".split()
# As long as CI waits; half an hour was tried by hand.
ROUNDS = int(os.environ.get("ROUNDS", "8"))


def pools():
    """One for each host: a line of the configuration has 197 octets."""
    return "".join(f'[pool "{name}"]\nmembers = {address}\n'
                   for name, address in HOSTS.items())


KAMAILIO = """#!KAMAILIO
children=1
log_stderror=yes
auto_aliases=no
listen=udp:{address}:5060
mpath="{root}/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
{more}
"""
CHALLENGE = """
loadmodule "auth.so"
request_route { auth_challenge("example.com", "0"); exit; }
"""
RELAY = """
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "rtpengine.so"
modparam("rtpengine", "rtpengine_sock", "udp:127.0.0.1:2223")
request_route {{
	if (is_method("INVITE|BYE|ACK|UPDATE"))
		rtpengine_manage("replace-origin replace-session-connection generate-RTCP");
	if (is_method("INVITE"))
		record_route();
	$du = "sip:{to}:5060";
	t_on_reply("BACK");
	t_relay();
}}
onreply_route[BACK] {{
	rtpengine_manage("replace-origin replace-session-connection generate-RTCP");
}}
"""


def kamailio(host, more, shift=None):
    path = write(f"{folder()}/cfg", KAMAILIO.format(
        address=HOSTS[host], root=UNPACKED, more=more))
    start(host, ["kamailio", "-f", path, "-DD", "-E", "-m", "32", "-M", "4",
                 "-P", f"{path}.pid", "-Y", os.path.dirname(path)], shift,
          env=library())
    return listens(host, 5060)


REGISTER = """import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("{own}", 0))
s.settimeout(1)
for i in range({times}):
    s.sendto(("REGISTER sip:{to} SIP/2.0\\r\\nVia: SIP/2.0/UDP {own}:%d;"
        "branch=z9hG4bK%d\\r\\nMax-Forwards: 70\\r\\nFrom: <sip:a@{to}>;"
        "tag=%d\\r\\nTo: <sip:a@{to}>\\r\\nCall-ID: r%d@{own}\\r\\nCSeq: 1 "
        "REGISTER\\r\\nContent-Length: 0\\r\\n\\r\\n" % (s.getsockname()[1], i,
        i, i)).encode(), ("{to}", 5060))
    print(s.recv(4096).decode().splitlines()[0])
    time.sleep(1.1)
"""


def register(server, times=7):
    return run("asks", ["python3", "-c", REGISTER.format(
        own=HOSTS["asks"], to=HOSTS[server], times=times)])


def nginx(host, shift=None):
    place = folder()
    conf = write(f"{place}/conf", f"""daemon off; master_process off;
user root; pid {place}/pid; error_log {place}/error;
env FAKETIME; env FAKETIME_SHARED;
events {{}} http {{ access_log off; client_body_temp_path {place}/a;
proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;
uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;
server {{ listen 80; return 204; }} }}
""")
    start(host, ["nginx", "-e", f"{place}/error", "-c", conf], shift,
          env=library())
    return listens(host, 80)


def lighttpd(host, shift=None):
    place = folder()
    conf = write(f"{place}/conf", f"""server.document-root = "{place}"
server.port = 80
server.modules = ()
""")
    start(host, ["lighttpd", "-D", "-f", conf, "-m",
                 f"{UNPACKED}/usr/lib/lighttpd"], shift, env=library())
    return listens(host, 80)


def ask_web(host):
    run("asks", ["bash", "-c", f"exec 3<>/dev/tcp/{HOSTS[host]}/80; printf "
                 "'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3 >/dev/null"])


def rsyslogd(host, shift=None, zone="UTC0"):
    place = folder()
    conf = write(f"{place}/conf", f"""
global(workDirectory="{place}" localHostname="{HOSTS[host]}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{place}/socket" UseSysTimeStamp="off")
action(type="omfwd" target="{HOSTS['collector']}" port="514" protocol="udp"
       template="RSYSLOG_SyslogProtocol23Format")
""")
    start(host, ["rsyslogd", "-n", "-f", conf, "-i", f"{place}/pid", "-M",
                 f"{UNPACKED}/usr/lib/x86_64-linux-gnu/rsyslog"], shift,
          env={**library(), "TZ": zone})
    return f"{place}/socket"


def snmpd(host, shift=None, zone="UTC0"):
    place = folder()
    conf = write(f"{place}/conf", "rocommunity public\n")
    start(host, ["snmpd", "-f", "-Lf", f"{place}/log", "-C", "-c", conf,
                 "-p", f"{place}/pid", f"udp:{HOSTS[host]}:161"], shift,
          env={**library(), "TZ": zone, "SNMP_PERSISTENT_DIR": place,
               "MIBS": "", "MIBDIRS": place})
    return listens(host, 161)


def ask_agent(host):
    return run("asks", ["snmpget", "-v2c", "-cpublic", "-m", "", "-On", "-t",
                        "1", HOSTS[host], "1.3.6.1.2.1.25.1.2.0"],
               env={**library(), "MIBS": ""})


def rtpengine(host, shift=None):
    start(host, ["rtpengine", "-f", "-E", "--table=-1", "--no-fallback",
                 f"--interface={HOSTS[host]}", "--listen-ng=127.0.0.1:2223",
                 "--port-min=30000", "--port-max=30100", "--num-threads=1",
                 "--log-level=5"], shift, env=library())
    return listens(host, 2223)


def turnserver(host):
    place = folder()
    start(host, ["turnserver", "-n", "--use-auth-secret",
                 "--static-auth-secret=secret", "--realm=example.com",
                 "--no-cli", "--no-tls", "--no-dtls", "--log-file=stdout",
                 f"--pidfile={place}/pid", f"--userdb={place}/db", "-L",
                 HOSTS[host]], env=library(), cwd=place)
    return listens(host, 3478)


def log_on(shift, times):
    """A ticket and a relay, asked for in another second each.  MIT's client
    keeps the KDC's time with its tickets, so each begins anew; coturn's makes
    up the names that a service would issue, and is refused the way to itself
    once it has the relay."""
    for _ in range(times):
        logon("caller", client_of(HOSTS["realm"]), shift)
        said = run("asks", ["timeout", "5", "turnutils_uclient", "-v", "-y",
                            "-n", "1", "-W", "secret", "-u", "bob",
                            HOSTS["web"]], shift, env=library())[1]
        check("asks: has a relay", "success" in said, said)
        time.sleep(1.1)


def phone(host, *more, by=baresip):
    return by(host, HOSTS[host], *more)


def set_up(behind=f"{BEHIND}s"):
    """The servers, right and an hour behind, and a call through a relay that
    is behind; but for that no phones."""
    kdc = Kdc()
    kdc.start("realm")
    ready = {
        "kamailio": kamailio("kamailio", CHALLENGE, behind),
        "kamailio-right": kamailio("kamailio-right", CHALLENGE),
        "web": nginx("web", behind), "web-right": nginx("web-right"),
        "light": lighttpd("light", behind),
        "light-right": lighttpd("light-right"),
        "agent": snmpd("agent", behind, "CET-1"),
        "agent-right": snmpd("agent-right", None, "EST5"),
        "turnserver": turnserver("web"),
        "rtpengine": rtpengine("relay"),
        "relay": kamailio("relay", RELAY.format(to=HOSTS["answers"])),
        "rtpengine behind": rtpengine("late-relay", behind),
        "late-relay": kamailio("late-relay",
                               RELAY.format(to=HOSTS["crosses"])),
        # The first call: the relay's own reports are 11 s apart.
        "crosses": phone("crosses", "bob"),
        "crossing": phone("crossing", "alice",
                          f"sip:bob@{HOSTS['late-relay']}"),
    }
    check("voice: everybody is there", all(ready.values()), ready)
    # The kernel's stamp of a line would be right.
    return {"logger": rsyslogd("logger", behind, "CET-1"),
            "logger-right": rsyslogd("logger-right", None, "EST5")}


def call(behind=f"{BEHIND}s"):
    """Three calls of baresip, one through the relay, and two of linphone to
    jami: one clock of each is wrong."""
    ready = [jami("jami", behind), jami("jami-right"),
             phone("linphone", f"sip:bob@{HOSTS['jami-right']}", behind,
                   by=linphone),
             phone("linphone-right", f"sip:bob@{HOSTS['jami']}", by=linphone),
             phone("called", "bob"), phone("called-right", "bob"),
             phone("answers", "bob"),
             phone("caller", "alice", f"sip:bob@{HOSTS['called']}", behind),
             phone("calls-right", "alice", f"sip:bob@{HOSTS['called-right']}"),
             phone("relayed", "alice", f"sip:bob@{HOSTS['relay']}", behind)]
    check("voice: phones are there", all(ready), ready)


def ask(sockets, rounds):
    # The right one first: alone, the other would accuse our own clock, which
    # nobody synchronizes in a container.
    for server in "kamailio-right", "kamailio":
        status, said = register(server)
        check(f"{server}: challenges", status == 0 and said.count("401") == 7,
              said)
    for _ in range(rounds):
        for host in "web", "web-right", "light", "light-right":
            ask_web(host)
        for host in "agent", "agent-right":
            status, said = ask_agent(host)
            check(f"{host}: answers", status == 0, said)
        for host, path in sockets.items():
            run(host, ["logger", "-u", path, "-d", "hello"])
        time.sleep(2)


def told(daemon, host, within, witnesses, **more):
    """The clock of a host is an hour behind, within what is stated."""
    found = find(daemon.alerts(), "clock-skew", HOSTS[host])
    evidence = found[0]["evidence"] if found else {}
    offset, width = (evidence.get(f"{n}_s", 0) for n in (
        "offset", "uncertainty"))
    print(f"{host}: {offset} s +/- {width} by {evidence.get('witnesses')}, "
          f"{evidence.get('attribution')}, {evidence.get('samples')} samples")
    check(f"{host}: accused", evidence, daemon.log)
    check(f"{host}: within what is stated", abs(offset - BEHIND) <= width and
          width <= within, evidence)
    check(f"{host}: witnesses", evidence.get("witnesses") == witnesses,
          evidence)
    for key, value in more.items():
        check(f"{host}: {key}", evidence.get(key) == value, evidence)


def side_by_side(options, daemon):
    """What each of a host's witnesses says, and how siptimectl shows it."""
    status, text, errors = ctl(options, daemon, "clocks", "--json")
    said = [clock["said"] for clock in json.loads(text)["clocks"]
            if clock["peer"] == HOSTS["caller"]] if status == 0 else []
    check("caller: side by side", said and
          {w["witness"]: round(w.get("offset_s", w.get("changed_s")) / 10)
           for w in said[0]} == {"rtcp": BEHIND / 10, "asreq": BEHIND / 10},
          said or errors)
    shown = ctl(options, daemon, "clocks")[1]
    check("siptimectl clocks: names witnesses", "nonce -" in shown, shown)


def test_voice(options, rounds=ROUNDS):
    daemon = Daemon(options.siptimed, CONFIG + pools())
    capturing(daemon, "br0")
    sockets = set_up()
    log_on(None, 5)
    log_on(f"{BEHIND}s", 4)
    call()
    ask(sockets, rounds)
    until(15, lambda: all(find(daemon.alerts(), "clock-skew", HOSTS[host])
                          for host in WRONG))
    told(daemon, "caller", 0.3, ["rtcp", "asreq"], attribution="host")
    told(daemon, "relayed", 0.3, ["rtcp"], attribution="host")
    told(daemon, "linphone", 0.3, ["rtcp"], attribution="host")
    told(daemon, "jami", 0.3, ["rtcp"], attribution="via")
    told(daemon, "late-relay", 0.3, ["rtcp"], attribution="host")
    told(daemon, "kamailio", 0.7, ["nonce"], attribution="host")
    told(daemon, "web", 0.7, ["http", "turn"], attribution="via")
    told(daemon, "light", 0.7, ["http"], attribution="via")
    told(daemon, "logger", 0.3, ["syslog"], attribution="host")
    told(daemon, "agent", 0.7, ["snmp"], attribution="host")
    side_by_side(options, daemon)
    names = {address: name for name, address in HOSTS.items()}
    raised = Counter((a["alert"], names.get(a["subject"].split(":")[0]))
                     for a in daemon.alerts() if a["state"] == "raised"
                     and a["alert"] != "incident")
    check("voice: nobody else is accused", raised == Counter(
        [("stale-date", "realm")] + [("clock-skew", host) for host in WRONG]),
        raised)
    stop_all()
    check("voice: ends", daemon.stop()[0] == 0, daemon.log)
