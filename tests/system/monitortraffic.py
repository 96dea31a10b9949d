#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ordinary traffic over UDP, for what monitoring shows.

monitortraffic.py answer ADDRESS PORT SECONDS   answers 200, its clock so far off
monitortraffic.py ask ADDRESS PORT METHOD ...   one request of each method
"""

import os
import re
import socket
import sys
import time
from email.utils import formatdate

REQUEST = """{method} sip:mras@{to} SIP/2.0\r
Via: SIP/2.0/UDP {here};branch=z9hG4bK{id}\r
From: <sip:fe@example.com>;tag={id}\r
To: <sip:mras@example.com>\r
Call-ID: {id}@example.com\r
CSeq: 1 {method}\r
Max-Forwards: 70\r
Content-Length: 0\r
\r
"""
KEPT = ("via:", "from:", "to:", "call-id:", "cseq:")


def answer(address, port, seconds):
    mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mine.bind((address, int(port)))
    print("ready", flush=True)
    while True:
        request, asker = mine.recvfrom(65536)
        if request.startswith(b"ACK"):
            continue
        kept = [line for line in request.decode().split("\r\n")
                if line.lower().startswith(KEPT)]
        date = formatdate(time.time() + float(seconds), usegmt=True)
        mine.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, f"Date: {date}",
                                 "Content-Length: 0", "", ""]).encode(), asker)


def ask(address, port, *methods):
    mine = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mine.connect((address, int(port)))
    mine.settimeout(2)
    here = "{}:{}".format(*mine.getsockname())
    for i, method in enumerate(methods):
        mine.send(REQUEST.format(
            method=method, to=f"{address}:{port}", here=here,
            id=f"{os.getpid()}x{i}x{time.time()}").encode())
        response = mine.recv(65536).decode()
        if method == "INVITE":
            mine.send(re.sub(
                r"^.*?\r\n", f"ACK sip:mras@{address}:{port} SIP/2.0\r\n",
                response, count=1).replace("1 INVITE", "1 ACK").encode())


if __name__ == "__main__":
    {"answer": answer, "ask": ask}[sys.argv[1]](*sys.argv[2:])
