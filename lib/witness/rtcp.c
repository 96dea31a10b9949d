/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/rtcp.h"

#include "base/cursor.h"
#include "witness/ntp.h"

enum {
	VERSION = 2,
	DESCRIPTION = 202,
	LEAST_TYPE = 192, /* of all that were ever assigned */
	MOST_TYPE = 223,
	WORD = 4,
	ITEM_END = 0
};

/* 1980-01-06: GPS counts from there, and no clock shows less but one that was
 * never set, or a counter. */
#define EARLIEST ((int64_t)315964800 * NSTIME_S)

/* One packet of a compound (RFC 3550 section 6.1). */
struct rtcp_packet {
	unsigned count, type;
	struct cursor body;
};

/* False: it is none, or longer than what is left of the datagram. */
static bool
take_part(struct cursor *c, struct rtcp_packet *p)
{
	const uint8_t flags = cursor_u8(c);
	const uint8_t type = cursor_u8(c);
	const size_t words = cursor_u16(c);

	p->count = flags & 0x1f;
	p->type = type;
	p->body = cursor_over(cursor_take(c, words * WORD));
	return !c->bad && flags >> 6 == VERSION && type >= LEAST_TYPE &&
	    type <= MOST_TYPE;
}

void
rtcp_block(struct rtcp *r, uint32_t other, uint32_t quoted, uint32_t delay)
{
	r->other = other;
	r->quoted = quoted;
	r->delay = (nstime)((uint64_t)delay * NSTIME_S >> 16);
	r->answers = quoted != 0;
}

static void
read_block(struct cursor *c, struct rtcp *r)
{
	const uint32_t other = cursor_u32(c);
	uint32_t quoted;

	cursor_take(c, 3 * WORD); /* loss, sequence number, jitter */
	quoted = cursor_u32(c);
	rtcp_block(r, other, quoted, cursor_u32(c));
}

bool
rtcp_stamp(uint64_t stamp, struct rtcp *r)
{
	const nstime time = ntp_time(stamp);

	if (stamp >> 63 == 0 || time < EARLIEST)
		return false;
	r->time = time;
	r->resolution = ntp_resolution(time);
	r->middle = (uint32_t)(stamp >> 16);
	return true;
}

static bool
read_report(struct rtcp_packet *p, struct rtcp *r)
{
	struct cursor *const c = &p->body;
	uint64_t stamp;

	r->ssrc = cursor_u32(c);
	stamp = cursor_u64(c);
	cursor_take(c, 3 * WORD); /* RTP time, packets, octets */
	if (p->count > 0)
		read_block(c, r);
	return !c->bad && rtcp_stamp(stamp, r);
}

/* The CNAME among the items of one source, up to the next word's end. */
static struct slice
take_items(struct cursor *c)
{
	const size_t before = c->rest.len;
	struct slice cname = slice_of(NULL, 0);
	uint8_t item;

	while ((item = cursor_u8(c)) != ITEM_END) {
		const struct slice text = cursor_take(c, cursor_u8(c));

		if (item == RTCP_CNAME)
			cname = text;
	}
	cursor_take(c, (WORD - (before - c->rest.len) % WORD) % WORD);
	return cname;
}

static void
read_description(struct rtcp_packet *p, struct rtcp *r)
{
	for (unsigned i = 0; i < p->count && !p->body.bad; i++) {
		const uint32_t ssrc = cursor_u32(&p->body);
		const struct slice cname = take_items(&p->body);

		if (ssrc == r->ssrc && !p->body.bad)
			r->cname = cname;
	}
}

bool
rtcp_parse(struct slice datagram, struct rtcp *rtcp)
{
	struct cursor c = cursor_over(datagram);
	struct rtcp r = { .answers = false };
	struct rtcp_packet p;

	if (!take_part(&c, &p) || p.type != RTCP_SR || !read_report(&p, &r))
		return false;
	while (c.rest.len > 0) {
		if (!take_part(&c, &p))
			return false;
		if (p.type == DESCRIPTION)
			read_description(&p, &r);
	}
	*rtcp = r;
	return true;
}

void
rtcp_tell(const struct rtcp *r, struct witness_reading *reading)
{
	*reading = (struct witness_reading){
		.sender = { r->time, r->resolution },
		.unproven = true,
		.speaker = {
			.passed_on = true,
			.number = r->ssrc,
			.name = r->cname,
			.sent = r->middle,
			.answers = r->answers,
			.other = r->other,
			.quoted = r->quoted,
			.delay = r->delay,
		},
	};
}

enum witness_answer
rtcp_read(struct slice datagram, struct witness_reading *reading)
{
	struct rtcp r;

	if (!rtcp_parse(datagram, &r))
		return WITNESS_FOREIGN;
	rtcp_tell(&r, reading);
	return WITNESS_TOLD;
}
