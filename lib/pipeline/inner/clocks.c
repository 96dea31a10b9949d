/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/clocks.h"

#include <stdlib.h>

#include "clock/agreement.h"
#include "clock/speakers.h"
#include "sip/mras.h"
#include "sip/mrasbody.h"
#include "sip/msdiag.h"
#include "sip/sipdate.h"
#include "sip/sipreason.h"

/* Credentials that were seen lately, by when they were issued. */
enum { TOKENS = 16 };

/* A time as text, before any was seen, and all others in that form. */
static const char epoch[] = "Thu, 01 Jan 1970 00:00:00 GMT";
enum { DATE_OCTETS = sizeof(epoch) - 1 };

#define TEN_YEARS (INT64_C(3652) * 86400 * NSTIME_S)

struct clocks {
	struct clocks_limits limits;
	observation_output *output;
	void *arg;
	struct agreement *agreement;
	struct speakers *speakers;
	struct sipdate_stats dates;
	char date[DATE_OCTETS]; /* the latest in RFC 1123's form, .. */
	nstime date_told;       /* .. and what it says */
	nstime tokens[TOKENS];  /* a ring */
	unsigned token_count;   /* so far */
};

static bool
is_heard(const struct clocks *c, enum witness witness)
{
	return (c->limits.muted >> witness & 1) == 0;
}

struct clocks *
clocks_new(
    const struct clocks_limits *limits, observation_output *output, void *arg)
{
	struct clocks *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->limits = *limits;
	c->dates.has_zone = limits->has_zone;
	c->dates.zone = limits->zone;
	memcpy(c->date, epoch, DATE_OCTETS);
	c->output = output;
	c->arg = arg;
	c->agreement =
	    agreement_new(limits->tellers, &limits->key, limits->memory);
	c->speakers =
	    speakers_new(limits->tellers, &limits->key, limits->memory);
	if (c->agreement != NULL && c->speakers != NULL)
		return c;
	clocks_free(c);
	return NULL;
}

void
clocks_free(struct clocks *c)
{
	if (c == NULL)
		return;
	agreement_free(c->agreement);
	speakers_free(c->speakers);
	free(c);
}

void
clocks_set(struct clocks *c, const struct clocks_limits *limits)
{
	c->limits = *limits;
	c->dates.has_zone = limits->has_zone;
	c->dates.zone = limits->zone;
	agreement_set(c->agreement, limits->tellers);
	speakers_set(c->speakers, limits->tellers);
}

static void
tell_stamp(struct clocks *c, const struct stamp *stamp)
{
	if (is_heard(c, stamp->witness))
		c->output(c->arg,
		    &(struct observation){
			.kind = OBSERVATION_CLOCK,
			.now = stamp->now,
			.wall = stamp->wall,
			.stamp = *stamp,
		    });
}

/* A stamp in a message is the sender's, unless it came from further along. */
static void
tell_from_message(struct clocks *c, const struct clocks_message *in,
    enum witness witness, nstime told, nstime resolution)
{
	const struct sip_message *m = in->message;

	tell_stamp(c,
	    &(struct stamp){
		.peer = in->origin->from.address,
		.witness = witness,
		.attribution =
		    m->is_request && m->vias > 1 ? STAMP_VIA : STAMP_HOST,
		.told = told,
		.resolution = resolution,
		.wall = in->origin->wall,
		.now = in->origin->now,
	    });
}

/*
 * A Date carries the sender's clock when the message is new: a copy is as old
 * as the first, and stored messages keep their date (DOMAIN 2.1).  A request
 * that passed a proxy, or a response whose Date came from further along, is not
 * from the clock of the host that sent the packet.
 */
/* All hosts whose clocks are right write the same for a second. */
static bool
parse_date(struct clocks *c, struct slice value, nstime *told)
{
	struct sipdate date;

	if (value.len == DATE_OCTETS &&
	    memcmp(c->date, value.p, DATE_OCTETS) == 0) {
		c->dates.exact++;
		*told = c->date_told;
		return true;
	}
	if (!sipdate_parse(value, &date, &c->dates) ||
	    !sipdate_wall(&date, told, &c->dates))
		return false;
	if (date.forms == 0 && value.len == DATE_OCTETS) {
		memcpy(c->date, value.p, DATE_OCTETS);
		c->date_told = *told;
	}
	return true;
}

static void
read_date(struct clocks *c, const struct clocks_message *in)
{
	const struct sip_message *m = in->message;
	nstime told;

	if (m->date.len == 0 || slice_is(m->method, "MESSAGE"))
		return;
	if (parse_date(c, m->date, &told))
		tell_from_message(c, in, WITNESS_DATE, told, NSTIME_S);
}

/* Since it was off by `first', which is as little known as the stamp.  False:
 * out of range. */
