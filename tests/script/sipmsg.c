/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/sipmsg.h"

#include <ctype.h>
#include <strings.h>
#include <time.h>

static struct sipmsg_header *
find(struct sipmsg *m, const char *name)
{
	for (size_t i = 0; i < m->headers; i++)
		if (strcasecmp(m->header[i].name, name) == 0)
			return &m->header[i];
	return NULL;
}

static const char *
value_of(const struct sipmsg *m, const char *name)
{
	for (size_t i = 0; i < m->headers; i++)
		if (strcasecmp(m->header[i].name, name) == 0)
			return m->header[i].value;
	return "";
}

static void
add(struct sipmsg *m, const char *name, const char *value)
{
	if (m->headers == SIPMSG_HEADERS)
		words_fail("more than %d headers", SIPMSG_HEADERS);
	m->header[m->headers++] =
	    (struct sipmsg_header){ .name = name, .value = value };
}

static void
set(struct sipmsg *m, const char *name, const char *value)
{
	struct sipmsg_header *old = find(m, name);

	if (old == NULL)
		add(m, name, value);
	else
		old->value = value;
}

static void
drop(struct sipmsg *m, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->headers; i++)
		if (strcasecmp(m->header[i].name, name) != 0)
			m->header[kept++] = m->header[i];
	m->headers = kept;
	if (strcasecmp(name, "Content-Length") == 0)
		m->no_length = true;
}

/* Stories are long: what they repeat is looked up, not searched. */
static unsigned
bucket_of(const char *name)
{
	unsigned hash = 5381;

	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash % SIPMSG_BUCKETS;
}

static struct sipmsg *
request_named(const struct sipmsgs *all, const char *name)
{
	struct sipmsg *m = all->requests[bucket_of(name)];

	while (m != NULL && strcmp(m->name, name) != 0)
		m = m->namesake;
	return m;
}

struct sipmsg *
sipmsg_named(const struct sipmsgs *all, const char *name)
{
	struct sipmsg *m = all->latest;

	if (m == NULL)
		words_fail("no message was sent yet");
	if (name != NULL)
		m = request_named(all, name);
	if (m == NULL)
		words_fail("no request is named '%s'", name);
	return m;
}

static const char *
host_text(const struct endpoint *e, bool port)
{
	char text[80];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	endpoint_write(&t, e);
	if (!port)
		*strrchr(text, ':') = '\0';
	return octets_text("%s", text);
}

static const char *
via_text(const struct sipmsg *m, bool tcp, const char *branch)
{
	if (strcmp(branch, "none") == 0)
		return octets_text("SIP/2.0/%s %s", tcp ? "TCP" : "UDP",
		    host_text(&m->from, true));
	return octets_text("SIP/2.0/%s %s;branch=%s", tcp ? "TCP" : "UDP",
	    host_text(&m->from, true), branch);
}

/* The defaults of a new request. */
static void
fresh_request(struct sipmsg *m, bool tcp, struct words *w)
{
	const unsigned long below = words_number(w, "vias", 1, 100);
	const char *call = words_value(w, "call");
	const char *branch = words_value(w, "branch");
	const char *name = m->name;

	if (call == NULL)
		call = octets_text("%s@example.com", name);
	if (branch == NULL)
		branch = octets_text("z9hG4bK-%s", name);
	m->cseq = words_number(w, "cseq", 1, UINT32_MAX);
	add(m, "Via", via_text(m, tcp, branch));
	for (unsigned long i = 2; i <= below; i++)
		add(m, "Via",
		    octets_text("SIP/2.0/UDP 192.0.2.%lu:5060;"
				"branch=z9hG4bK-%s-via%lu",
			100 + i, name, i));
	add(m, "Max-Forwards", "70");
	add(m, "From", octets_text("<sip:alice@example.com>;tag=f-%s", name));
	add(m, "To", "<sip:bob@example.com>");
	add(m, "Call-ID", call);
	add(m, "CSeq", octets_text("%lu %s", m->cseq, m->method));
	if (strcmp(m->method, "INVITE") == 0)
		add(m, "Contact",
		    octets_text("<sip:%s>", host_text(&m->from, true)));
}

/* The same request one hop on (`hop'), or tried at another server. */
static void
forwarded_request(struct sipmsg *m, const struct sipmsg *from, bool hop,
    bool tcp, struct words *w)
{
	const char *branch = words_value(w, "branch");
	const char *via;

	if (branch == NULL)
		branch = octets_text("z9hG4bK-%s", m->name);
	via = via_text(m, tcp, branch);
	m->cseq = from->cseq;
	m->body = from->body;
	if (hop)
		add(m, "Via", via);
	for (size_t i = 0; i < from->headers; i++)
		add(m, from->header[i].name, from->header[i].value);
	if (!hop)
		set(m, "Via", via);
}

