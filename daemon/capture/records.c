/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "capture/format.h"

/* libpcap reads each packet in two pieces and copies it twice; here it is
 * borrowed from the window. */

enum {
	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	LINKTYPE = 0x03ffffff /* of the last field; above: FCS */
};

struct records {
	struct window *window;
	bool little, nanoseconds;
	uint32_t snaplen;
	int datalink;
	struct slice rest; /* of the window, behind the packet that was lent */
	const char *error;
};

/* window_need() of what follows.  The window is asked once for hundreds of
 * packets: where it ends is known. */
static inline int
need(struct records *r, size_t octets)
{
	int got;

	if (r->rest.len >= octets)
		return 1;
	window_take(r->window, window_octets(r->window).len - r->rest.len);
	got = window_need(r->window, octets);
	r->rest = window_octets(r->window);
	return got;
}

static bool
parse_header(struct slice octets, struct records *r)
{
	struct cursor c = cursor_over(octets);
	const uint32_t magic = cursor_u32(&c);
	uint16_t major, minor;

	r->little = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
	r->nanoseconds = magic == 0xa1b23c4d || magic == 0x4d3cb2a1;
	major = cursor_ordered16(&c, r->little);
	minor = cursor_ordered16(&c, r->little);
	cursor_take(&c, 8); /* the zone, and how exact stamps are: never used */
	r->snaplen = cursor_ordered32(&c, r->little);
	r->datalink = (int)(cursor_ordered32(&c, r->little) & LINKTYPE);
	if (r->snaplen == 0 || r->snaplen > INT32_MAX)
		r->snaplen = FORMAT_LARGEST;
	return !c.bad && major == 2 && minor == 4 &&
	    (r->little || r->nanoseconds || magic == 0xa1b2c3d4);
}

static int
records_new(
    struct window *window, const struct format_secrets *secrets, void **reader)
{
	const int got = window_need(window, FILE_HEADER);
	struct records *r;

	(void)secrets;
	if (got != 1)
		return got == 0 ? -EINVAL : got;
	r = malloc(sizeof(*r));
	if (r == NULL)
		return -ENOMEM;
	*r = (struct records){ .window = window, .error = "" };
	if (!parse_header(window_octets(window), r)) {
		free(r);
		return -ENOTSUP;
	}
	window_take(window, FILE_HEADER);
	r->rest = window_octets(window);
	*reader = r;
	return 0;
}

static enum format_result
ended(struct records *r, int got, bool inside)
{
	if (got == 0)
		return inside || r->rest.len > 0 ? FORMAT_CUT : FORMAT_END;
	r->error = strerror(-got);
	return FORMAT_DAMAGED;
}

static enum format_result
records_next(void *reader, struct packet *packet)
{
	struct records *r = reader;
	struct cursor c;
	uint32_t seconds, fraction, caplen, len;
	int got;

	got = need(r, RECORD_HEADER);
	if (got != 1)
		return ended(r, got, false);
	c = cursor_over(r->rest);
	seconds = cursor_ordered32(&c, r->little);
	fraction = cursor_ordered32(&c, r->little);
	caplen = cursor_ordered32(&c, r->little);
	len = cursor_ordered32(&c, r->little);
	if (caplen > FORMAT_LARGEST) {
		r->error = "a packet longer than any can be";
		return FORMAT_DAMAGED;
	}
	got = need(r, RECORD_HEADER + caplen);
	if (got != 1)
		return ended(r, got, true);
	packet->octets = slice_of(r->rest.p + RECORD_HEADER,
	    caplen < r->snaplen ? caplen : r->snaplen);
	r->rest = slice_after(r->rest, RECORD_HEADER + caplen);
	packet->len = len < packet->octets.len ? packet->octets.len : len;
	packet->datalink = r->datalink;
	packet->unstamped = packet->zoneless = false;
	return format_stamp(seconds,
		   r->nanoseconds ? (int64_t)fraction : fraction * NSTIME_US,
		   &packet->wall)
	    ? FORMAT_PACKET
	    : FORMAT_BAD_STAMP;
}

static const char *
records_error(const void *reader)
{
	const struct records *r = reader;

	return r->error;
}

const struct format records_format = {
	.window = RECORD_HEADER + FORMAT_LARGEST,
	.new = records_new,
	.free = free,
	.next = records_next,
	.error = records_error,
};
