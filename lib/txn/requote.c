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
add_via(struct requote_head *h, const struct outcome *o)
{
	char text[128];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	textbuf_add(&t, "Via: SIP/2.0/");
	textbuf_add(&t, transport_name(o->transport));
	textbuf_add(&t, " ");
	endpoint_write(&t, &o->uac);
	if (o->text.branch.len > 0)
		textbuf_add(&t, ";branch=");
	add(h, textbuf_slice(&t));
	add_line(h, "", o->text.branch);
}

/* The outcome gives "other" for a method without a number of its own. */
static struct slice
method_of(const struct outcome *o)
{
	return slice_first(
	    o->text.start_line, slice_index(o->text.start_line, ' '));
}

static void
add_cseq(struct requote_head *h, const struct outcome *o)
{
	char text[64];
	struct textbuf t;

	textbuf_init(&t, text, sizeof(text));
	textbuf_add(&t, "CSeq: ");
	textbuf_uint(&t, o->text.cseq);
	textbuf_add(&t, " ");
	add_line(h, text, method_of(o));
}

/* False: there is more than fits. */
static bool
build(struct requote_head *h, const struct outcome *o)
{
	h->len = 0;
	h->full = false;
	add_line(h, "", o->text.start_line);
	add_via(h, o);
	add_line(h, "From: ", o->text.from);
	add_line(h, "To: ", o->text.to);
	add_line(h, "Call-ID: ", o->text.call_id);
	add_cseq(h, o);
	add_line(h, "", slice_text(""));
	return !h->full;
}

/* A text of that length is only the beginning of one. */
static bool
is_cut(const struct outcome *o)
{
	return o->text.start_line.len >= TXNTEXT_MAX ||
	    o->text.call_id.len >= TXNTEXT_MAX ||
	    o->text.from.len >= TXNTEXT_MAX || o->text.to.len >= TXNTEXT_MAX ||
	    o->text.branch.len >= TXNTEXT_MAX;
}

static bool
same_texts(const struct outcome *o, const struct sip_message *m)
{
	return slice_equal(o->text.start_line, m->start_line) &&
	    slice_equal(o->text.request_uri, m->request_uri) &&
	    slice_equal(o->text.branch, m->via_branch) &&
	    slice_equal(o->text.from, m->from) &&
	    slice_equal(o->text.to, m->to) &&
	    slice_equal(o->text.call_id, m->call_id);
}

enum requote_answer
requote(struct message *parser, struct requote_head *head, struct outcome *o)
{
	struct sip_message m;

	if (is_cut(o) || !build(head, o))
		return REQUOTE_CUT;
	if (message_parse(parser, slice_of(head->octets, head->len), &m) !=
		MESSAGE_PARSED ||
	    m.recovered || !m.is_request || m.cseq != o->text.cseq ||
	    !slice_equal(m.method, method_of(o)))
		return REQUOTE_REFUSED;
	if (same_texts(o, &m))
		return REQUOTE_SAME;
	o->text.start_line = m.start_line;
	o->text.request_uri = m.request_uri;
	o->text.branch = m.via_branch;
	o->text.from = m.from;
	o->text.to = m.to;
	o->text.call_id = m.call_id;
	return REQUOTE_OTHER;
}
