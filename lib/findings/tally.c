/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/tally.h"

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
