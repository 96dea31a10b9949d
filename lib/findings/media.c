/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/media.h"

#include <stdlib.h>

enum { DOMAIN = 100, VALUE = 512 };

/* Older clients have only this phrase. */
static const char old_phrase[] = "Encryption Levels";

/* A call, by the hash of its Call-ID, or a user, by that of the URI. */
struct media_level {
	struct lru_entry entry; /* first */
	enum mediasec_level level;
	bool refused; /* calls: that was reported */
};

struct media {
	struct media_limits limits;
	finding_output *output;
	void *arg;
	struct lru *calls, *users;
};

/* The table's hash is keyed and has 64 bits: that is enough. */
static bool
same_hash(const struct table_entry *entry, const void *key)
{
	(void)entry;
	(void)key;
	return true;
}

static struct lru *
new_levels(size_t limit, const struct media_limits *limits)
{
	const struct lru_setup setup = {
		.limit = limit,
		.octets = sizeof(struct media_level),
		.memory = limits->memory,
		.equal = same_hash,
	};

	return lru_new(&setup, &limits->key);
}

struct media *
media_new(const struct media_limits *limits, finding_output *output, void *arg)
{
	struct media *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->limits = *limits;
	m->output = output;
	m->arg = arg;
	m->calls = new_levels(limits->calls, limits);
	m->users = new_levels(limits->users, limits);
	if (m->calls != NULL && m->users != NULL)
		return m;
	media_free(m);
	return NULL;
}

void
media_free(struct media *m)
{
	if (m == NULL)
		return;
	lru_free(m->calls);
	lru_free(m->users);
	free(m);
}

void
media_set(struct media *m, const struct media_limits *limits)
{
	m->limits = *limits;
	lru_set(m->calls, limits->calls);
	lru_set(m->users, limits->users);
}

/* user@host of a From or To value; the whole value if it has none. */
static struct slice
user_of(struct slice value)
{
	const size_t scheme = slice_find(value, "sip");
	const struct slice uri = slice_after(value, scheme);
	const struct slice user = slice_after(uri, slice_index(uri, ':') + 1);
	size_t end = 0;

	if (scheme == value.len || user.len == 0)
		return value;
	while (end < user.len && strchr(";>? ", user.p[end]) == NULL)
		end++;
	return slice_first(user, end);
}

/* Its host, without a port. */
static struct slice
domain_of(struct slice value)
{
	const struct slice user = user_of(value);
	const size_t at = slice_index(user, '@');
	const struct slice host =
	    at == user.len ? user : slice_after(user, at + 1);

	return slice_first(host, slice_index(host, ':'));
}

static struct media_level *
find(const struct lru *levels, struct slice name)
{
	return lru_find(levels, lru_hash(levels, name), NULL);
}

static struct media_level *
level_of(struct lru *levels, struct slice name)
{
	struct media_level *l = find(levels, name);

	if (l == NULL)
		return lru_add(levels, lru_hash(levels, name));
	lru_use(levels, l);
	return l;
}

static void
note(struct lru *levels, struct slice name, enum mediasec_level level)
{
	struct media_level *l = name.len == 0 ? NULL : level_of(levels, name);

	if (l != NULL)
		l->level = level;
}

void
media_offer(struct media *m, const struct media_offer *offer)
{
	if (!offer->is_answer)
		note(m->calls, offer->call_id, offer->level);
	note(m->users, user_of(offer->is_answer ? offer->to : offer->from),
	    offer->level);
}

static enum mediasec_level
known(const struct lru *levels, struct slice name)
{
	const struct media_level *l = find(levels, name);

	return l == NULL ? MEDIASEC_UNKNOWN : l->level;
}

static bool
has_phrase(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (slice_starts_with_nocase(slice_after(text, i), old_phrase))
			return true;
	return false;
}

/* One requires encryption, the other has none. */
static bool
contradict(enum mediasec_level offer, enum mediasec_level peer)
{
	return (offer == MEDIASEC_REQUIRED && peer == MEDIASEC_NOT_SUPPORTED) ||
	    (offer == MEDIASEC_NOT_SUPPORTED && peer == MEDIASEC_REQUIRED);
}

static bool
is_about_encryption(const struct media_refusal *r, enum mediasec_level offer,
    enum mediasec_level peer)
{
	if (r->diagnostic == MEDIA_LEVELS_DONT_MATCH || has_phrase(r->phrase) ||
	    has_phrase(r->head))
		return true;
	return r->diagnostic == 0 && contradict(offer, peer);
}

static void
write_user(const struct media *m, struct evidence *e, const char *name,
    struct slice value)
{
	char store[VALUE + 1];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	identity_write(&t, &m->limits.identity, value);
	evidence_text_slice(e, name, textbuf_slice(&t));
}

static void
write_level(struct evidence *e, const char *name, enum mediasec_level level)
{
	if (level != MEDIASEC_UNKNOWN)
		evidence_text(e, name, mediasec_name(level));
}

static void
tell(struct media *m, const struct media_refusal *r,
    const struct evidence *evidence)
{
	char store[2 * DOMAIN + 8];
	struct textbuf key;

	textbuf_init(&key, store, sizeof(store));
	textbuf_wire(&key, slice_first(domain_of(r->from), DOMAIN));
	textbuf_add(&key, " to ");
	textbuf_wire(&key, slice_first(domain_of(r->to), DOMAIN));
	m->output(m->arg,
	    &(struct finding){
		.kind = FINDING_MEDIA_ENCRYPTION,
		.change = FINDING_TROUBLE,
		.severity = finding_severity_of(FINDING_MEDIA_ENCRYPTION, NULL),
		.key = textbuf_slice(&key),
		.subject = textbuf_slice(&key),
		.evidence = evidence,
		.now = r->now,
		.wall = r->wall,
	    });
}

/* Is it about encryption, and the first of its call that is? */
static bool
is_news(struct media *m, const struct media_refusal *r,
    enum mediasec_level offer, enum mediasec_level peer)
{
	struct media_level *call;
	bool known_before;

	if (r->status != 488 || !is_about_encryption(r, offer, peer))
		return false;
	call = level_of(m->calls, r->call_id);
	if (call == NULL)
		return true;
	known_before = call->refused;
	call->refused = true;
	return !known_before;
}

void
media_recall(struct media *m, const struct media_refusal *r)
{
	is_news(
	    m, r, known(m->calls, r->call_id), known(m->users, user_of(r->to)));
}

void
media_refused(struct media *m, const struct media_refusal *r)
{
	const enum mediasec_level offer = known(m->calls, r->call_id);
	const enum mediasec_level peer = known(m->users, user_of(r->to));
	struct evidence e;

	if (!is_news(m, r, offer, peer))
		return;
	evidence_init(&e);
	evidence_integer(&e, "status", r->status);
	if (r->diagnostic != 0)
		evidence_integer(&e, "diagnostic_id", r->diagnostic);
	evidence_wire(&e, "reason", r->reason.len > 0 ? r->reason : r->phrase);
	write_user(m, &e, "caller", r->from);
	write_user(m, &e, "callee", r->to);
	evidence_wire(&e, "call_id", r->call_id);
	write_level(&e, "offer_level", offer);
	write_level(&e, "peer_level", peer);
	tell(m, r, &e);
}

void
media_stats(const struct media *m, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "media.evicted",
	    lru_evicted(m->calls) + lru_evicted(m->users));
	output(arg, COUNTER_LIMIT, "media.no_memory",
	    lru_failed(m->calls) + lru_failed(m->users));
}
