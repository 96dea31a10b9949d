/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/privatekey.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include "unit/tlsvectors.h"
#include "unit/unit.h"

static EVP_PKEY *
pkey_of(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	ck_assert_ptr_nonnull(pkey);
	return pkey;
}

/* What was written, in a buffer of its exact size; the caller frees it. */
static struct slice
written(BIO *bio, uint8_t **octets)
{
	char *text;
	const long len = BIO_get_mem_data(bio, &text);

	*octets = unit_exact(slice_of(text, (size_t)len));
	BIO_free(bio);
	return slice_of(*octets, (size_t)len);
}

static struct slice
locked_pem(uint8_t **octets)
{
	EVP_PKEY *pkey = pkey_of(tlsvectors_key);
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PKCS8PrivateKey(
	    bio, pkey, EVP_aes_128_cbc(), "open", 4, NULL, NULL);
	EVP_PKEY_free(pkey);
	return written(bio, octets);
}

static struct slice
pkcs12(uint8_t **octets)
{
	EVP_PKEY *pkey = pkey_of(tlsvectors_key);
	PKCS12 *p12 =
	    PKCS12_create("open", "name", pkey, NULL, NULL, 0, 0, 100, 100, 0);
	BIO *bio = BIO_new(BIO_s_mem());

	ck_assert_ptr_nonnull(p12);
	i2d_PKCS12_bio(bio, p12);
	PKCS12_free(p12);
	EVP_PKEY_free(pkey);
	return written(bio, octets);
}

static void
expect(struct slice file, const char *passphrase, enum privatekey_answer wanted)
{
	struct privatekey *key = NULL;

	ck_assert_int_eq(privatekey_parse(file, passphrase, &key), wanted);
	ck_assert_int_eq(key != NULL, wanted == PRIVATEKEY_READ);
	privatekey_free(key);
}

START_TEST(a_key_in_pem_is_read)
{
	expect(slice_text(tlsvectors_key), NULL, PRIVATEKEY_READ);
	expect(slice_text(tlsvectors_key), "not needed", PRIVATEKEY_READ);
}
END_TEST

START_TEST(a_locked_key_takes_its_passphrase)
{
	uint8_t *octets;
	const struct slice file = locked_pem(&octets);

	expect(file, "open", PRIVATEKEY_READ);
	expect(file, "shut", PRIVATEKEY_LOCKED);
	expect(file, NULL, PRIVATEKEY_LOCKED);
	free(octets);
}
END_TEST

START_TEST(pkcs12_takes_its_passphrase)
{
	uint8_t *octets;
	const struct slice file = pkcs12(&octets);

	expect(file, "open", PRIVATEKEY_READ);
	expect(file, "shut", PRIVATEKEY_LOCKED);
	expect(file, NULL, PRIVATEKEY_LOCKED);
	free(octets);
}
END_TEST

START_TEST(no_cut_file_is_a_key)
{
	uint8_t *octets;
	const struct slice file = pkcs12(&octets);

	for (size_t len = 0; len < file.len; len += 11) {
		uint8_t *exact = unit_exact(slice_first(file, len));

		expect(slice_of(exact, len), "open", PRIVATEKEY_OTHER);
		free(exact);
	}
	free(octets);
}
END_TEST

START_TEST(something_else_is_named)
{
	static const struct {
		const char *file, *what;
	} files[] = {
		{ "", "empty" },
		{ "-----BEGIN CERTIFICATE-----\nMII\n",
		    "a certificate without its key" },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----\n",
		    "a key for OpenSSH" },
		{ "-----BEGIN EC PRIVATE KEY-----\n",
		    "an elliptic-curve key, which decrypts no TLS" },
		{ "CLIENT_RANDOM 00 00\n", "a key log (see keylog)" },
		{ "Dear operator", "neither PEM nor PKCS#12" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		expect(slice_text(files[i].file), NULL, PRIVATEKEY_OTHER);
		ck_assert_str_eq(
		    privatekey_what(slice_text(files[i].file)), files[i].what);
	}
}
END_TEST

START_TEST(an_elliptic_curve_key_is_none_of_ours)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	BIO *bio = BIO_new(BIO_s_mem());
	uint8_t *octets;
	struct slice file;

	PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
	file = written(bio, &octets);
	expect(file, NULL, PRIVATEKEY_OTHER);
	ck_assert_str_eq(privatekey_what(file),
	    "a key, but no RSA key, which alone decrypts TLS");
	EVP_PKEY_free(pkey);
	free(octets);
}
END_TEST

/* `len' octets, encrypted as a client does. */
static size_t
encrypt(EVP_PKEY *pkey, size_t len, uint8_t *out, size_t room)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	uint8_t secret[64];

	memset(secret, 'p', sizeof(secret));
	ck_assert_int_gt(EVP_PKEY_encrypt_init(ctx), 0);
	EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING);
	ck_assert_int_gt(EVP_PKEY_encrypt(ctx, out, &room, secret, len), 0);
	EVP_PKEY_CTX_free(ctx);
	return room;
}

START_TEST(a_premaster_secret_is_decrypted)
{
	EVP_PKEY *pkey = pkey_of(tlsvectors_key);
	uint8_t encrypted[256], premaster[PRIVATEKEY_PREMASTER] = { 0 };
	struct privatekey *key;
	size_t len = encrypt(pkey, 48, encrypted, sizeof(encrypted));

	ck_assert_int_eq(
	    privatekey_parse(slice_text(tlsvectors_key), NULL, &key),
	    PRIVATEKEY_READ);
	ck_assert_uint_eq(privatekey_bits(key), 1024);
	ck_assert_ptr_null(privatekey_certificate(key));
	ck_assert(privatekey_decrypt(key, slice_of(encrypted, len), premaster));
	ck_assert_uint_eq(premaster[0], 'p');
	ck_assert_uint_eq(premaster[47], 'p');
	encrypted[5] ^= 1;
	ck_assert(
	    !privatekey_decrypt(key, slice_of(encrypted, len), premaster));
	ck_assert(
	    !privatekey_decrypt(key, slice_of(encrypted, len - 1), premaster));
	len = encrypt(pkey, 47, encrypted, sizeof(encrypted));
	ck_assert(
	    !privatekey_decrypt(key, slice_of(encrypted, len), premaster));
	privatekey_free(key);
	EVP_PKEY_free(pkey);
}
END_TEST

UNIT("privatekey", a_key_in_pem_is_read, a_locked_key_takes_its_passphrase,
    pkcs12_takes_its_passphrase, no_cut_file_is_a_key, something_else_is_named,
    an_elliptic_curve_key_is_none_of_ours, a_premaster_secret_is_decrypted)
