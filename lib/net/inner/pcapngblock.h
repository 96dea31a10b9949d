/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PCAPNGBLOCK_H
#define PCAPNGBLOCK_H

#include "base/cursor.h"
#include "net/inner/pcapngtime.h"

/*
 * The contents of the blocks of a pcapng file, in the octet order of their
 * section.
 */

enum pcapngblock_type {
	PCAPNGBLOCK_SECTION = 0x0a0d0d0a,
	PCAPNGBLOCK_INTERFACE = 1,
	PCAPNGBLOCK_OLD_PACKET = 2,
	PCAPNGBLOCK_SIMPLE_PACKET = 3,
	PCAPNGBLOCK_STATISTICS = 5,
	PCAPNGBLOCK_ENHANCED_PACKET = 6,
	PCAPNGBLOCK_SECRETS = 10
};

/* Type and length in front, the length again behind. */
enum { PCAPNGBLOCK_HEAD = 8, PCAPNGBLOCK_FRAME = 12 };

struct pcapngblock {
	bool little; /* the order of its octets */
	uint32_t type;
	uint32_t total;     /* its length as in its own header */
	uint64_t body_len;  /* without the frame, with padding */
	struct cursor body; /* what is in hand of the body */
};

/* The head of a block, PCAPNGBLOCK_HEAD octets or more.  False: it is shorter
 * than any can be. */
bool pcapngblock_parse(
    struct slice octets, bool little, struct pcapngblock *block);

/* The octet order that a section header, 16 octets or more, is written in.
 * False: it is none, or of another version. */
bool pcapngblock_order(struct slice octets, bool *little);

/* The block that `octets' end with; whole. */
bool pcapngblock_last(
    struct slice octets, bool little, struct pcapngblock *block);

/* How much of the body must be in hand to read it with what follows. */
size_t pcapngblock_wanted(const struct pcapngblock *block);

struct pcapngblock_interface {
	int datalink;
	uint32_t snaplen; /* 0: none */
	struct pcapngtime clock;
};
struct pcapngblock_interface pcapngblock_interface(
    const struct pcapngblock *block);

struct pcapngblock_statistics {
	uint32_t interface;
	bool has_end;
	uint64_t end; /* in units of its interface */
	uint64_t dropped;
};
struct pcapngblock_statistics pcapngblock_statistics(
    const struct pcapngblock *block);

struct pcapngblock_packet {
	uint32_t interface;
	bool stamped;
	uint64_t stamp; /* in units of its interface */
	uint32_t caplen, len;
	size_t octets; /* of the body, before the packet's own */
};

/* `snaplen' is that of the section's first interface, 0: none.  False: the
 * block ends before the packet that it holds. */
bool pcapngblock_packet(const struct pcapngblock *block, uint32_t snaplen,
    struct pcapngblock_packet *packet);

/* Type and length of the secrets that follow 8 octets on.  False: the block
 * is shorter. */
bool pcapngblock_secrets(
    const struct pcapngblock *block, uint32_t *type, uint32_t *len);

#endif
