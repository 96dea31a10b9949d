/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keytail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "keys/keyfile.h"

enum {
	LOOK = 20, /* calls between two looks for another file */
	/* .. that a file that was replaced and deleted may not have grown. */
	SILENT = 60 * LOOK
};

static struct keyteller *
latest(struct keytail *t)
{
	return &t->tellers[t->latest];
}

static struct keyteller *
replaced(struct keytail *t)
{
	return &t->tellers[t->latest ^ 1];
}

/* A descriptor, or -errno: logged, if it is not what it was before. */
static int
open_it(struct keytail *t)
{
	const struct keyfile_wanted wanted = {
		.tls = t->tls,
		.key = "keylog",
		.value = t->tls->keylog,
		.flags = O_RDONLY | O_NONBLOCK,
		.may_be_absent = true,
		.known = t->error,
		.to_follow = true,
		.log = t->log,
	};
	struct stat st;
	int fd = keyfile_open(&wanted, &st);

	if (fd >= 0 && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		close(fd);
		fd = -EINVAL;
		if (t->error != fd)
			log_error(t->log,
			    "[tls \"%s\"] keylog: %s: neither a file nor a "
			    "FIFO; accepted: a path, or unix:/PATH",
			    t->tls->name, t->tls->keylog);
	}
	t->refused += fd < 0 && fd != -ENOENT && fd != t->error;
	t->error = fd < 0 ? fd : 0;
	return fd;
}

int
keytail_init(
    struct keytail *t, const struct config_tls *tls, const struct log *log)
{
	int fd;

	*t = (struct keytail){ .tls = tls, .log = log };
	keyteller_init(&t->tellers[0], -1);
	keyteller_init(&t->tellers[1], -1);
	fd = open_it(t);
	if (fd == -ENOENT)
		log_notice(log,
		    "[tls \"%s\"] keylog: %s: not there yet; nothing is "
		    "decrypted by it",
		    tls->name, tls->keylog);
	else if (fd < 0)
		return fd;
	keyteller_init(latest(t), fd < 0 ? -1 : fd);
	return 0;
}

void
keytail_done(struct keytail *t, struct keyteller_reading *r)
{
	keyteller_end(latest(t), r);
	keyteller_end(replaced(t), r);
}

/* The one before that, if there is one, is given up. */
static bool
take_up(struct keytail *t, struct keyteller_reading *r)
{
	const int before = t->error;
	const int fd = open_it(t);

	if (fd < 0)
		return false;
	if (before < 0)
		log_notice(t->log, "[tls \"%s\"] keylog: %s: read from now on",
		    t->tls->name, t->tls->keylog);
	if (latest(t)->fd >= 0)
		t->latest ^= 1;
	keyteller_end(latest(t), r);
	keyteller_init(latest(t), fd);
	t->silent = 0;
	return true;
}

/* Once, as long as it stays so. */
static void
say_whether_blind(struct keytail *t, bool blind)
{
	if (blind && !t->blind)
		log_warning(t->log,
		    "[tls \"%s\"] keylog: %s: read as it was opened at the "
		    "start; once it is replaced, no more is decrypted by it: "
		    "%s",
		    t->tls->name, t->tls->keylog, KEYFILE_TO_FOLLOW);
	t->blind = blind;
}

static bool
was_replaced(struct keytail *t)
{
	struct stat here, there;

	if (fstat(latest(t)->fd, &here) != 0)
		return false;
	if (stat(t->tls->keylog, &there) != 0) {
		if (errno == EACCES)
			say_whether_blind(t, true);
		return false;
	}
	if (here.st_ino != there.st_ino || here.st_dev != there.st_dev)
		return true;
	say_whether_blind(t, access(t->tls->keylog, R_OK) != 0);
	return false;
}

static void
read_latest(struct keytail *t, struct keyteller_reading *r, size_t most)
{
	struct keyteller *const now = latest(t);
	struct stat st;

	keyteller_read(now, r, most);
	if (keyteller_has_room(r) && fstat(now->fd, &st) == 0 &&
	    S_ISREG(st.st_mode) && st.st_size < now->offset)
		keyteller_rewind(now);
}

/* Its room on the disk is given back after it was deleted, unless whoever has
 * it open goes on. */
static void
read_replaced(struct keytail *t, struct keyteller_reading *r, size_t most)
{
	struct keyteller *const old = replaced(t);
	const off_t before = old->offset;
	const int ended = keyteller_read(old, r, most);
	struct stat st;

	t->silent = ended < 0 && old->offset == before ? t->silent + 1 : 0;
	if (t->silent >= SILENT &&
	    (fstat(old->fd, &st) != 0 || st.st_nlink == 0))
		keyteller_end(old, r);
}

void
keytail_read(struct keytail *t, struct keyteller_reading *r, size_t most)
{
	const bool look = t->looks++ % LOOK == 0;

	if (replaced(t)->fd >= 0)
		read_replaced(t, r, most);
	if (latest(t)->fd >= 0)
		read_latest(t, r, most);
	/* One that was replaced stays until others have room for its rest. */
	if (look && keyteller_has_room(r) &&
	    (latest(t)->fd < 0 || was_replaced(t)) && take_up(t, r))
		read_latest(t, r, most);
}

bool
keytail_refused(const struct keytail *t)
{
	return t->error < 0 && t->error != -ENOENT;
}

uint64_t
keytail_refusals(const struct keytail *t)
{
	return t->refused;
}

void
keytail_finish(struct keytail *t, struct keyteller_reading *r)
{
	keyteller_finish(latest(t), r);
	keyteller_finish(replaced(t), r);
}
