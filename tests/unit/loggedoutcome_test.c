/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/loggedoutcome.h"

#include "unit/outcomes.h"

static struct event event;
static struct outcome outcome;
static struct observation observation;

static void
make(const char *record)
{
	event = (struct event){
		.kind = EVENT_LOGGED,
		.now = 5 * NSTIME_S,
		.wall = 3605 * NSTIME_S,
		.logged = { .uac = outcomes_endpoint("100::2", 0),
		    .uas = outcomes_endpoint("192.0.2.2", 5062),
		    .record = slice_text(record) },
	};
	loggedoutcome_make(&event, 3, &outcome, &observation);
}

START_TEST(a_request_that_timed_out_in_a_server_is_a_watched_transaction)
{
	make("LogType: diagnostic\n"
	     "Text: Message was not sent because it expired in the queue\n"
	     "SIP-Start-Line: SERVICE sip:e@192.0.2.2:5062 SIP/2.0\n"
	     "SIP-Call-ID: c1\n");
	ck_assert_int_eq(observation.kind, OBSERVATION_TRANSACTION);
	ck_assert_ptr_eq(observation.outcome, &outcome);
	ck_assert(observation.delivery.server_log);
	ck_assert_int_eq(outcome.event, OUTCOME_EXPIRED);
	ck_assert(outcome.watched);
	ck_assert_int_eq(outcome.uas.port, 5062);
	ck_assert_int_eq(outcome.request.sent_wall, 3605 * NSTIME_S);
	ck_assert(slice_is(outcome.method, "SERVICE"));
	ck_assert(slice_is(outcome.text.request_uri, "sip:e@192.0.2.2:5062"));
	ck_assert(slice_is(outcome.text.call_id, "c1"));
}
END_TEST

START_TEST(a_record_without_a_start_line_tells_its_reason)
{
	make("LogType: diagnostic\nData: Transaction Time-out: Call-Id [x] "
	     "RUri[sip:u@ptown.local;gruu]\n");
	ck_assert_uint_gt(outcome.text.start_line.len, 0);
	ck_assert_uint_gt(outcome.text.call_id.len, 0);
	ck_assert_uint_gt(outcome.method.len, 0);
}
END_TEST

START_TEST(each_has_an_id_that_no_transaction_on_the_wire_has)
{
	uint64_t first;

	make("LogType: diagnostic\nData: Transaction Time-out\n");
	first = outcome.id;
	ck_assert_uint_ne(first >> 63, 0);
	loggedoutcome_make(&event, 4, &outcome, &observation);
	ck_assert_uint_ne(outcome.id, first);
}
END_TEST

UNIT("loggedoutcome",
    a_request_that_timed_out_in_a_server_is_a_watched_transaction,
    a_record_without_a_start_line_tells_its_reason,
    each_has_an_id_that_no_transaction_on_the_wire_has)
