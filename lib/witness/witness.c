/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/witness.h"

#include "sip/ntlm.h"
#include "witness/kerberos.h"
#include "witness/ntp.h"
#include "witness/rtcp.h"
#include "witness/smb.h"

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
