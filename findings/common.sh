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
