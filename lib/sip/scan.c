/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/scan.h"

#include "sip/field.h"
#include "sip/keys.h"

/*
 * What each octet may be part of.  The classes are narrower than RFC 3261's:
 * an octet that libosip2 treats specially anywhere in a value is in none.
 */
#define TOKEN 1    /* of a token */
#define HOST 2     /* of a host name or an IPv4 address */
#define DIGIT 4    /* decimal */
#define USER 8     /* of a SIP URI before its @ */
#define VALUE 16   /* of an unquoted parameter value */
#define QUOTED 32  /* of a quoted string without escapes */
#define DISPLAY 64 /* of a display name without quotes */
#define IPV6 128   /* between brackets */

#define WORD (TOKEN | USER | VALUE | QUOTED)
#define ALPHA (WORD | HOST | DISPLAY)
#define HEX (ALPHA | IPV6)
#define NUMBER (ALPHA | DIGIT | IPV6)

static const uint8_t classes[256] = {
	[' '] = QUOTED | DISPLAY,
	['!'] = WORD | DISPLAY,
	['#'] = USER | VALUE | QUOTED,
	['$'] = USER | VALUE | QUOTED,
	['%'] = WORD | DISPLAY,
	['&'] = USER | VALUE | QUOTED,
	['\''] = WORD | DISPLAY,
	['('] = QUOTED,
	[')'] = QUOTED,
	['*'] = WORD | DISPLAY,
	['+'] = WORD | DISPLAY,
	[','] = QUOTED,
	['-'] = ALPHA,
	['.'] = ALPHA | IPV6,
	['/'] = USER | VALUE | QUOTED,
	['0' ... '9'] = NUMBER,
	[':'] = VALUE | QUOTED | IPV6,
	[';'] = QUOTED,
	['<'] = QUOTED,
	['='] = USER | VALUE | QUOTED,
	['>'] = QUOTED,
	['?'] = QUOTED,
	['@'] = VALUE | QUOTED,
	['A' ... 'F'] = HEX,
	['G' ... 'Z'] = ALPHA,
	['['] = VALUE | QUOTED,
	[']'] = VALUE | QUOTED,
	['^'] = VALUE | QUOTED,
	['_'] = ALPHA,
	['`'] = WORD | DISPLAY,
	['a' ... 'f'] = HEX,
	['g' ... 'z'] = ALPHA,
	['{'] = VALUE | QUOTED,
	['|'] = VALUE | QUOTED,
	['}'] = VALUE | QUOTED,
	['~'] = WORD | DISPLAY,
	[128 ... 255] = QUOTED,
};

struct scan {
	struct sip_message m;
	struct slice cseq_method, server;
	uint64_t length;
	size_t lines;
	unsigned seen; /* which of the fields that may come once, as bits */
};

/* Index of the first octet from `i' on that is in none of the classes. */
static size_t
span(struct slice s, size_t i, uint8_t wanted)
{
	while (i < s.len && (classes[s.p[i]] & wanted) != 0)
		i++;
	return i;
}

static bool
octet_is(struct slice s, size_t i, uint8_t octet)
{
	return i < s.len && s.p[i] == octet;
}

/* slice_trim() for what holds no controls. */
static struct slice
without_blanks(struct slice s)
{
	while (s.len > 0 && s.p[0] == ' ')
		s = slice_after(s, 1);
	while (s.len > 0 && s.p[s.len - 1] == ' ')
		s.len--;
	return s;
}

/* Letters without regard to case; `lower' holds letters and hyphens only. */
static bool
same_letters(const uint8_t *octets, const char *lower, size_t len)
{
	uint8_t differ = 0;

	for (size_t i = 0; i < len; i++)
		differ |= (uint8_t)((octets[i] | 0x20) ^ (uint8_t)lower[i]);
	return differ == 0;
}

/* A parameter to look for; `value' has a pointer once it was found. */
struct wanted {
	const char *name;
	size_t len;
	struct slice value;
	bool quotes; /* quoted values are allowed */
};

/* ;name=value;.. from `i' to the end of s. */
static bool
scan_params(struct slice s, size_t i, struct wanted *wanted)
{
	while (i < s.len) {
		size_t name, name_len, value, value_len = 0;

		if (s.p[i] != ';')
			return false;
		name = i + 1 + octet_is(s, i + 1, ' ');
		i = span(s, name, TOKEN);
		name_len = i - name;
		value = i;
		if (octet_is(s, i, '=') && octet_is(s, i + 1, '"')) {
			value = i + 2;
			i = span(s, value, QUOTED);
			value_len = i - value;
			if (!wanted->quotes || !octet_is(s, i++, '"'))
				return false;
		} else if (octet_is(s, i, '=')) {
			value = i + 1;
			i = span(s, value, VALUE);
			value_len = i - value;
			if (value_len == 0)
				return false;
		}
		if (name_len == 0)
			return false;
		if (name_len == wanted->len && wanted->value.p == NULL &&
		    same_letters(s.p + name, wanted->name, name_len))
			wanted->value =
			    slice_between(s, value, value + value_len);
	}
	return true;
}

