/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/joiner.h"

#include "base/totals.h"
#include "net/inner/tcp.h"
#include "unit/fleetitems.h"

#define NOW FLEET_NOW

enum { SENSORS = 2, MOST = 1 << 16 };

static struct joiner *joiner;
static struct sensor *sensors[SENSORS];
static unsigned raised, lost, back, odd, right, shared, batches;
static nstime ahead;  /* of what stamps packets of sensor 1 */
static bool deaf;     /* batches of sensor 0 come to nothing */
static bool by_agent; /* messages are handed on by HEP */
static uint8_t kept[MOST];
static size_t kept_len;

/* Batches of sensor 0 that wait in its spool, or that a successor reads. */
enum { STORED = 4096 };
static struct {
	struct slice octets;
	nstime received;
} stored[STORED];
static size_t stored_count;
static bool spools, stores;

static void
on_alert(void *arg, const struct alert_event *e)
{
	(void)arg;
	raised +=
	    e->state == ALERT_RAISED && e->kind == FINDING_TRANSACTION_TIMEOUT;
}

static nstime now;

static void
on_want(void *arg, struct slice batch)
{
	(void)arg;
	for (int i = 0; i < SENSORS; i++)
		ck_assert(sensor_wanted(sensors[i], batch, now));
}

static void
no_want(void *arg, struct slice batch)
{
	(void)arg;
	(void)batch;
}

static void
on_sign(void *arg, enum joiner_sign sign, const struct joiner_sensor *sensor)
{
	(void)arg;
	ck_assert_ptr_nonnull(sensor->name);
	lost += sign == JOINER_LOST;
	back += sign == JOINER_BACK;
	odd += sign == JOINER_ODD;
	right += sign == JOINER_RIGHT;
	shared += sign == JOINER_SHARED;
}

static void
store(struct slice batch)
{
	ck_assert_uint_lt(stored_count, STORED);
	stored[stored_count].octets = slice_of(unit_exact(batch), batch.len);
	stored[stored_count++].received = now;
}

/* As it came. */
static void
read_again(void)
{
	for (size_t i = 0; i < stored_count; i++) {
		joiner_input(joiner, stored[i].octets, stored[i].received, 0);
		joiner_tick(joiner, stored[i].received);
	}
}

static void pass(nstime until);

/* What comes meanwhile waits for its turn. */
static void
empty_spool(void)
{
	for (size_t i = 0; i < stored_count; i++) {
		ck_assert_int_eq(joiner_input(joiner, stored[i].octets, now, 0),
		    JOINER_TAKEN);
		pass(now + 50 * NSTIME_MS);
	}
}

static void
forget_stored(void)
{
	while (stored_count > 0)
		free((void *)(uintptr_t)stored[--stored_count].octets.p);
	spools = stores = false;
}

static void
on_batch(void *arg, struct slice batch, uint64_t sequence)
{
	(void)sequence;
	if (deaf && arg == &sensors[0])
		return;
	if (stores || (spools && arg == &sensors[0]))
		store(batch);
	if (spools && arg == &sensors[0])
		return;
	batches++;
	memcpy(kept, batch.p, batch.len);
	kept_len = batch.len;
	ck_assert_int_eq(joiner_input(joiner, batch, now, 0), JOINER_TAKEN);
}

static void
begin_joiner(void)
{
	const struct joiner_limits limits = fleet_joiner();

	joiner = joiner_new(&limits,
	    &(struct joiner_output){ on_alert, on_want, on_sign, NULL });
	ck_assert_ptr_nonnull(joiner);
}

/* Of a partition that has no judge. */
static void
on_halves(void *arg, struct slice batch, unsigned partition, uint64_t sequence)
{
	(void)arg;
	(void)batch;
	(void)partition;
	(void)sequence;
}

static void
begin_with(unsigned partitions)
{
	raised = lost = back = odd = right = shared = batches = 0;
	ahead = 0;
	deaf = by_agent = false;
	now = NOW;
	begin_joiner();
	for (int i = 0; i < SENSORS; i++) {
		sensors[i] = fleet_sensor((struct sensor_setup){
		    .name = i == 0 ? "a" : "b",
		    .run = 1,
		    .batch = on_batch,
		    .partitions = partitions,
		    .halves = on_halves,
		    .arg = &sensors[i],
		});
		sensor_tick(sensors[i], now, now);
	}
}

