/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/witness.h"

#include "sip/ntlm.h"
#include "witness/asreq.h"
#include "witness/httpdate.h"
#include "witness/kerberos.h"
#include "witness/ldap.h"
#include "witness/logstamp.h"
#include "witness/nonce.h"
#include "witness/ntp.h"
#include "witness/rtcp.h"
#include "witness/smb.h"
#include "witness/snmp.h"
#include "witness/turn.h"

/* A system's own clock weighs more than what an application makes of it. */
enum { APPLICATION = 1, SYSTEM = 2 };

/* Messages that begin there with a tag of their own: KRB-ERROR, AS-REP,
 * TGS-REP.  Of tickets the first segment has to pass, since who gets one is not
 * refused. */
#define KERBEROS_ANSWERS(at)                                                   \
	{                                                                      \
		at, 1, 3, { 0x7e, 0x6b, 0x6d }, 0                              \
	}

static enum witness_answer
read_ntlm(struct slice octets, struct witness_reading *reading)
{
	nstime told;

	if (!ntlm_find(octets, &told))
		return WITNESS_FOREIGN;
	*reading = (struct witness_reading){
		.sender = { told, NTLM_RESOLUTION },
	};
	return WITNESS_TOLD;
}

static const struct witness_row rows[WITNESS_KINDS] = {
	[WITNESS_DATE] = {
		.name = "date",
		.label = "Date",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.in_sip = true,
	},
	[WITNESS_TLS] = {
		.name = "tls",
		.label = "TLS",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
	},
	[WITNESS_NTP] = {
		.name = "ntp",
		.label = "NTP",
		.transit = 50 * NSTIME_MS, /* it waits in no queue */
		.weight = SYSTEM,
		.udp = {
			.ports = { NTP_PORT },
			.side = WITNESS_EITHER,
			.read = ntp_read,
		},
	},
	[WITNESS_KERBEROS] = {
		.name = "kerberos",
		.label = "Kerberos",
		.transit = WITNESS_TRANSIT,
		.weight = SYSTEM,
		.udp = {
			.ports = { KERBEROS_PORT },
			.patterns = { { .is = KERBEROS_ANSWERS(0) } },
			.read = kerberos_read_datagram,
		},
		/* Behind its length, which is below 64 KiB, or without it:
		 * some KDCs send it in a segment of its own. */
		.tcp = {
			.ports = { KERBEROS_PORT },
			.patterns = {
				{ .is = KERBEROS_ANSWERS(0) },
				{ .when = { 0, 2, 1, { 0 } },
				    .is = KERBEROS_ANSWERS(4) },
			},
			.read = kerberos_read_stream,
		},
	},
	[WITNESS_SMB] = {
		.name = "smb",
		.label = "SMB",
		.transit = WITNESS_TRANSIT,
		.weight = SYSTEM,
		/* NEGOTIATE of SMB2 is command 0 of 16 bits, that of SMB1
		 * 0x72 of 8. */
		.tcp = {
			.ports = { SMB_PORT, SMB_ON_NETBIOS_PORT },
			.patterns = {
				{ .when = { 4, 4, 1, { 0xfe534d42 } },
				    .is = { 16, 2, 1, { 0 } } },
				{ .when = { 4, 4, 1, { 0xff534d42 } },
				    .is = { 8, 1, 1, { 0x72 } } },
			},
			.read = smb_read_stream,
		},
	},
	[WITNESS_NTLM] = {
		.name = "ntlm",
		.label = "NTLM",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.in_sip = true,
		.challenge = read_ntlm,
	},
	[WITNESS_RTCP] = {
		.name = "rtcp",
		.label = "RTCP",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.udp = {
			.anywhere = true,
			.patterns = { { .is = { 0, 2, 1, { RTCP_SENDER_REPORT },
					    RTCP_MASK } } },
			.read = rtcp_read,
		},
	},
	[WITNESS_NONCE] = {
		.name = "nonce",
		.label = "nonces",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.in_sip = true,
		.challenge = nonce_read,
	},
	[WITNESS_HTTP] = {
		.name = "http",
		.label = "HTTP",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.tcp = {
			.ports = { HTTPDATE_PORT, HTTPDATE_OTHER_PORT },
			.patterns = { { .is = { 0, 4, 1, { 0x48545450 } } } },
			.read = httpdate_read_stream,
		},
	},
	[WITNESS_SYSLOG] = {
		.name = "syslog",
		.label = "syslog",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		/* "<165>1": ">1" behind one, two or three digits. */
		.udp = {
			.ports = { LOGSTAMP_PORT },
			.side = WITNESS_CLIENT,
			.patterns = {
				{ .is = { 2, 2, 1, { 0x3e31 } } },
				{ .is = { 3, 2, 1, { 0x3e31 } } },
				{ .is = { 4, 2, 1, { 0x3e31 } } },
			},
			.read = logstamp_read,
		},
	},
	[WITNESS_SNMP] = {
		.name = "snmp",
		.label = "SNMP",
		.transit = WITNESS_TRANSIT,
		.weight = SYSTEM,
		/* The names in an answer begin at no fixed place. */
		.udp = {
			.ports = { SNMP_PORT },
			.patterns = { { .is = { 0, 1, 1, { 0x30 } } } },
			.read = snmp_read,
		},
	},
	[WITNESS_LDAP] = {
		.name = "ldap",
		.label = "LDAP",
		.transit = WITNESS_TRANSIT,
		.weight = SYSTEM,
		/* An entry without a name, by how its length is written; the
		 * number of the message is below 128. */
		.tcp = {
			.ports = { LDAP_PORT, LDAP_GLOBAL_PORT },
			.patterns = {
				{ .when = { 9, 1, 1, { 0x64 } },
				    .is = { 15, 2, 1, { 0x0400 } } },
				{ .when = { 7, 1, 1, { 0x64 } },
				    .is = { 11, 2, 1, { 0x0400 } } },
				{ .when = { 6, 1, 1, { 0x64 } },
				    .is = { 9, 2, 1, { 0x0400 } } },
				{ .when = { 5, 1, 1, { 0x64 } },
				    .is = { 7, 2, 1, { 0x0400 } } },
			},
			.read = ldap_read_stream,
		},
	},
	[WITNESS_ASREQ] = {
		.name = "asreq",
		.label = "Kerberos requests",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.changes = true,
		.udp = {
			.ports = { KERBEROS_PORT },
			.side = WITNESS_CLIENT,
			.patterns = { { .is = { 0, 1, 1, { 0x6a } } } },
			.read = asreq_read_datagram,
		},
		.tcp = {
			.ports = { KERBEROS_PORT },
			.side = WITNESS_CLIENT,
			.patterns = { { .when = { 0, 2, 1, { 0 } },
			    .is = { 4, 1, 1, { 0x6a } } } },
			.read = asreq_read_stream,
		},
	},
	[WITNESS_EXPIRY] = {
		.name = "expiry",
		.label = "nonces that expire",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.in_sip = true,
		.changes = true,
		.challenge = nonce_read_expiry,
	},
	[WITNESS_TURN] = {
		.name = "turn",
		.label = "TURN user names",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.changes = true,
		.udp = {
			.ports = { TURN_PORT },
			.side = WITNESS_CLIENT,
			/* Requests of STUN's magic number. */
			.patterns = { { .when = { 4, 4, 1, { 0x2112a442 } },
			    .is = { 0, 2, 1, { 0 }, 0xc110 } } },
			.read = turn_read,
		},
	},
	[WITNESS_MRAS] = {
		.name = "mras",
		.label = "MRAS",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
		.in_sip = true,
	},
	[WITNESS_HEP] = {
		.name = "hep",
		.label = "HEP",
		.transit = WITNESS_TRANSIT,
		.weight = SYSTEM,
		.in_sip = true,
	},
};

const struct witness_row *
witness_row(enum witness witness)
{
	return &rows[witness];
}

const char *
witness_name(enum witness witness)
{
	return rows[witness].name;
}

void
witness_write(struct textbuf *t, unsigned witnesses)
{
	const char *before = "";

	for (unsigned i = 0; i < WITNESS_KINDS; i++) {
		if ((witnesses & 1u << i) == 0)
			continue;
		textbuf_add(t, before);
		textbuf_add(t, witness_name((enum witness)i));
		before = ",";
	}
}

bool
witness_parse(struct slice name, enum witness *witness)
{
	for (int i = 0; i < WITNESS_KINDS; i++) {
		if (!slice_is(name, rows[i].name))
			continue;
		*witness = (enum witness)i;
		return true;
	}
	return false;
}
