/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/inner/recordqueue.h"

struct recordqueue_entry {
	struct recordqueue_entry *next;
	struct recordqueue_item item;
	size_t room;
	uint8_t octets[];
};

/* Records that may be missing where nothing shows how many. */
enum { MANY = 64 };

void
recordqueue_init(struct recordqueue *q, bool midway)
{
	*q = (struct recordqueue){ .held = 0 };
	tlsrecord_init(&q->cuts[0].record, midway);
	tlsrecord_init(&q->cuts[1].record, midway);
}

/* NULL: it is too much. */
static void *
hold(struct recordqueue_budget *b, size_t octets)
{
	void *memory = NULL;

	if (octets <= b->limit && b->held <= b->limit - octets)
		memory = budget_alloc(b->memory, octets);
	if (memory != NULL)
		b->held += octets;
	return memory;
}

static void
let_go(struct recordqueue_budget *b, void *memory, size_t octets)
{
	b->held -= octets;
	budget_release(b->memory, memory, octets);
}

static void
release(struct recordqueue_cut *cut, struct recordqueue_budget *b)
{
	if (cut->room > 0)
		let_go(b, cut->octets, cut->room);
	cut->octets = NULL;
	cut->used = cut->room = 0;
}

void
recordqueue_done(struct recordqueue *q, struct recordqueue_budget *b)
{
	while (q->first != NULL)
		recordqueue_drop(q, b);
	release(&q->cuts[0], b);
	release(&q->cuts[1], b);
}

/* Room for what is left of the record, made when its first part came. */
static bool
gather(struct recordqueue_cut *cut, struct recordqueue_budget *b,
    const struct tlsrecord_part *part)
{
	if (cut->octets == NULL && part->size > 0) {
		cut->octets = hold(b, part->size);
		cut->room = cut->octets == NULL ? 0 : part->size;
	}
	if (part->body.len > cut->room - cut->used) {
		b->over += part->body.len;
		return false;
	}
	if (part->body.len > 0)
		memcpy(cut->octets + cut->used, part->body.p, part->body.len);
	cut->used += part->body.len;
	return true;
}

void
recordqueue_input(struct recordqueue *q, const struct tcpreasm_event *e)
{
	q->cuts[e->direction].rest = e->octets;
	tlsrecord_input(&q->cuts[e->direction].record, e->octets);
}

/* False: the record goes on. */
static bool
finish(struct recordqueue_cut *cut, struct recordqueue_budget *b,
    const struct tlsrecord_part *part, struct recordqueue_item *item)
{
	const bool at_once = part->first && part->last && !part->holed;
	const bool gathered = at_once || gather(cut, b, part);

	if (!part->last)
		return false;
	item->missing = part->holed || !gathered;
	item->most = 1;
	item->octets = at_once ? part->body : slice_of(cut->octets, cut->used);
	if (item->missing)
		item->octets = part->body;
	return true;
}

bool
recordqueue_cut_next(struct recordqueue *q, struct recordqueue_budget *b,
    const struct tcpreasm_event *e, struct recordqueue_item *item)
{
	struct recordqueue_cut *cut = &q->cuts[e->direction];
	struct tlsrecord_part part;

	/* The part returned last is done with. */
	if (cut->record.state != TLSRECORD_BODY)
		release(cut, b);
	while (tlsrecord_next(&cut->record, &cut->rest, &part)) {
		if (part.first) {
			release(cut, b);
			cut->now = e->now;
			cut->wall = e->wall;
		}
		*item = (struct recordqueue_item){
			.direction = e->direction,
			.type = (uint8_t)part.type,
			.version = part.version,
			.end = e->offset + e->octets.len - cut->rest.len,
			.now = cut->now,
			.wall = cut->wall,
		};
		if (finish(cut, b, &part, item))
			return true;
	}
	return false;
}

bool
recordqueue_gap(struct recordqueue *q, struct recordqueue_budget *b,
    const struct tcpreasm_event *e, struct recordqueue_item *item)
{
	struct recordqueue_cut *cut = &q->cuts[e->direction];
	const bool known = tlsrecord_gap(&cut->record, e->lost);

	/* A hole inside a body is reported with the record's last part. */
	if (known && cut->record.state == TLSRECORD_BODY)
		return false;
	release(cut, b);
	*item = (struct recordqueue_item){
		.direction = e->direction,
		.missing = true,
		.most = known ? 1 : MANY,
		.end = e->offset + e->lost,
		.now = e->now,
		.wall = e->wall,
	};
	return true;
}

bool
recordqueue_foreign(
    const struct recordqueue *q, enum tcpreasm_direction direction)
{
	return q->cuts[direction].record.state == TLSRECORD_FOREIGN;
}

bool
recordqueue_hold(struct recordqueue *q, struct recordqueue_budget *b,
    size_t most, const struct recordqueue_item *item)
{
	const size_t room = sizeof(struct recordqueue_entry) + item->octets.len;
	struct recordqueue_entry *entry;

	if (room > most || q->held > most - room ||
	    (entry = hold(b, room)) == NULL) {
		b->over += item->octets.len;
		return false;
	}
	entry->next = NULL;
	entry->item = *item;
	entry->item.octets = slice_of(entry->octets, item->octets.len);
	entry->room = room;
	if (item->octets.len > 0)
		memcpy(entry->octets, item->octets.p, item->octets.len);
	q->held += room;
	if (q->last != NULL)
		q->last->next = entry;
	else
		q->first = entry;
	q->last = entry;
	return true;
}

bool
recordqueue_first(const struct recordqueue *q, struct recordqueue_item *item)
{
	if (q->first == NULL)
		return false;
	*item = q->first->item;
	return true;
}

void
recordqueue_drop(struct recordqueue *q, struct recordqueue_budget *b)
{
	struct recordqueue_entry *entry = q->first;

	q->first = entry->next;
	if (q->first == NULL)
		q->last = NULL;
	q->held -= entry->room;
	let_go(b, entry, entry->room);
}
