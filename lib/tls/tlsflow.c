/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls/tlsflow.h"

#include <stdlib.h>

#include "tls/inner/hello.h"
#include "tls/inner/tlsconn.h"

struct tlsflow {
	struct tlsconn_shared shared;
	uint64_t foreign, lost, no_memory;
};

/* *slot holds this address where there is no TLS, so that nobody looks again:
 * nothing else has it, and nobody writes to it. */
static const char no_tls;
#define NO_TLS ((void *)(uintptr_t)&no_tls)

/* IANA's registry of TLS alerts. */
static const struct {
	uint8_t number;
	const char *name;
} alerts[] = {
	{ 0, "close_notify" },
	{ 10, "unexpected_message" },
	{ 20, "bad_record_mac" },
	{ 21, "decryption_failed" },
	{ 22, "record_overflow" },
	{ 30, "decompression_failure" },
	{ 40, "handshake_failure" },
	{ 41, "no_certificate" },
	{ 42, "bad_certificate" },
	{ 43, "unsupported_certificate" },
	{ 44, "certificate_revoked" },
	{ 45, "certificate_expired" },
	{ 46, "certificate_unknown" },
	{ 47, "illegal_parameter" },
	{ 48, "unknown_ca" },
	{ 49, "access_denied" },
	{ 50, "decode_error" },
	{ 51, "decrypt_error" },
	{ 52, "too_many_cids_requested" },
	{ 60, "export_restriction" },
	{ 70, "protocol_version" },
	{ 71, "insufficient_security" },
	{ 80, "internal_error" },
	{ 86, "inappropriate_fallback" },
	{ 90, "user_canceled" },
	{ 100, "no_renegotiation" },
	{ 109, "missing_extension" },
	{ 110, "unsupported_extension" },
	{ 111, "certificate_unobtainable" },
	{ 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" },
	{ 114, "bad_certificate_hash_value" },
	{ 115, "unknown_psk_identity" },
	{ 116, "certificate_required" },
	{ 120, "no_application_protocol" },
};

struct tlsflow *
tlsflow_new(
    const struct tlsflow_limits *limits, tlsflow_output *output, void *arg)
{
	struct tlsflow *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	x509cert_init();
	t->shared.output = output;
	t->shared.arg = arg;
	t->shared.budget.holdings.limit = limits->octets;
	t->shared.budget.holdings.memory = limits->unfinished;
	t->shared.certificates =
	    certcache_new(limits->certificates, &limits->key, limits->memory);
	if (t->shared.certificates != NULL)
		return t;
	free(t);
	return NULL;
}

void
tlsflow_free(struct tlsflow *t)
{
	if (t == NULL)
		return;
	certcache_free(t->shared.certificates);
	free(t);
}

void
tlsflow_set(struct tlsflow *t, const struct tlsflow_limits *limits)
{
	t->shared.budget.holdings.limit = limits->octets;
	certcache_set(t->shared.certificates, limits->certificates);
}

bool
tlsflow_facts(void *const *slot, struct tlsflow_facts *facts)
{
	if (*slot == NULL || *slot == NO_TLS)
		return false;
	*facts = tlsconn_facts(*slot);
	return true;
}

static void
lost(struct tlsflow *t, struct tlsconn *c, struct tlsconn_half *half)
{
	t->lost++;
	c->lost = true;
	handshake_lost(&half->handshake, &t->shared.budget);
}

static void
release(struct tlsflow *t, void **slot)
{
	struct tlsconn *c = *slot;

	tlsconn_done(c, &t->shared.budget);
	free(c);
	*slot = NULL;
}

/* NULL: it is no TLS, or there is no memory. */
static struct tlsconn *
begin(struct tlsflow *t, const struct tcpreasm_event *e, void **slot)
{
	const bool midway = e->guessed || e->offset > e->begin;
	struct tlsconn *c;

	if (midway && !tlsrecord_plausible(e->octets))
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		t->no_memory++;
		return NULL;
	}
	tlsrecord_init(&c->halves[e->direction].record, midway);
	tlsrecord_init(&c->halves[!e->direction].record, e->guessed);
	c->lost = midway;
	*slot = c;
	return c;
}

/* The other side may have begun as TLS: a client that talks to something
 * else. */
