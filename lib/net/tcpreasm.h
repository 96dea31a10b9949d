/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TCPREASM_H
#define TCPREASM_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "net/endpoint.h"
#include "net/inner/tcp.h"

/*
 * TCP reassembly: segments in, octets in order and facts out.
 *
 * Both directions of a connection are put in order on their own, since a
 * mirror may show only one.  Sequence numbers compare by signed difference
 * (RFC 9293 section 3.4) and are widened to 64-bit offsets that count from the
 * first octet of the direction (or the first seen, picked up mid-way). The
 * first copy of an octet wins.  Out-of-order octets are kept up to a limit.  A
 * hole is given up, and reported as TCPREASM_GAP, 100 ms after octets in it
 * were acknowledged by the other side (the receiver has them, we will not get
 * them; captures merged from two interfaces may show the acknowledgement
 * first), 5 s after the octets behind it came, when the limit of kept octets
 * is reached, or at the end.  A direction of which nothing was ever seen has
 * no gaps.  PSH means nothing.
 *
 * Segments far from what is expected are dropped, a RST too; two of them in a
 * row, a SYN that is answered, or a SYN where the old connection is over or
 * silent, are another connection between the same endpoints.
 *
 * A consumer that wants to know when octets were acknowledged awaits that.
 * Connections that have something to report at the same time report it in the
 * order in which they began.
 *
 * A connection that ended stays known for `linger', without buffers, so that
 * its facts can be asked for when the transactions it carried are judged.
 */

struct tcpreasm;

struct tcpreasm_limits {
	size_t connections; /* at the limit one is evicted: first one that never
			     * carried octets, then one that ended, then any;
			     * the longest idle of its kind */
	size_t octets;      /* out-of-order octets held, overall */
	struct budget_share *holes; /* those are drawn from; borrowed */
	size_t stream_octets;       /* .. and for one direction */
	nstime idle;   /* a silent connection is forgotten after this */
	nstime linger; /* one that ended is forgotten after this */
	struct siphash_key key;
	struct budget_share *memory; /* the connections', borrowed;
				      * NULL: no bounds */
};

enum tcpreasm_direction { TCPREASM_TO_SERVER, TCPREASM_TO_CLIENT };

enum tcpreasm_fact {
	TCPREASM_OPENED,     /* SYN-ACK seen, or implied by the client's ACK */
	TCPREASM_REFUSED,    /* SYN answered by RST */
	TCPREASM_UNANSWERED, /* 3 copies of the SYN or 7 s, no answer; OPENED
			      * may still follow */
	TCPREASM_DATA,       /* `octets' are next in order */
	TCPREASM_GAP,      /* `lost' octets will never come; DATA may follow */
	TCPREASM_CLOSED,   /* both FINs seen */
	TCPREASM_RESET,    /* RST on an opened or mid-way connection */
	TCPREASM_REPLACED, /* another one took its place, its end unseen */
	TCPREASM_ACKNOWLEDGED, /* more octets, and tcpreasm_await() asked */
	TCPREASM_RESENT,   /* facts.resends has reached TCPREASM_UNDELIVERED, or
			    * has fallen below it */
	TCPREASM_FORGOTTEN /* the last word about it: free what hangs on user */
};

/*
 * Borrowed until the callback returns.  client is who sent the first SYN;
 * picked up mid-way, `guessed' is set and the server is the endpoint in
 * `server_ports' of tcpreasm_input(), else the receiver of the first segment.
 */
struct tcpreasm_event {
	enum tcpreasm_fact fact;
	uint64_t connection; /* the number of the packet that began it */
	struct endpoint client, server;
	bool guessed; /* no SYN seen: who is who is a guess */
	/* DATA, GAP, RESET: from whom; ACKNOWLEDGED, RESENT: whose octets */
	enum tcpreasm_direction direction;
	struct slice octets; /* DATA */
	uint64_t offset; /* in its direction: DATA, GAP: of their first octet;
			  * others: up to where it is acknowledged */
	uint64_t begin;  /* DATA: offset of the first octet that is not a
			  * proxy's, see proxyproto.h; 0 in most cases */
	uint64_t lost;   /* GAP */
	/* The client that a proxy's header names, which proxyproto_strip()
	 * fills in; without an address: there is none. */
	struct endpoint proxied;
	nstime now, wall; /* DATA: of the segment that brought it; others: of
			   * the moment when it was known */
	void **user; /* the consumer's, one per connection, NULL at first */
};

