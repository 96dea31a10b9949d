/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/pcapng.h"

#include <stdlib.h>

/* A file; its first octet says how many octets more each read brings. */

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void
on_secrets(void *arg, uint32_t type, struct slice octets, bool more)
{
	uint64_t *sum = arg;

	*sum += type + more;
	for (size_t i = 0; i < octets.len; i++)
		*sum += octets.p[i];
}

static void
check(const struct pcapng_packet *packet)
{
	if (packet->octets.len > PCAPNG_LARGEST ||
	    packet->len < packet->octets.len ||
	    (packet->stamp != PCAPNG_STAMP && packet->wall != 0) ||
	    packet->wall < 0)
		abort();
}

/* Packets in the octets given, and what is left of these. */
static enum pcapng_result
read_packets(struct pcapng *p, struct slice *octets)
{
	struct pcapng_packet packet;
	enum pcapng_result result;

	while ((result = pcapng_next(p, octets, &packet)) == PCAPNG_PACKET)
		check(&packet);
	if (result == PCAPNG_MORE &&
	    (pcapng_wanted(p) > PCAPNG_WINDOW ||
		pcapng_wanted(p) <= octets->len))
		abort();
	return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const size_t step = len == 0 ? 1 : (size_t)octets[0] * 8 + 1;
	const struct slice file = slice_after(slice_of(octets, len), 1);
	uint64_t sum = 0;
	struct pcapng *p = pcapng_new(on_secrets, &sum);
	size_t done = 0, given = 0;

	if (p == NULL)
		return 0;
	while (given < file.len) {
		struct slice s;

		given = given + step < file.len ? given + step : file.len;
		s = slice_between(file, done, given);
		if (read_packets(p, &s) == PCAPNG_BROKEN)
			break;
		done = given - s.len;
	}
	pcapng_free(p);
	pcapng_dropped_by(file);
	return 0;
}
