/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNTABLE_H
#define TXNTABLE_H

#include "base/counter.h"
#include "base/nstime.h"
#include "base/siphash.h"
#include "net/endpoint.h"
#include "sip/message.h"

/*
 * The transaction table: every SIP transaction on one tap (RFC 3261 section
 * 17 seen from outside; DESIGN section 6, DOMAIN section 1).
 *
 * Messages come in with txntable_input(), time with txntable_tick(); what
 * became of each transaction goes out through the one callback.  The table
 * tells facts.  Whether a silence is proven is decided upstairs
 * (findings/timeout), since some proofs are known only to others.
 *
 * Keys: txnkey.h; legs of one key: txnmatch.h; the state machine of each:
 * transaction.h; hops, failover and forks: txngroup.h.
 *
 * What a transaction gives, in this order:
 *
 *	SLOW        at most once, only if watched
 *	ANSWERED, EXPIRED or UNFINISHED   exactly once
 *	after ANSWERED: EXPIRED, NO_ACK or NO_ACK_2XX, at most once; it comes
 *	    64*T1 + grace after the final, and does not unsay the answer
 *	after EXPIRED without a final: LATE and RECOVERED, at most once each,
 *	    and REVIEWED as often as a leg behind it ends
 */

struct txntable;

enum txntable_transport { TXNTABLE_UDP, TXNTABLE_TCP, TXNTABLE_TLS };

struct txntable_limits {
	size_t transactions; /* at the limit answered ones go first, then the
			      * new one is refused; both are counted */
	nstime t1;           /* RFC 3261 17.1.1.1 */
	nstime timer_c;
	nstime grace;                   /* added to every deadline */
	nstime slow_invite, slow_other; /* early warning thresholds */
	struct siphash_key key;
};

/* Where a message was seen. */
struct txntable_origin {
	enum txntable_transport transport;
	struct endpoint from, to;
	uint64_t flow;     /* tcpreasm connection, 0 on UDP */
	uint64_t flow_end; /* stream offset after the message */
	bool to_server;    /* flow direction: client of the flow sent it */
	bool watched;      /* a request: its outcome may become a finding */
	bool mras;
	nstime now, wall;
};

enum txntable_class {
	TXNTABLE_NO_RESPONSE,       /* nothing at all by 64*T1 + grace */
	TXNTABLE_NO_FINAL,          /* non-INVITE: 1xx only; INVITE after
				     * 101-199: Timer C, sender gave up (408
				     * upstream) */
	TXNTABLE_STALLED_AFTER_100, /* INVITE, 100 only */
	TXNTABLE_RING_NO_ANSWER,    /* INVITE, 101-199 and no final; no alert */
	TXNTABLE_NO_ACK,            /* INVITE, 3xx-6xx repeated to the end */
	TXNTABLE_NO_ACK_2XX,        /* INVITE, 2xx repeated to the end */
	TXNTABLE_CANCELLED_NO_FINAL /* CANCEL seen, INVITE never final */
};

enum txntable_event {
	TXNTABLE_SLOW,      /* no response of any kind at the slow threshold */
	TXNTABLE_ANSWERED,  /* the first final response */
	TXNTABLE_EXPIRED,   /* a deadline passed: see class */
	TXNTABLE_LATE,      /* a final response after EXPIRED */
	TXNTABLE_RECOVERED, /* after EXPIRED: a later attempt elsewhere won */
	TXNTABLE_REVIEWED,  /* after EXPIRED: a deeper leg ended, see deeper */
	TXNTABLE_UNFINISHED /* the capture ended, or time was rebased, first */
};

/* Signs that a response existed which this tap did not see (DOMAIN 1.6). */
enum txntable_unseen {
	TXNTABLE_UNSEEN_ACK = 1,       /* an ACK for it */
	TXNTABLE_UNSEEN_CANCEL = 2,    /* CANCEL without a 1xx seen */
	TXNTABLE_UNSEEN_DIALOG = 4,    /* in-dialog request, PRACK */
	TXNTABLE_UNSEEN_CHALLENGE = 8, /* CSeq+1 with credentials */
	TXNTABLE_UNSEEN_NO_RESEND = 16 /* UDP: it should have resent by now */
};

enum { TXNTABLE_DEEPER = 4 };

