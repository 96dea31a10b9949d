/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/tcpreasm.h"

#include "unit/unit.h"

/*
 * The output is written down as one line: facts by name, octets to the server
 * as >abc, to the client as <abc, gaps as >-3 or <-3.  Tests move time by
 * hand: now is what tick() set last.
 */

enum { CLIENT_ISN = 0xfffffffa, SERVER_ISN = 7000 };

static const struct tcpreasm_limits plain = {
	.connections = 100,
	.octets = 100000,
	.stream_octets = 10000,
	.idle = 600 * NSTIME_S,
	.linger = 60 * NSTIME_S,
	.key = { 1, 2 },
};

static struct tcpreasm *t;
static char line[4096];
static struct textbuf seen;
static struct tcpreasm_event last;
static nstime now;
static uint64_t segments, connections;

static const char *const names[] = {
	[TCPREASM_OPENED] = "opened",
	[TCPREASM_REFUSED] = "refused",
	[TCPREASM_UNANSWERED] = "unanswered",
	[TCPREASM_CLOSED] = "closed",
	[TCPREASM_RESET] = "reset",
	[TCPREASM_REPLACED] = "replaced",
	[TCPREASM_ACKNOWLEDGED] = "acknowledged",
	[TCPREASM_RESENT] = "resent",
	[TCPREASM_FORGOTTEN] = "forgotten",
};

static void
on_event(void *arg, const struct tcpreasm_event *event)
{
	(void)arg;
	last = *event;
	if (event->connection > connections)
		connections = event->connection;
	if (seen.len > 0)
		textbuf_add(&seen, " ");
	if (event->fact != TCPREASM_DATA && event->fact != TCPREASM_GAP) {
		textbuf_add(&seen, names[event->fact]);
		return;
	}
	textbuf_add(&seen, event->direction == TCPREASM_TO_SERVER ? ">" : "<");
	if (event->fact == TCPREASM_DATA)
		textbuf_wire(&seen, event->octets);
	else
		textbuf_int(&seen, -(int64_t)event->lost);
}

static void
begin(const struct tcpreasm_limits *limits)
{
	textbuf_init(&seen, line, sizeof(line));
	now = 1000 * NSTIME_S;
	segments = connections = 0;
	t = tcpreasm_new(limits, on_event, NULL);
	ck_assert_ptr_nonnull(t);
}

/* All output since the last call. */
static void
expect(const char *wanted)
{
	ck_assert_str_eq(line, wanted);
	textbuf_init(&seen, line, sizeof(line));
}

static void
finish(void)
{
	tcpreasm_free(t);
}

static void
tick(nstime duration)
{
	now += duration;
	tcpreasm_tick(t, now);
}

static struct endpoint
host(uint8_t number, uint16_t port)
{
	const uint8_t octets[] = { 192, 0, 2, number };

	return (struct endpoint){
		.address = endpoint_address(slice_of(octets, 4)),
		.port = port,
	};
}

static uint16_t client_port = 40000;

static void
input(bool from_client, struct tcp tcp)
{
	const struct endpoint client = host(1, client_port);
	const struct endpoint server = host(2, 5062);
	const struct tcpreasm_segment segment = {
		.from = from_client ? client : server,
		.to = from_client ? server : client,
		.tcp = &tcp,
		.from_is_server = !from_client,
		.to_is_server = from_client,
		.number = ++segments,
		.now = now,
		.wall = now + 7,
	};

	if (tcp.window == 0)
		tcp.window = 1000;
	tcpreasm_input(t, &segment);
}

/* Sequence numbers are relative: 0 is the first octet of data. */
static void
client(int sequence, int acknowledges, unsigned flags, const char *text)
{
	input(true,
	    (struct tcp){
		.sequence = CLIENT_ISN + 1 + (uint32_t)sequence,
		.acknowledgement = SERVER_ISN + 1 + (uint32_t)acknowledges,
		.flags = (uint8_t)flags,
		.payload = slice_text(text),
		.payload_len = strlen(text),
	    });
}

