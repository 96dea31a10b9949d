/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/shards.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "unit/unit.h"

/* More than a queue between threads holds by far. */
enum { CALLS = 8000, TEXT = 256 };

static const struct siphash_key key = { 1, 2 };
static const struct log quiet = { .silent = true };

/* A matcher with or without shards, and all that it told, in order. */
struct room {
	struct config *config;
	struct config_rooms limits;
	struct budget *budget;
	struct matcher *matcher;
	struct shards *shards; /* NULL: it matches itself */
	int wake;
	uint64_t packet;
	FILE *out;
	char *told;
	size_t len;
};

static void
hear(void *arg, const struct observation *o)
{
	struct room *r = arg;
	const struct outcome *outcome = o->outcome;

	if (o->kind != OBSERVATION_TRANSACTION) {
		fprintf(r->out, "%d %lld\n", o->kind, (long long)o->now);
		return;
	}
	fprintf(r->out, "%d %lld %d %d %u %.*s %.*s\n", outcome->event,
	    (long long)o->now, o->delivery.reverse_seen, outcome->signs.loss,
	    outcome->request.copies, (int)outcome->method.len,
	    (const char *)outcome->method.p, (int)outcome->text.call_id.len,
	    (const char *)outcome->text.call_id.p);
}

static void
begin(struct room *r, unsigned shards, const char *methods)
{
	*r = (struct room){ .config = config_new() };
	config_without_file(r->config);
	r->config->timeouts.slow_service = 100 * NSTIME_S;
	snprintf(r->config->timeouts.methods,
	    sizeof(r->config->timeouts.methods), "%s", methods);
	r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->out = open_memstream(&r->told, &r->len);
	r->budget = budget_new(r->config->limits.memory);
	config_limits_budget(r->config, 1, r->budget);
	config_limits(r->config, &key, r->budget, &r->limits);
	r->matcher = matcher_new(&r->limits.matcher, hear, r);
	if (shards == 0)
		return;
	r->shards = shards_new(&(struct shards_setup){
	    .count = shards,
	    .config = r->config,
	    .key = &key,
	    .budget = r->budget,
	    .matcher = r->matcher,
	    .wake = r->wake,
	    .log = &quiet,
	});
	ck_assert_ptr_nonnull(r->shards);
	ck_assert(shards_start(r->shards));
}

static void
end(struct room *r)
{
	shards_free(r->shards);
	matcher_free(r->matcher);
	ck_assert_uint_eq(budget_used(r->budget), 0);
	budget_free(r->budget);
	config_free(r->config);
	fclose(r->out);
	free(r->told);
	close(r->wake);
}

/* Until all that was put in has come back. */
static void
settle(struct room *r, nstime now)
{
	struct pollfd ready = { .fd = r->wake, .events = POLLIN };
	eventfd_t woken;

	if (r->shards == NULL) {
		matcher_tick(r->matcher, now, now);
		return;
	}
	while (shards_tick(r->shards, now, 0) < now) {
		poll(&ready, 1, 20);
		eventfd_read(r->wake, &woken);
	}
}

static struct endpoint
host(unsigned number)
{
	const uint8_t octets[] = { 192, 0, 2, (uint8_t)number };

	return (struct endpoint){ endpoint_address(slice_of(octets, 4)), 5062 };
}

static void
put(struct room *r, unsigned call, bool answer, nstime now)
{
	char text[TEXT], branch[32];
	const int id = snprintf(text, sizeof(text), "call-%u@example", call);
	const int len = snprintf(branch, sizeof(branch), "z9hG4bK%u", call);
	const struct sip_message m = {
		.is_request = !answer,
		.status = answer ? 200 : 0,
		.start_line = slice_of(text, (size_t)id),
		.method = slice_text("SERVICE"),
		.call_id = slice_of(text, (size_t)id),
		.via_branch = slice_of(branch, (size_t)len),
		.vias = 1,
		.cseq = 1,
	};
	const struct event event = {
		.kind = EVENT_MESSAGE,
		.now = now,
		.wall = now,
		.packet = ++r->packet,
		.message = {
			.octets = slice_of(text, (size_t)id),
			.message = &m,
			.origin = {
				.from = host(answer ? 2 : 1),
				.to = host(answer ? 1 : 2),
				.now = now,
				.wall = now,
			},
		},
	};

	matcher_input(r->matcher, &event);
}

