/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/alert.h"

#include "unit/unit.h"

#define S NSTIME_S
#define HOUR (3600 * S)

/* Wall time runs this far from `now' in these tests. */
#define WALL (1000000 * S)

enum { TOLD = 4096 };

static struct told {
	struct alert_event event;
	char subject[256], note[32];
} told[TOLD];
static size_t told_count;

static struct alert *alert;
static struct evidence evidence;

static const struct alert_limits usual = {
	.alerts = 100,
	.join = 10 * S,
	.reminder = HOUR,
	.flap = 900 * S,
	.key = { 1, 2 },
};

/* Whatever the kind, it is raised at once. */
static const struct alert_limits unjoined = {
	.alerts = 100,
	.reminder = HOUR,
	.flap = 900 * S,
	.key = { 1, 2 },
};

static void
on_event(void *arg, const struct alert_event *event)
{
	struct told *last = &told[told_count++ % TOLD];
	struct textbuf t;

	ck_assert_ptr_eq(arg, &told_count);
	last->event = *event;
	textbuf_init(&t, last->subject, sizeof(last->subject));
	textbuf_add_slice(&t, event->subject);
	textbuf_init(&t, last->note, sizeof(last->note));
	textbuf_add_slice(&t, evidence_get(event->evidence, "note"));
}

static void
start(const struct alert_limits *limits)
{
	told_count = 0;
	alert = alert_new(limits, on_event, &told_count);
	ck_assert_ptr_nonnull(alert);
}

static struct finding
finding_of(enum finding_kind kind, const char *key, nstime now)
{
	return (struct finding){
		.kind = kind,
		.change = FINDING_TROUBLE,
		.severity = FINDING_WARNING,
		.key = slice_text(key),
		.subject = slice_text(key),
		.evidence = &evidence,
		.now = now,
		.wall = WALL + now,
	};
}

static void
find_note(enum finding_kind kind, const char *key, nstime now,
    enum finding_severity severity, const char *note)
{
	struct finding f = finding_of(kind, key, now);

	evidence_init(&evidence);
	evidence_text(&evidence, "note", note);
	f.severity = severity;
	alert_input(alert, &f);
}

static void
find(enum finding_kind kind, const char *key, nstime now)
{
	find_note(kind, key, now, FINDING_WARNING, "same");
}

static void
say(enum finding_change change, enum finding_kind kind, const char *key,
    nstime now)
{
	struct finding f = finding_of(kind, key, now);

	f.change = change;
	if (change != FINDING_UPDATED)
		f.evidence = NULL;
	alert_input(alert, &f);
}

static void
tick(nstime now)
{
	alert_tick(alert, now, WALL + now);
}

/* The last event told, of so many. */
static const struct told *
last_of(size_t count)
{
	ck_assert_uint_eq(told_count, count);
	return &told[count - 1];
}

static void
last_is(size_t count, enum alert_state state, nstime now)
{
	const struct told *last = last_of(count);

	ck_assert_int_eq(last->event.state, state);
	ck_assert_int_eq(last->event.now, now);
	ck_assert_int_eq(last->event.wall, WALL + now);
}

START_TEST(waits_for_its_incident_then_is_raised_alone)
{
	start(&usual);
	find(FINDING_TRANSACTION_TIMEOUT, "a", 5 * S);
	ck_assert_int_eq(alert_next_deadline(alert), 15 * S);
	tick(15 * S - 1);
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(alert_active(alert), 0);
	tick(20 * S);
	last_is(1, ALERT_RAISED, 15 * S);
	ck_assert_uint_eq(alert_active(alert), 1);
	ck_assert_int_eq(told[0].event.first_seen, WALL + 5 * S);
	ck_assert_uint_eq(told[0].event.episode, 1);
	alert_free(alert);
}
END_TEST

START_TEST(kinds_no_incident_joins_are_raised_at_once)
{
	start(&usual);
	find(FINDING_SLOW_TRANSACTION, "a", 5 * S);
	find(FINDING_LOCAL_CLOCK, "a", 6 * S);
	find(FINDING_VISIBILITY, "a", 7 * S);
	last_is(3, ALERT_RAISED, 7 * S);
	alert_free(alert);
}
END_TEST

