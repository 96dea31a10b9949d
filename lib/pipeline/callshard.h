/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CALLSHARD_H
#define CALLSHARD_H

#include "pipeline/event.h"
#include "pipeline/inner/crosscheck.h"

/*
 * The transactions of some calls: those of all messages whose Call-IDs are
 * alike to callshard_number(), so that the hops and legs of a call are in one
 * shard.  It knows nothing but these messages; what needs the packets between
 * hosts, or clocks, is for the matcher to add.
 */

struct callshard;
struct matcher_limits;

/* Both in the order in which things happened.  What is NULL below the shard has
 * of its own: by its messages it knows who has answered whom. */
struct callshard_output {
	txntable_output *outcome;
	observation_output *observed;
	txntable_worked *worked;
	struct crosscheck *crosscheck; /* borrowed */
	void *arg;
};

/* What became of a message. */
struct callshard_settled {
	const struct origin *origin; /* decided */
	struct origin decided;       /* .. here, if it was not before */
	struct txntable_input input;
};

/* Of `shards', the one of a message. */
unsigned callshard_number(const struct siphash_key *key,
    const struct sip_message *message, unsigned shards);

/* NULL when out of memory; the caller frees it. */
struct callshard *callshard_new(
    const struct matcher_limits *limits, const struct callshard_output *output);
void callshard_free(struct callshard *s);
void callshard_set(struct callshard *s, const struct matcher_limits *limits);

/* Fill watched and mras of a request's origin. */
void callshard_decide(const struct callshard *s,
    const struct sip_message *message, struct origin *origin);

/* This message comes next, and comes now. */
void callshard_expect(struct callshard *s, const struct event_message *in);
void callshard_input(struct callshard *s, const struct event_message *in,
    struct callshard_settled *settled);

/* Keys of a later message: see txntable_hint(). */
void callshard_hint(const struct callshard *s, const struct txnkey_all *keys);
void callshard_hint_entry(
    const struct callshard *s, const struct txnkey_all *keys);

/* What begins from now on has at least this id; they only grow. */
void callshard_at(struct callshard *s, uint64_t id);

/* See txntable.h. */
void callshard_tick(struct callshard *s, nstime now);
nstime callshard_next_deadline(const struct callshard *s);
void callshard_hole(struct callshard *s, nstime from, nstime until);
void callshard_close(struct callshard *s, nstime now);
void callshard_slowest(const struct callshard *s, size_t most,
    txntable_waiting_output *output, void *arg);

/* Of any thread, at any time: transactions that are open, and how many were
 * begun on a server port and not watched. */
size_t callshard_open(const struct callshard *s);
uint64_t callshard_not_watched(const struct callshard *s, uint16_t port);

/* txntable.*, and those of rooms of its own */
void callshard_stats(
    const struct callshard *s, counter_output *output, void *arg);

#endif
