/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/sctp.h"

#include "base/textbuf.h"
#include "unit/wire.h"

#define HEADER "13c4 13c6 00000007 00000000 "
#define REST "0001 0002 00000000 " /* stream, sequence, protocol */

static struct wire wire;
static char told[512];
static struct textbuf tells;
static uint32_t first_tsn, last_tsn; /* of the latest message */

static void
on_event(void *arg, const struct sctp_event *m)
{
	(void)arg;
	if (m->kind == SCTP_SHUT) {
		textbuf_add(&tells, "shut\n");
		return;
	}
	if (m->kind == SCTP_ACKNOWLEDGED) {
		textbuf_add(&tells, "acknowledged ");
		textbuf_uint(&tells, m->tsn);
		textbuf_add(&tells, "\n");
		return;
	}
	first_tsn = m->first_tsn;
	last_tsn = m->tsn;
	textbuf_wire(&tells, m->octets);
	textbuf_add(&tells, " to ");
	textbuf_uint(&tells, m->destination_port);
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
	textbuf_add(&tells, "\n");
}

/* Those chunks in a packet, from a buffer of exact size. */
static void
input_cut(struct sctp *s, const char *chunks, size_t cut)
{
	const uint8_t a[4] = { 192, 0, 2, 1 }, b[4] = { 192, 0, 2, 2 };
	struct slice all;
	uint8_t *exact;
	struct ip ip = { .from = endpoint_address(slice_of(a, 4)),
		.to = endpoint_address(slice_of(b, 4)) };

	wire_begin(&wire, "");
	wire_hex(&wire, chunks);
	wire_hex(&wire, HEADER);
	all = slice_first(wire_slice(&wire), cut);
	exact = unit_exact(all);
	ip.payload = slice_of(exact, all.len);
	ip.payload_len = all.len;
	sctp_input(s, &ip, on_event, NULL);
	free(exact);
}

static void
input(struct sctp *s, const char *chunks)
{
	textbuf_init(&tells, told, sizeof(told));
	input_cut(s, chunks, 1000);
}

START_TEST(a_message_in_one_chunk_is_told)
{
	struct sctp *s = sctp_new();

	input(s, "00 03 0012 00000001 " REST "4142 0000");
	ck_assert_str_eq(told, "AB to 5062\n");
	sctp_free(s);
}
END_TEST

START_TEST(several_chunks_of_a_packet_are_read)
{
	struct sctp *s = sctp_new();

	input(s,
	    "03 00 0010 00000001 00000000 00000000"
	    "00 03 0012 00000001 " REST "4142 0000"
	    "00 03 0011 00000002 " REST "43 000000");
	ck_assert_str_eq(told, "acknowledged 1\nAB to 5062\nC to 5062\n");
	sctp_free(s);
}
END_TEST

START_TEST(pieces_are_put_together)
{
	struct sctp *s = sctp_new();

	input(s, "00 02 0012 00000001 " REST "4142 0000");
	ck_assert_str_eq(told, "");
	input(s, "00 00 0011 00000002 " REST "43 000000");
	input(s, "00 01 0011 00000003 " REST "44 000000");
	ck_assert_str_eq(told, "ABCD to 5062\n");
	sctp_free(s);
}
END_TEST

START_TEST(a_piece_that_is_missing_is_counted)
{
	struct sctp *s = sctp_new();

	input(s, "00 02 0012 00000001 " REST "4142 0000");
	input(s, "00 01 0011 00000003 " REST "44 000000");
	sctp_stats(s, on_counter, NULL);
	ck_assert_str_eq(told, "sctp.incomplete\n");
	sctp_free(s);
}
END_TEST

START_TEST(what_is_sent_again_is_left_out)
{
	struct sctp *s = sctp_new();

	input(s, "00 03 0012 00000001 " REST "4142 0000");
	input(s, "00 03 0012 00000001 " REST "4142 0000");
	sctp_stats(s, on_counter, NULL);
	ck_assert_str_eq(told, "sctp.resent\n");
	sctp_free(s);
}
END_TEST

START_TEST(lengths_that_lie_are_counted)
{
	static const char *const bad[] = { "00 03 0003 00000001",
		"00 03 0014 00000001 " REST "41", "00 03 0010 00000001 " REST,
		"00 03 0008 00000001" };

	for (unsigned i = 0; i < 4; i++) {
		struct sctp *s = sctp_new();

		input(s, bad[i]);
		sctp_stats(s, on_counter, NULL);
		ck_assert_str_eq(told, "sctp.malformed\n");
		sctp_free(s);
	}
}
END_TEST

START_TEST(nothing_is_read_past_a_cut)
{
	for (size_t cut = 0; cut < 50; cut++) {
		struct sctp *s = sctp_new();

		textbuf_init(&tells, told, sizeof(told));
		input_cut(s,
		    "00 02 0012 00000001 " REST "4142 0000"
		    "00 01 0011 00000002 " REST "43",
		    cut);
		ck_assert_str_eq(told, cut < 49 ? "" : "ABC to 5062\n");
		sctp_free(s);
	}
}
END_TEST

START_TEST(its_end_is_told)
{
	struct sctp *s = sctp_new();

	input(s, "07 00 0008 00000009 06 00 0004");
	ck_assert_str_eq(told, "acknowledged 9\nshut\nshut\n");
	input(s, "03 00 0006 0000 0000");
	ck_assert_str_eq(told, "");
	sctp_stats(s, on_counter, NULL);
	ck_assert_str_eq(told, "sctp.malformed\n");
	sctp_free(s);
}
END_TEST

START_TEST(a_message_has_the_numbers_of_its_chunks)
{
	struct sctp *s = sctp_new();

	input(s,
	    "00 02 0011 fffffffe " REST "41 000000"
	    "00 00 0011 ffffffff " REST "42 000000"
	    "00 01 0011 00000000 " REST "43 000000");
	ck_assert_str_eq(told, "ABC to 5062\n");
	ck_assert_uint_eq(first_tsn, 0xfffffffe);
	ck_assert_uint_eq(last_tsn, 0);
	sctp_free(s);
}
END_TEST

UNIT("sctp", its_end_is_told, a_message_has_the_numbers_of_its_chunks,
    a_message_in_one_chunk_is_told, several_chunks_of_a_packet_are_read,
    pieces_are_put_together, a_piece_that_is_missing_is_counted,
    what_is_sent_again_is_left_out, lengths_that_lie_are_counted,
    nothing_is_read_past_a_cut)
