/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/certlist.h"

#include "unit/unit.h"

static void
shows(struct certlist *l, uint8_t last, unsigned depth, int64_t not_after)
{
	const struct x509cert certificate = {
		.subject = "CN=edge.example.com",
		.not_after = not_after,
	};

	certlist_input(l,
	    &(struct certificate_sight){
		.client = { { { 192, 0, 2, 100 }, 4 }, 50000 },
		.server = { { { 192, 0, 2, last }, 4 }, 5062 },
		.holder = last == 100 ? TLSFLOW_CLIENT : TLSFLOW_SERVER,
		.depth = depth,
		.certificate = &certificate,
	    });
}

static struct certlist *
of(size_t holders)
{
	return certlist_new(&(struct certlist_limits){ .holders = holders });
}

START_TEST(the_next_to_expire_comes_first)
{
	struct certlist_entry list[4];
	struct certlist *l = of(4);

	shows(l, 1, 0, 300);
	shows(l, 2, 0, 100);
	shows(l, 3, 0, 200);
	ck_assert_uint_eq(certlist_list(l, list, 4), 3);
	ck_assert_int_eq(list[0].certificate.not_after, 100);
	ck_assert_int_eq(list[1].certificate.not_after, 200);
	ck_assert_int_eq(list[2].certificate.not_after, 300);
	certlist_free(l);
}
END_TEST

START_TEST(a_new_certificate_of_a_holder_takes_the_place_of_the_old)
{
	struct certlist_entry list[4];
	struct certlist *l = of(4);

	shows(l, 1, 0, 100);
	shows(l, 1, 0, 900);
	ck_assert_uint_eq(certlist_list(l, list, 4), 1);
	ck_assert_int_eq(list[0].certificate.not_after, 900);
	certlist_free(l);
}
END_TEST

START_TEST(certificates_of_issuers_are_not_kept)
{
	struct certlist *l = of(4);

	shows(l, 1, 1, 100);
	ck_assert_uint_eq(certlist_count(l), 0);
	certlist_free(l);
}
END_TEST

START_TEST(a_client_is_its_address_whatever_its_port)
{
	struct certlist_entry list[4];
	struct certlist *l = of(4);

	shows(l, 100, 0, 100);
	ck_assert_uint_eq(certlist_list(l, list, 4), 1);
	ck_assert_uint_eq(list[0].holder.port, 0);
	ck_assert_int_eq(list[0].side, TLSFLOW_CLIENT);
	certlist_free(l);
}
END_TEST

START_TEST(the_holder_unseen_for_longest_gives_way)
{
	struct certlist_entry list[4];
	struct certlist *l = of(2);

	shows(l, 1, 0, 1);
	shows(l, 2, 0, 2);
	shows(l, 1, 0, 1);
	shows(l, 3, 0, 3);
	ck_assert_uint_eq(certlist_list(l, list, 4), 2);
	ck_assert_uint_eq(list[0].holder.address.octets[3], 1);
	ck_assert_uint_eq(list[1].holder.address.octets[3], 3);
	certlist_free(l);
}
END_TEST

UNIT("certlist", the_next_to_expire_comes_first,
    a_new_certificate_of_a_holder_takes_the_place_of_the_old,
    certificates_of_issuers_are_not_kept,
    a_client_is_its_address_whatever_its_port,
    the_holder_unseen_for_longest_gives_way)
