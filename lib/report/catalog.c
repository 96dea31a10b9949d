/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/catalog.h"

#include "report/inner/kindtext.h"

/*
 * Advice stands at the end of a line of 900 octets: short, concrete, what to
 * look at first.  The longer texts say what else it may be.
 */

static const char mras_advice[] =
    "check the A/V authentication service on the Edge, port 5062 both ways, "
    "the certificates and the clocks of both; then restart what cached the "
    "time";

const struct catalog_entry *
catalog_find(enum finding_kind kind)
{
	return &kindtext_of(kind)->catalog;
}

static const char *
advice_when_over(const struct alert_event *event)
{
	const struct kindtext *kind = kindtext_of(event->kind);

	switch (event->reason) {
	case ALERT_HEALTHY:
		return kind->after == NULL ? "nothing to do" : kind->after;
	case ALERT_QUIET:
		return "nothing proves that it works again: see that its "
		       "traffic still flows";
	case ALERT_SUPERSEDED:
		return "follow the alert that took over";
	case ALERT_WITHDRAWN:
		break;
	}
	return "nothing to do";
}

/* An MRAS request that got no answer at all, or none in the end, is the
 * trouble this program was written for. */
static bool
is_mras(const struct alert_event *event, struct slice class)
{
	return event->kind == FINDING_TRANSACTION_TIMEOUT &&
	    (slice_is(class, "no_response") || slice_is(class, "no_final")) &&
	    evidence_number(event->evidence, "mras", 0) != 0;
}

const char *
catalog_advice(const struct alert_event *event)
{
	const struct slice class = evidence_get(event->evidence, "class");
	const struct kindtext_class *of = kindtext_of(event->kind)->classes;

	if (event->state == ALERT_RESOLVED)
		return advice_when_over(event);
	if (is_mras(event, class))
		return mras_advice;
	for (; of != NULL && of->class != NULL; of++)
		if (slice_is(class, of->class))
			return of->advice;
	return kindtext_of(event->kind)->catalog.advice;
}
