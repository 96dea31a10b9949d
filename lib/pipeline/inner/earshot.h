/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef EARSHOT_H
#define EARSHOT_H

#include "net/portset.h"
#include "witness/witness.h"

/*
 * Where witnesses are heard: which of them may tell a clock in what goes from
 * one port to another, or begins in a way of its own.
 */

struct earshot_ports {
	struct portset set; /* asked with every packet */
	unsigned count;
	struct {
		uint16_t port;
		enum witness_side side;
		enum witness witness;
	} each[WITNESS_KINDS * WITNESS_PORTS];
};

/* Embedded; zeroed, nobody is heard. */
struct earshot {
	struct earshot_ports udp, tcp;
	unsigned count;
	struct {
		uint16_t mask, value; /* of the first two octets */
		enum witness witness;
	} anywhere[WITNESS_KINDS]; /* datagrams on any port */
};

/* Those that are not `muted' (1 << WITNESS_x). */
void earshot_set(struct earshot *e, unsigned muted);

/* Is a witness to be heard from or to this port? */
static inline bool
earshot_has(const struct earshot_ports *ports, uint16_t port)
{
	return portset_has(&ports->set, port);
}

/* Which, of what goes from here to there.  False: none. */
bool earshot_find(const struct earshot_ports *ports, uint16_t from, uint16_t to,
    enum witness *witness);

/* May a datagram that begins like this tell a clock whatever its ports?  Most
 * of a mirror port is RTP, so this is one comparison for each such witness. */
static inline bool
earshot_anywhere(
    const struct earshot *e, struct slice payload, enum witness *witness)
{
	for (unsigned i = 0; i < e->count && payload.len >= 2; i++) {
		const unsigned two = (unsigned)payload.p[0] << 8 | payload.p[1];

		if ((two & e->anywhere[i].mask) != e->anywhere[i].value)
			continue;
		*witness = e->anywhere[i].witness;
		return true;
	}
	return false;
}

#endif
