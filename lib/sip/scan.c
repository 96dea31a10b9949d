/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/scan.h"

#include "sip/inner/field.h"
#include "sip/inner/keys.h"
#include "sip/inner/scanvalue.h"

struct scan {
	struct sip_message *m;
	const struct scanmap *map;
	struct slice cseq_method, server;
	uint64_t length;
	size_t lines;  /* without the blank one */
	unsigned seen; /* which of the fields that may come once, as bits */
};

static bool
scan_tagged(
    struct scan *scan, struct slice s, struct slice *whole, struct slice *tag)
{
	struct scanvalue_param wanted = {
		.name = "tag", .len = 3, .quotes = true
	};

	if (!scanvalue_address(scan->map, s, &wanted))
		return false;
	*whole = s;
	*tag = wanted.value;
	return true;
}

static bool
scan_contact(struct scan *scan, struct slice s)
{
	struct scanvalue_param none = { .quotes = true };

	return slice_is(s, "*") ||
	    (s.len > 0 && scanvalue_address(scan->map, s, &none));
}

/* SIPp and others join the Vias they return by commas. */
static bool
scan_via(struct scan *scan, struct slice s)
{
	struct sip_message_via via;
	size_t end;

	for (;;) {
		if (!scanvalue_via(scan->map, s, &end, &via))
			return false;
		sip_message_add_via(scan->m, &via);
		if (end == s.len)
			return true;
		if (s.p[end] != ',')
			return false;
		s = scanvalue_without_blanks(slice_after(s, end + 1));
	}
}

static bool
scan_call_id(struct scan *scan, struct slice s)
{
	scan->m->call_id = s;
	return s.p[0] != '@' && !scanvalue_has_blank(scan->map, s);
}

static bool
scan_cseq(struct scan *scan, struct slice s)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; scanvalue_is(s.p[i], SCANVALUE_DIGIT); i++)
		if ((n = n * 10 + (s.p[i] - '0')) > UINT32_MAX)
			return false;
	if (i == 0 || s.p[i] != ' ' || i + 1 >= s.len)
		return false;
	scan->m->cseq = (uint32_t)n;
	scan->cseq_method = slice_of(s.p + i + 1, s.len - i - 1);
	return scanvalue_is_last(
	    s, scanvalue_span(scan->map, s, i + 1, SCANVALUE_TOKEN));
}

static bool
scan_content_type(struct scan *scan, struct slice s)
{
	struct scanvalue_param none = { .quotes = true };
	const size_t slash = scanvalue_span(scan->map, s, 0, SCANVALUE_TOKEN);
	size_t end;

	scan->m->content_type = s;
	if (slash == 0 || s.p[slash] != '/')
		return false;
	end = scanvalue_span(scan->map, s, slash + 1, SCANVALUE_TOKEN);
	return end > slash + 1 && scanvalue_params(scan->map, s, &end, &none) &&
	    scanvalue_is_last(s, end);
}

/* A message may have one of these; and it must not be empty. */
static inline bool
is_first(struct scan *scan, enum field_name name, struct slice value)
{
	const unsigned bit = 1U << name;
	const bool first = (scan->seen & bit) == 0;

	scan->seen |= bit;
	return first && value.len > 0;
}

static inline bool
scan_field(struct scan *scan, enum field_name name, struct slice value)
{
	struct sip_message *m = scan->m;

	switch (name) {
	case FIELD_VIA:
		return scan_via(scan, value);
	case FIELD_CONTACT:
		return scan_contact(scan, value);
	case FIELD_RECORD_ROUTE:
		m->has_record_route = true;
		return true;
	case FIELD_REASON:
		m->has_reason = true;
		return true;
	case FIELD_OTHER:
		return true;
	case FIELD_CALL_ID:
		return is_first(scan, name, value) && scan_call_id(scan, value);
	case FIELD_CSEQ:
		return is_first(scan, name, value) && scan_cseq(scan, value);
	case FIELD_FROM:
		return is_first(scan, name, value) &&
		    scan_tagged(scan, value, &m->from, &m->from_tag);
	case FIELD_TO:
		return is_first(scan, name, value) &&
		    scan_tagged(scan, value, &m->to, &m->to_tag);
	case FIELD_CONTENT_LENGTH:
		return is_first(scan, name, value) &&
		    slice_decimal(value, UINT32_MAX / 8, &scan->length);
	case FIELD_CONTENT_TYPE:
		return is_first(scan, name, value) &&
		    scan_content_type(scan, value);
	case FIELD_DATE:
		m->date = value;
		return is_first(scan, name, value);
	case FIELD_USER_AGENT:
		m->user_agent = value;
		return is_first(scan, name, value);
	case FIELD_SERVER:
		scan->server = value;
		return is_first(scan, name, value);
	default:
		return false;
	}
}

/* Does the line begin with this name, and a colon behind it? */
static inline bool
is_called(struct slice line, const char *name, size_t len, size_t *colon)
{
	*colon = len - 1;
	return line.len >= len && memcmp(line.p, name, len) == 0;
}

#define IS(name) is_called(line, name ":", sizeof(name), colon)