static void
server(int sequence, int acknowledges, unsigned flags, const char *text)
{
	input(false,
	    (struct tcp){
		.sequence = SERVER_ISN + 1 + (uint32_t)sequence,
		.acknowledgement = CLIENT_ISN + 1 + (uint32_t)acknowledges,
		.flags = (uint8_t)flags,
		.payload = slice_text(text),
		.payload_len = strlen(text),
	    });
}

static void
handshake(void)
{
	client(-1, 0, TCP_SYN, "");
	server(-1, 0, TCP_SYN | TCP_ACK, "");
	client(0, 0, TCP_ACK, "");
	expect("opened");
}

static struct tcpreasm_facts
facts(enum tcpreasm_direction direction)
{
	struct tcpreasm_facts f;

	ck_assert(tcpreasm_facts(t, connections, direction, &f));
	return f;
}

static uint64_t counted;
static const char *counter;

static void
on_counter(void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	(void)kind;
	(void)arg;
	if (strcmp(name, counter) == 0)
		counted = value;
}

static uint64_t
count(const char *name)
{
	counter = name;
	counted = UINT64_MAX;
	tcpreasm_stats(t, on_counter, NULL);
	return counted;
}

START_TEST(a_connection_opens_carries_both_ways_and_closes)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK | TCP_PSH, "request");
	server(0, 7, TCP_ACK, "answer");
	client(7, 6, TCP_ACK | TCP_FIN, "");
	server(6, 8, TCP_ACK | TCP_FIN, "");
	expect(">request <answer closed");
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).seen, 7);
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).acknowledged, 7);
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).segments, 4);
	ck_assert(facts(TCPREASM_TO_SERVER).ended);
	client(8, 7, TCP_ACK, "");
	finish();
	expect("forgotten");
}
END_TEST

START_TEST(the_wrap_of_sequence_numbers_is_not_noticed)
{
	begin(&plain);
	handshake();
	client(4, 0, TCP_ACK, "efgh");
	client(0, 0, TCP_ACK, "abcd");
	expect(">abcd >efgh");
	ck_assert_uint_eq(last.offset, 4);
	finish();
}
END_TEST

START_TEST(octets_carry_the_time_of_their_segment)
{
	begin(&plain);
	handshake();
	client(1, 0, TCP_ACK, "b");
	now += NSTIME_S;
	client(0, 0, TCP_ACK, "a");
	expect(">a >b");
	ck_assert_int_eq(last.now, 1000 * NSTIME_S);
	ck_assert_int_eq(last.wall, 1000 * NSTIME_S + 7);
	finish();
}
END_TEST

START_TEST(the_first_copy_of_an_octet_wins)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK, "abc");
	client(0, 0, TCP_ACK, "XYZdef");
	client(8, 0, TCP_ACK, "ij");
	client(7, 0, TCP_ACK, "hXXk");
	client(6, 0, TCP_ACK, "gXXXXl");
	expect(">abc >def >g >h >ij >k >l");
	finish();
}
END_TEST

START_TEST(seven_octet_segments_with_psh_come_out_whole)
{
	char octets[] = "0123456";

	begin(&plain);
	handshake();
	for (int i = 0; i < 100; i++)
		client(7 * i, 0, TCP_ACK | TCP_PSH, octets);
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).seen, 700);
	ck_assert_int_eq(facts(TCPREASM_TO_SERVER).last_gap, INT64_MIN);
	finish();
}
END_TEST

