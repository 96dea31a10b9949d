/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/authority.h"

#include <stdlib.h>

#include "base/tokenbucket.h"
#include "sip/requote.h"

struct authority {
	struct message *parser; /* its own: others hold what theirs has read */
	struct requote_head head;
	struct tokenbucket budget;
	struct authority_counts counts;
};

struct authority *
authority_new(const struct message_limits *limits)
{
	struct authority *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	tokenbucket_init(&a->budget, AUTHORITY_RATE, AUTHORITY_BURST, 0);
	a->parser = message_new(limits);
	if (a->parser != NULL)
		return a;
	authority_free(a);
	return NULL;
}

void
authority_free(struct authority *a)
{
	if (a == NULL)
		return;
	message_free(a->parser);
	free(a);
}

bool
authority_set(struct authority *a, const struct message_limits *limits)
{
	return message_set(a->parser, limits);
}

static bool
may_ask(struct authority *a, nstime now)
{
	const bool may = tokenbucket_take(&a->budget, now);

	a->counts.not_asked += !may;
	return may;
}

void
authority_outcome(struct authority *a, struct txntable_outcome *o)
{
	if (!o->scanned || !may_ask(a, o->now))
		return;
	switch (requote(a->parser, &a->head, o)) {
	case REQUOTE_SAME:
		a->counts.same++;
		break;
	case REQUOTE_OTHER:
		a->counts.other++;
		break;
	case REQUOTE_REFUSED:
		a->counts.refused++;
		break;
	case REQUOTE_CUT:
		a->counts.cut++;
		break;
	}
}

static bool
is_same(const struct sip_message *a, const struct sip_message *b)
{
	return a->status == b->status && slice_equal(a->reason, b->reason) &&
	    slice_equal(a->call_id, b->call_id) &&
	    slice_equal(a->method, b->method) && a->cseq == b->cseq;
}

const struct sip_message *
authority_message(struct authority *a, struct slice octets,
    const struct sip_message *m, nstime now, struct sip_message *full)
{
	if (!m->scanned || !may_ask(a, now))
		return m;
	if (message_parse(a->parser, octets, full) != MESSAGE_PARSED ||
	    full->recovered) {
		a->counts.refused++;
		return m;
	}
	if (is_same(m, full))
		a->counts.same++;
	else
		a->counts.other++;
	return full;
}

void
authority_counts(const struct authority *a, struct authority_counts *counts)
{
	*counts = a->counts;
}

void
authority_stats(const struct authority *a, counter_output *output, void *arg)
{
	output(arg, "authority.other", a->counts.other);
	output(arg, "authority.refused", a->counts.refused);
}
