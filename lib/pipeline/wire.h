/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIRE_H
#define WIRE_H

#include "pipeline/event.h"

/*
 * What travels between the daemons of a fleet, as octets.
 *
 * A sensor sends batches: a header, then items one after the other.  An item is
 * an event for the judge's matcher, one half of a transaction whose other half
 * this sensor did not see, a tally, or a note that a message passed.  The judge
 * sends batches of wants: calls, and servers, of which it has to know all.
 *
 * Bodies, credentials and whatever else the matcher does not need are left
 * out: of a message the texts that an alert may quote travel.
 *
 * Batches of another version are refused as a whole.  All of it is hostile
 * input: it is bounded by the cursor, a reader keeps nothing, and items borrow
 * from the batch and from the reader.
 */

enum {
	WIRE_VERSION = 4,
	WIRE_NAME = 64,         /* of a sensor, NUL included */
	WIRE_METHOD = 32,       /* of a tally, NUL included */
	WIRE_MOST = 256 * 1024, /* octets of a batch */
	WIRE_TEXT = 1024        /* of one text of a message */
};

enum wire_kind { WIRE_OBSERVED, WIRE_WANTED, WIRE_KINDS };

struct wire_header {
	enum wire_kind kind;
	char name[WIRE_NAME]; /* of the sender */
	uint64_t run;         /* when it began: a later run is larger */
	uint64_t sequence;    /* in this run, from 1 */
	nstime now, wall;     /* when the batch was begun: to the millisecond,
			       * and their difference to the microsecond */
	nstime reached;       /* no later batch has an earlier event, but for
			       * what was wanted or held back */
	uint64_t messages;    /* SIP messages of this run, .. */
	uint64_t drops;       /* .. and packets lost before it */
};

enum wire_item_kind {
	WIRE_EVENT,
	WIRE_HALF,
	WIRE_TALLY,
	WIRE_SPOKE,
	WIRE_WANT,
	WIRE_INTEREST,
	WIRE_ITEMS
};

/* One half of a transaction: a request without a response, or a response
 * without its request, of which neither client nor server travel: whoever joins
 * it has them of the request. */
struct wire_half {
	uint64_t call; /* see wire_call() */
	uint32_t leg;  /* see wire_leg(): 24 bits */
	bool is_request;
	struct address client;
	struct endpoint server;
	nstime now; /* read: when its batch was begun */
};

/* Transactions that were answered well, in about a second. */
struct wire_tally {
	struct endpoint server;
	char method[WIRE_METHOD];
	uint64_t answered;
};

/* A message that is not told passed on a flow of which the judge knows. */
struct wire_spoke {
	uint64_t flow;
	bool by_client;
	nstime now;
};

/* Everything of one call, wherever it was seen. */
struct wire_want {
	uint64_t call;
	struct address client;
	struct endpoint server;
	bool suspect; /* nobody answered: the server is looked at */
};

/* Everything about a server, for so long. */
struct wire_interest {
	struct endpoint server;
	nstime lasts;
};

struct wire_item {
	enum wire_item_kind kind;
	union {
		struct event event;
		struct wire_half half;
		struct wire_tally tally;
		struct wire_spoke spoke;
		struct wire_want want;
		struct wire_interest interest;
	};
};

struct wire_writer;

/* NULL when out of memory; the caller frees it. */
struct wire_writer *wire_writer_new(void);
void wire_writer_free(struct wire_writer *w);

/* Begin a batch, unless one is begun: times relate to these. */
void wire_begin(struct wire_writer *w, nstime now, nstime wall);

/* Is there a batch that was not ended? */
bool wire_begun(const struct wire_writer *w);

/* False: it did not fit, or is of a kind that does not travel, and the batch is
 * as it was. */
bool wire_put(struct wire_writer *w, const struct wire_item *item);

/* Octets of items so far. */
size_t wire_length(const struct wire_writer *w);

/* The batch, borrowed until wire_begin(); empty when out of memory. */
struct slice wire_end(struct wire_writer *w, const struct wire_header *header);

struct wire_reader;

struct wire_reader *wire_reader_new(void);
void wire_reader_free(struct wire_reader *r);

/* False, and *header untouched: it is none of ours. */
bool wire_open(
    struct wire_reader *r, struct slice batch, struct wire_header *header);

/* Added to each time of the items that follow. */
void wire_shift(struct wire_reader *r, nstime now, nstime wall);

enum wire_answer {
	WIRE_ITEM,
	WIRE_OVER,  /* that was the last */
	WIRE_BROKEN /* the rest makes no sense */
};

/* Everything in *item is borrowed until the next call. */
enum wire_answer wire_next(struct wire_reader *r, struct wire_item *item);

/* The same for all messages of one call, and of one transaction on one leg (ACK
 * counts as its INVITE), on every sensor: unkeyed.  Among a million calls two
 * share a number once in 37 million times; two legs of one call do once in 17
 * million. */
uint64_t wire_call(const struct sip_message *m);
uint32_t wire_leg(const struct sip_message *m);

/* Which of `partitions' joins the halves of a call. */
static inline unsigned
wire_partition(uint64_t call, unsigned partitions)
{
	return (unsigned)(call % partitions);
}

#endif
