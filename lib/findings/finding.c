/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/finding.h"

#include "base/siphash.h"

#define HOUR (3600 * NSTIME_S)

/* Octets of a kind's name, and of a key that make a difference. */
enum { NAME = 64, KEY = 600 };

static const struct finding_field transaction_timeout[] = {
	{ "class", EVIDENCE_TEXT, true,
	    "no_response no_final stalled_after_100 no_ack no_ack_2xx "
	    "cancelled_no_final",
	    "how far the transaction got" },
	{ "proof", EVIDENCE_TEXT, true,
	    "retransmitted acknowledged provisional response_retransmitted "
	    "failover upstream_status unreachable server_log",
	    "what shows that the requester got no answer either" },
	{ "method", EVIDENCE_TEXT, true, NULL, "the method of the request" },
	{ "start_line", EVIDENCE_TEXT, false, NULL,
	    "the first line of the request" },
	{ "request_uri", EVIDENCE_TEXT, false, NULL, "its request URI" },
	{ "call_id", EVIDENCE_TEXT, true, NULL, "its Call-ID" },
	{ "cseq", EVIDENCE_INTEGER, true, NULL, "the number in its CSeq" },
	{ "from", EVIDENCE_TEXT, false, NULL, "its From" },
	{ "to", EVIDENCE_TEXT, false, NULL, "its To" },
	{ "branch", EVIDENCE_TEXT, false, NULL, "the branch of its top Via" },
	{ "uac", EVIDENCE_TEXT, true, NULL, "the endpoint that sent it" },
	{ "uas", EVIDENCE_TEXT, true, NULL, "the endpoint it was sent to" },
	{ "proxied_client", EVIDENCE_TEXT, false, NULL,
	    "the client for which a load balancer sent it, by the PROXY "
	    "protocol" },
	{ "transport", EVIDENCE_TEXT, true, NULL, "UDP, TCP or TLS" },
	{ "sent", EVIDENCE_TIME, false, NULL, "when its first copy was sent" },
	{ "copies", EVIDENCE_INTEGER, true, NULL,
	    "how many copies of it were seen" },
	{ "last_status", EVIDENCE_INTEGER, false, NULL,
	    "the status of the last response" },
	{ "elapsed_s", EVIDENCE_SECONDS, false, NULL,
	    "from the first copy to the verdict" },
	{ "mras", EVIDENCE_BOOLEAN, true, NULL,
	    "it asked for media relay credentials" },
	{ "recovered", EVIDENCE_BOOLEAN, true, NULL,
	    "another server answered a later attempt" },
	{ "legs", EVIDENCE_INTEGER, true, NULL,
	    "on how many legs it was seen" },
	{ "closed_after_s", EVIDENCE_SECONDS, false, NULL,
	    "the server closed or reset the connection so long after the "
	    "request was sent" },
	{ "servers", EVIDENCE_INTEGER, false, NULL,
	    "how many servers did not answer this client; the other fields "
	    "are of the last" },
	{ "server_list", EVIDENCE_LIST, false, NULL,
	    "their endpoints, as far as there is room" },
	{ .name = NULL },
};

static const struct finding_field slow_transaction[] = {
	{ "class", EVIDENCE_TEXT, true, "pending late gave_up",
	    "whether the requests still wait" },
	{ "method", EVIDENCE_TEXT, true, NULL, "the method of the requests" },
	{ "server", EVIDENCE_TEXT, true, NULL,
	    "the endpoint they were sent to" },
	{ "threshold_s", EVIDENCE_SECONDS, true, NULL, "what counts as slow" },
	{ "slowest_s", EVIDENCE_SECONDS, false, NULL,
	    "how long the slowest took" },
	{ "call_id", EVIDENCE_TEXT, false, NULL, "the Call-ID of the slowest" },
	{ .name = NULL },
};

