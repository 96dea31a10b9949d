#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Debian's inih 55 reads a line by pieces of 199 octets, and what is left over
# is a line of its own.  One expects an error then, for the rest has no "=".  But
# ":" is as good as "=" to inih: in a list of IPv6 addresses the rest is an entry,
# named by what stands before its first colon, and ini_parse() returns 0.  Of 16
# peers 13 are left, the last of them cut in its middle, and a handler that passes
# over unknown names never tells.  Where the rest begins with a blank it is taken
# for a continuation, which is right by luck.

. "$(dirname "$0")/common.sh"
unpack libinih-dev=55-1 libinih1=55-1

cat > entries.c <<'C'
#include <ini.h>
#include <stdio.h>
#include <string.h>

static int
on_entry(void *user, const char *section, const char *name, const char *value)
{
	(void)user;
	printf("[%s] \"%s\" of %zu octets; ", section, name, strlen(value));
	return 1;
}

int
main(int argc, char **argv)
{
	const int error = ini_parse(argv[argc - 1], on_entry, NULL);

	printf("ini_parse %d\n", error);
	return 0;
}
C
cc -I root/usr/include -o entries entries.c -L "$libraries" -linih

# list SEPARATOR PEERS: a section with so many peers on one line.
list() {
	python3 -c '
import sys
print("[peers]\nallow = " + sys.argv[1].join(
    f"2001:db8::{n}" for n in range(1000, 1000 + int(sys.argv[2]))))
' "$1" "$2"
}
list , 12 > short.ini
list , 16 > long.ini
list ', ' 14 > blanks.ini
seen "12 peers on one line" \
    '[peers] "allow" of 179 octets; ini_parse 0' "$(./entries short.ini)"
seen "16 peers on one line" \
    "[peers] \"allow\" of 191 octets; \
[peers] \"012,2001\" of 39 octets; ini_parse 0" \
    "$(./entries long.ini)"
seen "14 peers on one line, blanks between" \
    "[peers] \"allow\" of 191 octets; \
[peers] \"allow\" of 30 octets; ini_parse 0" \
    "$(./entries blanks.ini)"
