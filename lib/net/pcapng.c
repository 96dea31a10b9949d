/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/pcapng.h"

#include <stdlib.h>

#include "net/inner/pcapngblock.h"

enum {
	MAX_INTERFACES = 4096, /* in a section */
	TAIL_BLOCKS = 4096     /* looked at from a file's end */
};

struct pcapng_interface {
	struct pcapngblock_interface is;
	uint64_t dropped; /* by its latest statistics */
};

struct pcapng {
	pcapng_secrets *secrets;
	void *arg;
	bool in_section, little;
	size_t interface_count, interface_room;
	struct pcapng_interface *interfaces; /* of this section */
	uint64_t dropped_before;             /* in sections before it */
	nstime latest;                       /* stamp of a packet */
	bool has_end;
	nstime end;

	bool in_block;      /* its body is passed over */
	uint64_t body_left; /* .. so far not */
	uint32_t total;     /* its length as in its header */
	uint32_t secrets_type, secrets_left;

	size_t wanted;
	const char *error;
	uint64_t too_long, malformed, no_interface;
};

/* The result of reading a block. */
enum found { FOUND_PACKET, FOUND_NOTHING, FOUND_SHORT };

struct pcapng *
pcapng_new(pcapng_secrets *secrets, void *arg)
{
	struct pcapng *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->secrets = secrets;
	p->arg = arg;
	p->wanted = 1;
	p->error = "";
	return p;
}

void
pcapng_free(struct pcapng *p)
{
	if (p == NULL)
		return;
	free(p->interfaces);
	free(p);
}

static enum pcapng_result
more(struct pcapng *p, size_t wanted)
{
	p->wanted = wanted;
	return PCAPNG_MORE;
}

static enum pcapng_result
broken(struct pcapng *p, const char *error)
{
	p->error = error;
	return PCAPNG_BROKEN;
}

static uint64_t
dropped_in_section(const struct pcapng *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->interface_count; i++)
		sum += p->interfaces[i].dropped;
	return sum;
}

static void
begin_section(struct pcapng *p, bool little)
{
	p->dropped_before += dropped_in_section(p);
	p->interface_count = 0;
	p->little = little;
	p->in_section = true;
}

static bool
has_room(struct pcapng *p)
{
	const size_t room = 2 * p->interface_room + 4;
	struct pcapng_interface *grown;

	if (p->interface_count < p->interface_room)
		return true;
	if (p->interface_count == MAX_INTERFACES)
		return false;
	grown = realloc(p->interfaces, room * sizeof(*p->interfaces));
	if (grown == NULL)
		return false;
	p->interfaces = grown;
	p->interface_room = room;
	return true;
}

/* At the limit, or without memory, packets of it will be counted as of no
 * interface. */
static void
read_interface(struct pcapng *p, const struct pcapngblock *b)
{
	if (has_room(p))
		p->interfaces[p->interface_count++] = (struct pcapng_interface){
			.is = pcapngblock_interface(b),
		};
}

static struct pcapng_interface *
interface_numbered(struct pcapng *p, uint32_t n)
{
	return n < p->interface_count ? &p->interfaces[n] : NULL;
}

/* dumpcap counts it in microseconds, whatever its interface does: what then
 * ends before its own packets is read as these. */
static bool
end_time(const struct pcapng *p, const struct pcapngtime *clock, uint64_t units,
    nstime *end)
{
	const struct pcapngtime microseconds = { 6, clock->offset };
	nstime found;

	if ((!pcapngtime_read(clock, units, &found) || found < p->latest) &&
	    (!pcapngtime_read(&microseconds, units, &found) ||
		found < p->latest))
		return false;
	*end = found;
	return true;
}

static void
read_statistics(struct pcapng *p, const struct pcapngblock *b)
{
	const struct pcapngblock_statistics s = pcapngblock_statistics(b);
	struct pcapng_interface *i = interface_numbered(p, s.interface);
	nstime end;

	if (i == NULL)
		return;
	i->dropped = s.dropped;
	if (s.has_end && end_time(p, &i->is.clock, s.end, &end) &&
	    (!p->has_end || end > p->end)) {
		p->has_end = true;
		p->end = end;
	}
}

