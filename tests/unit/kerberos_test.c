/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/kerberos.h"

#include "unit.h"

/* 2010-11-13 23:29:00 UTC */
#define TIME (1289690940 * NSTIME_S)

/* A message is written from its last element to its first, so that lengths
 * are known when they are written. */
static uint8_t store[8192];
static size_t at;

static void
begin(void)
{
	at = sizeof(store);
}

static struct slice
written(void)
{
	return slice_of(store + at, sizeof(store) - at);
}

static void
add(const void *octets, size_t len)
{
	at -= len;
	memcpy(store + at, octets, len);
}

static void
add_octet(size_t octet)
{
	store[--at] = (uint8_t)octet;
}

/* Tag and length of all since `end'. */
static void
wrap(unsigned tag, size_t end)
{
	const size_t len = end - at;

	add_octet(len & 0xff);
	if (len > 255)
		add_octet(len >> 8);
	if (len > 127)
		add_octet(len > 255 ? 0x82 : 0x81);
	add_octet(tag);
}

static void
add_integer(unsigned field, int64_t value)
{
	const size_t end = at;

	do {
		add_octet((uint64_t)value & 0xff);
		value >>= 8;
	} while ((value != 0 || store[at] & 0x80) &&
	    (value != -1 || !(store[at] & 0x80)));
	wrap(0x02, end);
	wrap(0xa0 | field, end);
}

static void
add_text(unsigned field, unsigned tag, const char *text)
{
	const size_t end = at;

	add(text, strlen(text));
	wrap(tag, end);
	wrap(0xa0 | field, end);
}

static void
add_name(unsigned field)
{
	const size_t end = at;

	add_text(1, 0x30, "\x1b\x06krbtgt");
	add_integer(0, 2);
	wrap(0x30, end);
	wrap(0xa0 | field, end);
}

struct story {
	int64_t error;
	const char *stime, *ctime;
	int64_t susec, cusec;
	size_t data; /* octets behind the names */
};

static struct slice
error_of(const struct story *story)
{
	size_t end;

	begin();
	end = at;
	at -= story->data;
	memset(store + at, 'x', story->data);
	if (story->data > 0) {
		wrap(0x04, end);
		wrap(0xac, end);
	}
	add_name(10);
	add_text(9, 0x1b, "EXAMPLE.NET");
	add_integer(6, story->error);
	add_integer(5, story->susec);
	add_text(4, 0x18, story->stime);
	if (story->cusec >= 0)
		add_integer(3, story->cusec);
	if (story->ctime != NULL)
		add_text(2, 0x18, story->ctime);
	add_integer(1, 30);
	add_integer(0, 5);
	wrap(0x30, end);
	wrap(0x7e, end);
	return written();
}

static const struct story skewed = {
	.error = 37,
	.stime = "20101113232900Z",
	.susec = 250000,
	.ctime = "20101113222900Z",
	.cusec = 7,
};

START_TEST(an_error_tells_both_clocks)
{
	struct kerberos k;

	ck_assert_int_eq(kerberos_parse(error_of(&skewed), &k), KERBEROS_ERROR);
	ck_assert_int_eq(k.error, KERBEROS_ERR_SKEW);
	ck_assert_int_eq(k.server_time, TIME + 250 * NSTIME_MS);
	ck_assert_int_lt(k.server_resolution, NSTIME_S);
	ck_assert(k.has_client_time);
	ck_assert_int_eq(k.client_time, TIME - 3600 * NSTIME_S + 7 * NSTIME_US);
	ck_assert(slice_is(k.realm, "EXAMPLE.NET"));
}
END_TEST

/* MIT's KDC puts the nonce there, and no microseconds. */
START_TEST(a_client_time_without_fraction_is_none)
{
	struct story story = skewed;
	struct kerberos k;

	story.cusec = 0;
	ck_assert_int_eq(kerberos_parse(error_of(&story), &k), KERBEROS_ERROR);
	ck_assert(!k.has_client_time);
	story.cusec = -1;
	ck_assert_int_eq(kerberos_parse(error_of(&story), &k), KERBEROS_ERROR);
	ck_assert(!k.has_client_time);
	story.ctime = NULL;
	ck_assert_int_eq(kerberos_parse(error_of(&story), &k), KERBEROS_ERROR);
	ck_assert(!k.has_client_time);
}
END_TEST

