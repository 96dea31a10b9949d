/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/txnmatch.h"

#include "unit/txnstory.h"
#include "unit/unit.h"

static struct txnstory s;

/* Which server's leg the response went to, by its address. */
static unsigned
answered(size_t index)
{
	return s.told[index].uas.address.octets[3];
}

/* Client 1 calls the load balancer 2, which passes it on to 3 untouched. */
START_TEST(each_side_of_a_load_balancer_is_a_leg)
{
	story_begin(&s);
	ck_assert_int_eq(
	    story_request(&s, 0, "SERVICE", "1", 1, 2), TXNTABLE_NEW);
	ck_assert_int_eq(
	    story_request(&s, 1, "SERVICE", "1", 1, 3), TXNTABLE_NEW);
	story_response(&s, 2, 200, "SERVICE", "1", 3, 1);
	story_response(&s, 3, 200, "SERVICE", "1", 2, 1);
	ck_assert_uint_eq(answered(0), 3);
	ck_assert_uint_eq(answered(1), 2);
	story_end(&s);
}
END_TEST

START_TEST(each_side_of_a_nat_is_a_leg)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 3);
	ck_assert_int_eq(
	    story_request(&s, 1, "SERVICE", "1", 2, 3), TXNTABLE_NEW);
	story_response(&s, 2, 200, "SERVICE", "1", 3, 2);
	ck_assert_uint_eq(s.told[0].uac.address.octets[3], 2);
	story_end(&s);
}
END_TEST

START_TEST(each_port_of_a_server_is_a_leg)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.server_port = 5062;
	ck_assert_int_eq(
	    story_request(&s, 1, "SERVICE", "1", 1, 2), TXNTABLE_NEW);
	story_response(&s, 2, 200, "SERVICE", "1", 2, 1);
	ck_assert_uint_eq(s.told[0].uas.port, 5062);
	story_end(&s);
}
END_TEST

START_TEST(a_client_may_change_its_port)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.client_port = 7000;
	ck_assert_int_eq(story_request(&s, 500, "SERVICE", "1", 1, 2),
	    TXNTABLE_RETRANSMISSION);
	ck_assert_int_eq(story_response(&s, 600, 200, "SERVICE", "1", 2, 1),
	    TXNTABLE_RESPONSE);
	story_end(&s);
}
END_TEST

/* RFC 3261 18.2.2: a multihomed server answers from where it likes. */
START_TEST(a_response_may_come_from_another_address)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	ck_assert_int_eq(story_response(&s, 1, 200, "SERVICE", "1", 9, 1),
	    TXNTABLE_RESPONSE);
	story_end(&s);
}
END_TEST

START_TEST(it_may_go_to_another_address_too)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	ck_assert_int_eq(story_response(&s, 1, 200, "SERVICE", "1", 9, 8),
	    TXNTABLE_RESPONSE);
	story_end(&s);
}
END_TEST

START_TEST(the_nearest_leg_gets_the_response)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 1, "SERVICE", "1", 4, 5);
	story_response(&s, 2, 200, "SERVICE", "1", 9, 1);
	ck_assert_uint_eq(answered(0), 2);
	story_response(&s, 3, 200, "SERVICE", "1", 5, 9);
	ck_assert_uint_eq(answered(1), 5);
	story_end(&s);
}
END_TEST

START_TEST(a_response_far_from_all_legs_is_an_orphan)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	story_request(&s, 1, "SERVICE", "1", 4, 5);
	ck_assert_int_eq(
	    story_response(&s, 2, 200, "SERVICE", "1", 8, 9), TXNTABLE_ORPHAN);
	story_end(&s);
}
END_TEST

START_TEST(on_tcp_the_connection_decides)
{
	story_begin(&s);
	s.transport = TRANSPORT_TCP;
	s.flow = 1;
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.flow = 2;
	story_request(&s, 1, "SERVICE", "1", 1, 3);
	s.flow = 1;
	story_response(&s, 2, 200, "SERVICE", "1", 9, 9);
	ck_assert_uint_eq(answered(0), 2);
	story_end(&s);
}
END_TEST

START_TEST(transports_are_never_mixed)
{
	story_begin(&s);
	story_request(&s, 0, "SERVICE", "1", 1, 2);
	s.transport = TRANSPORT_TCP;
	ck_assert_int_eq(
	    story_response(&s, 1, 200, "SERVICE", "1", 2, 1), TXNTABLE_ORPHAN);
	ck_assert_int_eq(
	    story_request(&s, 2, "SERVICE", "1", 1, 2), TXNTABLE_NEW);
	story_end(&s);
}
END_TEST

UNIT("txnmatch", each_side_of_a_load_balancer_is_a_leg,
    each_side_of_a_nat_is_a_leg, each_port_of_a_server_is_a_leg,
    a_client_may_change_its_port, a_response_may_come_from_another_address,
    it_may_go_to_another_address_too, the_nearest_leg_gets_the_response,
    a_response_far_from_all_legs_is_an_orphan, on_tcp_the_connection_decides,
    transports_are_never_mixed)