START_TEST(the_end_of_a_savefile_ends_the_wait)
{
	start(&usual);
	find(FINDING_CLOCK_SKEW, "b", 6 * S);
	find(FINDING_TRANSACTION_TIMEOUT, "a", 5 * S);
	alert_finish(alert, 7 * S, WALL + 7 * S);
	last_is(2, ALERT_RAISED, 7 * S);
	ck_assert_str_eq(told[0].subject, "a");
	alert_finish(alert, 8 * S, WALL + 8 * S);
	ck_assert_uint_eq(told_count, 2);
	alert_free(alert);
}
END_TEST

START_TEST(the_first_evidence_is_raised_and_the_latest_after)
{
	start(&usual);
	find_note(FINDING_TRANSACTION_TIMEOUT, "a", 0, FINDING_ERROR, "first");
	find_note(FINDING_TRANSACTION_TIMEOUT, "a", S, FINDING_ERROR, "second");
	tick(10 * S);
	ck_assert_str_eq(last_of(1)->note, "first");
	ck_assert_uint_eq(told[0].event.count, 2);
	ck_assert_int_eq(told[0].event.last_seen, WALL + S);
	say(FINDING_HEALTHY, FINDING_TRANSACTION_TIMEOUT, "a", 20 * S);
	ck_assert_str_eq(last_of(2)->note, "second");
	ck_assert_int_eq(told[1].event.severity, FINDING_NOTICE);
	ck_assert_int_eq(told[1].event.reason, ALERT_HEALTHY);
	ck_assert_int_eq(told[1].event.duration, 10 * S);
	alert_free(alert);
}
END_TEST

START_TEST(an_update_betters_the_first_evidence_and_counts_nothing)
{
	start(&usual);
	find_note(FINDING_TRANSACTION_TIMEOUT, "a", 0, FINDING_ERROR, "first");
	evidence_init(&evidence);
	evidence_text(&evidence, "note", "recovered");
	say(FINDING_UPDATED, FINDING_TRANSACTION_TIMEOUT, "a", S);
	tick(10 * S);
	ck_assert_str_eq(last_of(1)->note, "recovered");
	ck_assert_uint_eq(told[0].event.count, 1);
	ck_assert_uint_eq(
	    alert_findings(alert, FINDING_TRANSACTION_TIMEOUT), 1);
	alert_free(alert);
}
END_TEST

START_TEST(refreshed_once_per_reminder_if_there_is_news)
{
	start(&usual);
	find(FINDING_VISIBILITY, "a", 0);
	for (nstime now = S; now < 9 * S; now += S)
		find(FINDING_VISIBILITY, "a", now);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_int_eq(alert_next_deadline(alert), HOUR);
	tick(HOUR);
	last_is(2, ALERT_REFRESHED, HOUR);
	ck_assert_uint_eq(told[1].event.count, 9);
	tick(10 * HOUR);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_int_eq(alert_next_deadline(alert), NSTIME_NEVER);
	find(FINDING_VISIBILITY, "a", 11 * HOUR);
	last_is(3, ALERT_REFRESHED, 11 * HOUR);
	alert_free(alert);
}
END_TEST

START_TEST(ten_times_as_many_are_told_before_the_reminder)
{
	start(&usual);
	for (nstime now = 0; now < 1000 * S; now += S)
		find(FINDING_VISIBILITY, "a", now);
	last_is(4, ALERT_REFRESHED, 999 * S);
	ck_assert_uint_eq(told[1].event.count, 10);
	ck_assert_uint_eq(told[2].event.count, 100);
	ck_assert_uint_eq(told[3].event.count, 1000);
	alert_free(alert);
}
END_TEST

START_TEST(an_outage_that_breaks_out_again_is_told)
{
	start(&unjoined);
	for (nstime now = 0; now < 4 * S; now += S)
		find(FINDING_SILENT_PEER, "a", now);
	ck_assert_uint_eq(told_count, 1);
	find(FINDING_SILENT_PEER, "a", 303 * S);
	last_is(2, ALERT_REFRESHED, 303 * S);
	find(FINDING_SILENT_PEER, "a", 304 * S);
	ck_assert_uint_eq(told_count, 2);
	alert_free(alert);
}
END_TEST

START_TEST(one_every_ten_minutes_is_no_new_outbreak)
{
	start(&unjoined);
	for (nstime now = 0; now < HOUR; now += 600 * S)
		find(FINDING_SILENT_PEER, "a", now);
	last_is(2, ALERT_REFRESHED, 600 * S);
	alert_free(alert);
}
END_TEST

