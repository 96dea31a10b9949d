/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock/align.h"

#include <stdlib.h>

#include "base/lru.h"
#include "sip/scan.h"

enum {
	KEPT = 1 << 16, /* requests and answers whose counterpart may come */
	SAMPLES = 256,  /* of one pair and direction */
	LEAST_SAMPLES = 3,
	STRAY = 16, /* one in so many may be another's answer */
	LEAST_LATE = 5
};

/* Nobody waits longer for an answer without asking again: where all come so
 * late, and equally so, it is the clocks that differ. */
#define LONGEST (64 * NSTIME_S)
#define EQUALLY NSTIME_S

/* Requests and answers are kept by a hash of the fields that pair them.  Its
 * key is no secret: at worst a forged answer is one of the strays. */
static const struct siphash_key hash_key = { 0x616c69676e, 1 };

struct align_exchange {
	struct lru_entry entry;
	struct siphash_wide what;
	bool asked, asked_again, answered;
	unsigned by, from; /* sources: of the request, of the answer */
	nstime at, until;
};

/* Stamps of answers less the stamps of their requests. */
struct bounds {
	unsigned count;
	nstime delays[SAMPLES];
};

struct align {
	unsigned sources;
	struct lru *exchanges;
	struct bounds *bounds; /* [of the request][of the answer] */
};

static bool
exchange_equal(const struct table_entry *entry, const void *key)
{
	const struct align_exchange *e = (const struct align_exchange *)entry;
	const struct siphash_wide *what = key;

	return e->what.a == what->a && e->what.b == what->b;
}

struct align *
align_new(unsigned sources)
{
	const struct lru_setup setup = {
		.limit = KEPT,
		.octets = sizeof(struct align_exchange),
		.equal = exchange_equal,
	};
	struct align *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->sources = sources < ALIGN_SOURCES ? sources : ALIGN_SOURCES;
	a->exchanges = lru_new(&setup, &hash_key);
	a->bounds =
	    calloc((size_t)a->sources * a->sources + 1, sizeof(*a->bounds));
	if (a->exchanges != NULL && a->bounds != NULL)
		return a;
	align_free(a);
	return NULL;
}

void
align_free(struct align *a)
{
	if (a == NULL)
		return;
	lru_free(a->exchanges);
	free(a->bounds);
	free(a);
}

static struct align_exchange *
exchange_of(struct align *a, struct siphash_wide what)
{
	struct align_exchange *e = lru_find(a->exchanges, what.a, &what);

	if (e != NULL)
		return e;
	e = lru_add(a->exchanges, what.a);
	if (e != NULL)
		e->what = what;
	return e;
}

/* Both are known now: a bound, if two sources have them. */
static void
bound(struct align *a, const struct align_exchange *e)
{
	struct bounds *b = &a->bounds[e->by * a->sources + e->from];
	const nstime delay = e->until - e->at;

	if (e->by != e->from && b->count < SAMPLES &&
	    (delay <= LONGEST || !e->asked_again))
		b->delays[b->count++] = delay;
}

/* The first copy of a request counts, and the first answer. */
static void
ask(struct align *a, struct siphash_wide what, const struct packet *packet)
{
	struct align_exchange *e = exchange_of(a, what);

	if (e == NULL)
		return;
	e->asked_again = e->asked;
	if (e->asked)
		return;
	e->asked = true;
	e->by = packet->source;
	e->at = packet->wall;
	if (e->answered)
		bound(a, e);
}

static void
answer(struct align *a, struct siphash_wide what, const struct packet *packet)
{
	struct align_exchange *e = exchange_of(a, what);

	if (e == NULL || e->answered)
		return;
	e->answered = true;
	e->from = packet->source;
	e->until = packet->wall;
	if (e->asked)
		bound(a, e);
}

/* The octets up to `sequence' that `from' sent to `to'. */
static struct siphash_wide
octets_until(
    const struct endpoint *from, const struct endpoint *to, uint32_t sequence)
{
	struct {
		struct endpoint from, to;
		uint32_t sequence;
	} what;

	memset(&what, 0, sizeof(what));
	what.from = *from;
	what.to = *to;
	what.sequence = sequence;
	return siphash_128(&hash_key, slice_of(&what, sizeof(what)));
}

static void
on_segment(struct align *a, const struct decode_event *e)
{
	const struct tcp *tcp = &e->tcp;
	const uint32_t octets = (uint32_t)tcp->payload_len +
	    ((tcp->flags & TCP_SYN) != 0) + ((tcp->flags & TCP_FIN) != 0);

	if (octets > 0)
		ask(a, octets_until(&e->from, &e->to, tcp->sequence + octets),
		    e->packet);
	if ((tcp->flags & TCP_ACK) != 0)
		answer(a, octets_until(&e->to, &e->from, tcp->acknowledgement),
		    e->packet);
}

/* Call-ID, CSeq and branch: of each of them the digest. */
static struct siphash_wide
request_of(const struct sip_message *m)
{
	struct {
		struct siphash_wide call_id, branch, method;
		uint64_t cseq;
	} what;

	memset(&what, 0, sizeof(what));
	what.call_id = siphash_128(&hash_key, m->call_id);
	what.branch = siphash_128(&hash_key, m->via_branch);
	what.method = siphash_128(&hash_key, m->method);
	what.cseq = m->cseq;
	return siphash_128(&hash_key, slice_of(&what, sizeof(what)));
}

/* A final response asks for an ACK: of the same transaction, or, a 2xx, of the
 * dialog. */
