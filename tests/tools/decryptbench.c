/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * decryptbench OCTETS: lib/tls/decrypt alone, on one connection of TLS 1.3 with
 * AES-128-GCM whose records carry so many octets.  Prints the octets that were
 * decrypted in a second of CPU.
 */

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tls/decrypt.h"
#include "tls/inner/keyschedule.h"

enum { AMOUNT = 200 << 20, MOST = 16384, HEAD = 5, TAG = 16, TURNS = 64 };

#define RANDOM                                                                 \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* ClientHello and ServerHello that agree upon TLS_AES_128_GCM_SHA256. */
static const uint8_t hello_begin[] = { 0x16, 3, 1, 0, 0, 0, 0, 0, 0, 3, 3 };

struct sender {
	EVP_CIPHER_CTX *cipher;
	uint8_t iv[12];
	uint64_t number;
};

static struct {
	struct decrypt *decrypt;
	void *slot;
	void *user;
	uint64_t offsets[2];
	uint64_t octets;
} bench;

static void
on_decrypt(void *arg, const struct decrypt_event *e)
{
	(void)arg;
	if (e->kind == DECRYPT_STREAM)
		bench.octets += e->tcp->octets.len;
}

static void
input(enum tcpreasm_direction direction, const uint8_t *octets, size_t len)
{
	const struct tcpreasm_event e = {
		.fact = TCPREASM_DATA,
		.connection = 1,
		.direction = direction,
		.octets = slice_of(octets, len),
		.offset = bench.offsets[direction],
		.user = &bench.user,
	};

	bench.offsets[direction] += len;
	decrypt_input(bench.decrypt, &e, &bench.slot);
}

/* A hello of that type, with what follows the random. */
static void
say_hello(enum tcpreasm_direction direction, uint8_t type, const uint8_t *rest,
    size_t len)
{
	uint8_t hello[200];
	size_t at = sizeof(hello_begin);

	memcpy(hello, hello_begin, at);
	for (uint8_t i = 0; i < 32; i++)
		hello[at++] = i;
	memcpy(hello + at, rest, len);
	at += len;
	hello[4] = (uint8_t)(at - HEAD);
	hello[5] = type;
	hello[8] = (uint8_t)(at - HEAD - 4);
	input(direction, hello, at);
}

static void
begin_sender(struct sender *s, uint8_t octet)
{
	struct keyschedule_secret secret = { .len = 32 };
	uint8_t key[16];

	memset(secret.octets, octet, secret.len);
	keyschedule_expand(SUITE_SHA256, &secret, "key", key, sizeof(key));
	keyschedule_expand(SUITE_SHA256, &secret, "iv", s->iv, sizeof(s->iv));
	s->number = 0;
	s->cipher = EVP_CIPHER_CTX_new();
	EVP_EncryptInit_ex2(s->cipher, EVP_aes_128_gcm(), key, NULL, NULL);
}

/* `plain' ends with its type.  Returns the record's octets. */
static size_t
seal(struct sender *s, const uint8_t *plain, size_t len, uint8_t *record)
{
	const size_t body = len + TAG;
	uint8_t nonce[12];
	int done;

	memcpy(nonce, s->iv, sizeof(nonce));
	for (size_t i = 0; i < 8; i++)
		nonce[4 + i] ^= (uint8_t)(s->number >> 8 * (7 - i));
	s->number++;
	memcpy(record,
	    (uint8_t[]){ 23, 3, 3, (uint8_t)(body >> 8), (uint8_t)body }, HEAD);
	EVP_EncryptInit_ex2(s->cipher, NULL, NULL, nonce, NULL);
	EVP_EncryptUpdate(s->cipher, NULL, &done, record, HEAD);
	EVP_EncryptUpdate(s->cipher, record + HEAD, &done, plain, (int)len);
	EVP_EncryptFinal_ex(s->cipher, record + HEAD + len, &done);
	EVP_CIPHER_CTX_ctrl(
	    s->cipher, EVP_CTRL_AEAD_GET_TAG, TAG, record + HEAD + len);
	return HEAD + body;
}

static void
shake_hands(void)
{
	static const uint8_t client[] = { 0, 0, 2, 0x13, 1, 1, 0, 0, 7, 0, 43,
		0, 3, 2, 3, 4 };
	static const uint8_t server[] = { 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3,
		4 };
	static const uint8_t finished[] = { 20, 0, 0, 0, 22 };
	struct sender s;
	uint8_t record[64];

	say_hello(TCPREASM_TO_SERVER, 1, client, sizeof(client));
	say_hello(TCPREASM_TO_CLIENT, 2, server, sizeof(server));
	begin_sender(&s, 'h');
	input(TCPREASM_TO_SERVER, record,
	    seal(&s, finished, sizeof(finished), record));
	EVP_CIPHER_CTX_free(s.cipher);
}

static void
tell_secrets(struct secrets *secrets)
{
	static const char *const labels[] = { "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
		"CLIENT_TRAFFIC_SECRET_0" };
	struct keylog_lines lines = { .len = 0 };

	for (size_t i = 0; i < 2; i++) {
		char text[300];
		int at =
		    snprintf(text, sizeof(text), "%s %s ", labels[i], RANDOM);

		for (unsigned n = 0; n < 32; n++)
			at += snprintf(text + at, sizeof(text) - (size_t)at,
			    "%02x", i == 0 ? 'h' : 'a');
		secrets_keylog(secrets, &lines, slice_text(text));
		secrets_keylog(secrets, &lines, slice_text("\n"));
	}
}

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Sealed a few at a time, so that both are in the cache as they are when a
 * capture is read, and only the opening is measured. */
static double
run(size_t size)
{
	static uint8_t plain[MOST + 1], records[TURNS][HEAD + MOST + 1 + TAG];
	struct sender s;
	double spent = 0;

	plain[size] = 23;
	begin_sender(&s, 'a');
	while (bench.octets < AMOUNT) {
		size_t len = 0;
		double begun;

		for (size_t i = 0; i < TURNS; i++)
			len = seal(&s, plain, size + 1, records[i]);
		begun = cpu();
		for (size_t i = 0; i < TURNS; i++)
			input(TCPREASM_TO_SERVER, records[i], len);
		spent += cpu() - begun;
		if (bench.octets == 0)
			break;
	}
	EVP_CIPHER_CTX_free(s.cipher);
	return spent;
}

int
main(int argc, char **argv)
{
	const size_t size = argc == 2 ? (size_t)atoi(argv[1]) : 0;
	struct secrets *secrets = secrets_new(
	    &(struct secrets_limits){ .sessions = 4, .resumptions = 4 });
	const struct decrypt_limits limits = {
		.connections = 4,
		.held = 1 << 20,
		.connection = 1 << 20,
		.handshakes = 1 << 20,
	};
	double spent;

	if (size == 0 || size >= MOST)
		return 2;
	bench.decrypt = decrypt_new(&limits, secrets, on_decrypt, NULL);
	tell_secrets(secrets);
	shake_hands();
	spent = run(size);
	printf("%.0f\n", (double)bench.octets / spent);
	return bench.octets == 0 ? 1 : 0;
}