START_TEST(an_acknowledged_hole_is_given_up_after_a_patience)
{
	begin(&plain);
	handshake();
	client(3, 0, TCP_ACK, "def");
	tick(90 * NSTIME_MS);
	server(0, 6, TCP_ACK, "");
	expect("");
	ck_assert_int_eq(tcpreasm_next_deadline(t), now + 100 * NSTIME_MS);
	tick(99 * NSTIME_MS);
	expect("");
	tick(1 * NSTIME_MS);
	expect(">-3 >def");
	ck_assert_int_eq(facts(TCPREASM_TO_SERVER).last_gap, now);
	ck_assert_uint_eq(count("tcpreasm.gap_acknowledged"), 1);
	finish();
}
END_TEST

START_TEST(an_acknowledgement_may_come_before_its_segment)
{
	begin(&plain);
	handshake();
	server(0, 3, TCP_ACK, "");
	tick(50 * NSTIME_MS);
	client(0, 0, TCP_ACK, "abc");
	tick(NSTIME_S);
	expect(">abc");
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).acknowledged, 3);
	ck_assert_int_eq(facts(TCPREASM_TO_SERVER).last_gap, INT64_MIN);
	finish();
}
END_TEST

START_TEST(octets_acknowledged_but_never_seen_are_a_gap)
{
	begin(&plain);
	handshake();
	server(0, 5, TCP_ACK, "");
	tick(NSTIME_S);
	client(5, 0, TCP_ACK, "f");
	expect(">-5 >f");
	finish();
}
END_TEST

START_TEST(the_first_octets_may_be_lost_with_the_handshake)
{
	begin(&plain);
	client(-1, 0, TCP_SYN, "");
	client(0, 0, TCP_ACK, "");
	client(0, 0, TCP_ACK, "abc");
	client(3, 5, TCP_ACK, ""); /* five octets that were not seen */
	server(5, 3, TCP_ACK, "f");
	client(3, 6, TCP_ACK, "");
	tick(NSTIME_S);
	client(3, 6, TCP_ACK, "d");
	expect("opened >abc <-5 <f >d");
	finish();
}
END_TEST

START_TEST(an_unacknowledged_hole_is_waited_for)
{
	begin(&plain);
	handshake();
	client(3, 0, TCP_ACK, "def");
	server(0, 0, TCP_ACK, "");
	tick(NSTIME_S);
	client(0, 0, TCP_ACK, "abc");
	expect(">abc >def");
	finish();
}
END_TEST

START_TEST(a_hole_on_a_one_way_mirror_is_given_up_in_time)
{
	begin(&plain);
	client(0, 0, TCP_ACK, "a");
	client(2, 0, TCP_ACK, "c");
	client(4, 0, TCP_ACK, "e");
	tick(5 * NSTIME_S - 1);
	expect(">a");
	tick(1);
	expect(">-1 >c >-1 >e");
	ck_assert_uint_eq(count("tcpreasm.gap_aged"), 2);
	finish();
}
END_TEST

START_TEST(a_direction_never_seen_has_no_gaps)
{
	begin(&plain);
	client(0, 0, TCP_ACK, "a");
	client(1, 500, TCP_ACK, "b");
	tick(10 * NSTIME_S);
	expect(">a >b");
	ck_assert_int_eq(facts(TCPREASM_TO_CLIENT).last_gap, INT64_MIN);
	ck_assert_uint_eq(facts(TCPREASM_TO_CLIENT).segments, 0);
	finish();
}
END_TEST

START_TEST(a_full_stream_gives_up_its_first_hole)
{
	struct tcpreasm_limits limits = plain;

	limits.stream_octets = 200;
	begin(&limits);
	handshake();
	for (int i = 1; i < 6; i++)
		client(2 * i, 0, TCP_ACK, "x");
	ck_assert_uint_ge(count("tcpreasm.gap_limited"), 1);
	tcpreasm_flush(t, now);
	expect(">-2 >x >-1 >x >-1 >x >-1 >x >-1 >x");
	finish();
}
END_TEST

