#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# chronyd 4.3 -x, as it runs in containers, does not set the system's clock; one
# expects it to serve what that clock says.  It serves its source's time, as
# exactly as if it had set it: stratum 2, leap indicator 0.  Everything else on
# the host tells the wrong time, and "System clock wrong by" stands in its log
# alone.  Whoever judges a host's clock by its NTP answers acquits it.

. "$(dirname "$0")/common.sh"
unpack chrony=4.3-2+deb12u3
port=$((20000 + $$ % 10000))

cat > ask.py <<PY
"""Leap indicator, stratum, and seconds from this host's clock."""
import socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(bytes([0x23]) + bytes(39) + b"anything",
         ("127.0.0.1", $((port + 1))))
answer = s.recv(1024)
stamp, = struct.unpack_from(">I", answer, 40)
print("leap", answer[0] >> 6, "stratum", answer[1], "off",
      round((stamp - 2208988800 - time.time()) / 60) * 60)
PY
cat > chrony.conf <<CONF
server 127.0.0.1 port $port minpoll -4 maxpoll -4 iburst
port $((port + 1))
bindaddress 127.0.0.1
allow all
cmdport 0
bindcmdaddress /
pidfile $work/pid
user root
CONF
ntp_source "$port" 3600 # which is the host an hour behind
background chronyd -x -d -f chrony.conf
synchronised() {
	python3 ask.py | grep -q 'leap 0'
}
until_true synchronised
seen "chronyd -x, to whom it serves" "leap 0 stratum 2 off 3600" \
    "$(python3 ask.py)"
seen "chronyd -x, in its log" 1 \
    "$(grep -c 'System clock wrong by 3[56]' background.log)"