static bool
scan_port(struct slice s, size_t *i, uint16_t *port)
{
	const size_t begin = *i + 1;
	unsigned n = 0;

	*port = 0;
	if (!octet_is(s, *i, ':'))
		return true;
	for (*i = begin; *i < s.len && (classes[s.p[*i]] & DIGIT); ++*i)
		if ((n = n * 10 + (s.p[*i] - '0')) > UINT16_MAX)
			return false;
	*port = (uint16_t)n;
	return *i > begin;
}

/* A host name or address; brackets are not part of it. */
static bool
scan_host(struct slice s, size_t *i, struct slice *host)
{
	const bool bracketed = octet_is(s, *i, '[');
	const size_t begin = *i + bracketed;

	*i = span(s, begin, bracketed ? IPV6 : HOST);
	*host = slice_between(s, begin, *i);
	return host->len > 0 && (!bracketed || octet_is(s, (*i)++, ']'));
}

/* sip:user@host:port;anything, with no password and no headers. */
static bool
is_sip_uri(struct slice s)
{
	size_t i = 3 + octet_is(s, 3, 's') + 1, user;
	struct slice host;
	uint16_t port;

	/* libosip2 wants seven octets with the bracket. */
	if (s.len < 6 || memcmp(s.p, "sip", 3) != 0 || s.p[i - 1] != ':')
		return false;
	user = span(s, i, USER);
	if (octet_is(s, user, '@')) {
		if (user == i)
			return false;
		i = user + 1;
	}
	if (!scan_host(s, &i, &host) || !scan_port(s, &i, &port))
		return false;
	if (i < s.len && s.p[i] != ';')
		return false;
	while (i < s.len && ((classes[s.p[i]] & VALUE) || s.p[i] == ';') &&
	    s.p[i] != '@')
		i++;
	return i == s.len;
}

static bool
is_uri(struct slice s)
{
	if (s.len >= 6 && memcmp(s.p, "tel:", 4) == 0)
		return span(s, 4, USER) == s.len;
	return is_sip_uri(s);
}

/* A From, To or Contact value: name-addr or addr-spec, then parameters. */
static bool
scan_address(struct slice s, struct wanted *wanted)
{
	size_t i = 0, end;

	if (octet_is(s, 0, '"')) {
		i = span(s, 1, QUOTED);
		if (!octet_is(s, i++, '"'))
			return false;
		while (octet_is(s, i, ' '))
			i++;
		if (!octet_is(s, i, '<'))
			return false;
	} else if (!octet_is(s, 0, '<')) {
		i = span(s, 0, DISPLAY);
	}
	if (octet_is(s, i, '<')) {
		end = i + 1 + slice_index(slice_after(s, i + 1), '>');
		return is_uri(slice_between(s, i + 1, end)) &&
		    scan_params(s, end + 1, wanted);
	}
	end = slice_index(s, ';');
	return is_uri(slice_first(s, end)) && scan_params(s, end, wanted);
}

static bool
scan_tagged(struct slice s, struct slice *whole, struct slice *tag)
{
	struct wanted wanted = { .name = "tag", .len = 3, .quotes = true };

	if (!scan_address(s, &wanted))
		return false;
	*whole = s;
	*tag = wanted.value;
	return true;
}

static bool
scan_contact(struct slice s)
{
	struct wanted none = { .quotes = true };

	return slice_is(s, "*") || scan_address(s, &none);
}

/* One element: SIP/2.0/UDP host:port;parameters. */
static bool
scan_via_element(struct scan *scan, struct slice s)
{
	struct wanted branch = { .name = "branch", .len = 6 };
	struct slice host;
	uint16_t port;
	size_t blank, i;

	if (s.len < 8 || memcmp(s.p, "SIP/2.0/", 8) != 0)
		return false;
	blank = span(s, 8, TOKEN);
	i = blank + 1;
	if (blank == 8 || !octet_is(s, blank, ' ') ||
	    !scan_host(s, &i, &host) || !scan_port(s, &i, &port) ||
	    !scan_params(s, i, &branch))
		return false;
	if (scan->m.vias++ == 0) {
		scan->m.via_transport = slice_between(s, 8, blank);
		scan->m.via_host = host;
		scan->m.via_port = port;
		scan->m.via_branch = branch.value;
	}
	scan->m.via_bottom_host = host;
	return true;
}

