#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# libldb 2.6.2 (Samba 4.17) loads its modules, storage among them, with
# RTLD_DEEPBIND, so that they take time() from the C library before what
# LD_PRELOAD put in front of it.  Under faketime a program of ldb has two
# clocks: its own code sees the faked one, what its modules write is stamped
# with the real one.  A domain controller of Samba that is shifted by an hour
# so goes on to tell the right time in LDAP (currentTime of the root entry).
# The documentation of neither says so; LDB_MODULES_DISABLE_DEEPBIND in the
# environment ends it.

. "$(dirname "$0")/common.sh"
version=2:2.6.2+samba4.17.12+dfsg-0+deb12u4
unpack ldb-tools=$version libldb2=$version libtalloc2=2.4.0-f2 \
    libtevent0=0.14.1-1 libtdb1=1.4.8-2 liblmdb0=0.9.24-1 \
    samba-libs=2:4.17.12+dfsg-0+deb12u4 \
    faketime=0.9.10-2.1 libfaketime=0.9.10-2.1

# ldbadd stamps the base with the time at which it wrote, in a module.
cat > one.ldif <<'LDIF'
dn: cn=one
cn: one
LDIF
LDB_MODULES_PATH=$libraries/samba/ldb
LD_LIBRARY_PATH=$libraries:$libraries/samba
FAKETIME_LIB=$libraries/faketime/libfaketime.so.1
export LDB_MODULES_PATH LD_LIBRARY_PATH

# written NAME: the hours by which the stamp is off.
written() {
	LD_PRELOAD=$FAKETIME_LIB FAKETIME=-10h ldbadd -H "$1.ldb" one.ldif \
	    > add.log
	stamp=$(ldbsearch -H "$1.ldb" -b @BASEINFO -s base whenChanged |
	    sed -n 's/^whenChanged: \([0-9]*\).*/\1/p')
	python3 -c '
import calendar, sys, time
told = calendar.timegm(time.strptime(sys.argv[1], "%Y%m%d%H%M%S"))
print(round((told - time.time()) / 3600))' "$stamp"
}

echo "versions: libldb $version, faketime 0.9.10"
seen "date under faketime -10h, hours off" -10 "$(
	LD_PRELOAD=$FAKETIME_LIB FAKETIME=-10h date +%s |
	    python3 -c 'import time
print(round((int(input()) - time.time()) / 3600))')"
seen "what ldbadd writes under it, hours off" 0 "$(written deep)"
LDB_MODULES_DISABLE_DEEPBIND=1
export LDB_MODULES_DISABLE_DEEPBIND
seen "the same without RTLD_DEEPBIND, hours off" -10 "$(written plain)"
