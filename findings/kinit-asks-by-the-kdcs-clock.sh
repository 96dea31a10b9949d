#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# MIT krb5 1.20.1's kinit asks for a ticket that ends 24 h after its own now, in
# clear text, so that the request tells the client's clock; or so one thinks.
# From the first answer on it takes the KDC's time (kdc_timesync, on by default)
# and writes the difference into the credential cache, where the next kinit,
# another process, finds it: a client that is an hour behind says so in one
# request and then never again, until its cache is a new one.  Nobody else can
# watch its clock by these requests.

. "$(dirname "$0")/common.sh"
version=1.20.1-2+deb12u5
unpack krb5-kdc=$version krb5-admin-server=$version krb5-user=$version \
    libkadm5srv-mit12=$version libkdb5-10=$version libgssrpc4=$version \
    libkadm5clnt-mit12=$version libverto1=0.3.1-1 \
    libverto-libev1=0.3.1-1 libev4=1:4.33-1 libfaketime=0.9.10-2.1
port=$((20000 + $$ % 10000))

cat > krb5.conf <<CONF
[libdefaults]
default_realm = EXAMPLE.COM
dns_lookup_kdc = false
dns_canonicalize_hostname = false
[realms]
EXAMPLE.COM = {
	kdc = 127.0.0.1:$port
}
CONF
cat > kdc.conf <<CONF
[kdcdefaults]
kdc_listen = 127.0.0.1:$((port + 1))
kdc_tcp_listen = 127.0.0.1:$((port + 1))
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

# Between the two: how many hours after now each request's ticket ends.
cat > between.py <<PY
import calendar, re, socket, time
inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
inside.bind(("127.0.0.1", $port))
outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
outside.connect(("127.0.0.1", $((port + 1))))
open("between.ready", "w").write("ready")
while True:
    request, client = inside.recvfrom(65536)
    if request[0] == 0x6a:
        till = re.search(rb"\xa5\x11\x18\x0f(\d{14})Z", request).group(1)
        ends = calendar.timegm(time.strptime(till.decode(), "%Y%m%d%H%M%S"))
        with open("asked", "a") as file:
            print(round((ends - time.time()) / 3600), file=file)
    outside.send(request)
    inside.sendto(outside.recv(65536), client)
PY
quietly() {
	"$@" > quiet.log 2>&1 || { cat quiet.log >&2; exit 1; }
}
quietly kdb5_util create -s -r EXAMPLE.COM -P master
quietly kadmin.local -q "addprinc -pw secret alice"
background krb5kdc -n
background python3 between.py
until_true listens $((port + 1))
until_true grep -q . between.ready

# An hour behind.
logon() {
	echo secret | FAKETIME=-1h LD_PRELOAD="$libraries/faketime/libfaketime.so.1" \
	    KRB5CCNAME="$work/$1" quietly kinit alice
}
logon cache
logon cache
logon cache
logon other

seen "hours from now to the end that kinit asks for, two requests each" \
    "23 24 24 24 24 24 23 24" "$(paste -sd ' ' asked)"