START_TEST(a_server_without_fraction_tells_seconds)
{
	struct story story = skewed;
	struct kerberos k;

	story.susec = 0;
	ck_assert_int_eq(kerberos_parse(error_of(&story), &k), KERBEROS_ERROR);
	ck_assert_int_eq(k.server_resolution, NSTIME_S);
}
END_TEST

START_TEST(times_that_are_none_are_refused)
{
	static const char *const times[] = {
		"20101313232900Z",
		"20100230232900Z",
		"20101113242900Z",
		"20101113236000Z",
		"20101113232961Z",
		"20101113232900+",
		"00001113232900Z",
		"99991113232900Z",
		"2010111323290Z",
		"20101113232900.5Z",
		"2010x113232900Z",
		"",
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct story story = skewed;
		struct kerberos k;

		story.stime = times[i];
		ck_assert_int_eq(
		    kerberos_parse(error_of(&story), &k), KERBEROS_FOREIGN);
	}
}
END_TEST

START_TEST(numbers_have_bounds)
{
	struct story story = skewed;
	struct kerberos k;

	story.susec = 1000000;
	ck_assert_int_eq(
	    kerberos_parse(error_of(&story), &k), KERBEROS_FOREIGN);
	story.susec = -1;
	ck_assert_int_eq(
	    kerberos_parse(error_of(&story), &k), KERBEROS_FOREIGN);
	story.susec = 999999;
	story.error = INT32_MIN;
	ck_assert_int_eq(kerberos_parse(error_of(&story), &k), KERBEROS_ERROR);
	ck_assert_int_eq(k.error, INT32_MIN);
	story.error = (int64_t)INT32_MAX + 1;
	ck_assert_int_eq(
	    kerberos_parse(error_of(&story), &k), KERBEROS_FOREIGN);
	story.error = (int64_t)1 << 40;
	ck_assert_int_eq(
	    kerberos_parse(error_of(&story), &k), KERBEROS_FOREIGN);
}
END_TEST

START_TEST(tickets_are_success_and_not_read)
{
	struct kerberos k;

	ck_assert_int_eq(
	    kerberos_parse(slice_text("\x6b"), &k), KERBEROS_SUCCESS);
	ck_assert_int_eq(
	    kerberos_parse(slice_text("\x6d\x82"), &k), KERBEROS_SUCCESS);
	ck_assert_int_eq(
	    kerberos_parse(slice_text("\x6a\x82"), &k), KERBEROS_FOREIGN);
	ck_assert_int_eq(
	    kerberos_parse(slice_of(NULL, 0), &k), KERBEROS_FOREIGN);
}
END_TEST

START_TEST(survives_every_cut)
{
	const struct slice whole = error_of(&skewed);

	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));
		struct kerberos k = { .error = 99 };

		ck_assert_int_eq(
		    kerberos_parse(slice_of(exact, len), &k), KERBEROS_FOREIGN);
		ck_assert_int_eq(k.error, 99);
		free(exact);
	}
}
END_TEST

/* Whatever octet is broken, nothing outside is read, and what was told of
 * times stays within what a time can be. */
START_TEST(survives_every_broken_octet)
{
	const struct slice whole = error_of(&skewed);
	uint8_t *exact = unit_exact(whole);

	for (size_t i = 0; i < whole.len; i++)
		for (unsigned value = 0; value < 256; value++) {
			struct kerberos k;

			exact[i] = (uint8_t)value;
			kerberos_parse(slice_of(exact, whole.len), &k);
			exact[i] = whole.p[i];
		}
	free(exact);
}
END_TEST

static struct slice
streamed(const struct story *story)
{
	const size_t len = error_of(story).len;

	for (unsigned i = 0; i < 4; i++)
		add_octet(len >> (8 * i));
	return written();
}

