/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/privatekey.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <stdlib.h>

enum { MOST_BITS = 16384, FILE_OCTETS = 1 << 20 };

struct privatekey {
	EVP_PKEY *key;
	uint8_t *modulus; /* as in a certificate */
	size_t modulus_len;
	bool certified;
	struct x509cert certificate;
};

void
privatekey_free(struct privatekey *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->key);
	free(key->modulus);
	free(key);
}

const struct x509cert *
privatekey_certificate(const struct privatekey *key)
{
	return key->certified ? &key->certificate : NULL;
}

unsigned
privatekey_bits(const struct privatekey *key)
{
	return (unsigned)EVP_PKEY_get_bits(key->key);
}

bool
privatekey_fits(const struct privatekey *key, struct slice der)
{
	return der.len >= key->modulus_len &&
	    memmem(der.p, der.len, key->modulus, key->modulus_len) != NULL;
}

static bool
take_modulus(struct privatekey *key)
{
	BIGNUM *n = NULL;
	bool taken = EVP_PKEY_get_bn_param(key->key, "n", &n) > 0 &&
	    BN_num_bits(n) <= MOST_BITS;

	if (taken) {
		key->modulus_len = (size_t)BN_num_bytes(n);
		key->modulus = malloc(key->modulus_len);
		taken = key->modulus != NULL &&
		    BN_bn2bin(n, key->modulus) == (int)key->modulus_len;
	}
	BN_free(n);
	return taken;
}

static void
take_certificate(struct privatekey *key, X509 *certificate)
{
	uint8_t *der = NULL;
	const int len = i2d_X509(certificate, &der);

	if (!key->certified && len > 0 &&
	    privatekey_fits(key, slice_of(der, (size_t)len)))
		key->certified = x509cert_parse(
		    slice_of(der, (size_t)len), &key->certificate);
	OPENSSL_free(der);
}

/* Takes over `pkey'.  NULL: it is no RSA key, or out of memory. */
static struct privatekey *
wrap(EVP_PKEY *pkey)
{
	struct privatekey *key = calloc(1, sizeof(*key));

	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	key->key = pkey;
	if (EVP_PKEY_is_a(pkey, "RSA") && take_modulus(key))
		return key;
	privatekey_free(key);
	return NULL;
}

/* libcrypto would ask at the terminal if nobody answered. */
static int
answer_passphrase(char *to, int size, int writing, void *passphrase)
{
	const char *answer = passphrase;
	const size_t len = answer == NULL ? 0 : strlen(answer);

	(void)writing;
	if (answer == NULL || len > (size_t)size)
		return -1;
	memcpy(to, answer, len);
	return (int)len;
}

static BIO *
bio_over(struct slice file)
{
	return BIO_new_mem_buf(file.p, (int)file.len);
}

static void
pem_certificates(struct privatekey *key, struct slice file)
{
	BIO *bio = bio_over(file);
	X509 *certificate;

	while (bio != NULL &&
	    (certificate = PEM_read_bio_X509(
		 bio, NULL, answer_passphrase, NULL)) != NULL) {
		take_certificate(key, certificate);
		X509_free(certificate);
	}
	BIO_free(bio);
}

static struct privatekey *
parse_pem(struct slice file, const char *passphrase)
{
	BIO *bio = bio_over(file);
	EVP_PKEY *pkey = bio == NULL
	    ? NULL
	    : PEM_read_bio_PrivateKey(
		  bio, NULL, answer_passphrase, (void *)(uintptr_t)passphrase);
	struct privatekey *key = pkey == NULL ? NULL : wrap(pkey);

	BIO_free(bio);
	if (key != NULL)
		pem_certificates(key, file);
	return key;
}

static PKCS12 *
read_pkcs12(struct slice file)
{
	const uint8_t *p = file.p;

	return d2i_PKCS12(NULL, &p, (long)file.len);
}

/* The key in a safe's bags, opened one by one: Windows encrypts certificates
 * with RC2, which libcrypto's default provider has not, and keys with 3DES. */
static EVP_PKEY *
key_in_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, const char *passphrase)
{
	EVP_PKEY *pkey = NULL;

	for (int i = 0; pkey == NULL && i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
		PKCS8_PRIV_KEY_INFO *p8;

		if (PKCS12_SAFEBAG_get_nid(bag) != NID_pkcs8ShroudedKeyBag)
			continue;
		p8 = PKCS12_decrypt_skey(bag, passphrase, -1);
		pkey = p8 == NULL ? NULL : EVP_PKCS82PKEY(p8);
		PKCS8_PRIV_KEY_INFO_free(p8);
	}
	return pkey;
}

static EVP_PKEY *
key_in_safes(PKCS12 *p12, const char *passphrase)
{
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	EVP_PKEY *pkey = NULL;

	for (int i = 0; pkey == NULL && i < sk_PKCS7_num(safes); i++) {
		PKCS7 *safe = sk_PKCS7_value(safes, i);
		STACK_OF(PKCS12_SAFEBAG) *bags = PKCS7_type_is_data(safe)
		    ? PKCS12_unpack_p7data(safe)
		    : NULL;

		pkey = key_in_bags(bags, passphrase);
		sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	}
	sk_PKCS7_pop_free(safes, PKCS7_free);
	return pkey;
}

static struct privatekey *
parse_pkcs12(struct slice file, const char *passphrase)
{
	PKCS12 *p12 = read_pkcs12(file);
	struct privatekey *key = NULL;
	EVP_PKEY *pkey = NULL;
	X509 *certificate = NULL;

	if (p12 != NULL &&
	    PKCS12_parse(p12, passphrase, &pkey, &certificate, NULL) <= 0)
		pkey = key_in_safes(p12, passphrase);
	if (pkey != NULL)
		key = wrap(pkey);
	if (key != NULL && certificate != NULL)
		take_certificate(key, certificate);
	X509_free(certificate);
	PKCS12_free(p12);
	return key;
}

