#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A KRB-ERROR of Kerberos tells its server's time in clear text, and nearly every
# logon gets one: stime in seconds, susec in microseconds (RFC 4120 section
# 5.9.1).  Of MIT krb5 1.20.1's KDC only the first error of a second has true
# microseconds; each later one has those of the one before and 1, so that both
# together are up to a second late.  And a request that comes again octet for
# octet, as a client resends it over UDP, gets the first answer again (3 s later
# here, 110 s later when tried), with the stamp of then.  Of an answer to a new
# request the seconds are good and susec adds nothing; of one to a repeated
# request neither is.

. "$(dirname "$0")/common.sh"
version=1.20.1-2+deb12u5
unpack krb5-kdc=$version krb5-admin-server=$version \
    libkadm5srv-mit12=$version libkdb5-10=$version libgssrpc4=$version \
    libverto1=0.3.1-1 libverto-libev1=0.3.1-1 libev4=1:4.33-1
port=$((20000 + $$ % 10000))

cat > krb5.conf <<'CONF'
[libdefaults]
default_realm = EXAMPLE.COM
CONF
cat > kdc.conf <<CONF
[kdcdefaults]
kdc_listen = 127.0.0.1:$port
kdc_tcp_listen = 127.0.0.1:$port
[realms]
EXAMPLE.COM = {
	database_name = $work/principal
	key_stash_file = $work/stash
	default_principal_flags = +preauth
}
[dbmodules]
db_module_dir = $libraries/krb5/plugins/kdb
CONF
export KRB5_CONFIG="$work/krb5.conf" KRB5_KDC_PROFILE="$work/kdc.conf"

cat > logon.py <<'PY'
"""Asks for a ticket without preauthentication, and reads the error's time."""
import calendar
import re
import socket
import sys
import time

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.connect(("127.0.0.1", int(sys.argv[1])))


def der(tag, *contents):
    content = b"".join(contents)
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else
                           bytes([0x81, size])) + content


def name(kind, *parts):
    return der(0x30, der(0xA0, der(2, bytes([kind]))),
               der(0xA1, der(0x30, *(der(0x1B, part) for part in parts))))


def request(nonce):
    realm = b"EXAMPLE.COM"
    return der(0x6A, der(
        0x30, der(0xA1, der(2, b"\5")), der(0xA2, der(2, b"\12")),
        der(0xA4, der(
            0x30, der(0xA0, der(3, bytes(5))), der(0xA1, name(1, b"alice")),
            der(0xA2, der(0x1B, realm)),
            der(0xA3, name(2, b"krbtgt", realm)),
            der(0xA5, der(0x18, b"20370101000000Z")),
            der(0xA7, der(2, bytes([nonce]))),
            der(0xA8, der(0x30, der(2, bytes([18]))))))))


def answer(octets):
    s.send(octets)
    found = re.search(rb"\xa4\x11\x18\x0f(\d{14})Z\xa5.\x02(.)", s.recv(65536),
                      re.S)
    first, size = found.end(), found[2][0]
    return (calendar.timegm(time.strptime(found[1].decode(), "%Y%m%d%H%M%S")),
            int.from_bytes(found.string[first:first + size], "big"))


# Errors .3 s apart, until three are of one second.
seen = []
while len(seen) < 20:
    seen.append(answer(request(len(seen))))
    if len(seen) > 2 and seen[-3][0] == seen[-1][0]:
        break
    time.sleep(.3)
print("susec of errors .3 s apart grows by",
      *(b[1] - a[1] for a, b in zip(seen[-3:], seen[-2:])))
first = answer(request(100))
time.sleep(3)
second = answer(request(100))
print("three seconds on: the same request", second[0] - first[0],
      "another", "3 or more" if answer(request(101))[0] - first[0] > 2 else "?")
PY
quietly() {
	"$@" > quiet.log 2>&1 || { cat quiet.log >&2; exit 1; }
}
quietly kdb5_util create -s -r EXAMPLE.COM -P master
quietly kadmin.local -q "addprinc -pw secret alice"
background krb5kdc -n
until_true listens "$port"
python3 logon.py "$port" > told

seen "MIT KDC" "susec of errors .3 s apart grows by 1 1" "$(sed -n 1p told)"
seen "MIT KDC, stime" \
    "three seconds on: the same request 0 another 3 or more" \
    "$(sed -n 2p told)"
