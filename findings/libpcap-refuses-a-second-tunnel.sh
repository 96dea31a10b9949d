#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# libpcap 1.10.3 reads a pcapng file of several interfaces as long as all have
# one link type, and says of another that it differs.  Raw IP (LINKTYPE_RAW, 101:
# tun devices, WireGuard, PPP over USB) differs from itself: libpcap compares the
# file's number of the second interface with its own number (DLT_RAW, 12) of the
# first.  tcpdump prints nothing of such a file, though it reads each half, and
# every program on libpcap does likewise.  A capture on two tunnels, or what
# mergecap makes of one file from each, has to be split by interface first.

. "$(dirname "$0")/common.sh"
unpack tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 \
    libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3 tcpdump=4.99.3-1 libpcap0.8=1.10.3-1

cat > file.py <<'PY'
"""file.py NAME LINK INTERFACES: a datagram on each interface."""
import struct
import sys

name, link, interfaces = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
IP = bytes.fromhex(
    "45000020000100004011f96c7f0000017f00000113c613c6000c0000") + b"ping"
HEADS = {1: bytes.fromhex("0200000000020200000000010800"), 101: b"", 228: b""}


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack(
        "<I", 12 + len(body))


octets = HEADS[link] + IP
with open(name, "wb") as file:
    file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    for interface in range(interfaces):
        file.write(block(1, struct.pack("<HHI", link, 0, 262144)))
    for interface in range(interfaces):
        high, low = divmod((1700000000 + interface) * 10**6, 2**32)
        file.write(block(6, struct.pack("<5I", interface, high, low,
                                        len(octets), len(octets)) + octets))
PY
datagrams() {
	"$@" > printed 2> log || true
	grep -c 5062 printed || true
}

for link in 1 228; do
	python3 file.py "$link.pcapng" "$link" 2
	seen "tcpdump: datagrams on two interfaces of link type $link" 2 \
	    "$(datagrams tcpdump -nr "$link.pcapng")"
done
python3 file.py tunnel.pcapng 101 1
python3 file.py tunnels.pcapng 101 2
mergecap -I none -w merged.pcapng tunnel.pcapng tunnel.pcapng
seen "tcpdump: datagrams on one interface of link type 101" 1 \
    "$(datagrams tcpdump -nr tunnel.pcapng)"
for name in tunnels merged; do
	seen "$name: interfaces, by capinfos" 2 \
	    "$(capinfos "$name.pcapng" | grep -c 'Encapsulation = Raw IP')"
	seen "$name: datagrams on two of link type 101, by tshark" 2 \
	    "$(datagrams tshark -r "$name.pcapng" -n)"
	seen "$name: the same by tcpdump" 0 \
	    "$(datagrams tcpdump -nr "$name.pcapng")"
	echo "seen: tcpdump: $(grep -o 'an interface has.*' log)"
	grep -q 'a type 101 different from the type of the first' log
done
