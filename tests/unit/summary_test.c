/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/summary.h"

#include "unit/unit.h"

#define WALL ((nstime)1294078965 * NSTIME_S)

static char store[2000];
static struct textbuf t;

static const char *
written(const struct summary *s)
{
	textbuf_init(&t, store, sizeof(store));
	summary_write(&t, s);
	return store;
}

START_TEST(a_person_reads_a_few_lines)
{
	struct summary_method methods[] = {
		{ .name = "INVITE", .answered = 1, .unknown_loss = 4 },
		{ .name = "SERVICE",
		    .answered = 40,
		    .timed_out = 1,
		    .unknown_asymmetric = 5,
		    .undelivered = 6,
		    .unfinished = 2 },
	};
	struct summary_drop drops[] = { { "ipfrag.timed_out", 1, false },
		{ "sip.too_long", 2, false } };
	struct summary_clock clocks[] = {
		{ .peer = endpoint_address(slice_of("\x0a\0\0\x0b", 4)),
		    .offset = -3600400 * NSTIME_MS,
		    .uncertainty = 300 * NSTIME_MS,
		    .samples = 41,
		    .witnesses = 1u << WITNESS_DATE,
		    .shape = SHAPE_DST,
		    .said_count = 1,
		    .said = (struct skew_testimony[]){ { .witness =
							     WITNESS_DATE } } },
		{ .peer = endpoint_address(slice_of("\x0a\0\0\x0c", 4)),
		    .attribution = STAMP_AGENT,
		    .agent = 3,
		    .offset = 12 * NSTIME_MS,
		    .uncertainty = 45 * NSTIME_MS,
		    .samples = 1,
		    .said_count = 3,
		    .said =
			(struct skew_testimony[]){
			    { .witness = WITNESS_NTP,
				.believed = true,
				.offset = 100 * NSTIME_MS,
				.uncertainty = 50 * NSTIME_MS,
				.samples = 8 },
			    { .witness = WITNESS_RTCP,
				.offset = -3600 * NSTIME_S,
				.samples = 5 },
			    { .witness = WITNESS_ASREQ,
				.believed = true,
				.offset = -60 * NSTIME_S,
				.samples = 3 } } },
	};
	const struct summary s = {
		.packets = 350,
		.messages = 341,
		.first = WALL - 60 * NSTIME_S,
		.last = WALL,
		.methods = methods,
		.method_count = 2,
		.drops = drops,
		.drop_count = 2,
		.clocks = clocks,
		.clock_count = 2,
		.alerts = { 1 },
	};

	ck_assert_str_eq(written(&s),
	    "350 packets, 341 messages, 18:21:45Z to 18:22:45Z\n"
	    "INVITE: 1 answered, 4 unknown (packets lost)\n"
	    "SERVICE: 40 answered, 1 timed out, 5 unknown (one direction "
	    "unseen), 6 undelivered, 2 unfinished\n"
	    "clock of 10.0.0.11: 1 h behind (+/- 0.3 s), 41 samples of "
	    "Date, dst\n"
	    "clock of HEP agent 3 at 10.0.0.12: 0.012 s ahead (+/- 0.045 s), "
	    "1 sample\n"
	    "    NTP +0.1 s +/- 0.1 s (8), RTCP -3600.0 s +/- 0.0 s (5, not "
	    "believed), Kerberos requests changed by -60.0 s +/- 0.0 s (3)\n"
	    "dropped: 1 ipfrag.timed_out, 2 sip.too_long\n"
	    "1 alert raised\n");
}
END_TEST

START_TEST(of_many_clocks_those_furthest_off_are_shown)
{
	struct summary_clock clocks[50];
	const struct summary s = { .clocks = clocks, .clock_count = 50 };

	for (unsigned i = 0; i < 50; i++)
		clocks[i] = (struct summary_clock){
			.offset = (i == 30         ? -900
					  : i < 19 ? 500
						   : (int)i) *
			    NSTIME_S,
			.samples = 1,
		};
	written(&s);
	ck_assert_ptr_nonnull(strstr(store, "15 min behind"));
	ck_assert(strstr(store, "15 min") < strstr(store, "8 min 20 s"));
	ck_assert_ptr_null(strstr(store, ": 49.000"));
	ck_assert_ptr_nonnull(strstr(store, "\n30 more clocks"));
}
END_TEST

START_TEST(nothing_seen_is_said_as_well)
{
	const struct summary s = { .packets = 0 };

	ck_assert_str_eq(
	    written(&s), "0 packets, 0 messages\nno alert raised\n");
}
END_TEST

static const struct portset ports_of_none;
static const struct watchhint_settings settings = {
	.sip = &ports_of_none,
	.watched = &ports_of_none,
	.methods = "INVITE",
};
static struct unwatched unwatched;
static struct porttally unlisted;

