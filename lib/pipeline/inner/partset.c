/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/partset.h"

#include "pipeline/inner/partalert.h"
#include "pipeline/inner/partrefusal.h"

enum { PART_NAME = 32 };

static const struct part *const rows[PARTSET_COUNT] = {
	[PARTSET_TIMEOUT] = &part_timeout,
	[PARTSET_SLOW] = &part_slow,
	[PARTSET_VISIBILITY] = &part_visibility,
	[PARTSET_SKEW] = &part_skew,
	[PARTSET_CONNECTION] = &part_connection,
	[PARTSET_SILENCE] = &part_silence,
	[PARTSET_CERTIFICATE] = &part_certificate,
	[PARTSET_STALE] = &partrefusal_stale,
	[PARTSET_MRASFAILURE] = &partrefusal_mrasfailure,
	[PARTSET_MEDIA] = &partrefusal_media,
	[PARTSET_DIAGNOSTICS] = &partrefusal_diagnostics,
	[PARTSET_FANOUT] = &partalert_fanout,
	[PARTSET_INCIDENT] = &partalert_incident,
	[PARTSET_ALERT] = &partalert_alert,
	[PARTSET_LEDGER] = &part_ledger,
};

static void
find_hearers(struct partset *p)
{
	for (unsigned kind = 0; kind < OBSERVATION_KINDS; kind++) {
		uint8_t *hearer = p->hearers[kind];

		for (uint8_t i = 0; i < PARTSET_COUNT; i++)
			if ((rows[i]->hears >> kind & 1) != 0)
				*hearer++ = i;
		*hearer = PARTSET_COUNT;
	}
}

static void
find_due_parts(struct partset *p)
{
	uint8_t *part = p->due_parts;

	for (uint8_t i = 0; i < PARTSET_COUNT; i++)
		if (rows[i]->next_deadline != NULL)
			*part++ = i;
	*part = PARTSET_COUNT;
}

bool
partset_init(struct partset *p, const struct judge_limits *limits,
    const struct part_output *outputs)
{
	bool whole = true;

	find_hearers(p);
	find_due_parts(p);
	for (size_t i = 0; i < PARTSET_COUNT; i++) {
		p->rooms[i] = rows[i]->new (limits, outputs);
		whole = whole && p->rooms[i] != NULL;
	}
	return whole;
}

void
partset_done(struct partset *p)
{
	for (size_t i = 0; i < PARTSET_COUNT; i++)
		rows[i]->free(p->rooms[i]);
}

void
partset_set(struct partset *p, const struct judge_limits *limits)
{
	for (size_t i = 0; i < PARTSET_COUNT; i++)
		rows[i]->set(p->rooms[i], limits);
}

const struct part *
partset_row(size_t number)
{
	return rows[number];
}

void
partset_input(struct partset *p, struct part_case *c)
{
	const uint8_t *i = p->hearers[c->observation->kind];

	for (; *i < PARTSET_COUNT; i++)
		rows[*i]->input(p->rooms[*i], c);
}

void
partset_recall(struct partset *p, struct part_case *c)
{
	const uint8_t *i = p->hearers[c->observation->kind];

	for (; *i < PARTSET_COUNT; i++)
		if (rows[*i]->recall != NULL)
			rows[*i]->recall(p->rooms[*i], c);
}

static void
save_part(const struct partset *p, size_t i, struct record *r)
{
	size_t part;

	if (rows[i]->save == NULL)
		return;
	record_more(r, true);
	record_text(r, slice_text(rows[i]->name));
	part = record_begin(r);
	rows[i]->save(p->rooms[i], r);
	record_end(r, part);
}

void
partset_save(const struct partset *p, struct record *r)
{
	save_part(p, PARTSET_ALERT, r);
	for (size_t i = 0; i < PARTSET_COUNT; i++)
		if (i != PARTSET_ALERT)
			save_part(p, i, r);
	record_more(r, false);
}

static bool
load_part(struct partset *p, struct slice name, struct cursor *c,
    const struct record_shift *shift)
{
	for (size_t i = 0; i < PARTSET_COUNT; i++)
		if (rows[i]->load != NULL && slice_is(name, rows[i]->name))
			return rows[i]->load(p->rooms[i], c, shift);
	return true;
}

bool
partset_load(
    struct partset *p, struct cursor *c, const struct record_shift *shift)
{
	bool sound = true;

	while (sound && record_read_more(c)) {
		const struct slice name = record_read_text(c, PART_NAME);
		struct cursor part = record_read_part(c);

		sound = !c->bad && load_part(p, name, &part, shift);
	}
	return sound && !c->bad;
}

void
partset_stats(const struct partset *p, counter_output *output, void *arg)
{
	for (size_t i = 0; i < PARTSET_COUNT; i++)
		rows[i]->stats(p->rooms[i], output, arg);
}
