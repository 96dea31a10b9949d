/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/wire.h"

#include <stdlib.h>

#include "base/siphashrun.h"
#include "pipeline/inner/wireitems.h"

/* "siptimed fleet", and the version behind it. */
static const uint8_t magic[] = { 's', 'f' };

enum { HEADER_MOST = 256, LEG_OCTETS = 3 };

/* From the beginning of a batch to how far it reaches. */
#define MOST_LATE (86400 * NSTIME_S)

struct wire_writer {
	struct wirecodec items;
	struct record record; /* of the items */
	struct record batch;
	struct wireitems_store store;
	bool begun;
};

struct wire_reader {
	struct wirecodec items;
	struct wireitems_store store;
};

struct wire_writer *
wire_writer_new(void)
{
	struct wire_writer *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	record_init(&w->record, WIRE_MOST - HEADER_MOST);
	record_init(&w->batch, WIRE_MOST);
	w->items.out = &w->record;
	return w;
}

void
wire_writer_free(struct wire_writer *w)
{
	if (w == NULL)
		return;
	record_done(&w->record);
	record_done(&w->batch);
	free(w);
}

void
wire_begin(struct wire_writer *w, nstime now, nstime wall)
{
	if (w->begun)
		return;
	w->begun = true;
	w->record.len = 0;
	w->record.failed = false;
	w->items.before = (struct wirecodec_before){ .addresses = 0 };
	w->items.in = cursor_over(slice_of(NULL, 0));
	w->items.now = now - now % NSTIME_MS;
	w->items.wall = w->items.now + (wall - now) - (wall - now) % NSTIME_US;
}

bool
wire_begun(const struct wire_writer *w)
{
	return w->begun;
}

/* Halves are most of what travels: their kind says whose they are, and whether
 * a request's server has the port of the one before. */
enum {
	REQUESTS_HALF = WIRE_HALF,
	RESPONSES_HALF = WIRE_ITEMS,
	PORTS_HALF, /* a request's, and the port follows */
	NUMBERS
};

static unsigned
number_of(const struct wirecodec *c, const struct wire_item *i)
{
	if (i->kind != WIRE_HALF)
		return i->kind;
	if (!i->half.is_request)
		return RESPONSES_HALF;
	return i->half.server.port == c->before.port ? REQUESTS_HALF
						     : PORTS_HALF;
}

static unsigned
kind(struct wirecodec *c, struct wire_item *i)
{
	unsigned number = c->out != NULL ? number_of(c, i) : 0;

	WIRECODEC_FIELD(c, number, NUMBERS - 1);
	i->kind = number < WIRE_ITEMS ? number : WIRE_HALF;
	return number;
}

static void
half(struct wirecodec *c, struct wire_half *h, unsigned number)
{
	uint64_t leg = h->leg;

	wirecodec_fixed(c, &h->call, sizeof(h->call));
	wirecodec_fixed(c, &leg, LEG_OCTETS);
	h->leg = (uint32_t)leg;
	h->is_request = number != RESPONSES_HALF;
	h->now = c->now + c->shift_now;
	if (!h->is_request)
		return;
	wirecodec_address(c, &h->client);
	wirecodec_address(c, &h->server.address);
	if (number == PORTS_HALF) {
		WIRECODEC_FIELD(c, h->server.port, UINT16_MAX);
		c->before.port = h->server.port;
	}
	h->server.port = c->before.port;
}

/* The lowest bit says that the method is that of the tally before. */
static void
tally(struct wirecodec *c, struct wire_tally *t)
{
	uint64_t answered =
	    (t->answered < UINT32_MAX ? t->answered : UINT32_MAX) << 1;

	if (c->out != NULL && strcmp(t->method, c->before.method) == 0)
		answered |= 1;
	wirecodec_endpoint(c, &t->server);
	WIRECODEC_FIELD(c, answered, UINT64_C(2) * UINT32_MAX + 1);
	if ((answered & 1) == 0) {
		wirecodec_chars(c, t->method, sizeof(t->method));
		memcpy(c->before.method, t->method, sizeof(t->method));
	}
	memcpy(t->method, c->before.method, sizeof(t->method));
	t->answered = answered >> 1;
}

static void
item(struct wirecodec *c, struct wire_item *i, struct wireitems_store *store)
{
	const unsigned number = kind(c, i);

	switch (i->kind) {
	case WIRE_EVENT:
		wireitems_event(c, &i->event, store);
		break;
	case WIRE_HALF:
		half(c, &i->half, number);
		break;
	case WIRE_TALLY:
		tally(c, &i->tally);
		break;
	case WIRE_SPOKE:
		WIRECODEC_FIELD(c, i->spoke.flow, UINT64_MAX);
		wirecodec_flag(c, &i->spoke.by_client);
		wirecodec_now(c, &i->spoke.now);
		break;
	case WIRE_WANT:
		WIRECODEC_FIELD(c, i->want.call, UINT64_MAX);
		wirecodec_address(c, &i->want.client);
		wirecodec_endpoint(c, &i->want.server);
		wirecodec_flag(c, &i->want.suspect);
		break;
	case WIRE_INTEREST:
		wirecodec_endpoint(c, &i->interest.server);
		WIRECODEC_FIELD(
		    c, i->interest.lasts, (uint64_t)86400 * NSTIME_S);
		break;
	case WIRE_ITEMS:
		c->in.bad = true;
	}
}

bool
wire_put(struct wire_writer *w, const struct wire_item *i)
{
	struct wire_item copy = *i;
	const size_t before = w->record.len;
	const struct wirecodec_before as = w->items.before;

	if (i->kind == WIRE_EVENT && !wireitems_travels(&i->event))
		return false;
	item(&w->items, &copy, &w->store);
	if (!w->record.failed)
		return true;
	w->record.failed = false;
	w->record.len = before;
	w->items.before = as;
	return false;
}

