/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>

#include "witness/witness.h"

/*
 * The readers of all witnesses, picked by the first octet.  What is read lies
 * in the octets; an answer about a stream that was given is not taken back when
 * more comes.
 */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void
hold(const struct witness_reading *r, struct slice octets)
{
	const struct slice name = r->speaker.name;

	assert(r->sender.resolution >= 0 && r->receiver.resolution >= 0);
	assert(name.len == 0 ||
	    (name.p >= octets.p && name.p + name.len <= octets.p + octets.len));
	assert(!r->has_zone || (r->zone > -1440 && r->zone < 1440));
}

static void
read_stream(witness_read *read, struct slice octets)
{
	struct witness_reading r;
	const enum witness_answer all = read(octets, &r);

	for (size_t cut = 0; cut < octets.len && cut < WITNESS_STREAM; cut++) {
		const enum witness_answer part =
		    read(slice_first(octets, cut), &r);

		assert(part == WITNESS_PARTIAL || part == all);
		if (part == WITNESS_TOLD)
			hold(&r, octets);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const struct slice all = slice_of(octets, len);
	const struct slice rest = slice_after(all, 1);
	const struct witness_row *row;
	struct witness_reading r;

	if (len == 0)
		return 0;
	row = witness_row((enum witness)(octets[0] % WITNESS_KINDS));
	if (row->udp.read != NULL && row->udp.read(rest, &r) == WITNESS_TOLD)
		hold(&r, rest);
	if (row->challenge != NULL && row->challenge(rest, &r) == WITNESS_TOLD)
		hold(&r, rest);
	if (row->tcp.read != NULL)
		read_stream(row->tcp.read, rest);
	return 0;
}
