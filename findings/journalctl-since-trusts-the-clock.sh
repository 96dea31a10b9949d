#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# journalctl 252 --since finds its place in a journal by halving, as if stamps
# only grew.  journald begins a new file where the clock was set back, but
# systemd-journal-remote, which collects those of many hosts, writes on into the
# same one.  There --since leaves out what was written before the step with a later
# stamp: of entries that all match, shown without --since, a third is missing, and
# they are those of the hour in which the clock was wrong.  Who looks for a clock
# fault in collected journals has to read them whole and filter by stamp.

. "$(dirname "$0")/common.sh"
version=252.39-1~deb12u2
unpack systemd-journal-remote=$version systemd=$version \
    libsystemd-shared=$version libsystemd0=$version libmicrohttpd12=0.9.75-6
# Not all of these have moved to /usr.
LD_LIBRARY_PATH=$libraries/systemd:$LD_LIBRARY_PATH
for directory in root/lib/*-linux-gnu root/lib/*-linux-gnu/systemd; do
	LD_LIBRARY_PATH=$work/$directory:$LD_LIBRARY_PATH
done
PATH=$work/root/bin:$PATH

# An entry a minute; the clock is an hour ahead for the first hundred.
cat > export.py <<'PY'
boot = "0123456789abcdef0123456789abcdef"
for n in range(200):
    stamp = 1700000000 + 60 * n + (3600 if n < 100 else 0)
    print(f"__REALTIME_TIMESTAMP={stamp}000000\n"
          f"__MONOTONIC_TIMESTAMP={1000 + 60 * n}000000\n"
          f"_BOOT_ID={boot}\nMESSAGE={stamp} entry {n}\n")
PY
python3 export.py > entries
root/lib/systemd/systemd-journal-remote -o collected.journal entries \
    > remote.log 2>&1
shown() {
	TZ=UTC journalctl --file collected.journal -o cat "$@"
}
later() {
	awk '$1 >= 1700007200' | wc -l
}
seen "entries, all" 200 "$(shown | wc -l)"
seen "of these, stamped 1700007200 or later" 120 "$(shown | later)"
seen "journalctl --since @1700007200" 80 "$(shown --since @1700007200 | later)"
seen "the first of them" "1700007200 entry 120" \
    "$(shown --since @1700007200 | head -n 1)"
