/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/websocket.h"

#include <stdio.h>

#include "base/textbuf.h"
#include "unit/unit.h"

#define REQUEST                                                                \
	"GET / HTTP/1.1\r\nUpgrade: websocket\r\n"                             \
	"Sec-WebSocket-Protocol: sip\r\n\r\n"
#define HELLO "OPTIONS sip:b SIP/2.0\r\n\r\n"

static uint8_t room[70000];
static size_t len;
static char told[4096];
static struct textbuf tells;
static struct websocket_stats stats;
static struct holdings holdings;

static void
begin(const char *text)
{
	len = strlen(text);
	memcpy(room, text, len);
}

static void
add(const void *octets, size_t count)
{
	memcpy(room + len, octets, count);
	len += count;
}

/* A frame with that first octet; masked as by a client. */
static void
frame(uint8_t first, bool masked, const char *payload, size_t count)
{
	const uint8_t mask[4] = { 0x12, 0x34, 0x56, 0x78 };
	const uint8_t bit = masked ? 0x80 : 0;

	if (count < 126)
		add((uint8_t[]){ first, (uint8_t)(bit | count) }, 2);
	else
		add((uint8_t[]){ first, bit | 126, (uint8_t)(count >> 8),
			(uint8_t)count },
		    4);
	if (masked)
		add(mask, 4);
	for (size_t i = 0; i < count; i++)
		add((uint8_t[]){ (
			uint8_t)(payload[i] ^ (masked ? mask[i % 4] : 0)) },
		    1);
}

static void
text(uint8_t first, bool masked, const char *payload)
{
	frame(first, masked, payload, strlen(payload));
}

static void
on_message(void *arg, const struct framing_event *e)
{
	(void)arg;
	textbuf_add_slice(&tells, e->octets);
	textbuf_add(&tells, "|");
	textbuf_uint(&tells, e->end);
	textbuf_add(&tells, "|");
	textbuf_int(&tells, e->now);
	textbuf_add(&tells, "\n");
}

static struct websocket *
websocket(bool midway)
{
	stats = (struct websocket_stats){ 0 };
	textbuf_init(&tells, told, sizeof(told));
	return websocket_new(1000, midway, &stats, &holdings);
}

static void
input(struct websocket *w, size_t from, size_t to, nstime now)
{
	uint8_t *exact = unit_exact(slice_of(room + from, to - from));

	websocket_input(
	    w, slice_of(exact, to - from), from, now, 0, on_message, NULL);
	free(exact);
}

/* Whole, and cut into two at every octet. */
static void
tells_always(const char *expected)
{
	for (size_t cut = 0; cut < len; cut++) {
		struct websocket *w = websocket(false);

		input(w, 0, cut, 0);
		input(w, cut, len, 0);
		ck_assert_str_eq(told, expected);
		websocket_free(w);
	}
}

START_TEST(messages_come_out_of_masked_frames)
{
	begin(REQUEST);
	text(0x81, true, HELLO);
	text(0x82, true, "BYE");
	tells_always(HELLO "|98|0\nBYE|107|0\n");
}
END_TEST

START_TEST(servers_do_not_mask)
{
	begin("HTTP/1.1 101 Switching Protocols\r\nUPGRADE: WebSocket\r\n\r\n");
	text(0x81, false, "SIP/2.0 200 OK\r\n");
	tells_always("SIP/2.0 200 OK\r\n|74|0\n");
}
END_TEST

START_TEST(fragments_are_put_together_around_control_frames)
{
	begin(REQUEST);
	text(0x01, true, "OPT");
	text(0x89, true, "ping");
	text(0x00, true, "ION");
	text(0x80, true, "S");
	text(0x88, true, "");
	tells_always("OPTIONS|102|0\n");
	ck_assert_uint_eq(stats.control, 2);
}
END_TEST

