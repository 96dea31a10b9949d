/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fleet/fleetseat.h"

#include "pipeline/wire.h"
#include "unit/fleetfake.h"

enum { MOST = 256 };

/* What was judged, in order: its state. */
struct work {
	char read[MOST];
	bool refuses;
	unsigned ticks, empty;
};

static struct fleetdoor_member members[2];
static struct work works[2];
static struct fleetseat *seats[2];

static bool
begin_work(void *arg)
{
	((struct work *)arg)->read[0] = '\0';
	return true;
}

static void
end_work(void *arg)
{
	(void)arg;
}

static bool
take(void *arg, const struct fleetdoor_message *m, nstime behind)
{
	struct work *w = arg;

	ck_assert_int_eq(behind, 0);
	w->empty += m->len == 0;
	strncat(w->read, (const char *)m->octets, m->len);
	return !w->refuses;
}

static bool
pass_time(void *arg, nstime received)
{
	ck_assert_int_gt(received, wallclock_offset());
	((struct work *)arg)->ticks++;
	return true;
}

static void
save(const void *arg, struct record *r)
{
	record_text(r, slice_text(((const struct work *)arg)->read));
}

static bool
load(void *arg, struct cursor *c)
{
	struct work *w = arg;
	const struct slice text = record_read_text(c, MOST - 1);

	memcpy(w->read, text.p, text.len);
	w->read[text.len] = '\0';
	return !c->bad;
}

static uint64_t
read_from(const void *arg, uint64_t latest)
{
	(void)arg;
	return latest + 1;
}

static void
begin(void)
{
	for (int i = 0; i < 2; i++) {
		members[i] = fleetfake_member(i == 0 ? "a" : "b");
		seats[i] = fleetseat_new(&(struct fleetseat_setup){
		    .member = &members[i],
		    .work = { begin_work, end_work, take, pass_time, save, load,
			read_from, &works[i] },
		    .part = FLEETDOOR_PARTITION,
		    .lease = "lease.0",
		    .state = "halves.0",
		});
	}
}

static void
end(void)
{
	fleetseat_free(seats[0]);
	fleetseat_free(seats[1]);
}

static void
send(const char *text)
{
	static unsigned sent;
	char id[16];

	snprintf(id, sizeof(id), "%u", sent++);
	fleetfake_batch_of(FLEETDOOR_PARTITION, text, id);
}

/* Half a second after the other, for so long. */
static void
pass(unsigned seconds, bool first, bool second)
{
	for (unsigned i = 0; i < 2 * seconds; i++) {
		fleetfake_pass(500 * NSTIME_MS);
		if (first)
			fleetseat_run(seats[0], true);
		if (second)
			fleetseat_run(seats[1], true);
	}
}

START_TEST(it_reads_its_part_in_order_from_when_it_began)
{
	begin();
	send("x");
	pass(1, true, true);
	send("a");
	fleetfake_batch_of(FLEETDOOR_LEADER, "y", "y");
	send("b");
	pass(1, true, true);
	ck_assert(fleetseat_is_held(seats[0]) && !fleetseat_is_held(seats[1]));
	ck_assert_str_eq(works[0].read, "ab");
	end();
}
END_TEST

/* Whatever the part, rights are given for the names of sensors. */
START_TEST(a_batch_in_the_name_of_another_is_not_read)
{
	struct wire_writer *w = wire_writer_new();
	const struct wire_header header = {
		.name = "one", .run = 1, .sequence = 1
	};
	struct slice batch;

	begin();
	pass(1, true, false);
	wire_begin(w, 0, 0);
	batch = wire_end(w, &header);
	fleetfake_publish(NULL, FLEETDOOR_PARTITION, batch.p, batch.len, "w",
	    wallclock_realtime());
	fleetfake.sensor = "two";
	pass(1, true, false);
	ck_assert_uint_eq(works[0].empty, 1);
	fleetfake.sensor = "one";
	fleetfake_publish(NULL, FLEETDOOR_PARTITION, batch.p, batch.len, "x",
	    wallclock_realtime());
	pass(1, true, false);
	ck_assert_uint_eq(works[0].empty, 1);
	ck_assert_uint_gt(strlen(works[0].read), 0);
	wire_writer_free(w);
	end();
}
END_TEST

/*
 * What a durable consumer could not promise: its acknowledgements are written
 * apart from the state, before or after it.
 */
START_TEST(whenever_a_judge_ends_nothing_is_lost_and_nothing_read_twice)
{
	for (unsigned killed = 0; killed < 25; killed++) {
		char all[MOST] = "";

		fleetfake.key_count = fleetfake.batch_count = 0;
		begin();
		pass(1, true, false);
		for (unsigned i = 0; i < 26; i++) {
			const char text[] = { (char)('a' + i), '\0' };

			strcat(all, text);
			send(text);
			pass(1, i<killed, i> killed);
		}
		pass(8, false, true);
		ck_assert(fleetseat_is_held(seats[1]));
		ck_assert_str_eq(works[1].read, all);
		end();
	}
}
END_TEST

