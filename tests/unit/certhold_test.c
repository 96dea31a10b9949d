/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/certhold.h"

#include "unit/outcomes.h"

static struct certhold hold;
static struct x509cert certificate;

static struct certificate_sight
sight(uint16_t port, uint8_t number)
{
	certificate.sha256[0] = number;
	return (struct certificate_sight){
		.client = outcomes_endpoint("192.0.2.1", 40000),
		.server = outcomes_endpoint("192.0.2.2", port),
		.holder = TLSFLOW_SERVER,
		.certificate = &certificate,
	};
}

static bool
add(uint16_t port, uint8_t number, nstime until)
{
	const struct certificate_sight s = sight(port, number);

	return certhold_add(&hold, &s, until);
}

static unsigned
take(nstime now)
{
	struct certhold_entry e;

	return certhold_take(&hold, now, &e) ? e.sight.certificate->sha256[0]
					     : 0;
}

static void
begin(void)
{
	memset(&hold, 0, sizeof(hold));
}

START_TEST(they_leave_in_order_when_they_are_due)
{
	begin();
	ck_assert_int_eq(certhold_next_deadline(&hold), NSTIME_NEVER);
	ck_assert_uint_eq(take(NSTIME_NEVER), 0);
	add(5061, 1, 10);
	add(5062, 2, 20);
	ck_assert_int_eq(certhold_next_deadline(&hold), 10);
	ck_assert_uint_eq(take(9), 0);
	ck_assert_uint_eq(take(10), 1);
	ck_assert_uint_eq(take(10), 0);
	ck_assert_uint_eq(take(20), 2);
	ck_assert_uint_eq(hold.count, 0);
}
END_TEST

START_TEST(the_same_one_is_held_once)
{
	begin();
	ck_assert(add(5061, 1, 10));
	ck_assert(add(5061, 1, 20));
	ck_assert(add(5062, 1, 20));
	ck_assert_uint_eq(hold.count, 2);
}
END_TEST

START_TEST(a_full_one_refuses)
{
	begin();
	for (uint8_t i = 1; i <= CERTHOLD_MOST; i++)
		ck_assert(add(5061, i, 10));
	ck_assert(!add(5061, CERTHOLD_MOST + 1, 10));
	ck_assert(add(5061, CERTHOLD_MOST, 10));
}
END_TEST

START_TEST(a_refused_handshake_hurries_its_server)
{
	const struct endpoint server = outcomes_endpoint("192.0.2.2", 5062);

	begin();
	add(5061, 1, 10);
	add(5062, 2, 20);
	add(5061, 3, 30);
	add(5062, 4, 40);
	certhold_hurry(&hold, &server, 5);
	ck_assert_uint_eq(take(5), 2);
	ck_assert_uint_eq(take(5), 4);
	ck_assert_uint_eq(take(5), 0);
	ck_assert_uint_eq(take(10), 1);
	ck_assert_uint_eq(take(30), 3);
}
END_TEST

START_TEST(one_that_was_replaced_is_dropped)
{
	const struct endpoint server = outcomes_endpoint("192.0.2.2", 5061);

	begin();
	add(5061, 1, 10);
	add(5061, 2, 10);
	add(5062, 3, 10);
	certhold_drop(&hold, &server, 1);
	ck_assert_uint_eq(hold.count, 3);
	certhold_drop(&hold, &server, 0);
	ck_assert_uint_eq(take(10), 3);
	ck_assert_uint_eq(take(10), 0);
}
END_TEST

UNIT("certhold", they_leave_in_order_when_they_are_due,
    the_same_one_is_held_once, a_full_one_refuses,
    a_refused_handshake_hurries_its_server, one_that_was_replaced_is_dropped)
