/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/field.h"

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

static enum field_name
name_of(struct slice s)
{
	static const struct {
		const char *name;
		enum field_name value;
	} known[] = {
		{ "v", FIELD_VIA },
		{ "i", FIELD_CALL_ID },
		{ "f", FIELD_FROM },
		{ "t", FIELD_TO },
		{ "l", FIELD_CONTENT_LENGTH },
		{ "c", FIELD_CONTENT_TYPE },
		{ "m", FIELD_CONTACT },
		{ "via", FIELD_VIA },
		{ "call-id", FIELD_CALL_ID },
		{ "cseq", FIELD_CSEQ },
		{ "from", FIELD_FROM },
		{ "to", FIELD_TO },
		{ "contact", FIELD_CONTACT },
		{ "date", FIELD_DATE },
		{ "content-length", FIELD_CONTENT_LENGTH },
		{ "content-type", FIELD_CONTENT_TYPE },
		{ "user-agent", FIELD_USER_AGENT },
		{ "server", FIELD_SERVER },
		{ "record-route", FIELD_RECORD_ROUTE },
	};

	if (s.len == 0)
		return FIELD_MALFORMED;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (slice_is_nocase(s, known[i].name))
			return known[i].value;
	return FIELD_OTHER;
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
	/* Before RFC 3261 even the colon could stand on the next line. */
	lines = slice_first(*rest, rest->len - after.len);
	colon = slice_index(lines, ':');
	*field = (struct field){
		.name = colon == lines.len || is_folded(first)
		    ? FIELD_MALFORMED
		    : name_of(slice_trim(slice_first(lines, colon))),
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
