/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter.h"

#include <pcap/pcap.h>
#include <string.h>

#include "filter_witness.h"

/* Ports as "portrange a-b or portrange c-d": runs keep the program short. */
static void
write_ports(struct textbuf *t, const struct portset *ports)
{
	bool first = true;

	for (uint32_t port = 0; port < 65536; port++) {
		uint32_t end = port;

		if (!portset_has(ports, (uint16_t)port))
			continue;
		while (end < 65535 && portset_has(ports, (uint16_t)(end + 1)))
			end++;
		textbuf_add(t, first ? "portrange " : " or portrange ");
		textbuf_uint(t, port);
		textbuf_add(t, "-");
		textbuf_uint(t, end);
		first = false;
		port = end;
	}
	if (first)
		textbuf_add(t, "port 5060");
}

/*
 * D: what any room can use.  A UDP payload that begins with "SIP/2.0" is a
 * response whatever its port (libpcap's udp[] is IPv4 only; for IPv6 the
 * payload stands at octet 48 behind a plain header).  Non-first fragments
 * carry no ports, and libpcap finds none behind IPv6 extension headers.  Who
 * looks behind the end of a packet rejects it, whatever else it matches: the
 * payload comes last.
 */
static void
write_wanted(struct textbuf *t, const struct filter_wanted *wanted)
{
	textbuf_add(t, "(");
	write_ports(t, wanted->ports);
	textbuf_add(t,
	    " or (ip[6:2] & 0x1fff != 0) or ip6[6] = 44"
	    " or ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 60"
	    " or icmp[0] = 3 or (ip6[6] = 58 and ip6[40] = 1)");
	if (wanted->tunnels)
		textbuf_add(t,
		    " or ip proto 4 or ip proto 41 or ip6[6] = 4 or"
		    " ip6[6] = 41 or ip proto 47 or ip6[6] = 47"
		    " or udp port 4789 or udp port 4790 or udp port 8472"
		    " or udp port 6081 or udp port 2152");
	filter_witness_write(t, wanted->witnesses);
	textbuf_add(t,
	    " or (udp and udp[8:4] = 0x5349502f and udp[12:2] = 0x322e)"
	    " or (ip6[6] = 17 and ip6[48:4] = 0x5349502f and"
	    " ip6[52:2] = 0x322e))");
}

static void
write_level(struct textbuf *t, const struct filter_wanted *wanted)
{
	textbuf_add(t, "(");
	write_wanted(t, wanted);
	if (wanted->user != NULL && wanted->user[0] != '\0') {
		textbuf_add(t, " and (");
		textbuf_add(t, wanted->user);
		textbuf_add(t, ")");
	}
	textbuf_add(t, ")");
}

/*
 * Who says vlan (or mpls, or pppoes) shifts the offsets of what follows by
 * himself, and means that one level.
 */
static bool
shifts(const char *user)
{
	return user != NULL &&
	    (strstr(user, "vlan") != NULL || strstr(user, "mpls") != NULL ||
		strstr(user, "pppoes") != NULL ||
		strstr(user, "geneve") != NULL);
}

/*
 * The kernel takes the outermost tag off, and level 0 reads the packet as if
 * there was none.  It must not be read at the others too: libpcap (1.10.3)
 * keeps how far they are shifted where level 0 keeps what it calculates with,
 * and then compares anything: most of the long segments of a file copied.
 */
#define UNLESS_READ                                                            \
	" or ((ether proto 0x8100 or ether proto 0x88a8 or"                    \
	" ether proto 0x9100) and "

bool
filter_write(
    struct textbuf *t, const struct filter_wanted *wanted, unsigned vlan_levels)
{
	if (shifts(wanted->user)) {
		textbuf_add(t, "(");
		textbuf_add(t, wanted->user);
		textbuf_add(t, ") and ");
		write_wanted(t, wanted);
		return !t->truncated;
	}
	write_level(t, wanted);
	for (unsigned level = 0; level < vlan_levels; level++) {
		textbuf_add(t, level == 0 ? UNLESS_READ : " or (");
		textbuf_add(t, "vlan and (");
		write_level(t, wanted);
	}
	for (unsigned level = 0; level < vlan_levels; level++)
		textbuf_add(t, "))");
	return !t->truncated;
}

unsigned
filter_vlan_levels(int datalink)
{
	return datalink == DLT_EN10MB ? 2 : 0;
}
