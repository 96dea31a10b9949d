/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIPPORTS_H
#define SIPPORTS_H

#include "net/glance.h"
#include "net/obstacle.h"
#include "net/portset.h"
#include "net/porttally.h"

/*
 * Which ports a reader looks at, and what came at all others.  Most of a mirror
 * port is RTP, so that must be told by its ports and its first octet.
 */

struct sipports {
	struct portset sip;       /* where SIP is looked for */
	struct portset datagrams; /* .. or anything else that comes by UDP */

	uint64_t other;               /* packets that nobody wants */
	struct obstacle_vote busiest; /* .. and their most frequent port */
	struct porttally unlisted;    /* SIP among them */
};

/* `others' are the ports of tunnels and of witnesses over UDP; both sets are
 * copied. */
void sipports_set(struct sipports *s, const struct portset *sip,
    const struct portset *others);

static inline bool
sipports_has(const struct sipports *s, uint16_t port)
{
	return portset_has(&s->sip, port);
}

/* Is this a datagram that nobody can want: at no port that is looked at, and
 * without a capital letter first, as every SIP message has? */
bool sipports_are_unwanted(
    const struct sipports *s, const struct glance *glance);

/* A packet that nobody wants. */
void sipports_count(struct sipports *s, uint16_t from, uint16_t to);

/* What neither port is listed for may be SIP: it is counted by the server's
 * port. */
void sipports_note(
    struct sipports *s, uint16_t from, uint16_t to, struct slice payload);

#endif
