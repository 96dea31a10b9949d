/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "txn/inner/victims.h"

#include "unit/unit.h"

enum { MANY = 4000, FLOODER = 1, QUIET = 2, SERVER = 9, WELL = 100 };

static struct txn txns[MANY];
static struct victims victims;
static size_t used;

static struct endpoint
host(uint8_t number)
{
	return (struct endpoint){
		.address = { .octets = { 10, 0, 0, number }, .version = 4 },
		.port = 5060,
	};
}

static bool
is_well(void *arg, const struct address *client, const struct address *server)
{
	(void)arg;
	(void)server;
	return client->octets[3] >= WELL;
}

static void
setup(void)
{
	memset(txns, 0, sizeof(txns));
	used = 0;
}

static struct txn *
begin(uint8_t from, unsigned copies)
{
	struct txn *t = &txns[used++];

	t->id = used;
	memcpy(t->ipv4[TXN_CLIENT], host(from).address.octets, 4);
	memcpy(t->ipv4[TXN_SERVER], host(SERVER).address.octets, 4);
	t->state.copies = copies;
	victims_add(&victims, t);
	return t;
}

static struct txn *
take_for(uint8_t from)
{
	const struct origin origin = {
		.from = host(from),
		.to = host(SERVER),
	};
	struct txn *t = victims_take(&victims, &origin, is_well, NULL);

	if (t != NULL)
		t->id = 0;
	return t;
}

START_TEST(a_flood_makes_room_for_itself_and_a_quiet_host_keeps_its_one)
{
	struct txn *quiet;

	setup();
	quiet = begin(QUIET, 1);
	for (size_t i = 0; i < 1000; i++)
		begin(FLOODER, 1);
	for (size_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(
		    take_for(i % 2 ? FLOODER : QUIET)->ipv4[TXN_CLIENT][3],
		    FLOODER);
	ck_assert_ptr_eq(take_for(QUIET), quiet);
	victims_done(&victims);
}
END_TEST

START_TEST(repeated_fakes_of_a_flood_make_room_for_other_sources)
{
	setup();
	for (size_t i = 0; i < 1000; i++)
		begin(FLOODER, 2);
	ck_assert_ptr_null(take_for(FLOODER));
	for (size_t i = 0; i < 100; i++) {
		struct txn *t = take_for(QUIET);

		ck_assert_ptr_nonnull(t);
		ck_assert_uint_eq(t->ipv4[TXN_CLIENT][3], FLOODER);
	}
	victims_done(&victims);
}
END_TEST

START_TEST(among_many_sources_what_was_repeated_stays)
{
	struct txn *quiet;

	setup();
	quiet = begin(QUIET, 2);
	for (size_t i = 0; i < 90; i++)
		begin((uint8_t)(10 + i), 1);
	for (size_t i = 0; i < 90; i++)
		ck_assert_ptr_ne(take_for(FLOODER), quiet);
	ck_assert_ptr_null(take_for(FLOODER));
	ck_assert_ptr_eq(take_for(WELL), quiet);
	victims_done(&victims);
}
END_TEST

START_TEST(hosts_that_have_worked_never_make_room)
{
	setup();
	for (size_t i = 0; i < 1000; i++)
		begin(WELL, 1);
	ck_assert_ptr_null(take_for(FLOODER));
	victims_done(&victims);
}
END_TEST

START_TEST(who_floods_is_learnt_anew)
{
	struct txn *late;

	setup();
	for (size_t i = 0; i < 200; i++)
		begin(FLOODER, 1);
	for (size_t i = 0; i < 100; i++)
		take_for(QUIET);
	late = begin(FLOODER, 1);
	for (size_t i = 0; i < 2000; i++)
		begin(QUIET, 1);
	for (size_t i = 0; i < 1500; i++)
		ck_assert_ptr_ne(take_for(QUIET), late);
	victims_done(&victims);
}
END_TEST

UNIT("victims", a_flood_makes_room_for_itself_and_a_quiet_host_keeps_its_one,
    repeated_fakes_of_a_flood_make_room_for_other_sources,
    among_many_sources_what_was_repeated_stays,
    hosts_that_have_worked_never_make_room, who_floods_is_learnt_anew)
