/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/diagnosis.h"

#include <stdlib.h>

#include "report/catalog.h"
#include "report/inner/incidenttext.h"
#include "report/line.h"

/* Limits of the alerts kept, and of those printed where there is no
 * incident. */
enum { KEPT = 64, TOLD = 4 };

/* The latest event of one alert. */
struct diagnosis_entry {
	struct alert_event event; /* its evidence is below */
	struct evidence evidence;
	enum finding_severity severity; /* the gravest it was reported with */
	bool is_void; /* it was none after all, or is another's */
	char subject[200];
};

struct diagnosis {
	size_t count, beyond;
	struct diagnosis_entry entries[KEPT];
};

struct diagnosis *
diagnosis_new(void)
{
	return calloc(1, sizeof(struct diagnosis));
}

void
diagnosis_free(struct diagnosis *d)
{
	free(d);
}

static struct diagnosis_entry *
entry_of(struct diagnosis *d, const struct alert_event *event)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->entries[i].event.id == event->id)
			return &d->entries[i];
	if (d->count == KEPT)
		return NULL;
	d->entries[d->count].severity = event->severity;
	return &d->entries[d->count++];
}

static void
keep(struct diagnosis_entry *e, const struct alert_event *event)
{
	struct textbuf t;

	if (event->severity < e->severity)
		e->severity = event->severity;
	textbuf_init(&t, e->subject, sizeof(e->subject));
	textbuf_add_slice(&t, event->subject);
	evidence_copy(&e->evidence, event->evidence);
	e->event = *event;
	e->event.subject = textbuf_slice(&t);
	e->event.evidence = &e->evidence;
}

void
diagnosis_update(struct diagnosis *d, const struct alert_event *event)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->entries[i].event.id == event->id)
			keep(&d->entries[i], event);
}

/* It was none after all, or another alert goes on with it. */
static bool
is_over_for_good(const struct alert_event *event)
{
	if (event->state == ALERT_JOINED)
		return event->incident == 0;
	return event->state == ALERT_RESOLVED &&
	    (event->reason == ALERT_SUPERSEDED ||
		event->reason == ALERT_WITHDRAWN);
}

void
diagnosis_input(struct diagnosis *d, const struct alert_event *event)
{
	struct diagnosis_entry *e;

	if (event->joined)
		return;
	e = entry_of(d, event);
	if (e == NULL) {
		d->beyond += event->state == ALERT_RAISED;
		return;
	}
	keep(e, event);
	e->is_void = is_over_for_good(event);
}

/* An incident before an alert, the graver before the less grave, then the
 * earlier. */
static bool
is_before(const struct diagnosis_entry *a, const struct diagnosis_entry *b)
{
	const bool incident = a->event.kind == FINDING_INCIDENT;

	if (incident != (b->event.kind == FINDING_INCIDENT))
		return incident;
	if (a->severity != b->severity)
		return a->severity < b->severity;
	return a->event.first_seen < b->event.first_seen;
}

/* An incident covers it, or it is void. */
static bool
is_silent(const struct diagnosis_entry *e)
{
	return e->event.incident != 0 || e->is_void;
}

/* The first that was not written yet; NULL: there are no more. */
static const struct diagnosis_entry *
next(const struct diagnosis *d, const bool *told)
{
	const struct diagnosis_entry *best = NULL;

	for (size_t i = 0; i < d->count; i++) {
		const struct diagnosis_entry *e = &d->entries[i];

		if (told[i] || is_silent(e))
			continue;
		if (best == NULL || is_before(e, best))
			best = e;
	}
	return best;
}

static void
write_event(struct textbuf *t, const struct alert_event *event)
{
	textbuf_add(t, finding_kind_name(event->kind));
	textbuf_add(t, ": ");
	line_summary(t, event);
	textbuf_add(t, "\n");
}

/* Alerts without an incident: one line each, and advice for the first. */
static unsigned
write_alert(struct textbuf *t, const struct diagnosis_entry *e, unsigned lines)
{
	if (lines > 0)
		textbuf_add(t, "  also ");
	write_event(t, &e->event);
	if (lines > 0 || e->event.state == ALERT_RESOLVED)
		return 1;
	textbuf_add(t, "  do first:  ");
	textbuf_add(t, catalog_advice(&e->event));
	textbuf_add(t, "\n");
	return 2;
}

static size_t
count_left(const struct diagnosis *d, const bool *told)
{
	size_t left = d->beyond;

	for (size_t i = 0; i < d->count; i++)
		left += !told[i] && !is_silent(&d->entries[i]);
	return left;
}

void
diagnosis_write(struct textbuf *t, const struct diagnosis *d)
{
	bool told[KEPT] = { false };
	const struct diagnosis_entry *e;
	unsigned lines = 0, count = 0;
	size_t left;

	textbuf_add(t, "diagnosis: ");
	while (count < TOLD && lines < DIAGNOSIS_LINES - 1 &&
	    (e = next(d, told)) != NULL) {
		told[e - d->entries] = true;
		if (count++ == 0 && e->event.kind == FINDING_INCIDENT)
			lines += incidenttext_explain(t, &e->event);
		else
			lines += write_alert(t, e, lines);
	}
	left = count_left(d, told);
	if (count == 0)
		textbuf_add(t, "nothing wrong was proven\n");
	if (left == 0)
		return;
	textbuf_add(t, "  and ");
	textbuf_uint(t, left);
	textbuf_add(t, left == 1 ? " more alert, above\n" : " more, above\n");
}
