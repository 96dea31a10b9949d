/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "incident/inner/cause.h"

#include "incidentstory.h"
#include "unit.h"

static const struct siphash_key key = { 1, 2 };
static struct lru *parts;
static struct reach *reach;
static struct portset relay;
static struct symptom *members[100];
static struct cause cause;

static bool
any(const struct table_entry *entry, const void *id)
{
	return ((const struct symptom *)(const void *)entry)->id ==
	    *(const uint64_t *)id;
}

static void
begin(void)
{
	const struct lru_setup setup = {
		.limit = 100,
		.octets = sizeof(struct symptom),
		.equal = any,
	};

	parts = lru_new(&setup, &key);
	reach = reach_new(10, &key, NULL);
	portset_add(&relay, 5062);
}

static void
end(void)
{
	lru_free(parts);
	reach_free(reach);
}

/* The part that the finding belongs to. */
static struct symptom *
say(const struct story_finding *f)
{
	const uint64_t id = finding_id(f->finding.kind, f->finding.key);
	const uint64_t hash = lru_hash(parts, slice_of(&id, sizeof(id)));
	struct symptom *p = lru_find(parts, hash, &id);

	if (p == NULL) {
		p = lru_add(parts, hash);
		p->id = id;
		p->kind = f->finding.kind;
	}
	symptom_input(p, &f->finding);
	return p;
}

static bool
has_cause(struct symptom *part, nstime now)
{
	const struct cause_view view = {
		.parts = parts,
		.reach = reach,
		.relay = &relay,
		.now = now,
		.join = 10 * NSTIME_S,
		.members = members,
	};

	return cause_of(&view, part, &cause);
}

static bool
has(enum reason reason)
{
	return (cause.reasons >> reason & 1) != 0;
}

START_TEST(a_step_shortly_before_a_failure_counts)
{
	struct symptom *p;

	begin();
	say(wrong_clock(11, 400 * NSTIME_S, "offset", START - MINUTE, START));
	p = say(timed_out(11, 21, 5060, START));
	ck_assert(has_cause(p, START));
	ck_assert_int_eq(cause.kind, CAUSE_CLOCK);
	ck_assert(has(REASON_STEPPED_BEFORE));
	ck_assert(has(REASON_BEYOND_TOLERANCE));
	ck_assert(has(REASON_ALL_CONCERN_IT));
	ck_assert(!has(REASON_ZONE_LIKE));
	ck_assert_int_eq(cause.score, 8);
	end();
}
END_TEST

START_TEST(a_clock_that_went_wrong_long_after_has_no_part_in_it)
{
	struct symptom *p;

	begin();
	p = say(timed_out(11, 21, 5060, START));
	say(wrong_clock(
	    11, -HOUR, "dst", START + 6 * MINUTE, START + 6 * MINUTE));
	ck_assert(!has_cause(p, START + 6 * MINUTE));
	end();
}
END_TEST

START_TEST(a_failure_elsewhere_weakens_it)
{
	struct symptom *p;

	begin();
	say(wrong_clock(11, -HOUR, "dst", START - MINUTE, START));
	say(timed_out(40, 41, 5060, START));
	p = say(timed_out(11, 21, 5060, START));
	ck_assert(has_cause(p, START));
	ck_assert(!has(REASON_ALL_CONCERN_IT));
	ck_assert_int_eq(cause.score, 6);
	end();
}
END_TEST

START_TEST(others_that_reach_the_server_clear_it)
{
	const struct address other = host(12), server = host(21);
	struct symptom *p;

	begin();
	say(wrong_clock(11, -HOUR, "dst", 0, START));
	p = say(timed_out(11, 21, 5062, START));
	reach_add(reach, &other, &server, START - 40 * NSTIME_S);
	ck_assert(has_cause(p, START));
	ck_assert(has(REASON_NOBODY_REACHES));
	reach_add(reach, &other, &server, START);
	ck_assert(has_cause(p, START));
	ck_assert(has(REASON_OTHERS_REACH));
	ck_assert(!has(REASON_NOBODY_REACHES));
	end();
}
END_TEST

START_TEST(right_clocks_that_fail_too_contradict_it)
{
	struct symptom *p;

	begin();
	say(wrong_clock(11, -HOUR, "dst", START - MINUTE, START));
	say(timed_out(11, 22, 5060, START));
	p = say(timed_out(11, 21, 5060, START));
	say(timed_out(12, 21, 5060, START));
	ck_assert(!has_cause(p, START) || has(REASON_RIGHT_ONES_FAIL));
	ck_assert(has_cause(say(timed_out(11, 22, 5060, START)), START));
	ck_assert(has(REASON_RIGHT_ONES_FAIL));
	end();
}
END_TEST

START_TEST(a_server_that_is_no_relay_is_left_to_its_alerts)
{
	struct symptom *p;

	begin();
	for (unsigned n = 11; n < 15; n++) {
		struct story_finding *f = timed_out(n, 21, 5060, START);

		p = say(f);
	}
	ck_assert(!has_cause(p, START));
	end();
}
END_TEST

START_TEST(clients_that_reach_the_relay_contradict_that_it_is_unreachable)
{
	const struct address other = host(15), server = host(21);
	struct symptom *p;

	begin();
	for (unsigned n = 11; n < 14; n++)
		p = say(timed_out(n, 21, 5062, START));
	ck_assert(has_cause(p, START));
	ck_assert_int_eq(cause.kind, CAUSE_RELAY_UNREACHABLE);
	reach_add(reach, &other, &server, START);
	ck_assert(!has_cause(p, START));
	end();
}
END_TEST

START_TEST(two_servers_are_not_many)
{
	struct symptom *p;

	begin();
	say(timed_out(11, 31, 5060, START));
	p = say(timed_out(11, 32, 5060, START));
	ck_assert(!has_cause(p, START));
	p = say(timed_out(11, 33, 5060, START));
	ck_assert(has_cause(p, START));
	ck_assert_int_eq(cause.kind, CAUSE_ONE_CANNOT_REACH);
	ck_assert_uint_eq(cause.member_count, 3);
	end();
}
END_TEST

START_TEST(every_cause_has_a_name)
{
	for (unsigned i = 0; i < CAUSE_KINDS; i++)
		ck_assert_uint_gt(strlen(cause_name(i)), 0);
}
END_TEST

UNIT("cause", a_step_shortly_before_a_failure_counts,
    a_clock_that_went_wrong_long_after_has_no_part_in_it,
    a_failure_elsewhere_weakens_it, others_that_reach_the_server_clear_it,
    right_clocks_that_fail_too_contradict_it,
    a_server_that_is_no_relay_is_left_to_its_alerts,
    clients_that_reach_the_relay_contradict_that_it_is_unreachable,
    two_servers_are_not_many, every_cause_has_a_name)
