#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# pcapng's Interface Statistics Block says how many packets an interface lost
# while a file was written.  editcap, mergecap and tshark -w 4.0.17 copy packets,
# interfaces and comments, and leave that block out without a word, even where
# nothing else is changed: after one step through them a file that admits 4,711
# lost packets admits none.  Whoever needs the loss has to read it from the file
# that the capturing program wrote.

. "$(dirname "$0")/common.sh"
unpack tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 \
    libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3

cat > file.py <<'PY'
"""write FILE: one datagram, and 4,711 lost; dropped FILE: what it says."""
import struct
import sys

action, name = sys.argv[1:]


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack(
        "<I", 12 + len(body))


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(
        -len(value) % 4)


if action == "write":
    stamp = struct.pack("<II", *divmod(1700000000 * 10**6, 2**32))
    packet = bytes.fromhex(
        "020000000001020000000002080045000020000100004011"
        "f96c7f0000017f00000113c613c6000c0000") + b"ping"
    end = option(0, b"")
    with open(name, "wb") as file:
        file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0,
                                                 -1)))
        file.write(block(1, struct.pack("<HHI", 1, 0, 262144)))
        file.write(block(6, struct.pack("<I", 0) + stamp + struct.pack(
            "<II", len(packet), len(packet)) + packet + bytes(
                -len(packet) % 4) + option(1, b"a comment") + end))
        file.write(block(5, struct.pack("<I", 0) + stamp + option(
            4, struct.pack("<Q", 4712)) + option(
                5, struct.pack("<Q", 4711)) + end))
else:
    data, at, dropped, comments = open(name, "rb").read(), 0, "none", 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        comments += b"a comment" in data[at:at + size]
        where = at + 20
        while kind == 5 and where < at + size - 4:
            code, length = struct.unpack_from("<HH", data, where)
            if code == 5:
                dropped, = struct.unpack_from("<Q", data, where + 4)
            where += 4 + (length + 3) // 4 * 4
        at += size
    print("comments", comments, "dropped", dropped)
PY

python3 file.py write whole.pcapng
seen "the file, as written" "comments 1 dropped 4711" \
    "$(python3 file.py dropped whole.pcapng)"
seen "capinfos: packets" 1 "$(capinfos -Tmrc whole.pcapng | cut -d , -f 2)"
editcap whole.pcapng edited.pcapng
seen "editcap, nothing asked for" "comments 1 dropped none" \
    "$(python3 file.py dropped edited.pcapng)"
mergecap -w merged.pcapng whole.pcapng
seen "mergecap of the one file" "comments 1 dropped none" \
    "$(python3 file.py dropped merged.pcapng)"
tshark -r whole.pcapng -w shown.pcapng 2> tshark.log
seen "tshark -r -w" "comments 1 dropped none" \
    "$(python3 file.py dropped shown.pcapng)"
