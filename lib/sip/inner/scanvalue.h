/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCANVALUE_H
#define SCANVALUE_H

#include "sip/sip_message.h"
#include "sip/inner/scanmap.h"

/*
 * The values of header fields, as the scanner reads them: only what is
 * written as nearly everybody does, and what libosip2 takes as we do.  False
 * means "not for me", never "wrong".
 *
 * Every slice here is part of a line that ends with CRLF, in a head that was
 * mapped.  CR is in no class, so that a span needs no bound of its own, and the
 * octet after a slice may be looked at.
 */

/*
 * The classes of octets, by what each may be part of. They are narrower than
 * RFC 3261's: an octet that libosip2 treats specially anywhere in a value is
 * in none.
 */
#define SCANVALUE_TOKEN 1    /* of a token */
#define SCANVALUE_HOST 2     /* of a host name or an IPv4 address */
#define SCANVALUE_DIGIT 4    /* decimal */
#define SCANVALUE_USER 8     /* of a SIP URI before its @ */
#define SCANVALUE_VALUE 16   /* of an unquoted parameter value */
#define SCANVALUE_QUOTED 32  /* of a quoted string without escapes */
#define SCANVALUE_DISPLAY 64 /* of a display name without quotes */
#define SCANVALUE_IPV6 128   /* between brackets */
#define SCANVALUE_AFTER 256  /* of a SIP URI after its host and port */

extern const uint16_t scanvalue_classes[256];

static inline bool
scanvalue_is(uint8_t octet, unsigned wanted)
{
	return (scanvalue_classes[octet] & wanted) != 0;
}

/* Index of the first octet from `i' on that is in none of the classes, all of
 * which must have the letters, digits, '-' and '.': the map has the others. */
static inline size_t
scanvalue_span(
    const struct scanmap *map, struct slice s, size_t i, unsigned wanted)
{
	const uint8_t *p = scanmap_mark(map, s.p + i);

	while (scanvalue_is(*p, wanted))
		p = scanmap_mark(map, p + 1);
	return (size_t)(p - s.p);
}

static inline bool
scanvalue_has_blank(const struct scanmap *map, struct slice s)
{
	const uint8_t *p = scanmap_mark(map, s.p);

	while (p < s.p + s.len && *p != ' ')
		p = scanmap_mark(map, p + 1);
	return p < s.p + s.len;
}

static inline bool
scanvalue_is_last(struct slice s, size_t i)
{
	return i == s.len;
}

/* slice_trim() for what holds no controls. */
static inline struct slice
scanvalue_without_blanks(struct slice s)
{
	const uint8_t *begin = s.p, *end = s.p + s.len;

	while (begin < end && *begin == ' ')
		begin++;
	while (end > begin && end[-1] == ' ')
		end--;
	return slice_of(begin, (size_t)(end - begin));
}

/* The ;name=value from *i on, as many as there are; *i is left where they
 * end. */
bool scanvalue_params(const struct scanmap *map, struct slice s, size_t *i);

/* A URI from *i on; *i is left where it ends.  `bracketed': what follows host
 * and port belongs to it, up to a blank or a bracket. */
bool scanvalue_uri(
    const struct scanmap *map, struct slice s, size_t *i, bool bracketed);

/* A From, To or Contact value: name-addr or addr-spec, then parameters; the tag
 * among those, empty if there is none. */
bool scanvalue_address(
    const struct scanmap *map, struct slice s, struct slice *tag);

/* The first element of a Via: SIP/2.0/UDP host:port;parameters.  *end is left
 * where it ends and blanks behind it. */
bool scanvalue_via(const struct scanmap *map, struct slice s, size_t *end,
    struct sip_message_via *via);

#endif
