/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/failures.h"

#include "unit/saved.h"

static struct failures *f;

static struct endpoint
client(uint8_t host, uint16_t port)
{
	return (struct endpoint){
		.address = { .version = 4, .octets = { 10, 0, 0, host } },
		.port = port,
	};
}

static void
begin(size_t count)
{
	free(f);
	f = failures_new(count, 0, NULL);
	ck_assert_ptr_nonnull(f);
}

static void
attempt(uint8_t host, nstime now)
{
	const struct endpoint from = client(host, (uint16_t)now);

	failures_add(f, &from, 0, now, now - 1);
}

static void
work(uint8_t host, nstime now)
{
	const struct endpoint from = client(host, 1);

	failures_forgive(f, &from.address, now);
}

static bool
is_refuted(uint8_t host)
{
	const struct endpoint by = client(host, 1);

	return failures_are_refuted(f, &by.address);
}

START_TEST(enough_are_so_many_within_the_window)
{
	begin(3);
	attempt(1, 0);
	attempt(1, 10);
	ck_assert(!failures_are_enough(f, 100, 10));
	attempt(2, 101);
	ck_assert(!failures_are_enough(f, 100, 101));
	attempt(2, 110);
	ck_assert(failures_are_enough(f, 100, 110));
	ck_assert_int_eq(failures_began(f), 9);
	ck_assert_uint_eq(f->attempts, 4);
	ck_assert_uint_eq(f->clients, 2);
	ck_assert(!failures_are_over(f, 100, 209));
	ck_assert(failures_are_over(f, 100, 210));
}
END_TEST

START_TEST(one_client_port_is_recent_for_a_while)
{
	const struct endpoint same = client(1, 5), other = client(1, 6);

	begin(3);
	attempt(1, 5);
	ck_assert(failures_has_recent(f, &same, 0, 100, 104));
	ck_assert(!failures_has_recent(f, &same, 0, 100, 105));
	ck_assert(!failures_has_recent(f, &other, 0, 100, 6));
}
END_TEST

START_TEST(who_gets_through_is_forgiven)
{
	begin(3);
	attempt(1, 0);
	attempt(2, 1);
	attempt(1, 2);
	work(1, 3);
	ck_assert_uint_eq(f->attempts, 1);
	ck_assert_uint_eq(f->clients, 1);
	attempt(2, 4);
	ck_assert(!failures_are_enough(f, 100, 4));
}
END_TEST

START_TEST(anybody_refutes_it_unless_it_works_for_some_meanwhile)
{
	begin(3);
	attempt(1, 0);
	ck_assert(is_refuted(9));
	work(9, 1);
	ck_assert(is_refuted(9));
	attempt(1, 2);
	ck_assert(!is_refuted(9));
	ck_assert(is_refuted(1));
}
END_TEST

START_TEST(the_latest_clients_are_known_by_address)
{
	begin(3);
	for (uint8_t host = 1; host <= 2 * FAILURES_CLIENTS; host++)
		attempt(host, host);
	ck_assert_uint_eq(f->clients, FAILURES_CLIENTS);
	work(200, 50);
	attempt(2 * FAILURES_CLIENTS, 51);
	ck_assert(!is_refuted(FAILURES_CLIENTS));
	ck_assert(is_refuted(FAILURES_CLIENTS + 1));
}
END_TEST

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	free(f);
	f = failures_load(5, &c, 1000, NULL);
	return f != NULL;
}

START_TEST(they_outlive_a_restart)
{
	struct record r;

	begin(3);
	for (unsigned i = 0; i < 3; i++)
		attempt(1, i);
	work(9, 4);
	record_init(&r, 1000);
	failures_save(&r, f);
	saved_whole_or_not_at_all(&r, load);
	ck_assert(f->raised);
	ck_assert_uint_eq(f->attempts, 3);
	ck_assert(!failures_are_over(f, 100, 1101));
	ck_assert(failures_are_over(f, 100, 1102));
	attempt(2, 1005);
	ck_assert(!is_refuted(9));
	ck_assert(is_refuted(1));
	free(f);
	f = NULL;
}
END_TEST

UNIT("failures", enough_are_so_many_within_the_window,
    one_client_port_is_recent_for_a_while, who_gets_through_is_forgiven,
    anybody_refutes_it_unless_it_works_for_some_meanwhile,
    the_latest_clients_are_known_by_address, they_outlive_a_restart)
