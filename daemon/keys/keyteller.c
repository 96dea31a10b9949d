/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys/keyteller.h"

#include <errno.h>
#include <unistd.h>

/* A line with a secret has a random and 32 octets in hexadecimal, but that the
 * first may be the end of one that is held. */
enum { SHORTEST = 128 };

void
keyteller_init(struct keyteller *t, int fd)
{
	*t = (struct keyteller){ .fd = fd };
}

/* How much may be read at once, 0: nothing.  There stays room for a last line
 * without its newline. */
static size_t
octets_wanted(const struct keyteller_reading *r)
{
	const size_t room = secrets_room(r->secrets);

	if (room < 3)
		return 0;
	return room - 2 < KEYTELLER_CHUNK / SHORTEST ? (room - 2) * SHORTEST
						     : KEYTELLER_CHUNK;
}

bool
keyteller_has_room(const struct keyteller_reading *r)
{
	return octets_wanted(r) > 0;
}

int
keyteller_read(struct keyteller *t, struct keyteller_reading *r, size_t most)
{
	size_t done = 0, wanted;

	while (done < most && (wanted = octets_wanted(r)) > 0) {
		const ssize_t got = read(t->fd, r->chunk, wanted);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (got <= 0)
			return got < 0 ? -errno : -EPIPE;
		secrets_keylog(
		    r->secrets, &t->lines, slice_of(r->chunk, (size_t)got));
		t->offset += got;
		done += (size_t)got;
	}
	return 0;
}

void
keyteller_rewind(struct keyteller *t)
{
	t->offset = 0;
	t->lines.len = 0;
	lseek(t->fd, 0, SEEK_SET);
}

void
keyteller_finish(struct keyteller *t, struct keyteller_reading *r)
{
	secrets_keylog_end(r->secrets, &t->lines);
}

void
keyteller_end(struct keyteller *t, struct keyteller_reading *r)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->offset = 0;
	keyteller_finish(t, r);
}
