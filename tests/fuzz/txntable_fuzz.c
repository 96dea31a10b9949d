/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/txntable.h"

#include <stdlib.h>
#include <string.h>

#include "txn/timers.h"

/*
 * Octets play a small world: a few hosts, branches, methods and statuses, and
 * time that moves in steps from nothing to minutes.  Three octets are one
 * message.  What must hold is the promise on top of txntable.h, the limit,
 * and that no outcome comes before its cause.
 */

enum { MESSAGES_MAX = 512, LIMIT = 8, STEP_OCTETS = 3 };

/* What was told of one transaction. */
struct telling {
	bool slow, ended, answered, no_ack, late, recovered;
	nstime told;
};

struct world {
	struct txntable *table;
	nstime now;
	uint64_t begun, gave_way;
	struct telling tellings[MESSAGES_MAX + 1]; /* by id, from 1 */
};

static void
demand(bool fact)
{
	if (!fact)
		abort();
}

static bool
is_no_ack(const struct outcome *o)
{
	return o->class == OUTCOME_NO_ACK || o->class == OUTCOME_NO_ACK_2XX;
}

static void
expired(struct telling *r, const struct outcome *o)
{
	const nstime window = timers_64_t1(TIMERS_T1) + 2 * NSTIME_S;

	if (r->ended) {
		demand(r->answered && is_no_ack(o) && !r->no_ack);
		demand(o->response.copies >= 4 && o->response.status >= 200);
		r->no_ack = true;
		return;
	}
	demand(!is_no_ack(o) && o->response.status < 200);
	demand(o->signs.early || o->now >= o->request.sent + window);
	demand(!o->signs.early || o->signs.upstream_status != 0);
	demand((o->class == OUTCOME_NO_RESPONSE) <= (o->response.status == 0));
	r->ended = true;
}

static void
hear(void *arg, const struct outcome *o)
{
	struct world *w = arg;
	struct telling *r;

	demand(o->id >= 1 && o->id <= MESSAGES_MAX);
	r = &w->tellings[o->id];
	demand(
	    o->now >= o->request.sent && o->now >= r->told && o->now <= w->now);
	demand(
	    o->request.last_copy >= o->request.sent && o->request.copies >= 1);
	demand(o->response.span >= 0 && o->group.legs >= 1);
	demand(o->watched || o->text.start_line.len == 0);
	r->told = o->now;
	switch (o->event) {
	case OUTCOME_SLOW:
		demand(o->watched && !r->slow && !r->ended &&
		    o->response.status == 0);
		r->slow = true;
		break;
	case OUTCOME_ANSWERED:
		demand(!r->ended && o->response.status >= 200);
		r->ended = r->answered = true;
		break;
	case OUTCOME_EXPIRED:
		expired(r, o);
		break;
	case OUTCOME_LATE:
		demand(r->ended && !r->answered && !r->late);
		demand(o->response.status >= 200);
		r->late = true;
		break;
	case OUTCOME_RECOVERED:
		demand(r->ended && !r->answered && !r->late && !r->recovered);
		r->recovered = true;
		break;
	case OUTCOME_REVIEWED:
		demand(r->ended && !r->answered && !r->late);
		break;
	case OUTCOME_UNFINISHED:
		demand(!r->ended);
		r->ended = true;
		break;
	}
}

static struct endpoint
host(unsigned number)
{
	const uint8_t octets[4] = { 10, 0, 0, (uint8_t)(number & 3) };

	return (struct endpoint){
		.address = endpoint_address(slice_of(octets, 4)),
		.port = 5060,
	};
}

/*
 *	octet 0   mmmm bb cc   method or status, branch, CSeq
 *	octet 1   ff tt vv dt  from, to, Vias, From tag (dialog), To tag
 *	octet 2   r w p sssss  repeat direction, watched, TCP, time step
 */
static void
play(struct world *w, const uint8_t octets[STEP_OCTETS])
{
	static const char *const methods[] = { "INVITE", "SERVICE", "ACK",
		"CANCEL", "BYE", "BENOTIFY", "OPTIONS", "PRACK" };
	static const unsigned statuses[] = { 100, 180, 200, 408, 487, 504, 603,
		200 };
	static const char *const branches[] = { "z9hG4bKa", "z9hG4bKb",
		"z9hG4bKc", "" };
	const unsigned kind = octets[0] >> 4;
	const bool is_request = kind < 8;
	const struct sip_message m = {
		.is_request = is_request,
		.start_line = slice_text("X sip:x SIP/2.0"),
		.method = slice_text(is_request ? methods[kind]
			: octets[2] & 0x80      ? "SERVICE"
						: "INVITE"),
		.request_uri = slice_text("sip:x"),
		.status = is_request ? 0 : statuses[kind - 8],
		.call_id = slice_text("c"),
		.cseq = octets[0] & 3,
		.from_tag = slice_text(octets[1] & 2 ? "f" : "g"),
		.to_tag = slice_text(octets[1] & 1 ? "t" : ""),
		.vias = octets[1] >> 2 & 3,
		.via_host = slice_text("h"),
		.via_branch = slice_text(branches[octets[0] >> 2 & 3]),
		.date = slice_text(kind == 15 ? "d" : ""),
	};
	const nstime step = octets[2] & 31;
	struct origin origin = {
		.transport = octets[2] & 0x20 ? TRANSPORT_TCP : TRANSPORT_UDP,
		.from = host(octets[1] >> 6),
		.to = host(octets[1] >> 4),
		.flow = octets[2] & 0x20 ? 1 + (octets[1] >> 6) : 0,
		.watched = octets[2] & 0x40,
	};
	struct txntable_input input;

	w->now += step * step * step * 10 * NSTIME_MS;
	origin.now = w->now;
	txntable_tick(w->table, w->now);
	demand(txntable_next_deadline(w->table) > w->now);
	input = txntable_input(w->table, &m, &origin);
	w->begun += input.match == TXNTABLE_NEW;
	demand(txntable_open(w->table) <= LIMIT);
}

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t n)
{
	struct world *w = arg;

	(void)kind;
	if (strcmp(name, "txntable.unproven") == 0)
		w->gave_way = n;
}

/* Each transaction ends, but those that gave way to others. */
static void
demand_ends(struct world *w)
{
	uint64_t ended = 0;

	txntable_stats(w->table, on_counter, w);
	for (uint64_t id = 1; id <= MESSAGES_MAX; id++) {
		demand(!w->tellings[id].ended || id <= w->begun);
		ended += w->tellings[id].ended;
	}
	demand(ended + w->gave_way == w->begun);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct txntable_limits limits = {
		.transactions = LIMIT,
		.timers = {
			.t1 = TIMERS_T1,
			.timer_c = TIMERS_C,
			.grace = 2 * NSTIME_S,
			.slow_invite = 10 * NSTIME_S,
			.slow_other = 5 * NSTIME_S,
		},
		.key = { 1, 2 },
	};
	struct world *w = calloc(1, sizeof(*w));
	size_t messages = size / STEP_OCTETS;

	w->table = txntable_new(&limits, hear, w);
	if (messages > MESSAGES_MAX)
		messages = MESSAGES_MAX;
	for (size_t i = 0; i < messages; i++)
		play(w, data + i * STEP_OCTETS);
	txntable_close(w->table, w->now);
	demand(txntable_open(w->table) == 0);
	demand(txntable_next_deadline(w->table) == NSTIME_NEVER);
	demand_ends(w);
	txntable_free(w->table);
	free(w);
	return 0;
}
