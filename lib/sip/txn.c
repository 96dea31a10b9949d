/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/txn.h"

#include <stdlib.h>

#include "sip/methods.h"

_Static_assert(sizeof(void *) != 8 || sizeof(struct txn) <= 224,
    "with its places in the tables, the timer and its texts 400 octets");

/* From and To are cut where the URI ends: before that they name somebody, who
 * comes again and again, and behind it stands the tag. */
enum { CALL_ID, BRANCH, FROM_REST, TO_REST, OWN };
enum { START_LINE, FROM, TO, COMMON };

struct txn_text {
	struct interned *common; /* len[COMMON], then the octets */
	uint16_t len[OWN];
	uint8_t octets[];
};

void
txn_begin(struct txn *t, const struct sip_message *m,
    const struct txntable_origin *origin, uint8_t method)
{
	*t = (struct txn){
		.uac = origin->from,
		.uas = origin->to,
		.sent_wall = origin->wall,
		.flow = origin->flow,
		.flow_end = origin->flow_end,
		.flow_to_server = origin->to_server,
		.cseq = m->cseq,
		.vias = m->vias < UINT16_MAX ? (uint16_t)m->vias : UINT16_MAX,
		.method = method,
		.transport = (uint8_t)origin->transport,
		.has_to_tag = m->to_tag.len > 0,
		.watched = origin->watched,
		.mras = origin->mras,
	};
	transaction_begin(&t->state, method == METHODS_INVITE,
	    origin->transport != TXNTABLE_UDP, origin->now);
}

struct transaction_timers
txn_timers(const struct txn *t, const struct txntable_limits *limits)
{
	return (struct transaction_timers){
		.t1 = limits->t1,
		.timer_c = limits->timer_c,
		.grace = limits->grace,
		.slow = !t->watched      ? NSTIME_NEVER
		    : t->state.is_invite ? limits->slow_invite
					 : limits->slow_other,
	};
}

/* `from' without what follows the bracket; *rest is that. */
static struct slice
split(struct slice from, struct slice *rest)
{
	const struct slice whole = slice_first(from, TXN_TEXT_MAX);
	const size_t end = slice_index(whole, '>');

	*rest = slice_after(whole, end + 1);
	return slice_first(whole, end + 1);
}

static size_t
append(uint8_t *to, const struct slice *texts, size_t count, uint16_t *len)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (texts[i].len > 0)
			memcpy(to + used, texts[i].p, texts[i].len);
		len[i] = (uint16_t)texts[i].len;
		used += texts[i].len;
	}
	return used;
}

static struct interned *
share(struct intern *shared, const struct slice texts[COMMON])
{
	uint8_t octets[COMMON * (sizeof(uint16_t) + TXN_TEXT_MAX)];
	uint16_t len[COMMON];
	const size_t used =
	    append(octets + sizeof(len), texts, COMMON, len) + sizeof(len);

	memcpy(octets, len, sizeof(len));
	return intern_take(shared, slice_of(octets, used));
}

void
txn_pack(struct txn *t, const struct sip_message *m, struct intern *shared)
{
	struct slice common[COMMON], own[OWN];
	size_t octets = sizeof(*t->text);

	common[START_LINE] = slice_first(m->start_line, TXN_TEXT_MAX);
	common[FROM] = split(m->from, &own[FROM_REST]);
	common[TO] = split(m->to, &own[TO_REST]);
	own[CALL_ID] = slice_first(m->call_id, TXN_TEXT_MAX);
	own[BRANCH] = slice_first(m->via_branch, TXN_TEXT_MAX);
	for (size_t i = 0; i < OWN; i++)
		octets += own[i].len;
	t->text = malloc(octets);
	if (t->text == NULL)
		return;
	append(t->text->octets, own, OWN, t->text->len);
	t->text->common = share(shared, common);
	if (t->text->common == NULL)
		txn_done(t, shared);
}

/* The Request-URI is the start line's second word; it is not kept twice. */
static struct slice
request_uri(struct slice start_line)
{
	const struct slice rest =
	    slice_trim(slice_after(start_line, slice_index(start_line, ' ')));

	return slice_first(rest, slice_index(rest, ' '));
}

static void
cut(struct slice octets, const uint16_t *len, size_t count, struct slice *texts)
{
	for (size_t i = 0; i < count; i++) {
		texts[i] = slice_first(octets, len[i]);
		octets = slice_after(octets, len[i]);
	}
}

static struct slice
join(uint8_t *octets, struct slice first, struct slice rest)
{
	if (rest.len == 0)
		return first;
	memcpy(octets, first.p, first.len);
	memcpy(octets + first.len, rest.p, rest.len);
	return slice_of(octets, first.len + rest.len);
}

void
txn_describe(const struct txn *t, struct txntable_outcome *outcome)
{
	const struct transaction *s = &t->state;

	*outcome = (struct txntable_outcome){
		.class = s->verdict,
		.id = t->id,
		.is_invite = s->is_invite,
		.watched = t->watched,
		.mras = t->mras,
		.transport = t->transport,
		.uac = t->uac,
		.uas = t->uas,
		.sent = s->sent,
		.sent_wall = t->sent_wall,
		.last_copy = transaction_last_copy(s),
		.copies = s->copies,
		.status = s->status,
		.provisional = s->provisional,
		.response_copies = s->response_copies,
		.first_response = transaction_first_response(s),
		.unseen = s->unseen,
		.upstream_status = t->upstream_status,
		.early = s->gave_up && !s->cancelled,
		.recovered = t->recovered,
		.legs = 1,
		.flow = t->flow,
		.flow_end = t->flow_end,
		.flow_to_server = t->flow_to_server,
		.cseq = t->cseq,
	};
	if (transaction_final(s) != 0)
		outcome->response_span = transaction_final_span(s);
	if (t->text != NULL)
		outcome->call_id =
		    slice_of(t->text->octets, t->text->len[CALL_ID]);
}

void
txn_quote(const struct txn *t, struct txntable_outcome *outcome,
    struct txn_scratch *scratch)
{
	struct slice shared, common[COMMON], own[OWN];
	uint16_t len[COMMON];

	if (t->text == NULL)
		return;
	shared = intern_text(t->text->common);
	memcpy(len, shared.p, sizeof(len));
	cut(slice_after(shared, sizeof(len)), len, COMMON, common);
	cut(slice_of(t->text->octets, SIZE_MAX), t->text->len, OWN, own);
	outcome->start_line = common[START_LINE];
	outcome->request_uri = request_uri(common[START_LINE]);
	outcome->branch = own[BRANCH];
	outcome->from = join(scratch->from, common[FROM], own[FROM_REST]);
	outcome->to = join(scratch->to, common[TO], own[TO_REST]);
}

void
txn_done(struct txn *t, struct intern *shared)
{
	if (t->text == NULL)
		return;
	intern_give(shared, t->text->common);
	free(t->text);
	t->text = NULL;
}

void
txn_settle(struct txn *t, struct intern *shared)
{
	if (transaction_settled(&t->state))
		txn_done(t, shared);
}