START_TEST(the_trouble_began_before_it_was_noticed)
{
	struct finding f = finding_of(FINDING_VISIBILITY, "a", 100 * S);

	start(&usual);
	f.began = WALL + 60 * S;
	alert_input(alert, &f);
	ck_assert_int_eq(last_of(1)->event.first_seen, WALL + 60 * S);
	ck_assert_int_eq(last_of(1)->event.last_seen, WALL + 100 * S);
	alert_free(alert);
}
END_TEST

static void
find_host(enum finding_kind kind, unsigned n, nstime now)
{
	char store[32];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_add(&t, "h");
	textbuf_uint(&t, n);
	find(kind, store, now);
}

START_TEST(a_flood_of_one_kind_is_folded_and_hides_no_other)
{
	start(&usual);
	for (unsigned i = 0; i < 44000; i++)
		find_host(FINDING_STALE_DATE, i, i);
	tick(10 * S + 44000);
	ck_assert_uint_eq(told_count, 33);
	ck_assert(told[32].event.folded || told[31].event.folded ||
	    told[0].event.folded);
	find(FINDING_VISIBILITY, "a", 20 * S);
	ck_assert_int_eq(told[told_count - 1].event.kind, FINDING_VISIBILITY);
	ck_assert(!told[told_count - 1].event.folded);
	ck_assert_uint_eq(alert_raised(alert, FINDING_STALE_DATE), 33);
	alert_free(alert);
}
END_TEST

START_TEST(what_is_folded_is_counted_and_ends_when_it_is_quiet)
{
	start(&unjoined);
	for (unsigned i = 0; i < 40; i++)
		find_host(FINDING_SILENT_PEER, i, i);
	ck_assert_uint_eq(told_count, 33);
	ck_assert(last_of(33)->event.folded);
	ck_assert_str_eq(last_of(33)->subject, ALERT_OTHER_HOSTS);
	find_host(FINDING_SILENT_PEER, 41, S);
	find_host(FINDING_SILENT_PEER, 42, S);
	ck_assert_uint_eq(told_count, 34);
	ck_assert_uint_eq(last_of(34)->event.count, 10);
	tick(2 * HOUR);
	ck_assert_uint_eq(told_count, 67);
	ck_assert_uint_eq(alert_active(alert), 0);
	find_host(FINDING_SILENT_PEER, 43, 3 * HOUR);
	ck_assert(!last_of(68)->event.folded);
	alert_free(alert);
}
END_TEST

START_TEST(worse_is_told_at_once_but_once_per_step)
{
	start(&usual);
	find_note(FINDING_VISIBILITY, "a", 0, FINDING_WARNING, "");
	find_note(FINDING_VISIBILITY, "a", S, FINDING_ERROR, "");
	last_is(2, ALERT_REFRESHED, S);
	ck_assert_int_eq(told[1].event.severity, FINDING_ERROR);
	find_note(FINDING_VISIBILITY, "a", 2 * S, FINDING_WARNING, "");
	find_note(FINDING_VISIBILITY, "a", 3 * S, FINDING_ERROR, "");
	ck_assert_uint_eq(told_count, 2);
	find_note(FINDING_VISIBILITY, "a", 4 * S, FINDING_CRITICAL, "");
	last_is(3, ALERT_REFRESHED, 4 * S);
	alert_free(alert);
}
END_TEST

START_TEST(worse_while_it_waits_is_raised_as_such)
{
	start(&usual);
	find_note(FINDING_CLOCK_SKEW, "a", 0, FINDING_WARNING, "");
	find_note(FINDING_CLOCK_SKEW, "a", S, FINDING_CRITICAL, "");
	tick(10 * S);
	ck_assert_int_eq(last_of(1)->event.severity, FINDING_CRITICAL);
	alert_free(alert);
}
END_TEST

static void
quiet_after(enum finding_kind kind, nstime quiet)
{
	start(&usual);
	find(kind, "a", 0);
	tick(10 * S);
	find(kind, "a", 60 * S);
	tick(60 * S + quiet - 1);
	ck_assert_int_ne(told[told_count - 1].event.state, ALERT_RESOLVED);
	tick(60 * S + quiet + 5 * S);
	last_is(told_count, ALERT_RESOLVED, 60 * S + quiet);
	ck_assert_int_eq(told[told_count - 1].event.reason, ALERT_QUIET);
	alert_free(alert);
}

