/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/incidenttext.h"

#include "incidentstory.h"
#include "unit.h"

static struct evidence e;
static char text[2000];

static void
begin(const char *cause)
{
	evidence_init(&e);
	evidence_text(&e, "cause", cause);
	evidence_time(&e, "since", START);
}

static const char *
sentence(void)
{
	const struct alert_event event = {
		.kind = FINDING_INCIDENT,
		.subject = slice_text("10.0.0.11"),
		.first_seen = START,
		.evidence = &e,
	};
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	incidenttext_incident.trouble(&t, &event);
	return text;
}

static const char *
label(void)
{
	const struct alert_event event = {
		.kind = FINDING_INCIDENT,
		.state = ALERT_RESOLVED,
		.subject = slice_text("10.0.0.11"),
		.evidence = &e,
	};
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	incidenttext_incident.label(&t, &event);
	return text;
}

START_TEST(a_clock_is_told_with_what_coincides_and_what_came_first)
{
	begin("clock");
	evidence_text(&e, "peer", "10.0.0.11");
	evidence_text(&e, "role", "front_end");
	evidence_text(&e, "pool", "fe-east");
	evidence_integer(&e, "pool_members", 3);
	evidence_integer(&e, "pool_well", 2);
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_integer(&e, "other_servers", 1);
	evidence_integer(&e, "timeouts", 12);
	evidence_integer(&e, "connections_failed", 4);
	evidence_seconds(&e, "offset_s", -3599600 * NSTIME_MS, 1);
	evidence_text(&e, "shape", "dst");
	evidence_seconds(&e, "step_s", -3600100 * NSTIME_MS, 1);
	evidence_time(&e, "stepped_at", START);
	evidence_time(&e, "failed_at", START + 10 * NSTIME_S);
	evidence_boolean(&e, "mras", true);
	evidence_list(&e, "speaks_against", "nobody else was seen,really");
	ck_assert_str_eq(sentence(),
	    "clock of Front End 10.0.0.11 (pool \"fe-east\": 2 of 3 members "
	    "are well) is 1 h behind, as time zone or daylight saving makes "
	    "it; "
	    "this coincides with 12 requests without an answer and 4 failed "
	    "connections at 10.0.0.21:5062 and 1 other server; since "
	    "18:22:00Z; 10.0 s before the first failure the clock stepped "
	    "back by 1 h; users see \"Limited External Calling\"; open: "
	    "nobody else was seen, really");
	ck_assert_str_eq(label(),
	    "clock of Front End 10.0.0.11 (pool \"fe-east\": 2 of 3 members "
	    "are well) (12 transactions lost)");
}
END_TEST

START_TEST(hosts_that_are_wrong_alike_are_counted)
{
	begin("clock");
	evidence_text(&e, "peer", "10.0.0.11");
	evidence_list(&e, "peers", "10.0.0.11,10.0.0.12,10.0.0.13");
	evidence_integer(&e, "peer_count", 3);
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_integer(&e, "timeouts", 1);
	evidence_seconds(&e, "offset_s", 420 * NSTIME_S, 1);
	ck_assert_str_eq(sentence(),
	    "clocks of 3 hosts (10.0.0.11, 10.0.0.12, 10.0.0.13) are 7 min "
	    "ahead alike; this coincides with 1 request without an answer at "
	    "10.0.0.21:5062; since 18:22:00Z");
}
END_TEST

START_TEST(a_relay_is_told_with_its_clients)
{
	begin("relay_unreachable");
	evidence_text(&e, "role", "edge");
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_integer(&e, "clients", 30);
	evidence_integer(&e, "connections_failed", 90);
	ck_assert_str_eq(sentence(),
	    "Edge 10.0.0.21:5062 fails 30 clients: 90 failed connections; "
	    "since 18:22:00Z");
}
END_TEST

START_TEST(one_client_is_told_with_what_it_cannot_reach)
{
	begin("one_cannot_reach");
	evidence_text(&e, "role", "front_end");
	evidence_text(&e, "peer", "10.0.0.11");
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_integer(&e, "timeouts", 2);
	ck_assert_str_eq(sentence(),
	    "Front End 10.0.0.11 cannot reach 10.0.0.21:5062, which others "
	    "reach: 2 requests without an answer; since 18:22:00Z");
	evidence_integer(&e, "other_servers", 39);
	ck_assert_str_eq(sentence(),
	    "Front End 10.0.0.11 fails at 40 servers that fail nobody else: "
	    "2 requests without an answer; since 18:22:00Z");
}
END_TEST

START_TEST(reasons_that_would_fill_the_line_are_left_out)
{
	char many[501];

	memset(many, 'x', 500);
	many[500] = '\0';
	begin("relay_unreachable");
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_integer(&e, "clients", 2);
	evidence_list(&e, "speaks_against", many);
	ck_assert_ptr_nonnull(strstr(sentence(), "xxx"));
	evidence_text(&e, "pool", many);
	begin("clock");
	evidence_list(&e, "peers", many);
	evidence_integer(&e, "peer_count", 2);
	evidence_list(&e, "speaks_against", many);
	ck_assert_uint_lt(strlen(sentence()), 900);
}
END_TEST

UNIT("incidenttext", a_clock_is_told_with_what_coincides_and_what_came_first,
    hosts_that_are_wrong_alike_are_counted, a_relay_is_told_with_its_clients,
    one_client_is_told_with_what_it_cannot_reach,
    reasons_that_would_fill_the_line_are_left_out)