/* Everything is borrowed until the callback returns; text is empty for
 * transactions that are not watched (method is always there), and of those
 * that were ANSWERED or are UNFINISHED there is the Call-ID alone. */
struct txntable_outcome {
	enum txntable_event event;
	enum txntable_class class; /* EXPIRED, LATE, RECOVERED */
	uint64_t id;               /* unique for the life of the table */
	bool is_invite, watched, mras;
	enum txntable_transport transport;
	struct endpoint uac, uas;
	struct slice method;
	nstime now;               /* of this event */
	nstime sent;              /* first copy, `now' time */
	nstime sent_wall;         /* first copy, its stamp */
	nstime last_copy;         /* latest copy, `now' time */
	unsigned copies;          /* of the request, the first included */
	unsigned status;          /* of the first final, else of the last
				   * response; 0: none */
	unsigned provisional;     /* highest 1xx seen, 0: none */
	unsigned response_copies; /* of the final, the first included */
	nstime response_span;     /* first to last copy of the final */
	nstime first_response;    /* `now' of the first one, 0: none */
	unsigned unseen;          /* enum txntable_unseen */
	unsigned upstream_status; /* 408 or 504 on an upstream leg, else 0 */
	/* The sender gave up before the deadline: the leg above was answered
	 * 408 or 504.  The verdict is at that moment; after a 1xx it waits for
	 * the grace, since a CANCEL and its 487 will be on their way. */
	bool early;
	bool recovered; /* a later attempt at another server won */
	bool scanned;   /* the texts are the scanner's: see requote.h */
	unsigned legs;  /* EXPIRED: of the group, this one included */
	/* EXPIRED, REVIEWED: ids of deeper legs of the group that are silent as
	 * well.  If they are to blame, this one is counted there. */
	uint64_t deeper[TXNTABLE_DEEPER];
	unsigned deeper_count;
	uint64_t flow, flow_end; /* of the request, for tcpreasm_facts() */
	bool flow_to_server;
	struct slice start_line, request_uri, call_id, from, to, branch;
	uint32_t cseq;
};

typedef void txntable_output(void *arg, const struct txntable_outcome *outcome);

/* What a message turned out to be, for those who use it further. */
enum txntable_match {
	TXNTABLE_NEW,            /* a request that began a transaction */
	TXNTABLE_RETRANSMISSION, /* a copy, of a request or a response */
	TXNTABLE_RESPONSE,       /* the first of its status */
	TXNTABLE_ACK,            /* matched or not: it begins nothing */
	TXNTABLE_NO_ANSWER_DUE,  /* BENOTIFY */
	TXNTABLE_ORPHAN,         /* a response to a request not seen */
	TXNTABLE_REFUSED         /* the table is full, or no memory, or a key
				  * on more legs than one message can have */
};

struct txntable_input {
	enum txntable_match match;
	/* A response whose Date was on another leg of its group before: it was
	 * relayed here, and is no witness for this server's clock. */
	bool date_relayed;
};

/* NULL when out of memory.  The caller frees it; open transactions are
 * dropped without a word. */
struct txntable *txntable_new(
    const struct txntable_limits *limits, txntable_output *output, void *arg);
void txntable_free(struct txntable *t);

/* This message comes next, and *m stays as it is until then: what it will be
 * looked for under is worked out, and brought near meanwhile. */
void txntable_expect(struct txntable *t, const struct sip_message *m);

struct txntable_input txntable_input(struct txntable *t,
    const struct sip_message *m, const struct txntable_origin *origin);

/* Fire every deadline due at or before `now', the earliest first.  Outcomes
 * carry the deadline, not `now', so they do not depend on how often this is
 * called. */
void txntable_tick(struct txntable *t, nstime now);
nstime txntable_next_deadline(const struct txntable *t);

/* Tell UNFINISHED for every transaction without verdict and forget all: a
 * savefile's end, or time was rebased. */
void txntable_close(struct txntable *t, nstime now);

/* New limits from now on; the hash key stays. */
void txntable_set(struct txntable *t, const struct txntable_limits *limits);

size_t txntable_open(const struct txntable *t);

/* txntable.full, txntable.evicted, txntable.orphan, .. */
void txntable_stats(
    const struct txntable *t, counter_output *output, void *arg);

#endif
