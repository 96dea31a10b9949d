/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/requote.h"

#include "base/textbuf.h"

static void
add(struct requote_head *h, struct slice octets)
{
	h->full |= octets.len > sizeof(h->octets) - h->len;
	if (h->full || octets.len == 0)
		return;
	memcpy(h->octets + h->len, octets.p, octets.len);
	h->len += octets.len;
}

static void
add_line(struct requote_head *h, const char *name, struct slice value)
{
	add(h, slice_text(name));
	add(h, value);
	add(h, slice_text("\r\n"));
}

static void
add_via(struct requote_head *h, const struct txntable_outcome *o)
{
	char text[128];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	textbuf_add(&t, "Via: SIP/2.0/");
	textbuf_add(&t, o->transport == TXNTABLE_UDP ? "UDP " : "TCP ");
	endpoint_write(&t, &o->uac);
	if (o->branch.len > 0)
		textbuf_add(&t, ";branch=");
	add(h, textbuf_slice(&t));
	add_line(h, "", o->branch);
}

/* Of a method that has no name in the table the outcome says "other". */
static struct slice
method_of(const struct txntable_outcome *o)
{
	return slice_first(o->start_line, slice_index(o->start_line, ' '));
}

static void
add_cseq(struct requote_head *h, const struct txntable_outcome *o)
{
	char text[64];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	textbuf_add(&t, "CSeq: ");
	textbuf_uint(&t, o->cseq);
	textbuf_add(&t, " ");
	add_line(h, text, method_of(o));
}

/* False: there is more than fits. */
static bool
build(struct requote_head *h, const struct txntable_outcome *o)
{
	h->len = 0;
	h->full = false;
	add_line(h, "", o->start_line);
	add_via(h, o);
	add_line(h, "From: ", o->from);
	add_line(h, "To: ", o->to);
	add_line(h, "Call-ID: ", o->call_id);
	add_cseq(h, o);
	add_line(h, "", slice_text(""));
	return !h->full;
}

/* A text of that length is only the beginning of one. */
static bool
is_cut(const struct txntable_outcome *o)
{
	return o->start_line.len >= TXNTEXT_MAX ||
	    o->call_id.len >= TXNTEXT_MAX || o->from.len >= TXNTEXT_MAX ||
	    o->to.len >= TXNTEXT_MAX || o->branch.len >= TXNTEXT_MAX;
}

static bool
same_texts(const struct txntable_outcome *o, const struct sip_message *m)
{
	return slice_equal(o->start_line, m->start_line) &&
	    slice_equal(o->request_uri, m->request_uri) &&
	    slice_equal(o->branch, m->via_branch) &&
	    slice_equal(o->from, m->from) && slice_equal(o->to, m->to) &&
	    slice_equal(o->call_id, m->call_id);
}

enum requote_verdict
requote(struct message *parser, struct requote_head *head,
    struct txntable_outcome *o)
{
	struct sip_message m;

	if (is_cut(o) || !build(head, o))
		return REQUOTE_CUT;
	if (message_parse(parser, slice_of(head->octets, head->len), &m) !=
		MESSAGE_PARSED ||
	    m.recovered || !m.is_request || m.cseq != o->cseq ||
	    !slice_equal(m.method, method_of(o)))
		return REQUOTE_REFUSED;
	if (same_texts(o, &m))
		return REQUOTE_SAME;
	o->start_line = m.start_line;
	o->request_uri = m.request_uri;
	o->branch = m.via_branch;
	o->from = m.from;
	o->to = m.to;
	o->call_id = m.call_id;
	return REQUOTE_OTHER;
}
