/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/finding.h"

#include "base/siphash.h"
#include "findings/inner/findingfields.h"

#define HOUR (3600 * NSTIME_S)

/* Octets of a kind's name, and of a key that make a difference. */
enum { NAME = 64, KEY = 600 };

static const struct finding_class timeout_classes[] = {
	{ "stalled_after_100", FINDING_WARNING },
	{ "no_ack", FINDING_WARNING },
	{ "no_ack_2xx", FINDING_WARNING },
	{ "cancelled_no_final", FINDING_NOTICE },
	{ "ring_no_answer", FINDING_INFO },
	{ .class = NULL },
};

static const struct finding_class certificate_classes[] = {
	{ "expiring", FINDING_WARNING },
	{ .class = NULL },
};

static const struct finding_row rows[FINDING_KINDS] = {
	[FINDING_TRANSACTION_TIMEOUT] = {
		.name = "transaction-timeout",
		.severity = FINDING_ERROR,
		.others = timeout_classes,
		.joins = true,
		.quiet = HOUR,
		.is_outage = true,
		.message_ids = { "3ceaaf30814248ea91d93080f9b439fc", "9dfb369bab134faea27655daa05f1119" },
		.fields = findingfields_transaction_timeout,
	},
	[FINDING_SLOW_TRANSACTION] = {
		.name = "slow-transaction",
		.severity = FINDING_WARNING,
		.quiet = HOUR,
		.message_ids = { "6301bbfca0c5454e8ff9bb510944fe0c", "6fced11d2bd841e6847a8387cdde8d51" },
		.fields = findingfields_slow_transaction,
	},
	[FINDING_CLOCK_SKEW] = {
		.name = "clock-skew",
		.severity = FINDING_WARNING,
		.joins = true,
		.quiet = 24 * HOUR,
		.message_ids = { "3a124c647e024f05b7c1dce27f7695f5", "66080f174c9648e29cbd0ba3a1a6bcde" },
		.fields = findingfields_clock_skew,
	},
	[FINDING_LOCAL_CLOCK] = {
		.name = "local-clock",
		.severity = FINDING_WARNING,
		.message_ids = { "b120a366f0bb49cf82f2dc05873f9bd0", "78b7d0ac84774ce08e4cda11b43c589b" },
		.fields = findingfields_local_clock,
	},
	[FINDING_VISIBILITY] = {
		.name = "visibility",
		.severity = FINDING_WARNING,
		.message_ids = { "2330fcf1562a44b888668d77e827062c", "c1acc9906424450aa36bf9b3ddcb369d" },
		.fields = findingfields_visibility,
	},
	[FINDING_ZONE_CHANGE] = {
		.name = "zone-change",
		.severity = FINDING_NOTICE,
		.joins = true,
		.quiet = 24 * HOUR,
		.message_ids = { "32833106536e45df80b2d002cc92d33d", "f08db22fd293456ab170fab23d90fbac" },
		.fields = findingfields_zone_change,
	},
	[FINDING_WITNESS_CONFLICT] = {
		.name = "witness-conflict",
		.severity = FINDING_WARNING,
		.quiet = 24 * HOUR,
		.message_ids = { "f3faa8e879ea47238ad5cfbc1d74bd1c", "3ce1268c9c8042e3bfec3fee8ed2305d" },
		.fields = findingfields_witness_conflict,
	},
	[FINDING_CONNECTION_FAILURE] = {
		.name = "connection-failure",
		.severity = FINDING_ERROR,
		.joins = true,
		.quiet = HOUR,
		.is_outage = true,
		.message_ids = { "a93f32a9a17241028e4edc90253d9e30", "47aa2dbad9e24c8d809f001680289e32" },
		.fields = findingfields_connection_failure,
	},
	[FINDING_SILENT_PEER] = {
		.name = "silent-peer",
		.severity = FINDING_WARNING,
		.joins = true,
		.quiet = HOUR,
		.is_outage = true,
		.message_ids = { "7f453a0ef5094b4f95de6e91074206e2", "30f47f35d0384cfb8add40e92c34bf1c" },
		.fields = findingfields_silent_peer,
	},
	[FINDING_CERTIFICATE] = {
		.name = "certificate",
		.severity = FINDING_ERROR,
		.others = certificate_classes,
		.joins = true,
		.quiet = 24 * HOUR,
		.message_ids = { "63783933d5f04510bf6af8af81df6383", "1e07ea63524c498f94dc77a72ed0d50a" },
		.fields = findingfields_certificate,
	},
	[FINDING_STALE_DATE] = {
		.name = "stale-date",
		.severity = FINDING_ERROR,
		.joins = true,
		.quiet = HOUR,
		.message_ids = { "42a68fecc75a43c48d0d866b16519537", "39c0d03234794347b83bea5c88b224f0" },
		.fields = findingfields_stale_date,
	},
	[FINDING_MRAS_FAILURE] = {
		.name = "mras-failure",
		.severity = FINDING_ERROR,
		.joins = true,
		.quiet = HOUR,
		.message_ids = { "af63088cdbb54d49b15753ad7948c17b", "9629d331f71344d591d2645765d2c48d" },
		.fields = findingfields_mras_failure,
	},
	[FINDING_MEDIA_ENCRYPTION] = {
		.name = "media-encryption",
		.severity = FINDING_WARNING,
		.joins = true,
		.quiet = HOUR,
		.message_ids = { "f8f4a50922864bf3b31f44d6eefe7e05", "81f1000c64194d6f9a0acf6be469c04d" },
		.fields = findingfields_media_encryption,
	},
	[FINDING_SIP_DIAGNOSTIC] = {
		.name = "sip-diagnostic",
		.severity = FINDING_WARNING,
		.quiet = HOUR,
		.message_ids = { "1d56ba9d23ae4b7f9ea597f69ffedfd5", "dfa28c21aeb847798178ed5f18b5cb6c" },
		.fields = findingfields_sip_diagnostic,
	},
	[FINDING_INCIDENT] = {
		.name = "incident",
		.severity = FINDING_ERROR,
		.message_ids = { "ceaf40e000e34ae5935b5cbaa53d227d", "e1b15c4924e74e7fbe008a360f02fd70" },
		.fields = findingfields_incident,
	},
};

