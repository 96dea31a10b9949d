/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/wirecodec.h"

#include "unit/unit.h"

static struct record record;
static struct wirecodec out, in;

static void
begin(void)
{
	record_init(&record, 4096);
	out = (struct wirecodec){ .out = &record };
}

static void
turn(void)
{
	in = (struct wirecodec){
		.in = cursor_over(slice_of(record.octets, record.len)),
	};
}

START_TEST(numbers_take_as_many_octets_as_they_need)
{
	static const uint64_t numbers[] = { 0, 127, 128, 16383, UINT64_MAX };
	static const size_t lengths[] = { 1, 1, 2, 2, 10 };

	for (size_t i = 0; i < 5; i++) {
		uint64_t n = numbers[i], back = 1;

		begin();
		wirecodec_number(&out, &n, UINT64_MAX);
		ck_assert_uint_eq(record.len, lengths[i]);
		turn();
		wirecodec_number(&in, &back, UINT64_MAX);
		ck_assert(!in.in.bad && back == n);
		record_done(&record);
	}
}
END_TEST

START_TEST(a_number_beyond_its_most_or_without_an_end_is_bad)
{
	static const uint8_t endless[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0x01 };
	uint64_t n = 300;

	begin();
	wirecodec_number(&out, &n, 300);
	turn();
	wirecodec_number(&in, &n, 299);
	ck_assert(in.in.bad && n == 0);
	in = (struct wirecodec){
		.in = cursor_over(slice_of(endless, sizeof(endless))),
	};
	wirecodec_number(&in, &n, UINT64_MAX);
	ck_assert(in.in.bad);
	record_done(&record);
}
END_TEST

START_TEST(a_time_far_from_the_batch_does_not_break_what_follows)
{
	nstime t = 0, told = INT64_MAX, back = 5;

	begin();
	out.now = 1000 * 86400 * NSTIME_S;
	wirecodec_now(&out, &t);
	wirecodec_told(&out, &told);
	turn();
	in.now = out.now;
	wirecodec_now(&in, &back);
	ck_assert_int_eq(back, 970 * 86400 * NSTIME_S);
	wirecodec_told(&in, &back);
	ck_assert(!in.in.bad);
	record_done(&record);
}
END_TEST

START_TEST(times_relate_to_the_batch_and_some_may_never_have_been)
{
	static const nstime times[] = { INT64_MIN, NSTIME_NEVER, 999, 1000,
		1001 };

	for (size_t i = 0; i < 5; i++) {
		nstime t = times[i], back = 5;

		begin();
		out.now = 1000;
		wirecodec_once(&out, &t);
		turn();
		in.now = 1000;
		in.shift_now = 7;
		wirecodec_once(&in, &back);
		ck_assert(!in.in.bad);
		ck_assert_int_eq(back, i < 2 ? t : t + 7);
		record_done(&record);
	}
}
END_TEST

START_TEST(a_time_that_must_have_been_cannot_be_never)
{
	static const nstime times[] = { INT64_MIN, NSTIME_NEVER };

	for (size_t i = 0; i < 2; i++) {
		nstime t = times[i], back;

		begin();
		wirecodec_once(&out, &t);
		turn();
		wirecodec_now(&in, &back);
		ck_assert(in.in.bad && back == 0);
		turn();
		wirecodec_wall(&in, &back);
		ck_assert(in.in.bad && back == 0);
		record_done(&record);
	}
}
END_TEST

START_TEST(a_time_months_from_its_batch_is_bad)
{
	nstime t = 100 * 86400 * NSTIME_S;

	begin();
	wirecodec_signed(&out, &t); /* as nobody of ours does */
	turn();
	wirecodec_now(&in, &t);
	ck_assert(in.in.bad);
	record_done(&record);
}
END_TEST

START_TEST(an_address_is_written_once)
{
	struct address a = { { 192, 0, 2, 1 }, 4 }, b = { { 1 }, 6 }, back;
	size_t first;

	begin();
	wirecodec_address(&out, &a);
	wirecodec_address(&out, &b);
	first = record.len;
	wirecodec_address(&out, &a);
	wirecodec_address(&out, &b);
	ck_assert_uint_eq(record.len, first + 2);
	turn();
	for (int i = 0; i < 2; i++) {
		wirecodec_address(&in, &back);
		ck_assert(endpoint_address_equal(&back, &a));
		wirecodec_address(&in, &back);
		ck_assert(endpoint_address_equal(&back, &b));
	}
	wirecodec_address(&in, &back);
	ck_assert(in.in.bad);
	record_done(&record);
}
END_TEST

