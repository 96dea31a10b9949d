/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/value.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit durations[] = {
	{ "ms", NSTIME_MS },
	{ "s", NSTIME_S },
	{ "m", 60 * NSTIME_S },
	{ "h", 3600 * NSTIME_S },
	{ "d", 86400 * NSTIME_S },
	{ NULL, 0 },
};

static const struct unit sizes[] = {
	{ "", 1 },
	{ "K", UINT64_C(1) << 10 },
	{ "M", UINT64_C(1) << 20 },
	{ "G", UINT64_C(1) << 30 },
	{ NULL, 0 },
};

static bool
with_unit(struct slice text, const struct unit *units, uint64_t *value)
{
	size_t digits = 0;
	uint64_t n;

	while (
	    digits < text.len && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	for (; units->name != NULL; units++)
		if (slice_is(slice_after(text, digits), units->name))
			break;
	if (units->name == NULL ||
	    !slice_decimal(
		slice_first(text, digits), INT64_MAX / units->factor, &n))
		return false;
	*value = n * units->factor;
	return true;
}

bool
value_duration(struct slice text, nstime *duration)
{
	uint64_t n;

	if (!with_unit(text, durations, &n))
		return false;
	*duration = (nstime)n;
	return true;
}

bool
value_size(struct slice text, uint64_t *octets)
{
	return with_unit(text, sizes, octets);
}

bool
value_boolean(struct slice text, bool *value)
{
	static const char *const words[][2] = {
		{ "no", "yes" },
		{ "false", "true" },
		{ "off", "on" },
		{ "0", "1" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		for (size_t truth = 0; truth < 2; truth++)
			if (slice_is_nocase(text, words[i][truth])) {
				*value = truth == 1;
				return true;
			}
	return false;
}

static bool
add_ports(struct slice item, struct portset *ports)
{
	const size_t dash = slice_index(item, '-');
	uint64_t first, last;

	if (!slice_decimal(slice_first(item, dash), UINT16_MAX, &first))
		return false;
	last = first;
	if (dash < item.len &&
	    !slice_decimal(slice_after(item, dash + 1), UINT16_MAX, &last))
		return false;
	if (first == 0 || last < first)
		return false;
	for (; first <= last; first++)
		portset_add(ports, (uint16_t)first);
	return true;
}

bool
value_ports(struct slice text, struct portset *ports)
{
	struct portset found = { { 0 } };
	struct slice item;
	bool any = false;

	while (value_next(&text, &item)) {
		if (!add_ports(item, &found))
			return false;
		any = true;
	}
	if (any)
		*ports = found;
	return any;
}

bool
value_prefix(struct slice text, struct value_prefix *prefix)
{
	const size_t slash = slice_index(text, '/');
	struct address address;
	uint64_t bits;

	if (!endpoint_address_parse(slice_first(text, slash), &address))
		return false;
	bits = address.version == 4 ? 32 : 128;
	if (slash < text.len &&
	    !slice_decimal(slice_after(text, slash + 1), bits, &bits))
		return false;
	*prefix = (struct value_prefix){ address, (unsigned)bits };
	return true;
}

bool
value_prefix_covers(
    const struct value_prefix *prefix, const struct address *address)
{
	const size_t whole = prefix->bits / 8;
	const unsigned mask = 0xff00u >> prefix->bits % 8 & 0xff;

	if (address->version != prefix->address.version ||
	    memcmp(address->octets, prefix->address.octets, whole) != 0)
		return false;
	return mask == 0 ||
	    ((address->octets[whole] ^ prefix->address.octets[whole]) & mask) ==
	    0;
}

bool
value_next(struct slice *list, struct slice *item)
{
	static const char separators[] = " \t,";
	size_t len = 0;

	while (list->len > 0 && memchr(separators, list->p[0], 3) != NULL)
		*list = slice_after(*list, 1);
	while (len < list->len && memchr(separators, list->p[len], 3) == NULL)
		len++;
	*item = slice_first(*list, len);
	*list = slice_after(*list, len);
	return len > 0;
}

bool
value_zone(struct slice text, int64_t *east)
{
	const bool west = slice_starts_with(text, "-");
	uint64_t hours, minutes;

	if (text.len != 6 || (!west && !slice_starts_with(text, "+")) ||
	    text.p[3] != ':' ||
	    !slice_decimal(slice_between(text, 1, 3), 23, &hours) ||
	    !slice_decimal(slice_after(text, 4), 59, &minutes))
		return false;
	*east = (int64_t)(hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}
