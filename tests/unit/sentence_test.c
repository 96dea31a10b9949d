/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/sentence.h"

#include "unit/event.h"
#include "unit/unit.h"

static char store[1000];
static struct textbuf t;
static struct evidence e;

static const char *
trouble(const struct alert_event *event)
{
	textbuf_init(&t, store, sizeof(store));
	sentence_trouble(&t, event);
	return store;
}

static const char *
over(const struct alert_event *event)
{
	textbuf_init(&t, store, sizeof(store));
	sentence_over(&t, event);
	return store;
}

static struct alert_event
timeout_of(const char *class, const char *proof)
{
	event_timeout(&e, class, proof);
	return event_of(FINDING_TRANSACTION_TIMEOUT, &e, "10.0.0.21:5062");
}

START_TEST(a_timeout_says_who_what_when_and_how_proven)
{
	struct alert_event event = timeout_of("no_response", "retransmitted");

	ck_assert_str_eq(trouble(&event),
	    "10.0.0.21:5062 did not answer SERVICE of 10.0.0.11:49152 within "
	    "34.0 s (MRAS request); sent 18:21:33Z; the client sent it 11 "
	    "times; Call-ID 7d8d76435a47");
	event.count = 12;
	ck_assert_ptr_nonnull(
	    strstr(trouble(&event), "; 12 times since 18:22:07Z; the client"));
}
END_TEST

static void
class_reads(const char *class, const char *words)
{
	const struct alert_event event = timeout_of(class, "provisional");

	evidence_integer(&e, "last_status", 486);
	trouble(&event);
	ck_assert_msg(strstr(store, words) == store, "%s: %s", words, store);
}

START_TEST(every_class_has_its_words)
{
	class_reads("no_final",
	    "10.0.0.21:5062 gave SERVICE of "
	    "10.0.0.11:49152 no final response, only 486, "
	    "within 34.0 s");
	class_reads("stalled_after_100",
	    "10.0.0.21:5062 gave SERVICE of 10.0.0.11:49152 only 100, nothing "
	    "more, within 34.0 s");
	class_reads("no_ack",
	    "10.0.0.11:49152 did not acknowledge the final response 486 of "
	    "10.0.0.21:5062 to SERVICE within");
	class_reads("no_ack_2xx",
	    "10.0.0.11:49152 did not acknowledge the final response 486");
	class_reads("cancelled_no_final",
	    "10.0.0.21:5062 gave SERVICE of 10.0.0.11:49152, since cancelled, "
	    "no final response within");
	class_reads("of tomorrow",
	    "SERVICE of 10.0.0.11:49152 to 10.0.0.21:5062 got no final "
	    "response within");
}
END_TEST

static void
proof_reads(const char *proof, const char *words)
{
	const struct alert_event event = timeout_of("no_response", proof);

	trouble(&event);
	ck_assert_msg(strstr(store, words) != NULL, "%s: %s", words, store);
}

START_TEST(every_proof_has_its_words)
{
	proof_reads("retransmitted", "; the client sent it 11 times;");
	proof_reads(
	    "acknowledged", "; TCP acknowledged it, nothing came back;");
	proof_reads("provisional", "; its provisional response was seen, so");
	proof_reads("response_retransmitted", "; the server repeated its");
	proof_reads("upstream_status", "reported 408 or 504 upstream;");
	proof_reads("unreachable", "; ICMP says unreachable;");
	proof_reads("retransmitted, unreachable",
	    "; the client sent it 11 times; ICMP says unreachable;");
}
END_TEST

START_TEST(failover_and_folded_legs_are_told)
{
	const struct alert_event event = timeout_of("no_response", "");

	evidence_boolean(&e, "recovered", true);
	evidence_integer(&e, "legs", 3);
	ck_assert_ptr_nonnull(strstr(trouble(&event),
	    "; another server answered a later attempt; seen on 3 legs, this "
	    "is the deepest"));
}
END_TEST