/* SIPp and others join the Vias they return by commas. */
static bool
scan_via(struct scan *scan, struct slice s)
{
	for (;;) {
		const size_t comma = slice_index(s, ',');

		if (!scan_via_element(
			scan, without_blanks(slice_first(s, comma))))
			return false;
		if (comma == s.len)
			return true;
		s = slice_after(s, comma + 1);
	}
}

static bool
scan_call_id(struct scan *scan, struct slice s)
{
	scan->m.call_id = s;
	return s.len > 0 && s.p[0] != '@' && slice_index(s, ' ') == s.len;
}

static bool
scan_cseq(struct scan *scan, struct slice s)
{
	const size_t end = span(s, 0, DIGIT);
	uint64_t n;

	if (!slice_decimal(slice_first(s, end), UINT32_MAX, &n) ||
	    !octet_is(s, end, ' ') || end + 1 == s.len ||
	    span(s, end + 1, TOKEN) != s.len)
		return false;
	scan->m.cseq = (uint32_t)n;
	scan->cseq_method = slice_after(s, end + 1);
	return true;
}

static bool
scan_content_type(struct scan *scan, struct slice s)
{
	struct wanted none = { .quotes = true };
	const size_t slash = span(s, 0, TOKEN);
	const size_t end = span(s, slash + 1, TOKEN);

	scan->m.content_type = s;
	return slash > 0 && octet_is(s, slash, '/') && end > slash + 1 &&
	    scan_params(s, end, &none);
}

/* May the field come once more? */
static bool
first_of(struct scan *scan, enum field_name name)
{
	const unsigned bit = 1U << name;
	const bool first = (scan->seen & bit) == 0;

	scan->seen |= bit;
	return first;
}

static bool
scan_field(struct scan *scan, enum field_name name, struct slice value)
{
	struct sip_message *m = &scan->m;

	switch (name) {
	case FIELD_VIA:
		return scan_via(scan, value);
	case FIELD_CONTACT:
		return scan_contact(value);
	case FIELD_RECORD_ROUTE:
		m->has_record_route = true;
		return true;
	case FIELD_OTHER:
		return true;
	case FIELD_MALFORMED:
		return false;
	default:
		break;
	}
	if (value.len == 0 || !first_of(scan, name))
		return false;
	switch (name) {
	case FIELD_CALL_ID:
		return scan_call_id(scan, value);
	case FIELD_CSEQ:
		return scan_cseq(scan, value);
	case FIELD_FROM:
		return scan_tagged(value, &m->from, &m->from_tag);
	case FIELD_TO:
		return scan_tagged(value, &m->to, &m->to_tag);
	case FIELD_CONTENT_LENGTH:
		return slice_decimal(value, UINT32_MAX / 8, &scan->length);
	case FIELD_CONTENT_TYPE:
		return scan_content_type(scan, value);
	case FIELD_DATE:
		m->date = value;
		return true;
	case FIELD_USER_AGENT:
		m->user_agent = value;
		return true;
	default:
		scan->server = value;
		return true;
	}
}