START_TEST(silence_resolves_after_the_quiet_time_of_the_kind)
{
	quiet_after(FINDING_TRANSACTION_TIMEOUT, HOUR);
	quiet_after(FINDING_SLOW_TRANSACTION, HOUR);
	quiet_after(FINDING_CLOCK_SKEW, 24 * HOUR);
}
END_TEST

START_TEST(some_kinds_stand_until_the_contrary_is_seen)
{
	start(&usual);
	find(FINDING_LOCAL_CLOCK, "a", 0);
	find(FINDING_VISIBILITY, "a", 0);
	tick(1000 * 24 * HOUR);
	ck_assert_uint_eq(told_count, 2);
	ck_assert_uint_eq(alert_active(alert), 2);
	alert_free(alert);
}
END_TEST

START_TEST(a_skew_that_is_heard_of_again_after_its_quiet_time_is_raised)
{
	start(&usual);
	find(FINDING_CLOCK_SKEW, "a", 0);
	tick(30 * HOUR);
	ck_assert_int_eq(last_of(2)->event.state, ALERT_RESOLVED);
	say(FINDING_UPDATED, FINDING_CLOCK_SKEW, "a", 31 * HOUR);
	tick(31 * HOUR + 10 * S);
	last_is(3, ALERT_RAISED, 31 * HOUR + 10 * S);
	ck_assert_uint_eq(told[2].event.episode, 2);
	say(FINDING_HEALTHY, FINDING_CLOCK_SKEW, "a", 32 * HOUR);
	say(FINDING_UPDATED, FINDING_CLOCK_SKEW, "a", 33 * HOUR);
	tick(34 * HOUR);
	ck_assert_uint_eq(told_count, 4);
	alert_free(alert);
}
END_TEST

START_TEST(withdrawn_while_it_waits_it_vanishes)
{
	start(&usual);
	find(FINDING_TRANSACTION_TIMEOUT, "a", 0);
	say(FINDING_WITHDRAWN, FINDING_TRANSACTION_TIMEOUT, "a", S);
	tick(HOUR);
	ck_assert_uint_eq(told_count, 0);
	ck_assert_uint_eq(alert_raised(alert, FINDING_TRANSACTION_TIMEOUT), 0);
	ck_assert_uint_eq(
	    alert_findings(alert, FINDING_TRANSACTION_TIMEOUT), 1);
	find(FINDING_TRANSACTION_TIMEOUT, "a", 2 * HOUR);
	tick(3 * HOUR - 1);
	ck_assert_uint_eq(last_of(1)->event.episode, 1);
	alert_free(alert);
}
END_TEST

START_TEST(withdrawn_to_the_last_it_is_resolved)
{
	start(&usual);
	find(FINDING_TRANSACTION_TIMEOUT, "a", 0);
	find(FINDING_TRANSACTION_TIMEOUT, "a", S);
	tick(10 * S);
	say(FINDING_WITHDRAWN, FINDING_TRANSACTION_TIMEOUT, "a", 11 * S);
	ck_assert_uint_eq(told_count, 1);
	say(FINDING_WITHDRAWN, FINDING_TRANSACTION_TIMEOUT, "a", 12 * S);
	last_is(2, ALERT_RESOLVED, 12 * S);
	ck_assert_int_eq(told[1].event.reason, ALERT_WITHDRAWN);
	ck_assert_uint_eq(told[1].event.count, 0);
	say(FINDING_WITHDRAWN, FINDING_TRANSACTION_TIMEOUT, "a", 13 * S);
	ck_assert_uint_eq(told_count, 2);
	alert_free(alert);
}
END_TEST

START_TEST(superseded_is_a_reason_or_silence)
{
	start(&usual);
	find(FINDING_SLOW_TRANSACTION, "a", 0);
	say(FINDING_SUPERSEDED, FINDING_SLOW_TRANSACTION, "a", S);
	ck_assert_int_eq(last_of(2)->event.reason, ALERT_SUPERSEDED);
	find(FINDING_CLOCK_SKEW, "a", 0);
	say(FINDING_SUPERSEDED, FINDING_CLOCK_SKEW, "a", S);
	tick(HOUR);
	ck_assert_uint_eq(told_count, 2);
	alert_free(alert);
}
END_TEST

