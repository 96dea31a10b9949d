/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FAILURES_H
#define FAILURES_H

#include "base/budget.h"
#include "base/record.h"
#include "net/endpoint.h"

/*
 * One way in which one server fails: the attempts, whose they were, and
 * whether others got through meanwhile.
 */

enum { FAILURES_CLIENTS = 8 };

struct failures {
	uint64_t attempts; /* read it */
	unsigned clients;  /* read it: how many failed, as far as counted */
	bool raised;       /* set it: they were reported */
	bool tcp, udp;     /* set it: over which */
	bool established;  /* set it: connections that had worked */
	bool handshake;    /* set it: or that were about to begin TLS */

	/* Private. */
	struct budget_share *memory;
	struct address failing[FAILURES_CLIENTS]; /* the latest one first */
	nstime first, last;
	nstime other_worked; /* for a client that is not failing */
	bool partial; /* it works for some and fails for others meanwhile */
	size_t size, held; /* attempts that raise it; of them kept */
	struct failures_attempt {
		nstime at;
		nstime began; /* the stamp of its first packet */
		struct endpoint client;
		uint32_t sequence;
	} latest[];
};

/* No attempt yet; `count' of them matter.  NULL when out of memory; the caller
 * frees it with failures_free(). */
struct failures *failures_new(
    size_t count, nstime now, struct budget_share *memory);
void failures_free(struct failures *f);

/* `sequence' is the number that TCP began with; 0: not known.  `began' is the
 * stamp of the attempt's first packet. */
void failures_add(struct failures *f, const struct endpoint *client,
    uint32_t sequence, nstime now, nstime began);

/* When the first of the failures that matter began, its stamp. */
nstime failures_began(const struct failures *f);

/* Were there none for so long? */
bool failures_are_over(const struct failures *f, nstime quiet, nstime now);

/* Did this very client, its port included, fail less than `within' ago?  Did
 * it ever with this sequence number, if that is known? */
bool failures_has_recent(const struct failures *f,
    const struct endpoint *client, uint32_t sequence, nstime within,
    nstime now);

/* Did `count' of them happen within `window' of now? */
bool failures_are_enough(const struct failures *f, nstime window, nstime now);

/* `client' got through.  True: it had failed, or nobody got through while
 * others failed; so it works again. */
bool failures_are_refuted(
    const struct failures *f, const struct address *client);

/* The same; an earlier failure is no trouble any more. */
void failures_forgive(
    struct failures *f, const struct address *client, nstime now);

/* State kept over a restart: failures as if they were reported, without the
 * single attempts.  NULL: out of memory, or it is bad. */
void failures_save(struct record *r, const struct failures *f);
struct failures *failures_load(
    size_t count, struct cursor *c, nstime shift, struct budget_share *memory);

/* The attempts, of which the latest FAILURES_SAVED matter.  False: it is bad.
 */
enum { FAILURES_SAVED = 8 };
void failures_save_attempts(struct record *r, const struct failures *f);
bool failures_load_attempts(struct failures *f, struct cursor *c, nstime shift);

#endif
