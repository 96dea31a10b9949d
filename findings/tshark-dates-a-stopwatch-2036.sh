#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An RTCP sender that has no clock may count from the beginning of its session,
# or send zero (RFC 3550 section 6.4.1).  NTP's seconds count from 1900, so one
# expects a session of an hour to read 1900-01-01 01:00, and zero nothing at all.
# tshark 4.0.17 takes every stamp below 2^31 for the next era and shows
# 2036-02-07, and zero as 1970-01-01: dates of a clock that is years ahead or was
# never set, where there is no clock.  Only several calls tell: such a "clock"
# starts anew with each.

. "$(dirname "$0")/common.sh"
unpack tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 \
    libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3

cat > file.py <<'PY'
"""Sender reports: no time, an hour since the beginning, a true clock."""
import struct

with open("reports.pcap", "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
    for seconds in 0, 3600, 2208988800 + 1700000000:
        rtcp = struct.pack(">BBHIIIIII", 0x80, 200, 6, 1, seconds, 0, 160, 10,
                           1600)
        udp = struct.pack(">HHHH", 4001, 4001, 8 + len(rtcp), 0) + rtcp
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17,
                         0, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])) + udp
        file.write(struct.pack("<IIII", 1700000000, 0, len(ip), len(ip)) + ip)
PY
python3 file.py

# shown SECONDS: the date of the report with this number in it.
shown() {
	tshark -d udp.port==4001,rtcp -r reports.pcap \
	    -Y "rtcp.timestamp.ntp.msw == $1" -T fields -e rtcp.timestamp.ntp \
	    2> log | sed 's/\.0* UTC//'
}
seen "tshark: a clock that is right" "Nov 14, 2023 22:13:20" \
    "$(shown 3908988800)"
seen "tshark: 3,600 s since the beginning" "Feb  7, 2036 07:28:16" \
    "$(shown 3600)"
seen "tshark: no time at all" "Jan  1, 1970 00:00:00" "$(shown 0)"
