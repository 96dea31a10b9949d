/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/kerberos.h"

#include "base/calendar.h"
#include "base/cursor.h"

/* Tags as encoded in the first octet of a DER element. */
enum {
	DER_INTEGER = 0x02,
	DER_GENERALIZED_TIME = 0x18,
	DER_GENERAL_STRING = 0x1b,
	DER_SEQUENCE = 0x30,
	DER_APPLICATION = 0x60, /* constructed */
	DER_CONTEXT = 0xa0      /* constructed */
};

enum {
	AS_REP = DER_APPLICATION | 11,
	TGS_REP = DER_APPLICATION | 13,
	KRB_ERROR = DER_APPLICATION | 30,
	PROTOCOL_VERSION = 5,
	ERROR_TYPE = 30,
	MOST_LENGTH_OCTETS = 4,
	MOST_INTEGER_OCTETS = 5,
	MOST_NAME = 1024, /* octets of a realm or a principal's name */
	LENGTH_OCTETS = 4 /* before a message on a stream */
};

/* Many clocks tick that coarsely; without a fraction the resolution is 1 s. */
#define TICK (16 * NSTIME_MS)

/* False: of no form that DER or BER knows, or endless.  Too few octets are the
 * cursor's affair. */
static bool
read_length(struct cursor *c, size_t *len)
{
	*len = cursor_u8(c);
	if (*len > 0x80 + MOST_LENGTH_OCTETS || *len == 0x80)
		return false;
	if (*len > 0x80)
		*len = cursor_number(c, *len - 0x80);
	return true;
}

/* The contents of the next element, which must have this tag. */
static struct slice
take(struct cursor *c, uint8_t tag)
{
	size_t len;

	if (cursor_u8(c) != tag || !read_length(c, &len)) {
		c->bad = true;
		return slice_of(NULL, 0);
	}
	return cursor_take(c, len);
}

/* Into field number `n' of a SEQUENCE, which holds one element. */
static struct cursor
enter(struct cursor *c, unsigned n)
{
	struct cursor field = cursor_over(take(c, (uint8_t)(DER_CONTEXT | n)));

	field.bad = c->bad;
	return field;
}

static bool
is_next(const struct cursor *c, unsigned n)
{
	return !c->bad && c->rest.len > 0 && c->rest.p[0] == (DER_CONTEXT | n);
}

/* An error in a field is one in the whole. */
static void
leave(struct cursor *c, const struct cursor *field)
{
	c->bad = c->bad || field->bad || field->rest.len > 0;
}

static int64_t
integer(struct cursor *c, unsigned n)
{
	struct cursor field = enter(c, n);
	const struct slice s = take(&field, DER_INTEGER);
	uint64_t value;

	leave(c, &field);
	if (s.len == 0 || s.len > MOST_INTEGER_OCTETS) {
		c->bad = true;
		return 0;
	}
	value = s.p[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < s.len; i++)
		value = value << 8 | s.p[i];
	return (int64_t)value;
}

/* A number that may be from `least' to `most'. */
static int64_t
bounded(struct cursor *c, unsigned n, int64_t least, int64_t most)
{
	const int64_t value = integer(c, n);

	c->bad = c->bad || value < least || value > most;
	return value;
}

static unsigned
digits(struct cursor *c, size_t count, unsigned least, unsigned most)
{
	uint64_t value = 0;

	if (!slice_decimal(cursor_take(c, count), most, &value) ||
	    value < least)
		c->bad = true;
	return (unsigned)value;
}

/* KerberosTime, RFC 4120 section 5.2.3: YYYYMMDDhhmmssZ.  The years are those
 * that nstime holds. */
static nstime
time_of(struct cursor *c, unsigned n)
{
	struct cursor field = enter(c, n);
	struct cursor t = cursor_over(take(&field, DER_GENERALIZED_TIME));
	struct calendar_date date;
	int64_t seconds;

	date.year = digits(&t, 4, 1700, 2200);
	date.month = digits(&t, 2, 1, 12);
	date.day = digits(&t, 2, 1, 31);
	seconds = digits(&t, 2, 0, 23) * 3600;
	seconds += digits(&t, 2, 0, 59) * 60;
	seconds += digits(&t, 2, 0, 60);
	if (cursor_u8(&t) != 'Z')
		t.bad = true;
	leave(&field, &t);
	leave(c, &field);
	if (c->bad || date.day > calendar_days_in(date.year, date.month)) {
		c->bad = true;
		return 0;
	}
	return (calendar_days(date) * CALENDAR_DAY_S + seconds) * NSTIME_S;
}

static struct slice
realm_of(struct cursor *c, unsigned n)
{
	struct cursor field = enter(c, n);
	const struct slice realm = take(&field, DER_GENERAL_STRING);

	leave(c, &field);
	c->bad = c->bad || realm.len > MOST_NAME;
	return realm;
}

/* A principal's name has to be there, and that is all. */
static void
skip_name(struct cursor *c, unsigned n)
{
	struct cursor field = enter(c, n);

	c->bad = c->bad || field.rest.len > MOST_NAME;
	take(&field, DER_SEQUENCE);
	leave(c, &field);
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

	if (is_next(c, 2))
		seconds = time_of(c, 2);
	if (is_next(c, 3))
		fraction = bounded(c, 3, 0, 999999);
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
	struct cursor c = cursor_over(take(&outer, KRB_ERROR));
	struct kerberos k = { .error = 0 };
	int64_t fraction;

	c.bad = outer.bad;
	c = (struct cursor){ .rest = take(&c, DER_SEQUENCE), .bad = c.bad };
	bounded(&c, 0, PROTOCOL_VERSION, PROTOCOL_VERSION);
	bounded(&c, 1, ERROR_TYPE, ERROR_TYPE);
	read_client_time(&c, &k);
	k.server_time = time_of(&c, 4);
	fraction = bounded(&c, 5, 0, 999999);
	k.server_time += fraction * NSTIME_US;
	k.server_resolution = resolution_of(fraction);
	k.error = (int32_t)bounded(&c, 6, INT32_MIN, INT32_MAX);
	if (is_next(&c, 7))
		realm_of(&c, 7);
	if (is_next(&c, 8))
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
	if (!read_length(&c, &len))
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
