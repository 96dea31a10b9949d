/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/wireitems.h"

#include "pipeline/inner/gist.h"
#include "pipeline/inner/wireobservation.h"

bool
wireitems_travels(const struct event *event)
{
	return event->kind != EVENT_OBSERVED ||
	    wireobservation_travels(event->observation->kind);
}

/* A request without responses seen may be one of these; nothing else of a
 * message is looked at. */
static void
message(struct wirecodec *c, struct sip_message *m)
{
	wirecodec_flag(c, &m->is_request);
	wirecodec_text(c, &m->start_line, WIRE_TEXT);
	wirecodec_text(c, &m->method, WIRE_METHOD);
	wirecodec_text(c, &m->request_uri, WIRE_TEXT);
	WIRECODEC_FIELD(c, m->status, 699);
	wirecodec_text(c, &m->call_id, WIRE_TEXT);
	WIRECODEC_FIELD(c, m->cseq, UINT32_MAX);
	wirecodec_text(c, &m->from, WIRE_TEXT);
	wirecodec_text(c, &m->to, WIRE_TEXT);
	wirecodec_text(c, &m->from_tag, WIRE_TEXT);
	wirecodec_text(c, &m->to_tag, WIRE_TEXT);
	WIRECODEC_FIELD(c, m->vias, UINT16_MAX);
	wirecodec_text(c, &m->via_transport, WIRE_METHOD);
	wirecodec_text(c, &m->via_host, WIRE_TEXT);
	WIRECODEC_FIELD(c, m->via_port, UINT16_MAX);
	wirecodec_text(c, &m->via_branch, WIRE_TEXT);
	wirecodec_text(c, &m->via_bottom_host, WIRE_TEXT);
	wirecodec_text(c, &m->date, WIRE_METHOD);
	if (c->out == NULL && !m->is_request &&
	    (m->status < 100 || m->method.len == 0))
		c->in.bad = true;
}

static void
origin(struct wirecodec *c, struct origin *o)
{
	WIRECODEC_FIELD(c, o->transport, TRANSPORT_TLS);
	wirecodec_endpoint(c, &o->from);
	wirecodec_endpoint(c, &o->to);
	WIRECODEC_FIELD(c, o->flow, UINT64_MAX);
	WIRECODEC_FIELD(c, o->flow_end, UINT64_MAX);
	wirecodec_flag(c, &o->to_server);
	WIRECODEC_FIELD(c, o->agent, UINT16_MAX);
	wirecodec_flag(c, &o->watched);
	wirecodec_flag(c, &o->mras);
	wirecodec_now(c, &o->now);
	wirecodec_wall(c, &o->wall);
}

/* The octets of a message that was read are its texts as they travelled: they
 * are the same from every sensor that saw it. */
static void
whole_message(
    struct wirecodec *c, struct event_message *m, struct sip_message *store)
{
	struct slice before;

	wirecodec_flag(c, &m->shown);
	origin(c, &m->origin);
	if (c->out != NULL) {
		*store = *m->message;
		message(c, store);
		return;
	}
	before = c->in.rest;
	*store = (struct sip_message){ .status = 0 };
	message(c, store);
	m->octets = slice_first(before, before.len - c->in.rest.len);
	m->message = store;
	m->keyed = false;
	m->read = true;
}

static void
unreachable(struct wirecodec *c, struct icmp_unreachable *i)
{
	WIRECODEC_FIELD(c, i->code, UINT8_MAX);
	WIRECODEC_FIELD(c, i->protocol, UINT8_MAX);
	wirecodec_endpoint(c, &i->from);
	wirecodec_endpoint(c, &i->to);
	WIRECODEC_FIELD(c, i->sequence, UINT32_MAX);
}

