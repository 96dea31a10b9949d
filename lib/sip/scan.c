/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/scan.h"

#include "sip/inner/field.h"
#include "sip/inner/keys.h"
#include "sip/inner/scanline.h"
#include "sip/inner/scanvalue.h"

/* The fields that every message has, as bits; and that its tail was looked for,
 * which begins behind the last of them. */
#define BIT(name) (1U << (name))
#define NEEDED                                                                 \
	(BIT(FIELD_VIA) | BIT(FIELD_CALL_ID) | BIT(FIELD_CSEQ) |               \
	    BIT(FIELD_FROM) | BIT(FIELD_TO))
#define IN_TAIL BIT(31)

/* A tail that is not known, and what had been found before it. */
struct scan_tail {
	struct scantail *set; /* NULL: it will not be kept */
	size_t at, lines;
	unsigned seen, vias;
	bool has_record_route, has_reason;
};

struct scan {
	struct sip_message *m;
	struct scanmap *map;
	struct scan_tail tail;
	size_t parts; /* in a known tail, which the map may not have */
	struct scanlines *known; /* NULL: nothing is remembered */
	struct scanline *place;  /* of the line that is being read, or NULL */
	struct slice cseq_method, server;
	uint64_t length;
	size_t lines;  /* without the blank one */
	unsigned seen; /* fields that may come once and the needed, as bits */
};

/* Is the line known?  Then so are its parts. */
static inline bool
recall(struct scan *scan, enum field_name kind, struct slice line,
    struct scanparts *parts)
{
	scan->place = scan->known == NULL
	    ? NULL
	    : scanline_place(scan->known, kind, line);
	if (scan->place == NULL || !scanline_is(scan->place, kind, line))
		return false;
	scanline_read(scan->known, scan->place, line, parts);
	return true;
}

/* It was not, and has been read. */
static inline void
keep(struct scan *scan, enum field_name kind, struct slice line,
    const struct scanparts *parts)
{
	if (scan->place != NULL)
		scanline_keep(scan->known, scan->place, kind, line, parts);
}

/* A From names the caller, and its tag is of one dialog: hardly any comes
 * again soon enough to be known. */
static bool
scan_from(struct scan *scan, struct slice s)
{
	scan->m->from = s;
	return scanvalue_address(scan->map, s, &scan->m->from_tag);
}

static bool
scan_to(struct scan *scan, struct slice line, struct slice s)
{
	struct scanparts parts;

	scan->m->to = s;
	if (recall(scan, FIELD_TO, line, &parts)) {
		scan->m->to_tag = parts.part[0];
		return true;
	}
	if (!scanvalue_address(scan->map, s, &scan->m->to_tag))
		return false;
	keep(scan, FIELD_TO, line, &(struct scanparts){ { scan->m->to_tag } });
	return true;
}

