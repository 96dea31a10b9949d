/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOSTS_H
#define HOSTS_H

#include "base/budget.h"
#include "base/counter.h"
#include "base/nstime.h"
#include "base/siphash.h"
#include "net/endpoint.h"

/*
 * The facts about hosts: the part they play on the A/V authentication port, or
 * anywhere in SIP, or as a time server, as seen, and the pools they belong to,
 * as configured.  At the limit the roles of a host not heard of for long are
 * forgotten.
 */

struct hosts;

/* A pool as it is configured: its members are one voter, and servers. */
struct hosts_pool {
	const char *name;              /* borrowed for the call; copied */
	const struct address *members; /* borrowed for the call; copied */
	size_t member_count;
	nstime warn; /* 0: the general threshold */
};

/* The pool of a host. */
struct hosts_place {
	const char *name; /* NULL: in no pool */
	nstime warn;      /* 0: the general one */
	size_t number;    /* from 0 */
};

enum hosts_role {
	HOSTS_DIALS, /* sends watched requests */
	HOSTS_ANSWERS,
	HOSTS_SPEAKS_SIP,
	HOSTS_SERVES_TIME, /* to one that speaks SIP or is in a pool */
	HOSTS_ANSWERED,    /* another host answered it, or it answered one */
	HOSTS_ROLES        /* how many there are */
};

struct hosts_facts {
	bool dials, answers; /* watched requests */
	bool speaks_sip, serves_time, answered;
	struct hosts_place pool; /* borrowed until hosts_set() */
};

/* NULL when out of memory; the caller frees it. */
struct hosts *hosts_new(
    size_t limit, const struct siphash_key *key, struct budget_share *memory);
void hosts_free(struct hosts *h);

/* Copies the pools.  When out of memory the old ones are kept (counted). */
void hosts_set(struct hosts *h, size_t limit, const struct hosts_pool *pools,
    size_t pool_count);

/* True if that was not known. */
bool hosts_role(
    struct hosts *h, const struct address *address, enum hosts_role role);

struct hosts_facts hosts_facts(
    const struct hosts *h, const struct address *address);

/* A host that dials or answers, serves time, or is in a pool. */
bool hosts_is_server(const struct hosts_facts *facts);

/* One of those, or any that speaks SIP. */
bool hosts_is_of_interest(const struct hosts_facts *facts);

/* State kept over a restart: the roles of HOSTS_SAVED hosts, the ones learned
 * last or heard of since their turn to be forgotten came. */
enum { HOSTS_SAVED = 2048 };
void hosts_save(const struct hosts *h, struct record *r);
void hosts_load(struct hosts *h, struct cursor *c);

/* hosts.evicted, hosts.no_memory */
void hosts_stats(const struct hosts *h, counter_output *output, void *arg);

#endif
