/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/symptom.h"

/* Estimates of a clock differ by this from message to message. */
#define SAME_CLOCK (5 * NSTIME_S)

bool
symptom_has_client(const struct symptom *p, const struct address *client)
{
	for (size_t i = 0; i < p->client_count; i++)
		if (endpoint_address_equal(&p->clients[i], client))
			return true;
	return false;
}

bool
symptom_concerns(const struct symptom *p, const struct address *host)
{
	return endpoint_address_equal(&p->latest.server.address, host) ||
	    symptom_has_client(p, host);
}

struct slice
symptom_key(const struct symptom *p)
{
	return slice_of(p->key, p->key_len);
}

struct slice
symptom_subject(const struct symptom *p)
{
	return slice_of(p->subject, p->subject_len);
}

static const char between[] = " to ";

static size_t
length_of_caller(struct slice key)
{
	size_t i = 0;

	while (i < key.len && !slice_starts_with(slice_after(key, i), between))
		i++;
	return i;
}

struct slice
symptom_caller(const struct symptom *p)
{
	const struct slice key = symptom_key(p);

	return slice_first(key, length_of_caller(key));
}

struct slice
symptom_called(const struct symptom *p)
{
	const struct slice key = symptom_key(p);

	return slice_after(key, length_of_caller(key) + strlen(between));
}

/* True if it was not known. */
static bool
add_client(struct symptom *p, const struct address *client)
{
	if (client->version == 0 || symptom_has_client(p, client))
		return false;
	if (p->client_count == SYMPTOM_CLIENTS) {
		p->more_clients++;
		return false;
	}
	p->clients[p->client_count++] = *client;
	return true;
}

static bool
is_another_clock(const struct sighting *a, const struct sighting *b)
{
	const nstime apart = a->offset - b->offset;

	return apart > SAME_CLOCK || apart < -SAME_CLOCK ||
	    strcmp(a->shape, b->shape) != 0;
}

static size_t
copy(char *to, size_t room, struct slice text)
{
	const struct slice fits = slice_first(text, room);

	if (fits.len > 0)
		memcpy(to, fits.p, fits.len);
	return fits.len;
}

static void
begin(struct symptom *p, const struct finding *f)
{
	p->first = f->now;
	p->key_len = copy(p->key, sizeof(p->key), f->key);
	p->subject_len = copy(p->subject, sizeof(p->subject), f->subject);
}

bool
symptom_input(struct symptom *p, const struct finding *f)
{
	const bool fresh = p->key_len == 0;
	const struct sighting before = p->latest;
	bool news = fresh;

	if (fresh)
		begin(p, f);
	sighting_of(f->kind, f->evidence, symptom_began(f), &p->latest);
	news |= add_client(p, &p->latest.client);
	if (!fresh) {
		news |= is_another_clock(&before, &p->latest);
		if (!p->latest.stepped && before.began < p->latest.began)
			p->latest.began = before.began;
	}
	if (fresh)
		p->began = f->now - (f->wall - p->latest.began);
	p->count += f->change == FINDING_TROUBLE;
	if (fresh || f->severity < p->severity)
		p->severity = f->severity;
	p->last_wall = f->wall;
	return news;
}

static void
save_sighting(struct record *r, const struct sighting *s)
{
	record_flag(r, s->server.address.version != 0);
	if (s->server.address.version != 0)
		endpoint_save(r, &s->server);
	record_time(r, s->began);
	record_time(r, s->offset);
	record_time(r, s->step);
	record_flag(r, s->zone_like);
	record_flag(r, s->stepped);
	record_flag(r, s->trusted);
	record_flag(r, s->suspect);
	record_u32(r, s->attempts);
	record_flag(r, s->mras);
	record_flag(r, s->expired);
	record_text(r, slice_text(s->shape));
	record_text(r, slice_text(s->class));
}

static void
read_into(char *to, size_t room, struct cursor *c)
{
	const struct slice text = record_read_line(c, room - 1);

	to[copy(to, room - 1, text)] = '\0';
}

static void
load_sighting(struct sighting *s, struct cursor *c)
{
	if (record_read_flag(c))
		s->server = endpoint_load(c);
	s->began = record_read_time(c);
	s->offset = record_read_time(c);
	s->step = record_read_time(c);
	s->zone_like = record_read_flag(c);
	s->stepped = record_read_flag(c);
	s->trusted = record_read_flag(c);
	s->suspect = record_read_flag(c);
	s->attempts = cursor_le32(c);
	s->mras = record_read_flag(c);
	s->expired = record_read_flag(c);
	read_into(s->shape, sizeof(s->shape), c);
	read_into(s->class, sizeof(s->class), c);
}

void
symptom_save(struct record *r, const struct symptom *p)
{
	finding_kind_save(r, p->kind);
	record_u64(r, p->id);
	record_text(r, symptom_key(p));
	record_text(r, symptom_subject(p));
	record_u8(r, (uint8_t)p->latest.role);
	save_sighting(r, &p->latest);
	record_u8(r, (uint8_t)p->severity);
	record_u64(r, p->count);
	record_time(r, p->first);
	record_time(r, p->began);
	record_time(r, p->last_wall);
	record_u32(r, (uint32_t)p->more_clients);
	for (size_t i = 0; i < p->client_count; i++) {
		record_more(r, true);
		endpoint_address_save(r, &p->clients[i]);
	}
	record_more(r, false);
}

bool
symptom_load(
    struct symptom *p, struct cursor *c, const struct record_shift *shift)
{
	const bool known = finding_kind_load(c, &p->kind);

	p->id = cursor_le64(c);
	p->key_len =
	    copy(p->key, sizeof(p->key), record_read_text(c, SYMPTOM_KEY));
	p->subject_len = copy(p->subject, sizeof(p->subject),
	    record_read_line(c, SYMPTOM_SUBJECT));
	p->latest.role = record_read_below(c, 1, SIGHTING_ROLES);
	load_sighting(&p->latest, c);
	p->severity = record_read_below(c, 1, FINDING_INFO + 1);
	p->count = cursor_le64(c);
	p->first = record_read_now(c, shift->watching);
	p->began = record_read_now(c, shift->watching);
	p->last_wall = record_read_time(c);
	p->more_clients = cursor_le32(c);
	while (record_read_more(c)) {
		const struct address client = endpoint_address_load(c);

		if (p->client_count == SYMPTOM_CLIENTS)
			c->bad = true;
		else
			p->clients[p->client_count++] = client;
	}
	return known && !c->bad && p->key_len > 0;
}
