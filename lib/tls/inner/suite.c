/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/suite.h"

#define CBC(id, exchange, cipher, mac)                                         \
	{                                                                      \
		id, SUITE_##exchange, SUITE_##cipher, SUITE_##mac,             \
		    SUITE_SHA256                                               \
	}
#define CBC384(id, exchange, cipher)                                           \
	{                                                                      \
		id, SUITE_##exchange, SUITE_##cipher, SUITE_SHA384,            \
		    SUITE_SHA384                                               \
	}
#define AEAD(id, exchange, cipher, hash)                                       \
	{                                                                      \
		id, SUITE_##exchange, SUITE_##cipher, SUITE_##hash,            \
		    SUITE_##hash                                               \
	}

/* In order of their numbers. */
static const struct suite suites[] = {
	CBC(0x000a, RSA, 3DES_CBC, SHA1),
	CBC(0x0013, EPHEMERAL, 3DES_CBC, SHA1),
	CBC(0x0016, EPHEMERAL, 3DES_CBC, SHA1),
	CBC(0x001b, EPHEMERAL, 3DES_CBC, SHA1),
	CBC(0x002f, RSA, AES_128_CBC, SHA1),
	CBC(0x0032, EPHEMERAL, AES_128_CBC, SHA1),
	CBC(0x0033, EPHEMERAL, AES_128_CBC, SHA1),
	CBC(0x0034, EPHEMERAL, AES_128_CBC, SHA1),
	CBC(0x0035, RSA, AES_256_CBC, SHA1),
	CBC(0x0038, EPHEMERAL, AES_256_CBC, SHA1),
	CBC(0x0039, EPHEMERAL, AES_256_CBC, SHA1),
	CBC(0x003a, EPHEMERAL, AES_256_CBC, SHA1),
	CBC(0x003c, RSA, AES_128_CBC, SHA256),
	CBC(0x003d, RSA, AES_256_CBC, SHA256),
	CBC(0x0040, EPHEMERAL, AES_128_CBC, SHA256),
	CBC(0x0041, RSA, CAMELLIA_128_CBC, SHA1),
	CBC(0x0045, EPHEMERAL, CAMELLIA_128_CBC, SHA1),
	CBC(0x0067, EPHEMERAL, AES_128_CBC, SHA256),
	CBC(0x006a, EPHEMERAL, AES_256_CBC, SHA256),
	CBC(0x006b, EPHEMERAL, AES_256_CBC, SHA256),
	CBC(0x006c, EPHEMERAL, AES_128_CBC, SHA256),
	CBC(0x006d, EPHEMERAL, AES_256_CBC, SHA256),
	CBC(0x0084, RSA, CAMELLIA_256_CBC, SHA1),
	CBC(0x0088, EPHEMERAL, CAMELLIA_256_CBC, SHA1),
	CBC(0x008c, PSK, AES_128_CBC, SHA1),
	CBC(0x008d, PSK, AES_256_CBC, SHA1),
	AEAD(0x009c, RSA, AES_128_GCM, SHA256),
	AEAD(0x009d, RSA, AES_256_GCM, SHA384),
	AEAD(0x009e, EPHEMERAL, AES_128_GCM, SHA256),
	AEAD(0x009f, EPHEMERAL, AES_256_GCM, SHA384),
	AEAD(0x00a2, EPHEMERAL, AES_128_GCM, SHA256),
	AEAD(0x00a3, EPHEMERAL, AES_256_GCM, SHA384),
	AEAD(0x00a6, EPHEMERAL, AES_128_GCM, SHA256),
	AEAD(0x00a7, EPHEMERAL, AES_256_GCM, SHA384),
	AEAD(0x00a8, PSK, AES_128_GCM, SHA256),
	AEAD(0x00a9, PSK, AES_256_GCM, SHA384),
	CBC(0x00ae, PSK, AES_128_CBC, SHA256),
	CBC384(0x00af, PSK, AES_256_CBC),
	CBC(0x00ba, RSA, CAMELLIA_128_CBC, SHA256),
	CBC(0x00be, EPHEMERAL, CAMELLIA_128_CBC, SHA256),
	CBC(0x00c0, RSA, CAMELLIA_256_CBC, SHA256),
	CBC(0x00c4, EPHEMERAL, CAMELLIA_256_CBC, SHA256),
	AEAD(0x1301, TLS13, AES_128_GCM, SHA256),
	AEAD(0x1302, TLS13, AES_256_GCM, SHA384),
	AEAD(0x1303, TLS13, CHACHA20_POLY1305, SHA256),
	AEAD(0x1304, TLS13, AES_128_CCM, SHA256),
	AEAD(0x1305, TLS13, AES_128_CCM_8, SHA256),
	CBC(0xc003, EPHEMERAL, 3DES_CBC, SHA1), /* static ECDH */
	CBC(0xc004, EPHEMERAL, AES_128_CBC, SHA1),
	CBC(0xc005, EPHEMERAL, AES_256_CBC, SHA1),
	CBC(0xc008, EPHEMERAL, 3DES_CBC, SHA1),
	CBC(0xc009, EPHEMERAL, AES_128_CBC, SHA1),
	CBC(0xc00a, EPHEMERAL, AES_256_CBC, SHA1),
	CBC(0xc012, EPHEMERAL, 3DES_CBC, SHA1),
	CBC(0xc013, EPHEMERAL, AES_128_CBC, SHA1),
	CBC(0xc014, EPHEMERAL, AES_256_CBC, SHA1),
	CBC(0xc017, EPHEMERAL, 3DES_CBC, SHA1),
	CBC(0xc018, EPHEMERAL, AES_128_CBC, SHA1),
	CBC(0xc019, EPHEMERAL, AES_256_CBC, SHA1),
	CBC(0xc023, EPHEMERAL, AES_128_CBC, SHA256),
	CBC384(0xc024, EPHEMERAL, AES_256_CBC),
	CBC(0xc027, EPHEMERAL, AES_128_CBC, SHA256),
	CBC384(0xc028, EPHEMERAL, AES_256_CBC),
	AEAD(0xc02b, EPHEMERAL, AES_128_GCM, SHA256),
	AEAD(0xc02c, EPHEMERAL, AES_256_GCM, SHA384),
	AEAD(0xc02f, EPHEMERAL, AES_128_GCM, SHA256),
	AEAD(0xc030, EPHEMERAL, AES_256_GCM, SHA384),
	CBC(0xc035, PSK, AES_128_CBC, SHA1),
	CBC(0xc036, PSK, AES_256_CBC, SHA1),
	CBC(0xc037, PSK, AES_128_CBC, SHA256),
	CBC384(0xc038, PSK, AES_256_CBC),
	CBC(0xc072, EPHEMERAL, CAMELLIA_128_CBC, SHA256),
	CBC384(0xc073, EPHEMERAL, CAMELLIA_256_CBC),
	CBC(0xc076, EPHEMERAL, CAMELLIA_128_CBC, SHA256),
	CBC384(0xc077, EPHEMERAL, CAMELLIA_256_CBC),
	AEAD(0xc09c, RSA, AES_128_CCM, SHA256),
	AEAD(0xc09d, RSA, AES_256_CCM, SHA256),
	AEAD(0xc09e, EPHEMERAL, AES_128_CCM, SHA256),
	AEAD(0xc09f, EPHEMERAL, AES_256_CCM, SHA256),
	AEAD(0xc0a0, RSA, AES_128_CCM_8, SHA256),
	AEAD(0xc0a1, RSA, AES_256_CCM_8, SHA256),
	AEAD(0xc0a2, EPHEMERAL, AES_128_CCM_8, SHA256),
	AEAD(0xc0a3, EPHEMERAL, AES_256_CCM_8, SHA256),
	AEAD(0xc0ac, EPHEMERAL, AES_128_CCM, SHA256),
	AEAD(0xc0ad, EPHEMERAL, AES_256_CCM, SHA256),
	AEAD(0xc0ae, EPHEMERAL, AES_128_CCM_8, SHA256),
	AEAD(0xc0af, EPHEMERAL, AES_256_CCM_8, SHA256),
	AEAD(0xcca8, EPHEMERAL, CHACHA20_POLY1305, SHA256),
	AEAD(0xcca9, EPHEMERAL, CHACHA20_POLY1305, SHA256),
	AEAD(0xccaa, EPHEMERAL, CHACHA20_POLY1305, SHA256),
	AEAD(0xccab, PSK, CHACHA20_POLY1305, SHA256),
	AEAD(0xccac, PSK, CHACHA20_POLY1305, SHA256),
};

