/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings/inner/relays.h"

#include "unit/unit.h"

static struct relays relays;

static struct relays_refusal
refusal(uint64_t call, uint8_t from, uint8_t to, nstime now)
{
	return (struct relays_refusal){
		.call = call,
		.status = 403,
		.from = { { 10, 0, 0, from }, 4 },
		.to = { { 10, 0, 0, to }, 4 },
		.now = now,
	};
}

static bool
add(uint64_t call, uint8_t from, uint8_t to, nstime now)
{
	const struct relays_refusal r = refusal(call, from, to, now);

	return relays_add(&relays, &r);
}

START_TEST(who_was_just_sent_it_passes_it_on)
{
	relays = (struct relays){ .count = 0 };
	ck_assert(!add(1, 1, 2, 0));
	ck_assert(add(1, 2, 3, 32 * NSTIME_S - 1));
	ck_assert(add(1, 3, 4, 33 * NSTIME_S));
	ck_assert(!add(1, 2, 3, 33 * NSTIME_S));
	ck_assert(!add(2, 2, 3, NSTIME_S));
	ck_assert(!add(1, 9, 3, NSTIME_S));
}
END_TEST

START_TEST(another_status_is_another_refusal)
{
	struct relays_refusal r = refusal(1, 2, 3, 0);

	relays = (struct relays){ .count = 0 };
	add(1, 1, 2, 0);
	r.status = 404;
	ck_assert(!relays_add(&relays, &r));
}
END_TEST

START_TEST(the_latest_of_them_are_known)
{
	relays = (struct relays){ .count = 0 };
	add(1, 1, 2, 0);
	for (unsigned i = 1; i < RELAYS_KEPT; i++)
		add(100 + i, 1, 2, 0);
	ck_assert(add(1, 2, 3, 0));
	ck_assert(!add(1, 2, 3, 0));
}
END_TEST

START_TEST(the_same_one_is_known_while_it_is_the_latest)
{
	const struct relays_refusal r = refusal(1, 1, 2, 5);

	relays = (struct relays){ .count = 0 };
	ck_assert(!relays_is_latest(&relays, &r));
	relays_add(&relays, &r);
	ck_assert(relays_is_latest(&relays, &r));
	add(1, 1, 2, 6);
	ck_assert(!relays_is_latest(&relays, &r));
}
END_TEST

UNIT("relays", who_was_just_sent_it_passes_it_on,
    another_status_is_another_refusal, the_latest_of_them_are_known,
    the_same_one_is_known_while_it_is_the_latest)
