# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# For the scripts beside this file: pinned Debian 12 packages, unpacked into a
# temporary folder that goes away at the end, and plain ways to say what was
# seen.  Everything runs on loopback.

set -eu
umask 077
work=$(mktemp -d)
started=
finish() {
	for pid in $started; do
		kill "$pid" 2> "$work/kill" || true
	done
	wait # some write a last file as they end
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM
cd "$work"

# unpack PACKAGE=VERSION ...: into $work/root, nothing is installed.
unpack() {
	for package; do
		apt-get -q -o Debug::NoLocking=1 -o APT::Sandbox::User=root \
		    download "$package" > apt.log 2>&1 || {
			cat apt.log >&2
			echo "cannot get $package" >&2
			exit 1
		}
	done
	for file in *.deb; do
		dpkg-deb -x "$file" root
	done
	rm -f ./*.deb
	PATH=$work/root/usr/sbin:$work/root/usr/bin:$PATH
	libraries=$work/root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
	LD_LIBRARY_PATH=$libraries
	export PATH LD_LIBRARY_PATH
}

# until_true COMMAND: for at most 20 s.
until_true() {
	tries=200
	until "$@" > until.log 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { echo "never true: $*" >&2; exit 1; }
		sleep 0.1
	done
}

# background PROGRAM ...: ended with the script; its output in background.log.
background() {
	"$@" > background.log 2>&1 < /dev/null &
	started="$started $!"
}

# ntp_source PORT AHEAD: a server of NTP at stratum 1 on loopback, so many
# seconds ahead of this host; ended with the script.  Its process is $source.
ntp_source() {
	cat > source.py <<-'PY'
	import socket, struct, sys, time
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("127.0.0.1", int(sys.argv[1])))
	while True:
	    request, client = s.recvfrom(1024)
	    now = int((time.time() + int(sys.argv[2]) + 2208988800) * 2**32)
	    s.sendto(struct.pack(">BBBbII4sQ", 0x24, 1, request[2], -20, 0, 0,
	                         b"GPS\0", now) + request[40:48] +
	             struct.pack(">QQ", now, now), client)
	PY
	python3 source.py "$1" "$2" > source.log 2>&1 &
	source=$!
	started="$started $source"
}

# kamailio_traces PORT MODULE VERSION [PARAMETERS]: the head of kamailio.cfg: it
# listens there, replies or relays by that module, and hands on what it sees by
# HEP of that version to the port behind.
kamailio_traces() {
	LD_LIBRARY_PATH=$libraries/kamailio:$LD_LIBRARY_PATH
	cat > kamailio.cfg <<-CFG
	debug=0
	children=1
	tcp_children=1
	auto_aliases=no
	listen=udp:127.0.0.1:$1
	listen=tcp:127.0.0.1:$1
	mpath="$libraries/kamailio/modules/"
	loadmodule "$2.so"
	loadmodule "pv.so"
	loadmodule "siptrace.so"
	modparam("siptrace", "duplicate_uri", "sip:127.0.0.1:$(($1 + 1))${4-}")
	modparam("siptrace", "hep_mode_on", 1)
	modparam("siptrace", "hep_version", $3)
	modparam("siptrace", "trace_to_database", 0)
	modparam("siptrace", "trace_on", 1)
	modparam("siptrace", "trace_mode", 1)
	CFG
}

# listens PORT: somebody listens there on loopback.
listens() {
	ss -Htln "sport = :$1" | grep -q .
}

# seen WHAT EXPECTED FOUND: say it, and fail where it has changed.
seen() {
	if [ "$2" = "$3" ]; then
		echo "seen: $1: $3"
		return
	fi
	echo "CHANGED: $1: expected \"$2\", found \"$3\"" >&2
	exit 1
}
