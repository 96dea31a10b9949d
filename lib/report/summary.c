/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/summary.h"

#include <stdlib.h>

#include "report/inner/nothing.h"
#include "report/inner/phrase.h"
#include "sip/sipdate.h"

/* A person reads so many clocks; a program reads them all, in JSON. */
enum { CLOCKS_SHOWN = 20 };

/* The list of counters grows by so many. */
enum { DROPS = 16 };

void
summary_done(struct summary *summary)
{
	free(summary->methods);
	free(summary->not_watched);
	free(summary->drops);
	free(summary->clocks);
	free(summary->said);
	*summary = (struct summary){ .wall = 0 };
}

bool
summary_drop(struct summary *summary, enum counter_kind kind, const char *name,
    uint64_t value)
{
	struct summary_drop *grown = summary->drops;

	if (value == 0)
		return true;
	if (summary->drop_count % DROPS == 0)
		grown = reallocarray(
		    grown, summary->drop_count + DROPS, sizeof(*grown));
	if (grown == NULL)
		return false;
	summary->drops = grown;
	grown[summary->drop_count++] =
	    (struct summary_drop){ name, value, kind == COUNTER_OTHER };
	return true;
}

void
summary_clock_name(struct textbuf *t, const struct summary_clock *clock)
{
	if (clock->attribution == STAMP_AGENT) {
		textbuf_add(t, "HEP agent ");
		textbuf_uint(t, clock->agent);
		textbuf_add(t, " at ");
	}
	endpoint_address_write(t, &clock->peer);
	if (clock->attribution == STAMP_VIA)
		textbuf_add(t, " or a server behind it");
}

unsigned
summary_clock_decimals(const struct summary_clock *clock)
{
	return clock->uncertainty >= 100 * NSTIME_MS ? 1 : 3;
}

static void
write_packets(struct textbuf *t, const struct summary *s)
{
	phrase_count(t, s->packets, "packet");
	textbuf_add(t, ", ");
	phrase_count(t, s->messages, "message");
	if (s->last > 0) {
		textbuf_add(t, ", ");
		textbuf_time_of_day(t, s->first);
		textbuf_add(t, " to ");
		textbuf_time_of_day(t, s->last);
	}
	textbuf_add(t, "\n");
}

/* ", N what", without the comma for the first; nothing for none. */
static void
write_part(struct textbuf *t, const char **before, uint64_t n, const char *what)
{
	if (n == 0)
		return;
	textbuf_add(t, *before);
	textbuf_uint(t, n);
	textbuf_add(t, " ");
	textbuf_add(t, what);
	*before = ", ";
}

static void
write_method(struct textbuf *t, const struct summary_method *m)
{
	const char *before = ": ";

	textbuf_add(t, m->name);
	write_part(t, &before, m->answered, "answered");
	write_part(t, &before, m->timed_out, "timed out");
	write_part(t, &before, m->unknown_asymmetric,
	    "unknown (one direction unseen)");
	write_part(t, &before, m->unknown_loss, "unknown (packets lost)");
	write_part(
	    t, &before, m->unknown_gave_up, "unknown (sender gave up early)");
	write_part(t, &before, m->unknown_unrepeated,
	    "unknown (sender never repeats)");
	write_part(t, &before, m->unknown_no_transport,
	    "unknown (HEP does not tell what was delivered or resent)");
	write_part(t, &before, m->undelivered, "undelivered");
	write_part(t, &before, m->unfinished, "unfinished");
	textbuf_add(t, "\n");
}

static nstime
magnitude(const struct summary_clock *c)
{
	return nstime_magnitude(c->offset);
}

/* Each of several witnesses, side by side:
 *	    NTP +0.1 s (8), RTCP -3600.0 s (5, not believed) */
