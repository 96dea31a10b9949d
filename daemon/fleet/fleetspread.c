/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetspread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/totals.h"
#include "fleet/fleetseat.h"
#include "host/log.h"
#include "host/wallclock.h"
#include "pipeline/partition.h"

enum { JUDGES = 64, NAME = 64 };

#define SAY_EACH NSTIME_S

/* Others are heard before anything is taken. */
#define LISTEN (2 * NSTIME_S)

struct fleetspread_share {
	struct fleetspread *spread;
	unsigned number;
	struct partition *partition; /* NULL: it is another's */
	struct fleetseat *seat;
	char lease[FLEETLEASE_KEY], state[FLEETLEASE_KEY];
};

struct fleetspread_judge {
	char name[NAME];
	nstime heard; /* CLOCK_MONOTONIC */
};

struct fleetspread {
	struct fleetspread_setup setup;
	struct fleetspread_judge judges[JUDGES]; /* others */
	size_t judge_count;
	nstime began, said;
	unsigned logged;
	struct totals gone; /* of partitions that are another's by now */
	struct fleetspread_share shares[];
};

/* ---- the work of a seat ---- */

static void
on_want(void *arg, struct slice batch)
{
	const struct fleetspread *s = arg;
	const struct fleetdoor_member *m = s->setup.member;

	m->door->say(m->handle, FLEETDOOR_WANTED, batch.p, batch.len);
}

static void
end_work(void *arg)
{
	struct fleetspread_share *share = arg;

	if (share->partition != NULL)
		partition_stats(
		    share->partition, totals_gather, &share->spread->gone);
	partition_free(share->partition);
	share->partition = NULL;
}

static bool
begin_work(void *arg)
{
	struct fleetspread_share *share = arg;
	const struct fleetspread_setup *s = &share->spread->setup;
	const struct partition_limits limits = {
		.number = share->number,
		.of = s->partitions,
		.halves = s->halves,
		.sensors = s->sensors,
		.key = s->key,
		.memory = s->memory,
	};

	end_work(share);
	share->partition = partition_new(&limits, on_want, share->spread);
	return share->partition != NULL;
}

static bool
take(void *arg, const struct fleetdoor_message *m, nstime behind)
{
	const struct fleetspread_share *share = arg;

	partition_input(
	    share->partition, slice_of(m->octets, m->len), m->stored, behind);
	return true;
}

static bool
pass_time(void *arg, nstime received)
{
	const struct fleetspread_share *share = arg;

	partition_tick(share->partition, received);
	return true;
}

static void
save(const void *arg, struct record *r)
{
	const struct fleetspread_share *share = arg;

	partition_save(share->partition, r);
}

static bool
load(void *arg, struct cursor *c)
{
	const struct fleetspread_share *share = arg;

	return partition_load(share->partition, c);
}

/* All of it is in the snapshot. */
static uint64_t
read_from(const void *arg, uint64_t latest)
{
	(void)arg;
	return latest + 1;
}

static bool
make_share(struct fleetspread *s, unsigned number)
{
	struct fleetspread_share *share = &s->shares[number];
	struct fleetseat_setup seat = {
		.member = s->setup.member,
		.work = { begin_work, end_work, take, pass_time, save, load,
		    read_from, share },
		.part = FLEETDOOR_PARTITION + number,
		.lease = share->lease,
		.state = share->state,
	};

	share->spread = s;
	share->number = number;
	snprintf(share->lease, sizeof(share->lease), "lease.%u", number);
	snprintf(share->state, sizeof(share->state), "halves.%u", number);
	share->seat = fleetseat_new(&seat);
	return share->seat != NULL;
}

struct fleetspread *
fleetspread_new(const struct fleetspread_setup *setup)
{
	struct fleetspread *s =
	    calloc(1, sizeof(*s) + setup->partitions * sizeof(s->shares[0]));
	bool made = true;

	if (s == NULL)
		return NULL;
	s->setup = *setup;
	for (unsigned i = 0; i < setup->partitions; i++)
		made = make_share(s, i) && made;
	if (made)
		return s;
	fleetspread_free(s);
	return NULL;
}

void
fleetspread_free(struct fleetspread *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->setup.partitions; i++)
		fleetseat_free(s->shares[i].seat);
	free(s);
}

/* ---- who lives ---- */

static void
note_judge(struct fleetspread *s, const char *name, nstime now)
{
	struct fleetspread_judge *j = s->judges;

	while (j < s->judges + s->judge_count && strcmp(j->name, name) != 0)
		j++;
	if (j == s->judges + JUDGES)
		return;
	if (j == s->judges + s->judge_count) {
		snprintf(j->name, sizeof(j->name), "%s", name);
		s->judge_count++;
	}
	j->heard = now;
}