size_t
wire_length(const struct wire_writer *w)
{
	return w->record.len;
}

/* Whole milliseconds, and what is left: mostly nothing. */
static void
split(struct wirecodec *c, nstime *t)
{
	nstime whole = *t - (*t % NSTIME_MS + NSTIME_MS) % NSTIME_MS;
	nstime rest = *t - whole;

	wirecodec_told_in(c, &whole, NSTIME_MS);
	WIRECODEC_FIELD(c, rest, NSTIME_MS - 1);
	*t = c->in.bad ? 0 : whole + rest;
}

static void
header_fields(struct wirecodec *c, struct wire_header *h)
{
	nstime run = (nstime)h->run;
	nstime ahead = h->wall - h->now, after = h->reached - h->now;
	unsigned kind = h->kind;

	if (h->messages > 0 || h->drops > 0)
		kind += WIRE_KINDS;
	WIRECODEC_FIELD(c, kind, 2 * WIRE_KINDS - 1);
	h->kind = kind % WIRE_KINDS;
	wirecodec_chars(c, h->name, sizeof(h->name));
	split(c, &run);
	WIRECODEC_FIELD(c, h->sequence, UINT64_MAX);
	wirecodec_told_in(c, &h->now, NSTIME_MS);
	wirecodec_told_in(c, &ahead, NSTIME_US);
	split(c, &after);
	if (run < 0 || after > MOST_LATE || after < -MOST_LATE)
		c->in.bad = true;
	h->run = c->in.bad ? 0 : (uint64_t)run;
	h->wall = c->in.bad ? 0 : h->now + ahead;
	h->reached = c->in.bad ? 0 : h->now + after;
	if (kind < WIRE_KINDS)
		return;
	WIRECODEC_FIELD(c, h->messages, UINT64_MAX);
	WIRECODEC_FIELD(c, h->drops, UINT64_MAX);
}

struct slice
wire_end(struct wire_writer *w, const struct wire_header *header)
{
	struct wire_header h = *header;
	struct wirecodec *c = &w->items;

	w->begun = false;
	w->batch.len = 0;
	w->batch.failed = false;
	record_octets(&w->batch, slice_of(magic, sizeof(magic)));
	record_u8(&w->batch, WIRE_VERSION);
	h.now = c->now;
	h.wall = c->wall;
	c->out = &w->batch;
	header_fields(c, &h);
	c->out = &w->record;
	record_octets(&w->batch, slice_of(w->record.octets, w->record.len));
	return w->batch.failed ? slice_of(NULL, 0)
			       : slice_of(w->batch.octets, w->batch.len);
}

struct wire_reader *
wire_reader_new(void)
{
	return calloc(1, sizeof(struct wire_reader));
}

void
wire_reader_free(struct wire_reader *r)
{
	free(r);
}

static bool
read_magic(struct cursor *c)
{
	for (size_t i = 0; i < sizeof(magic); i++)
		if (cursor_u8(c) != magic[i])
			return false;
	return cursor_u8(c) == WIRE_VERSION && !c->bad;
}

bool
wire_open(struct wire_reader *r, struct slice batch, struct wire_header *header)
{
	struct wirecodec *c = &r->items;
	struct wire_header h = { .run = 0 };

	c->out = NULL;
	c->in = cursor_over(batch);
	c->before = (struct wirecodec_before){ .addresses = 0 };
	c->now = c->wall = c->shift_now = c->shift_wall = 0;
	if (batch.len > WIRE_MOST || !read_magic(&c->in))
		return false;
	header_fields(c, &h);
	if (c->in.bad || h.now < 0 || h.wall < 0 || h.reached < 0)
		return false;
	c->now = h.now;
	c->wall = h.wall;
	*header = h;
	return true;
}

void
wire_shift(struct wire_reader *r, nstime now, nstime wall)
{
	r->items.shift_now = now;
	r->items.shift_wall = wall;
}

enum wire_answer
wire_next(struct wire_reader *r, struct wire_item *i)
{
	if (r->items.in.rest.len == 0)
		return r->items.in.bad ? WIRE_BROKEN : WIRE_OVER;
	*i = (struct wire_item){ .kind = WIRE_ITEMS };
	r->store.observation = (struct observation){ .now = 0 };
	r->store.certificate = (struct x509cert){ .serial_len = 0 };
	item(&r->items, i, &r->store);
	return r->items.in.bad ? WIRE_BROKEN : WIRE_ITEM;
}

uint64_t
wire_call(const struct sip_message *m)
{
	static const struct siphash_key unkeyed = { 0, 0 };

	return siphash_24(&unkeyed, m->call_id);
}

uint32_t
wire_leg(const struct sip_message *m)
{
	static const struct siphash_key unkeyed = { 0, 1 };
	struct siphash_run run = siphash_run_begin(&unkeyed);
	const bool is_ack = slice_is(m->method, "ACK");

	siphash_run_word(&run, m->cseq | (uint64_t)m->via_port << 32);
	siphash_run_word(&run,
	    (uint64_t)m->via_branch.len << 32 | (uint64_t)m->via_host.len);
	siphash_run_octets(&run, is_ack ? slice_text("INVITE") : m->method);
	siphash_run_octets(
	    &run, m->via_branch.len > 0 ? m->via_branch : m->from_tag);
	siphash_run_letters(&run, m->via_host);
	return (uint32_t)siphash_run_end(&run).a & ((1 << 8 * LEG_OCTETS) - 1);
}