/* ACK, CANCEL, or the next request of a call. */
static void
later_request(
    struct sipmsg *m, const struct sipmsg *from, bool tcp, struct words *w)
{
	const bool cancel = strcmp(m->method, "CANCEL") == 0;
	const bool ack = strcmp(m->method, "ACK") == 0;
	const bool again = strcmp(m->method, from->method) == 0;
	const struct sipmsg *answer = from->answer;
	const bool same_branch =
	    cancel || (ack && (answer == NULL || answer->status >= 300));
	const char *branch = words_value(w, "branch");

	if (branch == NULL)
		branch = octets_text("z9hG4bK-%s-%u", m->name, m->status);
	m->cseq = words_number(
	    w, "cseq", from->cseq + (cancel || ack ? 0 : 1), UINT32_MAX);
	if (same_branch)
		m->uri = from->uri;
	add(m, "Via",
	    same_branch ? value_of(from, "Via") : via_text(m, tcp, branch));
	add(m, "Max-Forwards", "70");
	add(m, "From", value_of(from, "From"));
	add(m, "To",
	    value_of(cancel || again || answer == NULL ? from : answer, "To"));
	add(m, "Call-ID", value_of(from, "Call-ID"));
	add(m, "CSeq", octets_text("%lu %s", m->cseq, m->method));
}

static const char *
reason_of(unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} reasons[] = { { 100, "Trying" }, { 180, "Ringing" },
		{ 181, "Call Is Being Forwarded" }, { 182, "Queued" },
		{ 183, "Session Progress" }, { 200, "OK" }, { 202, "Accepted" },
		{ 302, "Moved Temporarily" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 407, "Proxy Authentication Required" },
		{ 408, "Request Timeout" }, { 480, "Temporarily Unavailable" },
		{ 481, "Call/Transaction Does Not Exist" },
		{ 486, "Busy Here" }, { 487, "Request Terminated" },
		{ 488, "Not Acceptable Here" },
		{ 500, "Server Internal Error" },
		{ 503, "Service Unavailable" }, { 504, "Server time-out" },
		{ 603, "Decline" } };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Whatever";
}

static void
response(struct sipmsg *m, struct sipmsg *request)
{
	const char *to = value_of(request, "To");

	m->answers = request;
	m->name = request->name;
	m->method = request->method;
	m->uri = request->uri;
	m->cseq = request->cseq;
	for (size_t i = 0; i < request->headers; i++)
		if (strcasecmp(request->header[i].name, "Via") == 0)
			add(m, "Via", request->header[i].value);
	if (m->status > 100 && strstr(to, ";tag=") == NULL)
		to = octets_text("%s;tag=t-%s", to, m->name);
	add(m, "From", value_of(request, "From"));
	add(m, "To", to);
	add(m, "Call-ID", value_of(request, "Call-ID"));
	add(m, "CSeq", value_of(request, "CSeq"));
	if (m->status > 100)
		request->answer = m;
}

/* The latest request that went the other way. */
static struct sipmsg *
request_to_answer(const struct sipmsgs *all, const struct endpoint *from,
    const struct endpoint *to)
{
	for (struct sipmsg *m = all->latest; m != NULL; m = m->earlier)
		if (m->status == 0 && endpoint_equal(&m->from, to) &&
		    endpoint_equal(&m->to, from) &&
		    strcmp(m->method, "ACK") != 0)
			return m;
	words_fail("no request went the other way: say for=NAME");
}

static void
take_name(struct sipmsgs *all, struct sipmsg *m)
{
	struct sipmsg **bucket = &all->requests[bucket_of(m->name)];

	if (request_named(all, m->name) != NULL)
		words_fail("another request is named '%s'", m->name);
	m->namesake = *bucket;
	*bucket = m;
}

static void
request(struct sipmsgs *all, struct sipmsg *m, bool tcp, struct words *w)
{
	const char *name = words_value(w, "as");
	const char *later = words_value(w, "for");
	const char *hop = words_value(w, "hop");
	const char *retry = words_value(w, "retry");
	const char *from = later != NULL ? later : hop != NULL ? hop : retry;
	const struct sipmsg *before =
	    from == NULL ? NULL : sipmsg_named(all, from);
	const char *uri = words_value(w, "uri");

	m->name = name != NULL ? name : octets_text("%u", all->count);
	take_name(all, m);
	m->uri = octets_text("sip:%s", host_text(&m->to, true));
	if (before == NULL) {
		fresh_request(m, tcp, w);
	} else if (later != NULL) {
		later_request(m, before, tcp, w);
	} else {
		m->uri = before->uri;
		forwarded_request(m, before, hop != NULL, tcp, w);
	}
	if (uri != NULL)
		m->uri = uri;
}

struct sipmsg *
sipmsg_build(struct sipmsgs *all, const char *what, const struct endpoint *from,
    const struct endpoint *to, nstime wall, bool tcp, struct words *w)
{
	struct sipmsg *m = octets_alloc(sizeof(*m));

	all->count++;
	m->from = *from;
	m->to = *to;
	if (isdigit((unsigned char)*what)) {
		const char *name = words_value(w, "for");

		m->status = (unsigned)words_number_of(what, 999);
		response(m,
		    name == NULL ? request_to_answer(all, from, to)
				 : sipmsg_named(all, name));
	} else {
		m->method = what;
		request(all, m, tcp, w);
	}
	sipmsg_date(all, m, wall, w);
	m->earlier = all->latest;
	all->latest = m;
	return m;
}

