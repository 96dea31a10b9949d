/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/inner/associations.h"

#include "unit/unit.h"

static const struct siphash_key key = { 1, 2 };
static struct associations *associations;
static struct origin origin;

static struct {
	unsigned told, gone;
	uint64_t flow;
	struct event_flow facts;
} on;

static void
hear(void *arg, uint64_t flow, const struct event_flow *facts)
{
	(void)arg;
	on.told++;
	on.gone += facts->forgotten;
	on.flow = flow;
	on.facts = *facts;
}

static struct endpoint
end_of(unsigned n)
{
	return (struct endpoint){ .port = (uint16_t)(5060 + n % 2),
		.address = { .version = 4,
		    .octets = { 10, 0, (uint8_t)(n >> 8), (uint8_t)n } } };
}

/* From host `from' to host `to'. */
static void
input(enum sctp_kind kind, unsigned from, unsigned to, uint32_t first,
    uint32_t last, nstime now)
{
	const struct packet packet = { .now = now };
	const struct decode_event e = {
		.transport = DECODE_SCTP,
		.packet = &packet,
		.from = end_of(from),
		.to = end_of(to),
		.sctp = { .kind = kind, .first_tsn = first, .tsn = last },
	};

	const struct event_segment segment = associations_segment(&e);

	origin = (struct origin){ .flow = 0 };
	associations_input(associations, &segment, now, &origin);
}

static void
begin(void)
{
	memset(&on, 0, sizeof(on));
	associations = associations_new(&key, hear, NULL);
	ck_assert_ptr_nonnull(associations);
}

START_TEST(a_message_is_acknowledged_by_its_number)
{
	uint64_t end;

	begin();
	input(SCTP_MESSAGE, 1, 2, 7, 9, 0);
	ck_assert_uint_eq(on.told, 1);
	ck_assert(!on.facts.ended && !on.facts.forgotten);
	ck_assert_int_eq(on.facts.ways[0].last_gap, INT64_MIN);
	ck_assert_int_eq(on.facts.ways[1].hung_up, NSTIME_NEVER);
	ck_assert_uint_eq(origin.flow, on.flow);
	ck_assert_uint_ne(origin.flow, 0);
	end = origin.flow_end;
	ck_assert(origin.to_server);
	input(SCTP_ACKNOWLEDGED, 2, 1, 0, 8, 1);
	ck_assert_uint_lt(on.facts.ways[TCPREASM_TO_SERVER].acknowledged, end);
	input(SCTP_ACKNOWLEDGED, 2, 1, 0, 9, 2);
	ck_assert_uint_eq(on.facts.ways[TCPREASM_TO_SERVER].acknowledged, end);
	ck_assert_int_eq(on.facts.ways[0].last_gap, INT64_MIN);
	ck_assert_uint_eq(on.told, 3);
	input(SCTP_ACKNOWLEDGED, 2, 1, 0, 9, 3);
	ck_assert_msg(on.told == 3, "nothing has changed");
	associations_free(associations);
	ck_assert_uint_eq(on.gone, 1);
}
END_TEST

START_TEST(both_directions_are_one_flow)
{
	uint64_t flow;

	begin();
	input(SCTP_MESSAGE, 1, 2, 7, 7, 0);
	flow = origin.flow;
	input(SCTP_MESSAGE, 2, 1, 500, 500, 0);
	ck_assert_uint_eq(origin.flow, flow);
	ck_assert(!origin.to_server);
	input(SCTP_MESSAGE, 1, 4, 7, 7, 0);
	ck_assert_uint_ne(origin.flow, flow);
	associations_free(associations);
}
END_TEST

START_TEST(numbers_wrap)
{
	uint64_t before;

	begin();
	input(SCTP_MESSAGE, 1, 2, 0xffffffff, 0xffffffff, 0);
	before = origin.flow_end;
	input(SCTP_MESSAGE, 1, 2, 0, 0, 1);
	ck_assert_uint_eq(origin.flow_end, before + 1);
	input(SCTP_ACKNOWLEDGED, 2, 1, 0, 0, 2);
	ck_assert_uint_eq(
	    on.facts.ways[TCPREASM_TO_SERVER].acknowledged, before + 1);
	ck_assert_int_eq(on.facts.ways[0].last_gap, INT64_MIN);
	associations_free(associations);
}
END_TEST