START_TEST(a_hint_if_most_was_not_watched)
{
	struct summary_method method = { .name = "OPTIONS", .answered = 33 };
	struct summary_port ports[] = { { 5060, 16 }, { 5061, 1 } };
	const struct summary s = {
		.methods = &method,
		.method_count = 1,
		.not_watched = ports,
		.port_count = 2,
		.settings = &settings,
		.unwatched = &unwatched,
		.unlisted = &unlisted,
	};

	textbuf_init(&t, store, sizeof(store));
	ck_assert(summary_hint(&t, &s));
	ck_assert_ptr_eq(
	    strstr(
		store, "17 transactions were not watched, on port 5060 (16)"),
	    store);
	method.answered = 34;
	ck_assert(!summary_hint(&t, &s));
}
END_TEST

START_TEST(timeouts_that_were_not_watched_are_a_hint_whatever_their_share)
{
	const struct summary s = {
		.settings = &settings,
		.unwatched = &unwatched,
		.unlisted = &unlisted,
	};

	unwatched_timed_out(&unwatched, 5067, slice_text("OPTIONS"));
	porttally_add(&unlisted, 5080, 3);
	textbuf_init(&t, store, sizeof(store));
	ck_assert(summary_hint(&t, &s));
	ck_assert_ptr_nonnull(strstr(store, "timed out, on port 5067 (1); "));
	ck_assert_ptr_nonnull(strstr(store, "\n3 SIP messages seen on ports"));
}
END_TEST

START_TEST(no_hint_where_all_was_watched)
{
	struct summary_method method = { .name = "SERVICE", .answered = 1 };
	struct summary s = {
		.methods = &method,
		.method_count = 1,
		.settings = &settings,
		.unwatched = &unwatched,
		.unlisted = &unlisted,
	};

	textbuf_init(&t, store, sizeof(store));
	ck_assert(!summary_hint(&t, &s));
	s.method_count = 0;
	ck_assert(!summary_hint(&t, &s));
	ck_assert_uint_eq(t.len, 0);
}
END_TEST

START_TEST(done_frees_what_it_owns)
{
	struct summary s = {
		.methods = malloc(sizeof(*s.methods)),
		.not_watched = malloc(sizeof(*s.not_watched)),
		.drops = malloc(sizeof(*s.drops)),
		.clocks = malloc(sizeof(*s.clocks)),
		.method_count = 1,
	};

	summary_done(&s);
	ck_assert_ptr_null(s.methods);
	ck_assert_uint_eq(s.method_count, 0);
	summary_done(&s);
}
END_TEST

START_TEST(dates_that_cannot_be_judged_are_said_to_be_unreadable)
{
	struct summary_drop drop = { "sipdate.local_time", 4, false };
	const struct summary s = { .drops = &drop, .drop_count = 1 };

	written(&s);
	ck_assert_ptr_nonnull(strstr(
	    store, "4 Date headers without a time zone cannot be read: "));
	drop = (struct summary_drop){ "sipdate.garbage", 1, false };
	written(&s);
	ck_assert_ptr_nonnull(
	    strstr(store, "1 Date header cannot be read: no date"));
}
END_TEST

START_TEST(what_was_not_asked_for_is_told_apart)
{
	struct summary_drop drops[] = {
		{ "ipfrag.timed_out", 1, false },
		{ "reader.other_port", 7, true },
	};
	const struct summary s = {
		.drops = drops,
		.drop_count = 2,
		.messages = 1,
	};

	ck_assert_ptr_nonnull(strstr(written(&s),
	    "dropped: 1 ipfrag.timed_out\n"
	    "not asked for: 7 reader.other_port\n"));
}
END_TEST

START_TEST(counters_are_listed_but_for_zeros)
{
	struct summary s = { .drop_count = 0 };

	for (uint64_t i = 0; i < 40; i++)
		ck_assert(summary_drop(&s,
		    i == 1 ? COUNTER_OTHER : COUNTER_EVENT, "room.reason", i));
	ck_assert_uint_eq(s.drop_count, 39);
	ck_assert_uint_eq(s.drops[38].value, 39);
	ck_assert(s.drops[0].other && !s.drops[1].other);
	summary_done(&s);
}
END_TEST

UNIT("summary", counters_are_listed_but_for_zeros,
    what_was_not_asked_for_is_told_apart, a_person_reads_a_few_lines,
    of_many_clocks_those_furthest_off_are_shown, nothing_seen_is_said_as_well,
    a_hint_if_most_was_not_watched,
    timeouts_that_were_not_watched_are_a_hint_whatever_their_share,
    no_hint_where_all_was_watched, done_frees_what_it_owns,
    dates_that_cannot_be_judged_are_said_to_be_unreadable)
