/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/teller.h"

void
teller_move(struct teller *t, nstime now, nstime wall)
{
	if (t->now != now)
		t->packet = 0;
	t->now = now;
	t->ahead = wall - now;
}

void
teller_event(const struct teller *t, struct event *event)
{
	event->now = t->now;
	event->wall = t->now + t->ahead;
	event->packet = t->packet;
	event->unstamped = t->unstamped;
	event->task = t->task;
	event->reader = 0;
	event->sequence = 0;
	t->output(t->arg, event);
}

void
teller_sighting(void *teller, const struct event *sighting)
{
	struct event event = *sighting;

	teller_event(teller, &event);
}

void
teller_observation(
    void *teller, uint64_t flow, const struct observation *observation)
{
	struct event event = {
		.kind = EVENT_OBSERVED,
		.flow = flow,
		.observation = observation,
	};

	teller_event(teller, &event);
}

void
teller_truncated(struct teller *t)
{
	teller_observation(t, 0,
	    &(struct observation){
		.kind = OBSERVATION_TRUNCATED,
		.now = t->now,
		.wall = t->now + t->ahead,
	    });
}

void
teller_packet(const struct teller *t, const struct address *from,
    const struct address *to)
{
	struct event event;

	event.kind = EVENT_PACKET;
	event.flow = 0;
	event.packet_of = (struct event_packet){ *from, *to };
	teller_event(t, &event);
}

/* A number for a connection that is not followed: a reset, or what acknowledges
 * octets that were not seen.  Packets' numbers are smaller. */
static uint64_t
flow_between(const struct endpoint *a, const struct endpoint *b, bool swapped)
{
	static const struct siphash_key unkeyed = { 0, 0 };
	struct endpoint ends[2];

	memset(ends, 0, sizeof(ends));
	ends[swapped] = *a;
	ends[!swapped] = *b;
	return siphash(&unkeyed, slice_of(ends, sizeof(ends))) |
	    UINT64_C(1) << 63;
}

void
teller_segment(const struct teller *t, struct tcpreasm *tcp,
    const struct tcpreasm_segment *in)
{
	const struct tcp *h = in->tcp;
	const bool second = endpoint_compare(&in->from, &in->to) > 0;
	struct tcpreasm_event place = { .offset = 0 };
	struct event event = { .kind = EVENT_SEGMENT };

	if (tcpreasm_place(tcp, &in->from, &in->to, h->sequence, &place))
		event.flow = place.connection;
	else
		event.flow = flow_between(&in->from, &in->to, second);
	event.segment = (struct event_segment){
		.second = second,
		.told = true,
		.from = in->from,
		.to = in->to,
		.from_is_server = in->from_is_server,
		.to_is_server = in->to_is_server,
		.base = h->sequence - (uint32_t)place.offset,
		.sequence = h->sequence,
		.acknowledgement = h->acknowledgement,
		.flags = h->flags,
		.closed = h->window == 0,
		.cut = h->payload.len < h->payload_len,
		.len = h->payload_len,
		.content = h->payload,
	};
	teller_event(t, &event);
}

void
teller_chunk(
    const struct teller *t, uint64_t flow, const struct event_segment *segment)
{
	struct event event = { .kind = EVENT_SEGMENT, .segment = *segment };

	event.flow = flow != 0
	    ? flow
	    : flow_between(&segment->from, &segment->to, segment->second);
	teller_event(t, &event);
}

void
teller_unreachable(const struct teller *t, const struct icmp_unreachable *icmp)
{
	struct event event = {
		.kind = EVENT_UNREACHABLE,
		.unreachable = *icmp,
	};

	teller_event(t, &event);
}

static void
tell_acknowledged(const struct teller *t, const struct tcpreasm_event *e)
{
	struct event event;

	event.kind = EVENT_ACKNOWLEDGED;
	event.flow = e->connection;
	event.acknowledged =
	    (struct event_acknowledged){ e->direction, e->offset };
	teller_event(t, &event);
}

/* When this side was the first to end the connection, by FIN or RST. */
static nstime
hung_up(const struct tcpreasm_event *e, enum tcpreasm_direction d,
    const struct tcpreasm_facts *facts)
{
	if (e->fact == TCPREASM_RESET && e->direction == d &&
	    facts->hung_up == NSTIME_NEVER)
		return e->now;
	return facts->hung_up;
}

static void
tell_facts(const struct teller *t, const struct tcpreasm *tcp,
    const struct tcpreasm_event *e)
{
	struct event event = {
		.kind = EVENT_FLOW,
		.flow = e->connection,
		.facts = { .proxied = e->proxied,
		    .forgotten = e->fact == TCPREASM_FORGOTTEN },
	};

	for (int d = 0; d < 2; d++) {
		struct tcpreasm_facts facts;

		if (!tcpreasm_facts(tcp, e->connection, d, &facts))
			return;
		event.facts.ways[d] = (struct event_way){
			.acknowledged = facts.acknowledged,
			.last_gap = facts.last_gap,
			.hung_up = hung_up(e, d, &facts),
			.undelivered = facts.resends >= TCPREASM_UNDELIVERED,
		};
		event.facts.ended = facts.ended;
	}
	teller_event(t, &event);
}

void
teller_flow(const struct teller *t, const struct tcpreasm *tcp,
    const struct tcpreasm_event *e)
{
	if (e->fact == TCPREASM_ACKNOWLEDGED)
		tell_acknowledged(t, e);
	else
		tell_facts(t, tcp, e);
}

void
teller_unanswered(const struct teller *t, const struct tcpreasm *tcp,
    const struct tcpreasm_event *e)
{
	struct tcpreasm_facts sent = { .segments = 0 };
	struct event event = {
		.kind = EVENT_UNANSWERED,
		.flow = e->connection,
		.unanswered = { .client = e->client, .server = e->server },
	};

	tcpreasm_facts(tcp, e->connection, TCPREASM_TO_SERVER, &sent);
	event.unanswered.copies = sent.segments;
	teller_event(t, &event);
}
