/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/intern.h"

#include <stdlib.h>

#include "base/table.h"

struct interned {
	struct table_entry entry; /* first: a text is its entry */
	size_t uses, len;
	uint8_t octets[];
};

struct intern {
	struct table *table;
	struct budget_share *memory;
};

static bool
same_text(const struct table_entry *entry, const void *key)
{
	return slice_equal(
	    intern_text((const struct interned *)(const void *)entry),
	    *(const struct slice *)key);
}

struct intern *
intern_new(const struct siphash_key *key, struct budget_share *memory)
{
	struct intern *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->memory = memory;
	in->table = table_new_drawing(SIZE_MAX, key, same_text, memory);
	if (in->table != NULL)
		return in;
	free(in);
	return NULL;
}

static void
release(const struct intern *in, struct interned *text)
{
	budget_release(in->memory, text, sizeof(*text) + text->len);
}

void
intern_free(struct intern *in)
{
	struct table_entry *entry, *next;

	if (in == NULL)
		return;
	for (entry = table_first(in->table); entry != NULL; entry = next) {
		next = table_next(in->table, entry);
		table_remove(in->table, entry);
		release(in, (void *)entry);
	}
	table_free(in->table);
	free(in);
}

static struct interned *
add(struct intern *in, struct slice text, uint64_t hash)
{
	struct interned *new =
	    budget_alloc(in->memory, sizeof(*new) + text.len);

	if (new == NULL)
		return NULL;
	new->uses = 1;
	new->len = text.len;
	if (text.len > 0)
		memcpy(new->octets, text.p, text.len);
	if (table_add(in->table, &new->entry, hash))
		return new;
	release(in, new);
	return NULL;
}

struct interned *
intern_take(struct intern *in, struct slice text)
{
	const uint64_t hash = table_hash(in->table, text);
	struct interned *found = (void *)table_find(in->table, hash, &text);

	if (found == NULL)
		return add(in, text, hash);
	found->uses++;
	return found;
}

void
intern_give(struct intern *in, struct interned *text)
{
	if (text == NULL || --text->uses > 0)
		return;
	table_remove(in->table, &text->entry);
	release(in, text);
}

struct slice
intern_text(const struct interned *text)
{
	return slice_of(text->octets, text->len);
}

size_t
intern_count(const struct intern *in)
{
	return table_count(in->table);
}