static void
begin(void)
{
	begin_with(0);
}

static void
end(void)
{
	joiner_free(joiner);
	for (int i = 0; i < SENSORS; i++)
		sensor_free(sensors[i]);
}

static void
pass(nstime until)
{
	while (now < until) {
		now += 50 * NSTIME_MS;
		for (int i = 0; i < SENSORS; i++)
			sensor_tick(sensors[i], now, now);
		joiner_tick(joiner, now);
	}
}

static void
say(int sensor, unsigned status)
{
	const struct event_agent agent = { fleet_host(9, 0).address, 7, 0 };
	struct sip_message m;
	struct event e = fleet_message(&m, "call", status, now);

	if (by_agent) {
		e.message.agent = &agent;
		e.message.origin.wall = 0;
	}
	sensor_input(sensors[sensor], &e);
}

static void
ask_without_end(int sensor)
{
	for (size_t i = 0; i < FLEET_COPIES; i++) {
		pass(NOW + NSTIME_S + fleet_copies[i] * 500 * NSTIME_MS);
		say(sensor, 0);
	}
}

static void
ask(int sensor)
{
	ask_without_end(sensor);
	pass(NOW + 40 * NSTIME_S);
}

/* As a partition does, and late; one sensor hears it before the other. */
static void
want_all(const char *call)
{
	struct wire_writer *w = wire_writer_new();
	const struct slice want = fleet_want(w, call);

	for (int i = 0; i < SENSORS; i++) {
		ck_assert(sensor_wanted(sensors[i], want, now));
		pass(now + 200 * NSTIME_MS);
	}
	wire_writer_free(w);
}

