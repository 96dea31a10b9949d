/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BUNDLE_H
#define BUNDLE_H

#include "incident/inner/cause.h"

/*
 * One incident: a cause, and the alerts that are its parts while they last.
 */

enum { BUNDLE_KEY = 160 };

/* The part a host plays on the relay's port, as seen. */
enum bundle_role { BUNDLE_ANY, BUNDLE_FRONT_END, BUNDLE_EDGE };

TAILQ_HEAD(bundle_parts, symptom);

struct bundle {
	TAILQ_ENTRY(bundle) order;
	struct timerq_entry timer; /* when it reports news */
	struct cause cause;        /* as judged last; `seed' is not kept */
	struct bundle_parts parts; /* that last, in the order they joined */
	size_t part_count;
	nstime since;        /* wall: of its first part */
	nstime failed;       /* wall: the first failure; NSTIME_NEVER: none */
	nstime stepped;      /* wall: the clock's step; NSTIME_NEVER: none */
	nstime offset, step; /* CLOCK */
	char shape[SIGHTING_SHAPE];
	struct endpoint server; /* that failed most; version 0: none */
	size_t other_servers, clients, peers; /* the most there were */
	uint64_t connections; /* attempts that failed in parts that are over */
	enum bundle_role role;
	uint64_t ended; /* transactions lost in parts that are over */
	bool mras;      /* users lose external calls by it */
	bool healthy;   /* a part was seen to be well again */
	bool shrunk;    /* a part is over since the last report */
	size_t key_len;
	char key[BUNDLE_KEY];
};

/* Zero it first. */
void bundle_init(struct bundle *b, const struct cause *cause);

/* The key of the incident that `cause' makes, `key' of BUNDLE_KEY octets. */
struct slice bundle_key_of(const struct cause *cause, char *key);

/* MEDIA_ENCRYPTION: the domain that its calls have in common. */
struct slice bundle_domain(const struct bundle *b);

/* The part is in no bundle. */
void bundle_add(struct bundle *b, struct symptom *part);

/* It is over, or another bundle's from now on. */
void bundle_remove(struct bundle *b, struct symptom *part, bool over);

/* The part has changed: the sums over all parts follow. */
void bundle_follow(struct bundle *b, const struct symptom *part);

/* A part before this one has the client. */
bool bundle_has_earlier(const struct bundle *b, const struct symptom *part,
    const struct address *client);

/* Transactions that were lost so far. */
uint64_t bundle_timeouts(const struct bundle *b);

/* Attempts to connect that failed so far. */
uint64_t bundle_connections(const struct bundle *b);

/* Keep the facts of its parts: servers, clients, roles on the ports of the
 * relay service.  It stays when they are over. */
void bundle_note(struct bundle *b, const struct portset *relay);

/* The gravest of its parts. */
enum finding_severity bundle_severity(const struct bundle *b);

/* Saved over a restart, but for its parts.  False: it makes no sense. */
void bundle_save(struct record *r, const struct bundle *b);
bool bundle_load(struct bundle *b, struct cursor *c);

#endif
