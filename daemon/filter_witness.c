/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter_witness.h"

#include "findings/skew.h"

/*
 * A segment that is too short for what is asked fails the whole filter, so
 * the port is asked first.  Where the payload of TCP begins is told by its
 * header; libpcap's tcp[] is IPv4 only, and in IPv6 the header is looked for
 * at octet 40, behind a plain one.  "and" and "or" bind alike in pcap-filter:
 * whatever mixes them stands in brackets.
 */
#define TCP4(at) "tcp[((tcp[12] & 0xf0) >> 2) + " at "]"
#define TCP6(at) "ip6[((ip6[52] & 0xf0) >> 2) + 40 + " at "]"
#define FROM_TCP6(port) "(ip6[6] = 6 and ip6[40:2] = " port ")"

/* What begins with a tag of its own: KRB-ERROR, AS-REP, TGS-REP.  Of tickets
 * the first segment has to pass, since who gets one is not refused. */
#define IS_ANSWER(octet)                                                       \
	"(" octet " = 0x7e or " octet " = 0x6b or " octet " = 0x6d)"

#define KRB_UDP4 "udp src port 88 and " IS_ANSWER("udp[8]")
#define KRB_UDP6 "ip6[6] = 17 and ip6[40:2] = 88 and " IS_ANSWER("ip6[48]")

/* Behind their length, which is below 64 KiB, or without it: some KDCs send it
 * in a segment of its own. */
#define IS_ANSWER_TCP(tcp)                                                     \
	"((" tcp("0:2") " = 0 and " IS_ANSWER(tcp("4")) ") or " IS_ANSWER(     \
	    tcp("0")) ")"

#define KRB_TCP4 "tcp src port 88 and " IS_ANSWER_TCP(TCP4)
#define KRB_TCP6 FROM_TCP6("88") " and " IS_ANSWER_TCP(TCP6)

/* NEGOTIATE of SMB2 is command 0 of 16 bits, that of SMB1 0x72 of 8. */
#define IS_NEGOTIATE(tcp)                                                      \
	"((" tcp("4:4") " = 0xfe534d42 and " tcp("16:2") " = 0) or (" tcp(     \
	    "4:4") " = 0xff534d42 and " tcp("8") " = 0x72))"

#define SMB4 "(tcp src port 445 or tcp src port 139) and " IS_NEGOTIATE(TCP4)
#define SMB6                                                                   \
	"(" FROM_TCP6("445") " or " FROM_TCP6("139") ") and " IS_NEGOTIATE(TCP6)

static const struct {
	enum skew_witness witness;
	const char *expression;
} rows[] = {
	{ SKEW_NTP, "udp port 123" },
	{ SKEW_KERBEROS, KRB_UDP4 },
	{ SKEW_KERBEROS, KRB_UDP6 },
	{ SKEW_KERBEROS, KRB_TCP4 },
	{ SKEW_KERBEROS, KRB_TCP6 },
	{ SKEW_SMB, SMB4 },
	{ SKEW_SMB, SMB6 },
};

void
filter_witness_write(struct textbuf *t, unsigned witnesses)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if ((witnesses & 1u << rows[i].witness) == 0)
			continue;
		textbuf_add(t, " or (");
		textbuf_add(t, rows[i].expression);
		textbuf_add(t, ")");
	}
}
