#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What tcpdump writes on the port of a Linux host that a switch chip hangs on
# (DSA: LINKTYPE 281, 284, 285), and with pppd's direction flag (166), tcpdump
# 4.99.3 prints.  tshark 4.0.17 refuses such a pcap file as a whole, yet goes
# past the same packet in pcapng, where it shows the Ethernet ones around it;
# tcpdump refuses that file, for it has two link types.  Neither reads both,
# so neither is a judge of how many packets a colleague's file holds.

. "$(dirname "$0")/common.sh"
unpack tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 \
    libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3 tcpdump=4.99.3-1

cat > file.py <<'PY'
"""One datagram behind each of these links, and one on Ethernet between."""
import struct

IP = bytes.fromhex(
    "45000020000100004011f96c7f0000017f00000113c613c6000c0000") + b"ping"
MACS = bytes.fromhex("020000000002020000000001")
LINKS = {281: MACS + bytes.fromhex("400000010800"),
         284: MACS + bytes.fromhex("c01800000800"),
         285: MACS + bytes.fromhex("dada0000c01800000800"),
         166: bytes.fromhex("00030021")}


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack(
        "<I", 12 + len(body))


for link, head in LINKS.items():
    octets = head + IP
    with open(f"{link}.pcap", "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144,
                               link))
        file.write(struct.pack("<IIII", 1700000000, 0, len(octets),
                               len(octets)) + octets)
with open("both.pcapng", "wb") as file:
    file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    for link in 1, 284:
        file.write(block(1, struct.pack("<HHI", link, 0, 262144)))
    for second, interface in enumerate((0, 1, 0)):
        octets = (LINKS[284] if interface else
                  MACS + bytes.fromhex("0800")) + IP
        high, low = divmod((1700000000 + second) * 10**6, 2**32)
        file.write(block(6, struct.pack("<5I", interface, high, low,
                                        len(octets), len(octets)) + octets))
PY
python3 file.py

for link in 281 284 285 166; do
	seen "tcpdump: datagrams behind link $link" 1 \
	    "$(tcpdump -nr "$link.pcap" 2> log | grep -c 5062)"
	seen "tshark: packets of link $link" 0 \
	    "$(tshark -r "$link.pcap" 2> log | wc -l)"
	seen "tshark: why" 1 "$(grep -c "network type $link unknown" log)"
done
seen "tshark: lines for a file with three, the second from a switch" 3 \
    "$(tshark -r both.pcapng 2> log | wc -l)"
seen "tshark: datagrams among them" 2 \
    "$(tshark -r both.pcapng -Y udp 2> log | wc -l)"
tcpdump -nr both.pcapng > printed 2> log || true
seen "tcpdump: datagrams of the same file" 0 "$(grep -c 5062 printed)"
seen "tcpdump: why" 1 "$(grep -c "type 284 different" log)"
