/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/handling.h"

#include <stdlib.h>

struct ack {
	uint64_t id;
	unsigned episode; /* 0: free */
};

struct handling {
	struct handling_silence silences[HANDLING_SILENCES]; /* by key */
	size_t count;
	struct ack acks[HANDLING_ACKS]; /* a ring */
	size_t next_ack;
};

struct handling *
handling_new(void)
{
	return calloc(1, sizeof(struct handling));
}

void
handling_free(struct handling *h)
{
	free(h);
}

static bool
find(const struct handling *h, struct slice key, size_t *at)
{
	for (*at = 0; *at < h->count; (*at)++) {
		const char *other = h->silences[*at].key;

		if (slice_is(key, other))
			return true;
		if (strncmp(other, (const char *)key.p, key.len) >= 0)
			return false;
	}
	return false;
}

bool
handling_silence(struct handling *h, struct slice key, nstime until)
{
	struct handling_silence *s;
	size_t at;

	if (key.len == 0 || key.len >= HANDLING_KEY)
		return false;
	if (find(h, key, &at)) {
		h->silences[at].until = until;
		return true;
	}
	if (h->count == HANDLING_SILENCES)
		return false;
	s = &h->silences[at];
	memmove(s + 1, s, (h->count - at) * sizeof(*s));
	*s = (struct handling_silence){ .until = until };
	memcpy(s->key, key.p, key.len);
	h->count++;
	return true;
}

static void
take_out(struct handling *h, size_t at)
{
	struct handling_silence *s = &h->silences[at];

	h->count--;
	memmove(s, s + 1, (h->count - at) * sizeof(*s));
}

bool
handling_unsilence(struct handling *h, struct slice key, nstime now)
{
	size_t at;

	if (!find(h, key, &at))
		return false;
	/* The next tick takes it out, and emits the alerts it has held back. */
	h->silences[at].until = now;
	return true;
}

const struct handling_silence *
handling_silence_at(const struct handling *h, size_t index)
{
	return index < h->count ? &h->silences[index] : NULL;
}

bool
handling_silence_matches(
    const struct handling_silence *silence, const struct alert_event *event)
{
	const struct slice key = slice_text(silence->key);
	const struct slice kind = slice_text(finding_kind_name(event->kind));
	char store[17];
	struct textbuf id;

	textbuf_init(&id, store, sizeof(store));
	textbuf_hex(&id, event->id, 16);
	if (slice_equal(key, kind) || slice_equal(key, event->subject) ||
	    slice_equal(key, textbuf_slice(&id)))
		return true;
	return key.len > kind.len && key.p[kind.len] == ' ' &&
	    slice_equal(slice_first(key, kind.len), kind) &&
	    slice_equal(slice_after(key, kind.len + 1), event->subject);
}

static struct handling_silence *
matching(const struct handling *h, const struct alert_event *event)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->silences[i].until > event->now &&
		    handling_silence_matches(&h->silences[i], event))
			return (struct handling_silence *)&h->silences[i];
	return NULL;
}

bool
handling_matches(const struct handling *h, const struct alert_event *event)
{
	return matching(h, event) != NULL;
}

bool
handling_holds_back(struct handling *h, const struct alert_event *event)
{
	struct handling_silence *silence = matching(h, event);

	if (silence == NULL)
		return false;
	silence->used = true;
	return true;
}

bool
handling_ended(struct handling *h, nstime now, struct handling_silence *ended)
{
	for (size_t i = 0; i < h->count;) {
		*ended = h->silences[i];
		if (ended->until > now) {
			i++;
			continue;
		}
		take_out(h, i);
		if (ended->used)
			return true;
	}
	return false;
}

nstime
handling_next_deadline(const struct handling *h)
{
	nstime next = NSTIME_NEVER;

	for (size_t i = 0; i < h->count; i++)
		if (h->silences[i].until < next)
			next = h->silences[i].until;
	return next;
}

void
handling_ack(struct handling *h, uint64_t id, unsigned episode)
{
	if (handling_is_acked(h, id, episode))
		return;
	h->acks[h->next_ack] = (struct ack){ id, episode };
	h->next_ack = (h->next_ack + 1) % HANDLING_ACKS;
}

bool
handling_is_acked(const struct handling *h, uint64_t id, unsigned episode)
{
	for (size_t i = 0; i < HANDLING_ACKS && episode > 0; i++)
		if (h->acks[i].id == id && h->acks[i].episode == episode)
			return true;
	return false;
}

void
handling_save(const struct handling *h, struct record *r)
{
	for (size_t i = 0; i < h->count; i++) {
		record_more(r, true);
		record_text(r, slice_text(h->silences[i].key));
		record_time(r, h->silences[i].until);
		record_flag(r, h->silences[i].used);
	}
	record_more(r, false);
	for (size_t i = 0; i < HANDLING_ACKS; i++) {
		const struct ack *ack =
		    &h->acks[(h->next_ack + i) % HANDLING_ACKS];

		if (ack->episode == 0)
			continue;
		record_more(r, true);
		record_u64(r, ack->id);
		record_u32(r, ack->episode);
	}
	record_more(r, false);
}

/* A silence was asked for until a time of the day: it goes on while nobody
 * watches. */
bool
handling_load(
    struct handling *h, struct cursor *c, const struct record_shift *shift)
{
	while (record_read_more(c)) {
		const struct slice key = record_read_line(c, HANDLING_KEY - 1);
		const nstime until = record_read_now(c, shift->real);
		const bool used = record_read_flag(c);
		size_t at;

		if (c->bad || !handling_silence(h, key, until))
			return false;
		h->silences[find(h, key, &at) ? at : 0].used = used;
	}
	while (record_read_more(c)) {
		const uint64_t id = cursor_le64(c);
		const unsigned episode = cursor_le32(c);

		if (c->bad)
			return false;
		handling_ack(h, id, episode);
	}
	return !c->bad;
}
