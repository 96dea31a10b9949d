/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BUDGET_H
#define BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The one memory budget that all tables and buffers draw from.  Each share is
 * guaranteed a part of it, whatever the others hold; the rest is for whoever
 * comes first, but that the rooms of readers and those behind them have each a
 * part of it: they may be in two threads, and what one of them is refused must
 * not depend on how far the other has come.  A room that is refused lets
 * something of its own go, by its own rule, and counts it.
 *
 * What is drawn is what was asked of malloc, with BUDGET_OVERHEAD for each
 * time, so the budget is nearly what the process grows by.
 */

enum budget_room {
	BUDGET_FRAGMENTS,  /* of datagrams that are not whole */
	BUDGET_STREAMS,    /* connections, and what is known of each */
	BUDGET_REASSEMBLY, /* segments behind a hole */
	BUDGET_FRAMING,    /* messages on streams that are not whole */
	BUDGET_TLS,        /* handshakes that are not whole, records held */
	BUDGET_SHOWN,      /* certificates that were shown lately */
	/* From here on they are those of the matcher and the judge. */
	BUDGET_FLOWS,        /* how far connections were delivered */
	BUDGET_CERTIFICATES, /* known ones, and their troubles */
	BUDGET_TRANSACTIONS,
	BUDGET_TEXTS,  /* of watched transactions */
	BUDGET_PAIRS,  /* of hosts */
	BUDGET_CLOCKS, /* of hosts */
	BUDGET_PEERS,  /* the troubles of servers and clients */
	BUDGET_ALERTS, /* and incidents */
	BUDGET_SINKS,  /* alerts on their way */
	/* These have what budget_reserve() sets aside, and no more. */
	BUDGET_EVIDENCE, /* the latest packets */
	BUDGET_MERGE,    /* packets of several interfaces */
	BUDGET_HANDOVER, /* events between threads */
	BUDGET_SECRETS,  /* of TLS, of further threads that capture */
	BUDGET_FLEET,    /* its judge, which has a budget of its own */
	BUDGET_ROOMS
};

enum { BUDGET_OVERHEAD = 16 };

struct budget;
struct budget_share;

/* Of `octets'.  NULL when out of memory; the caller frees it, after all who
 * draw from it. */
struct budget *budget_new(size_t octets);
void budget_free(struct budget *b);

/* More or less from now on; what is drawn above it stays. */
void budget_set(struct budget *b, size_t octets);

/* Set so many aside for a room from BUDGET_EVIDENCE on: the others share what
 * is left. */
void budget_reserve(struct budget *b, enum budget_room room, size_t octets);

/* Belongs to the budget.  `b' NULL: NULL, a share without bounds. */
struct budget_share *budget_share(struct budget *b, enum budget_room room);

/* May `octets' more be allocated?  False, and counted: no.  `s' NULL: yes. */
bool budget_take(struct budget_share *s, size_t octets);
void budget_give(struct budget_share *s, size_t octets);

/* Would they be allowed? */
bool budget_has(const struct budget_share *s, size_t octets);

/* How much of the guarantee is drawn; may be above 100. */
unsigned budget_percent(const struct budget_share *s);

/* Drawn in any case, exactly so many octets; and given back. */
void budget_note(struct budget_share *s, size_t octets);
void budget_undo(struct budget_share *s, size_t octets);

/* As budget_take(), with memory: zeroed, NULL if it is refused or there is
 * none. */
void *budget_alloc(struct budget_share *s, size_t octets);
void budget_release(struct budget_share *s, void *memory, size_t octets);

struct budget_use {
	const char *name;
	size_t guaranteed, used, most; /* octets; most: used at a time */
	uint64_t refused;              /* times */
};

struct budget_use budget_use(const struct budget *b, enum budget_room room);

/* Of `octets' that nothing is set aside of. */
size_t budget_guaranteed(size_t octets, enum budget_room room);

/* What a share is guaranteed now; `s' NULL: SIZE_MAX. */
size_t budget_share_guaranteed(const struct budget_share *s);

/* What is guaranteed to none. */
size_t budget_spare(const struct budget *b);

size_t budget_octets(const struct budget *b);
size_t budget_used(const struct budget *b);

#endif