START_TEST(what_got_well_while_it_waited_is_told)
{
	start(&usual);
	find(FINDING_CLOCK_SKEW, "a", 0);
	say(FINDING_HEALTHY, FINDING_CLOCK_SKEW, "a", 5 * S);
	last_is(2, ALERT_RESOLVED, 5 * S);
	last_is(2, ALERT_RESOLVED, 5 * S);
	ck_assert_int_eq(told[0].event.state, ALERT_RAISED);
	alert_free(alert);
}
END_TEST

START_TEST(health_of_what_is_not_ill_says_nothing)
{
	start(&usual);
	say(FINDING_HEALTHY, FINDING_CLOCK_SKEW, "a", 0);
	say(FINDING_UPDATED, FINDING_CLOCK_SKEW, "a", 0);
	say(FINDING_WITHDRAWN, FINDING_CLOCK_SKEW, "a", 0);
	tick(HOUR);
	ck_assert_uint_eq(told_count, 0);
	alert_free(alert);
}
END_TEST

static void
flap(nstime at)
{
	find(FINDING_VISIBILITY, "a", at);
	say(FINDING_HEALTHY, FINDING_VISIBILITY, "a", at + 10 * S);
}

START_TEST(a_flapping_alert_is_told_once_then_once_per_reminder)
{
	start(&usual);
	flap(0);
	flap(60 * S);
	ck_assert_uint_eq(told_count, 4);
	ck_assert_uint_eq(told[2].event.episode, 2);
	for (nstime at = 120 * S; at < 3660 * S; at += 60 * S)
		flap(at);
	ck_assert_uint_eq(told_count, 4);
	flap(3660 * S);
	last_is(6, ALERT_RESOLVED, 3670 * S);
	ck_assert_uint_eq(told[4].event.episode, 62);
	ck_assert_uint_eq(alert_raised(alert, FINDING_VISIBILITY), 3);
	alert_free(alert);
}
END_TEST

START_TEST(a_muted_episode_that_lasts_is_raised_at_the_reminder)
{
	start(&usual);
	flap(0);
	flap(60 * S);
	find(FINDING_VISIBILITY, "a", 120 * S);
	ck_assert_uint_eq(alert_active(alert), 1);
	tick(3660 * S - 1);
	ck_assert_uint_eq(told_count, 4);
	tick(4000 * S);
	last_is(5, ALERT_RAISED, 3660 * S);
	ck_assert_uint_eq(told[4].event.episode, 3);
	alert_free(alert);
}
END_TEST

START_TEST(a_worse_return_is_told_though_it_flaps)
{
	start(&usual);
	flap(0);
	flap(60 * S);
	find_note(FINDING_VISIBILITY, "a", 120 * S, FINDING_CRITICAL, "");
	last_is(5, ALERT_RAISED, 120 * S);
	alert_free(alert);
}
END_TEST

START_TEST(a_return_after_a_long_rest_is_no_flapping)
{
	start(&usual);
	flap(0);
	flap(60 * S);
	flap(1000 * S);
	ck_assert_uint_eq(told_count, 6);
	flap(1100 * S);
	flap(1200 * S);
	ck_assert_uint_eq(told_count, 8);
	alert_free(alert);
}
END_TEST

START_TEST(ids_are_the_same_everywhere)
{
	struct alert_limits other = usual;

	other.key = (struct siphash_key){ 77, 78 };
	for (int i = 0; i < 2; i++) {
		start(i == 0 ? &usual : &other);
		find(FINDING_SLOW_TRANSACTION, "10.0.0.21:5062 SERVICE", 0);
		ck_assert_uint_eq(last_of(1)->event.id, 0x88d67d8cfe1a43f8);
		alert_free(alert);
	}
}
END_TEST

START_TEST(one_key_of_two_kinds_is_two_alerts)
{
	start(&usual);
	find(FINDING_LOCAL_CLOCK, "a", 0);
	find(FINDING_VISIBILITY, "a", 0);
	find(FINDING_VISIBILITY, "b", 0);
	ck_assert_uint_eq(told_count, 3);
	ck_assert_uint_ne(told[0].event.id, told[1].event.id);
	ck_assert_uint_ne(told[1].event.id, told[2].event.id);
	alert_free(alert);
}
END_TEST

