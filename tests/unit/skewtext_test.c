/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/skewtext.h"

#include "unit/event.h"
#include "unit/unit.h"

#define HOUR (3600 * NSTIME_S)
#define DAY (24 * HOUR)

static char store[1000];
static struct textbuf t;
static struct evidence e;

static const char *
peer(const char *subject)
{
	const struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &e, subject);

	textbuf_init(&t, store, sizeof(store));
	skewtext_peer(&t, &event);
	return store;
}

static const char *
local(void)
{
	const struct alert_event event =
	    event_of(FINDING_LOCAL_CLOCK, &e, "this host");

	textbuf_init(&t, store, sizeof(store));
	skewtext_local(&t, &event);
	return store;
}

START_TEST(a_zone_flip_reads_as_the_design_says)
{
	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	ck_assert_str_eq(peer("10.0.0.11"),
	    "clock of 10.0.0.11 (pool \"fe-east\") is 1 h behind: time zone or "
	    "daylight saving (-3600.4 s +/- 0.3 s); since 18:22:07Z; 41 "
	    "samples of Date");
}
END_TEST

static void
reads(nstime offset, const char *shape, int64_t thousandths, const char *words)
{
	event_skew(&e, offset, shape, thousandths);
	peer("10.0.0.11");
	ck_assert_msg(strstr(store, words) != NULL, "%s: %s", words, store);
}

START_TEST(every_shape_has_its_words)
{
	reads(19800 * NSTIME_S, "timezone", 5500,
	    " is 5 h 30 min ahead: time zone (+19800.0 s +/- 0.3 s);");
	reads(-12 * HOUR, "timezone", -12000,
	    " is 12 h behind: AM and PM, or time zone (");
	reads(-3 * DAY, "days", -3000,
	    " is 3 days behind: its date was set wrong (+/- 0.3 s);");
	reads(58 * DAY, "date_swapped", 0,
	    " is 58 days ahead: day and month are swapped (+/-");
	reads(365 * DAY, "year", 0,
	    " is 1 year ahead: it thinks it is 2012, its year was set wrong");
	reads(-1294077600 * NSTIME_S, "epoch", 0,
	    " is 41 years behind: it thinks it is 1970, it was never set (a "
	    "dead battery?) (+/- 0.3 s);");
	reads(-7168 * DAY, "gps_week", 0,
	    " is 20 years behind: it thinks it is 1991, GPS week rollover (+/");
	reads(37 * NSTIME_S, "tai", 0,
	    " is 37.0 s ahead: TAI or GPS time (+/- 0.3 s);");
	reads(90 * NSTIME_S, "drift", 3000,
	    " ahead: not synchronised, it drifts 3.0 s a day (+/- 0.3 s);");
	reads(-400 * NSTIME_S, "offset", 0,
	    " is 6 min 40 s behind (-400.0 s +/- 0.3 s); since");
}
END_TEST

/* Nobody reads 1294077599.6 s. */
START_TEST(large_offsets_are_not_told_in_seconds)
{
	for (nstime offset = 2 * DAY; offset < 20000 * DAY; offset *= 3) {
		event_skew(&e, offset, "offset", 0);
		ck_assert_ptr_null(strstr(peer("10.0.0.11"), "00.0 s"));
		event_skew(&e, -offset, "offset", 0);
		ck_assert_ptr_null(strstr(peer("10.0.0.11"), "00.0 s"));
	}
}
END_TEST

START_TEST(a_service_that_serves_another_time_is_named)
{
	event_skew(&e, HOUR, "dst", 1000);
	evidence_seconds(&e, "ntp_offset_s", -100 * NSTIME_MS, 1);
	ck_assert_ptr_nonnull(strstr(peer("10.0.0.11"),
	    "; its NTP service serves another time (0.1 s behind): it may "
	    "correct what it serves and not the system clock"));
}
END_TEST

START_TEST(a_step_tells_since_when)
{
	event_skew(&e, -90 * NSTIME_S, "offset", 0);
	evidence_time(&e, "stepped_at", EVENT_WALL - 7 * NSTIME_S);
	ck_assert_ptr_nonnull(strstr(peer("a"), "; since 18:22:38Z;"));
}
END_TEST

START_TEST(what_a_proxy_passes_on_may_be_anothers)
{
	evidence_init(&e);
	evidence_seconds(&e, "offset_s", 90 * NSTIME_S, 0);
	evidence_text(&e, "attribution", "via");
	ck_assert_str_eq(peer("10.0.0.11"),
	    "clock of 10.0.0.11 or a server behind it is 90.0 s ahead; "
	    "since 18:22:07Z");
}
END_TEST