/* It may ask for facts and await, and must not change the tcpreasm. */
typedef void tcpreasm_output(void *arg, const struct tcpreasm_event *event);

/* Octets resent so often were not delivered: three copies and no
 * acknowledgement (DOMAIN 1.6). */
enum { TCPREASM_UNDELIVERED = 3 };

/* The facts about one direction that a verdict needs. */
struct tcpreasm_facts {
	uint64_t seen;         /* offset after the last octet put in order */
	uint64_t acknowledged; /* the other side acknowledged up to here */
	nstime last_gap;       /* when; INT64_MIN: never */
	unsigned resends;  /* of the oldest unacknowledged octet, after it was
			    * first sent, up to 255; where no acknowledgement
			    * was ever seen: of the latest octet */
	uint64_t segments; /* packets of this direction, pure ACKs too */
	nstime hung_up;    /* its FIN came, and first; NSTIME_NEVER: no */
	bool ended;        /* closed, reset, refused or unanswered */
};

struct tcpreasm *tcpreasm_new(
    const struct tcpreasm_limits *limits, tcpreasm_output *output, void *arg);

/* Emits FORGOTTEN for every connection first. */
void tcpreasm_free(struct tcpreasm *t);

struct tcpreasm_segment {
	struct endpoint from, to;
	const struct tcp *tcp;
	bool truncated;      /* cut by snaplen; unused: see tcp->payload_len */
	bool from_is_server; /* hint for mid-way pick-up: from.port is a SIP
				port */
	bool to_is_server;
	uint64_t number; /* of the packet, never 0: as in struct packet */
	nstime now, wall;
};

void tcpreasm_input(struct tcpreasm *t, const struct tcpreasm_segment *segment);

void tcpreasm_tick(struct tcpreasm *t, nstime now);
nstime tcpreasm_next_deadline(const struct tcpreasm *t);

/* Give up every hole, deliver what is kept behind it, end of capture.  No
 * connection is closed or forgotten. */
void tcpreasm_flush(struct tcpreasm *t, nstime now);

void tcpreasm_set(struct tcpreasm *t, const struct tcpreasm_limits *limits);

/* Is there a connection in which `from' sent to `to' about this sequence
 * number?  For errors that quote a segment: a forger of them does not know
 * it. */
bool tcpreasm_has_sent(struct tcpreasm *t, const struct endpoint *from,
    const struct endpoint *to, uint32_t sequence);

/* Who is at its ends.  False, and both untouched: it is no longer known. */
bool tcpreasm_ends(const struct tcpreasm *t, uint64_t connection,
    struct endpoint *client, struct endpoint *server);

/*
 * The connection between the two, and how far `sequence' of what `from' sends
 * is from its beginning: a TCPREASM_DATA without octets and times.  False:
 * there is none.
 */
bool tcpreasm_place(struct tcpreasm *t, const struct endpoint *from,
    const struct endpoint *to, uint32_t sequence, struct tcpreasm_event *event);

/* False: the connection is no longer known. */
bool tcpreasm_facts(const struct tcpreasm *t, uint64_t connection,
    enum tcpreasm_direction direction, struct tcpreasm_facts *facts);

/*
 * Report ACKNOWLEDGED from now on whenever more octets of this direction are
 * acknowledged, until that reaches `offset'.  True: it has by now, and that is
 * not reported.
 */
bool tcpreasm_await(struct tcpreasm *t, uint64_t connection,
    enum tcpreasm_direction direction, uint64_t offset);

/* A connection that is open, and carried octets. */
struct tcpreasm_open {
	struct endpoint client, server;
	nstime last; /* active then, within a second */
	uint32_t segments[2];
	void **user; /* as in struct tcpreasm_event */
};

/* It must not change the tcpreasm. */
typedef void tcpreasm_open_output(void *arg, const struct tcpreasm_open *open);

/* The `most' that were active last, the longest idle first. */
void tcpreasm_each_open(const struct tcpreasm *t, size_t most,
    tcpreasm_open_output *output, void *arg);

/*
 * Follow a connection that another tcpreasm followed, as one that is picked up
 * mid-way.  `number' is of no packet.  Returns where its user is; NULL: there
 * is no memory or no room, or there is one between the two.
 */
void **tcpreasm_adopt(
    struct tcpreasm *t, const struct tcpreasm_open *open, uint64_t number);

void tcpreasm_stats(
    const struct tcpreasm *t, counter_output *output, void *arg);

/* Octets of memory held at present, for tests and the memory limit. */
size_t tcpreasm_memory(const struct tcpreasm *t);

#endif
