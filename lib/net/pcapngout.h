/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PCAPNGOUT_H
#define PCAPNGOUT_H

#include "base/nstime.h"
#include "base/slice.h"

/* A pcapng file as octets (draft-ietf-opsawg-pcapng): one section, stamps in
 * nanoseconds, comments; never a Decryption Secrets Block. */

struct pcapngout {
	uint8_t *octets; /* owned: free with pcapngout_done() */
	size_t len, room;
	bool failed; /* out of memory: what is there is of no use */
	uint32_t interfaces;
};

/* Begin an empty file with a comment on it; both texts are copied. */
void pcapngout_init(
    struct pcapngout *o, const char *application, struct slice comment);
void pcapngout_done(struct pcapngout *o);

/* The number of a new interface. */
uint32_t pcapngout_interface(struct pcapngout *o, int datalink);

struct pcapngout_packet {
	uint32_t interface;
	nstime wall;
	struct slice octets;
	size_t len;           /* on the wire */
	struct slice comment; /* empty: none */
};

/* Where the packet's octets are now, to be changed; NULL when it failed.
 * Borrowed until the next call. */
uint8_t *pcapngout_packet(
    struct pcapngout *o, const struct pcapngout_packet *packet);

#endif