START_TEST(without_evidence_there_is_still_a_sentence)
{
	evidence_init(&e);
	for (int i = 0; i < FINDING_KINDS; i++) {
		struct alert_event event =
		    event_of((enum finding_kind)i, &e, "10.0.0.21:5062");

		ck_assert_uint_gt(strlen(trouble(&event)), 20);
		for (int r = ALERT_HEALTHY; r <= ALERT_WITHDRAWN; r++) {
			event.reason = (enum alert_reason)r;
			ck_assert_uint_gt(strlen(over(&event)), 20);
		}
	}
}
END_TEST

START_TEST(a_slow_server_is_an_early_warning)
{
	const struct alert_event event =
	    event_of(FINDING_SLOW_TRANSACTION, &e, "10.0.0.21:5062");

	evidence_init(&e);
	evidence_text(&e, "class", "pending");
	evidence_text(&e, "method", "SERVICE");
	evidence_text(&e, "server", "10.0.0.21:5062");
	evidence_seconds(&e, "threshold_s", 5 * NSTIME_S, 0);
	evidence_seconds(&e, "slowest_s", 9100 * NSTIME_MS, 1);
	ck_assert_str_eq(trouble(&event),
	    "SERVICE to 10.0.0.21:5062: several requests have no response "
	    "after 5 s, the slowest 9.1 s; since 18:22:07Z");
	memcpy(e.store, "late", 4);
	e.fields[0].text_len = 4;
	ck_assert_ptr_nonnull(
	    strstr(trouble(&event), ": answers take longer than 5 s, the"));
}
END_TEST

START_TEST(each_blindness_is_one_sentence)
{
	const struct alert_event event = event_of(FINDING_VISIBILITY, &e, "x");

	evidence_init(&e);
	evidence_text(&e, "class", "one_way");
	evidence_text(&e, "a", "10.0.0.11");
	evidence_text(&e, "b", "10.0.0.21");
	evidence_integer(&e, "transactions_unknown", 20);
	ck_assert_str_eq(trouble(&event),
	    "packets of 10.0.0.21 to 10.0.0.11 are not seen, only the other "
	    "way; 20 transactions cannot be judged; since 18:22:07Z");
	evidence_init(&e);
	evidence_text(&e, "class", "loss");
	evidence_text(&e, "interface", "eth1");
	evidence_integer(&e, "transactions_unknown", 1);
	ck_assert_str_eq(trouble(&event),
	    "capture on eth1: packets were lost before they got here; 1 "
	    "transaction cannot be judged; since 18:22:07Z");
	evidence_init(&e);
	evidence_text(&e, "class", "truncated");
	ck_assert_str_eq(trouble(&event),
	    "capture: SIP messages are cut by the snaplen; since 18:22:07Z");
}
END_TEST

START_TEST(the_end_says_how_long_how_often_and_why)
{
	struct alert_event event = timeout_of("no_response", "retransmitted");

	event.state = ALERT_RESOLVED;
	event.count = 12;
	event.duration = 1260400 * NSTIME_MS;
	ck_assert_str_eq(over(&event),
	    "SERVICE to 10.0.0.21:5062: over after 21 min, 12 timeouts, first "
	    "at 18:22:07Z; healthy: a client that had failed was answered");
	event.count = 0;
	event.reason = ALERT_WITHDRAWN;
	ck_assert_str_eq(over(&event),
	    "SERVICE to 10.0.0.21:5062: over after 21 min, first at 18:22:07Z; "
	    "withdrawn: an answer came late after all");
	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	event = event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");
	event.duration = 5 * 3600 * NSTIME_S;
	ck_assert_str_eq(over(&event),
	    "clock of 10.0.0.11 (pool \"fe-east\"), 3600.4 s behind: over "
	    "after 5 h, first at 18:22:07Z; healthy: it is right again");
}
END_TEST

UNIT("sentence", a_timeout_says_who_what_when_and_how_proven,
    every_class_has_its_words, every_proof_has_its_words,
    failover_and_folded_legs_are_told,
    without_evidence_there_is_still_a_sentence,
    a_slow_server_is_an_early_warning, each_blindness_is_one_sentence,
    the_end_says_how_long_how_often_and_why)
