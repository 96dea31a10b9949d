/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/crewworker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/wallclock.h"
#include "net/ip.h"
#include "run/eventqueue.h"
#include "unit/unit.h"
#include "unit/wire.h"

enum { QUEUE = 64 * 1024, PATIENCE_MS = 10000 };

#define LINE                                                                   \
	"CLIENT_RANDOM "                                                       \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "    \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"     \
	"000102030405060708090a0b0c0d0e0f\n"
#define REQUEST                                                                \
	"OPTIONS sip:b@192.0.2.2 SIP/2.0\r\n"                                  \
	"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%u\r\n"                      \
	"From: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\n"                           \
	"Call-ID: %u@a\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

static const struct siphash_key key = { 1, 2 };
static struct config *config;
static struct budget *budget;
static struct crewworker worker;
static int wake;

/* It captures nowhere: packets are put in during a pause. */
static void
begin(struct keyhub *keys)
{
	config = config_new();
	config_without_file(config);
	message_init();
	budget = budget_new(config->limits.memory);
	config_limits_budget(config, 1, budget);
	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ck_assert(crewworker_init(&worker,
	    &(struct crewworker_setup){
		.readers = 2,
		.config = config,
		.key = &key,
		.memory = budget_share(budget, BUDGET_HANDOVER),
		.queue = QUEUE,
		.keys = keys,
		.wake = &wake,
	    }));
	ck_assert(crewworker_start(&worker));
}

static void
end(void)
{
	ck_assert_uint_eq(budget_used(budget), QUEUE);
	crewworker_done(&worker);
	ck_assert_uint_eq(budget_used(budget), 0);
	budget_free(budget);
	config_free(config);
	close(wake);
}

/* To be called during a pause.  Each is another one. */
static void
put_request(unsigned number)
{
	static struct wire w;
	char text[512];

	snprintf(text, sizeof(text), REQUEST, number, number);
	wire_begin(&w, text);
	wire_udp(&w, 5060, 5060);
	wire_ipv4(&w, IP_UDP, (uint16_t)number, 0);
	wire_hex(&w, ETHERNET_IPV4);
	intake_packet(&worker.intake,
	    &(struct packet){
		.octets = wire_slice(&w),
		.len = wire_slice(&w).len,
		.datalink = 1,
		.wall = wallclock_realtime(),
	    });
}

/* What came up to the next mark, and how far time is by it. */
struct batch {
	unsigned events;
	nstime latest; /* of them */
	struct eventqueue_mark mark;
};

static bool
take(struct batch *b)
{
	struct eventqueue_entry entry;
	bool marked = false;

	while (!marked && eventqueue_next(worker.queue, &entry)) {
		marked = entry.mark != NULL;
		if (marked) {
			b->mark = *entry.mark;
		} else {
			b->events++;
			b->latest = entry.event->now;
		}
		eventqueue_done(worker.queue);
	}
	return marked;
}

static struct batch
next_batch(void)
{
	struct pollfd ready = { .fd = wake, .events = POLLIN };
	struct batch b = { .events = 0 };
	eventfd_t woken;

	while (!take(&b)) {
		ck_assert_int_eq(poll(&ready, 1, PATIENCE_MS), 1);
		eventfd_read(wake, &woken);
	}
	return b;
}

START_TEST(it_tells_how_time_passes_where_nothing_comes)
{
	struct batch first, later;

	begin(NULL);
	first = next_batch();
	do {
		later = next_batch();
		ck_assert_int_ge(later.mark.now, first.mark.now);
		ck_assert_uint_eq(later.events, 0);
		ck_assert(!later.mark.dropped);
	} while (later.mark.now == first.mark.now);
	ck_assert_int_lt(later.mark.now, wallclock_monotonic());
	end();
}
END_TEST

/* A mark says that nothing before it is left to come. */
START_TEST(what_it_read_comes_before_the_time_of_it)
{
	struct batch b;
	unsigned events = 0;
	nstime before;

	begin(NULL);
	before = next_batch().mark.now;
	crewworker_pause(&worker);
	put_request(1);
	put_request(2);
	crewworker_go_on(&worker);
	while (events < 2) {
		b = next_batch();
		ck_assert_int_ge(b.mark.now, before);
		if (b.events > 0) {
			ck_assert_int_ge(b.latest, before);
			ck_assert_int_ge(b.mark.now, b.latest);
		}
		before = b.mark.now;
		events += b.events;
	}
	ck_assert_uint_eq(events, 2);
	end();
}
END_TEST

START_TEST(what_found_no_room_is_told_with_the_next_mark)
{
	struct batch b;
	unsigned given = 0, events = 0;

	begin(NULL);
	next_batch();
	crewworker_pause(&worker);
	for (; worker.full < 3; given++)
		put_request(given);
	crewworker_go_on(&worker);
	do {
		b = next_batch();
		events += b.events;
	} while (!b.mark.dropped);
	ck_assert_uint_eq(events + 3, given);
	ck_assert(!next_batch().mark.dropped);
	end();
}
END_TEST

START_TEST(it_learns_the_secrets_of_key_logs)
{
	struct keylog_lines lines = { .len = 0 };
	struct secrets *own = secrets_new(&(struct secrets_limits){
	    .sessions = 100, .resumptions = 100, .key = key });
	struct keyhub *hub = keyhub_new(&(struct keyhub_setup){
	    .secrets = own,
	    .others = 1,
	    .octets = 1 << 20,
	    .most = 100,
	    .key = &key,
	});
	uint64_t told = 0;

	begin(hub);
	secrets_keylog(own, &lines, slice_text(LINE));
	while (told == 0) {
		next_batch();
		crewworker_pause(&worker);
		told = secrets_told(keyhub_secrets(hub, 0));
		crewworker_go_on(&worker);
	}
	ck_assert_uint_eq(told, 1);
	end();
	keyhub_free(hub);
	secrets_free(own);
}
END_TEST

/* What cannot be watched is for the main thread to say. */
START_TEST(without_an_interface_new_limits_are_refused)
{
	const struct options options = { .verbose = false };

	begin(NULL);
	crewworker_pause(&worker);
	ck_assert_int_lt(crewworker_set(&worker, &options, config), 0);
	crewworker_go_on(&worker);
	next_batch();
	end();
}
END_TEST

UNIT("crewworker", it_tells_how_time_passes_where_nothing_comes,
    what_it_read_comes_before_the_time_of_it,
    what_found_no_room_is_told_with_the_next_mark,
    it_learns_the_secrets_of_key_logs,
    without_an_interface_new_limits_are_refused)
