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

START_TEST(the_end_says_how_long_how_often_and_why)
{
	struct alert_event event = timeout_of("no_response", "retransmitted");

	event.state = ALERT_RESOLVED;
	event.count = 12;
	event.duration = 1260400 * NSTIME_MS;
	ck_assert_str_eq(over(&event),
	    "SERVICE to 10.0.0.21:5062: over after 21 min, 12 timeouts, first "
	    "at 18:22:07Z; healthy: a client that had failed was answered");
	/* It began before it was raised. */
	event.wall = event.first_seen + 1500 * NSTIME_S;
	ck_assert_ptr_nonnull(strstr(over(&event), "over after 25 min,"));
	event.wall = event.first_seen;
	event.count = 0;
	event.reason = ALERT_WITHDRAWN;
	ck_assert_str_eq(over(&event),
	    "SERVICE to 10.0.0.21:5062: over after 21 min, first at 18:22:07Z; "
	    "withdrawn: an answer came late after all");
	event_skew(&e, -3600400 * NSTIME_MS, "dst", -1000);
	event = event_of(FINDING_CLOCK_SKEW, &e, "10.0.0.11");
	event.duration = 5 * 3600 * NSTIME_S;
	ck_assert_str_eq(over(&event),
	    "clock of 10.0.0.11 (pool \"fe-east\"), 1 h behind: over "
	    "after 5 h, first at 18:22:07Z; healthy: it is right again");
}
END_TEST

UNIT("sentence", without_evidence_there_is_still_a_sentence,
    the_end_says_how_long_how_often_and_why)
