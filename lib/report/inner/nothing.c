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

static const struct {
	const char *counter;
	const char *text; /* NULL: write it */
	void (*write)(struct textbuf *t, const struct obstacles *obstacles);
} reasons[] = {
	{ "datalink.unknown", NULL, write_link },
	{ "datalink.not_ip", NULL, write_no_ip },
	{ "datalink.encrypted", encrypted, NULL },
	{ "tunnel.encrypted", encrypted, NULL },
	{ "tunnel.malformed", tunneled, NULL },
	{ "tunnel.unsupported", tunneled, NULL },
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
	{ "savefile.filtered",
	    "none passes the filter; give another, see pcap-filter(7)", NULL },
	/* The live filter passes SIP ports, tunnels and witnesses alone. */
	{ "capture.filtered",
	    "none is on a SIP port; mirror the port or VLAN of a SIP server, "
	    "or name its ports in [sip]",
	    NULL },
};

static const struct summary_drop *
largest(const struct summary *s)
{
	const struct summary_drop *most = NULL;

	for (size_t i = 0; i < s->drop_count; i++)
		if (most == NULL || s->drops[i].value > most->value)
			most = &s->drops[i];
	return most;
}

bool
nothing_write(struct textbuf *t, const struct summary *s)
{
	const struct summary_drop *most = largest(s);
	const uint64_t packets =
	    most != NULL && most->value > s->packets ? most->value : s->packets;

	if (most == NULL || s->signalling || s->messages > 0 ||
	    most->value < packets - packets / 10)
		return false;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strcmp(reasons[i].counter, most->name) == 0) {
			textbuf_add(t, "nothing to look at in ");
			textbuf_uint(t, most->value);
			textbuf_add(t, " of ");
			textbuf_uint(t, packets);
			textbuf_add(
			    t, packets == 1 ? " packet: " : " packets: ");
			if (reasons[i].text != NULL)
				textbuf_add(t, reasons[i].text);
			else
				reasons[i].write(t, &s->obstacles);
			return true;
		}
	return false;
}
