/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/serverlog.h"

#include <stdlib.h>

enum {
	MAX_NAMES = 1024, /* beyond, all are one */
	NAME = 128,
	OWN_PORT = 5061, /* where Lync's servers listen */
	FIRST_PEER = 2   /* 100::1 is the host itself */
};

struct serverlog {
	size_t max_message;
	uint8_t *message; /* of that size, once there was one */
	size_t name_count;
	char (*names)[NAME];
	uint64_t other, too_long, too_many, no_memory;
};

struct serverlog *
serverlog_new(size_t max_message)
{
	struct serverlog *l = calloc(1, sizeof(*l));

	if (l != NULL)
		l->max_message = max_message;
	return l;
}

void
serverlog_free(struct serverlog *l)
{
	if (l == NULL)
		return;
	free(l->message);
	free(l->names);
	free(l);
}

static struct address
numbered(size_t n)
{
	uint8_t octets[16] = { 0x01 };

	octets[14] = (uint8_t)(n >> 8);
	octets[15] = (uint8_t)n;
	return endpoint_address(slice_of(octets, sizeof(octets)));
}

/* The place of `name' in the table; MAX_NAMES: it has none. */
static size_t
place_of(struct serverlog *l, struct slice name)
{
	if (l->names == NULL)
		l->names = calloc(MAX_NAMES, sizeof(*l->names));
	if (l->names == NULL)
		return MAX_NAMES;
	for (size_t i = 0; i < l->name_count; i++)
		if (slice_is_nocase(name, l->names[i]))
			return i;
	if (l->name_count == MAX_NAMES) {
		l->too_many++;
		return MAX_NAMES;
	}
	memcpy(l->names[l->name_count], name.p, name.len);
	return l->name_count++;
}

static struct endpoint
peer_of(struct serverlog *l, struct slice peer)
{
	struct endpoint e = { .port = OWN_PORT };
	const struct slice name = servertrace_host(peer, &e.port);

	if (endpoint_address_parse(name, &e.address))
		return e;
	if (name.len == 0 || name.len >= NAME)
		e.address = numbered(FIRST_PEER + MAX_NAMES);
	else
		e.address = numbered(FIRST_PEER + place_of(l, name));
	return e;
}

static bool
write_message(struct serverlog *l, struct serverlog_record *r)
{
	size_t len;

	if (l->message == NULL)
		l->message = malloc(l->max_message);
	if (l->message == NULL) {
		l->no_memory++;
		return false;
	}
	len = servertrace_write(&r->trace, l->message, l->max_message);
	l->too_long += len == 0;
	r->octets = slice_of(l->message, len);
	return len > 0;
}

/* "sip:edge.example.com:5062;grid": where a request goes that has no peer. */
static struct slice
host_of_uri(struct slice uri)
{
	size_t at = slice_index(uri, '@');

	if (at == uri.len)
		at = slice_index(uri, ':');
	uri = slice_after(uri, at + 1);
	return slice_first(uri, slice_index(uri, ';'));
}

bool
serverlog_read(
    struct serverlog *l, struct slice octets, struct serverlog_record *r)
{
	const struct endpoint own = { numbered(1), OWN_PORT };
	struct endpoint peer;

	servertrace_parse(octets, &r->trace);
	if (r->trace.kind == SERVERTRACE_OTHER) {
		l->other++;
		return false;
	}
	if (r->trace.kind == SERVERTRACE_MESSAGE && !write_message(l, r))
		return false;
	peer = peer_of(l,
	    r->trace.peer.len > 0 ? r->trace.peer
				  : host_of_uri(r->trace.request_uri));
	r->from = r->trace.incoming ? peer : own;
	r->to = r->trace.incoming ? own : peer;
	return true;
}

void
serverlog_names(const struct serverlog *l, serverlog_name *output, void *arg)
{
	for (size_t i = 0; i < l->name_count; i++) {
		const struct address address = numbered(FIRST_PEER + i);

		output(arg, &address, slice_text(l->names[i]));
	}
}

void
serverlog_stats(const struct serverlog *l, counter_output *output, void *arg)
{
	output(arg, COUNTER_OTHER, "serverlog.other", l->other);
	output(arg, COUNTER_EVENT, "serverlog.too_long", l->too_long);
	output(arg, COUNTER_LIMIT, "serverlog.names", l->too_many);
	output(arg, COUNTER_LIMIT, "serverlog.no_memory", l->no_memory);
}
