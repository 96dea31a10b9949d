/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/protection.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

enum {
	TLS_1_0 = 0x0301,
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
	NONCE = 12,      /* of every AEAD here */
	EXPLICIT = 8,    /* the part of it that a record of TLS 1.2 brings */
	BLOCK = 16,      /* the longest of CBC */
	HASH = 48,       /* the longest MAC */
	SEQUENCE = 8,    /* octets of a record's number */
	HEADER = 5,      /* of a record */
	MOST_TRIES = 64, /* numbers tried where records are missing */
};

struct protection {
	const struct suite *suite;
	const struct suite_sizes *sizes;
	uint16_t version;
	bool encrypt_then_mac;
	bool proven;
	bool unchained;   /* TLS 1.0: the block before is not known */
	uint64_t number;  /* of the next record */
	uint64_t missing; /* so many numbers more may be skipped */
	uint8_t iv[BLOCK];
	EVP_CIPHER_CTX *cipher;
	EVP_MAC_CTX *mac; /* CBC */
};

static bool
is_cbc(const struct protection *p)
{
	return p->sizes->block > 0;
}

/* Does the nonce come from the record's number alone? */
static bool
counts_nonce(const struct protection *p)
{
	return p->version >= TLS_1_3 ||
	    p->suite->cipher == SUITE_CHACHA20_POLY1305;
}

void
protection_free(struct protection *p)
{
	if (p == NULL)
		return;
	EVP_CIPHER_CTX_free(p->cipher);
	EVP_MAC_CTX_free(p->mac);
	OPENSSL_cleanse(p, sizeof(*p));
	free(p);
}

bool
protection_proven(const struct protection *p)
{
	return p->proven;
}

static bool
is_ccm(const struct protection *p)
{
	return p->suite->cipher >= SUITE_AES_128_CCM &&
	    p->suite->cipher <= SUITE_AES_256_CCM_8;
}

static bool
set_cipher(struct protection *p, const uint8_t *key)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, p->sizes->name, NULL);
	bool set;

	p->cipher = EVP_CIPHER_CTX_new();
	set = cipher != NULL && p->cipher != NULL &&
	    EVP_DecryptInit_ex2(p->cipher, cipher, NULL, NULL, NULL) > 0;
	if (set && !is_cbc(p))
		set = EVP_CIPHER_CTX_ctrl(
			  p->cipher, EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) > 0;
	/* CCM computes with the tag's length, so that comes before the key. */
	if (set && is_ccm(p))
		set = EVP_CIPHER_CTX_ctrl(p->cipher, EVP_CTRL_AEAD_SET_TAG,
			  (int)p->sizes->tag, NULL) > 0;
	set = set && EVP_DecryptInit_ex2(p->cipher, NULL, key, NULL, NULL) > 0;
	if (set)
		EVP_CIPHER_CTX_set_padding(p->cipher, 0);
	EVP_CIPHER_free(cipher);
	return set;
}

static bool
set_mac(struct protection *p, const uint8_t *key)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	const char *hash = suite_hash_name(p->suite->mac);
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)hash, 0),
		OSSL_PARAM_construct_end(),
	};

	p->mac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	return p->mac != NULL &&
	    EVP_MAC_init(
		p->mac, key, suite_hash_octets(p->suite->mac), params) > 0;
}

static struct protection *
new_protection(const struct suite *suite, uint16_t version)
{
	struct protection *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->suite = suite;
	p->sizes = suite_sizes(suite->cipher);
	p->version = version;
	return p;
}

/* The key block of RFC 5246 section 6.3: MAC keys, keys and IVs, the client's
 * first. */
