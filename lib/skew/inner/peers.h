/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PEERS_H
#define PEERS_H

#include "clock/consensus.h"
#include "skew/inner/hosts.h"
#include "skew/inner/peer.h"
#include "skew/inner/select.h"

/*
 * The peers: found by address, bounded, and moved from state to state.  At the
 * limit the one without a stamp for longest is forgotten, but none that is
 * raised.
 */

TAILQ_HEAD(peers_list, peer);

enum { PEERS_RECENT = 128 };

struct peers {
	struct table *table;                  /* private */
	struct peer *recent[PEERS_RECENT];    /* private: see recent() */
	size_t limit;                         /* private */
	struct budget_share *memory;          /* private */
	unsigned least;                       /* private */
	struct peers_list lists[PEER_STATES]; /* read: pending ones in order of
					       * `since', the others by their
					       * latest stamps */
	size_t sides[PEER_SIDES];             /* read: how many */
	struct peer **sorted; /* read: the result of peers_sort() */
	size_t sorted_count;  /* read */
	bool is_sorted;       /* private: none came or went since */
};

/* Embedded.  False when out of memory; peers_done() is fine even then. */
bool peers_init(struct peers *peers, size_t limit,
    const struct siphash_key *key, struct budget_share *memory);
void peers_done(struct peers *peers);

/* `least': see select_witnesses(). */
void peers_set(struct peers *peers, size_t limit, unsigned least);

/* select_witnesses() of one peer. */
bool peers_select(const struct peers *peers, const struct peer *p,
    struct select_result *result);

/* NULL: not known. */
struct peer *peers_find(const struct peers *peers, const struct peer_key *key);

/* The peer whose clock a stamp is of.  An agent that is known as one of several
 * stays so, though it is the first to be heard after a restart. */
struct peer_key peers_key_of(
    const struct peers *peers, const struct stamp *stamp);

/* The peer with the clock of the host at that address itself. */
struct peer *peers_host(
    const struct peers *peers, const struct address *address);

/* NULL when out of memory: then it may help to forget one.  There must be
 * room. */
struct peer *peers_add(struct peers *peers, const struct peer_key *key);
bool peers_has_room(const struct peers *peers);

/* The one to forget to make room for others than `but', or NULL: a clear one or
 * a raised user agent, whichever had no stamp for longer, since anybody can
 * forge any number of them; a raised server only when it had none for a day. */
struct peer *peers_dispensable(
    const struct peers *peers, const struct peer *but, nstime now);
void peers_forget(struct peers *peers, struct peer *p);

/* A stamp of its clock came in. */
void peers_touch(struct peers *peers, struct peer *p, nstime now, nstime wall);

/* To another state. */
void peers_pend(struct peers *peers, struct peer *p, nstime now);
void peers_raise(struct peers *peers, struct peer *p, bool folded);
void peers_clear(struct peers *peers, struct peer *p);

/* With us, or against us. */
enum peer_side peers_side_of(nstime offset);

/* False if it was on that side already. */
bool peers_take_side(struct peers *peers, struct peer *p, enum peer_side side);

/* As offset_rebase(), for all of them. */
void peers_rebase(struct peers *peers, nstime step);

/* Fill `sorted' with all peers by address: the order of findings raised at
 * once must not depend on a keyed table.  It is sorted anew only when peers
 * have come or gone.  False when out of memory. */
bool peers_sort(struct peers *peers);

/* The raised user agent that is furthest off, or NULL. */
const struct peer *peers_worst(const struct peers *peers, nstime reference);

/* Count the votes of the peers against us, unless one is with us; offsets are
 * against `zero', our clock.  False when out of memory. */
bool peers_poll(const struct peers *peers, const struct hosts *hosts,
    nstime zero, struct consensus *consensus);

/* State kept over a restart: raised ones, pending ones, then the clear ones
 * with the latest stamps, as many as PEERS_SAVED. */
enum { PEERS_SAVED = 2048 };
void peers_save(const struct peers *peers, struct record *r);
void peers_load(
    struct peers *peers, struct cursor *c, const struct record_shift *shift);

#endif
