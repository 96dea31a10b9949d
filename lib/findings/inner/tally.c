/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/tally.h"

#include <stdlib.h>

#include "base/textbuf.h"

struct method {
	char name[TALLY_NAME];
	struct tally_counts counts;
};

struct tally {
	size_t limit, count;
	struct method *methods; /* sorted by name; one spare for "other" */
};

struct tally *
tally_new(size_t methods)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->limit = methods;
	t->methods = calloc(methods + 1, sizeof(*t->methods));
	if (t->methods != NULL)
		return t;
	free(t);
	return NULL;
}

void
tally_free(struct tally *t)
{
	if (t == NULL)
		return;
	free(t->methods);
	free(t);
}

void
tally_name(char name[TALLY_NAME], struct slice method)
{
	struct textbuf t;

	textbuf_init(&t, name, TALLY_NAME);
	textbuf_wire(&t, method);
}

struct tally_counts *
tally_of_method(struct tally *t, struct slice method)
{
	char name[TALLY_NAME];

	for (size_t i = 0; i < t->count; i++)
		if (slice_is(method, t->methods[i].name))
			return &t->methods[i].counts;
	tally_name(name, method);
	return tally_of(t, name);
}

struct tally_counts *
tally_of(struct tally *t, const char *name)
{
	size_t at = 0;

	while (at < t->count && strcmp(t->methods[at].name, name) < 0)
		at++;
	if (at < t->count && strcmp(t->methods[at].name, name) == 0)
		return &t->methods[at].counts;
	if (t->count >= t->limit && strcmp(name, "other") != 0)
		return tally_of(t, "other");
	memmove(&t->methods[at + 1], &t->methods[at],
	    (t->count - at) * sizeof(t->methods[0]));
	t->methods[at] = (struct method){ .counts = { .answered = 0 } };
	memcpy(t->methods[at].name, name, strlen(name) + 1);
	t->count++;
	return &t->methods[at].counts;
}

bool
tally_at(const struct tally *t, size_t index, const char **name,
    struct tally_counts *counts)
{
	if (index >= t->count)
		return false;
	*name = t->methods[index].name;
	*counts = t->methods[index].counts;
	return true;
}

/* The counts are a part of their own: more of them, from another version, are
 * skipped. */
void
tally_save(struct record *r, const struct tally *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct tally_counts *c = &t->methods[i].counts;
		size_t part;

		record_more(r, true);
		record_text(r, slice_text(t->methods[i].name));
		part = record_begin(r);
		record_u64(r, c->answered);
		record_u64(r, c->timed_out);
		record_u64(r, c->unknown_asymmetric);
		record_u64(r, c->unknown_loss);
		record_u64(r, c->undelivered);
		record_u64(r, c->unfinished);
		record_u64(r, c->unknown_gave_up);
		record_u64(r, c->unknown_unrepeated);
		record_u64(r, c->unknown_no_transport);
		record_end(r, part);
	}
	record_more(r, false);
}

void
tally_load(struct tally *t, struct cursor *c)
{
	while (record_read_more(c)) {
		char name[TALLY_NAME];
		const struct slice text = record_read_line(c, TALLY_NAME - 1);
		struct cursor part = record_read_part(c);
		struct tally_counts *counts;

		if (text.len == 0)
			c->bad = true;
		if (c->bad)
			return;
		memcpy(name, text.p, text.len);
		name[text.len] = '\0';
		counts = tally_of(t, name);
		counts->answered += cursor_le64(&part);
		counts->timed_out += cursor_le64(&part);
		counts->unknown_asymmetric += cursor_le64(&part);
		counts->unknown_loss += cursor_le64(&part);
		counts->undelivered += cursor_le64(&part);
		counts->unfinished += cursor_le64(&part);
		c->bad = part.bad;
		if (part.rest.len == 0)
			continue; /* an older version's */
		counts->unknown_gave_up += cursor_le64(&part);
		counts->unknown_unrepeated += cursor_le64(&part);
		c->bad = part.bad;
		if (part.rest.len == 0)
			continue;
		counts->unknown_no_transport += cursor_le64(&part);
		c->bad = part.bad;
	}
}
