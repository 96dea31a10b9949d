/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/handling.h"

#include "unit/unit.h"

static struct alert_event
event_at(nstime now)
{
	return (struct alert_event){
		.kind = FINDING_TRANSACTION_TIMEOUT,
		.id = 0x9f2c61d0a4e87b15,
		.episode = 1,
		.subject = slice_text("10.0.0.21:5062"),
		.now = now,
	};
}

static bool
silences(const char *key)
{
	const struct alert_event event = event_at(5);
	struct handling *h = handling_new();
	bool matches;

	ck_assert(handling_silence(h, slice_text(key), 10));
	matches = handling_matches(h, &event);
	handling_free(h);
	return matches;
}

START_TEST(a_key_is_a_kind_a_subject_an_id_or_both)
{
	ck_assert(silences("transaction-timeout"));
	ck_assert(silences("10.0.0.21:5062"));
	ck_assert(silences("9f2c61d0a4e87b15"));
	ck_assert(silences("transaction-timeout 10.0.0.21:5062"));
	ck_assert(!silences("transaction-timeout 10.0.0.22:5062"));
	ck_assert(!silences("transaction"));
	ck_assert(!silences("10.0.0.21"));
	ck_assert(!silences("clock-skew"));
	ck_assert(!silences("slow-transaction 10.0.0.21:5062"));
}
END_TEST

START_TEST(a_silence_ends_at_its_time)
{
	const struct alert_event before = event_at(9), after = event_at(10);
	struct handling *h = handling_new();

	handling_silence(h, slice_text("transaction-timeout"), 10);
	ck_assert(handling_holds_back(h, &before));
	ck_assert(!handling_holds_back(h, &after));
	ck_assert_int_eq(handling_next_deadline(h), 10);
	handling_free(h);
}
END_TEST

START_TEST(only_a_silence_that_held_something_back_is_told_when_it_ends)
{
	const struct alert_event event = event_at(5);
	struct handling *h = handling_new();
	struct handling_silence ended;

	handling_silence(h, slice_text("transaction-timeout"), 10);
	handling_silence(h, slice_text("clock-skew"), 10);
	handling_silence(h, slice_text("visibility"), 20);
	handling_holds_back(h, &event);
	ck_assert(!handling_ended(h, 9, &ended));
	ck_assert(handling_ended(h, 10, &ended));
	ck_assert_str_eq(ended.key, "transaction-timeout");
	ck_assert(handling_silence_matches(&ended, &event));
	ck_assert(!handling_ended(h, 10, &ended));
	ck_assert_str_eq(handling_silence_at(h, 0)->key, "visibility");
	ck_assert_ptr_null(handling_silence_at(h, 1));
	handling_free(h);
}
END_TEST

START_TEST(a_silence_taken_back_ends_at_once)
{
	const struct alert_event event = event_at(5);
	struct handling *h = handling_new();
	struct handling_silence ended;

	handling_silence(h, slice_text("transaction-timeout"), 10);
	handling_holds_back(h, &event);
	ck_assert(handling_unsilence(h, slice_text("transaction-timeout"), 5));
	ck_assert(!handling_unsilence(h, slice_text("clock-skew"), 5));
	ck_assert(!handling_matches(h, &event));
	ck_assert(handling_ended(h, 5, &ended));
	handling_free(h);
}
END_TEST

START_TEST(silences_stand_in_order_and_are_bounded)
{
	struct handling *h = handling_new();
	char key[HANDLING_KEY + 1];

	ck_assert(!handling_silence(h, slice_text(""), 10));
	memset(key, 'x', sizeof(key));
	ck_assert(!handling_silence(h, slice_of(key, HANDLING_KEY), 10));
	for (int i = HANDLING_SILENCES; i > 0; i--) {
		key[0] = (char)('0' + i / 10);
		key[1] = (char)('0' + i % 10);
		ck_assert(handling_silence(h, slice_of(key, 2), 10));
	}
	ck_assert(!handling_silence(h, slice_text("one more"), 10));
	ck_assert(handling_silence(h, slice_text("07"), 11));
	for (size_t i = 1; i < HANDLING_SILENCES; i++)
		ck_assert_int_lt(strcmp(handling_silence_at(h, i - 1)->key,
				     handling_silence_at(h, i)->key),
		    0);
	handling_free(h);
}
END_TEST

START_TEST(an_acknowledgement_is_of_one_episode)
{
	struct handling *h = handling_new();

	ck_assert(!handling_is_acked(h, 0, 0));
	handling_ack(h, 7, 1);
	ck_assert(handling_is_acked(h, 7, 1));
	ck_assert(!handling_is_acked(h, 7, 2));
	for (uint64_t i = 0; i < HANDLING_ACKS; i++)
		handling_ack(h, 100 + i, 1);
	ck_assert(!handling_is_acked(h, 7, 1));
	handling_free(h);
}
END_TEST

/* As octets, and back with the machine's monotonic clock begun anew. */
START_TEST(all_of_it_survives_a_restart)
{
	const struct record_shift shift = { .now = 100, .real = -1000 };
	const struct alert_event event = event_at(1005);
	struct handling *h = handling_new(), *loaded = handling_new();
	struct handling_silence ended;
	struct record r;
	struct cursor c;

	handling_silence(h, slice_text("transaction-timeout"), 1010);
	handling_holds_back(h, &event);
	handling_ack(h, 7, 3);
	record_init(&r, 10000);
	handling_save(h, &r);
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(handling_load(loaded, &c, &shift));
	ck_assert_uint_eq(c.rest.len, 0);
	ck_assert_int_eq(handling_next_deadline(loaded), 10);
	ck_assert(handling_ended(loaded, 10, &ended));
	ck_assert(handling_is_acked(loaded, 7, 3));
	for (size_t len = 0; len < r.len; len++) {
		struct handling *cut = handling_new();
		uint8_t *exact = unit_exact(slice_of(r.octets, len));

		c = cursor_over(slice_of(exact, len));
		ck_assert(!handling_load(cut, &c, &shift));
		free(exact);
		handling_free(cut);
	}
	record_done(&r);
	handling_free(h);
	handling_free(loaded);
}
END_TEST

/* The state may be saved before the tick that ends it. */
START_TEST(a_silence_taken_back_does_not_spoil_the_saved_state)
{
	const struct record_shift shift = { .now = 0, .real = -1000 };
	const struct alert_event event = event_at(1005);
	struct handling *h = handling_new(), *loaded = handling_new();
	struct handling_silence ended;
	struct record r;
	struct cursor c;

	handling_silence(h, slice_text("transaction-timeout"), 1010);
	handling_holds_back(h, &event);
	handling_unsilence(h, slice_text("transaction-timeout"), 1006);
	record_init(&r, 10000);
	handling_save(h, &r);
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(handling_load(loaded, &c, &shift));
	ck_assert(handling_ended(loaded, 6, &ended));
	record_done(&r);
	handling_free(h);
	handling_free(loaded);
}
END_TEST

UNIT("handling", a_key_is_a_kind_a_subject_an_id_or_both,
    a_silence_ends_at_its_time,
    only_a_silence_that_held_something_back_is_told_when_it_ends,
    a_silence_taken_back_ends_at_once, silences_stand_in_order_and_are_bounded,
    an_acknowledgement_is_of_one_episode, all_of_it_survives_a_restart,
    a_silence_taken_back_does_not_spoil_the_saved_state)