/*
 * The field's name as nearly all write it: a comparison or two recognize it,
 * so it need not be read octet by octet.  Any other is read by read_name().
 */
static inline bool
usual_name(struct slice line, size_t *colon, enum field_name *name)
{
	switch (line.p[0]) {
	case 'V':
		*name = FIELD_VIA;
		return IS("Via");
	case 'M':
		*name = FIELD_OTHER;
		return IS("Max-Forwards");
	case 'F':
		*name = FIELD_FROM;
		return IS("From");
	case 'T':
		*name = FIELD_TO;
		return IS("To");
	case 'U':
		*name = FIELD_USER_AGENT;
		return IS("User-Agent");
	case 'D':
		*name = FIELD_DATE;
		return IS("Date");
	case 'R':
		*name = FIELD_RECORD_ROUTE;
		return IS("Record-Route");
	case 'C':
		*name = IS("Call-ID")      ? FIELD_CALL_ID
		    : IS("CSeq")           ? FIELD_CSEQ
		    : IS("Contact")        ? FIELD_CONTACT
		    : IS("Content-Length") ? FIELD_CONTENT_LENGTH
		    : IS("Content-Type")   ? FIELD_CONTENT_TYPE
					   : FIELD_MALFORMED;
		return *name != FIELD_MALFORMED;
	default:
		return false;
	}
}

#undef IS

static bool
read_name(
    struct scan *scan, struct slice line, size_t *colon, enum field_name *name)
{
	*colon = scanvalue_span(scan->map, line, 0, SCANVALUE_TOKEN);
	*name = field_name_of(slice_of(line.p, *colon));
	return *colon > 0 && line.p[*colon] == ':';
}

static bool
scan_line(struct scan *scan, struct slice line)
{
	enum field_name name;
	size_t colon;

	return (usual_name(line, &colon, &name) ||
		   read_name(scan, line, &colon, &name)) &&
	    scan_field(scan, name,
		scanvalue_without_blanks(
		    slice_of(line.p + colon + 1, line.len - colon - 1)));
}

static bool
scan_start_line(struct scan *scan, struct slice line)
{
	struct sip_message *m = scan->m;
	size_t method, uri;
	uint64_t status;

	m->start_line = line;
	if (line.len < 13)
		return false;
	if (memcmp(line.p, "SIP/2.0 ", 8) == 0) {
		if (!slice_decimal(slice_between(line, 8, 11), 699, &status) ||
		    status < 100 || line.p[11] != ' ')
			return false;
		m->status = (unsigned)status;
		m->reason = scanvalue_without_blanks(slice_after(line, 12));
		return true;
	}
	method = scanvalue_span(scan->map, line, 0, SCANVALUE_TOKEN);
	m->is_request = true;
	m->method = slice_first(line, method);
	uri = method + 1;
	if (method == 0 || line.p[method] != ' ' ||
	    !scanvalue_uri(scan->map, line, &uri, true))
		return false;
	m->request_uri = slice_of(line.p + method + 1, uri - method - 1);
	return line.len - uri == 8 && memcmp(line.p + uri, " SIP/2.0", 8) == 0;
}

/* Are there no more parts than libosip2 may be given?  All of them are marked,
 * so few marks need no count. */
static bool
is_short(const struct scan *scan, struct slice head)
{
	size_t parts = scan->lines + 1; /* and the blank line */

	if (scan->map->marks <= KEYS_MOST_PARTS)
		return true;
	for (size_t i = 0; i < head.len; i++)
		parts += head.p[i] == ',' || head.p[i] == ';' ||
		    head.p[i] == '&' || head.p[i] == '<';
	return parts <= KEYS_MOST_PARTS;
}

/* The head is done; what follows is the body. */
static bool
conclude(struct scan *scan, struct slice body)
{
	struct sip_message *m = scan->m;
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
	m->scanned = true;
	return true;
}

enum scan_verdict
scan_message(struct slice octets, const struct message_limits *limits,
    struct sip_message *m)
{
	struct scanmap map;
	struct scan scan = { .m = m, .map = &map };
	struct slice line;

	while (octets.len > 0 && (octets.p[0] == '\r' || octets.p[0] == '\n'))
		octets = slice_after(octets, 1);
	if (octets.len == 0 || !scanvalue_is(octets.p[0], SCANVALUE_TOKEN))
		return SCAN_FOREIGN;
	*m = (struct sip_message){ .vias = 0 };
	scanmap_begin(&map, octets);
	if (octets.len > limits->octets)
		return SCAN_IRREGULAR;
	for (;; scan.lines++) {
		if (!scanmap_line(&map, &line))
			return SCAN_IRREGULAR;
		if (line.len == 0)
			break;
		if (!(scan.lines == 0 ? scan_start_line(&scan, line)
				      : scan_line(&scan, line)))
			return SCAN_IRREGULAR;
	}
	if (scan.lines > limits->headers + 1 ||
	    !is_short(&scan, slice_first(octets, map.next)) ||
	    !conclude(&scan, slice_after(octets, map.next)))
		return SCAN_IRREGULAR;
	return SCAN_PARSED;
}