static void
foreign(struct tlsflow *t, const struct tcpreasm_event *e, void **slot)
{
	struct tlsconn *c = *slot;
	const enum tlsrecord_state other =
	    c->halves[!e->direction].record.state;

	t->foreign++;
	if (other != TLSRECORD_BEGIN && other != TLSRECORD_FOREIGN)
		return;
	release(t, slot);
	*slot = NO_TLS;
}

static void
data(struct tlsflow *t, const struct tcpreasm_event *e, void **slot)
{
	struct tlsconn *c = *slot == NULL ? begin(t, e, slot) : *slot;
	struct tlsconn_input in = {
		.shared = &t->shared,
		.connection = c,
		.tcp = e,
		.rest = e->octets,
	};
	struct tlsrecord_part part;
	bool hunted;

	if (c == NULL)
		return;
	tlsconn_direct(&in);
	if (in.half->record.state == TLSRECORD_FOREIGN)
		return;
	hunted = in.half->record.state == TLSRECORD_HUNT;
	tlsrecord_input(&in.half->record, e->octets);
	while (tlsrecord_next(&in.half->record, &in.rest, &part))
		tlsconn_part(&in, &part);
	if (in.half->record.state == TLSRECORD_HUNT && !hunted)
		lost(t, c, in.half);
	else if (in.half->record.state == TLSRECORD_FOREIGN)
		foreign(t, e, slot);
}

static void
gap(struct tlsflow *t, const struct tcpreasm_event *e, struct tlsconn *c)
{
	struct tlsconn_half *half = &c->halves[e->direction];
	const bool hunted = half->record.state == TLSRECORD_HUNT;

	c->lost = true;
	if (!tlsrecord_gap(&half->record, e->lost) && !hunted)
		lost(t, c, half);
	else
		handshake_lost(&half->handshake, &t->shared.budget);
}

static void
end(struct tlsflow *t, const struct tcpreasm_event *e, struct tlsconn *c)
{
	struct tlsconn_input in = {
		.shared = &t->shared,
		.connection = c,
		.tcp = e,
	};

	tlsconn_direct(&in);
	tlsconn_end(&in);
}

void
tlsflow_input(struct tlsflow *t, const struct tcpreasm_event *e, void **slot)
{
	struct tlsconn *c = *slot;

	if (*slot == NO_TLS) {
		if (e->fact == TCPREASM_FORGOTTEN)
			*slot = NULL;
	} else if (e->fact == TCPREASM_DATA) {
		data(t, e, slot);
	} else if (c != NULL && e->fact == TCPREASM_GAP) {
		gap(t, e, c);
	} else if (c != NULL &&
	    (e->fact == TCPREASM_CLOSED || e->fact == TCPREASM_RESET)) {
		end(t, e, c);
	} else if (c != NULL && e->fact == TCPREASM_FORGOTTEN) {
		end(t, e, c);
		release(t, slot);
	}
}

void
tlsflow_stats(const struct tlsflow *t, counter_output *output, void *arg)
{
	output(arg, COUNTER_EVENT, "tlsflow.foreign", t->foreign);
	output(arg, COUNTER_EVENT, "tlsflow.lost", t->lost);
	output(arg, COUNTER_EVENT, "tlsflow.malformed", t->shared.malformed);
	output(arg, COUNTER_EVENT, "tlsflow.message_too_long",
	    t->shared.budget.too_long);
	output(arg, COUNTER_LIMIT, "tlsflow.message_over_limit",
	    t->shared.budget.over);
	output(arg, COUNTER_EVENT, "tlsflow.chain_cut", t->shared.chains_cut);
	output(arg, COUNTER_LIMIT, "tlsflow.no_memory", t->no_memory);
	certcache_stats(t->shared.certificates, output, arg);
}

const char *
tlsflow_version_name(uint16_t version)
{
	static const char *const names[] = { "SSLv3", "TLSv1.0", "TLSv1.1",
		"TLSv1.2", "TLSv1.3" };

	if (version == 2)
		return "SSLv2";
	if (version >= 0x0300 && version - 0x0300u < 5)
		return names[version - 0x0300];
	return hello_is_tls13(version) ? "TLSv1.3 (draft)" : NULL;
}

const char *
tlsflow_alert_name(uint8_t alert)
{
	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (alerts[i].number == alert)
			return alerts[i].name;
	return NULL;
}
