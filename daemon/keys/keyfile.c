/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <unistd.h>

#define CREDENTIAL "credential:"

enum { FILE_OCTETS = 1 << 20, PASSPHRASE = 1024 };

bool
keyfile_is_credential(const char *value)
{
	return slice_starts_with(slice_text(value), CREDENTIAL);
}

bool
keyfile_path(const char *value, char *path, size_t size)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct textbuf t;

	textbuf_init(&t, path, size);
	if (!keyfile_is_credential(value)) {
		textbuf_add(&t, value);
		return !t.truncated;
	}
	if (folder == NULL)
		return false;
	textbuf_add(&t, folder);
	textbuf_add(&t, "/");
	textbuf_add(&t, value + strlen(CREDENTIAL));
	return !t.truncated;
}

bool
keyfile_withheld(const char *value)
{
	char path[KEYFILE_PATH];

	return keyfile_is_credential(value) &&
	    keyfile_path(value, path, sizeof(path)) &&
	    access(path, R_OK) != 0 && errno == EACCES;
}

static void
complain(const struct keyfile_wanted *w, const char *what)
{
	log_error(w->log, "[tls \"%s\"] %s: %s: %s", w->tls->name, w->key,
	    w->value, what);
}

/* Secrets that others can read are none. */
static bool
is_private(const struct stat *st)
{
	return (st->st_mode & (S_IROTH | S_IWOTH)) == 0;
}

static void
complain_of_mode(const struct keyfile_wanted *w, const struct stat *st)
{
	char what[128];

	snprintf(what, sizeof(what),
	    "others may %s it (mode %04o); make it private: chmod o-rwx",
	    (st->st_mode & S_IROTH) != 0 ? "read" : "write",
	    (unsigned)st->st_mode & 07777);
	complain(w, what);
}

static void
complain_of_error(const struct keyfile_wanted *w, int error)
{
	char what[256];

	if (error == -EACCES)
		snprintf(what, sizeof(what), "not permitted to read it; %s",
		    w->to_follow ? KEYFILE_TO_FOLLOW : "check its owner");
	else
		snprintf(
		    what, sizeof(what), "%s; check the path", strerror(-error));
	complain(w, what);
}

int
keyfile_open(const struct keyfile_wanted *w, struct stat *st)
{
	char path[KEYFILE_PATH];
	int fd, error = 0;

	if (!keyfile_path(w->value, path, sizeof(path))) {
		complain(w,
		    "no credentials here; start it by systemd with "
		    "LoadCredential=");
		return -EINVAL;
	}
	fd = open(path, w->flags | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, st) != 0)
		error = -errno;
	else if (!is_private(st))
		error = -EPERM;
	if (error == 0)
		return fd;
	if (error == w->known || (error == -ENOENT && w->may_be_absent))
		/* It is not to be logged. */;
	else if (error == -EPERM && fd >= 0)
		complain_of_mode(w, st);
	else
		complain_of_error(w, error);
	if (fd >= 0)
		close(fd);
	return error;
}

/* The octets of a file, at most `most'.  -errno, logged. */
static ssize_t
read_file(const struct keyfile_wanted *w, uint8_t *octets, size_t most)
{
	struct stat st;
	const int fd = keyfile_open(w, &st);
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return fd;
	while (got > 0 && len < most) {
		got = read(fd, octets + len, most - len);
		len += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		got = -errno;
		complain(w, strerror(errno));
	}
	close(fd);
	return got < 0 ? got : (ssize_t)len;
}

/* Its first line.  False, logged. */
static bool
read_passphrase(
    const struct config_tls *tls, const struct log *log, char *passphrase)
{
	const struct keyfile_wanted wanted = {
		.tls = tls,
		.key = "passphrase",
		.value = tls->passphrase,
		.flags = O_RDONLY,
		.log = log,
	};
	const ssize_t len =
	    read_file(&wanted, (uint8_t *)passphrase, PASSPHRASE - 1);

	if (len < 0)
		return false;
	passphrase[len] = '\0';
	passphrase[strcspn(passphrase, "\r\n")] = '\0';
	return true;
}

static struct privatekey *
parse(const struct keyfile_wanted *w, struct slice file, const char *passphrase)
{
	struct privatekey *key = NULL;
	char what[256];

	switch (privatekey_parse(file, passphrase, &key)) {
	case PRIVATEKEY_READ:
		return key;
	case PRIVATEKEY_LOCKED:
		complain(w,
		    passphrase == NULL
			? "takes a passphrase; name its file with passphrase ="
			: "the passphrase does not open it");
		return NULL;
	case PRIVATEKEY_OTHER:
		break;
	}
	snprintf(what, sizeof(what),
	    "%s; accepted: an RSA private key, PEM or PKCS#12",
	    privatekey_what(file));
	complain(w, what);
	return NULL;
}

struct privatekey *
keyfile_read(const struct config_tls *tls, const struct log *log)
{
	const struct keyfile_wanted wanted = {
		.tls = tls,
		.key = "key",
		.value = tls->key,
		.flags = O_RDONLY,
		.log = log,
	};
	const bool locked = tls->passphrase[0] != '\0';
	char passphrase[PASSPHRASE];
	uint8_t *octets = malloc(FILE_OCTETS + 1);
	struct privatekey *key = NULL;
	ssize_t len;

	if (octets == NULL ||
	    (locked && !read_passphrase(tls, log, passphrase)))
		goto out;
	len = read_file(&wanted, octets, FILE_OCTETS + 1);
	if (len >= 0)
		key = parse(&wanted, slice_of(octets, (size_t)len),
		    locked ? passphrase : NULL);
	OPENSSL_cleanse(octets, FILE_OCTETS + 1);
out:
	OPENSSL_cleanse(passphrase, sizeof(passphrase));
	free(octets);
	return key;
}
