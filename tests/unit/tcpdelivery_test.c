/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpdelivery.h"

#include "unit/unit.h"

enum { ROOM = 100000 };

static struct tcpdelivery d;
static struct tcpconn *first, *second;

static struct {
	char octets[64]; /* all that was handed on, of both connections */
	unsigned facts;
	uint64_t lost, connection;
	enum tcpreasm_fact fact;
	nstime wall;
} heard;

static void
hear(void *arg, const struct tcpreasm_event *event)
{
	(void)arg;
	heard.connection = event->connection;
	heard.wall = event->wall;
	heard.lost += event->lost;
	if (event->fact == TCPREASM_DATA) {
		strncat(heard.octets, (const char *)event->octets.p,
		    event->octets.len);
		return;
	}
	heard.facts++;
	heard.fact = event->fact;
}

static struct tcpconn *
start(uint64_t id)
{
	const struct endpoint none = { .port = 1 };
	struct tcpconn *c = tcpconn_new(&none, &none);

	ck_assert_ptr_nonnull(c);
	c->id = id;
	c->state = TCPCONN_OPEN;
	for (int i = 0; i < 2; i++)
		tcpstream_start(&c->streams[i], 1000);
	return c;
}

static void
begin(size_t octets)
{
	memset(&heard, 0, sizeof(heard));
	tcpdelivery_init(&d, hear, NULL);
	d.store.holes.octets = d.store.holes.stream_octets = octets;
	d.wall_ahead = 50;
	first = start(1);
	second = start(2);
}

/* To the server. */
static void
send_text(struct tcpconn *c, uint32_t sequence, const char *text, nstime now)
{
	const struct tcp tcp = {
		.sequence = sequence,
		.payload = slice_text(text),
		.payload_len = strlen(text),
	};

	d.now = now;
	d.current = c;
	tcpdelivery_input(&d, c, TCPREASM_TO_SERVER, &tcp, now);
	d.current = NULL;
}

static void
finish(void)
{
	tcpdelivery_forget(&d, first);
	tcpdelivery_forget(&d, second);
	ck_assert_uint_eq(d.store.holes.held, 0);
	free(first);
	free(second);
}

START_TEST(a_fact_has_its_connection_and_time)
{
	begin(ROOM);
	tcpdelivery_tell(&d, second, TCPREASM_OPENED, TCPREASM_TO_CLIENT, 7);
	ck_assert_uint_eq(heard.facts, 1);
	ck_assert_int_eq(heard.fact, TCPREASM_OPENED);
	ck_assert_uint_eq(heard.connection, 2);
	ck_assert_int_eq(heard.wall, 57);
	finish();
}
END_TEST

START_TEST(octets_are_handed_on_in_order)
{
	begin(ROOM);
	send_text(first, 1003, "def", 1);
	ck_assert_str_eq(heard.octets, "");
	send_text(first, 1000, "abc", 2);
	ck_assert_str_eq(heard.octets, "abcdef");
	finish();
}
END_TEST

START_TEST(a_hole_is_given_up_when_it_is_old)
{
	begin(ROOM);
	send_text(first, 1003, "def", 1);
	tcpdelivery_tick(&d, first, TCPSTREAM_HOLE_AGE);
	ck_assert_uint_eq(heard.lost, 0);
	tcpdelivery_tick(&d, first, TCPSTREAM_HOLE_AGE + 1);
	ck_assert_uint_eq(heard.lost, 3);
	ck_assert_int_eq(heard.fact, TCPREASM_GAP);
	ck_assert_str_eq(heard.octets, "def");
	finish();
}
END_TEST

START_TEST(an_end_gives_up_every_hole)
{
	begin(ROOM);
	send_text(first, 1003, "d", 1);
	send_text(first, 1006, "g", 1);
	tcpdelivery_end(&d, first, 2);
	ck_assert_uint_eq(heard.lost, 5);
	ck_assert_str_eq(heard.octets, "dg");
	finish();
}
END_TEST

/* What it takes for one segment behind a hole. */
static size_t
octets_of_one(void)
{
	size_t octets;

	begin(ROOM);
	send_text(first, 1003, "def", 1);
	octets = d.store.holes.held;
	finish();
	return octets;
}

START_TEST(the_longest_hole_gives_way_to_another)
{
	begin(octets_of_one());
	send_text(first, 1003, "def", 1);
	send_text(second, 1003, "xyz", 2);
	ck_assert_str_eq(heard.octets, "def");
	ck_assert_uint_eq(heard.connection, 1);
	send_text(second, 1000, "uvw", 3);
	ck_assert_str_eq(heard.octets, "defuvwxyz");
	finish();
}
END_TEST

START_TEST(what_is_forgotten_is_not_handed_on)
{
	begin(ROOM);
	send_text(first, 1003, "def", 1);
	tcpdelivery_forget(&d, first);
	ck_assert_str_eq(heard.octets, "");
	ck_assert_uint_eq(heard.facts, 0);
	finish();
}
END_TEST

UNIT("tcpdelivery", a_fact_has_its_connection_and_time,
    octets_are_handed_on_in_order, a_hole_is_given_up_when_it_is_old,
    an_end_gives_up_every_hole, the_longest_hole_gives_way_to_another,
    what_is_forgotten_is_not_handed_on)