static const struct finding_field clock_skew[] = {
	{ "peer", EVIDENCE_TEXT, false, NULL, "the host whose clock it is" },
	{ "pool", EVIDENCE_TEXT, false, NULL,
	    "the pool it stands in, as configured" },
	{ "role", EVIDENCE_TEXT, false, NULL, "the part that host plays" },
	{ "offset_s", EVIDENCE_SECONDS, true, NULL,
	    "how far its clock is off; positive: ahead" },
	{ "uncertainty_s", EVIDENCE_SECONDS, true, NULL,
	    "by how much the offset may be wrong" },
	{ "samples", EVIDENCE_INTEGER, true, NULL,
	    "readings of the clock that agree" },
	{ "outliers", EVIDENCE_INTEGER, true, NULL, "readings that do not" },
	{ "witnesses", EVIDENCE_LIST, true, NULL,
	    "the protocols in which it tells the time" },
	{ "attribution", EVIDENCE_TEXT, true, "host via",
	    "via: it may be the clock of a host behind this one" },
	{ "shape", EVIDENCE_TEXT, false,
	    "timezone dst days date_swapped year epoch gps_week tai drift "
	    "offset",
	    "what kind of mistake the offset looks like" },
	{ "shape_units", EVIDENCE_DECIMAL, false, NULL,
	    "how many hours or days of that" },
	{ "step_s", EVIDENCE_SECONDS, false, NULL,
	    "the last step of that clock" },
	{ "stepped_at", EVIDENCE_TIME, false, NULL, "when that was" },
	{ "local_clock", EVIDENCE_TEXT, true,
	    "trusted unsynchronised suspect unknown",
	    "the clock it was measured against" },
	{ "ntp_offset_s", EVIDENCE_SECONDS, false, NULL,
	    "how far off the time is that its NTP service serves instead" },
	{ .name = NULL },
};

static const struct finding_field local_clock[] = {
	{ "class", EVIDENCE_TEXT, true, "stepped unsynchronised odd_one_out",
	    "what is wrong with the clock of this host" },
	{ "offset_s", EVIDENCE_SECONDS, false, NULL,
	    "how far it is off; positive: ahead" },
	{ "peers_agreeing", EVIDENCE_INTEGER, false, NULL,
	    "how many hosts agree on that" },
	{ "peers_total", EVIDENCE_INTEGER, false, NULL,
	    "how many hosts tell the time" },
	{ .name = NULL },
};

static const struct finding_field visibility[] = {
	{ "class", EVIDENCE_TEXT, true,
	    "one_way loss truncated no_sip undecrypted undecided "
	    "clocks_differ agent_lost",
	    "why part of the traffic cannot be judged" },
	{ "interface", EVIDENCE_TEXT, false, NULL, "where it was captured" },
	{ "a", EVIDENCE_TEXT, false, NULL,
	    "a host that sends, or whose clock it is; or one of two sources" },
	{ "b", EVIDENCE_TEXT, false, NULL,
	    "a host whose packets to a are not seen; or the other source" },
	{ "offset_s", EVIDENCE_SECONDS, false, NULL,
	    "clocks_differ: how far the clock of b is ahead of that of a" },
	{ "agent", EVIDENCE_INTEGER, false, NULL,
	    "the number of an agent that sent HEP from a" },
	{ "transactions_unknown", EVIDENCE_INTEGER, false, NULL,
	    "transactions that could not be judged" },
	{ "server", EVIDENCE_TEXT, false, NULL,
	    "the server whose TLS is not decrypted" },
	{ "reason", EVIDENCE_TEXT, false,
	    "ephemeral foreign_key no_secret wrong_secret cipher version",
	    "why it is not" },
	{ .name = NULL },
};

static const struct finding_field zone_change[] = {
	{ "host", EVIDENCE_TEXT, true, NULL,
	    "the host whose time zone was changed" },
	{ "from_min", EVIDENCE_INTEGER, true, NULL,
	    "minutes east of UTC before" },
	{ "to_min", EVIDENCE_INTEGER, true, NULL, "minutes east of UTC now" },
	{ "witness", EVIDENCE_TEXT, true, NULL, "the protocol that tells it" },
	{ .name = NULL },
};

