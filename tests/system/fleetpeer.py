# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers for `fleet`: fleetpeer.py serve [ADDRESS ..] | ask SERVER COUNT
    [mute | single [CLIENT]]

A server answers what does not ask it to keep silent.  A client sends requests
and, unless they are single, to one that is silent their copies as RFC 3261 has
them with T1 = 50 ms.
"""

import re
import selectors
import socket
import sys
import time
from email.utils import formatdate

T1 = 0.05
SERVERS = [f"10.0.0.{i}" for i in range(2, 6)]


def answer(request):
    head = request.split("\r\n\r\n", 1)[0].split("\r\n")
    kept = [line for line in head[1:]
            if re.match(r"(Via|From|To|Call-ID|CSeq):", line)]
    return "\r\n".join(["SIP/2.0 200 OK", *kept,
                        f"Date: {formatdate(usegmt=True)}",
                        "Content-Length: 0", "", ""])


def serve(addresses):
    selector = selectors.DefaultSelector()
    for server in addresses:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((server, 5062))
        selector.register(s, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            octets, peer = key.fileobj.recvfrom(65536)
            text = octets.decode()
            if "Call-ID: mute" not in text:
                key.fileobj.sendto(answer(text).encode(), peer)


def request(name, client, server):
    return "\r\n".join([
        f"SERVICE sip:a@{server} SIP/2.0",
        f"Via: SIP/2.0/UDP {client}:5060;branch=z9hG4bK{name}",
        f"From: <sip:c@{client}>;tag={name}", f"To: <sip:a@{server}>",
        f"Call-ID: {name}", "CSeq: 1 SERVICE", "Max-Forwards: 70",
        "Content-Length: 0", "", ""]).encode()


def ask(server, count, mode, client):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((client, 0))
    s.connect((server, 5062))
    s.settimeout(60)
    stamp = f"{time.time_ns():x}"
    for i in range(count):
        name = f"{'mute' if mode else 'well'}{stamp}x{i}"
        octets = request(name, client, server)
        s.send(octets)
        if not mode:
            s.recv(65536)
            time.sleep(0.002)
        if mode != "mute":
            continue
        wait, waited = T1, 0
        while waited < 64 * T1:
            time.sleep(wait)
            waited += wait
            if waited < 64 * T1:
                s.send(octets)
            wait = min(2 * wait, 8 * T1)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2:] or SERVERS)
    else:
        ask(sys.argv[2], int(sys.argv[3]), "".join(sys.argv[4:5]),
            sys.argv[5] if sys.argv[5:] else "10.0.0.1")
