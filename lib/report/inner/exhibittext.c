/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/exhibittext.h"

#include "net/decode.h"
#include "net/ip.h"
#include "sip/sipdate.h"
#include "witness/ntp.h"

/* Is it a copy of the request, sent by the client that waited? */
static bool
is_copy(const struct exhibittext *x, const struct packetring_packet *p)
{
	const struct slice content = packetring_content(p);
	const struct slice method =
	    slice_first(content, slice_index(content, ' '));

	return x->method.len > 0 && slice_equal(method, x->method) &&
	    exhibitpick_has_call_id(&x->pick->about, p) &&
	    endpoint_equal(&p->layers.from, &x->pick->about.client);
}

static bool
same_source(
    const struct packetring_packet *a, const struct packetring_packet *b)
{
	return a->agent_number == b->agent_number &&
	    endpoint_address_equal(&a->agent, &b->agent);
}

void
exhibittext_init(struct exhibittext *x, const struct exhibitpick *pick,
    const struct alert_event *event)
{
	const struct packetring_packet *one = NULL;
	uint64_t found = 0;

	*x = (struct exhibittext){
		.pick = pick,
		.event = event,
		.method = evidence_get(event->evidence, "method"),
	};
	for (size_t i = 0; i < pick->count; i++) {
		const struct packetring_packet *const p = pick->packets[i];

		if (!is_copy(x, p))
			continue;
		x->shared = x->shared || (one != NULL && !same_source(one, p));
		one = p;
		found++;
	}
	x->copies = (uint64_t)evidence_number(
	    event->evidence, "copies", (int64_t)found);
	if (x->shared)
		return;
	if (x->copies < found)
		x->copies = found;
	x->before = x->copies - found;
}

static void
write_copy(
    struct exhibittext *x, const struct packetring_packet *p, struct textbuf *t)
{
	x->seen++;
	if (x->shared) {
		textbuf_add(t, "of the request, of which ");
		textbuf_uint(t, x->copies);
		textbuf_add(t, " were sent");
	} else if (x->copies > 1) {
		textbuf_add(t, "copy ");
		textbuf_uint(t, x->before + x->seen);
		textbuf_add(t, " of ");
		textbuf_uint(t, x->copies);
	} else {
		textbuf_add(t, "the request");
	}
	x->sent = p->layers.kind == LAYERS_TCP;
	x->end = p->layers.sequence + (uint32_t)packetring_content(p).len;
}

/* The first segment that acknowledges the request, and has nothing itself. */
static bool
is_acknowledgement(
    const struct exhibittext *x, const struct packetring_packet *p)
{
	const struct layers *l = &p->layers;

	return x->sent && l->kind == LAYERS_TCP && (l->flags & TCP_ACK) != 0 &&
	    packetring_content(p).len == 0 &&
	    endpoint_equal(&l->from, &x->pick->about.server) &&
	    endpoint_equal(&l->to, &x->pick->about.client) &&
	    (int32_t)(l->acknowledgement - x->end) >= 0;
}

static void
write_response(struct slice content, struct textbuf *t)
{
	static const char version[] = "SIP/2.0 ";
	const struct slice status =
	    slice_first(slice_after(content, strlen(version)), 3);
	uint64_t n;

	if (!slice_starts_with(content, version) ||
	    !slice_decimal(status, 999, &n))
		return;
	textbuf_add(t, n < 200 ? "provisional response " : "response ");
	textbuf_uint(t, n);
}

static bool
write_flags(const struct layers *l, struct textbuf *t)
{
	if (l->kind == LAYERS_ICMP)
		textbuf_add(t, "ICMP about a packet of these hosts");
	else if (l->kind != LAYERS_TCP)
		return false;
	else if ((l->flags & TCP_RST) != 0)
		textbuf_add(t, "reset");
	else if ((l->flags & TCP_SYN) != 0)
		textbuf_add(t,
		    (l->flags & TCP_ACK) != 0 ? "connection accepted"
					      : "connection attempt");
	else if ((l->flags & TCP_FIN) != 0)
		textbuf_add(t, "connection closed");
	return t->len > 0;
}

/* The value of a Date field, whose name is at the start of a line. */
static struct slice
date_of(struct slice content)
{
	static const char name[] = "\nDate:";
	const size_t at = slice_find(content, name);
	struct slice value = slice_after(content, at + strlen(name));

	value = slice_first(value, slice_index(value, '\n'));
	return slice_trim(value);
}

static void
write_clock(const struct packetring_packet *p, struct textbuf *t)
{
	struct sipdate_stats stats = { .exact = 0 };
	struct sipdate date;
	nstime wall;

	if (sipdate_parse(date_of(packetring_content(p)), &date, &stats) &&
	    sipdate_wall(&date, &wall, &stats)) {
		textbuf_add(t, "its Date is ");
		textbuf_seconds(t, wall - p->packet.wall, 1);
		textbuf_add(t, " s from the time of this capture");
	} else if (p->layers.kind == LAYERS_UDP &&
	    p->layers.from.port == NTP_PORT) {
		textbuf_add(t, "NTP: the time of its clock");
	}
}

static bool
tells_its_clock(const struct exhibittext *x, const struct packetring_packet *p)
{
	const struct address *host = &x->pick->about.host;

	return host->version != 0 &&
	    endpoint_address_equal(host, &p->layers.from.address);
}

static void
write_role(
    struct exhibittext *x, const struct packetring_packet *p, struct textbuf *t)
{
	if (is_copy(x, p)) {
		write_copy(x, p, t);
	} else if (is_acknowledgement(x, p)) {
		textbuf_add(t, "ACK of these octets");
		if (x->event->kind == FINDING_TRANSACTION_TIMEOUT)
			textbuf_add(t, ", nothing followed");
		x->sent = false;
	} else if (exhibitpick_has_call_id(&x->pick->about, p)) {
		write_response(packetring_content(p), t);
	} else if (!write_flags(&p->layers, t) && tells_its_clock(x, p)) {
		write_clock(p, t);
	}
}

/* Its headers are made up, whatever carried it. */
static void
write_agent(const struct packetring_packet *p, struct textbuf *t)
{
	if (t->len > 0)
		textbuf_add(t, "; ");
	textbuf_add(t, "handed on by HEP agent ");
	endpoint_address_write(t, &p->agent);
	if (p->agent_number != 0) {
		textbuf_add(t, " (number ");
		textbuf_uint(t, p->agent_number);
		textbuf_add(t, ")");
	}
	textbuf_add(t, ", its IP and UDP headers are made up");
	if (p->protocol != 0 && p->protocol != IP_UDP) {
		textbuf_add(t, ", it was sent by protocol ");
		textbuf_uint(t, p->protocol);
	}
}

void
exhibittext_write(struct exhibittext *x, size_t i, struct textbuf *t)
{
	const struct packetring_packet *p = x->pick->packets[i];

	write_role(x, p, t);
	if (p->agent.version != 0)
		write_agent(p, t);
}