START_TEST(memory_is_bounded_whatever_comes)
{
	struct tcpreasm_limits limits = plain;
	size_t empty;

	limits.octets = 20000;
	begin(&limits);
	empty = tcpreasm_memory(t);
	for (uint16_t port = 1; port < 500; port++) {
		client_port = port;
		client(0, 0, TCP_ACK, "a");
		for (int i = 400; i > 1; i--)
			client(2 * i, 0, TCP_ACK, "x");
		ck_assert_uint_le(tcpreasm_memory(t),
		    empty + limits.octets + limits.connections * 256);
	}
	client_port = 40000;
	finish();
}
END_TEST

START_TEST(octets_cut_off_by_the_snaplen_are_a_gap)
{
	begin(&plain);
	handshake();
	input(true,
	    (struct tcp){
		.sequence = CLIENT_ISN + 1,
		.flags = TCP_ACK,
		.payload = slice_text("abc"),
		.payload_len = 10,
	    });
	client(10, 0, TCP_ACK, "k");
	input(true,
	    (struct tcp){
		.sequence = CLIENT_ISN + 1 + 12,
		.flags = TCP_ACK,
		.payload = slice_text("m"),
		.payload_len = 2,
	    });
	client(11, 0, TCP_ACK, "lMNo");
	expect(">abc >-7 >k >l >m >-1 >o");
	finish();
}
END_TEST

START_TEST(three_syns_or_seven_seconds_are_unanswered)
{
	begin(&plain);
	for (int copy = 0; copy < 4; copy++) {
		client(-1, 0, TCP_SYN, "");
		tick(NSTIME_S);
		expect(copy == 2 ? "unanswered" : "");
	}
	ck_assert(facts(TCPREASM_TO_SERVER).ended);
	client_port = 40001;
	client(-1, 0, TCP_SYN, "");
	tick(7 * NSTIME_S - 1);
	expect("");
	tick(1);
	expect("unanswered");
	client_port = 40000;
	server(-1, 0, TCP_SYN | TCP_ACK, "");
	expect("opened");
	finish();
}
END_TEST

START_TEST(a_reset_refuses_a_syn_once)
{
	begin(&plain);
	client(-1, 0, TCP_SYN, "");
	server(-SERVER_ISN - 1, 99999999, TCP_RST | TCP_ACK, "");
	expect("");
	server(-SERVER_ISN - 1, 0, TCP_RST | TCP_ACK, "");
	expect("refused");
	ck_assert(facts(TCPREASM_TO_SERVER).ended);
	client(-1, 0, TCP_SYN, "");
	server(-SERVER_ISN - 1, 0, TCP_RST | TCP_ACK, "");
	expect("");
	ck_assert_uint_eq(connections, 1);
	finish();
}
END_TEST

START_TEST(a_reset_far_from_the_window_is_forged)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK, "abc");
	server(1000000, 3, TCP_RST, "");
	client(-200000, 0, TCP_RST, "");
	expect(">abc");
	ck_assert_uint_eq(count("tcpreasm.bad_reset"), 2);
	client(5, 0, TCP_ACK, "f");
	server(0, 3, TCP_RST, "");
	expect(">-2 >f reset");
	ck_assert_int_eq(last.direction, TCPREASM_TO_CLIENT);
	client(6, 0, TCP_ACK, "g");
	expect("");
	ck_assert_uint_eq(count("tcpreasm.after_end"), 1);
	finish();
}
END_TEST

START_TEST(the_client_alone_shows_that_it_was_answered)
{
	begin(&plain);
	client(-1, 0, TCP_SYN, "");
	client(0, 0, TCP_ACK, "");
	client(0, 0, TCP_ACK, "a");
	tick(10 * NSTIME_S);
	expect("opened >a");
	finish();
}
END_TEST

START_TEST(the_server_alone_identifies_both_ends)
{
	begin(&plain);
	server(-1, 0, TCP_SYN | TCP_ACK, "");
	server(0, 5, TCP_ACK, "abc");
	expect("opened <abc");
	ck_assert(!last.guessed);
	ck_assert_int_eq(last.server.port, 5062);
	finish();
}
END_TEST