static void
write_witnesses(struct textbuf *t, const struct summary_clock *c)
{
	const char *before = "    ";

	for (unsigned i = 0; i < c->said_count; i++) {
		const struct skew_testimony *w = &c->said[i];
		const struct witness_row *row = witness_row(w->witness);

		textbuf_add(t, before);
		textbuf_add(t, row->label);
		textbuf_add(t, row->changes ? " changed by " : " ");
		textbuf_add(t, w->offset < 0 ? "" : "+");
		textbuf_seconds(t, w->offset, 1);
		textbuf_add(t, " s +/- ");
		textbuf_seconds(t, w->uncertainty, 1);
		textbuf_add(t, " s (");
		textbuf_uint(t, w->samples);
		textbuf_add(t, w->believed ? ")" : ", not believed)");
		before = ", ";
	}
	textbuf_add(t, "\n");
}

static void
write_clock(struct textbuf *t, const struct summary_clock *c)
{
	const unsigned decimals = summary_clock_decimals(c);
	textbuf_add(t, "clock of ");
	summary_clock_name(t, c);
	textbuf_add(t, ": ");
	if (magnitude(c) < 120 * NSTIME_S) {
		textbuf_seconds(t, magnitude(c), decimals);
		textbuf_add(t, " s");
	} else {
		phrase_offset(t, c->offset);
	}
	textbuf_add(t, c->offset < 0 ? " behind" : " ahead");
	textbuf_add(t, " (+/- ");
	textbuf_seconds(t, c->uncertainty, decimals);
	textbuf_add(t, " s), ");
	phrase_count(t, c->samples, "sample");
	if (c->said_count == 1) {
		textbuf_add(t, " of ");
		textbuf_add(t, witness_row(c->said[0].witness)->label);
	}
	if (c->shape != SHAPE_NONE) {
		textbuf_add(t, ", ");
		textbuf_add(t, shape_name(c->shape));
	}
	textbuf_add(t, "\n");
	if (c->said_count > 1)
		write_witnesses(t, c);
}

/* The furthest off that is less far off than `than', or as far and later. */
static const struct summary_clock *
next_furthest(const struct summary *s, const struct summary_clock *than)
{
	const struct summary_clock *best = NULL;

	for (size_t i = 0; i < s->clock_count; i++) {
		const struct summary_clock *c = &s->clocks[i];

		if (than != NULL && magnitude(c) >= magnitude(than) &&
		    (magnitude(c) > magnitude(than) || c <= than))
			continue;
		if (best == NULL || magnitude(c) > magnitude(best))
			best = c;
	}
	return best;
}

static void
write_clocks(struct textbuf *t, const struct summary *s)
{
	const struct summary_clock *c = NULL;

	if (s->clock_count <= CLOCKS_SHOWN) {
		for (size_t i = 0; i < s->clock_count; i++)
			write_clock(t, &s->clocks[i]);
		return;
	}
	for (unsigned shown = 0; shown < CLOCKS_SHOWN; shown++) {
		c = next_furthest(s, c);
		write_clock(t, c);
	}
	textbuf_uint(t, s->clock_count - CLOCKS_SHOWN);
	textbuf_add(t, " more clocks, none further off; --json has all\n");
}

/* 1034 (2), 438 (1) */
static void
write_diagnostics(struct textbuf *t, const struct summary *s)
{
	const char *before = "diagnostics: ";

	for (size_t i = 0; i < s->diagnostic_count; i++) {
		textbuf_add(t, before);
		textbuf_uint(t, s->diagnostics[i].id);
		textbuf_add(t, " (");
		textbuf_uint(t, s->diagnostics[i].count);
		textbuf_add(t, ")");
		before = ", ";
	}
	if (s->diagnostic_count > 0)
		textbuf_add(t, "\n");
}

/* The counters of that kind, in a line of their own. */
static void
write_counters(
    struct textbuf *t, const struct summary *s, const char *what, bool other)
{
	const char *before = what;

	for (size_t i = 0; i < s->drop_count; i++)
		if (s->drops[i].other == other)
			write_part(
			    t, &before, s->drops[i].value, s->drops[i].name);
	if (before != what)
		textbuf_add(t, "\n");
}

uint64_t
summary_tls(const struct summary *summary)
{
	uint64_t all = summary->tls.opened;

	for (int i = 0; i < DECRYPT_REASONS; i++)
		all += summary->tls.refused[i];
	return all;
}

