/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/outbox.h"

#include <stdlib.h>
#include <sys/queue.h>

/* Octets of one event, and what must still fit into a record then. */
enum { LARGEST = 16384 };

/* An event as it is saved. */
struct kept {
	TAILQ_ENTRY(kept) link;
	uint64_t number;
	size_t len;
	uint8_t octets[];
};

struct outbox_place {
	char name[OUTBOX_NAME]; /* "": none */
	uint64_t number;
};

struct outbox {
	size_t most_events, most_octets;
	struct budget_share *memory;
	TAILQ_HEAD(, kept) events;
	size_t count, octets;
	uint64_t last;
	struct outbox_place readers[OUTBOX_READERS];
	size_t reader_count;
	uint64_t full, no_memory;
};

struct outbox *
outbox_new(size_t events, size_t octets, struct budget_share *memory)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->most_events = events;
	o->most_octets = octets;
	o->memory = memory;
	TAILQ_INIT(&o->events);
	return o;
}

static size_t
cost(const struct kept *kept)
{
	return sizeof(*kept) + kept->len + BUDGET_OVERHEAD;
}

static void
forget_first(struct outbox *o)
{
	struct kept *first = TAILQ_FIRST(&o->events);

	TAILQ_REMOVE(&o->events, first, link);
	o->count--;
	o->octets -= first->len;
	budget_undo(o->memory, cost(first));
	free(first);
}

void
outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	while (!TAILQ_EMPTY(&o->events))
		forget_first(o);
	free(o);
}

static bool
keep(struct outbox *o, uint64_t number, struct slice octets)
{
	struct kept *kept = malloc(sizeof(*kept) + octets.len);

	if (kept == NULL)
		return false;
	kept->number = number;
	kept->len = octets.len;
	memcpy(kept->octets, octets.p, octets.len);
	TAILQ_INSERT_TAIL(&o->events, kept, link);
	o->count++;
	o->octets += octets.len;
	budget_note(o->memory, cost(kept));
	while (o->count > o->most_events || o->octets > o->most_octets) {
		forget_first(o);
		o->full++;
	}
	return true;
}

static void
save_event(struct record *r, const struct alert_event *e)
{
	finding_kind_save(r, e->kind);
	record_u8(r, (uint8_t)e->state);
	record_u8(r, (uint8_t)e->reason);
	record_u8(r, (uint8_t)e->severity);
	record_u64(r, e->id);
	record_u32(r, e->episode);
	record_u64(r, e->incident);
	record_flag(r, e->joined);
	record_text(r, e->subject);
	record_u64(r, e->count);
	record_time(r, e->wall);
	record_time(r, e->first_seen);
	record_time(r, e->last_seen);
	record_time(r, e->duration);
	evidence_save(r, e->evidence);
	if (e->state == ALERT_JOINED)
		record_u64(r, e->successor);
}

/* False: it makes no sense, or, with c->bad still unset, its kind is not
 * known here. */
static bool
load_event(struct alert_event *e, struct evidence *evidence, struct cursor *c,
    struct fieldnames *names)
{
	const bool known = finding_kind_load(c, &e->kind);

	e->state = record_read_below(c, 1, ALERT_JOINED + 1);
	e->reason = record_read_below(c, 1, ALERT_WITHDRAWN + 1);
	e->severity = record_read_below(c, 1, FINDING_INFO + 1);
	e->id = cursor_le64(c);
	e->episode = cursor_le32(c);
	e->incident = cursor_le64(c);
	e->joined = record_read_flag(c);
	e->subject = record_read_line(c, LARGEST);
	e->count = cursor_le64(c);
	e->wall = record_read_time(c);
	e->first_seen = record_read_time(c);
	e->last_seen = record_read_time(c);
	e->duration = record_read_time(c);
	evidence_load(evidence, c, names);
	e->successor = e->state == ALERT_JOINED ? cursor_le64(c) : 0;
	e->evidence = evidence;
	e->repeated = true;
	return known && !c->bad;
}

uint64_t
outbox_add(struct outbox *o, const struct alert_event *event)
{
	struct record r;

	record_init(&r, LARGEST);
	save_event(&r, event);
	o->last++;
	if (r.failed || !keep(o, o->last, slice_of(r.octets, r.len)))
		o->no_memory++;
	record_done(&r);
	return o->last;
}

uint64_t
outbox_last(const struct outbox *o)
{
	return o->last;
}

static const struct outbox_place *
find_reader(
    const struct outbox_place readers[], size_t count, struct slice name)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is(name, readers[i].name))
			return &readers[i];
	return NULL;
}

