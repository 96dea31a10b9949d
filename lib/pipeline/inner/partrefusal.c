/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/partrefusal.h"

#include "pipeline/inner/partroom.h"

ROOM_OF_OBSERVATIONS(stale)
ROOM_WITH_DEADLINES(stale)
ROOM_THAT_HOLDS(stale)
ROOM_THAT_SAVES(stale)
ROOM_THAT_LOADS(stale)

static void
stale_part_input(void *room, struct part_case *c)
{
	const struct observation *o = c->observation;

	if (o->kind == OBSERVATION_REFUSED)
		stale_input(room, &o->refused);
	else if (o->kind == OBSERVATION_KRB_REFUSED)
		stale_kerberos(room, &o->krb_refused);
	else
		stale_success(room, &o->a.address, &o->b.address);
}

static void
stale_part_recall(void *room, struct part_case *c)
{
	if (c->observation->kind == OBSERVATION_REFUSED)
		stale_recall(room, &c->observation->refused);
}

const struct part partrefusal_stale = {
	.name = "stale",
	.recall = stale_part_recall,
	.save = stale_part_save,
	.load = stale_part_load,
	.hears = HEARS(REFUSED) | HEARS(KRB_REFUSED) | HEARS(KRB_SUCCESS),
	.new = stale_part_new,
	.free = stale_part_free,
	.set = stale_part_set,
	.input = stale_part_input,
	.tick = stale_part_tick,
	.next_deadline = stale_part_next_deadline,
	.finish = stale_part_finish,
	.stats = stale_part_stats,
};

ROOM_OF_OBSERVATIONS(mrasfailure)
ROOM_THAT_SAVES(mrasfailure)
ROOM_THAT_LOADS_NO_TIME(mrasfailure)

static void
mrasfailure_part_input(void *room, struct part_case *c)
{
	mrasfailure_input(room, &c->observation->mras);
}

static void
mrasfailure_part_recall(void *room, struct part_case *c)
{
	mrasfailure_recall(room, &c->observation->mras);
}

const struct part partrefusal_mrasfailure = {
	.name = "mrasfailure",
	.recall = mrasfailure_part_recall,
	.hears = HEARS(MRAS),
	.new = mrasfailure_part_new,
	.free = mrasfailure_part_free,
	.set = mrasfailure_part_set,
	.input = mrasfailure_part_input,
	.save = mrasfailure_part_save,
	.load = mrasfailure_part_load,
	.stats = mrasfailure_part_stats,
};

ROOM_OF_OBSERVATIONS(media)

static void
media_part_input(void *room, struct part_case *c)
{
	if (c->observation->kind == OBSERVATION_MEDIA)
		media_offer(room, &c->observation->media);
	else
		media_refused(room, &c->observation->media_refused);
}

static void
media_part_recall(void *room, struct part_case *c)
{
	if (c->observation->kind == OBSERVATION_MEDIA)
		media_offer(room, &c->observation->media);
	else
		media_recall(room, &c->observation->media_refused);
}

const struct part partrefusal_media = {
	.name = "media",
	.recall = media_part_recall,
	.hears = HEARS(MEDIA) | HEARS(MEDIA_REFUSED),
	.new = media_part_new,
	.free = media_part_free,
	.set = media_part_set,
	.input = media_part_input,
	.stats = media_part_stats,
};

ROOM_OF_OBSERVATIONS(diagnostics)

/* Refusals for the time, and of encryption, are reported as what they are. */
static bool
is_diagnostic(const struct stale_response *r)
{
	return r->diagnostic != 0 && r->diagnostic != MEDIA_LEVELS_DONT_MATCH &&
	    !stale_matters(r);
}

static struct diagnostics_report
report_of(const struct stale_response *r)
{
	return (struct diagnostics_report){
		.status = r->status,
		.id = r->diagnostic,
		.reason = r->reason,
		.source = r->source,
		.call_id = r->call_id,
		.server = r->server,
		.client = r->client,
		.now = r->now,
		.wall = r->wall,
	};
}

static void
diagnostics_part_input(void *room, struct part_case *c)
{
	const struct stale_response *r = &c->observation->refused;
	struct diagnostics_report report;

	if (c->observation->kind == OBSERVATION_STIR) {
		diagnostics_stir(room, c->observation->status);
		return;
	}
	if (!is_diagnostic(r))
		return;
	report = report_of(r);
	diagnostics_input(room, &report);
}

static void
diagnostics_part_recall(void *room, struct part_case *c)
{
	const struct stale_response *r = &c->observation->refused;
	struct diagnostics_report report;

	if (c->observation->kind == OBSERVATION_STIR || !is_diagnostic(r))
		return;
	report = report_of(r);
	diagnostics_recall(room, &report);
}

const struct part partrefusal_diagnostics = {
	.name = "diagnostics",
	.recall = diagnostics_part_recall,
	.hears = HEARS(REFUSED) | HEARS(STIR),
	.new = diagnostics_part_new,
	.free = diagnostics_part_free,
	.set = diagnostics_part_set,
	.input = diagnostics_part_input,
	.stats = diagnostics_part_stats,
};
