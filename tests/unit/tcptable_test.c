/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/tcptable.h"

#include "unit/unit.h"

static const struct tcpreasm_limits limits = {
	.connections = 3,
	.idle = 100 * NSTIME_S,
	.linger = 10 * NSTIME_S,
	.key = { 1, 2 },
};

static struct tcptable t;

static struct tcpreasm_segment
segment_of(uint16_t port, nstime now)
{
	const uint8_t octets[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	const struct address address =
	    endpoint_address(slice_of(octets, sizeof(octets)));

	return (struct tcpreasm_segment){
		.from = { .address = address, .port = port },
		.to = { .address = address, .port = 5062 },
		.now = now,
	};
}

static struct tcpconn *
add(uint16_t port, nstime now)
{
	static uint64_t number;
	struct tcpreasm_segment segment = segment_of(port, now);

	segment.number = ++number;
	return tcptable_add(&t, &segment, false);
}

static void
finish(void)
{
	for (int q = 0; q < TCPTABLE_QUEUES; q++)
		while (!TAILQ_EMPTY(&t.queues[q]))
			tcptable_remove(&t, TAILQ_FIRST(&t.queues[q]));
	tcptable_done(&t);
}

START_TEST(a_connection_is_found_from_both_ends_and_by_id)
{
	struct tcpreasm_segment segment = segment_of(1, 0);
	const struct tcpreasm_segment back = {
		.from = segment.to,
		.to = segment.from,
	};
	struct tcpconn *c;

	ck_assert(tcptable_init(&t, &limits));
	c = add(1, 0);
	ck_assert_ptr_nonnull(add(2, 0));
	ck_assert_ptr_eq(tcptable_find(&t, &segment), c);
	ck_assert_ptr_eq(tcptable_find(&t, &back), c);
	ck_assert_ptr_eq(tcptable_find_id(&t, c->id), c);
	ck_assert_ptr_null(tcptable_find_id(&t, 999));
	finish();
}
END_TEST

START_TEST(a_hidden_connection_is_found_by_id_only)
{
	const struct tcpreasm_segment segment = segment_of(1, 0);
	struct tcpconn *old, *new;

	ck_assert(tcptable_init(&t, &limits));
	old = add(1, 0);
	tcptable_hide(&t, old);
	ck_assert_ptr_null(tcptable_find(&t, &segment));
	new = add(1, 0);
	ck_assert_ptr_eq(tcptable_find(&t, &segment), new);
	ck_assert_ptr_eq(tcptable_find_id(&t, old->id), old);
	finish();
}
END_TEST

START_TEST(connections_that_carried_octets_are_evicted_last)
{
	struct tcpconn *carrying, *ended, *fresh;

	ck_assert(tcptable_init(&t, &limits));
	carrying = add(1, 0);
	ended = add(2, 0);
	ck_assert_ptr_null(tcptable_evictable(&t));
	fresh = add(3, 0);
	tcptable_touch(&t, carrying, TCPTABLE_CARRYING, 0);
	tcptable_touch(&t, ended, TCPTABLE_ENDED, 0);
	ck_assert_ptr_null(add(4, 0));
	ck_assert_ptr_eq(tcptable_evictable(&t), fresh);
	tcptable_touch(&t, fresh, TCPTABLE_CARRYING, 0);
	ck_assert_ptr_eq(tcptable_evictable(&t), ended);
	tcptable_touch(&t, ended, TCPTABLE_CARRYING, 0);
	tcptable_touch(&t, carrying, TCPTABLE_CARRYING, NSTIME_S);
	ck_assert_ptr_eq(tcptable_evictable(&t), fresh);
	finish();
}
END_TEST

START_TEST(each_kind_has_its_lifetime)
{
	struct tcpconn *c;

	ck_assert(tcptable_init(&t, &limits));
	ck_assert_int_eq(tcptable_next_deadline(&t), NSTIME_NEVER);
	c = add(1, NSTIME_S);
	ck_assert_int_eq(tcptable_next_deadline(&t), 101 * NSTIME_S);
	ck_assert_ptr_null(tcptable_expired(&t, 101 * NSTIME_S - 1));
	ck_assert_ptr_eq(tcptable_expired(&t, 101 * NSTIME_S), c);
	tcptable_touch(&t, c, TCPTABLE_ENDED, 2 * NSTIME_S);
	ck_assert_int_eq(tcptable_next_deadline(&t), 12 * NSTIME_S);
	finish();
}
END_TEST

UNIT("tcptable", a_connection_is_found_from_both_ends_and_by_id,
    a_hidden_connection_is_found_by_id_only,
    connections_that_carried_octets_are_evicted_last,
    each_kind_has_its_lifetime)
