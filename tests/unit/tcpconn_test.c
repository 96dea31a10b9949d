/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcpconn.h"

#include "unit/unit.h"

static struct tcpconn c;

/* A connection in `state' whose client comes from port 1 and will send 1000
 * next, and whose server was not seen. */
static void
begin(enum tcpconn_state state)
{
	c = (struct tcpconn){
		.client = { .port = 1 },
		.server = { .port = 2 },
		.state = (uint8_t)state,
	};
	tcpstream_init(&c.streams[0]);
	tcpstream_init(&c.streams[1]);
	tcpstream_start(&c.streams[0], 1000);
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

	return tcpconn_usurped(&c, &segment);
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
	ck_assert(tcpconn_resets(&c, TCPREASM_TO_CLIENT, &reset));
	reset.acknowledgement = 90000000;
	ck_assert(!tcpconn_resets(&c, TCPREASM_TO_CLIENT, &reset));
	reset.flags = TCP_RST;
	reset.acknowledgement = 1000;
	ck_assert(!tcpconn_resets(&c, TCPREASM_TO_CLIENT, &reset));
}
END_TEST

START_TEST(a_reset_of_a_direction_unseen_is_held_against_its_acknowledgements)
{
	const struct tcp reset = { .sequence = 500, .flags = TCP_RST };

	begin(TCPCONN_OPEN);
	ck_assert(!tcpconn_resets(&c, TCPREASM_TO_CLIENT, &reset));
	c.streams[1].expected = true;
	c.streams[1].base = 500;
	ck_assert(tcpconn_resets(&c, TCPREASM_TO_CLIENT, &reset));
}
END_TEST

START_TEST(a_connection_stays_small)
{
	ck_assert_uint_le(sizeof(struct tcpconn), 368);
}
END_TEST

UNIT("tcpconn", a_repeated_syn_is_of_the_same_connection,
    another_syn_takes_over_an_unused_connection, the_answer_confirms_a_syn,
    a_refusal_needs_the_right_acknowledgement_only,
    a_reset_of_a_direction_unseen_is_held_against_its_acknowledgements,
    a_connection_stays_small)
