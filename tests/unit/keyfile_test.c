/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "unit/folder.h"
#include "unit/said.h"
#include "unit/tlsvectors.h"

static const struct log keyfile_log = { .verbose = false };

static struct config_tls
section(const char *name)
{
	struct config_tls tls = { .name = "edge" };

	snprintf(tls.key, sizeof(tls.key), "%s", folder_path(name));
	return tls;
}

static void
write_key(const char *name, const char *text, mode_t mode)
{
	folder_write(name, text);
	ck_assert_int_eq(chmod(folder_path(name), mode), 0);
}

static void
begin(void)
{
	folder_make();
	said_begin();
}

/* None is read, and one line says so. */
static void
refused(const struct config_tls *tls, const char *words)
{
	const char *line;

	said_begin();
	ck_assert_ptr_null(keyfile_read(tls, &keyfile_log));
	line = strchr(said_all(), '\n');
	ck_assert_msg(line != NULL && line[1] == '\0', "%s", said_text);
	said_that("[tls \"edge\"] ");
	said_that(words);
}

START_TEST(a_key_that_is_private_is_read)
{
	struct config_tls tls;
	struct privatekey *key;

	begin();
	write_key("key", tlsvectors_key, 0640);
	tls = section("key");
	key = keyfile_read(&tls, &keyfile_log);
	ck_assert_ptr_nonnull(key);
	ck_assert_str_eq(said_all(), "");
	privatekey_free(key);
	folder_remove();
}
END_TEST

START_TEST(a_file_that_others_may_read_or_write_is_refused)
{
	struct config_tls tls;

	begin();
	write_key("key", tlsvectors_key, 0644);
	tls = section("key");
	refused(&tls, "others may read it (mode 0644); make it private: chmod");
	write_key("key", tlsvectors_key, 0602);
	refused(&tls, "others may write it (mode 0602)");
	folder_remove();
}
END_TEST

START_TEST(a_file_that_is_something_else_is_named)
{
	struct config_tls tls;

	begin();
	write_key("key", "Dear operator", 0600);
	tls = section("key");
	refused(&tls, "neither PEM nor PKCS#12; accepted: an RSA private key");
	tls = section("nowhere");
	refused(&tls, "No such file or directory; check the path");
	folder_remove();
}
END_TEST

START_TEST(a_passphrase_has_a_file_of_its_own)
{
	struct config_tls tls;

	begin();
	write_key("key", tlsvectors_key, 0600);
	tls = section("key");
	snprintf(tls.passphrase, sizeof(tls.passphrase), "%s",
	    folder_path("nowhere"));
	refused(&tls, "passphrase: ");
	folder_remove();
}
END_TEST

START_TEST(a_credential_is_one_of_systemds)
{
	char path[KEYFILE_PATH];
	struct config_tls tls = { .name = "edge", .key = "credential:edge" };

	begin();
	unsetenv("CREDENTIALS_DIRECTORY");
	refused(&tls, "LoadCredential=");
	setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
	ck_assert(keyfile_path("credential:edge", path, sizeof(path)));
	ck_assert_str_eq(path, "/run/credentials/x/edge");
	ck_assert(keyfile_path("/etc/edge", path, sizeof(path)));
	ck_assert_str_eq(path, "/etc/edge");
	ck_assert(!keyfile_path("/etc/edge", path, 4));
	folder_remove();
}
END_TEST

START_TEST(a_file_may_be_absent_where_that_is_allowed)
{
	struct config_tls tls = { .name = "edge" };
	struct stat st;

	begin();
	ck_assert_int_eq(keyfile_open(
			     &(struct keyfile_wanted){
				 .tls = &tls,
				 .key = "keylog",
				 .value = folder_path("nowhere"),
				 .flags = O_RDONLY,
				 .may_be_absent = true,
				 .log = &keyfile_log,
			     },
			     &st),
	    -ENOENT);
	ck_assert_str_eq(said_all(), "");
	folder_remove();
}
END_TEST

UNIT("keyfile", a_key_that_is_private_is_read,
    a_file_that_others_may_read_or_write_is_refused,
    a_file_that_is_something_else_is_named, a_passphrase_has_a_file_of_its_own,
    a_credential_is_one_of_systemds, a_file_may_be_absent_where_that_is_allowed)
