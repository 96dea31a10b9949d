/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/transports.h"

#include "net/ip.h"

/* Responses may come from any port (RFC 3261 section 18.2.2). */
static bool
is_sip_datagram(const struct reader *r, const struct decode_event *e)
{
	return sipports_has(&r->ports, e->from.port) ||
	    sipports_has(&r->ports, e->to.port) ||
	    slice_starts_with(e->udp.payload, "SIP/2.0 ");
}

/* Whether it tells a clock or not, the agent was heard. */
static void
tell_report(struct reader *r, const struct hepmsg *hep,
    const struct address *address, bool doubtful)
{
	struct event event = {
		.kind = EVENT_REPORT,
		.report.agent = { *address, hep->agent, hep->stamp },
	};

	event.report.tells = !doubtful &&
	    sightings_report(r->sightings, hep, r->teller.now, hep->stamp,
		&event.report.stamp);
	teller_event(&r->teller, &event);
}

static void
on_hep_message(
    struct reader *r, const struct hepmsg *hep, const struct address *address)
{
	const nstime wall = r->teller.now + r->teller.ahead;
	const bool doubtful = hepreading_is_doubtful(hep->stamp, wall);

	if (hep->kind != HEPMSG_SIP) {
		tell_report(r, hep, address, doubtful);
		return;
	}
	if (r->handed != NULL)
		r->handed(
		    r->handed_arg, hep, address, doubtful ? wall : hep->stamp);
	messages_hep(&r->messages, hep, address);
}

void
transports_hep(void *reader, struct slice octets, const struct address *agent)
{
	struct reader *r = reader;
	struct hepmsg hep;

	do {
		switch (hepreading_packet(r->hep, &octets, &hep)) {
		case HEPREADING_USABLE:
			on_hep_message(r, &hep, agent);
			break;
		case HEPREADING_OTHER_KEY:
			if (r->refused != NULL)
				r->refused(r->handed_arg, agent);
			break;
		case HEPREADING_USELESS:
			break;
		}
	} while (octets.len > 0);
}

static void
on_udp(struct reader *r, const struct decode_event *e)
{
	if (portset_has(&r->limits.hep.ports, e->to.port)) {
		transports_hep(r, e->udp.payload, &e->from.address);
		return;
	}
	if (!sipports_has(&r->ports, e->from.port) &&
	    !sipports_has(&r->ports, e->to.port))
		sipports_note(
		    &r->ports, e->from.port, e->to.port, e->udp.payload);
	if (sightings_udp_port(r->sightings, e->from.port) ||
	    sightings_udp_port(r->sightings, e->to.port))
		sightings_datagram(r->sightings, e);
	else if (is_sip_datagram(r, e))
		messages_datagram(&r->messages, e, NULL);
	else if (sightings_begins(r->sightings, e->udp.payload))
		sightings_datagram(r->sightings, e);
	else
		sipports_count(&r->ports, e->from.port, e->to.port);
}

static void
reassemble(struct reader *r, const struct decode_event *e, bool from_server,
    bool to_server)
{
	const struct tcpreasm_segment segment = {
		.from = e->from,
		.to = e->to,
		.tcp = &e->tcp,
		.truncated = e->truncated,
		.from_is_server = from_server,
		.to_is_server = to_server,
		.number = e->packet->number,
		.now = e->packet->now,
		.wall = e->packet->wall,
	};

	tcpreasm_input(r->tcp, &segment);
	if (r->limits.segments &&
	    (sipports_has(&r->ports, e->from.port) ||
		sipports_has(&r->ports, e->to.port)))
		teller_segment(&r->teller, r->tcp, &segment);
}

static void
on_witness_segment(struct reader *r, const struct decode_event *e)
{
	const struct portset *const hep = &r->limits.hep.ports;
	const bool from = sightings_tcp_port(r->sightings, e->from.port) ||
	    portset_has(hep, e->from.port);
	const bool to = sightings_tcp_port(r->sightings, e->to.port) ||
	    portset_has(hep, e->to.port);

	if (from || to) {
		reassemble(r, e, from, to);
		return;
	}
	if (r->limits.hellos && sightings_hello(r->sightings, e))
		return;
	sipports_note(&r->ports, e->from.port, e->to.port, e->tcp.payload);
	sipports_count(&r->ports, e->from.port, e->to.port);
}

static void
on_tcp(struct reader *r, const struct decode_event *e)
{
	const bool from = sipports_has(&r->ports, e->from.port);
	const bool to = sipports_has(&r->ports, e->to.port);

	if (!from && !to) {
		on_witness_segment(r, e);
		return;
	}
	teller_packet(&r->teller, &e->from.address, &e->to.address);
	r->segments += e->tcp.payload_len > 0;
	if (e->truncated && e->tcp.payload_len > 0)
		teller_truncated(&r->teller);
	reassemble(r, e, from, to);
}

static void
associate(struct reader *r, const struct decode_event *e, struct origin *origin)
{
	const struct event_segment segment = associations_segment(e);
	const uint64_t flow = associations_input(
	    r->associations, &segment, e->packet->now, origin);

	if (r->limits.segments)
		teller_chunk(&r->teller, flow, &segment);
}

/* RFC 4168: a message each, delivered or not, as over TCP. */
static void
on_sctp(struct reader *r, const struct decode_event *e)
{
	const bool listed = sipports_has(&r->ports, e->from.port) ||
	    sipports_has(&r->ports, e->to.port);
	struct origin flow = { .flow = 0 };

	if (listed)
		associate(r, e, &flow);
	if (e->sctp.kind != SCTP_MESSAGE)
		return;
	if (is_sip_datagram(r, e))
		messages_datagram(&r->messages, e, &flow);
	else
		sipports_count(&r->ports, e->from.port, e->to.port);
}

/* One about TCP must quote a segment that was sent, or anybody could say that a
 * server is unreachable. */
static void
on_unreachable(struct reader *r, const struct icmp_unreachable *icmp)
{
	if (icmp->protocol == IP_TCP &&
	    !tcpreasm_has_sent(
		r->tcp, &icmp->from, &icmp->to, icmp->sequence)) {
		r->unquoted++;
		return;
	}
	teller_unreachable(&r->teller, icmp);
}

void
transports_input(void *reader, const struct decode_event *e)
{
	struct reader *r = reader;

	switch (e->transport) {
	case DECODE_UDP:
		on_udp(r, e);
		break;
	case DECODE_TCP:
		on_tcp(r, e);
		break;
	case DECODE_SCTP:
		on_sctp(r, e);
		break;
	case DECODE_ICMP:
		on_unreachable(r, &e->icmp);
		break;
	}
}
