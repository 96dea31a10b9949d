/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/scanvalue.h"

#include "sip/inner/field.h"

#define WORD                                                                   \
	(SCANVALUE_TOKEN | SCANVALUE_USER | SCANVALUE_VALUE |                  \
	    SCANVALUE_QUOTED | SCANVALUE_AFTER)
#define ALPHA (WORD | SCANVALUE_HOST | SCANVALUE_DISPLAY)
#define HEX (ALPHA | SCANVALUE_IPV6)
#define NUMBER (ALPHA | SCANVALUE_DIGIT | SCANVALUE_IPV6)

const uint16_t scanvalue_classes[256] = {
	[' '] = SCANVALUE_QUOTED | SCANVALUE_DISPLAY,
	['!'] = WORD | SCANVALUE_DISPLAY,
	['#'] = SCANVALUE_USER | SCANVALUE_VALUE | SCANVALUE_AFTER |
	    SCANVALUE_QUOTED,
	['$'] = SCANVALUE_USER | SCANVALUE_VALUE | SCANVALUE_AFTER |
	    SCANVALUE_QUOTED,
	['%'] = WORD | SCANVALUE_DISPLAY,
	['&'] = SCANVALUE_USER | SCANVALUE_VALUE | SCANVALUE_AFTER |
	    SCANVALUE_QUOTED,
	['\''] = WORD | SCANVALUE_DISPLAY,
	['('] = SCANVALUE_QUOTED,
	[')'] = SCANVALUE_QUOTED,
	['*'] = WORD | SCANVALUE_DISPLAY,
	['+'] = WORD | SCANVALUE_DISPLAY,
	[','] = SCANVALUE_QUOTED,
	['-'] = ALPHA,
	['.'] = ALPHA | SCANVALUE_IPV6,
	['/'] = SCANVALUE_USER | SCANVALUE_VALUE | SCANVALUE_AFTER |
	    SCANVALUE_QUOTED,
	['0' ... '9'] = NUMBER,
	[':'] = SCANVALUE_VALUE | SCANVALUE_AFTER | SCANVALUE_QUOTED |
	    SCANVALUE_IPV6,
	[';'] = SCANVALUE_QUOTED | SCANVALUE_AFTER,
	['<'] = SCANVALUE_QUOTED,
	['='] = SCANVALUE_USER | SCANVALUE_VALUE | SCANVALUE_AFTER |
	    SCANVALUE_QUOTED,
	['>'] = SCANVALUE_QUOTED,
	['?'] = SCANVALUE_QUOTED,
	['@'] = SCANVALUE_VALUE | SCANVALUE_QUOTED,
	['A' ... 'F'] = HEX,
	['G' ... 'Z'] = ALPHA,
	['['] = SCANVALUE_VALUE | SCANVALUE_AFTER | SCANVALUE_QUOTED,
	[']'] = SCANVALUE_VALUE | SCANVALUE_AFTER | SCANVALUE_QUOTED,
	['^'] = SCANVALUE_VALUE | SCANVALUE_AFTER | SCANVALUE_QUOTED,
	['_'] = ALPHA,
	['`'] = WORD | SCANVALUE_DISPLAY,
	['a' ... 'f'] = HEX,
	['g' ... 'z'] = ALPHA,
	['{'] = SCANVALUE_VALUE | SCANVALUE_AFTER | SCANVALUE_QUOTED,
	['|'] = SCANVALUE_VALUE | SCANVALUE_AFTER | SCANVALUE_QUOTED,
	['}'] = SCANVALUE_VALUE | SCANVALUE_AFTER | SCANVALUE_QUOTED,
	['~'] = WORD | SCANVALUE_DISPLAY,
	[128 ... 255] = SCANVALUE_QUOTED,
};

/* A parameter to look for: constants, so that to compare its name costs an
 * instruction or two. */
struct scanvalue_wanted {
	const char *name; /* lower case */
	size_t len;
	bool quotes; /* quoted values are allowed */
};

/* Is it the parameter's name?  Most differ in length. */
SCANMAP_INLINE bool
is_wanted(struct scanvalue_wanted wanted, const uint8_t *name, size_t len)
{
	return len == wanted.len && (name[0] | 0x20) == wanted.name[0] &&
	    field_same_letters(name, wanted.name, wanted.len);
}

/* The ;name=value from *where on, as many as there are; *where is left where
 * they end.  The first of the wanted name gives *found. */
SCANMAP_INLINE bool
scan_params(const struct scanmap *map, struct slice s, size_t *where,
    struct scanvalue_wanted wanted, struct slice *found)
{
	size_t i = *where;

	while (s.p[i] == ';') {
		const size_t name = i + 1 + (s.p[i + 1] == ' ');
		size_t name_len, value, end;

		value = end = i = scanvalue_span(map, s, name, SCANVALUE_TOKEN);
		name_len = end - name;
		if (name_len == 0)
			return false;
		if (s.p[i] == '=' && s.p[i + 1] == '"') {
			value = i + 2;
			end = scanvalue_span(map, s, value, SCANVALUE_QUOTED);
			i = end + 1;
			if (!wanted.quotes || s.p[end] != '"')
				return false;
		} else if (s.p[i] == '=') {
			value = i + 1;
			end = i =
			    scanvalue_span(map, s, value, SCANVALUE_VALUE);
			if (i == value)
				return false;
		}
		if (is_wanted(wanted, s.p + name, name_len) && found->p == NULL)
			*found = slice_of(s.p + value, end - value);
	}
	*where = i;
	return true;
}

