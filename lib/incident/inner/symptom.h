/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SYMPTOM_H
#define SYMPTOM_H

#include <sys/queue.h>

#include "base/lru.h"
#include "base/timerq.h"
#include "incident/inner/sighting.h"

/*
 * One alert as a part of an incident, or of none yet: its hosts, how often it
 * happened and since when.  The room keeps many of them.
 */

struct bundle;

enum { SYMPTOM_KEY = 256, SYMPTOM_SUBJECT = 100, SYMPTOM_CLIENTS = 32 };

struct symptom {
	struct lru_entry entry;    /* first; found by id */
	struct timerq_entry timer; /* when it is looked at */
	TAILQ_ENTRY(symptom) in_bundle;
	struct bundle *bundle; /* NULL: in no incident */
	uint64_t id;           /* the alert's */
	enum finding_kind kind;
	struct sighting latest; /* `began' is the first's */
	enum finding_severity severity;
	uint64_t count;      /* of its findings */
	nstime first, began; /* now: of its first finding; of the trouble */
	nstime last_wall;
	size_t client_count, more_clients; /* kept, and beyond */
	struct address clients[SYMPTOM_CLIENTS];
	size_t key_len, subject_len;
	char key[SYMPTOM_KEY], subject[SYMPTOM_SUBJECT];
};

/* Take in one finding (TROUBLE or UPDATED).  True if it shows something new
 * about hosts: a part of its own, another client, another clock. */
bool symptom_input(struct symptom *p, const struct finding *finding);

/* The wall time of its first packet, as far as the finding knows. */
static inline nstime
symptom_began(const struct finding *f)
{
	return f->began != 0 ? f->began : f->wall;
}

bool symptom_has_client(const struct symptom *p, const struct address *client);

/* The host is at one of its ends. */
bool symptom_concerns(const struct symptom *p, const struct address *host);

/* The domains of caller and callee, of alerts about media: their key is "A to
 * B".  Empty where they are not known. */
struct slice symptom_caller(const struct symptom *p);
struct slice symptom_called(const struct symptom *p);

struct slice symptom_key(const struct symptom *p);
struct slice symptom_subject(const struct symptom *p);

/* Saved over a restart, but for the bundle.  False: it makes no sense. */
void symptom_save(struct record *r, const struct symptom *p);
bool symptom_load(
    struct symptom *p, struct cursor *c, const struct record_shift *shift);

#endif
