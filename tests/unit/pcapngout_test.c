/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/pcapngout.h"

#include "net/pcapng.h"
#include "unit/unit.h"

static struct pcapngout out;

START_TEST(what_is_written_can_be_read)
{
	struct pcapng *in = pcapng_new(NULL, NULL);
	struct pcapng_packet packet;
	struct slice rest;
	uint32_t first, second;

	pcapngout_init(&out, "a program", slice_text("about it"));
	first = pcapngout_interface(&out, 1);
	second = pcapngout_interface(&out, 101);
	pcapngout_packet(&out,
	    &(struct pcapngout_packet){
		.interface = second,
		.wall = 1234567890123456789,
		.octets = slice_text("hello"),
		.len = 60,
		.comment = slice_text("copy 3 of 11"),
	    });
	pcapngout_packet(&out,
	    &(struct pcapngout_packet){
		.interface = first, .octets = slice_text("four"), .len = 4 });
	ck_assert(!out.failed);

	rest = slice_of(out.octets, out.len);
	ck_assert_int_eq(pcapng_next(in, &rest, &packet), PCAPNG_PACKET);
	ck_assert(slice_is(packet.octets, "hello"));
	ck_assert_uint_eq(packet.len, 60);
	ck_assert_int_eq(packet.datalink, 101);
	ck_assert_int_eq(packet.wall, 1234567890123456789);
	ck_assert_int_eq(pcapng_next(in, &rest, &packet), PCAPNG_PACKET);
	ck_assert(slice_is(packet.octets, "four"));
	ck_assert_int_eq(packet.datalink, 1);
	ck_assert_int_eq(pcapng_next(in, &rest, &packet), PCAPNG_MORE);
	ck_assert(pcapng_may_end(in));
	ck_assert_uint_eq(rest.len, 0);
	pcapng_free(in);
	pcapngout_done(&out);
}
END_TEST

START_TEST(comments_are_options)
{
	static const uint8_t comment[] = { 1, 0, 3, 0, 'a', 'b', 'c', 0 };

	pcapngout_init(&out, "x", slice_text("abc"));
	ck_assert_ptr_nonnull(
	    memmem(out.octets, out.len, comment, sizeof(comment)));
	ck_assert_uint_eq(out.len % 4, 0);
	pcapngout_done(&out);
}
END_TEST

UNIT("pcapngout", what_is_written_can_be_read, comments_are_options)
