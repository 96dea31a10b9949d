/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PART_H
#define PART_H

#include <sys/queue.h>

#include "base/lru.h"
#include "base/timerq.h"
#include "incident/inner/sighting.h"

/*
 * One alert as a part of an incident, or of none yet: its hosts, how often it
 * happened and since when.  The room keeps many of them.
 */

struct bundle;

enum { PART_KEY = 256, PART_SUBJECT = 100, PART_CLIENTS = 32 };

struct part {
	struct lru_entry entry;    /* first; found by id */
	struct timerq_entry timer; /* when it is looked at */
	TAILQ_ENTRY(part) in_bundle;
	struct bundle *bundle; /* NULL: in no incident */
	uint64_t id;           /* the alert's */
	enum finding_kind kind;
	struct sighting latest; /* `began' is the first's */
	enum finding_severity severity;
	uint64_t count;      /* of its findings */
	nstime first, began; /* now: of its first finding; of the trouble */
	nstime last_wall;
	size_t client_count, more_clients; /* kept, and beyond */
	struct address clients[PART_CLIENTS];
	size_t key_len, subject_len;
	char key[PART_KEY], subject[PART_SUBJECT];
};

/* Take in one finding (TROUBLE or UPDATED).  True if it shows something new
 * about hosts: a part of its own, another client, another clock. */
bool part_input(struct part *p, const struct finding *finding);

/* The wall time of its first packet, as far as the finding knows. */
static inline nstime
part_began(const struct finding *f)
{
	return f->began != 0 ? f->began : f->wall;
}

bool part_has_client(const struct part *p, const struct address *client);

/* The host is at one of its ends. */
bool part_concerns(const struct part *p, const struct address *host);

struct slice part_key(const struct part *p);
struct slice part_subject(const struct part *p);

/* Saved over a restart, but for the bundle.  False: it makes no sense. */
void part_save(struct record *r, const struct part *p);
bool part_load(
    struct part *p, struct cursor *c, const struct record_shift *shift);

#endif
