/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/attempt.h"

#include <stdlib.h>

#include "pipeline/inner/exchanges.h"

void
attempt_tell_failed(const struct attempt_output *o, const struct attempt *t,
    const struct connection_failure *failure)
{
	struct observation told = {
		.kind = OBSERVATION_FAILED,
		.now = failure->now,
		.wall = failure->wall,
		.failure = *failure,
	};

	tcpreasm_ends(
	    o->tcp, t->id, &told.failure.client, &told.failure.server);
	if (t->proxied != NULL)
		told.failure.proxied = *t->proxied;
	told.failure.tls_version = tlsflow_version_name(t->version);
	o->output(o->arg, t->id, &told);
}

void
attempt_fail(const struct attempt_output *o, struct attempt *t,
    enum connection_class class, nstime now, nstime wall)
{
	if (t->failed)
		return;
	t->failed = true;
	attempt_tell_failed(o, t,
	    &(struct connection_failure){
		.class = class,
		.handshake = t->answered && t->tls && !t->secured,
		.tls_alert = -1,
		.now = now,
		.wall = wall,
		.began = t->began,
	    });
}

void
attempt_fail_established(const struct attempt_output *o, struct attempt *t,
    enum connection_class class, unsigned requests, nstime now, nstime wall)
{
	t->failed = true;
	attempt_tell_failed(o, t,
	    &(struct connection_failure){
		.class = class,
		.established = true,
		.after = now - t->answered_at,
		.requests = requests,
		.tls_alert = -1,
		.now = now,
		.wall = wall,
		.began = wall - (now - t->asked_at),
	    });
}

void
attempt_worked(const struct attempt_output *o, const struct attempt *t,
    enum connection_stage stage, nstime now, nstime wall)
{
	struct observation told = {
		.kind = OBSERVATION_WORKED,
		.now = now,
		.wall = wall,
		.success = { .stage = stage, .now = now, .wall = wall },
	};

	tcpreasm_ends(
	    o->tcp, t->id, &told.success.client, &told.success.server);
	o->output(o->arg, t->id, &told);
}

bool
attempt_is_up(const struct attempt *t)
{
	return t->answered && (!t->tls || t->secured);
}

/* RFC 5626 section 3.5.1: lines without anything on them. */
static bool
is_keep_alive(struct slice octets)
{
	size_t i = 0;

	while (i < octets.len && (octets.p[i] == '\r' || octets.p[i] == '\n'))
		i++;
	return i == octets.len;
}

bool
attempt_asks(struct slice octets)
{
	return !is_keep_alive(octets) &&
	    !slice_starts_with(octets, "SIP/2.0") &&
	    !slice_starts_with(octets, "ACK ");
}

bool
attempt_may_expect_answer(const struct attempt *t, struct slice octets)
{
	return !t->tls || (t->secured && octets.len >= EXCHANGES_REQUEST);
}

bool
attempt_outlives(const struct attempt *t, nstime since)
{
	return attempt_is_up(t) && !t->lost && !t->ended && t->began <= since;
}

void
attempt_save(const struct attempt *t, struct record *r)
{
	record_time(r, t->began);
	record_time(r, t->answered_at);
	record_time(r, t->kept_at);
	record_number(r, t->version, 2);
	record_flag(r, t->tls);
	record_flag(r, t->failed);
	record_flag(r, t->stalled);
	record_flag(r, t->proxied != NULL);
	if (t->proxied != NULL)
		endpoint_save(r, t->proxied);
}

void
attempt_free(struct attempt *t)
{
	if (t == NULL)
		return;
	free(t->proxied);
	free(t);
}

static bool
load_proxied(struct attempt *t, struct cursor *c)
{
	const struct endpoint proxied = endpoint_load(c);

	t->proxied = malloc(sizeof(*t->proxied));
	if (t->proxied == NULL)
		return false;
	*t->proxied = proxied;
	return true;
}

struct attempt *
attempt_load(struct cursor *c, uint64_t id)
{
	struct attempt *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->id = id;
	t->look_at = NSTIME_NEVER;
	t->client_spoke = t->answered = t->adopted = true;
	t->began = record_read_time(c);
	t->answered_at = record_read_time(c);
	t->kept_at = record_read_time(c);
	t->version = cursor_le16(c);
	t->tls = t->secured = record_read_flag(c);
	t->failed = record_read_flag(c);
	t->stalled = record_read_flag(c);
	if ((!record_read_flag(c) || load_proxied(t, c)) && !c->bad)
		return t;
	attempt_free(t);
	return NULL;
}
