/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/messages.h"

#include "sip/scan.h"
#include "sip/sipstream.h"

bool
messages_init(struct messages *m, const struct message_limits *limits,
    const struct reader_output *output, struct teller *teller)
{
	*m = (struct messages){
		.limits = *limits,
		.parser = message_new(limits),
		.known = scanlines_new(),
		.teller = teller,
		.hint = output->hint,
		.arg = output->arg,
	};
	return m->parser != NULL && m->known != NULL;
}

void
messages_done(struct messages *m)
{
	message_free(m->parser);
	scanlines_free(m->known);
}

bool
messages_set(struct messages *m, const struct message_limits *limits)
{
	m->limits = *limits;
	return message_set(m->parser, limits);
}

/* The scanner reads what is written as nearly all messages are; libosip2
 * decides about the rest, and counts what it refuses. */
bool
messages_parse(
    struct messages *m, struct slice octets, struct sip_message *message)
{
	if (scan_message(octets, &m->limits, m->known, message) == SCAN_PARSED)
		return true;
	return message_parse(m->parser, octets, message) == MESSAGE_PARSED;
}

static void
tell(struct messages *m, struct slice octets, const struct sip_message *message,
    const struct event_agent *agent, struct event *event)
{
	m->count++;
	event->kind = EVENT_MESSAGE;
	event->flow = event->message.origin.flow;
	event->message.agent = agent;
	event->message.octets = octets;
	event->message.message = message;
	event->message.keyed = false;
	event->message.read = false;
	event->message.shown = false;
	event->message.matched = false;
	teller_event(m->teller, event);
}

void
messages_tell(struct messages *m, struct slice octets,
    const struct sip_message *message, struct event *event)
{
	tell(m, octets, message, NULL, event);
}

/* Servers and Wireshark write messages that came over TCP or TLS as datagrams
 * of their own making: the Via shows which it was. */
static enum transport
transport_of(const struct sip_message *message)
{
	const struct slice name = message->via_transport;

	switch (name.len == 0 ? 0 : slice_lower(name.p[0])) {
	case 's':
		return slice_is_nocase(name, "SCTP") ? TRANSPORT_TCP
						     : TRANSPORT_UDP;
	case 't':
		if (slice_is_nocase(name, "TLS") ||
		    slice_is_nocase(name, "TLS-SCTP"))
			return TRANSPORT_TLS;
		return slice_is_nocase(name, "TCP") ? TRANSPORT_TCP
						    : TRANSPORT_UDP;
	case 'w':
		if (slice_is_nocase(name, "WSS"))
			return TRANSPORT_TLS;
		return slice_is_nocase(name, "WS") ? TRANSPORT_TCP
						   : TRANSPORT_UDP;
	default:
		return TRANSPORT_UDP;
	}
}

void
messages_datagram(
    struct messages *m, const struct decode_event *e, const struct origin *flow)
{
	const struct slice octets = e->udp.payload;
	struct sip_message message;
	struct event event;
	bool is_message;

	if (m->hint != NULL)
		m->hint(m->arg, &e->from.address, &e->to.address);
	is_message = messages_parse(m, octets, &message);
	if (e->truncated && framing_may_be_sip(octets) && octets.len > 0)
		teller_truncated(m->teller);
	if (!is_message) {
		teller_packet(m->teller, &e->from.address, &e->to.address);
		return;
	}
	event.message.origin = (struct origin){
		.transport = transport_of(&message),
		.from = e->from,
		.to = e->to,
		.now = m->teller->now,
		.wall = m->teller->now + m->teller->ahead,
	};
	if (flow != NULL) {
		event.message.origin.transport = TRANSPORT_TCP;
		event.message.origin.flow = flow->flow;
		event.message.origin.flow_end = flow->flow_end;
		event.message.origin.to_server = flow->to_server;
	}
	messages_tell(m, octets, &message, &event);
}

void
messages_logged(struct messages *m, const struct serverlog_record *record)
{
	struct sip_message message;
	struct event event;

	if (!messages_parse(m, record->octets, &message))
		return;
	event.message.origin = (struct origin){
		.transport = transport_of(&message),
		.from = record->from,
		.to = record->to,
		.now = m->teller->now,
		.wall = m->teller->now + m->teller->ahead,
	};
	messages_tell(m, record->octets, &message, &event);
}

void
messages_hep(
    struct messages *m, const struct hepmsg *hep, const struct address *address)
{
	const struct event_agent agent = { *address, hep->agent, hep->stamp };
	struct sip_message message;
	struct event event;

	if (!messages_parse(m, hep->payload, &message))
		return;
	event.message.origin = hepreading_origin(hep, transport_of(&message));
	event.message.origin.now = m->teller->now;
	tell(m, hep->payload, &message, &agent, &event);
}
