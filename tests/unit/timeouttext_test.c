/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/timeouttext.h"

#include "unit/event.h"
#include "unit/unit.h"

static char store[1000];
static struct textbuf t;
static struct evidence e;

static const char *
trouble(const struct alert_event *event)
{
	textbuf_init(&t, store, sizeof(store));
	if (event->kind == FINDING_TRANSACTION_TIMEOUT)
		timeouttext_timeout.trouble(&t, event);
	else
		timeouttext_slow.trouble(&t, event);
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
	    "10.0.0.21:5062 did not answer SERVICE of 10.0.0.11:49152 in 34 s "
	    "(MRAS request); sent 18:21:33Z; the client sent it 11 times; "
	    "Call-ID 7d8d76435a47");
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
	    "10.0.0.21:5062 answered SERVICE of 10.0.0.11:49152 with 486 alone "
	    "and never finished it in 34 s");
	class_reads("stalled_after_100",
	    "10.0.0.21:5062 acknowledged (100) SERVICE of 10.0.0.11:49152 but "
	    "never finished it in 34 s");
	class_reads("no_ack",
	    "10.0.0.11:49152 did not acknowledge the final response 486 of "
	    "10.0.0.21:5062 to SERVICE in");
	class_reads("no_ack_2xx",
	    "10.0.0.11:49152 did not acknowledge the final response 486");
	class_reads("cancelled_no_final",
	    "10.0.0.21:5062 never ended SERVICE of 10.0.0.11:49152, which was "
	    "cancelled, in 34 s");
	class_reads("of tomorrow",
	    "SERVICE of 10.0.0.11:49152 to 10.0.0.21:5062 got no final "
	    "response in");
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
	proof_reads("acknowledged", "; TCP delivered it, nothing came back;");
	proof_reads("provisional", "; the path works both ways;");
	proof_reads("response_retransmitted", "; the server repeated its");
	proof_reads(
	    "upstream_status", "reported 408 or 504 to its own client;");
	proof_reads("failover", "; its sender went on to another server;");
	proof_reads("unreachable", "; ICMP says unreachable;");
	proof_reads("retransmitted, unreachable",
	    "; the client sent it 11 times; ICMP says unreachable;");
}
END_TEST

START_TEST(a_server_that_hung_up_is_told)
{
	const struct alert_event event =
	    timeout_of("no_response", "acknowledged");

	evidence_seconds(&e, "closed_after_s", 50 * NSTIME_MS, 2);
	ck_assert_ptr_nonnull(strstr(trouble(&event),
	    "; TCP delivered it, nothing came back; the server closed the "
	    "connection after 0.05 s;"));
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
	evidence_init(&e);
	evidence_text(&e, "class", "gave_up");
	evidence_text(&e, "method", "INVITE");
	evidence_seconds(&e, "threshold_s", 10 * NSTIME_S, 0);
	evidence_seconds(&e, "slowest_s", 7500 * NSTIME_MS, 1);
	ck_assert_ptr_nonnull(strstr(trouble(&event),
	    ": several senders gave up without a response, the longest wait "
	    "7.5 s;"));
}
END_TEST

UNIT("timeouttext", a_timeout_says_who_what_when_and_how_proven,
    every_class_has_its_words, every_proof_has_its_words,
    a_server_that_hung_up_is_told, failover_and_folded_legs_are_told,
    a_slow_server_is_an_early_warning)
