#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers that SIPp cannot play.

livepeer.py silent ADDRESS PORT ...        takes everything, says nothing
livepeer.py answer ADDRESS PORT ...        200 to everything
livepeer.py ask ADDRESS PORT ...           a SERVICE each, repeated by Timer E
"""

import os
import selectors
import socket
import sys
import time

IP_TRANSPARENT = 19
SERVERS_EACH = 3
T1 = 0.05
COPIES = [0, 1, 3, 7, 15, 31, 63]
KEPT = b"Via", b"From", b"To", b"Call-ID", b"CSeq"
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


def answer(address, ports):
    selector = selectors.DefaultSelector()
    for port in ports:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((address, port))
        selector.register(udp, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            request, client = key.fileobj.recvfrom(65536)
            kept = [line for line in request.split(b"\r\n")
                    if line.split(b":")[0] in KEPT]
            key.fileobj.sendto(b"\r\n".join(
                [b"SIP/2.0 200 OK", *kept, b"Content-Length: 0", b"", b""]),
                client)


def asking_from(client, address, port):
    """A socket of this machine's address, or of one that it pretends to have:
    a client that five servers do not answer is told as one alert."""
    mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if client == 0:
        mine.connect((address, port))
        here = mine.getsockname()
        mine.close()
        mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    else:
        mine.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
        here = f"10.9.{client}.1", 40000 + client
    mine.bind(here)
    return mine


def ask(address, ports):
    clients = {}
    begun = time.monotonic()
    for copy in COPIES:
        time.sleep(max(0, begun + copy * T1 - time.monotonic()))
        for i, port in enumerate(ports):
            client = (0 if len(ports) <= SERVERS_EACH
                      else 1 + i // SERVERS_EACH)
            if client not in clients:
                clients[client] = asking_from(client, address, port)
            mine = clients[client]
            here = mine.getsockname()
            mine.sendto(REQUEST.format(
                to=address, port=port, here=here[0], my_port=here[1],
                id=f"{os.getpid()}x{port}x{begun}").encode(), (address, port))


if __name__ == "__main__":
    {"silent": silent, "answer": answer, "ask": ask}[sys.argv[1]](
        sys.argv[2], [int(p) for p in sys.argv[3:]])
