/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SUITE_H
#define SUITE_H

#include "base/slice.h"

/*
 * The cipher suites that can be decrypted (IANA's registry of TLS cipher
 * suites): how keys are exchanged, what encrypts, what authenticates and which
 * hash the key derivation uses.
 */

enum suite_exchange {
	SUITE_RSA,       /* a private key decrypts the premaster secret */
	SUITE_EPHEMERAL, /* DHE, ECDHE, anonymous: only a key log helps */
	SUITE_PSK,       /* the same */
	SUITE_TLS13      /* the same */
};

enum suite_cipher {
	SUITE_3DES_CBC,
	SUITE_AES_128_CBC,
	SUITE_AES_256_CBC,
	SUITE_CAMELLIA_128_CBC,
	SUITE_CAMELLIA_256_CBC,
	SUITE_AES_128_GCM,
	SUITE_AES_256_GCM,
	SUITE_AES_128_CCM,
	SUITE_AES_256_CCM,
	SUITE_AES_128_CCM_8,
	SUITE_AES_256_CCM_8,
	SUITE_CHACHA20_POLY1305
};

/* Of the record's MAC (CBC), or of the derivation (AEAD). */
enum suite_hash { SUITE_SHA1, SUITE_SHA256, SUITE_SHA384 };

struct suite {
	uint16_t id;
	enum suite_exchange exchange;
	enum suite_cipher cipher;
	enum suite_hash mac;        /* CBC only */
	enum suite_hash derivation; /* of TLS 1.2 and 1.3 */
};

/* NULL: none that we know. */
const struct suite *suite_find(uint16_t id);

/* The sizes that the cipher takes and adds, in octets. */
struct suite_sizes {
	const char *name; /* libcrypto's */
	size_t key;
	size_t block; /* CBC; 0: it is an AEAD */
	size_t iv;    /* from the key block, up to TLS 1.2; 1.0 has a block more
		       */
	size_t tag;   /* AEAD */
};

const struct suite_sizes *suite_sizes(enum suite_cipher cipher);

/* "SHA1", and its octets. */
const char *suite_hash_name(enum suite_hash hash);
size_t suite_hash_octets(enum suite_hash hash);

#endif