static void
hear_judges(struct fleetspread *s, nstime now)
{
	const struct fleetdoor_member *m = s->setup.member;
	struct fleetdoor_message message;

	while (m->door->heard(m->handle, FLEETDOOR_JUDGES, &message) > 0) {
		char name[NAME];

		if (message.len == 0 || message.len >= sizeof(name))
			continue;
		memcpy(name, message.octets, message.len);
		name[message.len] = '\0';
		if (strcmp(name, m->name) != 0)
			note_judge(s, name, now);
	}
	for (size_t i = 0; i < s->judge_count; i++)
		if (nstime_passed(s->judges[i].heard, FLEETLEASE_LOST, now))
			s->judges[i--] = s->judges[--s->judge_count];
}

/* One that could take nothing does not count. */
static bool
is_well(const struct fleetspread *s, nstime now)
{
	for (unsigned i = 0; i < s->setup.partitions; i++)
		if (nstime_passed(fleetseat_lease(s->shares[i].seat)->well,
			FLEETLEASE_LOST, now))
			return false;
	return true;
}

static void
say_that_we_live(struct fleetspread *s, nstime now)
{
	const struct fleetdoor_member *m = s->setup.member;

	if (!nstime_passed(s->said, SAY_EACH, now) || !is_well(s, now))
		return;
	s->said = now;
	m->door->say(m->handle, FLEETDOOR_JUDGES, (const uint8_t *)m->name,
	    strlen(m->name));
}

static unsigned
our_share(const struct fleetspread *s)
{
	const unsigned judges = (unsigned)s->judge_count + 1;
	unsigned before = 0;

	for (size_t i = 0; i < s->judge_count; i++)
		before += strcmp(s->judges[i].name, s->setup.member->name) < 0;
	return s->setup.partitions / judges +
	    (before < s->setup.partitions % judges);
}

/* ---- our part ---- */

static unsigned
count_held(const struct fleetspread *s)
{
	unsigned held = 0;

	for (unsigned i = 0; i < s->setup.partitions; i++)
		held += fleetseat_is_held(s->shares[i].seat);
	return held;
}

/* The last first: one each time. */
static void
give_one(struct fleetspread *s)
{
	unsigned i = s->setup.partitions;

	while (i-- > 0)
		if (fleetseat_is_held(s->shares[i].seat)) {
			fleetseat_leave(s->shares[i].seat);
			return;
		}
}

static void
log_share(struct fleetspread *s, unsigned held, unsigned share)
{
	if (held == s->logged || held != share)
		return;
	s->logged = held;
	log_info(s->setup.member->log, "fleet: joining %u of %u partitions",
	    held, s->setup.partitions);
}

bool
fleetspread_run(struct fleetspread *s)
{
	const nstime now = wallclock_monotonic();
	unsigned held = count_held(s), share;
	bool busy = false;

	if (s->began == 0)
		s->began = now;
	hear_judges(s, now);
	say_that_we_live(s, now);
	share = nstime_passed(s->began, LISTEN, now) ? our_share(s) : 0;
	for (unsigned i = 0; i < s->setup.partitions; i++) {
		struct fleetseat *seat = s->shares[i].seat;
		const bool was = fleetseat_is_held(seat);

		busy = fleetseat_run(seat, held < share) || busy;
		held = held - was + fleetseat_is_held(seat);
	}
	if (held > share)
		give_one(s);
	log_share(s, held, share);
	return busy;
}

void
fleetspread_leave(struct fleetspread *s)
{
	for (unsigned i = 0; i < s->setup.partitions; i++)
		fleetseat_leave(s->shares[i].seat);
}

void
fleetspread_wanted(struct fleetspread *s, struct slice batch)
{
	for (unsigned i = 0; i < s->setup.partitions; i++)
		if (s->shares[i].partition != NULL)
			partition_wanted(s->shares[i].partition, batch);
}

const char *
fleetspread_holder(const struct fleetspread *s, unsigned partition)
{
	return fleetseat_lease(s->shares[partition].seat)->holder;
}

unsigned
fleetspread_partitions(const struct fleetspread *s)
{
	return s->setup.partitions;
}

void
fleetspread_stats(
    const struct fleetspread *s, counter_output *output, void *arg)
{
	totals_output(&s->gone, output, arg);
	for (unsigned i = 0; i < s->setup.partitions; i++)
		if (s->shares[i].partition != NULL)
			partition_stats(s->shares[i].partition, output, arg);
}
