/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "sip/scan.h"
#include "tools/scansame.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static const struct message_limits limits = { .octets = 4096,
		.headers = 30 };
	static struct message *parser;
	struct sip_message scanned, parsed;
	enum message_verdict verdict;
	enum scan_verdict scan;

	message_init();
	if (parser == NULL)
		parser = message_new(&limits);
	scan = scan_message(slice_of(octets, len), &limits, &scanned);
	verdict = message_parse(parser, slice_of(octets, len), &parsed);
	if (scan == SCAN_FOREIGN && verdict != MESSAGE_FOREIGN)
		__builtin_trap();
	if (scan == SCAN_PARSED &&
	    (verdict != MESSAGE_PARSED ||
		scansame_difference(&scanned, &parsed) != NULL))
		__builtin_trap();
	return 0;
}
