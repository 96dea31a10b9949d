/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/ledger.h"

#include <stdlib.h>

struct ledger {
	bool kept;
	struct traffic *traffic;
	struct certlist *certlist;
	struct handling *handling;
};

struct ledger *
ledger_new(const struct ledger_limits *limits)
{
	struct ledger *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->kept = limits->kept;
	l->traffic = traffic_new(&limits->traffic);
	l->certlist = certlist_new(&limits->certlist);
	l->handling = handling_new();
	if (l->traffic != NULL && l->certlist != NULL && l->handling != NULL)
		return l;
	ledger_free(l);
	return NULL;
}

void
ledger_free(struct ledger *l)
{
	if (l == NULL)
		return;
	traffic_free(l->traffic);
	certlist_free(l->certlist);
	handling_free(l->handling);
	free(l);
}

void
ledger_set(struct ledger *l, const struct ledger_limits *limits)
{
	l->kept = limits->kept;
	traffic_set(l->traffic, &limits->traffic);
	certlist_set(l->certlist, &limits->certlist);
}

/* False: nothing has ended, or it is not known how. */
static bool
result_of(const struct outcome *o, enum timeout_verdict verdict,
    enum traffic_result *result)
{
	switch (verdict) {
	case TIMEOUT_NONE:
	case TIMEOUT_UNFINISHED:
		return false;
	case TIMEOUT_ANSWERED:
		*result = traffic_result_of(o->response.status);
		return o->event == OUTCOME_ANSWERED;
	case TIMEOUT_TIMED_OUT:
		*result = TRAFFIC_TIMED_OUT;
		return true;
	default:
		*result = TRAFFIC_UNKNOWN;
		return true;
	}
}

void
ledger_outcome(struct ledger *l, const struct outcome *o,
    enum timeout_verdict verdict, nstime wall)
{
	enum traffic_result result;

	if (!l->kept || !result_of(o, verdict, &result))
		return;
	traffic_input(l->traffic,
	    &(struct traffic_transaction){
		.server = o->uas,
		.method = o->method,
		.result = result,
		.duration = o->now - o->request.sent,
		.wall = wall,
	    });
}

void
ledger_certificate(struct ledger *l, const struct certificate_sight *sight)
{
	if (l->kept)
		certlist_input(l->certlist, sight);
}

const struct traffic *
ledger_traffic(const struct ledger *l)
{
	return l->traffic;
}

const struct certlist *
ledger_certlist(const struct ledger *l)
{
	return l->certlist;
}

struct handling *
ledger_handling(const struct ledger *l)
{
	return l->handling;
}

void
ledger_save(const struct ledger *l, struct record *r)
{
	handling_save(l->handling, r);
}

bool
ledger_load(
    struct ledger *l, struct cursor *c, const struct record_shift *shift)
{
	return handling_load(l->handling, c, shift);
}

void
ledger_stats(const struct ledger *l, counter_output *output, void *arg)
{
	traffic_stats(l->traffic, output, arg);
	certlist_stats(l->certlist, output, arg);
}
