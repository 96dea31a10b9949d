/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/replies.h"

#include "sip/mras.h"
#include "sip/mrasbody.h"
#include "sip/msdiag.h"

struct replies {
	const struct replies_message *in;
	observation_output *output;
	void *arg;
};

static struct observation
begin(const struct replies *r, enum observation_kind kind)
{
	return (struct observation){
		.kind = kind,
		.now = r->in->origin->now,
		.wall = r->in->origin->wall,
	};
}

/* A message that is reported is read by libosip2. */
static const struct sip_message *
confirmed(const struct replies *r, struct sip_message *full)
{
	const struct replies_message *in = r->in;

	return crosscheck_message(
	    in->crosscheck, in->octets, in->message, in->origin->now, full);
}

/* An offer or an answer, whichever message it comes in. */
static void
read_sdp(const struct replies *r)
{
	const struct sip_message *m = r->in->message;
	struct observation o;
	struct mediasec found;

	if (m->body.len == 0 ||
	    !mediasec_parse(m->content_type, m->body, &found))
		return;
	o = begin(r, OBSERVATION_MEDIA);
	o.media = (struct media_offer){
		.is_answer = !m->is_request,
		.call_id = m->call_id,
		.from = m->from,
		.to = m->to,
		.level = found.level,
	};
	r->output(r->arg, &o);
}

/* Once for each diagnostic: any of them may hold the reason. */
static void
read_488(const struct replies *r)
{
	struct slice rest = msdiag_begin(r->in->octets);
	struct observation o = begin(r, OBSERVATION_MEDIA_REFUSED);
	struct msdiag diag = { .id = 0 };
	struct sip_message full;
	const struct sip_message *m = confirmed(r, &full);
	bool more = msdiag_next(&rest, &diag);

	do {
		o.media_refused = (struct media_refusal){
			.status = m->status,
			.phrase = m->reason,
			.head = slice_first(r->in->octets,
			    r->in->octets.len - r->in->message->body.len),
			.diagnostic = diag.id,
			.reason = diag.reason,
			.call_id = m->call_id,
			.from = m->from,
			.to = m->to,
			.now = o.now,
			.wall = o.wall,
		};
		r->output(r->arg, &o);
		more = more && msdiag_next(&rest, &diag);
	} while (more);
}

static void
read_invite(const struct replies *r)
{
	const struct sip_message *m = r->in->message;

	if (m->is_request || m->status < 300)
		read_sdp(r);
	else if (m->status == 488)
		read_488(r);
}

/* A 200 whose body is cut or is not read proves nothing either way. */
static void
read_mras(const struct replies *r)
{
	struct observation o = begin(r, OBSERVATION_MRAS);
	const struct sip_message *m = r->in->message;
	struct mrasbody body = { .reason_phrase = "" };
	const bool has_body = mrasbody_parse(m->body, &body);
	struct sip_message full;

	if (m->status < 200 || (m->status < 300 && !has_body))
		return;
	o.mras = (struct mrasfailure_answer){
		.status = m->status,
		.granted = m->status < 300 && mrasbody_succeeded(&body),
		.server = r->in->origin->from,
		.client = r->in->origin->to,
		.now = o.now,
		.wall = o.wall,
	};
	if (!o.mras.granted)
		m = confirmed(r, &full);
	o.mras.call_id = m->call_id;
	o.mras.phrase = has_body && body.reason_phrase[0] != '\0'
	    ? slice_text(body.reason_phrase)
	    : m->reason;
	r->output(r->arg, &o);
}

/* RFC 8224 section 6.2.2. */
static void
read_stir(const struct replies *r)
{
	const unsigned status = r->in->message->status;
	struct observation o;

	if (status != 428 && (status < 436 || status > 438))
		return;
	o = begin(r, OBSERVATION_STIR);
	o.status = status;
	r->output(r->arg, &o);
}

void
replies_read(
    const struct replies_message *in, observation_output *output, void *arg)
{
	const struct replies r = { .in = in, .output = output, .arg = arg };
	const struct sip_message *m = in->message;
	const bool is_new =
	    in->match == TXNTABLE_NEW || in->match == TXNTABLE_RESPONSE;

	if (!is_new)
		return;
	if (slice_is(m->method, "INVITE"))
		read_invite(&r);
	else if (mras_is_response(m))
		read_mras(&r);
	if (!m->is_request)
		read_stir(&r);
}
