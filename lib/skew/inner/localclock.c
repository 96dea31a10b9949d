/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/localclock.h"

#include "base/nstime.h"

#define AGAIN (60 * NSTIME_S)

static const char *const names[LOCALCLOCK_CLASSES] = {
	[LOCALCLOCK_STEPPED] = "stepped",
	[LOCALCLOCK_UNSYNCHRONISED] = "unsynchronised",
	[LOCALCLOCK_ODD_ONE_OUT] = "odd_one_out",
};

void
localclock_init(struct localclock *l, finding_output *output, void *arg)
{
	*l = (struct localclock){ .output = output, .arg = arg };
}

static void
tell(struct localclock *l, enum localclock_class class,
    enum finding_change change, const struct evidence *evidence, nstime now,
    nstime wall)
{
	const struct finding finding = {
		.kind = FINDING_LOCAL_CLOCK,
		.change = change,
		.severity = finding_severity_of(FINDING_LOCAL_CLOCK, NULL),
		.key = slice_text(names[class]),
		.subject = slice_text("local clock"),
		.evidence = evidence,
		.now = now,
		.wall = wall,
	};

	l->output(l->arg, &finding);
}

/* Votes and offset (positive: ours is ahead) are reported if they are known. */
static void
raise_class(struct localclock *l, enum localclock_class class,
    const nstime *offset, const struct consensus *votes, nstime now,
    nstime wall)
{
	struct evidence e;

	evidence_init(&e);
	evidence_text(&e, "class", names[class]);
	if (offset != NULL)
		evidence_seconds(&e, "offset_s", *offset, 1);
	if (votes != NULL) {
		evidence_integer(
		    &e, "peers_agreeing", (int64_t)votes->agreeing);
		evidence_integer(&e, "peers_total", (int64_t)votes->total);
	}
	l->classes[class].stands = true;
	l->classes[class].told = now;
	tell(l, class, FINDING_TROUBLE, &e, now, wall);
}

void
localclock_stepped(struct localclock *l, nstime step, nstime now, nstime wall)
{
	raise_class(l, LOCALCLOCK_STEPPED, &step, NULL, now, wall);
}

static void
hold(struct localclock *l, enum localclock_class class, bool holds,
    const struct consensus *votes, nstime now, nstime wall)
{
	const nstime offset = -votes->offset;
	const bool agreed =
	    votes->odd_one_out || votes->agreeing == votes->total;

	if (!holds)
		localclock_clear(l, class, now, wall);
	else if (!l->classes[class].stands ||
	    nstime_passed(l->classes[class].told, AGAIN, now))
		raise_class(
		    l, class, agreed ? &offset : NULL, votes, now, wall);
}

void
localclock_weigh(struct localclock *l, const struct consensus *consensus,
    bool unsynchronised, nstime now, nstime wall)
{
	hold(l, LOCALCLOCK_ODD_ONE_OUT, consensus->odd_one_out, consensus, now,
	    wall);
	hold(l, LOCALCLOCK_UNSYNCHRONISED,
	    unsynchronised && consensus->contradicted &&
		!consensus->odd_one_out,
	    consensus, now, wall);
}

void
localclock_clear(
    struct localclock *l, enum localclock_class class, nstime now, nstime wall)
{
	if (!l->classes[class].stands)
		return;
	l->classes[class].stands = false;
	tell(l, class, FINDING_HEALTHY, NULL, now, wall);
}

bool
localclock_stands(const struct localclock *l, enum localclock_class class)
{
	return l->classes[class].stands;
}

const char *
localclock_name(const struct localclock *l, enum ownclock state)
{
	if (l->classes[LOCALCLOCK_ODD_ONE_OUT].stands)
		return "suspect";
	switch (state) {
	case OWNCLOCK_TRUSTED:
		return "trusted";
	case OWNCLOCK_UNSYNCHRONISED:
		return "unsynchronised";
	case OWNCLOCK_UNKNOWN:
		break;
	}
	return "unknown";
}

void
localclock_save(struct record *r, const struct localclock *l)
{
	for (unsigned i = 0; i < LOCALCLOCK_CLASSES; i++) {
		record_more(r, true);
		record_flag(r, l->classes[i].stands);
		record_time(r, l->classes[i].told);
	}
	record_more(r, false);
}

/* More classes than we know are another version's, and come after ours. */
void
localclock_load(struct localclock *l, struct cursor *c, nstime shift)
{
	for (unsigned i = 0; record_read_more(c); i++) {
		const bool stands = record_read_flag(c);
		const nstime told = record_read_now(c, shift);

		if (i >= LOCALCLOCK_CLASSES)
			continue;
		l->classes[i].stands = stands;
		l->classes[i].told = told;
	}
}
