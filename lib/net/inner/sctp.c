/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/sctp.h"

#include <stdlib.h>

#include "base/cursor.h"

enum {
	DATA = 0,
	SACK = 3,
	ABORT = 6,
	SHUTDOWN = 7,
	END = 1, /* flags of DATA */
	BEGIN = 2,
	CHUNK_HEADER = 4,
	DATA_HEADER = 16, /* that of the chunk included */
	PARTS = 64,       /* messages being put together at a time */
	SEEN = 256,       /* chunks remembered */
	LARGEST = 65536
};

/* Of one direction of an association, whose messages never mix: RFC 9260
 * section 6.9 gives the pieces of one message TSNs in a row. */
struct sctp_way {
	struct address from, to;
	uint16_t source_port, destination_port;
	uint32_t tag;
};

struct sctp_part {
	struct sctp_way way;
	uint32_t first_tsn, next_tsn;
	uint64_t used; /* when, in messages; the longest unused gives way */
	uint8_t *octets;
	size_t len;
};

struct sctp_seen {
	struct sctp_way way;
	uint32_t tsn;
	bool any;
};

struct sctp {
	struct sctp_part parts[PARTS];
	struct sctp_seen seen[SEEN]; /* a ring */
	size_t next_seen;
	uint64_t clock;
	uint64_t malformed, resent, incomplete, too_long, no_memory;
};

/* The contents of a DATA chunk. */
struct sctp_data {
	uint8_t flags;
	uint32_t tsn;
	struct slice payload;
};

struct sctp *
sctp_new(void)
{
	return calloc(1, sizeof(struct sctp));
}

static void
drop(struct sctp_part *p)
{
	free(p->octets);
	*p = (struct sctp_part){ .octets = NULL };
}

void
sctp_reset(struct sctp *s)
{
	for (size_t i = 0; i < PARTS; i++)
		drop(&s->parts[i]);
	memset(s->seen, 0, sizeof(s->seen));
}

void
sctp_free(struct sctp *s)
{
	if (s == NULL)
		return;
	sctp_reset(s);
	free(s);
}

static bool
same_way(const struct sctp_way *a, const struct sctp_way *b)
{
	return a->tag == b->tag && a->source_port == b->source_port &&
	    a->destination_port == b->destination_port &&
	    endpoint_address_equal(&a->from, &b->from) &&
	    endpoint_address_equal(&a->to, &b->to);
}

static bool
is_resent(struct sctp *s, const struct sctp_way *way, uint32_t tsn)
{
	for (size_t i = 0; i < SEEN; i++)
		if (s->seen[i].any && s->seen[i].tsn == tsn &&
		    same_way(&s->seen[i].way, way))
			return true;
	s->seen[s->next_seen] = (struct sctp_seen){ *way, tsn, true };
	s->next_seen = (s->next_seen + 1) % SEEN;
	return false;
}

static struct sctp_part *
find_part(struct sctp *s, const struct sctp_way *way, uint32_t tsn)
{
	for (size_t i = 0; i < PARTS; i++)
		if (s->parts[i].octets != NULL && s->parts[i].next_tsn == tsn &&
		    same_way(&s->parts[i].way, way))
			return &s->parts[i];
	return NULL;
}

/* A free place, or the one that waits the longest. */
static struct sctp_part *
new_part(struct sctp *s, const struct sctp_way *way)
{
	struct sctp_part *oldest = &s->parts[0];

	for (size_t i = 0; i < PARTS && oldest->octets != NULL; i++)
		if (s->parts[i].octets == NULL ||
		    s->parts[i].used < oldest->used)
			oldest = &s->parts[i];
	s->incomplete += oldest->octets != NULL;
	drop(oldest);
	oldest->octets = malloc(LARGEST);
	s->no_memory += oldest->octets == NULL;
	oldest->way = *way;
	return oldest->octets == NULL ? NULL : oldest;
}

static void
tell(const struct sctp_way *way, struct sctp_event event, sctp_output *output,
    void *arg)
{
	event.source_port = way->source_port;
	event.destination_port = way->destination_port;
	output(arg, &event);
}

