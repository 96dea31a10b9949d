/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/certhold.h"

#include "findings/inner/certevidence.h"
#include "findings/inner/certplace.h"

enum { SPARE = 2048 };

/* Seconds: the years 1 to 9999. */
#define MOST_DATE ((int64_t)1 << 38)

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

static void
save_certificate(const struct x509cert *x, struct record *r)
{
	record_text(r, slice_text(x->subject));
	record_text(r, slice_text(x->issuer));
	record_text(r, slice_text(x->san));
	record_u64(r, (uint64_t)x->not_before);
	record_u64(r, (uint64_t)x->not_after);
	record_octets(r, slice_of(x->sha256, sizeof(x->sha256)));
	record_text(r, slice_of(x->serial, x->serial_len));
}

static void
save_entry(const struct certhold_entry *e, struct record *r)
{
	record_more(r, true);
	endpoint_save(r, &e->sight.client);
	endpoint_save(r, &e->sight.server);
	record_flag(r, e->sight.holder == TLSFLOW_SERVER);
	record_u8(r, (uint8_t)e->sight.depth);
	record_u8(r, (uint8_t)e->sight.chain);
	record_time(r, e->sight.now);
	record_time(r, e->sight.wall);
	record_time(r, e->until);
	save_certificate(&e->certificate, r);
}

void
certhold_save(const struct certhold *h, struct record *r)
{
	for (size_t i = 0; i < h->count && record_left(r) >= SPARE; i++)
		save_entry(&h->entries[i], r);
	record_more(r, false);
}

static void
load_text(char *store, size_t size, struct cursor *c)
{
	struct textbuf t;

	textbuf_init(&t, store, size);
	textbuf_add_slice(&t, record_read_line(c, size - 1));
}

static void
load_octets(uint8_t *store, struct slice octets)
{
	if (octets.len > 0)
		memcpy(store, octets.p, octets.len);
}

static void
load_certificate(struct x509cert *x, struct cursor *c)
{
	struct slice octets;

	load_text(x->subject, sizeof(x->subject), c);
	load_text(x->issuer, sizeof(x->issuer), c);
	load_text(x->san, sizeof(x->san), c);
	x->not_before = record_read_within(c, MOST_DATE);
	x->not_after = record_read_within(c, MOST_DATE);
	octets = cursor_take(c, sizeof(x->sha256));
	load_octets(x->sha256, octets);
	octets = record_read_text(c, sizeof(x->serial));
	load_octets(x->serial, octets);
	x->serial_len = octets.len;
}

static void
load_entry(struct certhold *h, struct cursor *c, nstime shift)
{
	struct certhold_entry e = { .until = 0 };

	e.sight.client = endpoint_load(c);
	e.sight.server = endpoint_load(c);
	e.sight.holder = record_read_flag(c) ? TLSFLOW_SERVER : TLSFLOW_CLIENT;
	e.sight.depth = (unsigned)record_read_below(c, 1, CERTPLACE_DEPTH);
	e.sight.chain = (unsigned)record_read_below(c, 1, UINT8_MAX + 1);
	e.sight.now = record_read_now(c, shift);
	e.sight.wall = record_read_time(c);
	e.until = record_read_now(c, shift);
	load_certificate(&e.certificate, c);
	if (h->count == CERTHOLD_MOST)
		c->bad = true;
	if (!c->bad)
		h->entries[h->count++] = e;
}

void
certhold_load(struct certhold *h, struct cursor *c, nstime shift)
{
	while (record_read_more(c))
		load_entry(h, c, shift);
}
