/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OUTCOMES_H
#define OUTCOMES_H

#include "findings/timeout.h"
#include "unit/unit.h"

/* What the rooms of the findings floor are fed with in their tests. */

static inline struct endpoint
outcomes_endpoint(const char *ip, uint16_t port)
{
	struct endpoint e = { .port = port };

	ck_assert(endpoint_address_parse(slice_text(ip), &e.address));
	return e;
}

/* A watched SERVICE over UDP that got nothing and was repeated to the end. */
static inline struct outcome
outcomes_silent(uint64_t id, nstime sent)
{
	return (struct outcome){
		.event = OUTCOME_EXPIRED,
		.class = OUTCOME_NO_RESPONSE,
		.id = id,
		.watched = true,
		.transport = TRANSPORT_UDP,
		.uac = outcomes_endpoint("192.0.2.1", 5060),
		.uas = outcomes_endpoint("192.0.2.2", 5062),
		.method = slice_text("SERVICE"),
		.now = sent + 34 * NSTIME_S,
		.request = { .sent = sent,
		    .sent_wall = sent,
		    .last_copy = sent + 31500 * NSTIME_MS,
		    .copies = 11,
		    .repeated = true },
		.group.legs = 1,
		.text = { .start_line = slice_text(
			      "SERVICE sip:edge.example:5062 SIP/2.0"),
		    .request_uri = slice_text("sip:edge.example:5062"),
		    .call_id = slice_text("call-1"),
		    .from = slice_text("<sip:a@example>;tag=1"),
		    .to = slice_text("<sip:edge@example>"),
		    .branch = slice_text("z9hG4bK-1"),
		    .cseq = 1 },
	};
}

static inline struct outcome
outcomes_answered(uint64_t id, nstime sent, nstime after)
{
	struct outcome o = outcomes_silent(id, sent);

	o.event = OUTCOME_ANSWERED;
	o.request.copies = 1;
	o.request.last_copy = sent;
	o.now = sent + after;
	o.response.first = sent + after;
	o.response.status = 200;
	return o;
}

/* Remembers what the room under test said. */
struct outcomes_heard {
	unsigned count;
	enum finding_kind kind;
	enum finding_change change;
	enum finding_severity severity;
	char key[128];
	struct evidence evidence;
	nstime now;
};

static inline void
outcomes_hear(void *arg, const struct finding *f)
{
	struct outcomes_heard *heard = arg;

	heard->count++;
	heard->kind = f->kind;
	heard->change = f->change;
	heard->severity = f->severity;
	heard->now = f->now;
	ck_assert_uint_lt(f->key.len, sizeof(heard->key));
	memcpy(heard->key, f->key.p, f->key.len);
	heard->key[f->key.len] = '\0';
	if (f->evidence != NULL)
		evidence_copy(&heard->evidence, f->evidence);
}

#endif
