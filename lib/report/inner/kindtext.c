/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/inner/kindtext.h"

#include "report/inner/certtext.h"
#include "report/inner/conntext.h"
#include "report/inner/diagtext.h"
#include "report/inner/incidenttext.h"
#include "report/inner/skewtext.h"
#include "report/inner/timeouttext.h"
#include "report/inner/visibilitytext.h"
#include "report/inner/witnesstext.h"

static const struct kindtext *const kinds[FINDING_KINDS] = {
	[FINDING_TRANSACTION_TIMEOUT] = &timeouttext_timeout,
	[FINDING_SLOW_TRANSACTION] = &timeouttext_slow,
	[FINDING_CLOCK_SKEW] = &skewtext_clock_skew,
	[FINDING_LOCAL_CLOCK] = &skewtext_local_clock,
	[FINDING_VISIBILITY] = &visibilitytext_visibility,
	[FINDING_ZONE_CHANGE] = &witnesstext_zone_change,
	[FINDING_WITNESS_CONFLICT] = &witnesstext_witness_conflict,
	[FINDING_CONNECTION_FAILURE] = &conntext_connection_failure,
	[FINDING_SILENT_PEER] = &conntext_silent_peer,
	[FINDING_CERTIFICATE] = &certtext_certificate,
	[FINDING_STALE_DATE] = &witnesstext_stale_date,
	[FINDING_MRAS_FAILURE] = &diagtext_mras_failure,
	[FINDING_MEDIA_ENCRYPTION] = &diagtext_media_encryption,
	[FINDING_SIP_DIAGNOSTIC] = &diagtext_sip_diagnostic,
	[FINDING_INCIDENT] = &incidenttext_incident,
};

const struct kindtext *
kindtext_of(enum finding_kind kind)
{
	return kinds[kind];
}
