/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/secrets.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "base/lru.h"

enum { MOST_KEYS = 256 };

struct secrets_session {
	struct lru_entry in_lru;
	uint8_t random[KEYLOG_RANDOM];
	struct keyschedule_secret secrets[KEYLOG_LABELS];
};

/* Found by a digest of its id, for a ticket may be long. */
struct secrets_resumption {
	struct lru_entry in_lru;
	struct siphash_wide id;
	struct keyschedule_secret master;
};

struct secrets {
	struct siphash_key key;
	struct lru *sessions, *resumptions;
	const struct privatekey *keys[MOST_KEYS];
	struct privatekey *owned[MOST_KEYS]; /* .. of them */
	size_t key_count, owned_count;
	struct secrets_sharing sharing; /* output NULL: with nobody */
	uint64_t told, learnt, malformed;
};

_Static_assert(sizeof(struct secrets_session) +
	    sizeof(struct secrets_resumption) + 2 * BUDGET_OVERHEAD +
	    4 * sizeof(void *) <=
	SECRETS_OCTETS,
    "SECRETS_OCTETS");

static bool
session_equal(const struct table_entry *entry, const void *key)
{
	const struct secrets_session *s = (const struct secrets_session *)entry;

	return memcmp(s->random, key, sizeof(s->random)) == 0;
}

static void
wipe_session(void *arg, void *object)
{
	struct secrets_session *s = object;

	(void)arg;
	OPENSSL_cleanse(s->secrets, sizeof(s->secrets));
}

static bool
resumption_equal(const struct table_entry *entry, const void *key)
{
	const struct secrets_resumption *r =
	    (const struct secrets_resumption *)entry;
	const struct siphash_wide *id = key;

	return r->id.a == id->a && r->id.b == id->b;
}

static void
wipe_resumption(void *arg, void *object)
{
	struct secrets_resumption *r = object;

	(void)arg;
	OPENSSL_cleanse(&r->master, sizeof(r->master));
}

struct secrets *
secrets_new(const struct secrets_limits *limits)
{
	struct secrets *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->key = limits->key;
	s->sessions = lru_new(
	    &(struct lru_setup){
		.limit = limits->sessions,
		.octets = sizeof(struct secrets_session),
		.equal = session_equal,
		.done = wipe_session,
	    },
	    &limits->key);
	s->resumptions = lru_new(
	    &(struct lru_setup){
		.limit = limits->resumptions,
		.octets = sizeof(struct secrets_resumption),
		.equal = resumption_equal,
		.done = wipe_resumption,
	    },
	    &limits->key);
	if (s->sessions != NULL && s->resumptions != NULL)
		return s;
	secrets_free(s);
	return NULL;
}

void
secrets_free(struct secrets *s)
{
	if (s == NULL)
		return;
	lru_free(s->sessions);
	lru_free(s->resumptions);
	for (size_t i = 0; i < s->owned_count; i++)
		privatekey_free(s->owned[i]);
	free(s);
}

static void
add(struct secrets *s, const struct keylog_line *line)
{
	const struct slice random =
	    slice_of(line->random, sizeof(line->random));
	const uint64_t hash = lru_hash(s->sessions, random);
	struct secrets_session *session =
	    lru_find(s->sessions, hash, line->random);
	struct keyschedule_secret *secret;

	if (session == NULL) {
		session = lru_add(s->sessions, hash);
		if (session == NULL)
			return;
		memcpy(session->random, line->random, sizeof(line->random));
	}
	secret = &session->secrets[line->label];
	secret->len = line->secret_len;
	memcpy(secret->octets, line->secret, line->secret_len);
	lru_use(s->sessions, session);
	s->told++;
}

static void
share(const struct secrets *s, struct secrets_item item)
{
	if (s->sharing.output != NULL)
		s->sharing.output(s->sharing.arg, &item);
	OPENSSL_cleanse(&item, sizeof(item));
}

static void
input_line(struct secrets *s, struct slice text)
{
	struct keylog_line line;

	switch (keylog_parse(text, &line)) {
	case KEYLOG_FOUND:
		add(s, &line);
		share(
		    s, (struct secrets_item){ .is_line = true, .line = line });
		OPENSSL_cleanse(&line, sizeof(line));
		break;
	case KEYLOG_NOTHING:
		break;
	case KEYLOG_MALFORMED:
		s->malformed++;
		break;
	}
}

void
secrets_keylog(
    struct secrets *s, struct keylog_lines *lines, struct slice octets)
{
	struct slice line;

	while (keylog_next(lines, &octets, &line))
		input_line(s, line);
}

void
secrets_keylog_end(struct secrets *s, struct keylog_lines *lines)
{
	input_line(s, keylog_rest(lines));
	OPENSSL_cleanse(lines, sizeof(*lines));
}

uint64_t
secrets_told(const struct secrets *s)
{
	return s->told;
}

uint64_t
secrets_news(const struct secrets *s)
{
	return s->told + s->learnt;
}

