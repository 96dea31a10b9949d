/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SECRETS_H
#define SECRETS_H

#include "base/counter.h"
#include "base/siphash.h"
#include "tls/inner/keyschedule.h"
#include "tls/keylog.h"
#include "tls/privatekey.h"

/*
 * The secrets that decrypt TLS: secrets of sessions by the client's random, as
 * key logs hold them; master secrets of sessions that may be resumed, by
 * session id or ticket; and private keys.  All are bounded, the longest unused
 * give way, and they are wiped.
 *
 * Several threads have some each.  What one learns by itself it shares: see
 * secrets_share().
 */

struct secrets;

struct secrets_limits {
	size_t sessions;    /* of key logs */
	size_t resumptions; /* sessions that may be resumed */
	struct siphash_key key;
};

/* Of memory, that one session and one resumption take, with what finds them. */
enum { SECRETS_OCTETS = 640 };

/* NULL when out of memory; the caller frees it. */
struct secrets *secrets_new(const struct secrets_limits *limits);
void secrets_free(struct secrets *s);

/* Octets of a key log; `lines' is the source's.  They may be a Decryption
 * Secrets Block's: then secrets_keylog_end() follows. */
void secrets_keylog(
    struct secrets *s, struct keylog_lines *lines, struct slice octets);
void secrets_keylog_end(struct secrets *s, struct keylog_lines *lines);

/* How many times something new came in from key logs. */
uint64_t secrets_told(const struct secrets *s);

/* How many times something came that connections may wait for. */
uint64_t secrets_news(const struct secrets *s);

/* Something that was learnt: a line of a key log, or how a session is resumed.
 * The owner wipes it. */
struct secrets_item {
	bool is_line;
	struct keylog_line line;
	struct siphash_wide id;
	struct keyschedule_secret master;
};

/* `room': how many items more may be shared from key logs now. */
struct secrets_sharing {
	void (*output)(void *arg, const struct secrets_item *item);
	size_t (*room)(void *arg);
	void *arg;
};

/* Everything that is new from now on is output, but for what others shared.
 * `with' is copied; NULL: no more. */
void secrets_share(struct secrets *s, const struct secrets_sharing *with);
bool secrets_is_shared(const struct secrets *s);

/* How many lines may come; SIZE_MAX where nothing is shared. */
size_t secrets_room(const struct secrets *s);

/* Others have learnt it: they have the same siphash key. */
void secrets_learn(struct secrets *s, const struct secrets_item *item);

/* Know what `from' knows now, while nobody uses either; its private keys are
 * borrowed. */
void secrets_copy(struct secrets *s, const struct secrets *from);

/* Takes over `key'.  False, and the key is freed, when there are too many. */
bool secrets_add_key(struct secrets *s, struct privatekey *key);
bool secrets_has_keys(const struct secrets *s);

/* Is there anything that could decrypt, or was there? */
bool secrets_any(const struct secrets *s);

/* The key that fits the certificate, or NULL. */
const struct privatekey *secrets_key(
    const struct secrets *s, struct slice certificate);

/* False, and *secret untouched: it is not known. */
bool secrets_find(struct secrets *s, struct slice client_random,
    enum keylog_label label, struct keyschedule_secret *secret);

/* The digest under which a session id or a ticket is kept; of no octets:
 * nothing. */
struct siphash_wide secrets_id(const struct secrets *s, struct slice octets);

/* A session that may be resumed. */
void secrets_remember(struct secrets *s, const struct siphash_wide *id,
    const struct keyschedule_secret *master);
bool secrets_resume(struct secrets *s, const struct siphash_wide *id,
    struct keyschedule_secret *master);

/* secrets.malformed, secrets.evicted, secrets.no_memory */
void secrets_stats(const struct secrets *s, counter_output *output, void *arg);

#endif
