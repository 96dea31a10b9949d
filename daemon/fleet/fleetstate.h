/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FLEETSTATE_H
#define FLEETSTATE_H

#include "base/record.h"
#include "fleet/fleetdoor.h"

/*
 * Snapshots in the cluster: the state of a judge's work, and from which message
 * of the stream its successor is to read.  They are one thing, written by one
 * compare and set: NAME holds the head, which points to chunks under
 * NAME.MEMBER.SLOT.N, of which each member has two sets.  A head never points
 * to half a state, and a member that has lost its lease unawares cannot
 * overwrite what its successor wrote.
 */

enum { FLEETSTATE_KEY = 32, FLEETSTATE_MOST = 16 * 1024 * 1024 };

struct fleetstate {
	const struct fleetdoor_member *member;
	char key[FLEETSTATE_KEY];
	uint64_t revision; /* of the head */
	unsigned slot;     /* of ours that was used last */
};

void fleetstate_init(struct fleetstate *s,
    const struct fleetdoor_member *member, const char *key);

/* 0 or -errno; -EEXIST: another has written it meanwhile. */
int fleetstate_save(
    struct fleetstate *s, const struct record *record, uint64_t from);

/* The state, for the caller to free, or NULL; *from is from where to read, 0 if
 * there is no snapshot.  0 or -errno; -EBADMSG: it is damaged. */
int fleetstate_load(
    struct fleetstate *s, uint8_t **octets, size_t *len, uint64_t *from);

#endif
