/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/x509cert.h"

#include "unit/tlswire.h"

static struct tlswire wire;
static struct x509cert cert;

static bool
parse(const struct tlswire_certificate *c)
{
	wire.len = 0;
	tlswire_cert(&wire, c);
	x509cert_init();
	return x509cert_parse(tlswire_slice(&wire), &cert);
}

START_TEST(subject_issuer_and_dates_are_read)
{
	ck_assert(parse(&(struct tlswire_certificate){
	    .common_name = slice_text("edge.example.com"),
	    .issuer = "Example CA",
	    .not_before = "110103182207Z",
	    .not_after = "20110104182207Z",
	    .san = slice_text("\x82\x01"
			      "a\x87\x04\x0a\x01\x01\x15"
			      "\x81\x03"
			      "a@b\x82\x03"
			      "b.c"),
	    .serial = 0x42 }));
	ck_assert_str_eq(cert.subject, "CN=edge.example.com, C=US");
	ck_assert_str_eq(cert.issuer, "CN=Example CA, C=US");
	ck_assert_str_eq(cert.san, "a,10.1.1.21,b.c");
	ck_assert_int_eq(cert.not_before, 1294078927);
	ck_assert_int_eq(cert.not_after, 1294078927 + 86400);
	ck_assert_uint_eq(cert.serial_len, 1);
	ck_assert_uint_eq(cert.serial[0], 0x42);
}
END_TEST

static int64_t
not_after(const char *text)
{
	ck_assert_msg(parse(&(struct tlswire_certificate){ .not_after = text }),
	    "%s", text);
	return cert.not_after;
}

START_TEST(dates_reach_from_1950_to_9999)
{
	ck_assert_int_eq(not_after("500101000000Z"), -631152000);
	ck_assert_int_eq(not_after("491231235959Z"), 2524607999);
	ck_assert_int_eq(not_after("691231235959Z"), -1);
	ck_assert_int_eq(not_after("19500101000000Z"), -631152000);
	ck_assert_int_eq(not_after("99991231235959Z"), 253402300799);
	ck_assert_int_eq(not_after("00010101000000Z"), -62135596800);
	ck_assert_int_eq(not_after("20000229120000Z"), 951825600);
}
END_TEST

START_TEST(an_impossible_date_is_refused)
{
	static const char *const bad[] = { "00000101000000Z", "20110230000000Z",
		"20111301000000Z", "20110101250000Z", "not a date", "" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!parse(&(struct tlswire_certificate){
				  .not_after = bad[i] }),
		    "%s", bad[i]);
}
END_TEST

START_TEST(nul_and_invalid_utf8_are_shown_escaped)
{
	ck_assert(parse(&(struct tlswire_certificate){
	    .common_name = slice_of("good.example\0.evil", 18),
	    .san = slice_of("\x82\x04"
			    "a\0,b\x82\x03\xff\n\\",
		11) }));
	ck_assert_str_eq(cert.subject, "CN=good.example\\x00.evil, C=US");
	ck_assert_str_eq(cert.san, "a\\x00\\x2cb,\\xff\\x0a\\\\");
}
END_TEST

START_TEST(nobody_forges_a_second_name)
{
	ck_assert(parse(&(struct tlswire_certificate){
	    .common_name = slice_text("x, O=Example") }));
	ck_assert_str_eq(cert.subject, "CN=x\\x2c O\\x3dExample, C=US");
}
END_TEST

START_TEST(long_names_are_cut)
{
	static char name[3000], many[3000];
	size_t used = 0;

	memset(name, 'n', sizeof(name));
	for (; used + 12 <= sizeof(many); used += 12)
		memcpy(many + used,
		    "\x82\x0a"
		    "0123456789",
		    12);
	ck_assert(parse(&(struct tlswire_certificate){
	    .common_name = slice_of(name, sizeof(name)),
	    .san = slice_of(many, used) }));
	ck_assert_uint_eq(strlen(cert.subject), X509CERT_NAME - 1);
	ck_assert_uint_le(strlen(cert.san), X509CERT_SAN - 1);
}
END_TEST

START_TEST(names_without_measure_are_refused)
{
	static char name[5000];

	memset(name, 'n', sizeof(name));
	ck_assert(!parse(&(struct tlswire_certificate){
	    .common_name = slice_of(name, sizeof(name)) }));
}
END_TEST

START_TEST(a_certificate_is_refused_at_every_cut)
{
	const struct x509cert before = { .serial_len = 7 };

	ck_assert(
	    parse(&(struct tlswire_certificate){ .san = slice_text("\x82\x01"
								   "a") }));
	for (size_t cut = 0; cut < wire.len; cut++) {
		uint8_t *exact = unit_exact(slice_of(wire.octets, cut));

		cert = before;
		ck_assert(!x509cert_parse(slice_of(exact, cut), &cert));
		ck_assert_uint_eq(cert.serial_len, 7);
		free(exact);
	}
	tlswire_number(&wire, 0, 1);
	ck_assert(!x509cert_parse(tlswire_slice(&wire), &cert));
}
END_TEST

START_TEST(deep_and_large_ones_are_refused)
{
	static struct tlswire inner;

	inner.len = 0;
	for (int depth = 0; depth < 20; depth++) {
		wire.len = 0;
		tlswire_der(&wire, 0x30, tlswire_slice(&inner));
		inner = wire;
	}
	ck_assert(!x509cert_parse(tlswire_slice(&wire), &cert));
	ck_assert(
	    !x509cert_parse(slice_of(wire.octets, X509CERT_OCTETS + 1), &cert));
}
END_TEST

START_TEST(the_fingerprint_is_sha256_of_the_whole)
{
	static const uint8_t zero[X509CERT_SHA256];
	struct x509cert first;

	ck_assert(parse(&(struct tlswire_certificate){ .serial = 1 }));
	first = cert;
	ck_assert(parse(&(struct tlswire_certificate){ .serial = 2 }));
	ck_assert_int_ne(
	    memcmp(first.sha256, cert.sha256, sizeof(cert.sha256)), 0);
	ck_assert_int_ne(memcmp(zero, cert.sha256, sizeof(cert.sha256)), 0);
}
END_TEST

UNIT("x509cert", subject_issuer_and_dates_are_read,
    dates_reach_from_1950_to_9999, an_impossible_date_is_refused,
    nul_and_invalid_utf8_are_shown_escaped, nobody_forges_a_second_name,
    long_names_are_cut, names_without_measure_are_refused,
    a_certificate_is_refused_at_every_cut, deep_and_large_ones_are_refused,
    the_fingerprint_is_sha256_of_the_whole)
