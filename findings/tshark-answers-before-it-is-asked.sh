#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Where a file holds an answer with an earlier stamp than its request (the two
# directions were stamped by two ports of a tap, or the clock was set back
# meanwhile), the difference is negative.  tshark 4.0.17 keeps
# sip.response-time in 32 bits without a sign: 2 ms too early becomes
# 4,294,967,294 ms, or 49 days.  A mean or a maximum over a file, and a filter
# for slow answers, is spoilt by one such pair, while frame.time_delta of the
# same packets has its sign.

. "$(dirname "$0")/common.sh"
unpack tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 \
    libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3

cat > file.py <<'PY'
"""OPTIONS, and the answer with a stamp 2 ms before."""
import struct


def packet(milliseconds, source, target, start):
    payload = (f"{start}\r\n"
               "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
               "From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"
               "Call-ID: one\r\nCSeq: 1 OPTIONS\r\n"
               "Content-Length: 0\r\n\r\n").encode()
    udp = struct.pack(">HHHH", 5060, 5060, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                     bytes([192, 0, 2, source]), bytes([192, 0, 2, target]))
    return struct.pack("<IIII", 1700000000, milliseconds * 1000,
                       len(ip + udp), len(ip + udp)) + ip + udp


with open("taps.pcap", "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
    file.write(packet(500, 1, 2, "OPTIONS sip:b@192.0.2.2 SIP/2.0"))
    file.write(packet(498, 2, 1, "SIP/2.0 200 OK"))
PY
python3 file.py

seen "tshark: frame.time_delta of the answer" -0.002000000 \
    "$(tshark -r taps.pcap -Y sip.Status-Code -T fields -e frame.time_delta \
	2> log)"
seen "tshark: sip.response-time of the answer" 4294967294 \
    "$(tshark -r taps.pcap -Y sip.Status-Code -T fields \
	-e sip.response-time 2> log)"
seen "tshark: answers slower than a day" 1 \
    "$(tshark -r taps.pcap -Y 'sip.response-time > 86400000' 2> log | wc -l)"
