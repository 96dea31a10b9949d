/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/totals.h"

#include "base/textbuf.h"

/* t->count if there is none. */
static size_t
find(const struct totals *t, const char *name)
{
	size_t i = 0;

	while (i < t->count && strcmp(t->entries[i].name, name) != 0)
		i++;
	return i;
}

static void
add(struct totals *t, const char *name, uint64_t value, enum counter_kind kind)
{
	const size_t at = find(t, name);
	struct totals_entry *entry = &t->entries[at];
	struct textbuf text;

	if (at == TOTALS_MOST)
		return;
	if (at == t->count) {
		t->count++;
		entry->value = 0;
		entry->kind = kind;
		textbuf_init(&text, entry->name, sizeof(entry->name));
		textbuf_add(&text, name);
	}
	entry->value += value;
	if (kind != COUNTER_EVENT)
		entry->kind = kind;
}

void
totals_add(struct totals *t, const char *name, uint64_t value)
{
	add(t, name, value, COUNTER_EVENT);
}

void
totals_gather(
    void *arg, enum counter_kind kind, const char *name, uint64_t value)
{
	add(arg, name, value, kind);
}

void
totals_output(const struct totals *t, counter_output *output, void *arg)
{
	for (size_t i = 0; i < t->count; i++)
		output(arg, t->entries[i].kind, t->entries[i].name,
		    t->entries[i].value);
}

uint64_t
totals_get(const struct totals *t, const char *name)
{
	const size_t at = find(t, name);

	return at < t->count ? t->entries[at].value : 0;
}

void
totals_save(struct record *r, const struct totals *t)
{
	for (size_t i = 0; i < t->count; i++) {
		record_more(r, true);
		record_text(r, slice_text(t->entries[i].name));
		record_u64(r, t->entries[i].value);
	}
	record_more(r, false);
}

void
totals_load(struct totals *t, struct cursor *c)
{
	while (record_read_more(c)) {
		const struct slice text = record_read_line(c, TOTALS_NAME - 1);
		char name[TOTALS_NAME] = "";
		const uint64_t value = cursor_le64(c);

		if (c->bad)
			return;
		if (text.len > 0)
			memcpy(name, text.p, text.len);
		totals_add(t, name, value);
	}
}
