/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef STREAMPART_H
#define STREAMPART_H

#include "base/nstime.h"
#include "base/slice.h"
#include "net/transport.h"

/*
 * A part of a stream of octets in order, whoever put it in order: TCP itself,
 * or TLS that was decrypted.  The rooms that read streams cannot distinguish
 * them.
 */

enum streampart_direction { STREAMPART_TO_SERVER, STREAMPART_TO_CLIENT };

struct streampart {
	enum transport transport; /* of the messages on it: TCP or TLS */
	enum streampart_direction direction;
	bool midway; /* the stream did not begin with its first octet */
	struct slice octets;
	uint64_t lost; /* not 0: so many octets are missing, and there are none
			* here */
	/*
	 * The place of the part in the stream that TCP carries: the offset of
	 * its first octet, and how much of that stream it takes.  In clear
	 * `size' is octets.len; a record of TLS is larger than what is in it.
	 */
	uint64_t offset;
	uint64_t size;
	nstime now, wall; /* of the segment that brought it */
};

/* TCP has acknowledged the octets of the part up to but not including `until'
 * once it has acknowledged up to here. */
static inline uint64_t
streampart_end(const struct streampart *part, size_t until)
{
	return part->offset +
	    (part->size == part->octets.len ? until : part->size);
}

#endif