const struct suite *
suite_find(uint16_t id)
{
	size_t low = 0, high = sizeof(suites) / sizeof(*suites);

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (suites[middle].id == id)
			return &suites[middle];
		if (suites[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct suite_sizes *
suite_sizes(enum suite_cipher cipher)
{
	static const struct suite_sizes all[] = {
		[SUITE_3DES_CBC] = { "DES-EDE3-CBC", 24, 8, 0, 0 },
		[SUITE_AES_128_CBC] = { "AES-128-CBC", 16, 16, 0, 0 },
		[SUITE_AES_256_CBC] = { "AES-256-CBC", 32, 16, 0, 0 },
		[SUITE_CAMELLIA_128_CBC] = { "CAMELLIA-128-CBC", 16, 16, 0, 0 },
		[SUITE_CAMELLIA_256_CBC] = { "CAMELLIA-256-CBC", 32, 16, 0, 0 },
		[SUITE_AES_128_GCM] = { "AES-128-GCM", 16, 0, 4, 16 },
		[SUITE_AES_256_GCM] = { "AES-256-GCM", 32, 0, 4, 16 },
		[SUITE_AES_128_CCM] = { "AES-128-CCM", 16, 0, 4, 16 },
		[SUITE_AES_256_CCM] = { "AES-256-CCM", 32, 0, 4, 16 },
		[SUITE_AES_128_CCM_8] = { "AES-128-CCM", 16, 0, 4, 8 },
		[SUITE_AES_256_CCM_8] = { "AES-256-CCM", 32, 0, 4, 8 },
		[SUITE_CHACHA20_POLY1305] = { "ChaCha20-Poly1305", 32, 0, 12,
		    16 },
	};

	return &all[cipher];
}

const char *
suite_hash_name(enum suite_hash hash)
{
	static const char *const names[] = { "SHA1", "SHA256", "SHA384" };

	return names[hash];
}

size_t
suite_hash_octets(enum suite_hash hash)
{
	static const size_t octets[] = { 20, 32, 48 };

	return octets[hash];
}
