/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>

#include "base/nstime.h"
#include "base/slice.h"
#include "net/endpoint.h"
#include "net/transport.h"

/*
 * The outcome of a transaction (RFC 3261 section 17, DESIGN section 6): the
 * only view of it outside lib/txn.  These are facts; findings/timeout decides
 * whether a silence is proven, since some proofs come from elsewhere
 * (delivery.h).
 *
 * A transaction gives, in this order:
 *
 *	SLOW        at most once, only if watched
 *	ANSWERED, EXPIRED or UNFINISHED   exactly once
 *	after ANSWERED: EXPIRED, NO_ACK or NO_ACK_2XX, at most once; it comes
 *	    64*T1 + grace after the final, and the answer remains
 *	after EXPIRED without a final: LATE and RECOVERED, at most once each,
 *	    and REVIEWED as often as a leg behind it ends
 */

enum outcome_event {
	OUTCOME_SLOW,      /* no response of any kind at the slow threshold */
	OUTCOME_ANSWERED,  /* the first final response */
	OUTCOME_EXPIRED,   /* a deadline passed: see class */
	OUTCOME_LATE,      /* a final response after EXPIRED */
	OUTCOME_RECOVERED, /* after EXPIRED: a later attempt elsewhere won */
	OUTCOME_REVIEWED,  /* after EXPIRED: a deeper leg ended, see deeper */
	OUTCOME_UNFINISHED /* the capture ended, or time was rebased, first */
};

enum outcome_class {
	OUTCOME_NO_RESPONSE,       /* nothing at all by 64*T1 + grace */
	OUTCOME_NO_FINAL,          /* non-INVITE: 1xx only; INVITE after
				    * 101-199: Timer C, sender gave up (408
				    * upstream) */
	OUTCOME_STALLED_AFTER_100, /* INVITE, 100 only */
	OUTCOME_RING_NO_ANSWER,    /* INVITE, 101-199 and no final; no alert */
	OUTCOME_NO_ACK,            /* INVITE, 3xx-6xx repeated to the end */
	OUTCOME_NO_ACK_2XX,        /* INVITE, 2xx repeated to the end */
	OUTCOME_CANCELLED_NO_FINAL /* CANCEL seen, INVITE never final */
};

/* Signs of a response that was not seen here (DOMAIN 1.6). */
enum outcome_unseen {
	OUTCOME_UNSEEN_ACK = 1,       /* an ACK for it */
	OUTCOME_UNSEEN_CANCEL = 2,    /* CANCEL without a 1xx seen */
	OUTCOME_UNSEEN_DIALOG = 4,    /* in-dialog request, PRACK */
	OUTCOME_UNSEEN_CHALLENGE = 8, /* CSeq+1 with credentials */
	OUTCOME_UNSEEN_NO_RESEND = 16 /* UDP: it should have resent by now */
};

enum { OUTCOME_DEEPER = 4 };

struct outcome_request {
	nstime sent;      /* first copy, `now' time */
	nstime sent_wall; /* first copy, its stamp */
	nstime last_copy; /* latest copy, `now' time */
	unsigned copies;  /* the first included */
	bool by_agent;    /* HEP: not all copies need have been handed on */
	bool repeated;    /* UDP: resent for so long that no response came */
	uint64_t flow;    /* as in struct origin, for tcpreasm_facts() */
	uint64_t flow_end;
	bool to_server;
};

struct outcome_response {
	unsigned status;      /* of the first final, else of the last
			       * response; 0: none */
	unsigned provisional; /* highest 1xx seen, 0: none */
	unsigned copies;      /* of the final, the first included */
	nstime span;          /* first to last copy of the final */
	nstime first;         /* `now' of the first response, 0: none */
};

/* Signs from other messages. */
struct outcome_signs {
	unsigned unseen;          /* enum outcome_unseen */
	unsigned upstream_status; /* 408 or 504 on an upstream leg, else 0 */
	/* The sender gave up before the deadline: the leg above was answered
	 * 408 or 504.  It expires at that moment; after a 1xx it waits for the
	 * grace, since a CANCEL and its 487 will be on their way. */
	bool early;
	bool failover;  /* meanwhile the client asked another server */
	bool recovered; /* a later attempt at another server won */
	bool loss;      /* lately finals were missed: a mirror loses packets */
};

/* The other legs of the same request. */
struct outcome_group {
	unsigned legs; /* EXPIRED, REVIEWED, UNFINISHED: with this one */
	/* .. and UNFINISHED: ids of deeper legs that are silent as well.  If
	 * they are to blame, this one is counted there. */
	uint64_t deeper[OUTCOME_DEEPER];
	unsigned deeper_count;
};

/* Empty for transactions that are not watched; of those that were ANSWERED
 * there is the Call-ID alone. */
struct outcome_text {
	struct slice start_line, request_uri, call_id, from, to, branch;
	uint32_t cseq;
	bool scanned; /* the scanner read them: see requote.h */
};

/* Everything is borrowed until the callback returns. */
struct outcome {
	enum outcome_event event;
	enum outcome_class class; /* not of SLOW and ANSWERED */
	uint64_t id;              /* unique for the life of the table */
	nstime now;               /* of this event */
	bool is_invite, watched, mras;
	enum transport transport;
	struct endpoint uac, uas;
	struct slice method;
	struct outcome_request request;
	struct outcome_response response;
	struct outcome_signs signs;
	struct outcome_group group;
	struct outcome_text text;
};

#endif