bool
scanvalue_params(const struct scanmap *map, struct slice s, size_t *where)
{
	const struct scanvalue_wanted none = { "", 0, true };
	struct slice found = { NULL, 0 };

	return scan_params(map, s, where, none, &found);
}

/* At most five digits: of a URI's port libosip2 takes no more than seven. */
static inline bool
scan_port(struct slice s, size_t *i, uint16_t *port)
{
	const size_t begin = *i + 1;
	unsigned n = 0;

	*port = 0;
	if (s.p[*i] != ':')
		return true;
	for (*i = begin; scanvalue_is(s.p[*i], SCANVALUE_DIGIT); ++*i)
		if ((n = n * 10 + (s.p[*i] - '0')) > UINT16_MAX)
			return false;
	*port = (uint16_t)n;
	return *i > begin && *i - begin <= 5;
}

/* A host name or address; brackets are not part of it. */
static inline bool
scan_host(
    const struct scanmap *map, struct slice s, size_t *i, struct slice *host)
{
	const bool bracketed = s.p[*i] == '[';
	const size_t begin = *i + bracketed;

	if (bracketed) {
		*i = begin;
		while (scanvalue_is(s.p[*i], SCANVALUE_IPV6))
			++*i;
	} else {
		*i = scanvalue_span(map, s, begin, SCANVALUE_HOST);
	}
	*host = slice_of(s.p + begin, *i - begin);
	return host->len > 0 && (!bracketed || s.p[(*i)++] == ']');
}

/*
 * sip:user@host:port or tel:number, with no password, and in brackets with
 * anything after that but headers.  libosip2 wants it six octets long.
 */
bool
scanvalue_uri(
    const struct scanmap *map, struct slice s, size_t *i, bool bracketed)
{
	const struct slice uri = slice_of(s.p + *i, s.len - *i);
	const size_t begin = *i;
	struct slice host;
	uint16_t port;
	size_t user;

	if (uri.len < 6)
		return false;
	if (memcmp(uri.p, "sip:", 4) == 0 || memcmp(uri.p, "tel:", 4) == 0)
		*i += 4;
	else if (memcmp(uri.p, "sips:", 5) == 0)
		*i += 5;
	else
		return false;
	user = scanvalue_span(map, s, *i, SCANVALUE_USER);
	if (uri.p[0] == 't') {
		*i = user;
	} else {
		if (s.p[user] == '@' && user == *i)
			return false;
		if (s.p[user] == '@')
			*i = user + 1;
		if (!scan_host(map, s, i, &host) || !scan_port(s, i, &port))
			return false;
	}
	if (bracketed && s.p[*i] == ';')
		*i = scanvalue_span(map, s, *i, SCANVALUE_AFTER);
	return *i - begin >= 6 && *i <= s.len;
}

bool
scanvalue_address(const struct scanmap *map, struct slice s, struct slice *tag)
{
	const struct scanvalue_wanted wanted = { "tag", 3, true };
	size_t i = 0;
	bool bracketed;

	if (s.p[0] == '"') {
		i = scanvalue_span(map, s, 1, SCANVALUE_QUOTED);
		if (s.p[i++] != '"')
			return false;
		while (s.p[i] == ' ')
			i++;
		if (s.p[i] != '<')
			return false;
	} else if (s.p[0] != '<') {
		i = scanvalue_span(map, s, 0, SCANVALUE_DISPLAY);
	}
	bracketed = s.p[i] == '<';
	i = bracketed ? i + 1 : 0;
	if (!scanvalue_uri(map, s, &i, bracketed) ||
	    (bracketed && s.p[i++] != '>'))
		return false;
	*tag = (struct slice){ NULL, 0 };
	return scan_params(map, s, &i, wanted, tag) && scanvalue_is_last(s, i);
}

bool
scanvalue_via(const struct scanmap *map, struct slice s, size_t *end,
    struct sip_message_via *via)
{
	const struct scanvalue_wanted wanted = { "branch", 6, false };
	struct slice branch = { NULL, 0 };
	size_t blank;

	if (s.len < 8 || memcmp(s.p, "SIP/2.0/", 8) != 0)
		return false;
	blank = scanvalue_span(map, s, 8, SCANVALUE_TOKEN);
	*end = blank + 1;
	if (blank == 8 || s.p[blank] != ' ' ||
	    !scan_host(map, s, end, &via->host) ||
	    !scan_port(s, end, &via->port) ||
	    !scan_params(map, s, end, wanted, &branch))
		return false;
	while (s.p[*end] == ' ' && *end < s.len)
		++*end;
	via->transport = slice_of(s.p + 8, blank - 8);
	via->branch = branch;
	return true;
}
