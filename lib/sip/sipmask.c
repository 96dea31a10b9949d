/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/sipmask.h"

#include "sip/inner/field.h"

enum sipmask_class {
	HIDDEN, /* the value stays hidden */
	PLAIN,  /* it is shown: no secret stands in it */
	NAMES   /* URIs: identities, and passwords */
};

enum { LONGEST_NAME = 40 };

struct mask {
	struct slice octets;
	uint8_t *shown;
	enum identity_mode mode;
};

static const struct {
	const char *name;
	enum sipmask_class class;
} fields[] = {
	{ "Via", PLAIN },
	{ "v", PLAIN },
	{ "Call-ID", PLAIN },
	{ "i", PLAIN },
	{ "CSeq", PLAIN },
	{ "Max-Forwards", PLAIN },
	{ "Content-Length", PLAIN },
	{ "l", PLAIN },
	{ "Content-Type", PLAIN },
	{ "c", PLAIN },
	{ "Date", PLAIN },
	{ "Timestamp", PLAIN },
	{ "Expires", PLAIN },
	{ "Min-Expires", PLAIN },
	{ "Session-Expires", PLAIN },
	{ "x", PLAIN },
	{ "Min-SE", PLAIN },
	{ "Retry-After", PLAIN },
	{ "User-Agent", PLAIN },
	{ "Server", PLAIN },
	{ "Allow", PLAIN },
	{ "Supported", PLAIN },
	{ "k", PLAIN },
	{ "Require", PLAIN },
	{ "Proxy-Require", PLAIN },
	{ "Unsupported", PLAIN },
	{ "Accept", PLAIN },
	{ "Event", PLAIN },
	{ "o", PLAIN },
	{ "RSeq", PLAIN },
	{ "RAck", PLAIN },
	{ "Reason", PLAIN },
	{ "Warning", PLAIN },
	{ "ms-diagnostics", PLAIN },
	{ "ms-diagnostics-public", PLAIN },
	{ "From", NAMES },
	{ "f", NAMES },
	{ "To", NAMES },
	{ "t", NAMES },
	{ "Contact", NAMES },
	{ "m", NAMES },
	{ "Route", NAMES },
	{ "Record-Route", NAMES },
	{ "P-Asserted-Identity", NAMES },
	{ "Diversion", NAMES },
};

static void
set(struct mask *m, struct slice part, uint8_t value)
{
	if (part.len > 0)
		memset(m->shown + (part.p - m->octets.p), value, part.len);
}

static void
show(struct mask *m, struct slice part)
{
	set(m, part, 1);
}

static void
hide(struct mask *m, struct slice part)
{
	set(m, part, 0);
}

static void
show_line_ends(struct mask *m)
{
	for (size_t i = 0; i < m->octets.len; i++)
		if (m->octets.p[i] == '\r' || m->octets.p[i] == '\n')
			m->shown[i] = 1;
}

static bool
is_uri_end(uint8_t octet)
{
	return slice_is_blank(octet) || octet == '>' || octet == '"';
}

static struct slice
until_uri_end(struct slice s)
{
	size_t len = 0;

	while (len < s.len && !is_uri_end(s.p[len]))
		len++;
	return slice_first(s, len);
}

static size_t
scheme_len(struct slice s)
{
	static const char *const schemes[] = {
		"sip:", "sips:", "im:", "pres:"
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (slice_starts_with_nocase(s, schemes[i]))
			return strlen(schemes[i]);
	return 0;
}

/* What a password before this @ may be: from the second colon on, or from the
 * first if no scheme is known.  Behind a quote nothing is sure. */
static void
hide_password(struct mask *m, struct slice value, size_t at)
{
	size_t start = at;
	struct slice user;

	while (start > 0 && !is_uri_end(value.p[start - 1]) &&
	    value.p[start - 1] != '<')
		start--;
	if (start > 0 && value.p[start - 1] == '"')
		hide(m, slice_first(value, at));
	user = slice_between(value, start, at);
	user = slice_after(user, scheme_len(user));
	hide(m, slice_after(user, slice_index(user, ':') + 1));
}

/* Shown as it is, but for passwords and header fields in URIs. */
static void
show_names(struct mask *m, struct slice value)
{
	show(m, value);
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] == '@')
			hide_password(m, value, i);
		if (value.p[i] == '?')
			hide(m, until_uri_end(slice_after(value, i + 1)));
	}
}

static struct slice
host_of(struct slice s)
{
	static const char others[] = ".-_:[]";
	size_t len = 0;

	while (len < s.len && s.p[len] != 0 &&
	    (field_is_token(s.p[len]) || strchr(others, s.p[len]) != NULL))
		len++;
	return slice_first(s, len);
}

/* Digits in the place of a host are a telephone number. */
static bool
has_letter_or_dot(struct slice host)
{
	for (size_t i = 0; i < host.len; i++)
		if ((slice_lower(host.p[i]) >= 'a' &&
			slice_lower(host.p[i]) <= 'z') ||
		    strchr(".:", host.p[i]) != NULL)
			return true;
	return false;
}

/* The host and port of one URI, which begins behind its scheme. */
static void
show_host(struct mask *m, struct slice uri)
{
	size_t at = uri.len;
	struct slice host;

	for (size_t i = 0; i < uri.len; i++)
		if (uri.p[i] == '@')
			at = i;
	host = host_of(at == uri.len ? uri : slice_after(uri, at + 1));
	if (at < uri.len || has_letter_or_dot(host))
		show(m, host);
}

