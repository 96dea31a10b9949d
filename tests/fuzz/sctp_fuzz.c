/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/sctp.h"

#include <stdlib.h>

/*
 * Packets of SCTP, one after the other: two octets hold the length of each, and
 * the first bit its direction.
 */

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void
on_event(void *arg, const struct sctp_event *e)
{
	uint64_t *sum = arg;

	for (size_t i = 0; i < e->octets.len; i++)
		*sum += e->octets.p[i];
	if (e->octets.len > 65536 || e->kind > SCTP_SHUT)
		abort();
}

static void
input(struct sctp *s, struct slice packet, bool back, uint64_t *sum)
{
	const uint8_t ends[2][4] = { { 192, 0, 2, 1 }, { 192, 0, 2, 2 } };
	uint8_t *exact = malloc(packet.len + (packet.len == 0));
	struct ip ip = {
		.from = endpoint_address(slice_of(ends[back], 4)),
		.to = endpoint_address(slice_of(ends[!back], 4)),
		.protocol = IP_SCTP,
		.payload = slice_of(exact, packet.len),
		.payload_len = packet.len,
	};

	if (exact == NULL)
		return;
	if (packet.len > 0)
		memcpy(exact, packet.p, packet.len);
	sctp_input(s, &ip, on_event, sum);
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct sctp *s = sctp_new();
	uint64_t sum = 0;

	if (s == NULL)
		return 0;
	while (len >= 2) {
		const size_t want = (size_t)(octets[0] & 0x7f) << 8 | octets[1];
		const size_t size = want < len - 2 ? want : len - 2;

		input(s, slice_of(octets + 2, size), octets[0] >> 7, &sum);
		octets += 2 + size;
		len -= 2 + size;
	}
	sctp_reset(s);
	sctp_free(s);
	return sum == UINT64_MAX;
}