/* Reasons with a text, each on a line of its own: they are long. */
static void
write_tls(struct textbuf *t, const struct summary *s)
{
	if (summary_tls(s) == 0)
		return;
	phrase_count(t, s->tls.opened, "TLS connection");
	textbuf_add(t, " decrypted, ");
	textbuf_uint(t, summary_tls(s) - s->tls.opened);
	textbuf_add(t, " not\n");
	for (int i = 0; i < DECRYPT_REASONS; i++) {
		if (s->tls.refused[i] == 0)
			continue;
		textbuf_add(t, "  ");
		textbuf_uint(t, s->tls.refused[i]);
		textbuf_add(t, " not decrypted: ");
		textbuf_add(t, decrypt_reason_text((enum decrypt_reason)i));
		textbuf_add(t, "\n");
	}
}

/* Dates that nobody can judge are no mere counter. */
static void
write_unread_dates(struct textbuf *t, const struct summary *s)
{
	for (size_t i = 0; i < s->drop_count; i++) {
		const struct summary_drop *drop = &s->drops[i];
		const bool local = strcmp(drop->name, SIPDATE_LOCAL_TIME) == 0;

		if (!local && strcmp(drop->name, SIPDATE_GARBAGE) != 0)
			continue;
		phrase_count(t, drop->value, "Date header");
		textbuf_add(t,
		    local ? " without a time zone cannot be read: local time, "
			    "as GB/T 28181 devices write it; to judge them: "
			    "[clock] local_zone = +08:00, or what the zone "
			    "there is\n"
			  : " cannot be read: no date in any form that is "
			    "known; no clock is judged by them\n");
	}
}

void
summary_write(struct textbuf *t, const struct summary *summary)
{
	uint64_t alerts = 0;

	write_packets(t, summary);
	for (size_t i = 0; i < summary->method_count; i++)
		write_method(t, &summary->methods[i]);
	write_tls(t, summary);
	write_clocks(t, summary);
	write_diagnostics(t, summary);
	write_unread_dates(t, summary);
	write_counters(t, summary, "dropped: ", false);
	write_counters(t, summary, "not asked for: ", true);
	for (int i = 0; i < FINDING_KINDS; i++)
		alerts += summary->alerts[i];
	if (alerts == 0)
		textbuf_add(t, "no alert");
	else
		phrase_count(t, alerts, "alert");
	textbuf_add(t, " raised\n");
}

static uint64_t
outcomes(const struct summary_method *m)
{
	return m->answered + m->timed_out + m->unknown_asymmetric +
	    m->unknown_loss + m->unknown_gave_up + m->unknown_unrepeated +
	    m->unknown_no_transport + m->undelivered + m->unfinished;
}

/* The methods count every tracked transaction, watched or not. */
static bool
most_not_watched(const struct summary *summary, struct porttally *begun)
{
	uint64_t tracked = 0;

	for (size_t i = 0; i < summary->method_count; i++)
		tracked += outcomes(&summary->methods[i]);
	for (size_t i = 0; i < summary->port_count; i++)
		porttally_add(begun, summary->not_watched[i].port,
		    summary->not_watched[i].transactions);
	return porttally_sum(begun) > tracked / 2;
}

bool
summary_hint(struct textbuf *t, const struct summary *summary)
{
	const struct watchhint_settings *settings = summary->settings;
	struct porttally begun = { .count = 0 };
	bool any = false;

	if (settings == NULL)
		return false;
	if (watchhint_timeouts(t, settings, summary->unwatched) ||
	    (most_not_watched(summary, &begun) &&
		watchhint_begun(t, settings, &begun))) {
		textbuf_add(t, "\n");
		any = true;
	}
	if (watchhint_unconfigured(t, settings, summary->unwatched)) {
		textbuf_add(t, "\n");
		any = true;
	}
	if (watchhint_unlisted(t, settings, summary->unlisted)) {
		textbuf_add(t, "\n");
		any = true;
	}
	if (!any && nothing_write(t, summary)) {
		textbuf_add(t, "\n");
		any = true;
	}
	return any;
}

bool
summary_nothing(struct textbuf *t, const struct summary *summary)
{
	return nothing_write(t, summary);
}
