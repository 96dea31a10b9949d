/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#include "base/record.h"
#include "base/timerq.h"
#include "pipeline/inner/context.h"

/*
 * One connection to a SIP port, and the reports about its fate.  `attempts'
 * decides on them.
 */

/* Its ends are known to the reassembly, by its id. */
struct attempt {
	struct timerq_entry timer;
	uint64_t id;
	struct endpoint *proxied; /* the client that a load balancer named;
				   * ours; NULL: none did */
	nstime look_at;
	nstime began; /* its stamp */
	union {
		/* Until it is answered: the client, first; before that: when it
		 * was opened. */
		nstime spoke;
		nstime answered_at; /* then: the server's latest octets */
	};
	union {
		nstime hello; /* the client's, from then on until secured */
		nstime requested_at;
	};
	nstime asked_at;  /* the client's latest request */
	nstime kept_at;   /* last reported */
	uint16_t pending; /* requests not acknowledged, about */
	uint16_t version; /* of TLS; 0: not known */
	uint8_t looks;    /* left, at octets that are not acknowledged */
	bool lost : 1, ended : 1;
	bool failed : 1; /* reported */
	bool client_spoke : 1, answered : 1;
	bool tls : 1, secured : 1;
	bool may_stall : 1; /* the handshake */
	bool asked : 1;     /* since then the server has sent nothing */
	bool requested : 1; /* the same, by octets that are no goodbye */
	bool stalled : 1;   /* reported as a black hole, though it worked */
	bool adopted : 1;   /* a predecessor saw it begin: see attempt_load() */
};

struct attempt_output {
	context_output *output;
	void *arg;
	const struct tcpreasm *tcp; /* borrowed; of the call */
};

/* It carries messages: TLS is up, or there is none. */
bool attempt_is_up(const struct attempt *t);

/* A server answers anything but a response or an ACK, as far as it can be read.
 * Encrypted octets may be anything. */
bool attempt_asks(struct slice octets);

/*
 * May the server owe an answer to these octets?  In TLS a client's close_notify
 * and the end of its handshake are octets too, so only a segment of a request's
 * size counts there.
 */
bool attempt_may_expect_answer(const struct attempt *t, struct slice octets);

/* May a successor that was given `since' and what follows go on with it?  It is
 * up, began before that, and nothing of it is missing. */
bool attempt_outlives(const struct attempt *t, nstime since);

/* State kept over a restart, of one that outlives it.  attempt_load() returns a
 * new one, for attempt_free(); NULL: it makes no sense, or no memory. */
void attempt_save(const struct attempt *t, struct record *r);
struct attempt *attempt_load(struct cursor *c, uint64_t id);

void attempt_free(struct attempt *t);

/* It reached a stage. */
void attempt_worked(const struct attempt_output *o, const struct attempt *t,
    enum connection_stage stage, nstime now, nstime wall);

/* It failed, and that was not reported before. */
void attempt_fail(const struct attempt_output *o, struct attempt *t,
    enum connection_class class, nstime now, nstime wall);

/* It had worked, and fails now; `requests' are concerned. */
void attempt_fail_established(const struct attempt_output *o, struct attempt *t,
    enum connection_class class, unsigned requests, nstime now, nstime wall);

/* It failed like this; who failed is filled in. */
void attempt_tell_failed(const struct attempt_output *o,
    const struct attempt *t, const struct connection_failure *failure);

#endif