/* All begin, every third is answered, the others end in one moment. */
static void
play(struct room *r)
{
	for (unsigned i = 0; i < CALLS; i++)
		put(r, i, false, NSTIME_S + i);
	for (unsigned i = 0; i < CALLS; i += 3)
		put(r, i, true, 2 * NSTIME_S + i);
	settle(r, 3 * NSTIME_S);
}

struct longest {
	size_t count;
	nstime sent[TXNTABLE_SLOWEST];
};

static void
on_waiting(void *arg, const struct txntable_waiting *waiting)
{
	struct longest *l = arg;

	l->sent[l->count++] = waiting->sent;
}

START_TEST(any_number_of_them_tells_what_one_matcher_does)
{
	static const unsigned counts[] = { 2, 4 };
	struct room alone, apart;

	begin(&alone, 0, "SERVICE");
	play(&alone);
	settle(&alone, 60 * NSTIME_S);
	fflush(alone.out);
	ck_assert_uint_gt(alone.len, (size_t)CALLS * 10);
	for (size_t i = 0; i < 2; i++) {
		begin(&apart, counts[i], "SERVICE");
		play(&apart);
		settle(&apart, 60 * NSTIME_S);
		fflush(apart.out);
		ck_assert_str_eq(apart.told, alone.told);
		end(&apart);
	}
	end(&alone);
}
END_TEST

START_TEST(they_answer_as_one)
{
	struct longest longest[2] = { { .count = 0 } };
	struct room alone, apart;

	begin(&alone, 0, "INVITE");
	begin(&apart, 3, "INVITE");
	play(&alone);
	play(&apart);
	ck_assert_uint_eq(matcher_open(alone.matcher), CALLS - (CALLS + 2) / 3);
	ck_assert_uint_eq(
	    matcher_open(apart.matcher), matcher_open(alone.matcher));
	ck_assert_uint_eq(matcher_not_watched(alone.matcher, 5062), CALLS);
	ck_assert_uint_eq(matcher_not_watched(apart.matcher, 5062), CALLS);
	matcher_slowest(alone.matcher, 20, on_waiting, &longest[0]);
	matcher_slowest(apart.matcher, 20, on_waiting, &longest[1]);
	ck_assert_uint_eq(longest[0].count, 20);
	ck_assert_uint_eq(longest[1].count, 20);
	for (size_t i = 0; i < 20; i++)
		ck_assert_int_eq(longest[0].sent[i], longest[1].sent[i]);
	end(&alone);
	end(&apart);
}
END_TEST

/* Each has its part of the transactions, and no more. */
START_TEST(new_limits_are_for_all_of_them)
{
	static struct totals totals;
	struct room r;

	begin(&r, 2, "SERVICE");
	r.config->limits.transactions = 100;
	shards_set(r.shards, r.config);
	play(&r);
	ck_assert_uint_le(matcher_open(r.matcher), 100);
	matcher_stats(r.matcher, totals_gather, &totals);
	shards_totals(r.shards, &totals);
	ck_assert_uint_ge(totals_get(&totals, "txntable.unproven") +
		totals_get(&totals, "txntable.full"),
	    CALLS - 2 * 100 - CALLS / 3 - 1);
	ck_assert_uint_eq(totals_get(&totals, "shards.no_memory"), 0);
	end(&r);
}
END_TEST

/* What has not come back is forgotten, and nobody waits for ever. */
START_TEST(the_end_waits_for_nobody)
{
	struct room r;

	begin(&r, 2, "SERVICE");
	for (unsigned i = 0; i < CALLS; i++)
		put(&r, i, false, NSTIME_S + i);
	shards_tick(r.shards, 60 * NSTIME_S, 0);
	end(&r);
}
END_TEST

UNIT("shards", any_number_of_them_tells_what_one_matcher_does,
    they_answer_as_one, new_limits_are_for_all_of_them,
    the_end_waits_for_nobody)
