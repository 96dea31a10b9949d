/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetspool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
fleetspool_init(struct fleetspool *s, size_t most)
{
	*s = (struct fleetspool){ .most = most };
	STAILQ_INIT(&s->batches);
}

struct fleetspool_batch *
fleetspool_take(struct fleetspool *s)
{
	struct fleetspool_batch *b = STAILQ_FIRST(&s->batches);

	if (b == NULL)
		return NULL;
	STAILQ_REMOVE_HEAD(&s->batches, next);
	s->octets -= b->len;
	return b;
}

void
fleetspool_put_back(struct fleetspool *s, struct fleetspool_batch *b)
{
	STAILQ_INSERT_HEAD(&s->batches, b, next);
	s->octets += b->len;
}

void
fleetspool_done(struct fleetspool *s)
{
	struct fleetspool_batch *b;

	while ((b = fleetspool_take(s)) != NULL)
		free(b);
}

void
fleetspool_add(
    struct fleetspool *s, struct slice octets, unsigned part, const char *id)
{
	struct fleetspool_batch *b = malloc(sizeof(*b) + octets.len);

	if (b == NULL) {
		s->no_memory++;
		return;
	}
	snprintf(b->id, sizeof(b->id), "%s", id);
	b->part = part;
	b->len = octets.len;
	if (octets.len > 0)
		memcpy(b->octets, octets.p, octets.len);
	STAILQ_INSERT_TAIL(&s->batches, b, next);
	s->octets += b->len;
	while (s->octets > s->most) {
		free(fleetspool_take(s));
		s->full++;
	}
}
