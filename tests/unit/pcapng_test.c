/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/pcapng.h"

#include "base/textbuf.h"
#include "unit/pcapngfile.h"

#define S1 (UINT64_C(1294078920) * 1000000) /* in microseconds */
#define WALL (INT64_C(1294078920) * NSTIME_S)

static struct file file;
static char told[2048];
static struct textbuf tells;
static struct pcapng_statistics statistics;
static bool may_end;
static const char *error;

static void
on_secrets(void *arg, uint32_t type, struct slice octets, bool more)
{
	(void)arg;
	textbuf_add(&tells, "secrets ");
	textbuf_uint(&tells, type);
	textbuf_add(&tells, " ");
	textbuf_wire(&tells, octets);
	textbuf_add(&tells, more ? "..\n" : "\n");
}

static void
tell(const struct pcapng_packet *packet)
{
	textbuf_uint(&tells, (uint64_t)packet->datalink);
	textbuf_add(&tells, " ");
	textbuf_wire(&tells, packet->octets);
	if (packet->len != packet->octets.len) {
		textbuf_add(&tells, " of ");
		textbuf_uint(&tells, packet->len);
	}
	if (packet->stamp == PCAPNG_STAMP) {
		textbuf_add(&tells, " at ");
		textbuf_int(&tells, packet->wall - WALL);
	} else {
		textbuf_add(&tells,
		    packet->stamp == PCAPNG_STAMP_BAD ? " bad" : " unstamped");
	}
	textbuf_add(&tells, "\n");
}

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)arg;
	(void)kind;
	if (value == 0)
		return;
	textbuf_add(&tells, name);
	textbuf_add(&tells, " ");
	textbuf_uint(&tells, value);
	textbuf_add(&tells, "\n");
}

/* Hand over `step' octets more each time, from buffers of exact size. */
static enum pcapng_result
read_in_steps(struct slice octets, size_t step)
{
	struct pcapng *p = pcapng_new(on_secrets, NULL);
	enum pcapng_result result = PCAPNG_MORE;
	size_t done = 0, given = 0;

	textbuf_init(&tells, told, sizeof(told));
	for (;;) {
		uint8_t *exact = unit_exact(slice_between(octets, done, given));
		struct slice s = slice_of(exact, given - done);
		struct pcapng_packet packet;

		result = pcapng_next(p, &s, &packet);
		if (result == PCAPNG_PACKET)
			tell(&packet);
		done = given - s.len;
		free(exact);
		if (result == PCAPNG_BROKEN)
			break;
		if (result == PCAPNG_PACKET)
			continue;
		ck_assert_uint_le(pcapng_wanted(p), PCAPNG_WINDOW);
		ck_assert_uint_gt(pcapng_wanted(p), s.len);
		if (given == octets.len)
			break;
		given += step;
		if (given > octets.len)
			given = octets.len;
	}
	pcapng_statistics(p, &statistics);
	may_end = pcapng_may_end(p) && done == octets.len;
	error = pcapng_error(p);
	pcapng_stats(p, on_counter, NULL);
	pcapng_free(p);
	return result;
}

/* The file says that, however it is handed over. */
static void
reads(const char *expected)
{
	static const size_t steps[] = { 65536, 1, 3, 4, 100 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		ck_assert_int_eq(
		    read_in_steps(file_slice(&file), steps[i]), PCAPNG_MORE);
		ck_assert(may_end);
		ck_assert_str_eq(told, expected);
	}
}

static void
begin(bool big)
{
	file.len = 0;
	file_section(&file, big);
}

START_TEST(both_octet_orders_are_read)
{
	for (int big = 0; big < 2; big++) {
		begin(big);
		file_interface(&file, 1, 0, 0, 0);
		file_enhanced(&file, 0, S1 + 5, "hello");
		file_old(&file, 0, S1 + 6, "older");
		reads("1 hello at 5000\n1 older at 6000\n");
	}
}
END_TEST

START_TEST(every_interface_has_its_own_link_and_clock)
{
	begin(false);
	file_interface(&file, 1, 0, 9, 0);
	file_interface(&file, 113, 96, 0, 0);
	file_interface(&file, 101, 0, 0, -3600);
	file_interface(&file, 276, 0, 0x80 | 10, 0);
	file_interface(&file, 9, 0, 12, 1294078920);
	file_enhanced(&file, 2, S1 + 3600000001, "c");
	file_enhanced(&file, 0, S1 * 1000 + 7, "a");
	file_enhanced(&file, 1, S1, "b");
	file_enhanced(&file, 3, (S1 / 1000000 << 10) + 512, "d");
	file_enhanced(&file, 4, 3000, "e");
	reads("101 c at 1000\n1 a at 7\n113 b at 0\n276 d at 500000000\n"
	      "9 e at 3\n");
}
END_TEST

