/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/hepwrap.h"

#include <netinet/in.h>
#include <zlib.h>

#include "net/hepmsg.h"

void
hepwrap_add(struct wire *wire, const struct endpoint *from, struct words *w)
{
	struct wire_agent *agent;

	if (wire->agent_count == WIRE_AGENTS)
		words_fail("more than %d agents", WIRE_AGENTS);
	agent = &wire->agents[wire->agent_count++];
	*agent = (struct wire_agent){
		.from = *from,
		.number = (uint32_t)words_number(w, "agent", 0, UINT32_MAX),
		.off = words_duration_or(w, "off", 0),
		.version = (unsigned)words_number(w, "version", 3, 3),
		.kind = (unsigned)words_number(w, "kind", HEPMSG_SIP, 255),
		.key = words_value(w, "key"),
		.compressed = words_has(w, "compressed"),
		.unstamped = words_has(w, "unstamped"),
		.stream = words_has(w, "stream"),
	};
}

static void
add_chunk(struct octets *o, unsigned type, struct slice value)
{
	octets_u16(o, 0);
	octets_u16(o, type);
	octets_u16(o, (unsigned)value.len + 6);
	octets_slice(o, value);
}

static void
add_number(struct octets *o, unsigned type, uint32_t number, unsigned octets)
{
	struct octets value = { .len = 0 };

	octets_u32(&value, number);
	add_chunk(o, type, slice_after(octets_view(&value), 4 - octets));
}

static struct slice
address_of(const struct endpoint *e)
{
	return slice_of(e->address.octets, e->address.version == 6 ? 16 : 4);
}

static void
add_payload(
    struct octets *o, const struct wire_agent *agent, struct slice message)
{
	uLongf len = compressBound(message.len);
	uint8_t *compressed;

	if (!agent->compressed) {
		add_chunk(o, 15, message);
		return;
	}
	compressed = octets_alloc(len);
	if (compress(compressed, &len, message.p, message.len) != Z_OK)
		words_fail("cannot be compressed");
	add_chunk(o, 16, slice_of(compressed, len));
}

struct parcel {
	const struct endpoint *from, *to;
	unsigned protocol;
	nstime stamp;
	struct slice message;
};

static struct octets
version_3(const struct wire_agent *agent, const struct parcel *p)
{
	const bool v6 = p->from->address.version == 6;
	const uint32_t rest = (uint32_t)(p->stamp % NSTIME_S / NSTIME_US);
	struct octets chunks = { .len = 0 }, o = { .len = 0 };

	add_number(&chunks, 1, v6 ? 10 : 2, 1);
	add_number(&chunks, 2, p->protocol, 1);
	add_chunk(&chunks, v6 ? 5 : 3, address_of(p->from));
	add_chunk(&chunks, v6 ? 6 : 4, address_of(p->to));
	add_number(&chunks, 7, p->from->port, 2);
	add_number(&chunks, 8, p->to->port, 2);
	if (!agent->unstamped) {
		add_number(&chunks, 9, (uint32_t)(p->stamp / NSTIME_S), 4);
		add_number(&chunks, 10, rest, 4);
	}
	add_number(&chunks, 11, agent->kind, 1);
	if (agent->number != 0)
		add_number(&chunks, 12, agent->number, 4);
	if (agent->key != NULL)
		add_chunk(&chunks, 14, slice_text(agent->key));
	add_payload(&chunks, agent, p->message);
	octets_slice(&o, slice_text("HEP3"));
	octets_u16(&o, (unsigned)chunks.len + 6);
	octets_slice(&o, octets_view(&chunks));
	return o;
}

/* As little-endian systems send the time. */
static void
add_swapped(struct octets *o, uint32_t n)
{
	octets_u32(o, __builtin_bswap32(n));
}

static struct octets
old_version(const struct wire_agent *agent, const struct parcel *p)
{
	const bool v6 = p->from->address.version == 6;
	struct octets o = { .len = 0 };

	octets_u8(&o, agent->version);
	octets_u8(&o, v6 ? 40 : 16);
	octets_u8(&o, v6 ? 10 : 2);
	octets_u8(&o, p->protocol);
	octets_u16(&o, p->from->port);
	octets_u16(&o, p->to->port);
	octets_slice(&o, address_of(p->from));
	octets_slice(&o, address_of(p->to));
	if (agent->version == 2) {
		add_swapped(&o, (uint32_t)(p->stamp / NSTIME_S));
		add_swapped(&o, (uint32_t)(p->stamp % NSTIME_S / NSTIME_US));
		add_swapped(&o, agent->number);
	}
	octets_slice(&o, p->message);
	return o;
}

enum { SEGMENT = 700, FIRST = 1000 };

/* On a connection of its own, since a story may tell of what is later first;
 * segments end anywhere. */
static void
send_stream(struct wire *wire, const struct wire_how *how, nstime time,
    struct wire_agent *agent, const struct endpoint *collector,
    struct slice octets)
{
	const size_t agents = wire->agent_count;
	struct wire_tcp there = {
		.from = &agent->from,
		.to = collector,
		.sequence = FIRST,
		.flags = WIRE_SYN,
	};
	const struct wire_tcp back = {
		.from = collector,
		.to = &agent->from,
		.sequence = FIRST,
		.acknowledged = FIRST + 1,
		.flags = WIRE_SYN | WIRE_ACK,
	};

	wire->agent_count = 0; /* it is no message to be handed on */
	agent->from.port++;
	wire_tcp(wire, how, time, 1, &there, NULL);
	wire_tcp(wire, how, time, 1, &back, NULL);
	there.flags = WIRE_ACK;
	there.acknowledged = FIRST + 1;
	there.sequence++;
	while (octets.len > 0) {
		there.payload = slice_first(octets, SEGMENT);
		wire_tcp(wire, how, time, 1, &there, NULL);
		there.sequence += (uint32_t)there.payload.len;
		octets = slice_after(octets, SEGMENT);
	}
	wire->agent_count = agents;
}

void
hepwrap_send(struct wire *wire, const struct wire_how *how, nstime time,
    const struct endpoint *from, const struct endpoint *to, unsigned protocol,
    struct slice message)
{
	static const uint8_t address[] = { 192, 0, 2, 200 };
	const struct endpoint collector = {
		.address = endpoint_address(slice_of(address, 4)),
		.port = HEPMSG_PORT,
	};

	if (how->unseen || wire_is_unseen(wire, &from->address, &to->address))
		return;
	for (size_t i = 0; i < wire->agent_count; i++) {
		struct wire_agent *agent = &wire->agents[i];
		const struct parcel p = {
			.from = from,
			.to = to,
			.protocol = protocol,
			.stamp = wire->start + time + agent->off,
			.message = message,
		};
		const struct octets o = agent->version == 3
		    ? version_3(agent, &p)
		    : old_version(agent, &p);

		if (agent->stream)
			send_stream(wire, how, time + (nstime)i * NSTIME_MS,
			    agent, &collector, octets_view(&o));
		else
			wire_udp(wire, how, time + (nstime)i * NSTIME_MS,
			    &agent->from, &collector, octets_view(&o), NULL);
	}
}
