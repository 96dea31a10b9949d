/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/servertrace.h"

#include <stdlib.h>

/* A file; its first octet says how many octets more each read brings. */

enum { ROOM = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

static void
look_at(struct slice record)
{
	uint8_t room[ROOM];
	uint8_t *exact = malloc(record.len + (record.len == 0));
	const struct slice copy = slice_of(exact, record.len);
	struct servertrace t;
	uint16_t port = 0;
	nstime wall;

	if (exact == NULL)
		return;
	if (record.len > 0)
		memcpy(exact, record.p, record.len);
	servertrace_begins(copy);
	if (servertrace_stamp(copy, &wall) && wall < 0)
		abort();
	servertrace_parse(copy, &t);
	servertrace_host(t.peer, &port);
	if (t.kind == SERVERTRACE_MESSAGE &&
	    servertrace_write(&t, room, sizeof(room)) > sizeof(room))
		abort();
	free(exact);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	const size_t step = len == 0 ? 1 : (size_t)octets[0] * 8 + 1;
	const struct slice file = slice_after(slice_of(octets, len), 1);
	size_t done = 0, given = 0;

	for (;;) {
		struct slice rest = slice_between(file, done, given), record;
		const enum servertrace_cut got =
		    servertrace_next(&rest, given == file.len, &record);

		done = given - rest.len;
		if (got == SERVERTRACE_RECORD)
			look_at(record);
		if (got != SERVERTRACE_MORE)
			continue;
		if (given == file.len)
			return 0;
		given = given + step < file.len ? given + step : file.len;
	}
}