/* Scheme and host of each URI, and tags, which name nobody. */
static void
show_hosts(struct mask *m, struct slice value)
{
	static const char tag[] = ";tag=";

	while (value.len > 0) {
		const size_t scheme = scheme_len(value);
		const struct slice uri =
		    until_uri_end(slice_after(value, scheme));
		size_t taken = 1;

		if (scheme > 0) {
			show(m, slice_first(value, scheme));
			show_host(m, uri);
			taken = scheme + uri.len;
		} else if (slice_starts_with_nocase(value, tag)) {
			taken = strlen(tag) +
			    host_of(slice_after(value, strlen(tag))).len;
			show(m, slice_first(value, taken));
		}
		value = slice_after(value, taken);
	}
}

static void
show_value(struct mask *m, enum sipmask_class class, struct slice value)
{
	if (class == PLAIN)
		show(m, value);
	else if (class == NAMES && m->mode == IDENTITY_FULL)
		show_names(m, value);
	else if (class == NAMES)
		show_hosts(m, value);
}

static enum sipmask_class
class_of(struct slice name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (slice_is_nocase(name, fields[i].name))
			return fields[i].class;
	return HIDDEN;
}

/* Of several lengths the greatest is taken: what it covers is hidden. */
static void
note_length(const struct field *field, uint64_t *length)
{
	uint64_t n;

	if (field->name == FIELD_CONTENT_LENGTH &&
	    slice_decimal(field->value, UINT32_MAX, &n) &&
	    (*length == UINT64_MAX || n > *length))
		*length = n;
}

static bool
is_whole(struct slice lines)
{
	return lines.len > 0 && lines.p[lines.len - 1] == '\n';
}

/* Something else may be no name. */
static bool
is_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!field_is_token(name.p[i]))
			return false;
	return name.len > 0 && name.len <= LONGEST_NAME;
}

/* A value that is cut may end before the @ that would tell a password. */
static void
show_field(struct mask *m, const struct field *field, uint64_t *length)
{
	const size_t colon = slice_index(field->lines, ':');
	const struct slice name = field_spelling(field);
	const struct slice value = slice_after(field->lines, colon + 1);

	if (field->name == FIELD_MALFORMED || !is_name(name))
		return;
	show(m, slice_first(field->lines, colon + 1));
	if (!is_whole(field->lines))
		return;
	show_value(m, class_of(name), value);
	note_length(field, length);
}

static bool
is_status(struct slice line)
{
	uint64_t status;
	const size_t blank = slice_index(line, ' ');
	const struct slice version = slice_first(line, blank);

	if (!slice_is(version, "SIP/2.0") && !slice_is(version, "HTTP/1.0") &&
	    !slice_is(version, "HTTP/1.1"))
		return false;
	line = slice_after(line, blank + 1);
	return line.len >= 3 &&
	    slice_decimal(slice_first(line, 3), 999, &status) &&
	    (line.len == 3 || line.p[3] == ' ');
}

/* METHOD URI SIP/2.0: the URI is put into *uri. */
static bool
is_request(struct slice line, struct slice *uri)
{
	static const char version[] = " SIP/2.0";
	const size_t blank = slice_index(line, ' ');
	struct slice rest = slice_after(line, blank + 1);

	for (size_t i = 0; i < blank; i++)
		if (!field_is_token(line.p[i]))
			return false;
	if (blank == 0 || rest.len <= strlen(version) ||
	    !slice_is(slice_after(rest, rest.len - strlen(version)), version))
		return false;
	*uri = slice_first(rest, rest.len - strlen(version));
	return slice_index(*uri, ' ') == uri->len;
}

static bool
show_start_line(struct mask *m, struct slice line)
{
	struct slice uri;

	if (is_status(line)) {
		show(m, line);
		return true;
	}
	if (!is_request(line, &uri))
		return false;
	show(m, line);
	hide(m, uri);
	show_value(m, NAMES, uri);
	return true;
}

/* Find the next start line, show it and its head.  False: there is none.  The
 * body's length becomes *length, or UINT64_MAX if nothing says it. */
static bool
show_head(struct mask *m, struct slice *rest, uint64_t *length)
{
	struct field field;

	*length = UINT64_MAX;
	for (;;) {
		const struct slice before = *rest;
		const struct slice line = field_line(rest);
		const struct slice all =
		    slice_first(before, before.len - rest->len);

		if (before.len == 0)
			return false;
		if (is_whole(all) && show_start_line(m, line))
			break;
	}
	while (field_next(rest, &field))
		show_field(m, &field, length);
	*rest = field_body(*rest);
	return true;
}

void
sipmask_datagram(struct slice octets, enum identity_mode mode, uint8_t *shown)
{
	struct mask m = { octets, shown, mode };
	uint64_t length;

	show_line_ends(&m);
	show_head(&m, &octets, &length);
}

/* Without a length the next start line ends the body. */
void
sipmask_stream(struct slice octets, enum identity_mode mode, uint8_t *shown)
{
	struct mask m = { octets, shown, mode };
	uint64_t length;

	show_line_ends(&m);
	while (show_head(&m, &octets, &length))
		if (length != UINT64_MAX)
			octets = slice_after(octets,
			    length > octets.len ? octets.len : (size_t)length);
}