static struct privatekey *
parse_der(struct slice file)
{
	const uint8_t *p = file.p;
	EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &p, (long)file.len);

	return pkey == NULL ? NULL : wrap(pkey);
}

/* Does the file hold a key of any kind that only a passphrase opens? */
static bool
is_locked(struct slice file)
{
	PKCS12 *p12;

	if (slice_find(file, "BEGIN ENCRYPTED PRIVATE KEY") < file.len ||
	    slice_find(file, "Proc-Type: 4,ENCRYPTED") < file.len)
		return true;
	p12 = read_pkcs12(file);
	PKCS12_free(p12);
	return p12 != NULL;
}

/* Did this passphrase open it, and something else than an RSA key came out? */
static bool
holds_other_key(struct slice file, const char *passphrase)
{
	BIO *bio = bio_over(file);
	EVP_PKEY *pkey = bio == NULL
	    ? NULL
	    : PEM_read_bio_PrivateKey(
		  bio, NULL, answer_passphrase, (void *)(uintptr_t)passphrase);

	EVP_PKEY_free(pkey);
	BIO_free(bio);
	return pkey != NULL;
}

enum privatekey_answer
privatekey_parse(
    struct slice file, const char *passphrase, struct privatekey **key)
{
	struct privatekey *read = NULL;
	enum privatekey_answer answer = PRIVATEKEY_READ;

	if (file.len == 0 || file.len > FILE_OCTETS)
		return PRIVATEKEY_OTHER;
	x509cert_init();
	read = parse_pem(file, passphrase);
	if (read == NULL)
		read = parse_pkcs12(file, passphrase);
	if (read == NULL)
		read = parse_der(file);
	if (read != NULL)
		*key = read;
	else if (is_locked(file) && !holds_other_key(file, passphrase))
		answer = PRIVATEKEY_LOCKED;
	else
		answer = PRIVATEKEY_OTHER;
	ERR_clear_error();
	return answer;
}

/* Beginnings and texts in files, the most specific first. */
static const struct {
	const char *text;
	bool anywhere;
	const char *what;
} kinds[] = {
	{ "BEGIN OPENSSH PRIVATE KEY", true, "a key for OpenSSH" },
	{ "BEGIN EC PRIVATE KEY", true,
	    "an elliptic-curve key, which decrypts no TLS" },
	{ "BEGIN DSA PRIVATE KEY", true, "a DSA key, which decrypts no TLS" },
	{ "PRIVATE KEY-----", true,
	    "a key, but no RSA key, which alone decrypts TLS" },
	{ "BEGIN CERTIFICATE REQUEST", true, "a certificate request" },
	{ "BEGIN CERTIFICATE", true, "a certificate without its key" },
	{ "BEGIN PUBLIC KEY", true, "a public key" },
	{ "BEGIN RSA PUBLIC KEY", true, "a public key" },
	{ "PuTTY-User-Key-File", false, "a key for PuTTY" },
	{ "\xfe\xed\xfe\xed", false, "a Java key store" },
	{ "CLIENT_RANDOM ", true, "a key log (see keylog)" },
	{ "_TRAFFIC_SECRET", true, "a key log (see keylog)" },
};

const char *
privatekey_what(struct slice file)
{
	const uint8_t *p = file.p;
	X509 *certificate;

	if (file.len == 0)
		return "empty";
	if (file.len > FILE_OCTETS)
		return "too large for a key";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const size_t at = slice_find(file, kinds[i].text);

		if (kinds[i].anywhere ? at < file.len : at == 0)
			return kinds[i].what;
	}
	certificate = d2i_X509(NULL, &p, (long)file.len);
	X509_free(certificate);
	ERR_clear_error();
	return certificate != NULL ? "a certificate without its key"
				   : "neither PEM nor PKCS#12";
}

static bool
raw_decrypt(
    EVP_PKEY_CTX *ctx, struct slice encrypted, uint8_t *out, size_t *len)
{
	return ctx != NULL && EVP_PKEY_decrypt_init(ctx) > 0 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) > 0 &&
	    EVP_PKEY_decrypt(ctx, out, len, encrypted.p, encrypted.len) > 0;
}

/* RFC 8017 section 7.2.2: 0, 2, at least eight octets other than 0, 0. */
static bool
unpad(struct slice block, struct slice *message)
{
	enum { PADDING = 8 };
	const struct slice padded = slice_after(block, 2);
	const size_t zero = slice_index(padded, 0);

	if (block.len < 2 || block.p[0] != 0 || block.p[1] != 2 ||
	    zero < PADDING || zero == padded.len)
		return false;
	*message = slice_after(padded, zero + 1);
	return true;
}

bool
privatekey_decrypt(const struct privatekey *key, struct slice encrypted,
    uint8_t premaster[PRIVATEKEY_PREMASTER])
{
	EVP_PKEY_CTX *ctx;
	uint8_t block[MOST_BITS / 8];
	size_t len = sizeof(block);
	struct slice message;
	bool decrypted;

	if (encrypted.len != key->modulus_len)
		return false;
	ctx = EVP_PKEY_CTX_new(key->key, NULL);
	decrypted = raw_decrypt(ctx, encrypted, block, &len) &&
	    unpad(slice_of(block, len), &message) &&
	    message.len == PRIVATEKEY_PREMASTER;
	if (decrypted)
		memcpy(premaster, message.p, message.len);
	OPENSSL_cleanse(block, sizeof(block));
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return decrypted;
}
