/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/packetmask.h"

#include <stdlib.h>

#include "net/decode.h"
#include "net/inetsum.h"
#include "witness/ntp.h"

enum {
	NTP_HEADER = 48,
	TLS_HEAD = 5,
	TLS_LONGEST = 16384 + 2048, /* RFC 5246 section 6.2.3 */
	TLS_HELLO = 38              /* of a hello: up to its random */
};

enum tls_type {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23
};

/* One direction of a connection, put together. */
struct maskrun {
	uint8_t *octets, *shown; /* both of `room' octets */
	size_t len, room;
	uint32_t sequence;    /* of the first octet */
	size_t first, beyond; /* which of the sorted segments it is made of */
	bool doubtful;        /* an octet came twice and was not the same */
};

static bool
is_tls_record(struct slice s)
{
	return s.len >= TLS_HEAD && s.p[0] >= TLS_CHANGE_CIPHER_SPEC &&
	    s.p[0] <= TLS_APPLICATION_DATA && s.p[1] == 3 && s.p[2] <= 4 &&
	    (s.p[3] << 8 | s.p[4]) <= TLS_LONGEST;
}

/* How much of a record's body may be shown.  Certificates name people. */
static size_t
shown_of_record(uint8_t type, struct slice body, enum identity_mode mode)
{
	if (type == TLS_APPLICATION_DATA)
		return 0;
	if (type == TLS_HANDSHAKE && mode != IDENTITY_FULL)
		return body.len > 0 && (body.p[0] == 1 || body.p[0] == 2)
		    ? TLS_HELLO
		    : 0;
	return body.len;
}

static void
show_tls(struct slice s, enum identity_mode mode, uint8_t *shown)
{
	while (is_tls_record(s)) {
		const struct slice body = slice_first(
		    slice_after(s, TLS_HEAD), (size_t)(s.p[3] << 8 | s.p[4]));
		const size_t len = shown_of_record(s.p[0], body, mode);

		memset(shown, 1, TLS_HEAD + (len < body.len ? len : body.len));
		shown += TLS_HEAD + body.len;
		s = slice_after(s, TLS_HEAD + body.len);
	}
}

static void
show_stream(struct slice s, enum identity_mode mode, uint8_t *shown)
{
	if (is_tls_record(s))
		show_tls(s, mode, shown);
	else
		sipmask_stream(s, mode, shown);
}

static void
show_datagram(const struct layers *l, struct slice s, enum identity_mode mode,
    uint8_t *shown)
{
	if (l->from.port == NTP_PORT || l->to.port == NTP_PORT)
		memset(shown, 1, s.len < NTP_HEADER ? s.len : NTP_HEADER);
	else
		sipmask_datagram(s, mode, shown);
}

/* RFC 1624: the change of what it covers is the change of its complement. */
static void
renew_checksum(const struct packetmask_packet *p)
{
	const struct layers *l = &p->packet->layers;
	const struct slice before =
	    slice_between(p->packet->packet.octets, l->transport, l->end);
	const struct slice after =
	    slice_of(p->octets + l->transport, before.len);
	uint16_t sum;

	if (l->checksum == 0 || l->checksum + 2 > l->end)
		return;
	sum = (uint16_t)(p->octets[l->checksum] << 8 |
	    p->octets[l->checksum + 1]);
	sum = inetsum_add((uint16_t)~sum, inetsum(after));
	sum = (uint16_t)~inetsum_add(sum, (uint16_t)~inetsum(before));
	if (sum == 0 && l->kind == LAYERS_UDP)
		sum = UINT16_MAX; /* 0: none, RFC 768 */
	p->octets[l->checksum] = (uint8_t)(sum >> 8);
	p->octets[l->checksum + 1] = (uint8_t)sum;
}

/* Headers as they are, all else overwritten. */
static void
overwrite(const struct packetmask_packet *p)
{
	const struct slice octets = p->packet->packet.octets;
	const size_t content = p->packet->layers.content;

	memset(p->octets, PACKETMASK_OCTET, octets.len);
	memcpy(p->octets, octets.p, content);
}

static bool
mask_datagram(const struct packetmask_packet *p, enum identity_mode mode)
{
	const struct slice content = packetring_content(p->packet);
	uint8_t *shown = calloc(content.len + 1, 1);

	if (shown == NULL)
		return false;
	show_datagram(&p->packet->layers, content, mode, shown);
	for (size_t i = 0; i < content.len; i++)
		if (shown[i])
			p->octets[p->packet->layers.content + i] = content.p[i];
	free(shown);
	return true;
}