static struct siphash_wide
final_of(const struct sip_message *m, bool in_dialog)
{
	struct {
		struct siphash_wide call_id, which;
		uint64_t cseq;
		bool in_dialog;
	} what;

	memset(&what, 0, sizeof(what));
	what.call_id = siphash_128(&hash_key, m->call_id);
	what.which =
	    siphash_128(&hash_key, in_dialog ? m->to_tag : m->via_branch);
	what.cseq = m->cseq;
	what.in_dialog = in_dialog;
	return siphash_128(&hash_key, slice_of(&what, sizeof(what)));
}

static void
on_request(struct align *a, const struct sip_message *m, const struct packet *p)
{
	if (!slice_is(m->method, "ACK")) {
		ask(a, request_of(m), p);
		return;
	}
	answer(a, final_of(m, true), p);
	answer(a, final_of(m, false), p);
}

static void
on_response(
    struct align *a, const struct sip_message *m, const struct packet *p)
{
	answer(a, request_of(m), p);
	if (m->status >= 200 && slice_is(m->method, "INVITE"))
		ask(a, final_of(m, m->status < 300), p);
}

static void
on_datagram(struct align *a, const struct decode_event *e)
{
	static const struct message_limits limits = { .octets = 65536,
		.headers = 1000 };
	struct sip_message m;

	if (scan_message(e->udp.payload, &limits, NULL, &m) != SCAN_PARSED)
		return;
	if (m.is_request)
		on_request(a, &m, e->packet);
	else
		on_response(a, &m, e->packet);
}

void
align_input(struct align *a, const struct decode_event *e)
{
	if (e->packet->source >= a->sources)
		return;
	if (e->transport == DECODE_TCP)
		on_segment(a, e);
	else if (e->transport == DECODE_UDP)
		on_datagram(a, e);
}

static int
by_delay(const void *x, const void *y)
{
	const nstime a = *(const nstime *)x, b = *(const nstime *)y;

	return (a > b) - (a < b);
}

struct delay {
	bool known;      /* false: there are too few */
	nstime shortest; /* but for strays */
	bool too_late;   /* for an answer */
};

static struct delay
delay_of(const struct align *a, unsigned by, unsigned from)
{
	const struct bounds *b = &a->bounds[by * a->sources + from];
	nstime sorted[SAMPLES], shortest;

	if (b->count < LEAST_SAMPLES)
		return (struct delay){ .known = false };
	memcpy(sorted, b->delays, b->count * sizeof(*sorted));
	qsort(sorted, b->count, sizeof(*sorted), by_delay);
	shortest = sorted[b->count / STRAY];
	return (struct delay){
		.known = true,
		.shortest = shortest,
		.too_late = shortest > LONGEST && b->count >= LEAST_LATE &&
		    sorted[b->count / 2] - shortest <= EQUALLY,
	};
}

/* Bounds of clock `second' less clock `first'. */
struct span {
	bool has_least, has_most;
	nstime least, most;
};

/* False: there is neither. */
static bool
find_span(
    const struct align *a, unsigned first, unsigned second, struct span *s)
{
	const struct delay there = delay_of(a, first, second);
	const struct delay back = delay_of(a, second, first);

	*s = (struct span){
		.has_least = back.known || there.too_late,
		.has_most = there.known || back.too_late,
		.least = back.known ? -back.shortest : there.shortest,
		.most = there.known ? there.shortest : -back.shortest,
	};
	return s->has_least || s->has_most;
}

/* By ALIGN_LEAST or more, for certain. */
static bool
differs(const struct span *s)
{
	return (s->has_most && s->most <= -ALIGN_LEAST) ||
	    (s->has_least && s->least >= ALIGN_LEAST);
}

static nstime
middle(const struct span *s)
{
	if (s->has_least && s->has_most)
		return s->least + (s->most - s->least) / 2;
	return s->has_most ? s->most : s->least;
}

bool
align_pair(const struct align *a, unsigned first, unsigned second,
    struct align_pair *pair)
{
	struct span s;

	if (first >= a->sources || second >= a->sources ||
	    !find_span(a, first, second, &s))
		return false;
	*pair = (struct align_pair){
		.differs = differs(&s),
		.offset = middle(&s),
		.answers = a->bounds[first * a->sources + second].count +
		    a->bounds[second * a->sources + first].count,
	};
	return true;
}

/* Compute the time to take from the stamps of `second' where `first' is right.
 */
static bool
step_to(const struct align *a, unsigned first, unsigned second, nstime *step)
{
	struct span s;

	if (!find_span(a, first, second, &s))
		return false;
	*step = !differs(&s) ? 0 : s.has_most ? s.most : s.least;
	return true;
}

/* Follow every source that is known to those it is connected with. */
static void
connect(const struct align *a, bool known[ALIGN_SOURCES],
    nstime corrections[ALIGN_SOURCES])
{
	bool news = true;
	nstime step;

	while (news) {
		news = false;
		for (unsigned i = 0; i < a->sources * a->sources; i++) {
			const unsigned x = i / a->sources, y = i % a->sources;

			if (!known[x] || known[y] || !step_to(a, x, y, &step))
				continue;
			corrections[y] = corrections[x] + step;
			known[y] = news = true;
		}
	}
}

void
align_corrections(const struct align *a, nstime corrections[ALIGN_SOURCES])
{
	bool known[ALIGN_SOURCES] = { false };

	for (unsigned i = 0; i < ALIGN_SOURCES; i++)
		corrections[i] = 0;
	for (unsigned first = 0; first < a->sources; first++) {
		if (known[first])
			continue;
		known[first] = true;
		connect(a, known, corrections);
	}
}