static const struct finding_field witness_conflict[] = {
	{ "host", EVIDENCE_TEXT, true, NULL,
	    "the host whose witnesses contradict each other" },
	{ "witnesses", EVIDENCE_LIST, false, NULL,
	    "the protocols in which it tells the time" },
	{ "offsets_s", EVIDENCE_NUMBERS, false, NULL,
	    "what each of them says, in the same order" },
	{ .name = NULL },
};

static const struct finding_field connection_failure[] = {
	{ "class", EVIDENCE_TEXT, true,
	    "refused unanswered unreachable blackhole reset closed tls_alert "
	    "tls_closed tls_stalled",
	    "where the connection came to nothing" },
	{ "client", EVIDENCE_TEXT, true, NULL, "the endpoint that tried last" },
	{ "server", EVIDENCE_TEXT, true, NULL,
	    "the endpoint it tried to reach" },
	{ "proxied_client", EVIDENCE_TEXT, false, NULL,
	    "the client for which a load balancer tried, by the PROXY "
	    "protocol" },
	{ "transport", EVIDENCE_TEXT, true, "tcp udp", "over which" },
	{ "attempts", EVIDENCE_INTEGER, true, NULL,
	    "how many attempts failed" },
	{ "clients", EVIDENCE_INTEGER, true, NULL,
	    "of how many hosts, counted up to 8" },
	{ "ever_worked", EVIDENCE_BOOLEAN, false, NULL,
	    "it was seen to get further before; left out over UDP where that "
	    "is not known" },
	{ "after_s", EVIDENCE_SECONDS, false, NULL,
	    "of a connection that had worked: since its last answer" },
	{ "tls_version", EVIDENCE_TEXT, false, NULL,
	    "the version of TLS that was offered or agreed" },
	{ "tls_alert", EVIDENCE_INTEGER, false, NULL,
	    "the TLS alert by its number" },
	{ "tls_alert_name", EVIDENCE_TEXT, false, NULL, "its name" },
	{ "tls_alert_from", EVIDENCE_TEXT, false, "client server",
	    "the side that sent it" },
	{ .name = NULL },
};

static const struct finding_field silent_peer[] = {
	{ "class", EVIDENCE_TEXT, true, "request mras_silence",
	    "a request without an answer, or no requests any more" },
	{ "client", EVIDENCE_TEXT, true, NULL, "the side that asks" },
	{ "server", EVIDENCE_TEXT, true, NULL,
	    "the endpoint that used to answer" },
	{ "request_octets", EVIDENCE_INTEGER, false, NULL,
	    "the size of the encrypted request" },
	{ "sent", EVIDENCE_TIME, true, NULL,
	    "when it was sent; mras_silence: the last exchange" },
	{ "elapsed_s", EVIDENCE_SECONDS, true, NULL, "since then" },
	{ "connections", EVIDENCE_INTEGER, false, NULL,
	    "connections on which that happened" },
	{ .name = NULL },
};

static const struct finding_field certificate[] = {
	{ "class", EVIDENCE_TEXT, true,
	    "expired not_yet_valid expiring invalid_by_peer_clock",
	    "what is wrong with its dates" },
	{ "holder", EVIDENCE_TEXT, true, NULL,
	    "the server endpoint or client host that shows it" },
	{ "role", EVIDENCE_TEXT, true, "server client", "which of the two" },
	{ "depth", EVIDENCE_INTEGER, true, NULL,
	    "0: the holder's own; above: a CA's in its chain" },
	{ "server", EVIDENCE_TEXT, true, NULL, "the server of the handshake" },
	{ "subject", EVIDENCE_TEXT, false, NULL, "its subject" },
	{ "issuer", EVIDENCE_TEXT, false, NULL, "its issuer" },
	{ "san", EVIDENCE_LIST, false, NULL, "its alternative names" },
	{ "not_before", EVIDENCE_TIME, true, NULL, "valid from" },
	{ "not_after", EVIDENCE_TIME, true, NULL, "valid until" },
	{ "sha256", EVIDENCE_TEXT, true, NULL,
	    "its SHA-256 fingerprint in hexadecimal" },
	{ "client", EVIDENCE_TEXT, false, NULL,
	    "the client whose clock it is invalid by" },
	{ "peer_offset_s", EVIDENCE_SECONDS, false, NULL,
	    "how far that clock is off" },
	{ .name = NULL },
};