START_TEST(what_comes_late_is_judged_with_what_other_sensors_tell)
{
	begin_with(1);
	ask_without_end(0);
	say(1, 200);
	pass(NOW + 40 * NSTIME_S);
	want_all("call");
	pass(NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(raised, 0);
	end();

	begin_with(1);
	ask(0);
	want_all("call");
	pass(NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	end();
}
END_TEST

START_TEST(a_request_of_one_sensor_and_the_answer_of_another_are_answered)
{
	begin();
	pass(NOW + NSTIME_S);
	say(0, 0);
	pass(NOW + NSTIME_S + 100 * NSTIME_MS);
	say(1, 200);
	pass(NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(raised, 0);
	end();
}
END_TEST

START_TEST(a_request_that_nobody_saw_answered_is_a_timeout)
{
	begin();
	ask(0);
	pass(NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	end();
}
END_TEST

START_TEST(so_is_one_that_an_agent_handed_on_whatever_its_clock)
{
	begin();
	by_agent = true;
	ask(0);
	pass(NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	end();
}
END_TEST

/* Sensor 0 saw the server, and is silent from then on. */
static void
begin_with_one_away(void)
{
	begin();
	pass(NOW + NSTIME_S / 2);
	say(0, 0);
	say(0, 200);
	pass(NOW + NSTIME_S);
	deaf = true;
}

static void
ask_in_vain(nstime until)
{
	ask(1);
	pass(until);
	ck_assert_uint_eq(lost, 1);
	ck_assert_uint_eq(raised, 0);
}

static void
come_back(void)
{
	deaf = false;
	pass(now + 10 * NSTIME_S);
	ck_assert_uint_eq(back, 1);
}

START_TEST(nothing_is_accused_while_a_sensor_is_away_that_saw_the_server)
{
	begin_with_one_away();
	ask_in_vain(NOW + 60 * NSTIME_S);
	come_back();
	end();
}
END_TEST

/* Its sensor sees nothing of what the server sends. */
static void
connect_in_vain(int sensor)
{
	for (int i = 0; i < 3; i++) {
		sensor_input(sensors[sensor],
		    &(struct event){ .kind = EVENT_SEGMENT,
			.flow = 7,
			.now = now,
			.wall = now,
			.segment = { .told = true,
			    .from = fleet_host(1, 4000),
			    .to = fleet_host(2, 5062),
			    .to_is_server = true,
			    .flags = TCP_SYN } });
		pass(now + 2 * NSTIME_S);
	}
	pass(now + 20 * NSTIME_S);
}

static uint64_t
withheld(void)
{
	struct totals t = { .count = 0 };

	joiner_stats(joiner, totals_gather, &t);
	return totals_get(&t, "joiner.withheld");
}

START_TEST(nor_is_a_connection_said_to_be_unanswered_meanwhile)
{
	for (int away = 0; away < 2; away++) {
		begin_with_one_away();
		deaf = away == 1;
		connect_in_vain(1);
		ck_assert_uint_eq(lost, (unsigned)away);
		ck_assert_uint_eq(withheld(), (unsigned)away);
		end();
	}
}
END_TEST

/* Both hear the clocks of two hosts, which are right. */
static void
hear_hosts(void)
{
	for (int turn = 0; turn < 5; turn++) {
		for (int i = 0; i < 4; i++) {
			const nstime wall = i % 2 == 1 ? now + ahead : now;
			const struct observation clock = {
				.kind = OBSERVATION_CLOCK,
				.now = now,
				.wall = wall,
				.stamp = { .peer = fleet_host(
					       (uint8_t)(10 + i / 2), 0)
						       .address,
				    .witness = WITNESS_NTP,
				    .told = now,
				    .wall = wall,
				    .now = now },
			};
			const struct event event = {
				.kind = EVENT_OBSERVED,
				.now = now,
				.wall = wall,
				.observation = &clock,
			};

			sensor_input(sensors[i % 2], &event);
		}
		pass(now + NSTIME_S);
	}
}

START_TEST(a_sensor_with_odd_stamps_is_known_by_hosts_that_others_hear)
{
	struct joiner_sensor sensor;

	begin();
	ahead = 3600 * NSTIME_S;
	pass(NOW + NSTIME_S);
	hear_hosts();
	ck_assert_uint_eq(odd, 1);
	ck_assert(joiner_sensor_at(joiner, 0, &sensor));
	ck_assert(!sensor.hosts_odd);
	ck_assert(joiner_sensor_at(joiner, 1, &sensor));
	ck_assert(sensor.hosts_odd);
	ck_assert_int_eq(sensor.by_hosts, 3600 * NSTIME_S);
	ck_assert_int_le(sensor.reached, now);
	ck_assert_int_ge(sensor.reached, now - NSTIME_S);
	hear_hosts();
	ck_assert_uint_eq(odd, 1);
	ck_assert_uint_eq(right, 0);
	end();
}
END_TEST

static void
add_name(void *arg, const char *name)
{
	strcat(arg, name);
}

START_TEST(those_that_saw_a_server_are_named_in_order)
{
	const struct endpoint server = fleet_host(2, 5062);
	char names[8] = "";

	begin();
	pass(NOW + NSTIME_S);
	say(1, 200);
	say(0, 0);
	pass(NOW + 5 * NSTIME_S);
	joiner_seen_by(joiner, &server.address, add_name, names);
	ck_assert_str_eq(names, "ab");
	end();
}
END_TEST

START_TEST(a_replayed_batch_changes_nothing)
{
	begin();
	ask(0);
	ck_assert_int_eq(joiner_input(joiner, slice_of(kept, kept_len), now, 0),
	    JOINER_REPLAYED);
	end();
}
END_TEST

/* And told once. */
START_TEST(of_two_of_one_name_the_later_is_heard)
{
	const struct wire_header header = {
		.name = "a", .sequence = 100, .reached = NOW
	};
	struct wire_writer *w = wire_writer_new();

	begin();
	pass(NOW + NSTIME_S);
	for (int i = 0; i < 2; i++) {
		wire_begin(w, now, now);
		ck_assert_int_eq(
		    joiner_input(joiner, wire_end(w, &header), now, 0),
		    JOINER_REPLAYED);
	}
	ck_assert_uint_eq(shared, 1);
	wire_writer_free(w);
	end();
}
END_TEST

/* Of the time of its own batches: what it sent before is none of them. */
START_TEST(the_earlier_is_heard_again_when_the_later_is_lost)
{
	struct wire_header header = { .kind = WIRE_OBSERVED,
		.name = "a",
		.sequence = 100,
		.reached = NOW };
	struct wire_writer *w = wire_writer_new();

	begin();
	pass(NOW + NSTIME_S);
	deaf = true;
	pass(NOW + 20 * NSTIME_S);
	ck_assert_uint_eq(lost, 1);
	for (int i = 0; i < 2; i++) {
		wire_begin(w, header.reached, header.reached);
		ck_assert_int_eq(
		    joiner_input(joiner, wire_end(w, &header), now, 0),
		    i == 0 ? JOINER_REPLAYED : JOINER_TAKEN);
		header.reached = now;
	}
	ck_assert_uint_eq(back, 1);
	deaf = false;
	pass(now + NSTIME_S);
	wire_begin(w, now, now);
	header.reached = now;
	header.sequence++;
	ck_assert_int_eq(joiner_input(joiner, wire_end(w, &header), now, 0),
	    JOINER_REPLAYED);
	wire_writer_free(w);
	end();
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	begin();
	pass(NOW + NSTIME_S);
	ck_assert_int_eq(joiner_input(joiner, slice_text("nonsense"), now, 0),
	    JOINER_REFUSED);
	for (size_t i = kept_len; i > 0; i--) {
		const size_t len = kept_len - i;
		uint8_t *exact = unit_exact(slice_of(kept + i, len));

		ck_assert_int_eq(
		    joiner_input(joiner, slice_of(exact, len), now, 0),
		    JOINER_REFUSED);
		free(exact);
	}
	end();
}
END_TEST

START_TEST(events_that_wait_hold_no_more_memory_than_is_theirs)
{
	enum { OCTETS = 16384, EVENTS = 200 };
	struct joiner_limits limits = fleet_joiner();
	struct budget *budget = budget_new(1 << 20);
	struct wire_writer *writer = wire_writer_new();
	struct wire_header header = { .name = "a", .run = 1, .sequence = 1 };
	struct totals t = { 0 };
	struct sip_message m;

	budget_reserve(budget, BUDGET_HANDOVER, OCTETS);
	limits.events_memory = budget_share(budget, BUDGET_HANDOVER);
	joiner = joiner_new(&limits,
	    &(struct joiner_output){ on_alert, no_want, on_sign, NULL });
	wire_begin(writer, NOW, NOW);
	header.reached = NOW;
	for (unsigned i = 0; i < EVENTS; i++)
		ck_assert(wire_put(writer,
		    &(struct wire_item){ .kind = WIRE_EVENT,
			.event = fleet_message(&m, "call", 0, NOW + i) }));
	joiner_input(joiner, wire_end(writer, &header), NOW, 0);
	ck_assert_uint_le(budget_used(budget), OCTETS);
	ck_assert_uint_gt(budget_used(budget), OCTETS / 2);
	joiner_stats(joiner, totals_gather, &t);
	ck_assert_uint_gt(totals_get(&t, "joiner.early"), 0);
	joiner_free(joiner);
	wire_writer_free(writer);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
}
END_TEST

static void
succeed(void)
{
	struct record r;
	struct cursor c;

	record_init(&r, 1 << 20);
	joiner_save(joiner, &r);
	joiner_free(joiner);
	begin_joiner();
	c = cursor_over(slice_of(r.octets, r.len));
	ck_assert(joiner_load(joiner, &c));
	record_done(&r);
}

START_TEST(a_successor_knows_of_sensors_that_were_lost_before)
{
	begin_with_one_away();
	pass(NOW + 300 * NSTIME_S);
	ck_assert_uint_eq(lost, 1);
	succeed();
	ask_in_vain(NOW + 360 * NSTIME_S);
	come_back();
	end();
}
END_TEST

START_TEST(it_waits_for_none_that_it_has_not_heard_itself)
{
	begin_with_one_away();
	succeed();
	ask_in_vain(NOW + 60 * NSTIME_S);
	end();
}
END_TEST

/* A judge may end before any sensor has begun. */
START_TEST(a_successor_of_one_that_judged_nothing_begins_as_it_did)
{
	begin();
	joiner_free(joiner);
	begin_joiner();
	succeed();
	ask(0);
	pass(NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	end();
}
END_TEST

START_TEST(a_successor_does_not_judge_again)
{
	begin();
	ask(0);
	pass(NOW + 50 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	succeed();
	ck_assert_uint_eq(judge_active(joiner_judge(joiner)), 1);
	pass(NOW + 70 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	end();
}
END_TEST

static void
ask_into_spool(void)
{
	begin();
	pass(NOW + NSTIME_S / 2);
	spools = true;
	ask(0);
	pass(NOW + 60 * NSTIME_S);
	ck_assert_uint_eq(raised, 0);
}

static void
told_out_of_spool(void)
{
	empty_spool();
	forget_stored();
	pass(now + 10 * NSTIME_S);
	ck_assert_uint_eq(raised, 1);
	end();
}

/* However slowly that goes. */
START_TEST(what_waited_in_a_spool_is_judged_together)
{
	ask_into_spool();
	told_out_of_spool();
}
END_TEST

START_TEST(a_successor_judges_what_waited_in_a_spool)
{
	ask_into_spool();
	succeed();
	pass(NOW + 70 * NSTIME_S);
	told_out_of_spool();
}
END_TEST

static void
add_count(void *arg, const struct alert_event *e)
{
	*(unsigned *)arg += (unsigned)e->count;
}

/* However far its predecessor was when it saved. */
START_TEST(it_judges_nothing_again_that_it_reads_again)
{
	for (nstime age = 0; age < 50 * NSTIME_S; age += NSTIME_S) {
		unsigned count = 0;

		begin();
		stores = true;
		ask_without_end(0);
		pass(NOW + age);
		stores = false;
		succeed();
		read_again();
		pass(NOW + 60 * NSTIME_S);
		forget_stored();
		ck_assert_uint_eq(raised, 1);
		ck_assert(judge_alerts(
		    joiner_judge(joiner), add_count, &count, now, now));
		ck_assert_uint_eq(count, 1);
		end();
	}
}
END_TEST

START_TEST(a_cut_state_is_refused)
{
	struct record r;

	begin();
	ask(0);
	record_init(&r, 1 << 20);
	joiner_save(joiner, &r);
	for (size_t len = 0; len < r.len; len += 7) {
		struct cursor c = cursor_over(slice_of(r.octets, len));

		ck_assert(!joiner_load(joiner, &c));
	}
	record_done(&r);
	end();
}
END_TEST

UNIT("joiner", what_comes_late_is_judged_with_what_other_sensors_tell,
    a_request_of_one_sensor_and_the_answer_of_another_are_answered,
    a_request_that_nobody_saw_answered_is_a_timeout,
    so_is_one_that_an_agent_handed_on_whatever_its_clock,
    nothing_is_accused_while_a_sensor_is_away_that_saw_the_server,
    nor_is_a_connection_said_to_be_unanswered_meanwhile,
    a_sensor_with_odd_stamps_is_known_by_hosts_that_others_hear,
    those_that_saw_a_server_are_named_in_order,
    a_replayed_batch_changes_nothing, of_two_of_one_name_the_later_is_heard,
    the_earlier_is_heard_again_when_the_later_is_lost,
    what_makes_no_sense_is_refused,
    events_that_wait_hold_no_more_memory_than_is_theirs,
    a_successor_knows_of_sensors_that_were_lost_before,
    it_waits_for_none_that_it_has_not_heard_itself,
    a_successor_of_one_that_judged_nothing_begins_as_it_did,
    a_successor_does_not_judge_again, what_waited_in_a_spool_is_judged_together,
    a_successor_judges_what_waited_in_a_spool,
    it_judges_nothing_again_that_it_reads_again, a_cut_state_is_refused)
