#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# HEP's numbers are in network order, and a collector tells agents apart by the
# capture id, 32 bits of it.  sngrep 1.6.0 on a little-endian machine turns the
# octets of 16 bits only: "set eep.send.id 2001" arrives as 131,137,536, while
# ports and stamps beside it are right.  A table of agents by their ids
# finds none of its, or has to list each id a second time as sngrep sends it.

. "$(dirname "$0")/common.sh"
unpack sngrep=1.6.0-1
port=$((20000 + $$ % 10000))

cat > file.py <<'PY'
"""An INVITE in a savefile."""
import struct

payload = (b"INVITE sip:b@192.0.2.2 SIP/2.0\r\n"
           b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
           b"From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"
           b"Call-ID: one\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n")
udp = struct.pack(">HHHH", 5060, 5060, 8 + len(payload), 0) + payload
octets = bytes.fromhex("0200000000020200000000010800") + struct.pack(
    ">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
    bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])) + udp
with open("invite.pcap", "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    file.write(struct.pack("<IIII", 1700000000, 123456, len(octets),
                           len(octets)) + octets)
PY
cat > collector.py <<'PY'
"""Prints source port, stamp and capture id of the first HEP packet."""
import socket
import struct
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.settimeout(20)
print("ready", flush=True)
packet, at, chunks = s.recv(65536), 6, {}
while at < len(packet):
    _, kind, size = struct.unpack_from(">HHH", packet, at)
    chunks[kind] = int.from_bytes(packet[at + 6:at + size], "big")
    at += size
print("port", chunks[7], "stamp", f"{chunks[9]}.{chunks[10]:06}", "id",
      chunks[12])
PY
python3 file.py
python3 collector.py "$port" > collected &
collector=$!
started="$started $collector"
until_true grep -q ready collected
echo 'set eep.send.id 2001' > sngreprc
background sngrep -N -q -f sngreprc -I invite.pcap -H "udp:127.0.0.1:$port"
wait "$collector"
seen "sngrep, what a collector reads for id 2001" \
    "port 5060 stamp 1700000000.123456 id 131137536" "$(sed -n 2p collected)"
