/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keylogs.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "keys/keyfile.h"

#define UNIX "unix:"
#define GROUP "siptimed-keys"

enum {
	SOURCES = CONFIG_TLS,
	CLIENTS = 16, /* of one socket */
	BACKLOG = 16,
	CHUNK = 65536,
	RETRY = 20, /* calls between two looks for a file that is not there */
	/* A line with a secret has a random and 32 octets in hexadecimal, but
	 * that the first may be the end of one that is held. */
	SHORTEST = 128
};

/* A source of lines: a file, or a peer that has connected. */
struct keylogs_teller {
	int fd; /* -1: none */
	off_t offset;
	struct keylog_lines lines;
};

struct keylogs_source {
	struct config_tls tls;
	bool listens, refused;
	unsigned retry;
	int listening;
	size_t count; /* of tellers; 1 for a file */
	struct keylogs_teller tellers[CLIENTS];
};

struct keylogs {
	struct secrets *secrets;
	const struct log *log;
	struct keylogs_source *sources[SOURCES];
	size_t count;
	uint8_t chunk[CHUNK];
};

struct keylogs *
keylogs_new(struct secrets *secrets, const struct log *log)
{
	struct keylogs *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->secrets = secrets;
	k->log = log;
	return k;
}

static void
end_teller(struct keylogs *k, struct keylogs_teller *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->offset = 0;
	secrets_keylog_end(k->secrets, &t->lines);
}

void
keylogs_free(struct keylogs *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->count; i++) {
		struct keylogs_source *s = k->sources[i];

		for (size_t n = 0; n < s->count; n++)
			end_teller(k, &s->tellers[n]);
		if (s->listening >= 0)
			close(s->listening);
		free(s);
	}
	OPENSSL_cleanse(k->chunk, sizeof(k->chunk));
	free(k);
}

size_t
keylogs_count(const struct keylogs *k)
{
	return k->count;
}

/* A FIFO is opened for writing too, so that it has no end while nobody else
 * writes. */
static int
open_file(const struct keylogs *k, struct keylogs_source *s)
{
	const struct keyfile_wanted wanted = {
		.tls = &s->tls,
		.key = "keylog",
		.value = s->tls.keylog,
		.flags = O_NONBLOCK,
		.may_be_absent = true,
		.log = k->log,
	};
	struct keyfile_wanted again = wanted;
	struct stat st;
	int fd = keyfile_open(&wanted, &st);

	if (fd >= 0 && S_ISFIFO(st.st_mode)) {
		close(fd);
		again.flags |= O_RDWR;
		fd = keyfile_open(&again, &st);
	} else if (fd >= 0 && !S_ISREG(st.st_mode)) {
		log_error(k->log,
		    "[tls \"%s\"] keylog: %s: neither a file nor a FIFO; "
		    "accepted: a path, or unix:/PATH",
		    s->tls.name, s->tls.keylog);
		close(fd);
		fd = -EINVAL;
	}
	if (fd >= 0)
		s->tellers[0].fd = fd;
	return fd >= 0 ? 0 : fd;
}

/* A group of its own, where the administrator made one. */
static int
protect(const char *path)
{
	const struct group *group = getgrnam(GROUP);

	if (group != NULL && chown(path, (uid_t)-1, group->gr_gid) != 0)
		return -errno;
	return chmod(path, 0660) != 0 ? -errno : 0;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const int fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mode_t mask;
	int error;

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof(name.sun_path)) {
		close(fd);
		return -ENAMETOOLONG;
	}
	memcpy(name.sun_path, path, strlen(path) + 1);
	/* An earlier run may have left its socket. */
	unlink(path);
	mask = umask(0177);
	error = bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0
	    ? -errno
	    : 0;
	umask(mask);
	if (error == 0)
		error = protect(path);
	if (error == 0 && listen(fd, BACKLOG) != 0)
		error = -errno;
	if (error < 0)
		close(fd);
	return error < 0 ? error : fd;
}

static int
open_socket(const struct keylogs *k, struct keylogs_source *s)
{
	const char *path = s->tls.keylog + strlen(UNIX);
	const int fd = listen_at(path);

	s->listens = true;
	s->count = CLIENTS;
	if (fd < 0) {
		log_error(k->log,
		    "[tls \"%s\"] keylog: %s: %s; it takes a folder that "
		    "is there and may be written to",
		    s->tls.name, s->tls.keylog, strerror(-fd));
		return fd;
	}
	s->listening = fd;
	return 0;
}

