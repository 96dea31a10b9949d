/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/sentence.h"

#include "report/inner/kindtext.h"
#include "report/inner/phrase.h"

/* One alert that covers the alerts beyond a quota. */
static void
add_folded(struct textbuf *t, const struct alert_event *event)
{
	const bool hosts = slice_is(event->subject, ALERT_OTHER_HOSTS);

	textbuf_add(t, hosts ? "" : "more about ");
	phrase_value(t, hosts ? slice_text("more hosts") : event->subject);
	textbuf_add(t, " than are told one by one, perhaps forged: ");
	phrase_count(t, event->count, "more finding");
}

void
sentence_trouble(struct textbuf *t, const struct alert_event *event)
{
	if (event->folded) {
		add_folded(t, event);
		textbuf_add(t, ", such as: ");
	}
	kindtext_of(event->kind)->trouble(t, event);
}

static const char *
why_over(const struct alert_event *event)
{
	switch (event->reason) {
	case ALERT_HEALTHY:
		return kindtext_of(event->kind)->healthy;
	case ALERT_QUIET:
		return "no more of it was seen";
	case ALERT_SUPERSEDED:
		return "another alert goes on with it";
	case ALERT_WITHDRAWN:
		break;
	}
	return "an answer came late after all";
}

void
sentence_over(struct textbuf *t, const struct alert_event *event)
{
	if (event->folded)
		add_folded(t, event);
	else
		kindtext_of(event->kind)->label(t, event);
	textbuf_add(t, ": over after ");
	phrase_lasted(t, event->first_seen, event);
	if (kindtext_of(event->kind)->noun != NULL && event->count > 0) {
		textbuf_add(t, ", ");
		phrase_count(t, event->count, kindtext_of(event->kind)->noun);
	}
	textbuf_add(t, ", first at ");
	textbuf_time_of_day(t, event->first_seen);
	textbuf_add(t, "; ");
	textbuf_add(t, alert_reason_name(event->reason));
	textbuf_add(t, ": ");
	textbuf_add(t, why_over(event));
}
