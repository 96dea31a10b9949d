/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/connserver.h"

void
connserver_done(void *arg, void *server)
{
	const struct connserver *s = server;

	(void)arg;
	for (size_t i = 0; i < CONNECTION_CLASSES; i++)
		failures_free(s->failures[i]);
}

bool
connserver_is_failing(const struct connserver *s)
{
	for (size_t i = 0; i < CONNECTION_CLASSES; i++)
		if (s->failures[i] != NULL && s->failures[i]->raised)
			return true;
	return false;
}

void
connserver_save(const struct connserver *s, struct record *r)
{
	record_more(r, true);
	endpoint_save(r, &s->endpoint);
	record_u8(r, s->reached);
	for (size_t i = 0; i < CONNECTION_CLASSES; i++) {
		if (s->failures[i] == NULL || !s->failures[i]->raised)
			continue;
		record_more(r, true);
		record_u8(r, (uint8_t)i);
		failures_save(r, s->failures[i]);
	}
	record_more(r, false);
}

/* They were not saved, and only ICMP is about both. */
static void
set_transports(struct failures *f, enum connection_class class)
{
	f->tcp = true;
	f->udp = class == CONNECTION_UNREACHABLE;
}

bool
connserver_load(struct connserver *s, const struct connection_limits *limits,
    struct cursor *from, nstime shift)
{
	s->endpoint = endpoint_load(from);
	s->reached =
	    (uint8_t)record_read_below(from, 1, CONNECTION_SECURED + 2);
	while (record_read_more(from)) {
		const enum connection_class class =
		    (enum connection_class)record_read_below(
			from, 1, CONNECTION_CLASSES);
		struct failures **of = &s->failures[class];

		if (*of == NULL)
			*of = failures_load(
			    limits->count, from, shift, limits->memory);
		else
			from->bad = true;
		if (*of == NULL)
			from->bad = true;
		else
			set_transports(*of, class);
	}
	return !from->bad;
}
