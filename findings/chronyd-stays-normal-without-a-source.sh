#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A chronyd 4.3 whose last source has died says so once in its log: "Can't
# synchronise: no selectable sources".  Where it is asked, all stays as it was:
# chronyc tracking names the dead source and "Leap status: Normal", and those it
# serves are told leap indicator 0 and the stratum of before, not 3 and 0 as at its
# start.  Only the age of "Ref time" and the root dispersion grow.  A check of the
# leap status, or of NTP answers, never fires for a server that runs free.

. "$(dirname "$0")/common.sh"
unpack chrony=4.3-2+deb12u3
port=$((20000 + $$ % 10000))

cat > ask.py <<PY
"""Leap indicator and stratum that a client is told."""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(bytes([0x23]) + bytes(39) + b"anything",
         ("127.0.0.1", $((port + 1))))
answer = s.recv(1024)
print("leap", answer[0] >> 6, "stratum", answer[1])
PY
cat > chrony.conf <<CONF
server 127.0.0.1 port $port minpoll -4 maxpoll -4 iburst
port $((port + 1))
bindaddress 127.0.0.1
allow all
cmdport 0
bindcmdaddress $work/command
pidfile $work/pid
user root
CONF
background chronyd -x -d -f chrony.conf
chronyd=${started##* }
answers() {
	python3 ask.py > answer
}
until_true answers
seen "a client, before there was a source" "leap 3 stratum 0" "$(cat answer)"

ntp_source "$port" 0
synchronised() {
	python3 ask.py | grep -q 'leap 0'
}
until_true synchronised
kill "$source"
alone() {
	grep -q 'no selectable sources' background.log
}
until_true alone
ask() {
	chronyc -h "$work/command" -c "$1"
}
seen "chronyd: runs on" yes \
    "$(kill -0 "$chronyd" && echo yes || echo no)"
seen "chronyc sources: state and reach of the only one" "? 0" \
    "$(ask sources | cut -d , -f 2,6 | tr , ' ')"
seen "chronyc tracking: source, stratum, leap status" \
    "127.0.0.1 2 Normal" \
    "$(ask tracking | cut -d , -f 2,3,14 | tr , ' ')"
seen "a client, after the source has died" "leap 0 stratum 2" \
    "$(python3 ask.py)"
