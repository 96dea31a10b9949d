#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# pcapng lets a Decryption Secrets Block stand anywhere before the packets that
# need it, and a writer that follows a key log as it grows puts it where the
# secrets came to be known: after the handshake, before the data.  tshark
# 4.0.17 then decrypts nothing, in one pass or two, though every record of data
# follows the block; with the same block moved to the front it decrypts.  Whoever
# writes such files for Wireshark has to collect the secrets first.

. "$(dirname "$0")/common.sh"
unpack tshark=4.0.17-0+deb12u3 wireshark-common=4.0.17-0+deb12u3 \
    libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 \
    libwsutil14=4.0.17-0+deb12u3
port=$((20000 + $$ % 10000))

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
    -subj /CN=localhost -days 2 2> openssl.log
background openssl s_server -accept "127.0.0.1:$port" -cert cert.pem \
    -key key.pem -www -quiet
until_true listens "$port"
background dumpcap -q -i lo -f "tcp port $port" -w all.pcapng
until_true grep -q '^File: ' background.log
captured() {
	tshark -r all.pcapng -Y tcp.flags.fin==1 2> tshark.log | grep -q .
}
printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -quiet -tls1_2 \
    -connect "127.0.0.1:$port" -keylogfile keys > page 2> client.log || true
until_true captured

cat > place.py <<'PY'
"""place.py IN OUT KEYS PACKETS: the secrets after so many packet blocks."""
import struct
import sys

source, target, keys, after = sys.argv[1:]
data, secrets = open(source, "rb").read(), open(keys, "rb").read()
padded = secrets + bytes(-len(secrets) % 4)
length = 20 + len(padded)
block = (struct.pack("<III", 10, length, 0x544C534B) +
         struct.pack("<I", len(secrets)) + padded + struct.pack("<I", length))
out, at, packets, placed = b"", 0, 0, False
while at < len(data):
    kind, size = struct.unpack_from("<II", data, at)
    if kind == 6 and packets == int(after) and not placed:
        out, placed = out + block, True
    packets += kind == 6
    out += data[at:at + size]
    at += size
assert placed
open(target, "wb").write(out)
PY
# The first record of data is the request, after the handshake's two flights.
first_data=$(tshark -r all.pcapng -Y 'tls.record.content_type == 23' \
    -T fields -e frame.number 2> tshark.log | head -n 1)
python3 place.py all.pcapng early.pcapng keys 0
python3 place.py all.pcapng late.pcapng keys $((first_data - 1))

requests() {
	tshark "$@" -d "tcp.port==$port,tls" -Y 'http.request' 2> tshark.log |
		wc -l
}
seen "tshark, secrets before the handshake: requests read" 1 \
    "$(requests -r early.pcapng)"
seen "tshark, secrets after it, before the data: requests read" 0 \
    "$(requests -r late.pcapng)"
seen "tshark -2, secrets after it, before the data: requests read" 0 \
    "$(requests -2 -r late.pcapng)"
