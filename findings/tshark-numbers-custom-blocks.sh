#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A Custom Block of pcapng (RFC draft, type 0xBAD) is for anybody's own data and
# no packet.  tshark 4.0.17 gives it a frame number all the same, so that frame
# numbers differ from those of capinfos, tcpdump and every other reader behind
# it.  editcap and mergecap, asked for pcap, do not leave it out: they end at
# it, and the packets behind it are missing from a file that looks whole.

. "$(dirname "$0")/common.sh"
unpack tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 \
    libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3 tcpdump=4.99.3-1

cat > file.py <<'PY'
"""Three datagrams, and a Custom Block behind the first."""
import struct


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack(
        "<I", 12 + len(body))


def packet(second):
    octets = bytes.fromhex(
        "45000020000100004011f96c7f0000017f00000113c613c6000c0000") + b"ping"
    high, low = divmod((1700000000 + second) * 10**6, 2**32)
    return block(6, struct.pack("<5I", 0, high, low, len(octets),
                                len(octets)) + octets)


with open("custom.pcapng", "wb") as file:
    file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    file.write(block(1, struct.pack("<HHI", 101, 0, 262144)))
    file.write(packet(0))
    # 32473 is the enterprise number for examples, RFC 5612.
    file.write(block(0xBAD, struct.pack("<I", 32473) + b"note"))
    file.write(packet(1) + packet(2))
PY
python3 file.py

packets() {
	capinfos -Tmrc "$1" | cut -d , -f 2
}
seen "capinfos: packets" 3 "$(packets custom.pcapng)"
seen "tcpdump: packets" 3 "$(tcpdump -nr custom.pcapng 2> log | wc -l)"
seen "tshark: frames" 4 \
    "$(tshark -r custom.pcapng -T fields -e frame.number 2> log | wc -l)"
seen "tshark: frame number of the last datagram" 4 \
    "$(tshark -r custom.pcapng -Y udp -T fields -e frame.number 2> log |
	tail -n 1)"
editcap -F pcap custom.pcapng edited.pcap 2> log || true
seen "editcap -F pcap: packets" 1 "$(packets edited.pcap)"
mergecap -F pcap -w merged.pcap custom.pcapng 2> log || true
seen "mergecap -F pcap: packets" 1 "$(packets merged.pcap)"