static bool
set_keys(
    struct protection *p, const struct protection_setup *setup, uint8_t *block)
{
	const size_t mac = is_cbc(p) ? suite_hash_octets(p->suite->mac) : 0;
	const size_t key = p->sizes->key;
	const size_t iv =
	    p->version == TLS_1_0 ? p->sizes->block : p->sizes->iv;
	const size_t side = setup->server ? 1 : 0;
	const struct keyschedule_prf prf = {
		.version = setup->version,
		.hash = setup->suite->derivation,
		.secret = slice_of(setup->master->octets, setup->master->len),
		.label = "key expansion",
		.seed = setup->server_random,
		.seed2 = setup->client_random,
	};

	if (!keyschedule_prf(&prf, block, 2 * (mac + key + iv)))
		return false;
	memcpy(p->iv, block + 2 * (mac + key) + side * iv, iv);
	return (mac == 0 || set_mac(p, block + side * mac)) &&
	    set_cipher(p, block + 2 * mac + side * key);
}

struct protection *
protection_new(const struct protection_setup *setup)
{
	struct protection *p = new_protection(setup->suite, setup->version);
	uint8_t block[KEYSCHEDULE_KEY_BLOCK];

	if (p == NULL)
		return NULL;
	p->encrypt_then_mac = setup->encrypt_then_mac && is_cbc(p);
	if (!set_keys(p, setup, block)) {
		protection_free(p);
		p = NULL;
	}
	OPENSSL_cleanse(block, sizeof(block));
	return p;
}

struct protection *
protection_new_tls13(
    const struct suite *suite, const struct keyschedule_secret *traffic)
{
	struct protection *p = new_protection(suite, TLS_1_3);
	const enum suite_hash hash = suite->derivation;
	uint8_t key[32];

	if (p == NULL)
		return NULL;
	if (!keyschedule_expand(hash, traffic, "key", key, p->sizes->key) ||
	    !keyschedule_expand(hash, traffic, "iv", p->iv, NONCE) ||
	    !set_cipher(p, key)) {
		protection_free(p);
		p = NULL;
	}
	OPENSSL_cleanse(key, sizeof(key));
	return p;
}

void
protection_lost(struct protection *p, uint64_t most, struct slice tail)
{
	const size_t block = p->sizes->block;

	p->missing =
	    most > MOST_TRIES - p->missing ? MOST_TRIES : p->missing + most;
	if (p->version != TLS_1_0 || !is_cbc(p))
		return;
	p->unchained = tail.len < block;
	if (!p->unchained)
		memcpy(p->iv, tail.p + tail.len - block, block);
}

static void
write_number(uint8_t *to, uint64_t n)
{
	for (size_t i = 0; i < SEQUENCE; i++)
		to[i] = (uint8_t)(n >> 8 * (SEQUENCE - 1 - i));
}

/* Number, type, version and length: what TLS up to 1.2 authenticates beside
 * the content. */
static size_t
write_additional(uint8_t *to, const struct protection_record *record,
    uint64_t number, size_t octets)
{
	write_number(to, number);
	to[8] = record->type;
	to[9] = (uint8_t)(record->version >> 8);
	to[10] = (uint8_t)record->version;
	to[11] = (uint8_t)(octets >> 8);
	to[12] = (uint8_t)octets;
	return SEQUENCE + HEADER;
}

static bool
mac_fits(struct protection *p, const struct protection_record *record,
    uint64_t number, struct slice content, const uint8_t *mac)
{
	uint8_t head[SEQUENCE + HEADER], made[HASH];
	size_t made_len = 0;

	write_additional(head, record, number, content.len);
	return EVP_MAC_init(p->mac, NULL, 0, NULL) > 0 &&
	    EVP_MAC_update(p->mac, head, sizeof(head)) > 0 &&
	    EVP_MAC_update(p->mac, content.p, content.len) > 0 &&
	    EVP_MAC_final(p->mac, made, &made_len, sizeof(made)) > 0 &&
	    CRYPTO_memcmp(made, mac, made_len) == 0;
}

