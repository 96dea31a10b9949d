/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpstream.h"

#include "unit/unit.h"

/* The output as text: octets as they are, a hole as so many dots. */
static char out[70000];
static size_t out_len;
static uint64_t next_offset;

static struct tcpstream s;
static struct tcpstream_store store;
static struct tcpstream_sink sink;

static void
on_piece(void *arg, const struct tcpstream_piece *piece)
{
	(void)arg;
	ck_assert_uint_eq(piece->offset, next_offset);
	next_offset += piece->octets.len + piece->lost;
	ck_assert_uint_lt(
	    out_len + piece->octets.len + piece->lost, sizeof(out));
	memset(out + out_len, '.', (size_t)piece->lost);
	out_len += (size_t)piece->lost;
	if (piece->octets.len > 0)
		memcpy(out + out_len, piece->octets.p, piece->octets.len);
	out_len += piece->octets.len;
	out[out_len] = '\0';
}

static void
ignore(void *arg, const struct tcpstream_piece *piece)
{
	(void)arg;
	(void)piece;
}

enum { FIRST = 0xfffffff0 };

static void
begin(size_t stream_octets)
{
	store = (struct tcpstream_store){ .after_fin = 0 };
	tcphole_init(&store.holes);
	store.holes.octets = 1000000;
	store.holes.stream_octets = stream_octets;
	sink = (struct tcpstream_sink){ .store = &store, .output = on_piece };
	tcpstream_init(&s);
	tcpstream_start(&s, FIRST);
}

static void
input(uint32_t offset, const char *text, uint8_t flags)
{
	const struct tcp tcp = {
		.sequence = FIRST + offset,
		.flags = flags,
		.payload = slice_text(text),
		.payload_len = strlen(text),
	};

	tcpstream_input(&s, &sink, &tcp);
}

static void
acknowledge(uint32_t offset)
{
	const struct tcp tcp = {
		.acknowledgement = FIRST + offset,
		.flags = TCP_ACK,
		.window = 1,
	};

	tcpstream_acknowledge(&s, &sink, &tcp);
}