int
keylogs_add(struct keylogs *k, const struct config_tls *tls)
{
	struct keylogs_source *s = calloc(1, sizeof(*s));
	int error;

	if (s == NULL || k->count == SOURCES) {
		free(s);
		return -ENOMEM;
	}
	k->sources[k->count++] = s;
	s->tls = *tls;
	s->listening = -1;
	s->count = 1;
	for (size_t i = 0; i < CLIENTS; i++)
		s->tellers[i].fd = -1;
	if (slice_starts_with(slice_text(tls->keylog), UNIX))
		return open_socket(k, s);
	error = open_file(k, s);
	if (error == -ENOENT) {
		log_notice(k->log,
		    "[tls \"%s\"] keylog: %s: not there yet; nothing is "
		    "decrypted by it",
		    tls->name, tls->keylog);
		return 0;
	}
	return error;
}

/* How much may be read at once, 0: nothing.  There stays room for a last line
 * without its newline. */
static size_t
octets_wanted(const struct keylogs *k)
{
	const size_t room = secrets_room(k->secrets);

	if (room < 3)
		return 0;
	return room - 2 < CHUNK / SHORTEST ? (room - 2) * SHORTEST : CHUNK;
}

/* 0: that was all for now; -errno: it has ended. */
static int
read_teller(struct keylogs *k, struct keylogs_teller *t, size_t most)
{
	size_t done = 0, wanted;

	while (done < most && (wanted = octets_wanted(k)) > 0) {
		const ssize_t got = read(t->fd, k->chunk, wanted);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (got <= 0)
			return got < 0 ? -errno : -EPIPE;
		secrets_keylog(
		    k->secrets, &t->lines, slice_of(k->chunk, (size_t)got));
		t->offset += got;
		done += (size_t)got;
	}
	return 0;
}

/* A file that shrank begins anew (copytruncate); one that was replaced is
 * opened again, if that is allowed. */
static void
look_after_file(struct keylogs *k, struct keylogs_source *s)
{
	struct keylogs_teller *t = &s->tellers[0];
	struct stat here, there;

	if (fstat(t->fd, &here) != 0 || !S_ISREG(here.st_mode))
		return;
	if (here.st_size < t->offset) {
		t->offset = 0;
		t->lines.len = 0;
		lseek(t->fd, 0, SEEK_SET);
	}
	if (s->retry++ % RETRY != 0 || stat(s->tls.keylog, &there) != 0 ||
	    (here.st_ino == there.st_ino && here.st_dev == there.st_dev))
		return;
	end_teller(k, t);
	s->refused = open_file(k, s) < 0;
}

static void
read_file(struct keylogs *k, struct keylogs_source *s, size_t most)
{
	struct keylogs_teller *t = &s->tellers[0];

	if (s->refused)
		return;
	if (t->fd < 0 && s->retry++ % RETRY == 0) {
		const int error = open_file(k, s);

		s->refused = error < 0 && error != -ENOENT;
	}
	if (t->fd < 0)
		return;
	read_teller(k, t, most);
	/* One that was replaced stays until others have room for its rest. */
	if (octets_wanted(k) > 0)
		look_after_file(k, s);
}

static struct keylogs_teller *
free_teller(struct keylogs_source *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->tellers[i].fd < 0)
			return &s->tellers[i];
	return NULL;
}

static void
read_socket(struct keylogs *k, struct keylogs_source *s, size_t most)
{
	struct keylogs_teller *t;

	while ((t = free_teller(s)) != NULL) {
		t->fd = accept4(
		    s->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (t->fd < 0)
			break;
	}
	for (size_t i = 0; i < s->count; i++)
		if (s->tellers[i].fd >= 0 &&
		    read_teller(k, &s->tellers[i], most) < 0)
			end_teller(k, &s->tellers[i]);
}

void
keylogs_read(struct keylogs *k, size_t most)
{
	for (size_t i = 0; i < k->count; i++) {
		struct keylogs_source *s = k->sources[i];

		if (s->listens)
			read_socket(k, s, most);
		else
			read_file(k, s, most);
	}
}

void
keylogs_finish(struct keylogs *k)
{
	for (size_t i = 0; i < k->count; i++)
		for (size_t n = 0; n < k->sources[i]->count; n++)
			secrets_keylog_end(
			    k->secrets, &k->sources[i]->tellers[n].lines);
}