/* However the findings of one instant come in, the alerts come out alike. */
START_TEST(events_of_one_tick_have_one_order)
{
	char orders[2][64];

	for (int i = 0; i < 2; i++) {
		start(&usual);
		find(FINDING_CLOCK_SKEW, i == 0 ? "a" : "c", S);
		find(FINDING_CLOCK_SKEW, "b", S);
		find(FINDING_CLOCK_SKEW, i == 0 ? "c" : "a", S);
		find(FINDING_CLOCK_SKEW, "late", 2 * S);
		tick(HOUR);
		ck_assert_uint_eq(told_count, 4);
		ck_assert_str_eq(told[3].subject, "late");
		for (size_t n = 0; n < 3; n++)
			orders[i][n] = told[n].subject[0];
		orders[i][3] = '\0';
		alert_free(alert);
	}
	ck_assert_str_eq(orders[0], orders[1]);
}
END_TEST

static uint64_t full;

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (strcmp(name, "alert.full") == 0)
		full = value;
	else
		ck_assert_uint_eq(value, 0);
}

START_TEST(at_the_limit_the_oldest_resolved_goes_then_the_new_is_refused)
{
	struct alert_limits small = usual;

	small.alerts = 2;
	start(&small);
	find(FINDING_VISIBILITY, "a", 0);
	find(FINDING_VISIBILITY, "b", 0);
	find(FINDING_VISIBILITY, "c", 0);
	ck_assert_uint_eq(told_count, 2);
	alert_stats(alert, on_counter, NULL);
	ck_assert_uint_eq(full, 1);
	say(FINDING_HEALTHY, FINDING_VISIBILITY, "b", S);
	say(FINDING_HEALTHY, FINDING_VISIBILITY, "a", 2 * S);
	find(FINDING_VISIBILITY, "c", 3 * S);
	find(FINDING_VISIBILITY, "a", 2000 * S);
	ck_assert_uint_eq(last_of(6)->event.episode, 2);
	find(FINDING_VISIBILITY, "b", 2000 * S);
	ck_assert_uint_eq(told_count, 6);
	ck_assert_uint_eq(alert_findings(alert, FINDING_VISIBILITY), 6);
	alert_free(alert);
}
END_TEST

START_TEST(new_limits_hold_from_then_on)
{
	struct alert_limits other = usual;

	start(&usual);
	find(FINDING_VISIBILITY, "a", 0);
	other.alerts = 1;
	other.reminder = 60 * S;
	alert_set(alert, &other);
	find(FINDING_VISIBILITY, "b", S);
	find(FINDING_VISIBILITY, "a", S);
	tick(60 * S);
	last_is(2, ALERT_REFRESHED, 60 * S);
	alert_free(alert);
}
END_TEST

START_TEST(long_keys_and_subjects_are_cut)
{
	char *key = malloc(70001);
	struct slice exact;

	memset(key, 'k', 70000);
	key[70000] = '\0';
	start(&usual);
	find(FINDING_VISIBILITY, key, 0);
	exact = last_of(1)->event.subject;
	ck_assert_uint_eq(exact.len, 200);
	free(key);
	alert_free(alert);
}
END_TEST

/* Whatever happens in whatever order: what is raised is resolved before it is
 * raised again, and nothing is told faster than the rules allow. */
START_TEST(any_story_is_told_in_pairs)
{
	static const char *const keys[] = { "a", "b", "c" };
	bool up[FINDING_KINDS][3] = { { false } };
	uint32_t random = 12345;
	size_t seen = 0;
	nstime now = 0;

	start(&usual);
	for (int step = 0; step < 60000; step++) {
		random = random * 1664525 + 1013904223;
		say((enum finding_change)(
			random >> 28 & 3 ? random >> 24 & 3 : 0),
		    (enum finding_kind)((random >> 16) % FINDING_KINDS),
		    keys[(random >> 8) % 3], now);
		tick(now);
		for (; seen < told_count; seen++) {
			const struct told *t = &told[seen % TOLD];
			bool *is_up = &up[t->event.kind][t->subject[0] - 'a'];

			ck_assert_int_eq(
			    *is_up, t->event.state != ALERT_RAISED);
			*is_up = t->event.state != ALERT_RESOLVED;
		}
		now += (random & 0xff) * S;
	}
	ck_assert_uint_gt(told_count, 1000);
	alert_free(alert);
}
END_TEST

