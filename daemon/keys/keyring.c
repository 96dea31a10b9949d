/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keyring.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "host/privilege.h"
#include "keys/keyfile.h"
#include "keys/keylogs.h"

enum {
	LOCKED_OCTETS = 1 << 20, /* of private keys, a power of two */
	LOCKED_LEAST = 64,
	SESSION_OCTETS = 5120, /* of [limits] memory, for one in a key log */
	READ_MOST = 1 << 20    /* octets of one key log, between packets */
};

struct keyring {
	struct secrets *secrets;
	struct keylogs *keylogs;
	const struct log *log;
	struct config_tls tls[CONFIG_TLS]; /* as they are in force */
	size_t count;
};

void
keyring_free(struct keyring *k)
{
	if (k == NULL)
		return;
	keylogs_free(k->keylogs);
	secrets_free(k->secrets);
	free(k);
}

struct secrets *
keyring_secrets(struct keyring *k)
{
	return k->secrets;
}

bool
keyring_awaits(const struct keyring *k)
{
	return keylogs_count(k->keylogs) > 0;
}

void
keyring_read(struct keyring *k)
{
	keylogs_read(k->keylogs, READ_MOST);
}

/* Where that fails, keys are kept in ordinary memory and a line is logged. */
static void
lock_memory(const struct log *log)
{
	privilege_hide();
	if (CRYPTO_secure_malloc_initialized() != 0)
		return;
	if (CRYPTO_secure_malloc_init(LOCKED_OCTETS, LOCKED_LEAST) != 1)
		log_warning(log,
		    "private keys: memory cannot be locked and may be swapped "
		    "out; raise LimitMEMLOCK=");
}

/* False, logged, if the section is of no use. */
static bool
names_something(const struct config_tls *tls, const struct log *log)
{
	if (tls->key[0] != '\0' || tls->keylog[0] != '\0')
		return true;
	log_error(log,
	    "[tls \"%s\"]: names neither key nor keylog; accepted: one of "
	    "them, or both",
	    tls->name);
	return false;
}

/* 0 or -errno, logged. */
static int
add_section(struct keyring *k, const struct config_tls *tls)
{
	struct privatekey *key = NULL;

	if (!names_something(tls, k->log))
		return -EINVAL;
	if (tls->key[0] != '\0') {
		key = keyfile_read(tls, k->log);
		if (key == NULL || !secrets_add_key(k->secrets, key))
			return -EINVAL;
	}
	return tls->keylog[0] == '\0' ? 0 : keylogs_add(k->keylogs, tls);
}

/* All errors are logged, not only the first. */
static int
add_sections(struct keyring *k, const struct config *config)
{
	int error = 0;

	if (config->tls_count > 0)
		lock_memory(k->log);
	for (size_t i = 0; i < config->tls_count; i++) {
		const int failed = add_section(k, &config->tls[i]);

		k->tls[k->count++] = config->tls[i];
		error = failed < 0 ? failed : error;
	}
	return error;
}

struct keyring *
keyring_new(const struct keyring_setup *setup)
{
	const size_t sessions = setup->config->limits.memory / SESSION_OCTETS;
	struct keyring *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->log = setup->log;
	k->secrets = secrets_new(&(struct secrets_limits){
	    .sessions = sessions,
	    .resumptions = sessions,
	    .key = *setup->key,
	});
	k->keylogs =
	    k->secrets == NULL ? NULL : keylogs_new(k->secrets, setup->log);
	if (k->keylogs == NULL) {
		log_error(setup->log, "out of memory; lower [limits]");
	} else if (add_sections(k, setup->config) == 0) {
		keylogs_read(k->keylogs, SIZE_MAX);
		return k;
	}
	keyring_free(k);
	return NULL;
}

static bool
is_same(const struct config_tls *a, const struct config_tls *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->key, b->key) == 0 &&
	    strcmp(a->passphrase, b->passphrase) == 0 &&
	    strcmp(a->keylog, b->keylog) == 0;
}

void
keyring_compare(const struct keyring *k, const struct config *config)
{
	bool same = k->count == config->tls_count;

	for (size_t i = 0; same && i < k->count; i++)
		same = is_same(&k->tls[i], &config->tls[i]);
	if (!same)
		log_warning(k->log,
		    "[tls]: has changed; that takes a restart, keys stay as "
		    "they were read");
}

static void
write_key(const struct config_tls *tls, const struct privatekey *key, FILE *out)
{
	const struct x509cert *certificate = privatekey_certificate(key);
	char store[64];
	struct textbuf until;

	fprintf(out, "[tls \"%s\"] key: %s: RSA, %u bits, ", tls->name,
	    tls->key, privatekey_bits(key));
	if (certificate == NULL) {
		fputs("no certificate of it in the file\n", out);
		return;
	}
	textbuf_init(&until, store, sizeof(store));
	textbuf_time_s(&until, certificate->not_after);
	fprintf(out, "fits the certificate of %s by %s, valid until %s\n",
	    certificate->subject, certificate->issuer, store);
}

int
keyring_check(const struct config *config, FILE *out, const struct log *log)
{
	int error = 0;

	for (size_t i = 0; i < config->tls_count; i++) {
		const struct config_tls *tls = &config->tls[i];
		struct privatekey *key =
		    tls->key[0] == '\0' ? NULL : keyfile_read(tls, log);

		if (key != NULL)
			write_key(tls, key, out);
		else if (tls->key[0] != '\0' || !names_something(tls, log))
			error = -EINVAL;
		privatekey_free(key);
	}
	return error;
}
