/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/witnesstext.h"

#include "unit/event.h"
#include "unit/unit.h"

static char store[1000];
static struct evidence e;

static const char *
says(void (*write)(struct textbuf *t, const struct alert_event *event),
    const char *subject)
{
	const struct alert_event event =
	    event_of(FINDING_STALE_DATE, &e, subject);
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	write(&t, &event);
	return store;
}

static const char *
zone(int from, int to)
{
	evidence_init(&e);
	evidence_integer(&e, "from_min", from);
	evidence_integer(&e, "to_min", to);
	return says(witnesstext_zone_change.trouble, "10.0.0.7");
}

START_TEST(zones_are_told_as_people_write_them)
{
	ck_assert_str_eq(zone(-480, 330),
	    "time zone of 10.0.0.7 was changed from UTC-8 to UTC+5:30, while "
	    "its UTC was not; harmless alone; at 18:22:45Z");
	ck_assert_ptr_nonnull(strstr(zone(0, -5), "from UTC+0 to UTC-0:05,"));
}
END_TEST

START_TEST(each_witness_is_told_with_its_offset)
{
	evidence_init(&e);
	evidence_list(&e, "witnesses", "date,ntp,smb");
	evidence_numbers(&e, "offsets_s", "-3600.4,0.0,7.0");
	ck_assert_str_eq(says(witnesstext_witness_conflict.trouble, "10.0.0.7"),
	    "the clocks of 10.0.0.7 contradict each other: Date is 1 h behind, "
	    "NTP is right, SMB is 7.0 s ahead; since "
	    "18:22:07Z");
}
END_TEST

START_TEST(sip_says_why_it_refused)
{
	evidence_init(&e);
	evidence_integer(&e, "status", 403);
	evidence_integer(&e, "diagnostic_id", 1013);
	evidence_text(&e, "reason", "Significant time skew");
	evidence_text(&e, "client", "10.0.0.9:5061");
	ck_assert_str_eq(says(witnesstext_stale_date.trouble, "10.0.0.7:5061"),
	    "10.0.0.7:5061 refused 10.0.0.9:5061 for the time: 403, "
	    "ms-diagnostics 1013 \"Significant time skew\"; since 18:22:07Z");
}
END_TEST

START_TEST(kerberos_tells_both_clocks)
{
	evidence_init(&e);
	evidence_text(&e, "client", "10.0.0.9:50000");
	evidence_integer(&e, "krb_error", 37);
	evidence_time(&e, "client_time", EVENT_WALL - 3600 * NSTIME_S);
	evidence_time(&e, "server_time", EVENT_WALL);
	ck_assert_str_eq(says(witnesstext_stale_date.trouble, "10.0.0.7:88"),
	    "10.0.0.7:88 keeps refusing 10.0.0.9:50000 for its clock (Kerberos "
	    "error 37), which is 1 h behind its own; since 18:22:07Z");
}
END_TEST

START_TEST(what_is_unknown_is_left_out)
{
	evidence_init(&e);
	evidence_integer(&e, "krb_error", 37);
	evidence_time(&e, "server_time", EVENT_WALL);
	ck_assert_str_eq(says(witnesstext_stale_date.trouble, "10.0.0.7:88"),
	    "10.0.0.7:88 keeps refusing a client for its clock (Kerberos error "
	    "37); since 18:22:07Z");
	evidence_init(&e);
	ck_assert_str_eq(says(witnesstext_stale_date.trouble, "x"),
	    "x refused a client for the time: 0; since 18:22:07Z");
	ck_assert_str_eq(says(witnesstext_witness_conflict.trouble, "x"),
	    "the clocks of x contradict each other; since "
	    "18:22:07Z");
}
END_TEST

UNIT("witnesstext", zones_are_told_as_people_write_them,
    each_witness_is_told_with_its_offset, sip_says_why_it_refused,
    kerberos_tells_both_clocks, what_is_unknown_is_left_out)
