/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpconn.h"

/* A SYN on a connection silent for this long needs no second witness. */
#define SILENT (60 * NSTIME_S)

/* RST is taken within twice the largest unscaled window, so that a forger who
 * does not see the connection needs some 16,000 guesses. */
enum { RST_NEAR = 1 << 17 };

bool
tcpconn_equal(const struct table_entry *entry, const void *key)
{
	const struct tcpconn *c = (const struct tcpconn *)entry;
	const struct tcpreasm_segment *segment = key;

	return (endpoint_equal(&c->client, &segment->from) &&
		   endpoint_equal(&c->server, &segment->to)) ||
	    (endpoint_equal(&c->client, &segment->to) &&
		endpoint_equal(&c->server, &segment->from));
}

enum tcpreasm_direction
tcpconn_direction(
    const struct tcpconn *c, const struct tcpreasm_segment *segment)
{
	return endpoint_equal(&c->client, &segment->from) ? TCPREASM_TO_SERVER
							  : TCPREASM_TO_CLIENT;
}

static bool
within(int32_t distance, int32_t limit)
{
	return distance >= -limit && distance <= limit;
}

bool
tcpconn_near(const struct tcpconn *c, enum tcpreasm_direction direction,
    const struct tcp *tcp)
{
	const struct tcpstream *s = &c->streams[direction];

	if (s->started && (tcp->flags & TCP_SYN) != 0)
		return s->base == tcp->sequence + 1;
	return !s->started ||
	    within(tcpstream_distance(s, tcp->sequence), TCPSTREAM_NEAR);
}

bool
tcpconn_acknowledges(const struct tcpconn *c, enum tcpreasm_direction direction,
    const struct tcp *tcp)
{
	const struct tcpstream *s = &c->streams[!direction];

	return (tcp->flags & TCP_ACK) != 0 &&
	    (!s->started ||
		within(tcpstream_distance(s, tcp->acknowledgement), RST_NEAR));
}

bool
tcpconn_resets(const struct tcpconn *c, enum tcpreasm_direction direction,
    const struct tcp *tcp)
{
	const struct tcpstream *s = &c->streams[direction];

	/* A refusal has no sequence number of its own, RFC 9293 3.5.2. */
	if (c->state != TCPCONN_OPEN && direction == TCPREASM_TO_CLIENT)
		return tcpconn_acknowledges(c, direction, tcp);
	return (s->started || s->expected) &&
	    within(tcpstream_distance(s, tcp->sequence), RST_NEAR);
}

/*
 * A SYN on endpoints we know.  Repeated, it has its old number.  With another
 * one it begins a connection anew if the old one is over, was never opened or
 * is silent; else it may be forged, and the next segments must confirm it.
 */
static bool
syn_usurps(struct tcpconn *c, const struct tcpreasm_segment *segment,
    const struct tcpstream *s)
{
	const struct tcp *tcp = segment->tcp;
	const bool answer = (tcp->flags & TCP_ACK) != 0;

	if (s->started && s->base == tcp->sequence + 1)
		return false;
	if (c->state == TCPCONN_ENDED)
		return true;
	if (answer)
		return c->usurped && tcp->acknowledgement == c->usurper;
	if (!s->started && c->state == TCPCONN_HALF_OPEN)
		return false;
	if (c->state != TCPCONN_OPEN || segment->now - c->last >= SILENT)
		return true;
	c->usurper = tcp->sequence + 1;
	c->usurped = true;
	return false;
}

/* Without a SYN it takes two segments, one after the other, that are far from
 * what is expected. */
bool
tcpconn_usurped(struct tcpconn *c, const struct tcpreasm_segment *segment)
{
	const struct tcp *tcp = segment->tcp;
	const enum tcpreasm_direction direction = tcpconn_direction(c, segment);

	if ((tcp->flags & TCP_SYN) != 0)
		return syn_usurps(c, segment, &c->streams[direction]);
	if ((tcp->flags & TCP_RST) != 0 || tcpconn_near(c, direction, tcp))
		return false;
	if (c->usurped && tcp->sequence == c->usurper)
		return true;
	if (tcp->payload_len > 0) {
		c->usurper = tcp->sequence + (uint32_t)tcp->payload_len;
		c->usurped = true;
	}
	return false;
}

/* A keep-alive probe has a sequence number one below the next. */
void
tcpconn_start(
    struct tcpconn *c, enum tcpreasm_direction direction, const struct tcp *tcp)
{
	struct tcpstream *s = &c->streams[direction];
	const bool syn = (tcp->flags & TCP_SYN) != 0;
	const bool probe = s->expected && tcp->payload_len <= 1 &&
	    tcpstream_distance(s, tcp->sequence) == -1;

	tcpstream_start(s, tcp->sequence + (syn || probe ? 1 : 0));
}

bool
tcpconn_finished(const struct tcpconn *c)
{
	return tcpstream_finished(&c->streams[0]) &&
	    tcpstream_finished(&c->streams[1]);
}

void
tcpconn_place(struct tcpconn *c, enum tcpreasm_direction direction,
    uint32_t sequence, struct tcpreasm_event *event)
{
	const struct tcpstream *s = &c->streams[direction];

	*event = (struct tcpreasm_event){
		.fact = TCPREASM_DATA,
		.connection = c->id,
		.client = c->client,
		.server = c->server,
		.guessed = c->guessed,
		.direction = direction,
		.user = &c->user,
	};
	if (s->started || s->expected)
		event->offset = s->next +
		    (uint64_t)(int64_t)tcpstream_distance(s, sequence);
}

void
tcpconn_facts(const struct tcpconn *c, enum tcpreasm_direction direction,
    struct tcpreasm_facts *facts)
{
	const bool client = direction == TCPREASM_TO_SERVER;
	const struct tcpstream *s = &c->streams[direction];

	*facts = (struct tcpreasm_facts){
		.seen = s->next,
		.acknowledged = s->acknowledged,
		.lost = s->lost,
		.last_gap = s->last_gap,
		.resends = s->resends,
		.segments = s->segments,
		.hung_up =
		    c->client_hung_up == client ? c->hung_up : NSTIME_NEVER,
		.ended =
		    c->state == TCPCONN_UNANSWERED || c->state == TCPCONN_ENDED,
	};
}
