/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/mrasfailure.h"

#include "incidentstory.h"
#include "unit.h"

static struct mrasfailure *room;
static unsigned troubles, healthy;
static struct evidence last;
static char key[200];

static void
on_finding(void *arg, const struct finding *f)
{
	(void)arg;
	memcpy(key, f->key.p, f->key.len);
	key[f->key.len] = '\0';
	if (f->change == FINDING_HEALTHY) {
		healthy++;
		return;
	}
	troubles++;
	evidence_copy(&last, f->evidence);
}

static void
begin(void)
{
	const struct mrasfailure_limits limits = { .servers = 4 };

	troubles = healthy = 0;
	room = mrasfailure_new(&limits, on_finding, NULL);
	ck_assert_ptr_nonnull(room);
}

static unsigned client = 11;

static void
answer(unsigned server, unsigned status, const char *phrase, bool granted)
{
	mrasfailure_input(room,
	    &(struct mrasfailure_answer){
		.status = status,
		.phrase = slice_text(phrase),
		.granted = granted,
		.call_id = slice_text("c@x"),
		.server = host_at(server, 5062),
		.client = host_at(client, 50000),
		.now = START,
		.wall = START,
	    });
}

START_TEST(what_others_get_all_the_time_ends_nothing)
{
	begin();
	answer(21, 200, "Forbidden", false);
	client = 12;
	answer(21, 200, "OK", true);
	ck_assert_uint_eq(healthy, 0);
	client = 11;
	answer(21, 200, "OK", true);
	ck_assert_uint_eq(healthy, 1);
	mrasfailure_free(room);
}
END_TEST

START_TEST(a_reason_other_than_ok_is_a_failure)
{
	begin();
	answer(21, 200, "Server Busy", false);
	ck_assert_uint_eq(troubles, 1);
	ck_assert_str_eq(key, "10.0.0.21:5062 200 Server Busy");
	ck_assert_int_eq(evidence_number(&last, "status", 0), 200);
	ck_assert(
	    slice_is(evidence_get(&last, "reason_phrase"), "Server Busy"));
	ck_assert(slice_is(evidence_get(&last, "client"), "10.0.0.11:50000"));
	mrasfailure_free(room);
}
END_TEST

START_TEST(challenges_and_provisional_responses_are_none)
{
	begin();
	answer(21, 100, "Trying", false);
	answer(21, 401, "Unauthorized", false);
	answer(21, 407, "Proxy Authentication Required", false);
	ck_assert_uint_eq(troubles, 0);
	answer(21, 503, "Service Unavailable", false);
	ck_assert_uint_eq(troubles, 1);
	mrasfailure_free(room);
}
END_TEST

START_TEST(an_answer_that_succeeds_ends_all_of_its_server)
{
	begin();
	answer(21, 200, "Server Busy", false);
	answer(21, 503, "Service Unavailable", false);
	answer(22, 200, "Server Busy", false);
	answer(21, 200, "OK", true);
	ck_assert_uint_eq(healthy, 2);
	answer(21, 200, "OK", true);
	ck_assert_uint_eq(healthy, 2);
	mrasfailure_free(room);
}
END_TEST

START_TEST(a_failure_that_a_front_end_passes_on_counts_once)
{
	struct mrasfailure_answer a = {
		.status = 200,
		.phrase = slice_text("Forbidden"),
		.call_id = slice_text("c@x"),
		.server = host_at(21, 5062),
		.client = host_at(11, 50000),
		.now = START,
		.wall = START,
	};

	begin();
	mrasfailure_input(room, &a);
	a.server = host_at(11, 5061);
	a.client = host_at(31, 50000);
	mrasfailure_input(room, &a);
	ck_assert_uint_eq(troubles, 1);
	a.call_id = slice_text("another");
	mrasfailure_input(room, &a);
	ck_assert_uint_eq(troubles, 2);
	mrasfailure_free(room);
}
END_TEST

START_TEST(of_many_reasons_the_oldest_is_forgotten)
{
	begin();
	for (unsigned status = 500; status < 510; status++)
		answer(21, status, "x", false);
	answer(21, 200, "OK", true);
	ck_assert_uint_eq(healthy, 4);
	ck_assert_str_eq(key, "10.0.0.21:5062 509 x");
	mrasfailure_free(room);
}
END_TEST

START_TEST(a_saved_failure_is_healed_after_a_restart)
{
	struct record r;
	struct cursor c;

	begin();
	answer(21, 200, "Server Busy", false);
	record_init(&r, 1 << 16);
	mrasfailure_save(room, &r);
	mrasfailure_free(room);
	begin();
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(mrasfailure_load(room, &c));
	answer(21, 200, "OK", true);
	ck_assert_uint_eq(healthy, 1);
	ck_assert_str_eq(key, "10.0.0.21:5062 200 Server Busy");
	mrasfailure_free(room);
	for (size_t len = 0; len < r.len; len++) {
		begin();
		c = cursor_over(slice_of(r.octets, len));
		ck_assert(!mrasfailure_load(room, &c));
		mrasfailure_free(room);
	}
	record_done(&r);
}
END_TEST

START_TEST(who_passes_on_what_is_recalled_did_not_fail)
{
	struct mrasfailure_answer a = {
		.status = 200,
		.phrase = slice_text("Forbidden"),
		.call_id = slice_text("c@x"),
		.server = host_at(21, 5062),
		.client = host_at(11, 50000),
		.now = START,
		.wall = START,
	};

	begin();
	mrasfailure_recall(room, &a);
	ck_assert_uint_eq(troubles, 0);
	a.server = host_at(11, 5061);
	a.client = host_at(31, 50000);
	mrasfailure_input(room, &a);
	ck_assert_uint_eq(troubles, 0);
	a.call_id = slice_text("another");
	mrasfailure_input(room, &a);
	ck_assert_uint_eq(troubles, 1);
	mrasfailure_free(room);
}
END_TEST

UNIT("mrasfailure", a_reason_other_than_ok_is_a_failure,
    what_others_get_all_the_time_ends_nothing,
    challenges_and_provisional_responses_are_none,
    an_answer_that_succeeds_ends_all_of_its_server,
    a_failure_that_a_front_end_passes_on_counts_once,
    of_many_reasons_the_oldest_is_forgotten,
    a_saved_failure_is_healed_after_a_restart,
    who_passes_on_what_is_recalled_did_not_fail)
