#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The transmit timestamp of an NTP answer is read as its server's now, by Wireshark
# and by whoever compares a packet's stamp with its capture.  With xleave (RFC
# 9769), which one keyword at chronyd 4.3's client asks for and its server grants
# by default, it is when the previous answer left, more exactly than that could
# say itself: one poll old, 64 s and more with the defaults, 1 s here.  Nothing in
# the header marks such an answer but that its origin is not the request's
# transmit timestamp.  The receive timestamp beside it is of now in both modes.

. "$(dirname "$0")/common.sh"
unpack chrony=4.3-2+deb12u3
port=$((20000 + $$ % 10000))

cat > relay.py <<PY
"""Between the two: for each answer how old its receive and its transmit
timestamps are, in seconds, and whether its origin is in the request."""
import socket, struct, time
inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
inside.bind(("127.0.0.1", $port))
outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
outside.connect(("127.0.0.1", $((port + 1))))
while True:
    request, client = inside.recvfrom(1024)
    outside.send(request)
    answer = outside.recv(1024)
    received, sent = (round(time.time() + 2208988800 - stamp / 2**32)
                      for stamp in struct.unpack_from(">QQ", answer, 32))
    with open("ages", "a") as file:
        print("receive", received, "transmit", sent, "origin",
              "asked" if answer[24:32] == request[40:48] else "other",
              file=file)
    inside.sendto(answer, client)
PY
cat > server.conf <<CONF
local stratum 1
port $((port + 1))
bindaddress 127.0.0.1
allow all
cmdport 0
bindcmdaddress /
pidfile $work/server.pid
user root
CONF
# client KEYWORD: four answers to it after the first ones, which come faster.
client() {
	cat > client.conf <<CONF
server 127.0.0.1 port $port minpoll 0 maxpoll 0 iburst $1
port 0
cmdport 0
bindcmdaddress /
pidfile $work/client.pid
user root
CONF
	: > ages
	background chronyd -x -d -f client.conf
	pid=${started##* }
	until_true grep -q Selected background.log
	enough() {
		[ "$(wc -l < ages)" -ge 10 ]
	}
	until_true enough
	kill "$pid"
	wait "$pid" || true
	sed -n 6,9p ages | sort | uniq -c | sed 's/^ *//'
}
python3 relay.py > relay.log 2>&1 &
started="$started $!"
chronyd -x -d -f server.conf > server.log 2>&1 &
started="$started $!"
client '' > basic
client xleave > interleaved
seen "four answers to a client, s old" \
    "4 receive 0 transmit 0 origin asked" "$(cat basic)"
seen "four answers to a client with xleave, s old" \
    "4 receive 0 transmit 1 origin other" "$(cat interleaved)"