START_TEST(one_that_was_killed_before_its_first_snapshot_has_a_successor)
{
	begin();
	pass(1, true, false);
	ck_assert(fleetseat_is_held(seats[0]));
	send("a");
	pass(8, false, true);
	ck_assert_str_eq(works[1].read, "a");
	end();
}
END_TEST

START_TEST(one_that_leaves_hands_over_at_once)
{
	begin();
	pass(1, true, true);
	send("a");
	pass(1, true, true);
	fleetseat_leave(seats[0]);
	send("b");
	pass(1, false, true);
	ck_assert_str_eq(works[1].read, "ab");
	end();
}
END_TEST

START_TEST(one_that_stood_still_takes_nothing_from_its_successor)
{
	begin();
	pass(1, true, true);
	send("a");
	pass(1, true, true);
	pass(8, false, true);
	send("b");
	pass(20, true, true);
	ck_assert(!fleetseat_is_held(seats[0]) && fleetseat_is_held(seats[1]));
	ck_assert_str_eq(works[1].read, "ab");
	end();
}
END_TEST

/* The snapshot of the first, whose chunk another takes the place of. */
static struct fleetfake_value
damage(void)
{
	struct fleetfake_value right;
	struct fleetfake_key *chunk;

	begin();
	pass(1, true, false);
	send("a");
	pass(12, true, false);
	chunk = fleetfake_find("halves.0.a.0.0");
	ck_assert_ptr_nonnull(chunk);
	right = chunk->value;
	chunk->value = (struct fleetfake_value){ .len = 0 };
	fleetfake_store(&chunk->value, (const uint8_t *)"older", 5);
	return right;
}

/* Servers that lag answer with an older chunk for a while. */
START_TEST(a_snapshot_that_is_not_whole_yet_is_waited_for)
{
	const struct fleetfake_value right = damage();
	struct fleetfake_key *chunk = fleetfake_find("halves.0.a.0.0");

	pass(9, false, true);
	ck_assert(!fleetseat_is_held(seats[1]));
	fleetfake_store(&chunk->value, right.octets, right.len);
	free(right.octets);
	pass(2, false, true);
	ck_assert(fleetseat_is_held(seats[1]));
	ck_assert_str_eq(works[1].read, "a");
	end();
}
END_TEST

START_TEST(a_snapshot_that_stays_damaged_is_begun_anew)
{
	free(damage().octets);
	pass(20, false, true);
	ck_assert(fleetseat_is_held(seats[1]));
	ck_assert_str_eq(works[1].read, "");
	send("b");
	pass(1, false, true);
	ck_assert_str_eq(works[1].read, "b");
	end();
}
END_TEST

START_TEST(where_its_work_fails_another_may_go_on)
{
	begin();
	works[0].refuses = true;
	pass(1, true, true);
	send("a");
	pass(1, true, false);
	ck_assert(!fleetseat_is_held(seats[0]));
	pass(1, false, true);
	ck_assert(fleetseat_is_held(seats[1]));
	end();
}
END_TEST

START_TEST(where_nothing_comes_the_consumer_is_renewed_ever_less_often)
{
	begin();
	pass(1, true, false);
	fleetfake.follows = 0;
	pass(4, true, false);
	ck_assert_uint_eq(fleetfake.follows, 1);
	pass(56, true, false);
	ck_assert_uint_le(fleetfake.follows, 5);
	send("a");
	pass(1, true, false);
	ck_assert_str_eq(works[0].read, "a");
	end();
}
END_TEST

START_TEST(time_passes_while_nothing_comes)
{
	begin();
	pass(1, true, false);
	send("a");
	pass(2, true, false);
	ck_assert_uint_ge(works[0].ticks, 2);
	end();
}
END_TEST

UNIT("fleetseat", a_batch_in_the_name_of_another_is_not_read,
    it_reads_its_part_in_order_from_when_it_began,
    whenever_a_judge_ends_nothing_is_lost_and_nothing_read_twice,
    one_that_was_killed_before_its_first_snapshot_has_a_successor,
    one_that_leaves_hands_over_at_once,
    one_that_stood_still_takes_nothing_from_its_successor,
    a_snapshot_that_is_not_whole_yet_is_waited_for,
    a_snapshot_that_stays_damaged_is_begun_anew,
    where_its_work_fails_another_may_go_on,
    where_nothing_comes_the_consumer_is_renewed_ever_less_often,
    time_passes_while_nothing_comes)
