/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/refusals.h"

/* The realm is borrowed, so it is copied. */
void
refusals_add(struct refusals *r, const struct stale_refusal *refusal)
{
	const struct slice realm =
	    slice_first(refusal->realm, sizeof(r->realm) - 1);

	r->count += r->count < UINT16_MAX;
	r->latest = *refusal;
	r->latest.realm = slice_of(NULL, 0);
	memset(r->realm, 0, sizeof(r->realm));
	if (realm.len > 0)
		memcpy(r->realm, realm.p, realm.len);
}

void
refusals_save(const struct refusals *f, struct record *r)
{
	const struct stale_refusal *latest = &f->latest;

	record_u32(r, f->count);
	if (f->count == 0)
		return;
	record_u32(r, (uint32_t)latest->error);
	endpoint_save(r, &latest->server);
	endpoint_save(r, &latest->client);
	record_text(r, slice_text(f->realm));
	record_time(r, latest->server_time);
	record_flag(r, latest->has_client_time);
	record_time(r, latest->client_time);
	record_time(r, latest->now);
	record_time(r, latest->wall);
}

static void
load_realm(struct refusals *f, struct cursor *c)
{
	const struct slice realm = record_read_text(c, REFUSALS_REALM - 1);

	if (realm.len > 0)
		memcpy(f->realm, realm.p, realm.len);
}

void
refusals_load(struct refusals *f, struct cursor *c, nstime shift)
{
	struct stale_refusal *latest = &f->latest;

	f->count = (unsigned)record_read_below(c, 4, UINT16_MAX + 1);
	if (f->count == 0)
		return;
	latest->error = (int32_t)cursor_le32(c);
	latest->server = endpoint_load(c);
	latest->client = endpoint_load(c);
	load_realm(f, c);
	latest->server_time = record_read_time(c);
	latest->has_client_time = record_read_flag(c);
	latest->client_time = record_read_time(c);
	latest->now = record_read_now(c, shift);
	latest->wall = record_read_time(c);
}
