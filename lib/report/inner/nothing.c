/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/nothing.h"

static void
add_number(
    struct textbuf *t, const char *what, const struct obstacle_vote *vote)
{
	if (vote->lead == 0)
		return;
	textbuf_add(t, what);
	textbuf_uint(t, vote->value);
}

static void
write_link(struct textbuf *t, const struct obstacles *u)
{
	textbuf_add(t, "their link is not read here");
	add_number(t, ", LINKTYPE ", &u->datalink);
	textbuf_add(t,
	    " (see pcap-linktype(7)); capture on an Ethernet, Linux cooked or "
	    "raw IP interface, or tell what USER0 is with [capture] user0");
}

static const char *
ethertype_name(uint32_t ethertype)
{
	switch (ethertype) {
	case 0x0806:
		return " (ARP)";
	case 0x8863:
		return " (PPPoE discovery)";
	case 0x88cc:
		return " (LLDP)";
	case 0x8892:
		return " (PROFINET)";
	case 0x88f7:
		return " (PTP)";
	default:
		return "";
	}
}

static void
write_no_ip(struct textbuf *t, const struct obstacles *u)
{
	textbuf_add(t, "there is no IP in them");
	if (u->ethertype.lead > 0 && u->ethertype.value != 0) {
		textbuf_add(t, ", mostly EtherType 0x");
		textbuf_hex(t, u->ethertype.value, 4);
		textbuf_add(t, ethertype_name(u->ethertype.value));
	}
	textbuf_add(t, "; mirror the port or VLAN of a SIP server");
}

static const char *
protocol_name(uint32_t protocol)
{
	switch (protocol) {
	case 2:
		return " (IGMP)";
	case 89:
		return " (OSPF)";
	case 112:
		return " (VRRP)";
	case 132:
		return " (SCTP)";
	default:
		return "";
	}
}

static void
write_protocol(struct textbuf *t, const struct obstacles *u)
{
	textbuf_add(t, "they are neither UDP nor TCP");
	add_number(t, ", mostly IP protocol ", &u->protocol);
	if (u->protocol.lead > 0)
		textbuf_add(t, protocol_name(u->protocol.value));
	textbuf_add(t, "; mirror the port or VLAN of a SIP server");
}

static void
write_port(struct textbuf *t, const struct obstacles *u)
{
	textbuf_add(t, "none is on a SIP port");
	add_number(t, ", mostly port ", &u->port);
	textbuf_add(t, "; name those of SIP with ports in [sip] (-c)");
}

static const char encrypted[] =
    "they are encrypted below SIP (MACsec, WPA, ESP or DTLS); capture where "
    "they are not, behind the switch, gateway or controller";
static const char tunneled[] =
    "they are in a tunnel whose content is not read here; capture at its end";

static const char cut[] =
    "they are cut in the middle of their headers, or damaged; capture whole "
    "packets (snaplen 0)";
static const char no_ip_header[] =
    "what should be an IP header is none; see whether the savefile states the "
    "right link type (capinfos)";

static const char bad_stamp[] =
    "their stamps are none: outside 1970 to 2100, or a fraction of a second "
    "that is a second or more; capture again with tcpdump or dumpcap";
static const char no_interface[] =
    "the savefile does not describe the interface they are from, so their "
    "link is unknown; capture again with tcpdump or dumpcap";

static const struct {
	const char *counter;
	const char *text; /* NULL: write it */
	void (*write)(struct textbuf *t, const struct obstacles *obstacles);
} reasons[] = {
	{ "datalink.unknown", NULL, write_link },
	{ "datalink.not_ip", NULL, write_no_ip },
	{ "datalink.short", cut, NULL },
	{ "datalink.malformed", cut, NULL },
	{ "datalink.encrypted", encrypted, NULL },
	{ "tunnel.encrypted", encrypted, NULL },
	{ "tunnel.malformed", tunneled, NULL },
	{ "tunnel.unsupported", tunneled, NULL },
	{ "ip.short", cut, NULL },
	{ "udp.malformed", cut, NULL },
	{ "tcp.malformed", cut, NULL },
	{ "ip.malformed", no_ip_header, NULL },
	{ "tunnel.too_deep",
	    "they lie in more than eight tunnels inside each other; capture "
	    "further in",
	    NULL },
	{ "ip.other_protocol", NULL, write_protocol },
	{ "exported.other",
	    "they are exported PDUs of other protocols; export them with the "
	    "filter sip",
	    NULL },
	{ "reader.other_port", NULL, write_port },
	{ "savefile.bad_stamp", bad_stamp, NULL },
	{ "pcapng.no_interface", no_interface, NULL },
	{ "savefile.filtered",
	    "none passes the filter; give another, see pcap-filter(7)", NULL },
	/* The live filter passes SIP ports, tunnels and witnesses alone. */
	{ "capture.filtered",
	    "none is on a SIP port; mirror the port or VLAN of a SIP server, "
	    "or name its ports in [sip]",
	    NULL },
};

#define REASONS (sizeof(reasons) / sizeof(*reasons))

/* Several counters may have one reason, packets that are cut: the first row
 * stands for all.  REASONS: it is none of them. */
static size_t
reason_of(const char *counter)
{
	size_t row = 0, first = 0;

	while (row < REASONS && strcmp(reasons[row].counter, counter) != 0)
		row++;
	if (row == REASONS)
		return REASONS;
	while (reasons[first].text != reasons[row].text ||
	    reasons[first].write != reasons[row].write)
		first++;
	return first;
}

/* How many packets the commonest reason concerns; 0: there is none. */
static uint64_t
commonest(const struct summary *s, size_t *reason)
{
	uint64_t counts[REASONS] = { 0 }, most = 0;

	for (size_t i = 0; i < s->drop_count; i++) {
		const size_t of = reason_of(s->drops[i].name);

		if (of < REASONS)
			counts[of] += s->drops[i].value;
	}
	for (size_t i = 0; i < REASONS; i++)
		if (counts[i] > most) {
			most = counts[i];
			*reason = i;
		}
	return most;
}

bool
nothing_write(struct textbuf *t, const struct summary *s)
{
	uint64_t most, packets;
	size_t reason = 0;

	if (s->signalling || s->messages > 0)
		return false;
	most = commonest(s, &reason);
	packets = most > s->packets ? most : s->packets;
	if (most == 0 || most < packets - packets / 10)
		return false;
	textbuf_add(t, "nothing to look at in ");
	textbuf_uint(t, most);
	textbuf_add(t, " of ");
	textbuf_uint(t, packets);
	textbuf_add(t, packets == 1 ? " packet: " : " packets: ");
	if (reasons[reason].text != NULL)
		textbuf_add(t, reasons[reason].text);
	else
		reasons[reason].write(t, &s->obstacles);
	return true;
}
