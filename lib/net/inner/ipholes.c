/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/ipholes.h"

#include <stdlib.h>

/*
 * The pieces are kept in a list ordered by offset, and no two of them overlap.
 * The octets between two, before the first or behind the last (up to the end,
 * once that is known) are a hole.  A piece fits into exactly one hole, and
 * leaves none, one or two of it.
 *
 * The list is searched from its end, since pieces come in order as a rule;
 * IPHOLES_MAX_PIECES bounds the work an attacker can ask for.
 */

enum { UNKNOWN_END = IPHOLES_MAX_DATAGRAM + 1 };

struct ipholes_piece {
	TAILQ_ENTRY(ipholes_piece) link;
	size_t begin, end;
	uint8_t octets[];
};

void
ipholes_init(struct ipholes *h)
{
	*h = (struct ipholes){ .holes = 1, .end = UNKNOWN_END };
	TAILQ_INIT(&h->pieces);
}

void
ipholes_done(struct ipholes *h)
{
	struct ipholes_piece *piece;

	while ((piece = TAILQ_FIRST(&h->pieces)) != NULL) {
		TAILQ_REMOVE(&h->pieces, piece, link);
		free(piece);
	}
	h->octets = 0;
	h->count = 0;
}

size_t
ipholes_cost(size_t octets)
{
	return sizeof(struct ipholes_piece) + octets;
}

static struct ipholes_piece *
new_piece(size_t begin, struct slice octets)
{
	struct ipholes_piece *piece = malloc(ipholes_cost(octets.len));

	if (piece == NULL)
		return NULL;
	piece->begin = begin;
	piece->end = begin + octets.len;
	memcpy(piece->octets, octets.p, octets.len);
	return piece;
}

static bool
is_copy(const struct ipholes_piece *piece, size_t begin, struct slice octets)
{
	return piece->begin == begin &&
	    slice_equal(
		slice_of(piece->octets, piece->end - piece->begin), octets);
}

/* The last piece that begins at or before `begin', or NULL. */
static struct ipholes_piece *
find_before(const struct ipholes *h, size_t begin)
{
	struct ipholes_piece *piece = TAILQ_LAST(&h->pieces, ipholes_pieces);

	while (piece != NULL && piece->begin > begin)
		piece = TAILQ_PREV(piece, ipholes_pieces, link);
	return piece;
}

static void
insert_after(struct ipholes *h, struct ipholes_piece *before,
    struct ipholes_piece *piece)
{
	if (before == NULL)
		TAILQ_INSERT_HEAD(&h->pieces, piece, link);
	else
		TAILQ_INSERT_AFTER(&h->pieces, before, piece, link);
	h->count++;
	h->octets += ipholes_cost(piece->end - piece->begin);
}

enum ipholes_result
ipholes_fill(struct ipholes *h, size_t begin, struct slice octets, bool more)
{
	const size_t end = begin + octets.len;
	struct ipholes_piece *before = find_before(h, begin), *piece;
	struct ipholes_piece *after =
	    before == NULL ? TAILQ_FIRST(&h->pieces) : TAILQ_NEXT(before, link);
	const size_t hole_begin = before == NULL ? 0 : before->end;
	const size_t hole_end = after == NULL ? h->end : after->begin;

	if (before != NULL && is_copy(before, begin, octets) &&
	    more == (end != h->end))
		return IPHOLES_DUPLICATE;
	if (begin < hole_begin || end > hole_end ||
	    (!more && (after != NULL || h->end != UNKNOWN_END)))
		return IPHOLES_OVERLAP;
	if (h->count == IPHOLES_MAX_PIECES)
		return IPHOLES_TOO_MANY;
	piece = new_piece(begin, octets);
	if (piece == NULL)
		return IPHOLES_NO_MEMORY;
	insert_after(h, before, piece);
	if (!more)
		h->end = end;
	h->holes += begin > hole_begin;
	h->holes += more && end < hole_end;
	h->holes--;
	return IPHOLES_FILLED;
}

bool
ipholes_filled(const struct ipholes *h)
{
	return h->holes == 0;
}

size_t
ipholes_copy(const struct ipholes *h, uint8_t *to)
{
	const struct ipholes_piece *piece;

	TAILQ_FOREACH (piece, &h->pieces, link)
		memcpy(to + piece->begin, piece->octets,
		    piece->end - piece->begin);
	return h->end;
}
