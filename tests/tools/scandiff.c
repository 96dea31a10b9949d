/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "sip/scan.h"
#include "sip/inner/startline.h"
#include "tools/scansame.h"

/*
 * scandiff [-v] FILE...: scan and message must agree about every message in
 * the files: savefiles, in which each packet is taken from its first start
 * line to its end, or single messages.  Prints totals; exit status 1 if there
 * is a disagreement.  -v shows what the scanner leaves to libosip2.
 */

struct totals {
	struct message *parser;
	struct scanlines *known;
	struct message_limits limits;
	bool verbose;
	unsigned long messages, scanned, irregular, foreign, differ;
};

static void
show(const char *what, const char *file, struct slice s)
{
	printf("%s %s: ", what, file);
	for (size_t i = 0; i < s.len && i < 4000; i++)
		putchar(s.p[i] == '\n' || (s.p[i] >= ' ' && s.p[i] < 127)
			? s.p[i]
			: '?');
	putchar('\n');
}

static void
compare(struct totals *t, const char *file, struct slice octets)
{
	struct sip_message scanned, parsed;
	const enum scan_verdict scan =
	    scan_message(octets, &t->limits, t->known, &scanned);
	const enum message_verdict verdict =
	    message_parse(t->parser, octets, &parsed);
	const char *field = "verdict";

	t->messages++;
	t->irregular += scan == SCAN_IRREGULAR;
	t->scanned += scan == SCAN_PARSED;
	t->foreign += scan == SCAN_FOREIGN;
	if (scan == SCAN_IRREGULAR && verdict == MESSAGE_PARSED &&
	    !parsed.recovered && t->verbose)
		show("irregular", file, octets);
	if (scan == SCAN_PARSED && verdict == MESSAGE_PARSED)
		field = scansame_difference(&scanned, &parsed);
	if ((scan == SCAN_PARSED && field != NULL) ||
	    (scan == SCAN_FOREIGN && verdict != MESSAGE_FOREIGN)) {
		t->differ++;
		printf("%s: ", field);
		show("differs", file, octets);
	}
}

static void
compare_packet(struct totals *t, const char *file, struct slice packet)
{
	size_t at = 0, begin;

	while ((at += slice_find(slice_after(packet, at), "SIP/2.0")) <
	    packet.len) {
		if (startline_around(packet, at, &begin) == STARTLINE_YES) {
			compare(t, file, slice_after(packet, begin));
			return;
		}
		at++;
	}
}

static void
compare_file(struct totals *t, const char *name)
{
	static uint8_t octets[1 << 20];
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(name, error);
	struct pcap_pkthdr *header;
	const uint8_t *packet;
	struct slice s;
	FILE *file;

	if (pcap != NULL) {
		while (pcap_next_ex(pcap, &header, &packet) == 1)
			compare_packet(
			    t, name, slice_of(packet, header->caplen));
		pcap_close(pcap);
		return;
	}
	file = fopen(name, "rb");
	if (file == NULL)
		return;
	s = slice_of(octets, fread(octets, 1, sizeof(octets), file));
	if (slice_starts_with(s, "expected_error:"))
		s = slice_after(s, slice_index(s, '\n') + 1);
	compare(t, name, s);
	fclose(file);
}

int
main(int argc, char **argv)
{
	struct totals t = { .limits = { .octets = 65536, .headers = 1000 } };
	int i = 1;

	message_init();
	t.parser = message_new(&t.limits);
	t.known = scanlines_new();
	if (t.parser == NULL)
		return 2;
	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		t.verbose = true;
		i = 2;
	}
	for (; i < argc; i++)
		compare_file(&t, argv[i]);
	message_free(t.parser);
	scanlines_free(t.known);
	printf("%lu messages: %lu scanned, %lu irregular, %lu foreign, "
	       "%lu differ\n",
	    t.messages, t.scanned, t.irregular, t.foreign, t.differ);
	return t.differ != 0;
}
