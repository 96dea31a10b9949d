/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/crosscheck.h"

#include <stdlib.h>

#include "base/tokenbucket.h"
#include "txn/requote.h"

struct crosscheck {
	struct message *parser; /* its own: others hold what theirs has read */
	struct requote_head head;
	struct tokenbucket budget;
	struct crosscheck_counts counts;
};

struct crosscheck *
crosscheck_new(const struct message_limits *limits)
{
	struct crosscheck *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	tokenbucket_init(&a->budget, CROSSCHECK_RATE, CROSSCHECK_BURST, 0);
	a->parser = message_new(limits);
	if (a->parser != NULL)
		return a;
	crosscheck_free(a);
	return NULL;
}

void
crosscheck_free(struct crosscheck *a)
{
	if (a == NULL)
		return;
	message_free(a->parser);
	free(a);
}

bool
crosscheck_set(struct crosscheck *a, const struct message_limits *limits)
{
	return message_set(a->parser, limits);
}

static bool
may_ask(struct crosscheck *a, nstime now)
{
	const bool may = tokenbucket_take(&a->budget, now);

	a->counts.not_asked += !may;
	return may;
}

void
crosscheck_outcome(struct crosscheck *a, struct outcome *o)
{
	if (!o->text.scanned || !may_ask(a, o->now))
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
crosscheck_message(struct crosscheck *a, struct slice octets,
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
crosscheck_counts(const struct crosscheck *a, struct crosscheck_counts *counts)
{
	*counts = a->counts;
}

void
crosscheck_stats(const struct crosscheck *a, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "crosscheck.other", a->counts.other);
	output(arg, COUNTER_EVENT, "crosscheck.refused", a->counts.refused);
}
