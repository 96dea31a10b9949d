/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/fieldnames.h"

static bool
is_possible(struct slice name)
{
	if (name.len == 0 || name.len >= FIELDNAMES_OCTETS)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		const uint8_t c = name.p[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_')
			return false;
	}
	return true;
}

const char *
fieldnames_keep(struct fieldnames *f, struct slice name)
{
	if (!is_possible(name))
		return NULL;
	for (size_t i = 0; i < f->count; i++)
		if (slice_is(name, f->names[i]))
			return f->names[i];
	if (f->count == FIELDNAMES_MOST)
		return NULL;
	memcpy(f->names[f->count], name.p, name.len);
	f->names[f->count][name.len] = '\0';
	return f->names[f->count++];
}
