/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EVENT_H
#define EVENT_H

#include "clock/agreement.h"
#include "clock/speakers.h"
#include "net/icmp.h"
#include "net/tcpreasm.h"
#include "pipeline/observation.h"
#include "sip/sip_message.h"
#include "txn/origin.h"
#include "txn/txntable.h"

/*
 * An event: one thing that a reader found in its packets and hands to the
 * matcher.
 *
 * An event is lent until the callback returns.  An event for another thread is
 * copied with event_copy(): a copy refers to nothing outside itself.
 */

enum event_kind {
	EVENT_MESSAGE,      /* a SIP message, whole */
	EVENT_PACKET,       /* a packet on a SIP port, with or without SIP */
	EVENT_UNREACHABLE,  /* reported by ICMP */
	EVENT_UNANSWERED,   /* a SYN got no answer */
	EVENT_FLOW,         /* the facts of a flow with messages have changed */
	EVENT_ACKNOWLEDGED, /* only one of them: how far it was delivered */
	EVENT_STAMP,        /* a protocol carried a host's clock */
	EVENT_LOGGED,       /* a server's own log has a failed request */
	EVENT_OBSERVED,     /* for the judge, as it is */
	EVENT_SEGMENT,      /* of a TCP connection or an SCTP association to a
			     * SIP port, for a fleet: nothing for a matcher */
	EVENT_REPORT, /* an agent handed on something else than SIP: travels
		       * as the stamp in it */
	/* What a shard makes of messages; they do not travel. */
	EVENT_SPOKE,  /* one came on a flow */
	EVENT_OUTCOME /* of a transaction */
};

/* In which of its tasks the reader was: at one instant they come in this
 * order. */
enum event_task {
	EVENT_BY_PACKET,
	EVENT_BY_TCP_TIMER,
	EVENT_BY_ATTEMPT_TIMER,
	EVENT_BY_EXCHANGE_TIMER,
	EVENT_BY_END,     /* the end of the capture, or time was rebased */
	EVENT_BY_DEADLINE /* no reader: a transaction's time was over; does not
			   * travel */
};

/* Who handed on a message by HEP. */
struct event_agent {
	struct address address; /* it came from */
	uint32_t number;        /* that the agent has */
	nstime stamp;           /* by its clock; 0: none */
};

/* A number for struct origin, which is the same in each daemon; never 0. */
uint16_t event_agent_number(const struct event_agent *agent);

/* A message without a stream (UDP, HEP, a server's log) has no flow. */
struct event_message {
	struct origin origin;
	const struct event_agent *agent; /* NULL: it was seen in packets */
	struct slice octets;
	const struct sip_message *message;
	struct txnkey_all
	    keys; /* if `keyed': made by the thread that gave it */
	bool keyed;
	bool read;  /* by a matcher before, of another daemon: what it refuses,
		     * grants or dates was told, and `origin' is decided */
	bool shown; /* .. and it went well there: for once it is told */
	/* What a shard made of it, which has decided `origin'; only clocks are
	 * left to read. */
	bool matched;
	struct txntable_input input;
};

struct event_packet {
	struct address from, to;
};

struct event_spoke {
	uint64_t flow;
	bool by_client;
};

struct event_unanswered {
	struct endpoint client, server;
	uint64_t copies; /* of the SYN */
};

/* One direction of a flow, as in struct tcpreasm_facts. */
struct event_way {
	uint64_t acknowledged;
	nstime last_gap;
	nstime hung_up;   /* it ended the flow; NSTIME_NEVER: it did not */
	bool undelivered; /* its oldest octets were resent in vain */
};

struct event_flow {
	struct event_way ways[2]; /* by enum tcpreasm_direction */
	/* The client that a load balancer named; without an address: none. */
	struct endpoint proxied;
	bool ended;     /* closed, reset or replaced */
	bool forgotten; /* nothing more is reported of it */
};