static void
facts(struct wirecodec *c, struct event_flow *f)
{
	for (int d = 0; d < 2; d++) {
		WIRECODEC_FIELD(c, f->ways[d].acknowledged, UINT64_MAX);
		wirecodec_once(c, &f->ways[d].last_gap);
		wirecodec_once(c, &f->ways[d].hung_up);
		wirecodec_flag(c, &f->ways[d].undelivered);
	}
	wirecodec_endpoint(c, &f->proxied);
	wirecodec_flag(c, &f->ended);
	wirecodec_flag(c, &f->forgotten);
}

enum {
	SEGMENT_SECOND = 1 << 0,
	SEGMENT_TOLD = 1 << 1,
	SEGMENT_CONTENT = 1 << 2,
	SEGMENT_CLOSED = 1 << 3,
	SEGMENT_CUT = 1 << 4,
	SEGMENT_SCTP = 1 << 5,
	SEGMENT_FLAGS = 6 /* the bit from which on TCP's are */
};

enum { TCP_FLAGS = TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK };

static void
segment_flags(struct wirecodec *c, struct event_segment *s, bool *has_content)
{
	unsigned flags = (s->second ? SEGMENT_SECOND : 0) |
	    (s->told ? SEGMENT_TOLD : 0) |
	    (s->content.len > 0 ? SEGMENT_CONTENT : 0) |
	    (s->closed ? SEGMENT_CLOSED : 0) | (s->cut ? SEGMENT_CUT : 0) |
	    (s->sctp ? SEGMENT_SCTP : 0) |
	    (unsigned)(s->flags & TCP_FLAGS) << SEGMENT_FLAGS;

	WIRECODEC_FIELD(c, flags, (TCP_FLAGS + 1) << SEGMENT_FLAGS);
	s->second = (flags & SEGMENT_SECOND) != 0;
	s->told = (flags & SEGMENT_TOLD) != 0;
	s->closed = (flags & SEGMENT_CLOSED) != 0;
	s->cut = (flags & SEGMENT_CUT) != 0;
	s->sctp = (flags & SEGMENT_SCTP) != 0;
	s->flags = (uint8_t)(flags >> SEGMENT_FLAGS & TCP_FLAGS);
	*has_content = (flags & SEGMENT_CONTENT) != 0;
}

static void
number32(struct wirecodec *c, uint32_t *n)
{
	uint64_t number = *n;

	wirecodec_fixed(c, &number, sizeof(*n));
	*n = (uint32_t)number;
}

static void
segment(struct wirecodec *c, struct event *e)
{
	struct event_segment *s = &e->segment;
	bool has_content;

	segment_flags(c, s, &has_content);
	if (!c->timeless) {
		WIRECODEC_FIELD(c, e->flow, UINT64_MAX);
		wirecodec_fine(c, &e->now);
	}
	if (c->out == NULL)
		e->wall =
		    c->wall + c->shift_wall + (e->now - c->now - c->shift_now);
	number32(c, &s->sequence);
	if ((s->flags & TCP_ACK) != 0)
		number32(c, &s->acknowledgement);
	WIRECODEC_FIELD(c, s->len, GIST_PAYLOAD);
	if (has_content)
		wirecodec_text(c, &s->content, GIST_MOST);
	if (!s->told)
		return;
	wirecodec_endpoint(c, &s->from);
	wirecodec_endpoint(c, &s->to);
	wirecodec_flag(c, &s->from_is_server);
	wirecodec_flag(c, &s->to_is_server);
	if (!c->timeless)
		number32(c, &s->base);
}

static void
head(struct wirecodec *c, struct event *e)
{
	WIRECODEC_FIELD(c, e->kind, EVENT_SEGMENT);
	if (c->timeless || e->kind == EVENT_SEGMENT)
		return;
	WIRECODEC_FIELD(c, e->task, EVENT_BY_END);
	wirecodec_flag(c, &e->unstamped);
	wirecodec_now(c, &e->now);
	wirecodec_wall(c, &e->wall);
	WIRECODEC_FIELD(c, e->packet, UINT64_MAX);
	WIRECODEC_FIELD(c, e->flow, UINT64_MAX);
}

