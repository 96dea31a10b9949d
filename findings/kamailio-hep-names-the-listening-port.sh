#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The siptrace module of Kamailio 5.6.3 hands on what it sends by HEP.  Where
# Kamailio opened a TCP connection itself, the request has its listening port as
# its source, and the answer on that connection the true port as its target.
# Whoever pairs the two directions of a connection by their ports, as with
# packets, finds each request without an answer, and each answer without a
# request.

. "$(dirname "$0")/common.sh"
unpack kamailio=5.6.3-2
port=$((20000 + $$ % 10000))
kamailio_traces "$port" tm 3
cat >> kamailio.cfg <<CFG
request_route {
	t_relay_to_tcp("127.0.0.1", "$((port + 2))");
}
CFG

cat > peers.py <<'PY'
"""A client over UDP, a server over TCP that answers, and who gets the HEP.
Prints, for the request that was relayed and for its answer: the port at
Kamailio's end as HEP has it, and as it is."""
import socket
import struct
import sys

port = int(sys.argv[1])
hep = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
hep.bind(("127.0.0.1", port + 1))
hep.settimeout(20)
server = socket.create_server(("127.0.0.1", port + 2))
server.settimeout(20)
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.bind(("127.0.0.1", port + 3))
client.sendto((
    f"MESSAGE sip:b@127.0.0.1:{port + 2} SIP/2.0\r\n"
    f"Via: SIP/2.0/UDP 127.0.0.1:{port + 3};branch=z9hG4bKa\r\n"
    "Max-Forwards: 10\r\nFrom: <sip:a@example.com>;tag=1\r\n"
    "To: <sip:b@example.com>\r\nCall-ID: a\r\nCSeq: 1 MESSAGE\r\n"
    "Content-Length: 0\r\n\r\n").encode(), ("127.0.0.1", port))
connection, (_, true) = server.accept()
connection.settimeout(20)
request = b""
while b"\r\n\r\n" not in request:
    request += connection.recv(65536)
kept = [line for line in request.split(b"\r\n")
        if line.split(b":")[0] in (b"Via", b"From", b"To", b"Call-ID", b"CSeq")]
connection.sendall(b"\r\n".join(
    [b"SIP/2.0 200 OK", *kept, b"Content-Length: 0", b"", b""]))


def next_of(at):
    """The ports of the next HEP packet that has `port + 2' there."""
    while True:
        packet, i, ports = hep.recv(65536), 6, {}
        while i < len(packet):
            _, kind, size = struct.unpack_from(">HHH", packet, i)
            if kind in (7, 8):
                ports[kind] = struct.unpack_from(">H", packet, i + 6)[0]
            i += size
        if ports[at] == port + 2:
            return ports[15 - at]


names = {port: "listening", true: "true"}
print("request", names.get(next_of(8), "another"))
print("answer", names.get(next_of(7), "another"))
PY

background kamailio -DD -E -f kamailio.cfg
until_true listens "$port"
python3 peers.py "$port" > ports
seen "Kamailio siptrace, source port of a request it sent over TCP" \
    "request listening" "$(sed -n 1p ports)"
seen "Kamailio siptrace, target port of the answer on that connection" \
    "answer true" "$(sed -n 2p ports)"
