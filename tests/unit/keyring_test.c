/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keyring.h"

#include <stdlib.h>

#include "unit/folder.h"
#include "unit/said.h"
#include "unit/tlsvectors.h"

#define RANDOM                                                                 \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define SECRET RANDOM "000102030405060708090a0b0c0d0e0f"
#define LINE "CLIENT_RANDOM " RANDOM " " SECRET "\n"

static const struct log keyring_log = { .verbose = false };
static const struct siphash_key hash_key;
static struct config *config;

static void
write_private(const char *name, const char *text)
{
	folder_write(name, text);
	ck_assert_int_eq(chmod(folder_path(name), 0600), 0);
}

/* A section with that key and key log; NULL: without. */
static void
configure(const char *key, const char *keylog)
{
	struct config_tls *tls = &config->tls[config->tls_count++];

	strcpy(tls->name, "edge");
	if (key != NULL)
		snprintf(tls->key, sizeof(tls->key), "%s", folder_path(key));
	if (keylog != NULL)
		snprintf(tls->keylog, sizeof(tls->keylog), "%s",
		    folder_path(keylog));
}

static void
begin(void)
{
	folder_make();
	write_private("key", tlsvectors_key);
	config = calloc(1, sizeof(*config));
	ck_assert_ptr_nonnull(config);
	config->limits.memory = 1 << 20;
	said_begin();
}

static struct keyring *
made(void)
{
	return keyring_new(&(struct keyring_setup){
	    .config = config, .key = &hash_key, .log = &keyring_log });
}

static void
end(struct keyring *k)
{
	keyring_free(k);
	free(config);
	folder_remove();
}

START_TEST(keys_are_read_and_key_logs_followed)
{
	struct keyring *k;

	begin();
	write_private("log", "");
	configure("key", "log");
	k = made();
	ck_assert_ptr_nonnull(k);
	ck_assert(keyring_awaits(k));
	ck_assert(secrets_has_keys(keyring_secrets(k)));
	ck_assert_uint_eq(secrets_told(keyring_secrets(k)), 0);
	write_private("log", LINE);
	keyring_read(k);
	ck_assert_uint_eq(secrets_told(keyring_secrets(k)), 1);
	end(k);
}
END_TEST

START_TEST(without_sections_there_is_nothing)
{
	struct keyring *k;

	begin();
	k = made();
	ck_assert_ptr_nonnull(k);
	ck_assert(!keyring_awaits(k));
	ck_assert(!secrets_any(keyring_secrets(k)));
	ck_assert_str_eq(said_all(), "");
	end(k);
}
END_TEST

START_TEST(every_error_is_logged)
{
	begin();
	configure("nowhere", NULL);
	configure(NULL, NULL);
	ck_assert_ptr_null(made());
	said_that("nowhere: No such file");
	said_that("names neither key nor keylog");
	end(NULL);
}
END_TEST

START_TEST(a_reload_says_that_the_section_has_changed)
{
	struct keyring *k;

	begin();
	configure("key", NULL);
	k = made();
	keyring_compare(k, config);
	ck_assert_str_eq(said_all(), "");
	configure("key", NULL);
	keyring_compare(k, config);
	said_that("[tls]: has changed; that takes a restart");
	end(k);
}
END_TEST

START_TEST(a_reload_says_that_a_file_has_changed)
{
	struct keyring *k;

	begin();
	configure("key", NULL);
	k = made();
	write_private("new", tlsvectors_key);
	ck_assert_int_eq(rename(folder_path("new"), folder_path("key")), 0);
	keyring_compare(k, config);
	said_that("key: has changed; that takes a restart, the key stays");
	said_begin();
	ck_assert_int_eq(remove(folder_path("key")), 0);
	keyring_compare(k, config);
	said_that("key: is gone; that takes a restart");
	ck_assert(secrets_has_keys(keyring_secrets(k)));
	end(k);
}
END_TEST

START_TEST(a_check_tells_what_each_key_is)
{
	char text[512];
	FILE *out = tmpfile();

	begin();
	configure("key", NULL);
	ck_assert_int_eq(keyring_check(config, out, &keyring_log), 0);
	rewind(out);
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), out));
	ck_assert_ptr_nonnull(strstr(
	    text, "key: RSA, 1024 bits, no certificate of it in the file\n"));
	configure("nowhere", NULL);
	ck_assert_int_lt(keyring_check(config, out, &keyring_log), 0);
	fclose(out);
	end(NULL);
}
END_TEST

UNIT("keyring", keys_are_read_and_key_logs_followed,
    without_sections_there_is_nothing, every_error_is_logged,
    a_reload_says_that_the_section_has_changed,
    a_reload_says_that_a_file_has_changed, a_check_tells_what_each_key_is)
