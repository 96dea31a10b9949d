/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/certhold.h"

#include "unit/outcomes.h"
#include "unit/saved.h"

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

/* 1,000 later, by another clock. */
static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	begin();
	certhold_load(&hold, &c, 1000);
	return !c.bad;
}

START_TEST(those_that_are_held_outlive_a_restart)
{
	const struct x509cert *x = &hold.entries[1].certificate;
	struct record r;

	begin();
	certificate = (struct x509cert){ .subject = "CN=edge",
		.issuer = "CN=CA",
		.san = "edge.example",
		.not_before = -62135596800,
		.not_after = 253402300799,
		.serial = { 1, 0, 3 },
		.serial_len = 3 };
	add(5061, 1, 10);
	add(5062, 2, 20);
	record_init(&r, 10000);
	certhold_save(&hold, &r);
	saved_whole_or_not_at_all(&r, load);
	ck_assert_str_eq(x->subject, "CN=edge");
	ck_assert_str_eq(x->issuer, "CN=CA");
	ck_assert_str_eq(x->san, "edge.example");
	ck_assert_int_eq(x->not_before, -62135596800);
	ck_assert_int_eq(x->not_after, 253402300799);
	ck_assert_uint_eq(x->serial_len, 3);
	ck_assert_uint_eq(x->serial[2], 3);
	ck_assert_int_eq(hold.entries[1].sight.holder, TLSFLOW_SERVER);
	ck_assert_uint_eq(hold.entries[1].sight.server.port, 5062);
	ck_assert_int_eq(certhold_next_deadline(&hold), 1010);
	ck_assert_uint_eq(take(1010), 1);
	ck_assert_uint_eq(take(1019), 0);
	ck_assert_uint_eq(take(1020), 2);
}
END_TEST

START_TEST(more_than_it_holds_make_no_sense)
{
	struct record one, r;

	begin();
	add(5061, 1, 10);
	record_init(&one, 10000);
	certhold_save(&hold, &one);
	record_init(&r, 1 << 20);
	for (unsigned i = 0; i <= CERTHOLD_MOST; i++) {
		record_more(&r, false);
		ck_assert(load(slice_of(r.octets, r.len)));
		ck_assert_uint_eq(hold.count, i);
		r.len--;
		record_octets(&r, slice_of(one.octets, one.len - 1));
	}
	record_more(&r, false);
	ck_assert(!load(slice_of(r.octets, r.len)));
	record_done(&one);
	record_done(&r);
}
END_TEST

UNIT("certhold", they_leave_in_order_when_they_are_due,
    the_same_one_is_held_once, a_full_one_refuses,
    a_refused_handshake_hurries_its_server, one_that_was_replaced_is_dropped,
    those_that_are_held_outlive_a_restart, more_than_it_holds_make_no_sense)
