/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/pcapngblock.h"

#include "unit/pcapngfile.h"

static struct file file;

static struct pcapngblock
block(void)
{
	struct pcapngblock b = { .type = 0 };

	ck_assert(pcapngblock_parse(file_slice(&file), !file.big, &b));
	return b;
}

static void
begin(bool big)
{
	file.len = 0;
	file.big = big;
}

START_TEST(the_order_stands_in_the_section_header)
{
	for (int big = 0; big < 2; big++) {
		bool little = big != 0;

		begin(big != 0);
		file_section(&file, big != 0);
		ck_assert(pcapngblock_order(file_slice(&file), &little));
		ck_assert_int_eq(little, !big);
		for (size_t cut = 0; cut < 14; cut++)
			ck_assert(!pcapngblock_order(
			    slice_first(file_slice(&file), cut), &little));
	}
}
END_TEST

START_TEST(an_interface_is_read_with_its_options)
{
	struct pcapngblock_interface i;
	struct pcapngblock b;

	begin(true);
	file_interface(&file, 113, 96, 9, -3600);
	b = block();
	i = pcapngblock_interface(&b);
	ck_assert_int_eq(i.datalink, 113);
	ck_assert_uint_eq(i.snaplen, 96);
	ck_assert_uint_eq(i.clock.resolution, 9);
	ck_assert_int_eq(i.clock.offset, -3600);
}
END_TEST

START_TEST(statistics_add_what_was_dropped)
{
	struct pcapngblock_statistics s;
	struct pcapngblock b;

	begin(false);
	file_statistics(&file, 3, UINT64_C(5) << 32 | 6, 7, 8);
	b = block();
	s = pcapngblock_statistics(&b);
	ck_assert_uint_eq(s.interface, 3);
	ck_assert(s.has_end);
	ck_assert_uint_eq(s.end, UINT64_C(5) << 32 | 6);
	ck_assert_uint_eq(s.dropped, 15);
}
END_TEST

START_TEST(a_simple_packet_ends_with_its_block_or_the_snaplen)
{
	struct pcapngblock_packet p;
	struct pcapngblock b;

	begin(false);
	file_simple(&file, 99, "abcdefgh");
	b = block();
	ck_assert(pcapngblock_packet(&b, 0, &p));
	ck_assert_uint_eq(p.caplen, 8);
	ck_assert_uint_eq(p.len, 99);
	ck_assert(!p.stamped);
	ck_assert(pcapngblock_packet(&b, 5, &p));
	ck_assert_uint_eq(p.caplen, 5);
}
END_TEST

START_TEST(a_packet_longer_than_its_block_is_refused)
{
	struct pcapngblock_packet p;
	struct pcapngblock b;

	begin(false);
	file_enhanced(&file, 4, 5, "abcd");
	b = block();
	ck_assert(pcapngblock_packet(&b, 0, &p));
	ck_assert_uint_eq(p.interface, 4);
	ck_assert_uint_eq(p.stamp, 5);
	file.room[20]++;
	b = block();
	ck_assert(!pcapngblock_packet(&b, 0, &p));
}
END_TEST

START_TEST(the_last_block_is_found_from_behind)
{
	struct pcapngblock b;

	begin(true);
	file_section(&file, true);
	file_enhanced(&file, 0, 5, "abcd");
	ck_assert(pcapngblock_last(file_slice(&file), false, &b));
	ck_assert_uint_eq(b.type, PCAPNGBLOCK_ENHANCED_PACKET);
	ck_assert(!pcapngblock_last(file_slice(&file), true, &b));
	ck_assert(!pcapngblock_last(
	    slice_after(file_slice(&file), file.len - 30), false, &b));
}
END_TEST

/* Every reader, on every block, cut anywhere, from a buffer of exact size. */
START_TEST(nothing_is_read_past_a_cut)
{
	begin(false);
	file_statistics(&file, 3, 5, 7, 8);
	for (uint8_t type = 0; type < 12; type++)
		for (size_t cut = 0; cut < file.len; cut++) {
			uint8_t *exact =
			    unit_exact(slice_first(file_slice(&file), cut));
			const struct slice s = slice_of(exact, cut);
			struct pcapngblock_packet p;
			struct pcapngblock b;
			uint32_t n;

			if (cut > 0)
				exact[0] = type;
			if (pcapngblock_parse(s, true, &b)) {
				pcapngblock_interface(&b);
				pcapngblock_statistics(&b);
				pcapngblock_packet(&b, 0, &p);
				pcapngblock_secrets(&b, &n, &n);
				ck_assert_uint_le(
				    pcapngblock_wanted(&b), b.body_len);
			}
			free(exact);
		}
}
END_TEST

UNIT("pcapngblock", the_order_stands_in_the_section_header,
    an_interface_is_read_with_its_options, statistics_add_what_was_dropped,
    a_simple_packet_ends_with_its_block_or_the_snaplen,
    a_packet_longer_than_its_block_is_refused,
    the_last_block_is_found_from_behind, nothing_is_read_past_a_cut)
