/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/cursor.h"
#include "net/tcpreasm.h"

/*
 * The input is a script: first octet, how tight the limits are; then steps of
 * eight octets:
 *
 *	who (1)      bits 0-1 connection, 2 from the server, 3 conflicting
 *	             octets, 4 cut by the snaplen, 5 tick only, 6 another ISN
 *	flags (1)    of TCP
 *	sequence (2) signed, after what this side has sent
 *	ack (1)      signed, after what the other side has sent
 *	length (1)   of the payload, times 5
 *	time (2)     in units of 5 ms since the last step
 *
 * Each octet a sender sends is a function of its sequence number, so what is
 * delivered can be checked as long as no step sent conflicting ones.
 */

enum { CONNECTIONS = 4, STREAMS = 512, LONGEST = 255 * 5 };

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

struct stream {
	uint64_t next; /* where the next piece must be */
	uint8_t first; /* what the octet at offset 0 must be */
	bool known;    /* .. once one was delivered */
	bool gone;
};

struct world {
	struct tcpreasm *t;
	struct tcpreasm_limits limits;
	struct stream streams[STREAMS][2];
	uint32_t sent[CONNECTIONS][2]; /* sequence number after the last */
	bool conflict;
	uint64_t number; /* of segments sent */
	nstime now;
};

static void
on_piece(struct world *w, struct stream *s, const struct tcpreasm_event *e)
{
	CHECK(e->offset == s->next);
	CHECK((e->fact == TCPREASM_GAP) == (e->lost > 0));
	CHECK((e->fact == TCPREASM_DATA) == (e->octets.len > 0));
	CHECK(e->now <= w->now);
	s->next += e->octets.len + e->lost;
	if (e->octets.len == 0 || w->conflict)
		return;
	if (!s->known)
		s->first = (uint8_t)(e->octets.p[0] - e->offset);
	s->known = true;
	for (size_t i = 0; i < e->octets.len; i++)
		CHECK(e->octets.p[i] == (uint8_t)(s->first + e->offset + i));
}

static void
on_event(void *arg, const struct tcpreasm_event *e)
{
	struct world *w = arg;
	struct tcpreasm_facts facts;
	struct stream *s;

	CHECK(e->connection > 0 && e->connection < STREAMS);
	s = &w->streams[e->connection][e->direction];
	CHECK(!s->gone);
	CHECK(*e->user == NULL || *e->user == w->streams[e->connection]);
	*e->user = w->streams[e->connection];
	CHECK(tcpreasm_facts(w->t, e->connection, e->direction, &facts));
	if (e->fact == TCPREASM_DATA || e->fact == TCPREASM_GAP) {
		on_piece(w, s, e);
		CHECK(facts.seen == s->next);
	}
	if (e->fact == TCPREASM_FORGOTTEN)
		s[0].gone = s[1].gone = true;
}

static struct endpoint
host(uint8_t number, uint16_t port)
{
	const uint8_t octets[] = { 192, 0, 2, number };

	return (struct endpoint){
		.address = endpoint_address(slice_of(octets, 4)),
		.port = port,
	};
}

static void
send(struct world *w, uint8_t who, const struct tcp *tcp)
{
	const struct endpoint client = host(1, 1024 + who % CONNECTIONS);
	const struct endpoint server = host(2, 5060);
	const bool from_server = (who & 4) != 0;
	const struct tcpreasm_segment segment = {
		.from = from_server ? server : client,
		.to = from_server ? client : server,
		.tcp = tcp,
		.truncated = tcp->payload.len < tcp->payload_len,
		.from_is_server = from_server,
		.to_is_server = !from_server,
		.number = ++w->number,
		.now = w->now,
		.wall = w->now + 5,
	};

	if (w->number < STREAMS)
		tcpreasm_input(w->t, &segment);
}

static void
step(struct world *w, struct cursor *c)
{
	const uint8_t who = cursor_u8(c), flags = cursor_u8(c);
	const int16_t ahead = (int16_t)cursor_u16(c);
	const int8_t ack_ahead = (int8_t)cursor_u8(c);
	const size_t len = (size_t)cursor_u8(c) * 5;
	const nstime wait = cursor_u16(c) * 5 * NSTIME_MS;
	const bool conflict = (who & 8) != 0, cut = (who & 16) != 0;
	uint32_t *sent = &w->sent[who % CONNECTIONS][(who & 4) != 0];
	const uint32_t other = w->sent[who % CONNECTIONS][(who & 4) == 0];
	uint32_t sequence = *sent + (uint32_t)ahead;
	uint8_t octets[LONGEST];
	struct tcp tcp;

	w->now += wait;
	tcpreasm_tick(w->t, w->now);
	CHECK(tcpreasm_next_deadline(w->t) > w->now);
	if (c->bad || (who & 32) != 0)
		return;
	if ((who & 64) != 0)
		sequence = *sent += (uint32_t)ahead << 16;
	w->conflict |= conflict;
	tcp = (struct tcp){
		.sequence = sequence,
		.acknowledgement = other + (uint32_t)ack_ahead,
		.flags = flags,
		.window = (uint16_t)(len % 2 == 0 ? 0 : 1000),
		.payload = slice_of(octets, cut ? len / 2 : len),
		.payload_len = len,
	};
	if ((flags & TCP_SYN) != 0)
		sequence++;
	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)(sequence + i + (conflict ? 1 : 0));
	sequence += (uint32_t)len + ((flags & TCP_FIN) != 0 ? 1 : 0);
	if ((int32_t)(sequence - *sent) > 0)
		*sent = sequence;
	send(w, who, &tcp);
	CHECK(tcpreasm_memory(w->t) <=
	    w->limits.octets + w->limits.connections * 300 + 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_over(slice_of(data, size));
	const uint8_t tight = cursor_u8(&c);
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL || size > 8 * (STREAMS - 1)) {
		free(w);
		return 0;
	}
	w->now = 1000 * NSTIME_S;
	w->limits = (struct tcpreasm_limits){
		.connections = 1 + tight % 8,
		.octets = 500 + 500 * (size_t)(tight / 8),
		.stream_octets = 300 * (size_t)(1 + tight / 16),
		.idle = 100 * NSTIME_S,
		.linger = 40 * NSTIME_S,
	};
	for (int i = 0; i < CONNECTIONS; i++) {
		w->sent[i][0] = UINT32_MAX - 100;
		w->sent[i][1] = 1000;
	}
	w->t = tcpreasm_new(&w->limits, on_event, w);
	while (w->t != NULL && !c.bad)
		step(w, &c);
	if (w->t != NULL)
		tcpreasm_flush(w->t, w->now);
	tcpreasm_free(w->t);
	free(w);
	return 0;
}