START_TEST(a_stream_is_waited_for_at_every_cut)
{
	const struct slice whole = streamed(&skewed);
	struct kerberos k;

	for (size_t len = 0; len < whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));

		ck_assert_int_eq(kerberos_stream(slice_of(exact, len), &k),
		    KERBEROS_PARTIAL);
		free(exact);
	}
	ck_assert_int_eq(kerberos_stream(whole, &k), KERBEROS_ERROR);
	ck_assert_int_eq(k.error, 37);
}
END_TEST

/* Heimdal's KDC sends it in a segment of its own. */
START_TEST(the_length_may_be_missing)
{
	const struct slice whole = error_of(&skewed);
	struct kerberos k;

	for (size_t len = 1; len < whole.len; len++) {
		uint8_t *exact = unit_exact(slice_first(whole, len));

		ck_assert_int_eq(kerberos_stream(slice_of(exact, len), &k),
		    KERBEROS_PARTIAL);
		free(exact);
	}
	ck_assert_int_eq(kerberos_stream(whole, &k), KERBEROS_ERROR);
	ck_assert_int_eq(
	    kerberos_stream(slice_text("\x6b\x82\x10\x10\x30"), &k),
	    KERBEROS_SUCCESS);
	ck_assert_int_eq(
	    kerberos_stream(slice_text("\x7e\x80"), &k), KERBEROS_FOREIGN);
	ck_assert_int_eq(
	    kerberos_stream(slice_text("\x16\x03\x03"), &k), KERBEROS_FOREIGN);
}
END_TEST

START_TEST(what_is_too_long_is_not_waited_for)
{
	struct story story = skewed;
	struct kerberos k;

	story.data = WITNESS_STREAM;
	ck_assert_int_eq(kerberos_stream(slice_first(streamed(&story), 5), &k),
	    KERBEROS_FOREIGN);
	ck_assert_int_eq(
	    kerberos_stream(slice_text("\x01\x01"), &k), KERBEROS_FOREIGN);
	ck_assert_int_eq(kerberos_stream(slice_of("\0\0\x40\0\x6d", 5), &k),
	    KERBEROS_SUCCESS);
	ck_assert_int_eq(
	    kerberos_stream(slice_of("\0\0\0\0\x6d", 5), &k), KERBEROS_FOREIGN);
}
END_TEST

START_TEST(as_a_witness_it_tells_both_clocks_and_the_refusal)
{
	struct witness_reading r;

	ck_assert_int_eq(
	    kerberos_read_datagram(error_of(&skewed), &r), WITNESS_TOLD);
	ck_assert_int_eq(r.sender.time, TIME + 250 * NSTIME_MS);
	ck_assert_int_eq(
	    r.receiver.time, TIME - 3600 * NSTIME_S + 7 * NSTIME_US);
	ck_assert(r.refused && !r.success);
	ck_assert_int_eq(r.error, KERBEROS_ERR_SKEW);
	ck_assert(slice_is(r.authority, "EXAMPLE.NET"));
	ck_assert_int_eq(
	    kerberos_read_datagram(slice_text("\x6b"), &r), WITNESS_TOLD);
	ck_assert(r.success && !r.refused);
	ck_assert_int_eq(r.sender.resolution + r.receiver.resolution, 0);
	ck_assert_int_eq(
	    kerberos_read_stream(slice_text("\x7e\x82"), &r), WITNESS_PARTIAL);
	ck_assert_int_eq(
	    kerberos_read_stream(slice_of("\x01\x01\x01", 3), &r),
	    WITNESS_FOREIGN);
}
END_TEST

UNIT("kerberos", an_error_tells_both_clocks,
    a_client_time_without_fraction_is_none,
    a_server_without_fraction_tells_seconds, times_that_are_none_are_refused,
    numbers_have_bounds, tickets_are_success_and_not_read, survives_every_cut,
    survives_every_broken_octet, a_stream_is_waited_for_at_every_cut,
    the_length_may_be_missing, what_is_too_long_is_not_waited_for,
    as_a_witness_it_tells_both_clocks_and_the_refusal)
