/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/skewtext.h"

#include "unit/event.h"
#include "unit/unit.h"

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
	    "clock of 10.0.0.11 (pool \"fe-east\") is 3600.4 s behind "
	    "(+/- 0.3 s), exactly one hour: time zone or daylight saving; "
	    "since 18:22:07Z; 41 samples of Date");
}
END_TEST

static void
shape_reads(const char *shape, int64_t thousandths, const char *words)
{
	event_skew(&e, 37 * NSTIME_S, shape, thousandths);
	peer("10.0.0.11");
	ck_assert_msg(strstr(store, words) != NULL, "%s: %s", words, store);
}

START_TEST(every_shape_has_its_words)
{
	shape_reads("timezone", 5500, ", exactly 5 h 30 min: time zone;");
	shape_reads("timezone", -5000, ", exactly 5 h: time zone;");
	shape_reads("timezone", -500, ", exactly 30 min: time zone;");
	shape_reads("timezone", 5750, ", exactly 5 h 45 min: time zone;");
	shape_reads("timezone", 12000, ", exactly 12 h: AM/PM or time zone;");
	shape_reads("timezone", -12000, ", exactly 12 h: AM/PM or time zone;");
	shape_reads("days", -3000, ", exactly 3 days: date set wrong;");
	shape_reads("days", 1000, ", exactly one day: date set wrong;");
	shape_reads("date_swapped", 58000, ", day and month swapped;");
	shape_reads("year", 365000, ", exactly one year: year set wrong;");
	shape_reads("year", -731000, ", exactly 2 years: year set wrong;");
	shape_reads("epoch", 0, ", clock unset (1970): battery;");
	shape_reads("gps_week", 0, ", 1024 weeks: GPS week rollover;");
	shape_reads("tai", 0, ", 37 s: TAI or GPS time;");
	shape_reads("drift", 3000, ", drifting 3.0 s a day: not synchronised;");
	shape_reads("offset", 0, "37.0 s ahead (+/- 0.3 s); since");
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
	    "clock of 10.0.0.11 or a server behind it is 90 s ahead; "
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
	    "clocks of 12 user agents are wrong, most that of 10.0.1.7: "
	    "90 s ahead; since 18:22:07Z; 1 sample of Date, NTP, new");
	ck_assert_ptr_nonnull(strstr(peer("1 user agent"),
	    "clock of 1 user agent is wrong, that of 10.0.1.7: 90 s ahead"));
	ck_assert_ptr_nonnull(strstr(peer("3 hosts"),
	    "clocks of 3 hosts are wrong, most that of 10.0.1.7: 90 s ahead"));
}
END_TEST

START_TEST(our_own_doubt_is_told)
{
	event_skew(&e, 90 * NSTIME_S, "offset", 0);
	evidence_text(&e, "local_clock", "unsynchronised");
	ck_assert_ptr_nonnull(
	    strstr(peer("a"), "; this host's clock is not synchronised"));
}
END_TEST

START_TEST(odd_one_out_tells_both_hypotheses)
{
	evidence_init(&e);
	evidence_text(&e, "class", "odd_one_out");
	evidence_seconds(&e, "offset_s", 3600200 * NSTIME_MS, 1);
	evidence_integer(&e, "peers_agreeing", 4);
	evidence_integer(&e, "peers_total", 5);
	ck_assert_str_eq(local(),
	    "either this host's clock is 3600.2 s ahead or all 4 of 5 peers "
	    "share one wrong time source; since 18:22:07Z");
	e.fields[2].number = 5;
	ck_assert_ptr_nonnull(strstr(local(), "or all 5 peers share"));
}
END_TEST

START_TEST(our_own_step_and_its_lack_of_synchronisation)
{
	evidence_init(&e);
	evidence_text(&e, "class", "stepped");
	evidence_seconds(&e, "offset_s", -3600 * NSTIME_S, 1);
	ck_assert_str_eq(local(),
	    "this host's clock was stepped 3600.0 s back; at 18:22:07Z");
	evidence_init(&e);
	evidence_text(&e, "class", "unsynchronised");
	evidence_seconds(&e, "offset_s", -70 * NSTIME_S, 1);
	evidence_integer(&e, "peers_agreeing", 3);
	ck_assert_str_eq(local(),
	    "this host's clock is not synchronised and is 70.0 s behind by "
	    "the clocks of 3 peers; since 18:22:07Z");
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

UNIT("skewtext", a_zone_flip_reads_as_the_design_says,
    every_shape_has_its_words, a_step_tells_since_when,
    what_a_proxy_passes_on_may_be_anothers, many_phones_are_one_subject,
    our_own_doubt_is_told, odd_one_out_tells_both_hypotheses,
    our_own_step_and_its_lack_of_synchronisation, no_number_is_too_large)
