/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/nameaddr.h"

#include "sip/inner/param.h"

/* Where the URI of a From or To value begins and ends, without brackets. */
static struct slice
addr_spec(struct slice value, bool *bracketed)
{
	const size_t open = param_unquoted(value, "<;");
	struct slice rest = slice_after(value, open + 1);

	*bracketed = open < value.len && value.p[open] == '<';
	if (!*bracketed)
		return slice_trim(slice_first(value, open));
	return slice_first(rest, slice_index(rest, '>'));
}

struct slice
nameaddr_uri(struct slice value)
{
	bool bracketed;

	return addr_spec(value, &bracketed);
}

struct slice
nameaddr_params(struct slice value)
{
	bool bracketed;
	const struct slice uri = addr_spec(value, &bracketed);
	struct slice rest = value;

	if (bracketed)
		rest = slice_after(value, (size_t)(uri.p - value.p) + uri.len);
	return slice_after(rest, param_unquoted(rest, ";"));
}

struct slice
nameaddr_tag(struct slice value)
{
	return param_unquote(param_value(nameaddr_params(value), "tag"));
}
