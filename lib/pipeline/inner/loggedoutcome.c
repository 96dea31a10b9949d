/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/loggedoutcome.h"

#include "net/servertrace.h"

/* Ids that the table of transactions does not give. */
#define LOGGED (UINT64_C(1) << 63)

static struct slice
first_word(struct slice text)
{
	return slice_first(text, slice_index(text, ' '));
}

static struct slice
or_text(struct slice text, struct slice otherwise)
{
	return text.len > 0 ? text : otherwise;
}

static struct outcome
unsent(const struct event *e, uint64_t number)
{
	return (struct outcome){
		.event = OUTCOME_EXPIRED,
		.class = OUTCOME_NO_RESPONSE,
		.id = LOGGED | number,
		.now = e->now,
		.watched = true,
		.transport = TRANSPORT_TLS,
		.uac = e->logged.uac,
		.uas = e->logged.uas,
		.request = { .sent = e->now,
		    .sent_wall = e->wall,
		    .last_copy = e->now,
		    .copies = 1 },
		.group = { .legs = 1 },
	};
}

void
loggedoutcome_make(const struct event *e, uint64_t number,
    struct outcome *outcome, struct observation *observation)
{
	struct servertrace t;
	struct slice method, rest;

	servertrace_parse(e->logged.record, &t);
	method = first_word(t.start_line);
	rest = slice_after(t.start_line, method.len + 1);
	*outcome = unsent(e, number);
	outcome->method = or_text(method, slice_text("unknown"));
	outcome->text = (struct outcome_text){
		.start_line = or_text(t.start_line, t.reason),
		.request_uri = or_text(t.request_uri, first_word(rest)),
		.call_id = or_text(t.call_id, slice_text("-")),
		.from = t.from,
		.to = t.to,
	};
	*observation = (struct observation){
		.kind = OBSERVATION_TRANSACTION,
		.now = e->now,
		.wall = e->wall,
		.outcome = outcome,
		.delivery = { .server_log = true },
	};
}
