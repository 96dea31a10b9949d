#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A fragment behind the first has no UDP header, only the datagram's next octets.
# tcprewrite 4.4.3 --portmap takes the first four of them for ports all the same,
# and, where they are in the range to be mapped, writes the new port over the
# text and mends the "checksum" two octets on, which is text as well.  ASCII is
# ports 8,224 to 32,382, where ranges of RTP lie: a large INVITE loses six octets
# of its second half, and as the sum comes out right nothing looks amiss.  Its
# files have to be reassembled first, or mapped by single ports below 8,192.

. "$(dirname "$0")/common.sh"
unpack tcpreplay=4.4.3-1 tshark=4.0.17-0+deb12u3 \
    wireshark-common=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3 \
    libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3

cat > file.py <<'PY'
"""write: an INVITE in two fragments; show FILE: what is not the letter A in
the octets of the second, behind the 14 of Ethernet and the 20 of IP."""
import struct
import sys


def checksum(octets):
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


ENDS = bytes([192, 0, 2, 1]) + bytes([192, 0, 2, 2])


def fragment(octets, at, more):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(octets), 7,
                       more << 13 | at // 8, 64, 17, 0) + ENDS
    return (bytes.fromhex("0200000000020200000000010800") + head[:10] +
            struct.pack(">H", checksum(head)) + head[12:] + octets)


if sys.argv[1] == "write":
    payload = (b"INVITE sip:b@192.0.2.2 SIP/2.0\r\n"
               b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
               b"From: <sip:a@example.com>;tag=1\r\n"
               b"To: <sip:b@example.com>\r\nCall-ID: one\r\n"
               b"CSeq: 1 INVITE\r\nContent-Length: 0\r\n"
               b"X-Note: " + b"A" * 2000 + b"\r\n\r\n")
    udp = struct.pack(">HHH", 5060, 5060, 8 + len(payload))
    udp += struct.pack(">H", checksum(
        ENDS + struct.pack(">BBH", 0, 17, 8 + len(payload)) + udp +
        payload)) + payload
    with open("large.pcap", "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for octets in fragment(udp[:1480], 0, 1), fragment(udp[1480:], 1480, 0):
            file.write(struct.pack("<IIII", 1700000000, 0, len(octets),
                                   len(octets)) + octets)
else:
    data = open(sys.argv[2], "rb").read()
    second = 24 + 16 + 14 + 20 + 1480 + 16 + 14 + 20
    print(sum(octet != ord("A") for octet in data[second:-4]))
PY
python3 file.py write

checked() {
	tshark -n -o udp.check_checksum:TRUE -r "$1" -Y sip -T fields \
	    -E separator=' ' -e udp.srcport -e udp.checksum.status -e sip.Method \
	    2> log
}
seen "as written: octets of text changed" 0 "$(python3 file.py show large.pcap)"
seen "as written: port, checksum (1 is good), method" "5060 1 INVITE" \
    "$(checked large.pcap)"
# RTP's ports; that of SIP is not among them.
tcprewrite --portmap=16384-32767:40000 -i large.pcap -o mapped.pcap
seen "mapped: octets of text changed" 6 "$(python3 file.py show mapped.pcap)"
seen "mapped: port, checksum (1 is good), method" "5060 1 INVITE" \
    "$(checked mapped.pcap)"
