/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/mras.h"

#include "sip/inner/nameaddr.h"
#include "sip/inner/param.h"

static const char content_type[] = "application/msrtc-media-relay-auth+xml";

static bool
has_srvr_mras(struct slice uri)
{
	struct slice rest = slice_after(uri, slice_index(uri, ';'));
	struct slice name, value;

	if (slice_index(rest, ':') == rest.len)
		return false;
	while (param_next(&rest, &name, &value))
		if (slice_is_nocase(name, "opaque") &&
		    slice_starts_with_nocase(value, "srvr:MRAS"))
			return true;
	return false;
}

/* sip:edge.example.com:5062;grid */
static bool
is_grid_on_5062(struct slice uri)
{
	const size_t semicolon = slice_index(uri, ';');
	const struct slice address = slice_first(uri, semicolon);
	struct slice rest = slice_after(uri, semicolon);
	struct slice name, value;

	if (address.len < 5 ||
	    !slice_is(slice_after(address, address.len - 5), ":5062"))
		return false;
	while (param_next(&rest, &name, &value))
		if (slice_is_nocase(name, "grid"))
			return true;
	return false;
}

static bool
has_user_mrasloc(struct slice uri)
{
	const struct slice rest = slice_after(uri, slice_index(uri, ':') + 1);

	return slice_starts_with_nocase(rest, "MRASLoc.") &&
	    slice_index(rest, '@') < rest.len;
}

static bool
is_addressed_by(struct slice uri)
{
	return has_srvr_mras(uri) || has_user_mrasloc(uri);
}

static bool
has_type(const struct sip_message *m)
{
	const struct slice type =
	    slice_first(m->content_type, slice_index(m->content_type, ';'));

	return slice_is_nocase(slice_trim(type), content_type);
}

/* The cheapest checks come first: To must be parsed. */
bool
mras_is_request(const struct sip_message *m)
{
	if (!m->is_request || !slice_is(m->method, "SERVICE"))
		return false;
	return has_type(m) || is_grid_on_5062(m->request_uri) ||
	    is_addressed_by(m->request_uri) ||
	    is_addressed_by(nameaddr_uri(m->to));
}

bool
mras_is_response(const struct sip_message *m)
{
	if (m->is_request || !slice_is(m->method, "SERVICE"))
		return false;
	/* A success carries the credentials, so To is not needed to know it. */
	return has_type(m) ||
	    (m->status >= 300 && is_addressed_by(nameaddr_uri(m->to)));
}
