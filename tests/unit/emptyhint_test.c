/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/emptyhint.h"

#include "rooms.h"
#include "unit/said.h"
#include "unit/wire.h"

static const struct log empty_log = { .verbose = false };
static struct reader *reader;
static struct emptyhint hint;

static void
ignore(void *arg, const struct event *event)
{
	(void)arg;
	(void)event;
}

static void
begin(void)
{
	struct reader_limits limits;

	rooms_reader(&limits);
	reader =
	    reader_new(&limits, &(struct reader_output){ .event = ignore });
	ck_assert_ptr_nonnull(reader);
	said_begin();
}

/* So many datagrams with this payload from and to this port. */
static void
send_datagrams(const char *payload, uint16_t port, unsigned count)
{
	static struct wire w;

	for (unsigned i = 0; i < count; i++) {
		struct packet packet = { .datalink = 1, .number = i + 1 };

		wire_begin(&w, payload);
		wire_udp(&w, port, port);
		wire_ipv4(&w, 17, (uint16_t)i, 0);
		wire_hex(&w, ETHERNET_IPV4);
		packet.octets = wire_slice(&w);
		packet.len = packet.octets.len;
		reader_packet(reader, &packet);
	}
}

static unsigned
lines_at(nstime now, uint64_t arrived)
{
	struct reader_counts counts;
	const char *p;
	unsigned lines = 0;

	reader_counts(reader, &counts);
	if (emptyhint_is_due(&hint, now))
		emptyhint_tick(
		    &hint, &counts, reader, arrived, now, &empty_log);
	for (p = said_all(); (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	return lines;
}

START_TEST(after_ten_seconds_the_commonest_reason_is_logged)
{
	begin();
	ck_assert_uint_eq(lines_at(NSTIME_S, 1000), 0);
	send_datagrams("x", 7000, 20);
	ck_assert_uint_eq(lines_at(11 * NSTIME_S - 1, 1020), 0);
	ck_assert_uint_eq(lines_at(11 * NSTIME_S, 1020), 1);
	said_that("nothing to look at in 20 of 20 packets: none is on a SIP "
		  "port, mostly port 7000;");
	reader_free(reader);
}
END_TEST

START_TEST(what_the_filter_kept_away_is_a_reason)
{
	begin();
	lines_at(NSTIME_S, 1000);
	ck_assert_uint_eq(lines_at(11 * NSTIME_S, 1300), 1);
	said_that("nothing to look at in 300 of 300 packets: none is on a SIP "
		  "port; mirror");
	reader_free(reader);
}
END_TEST

START_TEST(it_is_repeated_once_an_hour_while_packets_come)
{
	const nstime first = 11 * NSTIME_S, hour = 3600 * NSTIME_S;

	begin();
	lines_at(NSTIME_S, 0);
	ck_assert_uint_eq(lines_at(first, 300), 1);
	ck_assert_uint_eq(lines_at(first + hour - 1, 900), 1);
	ck_assert_uint_eq(lines_at(first + hour + 10 * NSTIME_S, 900), 2);
	ck_assert_uint_eq(lines_at(first + 3 * hour, 900), 2);
	reader_free(reader);
}
END_TEST

START_TEST(a_few_packets_show_nothing)
{
	begin();
	lines_at(NSTIME_S, 0);
	ck_assert_uint_eq(lines_at(11 * NSTIME_S, 9), 0);
	ck_assert_uint_eq(lines_at(21 * NSTIME_S, 10), 1);
	reader_free(reader);
}
END_TEST

START_TEST(once_signalling_was_seen_it_is_over)
{
	const char *const options =
	    "OPTIONS sip:b@x SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKm\r\n"
	    "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
	    "Call-ID: m\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

	begin();
	lines_at(NSTIME_S, 0);
	send_datagrams(options, 5060, 1);
	ck_assert_uint_eq(lines_at(11 * NSTIME_S, 500), 0);
	ck_assert(!emptyhint_is_due(&hint, 99 * NSTIME_S));
	reader_free(reader);
}
END_TEST

UNIT("emptyhint", after_ten_seconds_the_commonest_reason_is_logged,
    what_the_filter_kept_away_is_a_reason,
    it_is_repeated_once_an_hour_while_packets_come, a_few_packets_show_nothing,
    once_signalling_was_seen_it_is_over)
