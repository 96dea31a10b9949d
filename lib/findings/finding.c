/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/finding.h"

enum { NAME = 64 };

static const char *const kinds[FINDING_KINDS] = {
	[FINDING_TRANSACTION_TIMEOUT] = "transaction-timeout",
	[FINDING_SLOW_TRANSACTION] = "slow-transaction",
	[FINDING_CLOCK_SKEW] = "clock-skew",
	[FINDING_LOCAL_CLOCK] = "local-clock",
	[FINDING_VISIBILITY] = "visibility",
	[FINDING_ZONE_CHANGE] = "zone-change",
	[FINDING_WITNESS_CONFLICT] = "witness-conflict",
	[FINDING_CONNECTION_FAILURE] = "connection-failure",
	[FINDING_SILENT_PEER] = "silent-peer",
	[FINDING_CERTIFICATE] = "certificate",
	[FINDING_STALE_DATE] = "stale-date",
};

static const char *const severities[] = {
	[FINDING_CRITICAL] = "critical",
	[FINDING_ERROR] = "error",
	[FINDING_WARNING] = "warning",
	[FINDING_NOTICE] = "notice",
	[FINDING_INFO] = "info",
};

const char *
finding_kind_name(enum finding_kind kind)
{
	return kinds[kind];
}

bool
finding_kind_parse(struct slice name, enum finding_kind *kind)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		if (!slice_is(name, kinds[i]))
			continue;
		*kind = (enum finding_kind)i;
		return true;
	}
	return false;
}

const char *
finding_severity_name(enum finding_severity severity)
{
	return severities[severity];
}

void
finding_kind_save(struct record *r, enum finding_kind kind)
{
	record_text(r, slice_text(finding_kind_name(kind)));
}

bool
finding_kind_load(struct cursor *c, enum finding_kind *kind)
{
	return finding_kind_parse(record_read_line(c, NAME), kind);
}
