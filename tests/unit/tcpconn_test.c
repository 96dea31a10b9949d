/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpconn.h"

#include "unit/unit.h"

static struct tcpconn *c;

/* A connection in `state' whose client comes from port 1 and will send 1000
 * next, and whose server was not seen. */
static void
begin(enum tcpconn_state state)
{
	const struct endpoint client = { .port = 1 }, server = { .port = 2 };

	free(c);
	c = tcpconn_new(&client, &server);
	ck_assert_ptr_nonnull(c);
	c->state = (uint8_t)state;
	tcpstream_start(&c->streams[0], 1000);
}

static bool
usurped(bool from_client, struct tcp tcp, nstime now)
{
	const struct tcpreasm_segment segment = {
		.from = { .port = from_client ? 1 : 2 },
		.to = { .port = from_client ? 2 : 1 },
		.tcp = &tcp,
		.now = now,
	};

	return tcpconn_usurped(c, &segment);
}

START_TEST(a_repeated_syn_is_of_the_same_connection)
{
	for (int state = TCPCONN_HALF_OPEN; state <= TCPCONN_ENDED; state++) {
		const struct tcp syn = { .sequence = 999, .flags = TCP_SYN };

		begin((enum tcpconn_state)state);
		ck_assert(!usurped(true, syn, 1000 * NSTIME_S));
	}
}
END_TEST

START_TEST(another_syn_takes_over_an_unused_connection)
{
	const struct tcp syn = { .sequence = 5000, .flags = TCP_SYN };

	begin(TCPCONN_HALF_OPEN);
	ck_assert(usurped(true, syn, 0));
	begin(TCPCONN_UNANSWERED);
	ck_assert(usurped(true, syn, 0));
	begin(TCPCONN_ENDED);
	ck_assert(usurped(true, syn, 0));
	ck_assert(usurped(false, syn, 0));
	begin(TCPCONN_OPEN);
	ck_assert(!usurped(true, syn, 59 * NSTIME_S));
	ck_assert(usurped(true, syn, 60 * NSTIME_S));
}
END_TEST

START_TEST(the_answer_confirms_a_syn)
{
	const struct tcp syn = { .sequence = 5000, .flags = TCP_SYN };
	const struct tcp answer = {
		.sequence = 70,
		.acknowledgement = 5001,
		.flags = TCP_SYN | TCP_ACK,
	};

	begin(TCPCONN_OPEN);
	ck_assert(!usurped(false, answer, 0));
	ck_assert(!usurped(true, syn, 0));
	ck_assert(usurped(false, answer, 0));
}
END_TEST

START_TEST(a_refusal_needs_the_right_acknowledgement_only)
{
	struct tcp reset = {
		.acknowledgement = 1000,
		.flags = TCP_RST | TCP_ACK,
	};

	begin(TCPCONN_HALF_OPEN);
	ck_assert(tcpconn_resets(c, TCPREASM_TO_CLIENT, &reset));
	reset.acknowledgement = 90000000;
	ck_assert(!tcpconn_resets(c, TCPREASM_TO_CLIENT, &reset));
	reset.flags = TCP_RST;
	reset.acknowledgement = 1000;
	ck_assert(!tcpconn_resets(c, TCPREASM_TO_CLIENT, &reset));
}
END_TEST

START_TEST(a_reset_of_a_direction_unseen_is_held_against_its_acknowledgements)
{
	const struct tcp reset = { .sequence = 500, .flags = TCP_RST };

	begin(TCPCONN_OPEN);
	ck_assert(!tcpconn_resets(c, TCPREASM_TO_CLIENT, &reset));
	c->streams[1].expected = true;
	c->streams[1].base = 500;
	ck_assert(tcpconn_resets(c, TCPREASM_TO_CLIENT, &reset));
}
END_TEST

static struct address
address_of(const char *text)
{
	struct address a = { .version = 0 };

	ck_assert(endpoint_address_parse(slice_text(text), &a));
	return a;
}

static void
check_ends(const char *client_address, const char *server_address)
{
	const struct endpoint client = { address_of(client_address), 40000 };
	const struct endpoint server = { address_of(server_address), 5061 };
	const struct endpoint other = { server.address, 40000 };
	struct tcpreasm_segment segment = { .from = client, .to = server };
	struct endpoint end;

	free(c);
	c = tcpconn_new(&client, &server);
	end = tcpconn_client(c);
	ck_assert(endpoint_equal(&end, &client));
	end = tcpconn_server(c);
	ck_assert(endpoint_equal(&end, &server));
	ck_assert(tcpconn_equal(&c->by_endpoints, &segment));
	ck_assert_int_eq(tcpconn_direction(c, &segment), TCPREASM_TO_SERVER);
	segment.from = server;
	segment.to = client;
	ck_assert(tcpconn_equal(&c->by_endpoints, &segment));
	ck_assert_int_eq(tcpconn_direction(c, &segment), TCPREASM_TO_CLIENT);
	segment.to = other;
	ck_assert(!tcpconn_equal(&c->by_endpoints, &segment));
}

START_TEST(its_ends_are_those_it_was_made_with)
{
	check_ends("192.0.2.1", "198.51.100.2");
	check_ends("2001:db8::1:2", "2001:db8::2:1");
}
END_TEST

START_TEST(a_connection_stays_small)
{
	const struct endpoint end = { address_of("192.0.2.1"), 1 };

	free(c);
	c = tcpconn_new(&end, &end);
	ck_assert_uint_le(tcpconn_octets(c), 232);
	ck_assert_uint_le(TCPCONN_MOST_OCTETS, 256);
}
END_TEST

UNIT("tcpconn", a_repeated_syn_is_of_the_same_connection,
    another_syn_takes_over_an_unused_connection, the_answer_confirms_a_syn,
    a_refusal_needs_the_right_acknowledgement_only,
    a_reset_of_a_direction_unseen_is_held_against_its_acknowledgements,
    its_ends_are_those_it_was_made_with, a_connection_stays_small)
