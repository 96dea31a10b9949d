/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "sip/message.h"

/*
 * sipparse FILE...: what becomes of each file taken as one datagram.  Prints
 *   parsed|recovered|refused|foreign FILE METHOD|STATUS CALL-ID CSEQ BRANCH
 * with a minus for what is absent.  A first line "expected_error:" is a note
 * by the makers of a test file and no part of its message.
 */

static struct slice
strip_note(struct slice octets)
{
	if (!slice_starts_with(octets, "expected_error:"))
		return octets;
	return slice_after(octets, slice_index(octets, '\n') + 1);
}

static void
print_slice(struct slice s)
{
	putchar(' ');
	if (s.len == 0)
		putchar('-');
	for (size_t i = 0; i < s.len; i++)
		putchar(s.p[i] > ' ' && s.p[i] < 127 ? s.p[i] : '?');
}

static void
print_message(const struct sip_message *m)
{
	if (m->is_request)
		print_slice(m->method);
	else
		printf(" %u", m->status);
	print_slice(m->call_id);
	printf(" %u", (unsigned)m->cseq);
	print_slice(m->via_branch);
}

static void
judge(struct message *parser, const char *name, struct slice octets)
{
	static const char *const verdicts[] = {
		[MESSAGE_PARSED] = "parsed",
		[MESSAGE_REFUSED] = "refused",
		[MESSAGE_FOREIGN] = "foreign",
	};
	struct sip_message m = { .recovered = false };
	const enum message_verdict verdict =
	    message_parse(parser, strip_note(octets), &m);

	printf("%s %s", m.recovered ? "recovered" : verdicts[verdict], name);
	if (verdict == MESSAGE_PARSED)
		print_message(&m);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	static uint8_t octets[1 << 20];
	const struct message_limits limits = { .octets = 65536,
		.headers = 1000 };
	struct message *parser;
	int bad = 0;

	message_init();
	parser = message_new(&limits);
	for (int i = 1; parser != NULL && i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");

		if (file == NULL) {
			perror(argv[i]);
			bad = 2;
			continue;
		}
		judge(parser, argv[i],
		    slice_of(octets, fread(octets, 1, sizeof(octets), file)));
		fclose(file);
	}
	message_free(parser);
	return parser == NULL ? 2 : bad;
}