static bool
same_direction(const struct layers *a, const struct layers *b)
{
	return b->kind == LAYERS_TCP && endpoint_equal(&a->from, &b->from) &&
	    endpoint_equal(&a->to, &b->to);
}

/* Does it carry octets of the stream whose place is known? */
static bool
is_segment(const struct packetmask_packet *p)
{
	const struct layers *l = &p->packet->layers;

	return l->kind == LAYERS_TCP && !l->fragment &&
	    (l->flags & TCP_SYN) == 0 && packetring_content(p->packet).len > 0;
}

static int
compare_sequences(const void *a, const void *b)
{
	const struct packetmask_packet *const *x = a, *const *y = b;
	const int32_t less = (int32_t)((*x)->packet->layers.sequence -
	    (*y)->packet->layers.sequence);

	return less < 0 ? -1 : less > 0;
}

/* Put a segment to the run. */
static void
put(struct maskrun *run, const struct packetmask_packet *p)
{
	const struct slice content = packetring_content(p->packet);
	const size_t at =
	    (uint32_t)(p->packet->layers.sequence - run->sequence);

	for (size_t i = 0; i < content.len; i++) {
		if (at + i == run->len)
			run->octets[run->len++] = content.p[i];
		else if (run->octets[at + i] != content.p[i])
			run->doubtful = true;
	}
}

static void
apply(const struct maskrun *run, const struct packetmask_packet *p)
{
	const struct slice content = packetring_content(p->packet);
	const size_t at =
	    (uint32_t)(p->packet->layers.sequence - run->sequence);

	for (size_t i = 0; i < content.len; i++)
		if (run->shown[at + i])
			p->octets[p->packet->layers.content + i] = content.p[i];
}

static void
finish_run(struct maskrun *run, const struct packetmask_packet *const *sorted,
    enum identity_mode mode)
{
	if (run->doubtful)
		return;
	memset(run->shown, 0, run->len);
	show_stream(slice_of(run->octets, run->len), mode, run->shown);
	for (size_t i = run->first; i < run->beyond; i++)
		apply(run, sorted[i]);
}

/* The sorted segments of one direction, run by run. */
static void
mask_sorted(struct maskrun *run, const struct packetmask_packet *const *sorted,
    size_t count, enum identity_mode mode)
{
	for (size_t i = 0; i < count; i++) {
		const uint32_t sequence = sorted[i]->packet->layers.sequence;

		if (i == 0 || (uint32_t)(sequence - run->sequence) > run->len) {
			if (i > 0)
				finish_run(run, sorted, mode);
			run->sequence = sequence;
			run->first = i;
			run->len = 0;
			run->doubtful = false;
		}
		put(run, sorted[i]);
		run->beyond = i + 1;
	}
	if (count > 0)
		finish_run(run, sorted, mode);
}

static bool
mask_direction(const struct packetmask_packet **sorted, size_t count,
    enum identity_mode mode)
{
	struct maskrun run = { .room = 1 };
	bool done;

	for (size_t i = 0; i < count; i++)
		run.room += packetring_content(sorted[i]->packet).len;
	qsort(sorted, count, sizeof(*sorted), compare_sequences);
	run.octets = malloc(run.room);
	run.shown = calloc(run.room, 1);
	done = run.octets != NULL && run.shown != NULL;
	if (done)
		mask_sorted(&run, sorted, count, mode);
	free(run.octets);
	free(run.shown);
	return done;
}

/* The segments of the same direction as `first', unless an earlier packet has
 * led to them. */
static size_t
gather(const struct packetmask_packet *packets, size_t count, size_t first,
    const struct packetmask_packet **sorted)
{
	const struct layers *l = &packets[first].packet->layers;
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_segment(&packets[i]) ||
		    !same_direction(l, &packets[i].packet->layers))
			continue;
		if (i < first)
			return 0;
		sorted[found++] = &packets[i];
	}
	return found;
}

bool
packetmask(const struct packetmask_packet *packets, size_t count,
    enum identity_mode mode)
{
	const struct packetmask_packet **sorted =
	    calloc(count + 1, sizeof(*sorted));
	bool done = sorted != NULL;

	for (size_t i = 0; i < count; i++)
		overwrite(&packets[i]);
	for (size_t i = 0; i < count && done; i++) {
		if (packets[i].packet->layers.kind == LAYERS_UDP)
			done = mask_datagram(&packets[i], mode);
		else if (is_segment(&packets[i]))
			done = mask_direction(
			    sorted, gather(packets, count, i, sorted), mode);
	}
	for (size_t i = 0; i < count; i++)
		renew_checksum(&packets[i]);
	free(sorted);
	return done;
}