START_TEST(picked_up_midway_the_sip_port_is_the_server)
{
	begin(&plain);
	server(100, 50, TCP_ACK, "answer");
	client(50, 106, TCP_ACK, "next");
	expect("<answer >next");
	ck_assert(last.guessed);
	ck_assert_int_eq(last.server.port, 5062);
	ck_assert_uint_eq(last.offset, 0);
	finish();
}
END_TEST

START_TEST(segments_without_octets_pick_nothing_up)
{
	begin(&plain);
	client(0, 0, TCP_ACK, "");
	client(0, 0, TCP_ACK | TCP_FIN, "");
	client(0, 0, TCP_RST, "x");
	client(0, 0, TCP_SYN | TCP_FIN, "");
	expect("");
	ck_assert_uint_eq(count("tcpreasm.unknown_connection"), 3);
	ck_assert_uint_eq(count("tcpreasm.bad_flags"), 1);
	finish();
	expect("");
}
END_TEST

START_TEST(octets_on_a_syn_count_once)
{
	begin(&plain);
	client(-1, 0, TCP_SYN, "early");
	server(-1, 0, TCP_SYN | TCP_ACK, "");
	client(0, 0, TCP_ACK, "early late");
	expect(">early opened > late");
	finish();
}
END_TEST

START_TEST(keepalives_and_probes_add_nothing)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK, "abc");
	server(0, 3, TCP_ACK, "");
	for (int i = 0; i < 5; i++) {
		client(2, 0, TCP_ACK, "");
		client(2, 0, TCP_ACK, "\001");
		server(0, 3, TCP_ACK, "");
	}
	tick(NSTIME_S);
	expect(">abc");
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).resends, 0);
	finish();
}
END_TEST

START_TEST(a_midway_start_at_a_keepalive_costs_nothing)
{
	begin(&plain);
	client(0, 10, TCP_ACK, "a");
	server(9, 1, TCP_ACK, "");
	client(1, 10, TCP_ACK, "b");
	server(10, 2, TCP_ACK, "c");
	tick(NSTIME_S);
	expect(">a >b <c");
	finish();
}
END_TEST

START_TEST(resends_count_copies_of_the_oldest_unacknowledged)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK, "abc");
	client(3, 0, TCP_ACK, "def");
	server(0, 3, TCP_ACK, "");
	client(0, 0, TCP_ACK, "abc");
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).resends, 0);
	for (int i = 0; i < 3; i++)
		client(3, 0, TCP_ACK, "def");
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).resends, 3);
	server(0, 6, TCP_ACK, "");
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).resends, 0);
	finish();
}
END_TEST

START_TEST(another_syn_after_the_end_is_another_connection)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_RST | TCP_ACK, "");
	expect("reset");
	client(499, 0, TCP_SYN, "");
	server(-1, 500, TCP_SYN | TCP_ACK, "");
	client(500, 0, TCP_ACK, "new");
	expect("opened >new");
	ck_assert_uint_eq(last.connection, 5);
	ck_assert_uint_eq(last.offset, 0);
	connections = 1;
	ck_assert(facts(TCPREASM_TO_SERVER).ended);
	tick(60 * NSTIME_S);
	expect("forgotten");
	finish();
}
END_TEST

START_TEST(a_forged_syn_does_not_take_a_connection_over)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK, "a");
	client(50000000, 0, TCP_SYN, "");
	client(1, 0, TCP_ACK, "b");
	expect(">a >b");
	ck_assert_uint_eq(last.connection, 1);
	client(50000000, 0, TCP_SYN, "");
	server(-30000, 50000001, TCP_SYN | TCP_ACK, "");
	client(50000001, -29999, TCP_ACK, "c");
	expect("replaced opened >c");
	ck_assert_uint_eq(last.connection, 8);
	finish();
}
END_TEST