static const char *const severities[] = {
	[FINDING_CRITICAL] = "critical",
	[FINDING_ERROR] = "error",
	[FINDING_WARNING] = "warning",
	[FINDING_NOTICE] = "notice",
	[FINDING_INFO] = "info",
};

const struct finding_row *
finding_row(enum finding_kind kind)
{
	return &rows[kind];
}

const char *
finding_kind_name(enum finding_kind kind)
{
	return rows[kind].name;
}

bool
finding_kind_parse(struct slice name, enum finding_kind *kind)
{
	for (int i = 0; i < FINDING_KINDS; i++) {
		if (!slice_is(name, rows[i].name))
			continue;
		*kind = (enum finding_kind)i;
		return true;
	}
	return false;
}

uint64_t
finding_id(enum finding_kind kind, struct slice key)
{
	static const struct siphash_key unkeyed = { 0, 0 };
	const struct slice first = slice_first(key, KEY);
	char store[NAME + 1 + KEY];
	struct textbuf t;

	textbuf_init(&t, store, sizeof(store));
	textbuf_add(&t, finding_kind_name(kind));
	textbuf_add_slice(&t, slice_of("", 1));
	textbuf_add_slice(&t, first);
	return siphash_24(&unkeyed, textbuf_slice(&t));
}

enum finding_severity
finding_severity_of(enum finding_kind kind, const char *class)
{
	const struct finding_class *other = rows[kind].others;

	for (; class != NULL && other != NULL && other->class != NULL; other++)
		if (strcmp(other->class, class) == 0)
			return other->severity;
	return rows[kind].severity;
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
