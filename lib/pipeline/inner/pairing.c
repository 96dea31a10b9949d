/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/pairing.h"

#include <stdlib.h>

#include "pipeline/inner/acquaintance.h"
#include "pipeline/inner/halves.h"

/* A response that another sensor saw is told at once, a request after the
 * sensor's hold; both come with the next batch. */
#define HALF_WAIT (250 * NSTIME_MS)
#define WANTED_KEPT (190 * NSTIME_S)

enum { SERVERS = 1024 };

struct pairing {
	struct halves *halves;
	struct acquaintance *known; /* pairs that no sensor sees whole */
	struct wants *wants;
};

static void
on_want(void *arg, const struct wire_want *want)
{
	const struct pairing *p = arg;

	wants_call(p->wants, want);
}

struct pairing *
pairing_new(size_t halves, struct budget_share *memory,
    const struct siphash_key *key, wants_output *output, void *arg)
{
	struct pairing *p = calloc(1, sizeof(*p));
	const struct halves_limits limits = {
		.halves = halves,
		.wait = HALF_WAIT,
		.kept = WANTED_KEPT,
		.key = *key,
		.memory = memory,
	};

	if (p == NULL)
		return NULL;
	p->halves = halves_new(&limits, on_want, p);
	p->known = acquaintance_new(halves, ACQUAINTANCE_SHOWN, key);
	p->wants = wants_new(SERVERS, key, output, arg);
	if (p->halves != NULL && p->known != NULL && p->wants != NULL)
		return p;
	pairing_free(p);
	return NULL;
}

void
pairing_free(struct pairing *p)
{
	if (p == NULL)
		return;
	halves_free(p->halves);
	acquaintance_free(p->known);
	wants_free(p->wants);
	free(p);
}

/* Of a pair that no sensor sees whole a transaction is shown by both. */
void
pairing_half(struct pairing *p, const struct wire_half *half, nstime reached)
{
	struct wire_want call;

	if (!halves_input(p->halves, half, reached, &call) ||
	    !acquaintance_is_new(
		p->known, &call.client, &call.server, half->now))
		return;
	call.suspect = false;
	halves_told(p->halves, &call, reached);
}

void
pairing_told(struct pairing *p, const struct wire_want *call, nstime reached)
{
	halves_told(p->halves, call, reached);
}

struct wire_want
pairing_call(const struct event_message *m)
{
	const bool is_request = m->message->is_request;
	const struct origin *o = &m->origin;

	return (struct wire_want){
		.call = wire_call(m->message),
		.client = is_request ? o->from.address : o->to.address,
		.server = is_request ? o->to : o->from,
	};
}

void
pairing_asked(struct pairing *p, const struct wire_want *call, nstime reached)
{
	halves_asked(p->halves, call, reached);
}

void
pairing_server(struct pairing *p, const struct endpoint *server, nstime now)
{
	wants_server(p->wants, server, now);
}

void
pairing_tick(struct pairing *p, nstime reached)
{
	halves_tick(p->halves, reached);
}

void
pairing_send(struct pairing *p, nstime now)
{
	wants_send(p->wants, now);
}

void
pairing_save(const struct pairing *p, struct record *r)
{
	halves_save(p->halves, r);
	acquaintance_save(p->known, r);
}

void
pairing_load(struct pairing *p, struct cursor *c)
{
	halves_load(p->halves, c);
	acquaintance_load(p->known, c);
}

void
pairing_stats(const struct pairing *p, counter_output *output, void *arg)
{
	halves_stats(p->halves, output, arg);
	acquaintance_stats(p->known, output, arg);
	wants_stats(p->wants, output, arg);
}