START_TEST(two_far_segments_in_a_row_are_another_connection)
{
	begin(&plain);
	client(0, 0, TCP_ACK, "a");
	client(50000000, 0, TCP_ACK, "bc");
	client(90000000, 0, TCP_ACK, "XX");
	client(1, 0, TCP_ACK, "b");
	expect(">a >b");
	client(90000002, 0, TCP_ACK, "new");
	expect("replaced >new");
	ck_assert_uint_eq(last.connection, 5);
	finish();
}
END_TEST

START_TEST(a_flood_of_syns_evicts_itself)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK, "a");
	expect(">a");
	for (uint16_t port = 1; port < 1000; port++) {
		client_port = port;
		client(-1, 0, TCP_SYN, "data");
		textbuf_init(&seen, line, sizeof(line));
	}
	client_port = 40000;
	client(1, 0, TCP_ACK, "b");
	expect(">b");
	ck_assert_uint_eq(last.connection, 1);
	ck_assert_uint_eq(count("tcpreasm.evicted_fresh"), 900);
	finish();
}
END_TEST

START_TEST(the_longest_idle_is_evicted_and_heard_out)
{
	struct tcpreasm_limits limits = plain;

	limits.connections = 2;
	begin(&limits);
	for (uint16_t port = 1; port <= 3; port++) {
		client_port = port;
		client(0, 0, TCP_ACK, "a");
		client(2, 0, TCP_ACK, "c");
		tick(2 * NSTIME_S);
	}
	client_port = 40000;
	expect(">a >a >-1 >c forgotten >a");
	ck_assert_uint_eq(count("tcpreasm.evicted_carrying"), 1);
	finish();
}
END_TEST

START_TEST(the_silent_are_forgotten)
{
	struct tcpreasm_facts f;

	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK, "a");
	ck_assert_int_eq(tcpreasm_next_deadline(t), now + plain.idle);
	tick(plain.idle - 1);
	expect(">a");
	tick(1);
	expect("forgotten");
	ck_assert(!tcpreasm_facts(t, 1, TCPREASM_TO_SERVER, &f));
	ck_assert_int_eq(tcpreasm_next_deadline(t), NSTIME_NEVER);
	finish();
}
END_TEST

START_TEST(octets_after_a_fin_are_dropped)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK | TCP_FIN, "abc");
	client(0, 0, TCP_ACK, "abcdef");
	client(4, 0, TCP_ACK, "ef");
	expect(">abc");
	ck_assert_uint_eq(count("tcpreasm.after_fin"), 2);
	finish();
}
END_TEST

START_TEST(a_fin_waits_for_missing_octets_before_it)
{
	begin(&plain);
	handshake();
	server(0, 0, TCP_ACK | TCP_FIN, "");
	client(3, 1, TCP_ACK | TCP_FIN, "def");
	expect("");
	client(0, 1, TCP_ACK, "abc");
	expect(">abc >def closed");
	finish();
}
END_TEST

START_TEST(who_awaits_octets_is_told_when_they_are_acknowledged)
{
	begin(&plain);
	handshake();
	client(0, 0, TCP_ACK, "abc");
	server(0, 1, TCP_ACK, "");
	expect(">abc");
	ck_assert(tcpreasm_await(t, connections, TCPREASM_TO_SERVER, 1));
	ck_assert(!tcpreasm_await(t, connections, TCPREASM_TO_SERVER, 3));
	server(0, 2, TCP_ACK, "");
	server(0, 2, TCP_ACK, "");
	server(0, 3, TCP_ACK, "x");
	expect("acknowledged acknowledged <x");
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).acknowledged, 3);
	client(3, 1, TCP_ACK, "d");
	server(1, 4, TCP_ACK, "");
	expect(">d");
	ck_assert(!tcpreasm_await(t, 99, TCPREASM_TO_SERVER, 1));
	finish();
}
END_TEST

