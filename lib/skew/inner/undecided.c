/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/undecided.h"

#include "base/nstime.h"

#define AGAIN (60 * NSTIME_S)

static void
tell(const struct undecided_host *host, enum finding_change change,
    const struct evidence *evidence, finding_output *output, void *arg)
{
	char key_store[64], subject_store[64];
	struct textbuf key, subject;

	textbuf_init(&key, key_store, sizeof(key_store));
	textbuf_init(&subject, subject_store, sizeof(subject_store));
	textbuf_add(&key, "undecided ");
	endpoint_address_write(&key, host->address);
	endpoint_address_write(&subject, host->address);
	output(arg,
	    &(struct finding){
		.kind = FINDING_VISIBILITY,
		.change = change,
		.severity = FINDING_WARNING,
		.key = textbuf_slice(&key),
		.subject = textbuf_slice(&subject),
		.evidence = evidence,
		.now = host->now,
		.wall = host->wall,
	    });
}

static void
decide(struct undecided *u, const struct undecided_host *host,
    finding_output *output, void *arg)
{
	const bool stood = u->stands;

	*u = (struct undecided){ .mixed = false };
	if (stood)
		tell(host, FINDING_HEALTHY, NULL, output, arg);
}

void
undecided_weigh(struct undecided *u, const struct undecided_host *host,
    finding_output *output, void *arg)
{
	struct evidence e;

	if (!host->mixed) {
		decide(u, host, output, arg);
		return;
	}
	if (!u->mixed)
		u->since = host->now;
	u->mixed = true;
	if (!nstime_passed(u->since, UNDECIDED_PATIENCE, host->now) ||
	    (u->stands && !nstime_passed(u->told, AGAIN, host->now)))
		return;
	u->stands = true;
	u->told = host->now;
	evidence_init(&e);
	evidence_text(&e, "class", "undecided");
	evidence_address(&e, "a", host->address);
	tell(host, FINDING_TROUBLE, &e, output, arg);
}

void
undecided_save(struct record *r, const struct undecided *u)
{
	record_flag(r, u->mixed);
	record_flag(r, u->stands);
	record_time(r, u->since);
	record_time(r, u->told);
}

void
undecided_load(struct undecided *u, struct cursor *c, nstime shift)
{
	u->mixed = record_read_flag(c);
	u->stands = record_read_flag(c);
	u->since = record_read_now(c, shift);
	u->told = record_read_now(c, shift);
}
