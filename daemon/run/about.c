/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/about.h"

#include <string.h>

#include "run/hints.h"
#include "sip/sipdate.h"

enum { AGAIN_S = 3600 };

void
about_counts(const struct about_rooms *rooms, struct reader_counts *counts)
{
	reader_counts(rooms->reader, counts);
	if (rooms->crew != NULL)
		crew_counts(rooms->crew, counts);
}

void
about_count(const struct about_rooms *rooms, struct totals *totals)
{
	struct reader_counts counts;

	about_counts(rooms, &counts);
	totals_gather(totals, COUNTER_OTHER, "reader.packets", counts.packets);
	totals_gather(
	    totals, COUNTER_OTHER, "reader.messages", counts.messages);
	if (rooms->merge != NULL)
		merge_stats(rooms->merge, totals_gather, totals);
	if (rooms->hep != NULL)
		hep_stats(rooms->hep, totals_gather, totals);
	reader_stats(rooms->reader, totals_gather, totals);
	if (rooms->crew != NULL)
		crew_totals(rooms->crew, totals);
	if (rooms->shards != NULL)
		shards_totals(rooms->shards, totals);
	matcher_stats(rooms->matcher, totals_gather, totals);
	judge_stats(rooms->judge, totals_gather, totals);
	keyring_stats(rooms->keyring, totals_gather, totals);
	state_stats(rooms->state, totals_gather, totals);
	exhibits_stats(rooms->exhibits, totals_gather, totals);
	if (rooms->fleet != NULL)
		fleetmember_stats(rooms->fleet, totals_gather, totals);
}

static void
write_count(struct textbuf *t, const char *before, uint64_t n, const char *one,
    const char *many)
{
	textbuf_add(t, before);
	textbuf_uint(t, n);
	textbuf_add(t, n == 1 ? one : many);
}

/* Only where TLS is to be decrypted. */
static void
write_decrypted(const struct about_rooms *rooms, struct textbuf *t)
{
	struct decrypt_counts counts;
	uint64_t all;

	if (!reader_decrypted(rooms->reader, &counts))
		return;
	if (rooms->crew != NULL)
		crew_decrypted(rooms->crew, &counts);
	all = counts.opened;
	for (size_t i = 0; i < DECRYPT_REASONS; i++)
		all += counts.refused[i];
	if (all == 0)
		return;
	write_count(t, ", ", counts.opened, " of ", " of ");
	write_count(t, "", all, " TLS connection decrypted",
	    " TLS connections decrypted");
}

static void
write_refused(const struct about_rooms *rooms, struct textbuf *t)
{
	const size_t refused = keyring_refused(rooms->keyring);

	if (refused > 0)
		write_count(t, ", ", refused, " key log cannot be opened",
		    " key logs cannot be opened");
}

void
about_write(const struct about_rooms *rooms, struct textbuf *t)
{
	struct reader_counts counts;
	uint64_t dropped = 0;

	for (size_t i = 0; i < INTERFACES_MOST; i++)
		dropped += rooms->dropped[i];
	about_counts(rooms, &counts);
	interfaces_write(rooms->interfaces, t);
	if (interfaces_end(rooms->interfaces) == 0)
		textbuf_add(t, "agents");
	write_count(t, ": ", counts.packets, " packet", " packets");
	write_count(t, ", ", dropped, " dropped", " dropped");
	write_count(t, ", ", counts.messages, " SIP message", " SIP messages");
	write_decrypted(rooms, t);
	write_refused(rooms, t);
	write_count(t, ", ", matcher_open(rooms->matcher), " transaction open",
	    " transactions open");
	write_count(t, ", ", judge_active(rooms->judge), " alert active",
	    " alerts active");
	textbuf_add(t, "; watching ");
	watchhint_write(t, &rooms->settings);
}

static void
report_interface(
    const struct about_rooms *rooms, size_t slot, const struct log *log)
{
	const char *name = interfaces_name(rooms->interfaces, slot);

	if (name != NULL)
		log_answer(log, "%s: %s, %llu packets dropped", name,
		    interfaces_is_open(rooms->interfaces, slot) ? "capturing"
								: "not there",
		    (unsigned long long)rooms->dropped[slot]);
}

void
about_report(const struct about_rooms *rooms, const struct log *log)
{
	struct totals totals = *state_before(rooms->state);
	struct reader_counts counts;

	about_counts(rooms, &counts);
	log_answer(log,
	    "counters: %llu packets, %llu messages, %zu transactions open, "
	    "%zu alerts active",
	    (unsigned long long)counts.packets,
	    (unsigned long long)counts.messages, matcher_open(rooms->matcher),
	    judge_active(rooms->judge));
	for (size_t i = 0; i < INTERFACES_MOST; i++)
		report_interface(rooms, i, log);
	hints_watched(&rooms->settings, log);
	about_count(rooms, &totals);
	for (size_t i = 0; i < totals.count; i++)
		if (totals.entries[i].value != 0)
			log_answer(log, "%s: %llu", totals.entries[i].name,
			    (unsigned long long)totals.entries[i].value);
	sinks_report(rooms->sinks);
}

static bool
may_be_said(struct about *a, const char *name, uint64_t now_s)
{
	const uint64_t said = totals_get(&a->said, name);

	if (said != 0 && now_s < said + AGAIN_S)
		return false;
	totals_add(&a->said, name, now_s - said);
	return true;
}

/* Where a limit is set; NULL: it is none. */
static const char *
section_of(const struct totals_entry *e)
{
	if (e->kind == COUNTER_AGENT)
		return "hep";
	return e->kind == COUNTER_LIMIT ? "limits" : NULL;
}

static void
say_growth(const struct totals_entry *e, uint64_t more, const struct log *log)
{
	const char *section = section_of(e);

	if (section != NULL)
		log_warning(log,
		    "limit reached: %s is %llu, %llu more within a minute; "
		    "see [%s] in siptimed.conf(5)",
		    e->name, (unsigned long long)e->value,
		    (unsigned long long)more, section);
	else
		log_warning(log,
		    "%llu Date headers without a time zone cannot be read: "
		    "local time, as GB/T 28181 devices write it; to judge "
		    "them: [clock] local_zone = +08:00, or what the zone "
		    "there is",
		    (unsigned long long)more);
}

void
about_limits(struct about *a, const struct about_rooms *rooms, nstime now,
    const struct log *log)
{
	const uint64_t now_s = (uint64_t)(now / NSTIME_S) + 1;
	struct totals totals = { .count = 0 };

	about_count(rooms, &totals);
	for (size_t i = 0; i < totals.count; i++) {
		const struct totals_entry *e = &totals.entries[i];
		const uint64_t before = totals_get(&a->before, e->name);

		const bool is_told = section_of(e) != NULL ||
		    strcmp(e->name, SIPDATE_LOCAL_TIME) == 0;

		if (e->value > before && is_told &&
		    may_be_said(a, e->name, now_s))
			say_growth(e, e->value - before, log);
	}
	a->before = totals;
}
