/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/porttally.h"

#include <string.h>

void
porttally_add(struct porttally *tally, uint16_t port, uint64_t count)
{
	struct porttally_entry *const entries = tally->entries;
	size_t at = 0;

	while (at < tally->count && entries[at].port < port)
		at++;
	if (at < tally->count && entries[at].port == port) {
		entries[at].count += count;
		return;
	}
	if (tally->count == PORTTALLY_MOST) {
		tally->others += count;
		return;
	}
	memmove(&entries[at + 1], &entries[at],
	    (tally->count - at) * sizeof(*entries));
	entries[at] = (struct porttally_entry){ port, count };
	tally->count++;
}

uint64_t
porttally_sum(const struct porttally *tally)
{
	uint64_t sum = tally->others;

	for (size_t i = 0; i < tally->count; i++)
		sum += tally->entries[i].count;
	return sum;
}