static bool
is_change(struct stamp *stamp, nstime first)
{
	const nstime width =
	    stamp->resolution + witness_row(stamp->witness)->transit;

	stamp->resolution += width;
	return !__builtin_sub_overflow(stamp->told, first, &stamp->told) &&
	    !__builtin_sub_overflow(stamp->told, width, &stamp->told);
}

/* True where the teller is known to send its clock; *stamp then holds what that
 * is worth. */
static bool
is_learnt(struct clocks *c, const struct agreement_teller *teller,
    struct stamp *stamp)
{
	struct agreement_reading reading = {
		.told = stamp->told,
		.resolution = stamp->resolution,
		.wall = stamp->wall,
		.now = stamp->now,
	};

	if (agreement_input(c->agreement, teller, &reading) != AGREEMENT_REAL)
		return false;
	stamp->told = reading.told;
	stamp->resolution = reading.resolution;
	stamp->learnt = true;
	return !witness_row(stamp->witness)->changes ||
	    is_change(stamp, reading.first);
}

/* An answer shows how long it was on its way. */
static void
weigh_transit(
    struct clocks *c, const struct event_speaker *from, struct stamp *stamp)
{
	const nstime most = witness_row(stamp->witness)->transit;
	nstime transit = 0;

	if (from->answers)
		transit = speakers_transit(c->speakers, from->other,
		    from->quoted, from->delay, stamp->now);
	if (transit > 0 && transit < most)
		stamp->transit = transit;
	speakers_sent(c->speakers, from->claim.number, from->sent, stamp->now);
}

/* False: another host's clock, which this one only passes on. */
static bool
is_placed(
    struct clocks *c, const struct event_speaker *from, struct stamp *stamp)
{
	enum speakers_verdict verdict;

	if (!from->known)
		return true;
	verdict = speakers_input(c->speakers, &from->claim);
	if (verdict == SPEAKERS_PASSED_ON)
		return false;
	if (verdict == SPEAKERS_PERHAPS)
		stamp->attribution = STAMP_VIA;
	if (from->claim.number != 0)
		weigh_transit(c, from, stamp);
	return true;
}

/* What a challenge tells is the challenging server's, and the first that is
 * seen to send it is the nearest to that; what has to be learned is learned for
 * each server. */
static void
tell_challenge(struct clocks *c, const struct clocks_message *in,
    enum witness witness, const struct witness_reading *r)
{
	const struct event_speaker from = {
		.known = r->speaker.passed_on,
		.claim = {
			.name = siphash(&c->limits.key, r->speaker.name),
			.source = in->origin->from.address,
			.now = in->origin->now,
		},
	};
	const struct agreement_teller teller = { in->origin->from, witness,
		r->speaker.number };
	struct stamp stamp = {
		.peer = in->origin->from.address,
		.witness = witness,
		.told = r->sender.time,
		.resolution = r->sender.resolution,
		.wall = in->origin->wall,
		.now = in->origin->now,
	};

	if (is_placed(c, &from, &stamp) &&
	    (!r->unproven || is_learnt(c, &teller, &stamp))) {
		stamp.attribution = STAMP_HOST;
		tell_stamp(c, &stamp);
	}
}

static void
read_challenge(struct clocks *c, const struct clocks_message *in)
{
	const unsigned status = in->message->status;
	struct witness_reading reading;

	if (status != 401 && status != 407)
		return;
	for (int i = 0; i < WITNESS_KINDS; i++) {
		const enum witness witness = (enum witness)i;
		witness_read *const read = witness_row(witness)->challenge;

		if (read != NULL && is_heard(c, witness) &&
		    read(in->octets, &reading) == WITNESS_TOLD)
			tell_challenge(c, in, witness, &reading);
	}
}

/* Its Reason, if that is about a 403. */
static bool
find_reason(const struct clocks_message *in, struct sipreason *reason)
{
	struct sipreason_walk walk = { .rest = slice_trim(in->octets) };

	while (in->message->has_reason && sipreason_next(&walk, reason))
		if (reason->cause == 403 &&
		    (slice_is_nocase(reason->protocol, "STIR") ||
			slice_is_nocase(reason->protocol, "SIP")))
			return true;
	return false;
}

static void
tell_refusal(struct clocks *c, const struct stale_response *r)
{
	c->output(c->arg,
	    &(struct observation){
		.kind = OBSERVATION_REFUSED,
		.now = r->now,
		.wall = r->wall,
		.refused = *r,
	    });
}

static void
tell_diagnostic(
    struct clocks *c, struct stale_response r, const struct msdiag *diag)
{
	r.diagnostic = diag->id;
	r.diagnostics = diag->whole;
	msdiag_param(diag, "HRESULT", &r.hresult);
	r.reason = diag->reason;
	r.source = diag->source;
	tell_refusal(c, &r);
}

