/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetstate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fleet/fleetkey.h"

enum {
	CHUNK = 512 * 1024, /* a message of NATS holds 1 MiB */
	CHUNKS = 40,
	HEAD = 256,
	NAME = 65,
	KEY = FLEETSTATE_KEY + NAME + 16
};

struct fleetstate_head {
	char member[NAME];
	unsigned slot;
	unsigned long packed, len;
	uint64_t from;
};

void
fleetstate_init(struct fleetstate *s, const struct fleetdoor_member *member,
    const char *key)
{
	*s = (struct fleetstate){ .member = member };
	snprintf(s->key, sizeof(s->key), "%s", key);
}

static int
put_chunks(struct fleetstate *s, const uint8_t *octets, size_t len)
{
	const struct fleetdoor_member *m = s->member;
	char key[KEY];
	int error = 0;

	for (unsigned i = 0; len > 0 && error == 0; i++) {
		const size_t part = len < CHUNK ? len : CHUNK;
		uint64_t any = FLEETDOOR_ANY;

		snprintf(key, sizeof(key), "%s.%s.%u.%u", s->key, m->name,
		    s->slot, i);
		error = m->door->put(m->handle, key, octets, part, &any);
		octets += part;
		len -= part;
	}
	return error;
}

/* Last, so that it never points to half a state. */
static int
put_head(struct fleetstate *s, size_t packed, size_t len, uint64_t from)
{
	const struct fleetdoor_member *m = s->member;
	char head[HEAD];

	snprintf(head, sizeof(head), "%s %u %zu %zu %" PRIu64, m->name, s->slot,
	    packed, len, from);
	return fleetkey_put(m, s->key, head, &s->revision);
}

int
fleetstate_save(
    struct fleetstate *s, const struct record *record, uint64_t from)
{
	uLongf packed_len = compressBound(record->len);
	uint8_t *packed = malloc(packed_len);
	int error = -ENOMEM;

	s->slot ^= 1;
	if (packed != NULL && !record->failed &&
	    compress2(packed, &packed_len, record->octets, record->len, 1) ==
		Z_OK)
		error = packed_len > (uLongf)CHUNK * CHUNKS
		    ? -EMSGSIZE
		    : put_chunks(s, packed, packed_len);
	if (error == 0)
		error = put_head(s, packed_len, record->len, from);
	free(packed);
	return error;
}

/* What is longer than we write it is damaged: nobody could ever read it. */
static int
get(const struct fleetstate *s, const char *key, uint8_t *room, size_t size,
    uint64_t *revision)
{
	const struct fleetdoor_member *m = s->member;
	const int len = m->door->get(m->handle, key, room, size, revision);

	return len == -EMSGSIZE ? -EBADMSG : len;
}

static bool
read_head(const char *text, struct fleetstate_head *h)
{
	return sscanf(text, "%64s %u %lu %lu %" SCNu64, h->member, &h->slot,
		   &h->packed, &h->len, &h->from) == 5 &&
	    h->slot <= 1 && h->packed <= (unsigned long)CHUNK * CHUNKS &&
	    h->len <= FLEETSTATE_MOST && h->from > 0;
}

static int
get_chunks(const struct fleetstate *s, const struct fleetstate_head *h,
    uint8_t *octets)
{
	size_t left = h->packed;
	char key[KEY];

	for (unsigned i = 0; left > 0; i++) {
		uint64_t revision;
		int part;

		snprintf(key, sizeof(key), "%s.%s.%u.%u", s->key, h->member,
		    h->slot, i);
		part = get(s, key, octets, left, &revision);
		if (part <= 0)
			return part == 0 || part == -ENOENT ? -EBADMSG : part;
		octets += part;
		left -= (size_t)part;
	}
	return 0;
}

static int
unpack(struct fleetstate *s, const struct fleetstate_head *h, uint8_t *octets,
    size_t *len)
{
	uint8_t *packed = malloc(h->packed + 1);
	uLongf unpacked = h->len;
	int error = packed == NULL ? -ENOMEM : get_chunks(s, h, packed);

	if (error == 0 &&
	    uncompress(octets, &unpacked, packed, h->packed) != Z_OK)
		error = -EBADMSG;
	*len = unpacked;
	free(packed);
	return error;
}

int
fleetstate_load(
    struct fleetstate *s, uint8_t **octets, size_t *len, uint64_t *from)
{
	struct fleetstate_head h;
	char text[HEAD];
	int error,
	    got =
		get(s, s->key, (uint8_t *)text, sizeof(text) - 1, &s->revision);

	*octets = NULL;
	*from = 0;
	if (got == -ENOENT) {
		s->revision = 0;
		return 0;
	}
	if (got < 0)
		return got;
	text[got] = '\0';
	if (!read_head(text, &h))
		return -EBADMSG;
	*from = h.from;
	if (strcmp(h.member, s->member->name) == 0)
		s->slot = h.slot;
	*octets = malloc(h.len + 1);
	error = *octets == NULL ? -ENOMEM : unpack(s, &h, *octets, len);
	if (error == 0)
		return 0;
	free(*octets);
	*octets = NULL;
	return error;
}