static void
add_piece(struct sctp *s, const struct sctp_way *way, const struct sctp_data *d,
    sctp_output *output, void *arg)
{
	struct sctp_part *p = (d->flags & BEGIN) != 0
	    ? new_part(s, way)
	    : find_part(s, way, d->tsn);

	if (p == NULL) {
		s->incomplete++;
		return;
	}
	if (d->payload.len > LARGEST - p->len) {
		s->too_long++;
		drop(p);
		return;
	}
	memcpy(p->octets + p->len, d->payload.p, d->payload.len);
	p->len += d->payload.len;
	if ((d->flags & BEGIN) != 0)
		p->first_tsn = d->tsn;
	p->next_tsn = d->tsn + 1;
	p->used = ++s->clock;
	if ((d->flags & END) == 0)
		return;
	tell(way,
	    (struct sctp_event){
		.kind = SCTP_MESSAGE,
		.octets = slice_of(p->octets, p->len),
		.first_tsn = p->first_tsn,
		.tsn = d->tsn,
	    },
	    output, arg);
	drop(p);
}

static void
read_data(struct sctp *s, const struct sctp_way *way, struct slice chunk,
    uint8_t flags, sctp_output *output, void *arg)
{
	struct cursor c = cursor_over(slice_after(chunk, CHUNK_HEADER));
	struct sctp_data d = { .flags = flags & (BEGIN | END) };

	d.tsn = cursor_u32(&c);
	cursor_take(&c, 8); /* stream, sequence, protocol */
	d.payload = c.rest;
	if (c.bad || d.payload.len == 0) {
		s->malformed++;
		return;
	}
	if (is_resent(s, way, d.tsn)) {
		s->resent++;
		return;
	}
	if (d.flags == (BEGIN | END))
		tell(way,
		    (struct sctp_event){
			.kind = SCTP_MESSAGE,
			.octets = d.payload,
			.first_tsn = d.tsn,
			.tsn = d.tsn,
		    },
		    output, arg);
	else
		add_piece(s, way, &d, output, arg);
}

/* A SACK and a SHUTDOWN both begin with how far everything came. */
static void
read_control(struct sctp *s, const struct sctp_way *way, struct slice chunk,
    uint8_t type, sctp_output *output, void *arg)
{
	struct cursor c = cursor_over(slice_after(chunk, CHUNK_HEADER));
	struct sctp_event event = { .kind = SCTP_SHUT };

	if (type == SACK || type == SHUTDOWN) {
		event.kind = SCTP_ACKNOWLEDGED;
		event.tsn = cursor_u32(&c);
		if (c.bad)
			s->malformed++;
		else
			tell(way, event, output, arg);
	}
	event.kind = SCTP_SHUT;
	if (type == ABORT || type == SHUTDOWN)
		tell(way, event, output, arg);
}

void
sctp_input(struct sctp *s, const struct ip *ip, sctp_output *output, void *arg)
{
	struct cursor c = cursor_over(ip->payload);
	struct sctp_way way = { .from = ip->from, .to = ip->to };

	way.source_port = cursor_u16(&c);
	way.destination_port = cursor_u16(&c);
	way.tag = cursor_u32(&c);
	cursor_take(&c, 4);
	while (!c.bad && c.rest.len >= CHUNK_HEADER) {
		struct cursor head = c;
		const uint8_t type = cursor_u8(&head);
		const uint8_t flags = cursor_u8(&head);
		const size_t len = cursor_u16(&head);
		struct slice chunk;

		if (len < CHUNK_HEADER) {
			s->malformed++;
			return;
		}
		chunk = cursor_take(&c, len);
		if (c.bad)
			break;
		c.rest = slice_after(c.rest, (4 - len % 4) % 4);
		if (type == DATA)
			read_data(s, &way, chunk, flags, output, arg);
		else
			read_control(s, &way, chunk, type, output, arg);
	}
	s->malformed += c.bad;
}

void
sctp_stats(const struct sctp *s, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "sctp.malformed", s->malformed);
	output(arg, COUNTER_EVENT, "sctp.resent", s->resent);
	output(arg, COUNTER_EVENT, "sctp.incomplete", s->incomplete);
	output(arg, COUNTER_EVENT, "sctp.too_long", s->too_long);
	output(arg, COUNTER_LIMIT, "sctp.no_memory", s->no_memory);
}