START_TEST(an_agent_is_named_by_its_number)
{
	evidence_init(&e);
	evidence_seconds(&e, "offset_s", 90 * NSTIME_S, 0);
	evidence_text(&e, "attribution", "via");
	evidence_integer(&e, "agent", 2003);
	ck_assert_str_eq(peer("10.0.0.11"),
	    "clock of HEP agent 2003 at 10.0.0.11 is 90.0 s ahead; "
	    "since 18:22:07Z");
}
END_TEST

START_TEST(many_phones_are_one_subject)
{
	evidence_init(&e);
	evidence_text(&e, "peer", "10.0.1.7");
	evidence_seconds(&e, "offset_s", 90 * NSTIME_S, 0);
	evidence_integer(&e, "samples", 1);
	evidence_list(&e, "witnesses", "date,ntp,new");
	ck_assert_str_eq(peer("12 user agents"),
	    "12 user agents have wrong clocks; the worst, 10.0.1.7, is 90.0 s "
	    "ahead; since 18:22:07Z; 1 sample of Date, NTP, new; all: --json");
	ck_assert_str_eq(peer("1 user agent"),
	    "1 user agent has a wrong clock: 10.0.1.7 is 90.0 s ahead; since "
	    "18:22:07Z; 1 sample of Date, NTP, new");
	ck_assert_ptr_nonnull(strstr(peer("3 hosts"),
	    "3 hosts have wrong clocks; the worst, 10.0.1.7, is 90.0 s "));
}
END_TEST

START_TEST(our_own_doubt_is_told)
{
	event_skew(&e, 90 * NSTIME_S, "offset", 0);
	evidence_text(&e, "local_clock", "unsynchronised");
	ck_assert_ptr_nonnull(
	    strstr(peer("a"), "; the clock of this host is not synchronised"));
}
END_TEST

START_TEST(odd_one_out_tells_both_hypotheses)
{
	evidence_init(&e);
	evidence_text(&e, "class", "odd_one_out");
	evidence_seconds(&e, "offset_s", -3600200 * NSTIME_MS, 1);
	evidence_integer(&e, "peers_agreeing", 4);
	evidence_integer(&e, "peers_total", 5);
	ck_assert_str_eq(local(),
	    "4 of 5 hosts agree on a time that is 1 h ahead of this host's: "
	    "probably the clock of this host is wrong; if its time service is "
	    "healthy, they share a wrong time source; since 18:22:07Z");
	e.fields[2].number = 5;
	ck_assert_ptr_nonnull(strstr(local(), "all 5 hosts agree on a time"));
}
END_TEST

START_TEST(our_own_step_and_its_lack_of_synchronisation)
{
	evidence_init(&e);
	evidence_text(&e, "class", "stepped");
	evidence_seconds(&e, "offset_s", -3600 * NSTIME_S, 1);
	ck_assert_str_eq(
	    local(), "the clock of this host was set 1 h back; at 18:22:07Z");
	evidence_init(&e);
	evidence_text(&e, "class", "unsynchronised");
	evidence_seconds(&e, "offset_s", -70 * NSTIME_S, 1);
	evidence_integer(&e, "peers_agreeing", 3);
	ck_assert_str_eq(local(),
	    "the clock of this host is not synchronised and is 70.0 s behind, "
	    "by the clocks of 3 hosts; since 18:22:07Z");
}
END_TEST

START_TEST(no_number_is_too_large)
{
	static const char *const shapes[] = { "timezone", "days", "year", "tai",
		"drift" };
	static const int64_t extremes[] = { INT64_MIN, INT64_MAX, 0, 1 };

	for (size_t s = 0; s < 5; s++) {
		for (size_t n = 0; n < 4; n++) {
			event_skew(&e, extremes[n], shapes[s], extremes[n]);
			ck_assert_ptr_nonnull(
			    strstr(peer("10.0.0.11"), "10.0.0.11"));
			evidence_integer(&e, "peers_agreeing", extremes[n]);
			ck_assert_ptr_nonnull(strstr(local(), "host"));
		}
	}
}
END_TEST

UNIT("skewtext", an_agent_is_named_by_its_number,
    a_zone_flip_reads_as_the_design_says, every_shape_has_its_words,
    large_offsets_are_not_told_in_seconds,
    a_service_that_serves_another_time_is_named, a_step_tells_since_when,
    what_a_proxy_passes_on_may_be_anothers, many_phones_are_one_subject,
    our_own_doubt_is_told, odd_one_out_tells_both_hypotheses,
    our_own_step_and_its_lack_of_synchronisation, no_number_is_too_large)
