#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The siptrace module of Kamailio 5.6.3 sends HEP 1 and 2 to a collector with
# transport=tcp as well, one packet behind the other.  Those versions were made
# for datagrams: they tell the length of their header, and nowhere that of the
# message behind it, so that a collector cannot know where the next one begins.
# Kamailio warns of nothing.  Over TCP it takes hep_version 3.

. "$(dirname "$0")/common.sh"
unpack kamailio=5.6.3-2
port=$((20000 + $$ % 10000))
kamailio_traces "$port" sl 2 ';transport=tcp'
cat >> kamailio.cfg <<CFG
request_route {
	sl_send_reply("200", "OK");
}
CFG

cat > collector.py <<'PY'
"""A client, and who gets the HEP.  Prints the headers in front of each of the
first messages: their version, the length they tell, and how long they are."""
import re
import socket
import sys

port, asked = int(sys.argv[1]), 3
collector = socket.create_server(("127.0.0.1", port + 1))
collector.settimeout(20)
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.bind(("127.0.0.1", 0))
for i in range(asked):
    client.sendto((
        f"OPTIONS sip:a@127.0.0.1:{port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port + 2};branch=z9hG4bK{i}\r\n"
        "Max-Forwards: 10\r\nFrom: <sip:a@example.com>;tag=1\r\n"
        f"To: <sip:b@example.com>\r\nCall-ID: {i}\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n").encode(), ("127.0.0.1", port))
connection, _ = collector.accept()
connection.settimeout(20)
octets = b""
while octets.count(b"\r\n\r\n") < 2 * asked:
    octets += connection.recv(65536)
for packet in octets.split(b"\r\n\r\n")[:2 * asked]:
    header = packet[:re.search(rb"OPTIONS sip|SIP/2.0 200", packet).start()]
    print(f"version {header[0]} tells {header[1]} has {len(header)}")
PY

background kamailio -DD -E -f kamailio.cfg
until_true listens "$port"
python3 collector.py "$port" | sort | uniq -c | sed 's/^ *//' > headers
seen "headers of HEP on one connection, and nothing else between messages" \
    "6 version 2 tells 16 has 28" "$(cat headers)"
