/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/agents.h"

#include "base/nstime.h"
#include "skew/inner/skewfinding.h"

#define GATHER (30 * NSTIME_S)
#define AGAIN (60 * NSTIME_S)

void
agents_init(struct agents *a, finding_output *output, void *arg)
{
	*a = (struct agents){ .output = output, .arg = arg };
}

static void
tell_with(const struct agents *a, struct finding finding)
{
	char store[64];
	struct textbuf subject;

	textbuf_init(&subject, store, sizeof(store));
	textbuf_uint(&subject, a->count);
	textbuf_add(&subject, a->any_host ? " host" : " user agent");
	textbuf_add(&subject, a->count == 1 ? "" : "s");
	finding.kind = FINDING_CLOCK_SKEW;
	finding.severity = finding_severity_of(finding.kind, NULL);
	finding.key = slice_text("user-agents");
	finding.subject = textbuf_slice(&subject);
	a->output(a->arg, &finding);
}

static void
tell(const struct agents *a, enum finding_change change,
    const struct evidence *evidence, nstime now, nstime wall)
{
	tell_with(a,
	    (struct finding){
		.change = change,
		.evidence = evidence,
		.now = now,
		.wall = wall,
		.began = skewfinding_began(evidence),
	    });
}

void
agents_set(struct agents *a, bool any_host)
{
	a->any_host = any_host;
}

void
agents_add(struct agents *a, nstime now)
{
	if (a->count++ == 0)
		a->since = now;
	a->news = true;
}

void
agents_remove(
    struct agents *a, enum finding_change change, nstime now, nstime wall)
{
	a->count--;
	if (a->count > 0)
		return;
	a->news = false;
	if (a->stands)
		tell(a, change, NULL, now, wall);
	a->stands = false;
}

void
agents_hand_over(struct agents *a, struct slice key, nstime now, nstime wall)
{
	a->count--;
	if (a->count > 0)
		return;
	a->news = false;
	if (a->stands)
		tell_with(a,
		    (struct finding){
			.change = FINDING_SUPERSEDED,
			.now = now,
			.wall = wall,
			.successor = FINDING_CLOCK_SKEW,
			.successor_key = key,
		    });
	a->stands = false;
}

bool
agents_remind(struct agents *a, nstime now)
{
	if (a->news || !nstime_passed(a->told, AGAIN, now))
		return false;
	a->news = true;
	return true;
}

nstime
agents_due(const struct agents *a, nstime now)
{
	if (!a->news)
		return NSTIME_NEVER;
	if (!a->stands)
		return nstime_passed(a->since, GATHER, now)
		    ? now
		    : nstime_after(a->since, GATHER);
	return nstime_passed(a->told, AGAIN, now)
	    ? now
	    : nstime_after(a->told, AGAIN);
}

void
agents_tell(
    struct agents *a, const struct evidence *worst, nstime now, nstime wall)
{
	a->stands = true;
	a->news = false;
	a->told = now;
	tell(a, FINDING_TROUBLE, worst, now, wall);
}

void
agents_save(struct record *r, const struct agents *a)
{
	record_flag(r, a->stands);
	record_flag(r, a->news);
	record_time(r, a->told);
	record_time(r, a->since);
}

void
agents_load(struct agents *a, struct cursor *c, nstime shift)
{
	a->stands = record_read_flag(c) && a->count > 0;
	a->news = record_read_flag(c) && a->count > 0;
	a->told = record_read_now(c, shift);
	/* States of an older version end here. */
	if (c->rest.len > 0)
		a->since = record_read_now(c, shift);
}
