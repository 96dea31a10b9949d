/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYTELLER_H
#define KEYTELLER_H

#include <sys/types.h>

#include "tls/secrets.h"

/*
 * One who tells lines of a key log: a descriptor that is read as it grows.
 * Where secrets are shared, no more is read than the others have room for: what
 * is left stays where it is.
 */

enum { KEYTELLER_CHUNK = 65536 };

/* Embedded; private but for `fd'. */
struct keyteller {
	int fd; /* -1: none */
	off_t offset;
	struct keylog_lines lines;
};

/* What all tellers share while they are read: whoever has it wipes it. */
struct keyteller_reading {
	struct secrets *secrets;
	uint8_t chunk[KEYTELLER_CHUNK];
};

/* A descriptor of its own, -1: none. */
void keyteller_init(struct keyteller *t, int fd);

/* Is there room for anything? */
bool keyteller_has_room(const struct keyteller_reading *r);

/* At most `most' octets.  0: that was all that there was room for, or for now;
 * -errno: it has ended; -EPIPE: here, so far. */
int keyteller_read(
    struct keyteller *t, struct keyteller_reading *r, size_t most);

/* A file that shrank begins anew (copytruncate). */
void keyteller_rewind(struct keyteller *t);

/* A last line without its newline is whole. */
void keyteller_finish(struct keyteller *t, struct keyteller_reading *r);

/* .. and there is none any more. */
void keyteller_end(struct keyteller *t, struct keyteller_reading *r);

#endif
