/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/diagnosis.h"

#include "incidentstory.h"
#include "unit.h"

static char text[8192];

static struct alert_event
event_of(const struct story_finding *f, uint64_t id)
{
	return (struct alert_event){
		.kind = f->finding.kind,
		.state = ALERT_RAISED,
		.severity = f->finding.severity,
		.id = id,
		.episode = 1,
		.subject = f->finding.subject,
		.count = 1,
		.wall = f->finding.wall,
		.first_seen = f->finding.wall,
		.last_seen = f->finding.wall,
		.evidence = &f->evidence,
	};
}

static const char *
written(const struct diagnosis *d)
{
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	diagnosis_write(&t, d);
	return text;
}

static unsigned
lines_of(const char *s)
{
	unsigned lines = 0;

	for (; *s != '\0'; s++)
		lines += *s == '\n';
	return lines;
}

static struct alert_event
an_incident(struct evidence *e)
{
	evidence_init(e);
	evidence_text(e, "cause", "clock");
	evidence_text(e, "peer", "10.0.0.11");
	evidence_text(e, "role", "front_end");
	evidence_text(e, "server", "10.0.0.21:5062");
	evidence_integer(e, "timeouts", 3);
	evidence_seconds(e, "offset_s", -3599600 * NSTIME_MS, 1);
	evidence_text(e, "shape", "dst");
	evidence_seconds(e, "step_s", -3599600 * NSTIME_MS, 1);
	evidence_time(e, "stepped_at", START - 10 * NSTIME_S);
	evidence_time(e, "since", START - 10 * NSTIME_S);
	evidence_time(e, "failed_at", START);
	evidence_boolean(e, "mras", true);
	evidence_list(e, "speaks_for", "a,b");
	evidence_list(e, "speaks_against", "c");
	evidence_list(e, "prove", "d");
	return (struct alert_event){
		.kind = FINDING_INCIDENT,
		.severity = FINDING_CRITICAL,
		.id = 99,
		.subject = slice_text("10.0.0.11"),
		.first_seen = START,
		.evidence = e,
	};
}

START_TEST(an_incident_is_the_answer)
{
	static struct evidence e;
	struct diagnosis *d = diagnosis_new();
	struct alert_event alone = event_of(timed_out(1, 2, 5060, START), 1);
	const struct alert_event incident = an_incident(&e);

	diagnosis_input(d, &alone);
	diagnosis_input(d, &incident);
	ck_assert_str_eq(written(d),
	    "diagnosis: clock of Front End 10.0.0.11 is 1 h behind, as time "
	    "zone or daylight saving makes it; this coincides with 3 requests "
	    "without an answer at 10.0.0.21:5062\n"
	    "  when:      since 18:21:50Z; users see \"Limited External "
	    "Calling\" meanwhile\n"
	    "  first:     10.0 s before the first failure the clock stepped "
	    "back by 1 h\n"
	    "  for it:    a; b\n"
	    "  open:      c\n"
	    "  to prove:  d\n"
	    "  do first:  set clock and zone there and find out what changed "
	    "them; then restart the services there that keep time-stamped "
	    "credentials (on a Front End: its Front End service)\n"
	    "  also transaction-timeout: 10.0.0.2:5060 did not answer a "
	    "request of 10.0.0.1:50000; sent 18:21:26Z\n");
	diagnosis_free(d);
}
END_TEST

START_TEST(without_an_incident_the_gravest_alerts_are)
{
	struct diagnosis *d = diagnosis_new();
	struct alert_event event;

	for (unsigned n = 1; n < 9; n++) {
		event = event_of(timed_out(1, n, 5060, START + n), n);
		diagnosis_input(d, &event);
	}
	event = event_of(wrong_clock(9, -HOUR, "dst", 0, START + HOUR), 9);
	diagnosis_input(d, &event);
	written(d);
	ck_assert(slice_starts_with(
	    slice_text(text), "diagnosis: clock-skew: clock of 10.0.0.9"));
	ck_assert_ptr_nonnull(strstr(text, "  do first:  check the clock"));
	ck_assert_ptr_nonnull(strstr(text, "  and 5 more, above\n"));
	ck_assert_uint_le(lines_of(text), DIAGNOSIS_LINES);
	diagnosis_free(d);
}
END_TEST

START_TEST(parts_of_an_incident_are_not_told_again)
{
	struct diagnosis *d = diagnosis_new();
	struct alert_event event = event_of(timed_out(1, 2, 5060, START), 1);

	event.incident = 99;
	diagnosis_input(d, &event);
	ck_assert_str_eq(written(d), "diagnosis: nothing wrong was proven\n");
	diagnosis_free(d);
}
END_TEST

START_TEST(the_latest_counts_and_a_withdrawn_one_does_not)
{
	static struct evidence e;
	struct diagnosis *d = diagnosis_new();
	struct alert_event incident = an_incident(&e);
	struct alert_event gone = event_of(timed_out(1, 2, 5060, START), 1);

	diagnosis_input(d, &gone);
	gone.state = ALERT_RESOLVED;
	gone.reason = ALERT_WITHDRAWN;
	diagnosis_input(d, &gone);
	diagnosis_input(d, &incident);
	evidence_init(&e);
	evidence_text(&e, "cause", "relay_unreachable");
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_integer(&e, "clients", 30);
	evidence_integer(&e, "timeouts", 60);
	diagnosis_update(d, &incident);
	ck_assert(slice_starts_with(slice_text(written(d)),
	    "diagnosis: 10.0.0.21:5062 fails 30 clients: 60 requests without "
	    "an answer\n"));
	diagnosis_free(d);
}
END_TEST

UNIT("diagnosis", an_incident_is_the_answer,
    without_an_incident_the_gravest_alerts_are,
    parts_of_an_incident_are_not_told_again,
    the_latest_counts_and_a_withdrawn_one_does_not)
