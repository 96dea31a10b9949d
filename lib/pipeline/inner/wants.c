/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/wants.h"

#include <stdlib.h>

/* How long a server that failed is looked at, and how often sensors are
 * reminded. */
#define INTEREST (3600 * NSTIME_S)
#define REMIND (10 * NSTIME_S)

struct wants_server {
	struct lru_entry entry;
	struct endpoint server;
	nstime until;
};

struct wants {
	wants_output *output;
	void *arg;
	struct wire_writer *writer;
	struct lru *servers;
	nstime reminded;
	uint64_t calls;
};

static bool
same_server(const struct table_entry *entry, const void *key)
{
	return endpoint_equal(
	    &((const struct wants_server *)entry)->server, key);
}

struct wants *
wants_new(size_t servers, const struct siphash_key *key, wants_output *output,
    void *arg)
{
	const struct lru_setup setup = {
		.limit = servers,
		.octets = sizeof(struct wants_server),
		.equal = same_server,
	};
	struct wants *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->output = output;
	w->arg = arg;
	w->reminded = INT64_MIN;
	w->writer = wire_writer_new();
	w->servers = lru_new(&setup, key);
	if (w->writer != NULL && w->servers != NULL)
		return w;
	wants_free(w);
	return NULL;
}

void
wants_free(struct wants *w)
{
	if (w == NULL)
		return;
	wire_writer_free(w->writer);
	lru_free(w->servers);
	free(w);
}

static void
put(struct wants *w, const struct wire_item *item)
{
	wire_begin(w->writer, 0, 0);
	wire_put(w->writer, item);
}

void
wants_call(struct wants *w, const struct wire_want *want)
{
	w->calls++;
	put(w, &(struct wire_item){ .kind = WIRE_WANT, .want = *want });
}

static void
tell_server(struct wants *w, const struct endpoint *server)
{
	put(w,
	    &(struct wire_item){
		.kind = WIRE_INTEREST,
		.interest = { *server, 2 * REMIND },
	    });
}

void
wants_server(struct wants *w, const struct endpoint *server, nstime now)
{
	const uint64_t hash = endpoint_hash(w->servers, server);
	struct wants_server *known = lru_find(w->servers, hash, server);

	if (known == NULL) {
		known = lru_add(w->servers, hash);
		if (known == NULL)
			return;
		known->server = *server;
		tell_server(w, server);
	}
	known->until = nstime_after(now, INTEREST);
	lru_use(w->servers, known);
}

static void
remind(struct wants *w, nstime now)
{
	struct wants_server *known, *newer;

	if (!nstime_passed(w->reminded, REMIND, now))
		return;
	w->reminded = now;
	for (known = lru_oldest(w->servers); known != NULL; known = newer) {
		newer = lru_newer(known);
		if (known->until <= now)
			lru_forget(w->servers, known);
		else
			tell_server(w, &known->server);
	}
}

void
wants_send(struct wants *w, nstime now)
{
	remind(w, now);
	if (!wire_begun(w->writer))
		return;
	w->output(w->arg,
	    wire_end(w->writer, &(struct wire_header){ .kind = WIRE_WANTED }));
}

void
wants_stats(const struct wants *w, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "wants.calls", w->calls);
	output(arg, COUNTER_LIMIT, "wants.servers_evicted",
	    lru_evicted(w->servers));
}
