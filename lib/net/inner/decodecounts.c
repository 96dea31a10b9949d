/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/inner/decodecounts.h"

void
decodecounts_write(
    const struct decodecounts *counts, counter_output *output, void *arg)
{
	for (enum datalink_result r = DATALINK_IP + 1; r < DATALINK_RESULTS;
	     r++)
		output(arg,
		    r == DATALINK_NOT_IP ? COUNTER_OTHER : COUNTER_EVENT,
		    datalink_name(r), counts->datalink[r]);
	for (enum ip_result r = IP_OK + 1; r < IP_RESULTS; r++)
		output(arg, COUNTER_EVENT, ip_name(r), counts->ip[r]);
	output(arg, COUNTER_OTHER, "ip.other_protocol", counts->other_protocol);
	for (enum tunnel_result r = TUNNEL_NONE + 1; r < TUNNEL_RESULTS; r++)
		output(arg, COUNTER_EVENT, tunnel_name(r), counts->tunnel[r]);
	output(arg, COUNTER_EVENT, "tunnel.too_deep", counts->too_deep);
	output(arg, COUNTER_OTHER, "exported.other", counts->other_pdu);
	output(arg, COUNTER_EVENT, "exported.malformed", counts->bad_pdu);
	output(arg, COUNTER_EVENT, "udp.malformed", counts->bad_udp);
	output(arg, COUNTER_EVENT, "tcp.malformed", counts->bad_tcp);
	output(arg, COUNTER_OTHER, "icmp.not_unreachable", counts->other_icmp);
}