static bool
is_name(struct slice line, const char *lower)
{
	return same_letters(line.p, lower, strlen(lower));
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

/* The names of field.c, told apart by their length first. */
static enum field_name
name_of(struct slice line, size_t len)
{
	switch (len) {
	case 1:
		return compact_name(line.p[0]);
	case 2:
		return is_name(line, "to") ? FIELD_TO : FIELD_OTHER;
	case 3:
		return is_name(line, "via") ? FIELD_VIA : FIELD_OTHER;
	case 4:
		return is_name(line, "from") ? FIELD_FROM
		    : is_name(line, "cseq")  ? FIELD_CSEQ
		    : is_name(line, "date")  ? FIELD_DATE
					     : FIELD_OTHER;
	case 6:
		return is_name(line, "server") ? FIELD_SERVER : FIELD_OTHER;
	case 7:
		return is_name(line, "call-id") ? FIELD_CALL_ID
		    : is_name(line, "contact")  ? FIELD_CONTACT
						: FIELD_OTHER;
	case 10:
		return is_name(line, "user-agent") ? FIELD_USER_AGENT
						   : FIELD_OTHER;
	case 12:
		return is_name(line, "content-type") ? FIELD_CONTENT_TYPE
		    : is_name(line, "record-route")  ? FIELD_RECORD_ROUTE
						     : FIELD_OTHER;
	case 14:
		return is_name(line, "content-length") ? FIELD_CONTENT_LENGTH
						       : FIELD_OTHER;
	default:
		return FIELD_OTHER;
	}
}

static bool
scan_line(struct scan *scan, struct slice line)
{
	const size_t colon = span(line, 0, TOKEN);

	return colon > 0 && octet_is(line, colon, ':') &&
	    scan_field(scan, name_of(line, colon),
		without_blanks(slice_after(line, colon + 1)));
}

static bool
scan_start_line(struct scan *scan, struct slice line)
{
	struct sip_message *m = &scan->m;
	const size_t method = span(line, 0, TOKEN);
	uint64_t status;

	m->start_line = line;
	if (line.len < 13)
		return false;
	if (memcmp(line.p, "SIP/2.0 ", 8) == 0) {
		if (!slice_decimal(slice_between(line, 8, 11), 699, &status) ||
		    status < 100 || line.p[11] != ' ')
			return false;
		m->status = (unsigned)status;
		m->reason = without_blanks(slice_after(line, 12));
		return true;
	}
	m->is_request = true;
	m->method = slice_first(line, method);
	m->request_uri = slice_between(line, method + 1, line.len - 8);
	return method > 0 && line.p[method] == ' ' &&
	    memcmp(line.p + line.len - 8, " SIP/2.0", 8) == 0 &&
	    is_uri(m->request_uri);
}

/* A line that ends with CRLF. */
static bool
next_line(struct slice *rest, struct slice *line)
{
	const size_t end = slice_index(*rest, '\n');

	if (end == rest->len || end == 0 || rest->p[end - 1] != '\r')
		return false;
	*line = slice_first(*rest, end - 1);
	*rest = slice_after(*rest, end + 1);
	return true;
}

/* Sixteen octets at once, by the compilers' vector extension: in plain C this
 * count would cost as much as all the rest. */
#define LANES 16
#define MOST_ROUNDS 255 /* before a lane overflows */

typedef uint8_t lanes __attribute__((vector_size(LANES)));

struct tally {
	size_t controls, separators;
};

static void
count_octets(struct tally *tally, const uint8_t *octets, size_t rounds)
{
	lanes controls = { 0 }, separators = { 0 };

	for (size_t i = 0; i < rounds; i++) {
		lanes v;

		memcpy(&v, octets + i * LANES, LANES);
		controls -= (lanes)(v < ' ');
		separators -=
		    (lanes)((v == ',') | (v == ';') | (v == '&') | (v == '<'));
	}
	for (size_t i = 0; i < LANES; i++) {
		tally->controls += controls[i];
		tally->separators += separators[i];
	}
}

/* No control octet but the line ends, and no more separators than libosip2
 * may be given. */
static bool
is_plain(struct slice head, size_t lines)
{
	struct tally tally = { 0, 0 };
	uint8_t last[LANES] = "xxxxxxxxxxxxxxx";

	while (head.len >= LANES) {
		size_t rounds = head.len / LANES;

		if (rounds > MOST_ROUNDS)
			rounds = MOST_ROUNDS;
		count_octets(&tally, head.p, rounds);
		head = slice_after(head, rounds * LANES);
	}
	last[LANES - 1] = 'x';
	memcpy(last, head.p, head.len);
	count_octets(&tally, last, 1);
	return tally.controls == 2 * lines &&
	    tally.separators <= KEYS_MOST_SEPARATORS;
}

/* The head is done; what follows is the body. */
static bool
conclude(struct scan *scan, struct slice body)
{
	struct sip_message *m = &scan->m;
	const unsigned needed = 1U << FIELD_CALL_ID | 1U << FIELD_CSEQ |
	    1U << FIELD_FROM | 1U << FIELD_TO;

	if (m->vias == 0 || (scan->seen & needed) != needed)
		return false;
	if (!m->is_request)
		m->method = scan->cseq_method;
	else if (!slice_equal(m->method, scan->cseq_method))
		return false;
	if (m->user_agent.len == 0)
		m->user_agent = scan->server;
	if (scan->seen & 1U << FIELD_CONTENT_LENGTH) {
		if (scan->length > body.len)
			return false;
		body = slice_first(body, (size_t)scan->length);
	}
	m->body = body;
	return true;
}

enum scan_verdict
scan_message(struct slice octets, const struct message_limits *limits,
    struct sip_message *m)
{
	struct scan scan = { .lines = 1 };
	struct slice rest, line;

	while (octets.len > 0 && (octets.p[0] == '\r' || octets.p[0] == '\n'))
		octets = slice_after(octets, 1);
	if (span(octets, 0, TOKEN) == 0)
		return SCAN_FOREIGN;
	rest = octets;
	if (octets.len > limits->octets || !next_line(&rest, &line) ||
	    !scan_start_line(&scan, line))
		return SCAN_IRREGULAR;
	for (;; scan.lines++) {
		if (!next_line(&rest, &line))
			return SCAN_IRREGULAR;
		if (line.len == 0)
			break;
		if (!scan_line(&scan, line))
			return SCAN_IRREGULAR;
	}
	if (scan.lines - 1 > limits->headers || !conclude(&scan, rest) ||
	    !is_plain(
		slice_first(octets, octets.len - rest.len), scan.lines + 1))
		return SCAN_IRREGULAR;
	*m = scan.m;
	return SCAN_PARSED;
}
