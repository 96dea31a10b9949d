/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/diagnostics.h"

#include <stdlib.h>

/* Ids that are counted; ids beyond share the count of id 0. */
enum { COUNTED = 64 };

/* A call in which an id was seen; its hash is that of both. */
struct diagnostics_call {
	struct lru_entry entry; /* first */
};

struct diagnostics {
	struct diagnostics_limits limits;
	finding_output *output;
	void *arg;
	struct lru *calls;
	size_t count;
	struct diagnostics_count counts[COUNTED + 1]; /* sorted by id */
};

/* The table's hash is keyed and has 64 bits: that is enough. */
static bool
same_hash(const struct table_entry *entry, const void *key)
{
	(void)entry;
	(void)key;
	return true;
}

struct diagnostics *
diagnostics_new(
    const struct diagnostics_limits *limits, finding_output *output, void *arg)
{
	const struct lru_setup setup = {
		.limit = limits->calls,
		.octets = sizeof(struct diagnostics_call),
		.memory = limits->memory,
		.equal = same_hash,
	};
	struct diagnostics *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->limits = *limits;
	d->output = output;
	d->arg = arg;
	d->calls = lru_new(&setup, &limits->key);
	if (d->calls != NULL)
		return d;
	free(d);
	return NULL;
}

void
diagnostics_free(struct diagnostics *d)
{
	if (d == NULL)
		return;
	lru_free(d->calls);
	free(d);
}

void
diagnostics_set(struct diagnostics *d, const struct diagnostics_limits *limits)
{
	d->limits = *limits;
	lru_set(d->calls, limits->calls);
}

static int
by_id(const void *key, const void *row)
{
	const uint32_t id = *(const uint32_t *)key;
	const uint32_t other = ((const struct diagnostics_row *)row)->id;

	return (id > other) - (id < other);
}

const struct diagnostics_row *
diagnostics_find(const struct diagnostics_row *rows, size_t count, uint32_t id)
{
	return count == 0 ? NULL
			  : bsearch(&id, rows, count, sizeof(*rows), by_id);
}

/* True the first time that the call has this id. */
static bool
is_first(struct diagnostics *d, const struct diagnostics_report *r)
{
	const uint64_t both[2] = { lru_hash(d->calls, r->call_id), r->id };
	const uint64_t hash = lru_hash(d->calls, slice_of(both, sizeof(both)));
	struct diagnostics_call *call = lru_find(d->calls, hash, NULL);

	if (call != NULL) {
		lru_use(d->calls, call);
		return false;
	}
	lru_add(d->calls, hash);
	return true;
}

static void
count_id(struct diagnostics *d, uint32_t id)
{
	size_t at = 0;

	while (at < d->count && d->counts[at].id < id)
		at++;
	if (at < d->count && d->counts[at].id == id) {
		d->counts[at].count++;
		return;
	}
	if (d->count >= COUNTED && id != 0) {
		count_id(d, 0);
		return;
	}
	memmove(d->counts + at + 1, d->counts + at,
	    (d->count - at) * sizeof(d->counts[0]));
	d->counts[at] = (struct diagnostics_count){ id, 1 };
	d->count++;
}

static void
write_evidence(struct evidence *e, const struct diagnostics_report *r,
    const struct diagnostics_row *row)
{
	evidence_init(e);
	evidence_integer(e, "status", r->status);
	evidence_integer(e, "diagnostic_id", r->id);
	evidence_wire(e, "reason", r->reason);
	evidence_wire(e, "source", r->source);
	evidence_wire(e, "call_id", r->call_id);
	evidence_endpoint(e, "server", &r->server);
	evidence_endpoint(e, "client", &r->client);
	if (row->meaning != NULL)
		evidence_text(e, "meaning", row->meaning);
	if (row->remedy != NULL)
		evidence_text(e, "remedy", row->remedy);
}

static void
tell(struct diagnostics *d, const struct diagnostics_report *r,
    const struct diagnostics_row *row)
{
	char store[96];
	struct textbuf key;
	struct evidence e;
	size_t subject;

	write_evidence(&e, r, row);
	textbuf_init(&key, store, sizeof(store));
	endpoint_write(&key, &r->server);
	subject = key.len;
	textbuf_add(&key, " ");
	textbuf_uint(&key, r->id);
	d->output(d->arg,
	    &(struct finding){
		.kind = FINDING_SIP_DIAGNOSTIC,
		.change = FINDING_TROUBLE,
		.severity = row->severity,
		.key = textbuf_slice(&key),
		.subject = slice_first(textbuf_slice(&key), subject),
		.evidence = &e,
		.now = r->now,
		.wall = r->wall,
	    });
}

void
diagnostics_input(struct diagnostics *d, const struct diagnostics_report *r)
{
	const struct diagnostics_row *row =
	    diagnostics_find(d->limits.rows, d->limits.row_count, r->id);

	if (!is_first(d, r))
		return;
	if (row != NULL && row->alert)
		tell(d, r, row);
	else
		count_id(d, r->id);
}

void
diagnostics_recall(struct diagnostics *d, const struct diagnostics_report *r)
{
	is_first(d, r);
}

void
diagnostics_stir(struct diagnostics *d, unsigned status)
{
	if (status == 428 || (status >= 436 && status <= 438))
		count_id(d, status);
}

bool
diagnostics_counted(
    const struct diagnostics *d, size_t index, struct diagnostics_count *count)
{
	if (index >= d->count)
		return false;
	*count = d->counts[index];
	return true;
}

void
diagnostics_stats(
    const struct diagnostics *d, counter_output *output, void *arg)
{
	output(
	    arg, COUNTER_LIMIT, "diagnostics.evicted", lru_evicted(d->calls));
	output(
	    arg, COUNTER_LIMIT, "diagnostics.no_memory", lru_failed(d->calls));
}
