/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/asreq.h"

#include "witness/inner/ber.h"

enum {
	AS_REQ = BER_APPLICATION | 10,
	REQUEST_TYPE = 10,
	PROTOCOL_VERSION = 5,
	LENGTH_OCTETS = 4, /* before a message on a stream */
	USER = 1,          /* classes of principals, learned apart */
	MACHINE = 2
};

/* "alice" is a user; "host/fe.example.com" and "FE$" are not. */
static bool
is_machine(struct slice names)
{
	struct cursor c = cursor_over(names);
	const struct slice first = ber_take(&c, BER_GENERAL_STRING);

	return c.rest.len > 0 ||
	    (first.len > 0 && first.p[first.len - 1] == '$');
}

/* RFC 4120 section 5.2.2 */
static bool
read_name(struct cursor *c, unsigned n)
{
	struct cursor field = ber_enter(c, n);
	struct cursor name = ber_into(&field, BER_SEQUENCE);
	struct cursor names;
	struct slice all;

	ber_bounded(&name, 0, INT32_MIN, INT32_MAX);
	names = ber_enter(&name, 1);
	all = ber_take(&names, BER_SEQUENCE);
	ber_leave(&name, &names);
	ber_leave(&field, &name);
	ber_leave(c, &field);
	return is_machine(all);
}

static void
skip(struct cursor *c, unsigned n)
{
	if (ber_has(c, n))
		ber_enter(c, n);
}

/* What follows the end of the ticket is not read. */
static bool
read_body(struct cursor *c, struct asreq *request)
{
	struct asreq r = { .machine = false };

	skip(c, 0); /* options */
	if (ber_has(c, 1))
		r.machine = read_name(c, 1);
	skip(c, 2); /* realm */
	skip(c, 3); /* of which service */
	skip(c, 4); /* from when on */
	r.till = ber_time(c, 5);
	if (c->bad)
		return false;
	*request = r;
	return true;
}

bool
asreq_parse(struct slice datagram, struct asreq *request)
{
	struct cursor outer = cursor_over(datagram);
	struct cursor message = ber_into(&outer, AS_REQ);
	struct cursor c = ber_into(&message, BER_SEQUENCE);
	struct cursor field, body;

	ber_bounded(&c, 1, PROTOCOL_VERSION, PROTOCOL_VERSION);
	ber_bounded(&c, 2, REQUEST_TYPE, REQUEST_TYPE);
	skip(&c, 3); /* proofs */
	field = ber_enter(&c, 4);
	body = ber_into(&field, BER_SEQUENCE);
	return !c.bad && read_body(&body, request);
}

enum witness_answer
asreq_read_datagram(struct slice datagram, struct witness_reading *reading)
{
	struct asreq r;

	if (!asreq_parse(datagram, &r))
		return WITNESS_FOREIGN;
	*reading = (struct witness_reading){
		.sender = { r.till, NSTIME_S },
		.unproven = true,
		.speaker = { .number = r.machine ? MACHINE : USER },
	};
	return WITNESS_TOLD;
}

enum witness_answer
asreq_read_stream(struct slice first, struct witness_reading *reading)
{
	struct cursor c = cursor_over(first);
	const uint32_t len = cursor_u32(&c);

	if (c.bad)
		return WITNESS_PARTIAL;
	if (len > WITNESS_STREAM - LENGTH_OCTETS ||
	    (c.rest.len > 0 && c.rest.p[0] != AS_REQ))
		return WITNESS_FOREIGN;
	if (c.rest.len < len)
		return WITNESS_PARTIAL;
	return asreq_read_datagram(slice_first(c.rest, len), reading);
}