/* The number that fits is the record's; the next follows it. */
static enum protection_answer
settle_mac(struct protection *p, const struct protection_record *record,
    struct slice content, const uint8_t *mac)
{
	for (uint64_t skipped = 0; skipped <= p->missing; skipped++)
		if (mac_fits(p, record, p->number + skipped, content, mac)) {
			p->number += skipped;
			p->missing = 0;
			return PROTECTION_OPENED;
		}
	return PROTECTION_BAD;
}

/* RFC 5246 section 6.2.3.2.  False: it is no padding. */
static bool
strip_padding(struct slice *plain, size_t mac)
{
	size_t padding;

	if (plain->len == 0)
		return false;
	padding = plain->p[plain->len - 1];
	if (padding + 1 + mac > plain->len)
		return false;
	for (size_t i = 0; i < padding; i++)
		if (plain->p[plain->len - 2 - i] != padding)
			return false;
	plain->len -= padding + 1;
	return true;
}

static bool
decrypt_blocks(
    struct protection *p, struct slice in, const uint8_t *iv, uint8_t *out)
{
	int len = 0;

	return EVP_DecryptInit_ex2(p->cipher, NULL, NULL, iv, NULL) > 0 &&
	    EVP_DecryptUpdate(p->cipher, out, &len, in.p, (int)in.len) > 0 &&
	    (size_t)len == in.len;
}

/* The parts of a CBC record. */
struct protection_blocks {
	uint8_t iv[BLOCK];
	struct slice encrypted;
};

/* False: its length is not that of a record. */
static bool
split_blocks(
    struct protection *p, struct slice body, struct protection_blocks *b)
{
	const size_t block = p->sizes->block;

	memcpy(b->iv, p->iv, sizeof(b->iv));
	b->encrypted = body;
	if (p->version != TLS_1_0) {
		if (body.len < block)
			return false;
		memcpy(b->iv, body.p, block);
		b->encrypted = slice_after(body, block);
	}
	if (b->encrypted.len < block || b->encrypted.len % block != 0)
		return false;
	memcpy(p->iv, body.p + body.len - block, block);
	return true;
}

static enum protection_answer
open_cbc(struct protection *p, const struct protection_record *record,
    uint8_t *out, struct slice *plain)
{
	const size_t mac = suite_hash_octets(p->suite->mac);
	const bool etm = p->encrypt_then_mac;
	const bool unchained = p->unchained;
	enum protection_answer answer;
	struct slice body = record->body, content;
	struct protection_blocks blocks;

	if (body.len < mac)
		return PROTECTION_BAD;
	if (etm)
		body.len -= mac;
	if (!split_blocks(p, body, &blocks))
		return PROTECTION_BAD;
	p->unchained = false;
	if (etm) {
		answer = settle_mac(p, record, body, body.p + body.len);
		if (answer != PROTECTION_OPENED)
			return answer;
	}
	if (unchained)
		return PROTECTION_UNKNOWN;
	if (!decrypt_blocks(p, blocks.encrypted, blocks.iv, out))
		return PROTECTION_BAD;
	content = slice_of(out, blocks.encrypted.len);
	if (!strip_padding(&content, etm ? 0 : mac))
		return PROTECTION_BAD;
	if (!etm) {
		content.len -= mac;
		answer =
		    settle_mac(p, record, content, content.p + content.len);
		if (answer != PROTECTION_OPENED)
			return answer;
	}
	*plain = content;
	return PROTECTION_OPENED;
}

/* The nonce of this number (RFC 8446 section 5.3, RFC 7905), or of the octets
 * that the record brings. */
static void
write_nonce(const struct protection *p, struct slice explicit, uint64_t number,
    uint8_t *nonce)
{
	uint8_t counted[SEQUENCE];

	memcpy(nonce, p->iv, NONCE);
	if (!counts_nonce(p)) {
		memcpy(nonce + NONCE - EXPLICIT, explicit.p, EXPLICIT);
		return;
	}
	write_number(counted, number);
	for (size_t i = 0; i < SEQUENCE; i++)
		nonce[NONCE - SEQUENCE + i] ^= counted[i];
}

