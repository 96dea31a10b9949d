/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/txntext.h"

#include <stdlib.h>

#include "base/intern.h"

/* Of the texts of some 800 transactions: a second's of a busy server, and it
 * stays in the cache.  A record never crosses the end. */
enum { RING = 256 * 1024 };

/* From and To are split where the URI ends: the part before it comes again with
 * every request of a user, the tag behind it does not. */
enum { CALL_ID, BRANCH, FROM_REST, TO_REST, OWN };
enum { START_LINE, FROM, TO, COMMON };

/* Its own octets; while it is in the ring the common ones follow them. */
struct txntext {
	struct interned *common; /* NULL: in the ring */
	uint16_t len[OWN];
	uint8_t octets[];
};

/* This header precedes each text in the ring. */
struct fresh {
	struct txntext **place; /* NULL: given back */
	size_t size;            /* of the record, this included */
};

struct txntexts {
	struct intern *shared;
	struct budget_share *memory;
	size_t packed;
	uint64_t unquoted;
	uint8_t *ring;
	/* Octets ever written: where the oldest record begins, and where the
	 * next one will. */
	uint64_t oldest, next;
	struct fresh *last;
};

struct txntexts *
txntext_new(const struct siphash_key *key, struct budget_share *memory)
{
	struct txntexts *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->memory = memory;
	x->shared = intern_new(key, memory);
	x->ring = aligned_alloc(64, RING);
	if (x->shared != NULL && x->ring != NULL)
		return x;
	txntext_free(x);
	return NULL;
}

void
txntext_free(struct txntexts *x)
{
	if (x == NULL)
		return;
	intern_free(x->shared);
	free(x->ring);
	free(x);
}

/* `from' up to its bracket; *rest is the part behind it. */
static struct slice
split(struct slice from, struct slice *rest)
{
	const struct slice whole = slice_first(from, TXNTEXT_MAX);
	const size_t end = slice_index(whole, '>');

	*rest = slice_after(whole, end + 1);
	return slice_first(whole, end + 1);
}

static size_t
octets_of(const struct slice *texts, size_t count)
{
	size_t octets = 0;

	for (size_t i = 0; i < count; i++)
		octets += texts[i].len;
	return octets;
}

static uint8_t *
append(uint8_t *to, const struct slice *texts, size_t count, uint16_t *len)
{
	for (size_t i = 0; i < count; i++) {
		if (texts[i].len > 0)
			memcpy(to, texts[i].p, texts[i].len);
		len[i] = (uint16_t)texts[i].len;
		to += texts[i].len;
	}
	return to;
}

static size_t
sum(const uint16_t *len, size_t count)
{
	size_t octets = 0;

	for (size_t i = 0; i < count; i++)
		octets += len[i];
	return octets;
}

static size_t
own_octets(const struct txntext *text)
{
	return sum(text->len, OWN);
}

/* The common part: the lengths of its texts, then their octets. */
static struct slice
common_of(const struct txntext *text)
{
	const uint8_t *begin = text->octets + own_octets(text);
	uint16_t len[COMMON];

	if (text->common != NULL)
		return intern_text(text->common);
	memcpy(len, begin, sizeof(len));
	return slice_of(begin, sizeof(len) + sum(len, COMMON));
}

static size_t
packed_octets(const struct txntext *text)
{
	return sizeof(*text) + own_octets(text);
}

/* A copy outside the ring; NULL when out of memory. */
static struct txntext *
pack(struct txntexts *x, const struct txntext *text)
{
	const size_t octets = packed_octets(text);
	struct txntext *packed = budget_alloc(x->memory, octets);

	if (packed == NULL) {
		x->unquoted++;
		return NULL;
	}
	memcpy(packed, text, octets);
	packed->common = intern_take(x->shared, common_of(text));
	if (packed->common == NULL) {
		budget_release(x->memory, packed, octets);
		x->unquoted++;
		return NULL;
	}
	x->packed++;
	return packed;
}

static void *
at(const struct txntexts *x, uint64_t position)
{
	return x->ring + position % RING;
}

