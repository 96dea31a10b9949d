#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# NSS invented SSLKEYLOGFILE, and every page about the format sends its reader
# there.  Debian 12's libnss3 3.87.1 is built without it: a client that sets
# the variable gets no file at all and no word of warning.  Programs that link
# the distribution's NSS cannot hand out their secrets this way.

. "$(dirname "$0")/common.sh"
unpack libnss3-tools=2:3.87.1-1+deb12u4 libnss3=2:3.87.1-1+deb12u4 \
    libnspr4=2:4.35-1
port=$((20000 + $$ % 10000))

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
    -subj /CN=localhost -days 2 2> openssl.log
background openssl s_server -accept "127.0.0.1:$port" -cert cert.pem \
    -key key.pem -www -quiet
until_true listens "$port"
mkdir database
certutil -N -d database --empty-password

printf 'GET / HTTP/1.0\r\n\r\n' | SSLKEYLOGFILE=$work/nss.keys timeout 10 \
    tstclnt -h 127.0.0.1 -p "$port" -d database -o > page 2> tstclnt.log || true
seen "NSS: the page came over TLS" 1 "$(grep -c '^HTTP/1.0 200' page)"
seen "NSS: a key log was written" no "$([ -e nss.keys ] && echo yes || echo no)"

printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -quiet \
    -connect "127.0.0.1:$port" -keylogfile openssl.keys > page 2> client.log ||
	true
seen "OpenSSL, to the same server: a key log was written" yes \
    "$([ -s openssl.keys ] && echo yes || echo no)"
