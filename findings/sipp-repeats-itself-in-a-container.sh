#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# SIPp 3.6.1 makes Call-ID, branch and tag of counters and its process id, with
# no random part.  In containers and namespaces the process id is the same small
# number at every start, so two runs a minute apart send the same Call-ID,
# branch and From tag: what looks like a retransmission is a new call.

. "$(dirname "$0")/common.sh"
unpack sip-tester=1:3.6.1-1+b2
port=$((20000 + $$ % 10000))

cat > record.py <<'PY'
"""Prints the identifiers of the first datagram that comes."""
import re
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.settimeout(20)
print("ready", flush=True)
text = s.recv(65535).decode()
print(re.search(r"branch=([^;\r]*)", text)[1],
      re.search(r"Call-ID: (\S*)", text)[1],
      re.search(r"From:.*tag=([^;\r]*)", text)[1])
PY
# A run in a process id namespace of its own, as a container has.
run() {
	python3 record.py "$port" > "run.$1" &
	recorder=$!
	until_true grep -q ready "run.$1"
	timeout 15 unshare --pid --fork --mount-proc "$(command -v sipp)" \
	    -sn uac -m 1 -recv_timeout 100 -max_retrans 1 -nostdin \
	    -i 127.0.0.1 "127.0.0.1:$port" > "sipp.$1" 2>&1 || true
	wait "$recorder"
	sed -n 2p "run.$1"
}
first=$(run 1)
second=$(run 2)
[ -n "$first" ] || { cat sipp.1; exit 1; }
seen "SIPp: branch, Call-ID and tag of the second run" "$first" "$second"
