#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# dumpcap 4.0.17 ends a pcapng file with an Interface Statistics Block: how
# many packets the kernel dropped, and when the capture began and ended.  With
# -b (new files by size or number, as everybody captures for days) it writes
# none at all, into no file and not at the end: a set of files from a machine
# that lost half of its packets looks like a whole one.  Whoever judges by what
# is absent from such files has to take the loss as unknown.

. "$(dirname "$0")/common.sh"
unpack wireshark-common=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3
port=$((20000 + $$ % 10000))

cat > statistics.py <<'PY'
"""Packets and Interface Statistics Blocks in all files named."""
import struct
import sys

packets = statistics = 0
for name in sys.argv[1:]:
    data, at = open(name, "rb").read(), 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        packets += kind == 6
        statistics += kind == 5
        at += size
print(packets, statistics)
PY
counts() {
	python3 statistics.py "$@" 2> python.log || echo none
}
packets() {
	[ "$(counts "$@" | cut -d ' ' -f 1)" = 6 ]
}

# capture NAME FILES OPTION ...: six datagrams, then SIGINT as by Ctrl-C.
capture() {
	name=$1
	shift
	: > background.log
	background dumpcap -q -i lo -f "udp port $port" -w "$name.pcapng" "$@"
	pid=${started##* }
	until_true grep -q '^File: ' background.log
	for payload in 1 2 3 4 5 6; do
		python3 -c "import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'$payload',
    ('127.0.0.1', $port))"
	done
	until_true packets "$name"*
	kill -INT "$pid"
	wait "$pid" || true
	counts "$name"*
}

capture one > one
capture many -b packets:2 > many
seen "dumpcap -w, packets and statistics blocks" "6 1" "$(cat one)"
seen "dumpcap -w -b packets:2, in all files" "6 0" "$(cat many)"
