#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# GnuTLS 3.7.9: with SSLKEYLOGFILE set, a full TLS 1.2 handshake writes a
# CLIENT_RANDOM line, a resumed one (a new client random, the same master
# secret) writes none.  OpenSSL writes one for each.  A reader of key logs
# that looks up secrets by client random alone cannot read the resumed
# connection: it has to keep master secrets by session id and ticket too.

. "$(dirname "$0")/common.sh"
unpack gnutls-bin=3.7.9-2+deb12u7
port=$((20000 + $$ % 10000))

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
    -subj /CN=localhost -days 2 2> openssl.log
background gnutls-serv --echo --port="$port" --x509keyfile=key.pem \
    --x509certfile=cert.pem --priority=NORMAL:-VERS-ALL:+VERS-TLS1.2
until_true listens "$port"

# --resume connects, closes, and connects again with the session.
echo hello | SSLKEYLOGFILE=$work/gnutls.keys gnutls-cli --resume \
    --no-ca-verification --priority=NORMAL:-VERS-ALL:+VERS-TLS1.2 \
    -p "$port" 127.0.0.1 > cli.log 2>&1 || true
seen "GnuTLS: the second connection was resumed" 1 \
    "$(grep -c 'This is a resumed session' cli.log)"
seen "GnuTLS: CLIENT_RANDOM lines of two connections" 1 \
    "$(grep -c '^CLIENT_RANDOM' gnutls.keys)"

for round in 1 2; do
	session=-sess_out
	[ "$round" = 1 ] || session=-sess_in
	echo hello | timeout 10 openssl s_client -connect "127.0.0.1:$port" \
	    -tls1_2 $session session -keylogfile openssl.keys \
	    > "openssl.$round" 2>&1 || true
done
seen "OpenSSL: the second connection was resumed" 1 \
    "$(grep -c '^Reused' openssl.2)"
seen "OpenSSL: CLIENT_RANDOM lines of two connections" 2 \
    "$(grep -c '^CLIENT_RANDOM' openssl.keys)"
