/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "sip/scan.h"
#include "tools/scansame.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/* Some inputs are two messages: lines of the first are known in the second. */
static void
check(struct message *parser, struct slice octets,
    const struct message_limits *limits, struct scanlines *known)
{
	struct sip_message scanned, parsed;
	const enum scan_verdict scan =
	    scan_message(octets, limits, known, &scanned);
	const enum message_verdict verdict =
	    message_parse(parser, octets, &parsed);

	if (scan == SCAN_FOREIGN && verdict != MESSAGE_FOREIGN)
		__builtin_trap();
	if (scan == SCAN_PARSED &&
	    (verdict != MESSAGE_PARSED ||
		scansame_difference(&scanned, &parsed) != NULL))
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static const struct message_limits limits = { .octets = 4096,
		.headers = 30 };
	static struct message *parser;
	static struct scanlines *known;
	const struct slice input = slice_of(octets, len);
	const size_t first = slice_find(input, "\r\n\r\n") + 4;

	message_init();
	if (parser == NULL)
		parser = message_new(&limits);
	if (known != NULL)
		scanlines_free(known);
	known = scanlines_new();
	check(parser, input, &limits, NULL);
	check(parser, input, &limits, known);
	check(parser, slice_after(input, first), &limits, known);
	check(parser, input, &limits, known);
	return 0;
}
