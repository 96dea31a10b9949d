/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PCAPNG_H
#define PCAPNG_H

#include "base/counter.h"
#include "base/nstime.h"
#include "base/slice.h"

/*
 * A pcapng file (draft-ietf-opsawg-pcapng), block by block: sections of either
 * octet order, interfaces that each have a link type, a resolution and an
 * offset of their own, and Enhanced, Simple and old Packet Blocks.  Blocks of
 * other kinds are skipped, however long they are.
 *
 * Octets come in as they are read; nothing of the file is kept but its
 * interfaces.
 */

struct pcapng;

enum {
	PCAPNG_LARGEST = 262144, /* octets of a packet; longer are skipped */
	PCAPNG_WINDOW = PCAPNG_LARGEST + 64 /* octets that are ever wanted */
};

/* A Decryption Secrets Block of that type, in pieces, as far as the file has
 * them; `more': this was not the last.  `octets' is borrowed. */
typedef void pcapng_secrets(
    void *arg, uint32_t type, struct slice octets, bool more);

/* `secrets' may be NULL.  NULL when out of memory; the caller frees it. */
struct pcapng *pcapng_new(pcapng_secrets *secrets, void *arg);
void pcapng_free(struct pcapng *p);

enum pcapng_stamp {
	PCAPNG_STAMP,
	PCAPNG_STAMP_NONE, /* a Simple Packet Block has none */
	PCAPNG_STAMP_BAD   /* beyond the range of nstime, or before 1970 */
};

struct pcapng_packet {
	struct slice octets; /* borrowed from what was handed in */
	size_t len;          /* on the wire; octets.len or more */
	int datalink;        /* LINKTYPE_ */
	enum pcapng_stamp stamp;
	nstime wall; /* PCAPNG_STAMP only, else 0 */
};

enum pcapng_result {
	PCAPNG_PACKET,
	PCAPNG_MORE,  /* call again with pcapng_wanted() octets at least */
	PCAPNG_BROKEN /* see pcapng_error(); nothing more can be read */
};

/*
 * Read on in *octets up to the next packet.  Octets done with are taken off its
 * front; what is left must be at the front of the next call's.
 */
enum pcapng_result pcapng_next(
    struct pcapng *p, struct slice *octets, struct pcapng_packet *packet);

/* How many octets the next call needs to get any further: 1 to
 * PCAPNG_WINDOW. */
size_t pcapng_wanted(const struct pcapng *p);

/* Whether the file may end here, between two blocks. */
bool pcapng_may_end(const struct pcapng *p);

/* Returns the reason after PCAPNG_BROKEN; static. */
const char *pcapng_error(const struct pcapng *p);

/* Returns the counts in Interface Statistics Blocks so far, of all
 * interfaces. */
struct pcapng_statistics {
	bool has_end;
	nstime end;       /* the latest end of capture */
	uint64_t dropped; /* by an interface or by its operating system */
};
void pcapng_statistics(
    const struct pcapng *p, struct pcapng_statistics *statistics);

/*
 * Octets that interfaces dropped, counted by the Interface Statistics Blocks
 * that `tail', the last octets of a file, ends with.  They follow the packets
 * they are about, which are judged before.
 */
uint64_t pcapng_dropped_by(struct slice tail);

/* pcapng.too_long, pcapng.malformed, pcapng.no_interface */
void pcapng_stats(const struct pcapng *p, counter_output *output, void *arg);

#endif
