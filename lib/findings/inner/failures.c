/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/failures.h"

#include "base/nstime.h"

static size_t
octets_of(size_t count)
{
	return sizeof(struct failures) +
	    count * sizeof(struct failures_attempt);
}

struct failures *
failures_new(size_t count, nstime now, struct budget_share *memory)
{
	struct failures *f = budget_alloc(memory, octets_of(count));

	if (f == NULL)
		return NULL;
	f->memory = memory;
	f->size = count;
	f->first = now;
	f->other_worked = INT64_MIN;
	return f;
}

void
failures_free(struct failures *f)
{
	if (f != NULL)
		budget_release(f->memory, f, octets_of(f->size));
}

static bool
is_failing(const struct failures *f, const struct address *client)
{
	for (unsigned i = 0; i < f->clients; i++)
		if (endpoint_address_equal(&f->failing[i], client))
			return true;
	return false;
}

void
failures_add(struct failures *f, const struct endpoint *client,
    uint32_t sequence, nstime now, nstime began)
{
	f->attempts++;
	f->last = now;
	if (f->other_worked >= f->first)
		f->partial = true;
	if (f->held == f->size) {
		memmove(f->latest, f->latest + 1,
		    (f->size - 1) * sizeof(f->latest[0]));
		f->held--;
	}
	f->latest[f->held++] = (struct failures_attempt){
		.at = now,
		.began = began,
		.client = *client,
		.sequence = sequence,
	};
	if (is_failing(f, &client->address))
		return;
	memmove(f->failing + 1, f->failing,
	    (FAILURES_CLIENTS - 1) * sizeof(f->failing[0]));
	f->failing[0] = client->address;
	if (f->clients < FAILURES_CLIENTS)
		f->clients++;
}

nstime
failures_began(const struct failures *f)
{
	nstime began = NSTIME_NEVER;

	for (size_t i = 0; i < f->held; i++)
		if (f->latest[i].began < began)
			began = f->latest[i].began;
	return f->held == 0 ? 0 : began;
}

bool
failures_are_over(const struct failures *f, nstime quiet, nstime now)
{
	return nstime_passed(f->last, quiet, now);
}

bool
failures_has_recent(const struct failures *f, const struct endpoint *client,
    uint32_t sequence, nstime within, nstime now)
{
	for (size_t i = 0; i < f->held; i++)
		if (endpoint_equal(&f->latest[i].client, client) &&
		    (!nstime_passed(f->latest[i].at, within, now) ||
			(sequence != 0 && f->latest[i].sequence == sequence)))
			return true;
	return false;
}

bool
failures_are_enough(const struct failures *f, nstime window, nstime now)
{
	return f->held == f->size &&
	    nstime_after(f->latest[0].at, window) >= now;
}

bool
failures_are_refuted(const struct failures *f, const struct address *client)
{
	return !f->partial || is_failing(f, client);
}

void
failures_forgive(struct failures *f, const struct address *client, nstime now)
{
	size_t kept = 0;

	if (!is_failing(f, client)) {
		f->other_worked = now;
		return;
	}
	for (size_t i = 0; i < f->held; i++)
		if (!endpoint_address_equal(
			&f->latest[i].client.address, client))
			f->latest[kept++] = f->latest[i];
	f->attempts -= f->held - kept;
	f->held = kept;
	kept = 0;
	for (unsigned i = 0; i < f->clients; i++)
		if (!endpoint_address_equal(&f->failing[i], client))
			f->failing[kept++] = f->failing[i];
	f->clients = (unsigned)kept;
	if (f->clients == 0)
		f->attempts = f->held; /* older ones were its too */
}

void
failures_save(struct record *r, const struct failures *f)
{
	record_u64(r, f->attempts);
	record_time(r, f->first);
	record_time(r, f->last);
	record_flag(r, f->other_worked >= f->first);
	record_flag(r, f->partial);
	for (unsigned i = 0; i < f->clients; i++) {
		record_more(r, true);
		endpoint_address_save(r, &f->failing[i]);
	}
	record_more(r, false);
}

struct failures *
failures_load(
    size_t count, struct cursor *c, nstime shift, struct budget_share *memory)
{
	struct failures *f = failures_new(count, 0, memory);

	if (f == NULL)
		return NULL;
	f->raised = true;
	f->attempts = cursor_le64(c);
	f->first = record_read_now(c, shift);
	f->last = record_read_now(c, shift);
	if (record_read_flag(c))
		f->other_worked = f->first;
	f->partial = record_read_flag(c);
	while (record_read_more(c) && f->clients < FAILURES_CLIENTS)
		f->failing[f->clients++] = endpoint_address_load(c);
	if (!c->bad)
		return f;
	failures_free(f);
	return NULL;
}

void
failures_save_attempts(struct record *r, const struct failures *f)
{
	const size_t over =
	    f->held > FAILURES_SAVED ? f->held - FAILURES_SAVED : 0;

	for (size_t i = over; i < f->held; i++) {
		record_more(r, true);
		record_time(r, f->latest[i].at);
		record_time(r, f->latest[i].began);
		endpoint_save(r, &f->latest[i].client);
		record_u32(r, f->latest[i].sequence);
	}
	record_more(r, false);
}

bool
failures_load_attempts(struct failures *f, struct cursor *c, nstime shift)
{
	while (record_read_more(c)) {
		struct failures_attempt a;

		a.at = record_read_now(c, shift);
		a.began = record_read_time(c);
		a.client = endpoint_load(c);
		a.sequence = cursor_le32(c);
		if (f->held < f->size)
			f->latest[f->held++] = a;
	}
	return !c->bad;
}
