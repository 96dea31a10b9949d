/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/keyschedule.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

enum {
	TLS_1_2 = 0x0303,
	LABEL_OCTETS = 2 + 1 + 64 + 1, /* HkdfLabel, its context empty */
};

/* EVP_KDF asks for pointers to what it only reads. */
static OSSL_PARAM
octets_param(const char *name, struct slice octets)
{
	return OSSL_PARAM_construct_octet_string(
	    name, (void *)(uintptr_t)octets.p, octets.len);
}

static OSSL_PARAM
digest_param(const char *digest)
{
	return OSSL_PARAM_construct_utf8_string(
	    OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)digest, 0);
}

static bool
derive(const char *name, const OSSL_PARAM *params, uint8_t *out, size_t octets)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	const bool derived =
	    ctx != NULL && EVP_KDF_derive(ctx, out, octets, params) > 0;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return derived;
}

static const char *
prf_digest(uint16_t version, enum suite_hash hash)
{
	return version < TLS_1_2 ? "MD5-SHA1" : suite_hash_name(hash);
}

bool
keyschedule_prf(const struct keyschedule_prf *prf, uint8_t *out, size_t octets)
{
	OSSL_PARAM params[6];
	size_t n = 0;

	params[n++] = digest_param(prf_digest(prf->version, prf->hash));
	params[n++] = octets_param(OSSL_KDF_PARAM_SECRET, prf->secret);
	params[n++] = octets_param(OSSL_KDF_PARAM_SEED, slice_text(prf->label));
	params[n++] = octets_param(OSSL_KDF_PARAM_SEED, prf->seed);
	if (prf->seed2.len > 0)
		params[n++] = octets_param(OSSL_KDF_PARAM_SEED, prf->seed2);
	params[n] = OSSL_PARAM_construct_end();
	return derive("TLS1-PRF", params, out, octets);
}

bool
keyschedule_master(uint16_t version, enum suite_hash hash, bool extended,
    struct slice premaster, struct slice seed, struct slice seed2,
    struct keyschedule_secret *master)
{
	const struct keyschedule_prf prf = {
		.version = version,
		.hash = hash,
		.secret = premaster,
		.label = extended ? "extended master secret" : "master secret",
		.seed = seed,
		.seed2 = seed2,
	};

	master->len = KEYSCHEDULE_SECRET;
	return keyschedule_prf(&prf, master->octets, KEYSCHEDULE_SECRET);
}

size_t
keyschedule_transcript(
    uint16_t version, enum suite_hash hash, struct slice messages, uint8_t *out)
{
	EVP_MD *digest = EVP_MD_fetch(NULL, prf_digest(version, hash), NULL);
	unsigned octets = 0;

	if (digest == NULL ||
	    !EVP_Digest(messages.p, messages.len, out, &octets, digest, NULL))
		octets = 0;
	EVP_MD_free(digest);
	return octets;
}

/* struct HkdfLabel of RFC 8446 section 7.1. */
static size_t
hkdf_label(const char *label, size_t octets, uint8_t *out)
{
	static const char prefix[] = "tls13 ";
	const size_t len = strlen(label), prefix_len = sizeof(prefix) - 1;
	size_t at = 0;

	out[at++] = (uint8_t)(octets >> 8);
	out[at++] = (uint8_t)octets;
	out[at++] = (uint8_t)(prefix_len + len);
	memcpy(out + at, prefix, prefix_len);
	at += prefix_len;
	memcpy(out + at, label, len);
	at += len;
	out[at++] = 0;
	return at;
}

bool
keyschedule_expand(enum suite_hash hash,
    const struct keyschedule_secret *secret, const char *label, uint8_t *out,
    size_t octets)
{
	uint8_t info[LABEL_OCTETS];
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	const OSSL_PARAM params[] = {
		digest_param(suite_hash_name(hash)),
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		octets_param(
		    OSSL_KDF_PARAM_KEY, slice_of(secret->octets, secret->len)),
		octets_param(OSSL_KDF_PARAM_INFO,
		    slice_of(info, hkdf_label(label, octets, info))),
		OSSL_PARAM_construct_end(),
	};

	return derive("HKDF", params, out, octets);
}

bool
keyschedule_update(enum suite_hash hash, struct keyschedule_secret *secret)
{
	struct keyschedule_secret next = { .len = (uint8_t)suite_hash_octets(
					       hash) };
	const bool derived = keyschedule_expand(
	    hash, secret, "traffic upd", next.octets, next.len);

	if (derived)
		*secret = next;
	OPENSSL_cleanse(&next, sizeof(next));
	return derived;
}
