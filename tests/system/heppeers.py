# SPDX-License-Identifier: GPL-3.0-or-later
"""Senders of HEP: an agent of our own, and Kamailio."""

import glob
import os
import shutil
import socket
import struct
import tempfile
import time

import livenet
from livenet import spawn, until

COLLECTOR = ("127.0.0.1", 9060)
# Where install-deps unpacks servers that must not be installed.
UNPACKED = "/usr/local/lib/siptimed-peers"
TOOLS = "faketime ip kamailio openssl sngrep stunnel4 tshark unshare"
UDP, TCP = 17, 6
NOBODY = 65534

os.environ["PATH"] = f"{UNPACKED}/usr/sbin:{os.environ['PATH']}"

CONFIG = """
[hep]
listen = 127.0.0.1:9060
{hep}
[sip]
ports = 5060-5099
[timeouts]
ports = 5060-5099
methods = *
t1 = 50ms
grace = 300ms
[alerts]
sinks = json:@/json
join = 0s
resolve_after = 1s
"""


def tools_missing():
    return [t for t in TOOLS.split() if shutil.which(t) is None]


def daemon(options, hep="", more="", **how):
    """One that listens, and hears."""
    return livenet.Daemon(options.siptimed, CONFIG.format(hep=hep) + more,
                          **how)


def key_file(key):
    """Where it stands, for the daemon alone to read, nobody when it reloads."""
    path = "/run/hep.key"
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{key}\n")
    os.chmod(path, 0o600)
    os.chown(path, NOBODY, NOBODY)
    return path


def chunk(kind, octets):
    return struct.pack(">HHH", 0, kind, len(octets) + 6) + octets


def hep3(chunks):
    return b"HEP3" + struct.pack(">H", len(chunks) + 6) + chunks


def packet(source, target, message, protocol=UDP, stamp=None, number=7,
           key=b""):
    now = time.time() if stamp is None else stamp
    return hep3(
        chunk(1, b"\x02") + chunk(2, bytes([protocol])) +
        chunk(3, socket.inet_aton(source[0])) +
        chunk(4, socket.inet_aton(target[0])) +
        chunk(7, struct.pack(">H", source[1])) +
        chunk(8, struct.pack(">H", target[1])) +
        chunk(9, struct.pack(">I", int(now))) +
        chunk(10, struct.pack(">I", int(now % 1 * 1e6))) +
        chunk(11, b"\x01") + chunk(12, struct.pack(">I", number)) +
        (chunk(14, key) if key else b"") + chunk(15, message))


def message(first, method, branch, transport="UDP", source="10.0.0.1:5060"):
    return (f"{first}\r\n"
            f"Via: SIP/2.0/{transport} {source};branch=z9hG4bK{branch}\r\n"
            "From: <sip:a@example.com>;tag=1\r\n"
            f"To: <sip:b@example.com>{';tag=2' * first.startswith('SIP')}\r\n"
            "Max-Forwards: 70\r\n"
            f"Call-ID: {branch}\r\nCSeq: 1 {method}\r\n"
            "Content-Length: 0\r\n\r\n").encode()


def request(method, branch, *via):
    return message(f"{method} sip:b@10.0.0.2 SIP/2.0", method, branch, *via)


def answer(method, branch, *via):
    return message("SIP/2.0 200 OK", method, branch, *via)


CLIENT, SERVER = ("10.0.0.1", 5060), ("10.0.0.2", 5062)


class Agent:
    """Sends by UDP, from an address of its own."""

    def __init__(self, address="127.0.0.1", to=COLLECTOR, **more):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.to, self.more = to, more

    def send(self, octets):
        self.socket.sendto(octets, self.to)

    def hand_on(self, source, target, octets, **more):
        self.send(packet(source, target, octets, **self.more, **more))

    def exchange(self, branch, method="OPTIONS"):
        self.hand_on(CLIENT, SERVER, request(method, branch))
        self.hand_on(SERVER, CLIENT, answer(method, branch))

    def resend(self, branch, method="SERVICE", target=SERVER):
        """All the copies that RFC 3261 asks for, with T1 of 50 ms."""
        gap = 0.05
        deadline = time.monotonic() + 3.2
        while time.monotonic() < deadline:
            self.hand_on(CLIENT, target, request(method, branch))
            time.sleep(gap)
            gap = min(2 * gap, 0.4)


KAMAILIO = """
debug=0
children=1
tcp_children=1
listen=udp:127.0.0.1:5070
listen=tcp:127.0.0.1:5070
mpath="{modules}/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "siptrace.so"
modparam("tm", "fr_timer", 3300)
modparam("tm", "retr_timer1", 50)
modparam("tm", "retr_timer2", 400)
modparam("siptrace", "duplicate_uri", "sip:127.0.0.1:9060;transport={transport}")
modparam("siptrace", "hep_mode_on", 1)
modparam("siptrace", "hep_version", 3)
modparam("siptrace", "hep_capture_id", 2002)
modparam("siptrace", "trace_to_database", 0)
modparam("siptrace", "trace_on", 1)
modparam("siptrace", "trace_mode", 1)
request_route {{
	if ($rm == "OPTIONS") {{
		sl_send_reply("404", "Not here");
		exit;
	}}
	t_relay();
}}
"""


def kamailio(transport, *before):
    """It sends HEP by that transport; `before' is what runs it."""
    modules = glob.glob(f"{UNPACKED}/usr/lib/*/kamailio/modules")[0]
    folder = tempfile.mkdtemp(dir="/run")
    path = f"{folder}/kamailio.cfg"
    with open(path, "w", encoding="ascii") as file:
        file.write(KAMAILIO.format(modules=modules, transport=transport))
    with open(f"{folder}/log", "wb") as log:
        process = spawn(
            [*before, "kamailio", "-DD", "-E", "-f", path],
            start_new_session=True,
            stdout=log, stderr=log,
            env={**os.environ, "LD_LIBRARY_PATH": os.path.dirname(modules)})
    assert until(10, lambda: accepts(5070)), open(f"{folder}/log").read()
    return process


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
