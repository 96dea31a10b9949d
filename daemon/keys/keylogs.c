/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keylogs.h"

#include <errno.h>
#include <grp.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "keys/keytail.h"

#define UNIX "unix:"
#define GROUP "siptimed-keys"

enum {
	SOURCES = CONFIG_TLS,
	CLIENTS = 16, /* of one socket */
	BACKLOG = 16
};

struct keylogs_source {
	struct config_tls tls;
	bool listens;
	struct keytail tail;
	int listening;
	struct keyteller clients[CLIENTS];
};

struct keylogs {
	const struct log *log;
	struct keylogs_source *sources[SOURCES];
	size_t count;
	struct keyteller_reading reading;
};

struct keylogs *
keylogs_new(struct secrets *secrets, const struct log *log)
{
	struct keylogs *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->reading.secrets = secrets;
	k->log = log;
	return k;
}

static void
end_source(struct keylogs *k, struct keylogs_source *s)
{
	if (s->listens)
		for (size_t i = 0; i < CLIENTS; i++)
			keyteller_end(&s->clients[i], &k->reading);
	else
		keytail_done(&s->tail, &k->reading);
	if (s->listening >= 0)
		close(s->listening);
	free(s);
}

void
keylogs_free(struct keylogs *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->count; i++)
		end_source(k, k->sources[i]);
	OPENSSL_cleanse(k->reading.chunk, sizeof(k->reading.chunk));
	free(k);
}

size_t
keylogs_count(const struct keylogs *k)
{
	return k->count;
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

	if (s == NULL || k->count == SOURCES) {
		free(s);
		return -ENOMEM;
	}
	k->sources[k->count++] = s;
	s->tls = *tls;
	s->listening = -1;
	s->listens = slice_starts_with(slice_text(tls->keylog), UNIX);
	for (size_t i = 0; i < CLIENTS; i++)
		keyteller_init(&s->clients[i], -1);
	return s->listens ? open_socket(k, s)
			  : keytail_init(&s->tail, &s->tls, k->log);
}

static struct keyteller *
free_client(struct keylogs_source *s)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (s->clients[i].fd < 0)
			return &s->clients[i];
	return NULL;
}

static void
read_socket(struct keylogs *k, struct keylogs_source *s, size_t most)
{
	struct keyteller *t;

	while ((t = free_client(s)) != NULL) {
		t->fd = accept4(
		    s->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (t->fd < 0)
			break;
	}
	for (size_t i = 0; i < CLIENTS; i++)
		if (s->clients[i].fd >= 0 &&
		    keyteller_read(&s->clients[i], &k->reading, most) < 0)
			keyteller_end(&s->clients[i], &k->reading);
}

void
keylogs_read(struct keylogs *k, size_t most)
{
	for (size_t i = 0; i < k->count; i++) {
		struct keylogs_source *s = k->sources[i];

		if (s->listens)
			read_socket(k, s, most);
		else
			keytail_read(&s->tail, &k->reading, most);
	}
}

size_t
keylogs_refused(const struct keylogs *k)
{
	size_t refused = 0;

	for (size_t i = 0; i < k->count; i++)
		refused += !k->sources[i]->listens &&
		    keytail_refused(&k->sources[i]->tail);
	return refused;
}

void
keylogs_stats(const struct keylogs *k, counter_output *output, void *arg)
{
	uint64_t refused = 0;

	for (size_t i = 0; i < k->count; i++)
		if (!k->sources[i]->listens)
			refused += keytail_refusals(&k->sources[i]->tail);
	output(arg, COUNTER_EVENT, "keylogs.refused", refused);
}

static void
finish_source(struct keylogs *k, struct keylogs_source *s)
{
	if (!s->listens)
		keytail_finish(&s->tail, &k->reading);
	else
		for (size_t i = 0; i < CLIENTS; i++)
			keyteller_finish(&s->clients[i], &k->reading);
}

void
keylogs_finish(struct keylogs *k)
{
	for (size_t i = 0; i < k->count; i++)
		finish_source(k, k->sources[i]);
}