START_TEST(a_sequence_number_has_a_place_in_its_connection)
{
	const struct endpoint a = host(1, client_port), b = host(2, 5062);
	struct tcpreasm_event e;

	begin(&plain);
	ck_assert(!tcpreasm_place(t, &a, &b, CLIENT_ISN, &e));
	handshake();
	client(0, 0, TCP_ACK, "abcdefghi");
	expect(">abcdefghi");
	ck_assert(tcpreasm_place(t, &a, &b, CLIENT_ISN + 1 + 8, &e));
	ck_assert_uint_eq(e.offset, 8);
	ck_assert_uint_eq(e.connection, connections);
	ck_assert_int_eq(e.direction, TCPREASM_TO_SERVER);
	ck_assert(endpoint_equal(&e.server, &b));
	ck_assert(tcpreasm_place(t, &b, &a, SERVER_ISN + 1 + 20, &e));
	ck_assert_int_eq(e.direction, TCPREASM_TO_CLIENT);
	ck_assert_uint_eq(e.offset, 20);
	finish();
}
END_TEST

START_TEST(octets_resent_in_vain_are_told_and_their_acknowledgement_too)
{
	begin(&plain);
	handshake();
	for (unsigned i = 0; i <= TCPREASM_UNDELIVERED + 1; i++)
		client(0, 0, TCP_ACK, "a");
	expect(">a resent");
	server(0, 1, TCP_ACK, "");
	expect("resent");
	finish();
}
END_TEST

START_TEST(what_ends_at_one_time_ends_in_the_order_in_which_it_began)
{
	begin(&plain);
	for (uint16_t port = 3; port > 0; port--) {
		client_port = port;
		client(0, 0, TCP_ACK, "a");
	}
	client_port = 3;
	tick(10 * NSTIME_S);
	client(2, 0, TCP_ACK, "c");
	client_port = 2;
	client(2, 0, TCP_ACK, "b");
	expect(">a >a >a");
	tcpreasm_flush(t, now);
	expect(">-1 >c >-1 >b");
	client_port = 40000;
	finish();
}
END_TEST

static struct tcpreasm_open opens[8];
static unsigned open_count;

static void
on_open(void *arg, const struct tcpreasm_open *open)
{
	(void)arg;
	ck_assert_uint_lt(open_count, 8);
	opens[open_count++] = *open;
}

/* Each a second after the one before, from the given port on. */
static void
carry_from(uint16_t first, unsigned many)
{
	for (unsigned i = 0; i < many; i++) {
		client_port = (uint16_t)(first + i);
		handshake();
		client(0, 0, TCP_ACK, "request");
		expect(">request");
		tick(NSTIME_S);
	}
	client_port = 40000;
}

START_TEST(those_that_are_open_and_carried_octets_are_listed)
{
	begin(&plain);
	handshake();
	carry_from(41000, 3);
	client_port = 41001;
	client(7, 0, TCP_ACK | TCP_RST, "");
	client_port = 40000;
	open_count = 0;
	tcpreasm_each_open(t, 8, on_open, NULL);
	ck_assert_uint_eq(open_count, 2);
	ck_assert_uint_eq(opens[0].client.port, 41000);
	ck_assert_uint_eq(opens[1].client.port, 41002);
	ck_assert_uint_eq(opens[1].server.port, 5062);
	ck_assert_uint_eq(opens[1].segments[TCPREASM_TO_SERVER], 3);
	ck_assert_uint_eq(opens[1].segments[TCPREASM_TO_CLIENT], 1);
	ck_assert_int_eq(opens[1].last, now - NSTIME_S);
	open_count = 0;
	tcpreasm_each_open(t, 1, on_open, NULL);
	ck_assert_uint_eq(open_count, 1);
	ck_assert_uint_eq(opens[0].client.port, 41002);
	finish();
}
END_TEST

