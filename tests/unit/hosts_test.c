/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "skew/inner/hosts.h"

#include "skew/skew.h"
#include "unit/saved.h"

static const struct siphash_key key = { 1, 2 };

static struct address
host(unsigned n)
{
	return (struct address){ .version = 4,
		.octets = { 10, 0, (uint8_t)(n >> 8), (uint8_t)n } };
}

static struct hosts_facts
facts(const struct hosts *h, unsigned n)
{
	const struct address address = host(n);

	return hosts_facts(h, &address);
}

static bool
role(struct hosts *h, unsigned n, bool answers)
{
	const struct address address = host(n);

	return hosts_role(h, &address, answers);
}

START_TEST(a_stranger_is_no_server)
{
	struct hosts *h = hosts_new(10, &key, NULL);
	const struct hosts_facts f = facts(h, 1);

	ck_assert(!hosts_is_server(&f));
	hosts_free(h);
}
END_TEST

START_TEST(roles_are_learnt_once)
{
	struct hosts *h = hosts_new(10, &key, NULL);
	struct hosts_facts f;

	ck_assert(role(h, 1, false));
	ck_assert(!role(h, 1, false));
	f = facts(h, 1);
	ck_assert(f.dials && !f.answers && hosts_is_server(&f));
	ck_assert(role(h, 1, true));
	f = facts(h, 1);
	ck_assert(f.dials && f.answers);
	hosts_free(h);
}
END_TEST

START_TEST(the_longest_unheard_of_is_forgotten)
{
	struct hosts *h = hosts_new(3, &key, NULL);

	for (unsigned n = 1; n <= 3; n++)
		role(h, n, true);
	role(h, 1, true);
	role(h, 4, true);
	ck_assert(facts(h, 1).answers);
	ck_assert(!facts(h, 2).answers);
	ck_assert(facts(h, 3).answers);
	ck_assert(facts(h, 4).answers);
	hosts_free(h);
}
END_TEST

START_TEST(a_forgotten_host_is_a_stranger_again)
{
	struct hosts *h = hosts_new(1, &key, NULL);

	ck_assert(role(h, 1, true));
	ck_assert(role(h, 1 + 256, true)); /* addresses that end alike */
	ck_assert(!role(h, 1 + 256, true));
	ck_assert(role(h, 1, true));
	ck_assert(!facts(h, 1 + 256).answers);
	hosts_free(h);
}
END_TEST

START_TEST(pools_are_copied_and_replaced)
{
	char name[] = "fe-east";
	struct address east[] = { host(9), host(3) }, west[] = { host(5) };
	struct hosts_pool pools[] = {
		{ .name = name, .members = east, .member_count = 2 },
		{ .name = "fe-west",
		    .members = west,
		    .member_count = 1,
		    .warn = 7 },
	};
	struct hosts *h = hosts_new(10, &key, NULL);
	struct hosts_facts f;

	hosts_set(h, 10, pools, 2);
	memset(name, 'x', sizeof(name) - 1);
	memset(east, 0, sizeof(east));
	f = facts(h, 3);
	ck_assert_str_eq(f.pool.name, "fe-east");
	ck_assert(hosts_is_server(&f));
	ck_assert_str_eq(facts(h, 9).pool.name, "fe-east");
	ck_assert_int_eq(facts(h, 5).pool.warn, 7);
	ck_assert_uint_eq(facts(h, 5).pool.number, 1);
	ck_assert_ptr_null(facts(h, 4).pool.name);
	hosts_set(h, 10, NULL, 0);
	ck_assert_ptr_null(facts(h, 3).pool.name);
	hosts_free(h);
}
END_TEST

static struct hosts *loaded;

static bool
load(struct slice octets)
{
	struct cursor c = cursor_over(octets);

	hosts_free(loaded);
	loaded = hosts_new(10, &key, NULL);
	hosts_load(loaded, &c);
	return !c.bad;
}

START_TEST(roles_outlive_a_restart)
{
	struct hosts *h = hosts_new(10, &key, NULL);
	const struct address server = host(1), phone = host(2), clock = host(3);
	struct record r;

	hosts_role(h, &server, HOSTS_ANSWERS);
	hosts_role(h, &server, HOSTS_SPEAKS_SIP);
	hosts_role(h, &phone, HOSTS_SPEAKS_SIP);
	hosts_role(h, &clock, HOSTS_SERVES_TIME);
	record_init(&r, 10000);
	hosts_save(h, &r);
	hosts_free(h);
	saved_whole_or_not_at_all(&r, load);
	ck_assert(facts(loaded, 1).answers && facts(loaded, 1).speaks_sip);
	ck_assert(facts(loaded, 2).speaks_sip && !facts(loaded, 2).dials);
	ck_assert(facts(loaded, 3).serves_time);
	ck_assert(!facts(loaded, 4).speaks_sip);
	hosts_free(loaded);
}
END_TEST

UNIT("hosts", a_stranger_is_no_server, roles_are_learnt_once,
    the_longest_unheard_of_is_forgotten, a_forgotten_host_is_a_stranger_again,
    pools_are_copied_and_replaced, roles_outlive_a_restart)