void
secrets_share(struct secrets *s, const struct secrets_sharing *with)
{
	static const struct secrets_sharing none;

	s->sharing = with == NULL ? none : *with;
}

bool
secrets_is_shared(const struct secrets *s)
{
	return s->sharing.output != NULL;
}

size_t
secrets_room(const struct secrets *s)
{
	return s->sharing.room == NULL ? SIZE_MAX
				       : s->sharing.room(s->sharing.arg);
}

bool
secrets_add_key(struct secrets *s, struct privatekey *key)
{
	if (s->key_count == MOST_KEYS) {
		privatekey_free(key);
		return false;
	}
	s->keys[s->key_count++] = key;
	s->owned[s->owned_count++] = key;
	return true;
}

bool
secrets_has_keys(const struct secrets *s)
{
	return s->key_count > 0;
}

bool
secrets_any(const struct secrets *s)
{
	return s->key_count > 0 || s->told > 0;
}

const struct privatekey *
secrets_key(const struct secrets *s, struct slice certificate)
{
	for (size_t i = 0; i < s->key_count; i++)
		if (privatekey_fits(s->keys[i], certificate))
			return s->keys[i];
	return NULL;
}

bool
secrets_find(struct secrets *s, struct slice client_random,
    enum keylog_label label, struct keyschedule_secret *secret)
{
	struct secrets_session *session;

	if (client_random.len != KEYLOG_RANDOM)
		return false;
	session = lru_find(
	    s->sessions, lru_hash(s->sessions, client_random), client_random.p);
	if (session == NULL || session->secrets[label].len == 0)
		return false;
	lru_use(s->sessions, session);
	*secret = session->secrets[label];
	return true;
}

struct siphash_wide
secrets_id(const struct secrets *s, struct slice octets)
{
	static const struct siphash_wide none;

	return octets.len == 0 ? none : siphash_128(&s->key, octets);
}

static bool
is_id(const struct siphash_wide *id)
{
	return id->a != 0 || id->b != 0;
}

static bool
is_same(const struct keyschedule_secret *a, const struct keyschedule_secret *b)
{
	return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

/* False: it was known, or there is no room for it. */
static bool
add_resumption(struct secrets *s, const struct siphash_wide *id,
    const struct keyschedule_secret *master)
{
	struct secrets_resumption *r;
	bool known;

	if (!is_id(id))
		return false;
	r = lru_find(s->resumptions, id->a, id);
	if (r == NULL)
		r = lru_add(s->resumptions, id->a);
	if (r == NULL)
		return false;
	known = is_same(&r->master, master);
	r->id = *id;
	r->master = *master;
	lru_use(s->resumptions, r);
	return !known;
}

void
secrets_remember(struct secrets *s, const struct siphash_wide *id,
    const struct keyschedule_secret *master)
{
	if (!add_resumption(s, id, master) || !secrets_is_shared(s))
		return;
	s->learnt++;
	share(s, (struct secrets_item){ .id = *id, .master = *master });
}

void
secrets_learn(struct secrets *s, const struct secrets_item *item)
{
	if (item->is_line)
		add(s, &item->line);
	else if (add_resumption(s, &item->id, &item->master))
		s->learnt++;
}

static void
copy_session(struct secrets *s, const struct secrets_session *from)
{
	struct keylog_line line = { .label = KEYLOG_LABELS };

	memcpy(line.random, from->random, sizeof(line.random));
	for (int i = 0; i < KEYLOG_LABELS; i++) {
		line.label = (enum keylog_label)i;
		line.secret_len = from->secrets[i].len;
		memcpy(
		    line.secret, from->secrets[i].octets, sizeof(line.secret));
		if (line.secret_len > 0)
			add(s, &line);
	}
	OPENSSL_cleanse(&line, sizeof(line));
}

/* The longest unused first, so that they give way first here too. */
void
secrets_copy(struct secrets *s, const struct secrets *from)
{
	for (const struct secrets_session *session = lru_oldest(from->sessions);
	     session != NULL; session = lru_newer(session))
		copy_session(s, session);
	for (const struct secrets_resumption *r = lru_oldest(from->resumptions);
	     r != NULL; r = lru_newer(r))
		add_resumption(s, &r->id, &r->master);
	for (size_t i = 0; i < from->key_count && s->key_count < MOST_KEYS; i++)
		s->keys[s->key_count++] = from->keys[i];
}

bool
secrets_resume(struct secrets *s, const struct siphash_wide *id,
    struct keyschedule_secret *master)
{
	struct secrets_resumption *r;

	if (!is_id(id))
		return false;
	r = lru_find(s->resumptions, id->a, id);
	if (r == NULL)
		return false;
	lru_use(s->resumptions, r);
	*master = r->master;
	return true;
}

void
secrets_stats(const struct secrets *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "secrets.malformed", s->malformed);
	output(arg, COUNTER_LIMIT, "secrets.evicted",
	    lru_evicted(s->sessions) + lru_evicted(s->resumptions));
	output(arg, COUNTER_LIMIT, "secrets.no_memory",
	    lru_failed(s->sessions) + lru_failed(s->resumptions));
}