static const struct finding_field stale_date[] = {
	{ "status", EVIDENCE_INTEGER, false, NULL,
	    "the status of the response that refused" },
	{ "diagnostic_id", EVIDENCE_INTEGER, false, NULL,
	    "the number of its ms-diagnostics" },
	{ "reason", EVIDENCE_TEXT, false, NULL, "the reason it gives" },
	{ "source", EVIDENCE_TEXT, false, NULL,
	    "the host that its ms-diagnostics names" },
	{ "call_id", EVIDENCE_TEXT, false, NULL, "its Call-ID" },
	{ "server", EVIDENCE_TEXT, true, NULL, "the server that refused" },
	{ "client", EVIDENCE_TEXT, false, NULL, "the client that was refused" },
	{ "krb_error", EVIDENCE_INTEGER, false, NULL, "the error of Kerberos" },
	{ "client_time", EVIDENCE_TIME, false, NULL,
	    "the client's clock as that tells it" },
	{ "server_time", EVIDENCE_TIME, false, NULL,
	    "the server's clock as that tells it" },
	{ .name = NULL },
};

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

static const struct finding_field mras_failure[] = {
	{ "server", EVIDENCE_TEXT, true, NULL, "the endpoint that refused" },
	{ "status", EVIDENCE_INTEGER, true, NULL,
	    "the status of the response" },
	{ "reason_phrase", EVIDENCE_TEXT, false, NULL,
	    "the reason in the body, or of the status line" },
	{ "call_id", EVIDENCE_TEXT, false, NULL, "the Call-ID" },
	{ "client", EVIDENCE_TEXT, true, NULL, "the endpoint that asked" },
	{ .name = NULL },
};

static const struct finding_field media_encryption[] = {
	{ "status", EVIDENCE_INTEGER, true, NULL,
	    "the status of the response" },
	{ "diagnostic_id", EVIDENCE_INTEGER, false, NULL,
	    "the id in ms-client-diagnostics or ms-diagnostics" },
	{ "reason", EVIDENCE_TEXT, false, NULL, "what the refuser says" },
	{ "caller", EVIDENCE_TEXT, false, NULL, "the From of the INVITE" },
	{ "callee", EVIDENCE_TEXT, false, NULL, "its To" },
	{ "call_id", EVIDENCE_TEXT, false, NULL, "its Call-ID" },
	{ "offer_level", EVIDENCE_TEXT, false,
	    "not_supported supported required",
	    "the encryption that the caller's SDP asks for" },
	{ "peer_level", EVIDENCE_TEXT, false,
	    "not_supported supported required",
	    "the encryption that the refuser asked for in its own last SDP" },
	{ .name = NULL },
};

static const struct finding_field sip_diagnostic[] = {
	{ "status", EVIDENCE_INTEGER, true, NULL,
	    "the status of the response" },
	{ "diagnostic_id", EVIDENCE_INTEGER, true, NULL,
	    "the id in ms-diagnostics or one of its kin" },
	{ "reason", EVIDENCE_TEXT, false, NULL, "what the server says" },
	{ "source", EVIDENCE_TEXT, false, NULL, "the server that says it" },
	{ "call_id", EVIDENCE_TEXT, false, NULL, "the Call-ID" },
	{ "server", EVIDENCE_TEXT, true, NULL, "the endpoint that refused" },
	{ "client", EVIDENCE_TEXT, false, NULL, "the endpoint refused" },
	{ "meaning", EVIDENCE_TEXT, false, NULL,
	    "what the id means, of diagnostics.conf" },
	{ "remedy", EVIDENCE_TEXT, false, NULL,
	    "what to do about it, of diagnostics.conf" },
	{ .name = NULL },
};

