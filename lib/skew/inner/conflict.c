/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/conflict.h"

#include "base/nstime.h"
#include "skew/inner/skewfinding.h"

#define AGAIN (60 * NSTIME_S)

static void
write_offsets(struct textbuf *t, const struct conflict_case *a)
{
	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		struct offset_interval interval = a->selected->intervals[i];

		if ((a->selected->contradicting & 1u << i) == 0)
			continue;
		interval.lo -= a->reference;
		interval.hi -= a->reference;
		if (t->len > 0)
			textbuf_add(t, ",");
		textbuf_seconds(t, skewfinding_figures(&interval).offset, 1);
	}
}

static void
write_evidence(struct evidence *e, const struct conflict_case *a)
{
	char names_store[64], offsets_store[160];
	struct textbuf names, offsets;

	textbuf_init(&names, names_store, sizeof(names_store));
	textbuf_init(&offsets, offsets_store, sizeof(offsets_store));
	witness_write(&names, a->selected->contradicting);
	write_offsets(&offsets, a);
	evidence_init(e);
	evidence_address(e, "host", a->host);
	evidence_list(e, "witnesses", names.text);
	evidence_numbers(e, "offsets_s", offsets.text);
}

static void
tell(const struct conflict_case *a, enum finding_change change,
    const struct evidence *evidence, finding_output *output, void *arg)
{
	char store[64];
	struct textbuf key;

	textbuf_init(&key, store, sizeof(store));
	endpoint_address_write(&key, a->host);
	output(arg,
	    &(struct finding){
		.kind = FINDING_WITNESS_CONFLICT,
		.change = change,
		.severity = finding_severity_of(FINDING_WITNESS_CONFLICT, NULL),
		.key = textbuf_slice(&key),
		.subject = textbuf_slice(&key),
		.evidence = evidence,
		.now = a->now,
		.wall = a->wall,
	    });
}

void
conflict_weigh(struct conflict *c, const struct conflict_case *a,
    finding_output *output, void *arg)
{
	struct evidence evidence;

	if (c->stands && a->selected->unanimous) {
		c->stands = false;
		tell(a, FINDING_HEALTHY, NULL, output, arg);
		return;
	}
	if (a->selected->contradicting == 0 ||
	    (c->stands && !nstime_passed(c->told, AGAIN, a->now)))
		return;
	c->stands = true;
	c->told = a->now;
	write_evidence(&evidence, a);
	tell(a, FINDING_TROUBLE, &evidence, output, arg);
}

void
conflict_save(struct record *r, const struct conflict *c)
{
	record_flag(r, c->stands);
	record_time(r, c->told);
}

void
conflict_load(struct conflict *conflict, struct cursor *c, nstime shift)
{
	conflict->stands = record_read_flag(c);
	conflict->told = record_read_now(c, shift);
}
