/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "witness/witness.h"

/* A system's own clock weighs more than what an application makes of it. */
enum { APPLICATION = 1, SYSTEM = 2 };

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
	},
	[WITNESS_KERBEROS] = {
		.name = "kerberos",
		.label = "Kerberos",
		.transit = WITNESS_TRANSIT,
		.weight = SYSTEM,
	},
	[WITNESS_SMB] = {
		.name = "smb",
		.label = "SMB",
		.transit = WITNESS_TRANSIT,
		.weight = SYSTEM,
	},
	[WITNESS_NTLM] = {
		.name = "ntlm",
		.label = "NTLM",
		.transit = WITNESS_TRANSIT,
		.weight = APPLICATION,
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