START_TEST(an_address_near_the_latest_takes_as_many_octets_as_differ)
{
	const struct address hosts[] = {
		{ { 192, 0, 2, 1 }, 4 },
		{ { 192, 0, 2, 9 }, 4 },
		{ { 192, 0, 7, 9 }, 4 },
		{ { 0x20, 1, 0x0d, 0xb8, [15] = 1 }, 6 },
		{ { 0x20, 1, 0x0d, 0xb8, [8] = 7, [15] = 2 }, 6 },
		{ { 192, 1, 7, 9 }, 4 },
		{ { 10, 1, 7, 9 }, 4 },
		{ { 0x20, 1, 0x0d, 0xb9, [15] = 1 }, 6 },
	};
	static const size_t octets[] = { 5, 2, 3, 17, 9, 4, 5, 17 };
	struct address back;
	size_t before;

	begin();
	for (size_t i = 0; i < 8; i++) {
		struct address a = hosts[i];

		before = record.len;
		wirecodec_address(&out, &a);
		ck_assert_uint_eq(record.len - before, octets[i]);
	}
	turn();
	for (size_t i = 0; i < 8; i++) {
		wirecodec_address(&in, &back);
		ck_assert(endpoint_address_equal(&back, &hosts[i]));
	}
	ck_assert(!in.in.bad && in.in.rest.len == 0);
	record_done(&record);
}
END_TEST

START_TEST(no_address_is_one_octet)
{
	struct address none = { .version = 0 }, back = { { 1 }, 4 };

	begin();
	wirecodec_address(&out, &none);
	ck_assert_uint_eq(record.len, 1);
	turn();
	wirecodec_address(&in, &back);
	ck_assert(!in.in.bad && back.version == 0);
	record_done(&record);
}
END_TEST

START_TEST(a_port_like_the_one_before_takes_one_octet)
{
	static const uint16_t ports[] = { 5062, 5062, 0, UINT16_MAX, 5062 };
	static const size_t octets[] = { 5 + 2, 2, 2, 1 + 3, 1 + 2 };
	struct endpoint e = { .address = { { 192, 0, 2, 1 }, 4 } }, back;
	size_t before;

	begin();
	for (size_t i = 0; i < 5; i++) {
		before = record.len;
		e.port = ports[i];
		wirecodec_endpoint(&out, &e);
		ck_assert_uint_eq(record.len - before, octets[i]);
	}
	turn();
	for (size_t i = 0; i < 5; i++) {
		wirecodec_endpoint(&in, &back);
		ck_assert_uint_eq(back.port, ports[i]);
	}
	ck_assert(!in.in.bad);
	record_done(&record);
}
END_TEST

START_TEST(a_fine_time_is_that_of_the_microsecond_before)
{
	static const nstime times[] = { 2500, -2500, 100 * 86400 * NSTIME_S,
		INT64_MIN };
	static const nstime read[] = { 2000, -3000, 30 * 86400 * NSTIME_S,
		-30 * 86400 * NSTIME_S };

	for (size_t i = 0; i < 4; i++) {
		nstime t = times[i], back = 1;

		begin();
		wirecodec_fine(&out, &t);
		turn();
		wirecodec_fine(&in, &back);
		ck_assert(!in.in.bad);
		ck_assert_int_eq(back, read[i]);
		record_done(&record);
	}
}
END_TEST

START_TEST(a_fine_time_months_from_its_batch_is_bad)
{
	int64_t days = 31 * INT64_C(86400000000);
	nstime t;

	begin();
	wirecodec_signed(&out, &days); /* as nobody of ours does */
	turn();
	wirecodec_fine(&in, &t);
	ck_assert(in.in.bad && t == 0);
	record_done(&record);
}
END_TEST

START_TEST(what_is_told_in_units_is_rounded_down_and_bounded)
{
	static const nstime times[] = { 2500, -2500, INT64_MAX, INT64_MIN };
	const nstime most = RECORD_MOST_TIME / 1000 * 1000;
	const nstime read[] = { 2000, -3000, most, -most };
	int64_t beyond = RECORD_MOST_TIME / 1000 + 1;
	nstime back;

	begin();
	for (size_t i = 0; i < 4; i++) {
		nstime t = times[i];

		wirecodec_told_in(&out, &t, 1000);
		ck_assert_int_eq(t, read[i]);
	}
	wirecodec_signed(&out, &beyond);
	turn();
	for (size_t i = 0; i < 4; i++) {
		wirecodec_told_in(&in, &back, 1000);
		ck_assert_int_eq(back, read[i]);
	}
	wirecodec_told_in(&in, &back, 1000);
	ck_assert(in.in.bad && back == 0);
	record_done(&record);
}
END_TEST

START_TEST(a_name_with_control_characters_is_bad)
{
	char name[8] = "a\nb";

	begin();
	wirecodec_chars(&out, name, sizeof(name));
	turn();
	wirecodec_chars(&in, name, sizeof(name));
	ck_assert(in.in.bad);
	ck_assert_str_eq(name, "");
	record_done(&record);
}
END_TEST

UNIT("wirecodec", numbers_take_as_many_octets_as_they_need,
    a_number_beyond_its_most_or_without_an_end_is_bad,
    a_time_far_from_the_batch_does_not_break_what_follows,
    times_relate_to_the_batch_and_some_may_never_have_been,
    a_time_that_must_have_been_cannot_be_never,
    a_time_months_from_its_batch_is_bad, an_address_is_written_once,
    an_address_near_the_latest_takes_as_many_octets_as_differ,
    no_address_is_one_octet, a_port_like_the_one_before_takes_one_octet,
    a_fine_time_is_that_of_the_microsecond_before,
    a_fine_time_months_from_its_batch_is_bad,
    what_is_told_in_units_is_rounded_down_and_bounded,
    a_name_with_control_characters_is_bad)