START_TEST(long_frames_have_longer_lengths)
{
	char payload[601], expected[700];

	memset(payload, 'x', 600);
	payload[600] = '\0';
	snprintf(expected, sizeof(expected), "%s|671|0\n", payload);
	begin(REQUEST);
	text(0x81, false, payload);
	ck_assert_uint_eq(room[strlen(REQUEST) + 1], 126);
	tells_always(expected);
}
END_TEST

START_TEST(a_message_is_of_the_time_of_its_first_octet)
{
	struct websocket *w = websocket(false);

	begin(REQUEST);
	text(0x01, true, "OP");
	text(0x80, true, "TIONS");
	input(w, 0, len - 12, 1);
	input(w, len - 12, len, 2);
	ck_assert_str_eq(told, "OPTIONS|86|1\n");
	websocket_free(w);
}
END_TEST

START_TEST(too_long_and_compressed_messages_are_skipped)
{
	char payload[1100];

	memset(payload, 'x', sizeof(payload));
	begin(REQUEST);
	frame(0x81, true, payload, sizeof(payload));
	text(0xc1, true, "zipped");
	text(0x81, true, "BYE");
	tells_always("BYE|1196|0\n");
	ck_assert_uint_eq(stats.too_long, 1);
	ck_assert_uint_eq(stats.compressed, 1);
}
END_TEST

START_TEST(other_upgrades_and_frames_are_malformed)
{
	static const uint8_t bad[][2] = {
		{ 0xa1, 0x00 }, /* a reserved bit */
		{ 0x83, 0x00 }, /* an opcode of the future */
		{ 0x09, 0x00 }, /* a ping in fragments */
		{ 0x89, 0x7e }, /* a long ping */
	};

	begin("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n");
	text(0x81, true, HELLO);
	tells_always("");
	ck_assert_uint_eq(stats.malformed, 1);
	for (size_t i = 0; i < 4; i++) {
		begin(REQUEST);
		add(bad[i], 2);
		tells_always("");
		ck_assert_uint_eq(stats.malformed, 1);
	}
	begin(REQUEST);
	add("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff....", 14);
	tells_always("");
	ck_assert_uint_eq(stats.malformed, 1);
}
END_TEST

START_TEST(after_a_gap_a_segment_that_begins_with_a_frame_is_read)
{
	struct websocket *w = websocket(false);
	const size_t half = strlen(REQUEST) + 20;
	size_t next;

	begin(REQUEST);
	text(0x81, true, HELLO);
	input(w, 0, half, 0);
	websocket_gap(w);
	input(w, half + 5, len, 0);
	next = len;
	text(0x81, true, HELLO);
	input(w, next, len, 0);
	ck_assert_str_eq(told, HELLO "|129|0\n");
	ck_assert_uint_eq(stats.cut, 1);
	websocket_free(w);
}
END_TEST

START_TEST(it_is_known_by_its_handshake_or_its_frames)
{
	ck_assert(websocket_begins(slice_text("GET / HTTP"), false));
	ck_assert(websocket_begins(slice_text("HTTP/1.1 101 x"), false));
	ck_assert(!websocket_begins(slice_text("HTTP/1.1 200 OK"), false));
	begin("");
	text(0x81, true, HELLO);
	ck_assert(!websocket_begins(slice_of(room, len), false));
	ck_assert(websocket_begins(slice_of(room, len), true));
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *exact = unit_exact(slice_of(room, cut));

		websocket_begins(slice_of(exact, cut), true);
		free(exact);
	}
	begin("");
	text(0x81, true, "\x16\x03\x01\x02 not SIP");
	ck_assert(!websocket_begins(slice_of(room, len), true));
}
END_TEST

UNIT("websocket", messages_come_out_of_masked_frames, servers_do_not_mask,
    fragments_are_put_together_around_control_frames,
    long_frames_have_longer_lengths,
    a_message_is_of_the_time_of_its_first_octet,
    too_long_and_compressed_messages_are_skipped,
    other_upgrades_and_frames_are_malformed,
    after_a_gap_a_segment_that_begins_with_a_frame_is_read,
    it_is_known_by_its_handshake_or_its_frames)
