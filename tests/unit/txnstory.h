/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TXNSTORY_H
#define TXNSTORY_H

#include <stdlib.h>

#include "txn/timers.h"
#include "txn/txntable.h"

/*
 * Stories for the transaction table: messages between hosts at times in
 * milliseconds, and what it told.  A host is a number; 1 is 192.0.2.1:5060.
 *
 *	struct txnstory s = story_begin();
 *	story_request(&s, 0, "SERVICE", "b1", 1, 2);
 *	story_until(&s, 34000);
 */

enum { TOLD_MAX = 64 };

struct txnstory {
	struct txntable *table;
	struct outcome *told; /* texts are gone, but for the method */
	size_t count;
	unsigned missed; /* messages that show a final was */
	/* What the next message is like; change it in between. */
	enum transport transport;
	const char *call_id, *from_tag, *to_tag, *uri, *date, *cookie;
	uint32_t cseq;
	unsigned vias;
	bool watched;
	uint64_t flow;
	unsigned client_port, server_port;
};

static inline struct endpoint
story_host(unsigned number, unsigned port)
{
	const uint8_t octets[4] = { 192, 0, 2, (uint8_t)number };

	return (struct endpoint){
		.address = endpoint_address(slice_of(octets, 4)),
		.port = (uint16_t)port,
	};
}

static inline void
story_hear(void *arg, const struct outcome *outcome)
{
	struct txnstory *s = arg;

	if (s->count < TOLD_MAX)
		s->told[s->count] = *outcome;
	s->count++;
}

static inline struct txntable_limits
story_limits(void)
{
	return (struct txntable_limits){
		.transactions = 1000,
		.timers = {
			.t1 = TIMERS_T1,
			.timer_c = TIMERS_C,
			.grace = 2 * NSTIME_S,
			.slow_invite = 10 * NSTIME_S,
			.slow_other = 5 * NSTIME_S,
		},
		.key = { 1, 2 },
	};
}

/* `s' must stay where it is; end it with story_end(). */
static inline void
story_begin(struct txnstory *s)
{
	const struct txntable_limits limits = story_limits();

	*s = (struct txnstory){
		.table = txntable_new(&limits, story_hear, s),
		.told = calloc(TOLD_MAX, sizeof(*s->told)),
		.call_id = "call",
		.from_tag = "f",
		.to_tag = "",
		.uri = "sip:x",
		.date = "",
		.cookie = "z9hG4bK",
		.cseq = 1,
		.vias = 1,
		.client_port = 5060,
		.server_port = 5060,
	};
}

static inline void
story_end(struct txnstory *s)
{
	txntable_free(s->table);
	free(s->told);
}

static inline void
story_until(struct txnstory *s, nstime ms)
{
	txntable_tick(s->table, ms * NSTIME_MS);
}

static inline struct txntable_input
story_send(struct txnstory *s, nstime ms, const struct sip_message *message,
    struct endpoint from, struct endpoint to)
{
	const struct origin origin = {
		.transport = s->transport,
		.from = from,
		.to = to,
		.flow = s->flow,
		.watched = s->watched,
		.now = ms * NSTIME_MS,
		.wall = ms * NSTIME_MS + NSTIME_S,
	};

	struct txntable_input input;

	story_until(s, ms);
	input = txntable_input(s->table, message, &origin);
	s->missed += input.missed;
	return input;
}

/* The parts all messages have; `branch' gets the cookie in front. */
static inline struct sip_message
story_message(const struct txnstory *s, char store[64], const char *method,
    const char *branch)
{
	const size_t cookie = strlen(s->cookie);

	memcpy(store, s->cookie, cookie);
	memcpy(store + cookie, branch, strlen(branch));
	return (struct sip_message){
		.method = slice_text(method),
		.call_id = slice_text(s->call_id),
		.cseq = s->cseq,
		.from = slice_text("<sip:a@x>;tag=f"),
		.to = slice_text("<sip:b@x>"),
		.from_tag = slice_text(s->from_tag),
		.to_tag = slice_text(s->to_tag),
		.vias = s->vias,
		.via_transport = slice_text("UDP"),
		.via_host = slice_text("client.example"),
		.via_branch = slice_of(store, cookie + strlen(branch)),
		.date = slice_text(s->date),
	};
}

static inline enum txntable_match
story_request(struct txnstory *s, nstime ms, const char *method,
    const char *branch, unsigned client, unsigned server)
{
	char store[64];
	struct sip_message m = story_message(s, store, method, branch);

	m.is_request = true;
	m.request_uri = slice_text(s->uri);
	m.start_line = slice_text("SERVICE sip:x SIP/2.0");
	return story_send(s, ms, &m, story_host(client, s->client_port),
	    story_host(server, s->server_port))
	    .match;
}

static inline struct txntable_input
story_status(struct txnstory *s, nstime ms, unsigned status, const char *method,
    const char *branch, unsigned server, unsigned client)
{
	char store[64];
	struct sip_message m = story_message(s, store, method, branch);

	m.status = status;
	return story_send(s, ms, &m, story_host(server, s->server_port),
	    story_host(client, s->client_port));
}

static inline enum txntable_match
story_response(struct txnstory *s, nstime ms, unsigned status,
    const char *method, const char *branch, unsigned server, unsigned client)
{
	return story_status(s, ms, status, method, branch, server, client)
	    .match;
}

/* How often `event' was told. */
static inline unsigned
story_told(const struct txnstory *s, enum outcome_event event)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->count && i < TOLD_MAX; i++)
		n += s->told[i].event == event;
	return n;
}

/* The first `event' told, or NULL. */
static inline const struct outcome *
story_find(const struct txnstory *s, enum outcome_event event)
{
	for (size_t i = 0; i < s->count && i < TOLD_MAX; i++)
		if (s->told[i].event == event)
			return &s->told[i];
	return NULL;
}

#endif