static const struct finding_field incident[] = {
	{ "cause", EVIDENCE_TEXT, true,
	    "clock relay_unreachable one_cannot_reach media_encryption",
	    "the suspected cause that its alerts have in common" },
	{ "peer", EVIDENCE_TEXT, false, NULL,
	    "the host whose clock is wrong, or that cannot reach the server" },
	{ "peers", EVIDENCE_LIST, false, NULL,
	    "hosts whose clocks are wrong alike" },
	{ "peer_count", EVIDENCE_INTEGER, false, NULL, "how many there are" },
	{ "role", EVIDENCE_TEXT, false, "front_end edge",
	    "its part on the A/V authentication port" },
	{ "role_learnt", EVIDENCE_BOOLEAN, false, NULL,
	    "the role was seen on the wire, not configured" },
	{ "pool", EVIDENCE_TEXT, false, NULL,
	    "the pool it is in, as configured" },
	{ "pool_members", EVIDENCE_INTEGER, false, NULL,
	    "how many members the pool has" },
	{ "pool_well", EVIDENCE_INTEGER, false, NULL,
	    "how many of them no alert concerns" },
	{ "server", EVIDENCE_TEXT, false, NULL,
	    "the endpoint that failed most often" },
	{ "other_servers", EVIDENCE_INTEGER, false, NULL,
	    "alerts about other servers" },
	{ "clients", EVIDENCE_INTEGER, false, NULL,
	    "how many clients the server failed" },
	{ "client_list", EVIDENCE_LIST, false, NULL,
	    "their addresses, as far as there is room" },
	{ "domain", EVIDENCE_TEXT, false, NULL,
	    "media_encryption: what the refused calls have in common" },
	{ "direction", EVIDENCE_TEXT, false, "to from both",
	    "whether that domain is called, or calls" },
	{ "domains", EVIDENCE_INTEGER, false, NULL,
	    "how many pairs of domains there are" },
	{ "alerts", EVIDENCE_LIST, false, NULL,
	    "the ids of the alerts that are its parts" },
	{ "timeouts", EVIDENCE_INTEGER, true, NULL,
	    "transactions lost so far" },
	{ "connections_failed", EVIDENCE_INTEGER, false, NULL,
	    "attempts to connect that failed so far" },
	{ "offset_s", EVIDENCE_SECONDS, false, NULL,
	    "how far the clock is off; positive: ahead" },
	{ "shape", EVIDENCE_TEXT, false, NULL,
	    "what kind of mistake the offset looks like" },
	{ "step_s", EVIDENCE_SECONDS, false, NULL, "the step of that clock" },
	{ "stepped_at", EVIDENCE_TIME, false, NULL, "when that was" },
	{ "since", EVIDENCE_TIME, true, NULL, "when its first part began" },
	{ "failed_at", EVIDENCE_TIME, false, NULL,
	    "when the first request or connection failed" },
	{ "mras", EVIDENCE_BOOLEAN, true, NULL,
	    "requests for media relay credentials are among it" },
	{ "score", EVIDENCE_INTEGER, true, NULL,
	    "how well the evidence supports the cause; 5 is enough" },
	{ "speaks_for", EVIDENCE_LIST, false, NULL, "what supports it" },
	{ "speaks_against", EVIDENCE_LIST, false, NULL,
	    "what contradicts it or is open" },
	{ "prove", EVIDENCE_LIST, false, NULL,
	    "what to look at to prove or refute it" },
	{ "open", EVIDENCE_LIST, false, NULL, "the parts that last" },
	{ .name = NULL },
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
		.fields = transaction_timeout,
	},
	[FINDING_SLOW_TRANSACTION] = {
		.name = "slow-transaction",
		.severity = FINDING_WARNING,
		.quiet = HOUR,
		.message_ids = { "6301bbfca0c5454e8ff9bb510944fe0c", "6fced11d2bd841e6847a8387cdde8d51" },
		.fields = slow_transaction,
	},
	[FINDING_CLOCK_SKEW] = {
		.name = "clock-skew",
		.severity = FINDING_WARNING,
		.joins = true,
		.quiet = 24 * HOUR,
		.message_ids = { "3a124c647e024f05b7c1dce27f7695f5", "66080f174c9648e29cbd0ba3a1a6bcde" },
		.fields = clock_skew,
	},
	[FINDING_LOCAL_CLOCK] = {
		.name = "local-clock",
		.severity = FINDING_WARNING,
		.message_ids = { "b120a366f0bb49cf82f2dc05873f9bd0", "78b7d0ac84774ce08e4cda11b43c589b" },
		.fields = local_clock,
	},
	[FINDING_VISIBILITY] = {
		.name = "visibility",
		.severity = FINDING_WARNING,
		.message_ids = { "2330fcf1562a44b888668d77e827062c", "c1acc9906424450aa36bf9b3ddcb369d" },
		.fields = visibility,
	},
	[FINDING_ZONE_CHANGE] = {
		.name = "zone-change",
		.severity = FINDING_NOTICE,
		.joins = true,
		.quiet = 24 * HOUR,
		.message_ids = { "32833106536e45df80b2d002cc92d33d", "f08db22fd293456ab170fab23d90fbac" },
		.fields = zone_change,
	},
	[FINDING_WITNESS_CONFLICT] = {
		.name = "witness-conflict",
		.severity = FINDING_WARNING,
		.quiet = 24 * HOUR,
		.message_ids = { "f3faa8e879ea47238ad5cfbc1d74bd1c", "3ce1268c9c8042e3bfec3fee8ed2305d" },
		.fields = witness_conflict,
	},
	[FINDING_CONNECTION_FAILURE] = {
		.name = "connection-failure",
		.severity = FINDING_ERROR,
		.joins = true,
		.quiet = HOUR,
		.is_outage = true,
		.message_ids = { "a93f32a9a17241028e4edc90253d9e30", "47aa2dbad9e24c8d809f001680289e32" },
		.fields = connection_failure,
	},
	[FINDING_SILENT_PEER] = {
		.name = "silent-peer",
		.severity = FINDING_WARNING,
		.joins = true,
		.quiet = HOUR,
		.is_outage = true,
		.message_ids = { "7f453a0ef5094b4f95de6e91074206e2", "30f47f35d0384cfb8add40e92c34bf1c" },
		.fields = silent_peer,
	},
	[FINDING_CERTIFICATE] = {
		.name = "certificate",
		.severity = FINDING_ERROR,
		.others = certificate_classes,
		.joins = true,
		.quiet = 24 * HOUR,
		.message_ids = { "63783933d5f04510bf6af8af81df6383", "1e07ea63524c498f94dc77a72ed0d50a" },
		.fields = certificate,
	},
	[FINDING_STALE_DATE] = {
		.name = "stale-date",
		.severity = FINDING_ERROR,
		.joins = true,
		.quiet = HOUR,
		.message_ids = { "42a68fecc75a43c48d0d866b16519537", "39c0d03234794347b83bea5c88b224f0" },
		.fields = stale_date,
	},
	[FINDING_MRAS_FAILURE] = {
		.name = "mras-failure",
		.severity = FINDING_ERROR,
		.joins = true,
		.quiet = HOUR,
		.message_ids = { "af63088cdbb54d49b15753ad7948c17b", "9629d331f71344d591d2645765d2c48d" },
		.fields = mras_failure,
	},
	[FINDING_MEDIA_ENCRYPTION] = {
		.name = "media-encryption",
		.severity = FINDING_WARNING,
		.joins = true,
		.quiet = HOUR,
		.message_ids = { "f8f4a50922864bf3b31f44d6eefe7e05", "81f1000c64194d6f9a0acf6be469c04d" },
		.fields = media_encryption,
	},
	[FINDING_SIP_DIAGNOSTIC] = {
		.name = "sip-diagnostic",
		.severity = FINDING_WARNING,
		.quiet = HOUR,
		.message_ids = { "1d56ba9d23ae4b7f9ea597f69ffedfd5", "dfa28c21aeb847798178ed5f18b5cb6c" },
		.fields = sip_diagnostic,
	},
	[FINDING_INCIDENT] = {
		.name = "incident",
		.severity = FINDING_ERROR,
		.message_ids = { "ceaf40e000e34ae5935b5cbaa53d227d", "e1b15c4924e74e7fbe008a360f02fd70" },
		.fields = incident,
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