START_TEST(names_are_those_of_the_design)
{
	ck_assert_str_eq(alert_state_name(ALERT_RAISED), "raised");
	ck_assert_str_eq(alert_state_name(ALERT_REFRESHED), "refreshed");
	ck_assert_str_eq(alert_state_name(ALERT_RESOLVED), "resolved");
	ck_assert_str_eq(alert_reason_name(ALERT_HEALTHY), "healthy");
	ck_assert_str_eq(alert_reason_name(ALERT_QUIET), "quiet");
	ck_assert_str_eq(alert_reason_name(ALERT_SUPERSEDED), "superseded");
	ck_assert_str_eq(alert_reason_name(ALERT_WITHDRAWN), "withdrawn");
}
END_TEST

/* Away from `then' to `now', of which `real' really passed. */
static bool
load(struct slice octets, nstime then, nstime now, nstime real)
{
	const struct record_shift shift = {
		.watching = now - then,
		.real = now - then - real,
	};
	uint8_t *exact = unit_exact(octets);
	struct cursor c = cursor_over(slice_of(exact, octets.len));
	bool loaded;

	start(&usual);
	loaded = alert_load(alert, &c, &shift);
	free(exact);
	return loaded;
}

/* The daemon ends at `then' and is there again at `now'. */
static void
restart(nstime then, nstime now, nstime real)
{
	struct record r;

	record_init(&r, 1 << 20);
	alert_save(alert, &r);
	ck_assert(!r.failed);
	alert_free(alert);
	ck_assert(load(slice_of(r.octets, r.len), then, now, real));
	record_done(&r);
}

START_TEST(what_was_raised_before_a_restart_is_not_raised_again)
{
	start(&usual);
	find(FINDING_VISIBILITY, "a", 5000 * S);
	find_note(FINDING_VISIBILITY, "a", 5001 * S, FINDING_WARNING, "latest");
	restart(5010 * S, 20 * S, 100 * S);
	ck_assert_uint_eq(alert_active(alert), 1);
	ck_assert_uint_eq(alert_raised(alert, FINDING_VISIBILITY), 1);
	ck_assert_uint_eq(alert_findings(alert, FINDING_VISIBILITY), 2);
	find(FINDING_VISIBILITY, "a", 30 * S);
	ck_assert_uint_eq(told_count, 0);
	say(FINDING_HEALTHY, FINDING_VISIBILITY, "a", 40 * S);
	last_is(1, ALERT_RESOLVED, 40 * S);
	ck_assert_uint_eq(told[0].event.count, 3);
	ck_assert_int_eq(told[0].event.duration, (10 + 100 + 20) * S);
	ck_assert_int_eq(told[0].event.first_seen, WALL + 5000 * S);
	ck_assert_uint_eq(alert_active(alert), 0);
	alert_free(alert);
}
END_TEST

START_TEST(an_alert_that_waits_goes_on_waiting)
{
	start(&usual);
	find(FINDING_TRANSACTION_TIMEOUT, "a", 100 * S);
	restart(104 * S, 1000 * S, 3600 * S);
	ck_assert_int_eq(alert_next_deadline(alert), 1006 * S);
	tick(1006 * S);
	last_is(1, ALERT_RAISED, 1006 * S);
	ck_assert_str_eq(told[0].subject, "a");
	ck_assert_str_eq(told[0].note, "same");
	alert_free(alert);
}
END_TEST

START_TEST(time_away_is_not_quiet_time)
{
	start(&usual);
	find(FINDING_SLOW_TRANSACTION, "a", 100 * S);
	restart(160 * S, 1000 * S, 48 * HOUR);
	tick(1000 * S + HOUR - 60 * S - 1);
	ck_assert_uint_eq(told_count, 0);
	tick(1000 * S + HOUR - 60 * S);
	last_is(1, ALERT_RESOLVED, 1000 * S + HOUR - 60 * S);
	ck_assert_int_eq(told[0].event.reason, ALERT_QUIET);
	alert_free(alert);
}
END_TEST

