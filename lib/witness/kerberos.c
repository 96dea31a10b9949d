/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/kerberos.h"

#include "witness/inner/ber.h"

enum {
	AS_REP = BER_APPLICATION | 11,
	TGS_REP = BER_APPLICATION | 13,
	KRB_ERROR = BER_APPLICATION | 30,
	PROTOCOL_VERSION = 5,
	ERROR_TYPE = 30,
	MOST_NAME = 1024, /* octets of a realm or a principal's name */
	LENGTH_OCTETS = 4 /* before a message on a stream */
};

/* Many clocks tick that coarsely; without a fraction the resolution is 1 s. */
#define TICK (16 * NSTIME_MS)

static struct slice
realm_of(struct cursor *c, unsigned n)
{
	struct cursor field = ber_enter(c, n);
	const struct slice realm = ber_take(&field, BER_GENERAL_STRING);

	ber_leave(c, &field);
	c->bad = c->bad || realm.len > MOST_NAME;
	return realm;
}

/* A principal's name has to be there, and that is all. */
static void
skip_name(struct cursor *c, unsigned n)
{
	struct cursor field = ber_enter(c, n);

	c->bad = c->bad || field.rest.len > MOST_NAME;
	ber_take(&field, BER_SEQUENCE);
	ber_leave(c, &field);
}

/*
 * Some KDCs (MIT's) put the nonce of the request where the client's time
 * belongs, and 0 for its microseconds.  So it counts only with a fraction.
 */
static void
read_client_time(struct cursor *c, struct kerberos *k)
{
	nstime seconds = 0;
	int64_t fraction = 0;

	if (ber_has(c, 2))
		seconds = ber_time(c, 2);
	if (ber_has(c, 3))
		fraction = ber_bounded(c, 3, 0, 999999);
	k->has_client_time = seconds != 0 && fraction != 0;
	k->client_time = seconds + fraction * NSTIME_US;
	/* Some clients divide by a thousand once too often. */
	k->client_resolution = fraction < 1000 ? NSTIME_S : NSTIME_MS;
}

/*
 * MIT's KDC reads the microseconds with the first error of a second and adds
 * one for each error after it, so a stamp is up to a second old, though never
 * of another second.
 */
static nstime
resolution_of(int64_t fraction)
{
	const nstime rest = NSTIME_S - fraction * NSTIME_US;

	return rest > TICK ? rest : TICK;
}

/* RFC 4120 section 5.9.1.  Texts and data behind the names are not read. */
static bool
read_error(struct slice message, struct kerberos *result)
{
	struct cursor outer = cursor_over(message);
	struct cursor error = ber_into(&outer, KRB_ERROR);
	struct cursor c = ber_into(&error, BER_SEQUENCE);
	struct kerberos k = { .error = 0 };
	int64_t fraction;

	ber_bounded(&c, 0, PROTOCOL_VERSION, PROTOCOL_VERSION);
	ber_bounded(&c, 1, ERROR_TYPE, ERROR_TYPE);
	read_client_time(&c, &k);
	k.server_time = ber_time(&c, 4);
	fraction = ber_bounded(&c, 5, 0, 999999);
	k.server_time += fraction * NSTIME_US;
	k.server_resolution = resolution_of(fraction);
	k.error = (int32_t)ber_bounded(&c, 6, INT32_MIN, INT32_MAX);
	if (ber_has(&c, 7))
		realm_of(&c, 7);
	if (ber_has(&c, 8))
		skip_name(&c, 8);
	k.realm = realm_of(&c, 9);
	skip_name(&c, 10);
	if (c.bad)
		return false;
	*result = k;
	return true;
}

static bool
is_success(uint8_t tag)
{
	return tag == AS_REP || tag == TGS_REP;
}

enum kerberos_verdict
kerberos_parse(struct slice datagram, struct kerberos *k)
{
	if (datagram.len > 0 && is_success(datagram.p[0]))
		return KERBEROS_SUCCESS;
	return read_error(datagram, k) ? KERBEROS_ERROR : KERBEROS_FOREIGN;
}

/* A message of `len' octets, of which there may be less. */
static enum kerberos_verdict
wait_for(struct slice message, size_t len, struct kerberos *k)
{
	if (!is_success(message.p[0]) && message.p[0] != KRB_ERROR)
		return KERBEROS_FOREIGN;
	if (message.p[0] == KRB_ERROR && len > message.len)
		return len > WITNESS_STREAM ? KERBEROS_FOREIGN
					    : KERBEROS_PARTIAL;
	return kerberos_parse(slice_first(message, len), k);
}

/* Some KDCs (Heimdal's) send the length in a segment of its own, which the
 * capture filter does not let through. */
static enum kerberos_verdict
read_bare(struct slice message, struct kerberos *k)
{
	struct cursor c = cursor_over(message);
	size_t len;

	cursor_take(&c, 1);
	if (!ber_length(&c, &len))
		return KERBEROS_FOREIGN;
	if (c.bad)
		return KERBEROS_PARTIAL;
	return wait_for(message, message.len - c.rest.len + len, k);
}

enum kerberos_verdict
kerberos_stream(struct slice first, struct kerberos *k)
{
	struct cursor c = cursor_over(first);
	const uint32_t len = cursor_u32(&c);

	if (first.len > 0 && first.p[0] != 0)
		return read_bare(first, k);
	if (c.bad || c.rest.len == 0)
		return KERBEROS_PARTIAL;
	if (len == 0 || len > WITNESS_STREAM - LENGTH_OCTETS)
		return len > 0 && is_success(c.rest.p[0]) ? KERBEROS_SUCCESS
							  : KERBEROS_FOREIGN;
	return wait_for(c.rest, len, k);
}

static enum witness_answer
answer(enum kerberos_verdict verdict, const struct kerberos *k,
    struct witness_reading *reading)
{
	if (verdict == KERBEROS_PARTIAL || verdict == KERBEROS_FOREIGN)
		return verdict == KERBEROS_PARTIAL ? WITNESS_PARTIAL
						   : WITNESS_FOREIGN;
	*reading = (struct witness_reading){
		.success = verdict == KERBEROS_SUCCESS,
	};
	if (verdict == KERBEROS_SUCCESS)
		return WITNESS_TOLD;
	reading->sender.time = k->server_time;
	reading->sender.resolution = k->server_resolution;
	if (k->has_client_time) {
		reading->receiver.time = k->client_time;
		reading->receiver.resolution = k->client_resolution;
	}
	reading->refused = k->error == KERBEROS_ERR_SKEW;
	reading->error = k->error;
	reading->authority = k->realm;
	return WITNESS_TOLD;
}

enum witness_answer
kerberos_read_datagram(struct slice datagram, struct witness_reading *reading)
{
	struct kerberos k;

	return answer(kerberos_parse(datagram, &k), &k, reading);
}

enum witness_answer
kerberos_read_stream(struct slice first, struct witness_reading *reading)
{
	struct kerberos k;

	return answer(kerberos_stream(first, &k), &k, reading);
}
