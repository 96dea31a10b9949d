/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FIELD_H
#define FIELD_H

#include "base/slice.h"

/*
 * The header fields of a SIP message, one by one, as on the wire (RFC 3261
 * section 7.3): names in any case or compact, lines ended by CRLF or LF alone,
 * values folded over several lines.  It only cuts; others interpret the values.
 */

enum field_name {
	FIELD_MALFORMED, /* no colon, or nothing before it */
	FIELD_OTHER,
	FIELD_VIA,
	FIELD_CALL_ID,
	FIELD_CSEQ,
	FIELD_FROM,
	FIELD_TO,
	FIELD_CONTACT,
	FIELD_DATE,
	FIELD_CONTENT_LENGTH,
	FIELD_CONTENT_TYPE,
	FIELD_USER_AGENT,
	FIELD_SERVER,
	FIELD_RECORD_ROUTE,
	FIELD_REASON
};

struct field {
	enum field_name name;
	struct slice lines; /* all of it, line end included */
	struct slice value; /* trimmed; may be folded */
	bool folded;
};

/*
 * Take the first line, without its line end, off *rest.  Folds are not
 * looked for: a start line has none.
 */
struct slice field_line(struct slice *rest);

/*
 * Take the next field off *rest.  False, and *rest untouched, at the blank
 * line that ends the head, and where nothing is left.
 */
bool field_next(struct slice *rest, struct field *field);

/* The octets after the blank line at which field_next() stopped. */
struct slice field_body(struct slice rest);

/* The name of a field, as it is written. */
static inline struct slice
field_spelling(const struct field *field)
{
	return slice_trim(
	    slice_first(field->lines, slice_index(field->lines, ':')));
}

/* Is it WWW-Authenticate or Proxy-Authenticate? */
bool field_is_challenge(const struct field *field);

/* The field of a name: MALFORMED only when it is empty. */
enum field_name field_name_of(struct slice name);

/* Are the `len' octets those of `lower', small letters and hyphens, without
 * regard to case?  Eight or four at once: letters may differ in the bit that
 * makes them capitals. */
static inline bool
field_same_letters(const uint8_t *octets, const char *lower, size_t len)
{
	const size_t width = len >= 8 ? 8 : 4;
	const uint64_t letters = 0x4040404040404040;
	uint64_t ours[2] = { 0, 0 }, theirs[2] = { 0, 0 };

	if (len < 4) {
		for (size_t i = 0; i < len; i++)
			if (slice_lower(octets[i]) != lower[i])
				return false;
		return true;
	}
	memcpy(&ours[0], octets, width);
	memcpy(&ours[1], octets + len - width, width);
	memcpy(&theirs[0], lower, width);
	memcpy(&theirs[1], lower + len - width, width);
	return ((ours[0] ^ theirs[0]) & ~((theirs[0] & letters) >> 1)) == 0 &&
	    ((ours[1] ^ theirs[1]) & ~((theirs[1] & letters) >> 1)) == 0;
}

/* A character of a token, RFC 3261 section 25.1. */
bool field_is_token(uint8_t octet);

#endif
