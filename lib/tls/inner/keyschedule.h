/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEYSCHEDULE_H
#define KEYSCHEDULE_H

#include "tls/inner/suite.h"

/*
 * Keys made of secrets: the pseudo-random function of TLS 1.0 to 1.2 (RFC 2246
 * and RFC 5246 section 5) and HKDF-Expand-Label of TLS 1.3 (RFC 8446 section
 * 7.1).  False: libcrypto refused, and the outputs are undefined.
 */

enum {
	KEYSCHEDULE_SECRET = 48, /* the longest, and every master secret */
	KEYSCHEDULE_RANDOM = 32,
	KEYSCHEDULE_KEY_BLOCK = 2 * (48 + 32 + 16) /* the longest */
};

/* A secret by value. */
struct keyschedule_secret {
	uint8_t octets[KEYSCHEDULE_SECRET];
	uint8_t len; /* 0: it is not known */
};

/* `hash' matters from TLS 1.2 on; `label' is our own, NUL-terminated. */
struct keyschedule_prf {
	uint16_t version;
	enum suite_hash hash;
	struct slice secret;
	const char *label;
	struct slice seed, seed2;
};

bool keyschedule_prf(
    const struct keyschedule_prf *prf, uint8_t *out, size_t octets);

/*
 * The master secret of a premaster secret.  `seed' is the client's and the
 * server's random; or, extended (RFC 7627), the session hash and nothing.
 */
bool keyschedule_master(uint16_t version, enum suite_hash hash, bool extended,
    struct slice premaster, struct slice seed, struct slice seed2,
    struct keyschedule_secret *master);

/* The hash of a transcript, as TLS of this version makes it: MD5 and SHA-1 up
 * to TLS 1.1.  Returns its octets, at most KEYSCHEDULE_SECRET; 0: refused. */
size_t keyschedule_transcript(uint16_t version, enum suite_hash hash,
    struct slice messages, uint8_t *out);

/* TLS 1.3, with an empty context. */
bool keyschedule_expand(enum suite_hash hash,
    const struct keyschedule_secret *secret, const char *label, uint8_t *out,
    size_t octets);

/* The traffic secret after a KeyUpdate (RFC 8446 section 7.2). */
bool keyschedule_update(
    enum suite_hash hash, struct keyschedule_secret *secret);

#endif
