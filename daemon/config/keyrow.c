/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/keyrow.h"

#include "config/config.h"

static bool
in_range(const struct keyrow *row, uint64_t n)
{
	return n <= INT64_MAX && (int64_t)n >= row->min &&
	    (int64_t)n <= row->max;
}

static bool
set_duration(const struct keyrow *row, struct slice text, void *to)
{
	nstime duration;

	if (!value_duration(text, &duration) ||
	    !in_range(row, (uint64_t)duration))
		return false;
	*(nstime *)to = duration;
	return true;
}

static bool
set_size(const struct keyrow *row, struct slice text, void *to)
{
	uint64_t octets;

	if (!value_size(text, &octets) || !in_range(row, octets))
		return false;
	*(size_t *)to = (size_t)octets;
	return true;
}

static bool
set_count(const struct keyrow *row, struct slice text, void *to)
{
	uint64_t n;

	if (!slice_decimal(text, UINT32_MAX, &n) || !in_range(row, n))
		return false;
	*(unsigned *)to = (unsigned)n;
	return true;
}

static bool
set_boolean(const struct keyrow *row, struct slice text, void *to)
{
	(void)row;
	return value_boolean(text, to);
}

static bool
set_choice(const struct keyrow *row, struct slice text, void *to)
{
	struct slice words = slice_text(row->accepted), word;

	for (unsigned i = 0; value_next(&words, &word); i++)
		if (slice_equal(word, text)) {
			*(unsigned *)to = i;
			return true;
		}
	return false;
}

static bool
set_facility(const struct keyrow *row, struct slice text, void *to)
{
	unsigned word;

	if (!set_choice(row, text, &word))
		return false;
	/* Four numbers between ftp and local0 are nobody's. */
	*(unsigned *)to = word < 12 ? word : word + 4;
	return true;
}

static bool
set_ports(const struct keyrow *row, struct slice text, void *to)
{
	(void)row;
	return value_ports(text, to);
}

static bool
set_text(const struct keyrow *row, struct slice text, void *to)
{
	(void)row;
	if (text.len >= CONFIG_TEXT)
		return false;
	memcpy(to, text.p, text.len);
	((char *)to)[text.len] = '\0';
	return true;
}

static bool
set_list(const struct keyrow *row, struct slice text, void *to)
{
	char joined[CONFIG_TEXT];
	struct textbuf t;
	struct slice item;

	textbuf_init(&t, joined, sizeof(joined));
	while (value_next(&text, &item)) {
		if (!row->item(item))
			return false;
		if (t.len > 0)
			textbuf_add(&t, " ");
		textbuf_add_slice(&t, item);
	}
	/* An empty list is a mistake, unless it is the default. */
	if (t.truncated || (t.len == 0 && row->initial[0] != '\0'))
		return false;
	memcpy(to, joined, t.len + 1);
	return true;
}

/* None is an answer too: it switches off what has a default. */
static bool
set_one(const struct keyrow *row, struct slice text, void *to)
{
	if (text.len == 0) {
		*(char *)to = '\0';
		return true;
	}
	return slice_index(text, ' ') == text.len &&
	    slice_index(text, ',') == text.len && set_list(row, text, to);
}

static bool
set_ignore(const struct keyrow *row, struct slice text, void *to)
{
	struct config_ignore ignore = { .prefix_count = 0 };
	struct slice item;

	(void)row;
	while (value_next(&text, &item)) {
		enum finding_kind kind;

		if (finding_kind_parse(item, &kind)) {
			ignore.kinds[kind] = true;
			continue;
		}
		if (ignore.prefix_count == CONFIG_IGNORED ||
		    !value_prefix(item, &ignore.prefixes[ignore.prefix_count]))
			return false;
		ignore.prefix_count++;
	}
	*(struct config_ignore *)to = ignore;
	return true;
}

static bool
set_members(const struct keyrow *row, struct slice text, void *to)
{
	struct config_members members = { .count = 0 };
	struct slice item;

	(void)row;
	while (value_next(&text, &item))
		if (members.count == CONFIG_MEMBERS ||
		    !endpoint_address_parse(
			item, &members.addresses[members.count++]))
			return false;
	*(struct config_members *)to = members;
	return true;
}

static bool (*const setters[])(const struct keyrow *, struct slice, void *) = {
	[KEYROW_DURATION] = set_duration,
	[KEYROW_SIZE] = set_size,
	[KEYROW_COUNT] = set_count,
	[KEYROW_BOOLEAN] = set_boolean,
	[KEYROW_CHOICE] = set_choice,
	[KEYROW_FACILITY] = set_facility,
	[KEYROW_PORTS] = set_ports,
	[KEYROW_TEXT] = set_text,
	[KEYROW_LIST] = set_list,
	[KEYROW_ONE] = set_one,
	[KEYROW_IGNORE] = set_ignore,
	[KEYROW_MEMBERS] = set_members,
};

bool
keyrow_set(const struct keyrow *row, struct slice text, void *base)
{
	return setters[row->type](row, text, (char *)base + row->offset);
}
