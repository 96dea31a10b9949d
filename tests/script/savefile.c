/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script/savefile.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "script/words.h"

void
savefile_add(struct savefile *s, nstime wall, const struct octets *packet)
{
	if (s->count == s->size) {
		const size_t wanted = 2 * s->size + 64;
		struct savefile_packet *grown =
		    octets_alloc(wanted * sizeof(*grown));

		if (s->count > 0)
			memcpy(grown, s->packets, s->count * sizeof(*grown));
		s->packets = grown;
		s->size = wanted;
	}
	s->packets[s->count++] = (struct savefile_packet){
		.wall = wall,
		.octets = slice_first(octets_view(packet), s->snaplen),
		.wire = packet->len,
	};
}

/* A merge sort: packets of one instant stay in the order of the script. */
static void
sort(struct savefile_packet *p, struct savefile_packet *spare, size_t count)
{
	const size_t half = count / 2;
	size_t a = 0, b = half;

	if (count < 2)
		return;
	sort(p, spare, half);
	sort(p + half, spare, count - half);
	for (size_t i = 0; i < count; i++) {
		const bool first =
		    b == count || (a < half && p[a].wall <= p[b].wall);

		spare[i] = first ? p[a++] : p[b++];
	}
	memcpy(p, spare, count * sizeof(*p));
}

static void
dump(pcap_dumper_t *dumper, const struct savefile_packet *p)
{
	const struct pcap_pkthdr header = {
		.ts = { .tv_sec = p->wall / NSTIME_S,
		    .tv_usec = p->wall % NSTIME_S / NSTIME_US },
		.caplen = (bpf_u_int32)p->octets.len,
		.len = (bpf_u_int32)p->wire,
	};

	pcap_dump((u_char *)dumper, &header, p->octets.p);
}

static bool
cut_end(FILE *file, long octets)
{
	const long end = ftell(file);

	return octets == 0 ||
	    (end > octets && ftruncate(fileno(file), end - octets) == 0);
}

void
savefile_write(struct savefile *s, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
	pcap_t *dead = pcap_open_dead(s->datalink, 262144);
	pcap_dumper_t *dumper;

	if (file == NULL)
		words_fail("cannot write %s", path);
	dumper = dead == NULL ? NULL : pcap_dump_fopen(dead, file);
	if (dumper == NULL)
		words_fail("cannot begin savefile %s", path);
	if (s->count > 0)
		sort(s->packets, octets_alloc(s->count * sizeof(*s->packets)),
		    s->count);
	for (size_t i = 0; i < s->count; i++)
		dump(dumper, &s->packets[i]);
	if (pcap_dump_flush(dumper) != 0 || !cut_end(file, s->cut))
		words_fail("cannot write all of %s", path);
	pcap_dump_close(dumper);
	pcap_close(dead);
}
