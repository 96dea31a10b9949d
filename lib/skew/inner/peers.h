/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PEERS_H
#define PEERS_H

#include <sys/queue.h>

#include "base/table.h"
#include "clock/consensus.h"
#include "skew/inner/conflict.h"
#include "skew/inner/hosts.h"
#include "skew/inner/testimony.h"
#include "skew/inner/zonechange.h"

/*
 * The hosts whose clocks are watched: found by address, bounded, and the
 * longest unseen forgotten first, though not those who stand accused.
 */

enum peers_side {
	PEERS_NO_SIDE,      /* not judged */
	PEERS_SIDE_WITH_US, /* within 5 s of our clock */
	PEERS_AGAINST_US,
	PEERS_SIDES /* how many there are */
};

enum peers_standing {
	PEERS_CALM,
	PEERS_SUSPECT, /* wrong, but held */
	PEERS_ACCUSED,
	PEERS_STANDINGS /* how many there are */
};

/* What a host relays is not its own: one peer for each attribution. */
struct peers_key {
	struct address address;
	uint8_t attribution; /* enum stamp_attribution */
};

/* Owned by the table.  Others set what has no comment. */
struct peer {
	struct table_entry entry;     /* private */
	TAILQ_ENTRY(peer) order;      /* private */
	struct peers_key key;         /* read it */
	enum peers_standing standing; /* read it; peers_stand() */
	enum peers_side side;         /* read it; peers_take_side() */
	bool folded;
	nstime since, seen, wall, told;
	enum finding_severity severity;
	bool speaks_sip;       /* one of its witnesses does */
	struct address client; /* whom it gave the time last, or none */
	struct testimony testimony;
	struct conflict conflict;
	struct zonechange zone;
};

TAILQ_HEAD(peers_list, peer);

struct peers {
	struct table *table;                      /* private */
	size_t limit;                             /* private */
	unsigned least;                           /* private */
	struct peers_list lists[PEERS_STANDINGS]; /* read them: suspects in
						   * order of suspicion, the
						   * others as last seen */
	size_t sides[PEERS_SIDES];                /* read: how many */
	struct peer **sorted; /* read: what peers_sort() made */
	size_t sorted_count;  /* read */
};

/* Embedded.  False when out of memory; peers_done() is fine even then. */
bool peers_init(
    struct peers *peers, size_t limit, const struct siphash_key *key);
void peers_done(struct peers *peers);

/* `least': stamps without which a witness alone proves nothing. */
void peers_set(struct peers *peers, size_t limit, unsigned least);

/* What is known of its clock.  False if nothing is. */
bool peers_estimate(const struct peers *peers, const struct peer *p,
    struct testimony_estimate *estimate);

/* NULL: not known. */
struct peer *peers_find(const struct peers *peers,
    const struct address *address, uint8_t attribution);

/* NULL when out of memory.  There must be room. */
struct peer *peers_add(
    struct peers *peers, const struct address *address, uint8_t attribution);
bool peers_has_room(const struct peers *peers);

/* Who should be forgotten to make room, or NULL: a calm one; then an accused
 * user agent, whose number anybody can forge; an accused server only when it
 * was not seen for a day. */
struct peer *peers_dispensable(const struct peers *peers, nstime now);
void peers_forget(struct peers *peers, struct peer *p);

/* Seen just now. */
void peers_touch(struct peers *peers, struct peer *p, nstime now, nstime wall);

void peers_stand(
    struct peers *peers, struct peer *p, enum peers_standing standing);

/* With us, or against us. */
enum peers_side peers_side_of(nstime offset);

/* False if it was on that side already. */
bool peers_take_side(struct peers *peers, struct peer *p, enum peers_side side);

/* Fill `sorted' with all peers in order of address: what is told of many at
 * once must not depend on a keyed table.  False when out of memory. */
bool peers_sort(struct peers *peers);

/* The accused user agent that is furthest off, or NULL. */
const struct peer *peers_worst(const struct peers *peers, nstime reference);

/* What survives a restart: the accused, the suspects, then the calm ones last
 * seen, as many as PEERS_SAVED. */
enum { PEERS_SAVED = 2048 };
void peers_save(const struct peers *peers, struct record *r);
void peers_load(
    struct peers *peers, struct cursor *c, const struct record_shift *shift);

/* Ask those that are judged, unless one of them sides with us; offsets are
 * against `zero', our clock.  False when out of memory. */
bool peers_poll(const struct peers *peers, const struct hosts *hosts,
    nstime zero, struct consensus *consensus);

#endif
