/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpconn.h"

#include <stdlib.h>

/* A SYN on a connection silent for this long needs no second witness. */
#define SILENT (60 * NSTIME_S)

/* RST is taken within twice the largest unscaled window, so that a forger who
 * does not see the connection needs some 16,000 guesses. */
enum { RST_NEAR = 1 << 17 };

static size_t
address_octets(unsigned version)
{
	return version == 4 ? 4 : sizeof(((struct address *)0)->octets);
}

size_t
tcpconn_octets(const struct tcpconn *c)
{
	return sizeof(*c) + 2 * address_octets(c->version);
}

struct tcpconn *
tcpconn_new(const struct endpoint *client, const struct endpoint *server)
{
	const size_t len = address_octets(client->address.version);
	struct tcpconn *c = calloc(1, sizeof(*c) + 2 * len);

	if (c == NULL)
		return NULL;
	c->version = client->address.version;
	c->client_port = client->port;
	c->server_port = server->port;
	memcpy(c->addresses, client->address.octets, len);
	memcpy(c->addresses + len, server->address.octets, len);
	c->hung_up = NSTIME_NEVER;
	for (int d = 0; d < 2; d++)
		tcpstream_init(&c->streams[d]);
	c->streams[1].second = true;
	return c;
}

static struct endpoint
end_of(const struct tcpconn *c, uint16_t port, bool server)
{
	const size_t len = address_octets(c->version);
	struct endpoint end = { { .version = c->version }, port };

	memcpy(end.address.octets, c->addresses + (server ? len : 0), len);
	return end;
}

struct endpoint
tcpconn_client(const struct tcpconn *c)
{
	return end_of(c, c->client_port, false);
}

struct endpoint
tcpconn_server(const struct tcpconn *c)
{
	return end_of(c, c->server_port, true);
}

/* This is asked for each segment: nothing is unpacked. */
static bool
are_ends(const struct tcpconn *c, const struct endpoint *client,
    const struct endpoint *server)
{
	const size_t len = address_octets(c->version);

	return c->client_port == client->port &&
	    c->server_port == server->port &&
	    c->version == client->address.version &&
	    c->version == server->address.version &&
	    memcmp(c->addresses, client->address.octets, len) == 0 &&
	    memcmp(c->addresses + len, server->address.octets, len) == 0;
}

bool
tcpconn_equal(const struct table_entry *entry, const void *key)
{
	const struct tcpconn *c = (const struct tcpconn *)entry;
	const struct tcpreasm_segment *segment = key;

	return are_ends(c, &segment->from, &segment->to) ||
	    are_ends(c, &segment->to, &segment->from);
}

enum tcpreasm_direction
tcpconn_direction(
    const struct tcpconn *c, const struct tcpreasm_segment *segment)
{
	return are_ends(c, &segment->from, &segment->to) ? TCPREASM_TO_SERVER
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
	if (c->state == TCPCONN_ENDED || (c->adopted && !s->started))
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
		.client = tcpconn_client(c),
		.server = tcpconn_server(c),
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
		.last_gap = s->last_gap,
		.resends = s->resends,
		.segments = s->segments,
		.hung_up =
		    c->client_hung_up == client ? c->hung_up : NSTIME_NEVER,
		.ended =
		    c->state == TCPCONN_UNANSWERED || c->state == TCPCONN_ENDED,
	};
}
