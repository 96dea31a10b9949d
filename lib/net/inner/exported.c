/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/exported.h"

#include "base/cursor.h"
#include "net/datalink.h"
#include "net/inner/linktype.h"

enum {
	TAG_END = 0,
	TAG_PROTOCOL = 12,
	TAG_HEURISTIC = 13,
	TAG_IPV4_FROM = 20,
	TAG_IPV4_TO = 21,
	TAG_IPV6_FROM = 22,
	TAG_IPV6_TO = 23,
	TAG_PORT_FROM = 25,
	TAG_PORT_TO = 26
};

static const struct {
	const char *name;
	enum exported_result result;
	uint16_t ethertype;
} protocols[] = {
	{ "sip", EXPORTED_SIP, 0 },
	{ "sip.tcp", EXPORTED_SIP, 0 },
	{ "sip_udp", EXPORTED_SIP, 0 },
	{ "sip_tcp", EXPORTED_SIP, 0 },
	{ "ip", EXPORTED_PACKET, LINKTYPE_RAW },
	{ "ipv6", EXPORTED_PACKET, LINKTYPE_RAW },
	{ "raw_ip", EXPORTED_PACKET, LINKTYPE_RAW },
	{ "eth", EXPORTED_PACKET, DATALINK_ETHERTYPE_ETHERNET },
	{ "eth_maybefcs", EXPORTED_PACKET, DATALINK_ETHERTYPE_ETHERNET },
	{ "eth_withoutfcs", EXPORTED_PACKET, DATALINK_ETHERTYPE_ETHERNET },
};

/* Names are padded with NULs. */
static enum exported_result
result_of(struct slice name, struct exported *pdu)
{
	name = slice_first(name, slice_index(name, '\0'));
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (slice_is(name, protocols[i].name)) {
			pdu->ethertype = protocols[i].ethertype;
			return protocols[i].result;
		}
	return EXPORTED_OTHER;
}

static uint16_t
port_of(struct slice value)
{
	struct cursor c = cursor_over(value);

	return (uint16_t)cursor_u32(&c);
}

static void
read_tag(uint16_t tag, struct slice value, struct exported *pdu)
{
	switch (tag) {
	case TAG_IPV4_FROM:
	case TAG_IPV6_FROM:
		pdu->from.address = endpoint_address(value);
		break;
	case TAG_IPV4_TO:
	case TAG_IPV6_TO:
		pdu->to.address = endpoint_address(value);
		break;
	case TAG_PORT_FROM:
		pdu->from.port = port_of(value);
		break;
	case TAG_PORT_TO:
		pdu->to.port = port_of(value);
		break;
	}
}

enum exported_result
exported_parse(struct slice octets, struct exported *pdu)
{
	struct cursor c = cursor_over(octets);
	enum exported_result result = EXPORTED_OTHER;
	struct exported found = { .ethertype = 0 };
	uint16_t tag;

	do {
		struct slice value;

		tag = cursor_u16(&c);
		value = cursor_take(&c, cursor_u16(&c));
		if (tag == TAG_PROTOCOL || tag == TAG_HEURISTIC)
			result = result_of(value, &found);
		else
			read_tag(tag, value, &found);
	} while (tag != TAG_END && !c.bad);
	if (c.bad)
		return EXPORTED_MALFORMED;
	if (result == EXPORTED_OTHER)
		return result;
	found.payload = c.rest;
	*pdu = found;
	return result;
}

void
exported_event(const struct exported *pdu, const struct packet *packet,
    size_t len, struct decode_event *event)
{
	const size_t taken = packet->octets.len - pdu->payload.len;

	*event = (struct decode_event){
		.transport = DECODE_UDP,
		.packet = packet,
		.from = pdu->from,
		.to = pdu->to,
		.truncated = len > packet->octets.len,
		.udp = {
			.source_port = pdu->from.port,
			.destination_port = pdu->to.port,
			.payload = pdu->payload,
			.payload_len = len - taken,
		},
	};
}
