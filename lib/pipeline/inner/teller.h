/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TELLER_H
#define TELLER_H

#include "net/tcpreasm.h"
#include "pipeline/event.h"

/*
 * The last step of a reader: it gives each event its time and its place in the
 * order of all events, and hands it on.
 */

/* Embedded; the reader sets it as it goes on. */
struct teller {
	event_output *output;
	void *arg;
	nstime now, ahead;    /* of the reader; stamps less `now' */
	bool unstamped;       /* the latest packet */
	uint64_t packet;      /* the latest at `now', as in struct event */
	enum event_task task; /* the reader's, at present */
};

void teller_move(struct teller *t, nstime now, nstime wall);

/* All but what is of the teller must be filled. */
void teller_event(const struct teller *t, struct event *event);

/* An event_output and a context_output, for the rooms of a reader. */
void teller_sighting(void *teller, const struct event *event);
void teller_observation(
    void *teller, uint64_t flow, const struct observation *observation);

void teller_segment(const struct teller *t, struct tcpreasm *tcp,
    const struct tcpreasm_segment *segment);
/* One of SCTP; 0: no flow of it is known. */
void teller_chunk(
    const struct teller *t, uint64_t flow, const struct event_segment *segment);
void teller_packet(const struct teller *t, const struct address *from,
    const struct address *to);
void teller_truncated(struct teller *t);
void teller_unreachable(
    const struct teller *t, const struct icmp_unreachable *icmp);

/* Report the facts of a connection of `tcp' after this event, as EVENT_FLOW or
 * EVENT_ACKNOWLEDGED; or that its SYN was UNANSWERED. */
void teller_flow(const struct teller *t, const struct tcpreasm *tcp,
    const struct tcpreasm_event *event);
void teller_unanswered(const struct teller *t, const struct tcpreasm *tcp,
    const struct tcpreasm_event *event);

#endif