static bool
scan_contact(struct scan *scan, struct slice line, struct slice s)
{
	struct scanparts parts = { { { NULL, 0 } } };
	struct slice tag;

	if (recall(scan, FIELD_CONTACT, line, &parts))
		return true;
	if (!slice_is(s, "*") &&
	    (s.len == 0 || !scanvalue_address(scan->map, s, &tag)))
		return false;
	keep(scan, FIELD_CONTACT, line, &parts);
	return true;
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
is_content_type(const struct scanmap *map, struct slice s)
{
	const size_t slash = scanvalue_span(map, s, 0, SCANVALUE_TOKEN);
	size_t end;

	if (slash == 0 || s.p[slash] != '/')
		return false;
	end = scanvalue_span(map, s, slash + 1, SCANVALUE_TOKEN);
	return end > slash + 1 && scanvalue_params(map, s, &end) &&
	    scanvalue_is_last(s, end);
}

static bool
scan_content_type(struct scan *scan, struct slice line, struct slice s)
{
	struct scanparts parts = { { { NULL, 0 } } };

	scan->m->content_type = s;
	if (recall(scan, FIELD_CONTENT_TYPE, line, &parts))
		return true;
	if (!is_content_type(scan->map, s))
		return false;
	keep(scan, FIELD_CONTENT_TYPE, line, &parts);
	return true;
}

/* A message may have one of these; and it must not be empty. */
static inline bool
is_first(struct scan *scan, enum field_name name, struct slice value)
{
	const unsigned bit = BIT(name);
	const bool first = (scan->seen & bit) == 0;

	scan->seen |= bit;
	return first && value.len > 0;
}

SCANMAP_INLINE bool
scan_field(struct scan *scan, enum field_name name, struct slice line,
    struct slice value)
{
	struct sip_message *m = scan->m;

	switch (name) {
	case FIELD_VIA:
		scan->seen |= BIT(FIELD_VIA);
		return scan_via(scan, value);
	case FIELD_CONTACT:
		return scan_contact(scan, line, value);
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
		return is_first(scan, name, value) && scan_from(scan, value);
	case FIELD_TO:
		return is_first(scan, name, value) &&
		    scan_to(scan, line, value);
	case FIELD_CONTENT_LENGTH:
		return is_first(scan, name, value) &&
		    slice_decimal(value, UINT32_MAX / 8, &scan->length);
	case FIELD_CONTENT_TYPE:
		return is_first(scan, name, value) &&
		    scan_content_type(scan, line, value);
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

/* Where the line begins with this name and a colon behind it, *good is whether
 * its value was read. */
SCANMAP_INLINE bool
is_called(struct scan *scan, struct slice line, const char *name, size_t len,
    enum field_name field, bool *good)
{
	if (line.len < len || memcmp(line.p, name, len) != 0)
		return false;
	*good = scan_field(scan, field, line,
	    scanvalue_without_blanks(slice_after(line, len)));
	return true;
}

#define IS(name, field)                                                        \
	is_called(scan, line, name ":", sizeof(name), field, good)

SCANMAP_INLINE bool
scan_usual_in_c(struct scan *scan, struct slice line, bool *good)
{
	switch (line.p[1]) {
	case 'a':
		return IS("Call-ID", FIELD_CALL_ID);
	case 'S':
		return IS("CSeq", FIELD_CSEQ);
	default:
		return IS("Contact", FIELD_CONTACT) ||
		    IS("Content-Length", FIELD_CONTENT_LENGTH) ||
		    IS("Content-Type", FIELD_CONTENT_TYPE);
	}
}

/*
 * A field whose name is written as nearly all write it: a comparison or two
 * recognize it, so it need not be read octet by octet, and lead straight to
 * what reads its value.  Any other is read by read_name().
 */
SCANMAP_INLINE bool
scan_usual(struct scan *scan, struct slice line, bool *good)
{
	switch (line.p[0]) {
	case 'V':
		return IS("Via", FIELD_VIA);
	case 'M':
		return IS("Max-Forwards", FIELD_OTHER);
	case 'F':
		return IS("From", FIELD_FROM);
	case 'T':
		return IS("To", FIELD_TO);
	case 'U':
		return IS("User-Agent", FIELD_USER_AGENT);
	case 'D':
		return IS("Date", FIELD_DATE);
	case 'R':
		return IS("Record-Route", FIELD_RECORD_ROUTE);
	case 'C':
		return scan_usual_in_c(scan, line, good);
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
scan_unusual(struct scan *scan, struct slice line)
{
	enum field_name name;
	size_t colon;

	return read_name(scan, line, &colon, &name) &&
	    scan_field(scan, name, line,
		scanvalue_without_blanks(slice_after(line, colon + 1)));
}

static bool
scan_line(struct scan *scan, struct slice line)
{
	bool good;

	return scan_usual(scan, line, &good) ? good : scan_unusual(scan, line);
}

/* Method and Request-URI. */
static bool
scan_request_line(
    const struct scanmap *map, struct slice line, struct scanparts *parts)
{
	const size_t method = scanvalue_span(map, line, 0, SCANVALUE_TOKEN);
	size_t uri = method + 1;

	if (method == 0 || line.p[method] != ' ' ||
	    !scanvalue_uri(map, line, &uri, true))
		return false;
	parts->part[0] = slice_first(line, method);
	parts->part[1] = slice_of(line.p + method + 1, uri - method - 1);
	return line.len - uri == 8 && memcmp(line.p + uri, " SIP/2.0", 8) == 0;
}

static bool
scan_status_line(struct sip_message *m, struct slice line)
{
	uint64_t status;

	if (!slice_decimal(slice_between(line, 8, 11), 699, &status) ||
	    status < 100 || line.p[11] != ' ')
		return false;
	m->status = (unsigned)status;
	m->reason = scanvalue_without_blanks(slice_after(line, 12));
	return true;
}

static bool
scan_start_line(struct scan *scan, struct slice line)
{
	struct sip_message *m = scan->m;
	struct scanparts parts = { { { NULL, 0 } } };

	m->start_line = line;
	if (line.len < 13)
		return false;
	if (memcmp(line.p, "SIP/2.0 ", 8) == 0)
		return scan_status_line(m, line);
	if (!recall(scan, FIELD_OTHER, line, &parts)) {
		if (!scan_request_line(scan->map, line, &parts))
			return false;
		keep(scan, FIELD_OTHER, line, &parts);
	}
	m->is_request = true;
	m->method = parts.part[0];
	m->request_uri = parts.part[1];
	return true;
}

/* Are there no more parts than libosip2 may be given?  All of them are marked,
 * so few marks need no count. */
static bool
is_short(const struct scan *scan, struct slice head)
{
	size_t parts = scan->lines + 1; /* and the blank line */

	if (scan->map->marks + scan->parts <= KEYS_MOST_PARTS)
		return true;
	for (size_t i = 0; i < head.len; i++)
		parts += head.p[i] == ',' || head.p[i] == ';' ||
		    head.p[i] == '&' || head.p[i] == '<';
	return parts <= KEYS_MOST_PARTS;
}

static struct slice
part_of(struct slice tail, struct scantail_part part)
{
	return slice_of(tail.p + part.at, part.len);
}

static void
read_tail(
    struct scan *scan, struct slice tail, const struct scantail_found *found)
{
	struct sip_message *m = scan->m;

	scan->seen |= found->seen;
	scan->lines += found->lines;
	scan->parts = found->parts;
	scan->map->next += tail.len;
	m->has_record_route |= found->has_record_route;
	m->has_reason |= found->has_reason;
	if (found->seen & BIT(FIELD_USER_AGENT))
		m->user_agent = part_of(tail, found->user_agent);
	if (found->seen & BIT(FIELD_SERVER))
		scan->server = part_of(tail, found->server);
	if (found->seen & BIT(FIELD_CONTENT_TYPE))
		m->content_type = part_of(tail, found->content_type);
	if (found->seen & BIT(FIELD_DATE))
		m->date = part_of(tail, found->date);
	if (found->seen & BIT(FIELD_CONTENT_LENGTH))
		scan->length = found->length;
}

/* The tail begins.  True: it is known, and the head is done. */
static bool
recall_tail(struct scan *scan)
{
	struct sip_message *m = scan->m;
	const struct scanmap *map = scan->map;
	const struct slice rest = slice_after(map->octets, map->next);
	const struct scantail *known;
	struct scantail *set;

	scan->seen |= IN_TAIL;
	if (scan->known == NULL)
		return false;
	set = scantail_set(
	    &scan->known->tails, rest, scan->cseq_method, m->status);
	if (set == NULL)
		return false;
	known = scantail_find(&scan->known->tails, set, rest);
	if (known != NULL && (scan->seen & known->found.seen) == 0) {
		read_tail(scan, slice_first(rest, known->len), &known->found);
		return true;
	}
	scan->tail = (struct scan_tail){
		.set = set,
		.at = map->next,
		.lines = scan->lines,
		.seen = scan->seen,
		.vias = m->vias,
		.has_record_route = m->has_record_route,
		.has_reason = m->has_reason,
	};
	m->has_record_route = m->has_reason = false;
	return false;
}

static struct scantail_part
part_in(struct slice tail, struct slice part)
{
	if (part.p < tail.p || part.p >= tail.p + tail.len)
		return (struct scantail_part){ 0, 0 };
	return (struct scantail_part){ (uint16_t)(part.p - tail.p),
		(uint16_t)part.len };
}

/* All of it was read. */
static void
keep_tail(struct scan *scan)
{
	const struct scan_tail *begin = &scan->tail;
	const struct slice tail =
	    slice_between(scan->map->octets, begin->at, scan->map->next);
	struct sip_message *m = scan->m;
	const size_t lines = scan->lines - begin->lines;

	if (begin->set == NULL)
		return;
	if (m->vias == begin->vias)
		scantail_keep(&scan->known->tails, begin->set, tail,
		    &(struct scantail_found){
			.lines = (uint16_t)lines,
			.parts = (uint16_t)scan->map->marks,
			.seen = (uint16_t)(scan->seen & ~begin->seen),
			.has_record_route = m->has_record_route,
			.has_reason = m->has_reason,
			.length = (uint32_t)scan->length,
			.user_agent = part_in(tail, m->user_agent),
			.server = part_in(tail, scan->server),
			.content_type = part_in(tail, m->content_type),
			.date = part_in(tail, m->date),
		    });
	m->has_record_route |= begin->has_record_route;
	m->has_reason |= begin->has_reason;
}

/* The head is done; what follows is the body. */
static bool
conclude(struct scan *scan, struct slice body)
{
	struct sip_message *m = scan->m;

	if ((scan->seen & NEEDED) != NEEDED)
		return false;
	if (!m->is_request)
		m->method = scan->cseq_method;
	else if (!slice_equal(m->method, scan->cseq_method))
		return false;
	if (m->user_agent.len == 0)
		m->user_agent = scan->server;
	if (scan->seen & BIT(FIELD_CONTENT_LENGTH)) {
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
    struct scanlines *known, struct sip_message *m)
{
	struct scanmap map;
	struct scan scan = { .m = m, .map = &map, .known = known };
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
		if ((scan.seen & (NEEDED | IN_TAIL)) == NEEDED &&
		    recall_tail(&scan))
			break;
		if (!scanmap_line(&map, &line))
			return SCAN_IRREGULAR;
		if (line.len == 0)
			break;
		if (!(scan.lines == 0 ? scan_start_line(&scan, line)
				      : scan_line(&scan, line)))
			return SCAN_IRREGULAR;
	}
	keep_tail(&scan);
	if (scan.lines > limits->headers + 1 ||
	    !is_short(&scan, slice_first(octets, map.next)) ||
	    !conclude(&scan, slice_after(octets, map.next)))
		return SCAN_IRREGULAR;
	return SCAN_PARSED;
}
