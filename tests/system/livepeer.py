#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers that SIPp cannot play.

livepeer.py silent ADDRESS PORT ...        takes everything, says nothing
livepeer.py ask ADDRESS PORT ...           a SERVICE each, repeated by Timer E
"""

import os
import selectors
import socket
import sys
import time

T1 = 0.05
COPIES = [0, 1, 3, 7, 15, 31, 63]
REQUEST = """SERVICE sip:mras@{to}:{port} SIP/2.0\r
Via: SIP/2.0/UDP {here}:{my_port};branch=z9hG4bK{id}\r
From: <sip:fe@example.com>;tag={id}\r
To: <sip:mras@example.com>\r
Call-ID: {id}@{here}\r
CSeq: 1 SERVICE\r
Max-Forwards: 70\r
Content-Length: 0\r
\r
"""


def silent(address, ports):
    selector = selectors.DefaultSelector()
    for port in ports:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for one in udp, tcp:
            one.bind((address, port))
        tcp.listen(64)
        selector.register(udp, selectors.EVENT_READ, lambda s: s.recv(65536))
        selector.register(tcp, selectors.EVENT_READ,
                          lambda s: open_ones.append(s.accept()))
    open_ones = []
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            key.data(key.fileobj)


def ask(address, ports):
    mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mine.connect((address, ports[0]))
    here = mine.getsockname()
    mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mine.bind(here)
    begun = time.monotonic()
    for copy in COPIES:
        time.sleep(max(0, begun + copy * T1 - time.monotonic()))
        for port in ports:
            mine.sendto(REQUEST.format(
                to=address, port=port, here=here[0], my_port=here[1],
                id=f"{os.getpid()}x{port}x{begun}").encode(), (address, port))


if __name__ == "__main__":
    {"silent": silent, "ask": ask}[sys.argv[1]](
        sys.argv[2], [int(p) for p in sys.argv[3:]])
