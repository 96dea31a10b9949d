/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sip/txn.h"

#include <stdlib.h>

_Static_assert(sizeof(struct txn) <= 256, "four cache lines");

enum { START_LINE, CALL_ID, FROM, TO, BRANCH, TEXTS };

struct txn_text {
	uint16_t len[TEXTS];
	uint8_t octets[];
};

void
txn_pack(struct txn *t, const struct sip_message *m)
{
	const struct slice texts[TEXTS] = {
		[START_LINE] = slice_first(m->start_line, TXN_TEXT_MAX),
		[CALL_ID] = slice_first(m->call_id, TXN_TEXT_MAX),
		[FROM] = slice_first(m->from, TXN_TEXT_MAX),
		[TO] = slice_first(m->to, TXN_TEXT_MAX),
		[BRANCH] = slice_first(m->via_branch, TXN_TEXT_MAX),
	};
	size_t octets = sizeof(*t->text), used = 0;

	for (size_t i = 0; i < TEXTS; i++)
		octets += texts[i].len;
	t->text = malloc(octets);
	if (t->text == NULL)
		return;
	for (size_t i = 0; i < TEXTS; i++) {
		t->text->len[i] = (uint16_t)texts[i].len;
		if (texts[i].len > 0)
			memcpy(
			    t->text->octets + used, texts[i].p, texts[i].len);
		used += texts[i].len;
	}
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
describe_texts(const struct txn_text *text, struct txntable_outcome *outcome)
{
	struct slice *const place[TEXTS] = {
		[START_LINE] = &outcome->start_line,
		[CALL_ID] = &outcome->call_id,
		[FROM] = &outcome->from,
		[TO] = &outcome->to,
		[BRANCH] = &outcome->branch,
	};
	const uint8_t *octets = text->octets;

	for (size_t i = 0; i < TEXTS; i++) {
		*place[i] = slice_of(octets, text->len[i]);
		octets += text->len[i];
	}
	outcome->request_uri = request_uri(outcome->start_line);
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
		.last_copy = s->last_copy,
		.copies = s->copies,
		.status = s->status,
		.provisional = s->provisional,
		.response_copies = s->response_copies,
		.first_response = s->first_response,
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
		outcome->response_span = s->final_last - s->since;
	if (t->text != NULL)
		describe_texts(t->text, outcome);
}

void
txn_done(struct txn *t)
{
	free(t->text);
	t->text = NULL;
}
