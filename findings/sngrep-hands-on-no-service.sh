#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sngrep 1.6.0 reads the methods of its own list alone, and SERVICE of Lync and
# Skype for Business (MS-SIP) is not in it: it neither shows such a request nor
# hands it on by HEP (-H), nor the answers to it, and says nothing.  A collector
# fed by sngrep cannot know that a relay's SERVICE is not answered.

. "$(dirname "$0")/common.sh"
unpack sngrep=1.6.0-1
port=$((20000 + $$ % 10000))

cat > savefile.py <<'PY'
"""A savefile of each method asked for, answered, in datagrams of IPv4."""
import struct
import sys

out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)]


def packet(source, target, text):
    octets = text.encode()
    udp = struct.pack(">HHHH", 5060, 5060, 8 + len(octets), 0) + octets
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                     bytes([192, 0, 2, source]), bytes([192, 0, 2, target]))
    words = sum(struct.unpack(">10H", ip))
    words = ~(words % 0xffff) & 0xffff
    ip = ip[:10] + struct.pack(">H", words) + ip[12:] + udp
    out.append(struct.pack("<IIII", 1294078921, 0, len(ip), len(ip)) + ip)


for method in sys.argv[2:]:
    headers = ("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK" + method + "\r\n"
               "From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"
               "Call-ID: " + method + "\r\nCSeq: 1 " + method + "\r\n"
               "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
    packet(1, 2, method + " sip:b@192.0.2.2 SIP/2.0\r\n" + headers)
    packet(2, 1, "SIP/2.0 200 OK\r\n" + headers)
with open(sys.argv[1], "wb") as file:
    file.write(b"".join(out))
PY

cat > collector.py <<'PY'
"""Hears HEP until sngrep ended; prints how many packets of each method."""
import collections
import re
import socket
import subprocess
import sys

collector = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
collector.bind(("127.0.0.1", int(sys.argv[1])))
with open("sngrep.log", "wb") as log:
    subprocess.run(["sngrep", "-N", "-q", "-H", "udp:127.0.0.1:" + sys.argv[1],
                    "-I", sys.argv[2]], stdin=subprocess.DEVNULL, stdout=log,
                   stderr=log, timeout=60, check=True)
collector.setblocking(False)
methods = collections.Counter()
while True:
    try:
        octets = collector.recv(65536)
    except BlockingIOError:
        break
    methods[re.search(rb"CSeq: 1 (\w+)", octets)[1].decode()] += 1
print(*(f"{m}={n}" for m, n in sorted(methods.items())))
PY

python3 savefile.py all.pcap OPTIONS SERVICE MESSAGE NEGOTIATE
seen "messages that sngrep -H hands on, of two of each OPTIONS, SERVICE, MESSAGE, NEGOTIATE" \
    "MESSAGE=2 OPTIONS=2" "$(python3 collector.py "$port" all.pcap)"