START_TEST(episodes_are_counted_over_a_restart)
{
	start(&usual);
	find(FINDING_VISIBILITY, "a", 100 * S);
	say(FINDING_HEALTHY, FINDING_VISIBILITY, "a", 110 * S);
	find(FINDING_VISIBILITY, "b", 120 * S);
	say(FINDING_HEALTHY, FINDING_VISIBILITY, "b", 130 * S);
	restart(140 * S, 10 * S, HOUR);
	find(FINDING_VISIBILITY, "a", 20 * S);
	last_is(1, ALERT_RAISED, 20 * S);
	ck_assert_uint_eq(told[0].event.episode, 2);
	alert_free(alert);
}
END_TEST

START_TEST(what_was_saved_is_refused_cut_at_every_octet)
{
	struct record r;

	start(&usual);
	find(FINDING_VISIBILITY, "a", 5 * S);
	find_note(FINDING_VISIBILITY, "a", 6 * S, FINDING_WARNING, "latest");
	find(FINDING_CLOCK_SKEW, "b", 7 * S);
	find(FINDING_VISIBILITY, "c", 8 * S);
	say(FINDING_HEALTHY, FINDING_VISIBILITY, "c", 9 * S);
	record_init(&r, 1 << 20);
	alert_save(alert, &r);
	alert_free(alert);
	/* An older version saved no list of those that wait for others. */
	for (size_t len = 0; len < r.len; len++) {
		ck_assert_int_eq(
		    load(slice_of(r.octets, len), 0, 0, 0), len == r.len - 1);
		alert_free(alert);
	}
	record_done(&r);
}
END_TEST

START_TEST(alerts_that_last_are_saved_before_those_that_are_over)
{
	char key[] = "a", note[500];
	struct record r;

	memset(note, 'n', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	start(&usual);
	for (; *key <= 'z'; (*key)++) {
		find_note(
		    FINDING_VISIBILITY, key, 5 * S, FINDING_WARNING, note);
		if (*key > 'c')
			say(FINDING_HEALTHY, FINDING_VISIBILITY, key, 6 * S);
	}
	record_init(&r, 16384 + 2500);
	alert_save(alert, &r);
	ck_assert(!r.failed);
	alert_free(alert);
	ck_assert(load(slice_of(r.octets, r.len), 0, 0, 0));
	ck_assert_uint_eq(alert_active(alert), 3);
	alert_free(alert);
	record_done(&r);
}
END_TEST

UNIT("alert", waits_for_its_incident_then_is_raised_alone,
    kinds_no_incident_joins_are_raised_at_once,
    the_end_of_a_savefile_ends_the_wait,
    the_first_evidence_is_raised_and_the_latest_after,
    an_update_betters_the_first_evidence_and_counts_nothing,
    ten_times_as_many_are_told_before_the_reminder,
    an_outage_that_breaks_out_again_is_told,
    one_every_ten_minutes_is_no_new_outbreak,
    the_trouble_began_before_it_was_noticed,
    a_flood_of_one_kind_is_folded_and_hides_no_other,
    what_is_folded_is_counted_and_ends_when_it_is_quiet,
    refreshed_once_per_reminder_if_there_is_news,
    worse_is_told_at_once_but_once_per_step,
    worse_while_it_waits_is_raised_as_such,
    silence_resolves_after_the_quiet_time_of_the_kind,
    some_kinds_stand_until_the_contrary_is_seen,
    a_skew_that_is_heard_of_again_after_its_quiet_time_is_raised,
    withdrawn_while_it_waits_it_vanishes, withdrawn_to_the_last_it_is_resolved,
    superseded_is_a_reason_or_silence, what_got_well_while_it_waited_is_told,
    health_of_what_is_not_ill_says_nothing,
    a_flapping_alert_is_told_once_then_once_per_reminder,
    a_muted_episode_that_lasts_is_raised_at_the_reminder,
    a_worse_return_is_told_though_it_flaps,
    a_return_after_a_long_rest_is_no_flapping, ids_are_the_same_everywhere,
    one_key_of_two_kinds_is_two_alerts, events_of_one_tick_have_one_order,
    at_the_limit_the_oldest_resolved_goes_then_the_new_is_refused,
    new_limits_hold_from_then_on, long_keys_and_subjects_are_cut,
    any_story_is_told_in_pairs,
    what_was_raised_before_a_restart_is_not_raised_again,
    an_alert_that_waits_goes_on_waiting, time_away_is_not_quiet_time,
    episodes_are_counted_over_a_restart,
    what_was_saved_is_refused_cut_at_every_octet,
    alerts_that_last_are_saved_before_those_that_are_over,
    names_are_those_of_the_design)
