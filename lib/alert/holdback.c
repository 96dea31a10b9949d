/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/holdback.h"

static struct holdback_alert *
find(struct holdback *h, uint64_t id)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->alerts[i].id == id)
			return &h->alerts[i];
	return NULL;
}

/* Its record. */
static void *
remove_one(struct holdback *h, struct holdback_alert *a)
{
	void *record = a->record;

	*a = h->alerts[--h->count];
	return record;
}

static void
give_up(struct holdback *h, uint64_t id)
{
	h->untold[h->next_untold] = id;
	h->next_untold = (h->next_untold + 1) % HOLDBACK_UNTOLD;
}

/* Did it give way?  It is asked once: then it is written, or held again. */
static bool
was_given_up(struct holdback *h, uint64_t id)
{
	for (size_t i = 0; i < HOLDBACK_UNTOLD; i++)
		if (h->untold[i] == id) {
			h->untold[i] = 0;
			return true;
		}
	return false;
}

enum holdback_answer
holdback_ask(
    struct holdback *h, const struct alert_event *event, nstime now, void **old)
{
	const bool over =
	    event->state == ALERT_RESOLVED || event->state == ALERT_JOINED;
	struct holdback_alert *held = find(h, event->id);
	bool untold = event->state != ALERT_RAISED && held == NULL &&
	    was_given_up(h, event->id);

	*old = NULL;
	if (held != NULL) {
		*old = remove_one(h, held);
		untold = true;
	}
	if (over && untold)
		return HOLDBACK_DROP;
	if (throttle_take(&h->throttle, event->kind, now))
		return untold ? HOLDBACK_RAISED : HOLDBACK_TELL;
	if (!over)
		return HOLDBACK_KEEP;
	throttle_count(&h->throttle, event->kind, now);
	return HOLDBACK_DROP;
}

/* The graver, then the one that came first. */
static bool
comes_before(const struct holdback_alert *a, const struct holdback_alert *b)
{
	if (a->severity != b->severity)
		return a->severity < b->severity;
	return a->order < b->order;
}

void *
holdback_keep(struct holdback *h, const struct alert_event *event, void *record)
{
	struct holdback_alert alert = {
		.id = event->id,
		.kind = event->kind,
		.severity = event->severity,
		.order = h->order++,
		.record = record,
	};
	struct holdback_alert *last = &h->alerts[0];
	struct holdback_alert given;
	struct textbuf subject;

	textbuf_init(&subject, alert.subject, sizeof(alert.subject));
	textbuf_add_slice(&subject, event->subject);
	given = alert;
	if (h->count < HOLDBACK_MOST) {
		h->alerts[h->count++] = alert;
		return NULL;
	}
	for (size_t i = 1; i < h->count; i++)
		if (comes_before(last, &h->alerts[i]))
			last = &h->alerts[i];
	if (comes_before(&alert, last)) {
		given = *last;
		*last = alert;
	}
	give_up(h, given.id);
	throttle_count(&h->throttle, given.kind, event->now);
	throttle_name(&h->throttle, given.kind, given.severity,
	    slice_text(given.subject));
	return given.record;
}

/* Of each kind the first is looked at: others of its kind have no room if it
 * has none. */
void *
holdback_next(struct holdback *h, nstime now)
{
	struct holdback_alert *first[FINDING_KINDS] = { NULL };
	struct holdback_alert *best = NULL;

	for (size_t i = 0; i < h->count; i++) {
		struct holdback_alert *a = &h->alerts[i];

		if (first[a->kind] == NULL || comes_before(a, first[a->kind]))
			first[a->kind] = a;
	}
	for (int kind = 0; kind < FINDING_KINDS; kind++)
		if (first[kind] != NULL &&
		    throttle_has_room(
			&h->throttle, (enum finding_kind)kind, now) &&
		    (best == NULL || comes_before(first[kind], best)))
			best = first[kind];
	if (best == NULL || !throttle_take(&h->throttle, best->kind, now))
		return NULL;
	return remove_one(h, best);
}

void *
holdback_take(struct holdback *h)
{
	if (h->count == 0)
		return NULL;
	return h->alerts[--h->count].record;
}
