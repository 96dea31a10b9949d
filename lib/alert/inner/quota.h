/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef QUOTA_H
#define QUOTA_H

#include "base/siphash.h"
#include "base/table.h"
#include "findings/finding.h"

/*
 * How many alerts of one kind there may be at once, and how many of them about
 * one host: a flood of one kind, or about one host, leaves room for others.
 * One alert for the host, or for the kind, covers the rest.
 */

/* Of one kind and host. */
struct quota_host {
	struct table_entry entry; /* private */
	enum finding_kind kind;
	size_t count; /* private */
	size_t len;
	char host[64];
};

/* Embedded. */
struct quota {
	struct table *hosts;
	size_t per_kind, per_host;
	size_t unknown; /* of a kind, about hosts that never worked */
	size_t kinds[FINDING_KINDS];
};

/* For `alerts' in all.  False when out of memory; quota_done() is fine even
 * then. */
bool quota_init(struct quota *q, size_t alerts, const struct siphash_key *key);
void quota_done(struct quota *q);
void quota_set(struct quota *q, size_t alerts);

enum quota_answer {
	QUOTA_ROOM,
	QUOTA_HOST_FULL, /* there are too many about that host */
	QUOTA_KIND_FULL  /* there are too many of that kind */
};

/* Is there room for one more?  `subject' is a host, or an endpoint of it; it is
 * `known' to have worked, or may be forged: a quarter is for those that are
 * known. */
enum quota_answer quota_ask(const struct quota *q, enum finding_kind kind,
    struct slice subject, bool known);

/* So few of its kind that it is no matter what they take. */
bool quota_are_few(const struct quota *q, enum finding_kind kind);

/* One more.  The result is for quota_give(); NULL when out of memory: then it
 * counts for its kind alone. */
struct quota_host *quota_take(
    struct quota *q, enum finding_kind kind, struct slice subject);
void quota_give(
    struct quota *q, enum finding_kind kind, struct quota_host *host);

/* The host of a subject: without a port. */
struct slice quota_host_of(struct slice subject);

#endif
