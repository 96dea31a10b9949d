/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <net/ethernet.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/datalink.h"
#include "script/linkwrap.h"
#include "script/savefile.h"
#include "script/words.h"

/*
 * rewrap CAPTURE SAVEFILE DATALINK [WRAPPER ...]: the IP packets of a capture
 * in other wrappers, outermost first (tests/scenario/README), so that a story
 * is not the only thing that was ever seen in them.  Packets cut short by the
 * snaplen, or too long to have anything around them, are left out.
 */

static void
add(struct savefile *out, const struct wrap_link *link, char **wrappers,
    int count, const struct pcap_pkthdr *header, struct slice ip)
{
	struct wrap_parcel parcel = {
		.ethertype = ip.p[0] >> 4 == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP,
	};
	struct octets packet;

	octets_slice(&parcel.octets, ip);
	for (int i = count; i > 0; i--)
		parcel = wrap_in(wrappers[i - 1], parcel);
	packet = wrap_datalink(link, &parcel);
	savefile_add(out,
	    header->ts.tv_sec * NSTIME_S + header->ts.tv_usec * NSTIME_US,
	    &packet);
}

/* Without the padding of its link. */
static struct slice
trimmed(struct slice ip)
{
	const size_t len = ip.len < 40 ? ip.len
	    : ip.p[0] >> 4 == 4        ? (size_t)ip.p[2] << 8 | ip.p[3]
				       : 40 + ((size_t)ip.p[4] << 8 | ip.p[5]);

	return slice_first(ip, len);
}

int
main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE];
	struct savefile out = { .snaplen = 262144 };
	const struct wrap_link *link;
	struct pcap_pkthdr *header;
	const u_char *octets;
	pcap_t *in;

	if (argc < 4)
		words_fail("rewrap CAPTURE SAVEFILE DATALINK [WRAPPER ...]");
	in = pcap_open_offline(argv[1], why);
	if (in == NULL)
		words_fail("%s: %s", argv[1], why);
	link = wrap_link_named(argv[3]);
	out.datalink = link->datalink;
	while (pcap_next_ex(in, &header, &octets) == 1) {
		struct slice ip;

		if (header->caplen == header->len && header->len < 65000 &&
		    datalink_parse(pcap_datalink(in),
			slice_of(octets, header->caplen), &ip) == DATALINK_IP &&
		    ip.len >= 20)
			add(&out, link, argv + 4, argc - 4, header,
			    trimmed(ip));
	}
	savefile_write(&out, argv[2]);
	pcap_close(in);
	return 0;
}
