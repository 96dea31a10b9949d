/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MAGIC_H
#define MAGIC_H

#include "base/slice.h"

struct codec;

/*
 * Guess the type of a file that is no savefile from its first octets, so that
 * the refusal can advise.
 */

enum { MAGIC_OCTETS = 1024 }; /* as many as any of the marks needs */

struct magic {
	const char *looks_like;    /* "gzip", "a snoop capture", "text", .. */
	const char *unpack;        /* compressed: the command that unpacks it to
				    * its standard output; else NULL */
	const struct codec *codec; /* compressed, and unpacked here */
	const char *advice;        /* not compressed: what to do */
};

/* Is it pcap (any variant libpcap knows) or pcapng? */
bool magic_is_savefile(struct slice head);

/* Never NULL: the last guess is "something else". */
const struct magic *magic_find(struct slice head);

#endif
