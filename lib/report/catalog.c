/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/catalog.h"

#include "report/inner/kindtext.h"

/*
 * Advice ends a line of 900 octets: short, concrete, what to look at first.
 * The longer texts list the other possible causes.
 */

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

const char *
catalog_advice(const struct alert_event *event)
{
	const struct slice class = evidence_get(event->evidence, "class");
	const struct kindtext *kind = kindtext_of(event->kind);
	const struct kindtext_class *of = kind->classes;
	const char *advice = NULL;

	if (event->state == ALERT_RESOLVED)
		return advice_when_over(event);
	if (kind->advise != NULL)
		advice = kind->advise(event);
	if (advice != NULL)
		return advice;
	for (; of != NULL && of->class != NULL; of++)
		if (slice_is(class, of->class))
			return of->advice;
	return kind->catalog.advice;
}
