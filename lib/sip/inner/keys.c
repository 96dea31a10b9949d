/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/inner/keys.h"

#include "sip/inner/field.h"
#include "sip/inner/nameaddr.h"
#include "sip/inner/param.h"

/* A Content-Length above this is no length. */
#define LONGEST_BODY 999999999

static size_t
blank_index(struct slice s)
{
	size_t i = 0;

	while (i < s.len && s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r' &&
	    s.p[i] != '\n')
		i++;
	return i;
}

/* host [ COLON port ], blanks allowed around the colon. */
static bool
read_sent_by(struct slice s, struct sip_message_via *via)
{
	const struct slice text = slice_first(s, slice_index(s, '('));
	struct slice host, rest;
	uint64_t port = 0;

	if (text.len > 0 && text.p[0] == '[') {
		const size_t end = slice_index(text, ']');

		if (end == text.len)
			return false;
		host = slice_between(text, 1, end);
		rest = slice_after(text, end + 1);
	} else {
		host = slice_trim(slice_first(text, slice_index(text, ':')));
		host = slice_first(host, blank_index(host));
		rest = text;
	}
	rest = slice_trim(slice_after(rest, slice_index(rest, ':') + 1));
	via->host = host;
	via->port = slice_decimal(rest, UINT16_MAX, &port) ? (uint16_t)port : 0;
	return host.len > 0;
}

/* But for its branch, which is one of the parameters. */
static bool
read_via(
    struct slice element, struct sip_message_via *via, struct slice *params)
{
	struct slice sent = slice_first(element, param_unquoted(element, ";"));
	size_t slash = slice_index(sent, '/');

	*params = slice_after(element, sent.len);
	if (!slice_is_nocase(slice_trim(slice_first(sent, slash)), "SIP"))
		return false;
	sent = slice_after(sent, slash + 1);
	slash = slice_index(sent, '/');
	sent = slice_trim(slice_after(sent, slash + 1));
	via->transport = slice_first(sent, blank_index(sent));
	sent = slice_trim(slice_after(sent, via->transport.len));
	return via->transport.len > 0 && read_sent_by(sent, via);
}

static bool
next_via(struct slice *list, struct sip_message_via *via, struct slice *params)
{
	while (list->len > 0) {
		const size_t comma = param_unquoted(*list, ",");
		const struct slice element = slice_first(*list, comma);

		*list = slice_after(*list, comma + 1);
		if (read_via(slice_trim(element), via, params))
			return true;
	}
	return false;
}

bool
keys_via_next(struct slice *list, struct sip_message_via *via)
{
	struct slice params;

	if (!next_via(list, via, &params))
		return false;
	via->branch = param_value(params, "branch");
	return true;
}

static enum keys_verdict
read_status(struct slice line, struct sip_message *m)
{
	const struct slice rest =
	    slice_trim(slice_after(line, strlen("SIP/2.0")));
	const size_t end = blank_index(rest);
	uint64_t status;

	if (!slice_starts_with_nocase(line, "SIP/2.0 "))
		return KEYS_VERSION;
	if (end != 3 || !slice_decimal(slice_first(rest, end), 699, &status) ||
	    status < 100)
		return KEYS_STATUS;
	m->status = (unsigned)status;
	m->reason = slice_trim(slice_after(rest, end));
	return KEYS_READ;
}

static bool
is_token(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!field_is_token(s.p[i]))
			return false;
	return s.len > 0;
}

static enum keys_verdict
read_request(struct slice line, struct sip_message *m)
{
	const struct slice text = slice_trim(line);
	const struct slice method = slice_first(text, blank_index(text));
	size_t blank = text.len;

	while (blank > 0 && text.p[blank - 1] != ' ')
		blank--;
	m->is_request = true;
	m->method = method;
	m->request_uri = slice_trim(slice_between(text, method.len, blank));
	if (!is_token(method) || m->request_uri.len == 0 ||
	    !slice_starts_with_nocase(slice_after(text, blank), "SIP/"))
		return KEYS_NO_START_LINE;
	if (!slice_is_nocase(slice_after(text, blank), "SIP/2.0"))
		return KEYS_VERSION;
	return KEYS_READ;
}

static void
take_vias(struct keys *k, struct slice list)
{
	struct sip_message_via via = { .port = 0 };
	struct slice params;

	while (next_via(&list, &via, &params)) {
		/* Of the others nobody asks for it. */
		if (k->m.vias == 0)
			via.branch = param_value(params, "branch");
		sip_message_add_via(&k->m, &via);
	}
}

/* Several of one kind are a fault; the first is what most stacks use. */
static void
take_first(struct slice *where, struct slice value)
{
	if (where->len == 0)
		*where = value;
}

struct keys_reading {
	struct keys *k;
	struct slice cseq, server;
	uint64_t length;
	bool has_length;
};

static void
take_length(struct keys_reading *r, struct slice value)
{
	uint64_t length = 0;

	if (!slice_decimal(value, LONGEST_BODY, &length) ||
	    (r->has_length && length != r->length))
		r->k->bad_length = true;
	r->has_length = true;
	r->length = length;
}