static void
leave_oldest(struct txntexts *x)
{
	const struct fresh *f = at(x, x->oldest);

	if (f->place != NULL)
		*f->place = pack(x, (const void *)(f + 1));
	x->oldest += f->size;
}

static struct fresh *
new_record(struct txntexts *x, size_t size)
{
	const size_t left = RING - x->next % RING;

	if (left < size) {
		if (x->oldest == x->next)
			x->oldest += left;
		else
			x->last->size += left;
		x->next += left;
	}
	while (x->next + size - x->oldest > RING)
		leave_oldest(x);
	x->last = at(x, x->next);
	x->last->size = size;
	x->next += size;
	return x->last;
}

void
txntext_keep(
    struct txntexts *x, struct txntext **place, const struct sip_message *m)
{
	struct slice common[COMMON], own[OWN];
	uint16_t len[COMMON];
	struct txntext *text;
	struct fresh *f;
	uint8_t *to;
	size_t size;

	common[START_LINE] = slice_first(m->start_line, TXNTEXT_MAX);
	common[FROM] = split(m->from, &own[FROM_REST]);
	common[TO] = split(m->to, &own[TO_REST]);
	own[CALL_ID] = slice_first(m->call_id, TXNTEXT_MAX);
	own[BRANCH] = slice_first(m->via_branch, TXNTEXT_MAX);
	size = sizeof(*f) + sizeof(*text) + octets_of(own, OWN) + sizeof(len) +
	    octets_of(common, COMMON);
	/* The next one is aligned as well. */
	f = new_record(x, (size + 7) & ~(size_t)7);
	f->place = place;
	text = (void *)(f + 1);
	text->common = NULL;
	to = append(text->octets, own, OWN, text->len);
	append(to + sizeof(len), common, COMMON, len);
	memcpy(to, len, sizeof(len));
	*place = text;
}

void
txntext_give(struct txntexts *x, struct txntext **place)
{
	struct txntext *text = *place;

	if (text == NULL)
		return;
	*place = NULL;
	if (text->common == NULL) {
		((struct fresh *)(void *)text)[-1].place = NULL;
		return;
	}
	intern_give(x->shared, text->common);
	budget_release(x->memory, text, packed_octets(text));
	x->packed--;
}

struct txntext_counts
txntext_counts(const struct txntexts *x)
{
	return (struct txntext_counts){ x->packed, intern_count(x->shared),
		x->unquoted };
}

struct slice
txntext_call_id(const struct txntext *text)
{
	return slice_of(text->octets, text->len[CALL_ID]);
}

static void
cut(struct slice octets, const uint16_t *len, size_t count, struct slice *texts)
{
	for (size_t i = 0; i < count; i++) {
		texts[i] = slice_first(octets, len[i]);
		octets = slice_after(octets, len[i]);
	}
}

/* The Request-URI is the start line's second word; it is not kept twice. */
static struct slice
request_uri(struct slice start_line)
{
	const struct slice rest =
	    slice_trim(slice_after(start_line, slice_index(start_line, ' ')));

	return slice_first(rest, slice_index(rest, ' '));
}

static struct slice
join(uint8_t *octets, struct slice first, struct slice rest)
{
	if (rest.len == 0)
		return first;
	memcpy(octets, first.p, first.len);
	memcpy(octets + first.len, rest.p, rest.len);
	return slice_of(octets, first.len + rest.len);
}

void
txntext_quote(const struct txntext *text, struct txntext_quotes *quotes)
{
	const struct slice shared = common_of(text);
	struct slice common[COMMON], own[OWN];
	uint16_t len[COMMON];

	memcpy(len, shared.p, sizeof(len));
	cut(slice_after(shared, sizeof(len)), len, COMMON, common);
	cut(slice_of(text->octets, own_octets(text)), text->len, OWN, own);
	quotes->start_line = common[START_LINE];
	quotes->request_uri = request_uri(common[START_LINE]);
	quotes->branch = own[BRANCH];
	quotes->from = join(quotes->scratch[0], common[FROM], own[FROM_REST]);
	quotes->to = join(quotes->scratch[1], common[TO], own[TO_REST]);
}
