/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/throttle.h"

/* Under a lasting flood something is held back all the time: it is summed up
 * so often. */
#define SUM_AFTER NSTIME_S

enum { BURST_SECONDS = 5, MOST_RATE = 200000 };

void
throttle_init(struct throttle *t, unsigned rate, nstime now)
{
	const unsigned bounded = rate < MOST_RATE ? rate : MOST_RATE;

	*t = (struct throttle){ .unlimited = rate == 0 };
	if (t->unlimited)
		return;
	for (int kind = 0; kind < FINDING_KINDS; kind++)
		tokenbucket_init(
		    &t->kinds[kind], bounded, BURST_SECONDS * bounded, now);
}

static uint64_t
total(const struct throttle *t)
{
	uint64_t sum = 0;

	for (int kind = 0; kind < FINDING_KINDS; kind++)
		sum += t->held[kind];
	return sum;
}

bool
throttle_has_room(const struct throttle *t, enum finding_kind kind, nstime now)
{
	return t->unlimited || tokenbucket_ready(&t->kinds[kind], now) <= now;
}

bool
throttle_take(struct throttle *t, enum finding_kind kind, nstime now)
{
	return t->unlimited || tokenbucket_take(&t->kinds[kind], now);
}

void
throttle_count(struct throttle *t, enum finding_kind kind, nstime now)
{
	if (total(t) == 0)
		t->since = now;
	t->held[kind]++;
}

void
throttle_name(struct throttle *t, enum finding_kind kind,
    enum finding_severity severity, struct slice subject)
{
	struct textbuf text;

	if (t->named && severity >= t->severity)
		return;
	t->named = true;
	t->severity = severity;
	t->kind = kind;
	textbuf_init(&text, t->subject, sizeof(t->subject));
	textbuf_add_slice(&text, subject);
}

bool
throttle_pass(struct throttle *t, enum finding_kind kind, nstime now)
{
	if (throttle_take(t, kind, now))
		return true;
	throttle_count(t, kind, now);
	return false;
}

bool
throttle_finish(struct throttle *t, struct textbuf *text)
{
	const uint64_t sum = total(t);
	const char *before = " held back: ";

	if (sum == 0)
		return false;
	textbuf_uint(text, sum);
	textbuf_add(text, sum == 1 ? " alert" : " alerts");
	for (int kind = 0; kind < FINDING_KINDS; kind++) {
		if (t->held[kind] == 0)
			continue;
		textbuf_add(text, before);
		textbuf_uint(text, t->held[kind]);
		textbuf_add(text, " ");
		textbuf_add(text, finding_kind_name((enum finding_kind)kind));
		before = ", ";
		t->held[kind] = 0;
	}
	if (t->named) {
		textbuf_add(text, "; the gravest: ");
		textbuf_add(text, finding_kind_name(t->kind));
		textbuf_add(text, " ");
		textbuf_add(text, t->subject);
	}
	t->named = false;
	return true;
}

bool
throttle_sum_up(struct throttle *t, struct textbuf *text, nstime now)
{
	if (total(t) == 0 || now < t->since + SUM_AFTER)
		return false;
	return throttle_finish(t, text);
}
