/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/flight.h"

#include "unit/unit.h"

static struct flight flight;
static struct handshake_budget budget;
static struct flight_message message;

static void
begin(size_t limit)
{
	memset(&flight, 0, sizeof(flight));
	budget = (struct handshake_budget){ .holdings = { .limit = limit } };
}

static void
end(void)
{
	flight_done(&flight, &budget);
	ck_assert_uint_eq(budget.holdings.held, 0);
}

static bool
input(const char *octets, size_t len)
{
	uint8_t *exact = unit_exact(slice_of(octets, len));
	const bool taken = flight_input(&flight, &budget, slice_of(exact, len));

	free(exact);
	return taken;
}

static bool
next(void)
{
	return flight_next(&flight, &budget, &message);
}

/* Two messages: type 1 with "abc", type 20 with nothing. */
#define TWO "\x01\0\0\3abc\x14\0\0\0"
enum { TWO_OCTETS = 11, FIRST_OCTETS = 7 };

START_TEST(messages_are_whole_at_every_cut)
{
	for (size_t cut = 0; cut <= TWO_OCTETS; cut++) {
		begin(1 << 20);
		input(TWO, cut);
		ck_assert_int_eq(next(), cut >= FIRST_OCTETS);
		ck_assert_int_eq(
		    cut >= FIRST_OCTETS && next(), cut >= TWO_OCTETS);
		input(TWO + cut, TWO_OCTETS - cut);
		if (cut < FIRST_OCTETS) {
			ck_assert(next());
			ck_assert_uint_eq(message.type, 1);
			ck_assert(slice_is(message.body, "abc"));
		}
		if (cut < TWO_OCTETS)
			ck_assert(next());
		ck_assert_uint_eq(message.type, 20);
		ck_assert_uint_eq(message.body.len, 0);
		ck_assert(!next());
		ck_assert_uint_eq(budget.holdings.held, 0);
		end();
	}
}
END_TEST

START_TEST(what_is_kept_begins_with_the_latest_message)
{
	begin(1 << 20);
	input(TWO TWO, 2 * TWO_OCTETS);
	ck_assert(next());
	ck_assert(next());
	ck_assert(next());
	flight_keep(&flight, true);
	ck_assert(next());
	ck_assert(!next());
	ck_assert(slice_equal(flight_kept(&flight), slice_of(TWO, TWO_OCTETS)));
	flight_keep(&flight, false);
	ck_assert(!next());
	ck_assert_uint_eq(flight_kept(&flight).len, 0);
	end();
}
END_TEST

START_TEST(after_a_loss_a_record_must_begin_as_a_message)
{
	begin(1 << 20);
	input(TWO, 5);
	flight_lost(&flight, &budget);
	input("\xff\xff\xff\xff\xff", 5);
	ck_assert(!next());
	input(TWO, TWO_OCTETS);
	ck_assert(next());
	ck_assert_uint_eq(message.type, 1);
	end();
}
END_TEST

START_TEST(the_budget_holds)
{
	begin(2000);
	ck_assert(input("\x01\0\x20\0", 4));
	for (unsigned i = 0; i < 100 && input("aaaaaaaaaaaaaaaaaaaa", 20); i++)
		ck_assert_uint_le(budget.holdings.held, 2000);
	ck_assert_uint_eq(budget.over, 1);
	ck_assert_uint_eq(budget.holdings.held, 0);
	end();
}
END_TEST

START_TEST(a_message_that_is_too_long_is_counted)
{
	begin(1 << 20);
	ck_assert(input("\x0b\xff\xff\xff", 4));
	ck_assert(!next());
	ck_assert_uint_eq(budget.too_long, 1);
	end();
}
END_TEST

UNIT("flight", messages_are_whole_at_every_cut,
    what_is_kept_begins_with_the_latest_message,
    after_a_loss_a_record_must_begin_as_a_message, the_budget_holds,
    a_message_that_is_too_long_is_counted)
