/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/line.h"

#include "report/catalog.h"
#include "unit/event.h"
#include "unit/unit.h"

static char store[2000];
static struct textbuf t;
static struct evidence e;

static const char *
line(const struct alert_event *event)
{
	textbuf_init(&t, store, sizeof(store));
	line_write(&t, event);
	return store;
}

START_TEST(a_wrong_clock_reads_as_the_design_says)
{
	const struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");

	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	ck_assert_str_eq(line(&event),
	    "clock-skew raised: clock of 10.0.0.11 (pool \"fe-east\") is 1 h "
	    "behind: time zone or daylight saving (-3600.4 s +/- 0.3 s); since "
	    "18:22:07Z; 41 samples of Date; check the clock and zone there, "
	    "then restart the services on that host that keep time-stamped "
	    "credentials (on a Front End: its Front End service)");
}
END_TEST

START_TEST(a_timeout_on_the_relays_port_is_one_clear_line)
{
	const struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_response", "retransmitted");
	ck_assert_str_eq(line(&event),
	    "transaction-timeout raised: 10.0.0.21:5062 did not answer "
	    "SERVICE of 10.0.0.11:49152 in 34 s (MRAS request); sent "
	    "18:21:33Z; the client sent it 11 times; Call-ID 7d8d76435a47; "
	    "check the A/V authentication service on the Edge, port 5062 both "
	    "ways, then certificates and clocks of both; more: siptimed "
	    "--explain transaction-timeout");
}
END_TEST

START_TEST(a_resolved_line_says_why)
{
	struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");

	event_timeout(&e, "no_response", "retransmitted");
	event.state = ALERT_RESOLVED;
	event.count = 2;
	event.duration = 420 * NSTIME_S;
	ck_assert_str_eq(line(&event),
	    "transaction-timeout resolved: SERVICE to 10.0.0.21:5062: over "
	    "after 7 min, 2 timeouts, first at 18:22:07Z; healthy: a client "
	    "that had failed was answered; nothing to do");
}
END_TEST

START_TEST(the_summary_is_the_middle_of_the_line)
{
	const struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");
	char whole[2000];

	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	strcpy(whole, line(&event));
	textbuf_init(&t, store, sizeof(store));
	line_summary(&t, &event);
	ck_assert_ptr_eq(strstr(whole, store), whole + 19);
}
END_TEST

/* Every field a sentence shows, filled to the brim from the wire. */
static void
fill(const char *octets, size_t len)
{
	static const char *const names[] = { "uac", "uas", "method", "call_id",
		"legs", "pool", "witnesses", "server", "a", "b", "interface" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		evidence_wire(&e, names[i], slice_of(octets, len));
}

static bool
is_clean(struct slice text)
{
	char again[2 * LINE_OCTETS];
	struct textbuf copy;
	size_t backslashes = 0;

	textbuf_init(&copy, again, sizeof(again));
	textbuf_wire(&copy, text);
	for (size_t i = 0; i < text.len; i++)
		backslashes += text.p[i] == '\\';
	return copy.len == text.len + backslashes;
}

START_TEST(the_advice_goes_first_then_the_summary_is_cut)
{
	struct alert_event event =
	    event_of(FINDING_TRANSACTION_TIMEOUT, &e, "s");
	char witnesses[501];

	memset(witnesses, ',', 500);
	witnesses[500] = '\0';
	evidence_init(&e);
	evidence_text(&e, "class", "no_final");
	fill("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	    108);
	evidence_text(&e, "proof",
	    "provisional,acknowledged,upstream_status,unreachable,"
	    "response_retransmitted,provisional,upstream_status,unreachable");
	line(&event);
	ck_assert_uint_le(t.len, LINE_OCTETS);
	ck_assert_ptr_null(strstr(store, catalog_advice(&event)));

	event = event_of(FINDING_CLOCK_SKEW, &e, "s");
	evidence_init(&e);
	evidence_integer(&e, "samples", 1);
	evidence_list(&e, "witnesses", witnesses);
	line(&event);
	ck_assert_uint_eq(t.len, LINE_OCTETS);
	ck_assert_str_eq(store + LINE_OCTETS - 3, "...");
}
END_TEST

static uint32_t
next(uint32_t *random)
{
	return *random = *random * 1664525 + 1013904223;
}

static void
add_random(uint32_t *random)
{
	static const char *const numbers[] = { "offset_s", "uncertainty_s",
		"samples", "shape_units", "copies", "elapsed_s", "sent",
		"last_status", "peers_agreeing", "peers_total", "mras" };
	static const char *const words[] = { "no_response", "odd_one_out",
		"stepped", "timezone", "via", "days", "late", "one_way",
		"retransmitted,unreachable", "drift", "year" };
	const int64_t n =
	    (int64_t)((uint64_t)next(random) << 32 | next(random));
	const char *name = numbers[next(random) % 11];
	const char *word = words[next(random) >> 8 & 7];

	evidence_seconds(&e, name, n, next(random) >> 16 & 7);
	evidence_decimal(&e, numbers[next(random) % 11], n);
	evidence_integer(&e, numbers[next(random) % 11], n >> (n & 63));
	evidence_time(&e, "stepped_at", n);
	evidence_text(&e, "class", word);
	evidence_text(&e, "shape", words[next(random) % 11]);
	evidence_text(&e, "proof", words[next(random) % 11]);
	evidence_text(&e, "attribution", word);
}

START_TEST(no_line_is_long_or_dirty_whatever_the_evidence)
{
	char octets[600];
	uint32_t random = 99;

	for (int round = 0; round < 2500; round++) {
		struct alert_event event = event_of(
		    (enum finding_kind)(round % FINDING_KINDS), &e, "s");
		const size_t len = next(&random) % sizeof(octets);

		for (size_t i = 0; i < len; i++)
			octets[i] = (char)(next(&random) >> 24);
		evidence_init(&e);
		add_random(&random);
		fill(octets, len);
		event.state = (enum alert_state)(round % 3);
		event.reason = (enum alert_reason)(round % 4);
		event.duration = (nstime)next(&random) << 20;
		event.subject = evidence_get(&e, "uac");
		line(&event);
		ck_assert_uint_le(t.len, LINE_OCTETS);
		ck_assert_uint_gt(t.len, 20);
		ck_assert(is_clean(textbuf_slice(&t)));
	}
}
END_TEST

START_TEST(what_was_told_before_a_restart_says_so)
{
	struct alert_event event =
	    event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");

	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	event.repeated = true;
	ck_assert(slice_starts_with(slice_text(line(&event)),
	    "clock-skew raised: repeated after a restart: clock of "));
}
END_TEST

UNIT("line", a_wrong_clock_reads_as_the_design_says,
    a_timeout_on_the_relays_port_is_one_clear_line, a_resolved_line_says_why,
    the_summary_is_the_middle_of_the_line,
    the_advice_goes_first_then_the_summary_is_cut,
    no_line_is_long_or_dirty_whatever_the_evidence,
    what_was_told_before_a_restart_says_so)
