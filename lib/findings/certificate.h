/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "findings/finding.h"
#include "tls/tlsflow.h"

/*
 * certificate: one that is outside its dates, or soon will be, anywhere in a
 * chain, the server's or the client's; and one that is good by our clock but
 * not by the clock of the host it is shown to.  Names are reported, never
 * judged.
 *
 * While nothing shows that our own clock is right, and it may soon be the odd
 * one out, one that seems bad is held for up to five minutes, and then judged
 * by what is known of our clock.
 */

struct certificate;

struct certificate_limits {
	nstime expiry_warning; /* 14 d; 0: do not warn */
	size_t troubles;       /* open ones; the oldest is forgotten */
	size_t clocks;         /* hosts whose clock is known */
	struct siphash_key key;
	struct budget_share *memory; /* borrowed; NULL: no bounds */
};

struct certificate_sight {
	struct endpoint client, server;
	enum tlsflow_side holder;
	unsigned depth, chain;              /* as in struct tlsflow_event */
	const struct x509cert *certificate; /* borrowed */
	nstime now, wall;
};

struct certificate *certificate_new(
    const struct certificate_limits *limits, finding_output *output, void *arg);
void certificate_free(struct certificate *c);

void certificate_input(
    struct certificate *c, const struct certificate_sight *sight);

/* The clock of `address' is `offset' (positive: ahead of ours) off, give or
 * take `uncertainty'; judged at the next sight. */
void certificate_clock(struct certificate *c, const struct address *address,
    nstime offset, nstime uncertainty);

/* .. is not known any more. */
void certificate_clock_unknown(
    struct certificate *c, const struct address *address);

/*
 * Our own clock is `ahead' of the time that is held to be true: certificates
 * are judged by that.  Troubles that this explains are superseded.
 */
void certificate_reference(
    struct certificate *c, nstime ahead, nstime now, nstime wall);

/* Whether our clock, less the time it is ahead, is known to be right: true
 * unless this says otherwise.  If so, certificates that are held are judged. */
void certificate_vouched(
    struct certificate *c, bool vouched, nstime now, nstime wall);

/* A handshake with `server' was refused: certificates held of it are judged. */
void certificate_refused(struct certificate *c, const struct endpoint *server,
    nstime now, nstime wall);

void certificate_tick(struct certificate *c, nstime now, nstime wall);
nstime certificate_next_deadline(const struct certificate *c);

/* A savefile ended: nothing is held any more. */
void certificate_finish(struct certificate *c, nstime now, nstime wall);

void certificate_set(
    struct certificate *c, const struct certificate_limits *limits);

/*
 * State kept over a restart: troubles, at the places last seen, as many as
 * CERTPLACE_SAVED, and the certificates that are held.  certificate_load() is
 * for an empty room; false: it makes no sense, and the room is only good to be
 * freed.
 */
void certificate_save(const struct certificate *c, struct record *r);
bool certificate_load(struct certificate *c, struct cursor *from,
    const struct record_shift *shift);

/* certificate.troubles_evicted, certificate.clocks_evicted */
void certificate_stats(
    const struct certificate *c, counter_output *output, void *arg);

#endif
