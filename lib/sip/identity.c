/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/identity.h"

#include "sip/inner/field.h"
#include "sip/inner/param.h"

/*
 * Outside of full mode nothing is shown that was not recognized: a value is
 * taken apart, and of the parts only scheme, host, port and parameters that
 * name no person are written.  A value that cannot be taken apart becomes "?".
 */

/* The parts of sip:user@host:port;params, borrowed from it. */
struct uri {
	struct slice scheme; /* with its colon; empty: none of those we know */
	struct slice user;   /* without its @ */
	struct slice host;   /* with its port */
	struct slice params; /* from the first semicolon on */
};

static bool
is_host_octet(uint8_t octet)
{
	const uint8_t lower = slice_lower(octet);

	return (lower >= 'a' && lower <= 'z') ||
	    (octet >= '0' && octet <= '9') ||
	    (octet != 0 && strchr(".-_:[]", octet) != NULL);
}

static bool
is_host(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_host_octet(s.p[i]))
			return false;
	return s.len > 0;
}

/* Digits alone are a telephone number in the place of a host. */
static bool
is_number(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (strchr("+0123456789-", s.p[i]) == NULL || s.p[i] == 0)
			return false;
	return true;
}

static struct slice
take_scheme(struct slice *rest)
{
	static const char *const known[] = {
		"sip:", "sips:", "tel:", "im:", "pres:"
	};
	struct slice scheme = slice_of(NULL, 0);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (slice_starts_with_nocase(*rest, known[i]))
			scheme = slice_first(*rest, strlen(known[i]));
	*rest = slice_after(*rest, scheme.len);
	return scheme;
}

/* A user part may hold semicolons and question marks, so it is looked for
 * first; an @ in a parameter without a user before it hides the host, which
 * errs on the right side. */
static struct uri
split(struct slice text)
{
	struct uri uri = { .scheme = take_scheme(&text) };
	const size_t at = slice_index(text, '@');
	size_t end;

	if (at < text.len) {
		uri.user = slice_first(text, at);
		text = slice_after(text, at + 1);
	}
	end = slice_index(text, ';');
	uri.params = slice_after(text, end);
	uri.host = slice_first(text, end);
	uri.host = slice_first(uri.host, slice_index(uri.host, '?'));
	uri.params = slice_first(uri.params, slice_index(uri.params, '?'));
	if (slice_is_nocase(uri.scheme, "tel:") ||
	    (uri.user.len == 0 && is_number(uri.host))) {
		uri.user = uri.host;
		uri.host = slice_of(NULL, 0);
	}
	return uri;
}

static bool
is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!field_is_token(s.p[i]) && !is_host_octet(s.p[i]))
			return false;
	return true;
}

/* Does the parameter name a person or his device?  An unknown one does not, if
 * it is a token or an address of a host. */
static bool
is_personal(struct slice name, struct slice value)
{
	static const char *const personal[] = { "epid", "gruu", "gr",
		"+sip.instance", "phone-context", "isub", "ext", "postd",
		"user-id", "cpn", "name" };

	if (name.len == 0 || !is_plain(name) || !is_plain(value))
		return true;
	if (slice_is_nocase(name, "opaque"))
		return !slice_starts_with_nocase(value, "srvr:");
	for (size_t i = 0; i < sizeof(personal) / sizeof(*personal); i++)
		if (slice_is_nocase(name, personal[i]))
			return true;
	return slice_find(value, "%40") < value.len ||
	    slice_find(value, "sip:") < value.len;
}

static void
write_params(struct textbuf *t, struct slice params)
{
	struct slice name, value;

	while (param_next(&params, &name, &value)) {
		if (is_personal(name, value))
			continue;
		textbuf_add(t, ";");
		textbuf_wire(t, name);
		if (value.len > 0) {
			textbuf_add(t, "=");
			textbuf_wire(t, value);
		}
	}
}

static void
write_uri(struct textbuf *t, const struct identity *identity, struct slice text)
{
	const struct uri uri = split(text);
	const bool hashed = identity->mode == IDENTITY_HASH && uri.user.len > 0;

	if (uri.scheme.len == 0 && uri.user.len == 0) {
		textbuf_add(t, "?");
		return;
	}
	textbuf_wire(t, uri.scheme);
	if (hashed)
		textbuf_hex(
		    t, siphash_24(&identity->key, uri.user) & UINT32_MAX, 8);
	if (hashed && uri.host.len > 0)
		textbuf_add(t, "@");
	if (is_host(uri.host))
		textbuf_wire(t, uri.host);
	else if (!hashed)
		textbuf_add(t, "?");
	write_params(t, uri.params);
}

/* Full is not all: a password in the user part, and the headers of a URI,
 * which may be credentials (RFC 3261 19.1.1), are never shown.  A colon with a
 * semicolon after it is of a port, with an @ further along. */
static void
write_full(struct textbuf *t, struct slice uri)
{
	struct slice scheme = take_scheme(&uri);
	const size_t at = slice_index(uri, '@');
	const size_t colon = slice_index(slice_first(uri, at), ':');
	const size_t semicolon =
	    slice_index(slice_between(uri, colon, at), ';') + colon;

	textbuf_wire(t, scheme);
	if (at < uri.len) {
		textbuf_wire(t, slice_first(uri, semicolon < at ? at : colon));
		uri = slice_after(uri, at);
	}
	textbuf_wire(t, slice_first(uri, slice_index(uri, '?')));
}

static void
write_by_mode(
    struct textbuf *t, const struct identity *identity, struct slice uri)
{
	if (identity->mode == IDENTITY_FULL)
		write_full(t, uri);
	else
		write_uri(t, identity, slice_trim(uri));
}

void
identity_write(
    struct textbuf *t, const struct identity *identity, struct slice value)
{
	const bool full = identity->mode == IDENTITY_FULL;
	size_t open;
	struct slice uri;

	/* The quotes of a display name need not balance. */
	open = param_unquoted(value, "<");
	if (open == value.len)
		open = slice_index(value, '<');
	if (open == value.len) {
		write_by_mode(t, identity, value);
		return;
	}
	uri = slice_after(value, open + 1);
	uri = slice_first(uri, slice_index(uri, '>'));
	if (full)
		textbuf_wire(t, slice_first(value, open));
	textbuf_add(t, "<");
	write_by_mode(t, identity, uri);
	value = slice_after(value, open + 1 + uri.len);
	if (full) {
		textbuf_wire(t, value);
		return;
	}
	textbuf_add(t, ">");
	write_params(t, slice_after(value, slice_index(value, ';')));
}

void
identity_write_start_line(
    struct textbuf *t, const struct identity *identity, struct slice line)
{
	const size_t first = slice_index(line, ' ');
	size_t last = line.len;

	while (last > 0 && line.p[last - 1] != ' ')
		last--;
	if (slice_starts_with_nocase(line, "SIP/")) {
		textbuf_wire(t, line);
		return;
	}
	if (last <= first + 1 ||
	    !slice_is_nocase(slice_after(line, last), "SIP/2.0")) {
		textbuf_add(t, "?");
		return;
	}
	textbuf_wire(t, slice_first(line, first + 1));
	identity_write(
	    t, identity, slice_trim(slice_between(line, first, last)));
	textbuf_add(t, " ");
	textbuf_wire(t, slice_after(line, last));
}
