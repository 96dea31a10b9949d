/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/certevidence.h"

#include "unit/unit.h"

static struct evidence e;
static struct x509cert cert;

static struct certificate_sight
sight(enum tlsflow_side holder)
{
	const uint8_t client[] = { 10, 0, 0, 11 }, server[] = { 10, 0, 0, 21 };

	return (struct certificate_sight){
		.client = { endpoint_address(slice_of(client, 4)), 49152 },
		.server = { endpoint_address(slice_of(server, 4)), 5062 },
		.holder = holder,
		.certificate = &cert,
	};
}

static const char *
name_of(const struct endpoint *holder)
{
	static char store[80];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	certevidence_holder(&t, holder);
	return store;
}

START_TEST(a_server_is_its_endpoint_a_client_its_address)
{
	struct certificate_sight s = sight(TLSFLOW_SERVER);
	struct endpoint holder = certevidence_holder_of(&s);

	ck_assert_str_eq(name_of(&holder), "10.0.0.21:5062");
	s.holder = TLSFLOW_CLIENT;
	holder = certevidence_holder_of(&s);
	ck_assert_str_eq(name_of(&holder), "10.0.0.11");
}
END_TEST

START_TEST(only_the_peers_clock_has_an_offset)
{
	const struct certificate_sight s = sight(TLSFLOW_SERVER);

	certevidence_write(&e, &s, CERTEVIDENCE_EXPIRED, NSTIME_S);
	ck_assert_ptr_null(evidence_find(&e, "peer_offset_s"));
	certevidence_write(
	    &e, &s, CERTEVIDENCE_INVALID_BY_PEER_CLOCK, NSTIME_S);
	ck_assert_int_eq(evidence_number(&e, "peer_offset_s", 0), NSTIME_S);
}
END_TEST

START_TEST(names_that_are_not_there_are_left_out)
{
	const struct certificate_sight s = sight(TLSFLOW_SERVER);

	certevidence_write(&e, &s, CERTEVIDENCE_EXPIRED, 0);
	ck_assert_ptr_null(evidence_find(&e, "subject"));
	ck_assert_ptr_null(evidence_find(&e, "issuer"));
	ck_assert_ptr_null(evidence_find(&e, "san"));
}
END_TEST

START_TEST(the_year_9999_is_a_date)
{
	const struct certificate_sight s = sight(TLSFLOW_SERVER);

	cert.not_before = -62135596800;
	cert.not_after = 253402300799;
	certevidence_write(&e, &s, CERTEVIDENCE_EXPIRED, 0);
	ck_assert(slice_is(
	    evidence_get(&e, "not_before"), "0001-01-01T00:00:00.000000Z"));
	ck_assert(slice_is(
	    evidence_get(&e, "not_after"), "9999-12-31T23:59:59.000000Z"));
}
END_TEST

UNIT("certevidence", a_server_is_its_endpoint_a_client_its_address,
    only_the_peers_clock_has_an_offset, names_that_are_not_there_are_left_out,
    the_year_9999_is_a_date)