/* One for each diagnostic in it, one for its Reason; a 403 may have none and
 * still be for the time. */
static void
read_refusal(struct clocks *c, const struct clocks_message *in)
{
	struct slice rest = msdiag_begin(in->octets);
	struct msdiag diag;
	struct sipreason reason;
	const bool refused = in->message->status >= 400;
	const bool has_diagnostic = refused && msdiag_next(&rest, &diag);
	const bool has_reason = find_reason(in, &reason);
	const struct sip_message *m;
	struct sip_message full;
	struct stale_response r;

	if (!has_diagnostic && !has_reason && in->message->status != 403)
		return;
	m = crosscheck_message(
	    in->crosscheck, in->octets, in->message, in->origin->now, &full);
	r = (struct stale_response){
		.status = m->status,
		.phrase = m->reason,
		.call_id = m->call_id,
		.server = in->origin->from,
		.client = in->origin->to,
		.now = in->origin->now,
		.wall = in->origin->wall,
	};
	if (has_reason) {
		r.protocol = reason.protocol;
		r.cause = reason.cause;
		r.reason = reason.text;
	}
	if (has_reason || !has_diagnostic)
		tell_refusal(c, &r);
	else
		tell_diagnostic(c, r, &diag);
	r.phrase = slice_of(NULL, 0);
	r.cause = 0;
	if (has_diagnostic && has_reason)
		tell_diagnostic(c, r, &diag);
	while (has_diagnostic && msdiag_next(&rest, &diag))
		tell_diagnostic(c, r, &diag);
}

/* A proxy that passes credentials on did not issue them. */
static bool
is_passed_on(struct clocks *c, nstime issued)
{
	for (unsigned i = 0; i < TOKENS && i < c->token_count; i++)
		if (c->tokens[i] == issued)
			return true;
	c->tokens[c->token_count++ % TOKENS] = issued;
	return false;
}

/*
 * No document says how a relay makes its user names, so that they hold its
 * clock is learnt by agreement.  The relay is who answers on its port, or a
 * request that another host has passed on.
 */
static void
read_token(struct clocks *c, const struct clocks_message *in)
{
	const struct origin *o = in->origin;
	const struct agreement_teller teller = { o->from, WITNESS_MRAS, 0 };
	const bool relay = o->from.port == MRAS_PORT;
	struct mrasbody body;
	struct stamp stamp = {
		.peer = o->from.address,
		.witness = WITNESS_MRAS,
		.attribution = relay ? STAMP_HOST : STAMP_VIA,
		.resolution = NSTIME_S,
		.wall = o->wall,
		.now = o->now,
	};

	if ((!relay && in->message->vias < 2) ||
	    !mrasbody_parse(in->message->body, &body) || !body.has_issued ||
	    is_passed_on(c, body.issued))
		return;
	stamp.told = body.issued;
	if (!nstime_passed(o->wall, TEN_YEARS, stamp.told) &&
	    !nstime_passed(stamp.told, TEN_YEARS, o->wall) &&
	    is_learnt(c, &teller, &stamp))
		tell_stamp(c, &stamp);
}

bool
clocks_may_tell(const struct sip_message *m, const struct txntable_input *input)
{
	if (input->match != TXNTABLE_NEW && input->match != TXNTABLE_RESPONSE)
		return false;
	return m->date.len > 0 || m->status >= 400 || m->has_reason ||
	    (!m->is_request && mras_is_response(m));
}

void
clocks_message(struct clocks *c, const struct clocks_message *in)
{
	const enum txntable_match match = in->input.match;

	if (match != TXNTABLE_NEW && match != TXNTABLE_RESPONSE)
		return;
	if (!in->input.date_relayed)
		read_date(c, in);
	if (match != TXNTABLE_RESPONSE)
		return;
	if (!in->input.date_relayed && in->message->status >= 400)
		read_challenge(c, in);
	if (in->message->status >= 400 || in->message->has_reason)
		read_refusal(c, in);
	if (in->message->status == 200 && is_heard(c, WITNESS_MRAS) &&
	    mras_is_response(in->message))
		read_token(c, in);
}

void
clocks_stamp(struct clocks *c, const struct event_stamp *in)
{
	struct stamp stamp = in->stamp;

	if (is_heard(c, stamp.witness) && is_placed(c, &in->speaker, &stamp) &&
	    (!in->learn || is_learnt(c, &in->teller, &stamp)))
		tell_stamp(c, &stamp);
}

void
clocks_stepped(struct clocks *c, nstime step)
{
	agreement_stepped(c->agreement, step);
}

void
clocks_stats(const struct clocks *c, counter_output *output, void *arg)
{
	agreement_stats(c->agreement, output, arg);
	speakers_stats(c->speakers, output, arg);
	sipdate_stats_write(&c->dates, output, arg);
}
