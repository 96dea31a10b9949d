/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STRANGERS_H
#define STRANGERS_H

#include "host/log.h"
#include "net/endpoint.h"

/*
 * Those that send HEP and are not heard.  Each address is logged when it is
 * refused first, and then once an hour while that goes on.  Beyond a few, which
 * may be made up, they are a number: one line an hour, however many.
 */

enum strangers_reason {
	STRANGERS_NOT_ALLOWED,
	STRANGERS_OTHER_KEY,
	STRANGERS_NOT_HEP3 /* over TCP */
};

/* So few that the log holds none of them back; see log.h. */
enum { STRANGERS_MOST = 16 };

struct strangers_one {
	struct address address;
	enum strangers_reason reason; /* the latest */
	uint64_t packets;             /* or connections */
	nstime last;                  /* of them; monotonic */
	nstime told;                  /* private: when, .. */
	uint64_t told_packets;        /* .. and how many they were */
};

/* Embedded, zeroed at first; the rest is private. */
struct strangers {
	size_t count;
	struct strangers_one ones[STRANGERS_MOST];
	struct strangers_one others; /* all further ones */
};

/* One is refused at `now', which is monotonic. */
void strangers_input(struct strangers *s, const struct address *address,
    enum strangers_reason reason, nstime now, const struct log *log);

/* Log again what goes on. */
void strangers_tick(struct strangers *s, nstime now, const struct log *log);

/* "allow" or "key", the setting that refuses them, or "version". */
const char *strangers_key(enum strangers_reason reason);

#endif