static void
fill_packet(struct pcapng *p, const struct pcapng_interface *i,
    const struct pcapngblock_packet *f, struct slice octets,
    struct pcapng_packet *packet)
{
	*packet = (struct pcapng_packet){
		.octets = octets,
		.len = f->len < f->caplen ? f->caplen : f->len,
		.datalink = i->is.datalink,
		.stamp = PCAPNG_STAMP_NONE,
	};
	if (f->stamped)
		packet->stamp =
		    pcapngtime_read(&i->is.clock, f->stamp, &packet->wall)
		    ? PCAPNG_STAMP
		    : PCAPNG_STAMP_BAD;
	if (packet->stamp == PCAPNG_STAMP && packet->wall > p->latest)
		p->latest = packet->wall;
}

/* How long a packet's block must be in hand is only known from its fields. */
static enum found
read_packet(
    struct pcapng *p, const struct pcapngblock *b, struct pcapng_packet *packet)
{
	const struct pcapng_interface *i = interface_numbered(p, 0);
	struct pcapngblock_packet f;
	struct slice octets;

	if (!pcapngblock_packet(b, i == NULL ? 0 : i->is.snaplen, &f)) {
		p->malformed++;
		return FOUND_NOTHING;
	}
	if (f.caplen > PCAPNG_LARGEST) {
		p->too_long++;
		return FOUND_NOTHING;
	}
	i = interface_numbered(p, f.interface);
	if (i == NULL) {
		p->no_interface++;
		return FOUND_NOTHING;
	}
	octets = slice_after(b->body.rest, f.octets);
	if (octets.len < f.caplen) {
		p->wanted = PCAPNGBLOCK_HEAD + f.octets + f.caplen;
		return FOUND_SHORT;
	}
	fill_packet(p, i, &f, slice_first(octets, f.caplen), packet);
	return FOUND_PACKET;
}

static enum found
read_body(
    struct pcapng *p, const struct pcapngblock *b, struct pcapng_packet *packet)
{
	switch (b->type) {
	case PCAPNGBLOCK_ENHANCED_PACKET:
	case PCAPNGBLOCK_OLD_PACKET:
	case PCAPNGBLOCK_SIMPLE_PACKET:
		return read_packet(p, b, packet);
	case PCAPNGBLOCK_INTERFACE:
		read_interface(p, b);
		break;
	case PCAPNGBLOCK_STATISTICS:
		read_statistics(p, b);
		break;
	case PCAPNGBLOCK_SECRETS:
		if (!pcapngblock_secrets(b, &p->secrets_type, &p->secrets_left))
			p->malformed++;
		break;
	}
	return FOUND_NOTHING;
}

/* The head of the next block. */
static enum pcapng_result
read_head(struct pcapng *p, struct slice octets, struct pcapngblock *b)
{
	const uint8_t section[] = { 0x0a, 0x0d, 0x0d, 0x0a };
	const bool begins =
	    slice_equal(slice_first(octets, 4), slice_of(section, 4));
	bool little;

	if (octets.len < PCAPNGBLOCK_HEAD)
		return more(p, PCAPNGBLOCK_HEAD);
	if (begins && octets.len < 16)
		return more(p, 16);
	if (begins && !pcapngblock_order(octets, &little))
		return broken(p, "a section of another version");
	if (begins)
		begin_section(p, little);
	if (!p->in_section)
		return broken(p, "no section header");
	if (!pcapngblock_parse(octets, p->little, b))
		return broken(p, "a block shorter than any can be");
	return PCAPNG_PACKET;
}

static enum pcapng_result
read_block(struct pcapng *p, struct slice *octets, struct pcapng_packet *packet,
    enum found *found)
{
	struct pcapngblock b;
	const enum pcapng_result result = read_head(p, *octets, &b);
	size_t read;

