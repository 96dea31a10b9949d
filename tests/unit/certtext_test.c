/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/certtext.h"

#include "report/line.h"
#include "unit/event.h"
#include "unit/unit.h"

#define DAY (86400 * NSTIME_S)

static char store[1000];
static struct textbuf t;
static struct evidence e;
static struct alert_event event;

static const char *
text(const char *class, const char *role, nstime before, nstime after)
{
	evidence_init(&e);
	evidence_text(&e, "class", class);
	evidence_text(&e, "holder", "10.0.0.21:5062");
	evidence_text(&e, "role", role);
	evidence_integer(&e, "depth", 0);
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_text(&e, "subject", "CN=edge.example.com");
	evidence_text(&e, "issuer", "CN=Example CA");
	evidence_time(&e, "not_before", EVENT_WALL + before);
	evidence_time(&e, "not_after", EVENT_WALL + after);
	evidence_text(&e, "sha256",
	    "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef");
	evidence_seconds(
	    &e, "peer_offset_s", before > -20 * DAY ? -DAY : DAY, 1);
	event = event_of(FINDING_CERTIFICATE, &e,
	    role[0] == 's' ? "10.0.0.21:5062" : "10.0.0.11");
	textbuf_init(&t, store, sizeof(store));
	certtext_certificate.trouble(&t, &event);
	return store;
}

START_TEST(an_expired_one_says_since_when)
{
	ck_assert_str_eq(text("expired", "server", -400 * DAY, -3 * DAY),
	    "server certificate of 10.0.0.21:5062 (CN=edge.example.com) "
	    "expired on 2010-12-31 18:22 UTC (3 d ago); issued by CN=Example "
	    "CA; SHA-256 0123456789abcdef");
}
END_TEST

START_TEST(one_not_yet_valid_says_from_when)
{
	ck_assert_str_eq(text("not_yet_valid", "client", 5 * DAY, 300 * DAY),
	    "client certificate of 10.0.0.11 (CN=edge.example.com) is not "
	    "valid until 2011-01-08 18:22 UTC; "
	    "shown to 10.0.0.21:5062; issued by CN=Example CA; SHA-256 "
	    "0123456789abcdef");
}
END_TEST

START_TEST(an_expiring_one_says_when)
{
	ck_assert_str_eq(text("expiring", "server", -400 * DAY, 6 * DAY),
	    "server certificate of 10.0.0.21:5062 (CN=edge.example.com) "
	    "expires on 2011-01-09 18:22 UTC (in 6 d); issued by CN=Example "
	    "CA; SHA-256 0123456789abcdef");
}
END_TEST

START_TEST(the_peers_clock_is_named_as_the_cause)
{
	text("invalid_by_peer_clock", "server", -DAY / 2, 300 * DAY);
	ck_assert_ptr_nonnull(strstr(store,
	    "the clock of client unknown is 24 h behind, so it rejects the "
	    "valid server certificate of 10.0.0.21:5062 (CN=edge.example.com) "
	    "as not yet valid (before today 06:22 UTC); issued by"));
	text("invalid_by_peer_clock", "client", -300 * DAY, DAY / 2);
	ck_assert_ptr_nonnull(strstr(store,
	    "the clock of server 10.0.0.21:5062 is 24 h ahead, so it rejects "
	    "the valid client certificate of 10.0.0.11 (CN=edge.example.com) "
	    "as expired (since tomorrow 06:22 UTC); issued by"));
}
END_TEST

START_TEST(days_that_are_near_are_named)
{
	text("not_yet_valid", "server", DAY - 60 * NSTIME_S, 300 * DAY);
	ck_assert_ptr_nonnull(
	    strstr(store, "is not valid until tomorrow 18:21 UTC"));
	text("expired", "server", -400 * DAY, -DAY);
	ck_assert_ptr_nonnull(
	    strstr(store, "expired yesterday 18:22 UTC (24 h ago)"));
}
END_TEST

START_TEST(dates_out_of_reach_have_no_distance)
{
	evidence_init(&e);
	evidence_text(&e, "class", "not_yet_valid");
	evidence_text(&e, "not_before", "2558-08-05T18:22:45.000000Z");
	event = event_of(FINDING_CERTIFICATE, &e, "10.0.0.21:5062");
	event.count = 7;
	textbuf_init(&t, store, sizeof(store));
	certtext_certificate.trouble(&t, &event);
	ck_assert_str_eq(store,
	    "certificate of 10.0.0.21:5062 is not valid until 2558-08-05 18:22 "
	    "UTC; 7 times since 18:22:07Z; issued by "
	    "nobody; SHA-256 ");
}
END_TEST

START_TEST(every_class_fits_a_line_whatever_the_names)
{
	static const char *const classes[] = { "expired", "not_yet_valid",
		"expiring", "invalid_by_peer_clock", "other" };
	static char name[256];

	memset(name, 'x', sizeof(name) - 1);
	for (size_t i = 0; i < 5; i++) {
		struct evidence copy;
		char line[LINE_OCTETS + 1];
		struct textbuf l;

		text(classes[i], "client", -20 * DAY, 5 * DAY);
		copy = e;
		evidence_init(&e);
		evidence_text(&e, "class", classes[i]);
		evidence_text(&e, "role", "client");
		evidence_integer(&e, "depth", 1);
		evidence_text(&e, "subject", name);
		evidence_text(&e, "issuer", name);
		evidence_time(
		    &e, "not_before", evidence_number(&copy, "not_before", 0));
		textbuf_init(&l, line, sizeof(line));
		line_write(&l, &event);
		ck_assert_ptr_nonnull(strstr(line, "CA certificate"));
		ck_assert(!l.truncated);
	}
}
END_TEST

START_TEST(what_is_over_is_called_by_its_name)
{
	text("expired", "server", -400 * DAY, -3 * DAY);
	textbuf_init(&t, store, sizeof(store));
	certtext_certificate.label(&t, &event);
	ck_assert_str_eq(store,
	    "server certificate of 10.0.0.21:5062 (CN=edge.example.com)");
}
END_TEST

UNIT("certtext", an_expired_one_says_since_when,
    one_not_yet_valid_says_from_when, an_expiring_one_says_when,
    the_peers_clock_is_named_as_the_cause, days_that_are_near_are_named,
    dates_out_of_reach_have_no_distance,
    every_class_fits_a_line_whatever_the_names,
    what_is_over_is_called_by_its_name)
