/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/tlsrecord.h"

#include "base/textbuf.h"

#include "unit/tlswire.h"

/* The output: each record as "type size:body" and a full stop. */
static char told[4096];
static struct tlswire wire;
static struct tlsrecord r;

static void
note(const struct tlsrecord_part *part)
{
	struct textbuf *t = &(struct textbuf){
		.text = told, .size = sizeof(told), .len = strlen(told)
	};

	if (part->first) {
		textbuf_uint(t, part->type);
		textbuf_add(t, " ");
		textbuf_uint(t, part->size);
		textbuf_add(t, ":");
	}
	if (part->holed)
		textbuf_add(t, "?");
	textbuf_add_slice(t, part->body);
	if (part->last)
		textbuf_add(t, ".");
}

static void
feed(struct slice octets)
{
	uint8_t *exact = unit_exact(octets);
	struct slice rest = slice_of(exact, octets.len);
	struct tlsrecord_part part;

	tlsrecord_input(&r, rest);
	while (tlsrecord_next(&r, &rest, &part))
		note(&part);
	ck_assert_uint_eq(rest.len, 0);
	free(exact);
}

static void
begin(bool midway)
{
	told[0] = '\0';
	tlsrecord_init(&r, midway);
}

static void
two_records(void)
{
	wire.len = 0;
	tlswire_record(&wire, 22, 0x0301, slice_text("hello"));
	tlswire_record(&wire, 23, 0x0303, slice_text("data"));
}

START_TEST(a_stream_is_the_same_wherever_it_is_cut)
{
	two_records();
	for (size_t cut = 0; cut <= wire.len; cut++) {
		begin(false);
		feed(slice_first(tlswire_slice(&wire), cut));
		feed(slice_after(tlswire_slice(&wire), cut));
		ck_assert_str_eq(told, "22 5:hello.23 4:data.");
		ck_assert_int_eq(r.state, TLSRECORD_HEADER);
	}
}
END_TEST

START_TEST(octets_may_come_one_by_one)
{
	two_records();
	begin(false);
	for (size_t i = 0; i < wire.len; i++)
		feed(slice_of(wire.octets + i, 1));
	ck_assert_str_eq(told, "22 5:hello.23 4:data.");
}
END_TEST

START_TEST(an_empty_record_is_one)
{
	wire.len = 0;
	tlswire_record(&wire, 23, 0x0301, slice_text(""));
	tlswire_record(&wire, 23, 0x0301, slice_text("x"));
	begin(false);
	feed(tlswire_slice(&wire));
	ck_assert_str_eq(told, "23 0:.23 1:x.");
}
END_TEST

START_TEST(an_sslv2_hello_is_recognised_at_the_beginning)
{
	wire.len = 0;
	tlswire_number(&wire, 0x800b, 2);
	tlswire_number(&wire, 1, 1);
	tlswire_number(&wire, 0x0302, 2);
	tlswire_add(&wire, slice_text("abcdefgh"));
	tlswire_record(&wire, 22, 0x0301, slice_text("next"));
	for (size_t cut = 0; cut <= wire.len; cut++) {
		begin(false);
		feed(slice_first(tlswire_slice(&wire), cut));
		feed(slice_after(tlswire_slice(&wire), cut));
		ck_assert_str_eq(told,
		    "1 11:\x01\x03\x02"
		    "abcdefgh.22 4:next.");
	}
}
END_TEST

START_TEST(a_stream_that_does_not_begin_as_tls_is_foreign)
{
	static const char *const others[] = { "GET / HTTP/1.0",
		"OPTIONS sip:x SIP/2.0", "\x16\x02\x00\x00\x01",
		"\x16\x03\x01\x50\x00", "\x80\x03\x01\x03\x01" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		begin(false);
		feed(slice_of(others[i], 5));
		ck_assert_int_eq(r.state, TLSRECORD_FOREIGN);
		two_records();
		feed(tlswire_slice(&wire));
		ck_assert_str_eq(told, "");
	}
}
END_TEST

START_TEST(midway_it_waits_for_a_segment_of_records)
{
	begin(true);
	feed(slice_text("the end of some record"));
	two_records();
	feed(slice_after(tlswire_slice(&wire), 3));
	ck_assert_str_eq(told, "");
	feed(tlswire_slice(&wire));
	ck_assert_str_eq(told, "22 5:hello.23 4:data.");
}
END_TEST

START_TEST(garbage_after_a_record_loses_the_way)
{
	two_records();
	begin(false);
	feed(tlswire_slice(&wire));
	feed(slice_text("garbage"));
	ck_assert_int_eq(r.state, TLSRECORD_HUNT);
	feed(tlswire_slice(&wire));
	ck_assert_str_eq(told, "22 5:hello.23 4:data.22 5:hello.23 4:data.");
}
END_TEST

START_TEST(a_hole_in_a_body_is_stepped_over)
{
	two_records();
	begin(false);
	feed(slice_first(tlswire_slice(&wire), 7));
	ck_assert(tlsrecord_gap(&r, 2));
	feed(slice_after(tlswire_slice(&wire), 9));
	ck_assert_str_eq(told, "22 5:he?o.23 4:data.");
}
END_TEST

START_TEST(a_hole_to_the_end_of_a_body_ends_it_unseen)
{
	two_records();
	begin(false);
	feed(slice_first(tlswire_slice(&wire), 7));
	ck_assert(tlsrecord_gap(&r, 3));
	feed(slice_after(tlswire_slice(&wire), 10));
	ck_assert_str_eq(told, "22 5:he23 4:data.");
}
END_TEST

START_TEST(a_hole_over_a_header_loses_the_way)
{
	two_records();
	begin(false);
	feed(slice_first(tlswire_slice(&wire), 7));
	ck_assert(!tlsrecord_gap(&r, 4));
	ck_assert_int_eq(r.state, TLSRECORD_HUNT);
	begin(false);
	ck_assert(!tlsrecord_gap(&r, 1));
	feed(tlswire_slice(&wire));
	ck_assert_str_eq(told, "22 5:hello.23 4:data.");
}
END_TEST

START_TEST(plausible_segments_are_records_all_through)
{
	two_records();
	ck_assert(tlsrecord_plausible(tlswire_slice(&wire)));
	ck_assert(tlsrecord_plausible(slice_of(wire.octets, wire.len - 2)));
	ck_assert(!tlsrecord_plausible(slice_of(wire.octets, 4)));
	tlswire_add(&wire, slice_text("other"));
	ck_assert(!tlsrecord_plausible(tlswire_slice(&wire)));
}
END_TEST

UNIT("tlsrecord", a_stream_is_the_same_wherever_it_is_cut,
    octets_may_come_one_by_one, an_empty_record_is_one,
    an_sslv2_hello_is_recognised_at_the_beginning,
    a_stream_that_does_not_begin_as_tls_is_foreign,
    midway_it_waits_for_a_segment_of_records,
    garbage_after_a_record_loses_the_way, a_hole_in_a_body_is_stepped_over,
    a_hole_to_the_end_of_a_body_ends_it_unseen,
    a_hole_over_a_header_loses_the_way,
    plausible_segments_are_records_all_through)
