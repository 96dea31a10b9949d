/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/callshard.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "net/pairs.h"
#include "pipeline/inner/replies.h"
#include "pipeline/matcher.h"
#include "sip/methods.h"
#include "sip/mras.h"

enum { METHODS_TEXT = 512 };

struct callshard {
	struct matcher_limits limits;
	char methods[METHODS_TEXT];
	struct callshard_output output;
	struct txntable *txns;
	struct crosscheck *crosscheck;
	bool owns_crosscheck;
	struct pairs *pairs; /* NULL: the output knows who worked */
	uint64_t no_memory;

	/* What is asked often, for other threads too. */
	atomic_size_t open;
	atomic_uint not_watched[65536];
};

static void
count_not_watched(struct callshard *s, uint16_t port)
{
	const unsigned n =
	    atomic_load_explicit(&s->not_watched[port], memory_order_relaxed);

	atomic_store_explicit(
	    &s->not_watched[port], n + 1, memory_order_relaxed);
}

static void
count_open(struct callshard *s)
{
	atomic_store_explicit(
	    &s->open, txntable_pending(s->txns), memory_order_relaxed);
}

static void
on_outcome(void *arg, const struct outcome *o)
{
	const struct callshard *s = arg;
	const bool answered =
	    o->event == OUTCOME_ANSWERED || o->event == OUTCOME_LATE;
	struct outcome judged;

	if (s->pairs != NULL && answered)
		pairs_answer(
		    s->pairs, &o->uas.address, &o->uac.address, o->now);
	/* Of the others nothing is quoted. */
	if (o->text.start_line.len == 0) {
		s->output.outcome(s->output.arg, o);
		return;
	}
	judged = *o;
	crosscheck_outcome(s->crosscheck, &judged);
	s->output.outcome(s->output.arg, &judged);
}

static bool
has_worked(
    void *arg, const struct address *client, const struct address *server)
{
	const struct callshard *s = arg;
	struct pairs_facts facts;

	if (s->pairs == NULL)
		return s->output.worked(s->output.arg, client, server);
	pairs_facts(s->pairs, server, client, &facts);
	return facts.worked;
}

static struct txntable_limits
transaction_limits(const struct matcher_limits *limits)
{
	struct txntable_limits transactions = limits->transactions;

	transactions.worked = has_worked;
	return transactions;
}

unsigned
callshard_number(const struct siphash_key *key,
    const struct sip_message *message, unsigned shards)
{
	return (unsigned)(siphash(key, message->call_id) % shards);
}

struct callshard *
callshard_new(
    const struct matcher_limits *limits, const struct callshard_output *output)
{
	const struct txntable_limits transactions = transaction_limits(limits);
	struct callshard *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->output = *output;
	s->txns = txntable_new(&transactions, on_outcome, s);
	s->owns_crosscheck = output->crosscheck == NULL;
	s->crosscheck = s->owns_crosscheck ? crosscheck_new(&limits->message)
					   : output->crosscheck;
	if (output->worked == NULL)
		s->pairs = pairs_new(&limits->paths.pairs);
	if (s->txns == NULL || s->crosscheck == NULL ||
	    (s->pairs == NULL && output->worked == NULL)) {
		callshard_free(s);
		return NULL;
	}
	callshard_set(s, limits);
	return s;
}

void
callshard_free(struct callshard *s)
{
	if (s == NULL)
		return;
	txntable_free(s->txns);
	if (s->owns_crosscheck)
		crosscheck_free(s->crosscheck);
	pairs_free(s->pairs);
	free(s);
}

void
callshard_set(struct callshard *s, const struct matcher_limits *limits)
{
	const struct txntable_limits transactions = transaction_limits(limits);
	struct textbuf methods;

	s->limits = *limits;
	textbuf_init(&methods, s->methods, sizeof(s->methods));
	textbuf_add(&methods, limits->methods);
	s->limits.methods = s->methods;
	if (s->owns_crosscheck)
		s->no_memory +=
		    !crosscheck_set(s->crosscheck, &limits->message);
	txntable_set(s->txns, &transactions);
	if (s->pairs != NULL)
		pairs_set(s->pairs, &limits->paths.pairs);
}

static bool
is_sip_port(const struct callshard *s, uint16_t port)
{
	return portset_has(&s->limits.sip_ports, port);
}