	if (result != PCAPNG_PACKET)
		return result;
	read = pcapngblock_wanted(&b);
	if (b.body.rest.len < read)
		return more(p, PCAPNGBLOCK_HEAD + read);
	*found = read_body(p, &b, packet);
	if (*found == FOUND_SHORT)
		return PCAPNG_MORE;
	if (*found == FOUND_PACKET)
		read = (size_t)(packet->octets.p - b.body.rest.p) +
		    packet->octets.len;
	p->in_block = true;
	p->total = b.total;
	p->body_left = b.body_len - read;
	*octets = slice_after(*octets, PCAPNGBLOCK_HEAD + read);
	return PCAPNG_PACKET;
}

static void
pass_secrets(struct pcapng *p, struct slice octets)
{
	const struct slice piece = slice_first(octets, p->secrets_left);

	if (piece.len == 0)
		return;
	p->secrets_left -= (uint32_t)piece.len;
	if (p->secrets != NULL)
		p->secrets(p->arg, p->secrets_type, piece, p->secrets_left > 0);
}

/* The rest of a block, and its length again, which must be the same. */
static enum pcapng_result
finish_block(struct pcapng *p, struct slice *octets)
{
	const struct slice rest = slice_first(*octets, p->body_left);
	struct cursor c;

	pass_secrets(p, rest);
	p->body_left -= rest.len;
	*octets = slice_after(*octets, rest.len);
	if (p->body_left > 0)
		return more(p, 1);
	c = cursor_over(*octets);
	if (cursor_ordered32(&c, p->little) != p->total && !c.bad)
		return broken(p, "a block whose two lengths differ");
	if (c.bad)
		return more(p, 4);
	p->in_block = false;
	*octets = c.rest;
	return PCAPNG_PACKET;
}

enum pcapng_result
pcapng_next(
    struct pcapng *p, struct slice *octets, struct pcapng_packet *packet)
{
	enum found found = FOUND_NOTHING;

	while (found != FOUND_PACKET) {
		enum pcapng_result result = PCAPNG_PACKET;

		if (p->in_block)
			result = finish_block(p, octets);
		if (result == PCAPNG_PACKET)
			result = read_block(p, octets, packet, &found);
		if (result != PCAPNG_PACKET)
			return result;
	}
	return PCAPNG_PACKET;
}

size_t
pcapng_wanted(const struct pcapng *p)
{
	return p->wanted;
}

bool
pcapng_may_end(const struct pcapng *p)
{
	return p->in_section && !p->in_block;
}

const char *
pcapng_error(const struct pcapng *p)
{
	return p->error;
}

void
pcapng_statistics(const struct pcapng *p, struct pcapng_statistics *statistics)
{
	*statistics = (struct pcapng_statistics){
		.has_end = p->has_end,
		.end = p->end,
		.dropped = p->dropped_before + dropped_in_section(p),
	};
}

static bool
holds_packets(uint32_t type)
{
	return type == PCAPNGBLOCK_ENHANCED_PACKET ||
	    type == PCAPNGBLOCK_OLD_PACKET ||
	    type == PCAPNGBLOCK_SIMPLE_PACKET || type == PCAPNGBLOCK_SECTION;
}

uint64_t
pcapng_dropped_by(struct slice tail)
{
	struct pcapngblock b;
	const bool little = pcapngblock_last(tail, true, &b);
	uint64_t dropped = 0;

	for (unsigned n = 0; n < TAIL_BLOCKS &&
	     pcapngblock_last(tail, little, &b) && !holds_packets(b.type);
	     n++) {
		if (b.type == PCAPNGBLOCK_STATISTICS)
			dropped += pcapngblock_statistics(&b).dropped;
		tail = slice_first(tail, tail.len - b.total);
	}
	return dropped;
}

void
pcapng_stats(const struct pcapng *p, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "pcapng.too_long", p->too_long);
	output(arg, COUNTER_EVENT, "pcapng.malformed", p->malformed);
	output(arg, COUNTER_EVENT, "pcapng.no_interface", p->no_interface);
}