/* More of one direction than in struct event_way: none of that is resent. */
struct event_acknowledged {
	enum tcpreasm_direction direction;
	uint64_t upto;
};

/* Who tells a stamp that may have been passed on, as speakers.h has it; what
 * answers quote of it, and what it quotes. */
struct event_speaker {
	bool known; /* false: the sender of the packet */
	struct speakers_claim claim;
	uint32_t sent;
	bool answers;
	uint32_t other, quoted;
	nstime delay;
};

struct event_stamp {
	struct stamp stamp;
	/* The field may as well hold random octets: it counts once its sender
	 * is known to send its clock. */
	bool learn;
	struct agreement_teller teller;
	struct event_speaker speaker;
};

/* By HEP: of RTCP, as JSON. */
struct event_report {
	struct event_agent agent;
	bool tells; /* .. a clock, by: */
	struct event_stamp stamp;
};

struct event_logged {
	struct endpoint uac, uas;
	struct slice record; /* for servertrace_parse() */
};

/*
 * Where it travels its ends are not told each time: see oneways.h.
 *
 * Of SCTP it is what one chunk says, in the words of TCP, with chunks in the
 * place of octets: `len' of them from `sequence' on are a message; or, with
 * TCP_ACK, all before `acknowledgement' arrived; or, with TCP_FIN, the
 * association ends.
 */
struct event_segment {
	bool sctp;
	bool second; /* of the two directions, in an order of their ends */
	bool told;   /* these are: */
	struct endpoint from, to;
	bool from_is_server, to_is_server; /* by their ports */
	uint32_t base; /* sequence number of the direction's offset 0 */

	uint32_t sequence, acknowledgement;
	uint8_t flags;        /* enum tcp_flag */
	bool closed;          /* its window is */
	bool cut;             /* not all of the payload was captured */
	size_t len;           /* of its payload */
	struct slice content; /* the payload; where it travels as in gist.h */
};

struct event {
	enum event_kind kind;
	bool unstamped;   /* the packet has no stamp: `wall' is a guess */
	nstime now, wall; /* when the reader handed it on: never turns back */

	/* These order events of one instant, whichever readers they are of. */
	uint64_t packet; /* the number of the latest packet that this reader
			  * read at `now'; 0: none yet */
	enum event_task task;
	uint64_t flow;     /* the connection that it is about; 0: none */
	uint64_t sequence; /* .. and those of one packet that went to several
			    * shards; 0: it was not numbered */

	unsigned reader; /* set where events of several are merged, else 0 */

	union {
		struct event_message message;
		struct event_packet packet_of;
		struct event_spoke spoke;
		const struct outcome *outcome;
		struct icmp_unreachable unreachable;
		struct event_unanswered unanswered;
		struct event_flow facts;
		struct event_acknowledged acknowledged;
		struct event_stamp stamp;
		struct event_report report;
		struct event_logged logged;
		struct event_segment segment;
		const struct observation *observation; /* never of a
							* transaction */
	};
};

/* The stamp in a report, as an event of its own.  False: there is none. */
bool event_reported(const struct event *report, struct event *stamp);

typedef void event_output(void *arg, const struct event *event);

/* Does `a' come before `b' where neither reader knows of the other?  Events of
 * one reader, and of one packet, keep their order. */
bool event_before(const struct event *a, const struct event *b);

/* The octets that a copy takes: at most 20 times those of the message more than
 * an event. */
size_t event_octets(const struct event *event);

/* A copy at `where', which is aligned as malloc() does it and has room for
 * event_octets(). */
struct event *event_place(const struct event *event, void *where);

/* The same, of a scanned message, for a copy that goes on to point to its
 * octets. */
size_t event_octets_lent(void);
struct event *event_place_lent(const struct event *event, void *where);

/* A copy in one block.  NULL when out of memory; the caller frees it with
 * event_discard(). */
struct event *event_copy(const struct event *event);
void event_discard(struct event *event);

#endif