START_TEST(sections_begin_anew)
{
	begin(false);
	file_interface(&file, 1, 0, 0, 0);
	file_enhanced(&file, 0, S1, "first");
	file_statistics(&file, 0, S1, 1, 2);
	file_section(&file, true);
	file_interface(&file, 101, 0, 0, 0);
	file_enhanced(&file, 0, S1, "second");
	file_enhanced(&file, 1, S1, "nowhere");
	file_statistics(&file, 0, S1, 4, 0);
	reads("1 first at 0\n101 second at 0\npcapng.no_interface 1\n");
	ck_assert_uint_eq(statistics.dropped, 7);
}
END_TEST

START_TEST(a_simple_packet_has_no_stamp)
{
	begin(false);
	file_interface(&file, 1, 4, 0, 0);
	file_simple(&file, 9, "abcd");
	file_simple(&file, 3, "abc");
	reads("1 abcd of 9 unstamped\n1 abc unstamped\n");
	begin(true);
	file_interface(&file, 1, 0, 0, 0);
	file_simple(&file, 99, "abcd");
	reads("1 abcd of 99 unstamped\n");
}
END_TEST

START_TEST(stamps_out_of_range_are_told)
{
	begin(false);
	file_interface(&file, 1, 0, 0, 0);
	file_interface(&file, 1, 0, 25, 0);
	file_interface(&file, 1, 0, 0xff, 0);
	file_interface(&file, 1, 0, 0, INT64_MIN);
	file_enhanced(&file, 0, UINT64_MAX, "late");
	file_enhanced(&file, 1, S1, "fine");
	file_enhanced(&file, 2, S1, "finer");
	file_enhanced(&file, 3, S1, "early");
	reads("1 late bad\n1 fine bad\n1 finer bad\n1 early bad\n");
}
END_TEST

START_TEST(other_blocks_are_skipped)
{
	begin(false);
	file_begin(&file, 0x0bad);
	for (int i = 0; i < 3000; i++)
		file_number(&file, 0x0a0d0d0a, 4);
	file_end(&file);
	file_interface(&file, 1, 0, 0, 0);
	file_begin(&file, 4);
	file_end(&file);
	file_enhanced(&file, 0, S1, "x");
	reads("1 x at 0\n");
}
END_TEST

START_TEST(options_and_comments_are_passed_over)
{
	begin(false);
	file_begin(&file, 1);
	file_number(&file, 1, 2);
	file_number(&file, 0, 6);
	file_option(&file, 1, 0x61626364, 3);
	file_option(&file, 9, 9, 1);
	file_option(&file, 0, 0, 0);
	file_option(&file, 9, 3, 1);
	file_end(&file);
	file_enhanced(&file, 0, S1 * 1000, "x");
	reads("1 x at 0\n");
}
END_TEST

START_TEST(secrets_are_handed_out)
{
	begin(false);
	file_begin(&file, 10);
	file_number(&file, 0x544c534b, 4);
	file_number(&file, 6, 4);
	file_octets(&file, slice_text("CLIENT"));
	file_end(&file);
	ck_assert_int_eq(read_in_steps(file_slice(&file), 65536), PCAPNG_MORE);
	ck_assert_str_eq(told, "secrets 1414288203 CLIENT\n");
	/* In pieces, if the file comes in pieces. */
	read_in_steps(slice_first(file_slice(&file), file.len - 10), 65536);
	ck_assert_str_eq(told, "secrets 1414288203 CL..\n");
}
END_TEST

START_TEST(the_end_of_the_capture_and_its_losses_are_told)
{
	begin(false);
	file_interface(&file, 1, 0, 0, 0);
	file_interface(&file, 1, 0, 9, 0);
	file_enhanced(&file, 0, S1, "x");
	ck_assert_uint_eq(pcapng_dropped_by(file_slice(&file)), 0);
	file_statistics(&file, 1, (S1 + 9) * 1000, 0, 5);
	file_statistics(&file, 0, S1 + 7, 3, 0);
	file_statistics(&file, 7, S1 + 99, 0, 0);
	reads("1 x at 0\n");
	ck_assert(statistics.has_end);
	ck_assert_int_eq(statistics.end, WALL + 9000);
	ck_assert_uint_eq(statistics.dropped, 8);
	ck_assert_uint_eq(pcapng_dropped_by(file_slice(&file)), 8);
	ck_assert_uint_eq(
	    pcapng_dropped_by(slice_after(file_slice(&file), 100)), 8);
}
END_TEST

