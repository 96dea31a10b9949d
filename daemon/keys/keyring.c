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
	READ_MOST = 1 << 20 /* octets of one key log, between packets */
};

/* What a file was when it was read. */
struct keyring_file {
	bool known;
	struct stat st;
};

struct keyring_section {
	struct config_tls tls; /* as it is in force */
	struct keyring_file key, passphrase;
};

struct keyring {
	struct secrets *secrets;
	struct keylogs *keylogs;
	const struct log *log;
	struct keyring_section sections[CONFIG_TLS];
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

size_t
keyring_refused(const struct keyring *k)
{
	return keylogs_refused(k->keylogs);
}

void
keyring_stats(const struct keyring *k, counter_output *output, void *arg)
{
	keylogs_stats(k->keylogs, output, arg);
}

void
keyring_read(struct keyring *k)
{
	keylogs_read(k->keylogs, READ_MOST);
}

/* Where that fails, secrets are kept in ordinary memory and a line is logged:
 * only to those who ask where it is for the seconds that a savefile takes. */
static void
lock_memory(bool daemon, const struct log *log)
{
	static const char reason[] =
	    "secrets of TLS: memory cannot be locked and may be swapped out; "
	    "set LimitMEMLOCK=infinity";
	bool locked = !daemon || privilege_lock() == 0;

	privilege_hide();
	if (CRYPTO_secure_malloc_initialized() == 0 &&
	    CRYPTO_secure_malloc_init(LOCKED_OCTETS, LOCKED_LEAST) != 1)
		locked = false;
	if (!locked && daemon)
		log_warning(log, "%s", reason);
	else if (!locked)
		log_info(log, "%s", reason);
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

static void
look_at(struct keyring_file *file, const char *value)
{
	char path[KEYFILE_PATH];

	file->known = value[0] != '\0' &&
	    keyfile_path(value, path, sizeof(path)) &&
	    stat(path, &file->st) == 0;
}

/* All errors are logged, not only the first. */
static int
add_sections(struct keyring *k, const struct keyring_setup *setup)
{
	const struct config *config = setup->config;
	int error = 0;

	if (config->tls_count > 0)
		lock_memory(setup->daemon, k->log);
	for (size_t i = 0; i < config->tls_count; i++) {
		struct keyring_section *section = &k->sections[k->count++];
		const int failed = add_section(k, &config->tls[i]);

		section->tls = config->tls[i];
		look_at(&section->key, section->tls.key);
		look_at(&section->passphrase, section->tls.passphrase);
		error = failed < 0 ? failed : error;
	}
	return error;
}

struct keyring *
keyring_new(const struct keyring_setup *setup)
{
	const size_t sessions = config_limits_secrets(setup->config);
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
	} else if (add_sections(k, setup) == 0) {
		keylogs_read(k->keylogs, SIZE_MAX);
		if (!setup->daemon)
			keylogs_finish(k->keylogs);
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

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Its directory may be closed to whom the daemon runs as: then nothing is known
 * of it.  systemd copies a credential when the unit is started, and makes that
 * copy anew when it is reloaded. */
static void
compare_file(const struct keyring *k, const struct keyring_section *section,
    const char *key, const char *value, const struct keyring_file *file)
{
	struct keyring_file now;

	errno = 0;
	look_at(&now, value);
	if (keyfile_is_credential(value) || !file->known ||
	    (!now.known && errno != ENOENT) ||
	    (now.known && is_same_file(&file->st, &now.st)))
		return;
	log_warning(k->log,
	    "[tls \"%s\"] %s: %s: %s; that takes a restart, the key stays as "
	    "it was read",
	    section->tls.name, key, value,
	    now.known ? "has changed" : "is gone");
}

void
keyring_compare(const struct keyring *k, const struct config *config)
{
	bool same = k->count == config->tls_count;

	for (size_t i = 0; i < k->count; i++) {
		const struct keyring_section *s = &k->sections[i];

		same = same && is_same(&s->tls, &config->tls[i]);
		compare_file(k, s, "key", s->tls.key, &s->key);
		compare_file(
		    k, s, "passphrase", s->tls.passphrase, &s->passphrase);
	}
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
		const bool withheld = keyfile_withheld(tls->key) ||
		    keyfile_withheld(tls->passphrase);
		struct privatekey *key = tls->key[0] == '\0' || withheld
		    ? NULL
		    : keyfile_read(tls, log);

		if (key != NULL)
			write_key(tls, key, out);
		else if (withheld)
			fprintf(out,
			    "[tls \"%s\"] key: %s: read at the start\n",
			    tls->name, tls->key);
		else if (tls->key[0] != '\0' || !names_something(tls, log))
			error = -EINVAL;
		privatekey_free(key);
	}
	return error;
}