static void
set_name(struct outbox_place *reader, struct slice name)
{
	struct textbuf t;

	textbuf_init(&t, reader->name, sizeof(reader->name));
	textbuf_add_slice(&t, name);
}

static bool
forget_settled(struct outbox *o)
{
	const size_t before = o->count;
	uint64_t settled = o->last;

	for (size_t i = 0; i < o->reader_count; i++)
		if (o->readers[i].number < settled)
			settled = o->readers[i].number;
	while (!TAILQ_EMPTY(&o->events) &&
	    TAILQ_FIRST(&o->events)->number <= settled)
		forget_first(o);
	return o->count != before;
}

bool
outbox_settle(
    struct outbox *o, const struct outbox_reader *readers, size_t count)
{
	struct outbox_place next[OUTBOX_READERS];
	bool changed = count != o->reader_count;

	if (count > OUTBOX_READERS)
		count = OUTBOX_READERS;
	for (size_t i = 0; i < count; i++) {
		const struct outbox_place *before;

		set_name(&next[i], slice_text(readers[i].name));
		next[i].number = readers[i].number;
		before = find_reader(
		    o->readers, o->reader_count, slice_text(next[i].name));
		if (before != NULL && before->number > next[i].number)
			next[i].number = before->number;
		changed = changed || before == NULL ||
		    before->number != next[i].number;
	}
	if (!changed)
		return false;
	memcpy(o->readers, next, count * sizeof(next[0]));
	o->reader_count = count;
	/* A number that rises is only worth saving while somebody lags. */
	return forget_settled(o) || o->count > 0;
}

void
outbox_again(
    const struct outbox *o, const char *name, outbox_output *output, void *arg)
{
	const struct outbox_place *reader =
	    find_reader(o->readers, o->reader_count, slice_text(name));
	struct fieldnames names = { .count = 0 };
	const struct kept *kept;

	if (reader == NULL)
		return;
	TAILQ_FOREACH (kept, &o->events, link) {
		struct cursor c =
		    cursor_over(slice_of(kept->octets, kept->len));
		struct alert_event event = { .now = 0 };
		struct evidence evidence;

		if (kept->number > reader->number &&
		    load_event(&event, &evidence, &c, &names))
			output(arg, &event, kept->number);
	}
}

void
outbox_save(const struct outbox *o, struct record *r)
{
	const struct kept *kept;

	record_u64(r, o->last);
	for (size_t i = 0; i < o->reader_count; i++) {
		record_more(r, true);
		record_text(r, slice_text(o->readers[i].name));
		record_u64(r, o->readers[i].number);
	}
	record_more(r, false);
	TAILQ_FOREACH (kept, &o->events, link) {
		size_t part;

		if (record_left(r) < 2 * LARGEST)
			break;
		record_more(r, true);
		record_u64(r, kept->number);
		part = record_begin(r);
		record_octets(r, slice_of(kept->octets, kept->len));
		record_end(r, part);
	}
	record_more(r, false);
}

static void
load_readers(struct outbox *o, struct cursor *c)
{
	while (record_read_more(c)) {
		const struct slice name = record_read_line(c, OUTBOX_NAME - 1);
		const uint64_t number = cursor_le64(c);
		struct outbox_place *reader;

		if (o->reader_count == OUTBOX_READERS)
			c->bad = true;
		if (c->bad)
			return;
		reader = &o->readers[o->reader_count++];
		set_name(reader, name);
		reader->number = number;
	}
}

/* Each event is parsed whole now, so that it cannot fail when it is sent. */
static void
load_kept(struct outbox *o, struct cursor *c, struct fieldnames *names)
{
	const uint64_t number = cursor_le64(c);
	struct cursor part = record_read_part(c);
	const struct slice octets = part.rest;
	struct alert_event event;
	struct evidence evidence;

	if (load_event(&event, &evidence, &part, names) && number <= o->last &&
	    octets.len <= LARGEST)
		keep(o, number, octets);
	else if (part.bad)
		c->bad = true;
}

bool
outbox_load(struct outbox *o, struct cursor *c)
{
	struct fieldnames names = { .count = 0 };

	o->last = cursor_le64(c);
	load_readers(o, c);
	while (record_read_more(c))
		load_kept(o, c, &names);
	return !c->bad;
}

void
outbox_stats(const struct outbox *o, counter_output *output, void *arg)
{
	output(arg, COUNTER_LIMIT, "outbox.full", o->full);
	output(arg, COUNTER_LIMIT, "outbox.no_memory", o->no_memory);
}
