/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/certhold.h"

#include "findings/inner/certevidence.h"

static bool
is_at(const struct certhold_entry *e, const struct endpoint *holder,
    unsigned depth)
{
	const struct endpoint its = certevidence_holder_of(&e->sight);

	return e->sight.depth == depth && endpoint_equal(&its, holder);
}

static void
remove_entry(struct certhold *h, size_t i)
{
	h->count--;
	memmove(&h->entries[i], &h->entries[i + 1],
	    (h->count - i) * sizeof(h->entries[0]));
}

bool
certhold_add(
    struct certhold *h, const struct certificate_sight *s, nstime until)
{
	const struct endpoint holder = certevidence_holder_of(s);
	struct certhold_entry *e = h->entries;

	for (; e < h->entries + h->count; e++)
		if (is_at(e, &holder, s->depth) &&
		    memcmp(e->certificate.sha256, s->certificate->sha256,
			X509CERT_SHA256) == 0)
			return true;
	if (h->count == CERTHOLD_MOST)
		return false;
	*e = (struct certhold_entry){
		.sight = *s,
		.certificate = *s->certificate,
		.until = until,
	};
	h->count++;
	return true;
}

void
certhold_hurry(struct certhold *h, const struct endpoint *server, nstime now)
{
	size_t front = 0;

	for (size_t i = 0; i < h->count; i++) {
		const struct certhold_entry e = h->entries[i];

		if (!endpoint_equal(&e.sight.server, server))
			continue;
		memmove(&h->entries[front + 1], &h->entries[front],
		    (i - front) * sizeof(h->entries[0]));
		h->entries[front] = e;
		h->entries[front++].until = now;
	}
}

void
certhold_drop(struct certhold *h, const struct endpoint *holder, unsigned depth)
{
	for (size_t i = h->count; i > 0; i--)
		if (is_at(&h->entries[i - 1], holder, depth))
			remove_entry(h, i - 1);
}

bool
certhold_take(struct certhold *h, nstime now, struct certhold_entry *taken)
{
	if (h->count == 0 || h->entries[0].until > now)
		return false;
	*taken = h->entries[0];
	taken->sight.certificate = &taken->certificate;
	remove_entry(h, 0);
	return true;
}

nstime
certhold_next_deadline(const struct certhold *h)
{
	return h->count == 0 ? NSTIME_NEVER : h->entries[0].until;
}