/* Small numbers that look random and are the same in every run. */
static uint32_t
next_number(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

START_TEST(any_order_and_overlap_gives_the_same_octets)
{
	static const char text[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const uint32_t len = sizeof(text) - 1;

	for (uint32_t seed = 0; seed < 500; seed++) {
		uint32_t state = seed;

		out_len = next_offset = 0;
		begin(100000);
		while (s.next < len) {
			const uint32_t from = next_number(&state) % len;
			const uint32_t some = next_number(&state) % 9;
			char part[9] = "";

			memcpy(part, text + from,
			    some < len - from ? some : len - from);
			input(from, part, 0);
		}
		ck_assert_str_eq(out, text);
		ck_assert_uint_eq(store.holes.held, 0);
		ck_assert_uint_eq(store.gaps[TCPSTREAM_LIMITED], 0);
	}
}
END_TEST

START_TEST(chunks_are_few_however_small)
{
	begin(10000000);
	for (uint32_t i = 20000; i > 0; i--) {
		input(2 * i, "x", 0);
		ck_assert_uint_le(s.hole->chunk_count, TCPHOLE_CHUNKS);
	}
	ck_assert_uint_gt(store.gaps[TCPSTREAM_LIMITED], 0);
	tcpstream_done(&s, &store);
	ck_assert_uint_eq(store.holes.held, 0);
}
END_TEST

START_TEST(each_acknowledged_hole_has_its_own_patience)
{
	begin(1000);
	acknowledge(2);
	sink.now = TCPSTREAM_PATIENCE / 2;
	input(5, "fg", 0);
	acknowledge(6);
	sink.now = tcpstream_deadline(&s);
	ck_assert_int_eq(sink.now, TCPSTREAM_PATIENCE);
	tcpstream_tick(&s, &sink);
	ck_assert_str_eq(out, "..");
	input(2, "cde", 0);
	ck_assert_str_eq(out, "..cdefg");
	ck_assert_int_eq(tcpstream_deadline(&s), NSTIME_NEVER);
}
END_TEST

START_TEST(an_acknowledgement_of_the_fin_is_no_hole)
{
	begin(1000);
	input(0, "ab", TCP_FIN);
	acknowledge(3);
	ck_assert_uint_eq(s.acknowledged, 2);
	ck_assert_int_eq(tcpstream_deadline(&s), NSTIME_NEVER);
	ck_assert(tcpstream_finished(&s));
}
END_TEST

START_TEST(an_absurd_acknowledgement_is_ignored)
{
	begin(1000);
	input(0, "ab", 0);
	acknowledge(3u + TCPSTREAM_NEAR);
	acknowledge((uint32_t)-5);
	ck_assert_uint_eq(s.acknowledged, 0);
	ck_assert_int_eq(tcpstream_deadline(&s), NSTIME_NEVER);
}
END_TEST

START_TEST(a_zero_window_probe_is_no_resend)
{
	const struct tcp full = { .acknowledgement = FIRST + 2,
		.flags = TCP_ACK };

	begin(1000);
	input(0, "abc", 0);
	tcpstream_acknowledge(&s, &sink, &full);
	input(2, "c", 0);
	ck_assert_uint_eq(s.resends, 0);
	acknowledge(2);
	input(2, "c", 0);
	ck_assert_uint_eq(s.resends, 1);
}
END_TEST

START_TEST(without_acknowledgements_the_latest_octet_is_watched)
{
	begin(1000);
	input(0, "abc", 0);
	input(0, "abc", 0);
	input(0, "abc", 0);
	ck_assert_uint_eq(s.resends, 2);
	input(3, "d", 0);
	ck_assert_uint_eq(s.resends, 0);
	for (int i = 0; i < 300; i++)
		input(0, "abcd", 0);
	ck_assert_uint_eq(s.resends, UINT8_MAX);
}
END_TEST

START_TEST(nothing_is_kept_once_nothing_is_missing)
{
	begin(1000);
	acknowledge(2);
	input(2, "cd", 0);
	ck_assert_uint_gt(store.holes.held, 0);
	input(0, "ab", 0);
	ck_assert_ptr_null(s.hole);
	ck_assert_uint_eq(store.holes.held, 0);
	ck_assert_int_eq(s.last_gap, INT64_MIN);
}
END_TEST

/* As when all octets for holes are others'. */
START_TEST(without_room_a_hole_is_given_up_at_once)
{
	begin(1000);
	store.holes.octets = 0;
	acknowledge(1);
	ck_assert_int_eq(tcpstream_deadline(&s), NSTIME_NEVER);
	input(2, "c", 0);
	ck_assert_uint_eq(s.next, 3);
	ck_assert_uint_eq(store.gaps[TCPSTREAM_LIMITED], 1);
	acknowledge(5);
	tcpstream_end(&s, &sink);
	ck_assert_uint_eq(s.next, 5);
	ck_assert_uint_eq(store.gaps[TCPSTREAM_ENDED], 1);
}
END_TEST

START_TEST(offsets_go_on_beyond_four_gigabytes)
{
	const uint64_t far = 5ULL << 30;
	uint32_t offset = 0;

	begin(1000);
	next_offset = out_len = 0;
	sink.output = ignore;
	while (s.next < far) {
		offset += TCPSTREAM_NEAR;
		acknowledge(offset);
		tcpstream_end(&s, &sink);
	}
	ck_assert_uint_eq(s.next, far);
	input(offset, "ab", TCP_FIN);
	ck_assert(tcpstream_finished(&s));
	acknowledge(offset + 3);
	ck_assert_uint_eq(s.acknowledged, far + 2);
	input(offset + 2, "c", 0);
	ck_assert_uint_eq(store.after_fin, 1);
}
END_TEST

UNIT("tcpstream", any_order_and_overlap_gives_the_same_octets,
    chunks_are_few_however_small, each_acknowledged_hole_has_its_own_patience,
    an_acknowledgement_of_the_fin_is_no_hole,
    an_absurd_acknowledgement_is_ignored, a_zero_window_probe_is_no_resend,
    without_acknowledgements_the_latest_octet_is_watched,
    nothing_is_kept_once_nothing_is_missing,
    without_room_a_hole_is_given_up_at_once,
    offsets_go_on_beyond_four_gigabytes)
