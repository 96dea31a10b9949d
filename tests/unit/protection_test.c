/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/protection.h"

#include <openssl/evp.h>

#include "unit/hex.h"

/* RFC 8448 section 3: the client's application data and its keys. */
#define TRAFFIC                                                                \
	"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"
#define KEY "17422dda596ed5d9acd890e3c63f5051"
#define IV "5b78923dee08579033e523d9"
#define RECORD                                                                 \
	"a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5"     \
	"b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb2169"     \
	"4915e4"

enum { DATA = 23, OCTETS = 50 };

static uint8_t out[1000];

static struct protection *
new_protection(void)
{
	struct keyschedule_secret secret = { .len = 32 };
	struct protection *p;
	uint8_t *octets;

	memcpy(secret.octets, hex_octets(TRAFFIC, &octets).p, 32);
	p = protection_new_tls13(suite_find(0x1301), &secret);
	ck_assert_ptr_nonnull(p);
	free(octets);
	return p;
}

static enum protection_answer
open_body(struct protection *p, struct slice body, struct slice *plain)
{
	const struct protection_record record = {
		.type = DATA, .version = 0x0303, .body = body
	};
	uint8_t type;

	return protection_open(p, &record, false, out, &type, plain);
}

/* Record number `n' with the keys above: its content is its number. */
static struct slice
seal(uint8_t n, uint8_t *record)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	const uint8_t content[] = { n, DATA };
	const uint8_t head[] = { DATA, 3, 3, 0, 18 };
	uint8_t *key, *iv;
	int len;

	hex_octets(KEY, &key);
	hex_octets(IV, &iv);
	iv[11] ^= n;
	EVP_EncryptInit_ex2(c, EVP_aes_128_gcm(), key, iv, NULL);
	EVP_EncryptUpdate(c, NULL, &len, head, sizeof(head));
	EVP_EncryptUpdate(c, record, &len, content, sizeof(content));
	EVP_EncryptFinal_ex(c, record + len, &len);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, record + 2);
	EVP_CIPHER_CTX_free(c);
	free(key);
	free(iv);
	return slice_of(record, 18);
}

START_TEST(a_record_of_rfc_8448_opens)
{
	struct protection *p = new_protection();
	uint8_t *octets;
	const struct slice body = hex_octets(RECORD, &octets);
	struct slice plain;

	ck_assert(!protection_proven(p));
	ck_assert_int_eq(open_body(p, body, &plain), PROTECTION_OPENED);
	ck_assert(protection_proven(p));
	ck_assert_uint_eq(plain.len, OCTETS);
	for (uint8_t i = 0; i < OCTETS; i++)
		ck_assert_uint_eq(plain.p[i], i);
	protection_free(p);
	free(octets);
}
END_TEST

START_TEST(no_record_opens_cut_or_changed)
{
	uint8_t *octets;
	const struct slice body = hex_octets(RECORD, &octets);
	struct slice plain;

	for (size_t i = 0; i < body.len; i++) {
		struct protection *p = new_protection();
		uint8_t *exact = unit_exact(slice_first(body, i));

		ck_assert_int_eq(
		    open_body(p, slice_of(exact, i), &plain), PROTECTION_BAD);
		protection_free(p);
		p = new_protection();
		octets[i] ^= 1;
		ck_assert_int_eq(open_body(p, body, &plain), PROTECTION_BAD);
		octets[i] ^= 1;
		protection_free(p);
		free(exact);
	}
	free(octets);
}
END_TEST

START_TEST(records_are_counted)
{
	struct protection *p = new_protection();
	uint8_t record[18];
	struct slice plain;

	for (uint8_t n = 0; n < 5; n++) {
		ck_assert_int_eq(
		    open_body(p, seal(n, record), &plain), PROTECTION_OPENED);
		ck_assert_uint_eq(plain.p[0], n);
	}
	ck_assert_int_eq(open_body(p, seal(6, record), &plain), PROTECTION_BAD);
	protection_free(p);
}
END_TEST

START_TEST(where_records_are_missing_the_next_numbers_are_tried)
{
	struct protection *p = new_protection();
	uint8_t record[18];
	struct slice plain;

	protection_lost(p, 3, slice_of(NULL, 0));
	ck_assert_int_eq(
	    open_body(p, seal(3, record), &plain), PROTECTION_OPENED);
	ck_assert_int_eq(
	    open_body(p, seal(4, record), &plain), PROTECTION_OPENED);
	protection_lost(p, 1, slice_of(NULL, 0));
	ck_assert_int_eq(open_body(p, seal(7, record), &plain), PROTECTION_BAD);
	protection_free(p);
}
END_TEST

START_TEST(the_numbers_tried_are_bounded)
{
	struct protection *p = new_protection();
	uint8_t record[18];
	struct slice plain;

	for (unsigned i = 0; i < 3; i++)
		protection_lost(p, UINT64_MAX, slice_of(NULL, 0));
	ck_assert_int_eq(
	    open_body(p, seal(65, record), &plain), PROTECTION_BAD);
	ck_assert_int_eq(
	    open_body(p, seal(65, record), &plain), PROTECTION_OPENED);
	protection_free(p);
}
END_TEST

UNIT("protection", a_record_of_rfc_8448_opens, no_record_opens_cut_or_changed,
    records_are_counted, where_records_are_missing_the_next_numbers_are_tried,
    the_numbers_tried_are_bounded)