/* Name: value | + Name: value | - Name | body TEXT | raw TEXT | hex 00ff */
void
sipmsg_detail(struct sipmsg *m, const char *line)
{
	const char *colon = strchr(line, ':');
	const bool more = strncmp(line, "+ ", 2) == 0;

	if (strncmp(line, "body ", 5) == 0) {
		octets_escaped(&m->body, line + 5);
	} else if (strncmp(line, "raw ", 4) == 0) {
		octets_escaped(&m->raw, line + 4);
	} else if (strncmp(line, "hex ", 4) == 0) {
		if (!octets_hex(&m->raw, line + 4))
			words_fail("not hexadecimal");
	} else if (strncmp(line, "- ", 2) == 0) {
		drop(m, line + 2);
	} else if (colon == NULL) {
		words_fail("expected 'Name: value', '- Name', 'body', 'raw' "
			   "or 'hex' after |");
	} else {
		const char *start = line + (more ? 2 : 0);
		struct octets value = { .len = 0 };

		octets_escaped(&value, colon + 1 + strspn(colon + 1, " "));
		octets_u8(&value, 0);
		if (strlen((const char *)value.p) + 1 != value.len)
			words_fail("\\0 in a header: write the message raw");
		(more ? add : set)(m,
		    octets_text("%.*s", (int)(colon - start), start),
		    (const char *)value.p);
	}
}

static const char *
date_text(nstime wall)
{
	const nstime before = wall < 0 ? NSTIME_S - 1 : 0;
	const time_t seconds = (wall - before) / NSTIME_S;
	char text[64];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	return octets_text("%s", text);
}

static const struct sipmsg_clock *
clock_of(const struct sipmsgs *all, const struct address *host)
{
	for (const struct sipmsg_clock *c = all->clocks; c != NULL;
	     c = c->following)
		if (endpoint_address_equal(&c->host, host))
			return c;
	return NULL;
}

nstime
sipmsg_clock_shows(
    const struct sipmsgs *all, const struct address *host, nstime wall)
{
	const struct sipmsg_clock *c = clock_of(all, host);

	if (c == NULL)
		return wall;
	return wall + c->offset +
	    (nstime)((double)c->drift_a_day *
		((double)(wall - c->since) / 86400e9));
}

void
sipmsg_date(
    const struct sipmsgs *all, struct sipmsg *m, nstime wall, struct words *w)
{
	const struct sipmsg_clock *c = clock_of(all, &m->from.address);
	const char *extra = words_value(w, "date");
	const bool asked = words_has(w, "date") || extra != NULL;

	if (words_has(w, "nodate") || (c == NULL && !asked))
		return;
	if (extra != NULL)
		wall += words_duration(extra);
	set(m, "Date",
	    date_text(sipmsg_clock_shows(all, &m->from.address, wall)));
}

void
sipmsg_clock(struct sipmsgs *all, const struct address *host, nstime offset,
    nstime drift_a_day, nstime wall)
{
	struct sipmsg_clock *c = octets_alloc(sizeof(*c));

	*c = (struct sipmsg_clock){
		.following = all->clocks,
		.host = *host,
		.offset = offset,
		.drift_a_day = drift_a_day,
		.since = wall,
	};
	all->clocks = c;
}

struct octets
sipmsg_octets(const struct sipmsg *m)
{
	struct octets o = { .len = 0 };

	if (m->raw.len > 0)
		return m->raw;
	if (m->status == 0)
		octets_print(&o, "%s %s SIP/2.0\r\n", m->method, m->uri);
	else
		octets_print(
		    &o, "SIP/2.0 %u %s\r\n", m->status, reason_of(m->status));
	for (size_t i = 0; i < m->headers; i++)
		octets_print(
		    &o, "%s: %s\r\n", m->header[i].name, m->header[i].value);
	if (!m->no_length && *value_of(m, "Content-Length") == '\0' &&
	    *value_of(m, "l") == '\0')
		octets_print(&o, "Content-Length: %zu\r\n", m->body.len);
	octets_print(&o, "\r\n");
	octets_slice(&o, octets_view(&m->body));
	return o;
}

void
sipmsg_pad(struct sipmsg *m, size_t size)
{
	static const char filler[] = "The quick brown fox jumps. ";
	const size_t digits = 20; /* of a Content-Length that grows */
	size_t len, wanted;

	if (*value_of(m, "Content-Type") == '\0')
		add(m, "Content-Type", "text/plain");
	while ((len = sipmsg_octets(m).len) < size) {
		wanted = m->body.len +
		    (size - len > digits ? size - len - digits : 1);
		while (m->body.len < wanted)
			octets_u8(&m->body,
			    (unsigned char)
				filler[m->body.len % (sizeof(filler) - 1)]);
	}
}