START_TEST(an_end_in_microseconds_is_known_as_such)
{
	begin(false);
	file_interface(&file, 1, 0, 9, 0);
	file_enhanced(&file, 0, S1 * 1000, "x");
	file_statistics(&file, 0, S1 + 7, 0, 0);
	reads("1 x at 0\n");
	ck_assert(statistics.has_end);
	ck_assert_int_eq(statistics.end, WALL + 7000);
	begin(false);
	file_interface(&file, 1, 0, 9, 0);
	file_enhanced(&file, 0, S1 * 1000, "x");
	file_statistics(&file, 0, S1 - 1, 0, 0);
	reads("1 x at 0\n");
	ck_assert(!statistics.has_end);
}
END_TEST

START_TEST(what_dropped_before_a_packet_is_not_of_the_end)
{
	begin(true);
	file_interface(&file, 1, 0, 0, 0);
	file_statistics(&file, 0, S1, 3, 0);
	file_enhanced(&file, 0, S1, "x");
	file_statistics(&file, 0, S1, 1, 0);
	ck_assert_uint_eq(pcapng_dropped_by(file_slice(&file)), 1);
	reads("1 x at 0\n");
	ck_assert_uint_eq(statistics.dropped, 1);
}
END_TEST

START_TEST(lengths_that_lie_are_counted)
{
	begin(false);
	file_interface(&file, 1, 0, 0, 0);
	file_begin(&file, 6);
	file_number(&file, 0, 12);
	file_number(&file, 5, 4);
	file_number(&file, 5, 4);
	file_octets(&file, slice_text("four"));
	file_end(&file);
	file_begin(&file, 6);
	file_end(&file);
	file_begin(&file, 3);
	file_end(&file);
	file_begin(&file, 10);
	file_number(&file, 1, 4);
	file_number(&file, 5, 4);
	file_octets(&file, slice_text("four"));
	file_end(&file);
	file_enhanced(&file, 0, S1, "x");
	reads("1 x at 0\npcapng.malformed 4\n");
}
END_TEST

static void
breaks(const char *why)
{
	ck_assert_int_eq(
	    read_in_steps(file_slice(&file), 65536), PCAPNG_BROKEN);
	ck_assert_str_eq(error, why);
}

START_TEST(damage_is_named)
{
	file.len = 0;
	file.big = false;
	file_interface(&file, 1, 0, 0, 0);
	breaks("no section header");

	begin(false);
	file.room[12] = 2;
	breaks("a section of another version");

	begin(false);
	file_begin(&file, 4);
	file_end(&file);
	file.room[file.block + 4] = 8;
	breaks("a block shorter than any can be");

	begin(false);
	file_begin(&file, 4);
	file_end(&file);
	file.room[file.len - 4]++;
	breaks("a block whose two lengths differ");
}
END_TEST

START_TEST(a_packet_too_long_is_skipped)
{
	begin(false);
	file_interface(&file, 1, 0, 0, 0);
	file_begin(&file, 6);
	file_number(&file, 0, 12);
	file_number(&file, PCAPNG_LARGEST + 1, 4);
	file_number(&file, PCAPNG_LARGEST + 1, 4);
	file_end(&file);
	file.len = file.block + 4;
	file_number(&file, PCAPNG_LARGEST + 64, 4);
	file.len += 24;
	ck_assert_int_eq(read_in_steps(file_slice(&file), 65536), PCAPNG_MORE);
	ck_assert_str_eq(told, "pcapng.too_long 1\n");
	ck_assert(!may_end);
}
END_TEST

/* Only between blocks may a file end. */
START_TEST(waits_at_every_cut)
{
	size_t ends = 0;

	begin(false);
	file_interface(&file, 1, 0, 0, 0);
	file_enhanced(&file, 0, S1, "hello");
	file_simple(&file, 5, "hello");
	file_statistics(&file, 0, S1, 0, 0);
	for (size_t cut = 0; cut <= file.len; cut++) {
		const struct slice s = slice_first(file_slice(&file), cut);

		ck_assert_int_eq(read_in_steps(s, 65536), PCAPNG_MORE);
		ends += may_end;
		uint8_t *exact = unit_exact(s);
		pcapng_dropped_by(slice_of(exact, cut));
		free(exact);
	}
	ck_assert_uint_eq(ends, 5);
}
END_TEST

UNIT("pcapng", both_octet_orders_are_read,
    every_interface_has_its_own_link_and_clock, sections_begin_anew,
    a_simple_packet_has_no_stamp, stamps_out_of_range_are_told,
    other_blocks_are_skipped, options_and_comments_are_passed_over,
    secrets_are_handed_out, the_end_of_the_capture_and_its_losses_are_told,
    an_end_in_microseconds_is_known_as_such,
    what_dropped_before_a_packet_is_not_of_the_end,
    lengths_that_lie_are_counted, damage_is_named, a_packet_too_long_is_skipped,
    waits_at_every_cut)