START_TEST(what_was_passed_over_is_a_gap)
{
	begin();
	input(SCTP_MESSAGE, 1, 2, 7, 7, 0);
	input(SCTP_MESSAGE, 1, 2, 9, 9, 5);
	ck_assert_int_eq(on.facts.ways[TCPREASM_TO_SERVER].last_gap, 5);
	ck_assert_int_eq(on.facts.ways[TCPREASM_TO_CLIENT].last_gap, INT64_MIN);
	associations_free(associations);
}
END_TEST

START_TEST(what_was_acknowledged_and_not_seen_is_a_gap)
{
	begin();
	input(SCTP_MESSAGE, 1, 2, 7, 7, 0);
	input(SCTP_ACKNOWLEDGED, 2, 1, 0, 8, 5);
	ck_assert_int_eq(on.facts.ways[TCPREASM_TO_SERVER].last_gap, 5);
	associations_free(associations);
}
END_TEST

START_TEST(a_message_is_placed_by_its_last_number)
{
	struct origin placed = { .from = end_of(2), .to = end_of(1) };
	uint64_t end;

	begin();
	ck_assert(!associations_place(associations, &placed));
	input(SCTP_MESSAGE, 1, 2, 7, 7, 0);
	ck_assert(associations_place(associations, &placed));
	ck_assert_uint_eq(placed.flow, on.flow);
	ck_assert(!placed.to_server);
	input(SCTP_MESSAGE, 2, 1, 0xffffffff, 0, 0);
	end = origin.flow_end;
	input(SCTP_MESSAGE, 2, 1, 1, 8, 0);
	placed.flow_end = 1;
	ck_assert(associations_place(associations, &placed));
	ck_assert_uint_eq(placed.flow_end, end);
	associations_free(associations);
}
END_TEST

START_TEST(its_end_is_told_once_and_it_begins_anew)
{
	uint64_t flow;

	begin();
	input(SCTP_MESSAGE, 1, 2, 7, 7, 0);
	flow = origin.flow;
	input(SCTP_SHUT, 1, 2, 0, 0, 5);
	ck_assert_uint_eq(on.gone, 1);
	ck_assert_uint_eq(on.told, 3);
	input(SCTP_SHUT, 1, 2, 0, 0, 6);
	ck_assert_uint_eq(on.told, 3);
	input(SCTP_MESSAGE, 1, 2, 70, 70, 7);
	ck_assert_uint_ne(origin.flow, flow);
	associations_free(associations);
}
END_TEST

START_TEST(without_a_message_there_is_no_flow)
{
	begin();
	input(SCTP_ACKNOWLEDGED, 2, 1, 0, 8, 5);
	input(SCTP_SHUT, 2, 1, 0, 0, 5);
	ck_assert_uint_eq(on.told, 0);
	associations_free(associations);
}
END_TEST

START_TEST(at_the_limit_the_longest_unheard_is_forgotten)
{
	begin();
	for (unsigned n = 0; n <= ASSOCIATIONS; n++)
		input(SCTP_MESSAGE, n + 2, 1, 7, 7, 0);
	ck_assert_uint_eq(on.gone, 1);
	associations_free(associations);
	ck_assert_uint_eq(on.gone, ASSOCIATIONS + 1);
}
END_TEST

UNIT("associations", a_message_is_acknowledged_by_its_number,
    both_directions_are_one_flow, numbers_wrap, what_was_passed_over_is_a_gap,
    what_was_acknowledged_and_not_seen_is_a_gap,
    a_message_is_placed_by_its_last_number,
    its_end_is_told_once_and_it_begins_anew, without_a_message_there_is_no_flow,
    at_the_limit_the_longest_unheard_is_forgotten)
