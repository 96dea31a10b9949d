/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TRANSACTION_H
#define TRANSACTION_H

#include "txn/outcome.h"
#include "txn/timers.h"

/*
 * One transaction's state machine (RFC 3261 section 17, RFC 6026), seen
 * from between the ends: the messages that pass show which timer must be
 * running in the client.
 *
 *	              INVITE (17.1.1, 17.2.1)     others (17.1.2, 17.2.2)
 *	TRYING        Calling: Timers A, B        Trying: Timers E, F
 *	PROCEEDING    a 1xx passed: B, after      a 1xx passed: F runs on
 *	              101-199 Timer C
 *	COMPLETED     300-699 passed: G, H        any final passed: J, K
 *	ACCEPTED      2xx passed: L, M
 *	CONFIRMED     its ACK passed
 *	EXPIRED       the client has given up; a late final is still awaited
 *	TERMINATED    nothing more will come
 *
 * It has one deadline at a time.  It cannot see which responses
 * reached the client; signs of unseen ones are collected in `unseen'.
 */

enum transaction_state {
	TRANSACTION_TRYING,
	TRANSACTION_PROCEEDING,
	TRANSACTION_COMPLETED,
	TRANSACTION_ACCEPTED,
	TRANSACTION_CONFIRMED,
	TRANSACTION_EXPIRED,
	TRANSACTION_TERMINATED
};

struct transaction_timers {
	nstime t1, timer_c, grace;
	nstime slow; /* early warning after this; NSTIME_NEVER: none */
};

/* An open struct: read it, change it through the calls below.  There may be a
 * million of them, so short times are kept in microseconds. */
struct transaction {
	nstime sent; /* the first copy of the request */
	/* The deadline counts from here: the request, its latest 101-199, the
	 * CANCEL, the giving up, the first copy of the final, EXPIRED. */
	nstime since;
	uint32_t resent_us;       /* from `sent' to the latest copy */
	uint32_t response_us;     /* from `sent' to the first response */
	uint32_t final_us;        /* from `since' to the final's latest copy */
	uint32_t copies;          /* of the request */
	uint32_t final_tag;       /* hash of the first final's To tag */
	uint16_t response_copies; /* of the first final */
	uint16_t status;          /* the last response up to the first final */
	uint16_t provisional;     /* the highest 1xx */
	uint8_t state;            /* enum transaction_state */
	uint8_t class;            /* EXPIRED: enum outcome_class */
	uint8_t passed_1xx;       /* private */
	uint8_t unseen;           /* enum outcome_unseen */
	bool is_invite : 1;
	bool reliable : 1; /* TCP or TLS: requests are not repeated */
	bool cancelled : 1;
	bool gave_up : 1; /* the client did, before its timer fired */
	bool slow_told : 1;
	bool failed_over : 1; /* the request went to another server */
	bool late : 1;        /* its final came after EXPIRED */
};

enum transaction_step {
	TRANSACTION_FIRST,    /* a provisional, or another final */
	TRANSACTION_COPY,     /* of a response that passed before */
	TRANSACTION_ANSWERED, /* the first final */
	TRANSACTION_LATE      /* the first final, after EXPIRED */
};

enum transaction_alarm {
	TRANSACTION_SLOW, /* go on waiting */
	TRANSACTION_GONE, /* the client has given up; see class */
	TRANSACTION_OVER  /* forget it */
};

/* The first copy of the request passed. */
void transaction_begin(
    struct transaction *t, bool is_invite, bool reliable, nstime now);

/* Another copy of the request passed: the client still waits. */
void transaction_again(struct transaction *t, nstime now);

/* `tag' is a hash of the To tag: finals of several forks are no copies of
 * one another (RFC 3261 13.2.2.4). */
enum transaction_step transaction_response(
    struct transaction *t, unsigned status, uint32_t tag, nstime now);

/* An ACK for this INVITE passed.  True: for a final that did not pass here,
 * although responses do. */
bool transaction_ack(struct transaction *t);

/* Another message shows that a response came which did not pass here.  True:
 * although responses do. */
bool transaction_missed(struct transaction *t, enum outcome_unseen sign);

/* A CANCEL for this INVITE passed. */
void transaction_cancel(
    struct transaction *t, const struct transaction_timers *timers, nstime now);

/* The client answered its own client 408 or 504.  False: by then it had given
 * up anyway. */
bool transaction_give_up(
    struct transaction *t, const struct transaction_timers *timers, nstime now);

/* No final passed and no deadline, so far. */
static inline bool
transaction_pending(const struct transaction *t)
{
	return t->state <= TRANSACTION_PROCEEDING;
}

/* The status of its final response, 0: none passed. */
static inline unsigned
transaction_final(const struct transaction *t)
{
	return t->status >= 200 ? t->status : 0;
}

/* Is this a copy of its first final? */
static inline bool
transaction_is_final(const struct transaction *t, unsigned status, uint32_t tag)
{
	return transaction_final(t) != 0 && status == t->status &&
	    tag == t->final_tag;
}

/* No later message changes its outcome. */
static inline bool
transaction_settled(const struct transaction *t)
{
	return transaction_final(t) != 0 &&
	    (!t->is_invite || t->late || t->state == TRANSACTION_CONFIRMED);
}

/* The latest copy of the request. */
static inline nstime
transaction_last_copy(const struct transaction *t)
{
	return t->sent + t->resent_us * NSTIME_US;
}

/* 0: none. */
static inline nstime
transaction_first_response(const struct transaction *t)
{
	return t->status == 0 ? 0 : t->sent + t->response_us * NSTIME_US;
}

/* From the first copy of the final to its latest. */
static inline nstime
transaction_final_span(const struct transaction *t)
{
	return t->final_us * NSTIME_US;
}

nstime transaction_deadline(
    const struct transaction *t, const struct transaction_timers *timers);

/* The client heard nothing: it went on resending for so long that a copy or
 * two may have been lost here.  After a 1xx the copies behind it count. */
bool transaction_repeated(const struct transaction *t, nstime t1);

/* Every identifier is the same, but this cannot be another copy: the last one
 * is long ago, and it had been answered (an INVITE: and acknowledged) or given
 * up. */
bool transaction_is_over(const struct transaction *t, nstime t1, nstime now);

/* Nothing more will be captured: as if its deadline had come. */
void transaction_end(struct transaction *t, nstime now);

/* The deadline has come, and it is `now'.  After GONE it may be TERMINATED:
 * then it is over as well. */
enum transaction_alarm transaction_fire(
    struct transaction *t, const struct transaction_timers *timers, nstime now);

#endif