static void
adopt(uint16_t port, bool taken)
{
	const struct tcpreasm_open open = {
		.client = host(1, port),
		.server = host(2, 5062),
		.last = now - 100 * NSTIME_S,
		.segments = { 3, 5 },
	};

	ck_assert_int_eq(tcpreasm_adopt(t, &open, ++segments) != NULL, taken);
}

START_TEST(one_that_is_adopted_goes_on_mid_way)
{
	begin(&plain);
	adopt(40000, true);
	adopt(40000, false);
	expect("");
	client(500, 700, TCP_ACK, "request");
	ck_assert(last.guessed);
	ck_assert_uint_eq(last.client.port, 40000);
	server(700, 507, TCP_RST, "");
	expect(">request reset");
	ck_assert_uint_eq(facts(TCPREASM_TO_SERVER).segments, 4);
	ck_assert_uint_eq(facts(TCPREASM_TO_CLIENT).segments, 6);
	finish();
}
END_TEST

START_TEST(a_syn_between_its_ends_is_another_one)
{
	begin(&plain);
	adopt(40000, true);
	client(-1, 0, TCP_SYN, "");
	server(-1, 0, TCP_SYN | TCP_ACK, "");
	client(0, 0, TCP_ACK, "");
	expect("replaced opened");
	ck_assert(!last.guessed);
	finish();
}
END_TEST

START_TEST(an_adopted_one_takes_nobodys_place)
{
	struct tcpreasm_limits limits = plain;

	limits.connections = 1;
	begin(&limits);
	handshake();
	adopt(41000, false);
	client(0, 0, TCP_ACK, "request");
	expect(">request");
	finish();
}
END_TEST

UNIT("tcpreasm", a_connection_opens_carries_both_ways_and_closes,
    the_wrap_of_sequence_numbers_is_not_noticed,
    octets_carry_the_time_of_their_segment, the_first_copy_of_an_octet_wins,
    seven_octet_segments_with_psh_come_out_whole,
    an_acknowledged_hole_is_given_up_after_a_patience,
    an_acknowledgement_may_come_before_its_segment,
    octets_acknowledged_but_never_seen_are_a_gap,
    the_first_octets_may_be_lost_with_the_handshake,
    an_unacknowledged_hole_is_waited_for,
    a_hole_on_a_one_way_mirror_is_given_up_in_time,
    a_direction_never_seen_has_no_gaps, a_full_stream_gives_up_its_first_hole,
    memory_is_bounded_whatever_comes, octets_cut_off_by_the_snaplen_are_a_gap,
    three_syns_or_seven_seconds_are_unanswered, a_reset_refuses_a_syn_once,
    a_reset_far_from_the_window_is_forged,
    the_client_alone_shows_that_it_was_answered,
    the_server_alone_identifies_both_ends,
    picked_up_midway_the_sip_port_is_the_server,
    segments_without_octets_pick_nothing_up, octets_on_a_syn_count_once,
    keepalives_and_probes_add_nothing,
    a_midway_start_at_a_keepalive_costs_nothing,
    resends_count_copies_of_the_oldest_unacknowledged,
    another_syn_after_the_end_is_another_connection,
    a_forged_syn_does_not_take_a_connection_over,
    two_far_segments_in_a_row_are_another_connection,
    a_flood_of_syns_evicts_itself, the_longest_idle_is_evicted_and_heard_out,
    the_silent_are_forgotten, octets_after_a_fin_are_dropped,
    a_fin_waits_for_missing_octets_before_it,
    who_awaits_octets_is_told_when_they_are_acknowledged,
    a_sequence_number_has_a_place_in_its_connection,
    octets_resent_in_vain_are_told_and_their_acknowledgement_too,
    what_ends_at_one_time_ends_in_the_order_in_which_it_began,
    those_that_are_open_and_carried_octets_are_listed,
    one_that_is_adopted_goes_on_mid_way, a_syn_between_its_ends_is_another_one,
    an_adopted_one_takes_nobodys_place)
