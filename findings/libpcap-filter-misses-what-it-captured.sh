#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Linux takes an 802.1Q tag out of a packet before a live filter sees it, and
# libpcap 1.10.3 puts it back before the packet is written.  So "udp port 5060"
# captures the tagged SIP of a trunk port, and the same tcpdump with the same
# filter finds none of it in the file that it has just written; the file needs
# "vlan and udp port 5060".  A filter tried on a savefile says nothing about the
# filter on the wire, and the other way round.

. "$(dirname "$0")/common.sh"
unpack tcpdump=4.99.3-1 libpcap0.8=1.10.3-1

# A network namespace of its own, which takes root.
background unshare --net \
    sh -c 'echo made; exec sleep 60'
holder=${started##* }
until_true grep -q made background.log
inside() {
	nsenter -t "$holder" --net "$@"
}
inside ip link add name from type veth peer name to
inside ip link set from up
inside ip link set to up

cat > send.py <<'PY'
"""Three datagrams to port 5060 with an 802.1Q tag, two without."""
import socket
import struct

payload = b"OPTIONS sip:a@example.com SIP/2.0\r\n\r\n"
udp = struct.pack(">HHHH", 5060, 5060, 8 + len(payload), 0) + payload
ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                 bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])) + udp
hosts = bytes.fromhex("020000000002020000000001")
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind(("from", 0))
    for tag in (b"\x81\x00\x00\x64",) * 3 + (b"",) * 2:
        wire.send(hosts + tag + b"\x08\x00" + ip)
PY
# By inside, a shell would stand between, and be ended in its place.
background nsenter -t "$holder" --net \
    tcpdump -Z root -n -U -i to -w trunk.pcap 'udp port 5060'
until_true grep -q 'listening on' background.log
inside python3 send.py
packets() {
	tcpdump -n -r trunk.pcap "$@" 2> tcpdump.log | wc -l
}
all() {
	[ "$(packets)" = 5 ]
}
until_true all
seen "tcpdump -i, packets captured by 'udp port 5060'" 5 "$(packets)"
seen "tcpdump -r of that file, 'udp port 5060'" 2 "$(packets 'udp port 5060')"
seen "tcpdump -r of that file, 'vlan and udp port 5060'" 3 \
    "$(packets 'vlan and udp port 5060')"
