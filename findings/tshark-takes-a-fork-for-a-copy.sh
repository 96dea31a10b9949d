#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A proxy that forks a call, or tries again by another branch, sends INVITEs that
# share Call-ID and CSeq and differ in the branch, which is what tells
# transactions apart (RFC 3261 section 17.1.3).  tshark 4.0.17 knows a
# transaction by Call-ID, CSeq and addresses alone: where both branches go to one
# next hop, as to two phones behind one SBC, the second is "resent"
# (sip.resend, and -z sip,stat counts it), and its answer's sip.response-time
# counts from the first.  A second attempt after 7.5 s of silence looks like a
# server that takes 7.6 s.  Retransmissions and response times of a proxy's legs
# have to be counted by branch.

. "$(dirname "$0")/common.sh"
unpack tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 \
    libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3

cat > file.py <<'PY'
"""file.py NAME SECOND-BRANCH: an INVITE, one 7.5 s on, its answer at 7.6 s."""
import struct
import sys

name, second = sys.argv[1:]


def packet(milliseconds, source, target, start, branch):
    payload = (f"{start}\r\nVia: SIP/2.0/UDP 192.0.2.1;branch={branch}\r\n"
               "From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"
               "Call-ID: one\r\nCSeq: 1 INVITE\r\n"
               "Content-Length: 0\r\n\r\n").encode()
    udp = struct.pack(">HHHH", 5060, 5060, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                     bytes([192, 0, 2, source]), bytes([192, 0, 2, target]))
    return struct.pack("<IIII", 1700000000 + milliseconds // 1000,
                       milliseconds % 1000 * 1000, len(ip + udp),
                       len(ip + udp)) + ip + udp


invite = "INVITE sip:b@192.0.2.2 SIP/2.0"
with open(name, "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
    file.write(packet(0, 1, 2, invite, "z9hG4bKa.0"))
    file.write(packet(7500, 1, 2, invite, second))
    file.write(packet(7600, 2, 1, "SIP/2.0 486 Busy Here", second))
PY
python3 file.py copy.pcap z9hG4bKa.0
python3 file.py fork.pcap z9hG4bKa.1

fields() {
	tshark -r "$1" -T fields -E separator=' ' -e sip.resend \
	    -e sip.response-time 2> log | sed 's/ *$//' | paste -sd ,
}
seen "branches in the forked file" 2 "$(tshark -r fork.pcap -T fields \
    -e sip.Via.branch 2> log | sort -u | wc -l)"
seen "a copy of the INVITE: resent, response time in ms" "0,1,0 7600" \
    "$(fields copy.pcap)"
seen "another branch: resent, response time in ms" "0,1,0 7600" \
    "$(fields fork.pcap)"
seen "another branch: messages resent by -z sip,stat" 1 \
    "$(tshark -r fork.pcap -q -z sip,stat 2> log |
	sed -n 's/^Number of resent SIP messages: //p')"
