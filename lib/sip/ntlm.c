/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/ntlm.h"

#include "base/base64.h"
#include "base/cursor.h"
#include "base/filetime.h"
#include "sip/inner/field.h"
#include "sip/inner/param.h"

enum {
	MOST_OCTETS = 3072, /* of a challenge; real ones have 200 to 600 */
	BEFORE_TARGET = 40, /* offset of the fields that locate TargetInfo */
	AV_EOL = 0,
	AV_TIMESTAMP = 7
};

/* How every challenge begins: "NTLMSSP", a NUL, and message type 2. */
#define CHALLENGE "TlRMTVNTUAACAAAA"

/* MS-NLMP 2.2.2.1: pairs of an id and a value. */
static bool
find_timestamp(struct slice pairs, nstime *time)
{
	struct cursor c = cursor_over(pairs);

	while (!c.bad && c.rest.len > 0) {
		const uint16_t id = cursor_le16(&c);
		const uint16_t len = cursor_le16(&c);
		struct cursor value = cursor_over(cursor_take(&c, len));

		if (c.bad || id == AV_EOL)
			return false;
		if (id == AV_TIMESTAMP)
			return len == 8 &&
			    filetime_read(cursor_le64(&value), time);
	}
	return false;
}

static bool
read_challenge(struct slice challenge, nstime *time)
{
	struct cursor c = cursor_over(slice_after(challenge, BEFORE_TARGET));
	const uint16_t len = cursor_le16(&c);
	uint32_t at;

	cursor_take(&c, 2); /* the room it has */
	at = cursor_le32(&c);
	if (c.bad || at > challenge.len || len > challenge.len - at)
		return false;
	return find_timestamp(
	    slice_first(slice_after(challenge, at), len), time);
}

bool
ntlm_find(struct slice octets, nstime *time)
{
	uint8_t challenge[MOST_OCTETS];
	struct slice rest = slice_trim(octets), base64;
	struct field field;
	size_t len;

	/* Few are: everything else is not worth the walk. */
	if (slice_find(octets, CHALLENGE) == octets.len)
		return false;
	field_line(&rest);
	while (field_next(&rest, &field))
		if (field_is_challenge(&field) &&
		    param_find(field.value, ',', "gssapi-data", &base64) &&
		    slice_starts_with(base64, CHALLENGE))
			return base64_decode(
				   base64, challenge, MOST_OCTETS, &len) &&
			    read_challenge(slice_of(challenge, len), time);
	return false;
}