/* The parts of an AEAD record. */
struct protection_sealed {
	struct slice explicit, encrypted, tag;
};

static bool
unseal(struct protection *p, const struct protection_record *record,
    const struct protection_sealed *s, uint64_t number, uint8_t *out)
{
	uint8_t head[SEQUENCE + HEADER], nonce[NONCE];
	const size_t octets = s->encrypted.len;
	size_t head_len = SEQUENCE + HEADER;
	int len = 0;
	EVP_CIPHER_CTX *c = p->cipher;

	write_nonce(p, s->explicit, number, nonce);
	write_additional(head, record, number,
	    p->version >= TLS_1_3 ? record->body.len : octets);
	if (p->version >= TLS_1_3) {
		memmove(head, head + SEQUENCE, HEADER);
		head_len = HEADER;
	}
	if (EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, (int)s->tag.len,
		(void *)(uintptr_t)s->tag.p) <= 0 ||
	    EVP_DecryptInit_ex2(c, NULL, NULL, nonce, NULL) <= 0)
		return false;
	if (is_ccm(p))
		return EVP_DecryptUpdate(c, NULL, &len, NULL, (int)octets) >
		    0 &&
		    EVP_DecryptUpdate(c, NULL, &len, head, (int)head_len) > 0 &&
		    EVP_DecryptUpdate(
			c, out, &len, s->encrypted.p, (int)octets) > 0;
	return EVP_DecryptUpdate(c, NULL, &len, head, (int)head_len) > 0 &&
	    EVP_DecryptUpdate(c, out, &len, s->encrypted.p, (int)octets) > 0 &&
	    EVP_DecryptFinal_ex(c, out + len, &len) > 0;
}

static enum protection_answer
open_aead(struct protection *p, const struct protection_record *record,
    uint8_t *out, struct slice *plain)
{
	const size_t explicit = counts_nonce(p) ? 0 : EXPLICIT;
	const size_t tag = p->sizes->tag;
	struct protection_sealed s;

	if (record->body.len < explicit + tag)
		return PROTECTION_BAD;
	s.explicit = slice_first(record->body, explicit);
	s.encrypted =
	    slice_between(record->body, explicit, record->body.len - tag);
	s.tag = slice_after(record->body, record->body.len - tag);
	for (uint64_t skipped = 0; skipped <= p->missing; skipped++)
		if (unseal(p, record, &s, p->number + skipped, out)) {
			p->number += skipped;
			p->missing = 0;
			*plain = slice_of(out, s.encrypted.len);
			return PROTECTION_OPENED;
		}
	return PROTECTION_BAD;
}

/* RFC 8446 section 5.2: zeros, and before them the content's type. */
static bool
inner_type(struct slice *plain, uint8_t *type)
{
	while (plain->len > 0 && plain->p[plain->len - 1] == 0)
		plain->len--;
	if (plain->len == 0)
		return false;
	*type = plain->p[--plain->len];
	return true;
}

enum protection_answer
protection_open(struct protection *p, const struct protection_record *record,
    bool trial, uint8_t *out, uint8_t *type, struct slice *plain)
{
	struct slice opened = slice_of(NULL, 0);
	uint8_t content = record->type;
	enum protection_answer answer = is_cbc(p)
	    ? open_cbc(p, record, out, &opened)
	    : open_aead(p, record, out, &opened);

	if (answer == PROTECTION_OPENED && p->version >= TLS_1_3 &&
	    !inner_type(&opened, &content))
		answer = PROTECTION_BAD;
	if (answer == PROTECTION_OPENED || !trial)
		p->number++;
	if (answer != PROTECTION_OPENED)
		return answer;
	p->proven = true;
	*type = content;
	*plain = opened;
	return PROTECTION_OPENED;
}