void
callshard_decide(const struct callshard *s, const struct sip_message *message,
    struct origin *origin)
{
	const uint16_t port = origin->to.port;

	origin->mras = is_sip_port(s, port) && mras_is_request(message);
	origin->watched = (origin->mras && s->limits.watch_mras) ||
	    (portset_has(&s->limits.watched_ports, port) &&
		methods_listed(slice_text(s->methods), message->method));
}

/* Above it systems take ports for clients (Linux; IANA's begin at 49152). */
enum { EPHEMERAL = 32768 };

/* The port that a configuration would name: the server's, or the one that
 * brought a transaction here when a server calls its client. */
static uint16_t
sip_port_of(const struct callshard *s, const struct origin *origin)
{
	return is_sip_port(s, origin->to.port) || origin->to.port < EPHEMERAL
	    ? origin->to.port
	    : origin->from.port;
}

/* A watched transaction will not be judged. */
static void
tell_limited(
    struct callshard *s, const char *limit, const struct origin *origin)
{
	s->output.observed(s->output.arg,
	    &(struct observation){
		.kind = OBSERVATION_LIMITED,
		.now = origin->now,
		.wall = origin->wall,
		.limit = limit,
	    });
}

void
callshard_expect(struct callshard *s, const struct event_message *in)
{
	txntable_expect(s->txns, in->message, in->keyed ? &in->keys : NULL);
}

void
callshard_input(struct callshard *s, const struct event_message *in,
    struct callshard_settled *settled)
{
	const struct origin *origin = &in->origin;
	struct txntable_input *const input = &settled->input;

	if (s->pairs != NULL)
		pairs_input(s->pairs, &origin->from.address,
		    &origin->to.address, origin->now);
	if (in->message->is_request && !in->read) {
		settled->decided = *origin;
		callshard_decide(s, in->message, &settled->decided);
		origin = &settled->decided;
	}
	settled->origin = origin;
	*input = txntable_input(s->txns, in->message, origin);
	count_open(s);
	if (input->limited != NULL)
		tell_limited(s, input->limited, origin);
	if (input->match == TXNTABLE_NEW && !origin->watched)
		count_not_watched(s, sip_port_of(s, origin));
	if (in->read)
		return;
	if (input->match == TXNTABLE_ORPHAN && s->limits.one_way)
		input->match = TXNTABLE_RESPONSE;
	replies_read(
	    &(struct replies_message){
		.message = in->message,
		.octets = in->octets,
		.origin = origin,
		.match = input->match,
		.crosscheck = s->crosscheck,
	    },
	    s->output.observed, s->output.arg);
}

void
callshard_hint(const struct callshard *s, const struct txnkey_all *keys)
{
	txntable_hint(s->txns, keys);
}

void
callshard_hint_entry(const struct callshard *s, const struct txnkey_all *keys)
{
	txntable_hint_entry(s->txns, keys);
}

void
callshard_at(struct callshard *s, uint64_t id)
{
	txntable_at(s->txns, id);
}

void
callshard_tick(struct callshard *s, nstime now)
{
	txntable_tick(s->txns, now);
	count_open(s);
}

nstime
callshard_next_deadline(const struct callshard *s)
{
	return txntable_next_deadline(s->txns);
}

void
callshard_hole(struct callshard *s, nstime from, nstime until)
{
	txntable_hole(s->txns, from, until);
}

void
callshard_close(struct callshard *s, nstime now)
{
	txntable_close(s->txns, now);
	count_open(s);
}

size_t
callshard_open(const struct callshard *s)
{
	return atomic_load_explicit(&s->open, memory_order_relaxed);
}

void
callshard_slowest(const struct callshard *s, size_t most,
    txntable_waiting_output *output, void *arg)
{
	txntable_slowest(s->txns, most, output, arg);
}

uint64_t
callshard_not_watched(const struct callshard *s, uint16_t port)
{
	return atomic_load_explicit(
	    &s->not_watched[port], memory_order_relaxed);
}

void
callshard_stats(const struct callshard *s, counter_output *output, void *arg)
{
	if (s->owns_crosscheck) {
		output(arg, COUNTER_LIMIT, "matcher.no_memory", s->no_memory);
		crosscheck_stats(s->crosscheck, output, arg);
	}
	txntable_stats(s->txns, output, arg);
	if (s->pairs != NULL)
		pairs_stats(s->pairs, output, arg);
}