static void
observed(struct wirecodec *c, struct event *e, struct wireitems_store *store)
{
	if (c->out != NULL)
		store->observation = *e->observation;
	wireobservation_fields(c, &store->observation, &store->certificate);
	e->observation = &store->observation;
}

static void
logged(struct wirecodec *c, struct event_logged *l)
{
	wirecodec_endpoint(c, &l->uac);
	wirecodec_endpoint(c, &l->uas);
	wirecodec_text(c, &l->record, 16 * WIRE_TEXT);
}

static void
speaker(struct wirecodec *c, struct event_speaker *s)
{
	wirecodec_flag(c, &s->known);
	if (!s->known)
		return;
	wirecodec_fixed(c, &s->claim.name, sizeof(s->claim.name));
	WIRECODEC_FIELD(c, s->claim.number, UINT32_MAX);
	wirecodec_flag(c, &s->claim.own);
	wirecodec_address(c, &s->claim.source);
	wirecodec_now(c, &s->claim.now);
	WIRECODEC_FIELD(c, s->sent, UINT32_MAX);
	wirecodec_flag(c, &s->answers);
	WIRECODEC_FIELD(c, s->other, UINT32_MAX);
	WIRECODEC_FIELD(c, s->quoted, UINT32_MAX);
	WIRECODEC_FIELD(c, s->delay, (uint64_t)86400 * NSTIME_S);
}

/* What has to be learnt is learnt by the judge, of what all sensors saw. */
static void
stamp(struct wirecodec *c, struct event_stamp *s)
{
	wireobservation_stamp(c, &s->stamp);
	wirecodec_flag(c, &s->learn);
	wirecodec_endpoint(c, &s->teller.endpoint);
	WIRECODEC_FIELD(c, s->teller.witness, WITNESS_KINDS - 1);
	WIRECODEC_FIELD(c, s->teller.speaker, UINT64_MAX);
	speaker(c, &s->speaker);
}

void
wireitems_event(
    struct wirecodec *c, struct event *e, struct wireitems_store *store)
{
	head(c, e);
	switch (e->kind) {
	case EVENT_MESSAGE:
		whole_message(c, &e->message, &store->message);
		break;
	case EVENT_PACKET:
		wirecodec_address(c, &e->packet_of.from);
		wirecodec_address(c, &e->packet_of.to);
		break;
	case EVENT_UNREACHABLE:
		unreachable(c, &e->unreachable);
		break;
	case EVENT_UNANSWERED:
		wirecodec_endpoint(c, &e->unanswered.client);
		wirecodec_endpoint(c, &e->unanswered.server);
		WIRECODEC_FIELD(c, e->unanswered.copies, UINT64_MAX);
		break;
	case EVENT_FLOW:
		facts(c, &e->facts);
		break;
	case EVENT_ACKNOWLEDGED:
		WIRECODEC_FIELD(
		    c, e->acknowledged.direction, TCPREASM_TO_CLIENT);
		WIRECODEC_FIELD(c, e->acknowledged.upto, UINT64_MAX);
		break;
	case EVENT_LOGGED:
		logged(c, &e->logged);
		break;
	case EVENT_OBSERVED:
		observed(c, e, store);
		break;
	case EVENT_STAMP:
		stamp(c, &e->stamp);
		break;
	case EVENT_SEGMENT:
		segment(c, e);
		break;
	case EVENT_REPORT:
	case EVENT_SPOKE:
	case EVENT_OUTCOME:
		break;
	}
}

void
wireitems_content(struct wirecodec *c, const struct event *event,
    struct wireitems_store *store)
{
	struct event copy = *event;

	c->timeless = true;
	c->before = (struct wirecodec_before){ .addresses = 0 };
	c->out->len = 0;
	wireitems_event(c, &copy, store);
}
