/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/field.h"

bool
field_is_token(uint8_t octet)
{
	const uint8_t lower = slice_lower(octet);

	return (lower >= 'a' && lower <= 'z') ||
	    (octet >= '0' && octet <= '9') ||
	    (octet != 0 && strchr("-.!%*_+`'~", octet) != NULL);
}

struct slice
field_line(struct slice *rest)
{
	const size_t end = slice_index(*rest, '\n');
	struct slice line = slice_first(*rest, end);

	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	*rest = slice_after(*rest, end + 1);
	return line;
}

static bool
is_folded(struct slice rest)
{
	return rest.len > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t');
}

static inline bool
is_name(struct slice name, const char *lower)
{
	return field_same_letters(name.p, lower, strlen(lower));
}

static enum field_name
compact_name(uint8_t letter)
{
	switch (slice_lower(letter)) {
	case 'v':
		return FIELD_VIA;
	case 'i':
		return FIELD_CALL_ID;
	case 'f':
		return FIELD_FROM;
	case 't':
		return FIELD_TO;
	case 'm':
		return FIELD_CONTACT;
	case 'l':
		return FIELD_CONTENT_LENGTH;
	case 'c':
		return FIELD_CONTENT_TYPE;
	default:
		return FIELD_OTHER;
	}
}

/* Compared by length first: a stream's framing and the scanner ask for every
 * line. */
enum field_name
field_name_of(struct slice name)
{
	switch (name.len) {
	case 1:
		return compact_name(name.p[0]);
	case 2:
		return is_name(name, "to") ? FIELD_TO : FIELD_OTHER;
	case 3:
		return is_name(name, "via") ? FIELD_VIA : FIELD_OTHER;
	case 4:
		return is_name(name, "from") ? FIELD_FROM
		    : is_name(name, "cseq")  ? FIELD_CSEQ
		    : is_name(name, "date")  ? FIELD_DATE
					     : FIELD_OTHER;
	case 6:
		return is_name(name, "server") ? FIELD_SERVER
		    : is_name(name, "reason")  ? FIELD_REASON
					       : FIELD_OTHER;
	case 7:
		return is_name(name, "call-id") ? FIELD_CALL_ID
		    : is_name(name, "contact")  ? FIELD_CONTACT
						: FIELD_OTHER;
	case 10:
		return is_name(name, "user-agent") ? FIELD_USER_AGENT
						   : FIELD_OTHER;
	case 12:
		return is_name(name, "content-type") ? FIELD_CONTENT_TYPE
		    : is_name(name, "record-route")  ? FIELD_RECORD_ROUTE
						     : FIELD_OTHER;
	case 14:
		return is_name(name, "content-length") ? FIELD_CONTENT_LENGTH
						       : FIELD_OTHER;
	case 0:
		return FIELD_MALFORMED;
	default:
		return FIELD_OTHER;
	}
}

bool
field_next(struct slice *rest, struct field *field)
{
	struct slice after = *rest;
	const struct slice first = field_line(&after);
	bool folded = false;
	struct slice lines;
	size_t colon;

	if (first.len == 0)
		return false;
	while (is_folded(after)) {
		folded = true;
		field_line(&after);
	}
	/* Before RFC 3261 even the colon could be on the next line. */
	lines = slice_first(*rest, rest->len - after.len);
	colon = slice_index(lines, ':');
	*field = (struct field){
		.name = colon == lines.len || is_folded(first)
		    ? FIELD_MALFORMED
		    : field_name_of(slice_trim(slice_first(lines, colon))),
		.lines = lines,
		.value = slice_trim(slice_after(lines, colon + 1)),
		.folded = folded,
	};
	*rest = after;
	return true;
}

struct slice
field_body(struct slice rest)
{
	field_line(&rest);
	return rest;
}

bool
field_is_challenge(const struct field *field)
{
	const struct slice name = field_spelling(field);

	return slice_is_nocase(name, "WWW-Authenticate") ||
	    slice_is_nocase(name, "Proxy-Authenticate");
}