static void
take_field(struct keys_reading *r, const struct field *field)
{
	struct sip_message *m = &r->k->m;

	switch (field->name) {
	case FIELD_VIA:
		take_vias(r->k, field->value);
		break;
	case FIELD_CALL_ID:
		take_first(&m->call_id, field->value);
		break;
	case FIELD_CSEQ:
		take_first(&r->cseq, field->value);
		break;
	case FIELD_FROM:
		take_first(&m->from, field->value);
		break;
	case FIELD_TO:
		take_first(&m->to, field->value);
		break;
	case FIELD_DATE:
		take_first(&m->date, field->value);
		break;
	case FIELD_CONTENT_LENGTH:
		take_length(r, field->value);
		break;
	case FIELD_CONTENT_TYPE:
		take_first(&m->content_type, field->value);
		break;
	case FIELD_USER_AGENT:
		take_first(&m->user_agent, field->value);
		break;
	case FIELD_SERVER:
		take_first(&r->server, field->value);
		break;
	case FIELD_RECORD_ROUTE:
		m->has_record_route = true;
		break;
	case FIELD_REASON:
		m->has_reason = true;
		break;
	case FIELD_CONTACT:
	case FIELD_OTHER:
	case FIELD_MALFORMED:
		break;
	}
}

static bool
read_cseq(struct slice value, struct sip_message *m)
{
	const size_t end = blank_index(value);
	const struct slice method = slice_trim(slice_after(value, end));
	uint64_t number;

	if (!slice_decimal(slice_first(value, end), UINT32_MAX, &number) ||
	    !is_token(method))
		return false;
	m->cseq = (uint32_t)number;
	if (!m->is_request)
		m->method = method;
	return true;
}

static enum keys_verdict
conclude(const struct keys_reading *r)
{
	struct sip_message *m = &r->k->m;
	const struct slice method =
	    slice_trim(slice_after(r->cseq, blank_index(r->cseq)));

	if (m->vias == 0)
		return KEYS_NO_VIA;
	if (m->call_id.len == 0)
		return KEYS_NO_CALL_ID;
	if (!read_cseq(r->cseq, m))
		return KEYS_NO_CSEQ;
	if (m->from.len == 0)
		return KEYS_NO_FROM;
	if (m->to.len == 0)
		return KEYS_NO_TO;
	/* Its answer would carry the CSeq's method and match nothing. */
	if (!slice_equal(method, m->method))
		return KEYS_CSEQ_METHOD;
	m->from_tag = nameaddr_tag(m->from);
	m->to_tag = nameaddr_tag(m->to);
	if (m->user_agent.len == 0)
		m->user_agent = r->server;
	return KEYS_READ;
}

static bool
has_lone_return(struct slice s)
{
	for (;;) {
		s = slice_after(s, slice_index(s, '\r'));
		if (s.len == 0)
			return false;
		s = slice_after(s, 1);
		if (s.len == 0 || s.p[0] != '\n')
			return true;
	}
}

/* Of those that libosip2 may be given: it is not counted how many more. */
static bool
has_few_parts(struct slice s)
{
	size_t parts = 0;

	for (size_t i = 0; i < s.len && parts <= KEYS_MOST_PARTS; i++)
		parts += s.p[i] == '\n' || s.p[i] == ',' || s.p[i] == ';' ||
		    s.p[i] == '&' || s.p[i] == '<';
	return parts <= KEYS_MOST_PARTS;
}

/* A NUL is allowed only in a quoted pair (RFC 4475 section 3.1.1.2). */
static bool
check_octets(struct keys *k)
{
	const struct slice head = k->head;
	size_t i = slice_index(head, 0);

	k->plain =
	    i == head.len && !has_lone_return(head) && has_few_parts(head);
	while (i < head.len) {
		if (i == 0 || head.p[i - 1] != '\\')
			return false;
		i++;
		i += slice_index(slice_after(head, i), 0);
	}
	return true;
}

static void
take_body(struct keys_reading *r, struct slice body)
{
	struct keys *k = r->k;

	if (r->has_length && !k->bad_length) {
		k->short_body = r->length > body.len;
		body = slice_first(body, (size_t)r->length);
	}
	k->m.body = body;
}

enum keys_verdict
keys_read(struct slice octets, size_t max_headers, struct keys *keys)
{
	struct keys_reading r = { .k = keys };
	struct slice rest = octets, body;
	enum keys_verdict verdict;
	struct field field;

	*keys = (struct keys){ .m.start_line = field_line(&rest) };
	verdict = slice_starts_with_nocase(keys->m.start_line, "SIP/")
	    ? read_status(keys->m.start_line, &keys->m)
	    : read_request(keys->m.start_line, &keys->m);
	if (verdict != KEYS_READ)
		return verdict;
	for (size_t n = 1; field_next(&rest, &field); n++) {
		if (n > max_headers)
			return KEYS_HEADERS;
		take_field(&r, &field);
	}
	body = field_body(rest);
	keys->head = slice_first(octets, octets.len - body.len);
	if (!check_octets(keys))
		return KEYS_NUL;
	take_body(&r, body);
	return conclude(&r);
}
