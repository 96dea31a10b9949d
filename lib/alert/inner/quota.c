/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/inner/quota.h"

#include <stdlib.h>

/* All kinds together stay below what there is, and a host below its kind. */
enum { KIND_SHARE = 16, HOST_SHARE = 8, KNOWN_SHARE = 4, LEAST = 32 };

struct quota_key {
	enum finding_kind kind;
	struct slice host;
};

static bool
same_host(const struct table_entry *entry, const void *key)
{
	const struct quota_host *h = (const struct quota_host *)entry;
	const struct quota_key *k = key;

	return h->kind == k->kind &&
	    slice_equal(slice_of(h->host, h->len), k->host);
}

void
quota_set(struct quota *q, size_t alerts)
{
	const size_t share = alerts / KIND_SHARE;

	q->per_kind = share > LEAST ? share : LEAST;
	q->per_host =
	    q->per_kind / HOST_SHARE > LEAST ? q->per_kind / HOST_SHARE : LEAST;
	q->unknown = q->per_kind - q->per_kind / KNOWN_SHARE;
	if (q->unknown < LEAST)
		q->unknown = LEAST;
	table_set(q->hosts, alerts);
}

bool
quota_init(struct quota *q, size_t alerts, const struct siphash_key *key)
{
	q->hosts = table_new(alerts, key, same_host);
	if (q->hosts == NULL)
		return false;
	quota_set(q, alerts);
	return true;
}

void
quota_done(struct quota *q)
{
	struct table_entry *entry, *next;

	entry = q->hosts == NULL ? NULL : table_first(q->hosts);
	for (; entry != NULL; entry = next) {
		next = table_next(q->hosts, entry);
		free(entry);
	}
	table_free(q->hosts);
}

struct slice
quota_host_of(struct slice subject)
{
	size_t end = subject.len;

	while (
	    end > 0 && subject.p[end - 1] >= '0' && subject.p[end - 1] <= '9')
		end--;
	/* A colon within an address without a port is no end of it. */
	if (end < 2 || end == subject.len || subject.p[end - 1] != ':' ||
	    (subject.p[end - 2] != ']' && slice_index(subject, ':') != end - 1))
		return subject;
	return slice_first(subject, end - 1);
}

static struct quota_key
key_of(enum finding_kind kind, struct slice subject)
{
	return (struct quota_key){
		.kind = kind,
		.host = slice_first(quota_host_of(subject),
		    sizeof(((struct quota_host *)NULL)->host)),
	};
}

static struct quota_host *
find(const struct quota *q, const struct quota_key *key, uint64_t hash)
{
	return (struct quota_host *)table_find(q->hosts, hash, key);
}

enum quota_answer
quota_ask(const struct quota *q, enum finding_kind kind, struct slice subject,
    bool known)
{
	const struct quota_key key = key_of(kind, subject);
	const struct quota_host *h =
	    find(q, &key, table_hash(q->hosts, key.host));

	if (h != NULL && h->count >= q->per_host)
		return QUOTA_HOST_FULL;
	return q->kinds[kind] >= (known ? q->per_kind : q->unknown)
	    ? QUOTA_KIND_FULL
	    : QUOTA_ROOM;
}

bool
quota_are_few(const struct quota *q, enum finding_kind kind)
{
	return q->kinds[kind] < LEAST;
}

struct quota_host *
quota_take(struct quota *q, enum finding_kind kind, struct slice subject)
{
	const struct quota_key key = key_of(kind, subject);
	const uint64_t hash = table_hash(q->hosts, key.host);
	struct quota_host *h = find(q, &key, hash);

	q->kinds[kind]++;
	if (h == NULL) {
		h = calloc(1, sizeof(*h));
		if (h == NULL || !table_add(q->hosts, &h->entry, hash)) {
			free(h);
			return NULL;
		}
		h->kind = kind;
		h->len = key.host.len;
		memcpy(h->host, key.host.p, key.host.len);
	}
	h->count++;
	return h;
}

void
quota_give(struct quota *q, enum finding_kind kind, struct quota_host *host)
{
	q->kinds[kind]--;
	if (host == NULL || --host->count > 0)
		return;
	table_remove(q->hosts, &host->entry);
	free(host);
}
